package estimate_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

func warned(r *estimate.Result, code flows.Code, says string) bool {
	return slices.ContainsFunc(r.Warnings, func(w estimate.Warning) bool { return w.Code == code && strings.Contains(w.Text, says) })
}

// allFinite fails on any number of a result that is none.
func allFinite(t *testing.T, r *estimate.Result) {
	t.Helper()
	finite := func(what string, v *estimate.Value) {
		if v == nil {
			return
		}
		for _, x := range []float64{v.Mean, v.SD, v.Lo, v.Median, v.Hi, v.ProbPositive} {
			require.False(t, math.IsNaN(x) || math.IsInf(x, 0), "%s: %+v", what, *v)
		}
	}
	for i := range r.Flows {
		f := &r.Flows[i]
		finite(f.Flow.String(), f.Claimed)
		finite(f.Flow.String(), f.Prior)
		finite(f.Flow.String(), &f.Estimate)
		require.False(t, f.Z != nil && math.IsNaN(*f.Z), f.Flow.String())
	}
	for _, b := range r.Balances {
		for q, v := range b.Values {
			finite(b.Cell.String()+" "+string(q), &v)
		}
	}
}

// What has no posterior is a NetworkError with the code that a Reconcile has for the same fault.
func TestPosteriorErrorsAreTyped(t *testing.T) {
	m := modelOf(t, estimate.Options{}, tinNetwork()...)
	for _, c := range []struct {
		code   flows.Code
		change func(*estimate.Posterior)
	}{
		{estimate.ErrNowhere, func(p *estimate.Posterior) { p.Corridors = []flows.Corridor{tinCorridor("UGA", "TZA")} }},
		{estimate.ErrNowhere, func(p *estimate.Posterior) { p.Priors.Scales = map[estimate.Route]float64{{From: "UGA", To: "COD"}: 5} }},
		{estimate.ErrNoClaim, func(p *estimate.Posterior) { p.Places = append(p.Places, "PER") }},
		{estimate.ErrCellsOverlap, func(p *estimate.Posterior) { p.Places = append(p.Places, "BDI+COD") }},
	} {
		p := quickPosterior()
		c.change(&p)
		_, err := p.Estimate(context.Background(), m)
		require.ErrorIs(t, err, c.code)
		var n *estimate.NetworkError
		require.ErrorAs(t, err, &n)
		require.Equal(t, flows.Tin, n.Mineral)
	}
	_, err := estimate.Posterior{}.Estimate(context.Background(), modelOf(t, estimate.Options{}, claim("tin 2018 ground>RWA", "1", flows.Sn, origin("x"))))
	require.ErrorIs(t, err, estimate.ErrNoNetwork)
	p := quickPosterior()
	p.Places, p.Priors.StockMonths = []flows.Place{"RWA"}, -1
	_, err = p.Estimate(context.Background(), modelOf(t, estimate.Options{}, claim("tin 2018 ground>RWA", "1", flows.Sn, origin("x")), claim("tin 2018 RWA>world", "0", flows.Sn, origin("y"), by("RWA"))))
	require.ErrorIs(t, err, estimate.ErrInfeasible)
	// 100 t dug and 1 t sent away, each within a thousandth, with no stocks and no route: nothing closes that
	p.Priors.BiasLogSD = -1
	_, err = p.Estimate(context.Background(), modelOf(t, estimate.Options{}, claim("tin 2018 ground>RWA", "1", flows.Sn, origin("x")),
		claim("tin 2018 RWA>world", "100", flows.Sn, origin("y"), by("RWA")), claim("tin 2018 RWA>use", "1000", flows.Sn, origin("z"))))
	require.ErrorIs(t, err, estimate.ErrInfeasible)
}

