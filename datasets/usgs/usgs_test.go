package usgs_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
	"github.com/mineralflows/mineralflows/datasets/usgs"
	"github.com/mineralflows/mineralflows/flows"
)

func one(t *testing.T, all []flows.Claim, edition string, m flows.Mineral, place flows.Place, year int) flows.Claim {
	t.Helper()
	var found []flows.Claim
	for _, c := range all {
		if c.Origin.Version == edition && c.Mineral == m && c.To == place && c.Period == flows.Year(year) {
			found = append(found, c)
		}
	}
	require.Len(t, found, 1, "%s %s %s %d", edition, m, place, year)
	return found[0]
}

// own is testdata without the folder of bad files.
func own(t *testing.T) fs.FS {
	t.Helper()
	return without{os.DirFS("testdata"), "bad"}
}

type without struct {
	fs.FS
	name string
}

func (w without) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(w.FS, name)
	var out []fs.DirEntry
	for _, d := range all {
		if d.Name() != w.name {
			out = append(out, d)
		}
	}
	return out, err
}

// Every generation of the world tables gives contained tonnes, with estimates, bounds, nils and rounded nils told apart.
func TestGenerations(t *testing.T) {
	var stats datasets.Stats
	all := datasetstest.Claims(t, usgs.Source{FS: own(t), Stats: &stats})
	for _, c := range []struct {
		edition  string
		mineral  flows.Mineral
		place    flows.Place
		year     int
		median   float64 // tonnes
		basis    flows.Basis
		bound    flows.Bound
		evidence flows.Evidence
		text     string
	}{
		{"MCS 2022", flows.Tin, "RWA", 2020, 1111, flows.Sn, flows.About, flows.Reported, "1111 t"},
		{"MCS 2022", flows.Tin, "RWA", 2021, 1200, flows.Sn, flows.About, flows.Estimated, "1200 t"},
		{"MCS 2022", flows.Tin, "PRK", 2020, 22, flows.Sn, flows.About, flows.Reported, "22 t"},
		{"MCS 2022", flows.Tin, "USA", 2020, 0.25, flows.Sn, flows.About, flows.Reported, "0 t"}, // 0 to half a tonne
		{"MCS 2024", flows.Gold, "USA", 2022, 111, flows.Au, flows.About, flows.Reported, "111 t"},
		{"MCS 2024", flows.Gold, "CIV", 2022, 22, flows.Au, flows.About, flows.Estimated, "22 t"}, // the note: also estimated in 2022
		{"MCS 2024", flows.Gold, "COD", 2023, 0.25, flows.Au, flows.About, flows.Estimated, "Less than ½ unit. t"},
		{"MCS 2024", flows.Gold, "TZA", 2022, 0, flows.Au, flows.About, flows.Reported, "— t"},
		{"MCS 2024", flows.Gold, "TZA", 2023, 95, flows.Au, flows.AtLeast, flows.Estimated, ">95 t"},
		{"MCS 2025", flows.Gold, "TZA", 2023, 51.234, flows.Au, flows.About, flows.Estimated, "51234 kg"},
		{"MCS 2025", flows.Gold, "TZA", 2024, 60, flows.Au, flows.About, flows.Estimated, "60,000 kg"},
		{"MCS 2025", flows.Tantalum, "RWA", 2023, 311, flows.Ta, flows.About, flows.Derived, "311 t"},
		{"MCS 2025", flows.Tantalum, "COD", 2023, 877, flows.Ta, flows.About, flows.Reported, "877 t"},
		{"MCS 2025", flows.Tungsten, "CHN", 2023, 66100, flows.W, flows.About, flows.Reported, "66.1 kt"},
		{"MCS 2025", flows.Tungsten, "RUS", 2024, 2000, flows.Gross, flows.About, flows.Estimated, "2000 t"},
		{"MCS 2026", flows.Gold, "GHA", 2024, 147, flows.Au, flows.About, flows.Reported, "147 t"},
		{"MCS 2026", flows.Gold, "MLI", 2025, 1070, flows.Au, flows.About, flows.Estimated, "1,070 t"},
		{"MCS 2026", flows.Tantalum, "BDI", 2025, 0, flows.Ta, flows.About, flows.Reported, "— t"},
	} {
		got := one(t, all, c.edition, c.mineral, c.place, c.year)
		require.InDelta(t, c.median, got.Amount.Value.Quantile(0.5), 1e-9*c.median, got)
		require.Equal(t, c.basis, got.Amount.Basis, got)
		require.Equal(t, c.bound, got.Amount.Bound, got)
		require.Equal(t, c.evidence, got.Evidence, got)
		require.Equal(t, c.text, got.Amount.Text)
		require.Equal(t, flows.Ground, got.From)
		require.Equal(t, strings.TrimPrefix(c.edition, "MCS "), got.Origin.Published)
	}
	// 5 rows of 2022, 7 of gold 2024, 1 of helium, 9 of 2025 and 11 of 2026; the row of the United States' tin of 2025 is empty, Uganda's
	// gold withheld and not applicable, Nigeria's tantalum not available.
	require.Equal(t, "33 rows: 15 kept, 1 a range of years, 2 not available (NA or empty), 3 other commodity, 4 other statistic, 1 withheld (W), 7 world or other countries; "+
		"beside other figures 1 not available (NA or empty), 1 withheld (W)", stats.String())
}

