package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// normal has both tails. Only net flows to stock may have it.
type normal struct{ mean, sd float64 }

// PlusMinusAny returns a normal number with both tails, for net flows to stock:
// the only ones that may be negative. It is written "-20 +- 60" and read by
// [ParseAny]. It is an error if sd <= 0 or either is not finite.
func PlusMinusAny(mean, sd float64) (Dist, error) {
	text := number(mean) + " +- " + number(sd)
	if err := checkDeviation(text, mean, sd); err != nil {
		return nil, err
	}
	return newNormal(text, mean, sd)
}

func checkDeviation(text string, mean, sd float64) error {
	switch {
	case !finite(mean, sd):
		return refuse(text, ErrNotFinite, "both must be finite numbers")
	case sd == 0:
		return refuse(text, ErrNoWidth, "a standard deviation of 0 leaves no width: write one number")
	case sd < 0:
		return refuse(text, ErrNegative, "a standard deviation is above 0")
	}
	return nil
}

func newNormal(text string, mean, sd float64) (Dist, error) {
	n := normal{mean + 0, sd}
	switch {
	case !(sd > 0):
		return nil, refuse(text, ErrNotFinite, "too small for a float64")
	case !finite(mean, sd, n.Quantile(1-almostOne), n.Quantile(almostOne)):
		return nil, refuse(text, ErrTooWide, "its quantiles exceed what a float64 holds")
	}
	return n, nil
}

func (n normal) Quantile(p float64) float64 {
	if !inUnit(p) {
		return math.NaN()
	}
	return n.mean + n.sd*mathext.NormalQuantile(p)
}

func (n normal) Mean() float64   { return n.mean }
func (n normal) StdDev() float64 { return n.sd }
func (n normal) String() string  { return number(n.mean) + " +- " + number(n.sd) }
