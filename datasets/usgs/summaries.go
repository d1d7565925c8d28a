package usgs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

// Why a row of a world table gives no claim.
const (
	otherCommodity = "other commodity"
	otherStatistic = "other statistic"
	otherContent   = "content of another substance"
	aggregate      = "world or other countries"
	rangeOfYears   = "a range of years"
)

// summaries reads a file of the Mineral Commodity Summaries.
func (r *reader) summaries(f adapter.File) {
	r.run.Table(f, adapter.Format{Required: []string{"Country"}}, func(h adapter.Header) func(*adapter.Cells) {
		if h.Find("Statistics_detail") >= 0 {
			return r.long(f, h)
		}
		return r.wide(f, h)
	})
}

// produced is a column of production: Prod_t_2021, Prod_t_Est_2021, PROD_EST_ 2024.
type produced struct {
	column    int
	unit      string // "" where a column of its own says it
	year      int
	estimated bool
}

var production = regexp.MustCompile(`^prod_(?:([a-z]+)_)??(est_)?(\d{4})$`)

func columnsOf(h adapter.Header) []produced {
	var out []produced
	for i, name := range h.Names {
		m := production.FindStringSubmatch(strings.ToLower(strings.ReplaceAll(name, " ", "")))
		if m == nil {
			continue
		}
		year, err := strconv.Atoi(m[3])
		if err == nil {
			out = append(out, produced{i, m[1], year, m[2] != ""})
		}
	}
	return out
}

// wide reads a table with a column a year.
func (r *reader) wide(f adapter.File, h adapter.Header) func(*adapter.Cells) {
	columns := columnsOf(h)
	source, commodity, country, kind, units, notes := h.Find("Source"), h.Find("Commodity"), h.Find("Country"), h.Find("Type"), h.Find("Unit_meas"), h.Find("Prod_notes")
	if len(columns) == 0 || kind < 0 {
		r.run.Fail(f.Pos(1), fmt.Errorf("%w: no columns Type and Prod_t_2022 or PROD_2023: this is no world table of USGS", datasets.ErrColumn))
		return nil
	}
	return func(c *adapter.Cells) {
		name := c.Text(commodity)
		if commodity < 0 {
			name = c.Text(kind)
		}
		com, ok := r.commodity(name)
		switch {
		case !ok:
			r.run.Drop(otherCommodity)
			return
		case !strings.Contains(strings.ToLower(c.Text(kind)), "mine production"):
			r.run.Drop(otherStatistic)
			return
		}
		row := row{reader: r, cells: c, pos: c.Pos, commodity: com, country: country, name: c.Text(country)}
		if !row.basis(c.Text(kind)) {
			r.run.Drop(otherContent)
			return
		}
		row.edition(source, f)
		if !row.located() {
			return
		}
		for _, p := range columns {
			u, ok := unitOf(p.unit)
			if p.unit == "" {
				if u, ok = unitOf(c.Text(units)); !ok {
					row.fail(units, fmt.Errorf("%w: want metric tons, kilograms, thousand or million metric tons", datasets.ErrUnit))
					break
				}
			} else if !ok {
				row.fail(p.column, fmt.Errorf("%w: %q is no unit of mass", datasets.ErrUnit, p.unit))
				break
			}
			row.figure(p.column, u, p.year, p.estimated || saysEstimated(c.Text(notes), p.year), c.Text(notes))
		}
		row.done()
	}
}

