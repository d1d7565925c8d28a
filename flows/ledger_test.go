package flows_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// mixed holds every kind of record, editions, parts, sites, unions, scenarios and what gives warnings.
func mixed() []flows.Record {
	bgs, itri, usgs, later := origin("BGS"), origin("ITRI"), edition("USGS", "2013"), edition("USGS", "2014")
	copied := *itri // the same origin, read twice
	copied.Accessed = "2025-06-01"
	records := []flows.Record{
		claim("tin 2011 ground>RWA", 5214, flows.Sn, bgs), claim("tin 2012 ground>RWA", 3477, flows.Sn, bgs), claim("tin 2013 ground>RWA", 3671, flows.Sn, bgs),
		claim("tin 2011 RWA>world", 6952, flows.Gross, itri, by("RWA")), claim("tin 2012 RWA>world", 4637, flows.Gross, &copied, by("RWA")), claim("tin 2013 RWA>world", 4895, flows.Gross, itri, by("RWA")),
		claim("tin 2012 ground>RWA", 3600, flows.Sn, usgs), claim("tin 2012 ground>RWA", 3000, flows.Sn, later), claim("tin 2012 ground>RWA", 3100, flows.Sn, later, locator("table 2")),
		claim("tin 2012 ground>RWA/rutongo", 5000, flows.Sn, usgs), claim("tin 2012 BDI+COD+RWA>MYS", 20110, flows.Gross, itri, by("MYS")),
		claim("tin 2012 COD>RWA", 90, flows.Gross, itri, unrecorded(), in("seized")), claim("gold - ground>UGA", 4, flows.Au, bgs, evidence(flows.Capacity)),
		claim("tin 2012 RWA>MYS", 0.5, flows.Share, itri, shareOf(flowOf("tin 2012 RWA>world")), by("RWA")),
		flows.Rate{Mineral: flows.Tin, Of: flows.Sn, Per: flows.Gross, Value: dist.Exactly(0.7), Origin: itri},
		flows.Rate{Mineral: flows.Tin, Place: "RWA", Of: flows.Sn, Per: flows.Gross, Value: dist.Exactly(0.66), Origin: itri, Scenario: "low"},
		flows.Corridor{Mineral: flows.Tin, From: "COD", To: "RWA", Origin: itri}, flows.Corridor{Mineral: flows.Tin, From: "COD", To: "BDI", Origin: itri},
		flows.Event{Date: "2011-04-01", Place: "COD", Title: "buyers ask for tags", Origin: itri}, flows.Event{Date: "2011-04-01", Place: "COD", Mineral: flows.Tin, Title: "buyers ask for tags", Origin: bgs},
		flows.Site{Place: "RWA/rutongo", Name: "Rutongo"}, flows.Commodity{Mineral: "cobalt", Substance: "Co"}, flows.Commodity{Mineral: flows.Gold, Substance: flows.Au, HS: []string{"7112"}},
		flows.Published{ID: "a", Who: "somebody", Date: "2012", Flow: flowOf("tin 2012 COD>RWA"), Origin: itri},
		flows.Change{Scenario: "low", Action: "set", Target: "rate/*", Value: "0.5"}, flows.Change{Scenario: "low", Action: "drop", Target: "BGS"},
		flows.Change{Scenario: "seized", Action: "note", Note: "as the minister says"},
	}
	return records
}

// The order in which records arrive leaves no trace, and a ledger can be built again from its own records.
func TestOrderLeavesNoTrace(t *testing.T) {
	records := mixed()
	want := ledgerOf(t, records...)
	require.NotEmpty(t, warnings(want, flows.LooksDerived))
	require.NotEmpty(t, warnings(want, flows.PartsExceedWhole))
	require.NotEmpty(t, warnings(want, flows.EditionTie))
	require.Equal(t, want, ledgerOf(t, slices.Collect(want.Records())...))
	n := 0
	for range want.Records() {
		n++
	}
	require.Equal(t, len(records), n)
	for range want.Records() {
		break // an iterator must bear being left
	}

	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		shuffled := slices.Clone(records)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got := ledgerOf(t, shuffled...)
		require.Equal(t, want, got, "seed %d", seed)
		for c := range want.Cells() {
			require.Equal(t, want.Balance(c), got.Balance(c))
		}
		require.Equal(t, want.Revisions(), got.Revisions())
	}
}

// So do the refusals come in one order.
func TestOrderOfRefusals(t *testing.T) {
	records := []flows.Record{}
	for i := range 12 {
		records = append(records, claim(fmt.Sprintf("tin %d RWA>world", 2000+i%3), float64(i), flows.Sn, origin("a"), line(i+2)))
	}
	_, want := flows.NewLedger(slices.Values(records))
	require.ErrorIs(t, want, flows.ErrDuplicate)
	slices.Reverse(records)
	_, got := flows.NewLedger(slices.Values(records))
	require.EqualError(t, got, want.Error())
}

