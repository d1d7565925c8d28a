package dist_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows/dist"
)

// agrees compares a table with one call for each of its entries.
func agrees(t *testing.T, d dist.Dist, n int, relative float64) {
	t.Helper()
	table := make([]float64, n)
	dist.Midpoints(d, table)
	require.True(t, slices.IsSorted(table), "%v", d)
	for i, x := range table {
		q := d.Quantile((float64(i) + 0.5) / float64(n))
		if !(math.Abs(x-q) <= relative*math.Abs(q)) {
			require.InEpsilon(t, q, x, relative, "%v, entry %d of %d", d, i, n)
		}
	}
}

var lengths = []int{0, 1, 2, 3, 7, 100, 8192, 10000}

func TestMidpointsOfALogNormal(t *testing.T) {
	for _, s := range []string{"950 */ 1.0001", "950 */ 1.3", "800 to 1200", "1 */ 10", "1e-9 */ 100"} {
		for _, n := range lengths {
			agrees(t, parse(t, s), n, 1e-12)
		}
	}
}

func TestMidpointsOfAPERT(t *testing.T) {
	for _, s := range []string{
		"0..0..1", "0..0.0001..1", "0..0.1..1", "0..0.25..1", "0..0.3333..1", "0..0.5..1", "0..0.77..1", "0..0.9999..1", "0..1..1", "800..950..1200", "0.2..0.28..0.35",
	} {
		for _, n := range lengths {
			agrees(t, parse(t, s), n, 1e-9)
		}
	}
	net, err := dist.Around(-1200, -950, -800)
	require.NoError(t, err)
	agrees(t, net, 8192, 1e-9)
}

// Beta(1,5) has the quantile 1-(1-p)^(1/5), Beta(5,1) has p^(1/5): the table is
// compared with what it stands for and not with another approximation.
func TestMidpointsOfAPERTAgainstClosedForms(t *testing.T) {
	for _, n := range []int{8192, 10000, 200000} {
		low, high := make([]float64, n), make([]float64, n)
		dist.Midpoints(parse(t, "0..0..1"), low)
		dist.Midpoints(parse(t, "0..1..1"), high)
		for i := range n {
			p := (float64(i) + 0.5) / float64(n)
			if want := -math.Expm1(math.Log1p(-p) / 5); math.Abs(low[i]-want) > 1e-12*want {
				require.InEpsilon(t, want, low[i], 1e-12)
			}
			if want := math.Pow(p, 0.2); math.Abs(high[i]-want) > 1e-12*want {
				require.InEpsilon(t, want, high[i], 1e-12)
			}
		}
	}
}

func TestMidpointsOfTheOthers(t *testing.T) {
	net, err := dist.ParseAny("-20 +- 60")
	require.NoError(t, err)
	for _, d := range []dist.Dist{net, parse(t, "5"), parse(t, "0..3"), parse(t, "1 +- 1"), distuv.Gamma{Alpha: 2, Beta: 1}} {
		for _, n := range []int{0, 1, 2, 101} {
			agrees(t, d, n, 0)
		}
	}
	table := []float64{1, 2}
	dist.Midpoints(nil, table)
	require.True(t, math.IsNaN(table[0]) && math.IsNaN(table[1]))
}

// The mean of a table is the mean of the distribution: the reason for
// stratified draws.
func TestMidpointsHoldTheMean(t *testing.T) {
	table := make([]float64, 8192)
	for s, relative := range map[string]float64{"800..1200": 1e-13, "800..950..1200": 1e-6, "950 */ 1.3": 1e-5, "950 +- 60": 1e-5} {
		d := parse(t, s)
		dist.Midpoints(d, table)
		var sum float64
		for _, x := range table {
			sum += x
		}
		require.InEpsilon(t, d.Mean(), sum/8192, relative, s)
	}
}

// BenchmarkMidpoints fills tables of 10,000. Quantile takes one call per point:
// about 2 us for a PERT.
func BenchmarkMidpoints(b *testing.B) {
	table := make([]float64, 10000)
	for _, c := range []struct{ name, text string }{
		{"log-normal", "950 */ 1.3"}, {"PERT", "800..950..1200"}, {"PERT-end", "0..0..1"}, {"normal", "950 +- 60"}, {"uniform", "800..1200"},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := parse(b, c.text)
			b.ReportAllocs()
			for b.Loop() {
				dist.Midpoints(d, table)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(table)), "ns/point")
		})
	}
}

func BenchmarkQuantile(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"log-normal", "950 */ 1.3"}, {"PERT", "800..950..1200"}} {
		b.Run(c.name, func(b *testing.B) {
			d := parse(b, c.text)
			i := 0
			for b.Loop() {
				i = (i + 1) % 1000
				d.Quantile((float64(i) + 0.5) / 1000)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		parse(b, "800..950..1200")
	}
}
