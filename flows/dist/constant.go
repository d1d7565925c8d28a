package dist

import "math"

// constant is a number that is known exactly.
type constant struct{ x float64 }

// Exactly returns the number x without uncertainty, written "950": a counted
// figure, or a figure to which [Spread] adds the spread of its origin later.
// Exactly(0) is an exact zero, for a counted nil only. It takes x as it is; one
// that is not finite is refused by [Scale], [Spread] and every reader of records.
func Exactly(x float64) Dist { return constant{x + 0} } // -0 + 0 is 0

func (c constant) Quantile(p float64) float64 {
	if !inUnit(p) {
		return math.NaN()
	}
	return c.x
}

func (c constant) Mean() float64   { return c.x }
func (c constant) StdDev() float64 { return 0 }
func (c constant) String() string  { return number(c.x) }
