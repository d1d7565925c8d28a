// Package psis smooths importance weights, so that means over them have less noise and say when they cannot be trusted.
//
// The largest weights are replaced by the expected order statistics of a generalized Pareto distribution fitted to them. Its shape k
// says how heavy the tail is: below 0.5 the central limit theorem holds, up to 0.7 estimates are useful, above they are not.
//
// # References
//
// Vehtari, Simpson, Gelman, Yao, Gabry (2024), Journal of Machine Learning Research 25(72), 1, doi:10.48550/arXiv.1507.02646: the method.
// Zhang, Stephens (2009), Technometrics 51, 316, doi:10.1198/tech.2009.08017: the fit.
// Vehtari, Gelman, Gabry (2017), Statistics and Computing 27, 1413, doi:10.1007/s11222-016-9696-4: leaving one out.
package psis

import (
	"cmp"
	"math"
	"slices"
)

// fewestInTail is the smallest number of ratios that a distribution is fitted to.
const fewestInTail = 5

// Smooth replaces the logarithms of importance ratios by those of smoothed weights that sum to one, and returns the shape k of their
// tail; -Inf where all are equal, +Inf where there are too few for a fit (it then only normalizes them) or one is not finite.
func Smooth(logRatios []float64) (k float64) {
	n := len(logRatios)
	if n == 0 {
		return math.Inf(1)
	}
	top := slices.Max(logRatios)
	if math.IsNaN(top) || math.IsInf(top, 0) {
		normalize(logRatios)
		return math.Inf(1)
	}
	for i := range logRatios {
		logRatios[i] -= top
	}
	tail := int(math.Ceil(math.Min(0.2*float64(n), 3*math.Sqrt(float64(n)))))
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(logRatios[a], logRatios[b]) })
	k = math.Inf(1)
	if tail >= fewestInTail && tail < n {
		k = smoothTail(logRatios, order[n-tail:], logRatios[order[n-tail-1]])
	}
	normalize(logRatios)
	return k
}

// smoothTail smooths the largest ratios, whose indices stand in ascending order, above a cutoff.
func smoothTail(logRatios []float64, at []int32, logCutoff float64) float64 {
	cutoff := math.Exp(math.Max(logCutoff, math.Log(math.SmallestNonzeroFloat64)))
	excess := make([]float64, len(at))
	for i, j := range at {
		excess[i] = math.Max(math.Exp(logRatios[j])-cutoff, 0)
	}
	if excess[len(excess)-1] <= 1e-14 { // all are equal: there is no tail
		return math.Inf(-1)
	}
	for len(excess) > 0 && excess[0] == 0 { // no larger than the cutoff: not of the tail
		excess, at = excess[1:], at[1:]
	}
	if len(excess) < fewestInTail {
		return math.Inf(1)
	}
	k, sigma := fit(excess)
	if math.IsNaN(k) || math.IsInf(k, 0) {
		return math.Inf(1)
	}
	for i, j := range at {
		p := (float64(i) + 0.5) / float64(len(at))
		q := sigma * math.Expm1(-k*math.Log1p(-p)) / k
		if math.Abs(k) < 1e-12 {
			q = -sigma * math.Log1p(-p)
		}
		logRatios[j] = math.Min(math.Log(q+cutoff), 0) // never above the largest that was drawn
	}
	return k
}

// fit estimates shape and scale of a generalized Pareto distribution from ascending excesses, by Zhang and Stephens' posterior mean over
// a grid; the shape is then drawn towards 0.5 with the weight of ten observations, for small samples.
func fit(x []float64) (k, sigma float64) {
	n := float64(len(x))
	points := 30 + int(math.Sqrt(n))
	quartile := x[max(int(n/4+0.5)-1, 0)]
	largest := x[len(x)-1]
	shape := func(b float64) float64 {
		sum := 0.0
		for _, v := range x {
			sum += math.Log1p(-b * v)
		}
		return sum / n
	}
	b, logLik := make([]float64, points), make([]float64, points)
	for i := range b {
		b[i] = (1-math.Sqrt(float64(points)/(float64(i)+0.5)))/(3*quartile) + 1/largest
		s := shape(b[i])
		logLik[i] = n * (math.Log(-b[i]/s) - s - 1)
	}
	best := math.Inf(-1)
	for _, l := range logLik {
		if !math.IsNaN(l) {
			best = math.Max(best, l)
		}
	}
	mean, total := 0.0, 0.0
	for i, l := range logLik {
		if w := math.Exp(l - best); w > 0 {
			mean, total = mean+w*b[i], total+w
		}
	}
	mean /= total
	k = shape(mean)
	sigma = -k / mean
	return (n*k + 10*0.5) / (n + 10), sigma
}

func normalize(logs []float64) {
	top := slices.Max(logs)
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - top)
	}
	for i := range logs {
		logs[i] -= top + math.Log(sum)
	}
}
