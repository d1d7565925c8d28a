package pinksheet_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/internal/xlsx/xlsxtest"
	"github.com/mineralflows/mineralflows/datasets/pinksheet"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

var update = flag.Bool("update", false, "write the workbooks in testdata anew")

// The workbooks in testdata are those that the tests build.
func TestTestdata(t *testing.T) {
	if *update {
		for name, sheets := range map[string][]xlsxtest.Sheet{
			"CMO-Historical-Data-Monthly.xlsx": {{Name: "AFOSHEET", Hidden: true}, {Name: "Monthly Prices", Rows: monthly()}, {Name: "Description"}},
			"CMO-Historical-Data-Annual.xlsx":  annual(),
		} {
			require.NoError(t, os.WriteFile("testdata/"+name, xlsxtest.Workbook(t, sheets...), 0o644))
		}
	}
	var want, got []string
	for _, r := range rates(t, pinksheet.Source{FS: folder(t)}) {
		want = append(want, fmt.Sprint(r, r.Text, r.Value))
	}
	for _, r := range rates(t, pinksheet.Source{FS: os.DirFS("testdata")}) {
		got = append(got, fmt.Sprint(r, r.Text, r.Value))
	}
	require.Equal(t, want, got)
}

// monthly is a sheet in the shape of 2025-02: names in row 5, units in row 6, codes in row 7. The figures are made up.
func monthly() [][]string {
	return [][]string{
		{"World Bank Commodity Price Data (The Pink Sheet)"},
		{"monthly prices in nominal US dollars, 1960 to present"},
		{"(monthly series are available only in nominal US dollars)"},
		{"Updated on March 04, 2025"},
		{"", "Urea ", "Coal, South African **", "Tin", "Zinc", "Gold", "", ""},
		{"", "($/mt)", "($/mt)", "($/mt)", "($/mt)", "($/troy oz)", "", ""},
		{"", "UREA_EE_BULK", "COAL_SAFRICA", "Tin", "Zinc", "GOLD", "", ""},
		{"2024M11", "42.25", "…", "2180.4", "260.8", "35.270000000000003", "", ""},
		{"2024M12", "42.25", "…", "…", "260.8", "2500.5", "", ""},
		{"2025M01", "..", "…", "..", "260.8", "...", "", ""},
		{"2025M02", "42.25", "…", "30000", "260.8", "0", "", ""},
		{"2025M03", "42.25", "…", "31000", "260.8", "2600", "", ""}, // the month that the update falls in
		{},
		{"Note: made up"},
	}
}

// annual is a sheet in the shape of 2022: two rows lower, years as numbers; and real prices beside it.
func annual() []xlsxtest.Sheet {
	rows := [][]string{
		{"World Bank Commodity Price Data (The Pink Sheet)"},
		{"annual prices, 1960 to present, nominal US dollars"},
		{"(annual series are available in nominal and real dollars)"},
		{"Updated on April 04, 2022"},
		{}, {},
		{"", "Gold ", "Tin"},
		{"", "($/troy oz)", "($/mt)"},
		{"", "GOLD", "Tin"},
		{"2019", "1000", "19000"},
		{"2020", "1799.6291666666666", ""},
		{"'2021", "1900", "32384.1483333333"}, // a text in some editions
		{"2022", "1950", "41000"},
	}
	real := slices.Clone(rows)
	real[1] = []string{"annual prices, 1960 to present, real 2010 US dollars"}
	return []xlsxtest.Sheet{{Name: "AFOSHEET", Hidden: true}, {Name: "Annual Prices (Nominal)", Rows: rows}, {Name: "Annual Prices (Real)", Rows: real}}
}

