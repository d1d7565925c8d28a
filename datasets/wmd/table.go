package wmd

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/xlsx"
	"github.com/mineralflows/mineralflows/flows"
)

// Why a row gives no claim.
const (
	otherCommodity = "other commodity"
	otherTable     = "of a table that is not of one mineral by country (6.1 to 6.3, 6.6)"
	aggregate      = "total, continent or other countries"
	partOfCountry  = "a part of a country"
	notAvailable   = "not available (empty)"
	told           = "in a table that says who made it (6.4) too"
)

// table is one sheet while it is read: a title, a header, a row a country.
type table struct {
	*reader
	file  adapter.File
	sheet string

	title   []string
	header  []string // nil before it was met
	dropped string   // why all rows are dropped
	broken  bool     // what is wrong was reported, the rows are not read

	commodity             Commodity
	basis                 flows.Basis
	country, unit, source int // columns, -1 for none
	figures               []figureColumn
	origin                *flows.Origin
}

type figureColumn struct{ column, year int }

func (r *reader) sheet(f adapter.File) func(adapter.Sheet) func(xlsx.Row) {
	return func(s adapter.Sheet) func(xlsx.Row) {
		return (&table{reader: r, file: f, sheet: s.Name}).read
	}
}

func (t *table) read(r xlsx.Row) {
	switch {
	case t.header == nil:
		t.head(r)
	case t.broken:
	case t.dropped != "":
		t.run.Row()
		t.run.Drop(t.dropped)
	case t.source < 0: // 6.5 once 6.4 is known: the one says who made a figure, the other does not
		r.Cells = slices.Clone(r.Cells)
		t.later = append(t.later, &row{table: t, cells: r})
	default:
		t.row(&row{table: t, cells: r})
	}
}

// head takes a row above the first country. A title is one cell, a header more.
func (t *table) head(r xlsx.Row) {
	texts := make([]string, len(r.Cells))
	n := 0
	for i, c := range r.Cells {
		if texts[i] = strings.Join(strings.Fields(c.Text), " "); texts[i] != "" {
			n++
			t.title = append(t.title, texts[i])
		}
	}
	if n < 2 {
		return
	}
	t.title = t.title[:len(t.title)-n]
	t.header = texts
	if err := t.begin(); err != nil {
		t.broken = true
		t.run.Fail(t.pos(r.Number), err)
	}
}

var (
	production = regexp.MustCompile(`(?i)^(?:production )?((?:19|20)\d\d)(?:\.0)?$`)
	aYear      = regexp.MustCompile(`\b(?:19|20)\d\d\b`)
	number     = regexp.MustCompile(`^(\d+\.\d+[a-z]?)\.?`)
)

// begin decides by its header and name whether the sheet is one to read.
func (t *table) begin() error {
	h := adapter.NewHeader(t.header)
	t.country, t.unit, t.source = h.Find("Country"), h.Find("unit", "units"), h.Find("data source", "source")
	title := strings.Join(t.title, " ")
	if t.country < 0 || t.unit < 0 {
		t.dropped = otherTable
		return nil
	}
	twice := 0
	for i, name := range t.header {
		if m := production.FindStringSubmatch(name); m != nil {
			y, err := strconv.Atoi(m[1])
			if err != nil {
				return err
			}
			if slices.ContainsFunc(t.figures, func(f figureColumn) bool { return f.year == y }) {
				twice = y
			}
			t.figures = append(t.figures, figureColumn{i, y})
		}
	}
	com, bracket, ok := t.reader.commodity(t.sheet)
	if !ok {
		t.dropped = otherCommodity
		return nil
	}
	if twice != 0 {
		return fmt.Errorf("%w: two columns are of %d: keep one of them", datasets.ErrColumn, twice)
	}
	t.commodity = com
	if len(t.figures) == 0 {
		y, err := strconv.Atoi(aYear.FindString(title))
		if at := h.Find("Production"); at >= 0 && err == nil {
			t.figures = []figureColumn{{at, y}}
		} else {
			return fmt.Errorf("%w: no column Production 2022, nor one named by its year, among %s", datasets.ErrColumn, strings.Join(t.header, ", "))
		}
	}
	var err error
	if t.basis, err = com.basis(bracket); err != nil {
		return err
	}
	t.origin, err = t.edition(title)
	return err
}

