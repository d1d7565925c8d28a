package wmd_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
	"github.com/mineralflows/mineralflows/datasets/internal/xlsx/xlsxtest"
	"github.com/mineralflows/mineralflows/datasets/wmd"
	"github.com/mineralflows/mineralflows/flows"
)

// shares is a workbook 6.5: ranks of the year before as text, a unit a row, empty cells before the total.
func shares() []xlsxtest.Sheet {
	head := []string{"Rank 2022", "Rank 2021", "Country", "unit", "Production 2022", "Share in %", "Share cum.%", "Share HHI"}
	title := []string{"6.5. Share of World Mineral Production 2022, by Countries; column A Rank in 2022, column B Rank in 2021, column C Country, column D physical unit"}
	return []xlsxtest.Sheet{
		{Name: "Tantalum (Ta2O5)", Rows: [][]string{title, head,
			{"1", "(  1)", "Democratic Republic of the Congo", "metr. t", "540", "59.34", "59.34", "3521.4"},
			{"2", "(**)", "Rwanda", "metr. t", "310", "34.07", "93.41", "1160.5"},
			{"3", "(10)", "Republic of the Congo", "metr. t", "60.000000000000007", "6.59", "100", "43.5"},
			{"", "", "Total", "metr. t", "910", "100", "", "4725.4"}}},
		{Name: "Gold", Rows: [][]string{title, head,
			{"1", "(  1)", "Ghana", "kg", "120500", "98.4", "98.4", "9676"},
			{"2", "(  2)", "Rwanda", "kg", "1990", "1.6", "100", "2.6"},
			{"3", "(  3)", "Taiwan", "kg", "0", "0", "100", "0"},
			{"", "", "Total", "kg", "122490", "100"}}},
		{Name: "Tungsten (W)", Rows: [][]string{title, head, {"1", "(  1)", "Rwanda", "metr. t", "1600", "100", "100", "10000"}, {"", "", "Total", "metr. t", "1600"}}},
		{Name: "Steam Coal ", Rows: [][]string{title, head, {"1", "(  1)", "China", "metr. t", "4000000", "100"}, {"", "", "Total", "metr. t", "4000000"}}},
		{Name: "Diamonds (Gem)", Rows: [][]string{title, head, {"1", "(  1)", "Botswana", "ct", "17000000", "100"}}},
		{Name: "Notes", Hidden: true, Rows: [][]string{{"Country", "unit", "Production 2022"}, {"Atlantis", "metr. t", "1"}}},
	}
}

// production is a workbook 6.4: five years as texts, and who made the figures of a row.
func production() []xlsxtest.Sheet {
	head := []string{"Country", "unit", "'2018", "'2019", "'2020", "'2021", "'2022", "data source"}
	return []xlsxtest.Sheet{
		{Name: "Tin", Rows: [][]string{{"6.4. Production of Mineral Raw Materials of individual Countries by Minerals: Tin"}, head,
			{"Burundi", "metr. t", "121", "142", "0", "", "82", "e"},
			{"Congo, D.R.", "metr. t", "8900", "10900", "14600", "15700", "27200", "r"},
			{"Cote d'Ivoire", "metr. t", "", "", "", "", "", "r"},
			{"Germany", "metr. t", "10", "11", "12", "13", "'14", "p"},
			{"Total", "metr. t", "9031", "11053", "14612", "15713", "27296"},
			{"Africa", "metr. t", "9021", "11042", "14600", "15700", "27282"},
			{"e = estimated"}}},
		{Name: "Beryllium (conc.)", Rows: [][]string{{"6.4."}, head, {"Rwanda", "metr. t", "2", "2", "2", "2", "2", "e"}}},
	}
}

// totals is a workbook 6.1: nothing of it is of one mineral.
func totals() []xlsxtest.Sheet {
	return []xlsxtest.Sheet{
		{Name: "6.1.1.by Continents", Rows: [][]string{{"6.1.1. Total Minerals Production, by Continents"}, {"Continents", "'2020", "'2021"}, {"Africa", "100", "110"}, {"Total", "100", "110"}}},
		{Name: "6.1.8.1.Total Min. Prod. (t)", Rows: [][]string{{"6.1.8.1. Total Minerals Production 2021 by Country in metr. t"}, {"Country", "Total (incl. Bauxite)", "Non-Ferrous Metals"}, {"Rwanda", "2400", "2300"}}},
	}
}

