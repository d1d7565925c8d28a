package dist

import "math"

// uniform is anywhere in [lo, hi] with equal density.
type uniform struct{ lo, hi float64 }

// Between returns a number that lies anywhere in lo..hi and nowhere outside,
// written "800..1200". It is an error if lo >= hi or either is not finite.
func Between(lo, hi float64) (Dist, error) {
	text := number(lo) + ".." + number(hi)
	if err := checkRange(text, lo, hi); err != nil {
		return nil, err
	}
	return uniform{lo + 0, hi + 0}, nil
}

// checkRange holds the rules that all ranges share.
func checkRange(text string, lo, hi float64) error {
	switch {
	case !finite(lo, hi):
		return refuse(text, ErrNotFinite, "both ends must be finite numbers")
	case lo > hi:
		return refuse(text, ErrUpsideDown, "write the smaller number first")
	case lo == hi:
		return refuse(text, ErrNoWidth, "both ends are the same: write one number")
	case !finite(hi - lo):
		return refuse(text, ErrTooWide, "the range exceeds what a float64 holds")
	}
	return nil
}

func (u uniform) Quantile(p float64) float64 {
	switch {
	case !inUnit(p):
		return math.NaN()
	case p == 1: // lo + (hi-lo) may miss hi by a rounding
		return u.hi
	}
	return min(u.lo+(u.hi-u.lo)*p, u.hi)
}

func (u uniform) Mean() float64   { return u.lo + (u.hi-u.lo)/2 }
func (u uniform) StdDev() float64 { return (u.hi - u.lo) / math.Sqrt(12) }
func (u uniform) String() string  { return number(u.lo) + ".." + number(u.hi) }
