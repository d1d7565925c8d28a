package estimate_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

func unitValue(t *testing.T, r *estimate.MirrorResult, flow string) *estimate.UnitValue {
	t.Helper()
	i := slices.IndexFunc(r.UnitValues, func(u estimate.UnitValue) bool { return u.Flow.String() == flow })
	require.GreaterOrEqual(t, i, 0, flow)
	return &r.UnitValues[i]
}

// priced is tin at 66 % of concentrate and 13,573.9 dollars a tonne, the World Bank's annual price of 2009.
func priced() []flows.Record {
	return []flows.Record{rate("tin - - Sn/gross", "0.66", origin("g")), rate("tin - - USD-spot/Sn", "13573.9", origin("World Bank"))}
}

// DR Congo's ministry printed 1,993 t of concentrate for 27.6 M dollars in the last quarter of 2009, and 15,512 t for 113.4 M in the year:
//
//	27.6e6 / (1,993 x 0.66) = 20,983 USD/t of tin, 1.546 of the price: dollars or tonnes are wrong
//	113.4e6 / (15,512 x 0.66) = 11,077 USD/t, 0.816 of the price
//
// The mark takes nothing away: the quarter is in the sum of its year as before.
func TestUnitValueAboveThePriceIsMarked(t *testing.T) {
	r := mirror(t, append(priced(),
		claim("tin 2009-Q4 COD>world", "1993", flows.Gross, origin("ministry"), by("COD")), claim("tin 2009-Q4 COD>world", "27600000", flows.USD, origin("ministry"), by("COD")),
		claim("tin 2009 COD>world", "15512", flows.Gross, origin("ministry"), by("COD")), claim("tin 2009 COD>world", "113400000", flows.USD, origin("ministry"), by("COD")),
		claim("tin 2009-Q4 COD>MYS", "1500", flows.Gross, origin("MYS"), by("MYS")))...)
	u := unitValue(t, r, "tin 2009-Q4 COD>world")
	require.InDelta(t, 20982.5, u.Value.Median, 0.5)
	require.InDelta(t, 1.546, u.Ratio.Median, 0.0005)
	require.Equal(t, []string{estimate.MarkBand}, u.Marks)
	require.Nil(t, u.Fences) // two unit values have none
	require.Equal(t, flows.Place("COD"), u.Place)
	u = unitValue(t, r, "tin 2009 COD>world")
	require.InDelta(t, 0.816, u.Ratio.Median, 0.0005)
	require.Empty(t, u.Marks)
	g := gapOf(t, r, "tin 2009-Q4 COD>world")
	require.InDelta(t, 0.66*(1500-1993), g.Tonnes.Gap.Median, 1e-9)
}

// Seven months of one office at ratios of 0.80 0.82 0.84 0.86 0.88 0.90 and 0.40. Sorted, the quartiles by Hazen's rule stand at 7/4 - 1/2 =
// 1.25 and 21/4 - 1/2 = 4.75, between the second and third, and the fifth and sixth, in logarithms:
//
//	Q1 = ln 0.80 + 0.25 ln(0.82/0.80), Q3 = ln 0.86 + 0.75 ln(0.88/0.86), fences Q1 - 1.5 (Q3-Q1) and Q3 + 1.5 (Q3-Q1)
//
// A group is an office: another one's 0.40 is not held against it.
func TestUnitValuesOutsideTheFences(t *testing.T) {
	records := priced()
	month := func(m string, ratio float64, from flows.Place) {
		flow := "tin " + m + " " + string(from) + ">world"
		records = append(records, claim(flow, "100", flows.Sn, origin("office"+string(from)), by(from)), claim(flow, spell(100*13573.9*ratio), flows.USD, origin("office"+string(from)), by(from)))
	}
	for i, ratio := range []float64{0.80, 0.82, 0.84, 0.86, 0.88, 0.90, 0.40} {
		month("2009-0"+spell(float64(i+1)), ratio, "RWA")
	}
	month("2009-01", 0.55, "UGA")
	m := modelOf(t, estimate.Options{}, records...)
	r := mirrorOf(t, estimate.Mirror{}, m)
	q1, q3 := math.Log(0.80)+0.25*math.Log(0.82/0.80), math.Log(0.86)+0.75*math.Log(0.88/0.86)
	for _, u := range r.UnitValues {
		if u.Reporter == "UGA" {
			require.Empty(t, u.Marks)
			continue
		}
		require.Equal(t, 7, u.Fences.N)
		require.InDelta(t, math.Exp(q1-1.5*(q3-q1)), u.Fences.Lo, 1e-9)
		require.InDelta(t, math.Exp(q3+1.5*(q3-q1)), u.Fences.Hi, 1e-9)
		want := []string(nil)
		if u.Period == period("2009-07") {
			want = []string{estimate.MarkFences, estimate.MarkBand}
		}
		require.Equal(t, want, u.Marks, "%s", u.Period)
	}
	// what is asked for moves no mark, and the band is a setting
	one := mirrorOf(t, estimate.Mirror{Cells: []flows.Cell{cell("tin/RWA/2009-07")}, Band: [2]float64{0.3, 2}}, m)
	require.Len(t, one.UnitValues, 1)
	require.Equal(t, []string{estimate.MarkFences}, one.UnitValues[0].Marks)
}

// An importer's dollars are less freight; a grade that is uncertain makes the unit value so, and the price does the ratio.
func TestUnitValueOfAnImporterIsFreeOnBoard(t *testing.T) {
	r := mirror(t, claim("tin 2009 RWA>MYS", "100", flows.Gross, origin("MYS"), by("MYS")), claim("tin 2009 RWA>MYS", "1100000", flows.USDCIF, origin("MYS"), by("MYS")),
		rate("tin - - Sn/gross", "0.66 */ 1.1", origin("g")), rate("tin - - USD-cif/USD", "1.1", origin("f")), rate("tin - - USD-spot/Sn", "20000 */ 1.05", origin("p")))
	u := r.UnitValues[0]
	require.InEpsilon(t, 1e6/66, u.Value.Median, 1e-4)
	require.InEpsilon(t, math.Log(1.1)/ln90, u.Value.SD/u.Value.Mean, 0.02)
	require.InEpsilon(t, math.Hypot(math.Log(1.1), math.Log(1.05))/ln90, u.Ratio.SD/u.Ratio.Mean, 0.05)
	require.Equal(t, flows.Place("MYS"), u.Place)
}
