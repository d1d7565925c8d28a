package estimate_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

func mirrorOf(t testing.TB, e estimate.Mirror, m *estimate.Model) *estimate.MirrorResult {
	t.Helper()
	r, err := e.Estimate(context.Background(), m)
	require.NoError(t, err)
	return r
}

// mirror compares records under the default options.
func mirror(t testing.TB, r ...flows.Record) *estimate.MirrorResult {
	t.Helper()
	return mirrorOf(t, estimate.Mirror{}, modelOf(t, estimate.Options{}, r...))
}

// gapOf finds the gap of "tin 2012 RWA>MYS".
func gapOf(t testing.TB, r *estimate.MirrorResult, flow string) *estimate.Gap {
	t.Helper()
	for i := range r.Gaps {
		if r.Gaps[i].Flow.String() == flow {
			return &r.Gaps[i]
		}
	}
	var have []string
	for _, g := range r.Gaps {
		have = append(have, g.Flow.String())
	}
	require.Fail(t, "no gap", "%s; there are %v", flow, have)
	return nil
}

func warnsOf(g *estimate.Gap, code flows.Code) bool {
	return slices.ContainsFunc(g.Warnings, func(w estimate.Warning) bool { return errors.Is(w, code) })
}

// 80 t of concentrate declared and 100 t recorded, at 70 % tin: 14 t of tin, a fifth of the importer's figure. In dollars 800 k against
// 1,050 k less five percent of freight, 1,000 k: 200 k. At 20,000 dollars a tonne the 14 t are worth 280 k.
func TestMirrorGivesBothMeasuresSideBySide(t *testing.T) {
	g := gapOf(t, mirror(t,
		claim("tin 2012 RWA>MYS", "80", flows.Gross, origin("RRA"), by("RWA")), claim("tin 2012 RWA>MYS", "800000", flows.USD, origin("RRA"), by("RWA")),
		claim("tin 2012 RWA>MYS", "100", flows.Gross, origin("MYS"), by("MYS")), claim("tin 2012 RWA>MYS", "1050000", flows.USDCIF, origin("MYS"), by("MYS")),
		rate("tin - - Sn/gross", "0.7", origin("g")), rate("tin - - USD-cif/USD", "1.05", origin("f")), rate("tin - - USD-spot/Sn", "20000", origin("p"))), "tin 2012 RWA>MYS")
	require.Equal(t, estimate.FlowGap, g.Kind)
	require.Equal(t, flows.Sn, g.Basis)
	require.InDelta(t, 56, g.Tonnes.Exporter.Median, 1e-9)
	require.InDelta(t, 70, g.Tonnes.Importer.Median, 1e-9)
	require.InDelta(t, 14, g.Tonnes.Gap.Median, 1e-9)
	require.InDelta(t, 0.2, g.Tonnes.Relative.Median, 1e-9)
	require.Equal(t, 1.0, g.Tonnes.Gap.ProbPositive)
	require.InDelta(t, 200e3, g.USD.Gap.Median, 1e-6)
	require.InDelta(t, 280e3, g.Worth.Median, 1e-6)
	require.Len(t, g.Claims, 4)
	require.Empty(t, g.Warnings)
}

// Both signs, and a flow in the other direction: what is a surplus of one is a deficit where the figures change sides.
func TestMirrorGapChangesSignWithTheSides(t *testing.T) {
	sides := func(x, m string) estimate.Value {
		return *gapOf(t, mirror(t, claim("tin 2012 RWA>MYS", x, flows.Sn, origin("a"), by("RWA")), claim("tin 2012 RWA>MYS", m, flows.Sn, origin("b"), by("MYS"))), "tin 2012 RWA>MYS").Tonnes.Gap
	}
	require.Equal(t, 40.0, sides("60", "100").Median)
	require.Equal(t, -40.0, sides("100", "60").Median)
	require.Zero(t, sides("100", "60").ProbPositive)
	r := mirror(t, claim("gold 2012 KEN>UGA", "3", flows.Au, origin("KEN"), by("KEN")), claim("gold 2012 KEN>UGA", "1", flows.Au, origin("UGA"), by("UGA")),
		claim("gold 2012 UGA>KEN", "5", flows.Au, origin("UGA"), by("UGA")), claim("gold 2012 UGA>KEN", "9", flows.Au, origin("KEN"), by("KEN")))
	require.Equal(t, -2.0, gapOf(t, r, "gold 2012 KEN>UGA").Tonnes.Gap.Median)
	require.Equal(t, 4.0, gapOf(t, r, "gold 2012 UGA>KEN").Tonnes.Gap.Median)
}

