package baci_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// BACI beside the built-in dataset: nothing is refused. Where one of the two sides speaks, BACI's figure stands aside from both; where both are silent
// it is there as the reconciled side.
func TestLoad(t *testing.T) {
	ledger, err := datasets.Load(context.Background(), datasets.Query{}, greatlakes.Package(), baci.Source{FS: os.DirFS("testdata/v202501")})
	require.NoError(t, err)

	uganda := ledger.Balance(flows.Cell{Mineral: flows.Gold, Place: "UGA", Period: flows.Year(2022)})
	require.NotEmpty(t, append(uganda.Declared, uganda.Mirrored...))
	for _, c := range append(uganda.Declared, uganda.Mirrored...) {
		require.NotEqual(t, "CEPII", c.Origin.Producer)
	}
	require.Len(t, uganda.Reconciled, 2) // 710812 and 710813 in tonnes

	usa := ledger.Balance(flows.Cell{Mineral: flows.Tantalum, Place: "USA", Period: flows.Year(2022)})
	require.Empty(t, usa.Declared)
	require.Empty(t, usa.Mirrored)
	require.Len(t, usa.Reconciled, 1)
	require.Equal(t, "9.870 t", usa.Reconciled[0].Amount.Text)
	require.Len(t, usa.Aside, 1) // the dollars check the unit value
	require.Equal(t, flows.UnitValue, usa.Aside[0].Code)

	china := ledger.Balance(flows.Cell{Mineral: flows.Tin, Place: "CHN", Period: flows.Year(2022)})
	require.Len(t, china.InflowReconciled, 1)
	require.Equal(t, flows.Place("COD"), china.InflowReconciled[0].From)
}

// A row that stands twice is refused by the ledger, which names both places.
func TestTwice(t *testing.T) {
	text := folder(t, "v202501")[yearly]
	_, err := datasets.Load(context.Background(), datasets.Query{}, baci.Source{Open: opener(text + "2022,180,156,260900,1.000,NA\n"), Name: yearly})
	require.ErrorIs(t, err, flows.ErrDuplicate)
	require.ErrorContains(t, err, yearly+":17")
	require.ErrorContains(t, err, yearly+":4")
}

// All that BACI says of a pair of countries is there, so the sum of the lines is the whole; coltan's line bounds it.
func TestStatements(t *testing.T) {
	ledger, err := datasets.Load(context.Background(), datasets.Query{}, baci.Source{FS: os.DirFS("testdata/v202501")})
	require.NoError(t, err)
	gold := ledger.Balance(flows.Cell{Mineral: flows.Gold, Place: "UGA", Period: flows.Year(2022)})
	s := gold.Statements(gold.Reconciled)
	require.Len(t, s, 1)
	require.True(t, s[0].Complete)
	require.Len(t, s[0].Claims, 2)

	coltan := ledger.Balance(flows.Cell{Mineral: flows.Tantalum, Place: "RWA", Period: flows.Year(2022)})
	for _, s := range coltan.Statements(coltan.Reconciled) {
		require.Equal(t, flows.AtMost, s.Bound)
		require.True(t, s.Complete)
	}
}

// Where both sides of a trade are silent the balance uses BACI's figure, and says so; where one speaks it does not.
func TestReconciledSide(t *testing.T) {
	customs := &flows.Origin{ID: "customs", Producer: "customs", Title: "statistics", Published: "2023"}
	declared := flows.Claim{Flow: flows.Flow{Mineral: flows.Tantalum, Period: flows.Year(2022), From: "USA", To: "CHN"}, Reporter: "USA",
		Amount: flows.Amount{Value: dist.Exactly(8), Basis: flows.Ta, Text: "8 t"}, Origin: customs, Evidence: flows.Reported}
	cell := flows.Cell{Mineral: flows.Tantalum, Place: "USA", Period: flows.Year(2022)}
	for _, made := range []datasets.Records{nil, {declared}} {
		ledger, err := datasets.Load(context.Background(), datasets.Query{}, made, baci.Source{FS: os.DirFS("testdata/v202501")})
		require.NoError(t, err)
		model, err := estimate.NewModel(ledger, estimate.Options{})
		require.NoError(t, err)
		result, err := estimate.MassBalance{Cells: []flows.Cell{cell}}.Estimate(context.Background(), model)
		require.NoError(t, err)
		require.Len(t, result.Balances, 1)
		b := result.Balances[0]
		reconciled := slices.ContainsFunc(b.Warnings, func(w estimate.Warning) bool { return w.Code == estimate.ErrReconciled })
		outflow := b.Values[estimate.Outflow]
		if made != nil {
			require.False(t, reconciled)
			require.InDelta(t, 8, outflow.Median, 1e-9)
			continue
		}
		require.True(t, reconciled)
		require.InEpsilon(t, 9.87, outflow.Median, 0.001) // 9.870 t of Ta, 90 % within */1.48
		require.InEpsilon(t, 9.87/1.48, outflow.Lo, 0.01)
		require.InEpsilon(t, 9.87*1.48, outflow.Hi, 0.01)
		require.Equal(t, flows.AtLeast, outflow.Bound) // what went to areas that are no place is missing
	}
}

