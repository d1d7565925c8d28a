package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func region() Program {
	return Program{Name: "region", About: "a test", Data: []datasets.Source{datasets.Package{FS: os.DirFS("testdata/region")}}}
}

func call(args ...string) (status int, out, errs string) {
	var stdout, stderr bytes.Buffer
	status = Main(region(), args, &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

func TestMisuse(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"-colour", `region: -colour: unknown flag; flags are -all, -aside, -asof, -data, -draws, -explain, -format, -inflow, -level, -list, -mineral, -o, -outflow, -period, -place, -pool, -prorate, -scenario, -seed`},
		{"-minerals gold", "region: -minerals: unknown flag; did you mean -mineral? Flags are -all,"},
		{"gold", `region: "gold": takes no arguments, only flags; -help lists them`},
		{"-outflow both", `region: -outflow "both": want declared, mirrored, greater or pooled`},
		{"-inflow greater", `region: -inflow "greater": want corroborated or declared`},
		{"-pool mean", `region: -pool "mean": want mixture, random-effects or prefer=ID, several parted by commas`},
		{"-pool prefer=", `region: -pool "prefer=": want mixture, random-effects or prefer=ID, several parted by commas`},
		{"-asof yesterday", `region: -asof "yesterday": want 2024, 2024-03 or 2024-03-11`},
		{"-asof 2024-02-31", `region: -asof "2024-02-31": want 2024, 2024-03 or 2024-03-11`},
		{"-period 20x9", `region: -period "20x9": want a year 2019, a range of years 2016-2021, a quarter 2023-Q1, a month 2023-05 or a span 2023-04..2024-03`},
		{"-period 2021-2016", `region: -period "2021-2016": the range ends before it starts`},
		{"-mineral gold,,tin", `region: -mineral "gold,,tin": want names, parted by commas`},
		{"-seed -1", `region: -seed "-1": want a whole number from 0 on`},
		{"-draws 3", `region: -draws "3": want a whole number from 16 to 16777216`},
		{"-level 90", `region: -level "90": want a number between 0 and 1, such as 0.9`},
		{"-level NaN", `region: -level "NaN": want a number between 0 and 1, such as 0.9`},
		{"-format html", `region: -format "html": want text, markdown, csv or json`},
		{"-explain gold-UGA-2019", `region: -explain "gold-UGA-2019": want mineral/place/period, such as gold/UGA/2019`},
		{"-explain gold/UGA/x", `region: -explain "gold/UGA/x": want a year 2019`},
		{"-all=perhaps", `region: -all "perhaps": want true or false`},
		{"-outflow", "region: -outflow: needs a value: whose exports: SIDE declared, mirrored, greater or pooled (default greater)"},
		{"-list -aside", "region: -list and -aside: one at a time"},
		{"-aside -format json", "region: -aside writes text only; want -format text"},
		{"-pool prefer=mines,minse", "region: -pool prefer=minse: no origin or producer; nearest: mines\n"},
		{"-pool prefer=zzzzzzz", "region: -pool prefer=zzzzzzz: no origin or producer; known origins are customs, dubai, market, mines, study, survey\n"},
		{"-scenario boarder", "region: -scenario boarder: unknown; nearest: border; -list shows all 2\n"},
		{"-scenario zzzzzzz", "region: -scenario zzzzzzz: unknown; want border or declared\n"},
	} {
		t.Run(c.args, func(t *testing.T) {
			status, out, errs := call(strings.Fields(c.args)...)
			require.Equal(t, 2, status, errs)
			require.Empty(t, out)
			require.True(t, strings.HasPrefix(errs, c.says), errs)
			require.Equal(t, 1, strings.Count(errs, "\n"), "one line")
		})
	}
}

