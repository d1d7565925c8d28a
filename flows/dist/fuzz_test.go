package dist_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows/dist"
)

// sound fails unless d has finite, ordered quantiles and finite moments, and
// reads back as itself.
func sound(t *testing.T, text string, d dist.Dist, read func(string) (dist.Dist, error)) {
	t.Helper()
	last := math.Inf(-1)
	for _, p := range []float64{1e-9, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1 - 1e-9} {
		x := d.Quantile(p)
		require.False(t, math.IsNaN(x) || math.IsInf(x, 0), "%q at %v: %v", text, p, x)
		require.GreaterOrEqual(t, x, last, "%q at %v", text, p)
		last = x
	}
	require.False(t, math.IsNaN(d.Mean()) || math.IsInf(d.Mean(), 0), "%q", text)
	require.False(t, math.IsNaN(d.StdDev()) || math.IsInf(d.StdDev(), 0) || d.StdDev() < 0, "%q", text)

	again, err := read(d.(fmt.Stringer).String())
	require.NoError(t, err, "%q", text)
	require.True(t, d == again, "%q: %v is not %v", text, again, d)

	shape, ok := dist.ShapeOf(d)
	require.True(t, ok)
	for _, p := range []float64{0.05, 0.5, 0.95} {
		x := d.Quantile(p)
		require.InDelta(t, x, shape.Scale*shape.Unit.Quantile(p), 1e-11*max(math.Abs(x), d.StdDev(), math.Abs(d.Mean()))+1e-300, "%q", text)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"950", "800..1200", "800..950..1200", "800 to 1200", "950 +- 60", "950 ± 60", "950 */ 1.3", "1.2e3", "-5..5", "-5 to 9", "-3 +- 2",
		">=120", "1,200", "900..1100x", "NaN", "1e400", "0x1p-2", "1_000", "0 to 5", "5..5", "1200..800", "1e-320 */ 2", "1e308..1.1e308", "0.9 +- 1",
		// the ends of what a float64 holds
		"5e-324", "1e-323..2e-323", "5e-324..1e-323..2e-323", "1e-310 +- 1e-311", "5e-324 */ 1.0000000001", "1e-200 to 1e-199", "1 */ 1e9", "1e-9 to 1e9",
		"1.7e308", "0..1.7e308", "0..1e307..1.7e308", "1.7e308 */ 1.0001", "1e308 +- 1e306", "1 to 1.0000000000000004", "3 */ 1.0000000000000002", "-1e-320..1", "-1e-300 +- 1e-320",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := dist.Parse(s); err == nil {
			sound(t, s, d, dist.Parse)
			require.GreaterOrEqual(t, d.Quantile(0), 0.0, "%q: a mass", s)
			if k, err := dist.Scale(d, 0.001); err == nil {
				sound(t, s, k, dist.Parse)
			}
		} else {
			require.NotEmpty(t, err.Error())
		}
		if d, err := dist.ParseAny(s); err == nil {
			sound(t, s, d, dist.ParseAny)
		}
	})
}

func FuzzParseSpread(f *testing.F) {
	for _, s := range []string{"*/1.3", "*/ 1.3", "+-6 %", "±6%", "+/- 6 %", "0.7..1", "0.8..1..1.3", "0.9 to 1.2", "1", "1.3", "+-6", "*/1", "+-150 %"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := dist.ParseSpread(s)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		sound(t, s, d, dist.ParseSpread)
		require.GreaterOrEqual(t, d.Quantile(0), 0.0)
		x, err := dist.Spread(950, d)
		require.NoError(t, err)
		require.InEpsilon(t, 950*d.Mean(), x.Mean(), 1e-9)
	})
}
