package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

func warnings(l *flows.Ledger, code flows.Code) []flows.Warning {
	var out []flows.Warning
	for _, w := range l.Warnings() {
		if w.Code == code {
			out = append(out, w)
		}
	}
	return out
}

// BGS World Mineral Statistics, tin of Rwanda 2011-2013, t Sn, against the exports of cassiterite that ITRI states, t gross:
// 5214/6952 = 0.7500, 3477/4637 = 0.7498, 3671/4895 = 0.7499.
func TestLooksDerivedByRatio(t *testing.T) {
	bgs, itri := origin("BGS"), origin("ITRI")
	out := func(flow string, x float64, changes ...change) flows.Claim {
		return claim(flow, x, flows.Sn, bgs, changes...)
	}
	exports := func(flow string, x float64) flows.Claim { return claim(flow, x, flows.Gross, itri, by("RWA")) }
	o11, o12, o13 := out("tin 2011 ground>RWA", 5214), out("tin 2012 ground>RWA", 3477), out("tin 2013 ground>RWA", 3671)
	x11, x12, x13 := exports("tin 2011 RWA>world", 6952), exports("tin 2012 RWA>world", 4637), exports("tin 2013 RWA>world", 4895)

	w := warnings(ledgerOf(t, o11, o12, o13, x11, x12, x13), flows.LooksDerived)
	require.Len(t, w, 1)
	require.ErrorIs(t, w[0], flows.LooksDerived)
	require.ErrorContains(t, w[0], "0.750 of the outflow RWA>world that ITRI states in each of 3 periods from 2011 to 2013, claims.csv:2")
	require.Len(t, w[0].Claims, 6)

	for name, records := range map[string][]flows.Record{
		"two periods":             {o11, o12, x11, x12},
		"a gap":                   {o11, o12, out("tin 2014 ground>RWA", 3671), x11, x12, exports("tin 2014 RWA>world", 4895)},
		"another ratio":           {o11, o12, out("tin 2013 ground>RWA", 3700), x11, x12, x13}, // 0.756
		"another country's":       {o11, o12, o13, claim("tin 2011 COD>world", 6952, flows.Gross, itri), claim("tin 2012 COD>world", 4637, flows.Gross, itri), claim("tin 2013 COD>world", 4895, flows.Gross, itri)},
		"another mineral's":       {o11, o12, o13, claim("gold 2011 RWA>world", 6952, flows.Gross, itri)},
		"dollars":                 {o11, o12, o13, claim("tin 2011 RWA>world", 6952, flows.USD, itri), claim("tin 2012 RWA>world", 4637, flows.USD, itri), claim("tin 2013 RWA>world", 4895, flows.USD, itri)},
		"imports":                 {o11, o12, o13, claim("tin 2011 COD>RWA", 6952, flows.Gross, itri), claim("tin 2012 COD>RWA", 4637, flows.Gross, itri), claim("tin 2013 COD>RWA", 4895, flows.Gross, itri)},
		"known to be derived":     {out("tin 2011 ground>RWA", 5214, evidence(flows.Derived)), o12, o13, x11, x12, x13},
		"a scenario's":            {out("tin 2011 ground>RWA", 5214, in("low")), o12, o13, x11, x12, x13},
		"a superseded output's":   {o11, o12, o13, x11, x12, x13, claim("tin 2012 ground>RWA", 3600, flows.Sn, &flows.Origin{ID: "BGS-2", Producer: "BGS", Published: "2025"})},
		"of a superseded outflow": {o11, o12, o13, x11, x12, x13, claim("tin 2012 RWA>world", 4700, flows.Gross, &flows.Origin{ID: "ITRI-2", Producer: "ITRI", Published: "2025"}, by("RWA"))},
	} {
		t.Run(name, func(t *testing.T) { require.Empty(t, warnings(ledgerOf(t, records...), flows.LooksDerived)) })
	}

	// Five periods of one ratio are one finding: 0.75 of 100, 200, 300, 400, 500.
	var five []flows.Record
	for i := range 5 {
		x := 100 * float64(i+1)
		f := flowOf("tin 2000 ground>RWA")
		f.Period = flows.Year(2000 + i)
		c := claim("tin 2000 ground>RWA", 0.75*x, flows.Sn, bgs)
		c.Flow = f
		e := claim("tin 2000 RWA>world", x, flows.Gross, itri)
		e.Period = f.Period
		five = append(five, c, e)
	}
	w = warnings(ledgerOf(t, five...), flows.LooksDerived)
	require.Len(t, w, 1)
	require.Len(t, w[0].Claims, 10)
}