// Two log-normal figures: P(M > X) = Phi(ln(m/x) / sqrt(s^2 + s^2)), with s = ln(1.2)/1.6449. For 100 and 110 that is Phi(0.6080) = 0.7284.
func TestMirrorProbability(t *testing.T) {
	v := gapOf(t, mirror(t, claim("tin 2012 RWA>MYS", "100 */ 1.2", flows.Sn, origin("a"), by("RWA")),
		claim("tin 2012 RWA>MYS", "110 */ 1.2", flows.Sn, origin("b"), by("MYS"))), "tin 2012 RWA>MYS").Tonnes.Gap
	s := math.Log(1.2) / ln90
	want := 0.5 * math.Erfc(-math.Log(1.1)/math.Hypot(s, s)/math.Sqrt2)
	require.InDelta(t, 0.7284, want, 1e-4)
	require.InDelta(t, want, v.ProbPositive, 4*math.Sqrt(want*(1-want)/draws))
}

// The grade is one draw on both sides, so the relative gap has no range, and the freight is a distribution: 103 less freight of 1.03, give
// or take, is more than 100 in half of the draws.
func TestMirrorSharesRatesAndDrawsFreight(t *testing.T) {
	g := gapOf(t, mirror(t, claim("tin 2012 RWA>MYS", "80", flows.Gross, origin("a"), by("RWA")), claim("tin 2012 RWA>MYS", "100", flows.Gross, origin("b"), by("MYS")),
		claim("tin 2012 RWA>MYS", "100", flows.USD, origin("a"), by("RWA")), claim("tin 2012 RWA>MYS", "103", flows.USDCIF, origin("b"), by("MYS")),
		rate("tin - - Sn/gross", "0.4..0.6..0.7", origin("g")), rate("tin - - USD-cif/USD", "1.03 */ 1.02", origin("f"))), "tin 2012 RWA>MYS")
	require.InDelta(t, 0.2, g.Tonnes.Relative.Mean, 1e-12)
	require.Less(t, g.Tonnes.Relative.SD, 1e-7)
	require.Greater(t, g.Tonnes.Gap.SD, 0.5) // 20 t of concentrate at a grade of some 0.58 +- 0.06
	require.InDelta(t, 0.5, g.USD.Gap.ProbPositive, 1.0/draws)
	require.InDelta(t, 103/(1.03/1.02)-100, g.USD.Gap.Hi, 0.01) // the 95th percentile: the least freight
	require.Nil(t, g.Worth)                                     // there is no price
}

