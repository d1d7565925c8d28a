package latent

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// likelihood is the logarithm of the likelihood of a standardized error t = (reading - centre) / scale, without its constant, and its
// slope.
func (r *Reading) likelihood(t float64) (lp, slope float64) {
	switch r.Bound {
	case AtLeast:
		lp, slope = r.logBelow(-t)
		return lp, -slope
	case AtMost:
		return r.logBelow(t)
	}
	if n := r.Tails; n > 0 {
		return -(n + 1) / 2 * math.Log1p(t*t/n), -(n + 1) * t / (n + t*t)
	}
	return -t * t / 2, -t
}

// height is the logarithm of the density of a standardized error at zero.
func (r *Reading) height() float64 {
	n := r.Tails
	if n == 0 {
		return -math.Log(2*math.Pi) / 2
	}
	above, _ := math.Lgamma((n + 1) / 2)
	below, _ := math.Lgamma(n / 2)
	return above - below - math.Log(n*math.Pi)/2
}

// logBelow is the logarithm of the probability that a standardized error is below t, and its slope.
func (r *Reading) logBelow(t float64) (value, slope float64) {
	n := r.Tails
	if n == 0 {
		return logPhi(t)
	}
	p := mathext.RegIncBeta(n/2, 0.5, n/(n+t*t)) / 2 // of one tail (Abramowitz, Stegun, 26.7.1): without loss where it is small
	if t > 0 {
		p = 1 - p
	}
	density := math.Exp(r.height() - (n+1)/2*math.Log1p(t*t/n))
	return math.Log(p), density / p
}

// Score is the standard normal quantile of the probability that an error of the reading is below that of a world in which it should have
// said centre: a normal error is itself in standard deviations, and Student's t is brought to the same scale.
func (r *Reading) Score(centre float64) float64 {
	t := r.standard(centre)
	if r.Tails == 0 {
		return t
	}
	below, _ := r.logBelow(-math.Abs(t))
	return math.Copysign(-mathext.NormalQuantile(math.Exp(below)), t)
}

// Below is the probability that a figure of the reading's error, in a world in which it should say centre, is below what it says.
func (r *Reading) Below(centre float64) float64 {
	l, _ := r.logBelow(r.standard(centre))
	return math.Exp(l)
}

// logPhi is ln Phi(t), the logarithm of the standard normal distribution function, and its slope phi/Phi. Below -30, where Phi itself
// becomes too small, it takes the asymptotic series of Mills' ratio, whose first term left out is 15/t^6 of the whole, 2e-8.
func logPhi(t float64) (value, slope float64) {
	if t > -30 {
		p := math.Erfc(-t/math.Sqrt2) / 2
		return math.Log(p), math.Exp(-t*t/2) / (math.Sqrt(2*math.Pi) * p)
	}
	q := 1 / (t * t)
	series := 1 - q + 3*q*q
	return -t*t/2 - math.Log(-t*math.Sqrt(2*math.Pi)) + math.Log(series), -t / series
}
