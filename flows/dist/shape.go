package dist

import (
	"math"
	"strconv"
)

// Shape is a distribution as a scale times a unit distribution, so that
// distributions of one form can share one table of quantiles:
//
//	d.Quantile(p) = Scale * Unit.Quantile(p)
//
// to a few units in the last place. Shapes with equal Keys have Units that are
// equal bit for bit. Scale is positive, save that of a constant, which is the
// constant.
//
//	constant    Scale x                 Unit 1
//	log-normal  Scale median            Unit 1 */ k
//	uniform     Scale max(|lo|, |hi|)   Unit with one end at 1 or -1
//	PERT        Scale max(|lo|, |hi|)   Unit with one end at 1 or -1
//	normal      Scale max(|mean|, sd)   Unit with its mean or its sd at 1 or -1
//
// A PERT could be shared more widely by its location too, at the price of an
// addition for each draw of every product; ranges that differ by their unit or
// by a factor are the common case, and these a scale covers.
type Shape struct {
	Scale float64
	Unit  Dist
	Key   string
}

// ShapeOf splits d. It returns false for a Dist of another package.
func ShapeOf(d Dist) (Shape, bool) {
	switch d := d.(type) {
	case constant:
		return Shape{d.x, constant{1}, key('c')}, true
	case lognormal:
		return Shape{d.median, lognormal{1, d.k, d.sd}, key('l', d.k)}, true
	case uniform:
		s := max(math.Abs(d.lo), math.Abs(d.hi))
		u := uniform{d.lo / s, d.hi / s}
		if !(u.lo < u.hi) { // ends that differ in the last bit only
			s, u = 1, d
		}
		return Shape{s, u, key('u', u.lo, u.hi)}, true
	case pert:
		s := max(math.Abs(d.lo), math.Abs(d.hi))
		u := pert{d.lo / s, d.mode / s, d.hi / s}
		if !(u.lo < u.hi) {
			s, u = 1, d
		}
		return Shape{s, u, key('p', u.lo, u.mode, u.hi)}, true
	case normal:
		s := max(math.Abs(d.mean), d.sd)
		u := normal{d.mean / s, d.sd / s}
		if !(u.sd > 0) {
			s, u = 1, d
		}
		return Shape{s, u, key('n', u.mean, u.sd)}, true
	case conditioned:
		s := max(d.mean, d.sd)
		u, err := newConditioned("", d.mean/s, d.sd/s)
		if err != nil {
			s, u = 1, d
		}
		return Shape{s, u, key('m', u.mean, u.sd)}, true
	}
	return Shape{}, false
}

// key spells the bits of the unit's parameters.
func key(kind byte, params ...float64) string {
	b := make([]byte, 0, 1+17*len(params))
	b = append(b, kind)
	for _, x := range params {
		b = strconv.AppendUint(append(b, ' '), math.Float64bits(x), 16)
	}
	return string(b)
}