func TestSource(t *testing.T) {
	datasetstest.TestSource(t, usgs.Source{FS: own(t)})
	table, err := os.ReadFile("testdata/MCS2026_Commodities_Data.csv")
	require.NoError(t, err)
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(table)), nil }
	datasetstest.TestSource(t, usgs.Source{Open: open, Edition: 2026, Published: "2026-02"})
	datasetstest.TestSource(t, usgs.Source{FS: own(t), Commodities: []usgs.Commodity{{Mineral: "gallium", Name: "zinc", Basis: "Zn"}, {Mineral: flows.Tin, Name: "tin", Basis: flows.Sn}}[1:]})
	for _, err := range (usgs.Source{Open: open, Name: "table.csv"}).Records(context.Background(), datasets.Query{}) {
		require.ErrorContains(t, err, "table.csv:")
		require.ErrorContains(t, err, "which edition this is (mcs2023): set Edition")
		break
	}
}

func TestBadRows(t *testing.T) {
	at := func(line int) flows.Pos { return flows.Pos{File: "mcs2023-tin_world.csv", Line: line} }
	s := usgs.Source{FS: os.DirFS("testdata/bad")}
	datasetstest.TestBadRows(t, s, at(2), at(3), at(5))
	_, err := datasets.Load(context.Background(), datasets.Query{}, s)
	require.ErrorContains(t, err, `mcs2023-tin_world.csv:2: column Country: "Congo": `)
	require.ErrorContains(t, err, `mcs2023-tin_world.csv:3: column Prod_t_2021: "1.234.5": no figure of USGS'`)
	require.ErrorContains(t, err, "mcs2023-tin_world.csv:5: bad row: 4 cells where the header has 5")
}

// A further mineral is a value: cobalt in tonnes of Co.
func TestFurtherCommodity(t *testing.T) {
	table := "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2021,PROD_EST_ 2022,PROD_NOTES\nMCS2023,Cobalt,Congo (Kinshasa),\"Mine production, estimated\",metric tons,119000,130000,\n"
	s := usgs.Source{Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(table)), nil }, Name: "cobalt.csv",
		Commodities: []usgs.Commodity{{Mineral: "cobalt", Name: "cobalt", Basis: "Co"}}}
	datasetstest.TestSource(t, s)
	l, err := datasets.Load(context.Background(), datasets.Query{}, s)
	require.NoError(t, err)
	require.Equal(t, flows.Basis("Co"), l.Substance("cobalt"))
	require.Len(t, l.Claims(), 2)
}

// The same publisher's figures of the built-in dataset are editions of these, not second opinions: of DR Congo's tantalum of 2023 USGS
// said 980 t in one edition and 920 t in the next, and one of them speaks.
func TestBesideTheBuiltInDataset(t *testing.T) {
	table := "Source,Country,Type,Prod_t_2022,Prod_t_est_2023\nMCS2024,Congo (Kinshasa),\"Mine production, tantalum content\",890,980\nMCS2024,Rwanda,\"Mine production, tantalum content\",347,520\n"
	s := usgs.Source{Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(table)), nil }}
	l, err := datasets.Load(context.Background(), datasets.Query{}, s, greatlakes.Package())
	require.NoError(t, err)
	speaks := 0
	for _, c := range l.Balance(flows.Cell{Mineral: flows.Tantalum, Place: "COD", Period: flows.Year(2023)}).Output {
		if c.Origin.Producer == "USGS" {
			speaks++
			require.Equal(t, 920.0, c.Amount.Value.Quantile(0.5)) // MCS 2025
		}
	}
	require.Equal(t, 1, speaks)
	for _, c := range l.Balance(flows.Cell{Mineral: flows.Tantalum, Place: "RWA", Period: flows.Year(2023)}).Output {
		require.NotEqual(t, "USGS", c.Origin.Producer, "Rwanda's tantalum is derived")
	}
}

