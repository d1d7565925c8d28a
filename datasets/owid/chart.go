package owid

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Why a row gives no claim.
const (
	otherChart    = "of a chart without a column of Columns"
	aggregate     = "continent, group or world (no code)"
	noCountry     = "no country by ISO 3166-1"
	partOfCountry = "a part of a country"
	noFigure      = "no figure"
)

// figures are a column of a chart while it is read.
type figures struct {
	Column
	at      int
	unit    adapter.Unit
	spread  dist.Dist
	origin  *flows.Origin
	derived []datasets.Series
}

// chart reads one table.
func (r *reader) chart(f adapter.File) {
	meta, err := r.metadata(f)
	if err != nil {
		r.broken = true
		r.run.Fail(f.Pos(0), fmt.Errorf("its metadata: %w", err))
		return
	}
	bound := false
	r.run.Table(f, adapter.Format{Required: []string{"Entity", "Code", "Year"}}, func(h adapter.Header) func(*adapter.Cells) {
		bound = true
		entity, code, year := h.Find("Entity"), h.Find("Code"), h.Find("Year")
		var columns []figures
		for i, name := range h.Names {
			if name == "" || i == entity || i == code || i == year {
				continue
			}
			r.names = append(r.names, name)
			long, said, known := meta.of(name)
			for n, c := range r.Columns {
				if !c.is(name, long, said) {
					continue
				}
				r.found[n] = true
				col, err := r.figures(c, f, meta, name, said, known)
				if err != nil {
					r.run.Fail(f.Pos(1), fmt.Errorf("column %q: %w", name, err))
					return nil
				}
				col.at = i
				columns = append(columns, col)
			}
		}
		if len(columns) == 0 {
			return func(*adapter.Cells) { r.run.Drop(otherChart) }
		}
		return func(c *adapter.Cells) { r.row(c, entity, code, year, columns) }
	})
	r.broken = r.broken || !bound
}

// is reports whether a column of a table is meant.
func (c Column) is(name, long string, said indicator) bool {
	for _, n := range []string{name, long, said.ShortName} {
		if n != "" && strings.EqualFold(adapter.Trim(n), adapter.Trim(c.Name)) {
			return true
		}
	}
	return false
}

// figures brings together what Columns and the metadata say of a column.
func (r *reader) figures(c Column, f adapter.File, meta *metadata, name string, said indicator, known bool) (figures, error) {
	out := figures{Column: c, derived: r.derived(c)}
	stated, unit := cmp.Or(said.Unit, said.ShortUnit), adapter.Unit{}
	switch {
	case stated != "":
		u, content, ok := unitOf(stated)
		brief, _, short := unitOf(said.ShortUnit)
		set, _, sound := unitOf(c.Unit)
		switch {
		case !ok:
			return out, fmt.Errorf("%w: the metadata say %q: want a unit of mass", datasets.ErrUnit, stated)
		case short && brief != u:
			return out, fmt.Errorf("%w: the metadata say %q and, for short, %q: they contradict themselves", datasets.ErrUnit, said.Unit, said.ShortUnit)
		case content && c.Basis == flows.Gross:
			return out, fmt.Errorf("%w: the metadata say %q, and Basis is gross", flows.ErrBasis, stated)
		case c.Unit != "" && (!sound || set != u):
			return out, fmt.Errorf("%w: the metadata say %q, and Unit is %q: leave Unit empty", datasets.ErrUnit, stated, c.Unit)
		}
		unit = u
	case c.Unit == "" && known:
		return out, fmt.Errorf("%w: the metadata state none, and a column's name binds nobody: set Unit", datasets.ErrUnit)
	case c.Unit == "":
		return out, fmt.Errorf("%w: no metadata of it (%s.metadata.json), and a column's name binds nobody: download them, or set Unit",
			datasets.ErrUnit, strings.TrimSuffix(strings.TrimSuffix(f.Base(), ".gz"), ".csv"))
	default:
		u, _, ok := unitOf(c.Unit)
		if !ok {
			return out, fmt.Errorf("%w: Unit is %q: want t, kg, kt or Mt", datasets.ErrUnit, c.Unit)
		}
		unit = u
	}
	out.unit = unit
	var err error
	for _, s := range []dist.Dist{c.Spread, r.Spread} {
		if out.spread == nil {
			out.spread = s
		}
	}
	if out.spread == nil {
		if out.spread, err = adapter.Pedigree(c.Mineral, c.Evidence == flows.Estimated); err != nil {
			return out, err
		}
	}
	out.origin, err = r.origin(c, f, meta, name, said)
	return out, err
}

