package bgs_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/bgs"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
	"github.com/mineralflows/mineralflows/flows"
)

// one finds the only claim whose locator starts so.
func one(t *testing.T, all []flows.Claim, locator string) flows.Claim {
	t.Helper()
	var found []flows.Claim
	for _, c := range all {
		if strings.HasPrefix(c.Locator, locator) {
			found = append(found, c)
		}
	}
	require.Len(t, found, 1, locator)
	return found[0]
}

var wms = os.DirFS("testdata/wms")

// Each row is known by its locator; period, basis, evidence and amount follow from its units, words and notes.
func TestRows(t *testing.T) {
	var stats datasets.Stats
	all := datasetstest.Claims(t, bgs.Source{FS: wms, Published: "2024-11-30", Stats: &stats})
	for _, c := range []struct {
		locator  string
		place    flows.Place
		period   string
		median   float64 // tonnes
		basis    flows.Basis
		evidence flows.Evidence
		part     string
	}{
		{"tungsten, mine, Rwanda, 2012", "RWA", "2012", 1011, flows.W, flows.Derived, ""},
		{"tungsten, mine, Rwanda, 2013", "RWA", "2012-07..2013-06", 1202, flows.W, flows.Derived, ""},
		{"tungsten, mine, Uganda, 1999", "UGA", "1999", 0.25, flows.W, flows.Reported, ""},
		{"tungsten, mine, Uganda, 2000", "UGA", "2000", 0, flows.W, flows.Reported, ""},
		{"tungsten, mine, Uganda, 2001", "UGA", "2001", 0.25, flows.W, flows.Reported, ""},
		{"tungsten, mine, China, 2012", "CHN", "2012", 61000, flows.W, flows.Estimated, ""},
		{"gold, mine, Rwanda, 2016", "RWA", "2016", 0.301, flows.Au, flows.Reported, ""},
		{"gold, mine, Rwanda, 2018", "RWA", "2018", 18.05, flows.Au, flows.Derived, ""},
		{"gold, mine, Ghana, 2018", "GHA", "2017-07..2018-06", 130.1235, flows.Au, flows.Estimated, ""}, // to 7 July
		{"gold, mine, Congo, 2018", "COG", "2018", 0.055, flows.Au, flows.Reported, ""},                 // with the letters COD
		{"gold, mine, Congo, Democratic", "COD", "2018", 36, flows.Au, flows.Derived, ""},
		{"gold, mine, Sudan, 2008", "SDN+SSD", "2008", 2.276, flows.Au, flows.Reported, ""},
		{"tin, mine, Myanmar, 2018", "MMR", "2018-04..2019-03", 54600, flows.Sn, flows.Reported, ""},
		{"tantalum and niobium minerals, Columbite-tantalite, Burundi", "BDI", "2016", 33, flows.Gross, flows.Reported, "columbite-tantalite"},
		{"tantalum and niobium minerals, Columbite-tantalite-Ta content, Burundi", "BDI", "2016", 6, flows.Ta, flows.Reported, "columbite-tantalite"},
		{"tantalum and niobium minerals, Columbite- Ta content, Nigeria", "NGA", "2016", 9, flows.Ta, flows.Reported, "columbite"},
		{"tantalum and niobium minerals, Tantalite, Brazil", "BRA", "2016", 120, flows.Ta2O5, flows.Reported, "tantalite"}, // by its note
	} {
		got := one(t, all, c.locator)
		require.Equal(t, flows.Flow{Mineral: got.Mineral, Period: got.Period, From: flows.Ground, To: c.place, Part: c.part}, got.Flow)
		require.Equal(t, c.period, got.Period.String(), c.locator)
		require.InDelta(t, c.median, got.Amount.Value.Quantile(0.5), 1e-9*c.median, c.locator)
		require.Equal(t, c.basis, got.Amount.Basis, c.locator)
		require.Equal(t, c.evidence, got.Evidence, c.locator)
		require.Equal(t, "British Geological Survey", got.Origin.Producer)
		require.Equal(t, "2024-11-30", got.Origin.Published)
	}
	ussr := one(t, all, "tungsten, mine, Soviet Union, 1980")
	require.True(t, flows.Place("RUS").Within(ussr.To))
	fiscal := one(t, all, "tungsten, mine, Rwanda, 2013")
	require.Equal(t, flows.Pos{File: "tungsten_and_antimony.csv", Line: 3}, fiscal.Pos)
	require.Equal(t, "Break in series. Years ended 30 June of that stated. Exports.", fiscal.Note)
	require.Equal(t, "The figures in this table include artisanal mining|A second note", strings.TrimPrefix(one(t, all, "tungsten, mine, Rwanda, 2012").Note, "Exports. | "))
	require.Equal(t, "0 t", one(t, all, "tungsten, mine, Uganda, 2000").Amount.Text)

	// 12 rows of tungsten and antimony, 9 of gold and tin, 9 of coltan and 3 of trade. Other: antimony, 4 of trade, Nb content, columbite: 7.
	require.Equal(t, "33 rows: 21 kept, 2 a form of a commodity that is not read, 1 a part of a country, 1 content of another substance, 1 no country by ISO 3166-1, or more than one, 2 not available, 5 other commodity or statistic", stats.String())
}