// A place's total against the sum of its partners' records is a floor, unless the origin says that they are all; a total of imports against
// what their origins declare a ceiling.
func TestMirrorSetsTotalsAgainstPartners(t *testing.T) {
	exports := func(o *flows.Origin) []flows.Record {
		return []flows.Record{claim("gold 2019 UGA>world", "28", flows.Au, origin("BoU"), by("UGA")),
			claim("gold 2019 UGA>ARE", "38", flows.Au, o, by("ARE")), claim("gold 2019 UGA>IND", "2", flows.Au, o, by("IND"))}
	}
	g := gapOf(t, mirror(t, exports(origin("comtrade"))...), "gold 2019 UGA>world")
	require.Equal(t, estimate.ExportGap, g.Kind)
	require.Equal(t, 38.0+2-28, g.Tonnes.Gap.Median)
	require.Equal(t, flows.AtLeast, g.Tonnes.Gap.Bound)
	require.True(t, warnsOf(g, estimate.ErrOneSided))
	require.Equal(t, flows.About, gapOf(t, mirror(t, exports(complete("comtrade", "partners"))...), "gold 2019 UGA>world").Tonnes.Gap.Bound)

	g = gapOf(t, mirror(t, claim("gold 2019 world>ARE", "50", flows.Au, origin("ARE"), by("ARE")),
		claim("gold 2019 UGA>ARE", "20", flows.Au, origin("UGA"), by("UGA")), claim("gold 2019 TZA>ARE", "13", flows.Au, origin("TZA"), by("TZA"))), "gold 2019 world>ARE")
	require.Equal(t, estimate.ImportGap, g.Kind)
	require.Equal(t, 50.0-20-13, g.Tonnes.Gap.Median)
	require.Equal(t, flows.AtMost, g.Tonnes.Gap.Bound)
}

// Nine months against a year say only what the gap is at most; two floors say nothing, and both figures stay.
func TestMirrorKeepsBounds(t *testing.T) {
	records := []flows.Record{claim("tin 2012 RWA>MYS", "70", flows.Sn, origin("b"), by("MYS"))}
	for _, q := range []string{"2012-Q1", "2012-Q2", "2012-Q3"} {
		records = append(records, claim("tin "+q+" RWA>MYS", "20", flows.Sn, origin("a"), by("RWA")))
	}
	g := gapOf(t, mirror(t, records...), "tin 2012 RWA>MYS")
	require.Equal(t, 10.0, g.Tonnes.Gap.Median)
	require.Equal(t, flows.AtMost, g.Tonnes.Gap.Bound)
	require.True(t, warnsOf(g, estimate.ErrPartial))
	g = gapOf(t, mirror(t, claim("tin 2012 RWA>MYS", ">=70", flows.Sn, origin("b"), by("MYS")), claim("tin 2012 RWA>MYS", ">=20", flows.Sn, origin("a"), by("RWA"))), "tin 2012 RWA>MYS")
	require.Nil(t, g.Tonnes.Gap)
	require.Equal(t, 70.0, g.Tonnes.Importer.Median)
	require.True(t, warnsOf(g, estimate.ErrIndeterminate))
}

// A measure without a rate is missing with its reason; where neither can be had the rates are named as errors.
func TestMirrorSaysWhichRateIsMissing(t *testing.T) {
	records := []flows.Record{
		claim("gold 2019 UGA>ARE", "1000", flows.USD, origin("a"), by("UGA")), claim("gold 2019 UGA>ARE", "1100", flows.USDCIF, origin("b"), by("ARE"))}
	freight := rate("gold - - USD-cif/USD", "1.1", origin("f"))
	g := gapOf(t, mirror(t, append(records, freight)...), "gold 2019 UGA>ARE")
	require.Nil(t, g.Tonnes)
	require.InDelta(t, 0, g.USD.Gap.Median, 1e-9)
	require.True(t, warnsOf(g, estimate.ErrNoRate))
	_, err := estimate.Mirror{}.Estimate(context.Background(), modelOf(t, estimate.Options{}, records...))
	var missing *flows.BasisError
	require.ErrorAs(t, err, &missing)
}

