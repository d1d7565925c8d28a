package estimate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// 47 t declared, 7 of them re-exported, against 40 t recorded as mined there: the gap of -7 t is the re-export. Stated beside the whole or
// as a part of it, it is the same, and both gaps are given.
func TestReExportIsShownWithAndWithout(t *testing.T) {
	imports := claim("gold 2019 UGA>ARE", "40", flows.Au, origin("ARE"), by("ARE"))
	out := claim("gold 2019 UGA>ARE", "7", flows.Au, complete("BoU", "parts"), by("UGA"), part("re-export"))
	for name, declared := range map[string]flows.Claim{
		"beside the whole": claim("gold 2019 UGA>ARE", "47", flows.Au, complete("BoU", "parts"), by("UGA")),
		"as a part":        claim("gold 2019 UGA>ARE", "40", flows.Au, complete("BoU", "parts"), by("UGA"), part("domestic")),
	} {
		g := gapOf(t, mirror(t, imports, out, declared), "gold 2019 UGA>ARE")
		require.Equal(t, -7.0, g.Tonnes.Gap.Median, name)
		require.Equal(t, 0.0, g.Tonnes.Without.Median, name)
		require.Len(t, g.Exceptions, 1, name)
		require.Equal(t, estimate.Exception{Part: "re-export", Meaning: "re-exports"}, g.Exceptions[0].Exception, name)
		require.Equal(t, 7.0, g.Exceptions[0].Exporter.Median, name)
		require.Nil(t, g.Exceptions[0].Importer, name)
		require.True(t, warnsOf(g, estimate.ErrParts), name)
	}
}

// An importer that books monetary gold (HS 7108.20) with the rest, against an exporter that does not declare it: 90 - 40 = 50 with, 10
// without the 40 t. In dollars at 50 M a tonne 500 M without.
func TestMonetaryGoldOfTheImporter(t *testing.T) {
	o := complete("IND", "parts")
	g := gapOf(t, mirror(t, claim("gold 2019 TZA>IND", "40", flows.Au, origin("BoT"), by("TZA")), claim("gold 2019 TZA>IND", "2000000000", flows.USD, origin("BoT"), by("TZA")),
		claim("gold 2019 TZA>IND", "50", flows.Au, o, by("IND"), part("HS 710812")), claim("gold 2019 TZA>IND", "40", flows.Au, o, by("IND"), part("HS 710820")),
		claim("gold 2019 TZA>IND", "2500000000", flows.USD, o, by("IND"), part("HS 710812")), claim("gold 2019 TZA>IND", "2000000000", flows.USD, o, by("IND"), part("HS 710820"))), "gold 2019 TZA>IND")
	require.Equal(t, 50.0, g.Tonnes.Gap.Median)
	require.Equal(t, 10.0, g.Tonnes.Without.Median)
	require.Equal(t, "monetary gold", g.Exceptions[0].Meaning)
	require.InDelta(t, 2.5e9, g.USD.Gap.Median, 1)
	require.InDelta(t, 0.5e9, g.USD.Without.Median, 1)
}

// Ore against metal: the exporter declares 100 t of tin in ore and the importer 60 t in ore and 50 t of metal from a smelter on the way.
// With all it knows the gap is +10; the metal is counted by one side only, so the gap in ore alone, -40, is given too.
func TestOreAgainstMetalIsAnException(t *testing.T) {
	x, m := complete("RRA", "parts"), complete("MYS", "parts")
	g := gapOf(t, mirror(t, claim("tin 2023 RWA>MYS", "100", flows.Sn, x, by("RWA"), part("HS 260900")),
		claim("tin 2023 RWA>MYS", "60", flows.Sn, m, by("MYS"), part("HS 260900")), claim("tin 2023 RWA>MYS", "50", flows.Sn, m, by("MYS"), part("HS 800110"))), "tin 2023 RWA>MYS")
	require.Equal(t, 10.0, g.Tonnes.Gap.Median)
	require.Equal(t, -40.0, g.Tonnes.Without.Median)
	require.Equal(t, "counted by the importer only", g.Exceptions[0].Meaning)
}

// A ministry's artisanal output and what customs book under a code are two ways to cut one flow: neither is what the other side lacks.
func TestPartsOfTwoKindsAreNoException(t *testing.T) {
	x, m := complete("ministry", "parts"), complete("customs", "parts")
	g := gapOf(t, mirror(t, claim("gold 2023 COD>ARE", "5", flows.Au, x, by("COD"), part("artisanal")), claim("gold 2023 COD>ARE", "4", flows.Au, m, by("ARE"), part("HS 710812"))), "gold 2023 COD>ARE")
	require.Equal(t, -1.0, g.Tonnes.Gap.Median)
	require.Empty(t, g.Exceptions)
	require.Nil(t, g.Tonnes.Without)
}

// Which parts are excepted is a setting: none, or those of the user.
func TestExceptionsAreASetting(t *testing.T) {
	m := modelOf(t, estimate.Options{}, claim("gold 2019 UGA>ARE", "47", flows.Au, origin("BoU"), by("UGA")), claim("gold 2019 UGA>ARE", "40", flows.Au, origin("ARE"), by("ARE")),
		claim("gold 2019 UGA>ARE", "7", flows.Au, origin("BoU"), by("UGA"), part("re-export")), claim("gold 2019 UGA>ARE", "5", flows.Au, origin("ARE"), by("ARE"), part("scrap")))
	g := gapOf(t, mirrorOf(t, estimate.Mirror{Except: []string{}}, m), "gold 2019 UGA>ARE")
	require.Empty(t, g.Exceptions)
	require.Nil(t, g.Tonnes.Without)
	g = gapOf(t, mirrorOf(t, estimate.Mirror{Except: []string{"scrap"}}, m), "gold 2019 UGA>ARE")
	require.Equal(t, -12.0, g.Tonnes.Without.Median) // 40 - 5 - 47
}

// Six months of a re-export leave a ceiling of what is left of the exports, and so a floor of the gap without it.
func TestAnExceptedFloorBoundsTheRest(t *testing.T) {
	g := gapOf(t, mirror(t, claim("gold 2019 UGA>ARE", "47", flows.Au, origin("BoU"), by("UGA")), claim("gold 2019 UGA>ARE", "40", flows.Au, origin("ARE"), by("ARE")),
		claim("gold 2019-01..2019-06 UGA>ARE", "3", flows.Au, origin("BoU"), by("UGA"), part("re-export"))), "gold 2019 UGA>ARE")
	require.Equal(t, flows.About, g.Tonnes.Gap.Bound)
	require.Equal(t, -4.0, g.Tonnes.Without.Median)
	require.Equal(t, flows.AtLeast, g.Tonnes.Without.Bound)
}

// Where a total is declared, a re-export that is stated by partner as well is taken off once: 47 - 7.
func TestAnExceptionOfTheTotalCountsOnce(t *testing.T) {
	g := gapOf(t, mirror(t, claim("gold 2019 UGA>world", "47", flows.Au, origin("BoU"), by("UGA")), claim("gold 2019 UGA>world", "7", flows.Au, origin("BoU"), by("UGA"), part("re-export")),
		claim("gold 2019 UGA>ARE", "7", flows.Au, origin("BoU"), by("UGA"), part("re-export")), claim("gold 2019 UGA>ARE", "40", flows.Au, complete("ARE", "partners"), by("ARE"))), "gold 2019 UGA>world")
	require.Equal(t, -7.0, g.Tonnes.Gap.Median)
	require.Equal(t, 0.0, g.Tonnes.Without.Median)
}