// World Mining Data's gold of Rwanda in 2018, 2,163 kg, is the declared export to the kilogram.
func TestLooksDerivedByEquality(t *testing.T) {
	wmd := claim("gold 2018 ground>RWA", 2.163, flows.Au, origin("WMD"))
	declared := claim("gold 2018 RWA>world", 2.163, flows.Gross, origin("UN"), by("RWA"), line(5))
	w := warnings(ledgerOf(t, wmd, declared), flows.LooksDerived)
	require.Len(t, w, 1)
	require.ErrorContains(t, w[0], "gold 2018 ground>RWA: the output that WMD states, 2.163, claims.csv:2, equals the outflow RWA>world that UN states, 2.163, claims.csv:5")

	near := claim("gold 2018 RWA>ARE", 2.1645, flows.Gross, origin("UN"), by("ARE")) // 0.07 % more
	far := claim("gold 2018 RWA>ARE", 2.1660, flows.Gross, origin("UN"), by("ARE"))  // 0.14 % more
	require.Len(t, warnings(ledgerOf(t, wmd, near), flows.LooksDerived), 1)
	require.Empty(t, warnings(ledgerOf(t, wmd, far), flows.LooksDerived))
	zero := []flows.Record{claim("gold 2013 ground>RWA", 0, flows.Au, origin("BGS")), claim("gold 2013 RWA>world", 0, flows.Au, origin("UN"))}
	require.Empty(t, ledgerOf(t, zero...).Warnings()) // two zeros say nothing

	// An output is held against the edition of the exports that it may have been computed from.
	corrected := claim("gold 2018 RWA>world", 2.5, flows.Gross, edition("UN", "2025"), by("RWA"))
	require.Len(t, warnings(ledgerOf(t, wmd, declared, corrected), flows.LooksDerived), 1)
}

