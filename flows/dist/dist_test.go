package dist_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

// gonum's distributions are Dists as they are.
var (
	_ dist.Dist = distuv.Normal{}
	_ dist.Dist = distuv.LogNormal{}
	_ dist.Dist = distuv.Uniform{}
	_ dist.Dist = distuv.Beta{}
	_ dist.Dist = distuv.Gamma{}
	_ dist.Dist = distuv.Triangle{}
)

// parse reads a text that must be right.
func parse(t testing.TB, s string) dist.Dist {
	t.Helper()
	d, err := dist.Parse(s)
	require.NoError(t, err)
	return d
}

func TestNotationsReadBackAsTheSameDistribution(t *testing.T) {
	for _, s := range []string{
		"950", "0", "0.001", "27.7", "1234567", "800..1200", "0..0.5", "800..950..1200", "0..0..5", "1..2..2",
		"950 +- 60", "1 +- 1", "950 */ 1.3", "0.3 */ 10", "800 to 1200", "0.2 to 0.35", "4 to 9",
	} {
		require.Equal(t, s, parse(t, s).(fmt.Stringer).String())
	}
	for text, want := range map[string]string{
		" 800 .. 1200 ": "800..1200", "950±60": "950 +- 60", "950 +/- 60": "950 +- 60", "950*/1.3": "950 */ 1.3",
		"1.2e3": "1200", "1E+3": "1000", "5e-9": "5e-09", "1e300": "1e+300", "-0": "0", "800  to\t1200": "800 to 1200",
	} {
		d := parse(t, text)
		require.Equal(t, want, d.(fmt.Stringer).String())
		require.True(t, d == parse(t, want), text)
	}
	for _, s := range []string{"-5", "-20..35", "-20..-5..0", "-20 +- 60", "0 +- 1", "950 +- 60"} {
		d, err := dist.ParseAny(s)
		require.NoError(t, err)
		require.Equal(t, s, d.(fmt.Stringer).String())
	}
}

func TestNoQuantileOutsideTheProbabilities(t *testing.T) {
	foreign, err := dist.Scale(distuv.UnitNormal, 2)
	require.NoError(t, err)
	net, err := dist.PlusMinusAny(0, 1)
	require.NoError(t, err)
	for _, d := range []dist.Dist{foreign, net, parse(t, "5"), parse(t, "1..2"), parse(t, "1..2..4"), parse(t, "1 to 2"), parse(t, "5 +- 1")} {
		for _, p := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
			require.True(t, math.IsNaN(d.Quantile(p)), "%v at %v", d, p)
		}
	}
}

func TestQuantilesDoNotFall(t *testing.T) {
	net, err := dist.ParseAny("-20 +- 60")
	require.NoError(t, err)
	for _, d := range []dist.Dist{
		net, parse(t, "5"), parse(t, "1..2"), parse(t, "0..0..4"), parse(t, "0..4..4"), parse(t, "1..1.7..4"), parse(t, "1 */ 50"), parse(t, "1 +- 1.1"),
	} {
		last := d.Quantile(0)
		for i := 1; i <= 20000; i++ {
			x := d.Quantile(float64(i) / 20000)
			require.GreaterOrEqual(t, x, last, "%v at %d/20000", d, i)
			last = x
		}
	}
}
