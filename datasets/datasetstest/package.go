package datasetstest

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
)

// TestPackage checks a dataset that others are to rely on: it is a Source; its CSV tables are those of its descriptor, and hold what the
// descriptor's columns say, read without this module as any other program would; and every figure can be defended: it names its place
// in its origin, and an origin with a spread says how that was reasoned.
func TestPackage(t *testing.T, p datasets.Package) {
	t.Helper()
	TestSource(t, p)
	checkDescriptor(t, p.FS)
	checkCitations(t, p)
}

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

func checkDescriptor(t reporter, fsys fs.FS) {
	text, err := fs.ReadFile(fsys, "datapackage.json")
	var d descriptor
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		t.Errorf("datapackage.json: %v", err)
		return
	}
	if d.Name == "" || d.Title == "" || len(d.Licenses) == 0 || len(d.Sources) == 0 || !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(d.Version) {
		t.Errorf("the descriptor needs a name, a title, a version such as 0.1.0, licenses and sources")
	}
	var listed []string
	for _, r := range d.Resources {
		listed = append(listed, r.Path)
		if r.Description == "" {
			t.Errorf("resource %s has no description", r.Name)
		}
		rows, err := readTable(fsys, r.Path)
		if err != nil {
			t.Errorf("%s: %v", r.Path, err)
			continue
		}
		var header []string
		for i, f := range r.Schema.Fields {
			header = append(header, f.Name)
			if f.Description == "" {
				t.Errorf("%s: column %s has no description", r.Path, f.Name)
			}
			f.check(t, r.Path, rows, i)
		}
		if !slices.Equal(header, rows[0]) {
			t.Errorf("%s has the columns %v, its descriptor %v", r.Path, rows[0], header)
		}
	}
	slices.Sort(listed)
	tables, err := fs.Glob(fsys, "*.csv")
	if err != nil || !slices.Equal(tables, listed) {
		t.Errorf("the folder holds %v, the descriptor lists %v (%v)", tables, listed, err)
	}
}

// readTable reads a table as any other program would.
func readTable(fsys fs.FS, name string) ([][]string, error) {
	text, err := fs.ReadFile(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case bytes.HasPrefix(text, []byte("\ufeff")):
		return nil, errors.New("it starts with a byte order mark")
	case bytes.ContainsRune(text, '\r'):
		return nil, errors.New("lines must end with a line feed alone")
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err == nil && len(rows) == 0 {
		err = errors.New("it has no header")
	}
	return rows, err
}

// check holds the cells of column i against its field.
func (f field) check(t reporter, file string, rows [][]string, i int) {
	if i >= len(rows[0]) {
		return // the headers are compared elsewhere
	}
	pattern := regexp.MustCompile(f.Constraints.Pattern)
	seen := map[string]bool{}
	for n, row := range rows[1:] {
		s, wrong := row[i], ""
		switch {
		case strings.TrimSpace(s) != s:
			wrong = "space around it"
		case s == "" && f.Constraints.Required:
			wrong = "empty"
		case s == "":
		case f.Constraints.Unique && seen[s]:
			wrong = "there already"
		case !pattern.MatchString(s):
			wrong = "not of the pattern " + f.Constraints.Pattern
		case len(f.Constraints.Enum) > 0 && !slices.Contains(f.Constraints.Enum, s):
			wrong = "not in the list of the descriptor"
		case f.Type == "boolean" && s != "true" && s != "false":
			wrong = "neither true nor false"
		}
		seen[s] = true
		if wrong != "" {
			t.Errorf("%s, record %d, column %s: %q: %s", file, n+1, f.Name, s, wrong)
		}
	}
}

func checkCitations(t reporter, s datasets.Source) {
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		if err != nil {
			return // TestSource has said so
		}
		var o *flows.Origin
		var locator string
		var pos flows.Pos
		switch r := r.(type) {
		case flows.Claim:
			o, locator, pos = r.Origin, r.Locator, r.Pos
		case flows.Rate:
			o, locator, pos = r.Origin, r.Locator, r.Pos
		default:
			continue
		}
		switch {
		case locator == "":
			t.Errorf("%s: no place in the origin", pos)
		case o.Spread != nil && o.Note == "":
			t.Errorf("origin %s does not say how its spread was reasoned", o.ID)
		}
	}
}
