package dist

import (
	"math"
	"strconv"

	"gonum.org/v1/gonum/mathext"
)

// lognormal is kept by its median and its 90 % factor k, the numbers that its
// notation shows, so that text reads back bit for bit; sd of the logarithm is
// ln(k)/z95, a function of k alone, stored because every quantile needs it.
type lognormal struct{ median, k, sd float64 }

// Factor returns a number known to within a factor: 90 % of it lie within
// median/k .. median*k, equally on both sides on a ratio scale (log-normal),
// written "950 */ 1.3". It is an error if median <= 0, if k <= 1, or if the
// factor is so large that the mean is no longer finite.
func Factor(median, k float64) (Dist, error) {
	text := number(median) + " */ " + number(k)
	switch {
	case !finite(median, k):
		return nil, refuse(text, ErrNotFinite, "both must be finite numbers")
	case median == 0:
		return nil, refuse(text, ErrZero, "write 0 for a counted nil, 0..0.5 of the last unit for a rounded one")
	case median < 0:
		return nil, refuse(text, ErrNegative, "a negative number has no factor: write a range or +-")
	case k == 1:
		return nil, refuse(text, ErrNoWidth, "a factor of 1 leaves no width: write one number")
	case k < 1:
		return nil, refuse(text, ErrFactor, "90 % lie within median/k .. median*k, k above 1")
	}
	return newLognormal(text, median, k)
}

// To returns a number with lo as its 5th and hi as its 95th percentile,
// written "800 to 1200": log-normal, or normal where lo < 0 (not conditioned on
// >= 0, hence for net flows to stock only). It is an error if lo >= hi, if
// either is not finite, and if lo is 0, which no log-normal reaches.
func To(lo, hi float64) (Dist, error) {
	text := number(lo) + " to " + number(hi)
	if err := checkRange(text, lo, hi); err != nil {
		return nil, err
	}
	if lo == 0 {
		return nil, refuse(text, ErrZero, "a 5th percentile of 0 fits no log-normal: write 0.."+number(hi)+" for a hard range, or a small number instead of 0")
	}
	if lo < 0 {
		return newNormal(text, lo+(hi-lo)/2, (hi-lo)/(2*z95))
	}
	median, k := fromPercentiles(lo, hi)
	if k == 1 {
		return nil, refuse(text, ErrNoWidth, "both ends are the same to sixteen digits: write one number")
	}
	return newLognormal(text, median, k)
}

func fromPercentiles(lo, hi float64) (median, k float64) {
	k = math.Sqrt(hi / lo)
	if m := lo * hi; finite(m, k) && m > 1e-290 { // one rounding less: 4 to 9 has the median 6
		return math.Sqrt(m), k
	}
	k = math.Sqrt(hi) / math.Sqrt(lo)
	return math.Sqrt(lo) * math.Sqrt(hi), k
}

func newLognormal(text string, median, k float64) (Dist, error) {
	l := lognormal{median, k, math.Log(k) / z95}
	switch {
	case !(median > 0):
		return nil, refuse(text, ErrNotFinite, "too small for a float64")
	case !finite(median, k, l.Mean(), l.StdDev(), l.Quantile(almostOne)):
		return nil, refuse(text, ErrTooWide, "its mean or its standard deviation is not finite")
	}
	return l, nil
}

func (l lognormal) Quantile(p float64) float64 {
	if !inUnit(p) {
		return math.NaN()
	}
	return l.median * math.Exp(l.sd*mathext.NormalQuantile(p))
}

func (l lognormal) Mean() float64   { return l.median * math.Exp(l.sd*l.sd/2) }
func (l lognormal) StdDev() float64 { return l.Mean() * math.Sqrt(math.Expm1(l.sd*l.sd)) }

// String returns "lo to hi" where that is what was written, else
// "median */ k": the shorter of those that read back as the same distribution.
func (l lognormal) String() string {
	best := number(l.median) + " */ " + number(l.k)
	lo, hi := rounded(l.median/l.k), rounded(l.median*l.k)
	if !(lo > 0) || !finite(hi) {
		return best
	}
	if m, k := fromPercentiles(lo, hi); m == l.median && k == l.k {
		if s := number(lo) + " to " + number(hi); len(s) < len(best) {
			return s
		}
	}
	return best
}

// rounded returns x to twelve digits, which undoes the rounding of a square
// root and is more than any source prints.
func rounded(x float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 11, 64), 64)
	if err != nil {
		return math.NaN()
	}
	return r
}