// long reads a table with a row a figure.
func (r *reader) long(f adapter.File, h adapter.Header) func(*adapter.Cells) {
	section, commodity, country, statistic, detail := h.Find("Section"), h.Find("Commodity"), h.Find("Country"), h.Find("Statistics"), h.Find("Statistics_detail")
	units, year, value, notes, other := h.Find("Unit"), h.Find("Year"), h.Find("Value"), h.Find("Notes"), h.Find("Other notes")
	for i, name := range []string{"Section", "Commodity", "Statistics", "Unit", "Year", "Value"} {
		if []int{section, commodity, statistic, units, year, value}[i] < 0 {
			r.run.Fail(f.Pos(1), fmt.Errorf("%w: no column %s: this is no commodities table of USGS", datasets.ErrColumn, name))
			return nil
		}
	}
	return func(c *adapter.Cells) {
		com, ok := r.commodity(c.Text(commodity))
		mine := strings.HasPrefix(strings.ToLower(c.Text(detail)), "mine production") && strings.HasPrefix(strings.ToLower(c.Text(section)), "world")
		switch {
		case !ok:
			r.run.Drop(otherCommodity)
			return
		case !strings.EqualFold(c.Text(statistic), "production") || !mine:
			r.run.Drop(otherStatistic)
			return
		case strings.ContainsAny(c.Text(year), "–-"):
			r.run.Drop(rangeOfYears)
			return
		}
		row := row{reader: r, cells: c, pos: c.Pos, commodity: com, country: country, name: c.Text(country)}
		data, _, _ := strings.Cut(c.Text(other), " -- ") // "(Data in metric tons, gold content, unless otherwise specified) -- "
		if !row.basis(strings.Join([]string{c.Text(detail), c.Text(units), data}, " ")) {
			r.run.Drop(otherContent)
			return
		}
		row.edition(-1, f)
		if !row.located() {
			return
		}
		y, err := strconv.Atoi(c.Text(year))
		if err != nil || y < 1000 || y > 9999 {
			row.fail(year, fmt.Errorf("%w: want a year", flows.ErrPeriod))
		}
		u, ok := unitOf(c.Text(units))
		if !ok {
			row.fail(units, fmt.Errorf("%w: want metric tons, kilograms, thousand or million metric tons", datasets.ErrUnit))
		}
		if !row.bad {
			row.figure(value, u, y, saysEstimated(c.Text(notes), y), c.Text(notes))
		}
		row.done()
	}
}

// saysEstimated reports whether a note says that the figure of a year is estimated: "Also estimated in 2022", "Estimated.".
func saysEstimated(note string, year int) bool {
	note = strings.ToLower(note)
	return strings.Contains(note, "estimated") && (strings.Contains(note, strconv.Itoa(year)) || !anyYear.MatchString(note))
}

var anyYear = regexp.MustCompile(`\b(19|20)\d\d\b`)

// cells are a row of a table of text or of a sheet.
type cells interface {
	Text(column int) string
	Column(column int) string
	Bad(column int, err error)
}

// row is one row of a table while its claims are made.
type row struct {
	*reader
	cells     cells
	pos       flows.Pos
	commodity Commodity
	country   int    // the column of its name
	name      string // of the country

	of      flows.Basis
	origin  *flows.Origin
	part    string
	place   area.Area
	glued   bool // an "e" for estimated is glued to the country's name
	claims  []flows.Record
	missing []string // why figures without a number have none
	bad     bool
}

func (w *row) fail(column int, err error) {
	w.bad = true
	w.cells.Bad(column, err)
}

// basis takes from words of what the figures are tonnes: of the commodity's substance, or an oxide of it that they name, unless they say
// gross weight, concentrate or ore. It reports false where they are of what else is in the ore: niobium content in a table of niobium and tantalum.
func (w *row) basis(words string) bool {
	var ok bool
	w.of, ok = w.commodity.basisOf(words)
	return ok
}

// contents finds what a content is of: "tantalum content", "contained tin".
var contents = regexp.MustCompile(`([a-z0-9]+) content|contained ([a-z0-9]+)`)

func (c Commodity) basisOf(words string) (flows.Basis, bool) {
	words = strings.ToLower(words)
	other := false
	for _, m := range contents.FindAllStringSubmatch(words, -1) {
		switch word := m[1] + m[2]; word {
		case strings.ToLower(c.Name), strings.ToLower(string(c.Basis)):
			return c.Basis, true
		case "content", "contained", "metal", "mineral", "recoverable", "in": // say of nothing in particular
		default:
			for _, b := range flows.Bases() {
				if b.Substance() && strings.EqualFold(string(b), word) && strings.HasPrefix(string(b), string(c.Basis)) {
					return b, true // Ta2O5 of Ta
				}
			}
			other = true
		}
	}
	switch {
	case other:
		return "", false
	case strings.Contains(words, "content"), strings.Contains(words, "contained"):
		return c.Basis, true
	}
	for _, gross := range []string{"gross weight", "concentrate", "usable ore"} {
		if strings.Contains(words, gross) {
			return flows.Gross, true
		}
	}
	return c.Basis, true
}

