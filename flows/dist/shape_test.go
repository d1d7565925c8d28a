package dist_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

func TestShapeIsScaleTimesUnit(t *testing.T) {
	for _, s := range []string{
		"950", "0", "-5", "800..1200", "-20..35", "-35..20", "-35..-20", "0..0.5", "800..950..1200", "-9..-5..2", "800 to 1200", "950 */ 1.3",
		"950 +- 60", "-20 +- 60", "0 +- 1", "1e-300 +- 1", "-5 to 9",
	} {
		for _, read := range []func(string) (dist.Dist, error){dist.Parse, dist.ParseAny} {
			d, err := read(s)
			if err != nil {
				continue // a negative mass
			}
			shape, ok := dist.ShapeOf(d)
			require.True(t, ok, s)
			for _, p := range []float64{0.001, 0.05, 0.3, 0.5, 0.95, 0.999} {
				require.InDelta(t, d.Quantile(p), shape.Scale*shape.Unit.Quantile(p), 1e-13*(d.Quantile(0.95)-d.Quantile(0.05)+1000), s)
			}
			require.InDelta(t, d.Mean(), shape.Scale*shape.Unit.Mean(), 1e-11, s)
			require.InDelta(t, d.StdDev(), shape.Scale*shape.Unit.StdDev(), 1e-11, s)
		}
	}
}

func TestShapesThatDifferByAFactorShareAKey(t *testing.T) {
	same := [][]string{
		{"950", "3", "0"},
		{"950 */ 1.3", "2 */ 1.3", "0.001 */ 1.3"},
		{"4 to 9", "40 to 90", "6 */ 1.5"},
		{"800..1200", "8..12", "0.5..0.75"},
		{"800..1000..1200", "8..10..12"},
		{"950 +- 95", "10 +- 1"},
	}
	owner := map[string]int{}
	for i, texts := range same {
		first, ok := dist.ShapeOf(parse(t, texts[0]))
		require.True(t, ok)
		_, taken := owner[first.Key]
		require.False(t, taken, texts[0])
		owner[first.Key] = i
		for _, s := range texts[1:] {
			shape, ok := dist.ShapeOf(parse(t, s))
			require.True(t, ok)
			require.Equal(t, first.Key, shape.Key, "%s and %s", texts[0], s)
			require.True(t, first.Unit == shape.Unit, "%s and %s", texts[0], s)
		}
	}
	massKey, _ := dist.ShapeOf(parse(t, "950 +- 95"))
	net, err := dist.ParseAny("950 +- 95")
	require.NoError(t, err)
	netKey, _ := dist.ShapeOf(net)
	require.NotEqual(t, massKey.Key, netKey.Key, "one is conditioned on >= 0")
}

func TestShapeOfAForeignDistribution(t *testing.T) {
	for _, d := range []dist.Dist{nil, distuv.UnitNormal, distuv.LogNormal{Sigma: 1}} {
		_, ok := dist.ShapeOf(d)
		require.False(t, ok)
	}
}
