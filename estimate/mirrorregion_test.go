package estimate_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

const greatLakes = "BDI+COD+RWA+UGA"

// lakes is a closed region: what the four countries mine, 100 + 20 + 10 + 10 = 140 t, leaves it. Of DR Congo's 100 t some are smuggled to
// its neighbours and leave under their names, so that what each declares to the outside is its output give or take what crossed.
func lakes(toRwanda, toUganda float64) []flows.Record {
	mined := map[flows.Place]float64{"COD": 100, "RWA": 20, "BDI": 10, "UGA": 10}
	leaves := map[flows.Place]float64{"COD": 100 - toRwanda - toUganda, "RWA": 20 + toRwanda, "BDI": 10, "UGA": 10 + toUganda}
	var out []flows.Record
	for _, p := range []flows.Place{"BDI", "COD", "RWA", "UGA"} {
		customs := complete("customs "+string(p), "partners")
		out = append(out, claim("tin 2020 ground>"+string(p), spell(mined[p]), flows.Sn, origin("survey")),
			claim("tin 2020 "+string(p)+">MYS", spell(leaves[p]), flows.Sn, customs, by(p)),
			claim("tin 2020 "+string(p)+">MYS", spell(leaves[p]), flows.Sn, complete("MYS", "partners"), by("MYS")))
	}
	return out
}

func lakesAnswer(t *testing.T, records ...flows.Record) (surplus float64, gap *estimate.Gap, b *estimate.Balance) {
	t.Helper()
	m := modelOf(t, estimate.Options{}, records...)
	c := cell("tin/" + greatLakes + "/2020")
	b = row(t, run(t, m, c), c.String())
	return central(t, b, estimate.Surplus), gapOf(t, mirrorOf(t, estimate.Mirror{Cells: []flows.Cell{c}}, m), "tin 2020 "+greatLakes+">world"), b
}

// Conservation: however much is smuggled inside the region, the region's surplus and its trade gap are zero, while Rwanda's surplus is what
// it received and DR Congo's deficit what it lost.
func TestSmugglingInsideARegionCancels(t *testing.T) {
	for _, smuggled := range [][2]float64{{0, 0}, {30, 0}, {45, 25}, {60, 40}} {
		records := lakes(smuggled[0], smuggled[1])
		surplus, gap, b := lakesAnswer(t, records...)
		require.InDelta(t, 0, surplus, 1e-9)
		require.InDelta(t, 0, gap.Tonnes.Gap.Median, 1e-9)
		require.Equal(t, 140.0, central(t, b, estimate.Output))
		members := run(t, modelOf(t, estimate.Options{}, records...))
		require.InDelta(t, smuggled[0], central(t, row(t, members, "tin/RWA/2020"), estimate.Surplus), 1e-9)
		require.InDelta(t, smuggled[1], central(t, row(t, members, "tin/UGA/2020"), estimate.Surplus), 1e-9)
		require.InDelta(t, -smuggled[0]-smuggled[1], central(t, row(t, members, "tin/COD/2020"), estimate.Surplus), 1e-9)
		require.True(t, warns(b, estimate.ErrRegion)) // and it says that this is what it cannot see
		require.True(t, warnsOf(gap, estimate.ErrRegion))
	}
}

// A flow inside is dropped from both sides whatever its ends say: the sender, the receiver, both with different figures, neither but a
// third party, as unrecorded, or in dollars without a price.
func TestAFlowInsideARegionIsDroppedWhateverItsEndsSay(t *testing.T) {
	inside := func(amount string, basis flows.Basis, changes ...change) flows.Record {
		return claim("tin 2020 COD>RWA", amount, basis, complete("somebody "+amount, "partners"), changes...)
	}
	for name, claims := range map[string][]flows.Record{
		"the sender":       {inside("30", flows.Sn, by("COD"))},
		"the receiver":     {inside("25", flows.Sn, by("RWA"))},
		"both":             {inside("30", flows.Sn, by("COD")), inside("12", flows.Sn, by("RWA"))},
		"a third party":    {inside("28", flows.Sn)},
		"unrecorded":       {inside("28", flows.Sn, unrecorded)},
		"without a price":  {inside("280000", flows.USD, by("COD"))},
		"a site to a site": {flows.Site{Place: "COD/rubaya", Name: "Rubaya"}, claim("tin 2020 COD/rubaya>UGA", "5", flows.Sn, origin("w"), by("UGA"))},
		"a union inside":   {claim("tin 2020 COD>RWA+UGA", "40", flows.Sn, origin("w"), by("COD"))},
	} {
		t.Run(name, func(t *testing.T) {
			surplus, gap, b := lakesAnswer(t, append(lakes(30, 0), claims...)...)
			require.InDelta(t, 0, surplus, 1e-9)
			require.InDelta(t, 0, gap.Tonnes.Gap.Median, 1e-9)
			dropped := 0
			for _, w := range b.Warnings {
				if w.Code == estimate.ErrRegion {
					dropped = len(w.Claims)
				}
			}
			require.Positive(t, dropped)
		})
	}
}

