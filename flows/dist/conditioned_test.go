package dist_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

// With mean and standard deviation both 1, tables give phi(1) = 0.241971 and
// Phi(1) = 0.841345: lift 0.287600, mean 1.287600,
// sd = sqrt(1 - 0.287600 - 0.287600^2) = 0.793535.
func TestPlusMinusIsATruncatedNormal(t *testing.T) {
	d, err := dist.PlusMinus(1, 1)
	require.NoError(t, err)
	require.InDelta(t, 1.287600, d.Mean(), 1e-5)
	require.InDelta(t, 0.793535, d.StdDev(), 1e-5)
	require.Zero(t, d.Quantile(0))
	require.True(t, math.IsInf(d.Quantile(1), 1))
}

func TestPlusMinusQuantileIsRenormalised(t *testing.T) {
	for _, c := range [][2]float64{{1, 1}, {1, 1.18}, {950, 600}, {950, 60}, {1, 0.01}} {
		d, err := dist.PlusMinus(c[0], c[1])
		require.NoError(t, err)
		n := distuv.Normal{Mu: c[0], Sigma: c[1]}
		below := n.CDF(0)
		var sum, squares float64
		const slices = 100000
		for i := range slices {
			p := (float64(i) + 0.5) / slices
			x := d.Quantile(p)
			sum, squares = sum+x, squares+x*x
			if i%997 == 0 {
				require.InDelta(t, p, (n.CDF(x)-below)/(1-below), 1e-13)
			}
		}
		mean := sum / slices
		require.InEpsilon(t, mean, d.Mean(), 1e-5)
		require.InEpsilon(t, math.Sqrt(squares/slices-mean*mean), d.StdDev(), 1e-3)
	}
}

func TestPlusMinusFarFromZeroIsTheNormal(t *testing.T) {
	d, err := dist.PlusMinus(950, 1e-3)
	require.NoError(t, err)
	require.Equal(t, 950.0, d.Mean())
	require.Equal(t, 1e-3, d.StdDev())
	require.InDelta(t, 950+1e-3*z95, d.Quantile(0.95), 1e-12)
	require.Zero(t, d.Quantile(0), "still a mass")
}

// Phi(-0.8416) = 0.2
func TestPlusMinusRefusesWhatIsMostlyBelowZero(t *testing.T) {
	_, err := dist.PlusMinus(0.85, 1)
	require.NoError(t, err)
	for _, mean := range []float64{0.83, 0, -5} {
		_, err := dist.PlusMinus(mean, 1)
		require.ErrorIs(t, err, dist.ErrBelowZero)
	}
	_, err = dist.PlusMinus(50, 60)
	require.EqualError(t, err, "too much below zero: 50 +- 60 (more than 20 % of it is negative: write */ and a factor, or a range)")
}
