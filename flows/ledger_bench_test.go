package flows_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// worldRecords are 45,000 claims: output, exports and imports of 3 minerals in 200 places over 25 years, and a grade a place.
func worldRecords(tb testing.TB) []flows.Record {
	var codes []flows.Place
	var out []flows.Record
	for i := range 200 {
		codes = append(codes, flows.Place(fmt.Sprintf("p%03d", i)))
		out = append(out, flows.Site{Place: codes[i], Name: string(codes[i])})
	}
	wide, err := dist.Factor(100, 1.5)
	require.NoError(tb, err)
	grade, err := dist.Around(0.2, 0.3, 0.4)
	require.NoError(tb, err)
	o := &flows.Origin{ID: "made", Producer: "made", Published: "2024"}
	for m, mineral := range []flows.Mineral{flows.Tantalum, flows.Tin, flows.Tungsten} {
		for i, p := range codes {
			out = append(out, flows.Rate{Mineral: mineral, Place: p, Of: []flows.Basis{flows.Ta, flows.Sn, flows.W}[m], Per: flows.Gross, Value: grade, Origin: o})
			for y := 2000; y < 2025; y++ {
				claim := func(from, to, by flows.Place) {
					amount, err := dist.Scale(wide, 1+float64((len(out)*7919)%99991)/10)
					require.NoError(tb, err)
					out = append(out, flows.Claim{Flow: flows.Flow{Mineral: mineral, Period: flows.Year(y), From: from, To: to}, Reporter: by,
						Amount: flows.Amount{Value: amount, Basis: flows.Gross}, Origin: o})
				}
				claim(flows.Ground, p, p)
				claim(p, flows.World, p)
				claim(p, codes[(i+1)%len(codes)], codes[(i+1)%len(codes)])
			}
		}
	}
	return out
}

// The ledger of 45,000 claims, every check included: 0.4 s on a shared two-core AMD EPYC.
func BenchmarkNewLedger(b *testing.B) {
	records := worldRecords(b)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, err := flows.NewLedger(slices.Values(records)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(records))*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// One balance of that ledger, its statements included: 20 microseconds there.
func BenchmarkBalance(b *testing.B) {
	l, err := flows.NewLedger(slices.Values(worldRecords(b)))
	require.NoError(b, err)
	cells := slices.Collect(l.Cells())
	require.Len(b, cells, 3*200*25)
	b.ReportAllocs()
	b.ResetTimer()
	i := 0
	for b.Loop() {
		bal := l.Balance(cells[i%len(cells)])
		if len(bal.Statements(bal.Declared)) != 1 {
			b.Fatal(fmt.Sprint(bal.Cell))
		}
		i++
	}
}
