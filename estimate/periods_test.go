package estimate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Nine months of declared exports are a floor, and so is the surplus; parts of output make it a ceiling.
func TestPiecesAreFloors(t *testing.T) {
	out := claim("tin 2020 ground>RWA", "30", flows.Sn, origin("a"))
	exp := claim("tin 2020 RWA>world", "100", flows.Sn, origin("x"), by("RWA"))
	for name, c := range map[string]struct {
		records []flows.Record
		surplus float64
		bound   flows.Bound
		partial bool
	}{
		"nine months": {[]flows.Record{out, claim("tin 2020-01..2020-09 RWA>world", "80", flows.Sn, origin("x"), by("RWA"))}, 50, flows.AtLeast, true},
		"four quarters": {[]flows.Record{out,
			claim("tin 2020-Q1 RWA>world", "10", flows.Sn, origin("x"), by("RWA")), claim("tin 2020-Q2 RWA>world", "20", flows.Sn, origin("x"), by("RWA")),
			claim("tin 2020-Q3 RWA>world", "30", flows.Sn, origin("x"), by("RWA")), claim("tin 2020-Q4 RWA>world", "40", flows.Sn, origin("x"), by("RWA"))}, 70, flows.About, false},
		"a year and its quarter": {[]flows.Record{out, exp, claim("tin 2020-Q1 RWA>world", "25", flows.Sn, origin("x"), by("RWA"))}, 70, flows.About, false},
		"the industrial part": {[]flows.Record{exp, claim("tin 2020 ground>RWA", "20", flows.Sn, origin("a"), part("industrial"))},
			80, flows.AtMost, true},
		"both parts, and the origin says that these are all": {[]flows.Record{exp,
			claim("tin 2020 ground>RWA", "20", flows.Sn, complete("a", "parts"), part("industrial")),
			claim("tin 2020 ground>RWA", "15", flows.Sn, complete("a", "parts"), part("artisanal"))}, 65, flows.About, false},
		"a whole and a part": {[]flows.Record{exp, out, claim("tin 2020 ground>RWA", "20", flows.Sn, origin("a"), part("industrial"))}, 70, flows.About, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := row(t, result(t, c.records...), "tin/RWA/2020")
			v, ok := b.Value(estimate.Surplus)
			require.True(t, ok, "%v", b.Warnings)
			require.Equal(t, c.surplus, v.Median)
			require.Equal(t, c.bound, v.Bound)
			require.Equal(t, c.partial, warns(b, estimate.ErrPartial))
		})
	}
}

// USGS printed 880 t in 2025 and 1,270 t in 2026. A figure that was not yet out does not speak; what is not known exactly is out by
// the end of the year.
func TestEditionsAndAsOf(t *testing.T) {
	records := []flows.Record{
		claim("tantalum 2024 ground>COD", "880", flows.Ta, edition("USGS", "2025-01")),
		claim("tantalum 2024 ground>COD", "1270", flows.Ta, edition("USGS", "2026-02")),
		claim("tantalum 2024 COD>world", "2000", flows.Ta, edition("CTCPM", "2025"), by("COD")),
	}
	for asOf, want := range map[string]float64{"": 730, "2026": 730, "2026-02": 730, "2026-01-31": 1120, "2025-12-31": 1120} {
		b := row(t, run(t, modelOf(t, estimate.Options{AsOf: asOf}, records...)), "tantalum/COD/2024")
		require.Equal(t, want, central(t, b, estimate.Surplus), asOf)
	}
	r := run(t, modelOf(t, estimate.Options{AsOf: "2025-02"}, records...)) // the exports are out by the end of 2025
	require.Empty(t, r.Balances)
	require.Len(t, r.Unbalanced, 1)
	require.Equal(t, "no recorded outflow", r.Unbalanced[0].Why)
}