// 33 t of columbite-tantalite hold 6 t of tantalum: one figure, of which the content speaks. Its parts are the whole.
func TestColtan(t *testing.T) {
	l, err := datasets.Load(context.Background(), datasets.Query{Minerals: []flows.Mineral{flows.Tantalum}}, bgs.Source{FS: wms})
	require.NoError(t, err)
	b := l.Balance(flows.Cell{Mineral: flows.Tantalum, Place: "BDI", Period: flows.Year(2016)})
	require.Len(t, b.Output, 1)
	require.Equal(t, flows.Ta, b.Output[0].Amount.Basis)
	require.True(t, b.Output[0].Origin.Whole("parts"))
	require.Len(t, b.Aside, 1)
	require.Equal(t, flows.GradeCheck, b.Aside[0].Code)
}

func TestTrade(t *testing.T) {
	all := datasetstest.Claims(t, bgs.Source{FS: wms, Commodities: bgs.Trade()})
	require.Len(t, all, 3) // 2 of tin, 1 of tungsten
	out := one(t, all, "tin, Concentrates, Austria, 2002")
	require.Equal(t, flows.Flow{Mineral: flows.Tin, Period: flows.Year(2002), From: "AUT", To: flows.World, Part: "concentrates"}, out.Flow)
	require.EqualValues(t, "AUT", out.Reporter)
	require.Equal(t, flows.Reported, out.Evidence, "only output is derived from exports")
	require.Equal(t, "120.5 t", out.Amount.Text)
	in := one(t, all, "tin, Unwrought, Austria, 2002")
	require.Equal(t, flows.World, in.From)
	require.Equal(t, flows.Gross, in.Amount.Basis)
	require.Equal(t, flows.Estimated, in.Evidence)
	datasetstest.TestSource(t, bgs.Source{FS: wms, Commodities: bgs.Trade(), Published: "2024"})
}