// A counted nil is the strongest thing that can be said of a flow. With an output of nil and exports of 100 t, known to sd 0.01 of the
// logarithm, all that is exported came over the corridor, but for a stock change of which one month of the outflow is one standard deviation:
// the density of the corridor S at exports X = S - stock is that of a half-normal of scale 1,000 times a normal of (S - 100)/8.33, so that
// S is normal around 100/(1 + (8.33/1000)^2) = 99.99 with sd 8.33.
func TestPosteriorTakesNilAtItsWord(t *testing.T) {
	p := estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 2000, Priors: estimate.Priors{BiasLogSD: -1, FlowLogSD: math.Inf(1),
		Scales: map[estimate.Route]float64{{From: "COD", To: "RWA"}: 1000}}}
	exports := claim("tin 2018 RWA>world", "100 */ "+logSD(0.01), flows.Sn, origin("customs"), by("RWA"))
	nil0 := claim("tin 2018 ground>RWA", "0", flows.Sn, origin("survey"))
	r := posterior(t, p, modelOf(t, estimate.Options{}, tinCorridor("COD", "RWA"), exports, nil0))
	x := drawsOf(t, r, flowNamed("tin 2018 COD>RWA", flows.Unrecorded))
	mean, sd := meanAndSD(x)
	require.InDelta(t, 99.99, mean, 4*8.4/math.Sqrt(r.Chains.MinESSBulk))
	require.InEpsilon(t, math.Hypot(100./12, 1), sd, 0.1)
	output := flowEstimate(t, r, flowNamed("tin 2018 ground>RWA"))
	require.Zero(t, output.Estimate.Hi)
	require.Zero(t, output.Claimed.Median)
	require.Equal(t, "survey", output.Claims[0].Origin.Producer)
	v, ok := r.Balance(cell("tin/RWA/2018")).Value(estimate.Output)
	require.True(t, ok)
	require.Zero(t, v.Hi)
	require.True(t, warned(r, estimate.ErrNil, "tin 2018 ground>RWA: survey says nil: held at zero"))
	allFinite(t, r)

	// Exports of nil: what was dug is put into stock or taken away unrecorded.
	r = posterior(t, p, modelOf(t, estimate.Options{}, tinCorridor("COD", "RWA"), claim("tin 2018 ground>RWA", "100 */ 1.1", flows.Sn, origin("survey")),
		claim("tin 2018 RWA>world", "0", flows.Sn, origin("customs"), by("RWA"))))
	v, ok = r.Balance(cell("tin/RWA/2018")).Value(estimate.Outflow)
	require.True(t, ok)
	require.Zero(t, v.Hi)
	_, ok = r.Balance(cell("tin/RWA/2018")).Value(estimate.Share)
	require.False(t, ok, "a share of nothing is missing")
	allFinite(t, r)

	// Where another producer states an amount, no log-normal reaches both: nil is left out, and said.
	r = posterior(t, p, modelOf(t, estimate.Options{}, tinCorridor("COD", "RWA"), exports, nil0, claim("tin 2018 ground>RWA", "40 */ 1.2", flows.Sn, origin("mines"))))
	require.True(t, warned(r, estimate.ErrNil, "tin 2018 ground>RWA: survey says nil, where others state an amount"))
	require.Greater(t, flowEstimate(t, r, flowNamed("tin 2018 ground>RWA")).Estimate.Lo, 20.0)

	// Nil all over: nothing has a scale, and the error says that, not that nothing is claimed.
	_, err := p.Estimate(context.Background(), modelOf(t, estimate.Options{}, tinCorridor("COD", "RWA"), nil0, claim("tin 2018 RWA>world", "0", flows.Sn, origin("customs"), by("RWA"))))
	require.ErrorIs(t, err, estimate.ErrNoClaim)
	require.ErrorContains(t, err, "every figure about RWA in 2018 is nil")
}

// Members of a union that say nil are members that were asked: nothing is left over for them.
func TestPosteriorOfAUnionWithNil(t *testing.T) {
	p := estimate.Posterior{Places: []flows.Place{"COD+RWA"}, Draws: 500, Priors: estimate.Priors{BiasLogSD: -1}}
	r := posterior(t, p, modelOf(t, estimate.Options{}, claim("tin 2018 ground>COD", "100 */ 1.1", flows.Sn, origin("survey")), claim("tin 2018 ground>RWA", "0", flows.Sn, origin("survey")),
		claim("tin 2018 COD>world", "100 */ 1.1", flows.Sn, origin("customs"), by("COD")), claim("tin 2018 RWA>world", "0", flows.Sn, origin("customs"), by("RWA"))))
	for i := range r.Flows {
		require.Empty(t, r.Flows[i].Part, "no rest: %s", r.Flows[i].Flow)
	}
	require.Zero(t, flowEstimate(t, r, flowNamed("tin 2018 ground>RWA")).Estimate.Hi)
	out, ok := r.Balance(cell("tin/COD+RWA/2018")).Value(estimate.Output)
	require.True(t, ok)
	require.InEpsilon(t, 100, out.Median, 0.1)
}