func TestPartsExceedWhole(t *testing.T) {
	o := origin("RMB")
	rutongo := flows.Site{Place: "RWA/rutongo"}
	wide, err := dist.Between(90, 110) // 95th percentile 109
	require.NoError(t, err)
	whole := claim("tin 2012 RWA>world", 100, flows.Sn, o, by("RWA"))
	x := func(flow string, amount float64, changes ...change) flows.Claim {
		return claim(flow, amount, flows.Sn, o, append(changes, by("RWA"))...)
	}
	for name, c := range map[string]struct {
		records []flows.Record
		want    int
	}{
		"60 + 50 > 100":               {[]flows.Record{whole, x("tin 2012 RWA>world", 60, part("a")), x("tin 2012 RWA>world", 50, part("b"))}, 1},
		"60 + 40":                     {[]flows.Record{whole, x("tin 2012 RWA>world", 60, part("a")), x("tin 2012 RWA>world", 40, part("b"))}, 0},
		"60 + 45 < 109":               {[]flows.Record{x("tin 2012 RWA>world", 0, value(wide)), x("tin 2012 RWA>world", 60, part("a")), x("tin 2012 RWA>world", 45, part("b"))}, 0},
		"60 + 50 > 109":               {[]flows.Record{x("tin 2012 RWA>world", 0, value(wide)), x("tin 2012 RWA>world", 60, part("a")), x("tin 2012 RWA>world", 50, part("b"))}, 1},
		"months":                      {[]flows.Record{whole, x("tin 2012-01 RWA>world", 60), x("tin 2012-02 RWA>world", 50)}, 1},
		"months and their quarter":    {[]flows.Record{whole, x("tin 2012-01 RWA>world", 60), x("tin 2012-Q1 RWA>world", 70)}, 0}, // the 60 are in the 70
		"a month above its quarter":   {[]flows.Record{whole, x("tin 2012-01 RWA>world", 75), x("tin 2012-Q1 RWA>world", 70)}, 1},
		"a month's parts":             {[]flows.Record{whole, x("tin 2012-01 RWA>world", 101, part("a"))}, 1},
		"parts and sites apart":       {[]flows.Record{rutongo, whole, x("tin 2012 RWA>world", 60, part("a")), x("tin 2012 RWA/rutongo>world", 50)}, 0},
		"a site":                      {[]flows.Record{rutongo, whole, x("tin 2012 RWA/rutongo>world", 101)}, 1},
		"partners":                    {[]flows.Record{whole, x("tin 2012 RWA>MYS", 60), x("tin 2012 RWA>CHN", 50)}, 1},
		"partners, one in a union":    {[]flows.Record{whole, x("tin 2012 RWA>MYS", 60), x("tin 2012 RWA>MYS+THA", 70)}, 0},
		"partners of imports":         {[]flows.Record{x("tin 2012 world>MYS", 100), x("tin 2012 RWA>MYS", 60), x("tin 2012 COD>MYS", 50)}, 1},
		"another producer's":          {[]flows.Record{whole, claim("tin 2012 RWA>world", 160, flows.Sn, origin("ITRI"), by("RWA"), part("a"))}, 0},
		"another basis":               {[]flows.Record{whole, claim("tin 2012 RWA>world", 160, flows.Gross, o, by("RWA"), part("a"))}, 0},
		"another reporter's":          {[]flows.Record{whole, claim("tin 2012 RWA>MYS", 160, flows.Sn, o, by("MYS"))}, 0},
		"an earlier edition's":        {[]flows.Record{whole, x("tin 2012 RWA>world", 60, part("a")), claim("tin 2012 RWA>world", 160, flows.Sn, edition("RMB", "2020"), by("RWA"), part("a"))}, 0},
		"tenths that are binary":      {[]flows.Record{x("tin 2012 RWA>world", 0.3), x("tin 2012 RWA>world", 0.1, part("a")), x("tin 2012 RWA>world", 0.2, part("b"))}, 0},
		"output of a mine and others": {[]flows.Record{rutongo, x("tin 2012 ground>RWA", 100), x("tin 2012 ground>RWA/rutongo", 101)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := warnings(ledgerOf(t, c.records...), flows.PartsExceedWhole)
			require.Len(t, w, c.want)
			for _, w := range w {
				require.ErrorContains(t, w, "claims.csv:2")
			}
		})
	}
}

// USGS put DR Congo's tantalum of 2024 at 880 t in one edition and at 1,270 t in the next: ln(1270/880) = 0.36685.
func TestRevisions(t *testing.T) {
	l := ledgerOf(t,
		claim("tantalum 2024 ground>COD", 1270, flows.Ta, edition("USGS", "2026-02")),
		claim("tantalum 2024 ground>COD", 880, flows.Ta, edition("USGS", "2025-01")),
		claim("tantalum 2024 ground>COD", 1000, flows.Ta, edition("USGS", "2025-07")), // between them: first to last counts
		claim("tantalum 2024 ground>RWA", 300, flows.Ta, edition("USGS", "2026-02")),
		claim("tantalum 2023 ground>RWA", 0, flows.Ta, edition("USGS", "2025-01")),
		claim("tantalum 2023 ground>RWA", 350, flows.Ta, edition("USGS", "2026-02")), // no ratio to zero
		claim("tantalum 2022 ground>RWA", 350, flows.Ta, edition("USGS", "2025-01")),
		claim("tantalum 2022 ground>RWA", 400, flows.Ta2O5, edition("USGS", "2026-02")), // another basis
	)
	r := l.Revisions()
	require.Len(t, r, 1)
	require.Equal(t, "USGS", r[0].Producer)
	require.InDelta(t, 0.36685, r[0].Log, 5e-6)
	require.InDelta(t, 1270.0/880, math.Exp(r[0].Log), 1e-12)
	require.Equal(t, "2025-01", r[0].First.Origin.Published)
	require.Equal(t, "2026-02", r[0].Last.Origin.Published)
}