// Fiscal years July to June of 120 t and 240 t: 2019 gets 6/12 of each, 60 + 120 = 180 t. One factor */1.15 widens the sum, so its 90 %
// range is 180/1.15..180 x 1.15.
func TestProrate(t *testing.T) {
	records := []flows.Record{
		claim("gold 2018-07..2019-06 UGA>world", "120", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019-07..2020-06 UGA>world", "240", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019 ground>UGA", "100", flows.Au, origin("WMD")),
	}
	require.Nil(t, run(t, modelOf(t, estimate.Options{}, records...)).Balance(cell("gold/UGA/2019")))
	b := row(t, run(t, modelOf(t, estimate.Options{Prorate: true, Draws: 8192}, records...)), "gold/UGA/2019")
	v, _ := b.Value(estimate.Outflow)
	require.InEpsilon(t, 180, v.Median, 1e-6)
	require.InEpsilon(t, 180*1.15, v.Hi, 1e-3) // stratified
	require.InEpsilon(t, 180/1.15, v.Lo, 1e-3)
	require.InEpsilon(t, 80, central(t, b, estimate.Surplus), 1e-6)
	require.True(t, warns(b, estimate.ErrProrated))
	require.Equal(t, 0.5, b.Term(estimate.Declared).Used[0].Weight)

	// Eight of its twelve months and four of the next's: 120 x 8/12 + 240 x 4/12 = 160.
	records[0], records[1] = claim("gold 2018-09..2019-08 UGA>world", "120", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019-09..2020-08 UGA>world", "240", flows.Au, origin("URA"), by("UGA"))
	b = row(t, run(t, modelOf(t, estimate.Options{Prorate: true}, records...)), "gold/UGA/2019")
	require.InEpsilon(t, 160, central(t, b, estimate.Outflow), 1e-6)

	// A figure for the year itself needs no sharing out.
	b = row(t, run(t, modelOf(t, estimate.Options{Prorate: true}, append(records, claim("gold 2019 UGA>world", "150", flows.Au, origin("URA"), by("UGA")))...)), "gold/UGA/2019")
	require.Equal(t, 150.0, central(t, b, estimate.Outflow))
	require.False(t, warns(b, estimate.ErrProrated))

	// A gap is not filled: January to June alone is no year.
	require.Nil(t, run(t, modelOf(t, estimate.Options{Prorate: true}, records[0], records[2])).Balance(cell("gold/UGA/2019")))
}

// Each exports 100 t exact of concentrate at one grade of 0.3 */ 1.3. With one grade for all years the total over N years is N g x 100,
// of standard deviation N s; with a grade that is new in each, it is sqrt(N) s. The factor is sqrt(N): sqrt(6) for six years.
func TestSixYearsWithOneGrade(t *testing.T) {
	const years = 6
	total := func(independent bool) estimate.Value {
		var records []flows.Record
		var cells []flows.Cell
		for _, y := range []string{"2015", "2016", "2017", "2018", "2019", "2020"} {
			records = append(records, claim("tin "+y+" RWA>world", "100", flows.Gross, origin("x"), by("RWA")),
				claim("tin "+y+" ground>RWA", "10", flows.Sn, origin("a")))
			r := rate("tin RWA "+y+" Sn/gross", "0.3 */ 1.3", origin("grade"))
			r.Independent = independent
			records, cells = append(records, r), append(cells, cell("tin/RWA/"+y))
		}
		v, err := run(t, modelOf(t, estimate.Options{Draws: 8192}, records...)).Total(estimate.Surplus, cells...)
		require.NoError(t, err)
		return v
	}
	shared, independent := total(false), total(true)
	s := 100 * value("0.3 */ 1.3").StdDev()
	// The one error is stratified: its sd is exact but for the outermost slices. The sum of six shuffled ones has an sd with a relative
	// Monte Carlo error of 1/sqrt(2n) = 0.8 %.
	require.InEpsilon(t, years*s, shared.SD, 0.002)
	require.InEpsilon(t, math.Sqrt(years)*s, independent.SD, 4*0.008)
	require.InEpsilon(t, math.Sqrt(years), shared.SD/independent.SD, 4*0.008)
	require.InDelta(t, shared.Mean, independent.Mean, 1e-6*shared.Mean)
}

func TestTotalBounds(t *testing.T) {
	r := result(t,
		claim("tin 2019 RWA>world", "100", flows.Sn, origin("x"), by("RWA")), claim("tin 2019 ground>RWA", "30", flows.Sn, origin("a")),
		claim("tin 2020 RWA>world", "100", flows.Sn, origin("x"), by("RWA")), claim("tin 2020 ground>RWA", "<=40", flows.Sn, origin("a")),
		claim("tin 2021 RWA>world", "100", flows.Sn, origin("x"), by("RWA")), claim("tin 2021 ground>RWA", ">=50", flows.Sn, origin("a")))
	v, err := r.Total(estimate.Surplus, cell("tin/RWA/2019"), cell("tin/RWA/2020"))
	require.NoError(t, err)
	require.Equal(t, 70.0+60, v.Median)
	require.Equal(t, flows.AtLeast, v.Bound)
	_, err = r.Total(estimate.Surplus, cell("tin/RWA/2020"), cell("tin/RWA/2021"))
	require.ErrorIs(t, err, estimate.ErrIndeterminate)
	_, err = r.Total(estimate.Surplus)
	require.Error(t, err)
	_, err = r.Total(estimate.Inflow, cell("tin/RWA/2020"))
	require.ErrorContains(t, err, "tin/RWA/2020: no inflow")
}

// An output series that is three quarters of exports three years running is flagged in each of its rows.
func TestPlantedSeriesLooksDerived(t *testing.T) {
	var records []flows.Record
	for y, x := range map[string]string{"2011": "6952", "2012": "4636", "2013": "4894.8"} {
		records = append(records, claim("tin "+y+" RWA>world", x, flows.Gross, origin("ITRI"), by("RWA")))
	}
	records = append(records, claim("tin 2011 ground>RWA", "5214", flows.Sn, origin("BGS")), claim("tin 2012 ground>RWA", "3477", flows.Sn, origin("BGS")),
		claim("tin 2013 ground>RWA", "3671.1", flows.Sn, origin("BGS")), rate("tin - - Sn/gross", "0.7", origin("g")))
	r := result(t, records...)
	for _, y := range []string{"2011", "2012", "2013"} {
		require.True(t, warns(row(t, r, "tin/RWA/"+y), flows.LooksDerived), y)
	}
}

// What flows between Congo and Rwanda cancels in their region: it lies inside.
func TestRegion(t *testing.T) {
	outputs := []flows.Record{claim("tin 2020 ground>COD", "10", flows.Sn, origin("a")), claim("tin 2020 ground>RWA", "10", flows.Sn, origin("a"))}
	byPartner := append([]flows.Record{
		claim("tin 2020 COD>ARE", "5", flows.Sn, complete("x", "partners"), by("COD")),
		claim("tin 2020 COD>RWA", "8", flows.Sn, complete("x", "partners"), by("COD")),
		claim("tin 2020 RWA>ARE", "30", flows.Sn, complete("y", "partners"), by("RWA"))}, outputs...)
	totals := append([]flows.Record{
		claim("tin 2020 COD>world", "13", flows.Sn, origin("x"), by("COD")),
		claim("tin 2020 COD>RWA", "8", flows.Sn, origin("x"), by("COD")),
		claim("tin 2020 RWA>world", "30", flows.Sn, origin("y"), by("RWA"))}, outputs...)
	region := cell("tin/COD+RWA/2020")
	for name, records := range map[string][]flows.Record{"by partner": byPartner, "totals that hold what flows inside": totals} {
		r := run(t, modelOf(t, estimate.Options{}, records...), region, cell("tin/COD/2020"), cell("tin/RWA/2020"))
		b := row(t, r, "tin/COD+RWA/2020")
		require.InDelta(t, 5+30, central(t, b, estimate.Outflow), 1e-9, name)
		require.InDelta(t, 5+30-10-10, central(t, b, estimate.Surplus), 1e-9, name)
		// Of the members: 13 - 10 = 3, and 30 - 10 - 8 = 12, which add up to the region's 15.
		require.InDelta(t, 3, central(t, row(t, r, "tin/COD/2020"), estimate.Surplus), 1e-9, name)
		require.InDelta(t, 12, central(t, row(t, r, "tin/RWA/2020"), estimate.Surplus), 1e-9, name)
	}

	bound := func(q estimate.Quantity, without int) flows.Bound {
		records := append(append([]flows.Record{}, totals[:without]...), totals[without+1:]...)
		v, ok := row(t, run(t, modelOf(t, estimate.Options{}, records...), region), "tin/COD+RWA/2020").Value(q)
		require.True(t, ok)
		return v.Bound
	}
	require.Equal(t, flows.AtMost, bound(estimate.Surplus, 3))  // no output of COD: the sum is a floor, the surplus a ceiling
	require.Equal(t, flows.AtLeast, bound(estimate.Surplus, 2)) // no exports of RWA: the surplus is a floor
}

// A buyer that records imports from the region as a whole, and another that records them from one member: both count.
func TestRegionHeardAsWholeAndByMember(t *testing.T) {
	b := row(t, run(t, modelOf(t, estimate.Options{},
		claim("tin 2012 COD+RWA>MYS", "20", flows.Sn, origin("MYS"), by("MYS")),
		claim("tin 2012 COD>MYS", "7", flows.Sn, origin("other"), by("MYS")), // in the 20 already
		claim("tin 2012 COD>CHN", "5", flows.Sn, origin("CHN"), by("CHN"))), cell("tin/COD+RWA/2012")), "tin/COD+RWA/2012")
	require.Equal(t, 25.0, central(t, b, estimate.Mirrored))
}

// Two neighbours outside send to two members: 3 + 4 come in, 50 + 20 go out, 30 + 10 are mined.
func TestRegionInflow(t *testing.T) {
	var records []flows.Record
	for place, x := range map[flows.Place][3]string{"COD": {"50", "30", "3"}, "RWA": {"20", "10", "4"}} {
		records = append(records,
			claim("tin 2020 "+string(place)+">world", x[0], flows.Sn, origin("x"), by(place)),
			claim("tin 2020 ground>"+string(place), x[1], flows.Sn, origin("a")),
			claim("tin 2020 BDI>"+string(place), x[2], flows.Sn, origin("b"), by("BDI")))
	}
	b := row(t, run(t, modelOf(t, estimate.Options{}, records...), cell("tin/COD+RWA/2020")), "tin/COD+RWA/2020")
	require.Equal(t, 7.0, central(t, b, estimate.Inflow))
	require.Equal(t, 70.0-40-7, central(t, b, estimate.Surplus))
}

// A sum counts nothing twice and adds one mineral only.
func TestTotalRefusesOverlaps(t *testing.T) {
	r := result(t,
		claim("tin 2012 RWA>world", "10", flows.Sn, origin("a"), by("RWA")), claim("tin 2012 ground>RWA", "6", flows.Sn, origin("b")),
		claim("tin 2012-Q1 RWA>world", "4", flows.Sn, origin("a"), by("RWA")), claim("tin 2012-Q1 ground>RWA", "1", flows.Sn, origin("b")),
		claim("gold 2012 RWA>world", "1", flows.Au, origin("a"), by("RWA")), claim("gold 2012 ground>RWA", "1", flows.Au, origin("b")))
	year := flows.Cell{Mineral: flows.Tin, Place: "RWA", Period: period("2012")}
	quarter, union, gold := year, year, year
	quarter.Period, union.Place, gold.Mineral = period("2012-Q1"), "COD+RWA", flows.Gold
	for _, other := range []flows.Cell{year, quarter, union, gold} {
		_, err := r.Total(estimate.Surplus, year, other)
		require.ErrorContains(t, err, year.String())
		require.ErrorContains(t, err, other.String())
	}
}