func TestSamples(t *testing.T) {
	dir := samples.Dir(t, "baci")

	// The HEAD of a genuine file: nine rows, none of a mineral. They are of Afghanistan's exports to Andorra (20) and Azerbaijan (31).
	var stats datasets.Stats
	claims, bad := read(baci.Source{FS: os.DirFS(dir), Stats: &stats}, datasets.Query{})
	require.Empty(t, bad)
	require.Empty(t, claims)
	require.Equal(t, "9 rows: 0 kept, 9 other commodity", stats.String())

	// Three of them read as if they were of minerals.
	lines := []hs.Line{
		{Code: "210610", Mineral: flows.Tin, Last: hs.H6, Basis: flows.Gross}, {Code: "080211", Mineral: flows.Gold, Last: hs.H6, Basis: flows.Gross},
		{Code: "252620", Mineral: flows.Tungsten, Last: hs.H6, Basis: flows.Gross},
	}
	claims, bad = read(baci.Source{FS: os.DirFS(dir), Lines: lines, Stats: &stats}, datasets.Query{})
	require.Empty(t, bad)
	require.Equal(t, "9 rows: 3 kept, 6 other commodity", stats.String())
	var got []string
	for _, c := range claims {
		got = append(got, c.Flow.String()+": "+c.Amount.Text)
	}
	require.Equal(t, []string{
		"tin 2022 AFG>AND (HS 210610): 0.002 t", "tin 2022 AFG>AND (HS 210610): 0.357 k", "gold 2022 AFG>AZE (HS 080211): 0.500 t", "gold 2022 AFG>AZE (HS 080211): 2.027 k",
		"tungsten 2022 AFG>AZE (HS 252620): 47.550 t", "tungsten 2022 AFG>AZE (HS 252620): 5.642 k",
	}, got)
	require.Equal(t, "V202401b", claims[0].Origin.Version)
	require.Equal(t, "2024-01", claims[0].Origin.Published)

	// The country table, 238 rows: what a code means there it means in package area.
	table := records(t, filepath.Join(dir, "country_codes_V202501.csv"))
	require.Len(t, table, 238)
	codes := map[string][]string{}
	for _, c := range table {
		codes[c[0]] = c
	}
	require.Equal(t, "COD", codes["180"][3])
	require.Equal(t, []string{"516", "Namibia", "", "NAM"}, codes["516"])
	require.Equal(t, []string{"490", "Other Asia, nes", "", "S19"}, codes["490"])
	named, err := area.BACI.ByName(codes["384"][1]) // Côte d'Ivoire, encoded twice
	require.NoError(t, err)
	require.Equal(t, "Côte d'Ivoire", named.Name)

	// The product table, 5384 rows: the codes of HS 2017 are all in it. This copy has lost the noughts in front.
	products := map[string]string{}
	rows := records(t, filepath.Join(dir, "product_codes_HS17_V202301.csv"))
	require.Len(t, rows, 5384)
	for _, p := range rows {
		products[p[0]] = p[1]
	}
	require.Equal(t, "Niobium, tantalum, vanadium ores and concentrates", products["261590"])
	require.True(t, strings.HasPrefix(products["810320"], "Tantalum: unwrought"), products["810320"])
	require.Equal(t, "999999", rows[len(rows)-1][0])
	for _, c := range flows.Commodities() {
		for _, code := range hs.Codes(c.Mineral, hs.H5) {
			require.Contains(t, products, code)
		}
	}
}

// records are the rows of a table without its header.
func records(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	return all[1:]
}
