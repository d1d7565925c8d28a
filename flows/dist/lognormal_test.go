package dist_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

const z95 = 1.6448536269514722 // tables print 1.645

func TestFactorHoldsNinetyPercent(t *testing.T) {
	d, err := dist.Factor(950, 1.3)
	require.NoError(t, err)
	require.InEpsilon(t, 950/1.3, d.Quantile(0.05), 1e-14)
	require.InEpsilon(t, 950.0, d.Quantile(0.5), 1e-15)
	require.InEpsilon(t, 950*1.3, d.Quantile(0.95), 1e-14)
	require.Zero(t, d.Quantile(0))
	require.True(t, math.IsInf(d.Quantile(1), 1))
}

// mean = exp(mu + s^2/2), sd = mean sqrt(exp(s^2) - 1)
func TestFactorMoments(t *testing.T) {
	for _, k := range []float64{1.0001, 1.3, 2, 10, 100} {
		d, err := dist.Factor(950, k)
		require.NoError(t, err)
		s := math.Log(k) / z95
		mean := math.Exp(math.Log(950) + s*s/2)
		require.InEpsilon(t, mean, d.Mean(), 1e-13)
		require.InEpsilon(t, mean*math.Sqrt(math.Expm1(s*s)), d.StdDev(), 1e-11)

		oracle := distuv.LogNormal{Mu: math.Log(950), Sigma: s}
		require.InEpsilon(t, oracle.Mean(), d.Mean(), 1e-12)
		for _, p := range []float64{1e-9, 0.05, 0.3, 0.9, 0.999} {
			require.InEpsilon(t, oracle.Quantile(p), d.Quantile(p), 1e-12)
		}
	}
}

// From a mean m and a coefficient of variation c: s^2 = ln(1+c^2),
// mu = ln m - s^2/2.
func TestFactorFromMeanAndVariation(t *testing.T) {
	const m, c = 1000, 0.3
	s := math.Sqrt(math.Log(1 + c*c))
	d, err := dist.Factor(math.Exp(math.Log(m)-s*s/2), math.Exp(z95*s))
	require.NoError(t, err)
	require.InEpsilon(t, 1000.0, d.Mean(), 1e-12)
	require.InEpsilon(t, 300.0, d.StdDev(), 1e-12)
}

func TestToHoldsItsPercentiles(t *testing.T) {
	for _, c := range [][2]float64{{800, 1200}, {4, 9}, {1e-3, 1}, {1e-200, 1e-199}, {1e200, 1.5e200}} {
		d, err := dist.To(c[0], c[1])
		require.NoError(t, err)
		require.InEpsilon(t, c[0], d.Quantile(0.05), 1e-13)
		require.InEpsilon(t, c[1], d.Quantile(0.95), 1e-13)
		require.InEpsilon(t, math.Sqrt(c[0])*math.Sqrt(c[1]), d.Quantile(0.5), 1e-14)
	}
	d, err := dist.To(4, 9)
	require.NoError(t, err)
	require.Equal(t, 6.0, d.Quantile(0.5))
	f, err := dist.Factor(6, 1.5)
	require.NoError(t, err)
	require.True(t, d == f, "4 to 9 is 6 */ 1.5")
}

func TestToBelowZeroIsNormal(t *testing.T) {
	d, err := dist.To(-10, 30)
	require.NoError(t, err)
	require.InDelta(t, -10, d.Quantile(0.05), 1e-13)
	require.InDelta(t, 30, d.Quantile(0.95), 1e-13)
	require.Equal(t, 10.0, d.Mean())
	require.InDelta(t, 20/z95, d.StdDev(), 1e-13)
}

func TestFactorAndToRefuse(t *testing.T) {
	for _, c := range []struct {
		a, b       float64
		to, factor dist.Reason
	}{
		{0, 1.3, dist.ErrZero, dist.ErrZero},
		{1200, 800, dist.ErrUpsideDown, ""},
		{5, 5, dist.ErrNoWidth, ""},
		{950, 1, dist.ErrUpsideDown, dist.ErrNoWidth},
		{950, 0.8, dist.ErrUpsideDown, dist.ErrFactor},
		{950, -2, dist.ErrUpsideDown, dist.ErrFactor},
		{-950, 1.3, "", dist.ErrNegative},
		{math.NaN(), 2, dist.ErrNotFinite, dist.ErrNotFinite},
		{1, math.Inf(1), dist.ErrNotFinite, dist.ErrNotFinite},
		{1, math.Nextafter(1, 2), dist.ErrNoWidth, ""}, // the same to sixteen digits
		{1e-300, 1e300, dist.ErrTooWide, dist.ErrTooWide},
		{1e308, 1.5e308, dist.ErrTooWide, dist.ErrTooWide},
	} {
		if _, err := dist.To(c.a, c.b); c.to != "" {
			require.ErrorIs(t, err, c.to, "%v to %v", c.a, c.b)
		} else {
			require.NoError(t, err)
		}
		if _, err := dist.Factor(c.a, c.b); c.factor != "" {
			require.ErrorIs(t, err, c.factor, "%v */ %v", c.a, c.b)
		} else {
			require.NoError(t, err)
		}
	}
	_, err := dist.Factor(0, 1.3)
	require.ErrorContains(t, err, "a zero has no factor: 0 */ 1.3")
}
