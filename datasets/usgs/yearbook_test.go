package usgs_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/internal/xlsx/xlsxtest"
	"github.com/mineralflows/mineralflows/datasets/usgs"
	"github.com/mineralflows/mineralflows/flows"
)

// sheet is a sheet of a test workbook.
type sheet struct {
	name string
	rows [][]string
}

func workbook(t testing.TB, sheets ...sheet) []byte {
	t.Helper()
	var all []xlsxtest.Sheet
	for _, s := range sheets {
		all = append(all, xlsxtest.Sheet{Name: s.name, Rows: s.rows})
	}
	return xlsxtest.Workbook(t, all...)
}

// tin is a yearbook's workbook: salient statistics, mine production with footnotes and groups, smelter production.
func tin() []sheet {
	return []sheet{
		{"T1", [][]string{{"TABLE 1"}, {"SALIENT TIN STATISTICS1"}, {"(Metric tons, unless otherwise specified)"},
			{"", "", "2018", "", "2019"}, {"Production, secondary", "e", "10000", "", "9900"}}},
		{"T8 ", [][]string{
			{"TABLE 8"}, {"TIN: WORLD MINE PRODUCTION, BY COUNTRY OR LOCALITY1, 2"}, {}, {"(Metric tons, contained tin)"}, {},
			{"Country or locality", "", "2017", "", "2018", "", "2019"},
			{"Australia", "", "7200", "r", "6900", "", "7738"},
			{"Burma", "e, 3", "47000", "r", "54600", "", "42000"},
			{"Burundi", "", "104", "", "--", "", "88", "e"},
			{"Congo (Kinshasa):"},
			{"   Artisanal", "e", "9000", "", "7000", "", "3000"},
			{"   Industrial", "", "--", "", "300", "", "9600"},
			{"       Total", "", "9000", "e", "7300", "", "12600"},
			{"Rwanda4", "", "W", "", "(5)", "", "3,900", "r, e"},
			{"Uganda", "", "Less than ½ unit.", "", "NA", "", "0"},
			{"Grand total", "", "300000", "r", "310000", "r", "296000"},
			{"eEstimated.  rRevised. -- Zero."},
			{"1Table includes data available through 2020."},
		}},
		{"T9", [][]string{{"TABLE 9"}, {"TIN: WORLD SMELTER PRODUCTION, BY COUNTRY OR LOCALITY"}, {"(Metric tons)"}, {"", "", "2018", "", "2019"}, {"Belgium", "", "9300", "", "9300"}}},
		{"Notes", [][]string{{"Advance data are subject to change."}}},
	}
}

// concentrates is a table whose figures come in two weights.
func concentrates() sheet {
	return sheet{"T5", [][]string{
		{"TABLE 5"}, {"TANTALUM: ESTIMATED WORLD PRODUCTION OF MINERAL CONCENTRATES, BY COUNTRY OR LOCALITY"}, {"(Kilograms)"},
		{"", "2018", "", "2019"},
		{"Gross weight:"}, {"Burundi", "120000", "", "110000"}, {"Rwanda", "1700000", "", "1600000"},
		{"Tantalum content:"}, {"Burundi", "31000", "", "30000"}, {"Do.", "--", "", "--"},
	}}
}