func folder(t testing.TB) fstest.MapFS {
	t.Helper()
	m := xlsxtest.Workbook(t, xlsxtest.Sheet{Name: "AFOSHEET", Hidden: true}, xlsxtest.Sheet{Name: "Monthly Prices ", Rows: monthly()}, xlsxtest.Sheet{Name: "Description"})
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(xlsxtest.Workbook(t, annual()...))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return fstest.MapFS{
		"annual.xlsx.gz":      {Data: packed.Bytes()},
		"cache/monthly.xls":   {Data: m}, // the content decides
		"cache/~$monthly.xls": {Data: []byte("a lock file")},
		"README.txt":          {Data: []byte("not a workbook")},
	}
}

func one(t testing.TB, rows [][]string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(xlsxtest.Workbook(t, xlsxtest.Sheet{Name: "Monthly Prices", Rows: rows}))), nil
	}
}

func rates(t *testing.T, s pinksheet.Source) (all []flows.Rate) {
	t.Helper()
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		require.NoError(t, err)
		all = append(all, r.(flows.Rate))
	}
	return all
}

// Prices are dollars a tonne: an ounce is 31.1034768 g, so that 2,500.5 $/ozt are 2500.5/31.1034768e-6 = 80,392,942 $/t.
func TestRates(t *testing.T) {
	var stats datasets.Stats
	var got []string
	for _, r := range rates(t, pinksheet.Source{FS: folder(t), Name: "wb", Stats: &stats}) {
		require.Equal(t, flows.USDSpot, r.Of)
		require.True(t, r.Independent)
		got = append(got, fmt.Sprintf("%s: %s, %s: %.0f..%.0f..%.0f [%s] %s", r.Pos, r, r.Text, r.Value.Quantile(0.05), r.Value.Quantile(0.5), r.Value.Quantile(0.95), r.Origin.ID, r.Locator))
	}
	const a, m = "worldbank-pinksheet-annual-2022-04-04", "worldbank-pinksheet-monthly-2025-03-04"
	const file, cached = "wb/annual.xlsx.gz/Annual Prices (Nominal)", "wb/cache/monthly.xls/Monthly Prices "
	require.Equal(t, []string{
		// 1000/31.1034768e-6 = 32150747; / 1.03 = 31214317, * 1.03 = 33115269. 19000 / 1.06 = 17925, * 1.06 = 20140.
		file + ":10: gold USD-spot per Au 2019, 1000 /ozt: 31214317..32150747..33115269 [" + a + "] Annual Prices (Nominal), 2019, Gold ($/troy oz)",
		file + ":10: tin USD-spot per Sn 2019, 19000 /t: 17925..19000..20140 [" + a + "] Annual Prices (Nominal), 2019, Tin ($/mt)",
		// 1799.6291666666666/31.1034768e-6 = 57859421; / 1.03 = 56174195, * 1.03 = 59595204.
		file + ":11: gold USD-spot per Au 2020, 1799.6291666666666 /ozt: 56174195..57859421..59595204 [" + a + "] Annual Prices (Nominal), 2020, Gold ($/troy oz)",
		file + ":12: gold USD-spot per Au 2021, 1900 /ozt: 59307202..61086418..62919011 [" + a + "] Annual Prices (Nominal), 2021, Gold ($/troy oz)",
		file + ":12: tin USD-spot per Sn 2021, 32384.1483333333 /t: 30551..32384..34327 [" + a + "] Annual Prices (Nominal), 2021, Tin ($/mt)",
		// 35.27/31.1034768e-6 = 1133957; / 1.02 = 1111722, * 1.02 = 1156636. 2180.4 / 1.03 = 2117, * 1.03 = 2246.
		cached + ":8: gold USD-spot per Au 2024-11, 35.27 /ozt: 1111722..1133957..1156636 [" + m + "] Monthly Prices , 2024M11, Gold ($/troy oz)",
		cached + ":8: tin USD-spot per Sn 2024-11, 2180.4 /t: 2117..2180..2246 [" + m + "] Monthly Prices , 2024M11, Tin ($/mt)",
		cached + ":9: gold USD-spot per Au 2024-12, 2500.5 /ozt: 78816610..80392942..82000801 [" + m + "] Monthly Prices , 2024M12, Gold ($/troy oz)",
		cached + ":11: tin USD-spot per Sn 2025-02, 30000 /t: 29126..30000..30900 [" + m + "] Monthly Prices , 2025M02, Tin ($/mt)",
	}, got)
	// 2025M01 has no price of either; 2025M03 and 2022 were not over.
	require.Equal(t, "9 rows: 6 kept, 1 no price, 2 not over when published", stats.String())
}

