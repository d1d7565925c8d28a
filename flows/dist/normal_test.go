package dist_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

func TestPlusMinusAny(t *testing.T) {
	d, err := dist.PlusMinusAny(-20, 60)
	require.NoError(t, err)
	require.Equal(t, -20.0, d.Mean())
	require.Equal(t, 60.0, d.StdDev())
	require.InDelta(t, -20+60*z95, d.Quantile(0.95), 1e-12)
	require.InDelta(t, -20-60*z95, d.Quantile(0.05), 1e-12)
	oracle := distuv.Normal{Mu: -20, Sigma: 60}
	for _, p := range []float64{0, 1e-9, 0.3, 0.5, 0.999, 1} {
		require.Equal(t, oracle.Quantile(p), d.Quantile(p))
	}
}

func TestPlusMinusAnyRefuses(t *testing.T) {
	for _, c := range []struct {
		mean, sd float64
		want     dist.Reason
	}{
		{5, 0, dist.ErrNoWidth},
		{5, -1, dist.ErrNegative},
		{math.NaN(), 1, dist.ErrNotFinite},
		{1, math.Inf(1), dist.ErrNotFinite},
		{0, 1e308, dist.ErrTooWide},
	} {
		_, err := dist.PlusMinusAny(c.mean, c.sd)
		require.ErrorIs(t, err, c.want)
		_, err = dist.PlusMinus(c.mean, c.sd)
		require.ErrorIs(t, err, c.want)
	}
}