// One flow that lacks a rate takes none of the place's other flows with it: tin to Malaysia is compared in tonnes though the dollars of what
// went to China lead nowhere, and those are set aside for that reason. So are tonnes of ore without a grade.
func TestMirrorComparesWhatHasRates(t *testing.T) {
	records := []flows.Record{
		claim("tin 2019 RWA>MYS", "80", flows.Sn, origin("a"), by("RWA")), claim("tin 2019 RWA>MYS", "100", flows.Sn, origin("b"), by("MYS")),
		claim("tin 2019 RWA>CHN", "5000000", flows.USD, origin("a"), by("RWA")), claim("tin 2019 RWA>CHN", "6000000", flows.USDCIF, origin("c"), by("CHN")),
		claim("tin 2019 RWA>THA", "30", flows.Gross, origin("a"), by("RWA")), claim("tin 2019 RWA>THA", "31", flows.Gross, origin("d"), by("THA")),
	}
	for _, freight := range [][]flows.Record{nil, {rate("tin - - USD-cif/USD", "1.2", origin("f"))}} {
		r := mirror(t, append(slices.Clone(records), freight...)...)
		require.InDelta(t, 20, gapOf(t, r, "tin 2019 RWA>MYS").Tonnes.Gap.Median, 1e-9)
		aside := map[string]flows.Code{}
		for _, a := range r.Aside {
			aside[string(a.To)+" "+string(a.Reporter)] = a.Code
		}
		require.Equal(t, estimate.ErrNoRate, aside["THA RWA"])
		require.Equal(t, estimate.ErrNoRate, aside["THA THA"])
		if freight == nil {
			require.Equal(t, estimate.ErrNoRate, aside["CHN CHN"])
			continue
		}
		require.NotContains(t, aside, "CHN CHN")
		g := gapOf(t, r, "tin 2019 RWA>CHN")
		require.Nil(t, g.Tonnes)
		require.InDelta(t, 0, g.USD.Gap.Median, 1e-6)
		require.True(t, warnsOf(g, estimate.ErrNoRate))
	}
}

// Every claim on trade is in a gap or set aside with a reason.
func TestMirrorAccountsForEveryClaim(t *testing.T) {
	r := mirror(t,
		claim("tin 2012 RWA>MYS", "80", flows.Sn, origin("a"), by("RWA")), claim("tin 2012 RWA>MYS", "100", flows.Sn, origin("b"), by("MYS")),
		claim("tin 2012 RWA>MYS", "79", flows.Sn, edition("a", "2013"), by("RWA")), // an earlier edition
		claim("tin 2012 RWA>THA", "5", flows.Sn, origin("c"), by("THA")),           // the exporter says nothing of it alone
		claim("tin 2012-07..2013-06 RWA>MYS", "90", flows.Sn, origin("d"), by("RWA")),
		claim("tin 2013 RWA>MYS", "7", flows.Sn, origin("b"), by("MYS")),
		claim("tin 2012 RWA>MYS", "3", flows.Sn, origin("e"), by("RWA"), evidence(flows.Testimony)),
		claim("tin 2012 ground>RWA", "30", flows.Sn, origin("f"))) // no trade
	why := map[string]flows.Code{}
	for _, a := range r.Aside {
		why[a.Flow.String()+" "+a.Origin.ID] = a.Code
	}
	require.Equal(t, map[string]flows.Code{
		"tin 2012 RWA>MYS a-2013":        flows.Superseded,
		"tin 2012-07..2013-06 RWA>MYS d": "one-side",
		"tin 2013 RWA>MYS b":             "one-side",
		"tin 2012 RWA>MYS e":             flows.IsTestimony,
	}, why)
	in := 0
	for _, g := range r.Gaps {
		in += len(g.Claims)
	}
	require.Equal(t, 2+2+1, in) // the two sides; again, and Thailand's, in the row of Rwanda's exports as a whole
}

// The cells of either end give the same gap.
func TestMirrorFromEitherEnd(t *testing.T) {
	m := modelOf(t, estimate.Options{}, mixedTrade()...)
	all := gapOf(t, mirrorOf(t, estimate.Mirror{}, m), "tin 2016 RWA>MYS")
	for _, place := range []string{"RWA", "MYS"} {
		one := gapOf(t, mirrorOf(t, estimate.Mirror{Cells: []flows.Cell{cell("tin/" + place + "/2016")}}, m), "tin 2016 RWA>MYS")
		require.Equal(t, all.Tonnes.Gap, one.Tonnes.Gap, place)
	}
}

