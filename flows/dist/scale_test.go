package dist_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

func TestScaleKeepsTheKind(t *testing.T) {
	for _, c := range []struct {
		text string
		k    float64
		want string
	}{
		{"8751", 0.001, "8.751"}, // kg to t, to the last bit
		{"0", 0.001, "0"},
		{"800..1200", 0.001, "0.8..1.2"},
		{"800..950..1200", 1000, "800000..950000..1200000"},
		{"950 */ 1.3", 1e-6, "0.00095 */ 1.3"},
		{"800 to 1200", 1000, "800000 to 1200000"},
		{"950 +- 60", 0.001, "0.95 +- 0.06"},
		{"100", 0.45359237, "45.359237"}, // lb to kg
	} {
		d, err := dist.Scale(parse(t, c.text), c.k)
		require.NoError(t, err)
		want := parse(t, c.want)
		for _, p := range []float64{0.05, 0.5, 0.95} {
			require.InEpsilon(t, 1+want.Quantile(p), 1+d.Quantile(p), 1e-15, c.text)
		}
		require.IsType(t, want, d)
	}
	d, err := dist.Scale(parse(t, "8751"), 0.001)
	require.NoError(t, err)
	require.Equal(t, dist.Exactly(8.751), d)
	net, err := dist.PlusMinusAny(-20, 60)
	require.NoError(t, err)
	kilograms, err := dist.Scale(net, 1000)
	require.NoError(t, err)
	require.Equal(t, -20000.0, kilograms.Mean())
}

func TestScaleTakesForeignDistributions(t *testing.T) {
	d, err := dist.Scale(distuv.Gamma{Alpha: 2, Beta: 1}, 3) // mean 2, sd sqrt(2)
	require.NoError(t, err)
	d, err = dist.Scale(d, 10)
	require.NoError(t, err)
	require.InDelta(t, 60, d.Mean(), 1e-12)
	require.InDelta(t, 30*math.Sqrt2, d.StdDev(), 1e-12)
	require.InDelta(t, 30*distuv.Gamma{Alpha: 2, Beta: 1}.Quantile(0.3), d.Quantile(0.3), 1e-12)
}

func TestScaleRefuses(t *testing.T) {
	for _, k := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err := dist.Scale(dist.Exactly(1), k)
		require.ErrorIs(t, err, dist.ErrNotFinite)
	}
	_, err := dist.Scale(nil, 1)
	require.ErrorIs(t, err, dist.ErrEmpty)
	for _, s := range []string{"1e300", "1e300..2e300", "1e300..2e300..3e300", "1e300 */ 2", "1e300 +- 1e299"} {
		_, err := dist.Scale(parse(t, s), 1e10)
		require.ErrorContains(t, err, "times 10000000000", s)
	}
	for _, s := range []string{"1e-300", "1e-300..2e-300", "1e-300 */ 2", "1e-300 +- 1e-301"} {
		_, err := dist.Scale(parse(t, s), 1e-100)
		require.Error(t, err, s)
	}
	foreign, err := dist.Scale(distuv.UnitNormal, 1e300)
	require.NoError(t, err)
	_, err = dist.Scale(foreign, 1e300)
	require.ErrorIs(t, err, dist.ErrNotFinite)
}

func TestSpread(t *testing.T) {
	spread := func(s string) dist.Dist {
		d, err := dist.ParseSpread(s)
		require.NoError(t, err)
		return d
	}
	d, err := dist.Spread(950, spread("*/1.3"))
	require.NoError(t, err)
	require.Equal(t, parse(t, "950 */ 1.3"), d)

	d, err = dist.Spread(950, spread("+-6 %"))
	require.NoError(t, err)
	require.Equal(t, parse(t, "950 +- 57"), d) // 6 % of 950

	d, err = dist.Spread(200, spread("0.5..1"))
	require.NoError(t, err)
	require.Equal(t, parse(t, "100..200"), d)

	d, err = dist.Spread(0, spread("1"))
	require.NoError(t, err)
	require.Equal(t, dist.Exactly(0), d)
}

func TestSpreadRefuses(t *testing.T) {
	factor := parse(t, "1 */ 1.3")
	for x, want := range map[float64]dist.Reason{0: dist.ErrZero, -5: dist.ErrNegative, math.Inf(1): dist.ErrNotFinite} {
		_, err := dist.Spread(x, factor)
		require.ErrorIs(t, err, want)
	}
	_, err := dist.Spread(0, factor)
	require.ErrorContains(t, err, "a zero has no factor: 0 times 1 */ 1.3")
	_, err = dist.Spread(math.NaN(), dist.Exactly(1))
	require.ErrorIs(t, err, dist.ErrNotFinite)
	_, err = dist.Spread(5, nil)
	require.ErrorIs(t, err, dist.ErrEmpty)
}