// Bounds alone have a posterior: an output of at least 100 t and an outflow of at least 120 t, each censored with the spread of a claim that
// states none, are kept but for that spread.
func TestPosteriorOfBoundsAlone(t *testing.T) {
	p := estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 500}
	r := posterior(t, p, modelOf(t, estimate.Options{}, tinCorridor("COD", "RWA"), claim("tin 2018 ground>RWA", ">=100", flows.Sn, origin("survey")),
		claim("tin 2018 RWA>world", ">=120", flows.Sn, origin("customs"), by("RWA"))))
	allFinite(t, r)
	require.Greater(t, flowEstimate(t, r, flowNamed("tin 2018 RWA>world")).Estimate.Lo, 100.0)
	require.True(t, warned(r, estimate.ErrOneSided, "RWA"))
	require.Zero(t, r.Tests.DF)
	require.Equal(t, 1.0, r.Tests.P, "no figure scatters")
	r = posterior(t, p, modelOf(t, estimate.Options{}, tinCorridor("COD", "RWA"), claim("tin 2018 ground>RWA", "<=100", flows.Sn, origin("survey")),
		claim("tin 2018 RWA>world", "<=120", flows.Sn, origin("customs"), by("RWA"))))
	allFinite(t, r)
	require.Less(t, flowEstimate(t, r, flowNamed("tin 2018 ground>RWA")).Estimate.Median, 110.0)
}

// A bound that excludes next to nothing says next to nothing: an output of at least 1 t, or of at most 40,000 t, beside an outflow of 400 t leaves
// what nobody claiming an output leaves. (A floor is no figure: a prior around it would put the output near 1 t, and the rest on the route.)
func TestPosteriorOfABoundThatSaysNothing(t *testing.T) {
	p := estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 2000}
	median := func(records ...flows.Record) (float64, float64) {
		r := posterior(t, p, modelOf(t, estimate.Options{}, append(records, tinCorridor("COD", "RWA"), claim("tin 2018 RWA>world", "400 */ 1.02", flows.Sn, origin("customs"), by("RWA")))...))
		mean, sd := meanAndSD(drawsOf(t, r, flowNamed("tin 2018 COD>RWA", flows.Unrecorded)))
		return mean, sd / math.Sqrt(r.Chains.MinESSBulk)
	}
	want, wantError := median()
	for _, bound := range []string{">=1", "<=40000"} {
		got, gotError := median(claim("tin 2018 ground>RWA", bound, flows.Sn, origin("survey")))
		require.InDelta(t, want, got, 4*math.Hypot(wantError, gotError), bound)
	}
}

// A stock that was counted to 1 t has that error, not 5 % of its size: 100 t dug, 120 t sent, of which 50 +- 1 t from stock leave a surplus of
// -30 t. The prior of the stock, one month's outflow or 10 t, moves the count by a hundredth of the 50 t.
func TestPosteriorKeepsTheSpreadOfAStock(t *testing.T) {
	p := estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 2000, Priors: estimate.Priors{BiasLogSD: -1}}
	r := posterior(t, p, modelOf(t, estimate.Options{}, tinCorridor("RWA", "UGA"), claim("tin 2018 ground>RWA", "100 */ 1.01", flows.Sn, origin("survey")),
		claim("tin 2018 RWA>world", "120 */ 1.01", flows.Sn, origin("customs"), by("RWA")), claim("tin 2018 RWA>stock", "-50 +- 1", flows.Sn, origin("audit"))))
	stock, err := r.Draws(cell("tin/RWA/2018"), estimate.Stock)
	require.NoError(t, err)
	mean, sd := meanAndSD(stock)
	require.InDelta(t, -50./(1+1./100), mean, 0.3)
	require.InDelta(t, 1, sd, 0.1)
}