func TestOriginsAreOne(t *testing.T) {
	l := ledgerOf(t, mixed()...)
	require.Len(t, l.Origins(), 4)
	for _, c := range l.Claims() {
		require.True(t, slices.ContainsFunc(l.Origins(), func(o *flows.Origin) bool { return o == c.Origin }), c.Flow.String())
	}
}

func TestAbout(t *testing.T) {
	l := ledgerOf(t, mixed()...)
	require.Equal(t, []float64{3477, 3600, 3000, 3100}, medians(l.About(flowOf("tin 2012 ground>RWA"))))
	require.Empty(t, l.About(flowOf("tin 2012 ground>UGA")))
	require.Equal(t, flows.Basis("Co"), l.Substance("cobalt"))
	require.Equal(t, flows.Ta, l.Substance(flows.Tantalum))
	require.Empty(t, l.Substance("nickel"))
	require.Equal(t, []int{2, 2, 1, 1, 3}, []int{len(l.Corridors()), len(l.Events()), len(l.Sites()), len(l.Published()), len(l.Changes())})
	require.Equal(t, flows.Place("BDI"), l.Corridors()[0].To)
}

func TestEmptyLedger(t *testing.T) {
	l := ledgerOf(t)
	require.Empty(t, slices.Collect(l.Cells()))
	require.Empty(t, l.Warnings())
	b := balance(l, "gold/UGA/2019")
	require.Equal(t, flows.Balance{Cell: b.Cell}, b)
	require.Empty(t, b.Statements(nil))
	require.Empty(t, l.RatesInForce())
}

func TestCells(t *testing.T) {
	o := origin("a")
	x := func(flow string) flows.Claim { return claim(flow, 1, flows.Gross, o) }
	for name, c := range map[string]struct {
		records []flows.Record
		want    []string
	}{
		"a year of output":             {[]flows.Record{x("tin 2012 ground>RWA")}, []string{"tin/RWA/2012"}},
		"a year of exports":            {[]flows.Record{x("tin 2012 RWA>MYS")}, []string{"tin/RWA/2012"}},
		"a month":                      {[]flows.Record{x("tin 2012-03 RWA>MYS")}, []string{"tin/RWA/2012"}},
		"a month with both":            {[]flows.Record{x("tin 2012-03 RWA>MYS"), x("tin 2012-03 ground>RWA")}, []string{"tin/RWA/2012", "tin/RWA/2012-03"}},
		"a fiscal year of exports":     {[]flows.Record{x("tin 2012-07..2013-06 RWA>MYS")}, nil},
		"a fiscal year with both":      {[]flows.Record{x("tin 2012-07..2013-06 RWA>MYS"), x("tin 2012-07..2013-06 ground>RWA")}, []string{"tin/RWA/2012-07..2013-06"}},
		"a quarter against its months": {[]flows.Record{x("tin 2012-Q1 ground>RWA"), x("tin 2012-01 RWA>MYS"), x("tin 2012-02 RWA>MYS"), x("tin 2012-03 RWA>MYS")}, []string{"tin/RWA/2012", "tin/RWA/2012-Q1"}},
		"a quarter against two months": {[]flows.Record{x("tin 2012-Q1 ground>RWA"), x("tin 2012-01 RWA>MYS"), x("tin 2012-03 RWA>MYS")}, []string{"tin/RWA/2012"}},
		"a site":                       {[]flows.Record{flows.Site{Place: "COD/bisie"}, x("tin 2012 ground>COD/bisie")}, []string{"tin/COD/2012"}},
		"inside a country":             {[]flows.Record{flows.Site{Place: "COD/bisie"}, x("tin 2012 COD/bisie>COD")}, nil},
		"a union":                      {[]flows.Record{x("tin 2012 BDI+RWA>MYS")}, []string{"tin/BDI+RWA/2012"}},
		"the world's output":           {[]flows.Record{x("tin 2012 ground>world"), x("tin 2012 world>MYS")}, nil},
		"a capacity of any year":       {[]flows.Record{claim("tin - ground>RWA", 1, flows.Sn, o, evidence(flows.Capacity))}, nil},
		"months of a plant":            {plant("2012-01", "2012-02"), []string{"tin/mill/2012-01", "tin/mill/2012-02", "tin/well/2012"}},
		"a year of a plant's months":   {plant(months(2012)...), append([]string{"tin/mill/2012"}, append(cellsOf("tin/mill/", months(2012)), "tin/well/2012")...)},
		"a plant's own output":         {append(plant()[:3:3], x("tin 2012 ground>mill")), []string{"tin/mill/2012"}},
		"a scenario's":                 {[]flows.Record{claim("tin 2012 ground>RWA", 1, flows.Sn, o, in("low"))}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for cell := range ledgerOf(t, c.records...).Cells() {
				got = append(got, cell.String())
			}
			require.Equal(t, c.want, got)
		})
	}
}