var editionName = regexp.MustCompile(`(?i)mcs-?(\d{4})`)

// edition finds the origin of the row's edition: as the row says (MCS2023), or the file's name, or Source.Edition.
func (w *row) edition(column int, f adapter.File) {
	for _, text := range []string{w.cells.Text(column), f.Base()} {
		if m := editionName.FindStringSubmatch(text); m != nil {
			year, _ := strconv.Atoi(m[1])
			w.summary(column, f, year)
			return
		}
	}
	if w.Edition > 0 {
		w.summary(column, f, w.Edition)
		return
	}
	w.fail(column, fmt.Errorf("%w: neither the row nor the file's name says which edition this is (mcs2023): set Edition", flows.ErrOrigin))
}

func (w *row) summary(column int, f adapter.File, edition int) {
	date, err := w.run.Published(w.Published, strconv.Itoa(edition), f)
	if err != nil {
		w.fail(column, err)
		return
	}
	w.origin = w.reader.origin(fmt.Sprintf("usgs/mcs-%d/%s", edition, w.commodity.Mineral), &flows.Origin{
		Title:     fmt.Sprintf("Mineral Commodity Summaries %d, %s, world mine production", edition, w.commodity.Name),
		Version:   fmt.Sprintf("MCS %d", edition),
		Published: date.Day,
		URL:       fmt.Sprintf("https://pubs.usgs.gov/publication/mcs%d", edition),
	})
}

// origin completes an origin and keeps one of an id.
func (r *reader) origin(id string, o *flows.Origin) *flows.Origin {
	if have := r.origins[id]; have != nil {
		return have
	}
	o.ID, o.Producer, o.License = id, "USGS", "public domain (US government work)"
	r.origins[id] = o
	return o
}

// located finds the row's country. It reports false where the row gives nothing, and has then said why.
func (w *row) located() bool {
	if w.bad {
		return false
	}
	place, glued, err := areaOf(w.name)
	switch {
	case err != nil:
		w.fail(w.country, err)
		return false
	case place.Place == "":
		w.run.Drop(aggregate)
		return false
	}
	w.place, w.glued = place, glued
	return true
}

// figure makes a claim of one cell.
func (w *row) figure(column int, u adapter.Unit, year int, estimated bool, note string) {
	text := w.cells.Text(column)
	f, err := readFigure(text)
	switch {
	case err != nil:
		w.fail(column, err)
		return
	case f.missing != "":
		w.missing = append(w.missing, f.missing)
		return
	}
	spread := w.Spread
	if spread == nil {
		if spread, err = spreadOf(w.commodity.Mineral); err != nil {
			w.fail(column, err)
			return
		}
	}
	amount, err := f.amount(text, u, w.of, spread)
	if err != nil {
		w.fail(column, err)
		return
	}
	c := flows.Claim{
		Flow:     flows.Flow{Mineral: w.commodity.Mineral, Period: flows.Year(year), From: flows.Ground, To: w.place.In(year).Place, Part: w.part},
		Amount:   amount,
		Evidence: flows.Reported,
		Origin:   w.origin,
		Locator:  fmt.Sprintf("%s, %d, column %s", w.name, year, w.cells.Column(column)),
		Pos:      w.pos,
		Note:     note,
	}
	switch {
	case slices.ContainsFunc(w.Derived, func(s datasets.Series) bool { return s.Holds(c.Flow) }):
		c.Evidence = flows.Derived
	case estimated || w.glued || f.estimated:
		c.Evidence = flows.Estimated
	}
	w.claims = append(w.claims, c)
}

// done says what became of the row.
func (w *row) done() {
	switch {
	case w.bad:
	case len(w.claims) == 0:
		w.run.Drop(w.missing[0])
	default:
		for _, why := range w.missing {
			w.run.Missing(why)
		}
		w.run.Keep(w.claims...)
	}
}