func TestNothingMatches(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"-place UGD", "region: nothing matches -place UGD; nearest: UGA\n"},
		{"-mineral tni", "region: nothing matches -mineral tni; nearest: tin\n"},
		{"-mineral go", "region: nothing matches -mineral go; nearest: gold\n"},
		{"-mineral cobalt", "region: nothing matches -mineral cobalt; known are gold, tin\n"},
		{"-period 2030", "region: nothing matches -period 2030; nearest: 2019, 2018, 2017\n"},
		{"-mineral tin -place UGA", "region: nothing matches the filters together; -list shows "},
		{"-explain gold/UGA/2016", "region: nothing matches -explain gold/UGA/2016; nearest: gold/UGA/2018, gold/UGA/2019\n"},
		{"-explain golf/UGA/2019", "region: nothing matches -explain golf/UGA/2019; nearest: gold/UGA/2019"},
		{"-mineral tin -period 2017", "region: no row: what matches is unbalanced (1 cells); -aside says why\n"},
		{"-explain tin/RWA/2017", "region: -explain tin/RWA/2017: there is no row: "},
		{"-asof 1990", "region: -asof 1990: nothing had been published by then\n"},
		{"-data testdata/nowhere", "region: -data: stat testdata/nowhere: no such file or directory\n"},
		{"-data cli_test.go", "region: -data cli_test.go: not a folder; want one that holds a datapackage.json\n"},
	} {
		t.Run(c.args, func(t *testing.T) {
			status, out, errs := call(strings.Fields(c.args)...)
			require.Equal(t, 1, status, errs)
			require.Empty(t, out)
			require.True(t, strings.HasPrefix(errs, c.says), errs)
		})
	}
}

func TestBadDataNamesEveryRow(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"datapackage.json": `{"name":"bad","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"}]}`,
		"origins.csv":      "id,producer,title,published,spread\na,A,T,2020,*/1.1\n",
		"claims.csv":       "mineral,period,from,to,amount,basis,origin\ngold,2019,ground,UGA,\"1,200\",Au,a\ngold,2019,ground,XXX,1,Au,a\ngold,2019,ground,UGA,NaN,Au,a\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	status, out, errs := call("-data", dir)
	require.Equal(t, 1, status)
	require.Empty(t, out)
	for _, row := range []string{"claims.csv:2:", "claims.csv:3:", "claims.csv:4:"} {
		require.Contains(t, errs, row)
	}
}

func TestFilters(t *testing.T) {
	cells := func(args ...string) []string {
		status, out, errs := call(append(args, "-format", "json")...)
		require.Equal(t, 0, status, errs)
		var r struct {
			Cells []struct{ Mineral, Place, Period string }
		}
		require.NoError(t, json.Unmarshal([]byte(out), &r))
		var names []string
		for _, c := range r.Cells {
			names = append(names, c.Mineral+"/"+c.Place+"/"+c.Period)
		}
		return names
	}
	require.Equal(t, []string{"gold/RWA/2019", "gold/RWA+UGA/2019", "gold/UGA/2018", "gold/UGA/2019", "tin/RWA/2018", "tin/RWA/2019"}, cells(), "the region that places.csv names has its rows")
	require.Equal(t, []string{"gold/UGA/2018", "gold/UGA/2019"}, cells("-mineral", "gold", "-place", "uga"))
	require.Equal(t, []string{"gold/RWA/2019", "gold/UGA/2018", "gold/UGA/2019", "tin/RWA/2018", "tin/RWA/2019"}, cells("-place", "UGA,RWA"))
	require.Equal(t, []string{"gold/RWA/2019", "gold/UGA/2018", "gold/UGA/2019", "tin/RWA/2018", "tin/RWA/2019"}, cells("-place", "UGA", "-place", "RWA"))
	require.Equal(t, []string{"gold/RWA+UGA/2019"}, cells("-place", "UGA+RWA"), "a union in any order")
	require.Equal(t, []string{"gold/UGA/2018", "tin/RWA/2018"}, cells("-period", "2016-2018"))
	require.Equal(t, []string{"gold/UGA/2018", "tin/RWA/2018"}, cells("-period", "2016..2018"))
	require.Equal(t, []string{"tin/RWA/2018", "tin/RWA/2019"}, cells("-period", "2018,2019", "-mineral", "tin"))
}

