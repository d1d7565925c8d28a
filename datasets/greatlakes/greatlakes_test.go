package greatlakes_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/flows"
)

var update = flag.Bool("update", false, "write testdata/cells.txt")

// Every row loads, with a figure, unit, period and origin that are well-formed.
func TestPackageIsASource(t *testing.T) { datasetstest.TestSource(t, greatlakes.Package()) }

type descriptor struct {
	Name, Title, Version string
	Licenses, Sources    []struct{ Title string }
	Resources            []struct {
		Name, Path, Description string
		Schema                  struct{ Fields []field }
	}
}

type field struct {
	Name, Type, Description string
	Constraints             struct {
		Required, Unique bool
		Enum             []string
		Pattern          string
	}
}

func describe(t *testing.T) descriptor {
	t.Helper()
	f, err := greatlakes.Package().FS.Open("datapackage.json")
	require.NoError(t, err)
	defer f.Close()
	var d descriptor
	require.NoError(t, json.NewDecoder(f).Decode(&d))
	return d
}

// The tables against the package's own descriptor, read with encoding/csv: what any other program sees.
func TestTablesMatchTheDescriptor(t *testing.T) {
	d := describe(t)
	require.Equal(t, "greatlakes", d.Name)
	require.NotEmpty(t, d.Title)
	require.Regexp(t, `^\d+\.\d+\.\d+$`, d.Version)
	require.NotEmpty(t, d.Licenses)
	require.NotEmpty(t, d.Sources)
	var listed []string
	for _, r := range d.Resources {
		listed = append(listed, r.Path)
		t.Run(r.Name, func(t *testing.T) {
			require.NotEmpty(t, r.Description)
			text, err := os.ReadFile(r.Path)
			require.NoError(t, err)
			require.False(t, bytes.HasPrefix(text, []byte("\ufeff")), "a byte order mark")
			require.NotContains(t, string(text), "\r")
			rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
			require.NoError(t, err)
			var header []string
			for _, f := range r.Schema.Fields {
				header = append(header, f.Name)
				require.NotEmpty(t, f.Description, f.Name)
			}
			require.Equal(t, header, rows[0])
			for i, f := range r.Schema.Fields {
				checkColumn(t, f, r.Path, column(rows, i))
			}
		})
	}
	slices.Sort(listed)
	onDisk, err := filepath.Glob("*.csv")
	require.NoError(t, err)
	require.Equal(t, onDisk, listed, "a table that is no resource, or a resource without its table")
	require.Len(t, listed, 8)
}

func column(rows [][]string, i int) []string {
	var out []string
	for _, row := range rows[1:] {
		out = append(out, row[i])
	}
	return out
}

func checkColumn(t *testing.T, f field, file string, cells []string) {
	t.Helper()
	pattern := regexp.MustCompile(f.Constraints.Pattern)
	seen := map[string]bool{}
	for i, s := range cells {
		at := fmt.Sprintf("%s, row %d, column %s: %q", file, i+1, f.Name, s)
		require.Equal(t, strings.TrimSpace(s), s, at)
		if s == "" {
			require.False(t, f.Constraints.Required, at)
			continue
		}
		require.False(t, f.Constraints.Unique && seen[s], at)
		seen[s] = true
		require.Regexp(t, pattern, s, at)
		if len(f.Constraints.Enum) > 0 {
			require.Contains(t, f.Constraints.Enum, s, at)
		}
		if f.Type == "boolean" {
			require.Contains(t, []string{"true", "false"}, s, at)
		}
	}
}

// Every claim and rate says where in its origin it stands, and every origin why its figures are as uncertain as they are called.
func TestEveryFigureCanBeDefended(t *testing.T) {
	for r, err := range greatlakes.Package().Records(context.Background(), datasets.Query{}) {
		require.NoError(t, err)
		var o *flows.Origin
		switch r := r.(type) {
		case flows.Claim:
			require.NotEmpty(t, r.Locator, r.Pos)
			o = r.Origin
		case flows.Rate:
			require.NotEmpty(t, r.Locator, r.Pos)
			o = r.Origin
		default:
			continue
		}
		require.NotEmpty(t, o.Title, o.ID)
		if o.Spread != nil {
			require.NotEmpty(t, o.Note, "origin %s: the reason for its spread", o.ID)
		}
	}
}

// The cells that the dataset holds, as testdata/cells.txt lists them: none disappears in silence.
func TestCells(t *testing.T) {
	ledger, err := datasets.Load(context.Background(), datasets.Query{}, greatlakes.Package())
	require.NoError(t, err)
	var have []string
	for c := range ledger.Cells() {
		have = append(have, strings.ReplaceAll(c.String(), " ", ""))
	}
	slices.Sort(have)
	const file = "testdata/cells.txt"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(have, "\n")+"\n"), 0o644))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	want := strings.Fields(string(text))
	for _, c := range want {
		require.Contains(t, have, c, "a cell that %s lists has disappeared; if that is meant, run go test -update here", file)
	}
	for _, c := range have {
		require.Contains(t, want, c, "a new cell: list it in %s with go test -update here", file)
	}
}
