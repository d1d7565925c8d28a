package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// conditioned is a normal given that it is >= 0. mean and sd are those of the
// normal before; below is the part of it under zero, a function of both.
type conditioned struct{ mean, sd, below float64 }

// mostBelow is the largest part below zero with which a normal still passes as
// a mass. Beyond it the author meant another distribution: the conditioned mean
// would exceed the stated one by more than a third of the standard deviation.
const mostBelow = 0.2

// PlusMinus returns a mass with a mean and a standard deviation, written
// "950 +- 60": a normal conditioned on >= 0, that is, a truncated normal whose
// quantile is renormalised. Its Mean and StdDev are those of the conditioned
// distribution and differ from the arguments where these are close to each
// other. It is an error if sd <= 0, if either is not finite, and if more than a
// fifth of the normal lies below zero (mean < 0.8416 sd).
func PlusMinus(mean, sd float64) (Dist, error) {
	text := number(mean) + " +- " + number(sd)
	if err := checkDeviation(text, mean, sd); err != nil {
		return nil, err
	}
	d, err := newConditioned(text, mean, sd)
	if err != nil {
		return nil, err
	}
	// The margin keeps a distribution at the limit acceptable in every unit.
	if d.below > mostBelow+1e-9 {
		return nil, refuse(text, ErrBelowZero, "more than 20 % of it is negative: write */ and a factor, or a range")
	}
	return d, nil
}

func newConditioned(text string, mean, sd float64) (conditioned, error) {
	c := conditioned{mean, sd, math.Erfc(mean/sd/math.Sqrt2) / 2}
	switch {
	case !(sd > 0):
		return c, refuse(text, ErrNotFinite, "too small for a float64")
	case !finite(mean, sd, mean+10*sd):
		return c, refuse(text, ErrTooWide, "its quantiles exceed what a float64 holds")
	}
	return c, nil
}

func (c conditioned) Quantile(p float64) float64 {
	switch {
	case !inUnit(p):
		return math.NaN()
	case p == 0:
		return 0 // also where the part below zero underflows
	}
	// The upper half is reached from above, where 1-p is exact.
	if q := c.below + p*(1-c.below); q <= 0.5 {
		return max(0, c.mean+c.sd*mathext.NormalQuantile(q))
	}
	return c.mean - c.sd*mathext.NormalQuantile((1-p)*(1-c.below))
}

// lift returns the standard deviations by which the conditioned mean exceeds
// the mean: phi(mean/sd) / (1 - below).
func (c conditioned) lift() float64 {
	r := c.mean / c.sd
	return math.Exp(-r*r/2) / math.Sqrt(2*math.Pi) / (1 - c.below)
}

func (c conditioned) Mean() float64 { return c.mean + c.sd*c.lift() }

func (c conditioned) StdDev() float64 {
	l := c.lift()
	if l == 0 { // l*mean/sd may be 0 times infinity
		return c.sd
	}
	return c.sd * math.Sqrt(1-l*c.mean/c.sd-l*l)
}

func (c conditioned) String() string { return number(c.mean) + " +- " + number(c.sd) }
