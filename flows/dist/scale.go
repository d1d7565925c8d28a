package dist

import (
	"fmt"
	"math"
)

// Scale returns the distribution of k times d, of the same kind: the
// conversion of a range, a best guess or a factor from one unit into another
// ("8751 kg" times 0.001). A k that is the inverse of a whole number divides by
// that number, so that 8751 kg are 8.751 t to the last bit. It is an error if k
// is not a positive finite number, if d is nil, and if a result is no longer
// finite or vanishes.
//
// A Dist of another package is wrapped; it keeps working, with no notation.
func Scale(d Dist, k float64) (Dist, error) {
	if !finite(k) || k <= 0 {
		return nil, refuse(number(k), ErrNotFinite, "a unit conversion is a positive finite number")
	}
	return times(d, k)
}

// Spread returns the distribution of x times factor: a bare number with the
// spread of its row or its origin ([ParseSpread]). It is an error if x is zero
// (a zero has no factor; an exact zero takes the factor [Exactly](1) only), if
// it is negative or not finite.
func Spread(x float64, factor Dist) (Dist, error) {
	if c, ok := factor.(constant); ok && finite(x, c.x, x*c.x) {
		return Exactly(x * c.x), nil
	}
	text := number(x)
	if s, ok := factor.(fmt.Stringer); ok {
		text += " times " + s.String()
	}
	switch {
	case !finite(x):
		return nil, refuse(text, ErrNotFinite, "write a finite number")
	case x == 0:
		return nil, refuse(text, ErrZero, "write 0..0.5 of the last unit for a rounded zero")
	case x < 0:
		return nil, refuse(text, ErrNegative, "a negative number takes no factor: write a range or +-")
	}
	return times(factor, x)
}

func times(d Dist, k float64) (Dist, error) {
	if d == nil {
		return nil, refuse("", ErrEmpty, "there is no distribution to scale")
	}
	text := "a distribution times " + number(k)
	if s, ok := d.(fmt.Stringer); ok {
		text = s.String() + " times " + number(k)
	}
	switch d := d.(type) {
	case constant:
		x := product(d.x, k)
		if !finite(x) || x == 0 && d.x != 0 {
			return nil, refuse(text, ErrNotFinite, "the result exceeds what a float64 holds")
		}
		return constant{x}, nil
	case uniform:
		u := uniform{product(d.lo, k), product(d.hi, k)}
		if err := checkRange(text, u.lo, u.hi); err != nil {
			return nil, err
		}
		return u, nil
	case pert:
		q := pert{product(d.lo, k), product(d.mode, k), product(d.hi, k)}
		if err := checkRange(text, q.lo, q.hi); err != nil {
			return nil, err
		}
		return q, nil
	case lognormal:
		return newLognormal(text, product(d.median, k), d.k)
	case normal:
		return newNormal(text, product(d.mean, k), product(d.sd, k))
	case conditioned:
		c, err := newConditioned(text, product(d.mean, k), product(d.sd, k))
		if err != nil {
			return nil, err
		}
		return c, nil
	case scaled:
		if !finite(d.k*k) || d.k*k == 0 {
			return nil, refuse(text, ErrNotFinite, "the result exceeds what a float64 holds")
		}
		return scaled{d.unit, d.k * k}, nil
	}
	return scaled{d, k}, nil
}

// product returns x*k, by division where that rounds only once: 0.001 is not a
// float64, 1000 is.
func product(x, k float64) float64 {
	if n := 1 / k; n > 1 && n < 1<<53 && n == math.Trunc(n) {
		return x / n
	}
	return x * k
}

// scaled is k times a distribution of another package.
type scaled struct {
	unit Dist
	k    float64
}

func (s scaled) Quantile(p float64) float64 {
	if !inUnit(p) {
		return math.NaN() // distuv would panic
	}
	return s.k * s.unit.Quantile(p)
}

func (s scaled) Mean() float64   { return s.k * s.unit.Mean() }
func (s scaled) StdDev() float64 { return s.k * s.unit.StdDev() }
