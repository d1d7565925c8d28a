package estimate_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// BenchmarkMirror compares 3,000 flows (30 exporters x 10 importers x 10 years), each with tonnes and dollars of both ends, and the 300
// totals that they make up: ns per gap of 8,192 draws, both measures, sums, reporters and unit values included.
func BenchmarkMirror(b *testing.B) {
	z := normals()
	records := []flows.Record{rate("tin - - Sn/gross", "0.55..0.66..0.73", origin("g")), rate("tin - - USD-cif/USD", "1.01..1.04..1.12", origin("f")), rate("tin - - USD-spot/Sn", "20000 */ 1.03", origin("p"))}
	for i := range 30 {
		records = append(records, flows.Site{Place: flows.Place(fmt.Sprintf("x%02d", i)), Name: "x"})
	}
	for j := range 10 {
		records = append(records, flows.Site{Place: flows.Place(fmt.Sprintf("m%02d", j)), Name: "m"})
	}
	for y := range 10 {
		for i := range 30 {
			for j := range 10 {
				x, m := fmt.Sprintf("x%02d", i), fmt.Sprintf("m%02d", j)
				flow := fmt.Sprintf("tin %d %s>%s", 2010+y, x, m)
				tonnes := 100 * math.Exp(z())
				for _, end := range []struct {
					place flows.Place
					basis flows.Basis
				}{{flows.Place(x), flows.USD}, {flows.Place(m), flows.USDCIF}} {
					records = append(records, claim(flow, spell(tonnes*math.Exp(0.2*z()))+" */ 1.1", flows.Gross, origin("customs "+string(end.place)), by(end.place)),
						claim(flow, spell(12000*tonnes*math.Exp(0.2*z())), end.basis, origin("customs "+string(end.place)), by(end.place)))
				}
			}
		}
	}
	l, err := flows.NewLedger(slices.Values(records))
	require.NoError(b, err)
	m, err := estimate.NewModel(l, estimate.Options{})
	require.NoError(b, err)
	b.ReportAllocs()
	gaps := 0
	for b.Loop() {
		r, err := estimate.Mirror{}.Estimate(context.Background(), m)
		require.NoError(b, err)
		gaps = len(r.Gaps)
	}
	require.Equal(b, 3300, gaps)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(gaps), "ns/gap")
}