// plant is a mill between a well and a pond, in each of the periods.
func plant(periods ...string) []flows.Record {
	out := []flows.Record{flows.Site{Place: "well"}, flows.Site{Place: "mill"}, flows.Site{Place: "pond"}}
	for _, p := range periods {
		out = append(out, claim("tin "+p+" well>mill", 1, flows.Gross, origin("a")), claim("tin "+p+" mill>pond", 1, flows.Gross, origin("a")))
	}
	return out
}

func months(year int) []string {
	var out []string
	for m := 1; m <= 12; m++ {
		out = append(out, flows.Month(year, m).String())
	}
	return out
}

func cellsOf(place string, periods []string) []string {
	var out []string
	for _, p := range periods {
		out = append(out, place+p)
	}
	return out
}

func TestUnder(t *testing.T) {
	l := ledgerOf(t, mixed()...)
	edited, err := l.Under("low", func(r flows.Record) flows.Record {
		c, ok := r.(flows.Claim)
		switch {
		case ok && c.Origin.Producer == "BGS":
			return nil
		case ok && c.Origin.Producer == "USGS":
			c.Evidence = flows.Derived
			return c
		}
		return r
	}, slices.Values([]flows.Record{claim("tin 2012 ground>RWA", 700, flows.Sn, origin("me"))}))
	require.NoError(t, err)
	require.Equal(t, []float64{700}, medians(balance(edited, "tin/RWA/2012").Output))
	require.Len(t, balance(l, "tin/RWA/2012").Output, 2) // BGS and USGS; the first ledger is as it was
	require.Empty(t, warnings(edited, flows.LooksDerived))

	_, err = l.Under("low", nil, slices.Values([]flows.Record{claim("tin 2012 RWA>RWA", 1, flows.Sn, origin("me"))}))
	require.ErrorIs(t, err, flows.ErrSelf)

	// A claim of the scenario supersedes its producer's own, earlier or later.
	l = ledgerOf(t, claim("gold 2018 ground>RWA", 2.163, flows.Au, edition("WMD", "2020")), claim("gold 2018 ground>RWA", 0.3, flows.Au, edition("WMD", "2016"), in("as in 2014-16")))
	require.Equal(t, []float64{2.163}, medians(balance(l, "gold/RWA/2018").Output))
	under, err := l.Under("as in 2014-16", nil, nil)
	require.NoError(t, err)
	b := balance(under, "gold/RWA/2018")
	require.Equal(t, []float64{0.3}, medians(b.Output))
	require.Equal(t, []flows.Code{flows.Superseded}, codes(b))
}

// A rate of the scenario replaces those for the same mineral, place, part and pair of bases.
func TestRatesInForce(t *testing.T) {
	rate := func(place flows.Place, p string, of, per flows.Basis, x float64, scenario string) flows.Rate {
		r := flows.Rate{Mineral: flows.Tantalum, Place: place, Of: of, Per: per, Value: dist.Exactly(x), Origin: origin("a"), Scenario: scenario}
		if p != "" {
			r.Period = period(p)
		}
		return r
	}
	records := []flows.Record{
		rate("RWA", "", flows.Ta2O5, flows.Gross, 0.30, ""),
		rate("RWA", "2023", flows.Ta2O5, flows.Gross, 0.31, ""),
		rate("RWA", "2024", flows.Ta2O5, flows.Gross, 0.32, ""),
		rate("COD", "", flows.Ta2O5, flows.Gross, 0.27, ""),
		rate("RWA", "", flows.USD, flows.Gross, 40000, ""),
		rate("RWA", "", flows.Ta2O5, flows.Gross, 0.20, "poor"),
		rate("RWA", "", flows.Gross, flows.Ta2O5, 4, "inverse"), // 0.25, stated the other way round
		rate("RWA", "2024", flows.Ta2O5, flows.Gross, 0.35, "rich in 2024"),
	}
	l := ledgerOf(t, records...)
	for scenario, want := range map[string][]float64{
		"":             {0.27, 0.30, 0.31, 0.32, 40000},
		"poor":         {0.20, 0.27, 40000},
		"inverse":      {0.27, 4, 40000},
		"rich in 2024": {0.27, 0.30, 0.31, 0.35, 40000},
		"unheard of":   {0.27, 0.30, 0.31, 0.32, 40000},
	} {
		under, err := l.Under(scenario, nil, nil)
		require.NoError(t, err)
		var got []float64
		for _, r := range under.RatesInForce() {
			got = append(got, r.Value.Mean())
		}
		slices.Sort(got)
		require.Equal(t, want, got, scenario)
		require.Len(t, under.Rates(), len(records))
	}
}