func TestYearbook(t *testing.T) {
	var stats datasets.Stats
	s := usgs.Source{Published: "2022-10", Stats: &stats, FS: fstest.MapFS{
		"myb1-2019-tin.xlsx":   {Data: workbook(t, tin()...)},
		"myb1-2019-tanta.xlsx": {Data: workbook(t, concentrates())},
	}}
	var all []flows.Claim
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		require.NoError(t, err)
		all = append(all, r.(flows.Claim))
	}
	type key struct {
		mineral flows.Mineral
		place   flows.Place
		part    string
		year    int
		basis   flows.Basis
	}
	got := map[key]flows.Claim{}
	for _, c := range all {
		got[key{c.Mineral, c.To, c.Part, c.Period.FirstYear(), c.Amount.Basis}] = c
	}
	for k, want := range map[key]struct {
		median    float64
		estimated bool
	}{
		{flows.Tin, "AUS", "", 2019, flows.Sn}:           {7738, false},
		{flows.Tin, "AUS", "", 2017, flows.Sn}:           {7200, false}, // r: revised
		{flows.Tin, "MMR", "", 2018, flows.Sn}:           {54600, true}, // e behind the name holds for the row
		{flows.Tin, "BDI", "", 2018, flows.Sn}:           {0, false},
		{flows.Tin, "BDI", "", 2019, flows.Sn}:           {88, true},
		{flows.Tin, "COD", "artisanal", 2019, flows.Sn}:  {3000, true},
		{flows.Tin, "COD", "industrial", 2019, flows.Sn}: {9600, false},
		{flows.Tin, "COD", "", 2019, flows.Sn}:           {12600, false}, // 3,000 + 9,600
		{flows.Tin, "RWA", "", 2019, flows.Sn}:           {3900, true},
		{flows.Tin, "UGA", "", 2017, flows.Sn}:           {0.25, false},
		{flows.Tantalum, "BDI", "", 2019, flows.Gross}:   {110, true}, // kilograms; the title says estimated
		{flows.Tantalum, "RWA", "", 2019, flows.Gross}:   {1600, false},
		{flows.Tantalum, "BDI", "", 2018, flows.Ta}:      {0, true}, // the row "Do." repeats Burundi
	} {
		c, ok := got[k]
		require.True(t, ok, k)
		require.InDelta(t, want.median, c.Amount.Value.Quantile(0.5), 1e-9, k)
		if c.Evidence != flows.Derived {
			require.Equal(t, want.estimated, c.Evidence == flows.Estimated, k)
		}
	}
	require.Equal(t, flows.Derived, got[key{flows.Tantalum, "RWA", "", 2019, flows.Gross}].Evidence)
	require.Equal(t, flows.Pos{File: "myb1-2019-tin.xlsx/T8 ", Line: 14}, got[key{flows.Tin, "RWA", "", 2019, flows.Sn}].Pos)
	// T1 and T9 have a row each, T8 eight and the grand total; tantalum has four.
	require.Equal(t, "15 rows: 12 kept, 2 of a table without world mine production of a commodity asked for, 1 world or other countries", stats.String())
}

func TestYearbookSource(t *testing.T) {
	fsys := fstest.MapFS{"myb1-2019-tin.xlsx": {Data: workbook(t, tin()...)}}
	datasetstest.TestSource(t, usgs.Source{FS: fsys, Published: "2022"})
	for says, s := range map[string]usgs.Source{
		"set Published": {FS: fsys},
		"set Edition":   {FS: fstest.MapFS{"a-myb.xlsx": fsys["myb1-2019-tin.xlsx"]}, Published: "2022"},
		"myb1.xlsx/T8:2: bad unit: the title \"TIN: WORLD MINE PRODUCTION\" has no unit": {Published: "2022", Edition: 2019, FS: fstest.MapFS{"myb1.xlsx": {Data: workbook(t,
			sheet{"T8", [][]string{{"TIN: WORLD MINE PRODUCTION"}, {"", "2018", "2019"}, {"Rwanda", "1", "2"}}})}}},
		"myb1.xlsx": {FS: fstest.MapFS{"myb1.xlsx": {Data: []byte("PK")}}},
	} {
		var first error
		for _, err := range s.Records(context.Background(), datasets.Query{}) {
			if first == nil {
				first = err
			}
		}
		require.ErrorContains(t, first, says)
	}
	bad := tin()[1:2]
	bad[0].rows[6][2] = "7 200"
	bad[0].rows[7][0] = "Congo"
	s := usgs.Source{Published: "2022", FS: fstest.MapFS{"myb1-2019-tin.xlsx": {Data: workbook(t, bad...)}}}
	datasetstest.TestBadRows(t, s, flows.Pos{File: "myb1-2019-tin.xlsx/T8 ", Line: 7}, flows.Pos{File: "myb1-2019-tin.xlsx/T8 ", Line: 8})
	_, err := datasets.Load(context.Background(), datasets.Query{}, s)
	require.ErrorContains(t, err, `myb1-2019-tin.xlsx/T8 :7: column C (2017): "7 200": no figure of USGS'`)
}
