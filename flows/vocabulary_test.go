package flows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
)

func TestMass(t *testing.T) {
	require.InDelta(t, 31.1034768, float64(flows.TroyOunce/flows.Gram), 1e-12)
	require.InDelta(t, 0.45359237, float64(flows.Pound/flows.Kilogram), 1e-15)
	require.InDelta(t, 32150.7466, float64(flows.Tonne/flows.TroyOunce), 1e-4) // troy ounces in a tonne
	require.Equal(t, 1000*flows.Tonne, flows.Kilotonne)
}

// The shares of metal as publishers print them: USGS has 0.81897 for Ta in Ta2O5; Nb2O5 0.6990, SnO2 0.7877, WO3 0.7930.
func TestOxides(t *testing.T) {
	want := map[flows.Basis]float64{flows.Ta2O5: 0.81897, flows.Nb2O5: 0.6990, flows.SnO2: 0.7877, flows.WO3: 0.7930}
	for _, o := range flows.Oxides() {
		digits := 5e-5
		if o.Per == flows.Ta2O5 {
			digits = 5e-6
		}
		require.InDelta(t, want[o.Per], o.Factor, digits, string(o.Per))
		delete(want, o.Per)
	}
	require.Empty(t, want)
}

func TestBases(t *testing.T) {
	require.Len(t, flows.Bases(), 14)
	for _, b := range flows.Bases() {
		require.False(t, b.Money() && b.Substance())
	}
	require.True(t, flows.USDCIF.Money() && flows.Ta2O5.Substance())
	require.False(t, flows.Gross.Substance() || flows.Share.Substance() || flows.Basis("").Substance())
	for _, c := range flows.Commodities() {
		require.True(t, c.Substance.Substance())
	}
}

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		p, q   flows.Place
		within bool
	}{
		{"RWA", "RWA", true}, {"RWA", "COD", false}, {"COD/bisie", "COD", true}, {"COD", "COD/bisie", false}, {"COD/bisie", "COD/rubaya", false},
		{"RWA", "BDI+COD+RWA", true}, {"COD/bisie", "BDI+COD+RWA", true}, {"BDI+RWA", "BDI+COD+RWA", true}, {"BDI+UGA", "BDI+COD+RWA", false},
		{"BDI+COD+RWA", "RWA", false}, {"COD/bisie+COD/rubaya", "COD", true}, {"COD/bisie+RWA", "COD", false},
		{"world", "world", true}, {"RWA", "world", false}, {"ground", "RWA", false},
	} {
		require.Equal(t, c.within, c.p.Within(c.q), "%s in %s", c.p, c.q)
	}
	require.Equal(t, flows.Place("BDI+COD+RWA"), flows.Union("RWA", "COD", "BDI+RWA"))
	require.Equal(t, []flows.Place{"BDI", "RWA"}, flows.Place("BDI+RWA").Members())
	require.Equal(t, []flows.Place{"RWA"}, flows.Place("RWA").Members())
	require.Equal(t, flows.Place("COD"), flows.Place("COD/bisie").Country())
	require.Equal(t, flows.Place("COD/bisie+RWA"), flows.Place("COD/bisie+RWA").Country())

	// Two Congos, and codes that are none.
	o := origin("a")
	ledgerOf(t, claim("tin 2012 COD>COG", 1, flows.Sn, o), claim("tin 2012 ABW>ZWE", 1, flows.Sn, o))
	for _, p := range []flows.Place{"BWA ", "WAB", "RW", "RWAN", "\nAB", "ZWE\n", "UK", "EUR"} {
		_, err := flows.NewLedger(func(yield func(flows.Record) bool) {
			c := claim("tin 2012 COD>world", 1, flows.Sn, o)
			c.From = p
			yield(c)
		})
		require.ErrorIs(t, err, flows.ErrPlace, "%q", p)
	}
}

func TestNames(t *testing.T) {
	c := claim("gold 2019 UGA>ARE", 1, flows.Au, origin("a"), unrecorded(), part("doré"))
	require.Equal(t, "gold 2019 UGA>ARE unrecorded (doré)", c.Flow.String())
	require.Equal(t, "gold/UGA/2019", flows.Cell{Mineral: flows.Gold, Period: flows.Year(2019), Place: "UGA"}.String())
	require.Equal(t, []string{"", "floor", "ceiling"}, []string{flows.About.String(), flows.AtLeast.String(), flows.AtMost.String()})
	require.Equal(t, "tantalum Ta2O5 per gross in RWA (metal) 2024",
		flows.Rate{Mineral: flows.Tantalum, Place: "RWA", Part: "metal", Period: flows.Year(2024), Of: flows.Ta2O5, Per: flows.Gross}.String())
	require.Equal(t, []string{"", "a.csv", "a.csv:3"}, []string{flows.Pos{}.String(), flows.Pos{File: "a.csv"}.String(), flows.Pos{File: "a.csv", Line: 3}.String()})
	require.Equal(t, "2024-12-31", flows.LastDay("2024"))
	require.Less(t, flows.LastDay("2024-02"), "2024-03-01")
	require.Equal(t, "2024-03-11", flows.LastDay("2024-03-11"))
	require.Equal(t, "bound", flows.Code("bound").Error())
}
