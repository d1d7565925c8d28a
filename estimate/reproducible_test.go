package estimate_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// mixed is a ledger with something of everything: pools, bounds, shared rates, sides, inflow, stock.
func mixed() []flows.Record {
	biased := edition("BGS", "2022")
	biased.Bias = value("1 */ 1.1")
	records := []flows.Record{
		rate("tin - - Sn/gross", "0.4..0.55..0.7", origin("g1")), rate("tin - - Sn/gross", "0.6 */ 1.1", origin("g2")),
		rate("gold - - USD-cif/USD", "1.005..1.02..1.04", origin("freight")),
		rate("gold - - USD/USD-spot", "0.8..0.9..1", origin("share")),
	}
	for y := 2015; y < 2021; y++ {
		year := fmt.Sprint(y)
		records = append(records, rate("gold - "+year+" USD-spot/Au", "40000000 */ 1.02", origin("price")))
		for i, p := range []flows.Place{"RWA", "UGA", "BDI"} {
			k := spell(float64(100*(i+1) + y - 2000))
			records = append(records,
				claim("tin "+year+" "+string(p)+">world", k+" */ 1.1", flows.Gross, origin("customs"), by(p)),
				claim("tin "+year+" "+string(p)+">MYS", k+" */ 1.3", flows.Gross, origin("comtrade"), by("MYS")),
				claim("tin "+year+" ground>"+string(p), "30 */ 1.4", flows.Sn, biased),
				claim("tin "+year+" ground>"+string(p), "50 */ 1.2", flows.Sn, origin("USGS")),
				claim("tin "+year+" COD>"+string(p), "3 */ 2", flows.Sn, origin("COD"), by("COD")),
				claim("gold "+year+" "+string(p)+">ARE", k+"00000 */ 1.2", flows.USDCIF, origin("comtrade"), by("ARE")),
				claim("gold "+year+" ground>"+string(p), "<=0.02", flows.Au, origin("WMD")))
		}
	}
	return records
}

// same requires equality of every bit of every value.
func same(t *testing.T, a, b *estimate.Result) {
	t.Helper()
	require.Equal(t, len(a.Balances), len(b.Balances))
	for i := range a.Balances {
		x, y := &a.Balances[i], &b.Balances[i]
		require.Equal(t, x.Cell, y.Cell)
		require.Equal(t, len(x.Values), len(y.Values))
		for q, v := range x.Values {
			require.True(t, v == y.Values[q], "%s %s: %v and %v", x.Cell, q, v, y.Values[q])
		}
		require.Equal(t, x.Alternatives, y.Alternatives)
		require.Equal(t, codes(x), codes(y))
	}
}

func TestOrderOfRecordsLeavesNoTrace(t *testing.T) {
	records := mixed()
	first := result(t, records...)
	for seed := range uint64(3) {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		same(t, first, result(t, records...))
	}
}

func TestWorkersLeaveNoTrace(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	m := modelOf(t, estimate.Options{}, mixed()...)
	runtime.GOMAXPROCS(1)
	first := run(t, m)
	for _, n := range []int{2, 8} {
		runtime.GOMAXPROCS(n)
		same(t, first, run(t, m))
		same(t, first, result(t, mixed()...))
	}
}

func TestUnrelatedDatasetChangesNoBit(t *testing.T) {
	first := result(t, mixed()...)
	more := mixed()
	for y := range 30 {
		year := fmt.Sprint(1990 + y)
		more = append(more, claim("tin "+year+" PER>world", "500 */ "+spell(1.01+float64(y)/100), flows.Sn, origin("SUNAT"), by("PER")),
			claim("tin "+year+" ground>PER", "400 */ 1.2", flows.Sn, origin("MINEM")), claim("tungsten "+year+" ground>RWA", "400", flows.W, origin("USGS")))
	}
	second := result(t, more...)
	require.Greater(t, len(second.Balances), len(first.Balances))
	for i := range first.Balances {
		x := &first.Balances[i]
		for q, v := range x.Values {
			require.True(t, v == second.Balance(x.Cell).Values[q], "%s %s", x.Cell, q)
		}
	}
}

func TestSeedMovesTheDraws(t *testing.T) {
	a := row(t, run(t, modelOf(t, estimate.Options{Seed: 1}, mixed()...)), "tin/RWA/2016").Values[estimate.Surplus]
	b := row(t, run(t, modelOf(t, estimate.Options{Seed: 2}, mixed()...)), "tin/RWA/2016").Values[estimate.Surplus]
	require.NotEqual(t, a, b)
	require.InEpsilon(t, a.Median, b.Median, 0.25) // and not the answer
}

// Fewer quantities are faster and change nothing in the others.
func TestFewerQuantitiesChangeNothing(t *testing.T) {
	m := modelOf(t, estimate.Options{}, mixed()...)
	all := run(t, m)
	few, err := estimate.MassBalance{Quantities: []estimate.Quantity{estimate.Surplus, estimate.TradeGap}}.Estimate(context.Background(), m)
	require.NoError(t, err)
	require.Len(t, few.Balances, len(all.Balances))
	for i := range few.Balances {
		for q, v := range few.Balances[i].Values {
			require.Contains(t, []estimate.Quantity{estimate.Surplus, estimate.TradeGap}, q)
			require.True(t, v == all.Balances[i].Values[q])
		}
	}
}