func TestOrigin(t *testing.T) {
	all := rates(t, pinksheet.Source{FS: folder(t)})
	o := *all[len(all)-1].Origin
	require.Equal(t, "World Bank", o.Producer)
	require.Equal(t, "Commodity Price Data (The Pink Sheet), monthly prices, nominal", o.Title)
	require.Equal(t, "2025-03-04", o.Published)
	require.Equal(t, "updated 2025-03-04", o.Version)
	require.Equal(t, "CC BY 4.0", o.License)
	for text, want := range map[string]string{
		"Updated on January 03, 2025": "2025-01-03", "updated on Sept 4, 2024": "2024-09-04", "Updated on 04/02/2025": "", "Updated on Feb. 4, 2025": "2025-02-04", "Updated on:  4 June 2026 ": "2026-06-04",
	} {
		rows := monthly()
		rows[3][0], rows[7][0] = text, "2019M01"
		s := pinksheet.Source{Open: one(t, rows), Name: "m.xlsx"}
		if want == "" {
			_, err := datasets.Load(context.Background(), datasets.Query{}, s)
			require.ErrorIs(t, err, datasets.ErrDate)
			require.ErrorContains(t, err, "m.xlsx/Monthly Prices:4: bad date: \""+text+"\"; want February 04, 2025, or set Published")
			s.Published, want = "2024", "2024"
		}
		require.Equal(t, want, rates(t, s)[0].Origin.Published)
	}
}

// A month is over in the months behind it, and its average may be out in its last days.
func TestPeriodsThatAreOver(t *testing.T) {
	for date, want := range map[string]string{"February 01, 2025": "2025-01", "January 31, 2025": "2025-01", "January 27, 2025": "2024-12", "March 31, 2025": "2025-03"} {
		rows := append(slices.Clone(monthly()[:7]), []string{"2024M12", "", "", "1", "", "1"}, []string{"2025M01", "", "", "1", "", "1"}, []string{"2025M03", "", "", "1", "", "1"})
		rows[3] = []string{"Updated on " + date}
		for _, published := range []string{"", "2030"} { // what is set is when it was published, not when it was updated
			all := rates(t, pinksheet.Source{Open: one(t, rows), Published: published})
			require.Equal(t, want, all[len(all)-1].Period.String(), date)
		}
	}
}

// A workbook that does not print the day of its update cannot hold the average of a year that was not over when it was saved.
func TestPeriodsThatWereNotOverWhenSaved(t *testing.T) {
	for at, want := range map[string]string{"2025-02-01T09:00:00Z": "2025-01", "2025-01-27T09:00:00Z": "2024-12"} {
		rows := append(slices.Clone(monthly()[:7]), []string{"2024M12", "", "", "1", "", "1"}, []string{"2025M01", "", "", "1", "", "1"}, []string{"2025M03", "", "", "1", "", "1"})
		rows[3] = []string{""}
		book := xlsxtest.Saved(t, at, xlsxtest.Sheet{Name: "Monthly Prices", Rows: rows})
		all := rates(t, pinksheet.Source{Name: "m.xlsx", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(book)), nil }})
		require.Equal(t, want, all[len(all)-1].Period.String(), at)
		require.Equal(t, at[:10], all[0].Origin.Published)
		require.False(t, all[0].Origin.Undated)
	}
}

func TestSource(t *testing.T) {
	datasetstest.TestSource(t, pinksheet.Source{FS: folder(t)})
	datasetstest.TestSource(t, pinksheet.Source{Open: one(t, monthly()), Name: "m.xlsx", Series: []pinksheet.Series{
		{Mineral: "zinc", Name: "zinc ", Unit: "($/MT)", Per: "Zn", Monthly: dist.Exactly(1), Annual: dist.Exactly(1)},
		{Mineral: flows.Gold, Name: "Gold", Unit: "$/troy oz", Per: flows.Au},
	}})
}