// mixedTrade adds the exporters' side by partner, and dollars, to the mixed ledger.
func mixedTrade() []flows.Record {
	records := append(mixed(), rate("tin - - USD-cif/USD", "1.01..1.04..1.12", origin("freight")))
	for _, y := range []string{"2015", "2016", "2017", "2018"} {
		for i, p := range []string{"RWA", "UGA", "BDI"} {
			k := spell(float64(90 * (i + 1)))
			records = append(records,
				claim("tin "+y+" "+p+">MYS", k+" */ 1.1", flows.Gross, origin("customs"), by(flows.Place(p))),
				claim("tin "+y+" "+p+">THA", k+" */ 1.2", flows.Gross, origin("customs"), by(flows.Place(p))),
				claim("tin "+y+" "+p+">THA", "80 */ 1.2", flows.Gross, origin("comtrade"), by("THA")),
				claim("tin "+y+" "+p+">MYS", k+"000", flows.USD, origin("customs"), by(flows.Place(p))),
				claim("tin "+y+" "+p+">MYS", k+"500", flows.USDCIF, origin("comtrade"), by("MYS")))
		}
	}
	return records
}

func TestMirrorWorkersAndOrderLeaveNoTrace(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	records := mixedTrade()
	runtime.GOMAXPROCS(1)
	first := mirror(t, records...)
	require.Greater(t, len(first.Gaps), 30)
	require.NotEmpty(t, first.Reporters)
	require.NotEmpty(t, first.UnitValues)
	slices.Reverse(records)
	for _, n := range []int{2, 8} {
		runtime.GOMAXPROCS(n)
		second := mirror(t, records...)
		second.Options = first.Options // it holds a function
		require.Equal(t, first, second)
	}
}

// Peru's exports change nothing in Rwanda's rows.
func TestMirrorUnrelatedDataChangesNoGap(t *testing.T) {
	first := mirror(t, mixedTrade()...)
	second := mirror(t, append(mixedTrade(), claim("tin 2016 PER>USA", "10", flows.Sn, origin("SUNAT"), by("PER")), claim("tin 2016 PER>USA", "12", flows.Sn, origin("US"), by("USA")))...)
	for _, g := range first.Gaps {
		again := gapOf(t, second, g.Flow.String())
		require.Equal(t, g.Tonnes, again.Tonnes)
		require.Equal(t, g.USD, again.USD)
		require.Equal(t, g.Noise, again.Noise)
	}
}

func TestMirrorStopsWhenCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, err := estimate.Mirror{}.Estimate(ctx, modelOf(t, estimate.Options{}, mixedTrade()...))
	require.ErrorIs(t, err, context.Canceled)
}

func TestMirrorRefusesSettings(t *testing.T) {
	m := modelOf(t, estimate.Options{}, mixedTrade()...)
	for want, e := range map[string]estimate.Mirror{
		"lag: -1 months; want 0 to 24":           {Lag: -1},
		"lag: 25 months":                         {Lag: 25},
		"band: 2 to 1; want two positive ratios": {Band: [2]float64{2, 1}},
		"unknown mineral \"unobtainium\"":        {Cells: []flows.Cell{cell("unobtainium/RWA/2012")}},
	} {
		_, err := e.Estimate(context.Background(), m)
		require.ErrorContains(t, err, want)
	}
}

// A year in tonnes beside quarters in dollars: tonnes come from the one, dollars from the other, 4 x 25 against 90.
func TestMirrorReadsDollarsBesideTonnes(t *testing.T) {
	records := []flows.Record{claim("tin 2012 RWA>MYS", "5", flows.Sn, origin("RRA"), by("RWA")),
		claim("tin 2012 RWA>MYS", "7", flows.Sn, origin("MYS"), by("MYS")), claim("tin 2012 RWA>MYS", "90", flows.USD, origin("MYS"), by("MYS"))}
	for _, q := range []string{"2012-Q1", "2012-Q2", "2012-Q3", "2012-Q4"} {
		records = append(records, claim("tin "+q+" RWA>MYS", "25", flows.USD, origin("RRA"), by("RWA")))
	}
	g := gapOf(t, mirror(t, records...), "tin 2012 RWA>MYS")
	require.Equal(t, 2.0, g.Tonnes.Gap.Median)
	require.Equal(t, 100.0, g.USD.Exporter.Median)
	require.Equal(t, -10.0, g.USD.Gap.Median)
	require.Equal(t, flows.About, g.USD.Gap.Bound)
}

