package nuts

import "math"

// GradientError compares a gradient at x with differences of the density. It returns the largest difference, relative to the larger of 1
// and the slope, and the parameter where it stands. Differences over five points err by h^4 times the fifth derivative and by rounding
// over h; three steps h are tried and the best one counts.
func GradientError(d Density, x []float64) (worst float64, parameter int) {
	grad, other, at := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	value := d.LogDensity(x, grad)
	if !isFinite(value) {
		return math.Inf(1), -1
	}
	copy(at, x)
	for i := range x {
		least := math.Inf(1)
		for _, h := range []float64{1e-2, 1e-3, 1e-4} {
			value := func(steps float64) float64 {
				at[i] = x[i] + steps*h
				return d.LogDensity(at, other)
			}
			slope := (8*(value(1)-value(-1)) - value(2) + value(-2)) / (12 * h)
			least = math.Min(least, math.Abs(slope-grad[i])/math.Max(1, math.Abs(grad[i])))
		}
		at[i] = x[i]
		if !(least <= worst) {
			worst, parameter = least, i
		}
	}
	return worst, parameter
}
