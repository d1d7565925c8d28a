package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/examples/internal/cli/clitest"
	"github.com/stretchr/testify/require"
)

func call(args ...string) (status int, out, errs string) { return clitest.Call(program, args...) }

func TestGolden(t *testing.T) {
	clitest.TestGoldens(t, program,
		clitest.Golden{Name: "default.txt", Args: ""},
		clitest.Golden{Name: "hubs.md", Args: "-format markdown -place BEN,TCD,TGO -period 2017-2023"},
		clitest.Golden{Name: "explain-gold-togo-2022.txt", Args: "-explain gold/TGO/2022"},
	)
}

func TestNoLineIsWiderThanAPage(t *testing.T) {
	clitest.FitsAPage(t, program, "-draws 512", "-all -period 2022", "-scenario africa-unlisted-nil -draws 512", "-period 2007", "-place LBY")
}

// Tables of all the world's output, and of other minerals, stand beside the data: India, which mines gold too, stays an importer that is heard.
func TestBesideTheWorldsOutput(t *testing.T) {
	dir := t.TempDir()
	table := "bgs_statistic_type_trans,bgs_commodity_trans,bgs_sub_commodity_trans,country_trans,year,quantity,units,data_precision_description,concat_figure_notes_text\n" +
		"Production,\"gold, mine\",,India,2023,1500,kilograms,,\n" +
		"Production,\"tin, mine\",,Nigeria,2023,5000,tonnes (metal content),,\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "gold.csv"), []byte(table), 0o644))
	importers := func(args ...string) string {
		status, out, errs := call(append(args, "-draws", "512")...)
		require.Equal(t, 0, status, errs)
		_, out, _ = strings.Cut(out, "Recorded by importer")
		out, _, _ = strings.Cut(out, "\n\n")
		return out
	}
	alone := importers()
	require.Contains(t, alone, "IND")
	require.Equal(t, alone, importers("-data", "africagold", "-data", "bgs:"+dir))
	require.Contains(t, importers("-data", "africagold", "-data", "greatlakes"), "IND")
}

// Filters, scenarios and formats do what they do in the first example.
func TestFlags(t *testing.T) {
	for _, c := range []struct {
		args      string
		says, not []string
	}{
		{"-place TGO,BEN -period 2020-2023", []string{"2020  11.1    —", "They are about all of Africa"}, []string{"2019", "UGA", "228"}},
		{"-period 2007", []string{"in 2007", "2007  75.0"}, []string{"The sum over the places", "SWISSAID"}},
		{"-period 2022", []string{"SWISSAID  2022"}, []string{"Reuters"}},
		{"-scenario africa-output-carried -draws 512", []string{"under the scenario africa-output-carried", "t in 2023 ("}, []string{"only: its sums"}},
		{"-scenario togo-output-at-face-value -place TGO", []string{"under the scenario", "2012         1     12.3    18.6"}, nil},
		{"-place LBY -all", []string{"Without any output figure: LBY", "LBY 2016", "no-output"}, nil},
		{"-format csv -place TGO -period 2022", []string{"scenario,mineral,place", "gold,TGO,2022"}, []string{"Africa's gold"}},
		{"-format json -place TGO -period 2022", []string{`"schema": "mineralflows/result/v1"`}, []string{"Africa's gold"}},
		{"-list -place TGO", []string{"gold/TGO  2007, 2012-2024", "togo-output-at-face-value"}, nil},
		{"-aside -place TGO -period 2012-2018", []string{"derived"}, nil},
		{"-h", []string{"africagold: how much gold", "-explain CELL"}, nil},
		{"-outflow mirrored -level 0.5 -draws 512 -seed 3 -period 2022", []string{"512 joint draws, seed 3, 50 % ranges", "Outflow: mirrored."}, nil},
	} {
		t.Run(c.args, func(t *testing.T) {
			status, out, errs := call(strings.Fields(c.args)...)
			require.Equal(t, 0, status, errs)
			for _, s := range c.says {
				require.Contains(t, out, s)
			}
			for _, s := range c.not {
				require.NotContains(t, out, s)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"-place TGA", 1, "africagold: nothing matches -place TGA; nearest: "},
		{"-mineral tin", 1, "africagold: nothing matches -mineral tin; known are gold\n"},
		{"-period 1950", 1, "africagold: nothing matches -period 1950; nearest: "},
		{"-explain gold/TGO/1950", 1, "africagold: nothing matches -explain gold/TGO/1950; nearest: gold/TGO/"},
		{"-data testdata/none", 1, "africagold: -data: "},
		{"-data ../owndata/data", 1, "africagold: the data hold no imports in dollars; -format csv writes the balances that they do hold\n"},
		{"-place LBY -o testdata/none/x", 1, "africagold: -o: "},
		{"-scenario none", 2, "africagold: -scenario none: unknown; want "},
		{"-silver", 2, "africagold: -silver: unknown flag; "},
		{"-format html", 2, "africagold: -format \"html\": want text, markdown, csv or json\n"},
		{"gold", 2, "africagold: \"gold\": takes no arguments, only flags; -help lists them\n"},
	} {
		t.Run(c.args, func(t *testing.T) {
			status, out, errs := call(strings.Fields(c.args)...)
			require.Equal(t, c.status, status, errs)
			require.Empty(t, out)
			require.True(t, strings.HasPrefix(errs, c.says), errs)
			require.Equal(t, 1, strings.Count(errs, "\n"), "one line")
		})
	}
}