// Figures that no spread reconciles, and bounds that exclude each other, end with finite numbers and are named.
func TestPosteriorOfContradictions(t *testing.T) {
	exports := claim("tin 2018 RWA>world", "120 */ 1.1", flows.Sn, origin("customs"), by("RWA"))
	capacity := claim("tin 2018 ground>RWA", "20 */ 1.02", flows.Sn, origin("mill"), evidence(flows.Capacity))
	for name, records := range map[string][]flows.Record{
		"a capacity below a tight output":  {exports, capacity, claim("tin 2018 ground>RWA", "100 */ 1.02", flows.Sn, origin("survey"))},
		"bounds that exclude each other":   {exports, claim("tin 2018 ground>RWA", ">=200", flows.Sn, origin("survey")), claim("tin 2018 ground>RWA", "<=20", flows.Sn, origin("mill"))},
		"figures without spread":           {exports, claim("tin 2018 ground>RWA", "100", flows.Sn, origin("survey")), claim("tin 2018 ground>RWA", "900", flows.Sn, origin("mill"))},
		"a partner that exceeds its total": {exports, claim("tin 2018 ground>RWA", "100 */ 1.1", flows.Sn, origin("survey")), claim("tin 2018 RWA>CHN", "5000 */ 1.01", flows.Sn, origin("buyer"), by("CHN"))},
	} {
		t.Run(name, func(t *testing.T) {
			r := posterior(t, estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 500}, modelOf(t, estimate.Options{}, append(records, tinCorridor("COD", "RWA"))...))
			allFinite(t, r)
			require.True(t, warned(r, estimate.ErrStrained, "") || warned(r, estimate.ErrMisfit, ""))
			require.Less(t, r.Chains.MaxRhat, 1.05)
		})
	}
}

// Progress counts draws of flows, from few to all of them: whoever waits for one network of many flows sees it move. One that cancels ends
// the run within a trajectory of each chain.
func TestPosteriorProgress(t *testing.T) {
	p := quickPosterior()
	var done []int
	var mu sync.Mutex
	flowsOf := 3*(1+1) + 3*(1+2) + 3 // of RWA output and outflow, of COD output, Malaysia and other partners, and the corridor, in three years
	all := flowsOf * p.Chains * (p.Warmup + p.Draws)
	ctx, cancel := context.WithCancel(context.Background())
	posterior(t, p, modelOf(t, estimate.Options{Progress: func(n, total int) {
		mu.Lock()
		defer mu.Unlock()
		done = append(done, n)
		require.Equal(t, all, total)
	}}, tinNetwork()...))
	require.Len(t, done, p.Chains*(p.Warmup+p.Draws))
	require.Equal(t, all, slices.Max(done))
	stopped := 0
	_, err := p.Estimate(ctx, modelOf(t, estimate.Options{Progress: func(int, int) {
		mu.Lock()
		defer mu.Unlock()
		if stopped++; stopped == 50 {
			cancel()
		}
	}}, tinNetwork()...))
	require.ErrorIs(t, err, context.Canceled)
	require.LessOrEqual(t, stopped, 50+p.Chains)
}

// Without stocks, a place whose total is claimed beside a floor of one partner is closed by what goes to the partners that nobody names. That is
// the limit of stocks of next to nothing: the two agree, and every balance closes.
func TestPosteriorWithoutStocksAndWithPartners(t *testing.T) {
	records := []flows.Record{tinCorridor("COD", "RWA"), claim("tin 2018 ground>RWA", "100 */ 1.3", flows.Sn, origin("survey")),
		claim("tin 2018 RWA>world", "150 */ 1.1", flows.Sn, origin("customs"), by("RWA")), claim("tin 2018 RWA>MYS", ">=60", flows.Sn, origin("buyer"), by("MYS"))}
	p := estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 2000}
	p.Priors.StockMonths = 0.05
	little := posterior(t, p, modelOf(t, estimate.Options{}, records...))
	p.Priors.StockMonths = -1
	none := posterior(t, p, modelOf(t, estimate.Options{}, records...))
	f := flowNamed("tin 2018 COD>RWA", flows.Unrecorded)
	a, sdA := meanAndSD(drawsOf(t, little, f))
	b, sdB := meanAndSD(drawsOf(t, none, f))
	require.InDelta(t, a, b, 4*math.Hypot(sdA/math.Sqrt(little.Chains.MinESSBulk), sdB/math.Sqrt(none.Chains.MinESSBulk)))
	out, in, ground := drawsOf(t, none, flowNamed("tin 2018 RWA>world")), drawsOf(t, none, f), drawsOf(t, none, flowNamed("tin 2018 ground>RWA"))
	for i := range out {
		require.InDelta(t, ground[i]+in[i], out[i], 1e-9)
	}
	allFinite(t, none)
}