// Draws made again are the draws of the result: their mean, deviation and probability are its own.
func TestDrawsAreTheResults(t *testing.T) {
	r := result(t, mixed()...)
	for i := range r.Balances {
		b := &r.Balances[i]
		for q, v := range b.Values {
			d, err := r.Draws(b.Cell, q)
			require.NoError(t, err)
			again := d.Summarize(0.9)
			require.InDelta(t, v.Mean, again.Mean, 1e-9*math.Abs(v.Mean)+1e-12, "%s %s", b.Cell, q)
			require.InDelta(t, v.Median, again.Median, 1e-9*math.Abs(v.Median)+1e-12)
			require.Equal(t, v.ProbPositive, again.ProbPositive)
		}
	}
}

func TestCancelled(t *testing.T) {
	m := modelOf(t, estimate.Options{Draws: 1 << 16}, mixed()...)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := estimate.MassBalance{}.Estimate(ctx, m)
	require.ErrorIs(t, err, context.Canceled)

	ctx, cancel = context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	start := time.Now()
	var cells []flows.Cell
	for range 1000 { // hours of work
		cells = slices.AppendSeq(cells, m.Ledger().Cells())
	}
	_, err = estimate.MassBalance{Cells: cells}.Estimate(ctx, m)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestOptionsOutOfRange(t *testing.T) {
	l := ledgerOf(t)
	for _, o := range []estimate.Options{{Draws: -1}, {Draws: 15}, {Draws: 1<<24 + 1}, {Level: -0.1}, {Level: 1}, {Level: math.NaN()}, {Outflow: "sideways"},
		{Outflow: estimate.Corroborated}, {Inflow: estimate.Mirrored}, {AsOf: "yesterday"}, {AsOf: "24"}} {
		_, err := estimate.NewModel(l, o)
		require.Error(t, err, "%+v", o)
	}
	m, err := estimate.NewModel(l, estimate.Options{})
	require.NoError(t, err)
	require.Equal(t, 8192, m.Options().Draws)
	require.Equal(t, 0.90, m.Options().Level)
	r, err := estimate.MassBalance{}.Estimate(context.Background(), m)
	require.NoError(t, err)
	require.Empty(t, r.Balances)
}

func TestTwoVariablesOfOneName(t *testing.T) {
	a, b := claim("tin 2020 ground>RWA", "1", flows.Sn, origin("BGS"), at("a.csv", 2)), claim("tin 2020 ground>RWA", "2", flows.Sn, origin("BGS"), at("a.csv", 3))
	b.Locator = "table 2"
	_, err := estimate.NewModel(ledgerOf(t, a, b), estimate.Options{})
	require.ErrorContains(t, err, "two variables of one name, claim/tin/2020/ground>RWA//by /BGS/Sn")
	require.ErrorContains(t, err, "a.csv:2")
	require.ErrorContains(t, err, "a.csv:3")
}

func TestUnknownMineralOfACell(t *testing.T) {
	_, err := estimate.MassBalance{Cells: []flows.Cell{cell("cobalt/COD/2020")}}.Estimate(context.Background(), modelOf(t, estimate.Options{}, mixed()...))
	require.ErrorContains(t, err, "cobalt")
}

// One model may be asked by many at once. (The race detector looks on.)
func TestConcurrentUse(t *testing.T) {
	m := modelOf(t, estimate.Options{}, mixed()...)
	first := run(t, modelOf(t, estimate.Options{}, mixed()...))
	var wg sync.WaitGroup
	results, errs := make([]*estimate.Result, 6), make([]error, 6)
	for i := range results {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results[i], errs[i] = estimate.MassBalance{}.Estimate(context.Background(), m)
			if errs[i] == nil {
				_, e1 := results[i].Total(estimate.Surplus, cell("tin/RWA/2016"), cell("tin/RWA/2017"))
				_, e2 := results[i].Explain(cell("tin/UGA/2016"))
				_, e3 := m.With(estimate.Scenario{Name: "declared", Outflow: estimate.Declared})
				errs[i] = errors.Join(e1, e2, e3)
			}
			m.Vars()
		}()
	}
	wg.Wait()
	for i := range results {
		require.NoError(t, errs[i])
		same(t, first, results[i])
	}
}

// Stratified draws hold every slice once, so the mean of one input is exact but for the shape within slices; the mean of 2,000 plain
// draws of sd 20 would be off by 0.45. A difference of two inputs is as good: means add.
func TestStratifiedMeans(t *testing.T) {
	for seed := range uint64(5) {
		b := row(t, run(t, modelOf(t, estimate.Options{Seed: seed},
			claim("tin 2020 RWA>world", "200 +- 20", flows.Sn, origin("x"), by("RWA")),
			claim("tin 2020 ground>RWA", "100 */ 1.5", flows.Sn, origin("a")))), "tin/RWA/2020")
		v := b.Values[estimate.Surplus]
		plain := math.Hypot(20, value("100 */ 1.5").StdDev()) / math.Sqrt(draws)
		require.InDelta(t, 200-value("100 */ 1.5").Mean(), v.Mean, plain/40)
	}
}

// Every variable that a row names is listed, with its distribution.
func TestVars(t *testing.T) {
	m := modelOf(t, estimate.Options{}, base()...)
	names := map[estimate.Var]estimate.Variable{}
	for _, v := range m.Vars() {
		names[v.Var] = v
	}
	require.Len(t, names, 6)
	require.Equal(t, 0.3, names["rate/tin/RWA/Sn per gross/grade"].Median)
	require.Equal(t, "1500", names["claim/tin/2020/RWA>ARE//by ARE/ARE/gross"].Text)
}
