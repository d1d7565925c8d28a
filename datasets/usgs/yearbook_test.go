package usgs_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

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
	require.Equal(t, "15 rows: 12 kept, 2 of a table without world mine production of a commodity asked for, 1 world or other countries; "+
		"beside other figures 1 not available (NA or empty), 1 see a footnote, 1 withheld (W)", stats.String())
}

func TestYearbookSource(t *testing.T) {
	fsys := fstest.MapFS{"myb1-2019-tin.xlsx": {Data: workbook(t, tin()...)}}
	datasetstest.TestSource(t, usgs.Source{FS: fsys, Published: "2022"})
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(fsys["myb1-2019-tin.xlsx"].Data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.Len(t, datasetstest.Claims(t, usgs.Source{FS: fstest.MapFS{"myb1-2019-tin.xlsx.gz": {Data: packed.Bytes()}}, Published: "2022"}),
		len(datasetstest.Claims(t, usgs.Source{FS: fsys, Published: "2022"})))
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
	_, err = datasets.Load(context.Background(), datasets.Query{}, s)
	require.ErrorContains(t, err, `myb1-2019-tin.xlsx/T8 :7: column C (2017): "7 200": no figure of USGS'`)
}

// sideBySide has the shape of table 6 of the chapter on niobium and tantalum in the Minerals Yearbook 2013: three groups of columns, a country
// with several minerals, one with a mineral behind its name, a year whose head says estimated.
func sideBySide() sheet {
	return sheet{"T6", [][]string{
		{"TABLE 6"}, {"NIOBIUM AND TANTALUM: WORLD PRODUCTION OF MINERAL CONCENTRATES, BY COUNTRY1"}, {"(Metric tons)"},
		{"", "", "Gross weight3", "", "", "", "Niobium content4", "", "", "", "Tantalum content4"},
		{"Country5", "", "2012", "", "2013e", "", "2012", "", "2013e", "", "2012", "", "2013e"},
		{"Australia, columbite-tantalite6", "", "330", "", "340", "", "31", "", "32", "", "51", "", "52"},
		{"Burundi", "", "210", "r", "220", "", "41", "", "42", "", "45", "r, e", "46"},
		{"Congo (Kinshasa):"},
		{"Cassiterite concentrate", "", "9100", "", "9200", "", "81", "", "82", "", "91", "", "92"},
		{"Columbite-tantalite11", "", "510", "", "520", "", "61", "", "62", "", "71", "", "72"},
		{"Total", "", "1", "", "2", "", "3", "", "4", "", "162", "", "164"},
		{"TABLE 6\u2014Continued"},
		{"", "", "Gross weight3", "", "", "", "Niobium content4", "", "", "", "Tantalum content4"},
		{"Country5", "", "2012", "", "2013e", "", "2012", "", "2013e", "", "2012", "", "2013e"},
		{"Uganda", "", "9", "", "9", "", "--", "", "--", "", "(13)", "", "2"},
	}}
}

// Of columns side by side those of tantalum content are read: not the gross weight, which is that of tin concentrate too, nor niobium.
func TestColumnsSideBySide(t *testing.T) {
	var stats datasets.Stats
	s := usgs.Source{Published: "2015", Stats: &stats, FS: fstest.MapFS{"myb1-2013-niobi.xlsx": {Data: workbook(t, sideBySide())}}}
	got := map[string]string{}
	for _, c := range datasetstest.Claims(t, s) {
		require.Equal(t, flows.Ta, c.Amount.Basis)
		name := c.Period.String() + " " + string(c.To) + " " + c.Part
		require.NotContains(t, got, name)
		got[name] = c.Amount.Text + " " + string(c.Evidence)
	}
	require.Equal(t, map[string]string{
		"2012 AUS columbite-tantalite": "51 t reported", "2013 AUS columbite-tantalite": "52 t estimated",
		"2012 BDI ": "45 t estimated", "2013 BDI ": "46 t estimated",
		"2012 COD cassiterite concentrate": "91 t reported", "2013 COD cassiterite concentrate": "92 t estimated",
		"2012 COD columbite-tantalite": "71 t reported", "2013 COD columbite-tantalite": "72 t estimated",
		"2012 COD ": "162 t reported", "2013 COD ": "164 t estimated", // 91 + 71, 92 + 72
		"2013 UGA ": "2 t estimated",
	}, got)
	require.Equal(t, "6 rows: 6 kept; beside other figures 1 see a footnote", stats.String())

	bare := sideBySide()
	bare.rows = append(bare.rows[:3:3], bare.rows[4:7]...)
	_, err := datasets.Load(context.Background(), datasets.Query{}, usgs.Source{Published: "2015", FS: fstest.MapFS{"myb1-2013-niobi.xlsx": {Data: workbook(t, bare)}}})
	require.ErrorContains(t, err, "myb1-2013-niobi.xlsx/T6:4: bad column: several columns for a year")
}

// What is of another substance than the commodity is dropped, and an oxide's content is the oxide's.
func TestContentOfAnotherSubstance(t *testing.T) {
	groups := sheet{"T6", [][]string{
		{"NIOBIUM AND TANTALUM: WORLD PRODUCTION OF MINERAL CONCENTRATES, BY COUNTRY"}, {"(Metric tons)"}, {"", "2012", "2013"},
		{"Niobium content:"}, {"Burundi", "31", "32"}, {"Tantalum content:"}, {"Burundi", "41", "42"}, {"Ta2O5 content:"}, {"Uganda", "51", "52"},
	}}
	var stats datasets.Stats
	all := datasetstest.Claims(t, usgs.Source{Published: "2015", Stats: &stats, FS: fstest.MapFS{
		"myb1-2013-niobi.xlsx": {Data: workbook(t, groups)},
		"mcs2018-niobi.csv":    {Data: []byte("Source,Country,Type,Prod_t_2016,Prod_t_est_2017\nMCS2018,Rwanda,\"Niobium and tantalum, mine production, niobium content\",1,2\n")},
	}})
	var got []string
	for _, c := range all {
		got = append(got, string(c.To)+" "+c.Amount.Text+" "+string(c.Amount.Basis))
	}
	require.Equal(t, []string{"BDI 41 t Ta", "BDI 42 t Ta", "UGA 51 t Ta2O5", "UGA 52 t Ta2O5"}, got)
	require.Equal(t, "4 rows: 2 kept, 2 content of another substance", stats.String())
}

// A column of units behind the names holds for its rows, and "do." repeats it.
func TestColumnOfUnits(t *testing.T) {
	table := sheet{"T8", [][]string{
		{"GOLD: WORLD MINE PRODUCTION, BY COUNTRY"}, {"(Metric tons, gold content, unless otherwise specified)"}, {"Country", "", "Unit", "2012", "", "2013"},
		{"Burundi", "e", "kilograms", "410", "", "420"}, {"Rwanda", "", "do.", "31", "", "32"}, {"Ghana", "2", "", "87", "", "88"}, {"Mali", "", "thousand carats", "1", "", "2"},
	}}
	s := usgs.Source{Published: "2015", FS: fstest.MapFS{"myb1-2013-gold.xlsx": {Data: workbook(t, table)}}}
	var got []string
	for r, err := range s.Records(context.Background(), datasets.Query{Period: flows.Year(2013)}) {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		c := r.(flows.Claim)
		got = append(got, fmt.Sprintf("%s %s %.3g t %s", c.To, c.Amount.Text, c.Amount.Value.Quantile(0.5), c.Evidence))
	}
	require.Equal(t, []string{"BDI 420 kg 0.42 t estimated", "RWA 32 kg 0.032 t reported", "GHA 88 t 88 t reported",
		`myb1-2013-gold.xlsx/T8:7: column C: "thousand carats": bad unit: want metric tons, kilograms, thousand or million metric tons`}, got)
}

// A yearbook does not print when it appeared. The workbook says when it was saved, wherever it is copied; one that does not is undated.
func TestYearbookDate(t *testing.T) {
	var all []xlsxtest.Sheet
	for _, s := range tin() {
		all = append(all, xlsxtest.Sheet{Name: s.name, Rows: s.rows})
	}
	copied := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	for saved, want := range map[string]flows.Origin{
		"2022-10-17T14:03:11Z": {Published: "2022-10-17"},
		"":                     {Published: "2026-11-26", Undated: true},
	} {
		var stats datasets.Stats
		s := usgs.Source{Stats: &stats, FS: fstest.MapFS{"myb1-2019-tin.xlsx": {Data: xlsxtest.Saved(t, saved, all...), ModTime: copied}}}
		got := datasetstest.Claims(t, s)[0].Origin
		require.Equal(t, want, flows.Origin{Published: got.Published, Undated: got.Undated})
		require.Equal(t, want.Undated, stats.Undated != nil)
	}
}

// Sudan is the Sudan of the year: with what is South Sudan to 2010, without it from 2011 on, the year in which the code of today begins.
func TestSudan(t *testing.T) {
	table := sheet{"T8", [][]string{{"TABLE 8"}, {"GOLD: WORLD MINE PRODUCTION, BY COUNTRY"}, {"(Kilograms, gold content)"},
		{"Country", "", "2009", "", "2010", "", "2011"}, {"Sudan", "", "1000", "", "2000", "", "3000", "e"}}}
	var got []flows.Place
	for _, c := range datasetstest.Claims(t, usgs.Source{Published: "2013", FS: fstest.MapFS{"myb1-2011-gold.xlsx": {Data: workbook(t, table)}}}) {
		got = append(got, c.To)
	}
	require.Equal(t, []flows.Place{"SDN+SSD", "SDN+SSD", "SDN"}, got)
}

// A file is named as undated for its own rows, not for those of the files behind it.
func TestUndatedIsTheFile(t *testing.T) {
	copied := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	var stats datasets.Stats
	s := usgs.Source{Stats: &stats, FS: fstest.MapFS{
		"a/myb1-2019-tin.xlsx":     {Data: workbook(t, tin()...), ModTime: copied},
		"b/mcs2024-gold_world.csv": {Data: []byte("Source,Country,Type,Prod_t_2022,Prod_t_Est_2023\nMCS2024,Ghana,Gold: mine production,127,130\n"), ModTime: copied},
	}}
	for _, c := range []struct {
		mineral flows.Mineral
		want    map[string]string
	}{
		{flows.Gold, nil}, // the summaries state their edition
		{flows.Tin, map[string]string{"a/myb1-2019-tin.xlsx": "2026-11-26"}},
	} {
		n := 0
		for r, err := range s.Records(context.Background(), datasets.Query{Minerals: []flows.Mineral{c.mineral}}) {
			require.NoError(t, err)
			if _, ok := r.(flows.Claim); ok {
				n++
			}
		}
		require.NotZero(t, n, c.mineral)
		require.Equal(t, c.want, stats.Undated, c.mineral)
	}
}
