package nuts

import "math"

// GradientError compares a gradient at x with central differences of the density. It returns the largest difference, relative to the
// larger of 1 and the slope, and the parameter where it stands. Differences over 2h err by h^2/6 times the third derivative and by
// rounding over h; two steps h are tried and the better one counts.
func GradientError(d Density, x []float64) (worst float64, parameter int) {
	grad, other, at := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	value := d.LogDensity(x, grad)
	if !isFinite(value) {
		return math.Inf(1), -1
	}
	copy(at, x)
	for i := range x {
		least := math.Inf(1)
		for _, h := range []float64{1e-4, 1e-6} {
			h *= math.Max(1, math.Abs(x[i]))
			at[i] = x[i] + h
			up, above := d.LogDensity(at, other), at[i]
			at[i] = x[i] - h
			slope := (up - d.LogDensity(at, other)) / (above - at[i])
			least = math.Min(least, math.Abs(slope-grad[i])/math.Max(1, math.Abs(grad[i])))
		}
		at[i] = x[i]
		if !(least <= worst) {
			worst, parameter = least, i
		}
	}
	return worst, parameter
}
