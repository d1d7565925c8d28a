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
	name string // of the file
	rows []country
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
	t := countries{name: path.Join(p.source.Name, file)}
	if t.rows, err = p.readCountries(f.FS(), file); err != nil {
		p.run.Fail(flows.Pos{File: t.name}, err)
	}
	p.tables[file] = t
	for _, c := range t.rows {
		if column, value, err := c.check(); err != nil {
			p.run.Bad(flows.Pos{File: t.name, Line: c.line}, column, value, err)
		}
	}
	return t
}

// check says where the table means another place by a code than package area. A code that area does not know is an error only where a
// row of interest has it.
func (c country) check() (column, value string, err error) {
	a, err := area.ByCode(c.code)
	if err != nil {
		return "", "", nil
	}
	differs := func(what string) error {
		return fmt.Errorf("%w: code %d is %s, and this is %s: is the table CEPII's?", datasets.ErrShape, c.code, a.Name, what)
	}
	if letters, err := area.ByAlpha(c.alpha); c.alpha != "" && c.alpha != a.Alpha && (err != nil || !same(letters, a)) {
		return "iso3", c.alpha, differs("another")
	}
	if spelled, err := area.BACI.ByName(c.name); err == nil && spelled.Code != c.code && !same(spelled, a) {
		return "name", c.name, differs(spelled.Name)
	}
	return "", "", nil
}

// same reports whether two areas are one place at different times: Sudan before and after 2011.
func same(a, b area.Area) bool {
	return a.Place != "" && b.Place != "" && (a.Place.Within(b.Place) || b.Place.Within(a.Place))
}

// readCountries reads a table. V202301 calls its columns country_code, country_name_abbreviation, country_name_full, iso_2digit_alpha and
// iso_3digit_alpha; V202501 country_code, country_name, country_iso2 and country_iso3.
func (p *reading) readCountries(fsys fs.FS, file string) ([]country, error) {
	in, done, err := delimited.OpenChecked(p.run.Context(), fsys, file)
	if err != nil {
		return nil, err
	}
	defer done()
	rows := delimited.NewReader(in, ',', delimited.Detect())
	first, err := rows.Read()
	if err == io.EOF {
		return nil, fmt.Errorf("%w: the file is empty", datasets.ErrShape)
	} else if err != nil {
		return nil, err
	}
	h := adapter.NewHeader(first.Strings())
	code, name, alpha := h.Find("country_code"), h.Find("country_name", "country_name_full"), h.Find("country_iso3", "iso_3digit_alpha")
	if code < 0 || name < 0 || alpha < 0 {
		return nil, fmt.Errorf("%w: want country_code, country_name (or country_name_full) and country_iso3 (or iso_3digit_alpha) among %s",
			datasets.ErrColumn, strings.Join(h.Names, ", "))
	}
	var all []country
	for !p.run.Done() {
		row, err := rows.Read()
		if err == io.EOF {
			return all, nil
		} else if err != nil {
			return all, fmt.Errorf("line %d: %w", row.Line, err)
		}
		cell := func(i int) string {
			if i >= row.Len() {
				return ""
			}
			return adapter.Trim(string(row.Bytes(i)))
		}
		c := country{line: row.Line, name: cell(name), alpha: cell(alpha)}
		if c.code, err = strconv.Atoi(cell(code)); err != nil {
			return all, fmt.Errorf("line %d: %w: %q is no code of a country", row.Line, datasets.ErrShape, cell(code))
		}
		all = append(all, c)
	}
	return all, nil
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
			return fmt.Errorf("%w: %s calls it %q", err, y.codebook.name, c.name)
		}
	}
	return err
}