func folder(t testing.TB) fstest.MapFS {
	return fstest.MapFS{
		"6.1. Total_World_Production.xlsx":                                {Data: xlsxtest.Workbook(t, totals()...)},
		"6.4. Production_of_Mineral_Raw_Materials.xlsx":                   {Data: xlsxtest.Workbook(t, production()...)},
		"6.5. Share_of_World_Mineral_Production_2022_by_Countries.xlsx":   {Data: xlsxtest.Workbook(t, shares()...)},
		"~$6.5. Share_of_World_Mineral_Production_2022_by_Countries.xlsx": {Data: []byte("a lock")},
	}
}

func one(t *testing.T, all []flows.Claim, m flows.Mineral, place flows.Place, year int) flows.Claim {
	t.Helper()
	var found []flows.Claim
	for _, c := range all {
		if c.Flow == (flows.Flow{Mineral: m, Period: flows.Year(year), From: flows.Ground, To: place}) {
			found = append(found, c)
		}
	}
	require.Len(t, found, 1, "%s %s %d", m, place, year)
	return found[0]
}

func TestTables(t *testing.T) {
	var stats datasets.Stats
	all := datasetstest.Claims(t, wmd.Source{FS: folder(t), Stats: &stats})
	for _, c := range []struct {
		mineral  flows.Mineral
		place    flows.Place
		year     int
		median   float64 // tonnes
		hi       float64 // 95 % quantile
		basis    flows.Basis
		evidence flows.Evidence
		text     string
	}{
		{flows.Tantalum, "COD", 2022, 540, 540 * 1.63, flows.Ta2O5, flows.Reported, "540 t"},
		{flows.Tantalum, "RWA", 2022, 310, 310 * 1.63, flows.Ta2O5, flows.Reported, "310 t"},
		{flows.Tantalum, "COG", 2022, 60, 60 * 1.63, flows.Ta2O5, flows.Reported, "60.00000000000001 t"},
		{flows.Gold, "GHA", 2022, 120.5, 120.5 * 1.43, flows.Au, flows.Reported, "120500 kg"},
		{flows.Gold, "RWA", 2022, 1.99, 1.99 * 1.43, flows.Au, flows.Derived, "1990 kg"},
		{flows.Gold, "TWN", 2022, 0.00025, 0.000475, flows.Au, flows.Reported, "0 kg"}, // 0 to half a kilogram
		{flows.Tungsten, "RWA", 2022, 1600, 1600 * 1.63, flows.W, flows.Derived, "1600 t"},
		{flows.Tin, "BDI", 2019, 142, 142 * 1.73, flows.Sn, flows.Estimated, "142 t"},
		{flows.Tin, "BDI", 2020, 0.25, 0.475, flows.Sn, flows.Estimated, "0 t"},
		{flows.Tin, "COD", 2022, 27200, 27200 * 1.63, flows.Sn, flows.Reported, "27200 t"},
		{flows.Tin, "DEU", 2022, 14, 14 * 1.63, flows.Sn, flows.Reported, "14 t"},
	} {
		got := one(t, all, c.mineral, c.place, c.year)
		require.InEpsilon(t, c.median, got.Amount.Value.Quantile(0.5), 1e-9, got)
		require.InEpsilon(t, c.hi, got.Amount.Value.Quantile(0.95), 1e-9, got)
		require.Equal(t, c.basis, got.Amount.Basis, got)
		require.Equal(t, c.evidence, got.Evidence, got)
		require.Equal(t, c.text, got.Amount.Text)
		require.Equal(t, "World Mining Data", got.Origin.Producer)
		require.Equal(t, "2024", got.Origin.Published) // the edition that ends in 2022
	}
	require.Len(t, all, 3+3+1+4+5+5) // Burundi has no 2021
	require.Equal(t, "provisional", one(t, all, flows.Tin, "DEU", 2018).Note)
	cod := one(t, all, flows.Tantalum, "COD", 2022)
	require.Equal(t, flows.Pos{File: "6.5. Share_of_World_Mineral_Production_2022_by_Countries.xlsx/Tantalum (Ta2O5)", Line: 3}, cod.Pos)
	require.Equal(t, "sheet Tantalum (Ta2O5), Democratic Republic of the Congo, column E, 2022", cod.Locator)
	require.Equal(t, "World Mining Data 2024 (Austrian Federal Ministry of Finance), 6.5 Tantalum (Ta2O5)", cod.Origin.Title)
	// 6.1 has 3 rows; 6.4 six of tin and one of beryllium; 6.5 four, four, two, two of coal and one of diamonds.
	require.Equal(t, "23 rows: 10 kept, 1 not available (empty), 3 of a table that is not of one mineral by country (6.1 to 6.3, 6.6), 4 other commodity, 5 total, continent or other countries; beside other figures 1 not available (empty)", stats.String()) // Burundi 2021
}