func open(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

func TestSource(t *testing.T) {
	datasetstest.TestSource(t, bgs.Source{FS: wms, Published: "2024"})
	table, err := fs.ReadFile(wms, "gold_and_tin.csv")
	require.NoError(t, err)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write(append([]byte("\ufeff"), bytes.ReplaceAll(table, []byte("\n"), []byte("\r\n"))...))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	datasetstest.TestSource(t, bgs.Source{Open: open(packed.String()), Name: "gold.csv.gz", Published: "2024"})

	// A page says when it was answered, a table does not.
	require.Equal(t, "2024-11-30", datasetstest.Claims(t, bgs.Source{FS: fstest.MapFS{"trade.json": file(t, "trade.json")}, Commodities: bgs.Trade()})[0].Origin.Published)
	requireFault(t, bgs.Source{Open: open(string(table)), Name: "gold.csv"}, "gold.csv:1: nothing says when the file was published")
}

// A commodity that is not built in is a value.
func TestFurtherCommodity(t *testing.T) {
	l, err := datasets.Load(context.Background(), datasets.Query{}, bgs.Source{FS: wms, Commodities: []bgs.Commodity{{Mineral: "antimony", Name: "Antimony, mine", Content: "Sb"}}})
	require.NoError(t, err)
	require.Equal(t, flows.Basis("Sb"), l.Substance("antimony"))
	require.Len(t, l.Claims(), 1)
}

func file(t *testing.T, name string) *fstest.MapFile {
	t.Helper()
	b, err := fs.ReadFile(wms, name)
	require.NoError(t, err)
	return &fstest.MapFile{Data: b}
}

func requireFault(t *testing.T, s datasets.Source, says string) {
	t.Helper()
	_, err := datasets.Load(context.Background(), datasets.Query{}, s)
	require.ErrorContains(t, err, says)
}

// The two pages of coltan hold 5 and 4 of 9 features.
func TestPages(t *testing.T) {
	first, second := file(t, "coltan_1.json"), file(t, "coltan_2.geojson")
	unlinked := func(f *fstest.MapFile) *fstest.MapFile {
		return &fstest.MapFile{Data: bytes.ReplaceAll(f.Data, []byte(`"links"`), []byte(`"others"`))}
	}
	datasetstest.Claims(t, bgs.Source{FS: fstest.MapFS{"a.json": first, "b.json": second, "all.json": file(t, "trade.json")}})
	requireFault(t, bgs.Source{FS: fstest.MapFS{"a.json": first}}, "a.json: bad row: numberMatched says 9 features, and the pages (1) hold 5: 4 are missing; save the other pages (offset) beside it")
	requireFault(t, bgs.Source{FS: fstest.MapFS{"a.json": first, "b.json": second, "c.json": second}}, "c.json: bad row: the page of b.json once more: drop one of them")
	ten := func(f *fstest.MapFile) *fstest.MapFile {
		return &fstest.MapFile{Data: bytes.ReplaceAll(f.Data, []byte(`"numberMatched": 9`), []byte(`"numberMatched": 10`))}
	}
	for _, page := range []*fstest.MapFile{ten(first), unlinked(ten(first))} { // 5 and the same 5 are 10, and 5 are missing
		fsys := fstest.MapFS{"a.json": page, "b.json": page}
		requireFault(t, bgs.Source{Published: "2024", FS: fsys}, "b.json: bad row: the page of a.json once more: drop one of them")
		requireFault(t, bgs.Source{Published: "2024", FS: fsys}, "the pages (1) hold 5: 5 are missing")
	}
	requireFault(t, bgs.Source{FS: fstest.MapFS{"x/a.json": first, "y/b.json": second}}, "5 are missing") // the pages of two downloads
	datasetstest.Claims(t, bgs.Source{Published: "2024", FS: fstest.MapFS{"a.json": unlinked(first), "b.json": unlinked(second)}})
	uncounted := &fstest.MapFile{Data: bytes.ReplaceAll(first.Data, []byte(`"numberMatched": 9`), []byte(`"numberMatched": "unknown"`))}
	datasetstest.Claims(t, bgs.Source{FS: fstest.MapFS{"a.json": uncounted}})
}

func TestNoPages(t *testing.T) {
	for text, says := range map[string]string{
		`{"type":"FeatureCollection"}`:                                      "bgs.json: bad row: no list of features",
		`{"code":"InvalidParameterValue","description":"unknown property"}`: "the API answered with an error",
		`[{"quantity":1}]`:                                                  "no object: want a FeatureCollection",
		`{"features":{}}`:                                                   "features is no list",
		`{"features":[{"properties":{}}`:                                    "the file is cut short",
		`{"features":[]} {}`:                                                "text behind the page",
		`{"features":[nought]}`:                                             "no JSON",
		`{"features":[3]}`:                                                  "bgs.json:1: feature 1: bad row: it is no object with properties",
		`{"features":[{"properties":null}]}`:                                "it is no object with properties",
		`{"features":[{"properties":{"year":"2016"}}]}`:                     "feature 1: bad column: no property bgs_statistic_type_trans: ask the API for all properties",
		`{"features":[{"properties":{"bgs_statistic_type_trans":["a"]}}]}`:  "bgs_statistic_type_trans holds a list or an object",
		`{"features":[{"properties":{"year":"2016","Year":"2017"}}]}`:       "year stands in it twice",
		"bgs_commodity_trans,year,quantity\n":                               "no column bgs_statistic_type_trans, bgs_sub_commodity_trans",
		`{"note":"` + strings.Repeat("x", 2<<20) + `"}`:                     "this is no page of features",
		strings.ReplaceAll(string(fileOf("trade.json")), `"quantity": 120.5`, `"quantity": "1,205"`): `trade.json:1: column quantity: "1,205": feature 1: want a number`,
	} {
		requireFault(t, bgs.Source{Open: open(text), Name: map[bool]string{true: "trade.json", false: "bgs.json"}[strings.Contains(says, "trade")], Published: "2024", Commodities: bgs.Trade()}, says)
	}
	requireFault(t, bgs.Source{FS: fstest.MapFS{"a.txt": {}}}, "the folder holds no files of the World Mineral Statistics")
}

func fileOf(name string) []byte {
	b, err := fs.ReadFile(wms, name)
	if err != nil {
		panic(err)
	}
	return b
}

func TestBadRows(t *testing.T) {
	var stats datasets.Stats
	s := bgs.Source{FS: os.DirFS("testdata/bad"), Published: "2024", Stats: &stats}
	at := func(line int) flows.Pos { return flows.Pos{File: "tin.csv", Line: line} }
	datasetstest.TestBadRows(t, s, at(3), at(4), at(5), at(6), at(7), at(8), at(9), at(10), at(11), at(12), at(13))
	require.Equal(t, "12 rows: 1 kept, 11 bad", stats.String())
	for _, says := range []string{
		`tin.csv:3: column country_trans: "Congos": unknown area "Congos"`,
		`tin.csv:4: column quantity: "2,999": want a number such as 1808 or 12.5`,
		`tin.csv:5: column units: "carats": bad unit: want tonnes or kilograms`,
		`tin.csv:6: column units: "tonnes (metric)": bad unit: they do not say of what: want tonnes (metal content), or set Plain in Commodities`,
		`tin.csv:7: column quantity: "12": it contradicts data_precision_description, "Nil (nothing produced)"`,
		`tin.csv:8: column quantity: "0": data_precision_description says "Confidential" of a zero`,
		`tin.csv:9: column concat_figure_notes_text: "Years ended at Easter."`,
		`tin.csv:10: column concat_figure_notes_text: "Year to 31 Juno of that stated."`,
		`tin.csv:12: column year: "2018/19": bad period: want a year: 2022, 2022-01-01`,
		`tin.csv:13: bad row: 2 cells where the header has 28`,
	} {
		requireFault(t, s, says)
	}
}

// The same publisher's figures in the built-in dataset are editions of these: a later download supersedes them, and one of them speaks.
func TestBesideTheBuiltInDataset(t *testing.T) {
	l, err := datasets.Load(context.Background(), datasets.Query{}, bgs.Source{FS: wms, Published: "2030"}, greatlakes.Package())
	require.NoError(t, err)
	speaks := 0
	for _, c := range l.Balance(flows.Cell{Mineral: flows.Gold, Place: "RWA", Period: flows.Year(2016)}).Output {
		if c.Origin.Producer == "British Geological Survey" {
			speaks++
			require.InEpsilon(t, 0.301, c.Amount.Value.Quantile(0.5), 1e-9)
		}
	}
	require.Equal(t, 1, speaks)
	for _, c := range l.Balance(flows.Cell{Mineral: flows.Gold, Place: "RWA", Period: flows.Year(2018)}).Output {
		require.NotEqual(t, "British Geological Survey", c.Origin.Producer, "Rwanda's gold of 2018 is derived")
	}
}

// Facts of the genuine files, read by others.
func TestGenuineFiles(t *testing.T) {
	dir := os.DirFS(samples.Dir(t, "bgs-csv"))
	var stats datasets.Stats
	s := bgs.Source{FS: dir, Stats: &stats, Derived: []datasets.Series{}, Commodities: append(bgs.Commodities(),
		bgs.Commodity{Mineral: "antimony", Name: "antimony, mine", Content: "Sb"}, bgs.Commodity{Mineral: "gallium", Name: "gallium, primary", Plain: "Ga"},
		bgs.Commodity{Mineral: "cobalt", Name: "cobalt, mine", Content: "Co"}, bgs.Commodity{Mineral: "refined cobalt", Name: "cobalt, refined", Plain: "Co"})}
	all := datasetstest.Claims(t, s)
	for _, c := range []struct {
		locator  string
		period   string
		tonnes   float64
		evidence flows.Evidence
	}{
		{"tungsten, mine, Rwanda, 2022", "2021-07..2022-06", 1808, flows.Derived},
		{"tungsten, mine, China, 2022", "2022", 65620, flows.Reported},
		{"tungsten, mine, Uganda, 1999", "1999", 0.25, flows.Reported}, // more than 0 but less than 0.5
		{"gallium, primary, China, 2022", "2022", 600, flows.Reported},
		{"antimony, mine, China, 2022", "2022", 39000, flows.Estimated},
		{"antimony, mine, Australia, 2022", "2022", 2292, flows.Reported},
		{"cobalt, mine, Congo, Democratic Republic, 2022", "2022", 115371, flows.Reported},
		{"cobalt, refined, China, 2022", "2022", 125000, flows.Estimated},
	} {
		got := one(t, all, c.locator)
		require.InDelta(t, c.tonnes, got.Amount.Value.Quantile(0.5), 1e-9*c.tonnes, got)
		require.Equal(t, c.period, got.Period.String(), c.locator)
		require.Equal(t, c.evidence, got.Evidence, c.locator)
	}
	nils := 0
	for _, c := range all {
		if c.Mineral == flows.Tungsten && c.Amount.Value.Quantile(1) == 0 {
			nils++
		}
	}
	require.Equal(t, 66, nils, "nil_rows")
	// The samples' description: 1,301 + 82 + 1,033 + 1,571 rows, of them 3 + 1 + 27 without a quantity.
	require.Equal(t, 1301+82+1033+1571, stats.Rows)
	require.Equal(t, 3+1+27, stats.Dropped["not available"])
	require.Zero(t, stats.Bad)
	require.Equal(t, stats.Kept, len(all))
	_, err := datasets.Load(context.Background(), datasets.Query{}, s)
	require.NoError(t, err)
}

// The built-in dataset quotes the genuine table of tungsten: period, amount and evidence are the same.
func TestGenuineAgainstTheBuiltInDataset(t *testing.T) {
	s := bgs.Source{FS: os.DirFS(samples.Dir(t, "bgs-csv"))}
	mine := map[flows.Flow]flows.Claim{}
	for _, c := range datasetstest.Claims(t, s) {
		mine[c.Flow] = c
	}
	n := 0
	for r, err := range greatlakes.Package().Records(context.Background(), datasets.Query{}) {
		require.NoError(t, err)
		c, ok := r.(flows.Claim)
		if !ok || c.Origin.ID != "bgs-wms-2024-tungsten" {
			continue
		}
		n++
		got, ok := mine[c.Flow]
		require.True(t, ok, c.Flow)
		require.InDelta(t, c.Amount.Value.Quantile(0.95), got.Amount.Value.Quantile(0.95), 1e-9*c.Amount.Value.Quantile(0.95), c.Flow)
		require.Equal(t, c.Evidence, got.Evidence, c.Flow)
	}
	require.Greater(t, n, 50)
}

// Whatever is read, a source says what is wrong or gives claims; it never panics.
func FuzzSource(f *testing.F) {
	for _, name := range []string{"coltan_1.json", "trade.json", "gold_and_tin.csv", "tungsten_and_antimony.csv"} {
		f.Add(fileOf(name))
	}
	bad, err := os.ReadFile("testdata/bad/tin.csv")
	require.NoError(f, err)
	f.Add(bad)
	f.Fuzz(func(t *testing.T, text []byte) {
		var stats datasets.Stats
		s := bgs.Source{Open: open(string(text)), Published: "2024", Stats: &stats, Commodities: append(bgs.Commodities(), bgs.Trade()...)}
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
