package estimate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// naive is a summary by definition: sort, and interpolate at position p n - 1/2 (Hazen's rule).
func naive(x []float64, level float64) Value {
	sorted := slices.Sorted(slices.Values(x))
	n := float64(len(x))
	quantile := func(p float64) float64 {
		h := min(max(p*n-0.5, 0), n-1)
		i := int(h)
		return sorted[i] + (h-float64(i))*(sorted[min(i+1, len(x)-1)]-sorted[i])
	}
	mean, square, positive := 0.0, 0.0, 0.0
	for _, v := range x {
		mean += v / n
		if v > 0 {
			positive++
		}
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / n
	}
	tail := (1 - level) / 2
	return Value{Summary: Summary{mean, math.Sqrt(square), quantile(tail), quantile(0.25), quantile(0.5), quantile(0.75), quantile(1 - tail), level}, ProbPositive: positive / n}
}

func shapes(n int) map[string][]float64 {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	fill := func(f func(i int) float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = f(i)
		}
		return x
	}
	return map[string][]float64{
		"normal":          fill(func(int) float64 { return r.NormFloat64() }),
		"far from zero":   fill(func(int) float64 { return 1e9 + r.NormFloat64() }),
		"constant":        fill(func(int) float64 { return 3.25 }),
		"zero":            fill(func(int) float64 { return 0 }),
		"minus zero":      fill(func(int) float64 { return math.Copysign(0, -1) }),
		"zeros and signs": fill(func(i int) float64 { return []float64{0, math.Copysign(0, -1), 1e-300, -1e-300}[i%4] }),
		"two points":      fill(func(i int) float64 { return float64(i % 2) }),
		"ties":            fill(func(int) float64 { return float64(r.IntN(5)) - 2 }),
		"negative":        fill(func(int) float64 { return -math.Exp(r.NormFloat64()) }),
		"heavy tail":      fill(func(int) float64 { return math.Exp(8 * r.NormFloat64()) }),
		"two heavy tails": fill(func(int) float64 { return math.Tan(math.Pi * (r.Float64() - 0.5)) }),
		"one outlier":     fill(func(i int) float64 { return map[bool]float64{true: 1e12, false: r.Float64()}[i == n/2] }),
		"ascending":       fill(func(i int) float64 { return float64(i) }),
		"descending":      fill(func(i int) float64 { return -float64(i) }),
		"tiny":            fill(func(int) float64 { return 1e-310 * r.Float64() }),
		"hidden cluster":  fill(func(i int) float64 { return map[bool]float64{true: 0, false: 1000 + r.Float64()}[i%33 == 0] }),
	}
}

// sameQuantiles allows for a fused multiplication in the interpolation, which some processors have.
func sameQuantiles(t *testing.T, want, got Value, label string) {
	t.Helper()
	for _, q := range [][2]float64{{want.Lo, got.Lo}, {want.Q25, got.Q25}, {want.Median, got.Median}, {want.Q75, got.Q75}, {want.Hi, got.Hi}} {
		require.InDelta(t, q[0], q[1], 1e-14*math.Abs(q[0])+1e-15*(math.Abs(want.Lo)+math.Abs(want.Hi))+1e-300, label)
	}
}

func TestSummarizeAgainstSorting(t *testing.T) {
	for _, n := range []int{16, 17, 100, 255, 256, 257, 1000, 2048, 8191, 8192, 10007} {
		for _, level := range []float64{0.5, 0.9, 0.99} {
			s := summarizer{level: level}
			for name, x := range shapes(n) {
				label := fmt.Sprintf("%s n=%d level=%g", name, n, level)
				want := naive(x, level)
				before := slices.Clone(x)
				got := s.summarize(x)
				require.Equal(t, before, x, "%s: draws are left as they are", label)
				sameQuantiles(t, want, got, label)
				require.Equal(t, want.ProbPositive, got.ProbPositive, label)
				scale := math.Abs(want.Mean) + want.SD
				require.InDelta(t, want.Mean, got.Mean, 1e-12*scale+1e-300, label)
				require.InDelta(t, want.SD, got.SD, 1e-12*scale+1e-6*want.SD+1e-300, label)
				require.Equal(t, level, got.Level)

				sorted := slices.Sorted(slices.Values(x))
				asc := s.ascending(sorted)
				sameQuantiles(t, want, asc, label)
				require.Equal(t, want.ProbPositive, asc.ProbPositive, label)
				require.InDelta(t, want.Mean, asc.Mean, 1e-12*scale+1e-300, label)
				require.InDelta(t, want.SD, asc.SD, 1e-12*scale+1e-6*want.SD+1e-300, label)
			}
		}
	}
}

// A number that is not one makes the value not finite, and nothing panics.
func TestSummarizeOfWhatIsNoNumber(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, at := range []int{0, 7, 999} {
			x := make([]float64, 1000)
			x[at] = bad
			s := summarizer{level: 0.9}
			require.False(t, s.summarize(x).finite())
		}
	}
}

// The sample of every 64th draw may miss the range altogether: it costs time and no exactness. (shapes has more such.)
func TestSummarizeReusesItsScratch(t *testing.T) {
	s := summarizer{level: 0.9}
	for _, n := range []int{5000, 16, 9000, 33} {
		for name, x := range shapes(n) {
			want, got := naive(x, 0.9), s.summarize(x)
			require.Equal(t, want.Median, got.Median, "%s %d", name, n)
			require.Equal(t, want.Hi, got.Hi, "%s %d", name, n)
		}
	}
}