func TestOptionsReachTheModel(t *testing.T) {
	status, out, errs := call("-format", "json", "-seed", "7", "-draws", "64", "-level", "0.5", "-place", "UGA", "-scenario", "declared", "-pool", "prefer=mines", "-asof", "2022", "-prorate")
	require.Equal(t, 0, status, errs)
	var r struct {
		Scenario    string
		Seed, Draws int
		Level       float64
		Cells       []struct {
			Side string `json:"outflow_side"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Equal(t, "declared", r.Scenario)
	require.Equal(t, []int{7, 64}, []int{r.Seed, r.Draws})
	require.Equal(t, 0.5, r.Level)
	for _, c := range r.Cells {
		require.Equal(t, "declared", c.Side)
	}
}

func TestEveryModeWrites(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"", "Gold, tonnes of Au"},
		{"-format markdown", "## Gold, tonnes of Au"},
		{"-format csv", "scenario,mineral,place,period"},
		{"-format json", `"schema": "mineralflows/result/v1"`},
		{"-list", "gold/UGA  2018-2019"},
		{"-aside", "set aside"},
		{"-explain gold/UGA/2019", "gold/UGA/2019, tonnes of Au"},
		{"-explain gold/RWA+UGA/2019", "gold/RWA+UGA/2019, tonnes of Au"},
		{"-scenario border", "under the scenario border"},
		{"-help", "region: a test\n\nflags:\n"},
	} {
		t.Run(c.args, func(t *testing.T) {
			status, out, errs := call(strings.Fields(c.args)...)
			require.Equal(t, 0, status, errs)
			require.Empty(t, errs)
			require.Contains(t, out, c.says)
			require.NotContains(t, out, "\x1b", "a buffer is no terminal")
		})
	}
}

func TestHelpGolden(t *testing.T) {
	_, out, _ := call("-help")
	name := filepath.Join("testdata", "help.golden")
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(out), 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, string(want), out)
}

func TestOutputFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "result.csv")
	require.NoError(t, os.WriteFile(name, []byte("before"), 0o600))
	status, out, errs := call("-format", "csv", "-o", name)
	require.Equal(t, 0, status, errs)
	require.Empty(t, out)
	_, want, _ := call("-format", "csv")
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "a file keeps its permissions")

	status, _, errs = call("-o", filepath.Join(dir, "no", "such", "folder", "x"))
	require.Equal(t, 1, status)
	require.Contains(t, errs, "region: -o: ")

	require.NoError(t, os.Mkdir(filepath.Join(dir, "taken"), 0o755)) // a folder can't be replaced by a file
	require.NoError(t, os.WriteFile(filepath.Join(dir, "taken", "x"), nil, 0o644))
	status, _, errs = call("-o", filepath.Join(dir, "taken"))
	require.Equal(t, 1, status, errs)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 2, "no temporary file stays behind")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWriteError(t *testing.T) {
	var errs bytes.Buffer
	require.Equal(t, 1, Main(region(), nil, full{}, &errs))
	require.Equal(t, "region: no space left on device\n", errs.String())
}

func TestColours(t *testing.T) {
	device, err := os.Open(os.DevNull) // a character device, as a terminal is
	require.NoError(t, err)
	defer device.Close()
	file, err := os.CreateTemp(t.TempDir(), "x")
	require.NoError(t, err)
	defer file.Close()
	for _, c := range []struct {
		name          string
		w             io.Writer
		noColor, term string
		want          bool
	}{
		{"terminal", device, "", "xterm", true},
		{"NO_COLOR", device, "1", "xterm", false},
		{"dumb", device, "", "dumb", false},
		{"file", file, "", "xterm", false},
		{"buffer", &bytes.Buffer{}, "", "xterm", false},
	} {
		s := settings{env: func(name string) string { return map[string]string{"NO_COLOR": c.noColor, "TERM": c.term}[name] }}
		require.Equal(t, c.want, s.colours(c.w), c.name)
	}
}

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	clock := time.Unix(0, 0)
	p := &progress{w: &b, start: clock, now: func() time.Time { return clock }}
	p.step(1, 200)
	require.Empty(t, b.String(), "not within the first second")
	clock = clock.Add(1500 * time.Millisecond)
	p.step(150, 200)
	require.Equal(t, "\r150 of 200 cells", b.String())
	p.step(151, 200)
	require.Equal(t, "\r150 of 200 cells", b.String(), "at most ten lines a second")
	clock = clock.Add(200 * time.Millisecond)
	p.step(9, 10)
	require.True(t, strings.HasSuffix(b.String(), "\r9 of 10 cells   "), "what was longer is overwritten")
	p.erase()
	require.True(t, strings.HasSuffix(b.String(), "\r"+strings.Repeat(" ", 16)+"\r"))

	b.Reset()
	p.stage("run 2 of 9, gold")
	clock = clock.Add(10 * time.Second)
	p.step(250, 1000) // 10 s for a quarter: 30 s for the rest
	require.Equal(t, "\rrun 2 of 9, gold: 25 %, about 30 s left", b.String())
	clock = clock.Add(27 * time.Second)
	p.step(999, 1000)
	require.True(t, strings.HasSuffix(b.String(), "\rrun 2 of 9, gold: 99 %"+strings.Repeat(" ", len(", about 30 s left"))), "%q", b.String())

	quiet := watch(&bytes.Buffer{}) // no terminal
	quiet.stage("gold")
	quiet.step(1, 2)
	quiet.erase()
}

func TestNearest(t *testing.T) {
	require.Equal(t, 1, edits("ugd", "uga"))
	require.Equal(t, 3, edits("kitten", "sitting")) // k>s, e>i, +g
	require.Equal(t, 1, edits("tni", "tin"))        // two neighbours swapped
	require.Equal(t, 4, edits("", "gold"))
	require.Equal(t, []string{"tantalum"}, nearest("tantal", []string{"gold", "tantalum", "tin"}, 3))
	require.Empty(t, nearest("xyz", []string{"gold", "tin"}, 3))
}

func TestListIsFiltered(t *testing.T) {
	_, all, _ := call("-list")
	_, some, _ := call("-list", "-mineral", "gold", "-place", "UGA", "-period", "2018")
	for _, line := range []string{"gold/UGA  2018\n", "claim/gold/2018/UGA>world//", "rate/gold//USD per USD-spot/study", "rate/gold//USD-spot per Au/market/2018"} {
		require.Contains(t, some, line)
	}
	for _, line := range []string{"tin/", "claim/gold/2019", "RWA>ARE", "market/2019"} {
		require.Contains(t, all, line)
		require.NotContains(t, some, line)
	}
}

// A program's own sections stand in for the strongest rows; with -all the rows follow, and formats for programs know rows alone.
func TestSections(t *testing.T) {
	p := region()
	var seen Inputs
	p.Sections = func(_ context.Context, in Inputs) ([]report.Section, error) {
		seen = in
		return []report.Section{{Heading: "In short"}}, nil
	}
	run := func(args ...string) string {
		var out, errs bytes.Buffer
		require.Equal(t, 0, Main(p, args, &out, &errs), errs.String())
		return out.String()
	}
	require.Equal(t, "In short\n", run())
	require.Nil(t, seen.Scenario)
	require.Len(t, seen.Cells, 7)
	require.Equal(t, "# In short\n", run("-format", "markdown", "-place", "UGA", "-scenario", "border"))
	require.Equal(t, "border", seen.Scenario.Name)
	require.Len(t, seen.Cells, 2)
	require.Equal(t, "", seen.Model.Ledger().Scenario(), "the model is the baseline's")
	all := run("-all")
	require.True(t, strings.HasPrefix(all, "In short\n\nRecorded mineral outflow"), all)
	for _, args := range [][]string{{"-format", "csv"}, {"-format", "json"}, {"-aside"}, {"-list"}, {"-explain", "gold/UGA/2019"}} {
		require.NotContains(t, run(args...), "In short", args)
	}

	p.Sections = func(context.Context, Inputs) ([]report.Section, error) { return nil, errors.New("no imports") }
	var out, errs bytes.Buffer
	require.Equal(t, 1, Main(p, nil, &out, &errs))
	require.Equal(t, "region: no imports\n", errs.String())
	require.Empty(t, out.String())
}

func TestScenarioInCode(t *testing.T) {
	p := region()
	p.Name = "x"
	var out, errs bytes.Buffer
	require.Equal(t, 2, Main(p, []string{"-scenario", "y"}, &out, &errs))
	require.Contains(t, errs.String(), "border or declared")
}
