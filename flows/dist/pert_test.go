package dist_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

func TestAroundMoments(t *testing.T) {
	d, err := dist.Around(800, 950, 1200)
	require.NoError(t, err)
	mean := (800 + 4*950 + 1200) / 6.0 // 966.67
	require.InDelta(t, mean, d.Mean(), 1e-10)
	require.InDelta(t, math.Sqrt((mean-800)*(1200-mean)/7), d.StdDev(), 1e-10)

	// alpha = 1 + 4*150/400 = 2.5, beta = 1 + 4*250/400 = 3.5
	beta := distuv.Beta{Alpha: 2.5, Beta: 3.5}
	require.InDelta(t, 800+400*beta.Mean(), d.Mean(), 1e-10)
	require.InDelta(t, 400*beta.StdDev(), d.StdDev(), 1e-10)
	for _, p := range []float64{0.001, 0.05, 0.5, 0.9, 0.999} {
		require.InDelta(t, p, beta.CDF((d.Quantile(p)-800)/400), 1e-12)
	}
}

// Where the best guess is a quarter of the way or a multiple of it, alpha is a
// whole number a, beta is 6-a, and the distribution function is that at least a
// of five trials succeed.
func TestAroundQuantileAgainstBinomialSums(t *testing.T) {
	for a := 1; a <= 5; a++ {
		d, err := dist.Around(0, float64(a-1), 4)
		require.NoError(t, err)
		for _, p := range []float64{1e-12, 1e-6, 5e-5, 0.01, 0.3, 0.5, 0.500001, 0.9, 0.9999, 1 - 1e-6} {
			x := d.Quantile(p) / 4
			if p <= 0.5 {
				var sum float64
				for j := a; j <= 5; j++ {
					sum += choose5[j] * math.Pow(x, float64(j)) * math.Pow(1-x, float64(5-j))
				}
				require.InEpsilon(t, p, sum, 1e-12, "Beta(%d,%d) at %v", a, 6-a, p)
			} else {
				var sum float64
				for j := range a {
					sum += choose5[j] * math.Pow(x, float64(j)) * math.Pow(1-x, float64(5-j))
				}
				require.InEpsilon(t, 1-p, sum, 1e-9, "Beta(%d,%d) at %v", a, 6-a, p)
			}
		}
	}
}

var choose5 = [6]float64{1, 5, 10, 10, 5, 1}

func TestAroundWithTheBestGuessAtAnEnd(t *testing.T) {
	low, err := dist.Around(0, 0, 1) // Beta(1,5): 1-(1-x)^5 = p
	require.NoError(t, err)
	high, err := dist.Around(0, 1, 1) // Beta(5,1): x^5 = p
	require.NoError(t, err)
	for _, p := range []float64{0, 1e-9, 0.05, 0.5, 0.95, 1} {
		require.InDelta(t, -math.Expm1(math.Log1p(-p)/5), low.Quantile(p), 1e-14)
		require.InDelta(t, math.Pow(p, 0.2), high.Quantile(p), 1e-14)
	}
}

func TestAroundStaysWithinItsEnds(t *testing.T) {
	for _, m := range []float64{0.1, 0.1 + 1e-17, 0.2, 0.3} {
		d, err := dist.Around(0.1, m, 0.3)
		require.NoError(t, err)
		require.Equal(t, 0.1, d.Quantile(0))
		require.Equal(t, 0.3, d.Quantile(1))
		for _, p := range []float64{5e-324, 1e-300, 1e-17, 0.5, 1 - 1e-16} {
			x := d.Quantile(p)
			require.True(t, x >= 0.1 && x <= 0.3, "%v at %v: %v", d, p, x)
		}
	}
}

func TestAroundRefuses(t *testing.T) {
	for _, c := range []struct {
		lo, mode, hi float64
		want         dist.Reason
	}{
		{1200, 950, 800, dist.ErrUpsideDown},
		{800, 700, 1200, dist.ErrOutside},
		{800, 1300, 1200, dist.ErrOutside},
		{800, 800, 800, dist.ErrNoWidth},
		{800, math.NaN(), 1200, dist.ErrNotFinite},
		{math.Inf(-1), 0, 1, dist.ErrNotFinite},
	} {
		_, err := dist.Around(c.lo, c.mode, c.hi)
		require.ErrorIs(t, err, c.want)
	}
}