// basis reads the brackets of a sheet's name: a substance, or concentrate.
func (c Commodity) basis(bracket string) (flows.Basis, error) {
	switch b := flows.Basis(bracket); {
	case bracket == "":
		return c.Basis, nil
	case strings.HasPrefix(strings.ToLower(bracket), "conc"):
		return flows.Gross, nil
	case b == c.Basis, b.Substance() && slices.Contains(flows.Bases(), b):
		return b, nil
	}
	return "", fmt.Errorf("%w: the sheet's name says that its figures are of %s, which is no basis of %s: set it in Commodities", flows.ErrBasis, bracket, c.Mineral)
}

// edition is the origin of the table.
func (t *table) edition(title string) (*flows.Origin, error) {
	edition := t.year()
	date, err := t.run.Published(t.Published, strconv.Itoa(edition), t.file)
	if err != nil {
		return nil, err
	}
	chapter := ""
	if m := number.FindStringSubmatch(title); m != nil {
		chapter = m[1]
	}
	id := fmt.Sprintf("wmd/%d/%s/%s", edition, chapter, t.commodity.Mineral)
	if have := t.origins[id]; have != nil {
		return have, nil
	}
	o := &flows.Origin{
		ID:        id,
		Producer:  "World Mining Data",
		Title:     adapter.Trim(fmt.Sprintf("World Mining Data %d (Austrian Federal Ministry of Finance), %s %s", edition, chapter, adapter.Trim(t.sheet))),
		Version:   strconv.Itoa(edition),
		Published: date.Day,
		URL:       "https://www.world-mining-data.info",
	}
	t.origins[id] = o
	return o, nil
}

// year is that of the edition.
func (t *table) year() int {
	if t.Edition != 0 {
		return t.Edition
	}
	y := 0
	for _, f := range t.figures {
		y = max(y, f.year+2)
	}
	return y
}

func (t *table) pos(line int) flows.Pos { return t.file.SheetPos(t.sheet, line) }

// row is one country.
type row struct {
	*table
	cells xlsx.Row
	bad   bool
}

func (w *row) text(column int) string { return adapter.Trim(w.cells.Cell(column).Text) }

// empty reports whether a cell shows nothing. A formula without its value would.
func (w *row) empty(column int) bool {
	return w.text(column) == "" && w.cells.Cell(column).Kind != xlsx.Formula
}

// column names a column as messages and locators do.
func (w *row) column(column int) string {
	if column < 0 || column >= len(w.header) {
		return xlsx.ColumnName(max(column, 0))
	}
	return xlsx.ColumnName(column) + " (" + w.header[column] + ")"
}

func (w *row) fail(column int, err error) {
	w.bad = true
	w.run.Bad(w.pos(w.cells.Number), w.column(column), w.cells.Cell(column).Text, err)
}

func (t *table) row(w *row) {
	name := w.text(t.country)
	figures := false
	for _, f := range t.figures {
		figures = figures || !w.empty(f.column)
	}
	if !figures && w.text(t.unit) == "" {
		return // a note below the table
	}
	t.run.Row()
	place, why, err := placeOf(name)
	if err != nil {
		w.fail(t.country, err)
	} else if place == "" {
		t.run.Drop(why)
		return
	}
	unit, err := unitOf(w.text(t.unit))
	if err != nil {
		w.fail(t.unit, err)
	}
	evidence, note, err := flag(w.text(t.source))
	if err != nil {
		w.fail(t.source, err)
	}
	var claims []flows.Record
	missing, again := 0, 0
	for _, f := range t.figures {
		if w.empty(f.column) {
			missing++
			continue
		}
		c, err := w.claim(f, unit, evidence)
		if err != nil {
			w.fail(f.column, err)
			continue
		}
		c.To, c.Note = place, note
		c.Locator = fmt.Sprintf("sheet %s, %s, column %s, %d", adapter.Trim(t.sheet), name, xlsx.ColumnName(f.column), f.year)
		if slices.ContainsFunc(t.Derived, func(s datasets.Series) bool { return s.Holds(c.Flow) }) {
			c.Evidence = flows.Derived
		}
		this := figure{t.year(), c.Flow, t.basis}
		if t.source >= 0 {
			t.told[this] = c.Amount.Text
		} else if t.told[this] == c.Amount.Text { // one that differs is for the ledger to warn of
			again++
			continue
		}
		claims = append(claims, c)
	}
	switch {
	case w.bad:
	case len(claims) == 0 && again > 0:
		t.run.Drop(told)
	case len(claims) == 0:
		t.run.Drop(notAvailable)
	default:
		for range missing {
			t.run.Missing(notAvailable)
		}
		for range again {
			t.run.Missing(told)
		}
		t.run.Keep(claims...)
	}
}

