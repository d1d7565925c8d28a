package owid_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
	"github.com/mineralflows/mineralflows/datasets/owid"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

var charts = os.DirFS("testdata/charts")

func columns() []owid.Column {
	return []owid.Column{
		{Name: "Gold_Production_KT", Mineral: flows.Gold, Basis: flows.Au, Producer: "British Geological Survey"},
		{Name: "tantalum_production", Mineral: flows.Tantalum, Basis: flows.Ta, Producer: "USGS", Evidence: flows.Estimated},
		{Name: "Tin (t)", Mineral: flows.Tin, Basis: flows.Sn, Producer: "USGS", Unit: "t"},
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

// The unit is that of the metadata, tonnes, whatever "_kt" says; a conversion that they name is applied already.
func TestCharts(t *testing.T) {
	var stats datasets.Stats
	all := datasetstest.Claims(t, owid.Source{FS: charts, Columns: columns(), Stats: &stats})
	for _, c := range []struct {
		mineral  flows.Mineral
		place    flows.Place
		year     int
		median   float64 // tonnes
		evidence flows.Evidence
		text     string
	}{
		{flows.Gold, "RWA", 2016, 0.3015, flows.Reported, "0.3015 t"},
		{flows.Gold, "RWA", 2018, 18.05, flows.Derived, "18.05 t"}, // as of package bgs
		{flows.Gold, "COD", 2018, 36.1, flows.Reported, "36.1 t"},
		{flows.Gold, "COG", 2018, 0.05, flows.Reported, "0.05 t"},
		{flows.Gold, "GHA", 2018, 0.25, flows.Reported, "0 t"},
		{flows.Gold, "CZE+SVK", 1980, 0.01, flows.Reported, "0.01 t"},
		{flows.Gold, "SDN+SSD", 2008, 2.3, flows.Reported, "2.3 t"},
		{flows.Tantalum, "RWA", 2016, 311, flows.Derived, "311 t"}, // as of package usgs
		{flows.Tantalum, "COD", 2018, 740.25, flows.Estimated, "740.25 t"},
		{flows.Tin, "PER", 2016, 18789, flows.Reported, "18789 t"},
	} {
		got := one(t, all, c.mineral, c.place, c.year)
		require.InEpsilon(t, c.median, got.Amount.Value.Quantile(0.5), 1e-9, got)
		require.Equal(t, c.evidence, got.Evidence, got)
		require.Equal(t, c.text, got.Amount.Text)
	}
	require.Len(t, all, 10)
	gold := one(t, all, flows.Gold, "COD", 2018)
	require.Equal(t, "British Geological Survey", gold.Origin.Producer)
	require.Equal(t, "2023", gold.Origin.Published, "the year of the citation")
	require.Equal(t, "Our World in Data, Gold production", gold.Origin.Title)
	require.Equal(t, "2024-10-30", gold.Origin.Accessed)
	require.Equal(t, flows.Pos{File: "gold-and-coltan.csv", Line: 5}, gold.Pos)
	require.Equal(t, "2024-07-15", one(t, all, flows.Tantalum, "COD", 2018).Origin.Published, "a citation of two years says nothing")
	// Twelve rows of gold and coltan, one of GDP, one of tin.
	require.Equal(t, "14 rows: 8 kept, 3 continent, group or world (no code), 1 no country by ISO 3166-1, 1 no figure, 1 of a chart without a column of Columns; beside other figures 5 no figure", stats.String())

	own := columns()
	own[0].Spread = dist.Exactly(1)
	all = datasetstest.Claims(t, owid.Source{FS: charts, Columns: own, Derived: []datasets.Series{}, Published: "2022-05"})
	require.Equal(t, flows.Reported, one(t, all, flows.Gold, "RWA", 2018).Evidence)
	require.Equal(t, 18.05, one(t, all, flows.Gold, "RWA", 2018).Amount.Value.Quantile(0.95))
	require.Equal(t, "2022-05", all[0].Origin.Published)
}

func open(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

const (
	table = "Entity,Code,Year,lithium_production_kt\nChile,CHL,2024,56928.432\n"
	said  = `{"columns":{"Lithium":{"shortName":"lithium_production_kt","unit":"%s","lastUpdated":"2025-07-01"}},"dateDownloaded":"2025-08-01"}`
)

func lithium(unit string) owid.Source {
	return owid.Source{Open: open(table), Metadata: open(strings.ReplaceAll(said, "%s", unit)), Name: "lithium-production.csv",
		Columns: []owid.Column{{Name: "Lithium", Mineral: "lithium", Basis: "Li", Producer: "Energy Institute"}}}
}

func TestSource(t *testing.T) {
	datasetstest.TestSource(t, owid.Source{FS: charts, Columns: columns(), Published: "2024"})
	datasetstest.TestSource(t, lithium("tonnes"))
	l, err := datasets.Load(context.Background(), datasets.Query{}, lithium("thousand tonnes"))
	require.NoError(t, err)
	require.Equal(t, flows.Basis("Li"), l.Substance("lithium"))
	require.InEpsilon(t, 56928432, l.Claims()[0].Amount.Value.Quantile(0.5), 1e-9)
	require.Equal(t, "2025-07-01", l.Claims()[0].Origin.Published)
}

func TestRefused(t *testing.T) {
	with := func(s owid.Source, change func(*owid.Source)) owid.Source {
		change(&s)
		return s
	}
	column := func(change func(*owid.Column)) owid.Source {
		return with(lithium("tonnes"), func(s *owid.Source) { change(&s.Columns[0]) })
	}
	for says, s := range map[string]owid.Source{
		"Columns is empty: name the columns to read": with(lithium("t"), func(s *owid.Source) { s.Columns = nil }),
		"Columns[0] lacks a name or a mineral":       column(func(c *owid.Column) { c.Mineral = "" }),
		"set Basis":                                  column(func(c *owid.Column) { c.Basis = "" }),
		"mine output is no USD":                      column(func(c *owid.Column) { c.Basis = flows.USD }),
		"Our World in Data did not measure this: set Producer to who did":                column(func(c *owid.Column) { c.Producer = "" }),
		`no file has the column "lithium"; they have "lithium_production_kt"`:            with(lithium("t"), func(s *owid.Source) { s.Metadata, s.Columns[0].Name = nil, "lithium" }),
		`no metadata of it (lithium-production.metadata.json), and a column's name`:      with(lithium("t"), func(s *owid.Source) { s.Metadata, s.Columns[0].Name = nil, "lithium_production_kt" }),
		`the metadata state none, and a column's name binds nobody: set Unit`:            lithium(""),
		`the metadata say "% of the world": want a unit of mass`:                         lithium("% of the world"),
		`the metadata say "tonnes of lithium carbonate equivalent": want a unit of mass`: lithium("tonnes of lithium carbonate equivalent"),
		`the metadata say "tonnes" and, for short, "kg": they contradict themselves`:     lithium(`tonnes","shortUnit":"kg`),
		`bad row: array is not what the metadata of a chart have there`:                  with(lithium("t"), func(s *owid.Source) { s.Metadata = open("[]") }),
		`the metadata say "tonnes", and Unit is "kt": leave Unit empty`:                  column(func(c *owid.Column) { c.Unit = "kt" }),
		`the metadata say "tonnes of metal content", and Basis is gross`:                 with(lithium("tonnes of metal content"), func(s *owid.Source) { s.Columns[0].Basis = flows.Gross }),
		`Unit is "bushels": want t, kg, kt or Mt`: with(lithium("t"), func(s *owid.Source) {
			s.Metadata, s.Columns[0].Name, s.Columns[0].Unit = nil, "lithium_production_kt", "bushels"
		}),
		"its metadata: bad row: no JSON: unexpected end of JSON input":                with(lithium("t"), func(s *owid.Source) { s.Metadata = open("") }),
		"its metadata: bad row: no JSON: invalid character":                           with(lithium("t"), func(s *owid.Source) { s.Metadata = open("<html>") }),
		"its metadata: bad row: no columns: these are no metadata of a chart":         with(lithium("t"), func(s *owid.Source) { s.Metadata = open("{}") }),
		"its metadata: bad row: columns is not what the metadata of a chart have":     with(lithium("t"), func(s *owid.Source) { s.Metadata = open(`{"columns":[]}`) }),
		"no column Year among entity, code, day":                                      with(lithium("t"), func(s *owid.Source) { s.Open = open("entity,code,day,x\n") }),
		"gold-and-coltan.csv:1: column \"gold_production_kt\": bad unit: no metadata": {FS: fstest.MapFS{"gold-and-coltan.csv": {Data: read("gold-and-coltan.csv")}}, Columns: columns()[:1]},
	} {
		_, err := datasets.Load(context.Background(), datasets.Query{}, s)
		require.ErrorContains(t, err, says, says)
	}
}

func read(name string) []byte {
	b, err := os.ReadFile("testdata/charts/" + name)
	if err != nil {
		panic(err)
	}
	return b
}

func TestBadRows(t *testing.T) {
	s := owid.Source{FS: os.DirFS("testdata/bad"), Published: "2024", Columns: []owid.Column{{Name: "tin", Mineral: flows.Tin, Basis: flows.Sn, Producer: "USGS", Unit: "t"}}}
	at := func(line int) flows.Pos { return flows.Pos{File: "tin.csv", Line: line} }
	datasetstest.TestBadRows(t, s, at(3), at(4), at(5), at(6), at(7), at(8))
	_, err := datasets.Load(context.Background(), datasets.Query{}, s)
	for _, says := range []string{
		`tin.csv:3: column Year: "MMXVI": bad period: want a year`,
		`tin.csv:4: column Code: "PRU": unknown letters of an area "PRU"`,
		`tin.csv:5: column Code: "COD": unknown place: the code is that of Dem. Rep. of the Congo (180), and Entity is "Rwanda": a row out of place`,
		`tin.csv:6: column tin: "1,200": want a number such as 56928.432`,
		`tin.csv:8: bad row: 3 cells where the header has 4`,
	} {
		require.ErrorContains(t, err, says)
	}
}

// A reprint of 2023 does not supersede what the producer published later itself, nor speak beside it.
func TestBesideTheBuiltInDataset(t *testing.T) {
	chart := "Entity,Code,Year,tungsten\nUganda,UGA,2015,9\n"
	meta := `{"columns":{"tungsten":{"unit":"tonnes","lastUpdated":"2025-01-01","citationShort":"British Geological Survey (2023) – processed by Our World in Data"}}}`
	s := owid.Source{Open: open(chart), Metadata: open(meta), Columns: []owid.Column{{Name: "tungsten", Mineral: flows.Tungsten, Basis: flows.W, Producer: "British Geological Survey"}}}
	l, err := datasets.Load(context.Background(), datasets.Query{}, s, greatlakes.Package())
	require.NoError(t, err)
	var speaks []string
	for _, c := range l.Balance(flows.Cell{Mineral: flows.Tungsten, Place: "UGA", Period: flows.Year(2015)}).Output {
		if c.Origin.Producer == "British Geological Survey" {
			speaks = append(speaks, c.Origin.ID)
		}
	}
	require.Equal(t, []string{"bgs-wms-2024-tungsten"}, speaks)
}

// Facts of the genuine files. The lithium chart came without its metadata, so that the unit is told: with tonnes its countries are most of the
// 211,411.68 t of the world.
func TestGenuineFiles(t *testing.T) {
	dir := samples.Dir(t, "owid-grapher")
	var stats datasets.Stats
	s := owid.Source{FS: os.DirFS(dir), Stats: &stats, Columns: []owid.Column{{Name: "lithium_production_kt", Mineral: "lithium", Basis: "Li", Producer: "Energy Institute", Unit: "t"}}}
	all := datasetstest.Claims(t, s)
	require.Equal(t, 56928.432, one(t, all, "lithium", "CHL", 2024).Amount.Value.Quantile(0.5))
	sum := 0.0
	for _, c := range all {
		if c.Period == flows.Year(2023) {
			sum += c.Amount.Value.Quantile(0.5)
		}
	}
	require.Less(t, sum, 211411.68) // the world's, which has a rest of the world in it
	require.Greater(t, sum, 0.95*211411.68)
	require.Equal(t, 540+18+16+8278, stats.Rows)
	require.Equal(t, 8*30, stats.Kept) // Argentina, Australia, Brazil, Chile, China, Portugal, the United States, Zimbabwe
	require.Equal(t, 10*30, stats.Dropped["continent, group or world (no code)"])
	require.Zero(t, stats.Bad)

	// The metadata that the publisher prints as an example are read.
	meta, err := os.ReadFile(dir + "/life-expectancy.metadata.json")
	require.NoError(t, err)
	life := owid.Source{Open: open("Entity,Code,Year,Life_expectancy_0__sex_all__age_0\n"), Metadata: open(string(meta)),
		Columns: []owid.Column{{Name: "Period life expectancy at birth - Sex: all - Age: 0", Mineral: "life", Basis: flows.Gross, Producer: "UN WPP"}}}
	_, err = datasets.Load(context.Background(), datasets.Query{}, life)
	require.ErrorContains(t, err, `the metadata say "years": want a unit of mass`)
}

// Whatever is read, a source says what is wrong or gives claims; it never panics.
func FuzzSource(f *testing.F) {
	f.Add(read("gold-and-coltan.csv"), read("gold-and-coltan.metadata.json"))
	f.Add([]byte(table), []byte(said))
	f.Fuzz(func(t *testing.T, text, meta []byte) {
		var stats datasets.Stats
		s := owid.Source{Open: open(string(text)), Metadata: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(meta)), nil }, Columns: columns(), Published: "2024", Stats: &stats}
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

// A chart whose metadata say no date has that of its file, and says so.
func TestUndated(t *testing.T) {
	var stats datasets.Stats
	s := owid.Source{Stats: &stats, Columns: []owid.Column{{Name: "Tin", Mineral: flows.Tin, Basis: flows.Sn, Producer: "USGS", Unit: "t"}},
		FS: fstest.MapFS{"tin.csv": {Data: []byte("Entity,Code,Year,Tin\nPeru,PER,2016,18789\n"), ModTime: time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)}}}
	o := datasetstest.Claims(t, s)[0].Origin
	require.Equal(t, "2026-06-02", o.Published)
	require.True(t, o.Undated)
	require.Equal(t, "Our World in Data, undated, file of 2026-06-02", o.Version)
	require.Equal(t, map[string]string{"tin.csv": "2026-06-02"}, stats.Undated)
}
