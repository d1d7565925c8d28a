package bgs

import (
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

// Why a row gives no claim.
const (
	otherCommodity = "other commodity or statistic"
	otherForm      = "a form of a commodity that is not read" // "Columbite-tantalite-Nb content"
	notAvailable   = "not available"
	noCountry      = "no country by ISO 3166-1, or more than one"
	partOfCountry  = "a part of a country"
	otherSubstance = "content of another substance"
)

// column is one of the table.
type column int

const (
	statistic column = iota
	commodity
	form
	country
	year
	quantity
	units
	precision
	figureNotes
	tableNotes
	columns
)

var names = [columns]string{"bgs_statistic_type_trans", "bgs_commodity_trans", "bgs_sub_commodity_trans", "country_trans", "year", "quantity", "units",
	"data_precision_description", "concat_figure_notes_text", "concat_table_notes_text"}

// required are all columns but the notes of whole tables.
const required = tableNotes

// row is one row of the table, or one feature.
type row interface {
	text(column) string // trimmed
	bad(column, error)
}

// reader is one read.
type reader struct {
	Source
	run     *adapter.Run
	asked   map[key]Commodity
	named   map[key]bool // of any form
	origins map[string]*flows.Origin
	pages   map[string]*question
}

// key tells a commodity's rows: kind, name and form without what spelling may change.
type key struct{ kind, name, form string }

func keyOf(kind, name, form string) key {
	return key{strings.ToLower(kind), strings.ToLower(name), letters(form)}
}

// letters keeps letters and digits: BGS writes "Columbite- Ta content" beside "Columbite-tantalite-Ta content".
func letters(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		}
		return -1
	}, s)
}

func newReader(s Source, run *adapter.Run) *reader {
	r := &reader{Source: s, run: run, asked: map[key]Commodity{}, named: map[key]bool{}, origins: map[string]*flows.Origin{}, pages: map[string]*question{}}
	if r.Commodities == nil {
		r.Commodities = Commodities()
	}
	if r.Derived == nil {
		r.Derived = DerivedByDefault()
	}
	told := map[flows.Mineral]bool{}
	for _, c := range r.Commodities {
		r.asked[keyOf(c.Kind.String(), c.Name, c.Form)] = c
		r.named[keyOf(c.Kind.String(), c.Name, "")] = true
		if substance := firstOf(c.Content, c.Plain); !told[c.Mineral] {
			told[c.Mineral] = true
			run.Mineral(c.Mineral, substance, s.Name+"bgs.Source")
		}
	}
	return r
}

func firstOf(bases ...flows.Basis) flows.Basis {
	for _, b := range bases {
		if b.Substance() {
			return b
		}
	}
	return flows.Gross
}

// read tells the form of a file by its first byte: GeoJSON is an object.
func (r *reader) read(f adapter.File) {
	in, file, err := r.run.Text(f)
	if err != nil {
		r.run.Fail(f.Pos(0), err)
		return
	}
	defer file.Close()
	head, _ := in.Peek(64)
	if text := strings.TrimLeft(string(head), " \t\r\n"); strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		r.geoJSON(f, in)
		return
	}
	date, err := r.run.Published(r.Published, "", f)
	if err != nil {
		r.run.Fail(f.Pos(1), err)
		return
	}
	r.run.TableOf(f, in, adapter.Format{Required: names[:required]}, func(h adapter.Header) func(*adapter.Cells) {
		line := &csvRow{}
		for c := range columns {
			line.at[c] = h.Find(names[c])
		}
		return func(c *adapter.Cells) {
			line.cells = c
			r.take(line, c.Pos, date)
		}
	})
}

// csvRow is a row of a CSV.
type csvRow struct {
	cells *adapter.Cells
	at    [columns]int
}

func (l *csvRow) text(c column) string    { return l.cells.Text(l.at[c]) }
func (l *csvRow) bad(c column, err error) { l.cells.Bad(l.at[c], err) }

// wanted finds the commodity of a row.
func (r *reader) wanted(w row) (Commodity, bool) {
	c, ok := r.asked[keyOf(w.text(statistic), w.text(commodity), w.text(form))]
	return c, ok
}