// claim is the claim of one cell but for its place.
func (w *row) claim(f figureColumn, u adapter.Unit, evidence flows.Evidence) (flows.Claim, error) {
	text, read, err := readFigure(w.cells.Cell(f.column))
	if err != nil {
		return flows.Claim{}, err
	}
	spread := w.Spread
	if spread == nil {
		if spread, err = adapter.Pedigree(w.commodity.Mineral, evidence == flows.Estimated); err != nil {
			return flows.Claim{}, err
		}
	}
	amount, err := read.Amount(text, u, w.basis, spread)
	return flows.Claim{
		Flow:     flows.Flow{Mineral: w.commodity.Mineral, Period: flows.Year(f.year), From: flows.Ground},
		Amount:   amount,
		Evidence: evidence,
		Origin:   w.origin,
		Pos:      w.pos(w.cells.Number),
	}, err
}

var decimal = regexp.MustCompile(`^\d+(\.\d+)?([eE][+-]?\d{1,2})?$`)

// readFigure reads a number. text is it as a spreadsheet shows it: a workbook stores 30.411 as 30.411000000000001.
func readFigure(c xlsx.Cell) (text string, f adapter.Figure, err error) {
	text = adapter.Trim(c.Text)
	switch {
	case c.Kind == xlsx.Formula:
		return "", f, errors.New("a formula whose value was not stored: open the workbook in a spreadsheet program and save it")
	case c.Kind != xlsx.Number && c.Kind != xlsx.String, !decimal.MatchString(text):
		return "", f, errors.New("want a number such as 550 or 12.5")
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", f, errors.New("want a number such as 550 or 12.5")
	}
	return strconv.FormatFloat(x, 'f', -1, 64), adapter.Figure{Number: x, Half: x == 0}, nil
}

// placeOf finds a country. Where there is none, why says so.
func placeOf(name string) (place flows.Place, why string, err error) {
	switch strings.ToLower(name) {
	case "africa", "asia", "europe", "latin america", "north america", "oceania", "world", "others", "other countries":
		return "", aggregate, nil
	}
	a, err := area.WMD.ByName(name)
	switch {
	case err != nil:
		return "", "", err
	case a.Part:
		return "", partOfCountry, nil
	}
	return a.Place, aggregate, nil
}

func unitOf(text string) (adapter.Unit, error) {
	switch strings.ToLower(strings.Join(strings.Fields(text), " ")) {
	case "metr. t", "metr.t", "t", "metric tons":
		return adapter.Unit{Tonnes: float64(flows.Tonne), Symbol: "t"}, nil
	case "kg":
		return adapter.Unit{Tonnes: float64(flows.Kilogram), Symbol: "kg"}, nil
	case "ct":
		return adapter.Unit{Tonnes: 0.2 * float64(flows.Gram), Symbol: "ct"}, nil // the metric carat, exact
	}
	return adapter.Unit{Tonnes: float64(flows.Tonne), Symbol: "t"}, fmt.Errorf("%w: want metr. t, kg or ct", datasets.ErrUnit)
}

// flag reads who made a figure: r, p, e, or several.
func flag(text string) (flows.Evidence, string, error) {
	evidence, note := flows.Reported, ""
	for _, f := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c == ',' || c == ' ' || c == '/' || c == '.' }) {
		switch f {
		case "r":
		case "p":
			note = "provisional"
		case "e":
			evidence = flows.Estimated
		default:
			return "", "", fmt.Errorf("%w: want r (reported), p (provisional) or e (estimated)", datasets.ErrWord)
		}
	}
	return evidence, note, nil
}
