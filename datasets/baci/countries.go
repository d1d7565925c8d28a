package baci

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
	"github.com/mineralflows/mineralflows/flows"
)

// countries is CEPII's table of its codes of countries.
type countries struct {
	file        string
	name, alpha string // what the file calls its columns
	rows        []country
}

// country is one row of it. Its code is the key: several codes share letters, and the two letters of Namibia, NA, have been lost.
type country struct {
	line  int
	code  int
	name  string // as it stands there, which may be UTF-8 that was encoded twice
	alpha string // three letters
}

// countryTable is how CEPII names the table.
var countryTable = regexp.MustCompile(`(?i)^country_codes_(V\d{6}[a-z]?)\.csv(?:\.gz)?$`)

// countries is the table that stands beside a file: that of its version, or else the latest. It is read, and checked against package
// area, once.
func (p *reading) countries(f adapter.File, v vintage) countries {
	if f.FS() == nil {
		return countries{}
	}
	dir := path.Dir(f.Path)
	entries, err := fs.ReadDir(f.FS(), dir)
	if err != nil {
		p.run.Fail(f.Pos(0), err)
		return countries{}
	}
	file, latest := "", ""
	for _, e := range entries {
		m := countryTable.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		if is := version(m[1]); is == v.version {
			file = e.Name()
			break
		} else if is > latest {
			file, latest = e.Name(), is
		}
	}
	if file == "" {
		return countries{}
	}
	file = path.Join(dir, file)
	if t, ok := p.tables[file]; ok {
		return t
	}
	t := countries{file: path.Join(p.source.Name, file)}
	if line, err := t.read(p.run, f.FS(), file); err != nil {
		p.run.Fail(flows.Pos{File: t.file, Line: line}, err)
	}
	p.tables[file] = t
	for _, c := range t.rows {
		pos := flows.Pos{File: t.file, Line: c.line}
		if letters, name := c.check(); letters != nil {
			p.run.Bad(pos, t.alpha, c.alpha, letters)
		} else if name != nil {
			p.run.Bad(pos, t.name, c.name, name)
		}
	}
	return t
}

// check says where the letters or the name of a row mean another place than its code does in package area. A code that area does not know
// is an error only where a row of interest has it.
func (c country) check() (letters, name error) {
	a, err := area.ByCode(c.code)
	if err != nil {
		return nil, nil
	}
	const differs = "%w: code %d is %s, and this is %s: is the table CEPII's?"
	if b, err := area.ByAlpha(c.alpha); c.alpha != "" && c.alpha != a.Alpha && (err != nil || !same(a, b)) {
		letters = fmt.Errorf(differs, datasets.ErrShape, c.code, a.Name, "another")
	}
	if b, err := area.BACI.ByName(c.name); err == nil && b.Code != a.Code && !same(a, b) {
		name = fmt.Errorf(differs, datasets.ErrShape, c.code, a.Name, b.Name)
	}
	return letters, name
}

// same reports whether two areas are one place at different times: Sudan before and after 2011.
func same(a, b area.Area) bool {
	return a.Place != "" && b.Place != "" && (a.Place.Within(b.Place) || b.Place.Within(a.Place))
}

// read reads a table. It returns the line that an error is about. V202301 calls the columns country_code, country_name_abbreviation,
// country_name_full, iso_2digit_alpha and iso_3digit_alpha; V202501 country_code, country_name, country_iso2 and country_iso3.
func (t *countries) read(r *adapter.Run, fsys fs.FS, file string) (line int, err error) {
	in, done, err := delimited.OpenChecked(r.Context(), fsys, file)
	if err != nil {
		return 0, err
	}
	defer done()
	rows := delimited.NewReader(in, ',', delimited.Detect())
	first, err := rows.Read()
	if err == io.EOF {
		return 1, fmt.Errorf("%w: the file is empty", datasets.ErrShape)
	} else if err != nil {
		return first.Line, err
	}
	h := adapter.NewHeader(first.Strings())
	code, name, alpha := h.Find("country_code"), h.Find("country_name", "country_name_full"), h.Find("country_iso3", "iso_3digit_alpha")
	if code < 0 || name < 0 || alpha < 0 {
		return first.Line, fmt.Errorf("%w: want country_code, country_name (or country_name_full) and country_iso3 (or iso_3digit_alpha) among %s",
			datasets.ErrColumn, strings.Join(h.Names, ", "))
	}
	t.name, t.alpha = h.Names[name], h.Names[alpha]
	for !r.Done() {
		row, err := rows.Read()
		if err == io.EOF {
			break
		} else if err != nil {
			return row.Line, err
		}
		cells := append(row.Strings(), make([]string, len(h.Names))...) // a row that ends early has empty cells
		c := country{line: row.Line, name: adapter.Trim(cells[name]), alpha: adapter.Trim(cells[alpha])}
		if c.code, err = strconv.Atoi(adapter.Trim(cells[code])); err != nil {
			return row.Line, fmt.Errorf("%w: %q is no code of a country", datasets.ErrShape, cells[code])
		}
		t.rows = append(t.rows, c)
	}
	return 0, nil
}

// placed is where a code of a country lies, or what is wrong with the code.
type placed struct {
	place flows.Place
	no    string // why it is no place to have a flow
	err   error
}

// place is where a code of a country lies.
func (y *yearly) place(code int) (placed, error) {
	at, ok := y.areas[code]
	if !ok {
		a, err := area.ByCode(code)
		switch {
		case err != nil:
			at.err = y.unknown(code, err)
		case a.Place == "":
			at.no = "no place: " + a.String()
		case a.Part:
			at.no = "only a part of a place: " + a.String()
		}
		at.place = a.Place
		y.areas[code] = at
	}
	return at, at.err
}

// unknown says what CEPII's table calls a code that package area does not know.
func (y *yearly) unknown(code int, err error) error {
	for _, c := range y.codebook.rows {
		if c.code == code {
			return fmt.Errorf("%w: %s calls it %q", err, y.codebook.file, c.name)
		}
	}
	return err
}