func open(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

func TestSource(t *testing.T) {
	datasetstest.TestSource(t, wmd.Source{FS: folder(t)})
	datasetstest.TestSource(t, wmd.Source{Open: open(xlsxtest.Workbook(t, shares()...)), Name: "6.5.xlsx", Edition: 2025, Published: "2025-05"})
}

// Other minerals are values: diamonds in carats of 0.2 g, and an ore by its gross weight.
func TestFurtherCommodities(t *testing.T) {
	all := datasetstest.Claims(t, wmd.Source{FS: folder(t), Derived: []datasets.Series{}, Commodities: []wmd.Commodity{
		{Mineral: "beryllium", Name: "beryllium", Basis: "Be"}, {Mineral: "gems", Name: "Diamonds", Basis: "Gem"}, {Mineral: flows.Gold, Name: "Gold", Basis: flows.Au}}})
	require.Equal(t, flows.Gross, one(t, all, "beryllium", "RWA", 2020).Amount.Basis)
	require.InEpsilon(t, 17e6*0.2/1e6, one(t, all, "gems", "BWA", 2022).Amount.Value.Quantile(0.5), 1e-9) // 3.4 t
	require.Equal(t, flows.Reported, one(t, all, flows.Gold, "RWA", 2022).Evidence, "nothing is derived")
}

// A figure of 6.5 that stands in 6.4 as well is one figure.
func TestBothTablesOfAnEdition(t *testing.T) {
	share := shares()[:1]
	share[0].Name = "Tin"
	share[0].Rows[2][4] = "27200"
	l, err := datasets.Load(context.Background(), datasets.Query{Places: []flows.Place{"COD"}}, wmd.Source{FS: fstest.MapFS{
		"6.4.xlsx": {Data: xlsxtest.Workbook(t, production()...)}, "6.5.xlsx": {Data: xlsxtest.Workbook(t, share...)}}})
	require.NoError(t, err)
	require.Len(t, l.About(flows.Flow{Mineral: flows.Tin, Period: flows.Year(2022), From: flows.Ground, To: "COD"}), 1)
	require.Len(t, l.Balance(flows.Cell{Mineral: flows.Tin, Place: "COD", Period: flows.Year(2022)}).Output, 1)
}

// Only 6.4 says that a figure is estimated. What 6.5 repeats of it does not speak in its place, in whatever order they are read.
func TestOnlyOneTableSaysWhoMadeAFigure(t *testing.T) {
	flagged := xlsxtest.Sheet{Name: "Tin", Rows: [][]string{{"Country", "unit", "2021", "2022", "data source"},
		{"Burundi", "metr. t", "90", "80", "e"}, {"Rwanda", "metr. t", "2300", "3115", "r"}}}
	plain := xlsxtest.Sheet{Name: "Tin ", Rows: [][]string{{"Rank 2022", "Country", "unit", "Production 2022"},
		{"1", "Burundi", "metr. t", "80"}, {"2", "Rwanda", "metr. t", "3115"}, {"3", "Uganda", "metr. t", "7"}}}
	for _, names := range [][2]string{{"6.4.xlsx", "6.5.xlsx"}, {"b.xlsx", "a.xlsx"}} {
		var stats datasets.Stats
		all := datasetstest.Claims(t, wmd.Source{Stats: &stats, FS: fstest.MapFS{
			names[0]: {Data: xlsxtest.Workbook(t, flagged)}, names[1]: {Data: xlsxtest.Workbook(t, plain)}}})
		require.Equal(t, flows.Estimated, one(t, all, flows.Tin, "BDI", 2022).Evidence)
		require.Equal(t, flows.Reported, one(t, all, flows.Tin, "UGA", 2022).Evidence)
		require.Equal(t, "5 rows: 3 kept, 2 in a table that says who made it (6.4) too", stats.String())
	}
}

func TestFaults(t *testing.T) {
	head := []string{"Country", "unit", "Production 2022"}
	sheet := func(name string, rows ...[]string) wmd.Source {
		return wmd.Source{FS: fstest.MapFS{"a.xlsx": {Data: xlsxtest.Workbook(t, xlsxtest.Sheet{Name: name, Rows: rows})}}}
	}
	for says, s := range map[string]wmd.Source{
		"the sheet's name says that its figures are of TaC":       sheet("Tantalum (TaC)", head, []string{"Rwanda", "metr. t", "1"}),
		"a.xlsx/Gold:1: bad column: no column Production 2022":    sheet("Gold", []string{"Country", "unit", "Output"}, []string{"Rwanda", "kg", "1"}),
		"the folder holds no workbooks of World Mining Data":      {FS: fstest.MapFS{"a.csv": {}}},
		"published: \"soon\": want 2024":                          {FS: folder(t), Published: "soon"},
		"no .xlsx workbook":                                       {Open: open([]byte("Country,unit")), Name: "a.xlsx"},
		`column B (unit): "Mio m3": bad unit: want metr. t, kg`:   sheet("Gold", head, []string{"Rwanda", "Mio m3", "1"}),
		"a.xlsx/Gold:1: bad column: two columns are of 2022":      sheet("Gold", []string{"Country", "unit", "2022", "Production 2022"}, []string{"Rwanda", "kg", "1", "2"}),
		`column A (Country): "Congo": "Congo" can be`:             sheet("Gold", head, []string{"Congo", "kg", "1"}),
		`column C (Production 2022): "1 990": want a number`:      sheet("Gold", head, []string{"Rwanda", "kg", "1 990"}),
		`column C (Production 2022): "-5": want a number`:         sheet("Gold", head, []string{"Rwanda", "kg", "-5"}),
		`"#REF!": want a number`:                                  sheet("Gold", head, []string{"Rwanda", "kg", "#REF!"}),
		`a formula whose value was not stored: open the workbook`: sheet("Gold", head, []string{"Rwanda", "kg", "=A1"}),
		`column D (data source): "x": unknown word: want r`:       sheet("Gold", append(slices.Clone(head), "data source"), []string{"Rwanda", "kg", "1", "x"}),
	} {
		_, err := datasets.Load(context.Background(), datasets.Query{}, s)
		require.ErrorContains(t, err, says, says)
	}
	// The year of a column that does not say it stands in the title.
	all := datasetstest.Claims(t, sheet("Gold", []string{"6.5. Share of World Mineral Production 2019, by Countries"}, []string{"Country", "unit", "Production"}, []string{"Ghana", "kg", "1"}))
	require.Equal(t, "2021", one(t, all, flows.Gold, "GHA", 2019).Origin.Version)
}

func TestBadRows(t *testing.T) {
	bad := shares()[1:2]
	bad[0].Rows[2][2] = "Gold Coast of old"
	bad[0].Rows[3][4] = "1,990"
	s := wmd.Source{FS: fstest.MapFS{"6.5.xlsx": {Data: xlsxtest.Workbook(t, bad...)}}}
	at := func(line int) flows.Pos { return flows.Pos{File: "6.5.xlsx/Gold", Line: line} }
	datasetstest.TestBadRows(t, s, at(3), at(4))
}

// World Mining Data's figures in the built-in dataset are those of the genuine edition of 2024: place by place they are the same.
func TestGenuineFiles(t *testing.T) {
	var stats datasets.Stats
	s := wmd.Source{FS: os.DirFS(samples.Dir(t, "wmd-xlsx")), Stats: &stats}
	all := datasetstest.Claims(t, s)
	for _, f := range []struct {
		mineral flows.Mineral
		place   flows.Place
		tonnes  float64
		basis   flows.Basis
	}{
		{flows.Tantalum, "RWA", 300, flows.Ta2O5}, {flows.Tantalum, "COD", 550, flows.Ta2O5}, {flows.Tungsten, "RWA", 1610, flows.W}, {flows.Tin, "RWA", 3115, flows.Sn},
		{flows.Gold, "RWA", 2, flows.Au},
	} {
		got := one(t, all, f.mineral, f.place, 2022)
		require.InEpsilon(t, f.tonnes, got.Amount.Value.Quantile(0.5), 1e-9)
		require.Equal(t, f.basis, got.Amount.Basis)
	}
	// The totals that the sheets print: 3,323,144 kg of gold and 1,726 t of Ta2O5.
	sum := map[flows.Mineral]float64{}
	for _, c := range all {
		sum[c.Mineral] += c.Amount.Value.Quantile(0.5)
	}
	require.InDelta(t, 3323.144, sum[flows.Gold], 1e-6)
	require.InDelta(t, 1726, sum[flows.Tantalum], 1e-6)
	require.InDelta(t, 292351, sum[flows.Tin], 1e-6)
	require.InDelta(t, 85926, sum[flows.Tungsten], 1e-6)
	// The four sheets have 100, 14, 22 and 21 countries: rows 3 to 102, 16, 24 and 23.
	require.Equal(t, 100+14+22+21, stats.Kept)
	require.Zero(t, stats.Bad)
	require.Equal(t, 4, stats.Dropped["total, continent or other countries"])

	n := 0
	for r, err := range greatlakes.Package().Records(context.Background(), datasets.Query{Period: flows.Year(2022)}) {
		require.NoError(t, err)
		c, ok := r.(flows.Claim)
		if !ok || c.Origin.Producer != "World Mining Data" || c.Amount.Value.Quantile(1) <= 0.5 { // of a rounded nil there is no row in 6.5
			continue
		}
		n++
		got := one(t, all, c.Mineral, c.To, 2022)
		require.InEpsilon(t, c.Amount.Value.Quantile(0.5), got.Amount.Value.Quantile(0.5), 1e-9, c.Flow)
		require.Equal(t, c.Evidence == flows.Derived, got.Evidence == flows.Derived, c.Flow)
		require.Equal(t, c.Origin.Published, got.Origin.Published)
	}
	require.Greater(t, n, 10)
}

// Whatever is read, a source says what is wrong or gives claims; it never panics.
func FuzzSource(f *testing.F) {
	f.Add("Tantalum (Ta2O5)", "6.5. Production 2022", "Country", "unit", "Production 2022", "Rwanda", "metr. t", "300")
	f.Add("Gold", "6.4.", "Country", "unit", "'2022", "Congo, D.R.", "kg", "#N/A")
	f.Add("Tin ", "6.5. of 2021", "Country", "unit", "Production", "Total", "ct", "1e3")
	f.Fuzz(func(t *testing.T, name, title, a, b, c, country, unit, value string) {
		if name == "" {
			return
		}
		var stats datasets.Stats
		s := wmd.Source{Open: open(xlsxtest.Workbook(t, xlsxtest.Sheet{Name: name, Rows: [][]string{{title}, {a, b, c}, {country, unit, value}, {country, unit, value, "e"}}})), Stats: &stats}
		for r, err := range s.Records(context.Background(), datasets.Query{}) {
			require.True(t, (r == nil) != (err == nil))
		}
		dropped := 0
		for _, n := range stats.Dropped {
			dropped += n
		}
		require.Equal(t, stats.Rows, stats.Kept+stats.Bad+dropped)
	})
}