// A rounded zero is no figure of half its last unit, but says that no more than that was seen: "0" of a table in tonnes, 0..0.5 t, and "0" of a table
// in kilograms, 0..0.5 kg, agree, and an output of 0.3 kg agrees with both. As log-normals around 250 kg and 0.25 kg they would lie ln 1000/0.9 = 7.7
// standard deviations apart.
func TestPosteriorReadsRoundedZerosAsCeilings(t *testing.T) {
	p := estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 1000, Priors: estimate.Priors{BiasLogSD: -1}}
	r := posterior(t, p, modelOf(t, estimate.Options{}, tinCorridor("COD", "RWA"), claim("tin 2018 RWA>world", "100 */ 1.1", flows.Sn, origin("customs"), by("RWA")),
		claim("tin 2018 ground>RWA", "0..0.5", flows.Sn, origin("tonnes")), claim("tin 2018 ground>RWA", "0..0.0005", flows.Sn, origin("kilograms"))))
	require.NotContains(t, kindsOf(r.Warnings), estimate.ErrMisfit)
	require.NotContains(t, kindsOf(r.Warnings), estimate.ErrNoSpread)
	for _, test := range r.Tests.All {
		require.Less(t, test.Statistic, 2.0, test.Flow)
	}
	output := flowEstimate(t, r, flowNamed("tin 2018 ground>RWA"))
	require.Less(t, output.Estimate.Median, 0.0005)
	require.Len(t, output.Claims, 2)
	require.Nil(t, output.Claimed, "nobody states how much")

	// Exports that round to nothing give a place no scale beside its output.
	r = posterior(t, p, modelOf(t, estimate.Options{}, tinCorridor("COD", "RWA"), claim("tin 2018 ground>RWA", "1 */ 1.2", flows.Sn, origin("survey")),
		claim("tin 2018 RWA>world", "0..0.5", flows.Sn, origin("customs"), by("RWA"))))
	require.Less(t, r.Chains.MaxRhat, 1.05)
	allFinite(t, r)
}

// An output of 60 t of which one partner records 1 kg: all but that goes to partners that nobody names, and the stock, whose scale is a
// month of the kilogram, takes no part in it. So output and outflow are both what is claimed of the output, with its spread, but for its
// prior of */27. Chains that set out from figures which leave that balance open by a million of its widths were thrown to 1e100 t, and
// stayed there.
func TestPosteriorOfOneSmallPartner(t *testing.T) {
	p := estimate.Posterior{Places: []flows.Place{"TZA"}, Draws: 1000, Priors: estimate.Priors{BiasLogSD: -1}}
	for _, corridors := range [][]flows.Corridor{{}, {tinCorridor("TZA", "KEN")}} {
		p.Corridors = corridors
		r := posterior(t, p, modelOf(t, estimate.Options{}, claim("tin 2018 ground>TZA", "60 */ "+logSD(0.05), flows.Sn, origin("survey")),
			claim("tin 2018 TZA>ITA", "0.001 */ "+logSD(0.05), flows.Sn, origin("buyer"), by("ITA"))))
		require.Less(t, r.Chains.MaxRhat, 1.02)
		require.Less(t, r.Chains.Divergences, 20)
		output, outflow := drawsOf(t, r, flowNamed("tin 2018 ground>TZA")), drawsOf(t, r, flowNamed("tin 2018 TZA>world"))
		logs := make([]float64, len(output))
		for i, x := range output {
			logs[i] = math.Log(x)
			require.InDelta(t, x, outflow[i], 0.01)
		}
		mean, sd := meanAndSD(logs)
		require.InDelta(t, math.Log(60), mean, 4*0.05/math.Sqrt(r.Chains.MinESSBulk)+0.001)
		require.InEpsilon(t, 0.05, sd, 0.1)
		allFinite(t, r)
	}
}