// Rows and cells that are wrong are all reported, and what is right beside them is read.
func TestBadRows(t *testing.T) {
	rows := append(slices.Clone(monthly()[:7]),
		[]string{"2024Mo1", "1", "1", "2000", "1", "2000"}, // row 8: the first row of data has lost its month
		[]string{"2024M02", "1", "1", "many", "1", "2000"},
		[]string{"2024M03", "1", "1", "-5", "1", "#N/A"},
		[]string{"2024M13", "1", "1", "2000", "1", "2000"},
		[]string{"2024M02", "1", "1", "2000", "1", "2000"},
		[]string{"2024", "1", "1", "2000", "1", "2000"},
		[]string{"", "1", "1", "2000", "1", "…"},
		[]string{"2024M04", "1", "1", "1,799.63", "1", "=A1"},
		[]string{"2024M05", "1", "1", "'30000", "1", "2000"},
		[]string{"Note: 2010 = 100"},
	)
	s := pinksheet.Source{Open: one(t, rows), Name: "m.xlsx"}
	var want []flows.Pos
	for _, line := range []int{8, 9, 10, 10, 11, 12, 13, 14, 15, 15} {
		want = append(want, flows.Pos{File: "m.xlsx/Monthly Prices", Line: line})
	}
	datasetstest.TestBadRows(t, s, want...)
	_, err := datasets.Load(context.Background(), datasets.Query{}, s)
	for _, says := range []string{
		`m.xlsx/Monthly Prices:8: column A: "2024Mo1": bad date: want a month (1960M01) or a year`,
		`m.xlsx/Monthly Prices:9: column D (Tin): "many": want a price such as 2709.69, or … for none`,
		`m.xlsx/Monthly Prices:10: column F (Gold): "#N/A": want a price, or … for none`,
		`m.xlsx/Monthly Prices:10: column D (Tin): "-5": a price below zero`,
		`m.xlsx/Monthly Prices:12: column A: "2024M02": an id that is taken: row 9 is of the same period`,
		`m.xlsx/Monthly Prices:13: column A: "2024": bad date: months and years in one sheet`,
		`m.xlsx/Monthly Prices:15: column F (Gold): "": a formula whose value was not stored`,
	} {
		require.ErrorContains(t, err, says)
	}
	var stats datasets.Stats
	s.Stats = &stats
	n := 0
	for r := range s.Records(context.Background(), datasets.Query{}) {
		if r != nil {
			n++
		}
	}
	require.Equal(t, 3, n) // gold of row 9, both of row 16
	require.Equal(t, "9 rows: 1 kept, 8 bad", stats.String())
}

