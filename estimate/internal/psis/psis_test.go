package psis

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Draws of Exp(1) weighted to Exp(rate) have ratios exp((1-rate) x), a Pareto variable of shape 1-rate; the weighted mean is 1/rate. (At a
// shape above 1/2 its error has no variance, and smoothing trades that for a small bias.)
func TestExponential(t *testing.T) {
	const n = 20_000
	r := rand.New(rand.NewPCG(1, 3))
	for _, shape := range []float64{0.1, 0.3, 0.45, 0.6, 0.9} {
		x, logs := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i] = r.ExpFloat64()
			logs[i] = shape*x[i] - 7 // a constant is no matter
		}
		require.InDelta(t, shape, Smooth(logs), 0.1)
		sum, mean := 0.0, 0.0
		for i, l := range logs {
			sum += math.Exp(l)
			mean += math.Exp(l) * x[i]
		}
		require.InDelta(t, 1, sum, 1e-9)
		if shape < 0.5 {
			require.InEpsilon(t, 1/(1-shape), mean, 0.06)
		}
	}
}

// n observations of variance 1 around a mean with a flat prior: leaving one out, the next is normal around the mean of the others with
// variance 1 + 1/(n-1).
func TestLeaveOneOut(t *testing.T) {
	const n, draws = 20, 8000
	r := rand.New(rand.NewPCG(2, 3))
	y, mean := make([]float64, n), 0.0
	for i := range y {
		y[i] = r.NormFloat64()
		mean += y[i] / n
	}
	mu := make([]float64, draws)
	for k := range mu {
		mu[k] = mean + r.NormFloat64()/math.Sqrt(n)
	}
	for _, v := range y {
		logs, logLik := make([]float64, draws), make([]float64, draws)
		for k, m := range mu {
			logLik[k] = -(v-m)*(v-m)/2 - math.Log(2*math.Pi)/2
			logs[k] = -logLik[k]
		}
		require.Less(t, Smooth(logs), 0.5)
		density := 0.0
		for k, l := range logs {
			density += math.Exp(l + logLik[k])
		}
		others, variance := (n*mean-v)/(n-1), 1+1.0/(n-1)
		want := -(v-others)*(v-others)/(2*variance) - math.Log(2*math.Pi*variance)/2
		require.InDelta(t, want, math.Log(density), 0.02)
	}
}

func TestOddRatios(t *testing.T) {
	equal := make([]float64, 100)
	require.Equal(t, math.Inf(-1), Smooth(equal))
	for _, l := range equal {
		require.InDelta(t, -math.Log(100), l, 1e-12)
	}
	few := []float64{0, 1, 2}
	require.Equal(t, math.Inf(1), Smooth(few))
	require.InDelta(t, 1, math.Exp(few[0])+math.Exp(few[1])+math.Exp(few[2]), 1e-12)
	require.Equal(t, math.Inf(1), Smooth(nil))
	require.Equal(t, math.Inf(1), Smooth([]float64{0, math.NaN()}))
	require.Equal(t, math.Inf(1), Smooth([]float64{0, math.Inf(1)}))
	one := make([]float64, 1000) // one draw has all the weight
	one[7] = 800
	require.Greater(t, Smooth(one), 0.7)
}
