package sqldata_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
)

func parts(t *testing.T, rows ...map[string]any) sqldata.Source {
	s := over(t, tableOf(rows...))
	s.Rows = sqldata.Parts
	return s
}

// Shipments of one flow are added: 0.1 and 0.2 are 0.3, and ten tenths are 1, which they are not in floating-point numbers added in a row.
func TestParts(t *testing.T) {
	rows := []map[string]any{export("netWgt", 0.1, "primaryValue", 7.0), export("netWgt", 0.2, "primaryValue", 8.0)}
	for range 10 {
		rows = append(rows, export("netWgt", 0.1, "partnerCode", int64(757)))
	}
	claims, errs := read(parts(t, rows...), datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{
		"gold 2019 UGA>CHE (HS 710812) by UGA: 1.0 kg = 0.001 gross, reported",
		"gold 2019 UGA>ARE (HS 710812) by UGA: 0.3 kg = 0.0003 gross, reported",
		"gold 2019 UGA>ARE (HS 710812) by UGA: 15 = 15 USD, reported"}, shown(claims))
	require.Contains(t, claims[0].Note, "sum of 10 rows")
	require.Contains(t, claims[1].Note, "sum of 2 rows")
}

// Neither the order nor the type of the column changes a bit of a sum.
func TestPartsInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []map[string]any
	for range 200 {
		rows = append(rows, export("netWgt", float64(rng.IntN(1e9))/1e3, "primaryValue", float64(rng.IntN(1e6))*1e9+0.25))
	}
	want, errs := read(parts(t, rows...), datasets.Query{})
	require.Empty(t, errs)
	require.Len(t, want, 2)
	for range 3 {
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		got, _ := read(parts(t, rows...), datasets.Query{})
		require.Equal(t, want, got)
	}
	for _, r := range rows {
		r["netWgt"] = asText(r["netWgt"])
	}
	s := parts(t, rows...)
	got, errs := read(s, datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, want[0].Amount.Value, got[0].Amount.Value)
}

// A sum of which a part is not known is not known.
func TestPartsThatSayNothing(t *testing.T) {
	claims, errs := read(parts(t, export("netWgt", 5.0, "primaryValue", 7.0), export("netWgt", 0.0, "primaryValue", 8.0)), datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 15 = 15 USD, reported"}, shown(claims))
	require.Contains(t, claims[0].Note, "sum of 2 rows; netWgt is not stated in 1 of them")
}

// One part that was estimated makes an estimate of the sum.
func TestPartsThatAreEstimated(t *testing.T) {
	claims, errs := read(parts(t, export("netWgt", 5.0), export("netWgt", 6.0, "isNetWgtEstimated", true), export("netWgt", 7.0)), datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 18 kg = 0.018 gross, estimated"}, shown(claims))
}

func TestBadParts(t *testing.T) {
	claims, errs := read(parts(t, export("netWgt", 5.0), export("netWgt", -6.0), export("netWgt", -7.0)), datasets.Query{})
	require.Empty(t, claims)
	require.Len(t, errs, 2)
	require.ErrorContains(t, errs[0], `trade.comtrade[2019 800 X 784 H5 710812]: column netWgt: "-6": a mass or a value is not negative`)
}

// 4 and 004 are one country, and 2019-05 and 201905 one month: two halves are one sum, where two sums of 5 kg would pass for one figure stated twice.
func TestPartsInTwoSpellings(t *testing.T) {
	e := tableOf(export("netWgt", 5.0, "partnerCode", "4", "period", "2019-05"), export("netWgt", 5.0, "partnerCode", "004", "period", "201905"))
	e.types["partnerCode"], e.types["period"] = "TEXT", "TEXT"
	s := over(t, e)
	_, errs := read(s, datasets.Query{})
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "2 rows of one flow")
	s.Rows = sqldata.Parts
	claims, errs := read(s, datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{"gold 2019-05 UGA>AFG (HS 710812) by UGA: 10 kg = 0.01 gross, reported"}, shown(claims))
}

// Days of one year are one period.
func TestPartsByDay(t *testing.T) {
	e := tableOf(export("netWgt", 5.0, "period", day(2019, 1, 31)), export("netWgt", 6.0, "period", day(2019, 12, 1)), export("netWgt", 7.0, "period", day(2020, 1, 1)))
	e.types["period"] = "DATE"
	s := over(t, e)
	s.Rows, s.Dates = sqldata.Parts, sqldata.Year
	claims, errs := read(s, datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 11 kg = 0.011 gross, reported",
		"gold 2020 UGA>ARE (HS 710812) by UGA: 7 kg = 0.007 gross, reported"}, shown(claims))
	s.Dates = sqldata.Month
	claims, errs = read(s, datasets.Query{})
	require.Empty(t, errs)
	require.Len(t, claims, 3)
}