// What a workbook lacks is said with what it has.
func TestRefused(t *testing.T) {
	header := func(names, units []string) [][]string {
		return [][]string{{"Updated on March 04, 2025"}, names, units, {"2024M01", "1", "2", "3"}}
	}
	gold := pinksheet.SeriesByDefault()[:1]
	for want, s := range map[string]pinksheet.Source{
		"no series Gold ($/troy oz); below Gold stands \"($/kg)\"":           {Open: one(t, header([]string{"", "Gold"}, []string{"", "($/kg)"})), Series: gold},
		"no series Gold ($/troy oz); did you mean \"Goldd\"?":                {Open: one(t, header([]string{"", "Goldd"}, []string{"", "($/troy oz)"})), Series: gold},
		"no series Gold ($/troy oz) in a row of names":                       {Open: one(t, header([]string{"", "Cocoa"}, []string{"", "($/kg)"})), Series: gold},
		"Gold ($/troy oz) stands above the columns B and D":                  {Open: one(t, header([]string{"", "Gold", "", "gold **"}, []string{"", "($/troy oz)", "", "$/troy oz "})), Series: gold},
		"no row begins with a month":                                         {Open: one(t, monthly()[:7])},
		"none of the first 40 rows begins with a month":                      {Open: one(t, slices.Repeat([][]string{{"text"}}, 60))},
		"nothing says when the file was published":                           {Open: one(t, monthly()[4:])},
		`series "Gold": bad unit: "$/bbl" is no price of a mass`:             {Open: one(t, monthly()), Series: []pinksheet.Series{{Mineral: flows.Gold, Name: "Gold", Unit: "$/bbl", Per: flows.Au}}},
		`series "Zinc": a bare number without a spread: set Series.Monthly`:  {Open: one(t, monthly()), Series: []pinksheet.Series{{Mineral: "zinc", Name: "Zinc", Unit: "$/mt", Per: "Zn"}}},
		"real prices are in constant dollars":                                {Open: one(t, annual()[2].Rows)},
		"no sheet \"Annual Prices (Nominal)\"; the workbook has real prices": {FS: fstest.MapFS{"a.xlsx": {Data: xlsxtest.Workbook(t, annual()[2])}}},
		"is it a workbook of the Pink Sheet? It has \"AFOSHEET\"":            {FS: fstest.MapFS{"a.xlsx": {Data: xlsxtest.Workbook(t, annual()[0])}}},
		"a.xls: no .xlsx workbook: an old .xls file: save it as .xlsx":       {FS: fstest.MapFS{"a.xls": {Data: []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")}}},
		"the folder holds no workbooks of the World Bank":                    {FS: fstest.MapFS{"a.csv": {Data: []byte("a")}}},
		"a.xlsx: no .xlsx workbook: a text file, perhaps CSV":                {FS: fstest.MapFS{"a.xlsx": {Data: []byte("month,gold\n")}}},
	} {
		_, err := datasets.Load(context.Background(), datasets.Query{}, s)
		require.ErrorContains(t, err, want)
	}
}

// The prices of this package and of the built-in dataset are editions of one producer, of which the later speaks, not second opinions.
func TestBesideTheBuiltInDataset(t *testing.T) {
	l, err := datasets.Load(context.Background(), datasets.Query{}, pinksheet.Source{FS: folder(t)}, greatlakes.Package())
	require.NoError(t, err)
	published := map[string]string{}
	for _, r := range l.Rates() {
		if r.Of == flows.USDSpot && r.Mineral == flows.Gold && r.Period == flows.Year(2019) {
			require.Equal(t, "World Bank", r.Origin.Producer, r.Origin.ID)
			published[r.Origin.ID] = r.Origin.Published
		}
	}
	require.Equal(t, map[string]string{"pink-sheet-2026-03-gold": "2026-03-03", "worldbank-pinksheet-annual-2022-04-04": "2022-04-04"}, published)
}

// Whatever is read, a source says what is wrong or gives rates; it never panics. The cells of a sheet are changed, a line a row and a tab
// between cells.
func FuzzSource(f *testing.F) {
	for _, rows := range [][][]string{monthly(), annual()[1].Rows} {
		var lines []string
		for _, r := range rows {
			lines = append(lines, strings.Join(r, "\t"))
		}
		f.Add(strings.Join(lines, "\n"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		var rows [][]string
		for _, line := range strings.Split(strings.ToValidUTF8(text, "?"), "\n") {
			rows = append(rows, strings.Split(line, "\t"))
		}
		var stats datasets.Stats
		for r, err := range (pinksheet.Source{Open: one(t, rows), Published: "2025", Stats: &stats}).Records(context.Background(), datasets.Query{}) {
			require.True(t, (r == nil) != (err == nil))
			if r != nil {
				require.Positive(t, r.(flows.Rate).Value.Quantile(0.5))
			}
		}
		dropped := 0
		for _, n := range stats.Dropped {
			dropped += n
		}
		require.Equal(t, stats.Rows, stats.Kept+stats.Bad+dropped)
	})
}