func (r *reader) origin(c Column, f adapter.File, meta *metadata, name string, said indicator) (*flows.Origin, error) {
	date, err := r.run.Published(r.Published, meta.date(said), f)
	if err != nil {
		return nil, err
	}
	slug, _, _ := strings.Cut(f.Base(), ".")
	id := fmt.Sprintf("owid/%s/%s/%s/%s", date.ID(), slug, cmp.Or(said.ShortName, name), c.Mineral)
	if have := r.origins[id]; have != nil {
		return have, nil
	}
	version := date.Day
	if date.Undated {
		version = date.Version()
	}
	o := &flows.Origin{
		ID:        id,
		Producer:  c.Producer,
		Title:     "Our World in Data, " + cmp.Or(said.TitleShort, name),
		Version:   "Our World in Data, " + cmp.Or(said.LastUpdated, version),
		Published: date.Day,
		Undated:   date.Undated,
		Note:      said.CitationShort,
	}
	if meta != nil {
		o.URL, o.Accessed = meta.Chart.OriginalChartURL, ""
		if flows.IsDate(meta.DateDownloaded) {
			o.Accessed = meta.DateDownloaded
		}
	}
	r.origins[id] = o
	return o, nil
}

// row makes the claims of one row.
func (r *reader) row(c *adapter.Cells, entity, code, year int, columns []figures) {
	bad := false
	fail := func(column int, err error) {
		bad = true
		c.Bad(column, err)
	}
	y, err := strconv.Atoi(c.Text(year))
	if err != nil || y < 1000 || y > 9999 {
		fail(year, fmt.Errorf("%w: want a year", flows.ErrPeriod))
	}
	place, why, err := placeOf(c.Text(entity), c.Text(code), y)
	if err != nil {
		fail(code, err)
	}
	var claims []flows.Record
	missing := 0
	for _, col := range columns {
		text := c.Text(col.at)
		if text == "" {
			missing++
			continue
		}
		amount, err := col.amount(text)
		if err != nil {
			fail(col.at, err)
			continue
		}
		claim := flows.Claim{
			Flow:     flows.Flow{Mineral: col.Mineral, Period: flows.Year(y), From: flows.Ground, To: place},
			Amount:   amount,
			Evidence: cmp.Or(col.Evidence, flows.Reported),
			Origin:   col.origin,
			Locator:  fmt.Sprintf("%s, %d, column %s", c.Text(entity), y, c.Column(col.at)),
			Pos:      c.Pos,
		}
		for _, s := range col.derived {
			if s.Holds(claim.Flow) {
				claim.Evidence = flows.Derived
			}
		}
		claims = append(claims, claim)
	}
	switch {
	case bad:
	case place == "":
		r.run.Drop(why)
	case len(claims) == 0:
		r.run.Drop(noFigure)
	default:
		for range missing {
			r.run.Missing(noFigure)
		}
		r.run.Keep(claims...)
	}
}

var decimal = regexp.MustCompile(`^\d+(\.\d+)?([eE][+-]?\d{1,2})?$`)

func (f figures) amount(text string) (flows.Amount, error) {
	bad := errors.New("want a number such as 56928.432")
	if !decimal.MatchString(text) {
		return flows.Amount{}, bad
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return flows.Amount{}, bad
	}
	return adapter.Figure{Number: x, Half: x == 0}.Amount(text, f.unit, f.Basis, f.spread)
}

// placeOf finds a country by its code. Where there is none, why says so.
func placeOf(entity, code string, year int) (place flows.Place, why string, err error) {
	if code == "" {
		return "", aggregate, nil
	}
	a, err := area.ByAlpha(code)
	switch own := strings.HasPrefix(strings.ToUpper(code), "OWID_"); {
	case err != nil && own:
		return "", aggregate, nil
	case err != nil:
		return "", "", err
	case a.Code == 0:
		return "", aggregate, nil
	case a.Part:
		return "", partOfCountry, nil
	case a.Place == "":
		return "", noCountry, nil
	}
	if named, err := area.OWID.ByName(entity); err == nil && named.Place != a.Place {
		return "", "", fmt.Errorf("%w: the code is that of %s, and Entity is %q: a row out of place", flows.ErrPlace, a, entity)
	}
	return a.In(year).Place, "", nil
}
