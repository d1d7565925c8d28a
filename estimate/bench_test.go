package estimate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// syntheticWorld is a ledger of minerals x places x years: gross exports and imports and contained output, log-normal, and a PERT grade for
// each mineral and place, shared over its years.
func syntheticWorld(t testing.TB, places, years int) *flows.Ledger {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	factor := func(median, k float64) dist.Dist {
		d, err := dist.Factor(median, k)
		require.NoError(t, err)
		return d
	}
	o := &flows.Origin{ID: "synthetic", Producer: "synthetic", Published: "2024"}
	var all []flows.Record
	for i := range places {
		place := flows.Place(fmt.Sprintf("p%03d", i))
		all = append(all, flows.Site{Place: place, Name: string(place)})
		for _, mineral := range []flows.Mineral{flows.Tantalum, flows.Tin, flows.Tungsten} {
			substance := map[flows.Mineral]flows.Basis{flows.Tantalum: flows.Ta, flows.Tin: flows.Sn, flows.Tungsten: flows.W}[mineral]
			mode := 0.3 + 0.3*rng.Float64()
			grade, err := dist.Around(mode-0.1, mode, mode+0.15)
			require.NoError(t, err)
			all = append(all, flows.Rate{Mineral: mineral, Place: place, Of: substance, Per: flows.Gross, Value: grade, Origin: o})
			for y := range years {
				size := 100 + 5000*rng.Float64()
				claim := func(from, to, reporter flows.Place, basis flows.Basis, median, k float64) {
					all = append(all, flows.Claim{Flow: flows.Flow{Mineral: mineral, Period: flows.Year(2000 + y), From: from, To: to},
						Reporter: reporter, Amount: flows.Amount{Value: factor(median, k), Basis: basis}, Origin: o, Locator: "row"})
				}
				claim(place, flows.World, place, flows.Gross, size, 1.2)
				claim(flows.World, place, "", flows.Gross, size*0.3*rng.Float64(), 1.3)
				claim(flows.Ground, place, "", substance, size*mode*rng.Float64(), 1.6)
			}
		}
	}
	l, err := flows.NewLedger(slices.Values(all))
	require.NoError(t, err)
	return l
}

// BenchmarkMassBalance is the yardstick of the estimator: 15,000 cells (3 minerals x 200 places x 25 years), 10,000 draws each, with
// mean, standard deviation, P(>0) and five quantiles of the surplus of every cell, and the same with all quantities of a row (outflow,
// output, inflow, surplus, share, output gap), through the path that every MassBalance takes.
//
// Reached on two cores of a shared x86-64 server (AMD EPYC, Go 1.26), three runs: 32, 32 and 36 million cell-draws a second for the
// surplus and 21 to 23 million for all quantities, when NumPy with two processes, timed in turn on the same machine, did 10 million
// (exports, imports and output drawn anew for each cell, one grade for 25 years, the same statistics): 3.2 times as many; 43 to 48
// million at times when that machine was less busy. Memory grows by 80 to 100 MiB, of which the result keeps half.
func BenchmarkMassBalance(b *testing.B) {
	for _, c := range []struct {
		name       string
		quantities []estimate.Quantity
	}{{"surplus", []estimate.Quantity{estimate.Surplus}}, {"all", nil}} {
		b.Run(c.name, func(b *testing.B) { benchmarkMassBalance(b, c.quantities) })
	}
}

func benchmarkMassBalance(b *testing.B, quantities []estimate.Quantity) {
	l := syntheticWorld(b, 200, 25)
	m, modelErr := estimate.NewModel(l, estimate.Options{Draws: 10_000})
	require.NoError(b, modelErr)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	run := estimate.MassBalance{Quantities: quantities}
	r, err := run.Estimate(context.Background(), m) // fresh memory is slow the first time
	require.NoError(b, err)
	cells := 0
	for b.Loop() {
		r, err = run.Estimate(context.Background(), m)
		if err != nil {
			b.Fatal(err)
		}
		cells = len(r.Balances)
	}
	runtime.ReadMemStats(&after)
	require.Equal(b, 15_000, cells)
	b.ReportMetric(float64(cells)*10_000*float64(b.N)/b.Elapsed().Seconds(), "cell-draws/s")
	b.ReportMetric(float64(after.Sys-before.Sys)/(1<<20), "MiB")
	runtime.KeepAlive(r)
}