// A third party's figure (BACI's) is on neither side, and is set aside as what it is.
func TestMirrorHasNoThirdSide(t *testing.T) {
	r := mirror(t, claim("tin 2012 RWA>MYS", "5", flows.Sn, origin("RRA"), by("RWA")), claim("tin 2012 RWA>MYS", "7", flows.Sn, origin("MYS"), by("MYS")),
		claim("tin 2012 RWA>MYS", "6", flows.Sn, origin("BACI")))
	require.Equal(t, 2.0, gapOf(t, r, "tin 2012 RWA>MYS").Tonnes.Gap.Median)
	require.Len(t, r.Aside, 1)
	require.Equal(t, estimate.ErrReconciled, r.Aside[0].Code)
}

// Fiscal years of the exporter against calendar years of the importer, with Prorate: half of 40 and half of 60 is 50, against 55.
func TestMirrorProrates(t *testing.T) {
	g := gapOf(t, mirrorOf(t, estimate.Mirror{}, modelOf(t, estimate.Options{Prorate: true}, claim("tin 2011-07..2012-06 RWA>MYS", "40", flows.Sn, origin("RRA"), by("RWA")),
		claim("tin 2012-07..2013-06 RWA>MYS", "60", flows.Sn, origin("RRA"), by("RWA")), claim("tin 2012 RWA>MYS", "55", flows.Sn, origin("MYS"), by("MYS")))), "tin 2012 RWA>MYS")
	require.InEpsilon(t, 50, g.Tonnes.Exporter.Median, 1e-3)
	require.True(t, warnsOf(g, estimate.ErrProrated))
}

// What is asked for moves no number: the noise of a year, the reliability of reporters and the weight that follows from it are those of
// all the trade, whatever is shown. A region that is put together for the question changes nothing in the others.
func TestWhatIsAskedMovesNoNumber(t *testing.T) {
	m := modelOf(t, estimate.Options{}, mixedTrade()...)
	all := mirrorOf(t, estimate.Mirror{}, m)
	one := mirrorOf(t, estimate.Mirror{Cells: []flows.Cell{cell("tin/RWA/2016")}}, m)
	tin := slices.DeleteFunc(slices.Clone(all.Reporters), func(r estimate.Reliability) bool { return r.Mineral != flows.Tin })
	require.Equal(t, tin, one.Reporters)
	require.Len(t, one.Gaps, 3) // Malaysia, Thailand and all of it
	for _, g := range one.Gaps {
		want := gapOf(t, all, g.Flow.String())
		require.Equal(t, want.Noise, g.Noise)
		require.NotNil(t, g.Noise)
		require.Equal(t, want.Weight, g.Weight)
		require.Equal(t, want.Tonnes, g.Tonnes)
	}
	region := mirrorOf(t, estimate.Mirror{Cells: []flows.Cell{cell("tin/RWA/2016"), cell("tin/RWA+UGA/2016")}}, m)
	of := func(r *estimate.MirrorResult, union bool) []estimate.Reliability {
		return slices.DeleteFunc(slices.Clone(r.Reporters), func(x estimate.Reliability) bool { return x.Reporter.IsUnion() != union })
	}
	require.Equal(t, tin, of(region, false))
	require.NotEmpty(t, of(region, true))
	require.NotNil(t, gapOf(t, region, "tin 2016 RWA+UGA>MYS").Noise)
}