// Facts of the genuine files, read by others.
func TestGenuineFiles(t *testing.T) {
	type fact struct {
		mineral  flows.Mineral
		place    flows.Place
		year     int
		tonnes   float64
		estimate bool
	}
	cobalt := usgs.Commodity{Mineral: "cobalt", Name: "cobalt", Basis: "Co"}
	niobium := usgs.Commodity{Mineral: "niobium", Name: "niobium", Basis: flows.Nb}
	check := func(dir, edition string, facts ...fact) {
		t.Run(edition, func(t *testing.T) {
			s := usgs.Source{FS: os.DirFS(samples.Dir(t, dir)), Commodities: append(usgs.Commodities(), cobalt, niobium), Derived: []datasets.Series{}}
			all := datasetstest.Claims(t, s)
			for _, f := range facts {
				c := one(t, all, edition, f.mineral, f.place, f.year)
				require.InDelta(t, f.tonnes, c.Amount.Value.Quantile(0.5), 1e-9*f.tonnes, c)
				require.Equal(t, f.estimate, c.Evidence == flows.Estimated, c)
			}
		})
	}
	check("usgs-mcs-csv-2022-2024", "MCS 2022", fact{"cobalt", "COD", 2021, 120000, true}, fact{flows.Tungsten, "CHN", 2021, 66000, true})
	check("usgs-mcs-csv-2022-2024", "MCS 2023", fact{flows.Tantalum, "RWA", 2022, 350, true}, fact{flows.Tantalum, "RWA", 2021, 269, false},
		fact{flows.Tantalum, "COD", 2022, 860, true}, fact{flows.Tantalum, "BRA", 2021, 360, true}, fact{flows.Tin, "RWA", 2022, 2200, true},
		fact{flows.Tin, "PER", 2021, 26995, false}, fact{flows.Tin, "MMR", 2021, 36900, true}, fact{flows.Gold, "CHN", 2022, 330, true},
		fact{flows.Gold, "MLI", 2021, 51, true}, fact{flows.Gold, "USA", 2021, 187, false})
	check("usgs-mcs-csv-2022-2024", "MCS 2024", fact{flows.Tantalum, "RWA", 2023, 520, true}, fact{flows.Tantalum, "RWA", 2022, 347, true},
		fact{flows.Tantalum, "COD", 2023, 980, true}, fact{flows.Tungsten, "RWA", 2023, 1400, true}, fact{flows.Tungsten, "CHN", 2023, 63000, true},
		fact{flows.Tungsten, "PRK", 2022, 1520, true}, fact{"niobium", "RWA", 2023, 190, true}, fact{"niobium", "USA", 2022, 0.25, false})
	check("usgs-mcs-2025", "MCS 2025", fact{flows.Tantalum, "RWA", 2024, 350, true}, fact{flows.Tantalum, "COD", 2023, 920, false},
		fact{flows.Tungsten, "CHN", 2024, 67000, true}, fact{flows.Tin, "RWA", 2023, 3600, true})
	check("usgs-mcs-2026", "MCS 2026", fact{flows.Gold, "CHN", 2025, 380, true}, fact{"cobalt", "COD", 2024, 226000, true})

	// The numbers of data rows that a reader of the files counts: see the samples' description.
	for dir, rows := range map[string]int{"usgs-mcs-2025": 1250, "usgs-mcs-2026": 3617, "usgs-mcs-csv-2022-2024": 14 + 17 + 21 + 9 + 17 + 11 + 13 + 8 + 10 + 38 + 12 + 6 + 14} {
		var stats datasets.Stats
		datasetstest.Claims(t, usgs.Source{FS: os.DirFS(samples.Dir(t, dir)), Stats: &stats})
		require.Equal(t, rows, stats.Rows, "%s: %s", dir, stats)
	}
}

// Whatever is read, a source says what is wrong or gives claims; it never panics.
func FuzzSource(f *testing.F) {
	for _, name := range []string{"tin_mcs2022-tin_world.csv", "mcs2024-gold_world.csv", "MCS2025_World_Data.csv", "MCS2026_Commodities_Data.csv", "bad/mcs2023-tin_world.csv"} {
		b, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, table []byte) {
		var stats datasets.Stats
		s := usgs.Source{Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(table)), nil }, Edition: 2024, Stats: &stats}
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