// unwanted is why a row is of no commodity that is read.
func (r *reader) unwanted(w row) string {
	if r.named[keyOf(w.text(statistic), w.text(commodity), "")] {
		return otherForm
	}
	return otherCommodity
}

// take makes a claim of a row that is counted already.
func (r *reader) take(w row, pos flows.Pos, date adapter.Date) {
	com, ok := r.wanted(w)
	if !ok {
		r.run.Drop(r.unwanted(w))
		return
	}
	failed := false
	fail := func(c column, err error) {
		failed = true
		w.bad(c, err)
	}
	y, err := yearOf(w.text(year))
	if err != nil {
		fail(year, err)
	}
	notes, err := readNotes(w.text(figureNotes), com.Kind)
	if err != nil {
		fail(figureNotes, err)
	}
	unit, basis, err := com.unit(w.text(units))
	if err != nil {
		fail(units, err)
	}
	figure, available, err := readQuantity(w.text(quantity), w.text(precision))
	if err != nil {
		fail(quantity, err)
	}
	place, why, err := placeOf(w.text(country), y)
	if err != nil {
		fail(country, err)
	}
	if notes.content != "" && basis == flows.Gross {
		basis = notes.content
	}
	switch {
	case failed:
		return
	case !available:
		r.run.Drop(notAvailable)
		return
	case place == "":
		r.run.Drop(why)
		return
	case notes.content != "" && !sameMetal(com, notes.content):
		r.run.Drop(otherSubstance)
		return
	}
	period, err := notes.period(y)
	if err != nil {
		w.bad(figureNotes, err)
		return
	}
	spread := r.Spread
	if spread == nil {
		if spread, err = adapter.Pedigree(com.Mineral, false); err != nil {
			w.bad(quantity, err)
			return
		}
	}
	amount, err := figure.Amount(w.text(quantity), unit, basis, spread)
	if err != nil {
		w.bad(quantity, err)
		return
	}
	c := flows.Claim{
		Flow:     com.flow(place, period),
		Reporter: com.reporter(place),
		Amount:   amount,
		Evidence: notes.evidence,
		Origin:   r.origin(com, date),
		Locator:  strings.Join(nonEmpty(w.text(commodity), w.text(form), w.text(country), fmt.Sprint(y)), ", "),
		Pos:      pos,
		Note:     strings.Join(nonEmpty(notes.text, w.text(tableNotes)), " | "),
	}
	for _, s := range r.Derived {
		if s.Holds(c.Flow) {
			c.Evidence = flows.Derived
		}
	}
	r.run.Keep(c)
}

func nonEmpty(all ...string) []string {
	out := all[:0]
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (c Commodity) flow(place flows.Place, p flows.Period) flows.Flow {
	f := flows.Flow{Mineral: c.Mineral, Period: p, From: flows.Ground, To: place, Part: c.Part}
	switch c.Kind {
	case Imports:
		f.From = flows.World
	case Exports:
		f.From, f.To = place, flows.World
	}
	return f
}

func (c Commodity) reporter(place flows.Place) flows.Place {
	if c.Kind == Production {
		return ""
	}
	return place
}

// origin is that of a commodity's table at a date.
func (r *reader) origin(c Commodity, date adapter.Date) *flows.Origin {
	table := strings.ToLower(c.Name)
	id := fmt.Sprintf("bgs/%s/%s/%s", date.ID(), strings.ReplaceAll(strings.ReplaceAll(table, ",", ""), " ", "-"), strings.ToLower(c.Kind.String()))
	if have := r.origins[id]; have != nil {
		return have
	}
	o := &flows.Origin{
		ID:        id,
		Producer:  "British Geological Survey",
		Title:     fmt.Sprintf("World Mineral Statistics, %s, %s", table, strings.ToLower(c.Kind.String())),
		Version:   date.Version(),
		Published: date.Day,
		Undated:   date.Undated,
		URL:       "https://ogcapi.bgs.ac.uk/collections/world-mineral-statistics",
	}
	if c.Part != "" {
		o.Complete = []string{"parts"}
	}
	r.origins[id] = o
	return o
}
