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
	value = logTail(n, t)
	if t > 0 {
		value = math.Log1p(-math.Exp(value))
	}
	return value, math.Exp(r.height() - (n+1)/2*math.Log1p(t*t/n) - value)
}

// logTail is the logarithm of the probability that Student's t with n degrees of freedom is beyond |t| on one side, which is half the incomplete
// beta function at x = n/(n+t^2) (Abramowitz, Stegun, 26.7.1), without loss where it is small. Far out, where it is too small itself, it is the
// series 26.5.4, each term less than x times the one before.
func logTail(n, t float64) float64 {
	x := n / (n + t*t)
	if x > 0.5 {
		return math.Log(mathext.RegIncBeta(n/2, 0.5, x) / 2)
	}
	series, term := 1.0, 1.0
	for k := 0.0; term > 1e-17*series; k++ {
		term *= x * ((n+1)/2 + k) / (n/2 + 1 + k)
		series += term
	}
	below, _ := math.Lgamma(n / 2)
	above, _ := math.Lgamma((n + 1) / 2)
	return n/2*math.Log(x) + math.Log1p(-x)/2 + above - below - math.Log(math.Pi)/2 - math.Log(n) + math.Log(series)
}

// Score is the standard normal quantile of the probability that an error of the reading is below that of a world in which it should have
// said centre: a normal error is itself in standard deviations, and Student's t is brought to the same scale.
func (r *Reading) Score(centre float64) float64 {
	t := r.standard(centre)
	if r.Tails == 0 {
		return t
	}
	return math.Copysign(normalTail(logTail(r.Tails, t)), t)
}

// normalTail is how far out a standard normal has a tail with this logarithm of its probability.
func normalTail(logP float64) float64 {
	const smallest = -700
	if logP > smallest || math.IsInf(logP, -1) {
		return -mathext.NormalQuantile(math.Exp(logP))
	}
	z := -math.Sqrt(-2 * logP)
	for range 4 { // Newton's, on a function that is nearly a parabola
		value, slope := logPhi(z)
		z -= (value - logP) / slope
	}
	return -z
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