// Where members declare totals, what they say goes to other members is taken off: 100 - 30 of DR Congo's, and 50 of Rwanda's. Nine months
// of it leave at most the rest.
func TestTotalsHoldWhatFlowsInside(t *testing.T) {
	records := func(inside ...flows.Record) []flows.Record {
		return append(inside, claim("tin 2020 COD>world", "100", flows.Sn, origin("x"), by("COD")), claim("tin 2020 RWA>world", "50", flows.Sn, origin("y"), by("RWA")),
			claim("tin 2020 COD+RWA>MYS", "118", flows.Sn, complete("MYS", "partners"), by("MYS")), rate("tin - - USD-spot/Sn", "20000", origin("p")),
			claim("tin 2020 COD>world", "1000", flows.USD, origin("x"), by("COD")), claim("tin 2020 RWA>world", "500", flows.USD, origin("y"), by("RWA")),
			claim("tin 2020 COD+RWA>MYS", "1180", flows.USD, complete("MYS", "partners"), by("MYS")))
	}
	g := gapOf(t, mirror(t, records(claim("tin 2020 COD>RWA", "30", flows.Sn, origin("x"), by("COD")),
		claim("tin 2020 COD>RWA", "300", flows.USD, origin("x"), by("COD")))...), "tin 2020 COD+RWA>world")
	require.Equal(t, 120.0, g.Tonnes.Exporter.Median)
	require.Equal(t, -2.0, g.Tonnes.Gap.Median)
	require.NotNil(t, g.USD, "%v", g.Warnings)
	require.Equal(t, 1200.0, g.USD.Exporter.Median) // and in dollars: 1,000 - 300 + 500
	require.Equal(t, -20.0, g.USD.Gap.Median)
	g = gapOf(t, mirror(t, records(claim("tin 2020-01..2020-09 COD>RWA", "30", flows.Sn, origin("x"), by("COD")))...), "tin 2020 COD+RWA>world")
	require.Equal(t, flows.AtMost, g.Tonnes.Exporter.Bound)
	require.Equal(t, -2.0, g.Tonnes.Gap.Median)
	require.Equal(t, flows.AtLeast, g.Tonnes.Gap.Bound)
}

// A member of whom one side says nothing makes that side a floor.
func TestRegionWithASilentMember(t *testing.T) {
	x := claim("tin 2020 COD>MYS", "10", flows.Sn, complete("x", "partners"), by("COD"))
	y := claim("tin 2020 RWA>MYS", "20", flows.Sn, complete("y", "partners"), by("RWA"))
	buyer := claim("tin 2020 COD+RWA>MYS", "35", flows.Sn, complete("MYS", "partners"), by("MYS"))
	at := estimate.Mirror{Cells: []flows.Cell{cell("tin/COD+RWA/2020")}}
	g := gapOf(t, mirrorOf(t, at, modelOf(t, estimate.Options{}, x, y, buyer)), "tin 2020 COD+RWA>MYS")
	require.Equal(t, 5.0, g.Tonnes.Gap.Median)
	require.Equal(t, flows.About, g.Tonnes.Gap.Bound)
	g = gapOf(t, mirrorOf(t, at, modelOf(t, estimate.Options{}, x, buyer)), "tin 2020 COD+RWA>MYS")
	require.Equal(t, flows.AtMost, g.Tonnes.Gap.Bound) // Rwanda's share of the 35 t is not known
	require.Equal(t, 25.0, g.Tonnes.Gap.Median)
}

// The other direction: a region's declared imports from the world, less what its members sent each other.
func TestImportsOfARegion(t *testing.T) {
	g := gapOf(t, mirrorOf(t, estimate.Mirror{Cells: []flows.Cell{cell("gold/RWA+UGA/2020")}}, modelOf(t, estimate.Options{},
		claim("gold 2020 world>UGA", "12", flows.Au, origin("URA"), by("UGA")), claim("gold 2020 RWA>UGA", "3", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2020 world>RWA", "1", flows.Au, origin("RRA"), by("RWA")),
		claim("gold 2020 TZA>UGA", "4", flows.Au, origin("BoT"), by("TZA")), claim("gold 2020 TZA>RWA", "2", flows.Au, origin("BoT"), by("TZA")))), "gold 2020 world>RWA+UGA")
	require.Equal(t, estimate.ImportGap, g.Kind)
	require.Equal(t, 12.0+1-3, g.Tonnes.Importer.Median)
	require.Equal(t, 6.0, g.Tonnes.Exporter.Median)
	require.Equal(t, 4.0, g.Tonnes.Gap.Median)
	require.Equal(t, flows.AtMost, g.Tonnes.Gap.Bound)
}

// A total that names no partner may hold what another member records from it; the row says so.
func TestATotalThatMayHoldWhatFlowsInside(t *testing.T) {
	region := func(more ...flows.Record) *estimate.Gap {
		return gapOf(t, mirrorOf(t, estimate.Mirror{Cells: []flows.Cell{cell("tin/COD+RWA/2020")}}, modelOf(t, estimate.Options{}, append(more,
			claim("tin 2020 COD>world", "100", flows.Sn, origin("x"), by("COD")), claim("tin 2020 RWA>world", "50", flows.Sn, origin("y"), by("RWA")),
			claim("tin 2020 COD>RWA", "25", flows.Sn, origin("y"), by("RWA")), claim("tin 2020 COD+RWA>MYS", "118", flows.Sn, origin("MYS"), by("MYS")))...)), "tin 2020 COD+RWA>world")
	}
	says := func(g *estimate.Gap) bool {
		return slices.ContainsFunc(g.Warnings, func(w estimate.Warning) bool {
			return w.Text == "RWA records 25 t from COD, which lies in the region: the total of COD may hold it"
		})
	}
	g := region()
	require.True(t, says(g))
	require.Equal(t, 150.0, g.Tonnes.Exporter.Median)
	g = region(claim("tin 2020 COD>RWA", "20", flows.Sn, origin("x"), by("COD"))) // it names the partner: 20 t, whatever Rwanda says
	require.False(t, says(g))
	require.Equal(t, 130.0, g.Tonnes.Exporter.Median)
}
