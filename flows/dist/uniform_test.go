package dist_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

func TestBetween(t *testing.T) {
	d, err := dist.Between(800, 1200)
	require.NoError(t, err)
	require.Equal(t, 800.0, d.Quantile(0))
	require.Equal(t, 900.0, d.Quantile(0.25)) // 800 + 400/4
	require.Equal(t, 1200.0, d.Quantile(1))
	require.Equal(t, 1000.0, d.Mean())
	require.InDelta(t, 115.4700538379, d.StdDev(), 1e-9) // 400/sqrt(12)

	oracle := distuv.Uniform{Min: 800, Max: 1200}
	require.InDelta(t, oracle.Quantile(0.77), d.Quantile(0.77), 1e-12)
	require.InDelta(t, oracle.StdDev(), d.StdDev(), 1e-12)
}

func TestBetweenRefuses(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   dist.Reason
	}{
		{1200, 800, dist.ErrUpsideDown},
		{800, 800, dist.ErrNoWidth},
		{math.NaN(), 1, dist.ErrNotFinite},
		{0, math.Inf(1), dist.ErrNotFinite},
		{-1.5e308, 1.5e308, dist.ErrTooWide},
	} {
		_, err := dist.Between(c.lo, c.hi)
		require.ErrorIs(t, err, c.want)
	}
	_, err := dist.Between(1200, 800)
	require.EqualError(t, err, "upside down: 1200..800 (write the smaller number first)")
}
