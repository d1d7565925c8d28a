package usgs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/xlsx"
	"github.com/mineralflows/mineralflows/flows"
)

// Why rows of a yearbook give no claim.
const (
	otherTable = "of a table without world mine production of a commodity asked for"
	atFootnote = "see a footnote"
)

// yearbook reads the tables of world mine production in a workbook of the Minerals Yearbook. Everything is found by its text, for tables
// and columns move from year to year.
func (r *reader) yearbook(f adapter.File) {
	r.run.Workbook(f, func(s adapter.Sheet) func(xlsx.Row) {
		return (&worldTable{reader: r, file: f, sheet: s.Name, saved: s.Saved}).read
	})
}

// worldTable is one sheet while it is read. Above its header stand a number, a title, and the unit in brackets; between the columns of the
// years stand narrow ones, with the letters and numbers of footnotes.
type worldTable struct {
	*reader
	file  adapter.File
	sheet string
	saved string // the day on which the workbook was saved, by its own word

	title  []string
	above  xlsx.Row // the last row above the header
	header bool     // it was met
	used   bool     // the title is that of a table of world mine production of a commodity asked for

	commodity Commodity
	unit      adapter.Unit // of the title
	ditto     adapter.Unit // of the last row that has one of its own
	estimated bool         // as a whole, by its title
	words     string       // that say of what the figures are: of the title, or of the group of rows
	years     []yearColumn
	first     int    // the first column of a year, read or not; before it stand the footnotes of names
	group     string // the country of a group of rows: "Rwanda"
	stub      string // the last one, which "Do." repeats
}

func (t *worldTable) read(r xlsx.Row) {
	years := yearsOf(r)
	switch {
	case years != nil: // again on each page of a long table
		if !t.header {
			t.header = true
			t.begin(r.Number)
		}
		t.years, t.first = years, years[0].column
		if t.used {
			var err error
			if t.years, err = t.ofContent(years); err != nil {
				t.run.Fail(t.pos(r.Number), err)
				t.used, t.years = false, years
			}
		}
	case !t.header, t.isHeading(r):
		empty := true
		for _, c := range r.Cells {
			if text := adapter.Trim(c.Text); text != "" {
				empty = false
				if !t.header {
					t.title = append(t.title, text)
				}
			}
		}
		if !empty {
			t.above = xlsx.Row{Number: r.Number, Cells: slices.Clone(r.Cells)}
		}
	default:
		t.line(r)
	}
}

// begin decides by the title whether the table is one to read.
func (t *worldTable) begin(line int) {
	title := strings.Join(t.title, " ")
	upper := strings.ToUpper(title)
	for _, other := range []string{"SMELTER", "REFINERY", "CONSUMPTION", "CAPACITY"} {
		if strings.Contains(upper, other) {
			return
		}
	}
	if !strings.Contains(upper, "WORLD") || !strings.Contains(upper, "PRODUCTION") {
		return
	}
	com, ok := t.reader.commodity(title)
	if !ok {
		return
	}
	for _, bracket := range inBrackets.FindAllStringSubmatch(title, -1) {
		word, _, _ := strings.Cut(bracket[1], ",")
		word, _, _ = strings.Cut(word, " unless")
		word, _, _ = strings.Cut(word, " of ")
		if u, ok := unitOf(word); ok {
			t.unit = u
		}
	}
	if t.unit.Tonnes == 0 {
		t.run.Fail(t.pos(line), fmt.Errorf("%w: the title %q has no unit in brackets, (Metric tons) or (Kilograms)", datasets.ErrUnit, title))
		return
	}
	t.used, t.commodity, t.words, t.estimated = true, com, title, strings.Contains(upper, "ESTIMATED")
}

var inBrackets = regexp.MustCompile(`\(([^()]*)\)`)

func (t *worldTable) pos(line int) flows.Pos {
	return t.file.SheetPos(t.sheet, line)
}

// line reads a row below the header: a group ("Rwanda:", "Gross weight:"), a figure, or the text of a footnote.
func (t *worldTable) line(r xlsx.Row) {
	line := &sheetLine{table: t, row: r}
	figures := false
	for _, y := range t.years {
		figures = figures || line.Text(y.column) != ""
	}
	stub := strings.TrimRight(line.Text(0), ". ")
	if strings.EqualFold(stub, "do") {
		stub = t.stub
	}
	if !figures {
		if name, ok := strings.CutSuffix(stub, ":"); ok && t.used {
			t.grouped(name)
		}
		return
	}
	t.run.Row()
	if !t.used {
		t.run.Drop(otherTable)
		return
	}
	t.stub = stub
	w := row{reader: t.reader, cells: line, pos: t.pos(r.Number), commodity: t.commodity}
	if !w.basis(t.words) {
		t.run.Drop(otherContent)
		return
	}
	if w.origin = t.edition(line); w.origin == nil {
		w.bad = true
		return
	}
	country, part, total := stub, "", strings.EqualFold(stub, "total")
	switch {
	case t.group == "":
		if name, product, ok := strings.Cut(stub, ","); ok && !known(stub) && known(name) { // "Australia, columbite-tantalite"
			country, part = name, partOf(product)
		}
	case total:
		country = t.group
	case !known(stub):
		country, part = t.group, partOf(stub)
	default:
		t.group = ""
	}
	w.name = country
	if !w.located() {
		return
	}
	w.part = part
	u, ok := t.unitOf(line)
	if !ok {
		return
	}
	estimated := t.estimated || marked(line.between(1, t.first))
	for _, y := range t.years {
		end := y.end
		if end == 0 {
			end = len(r.Cells)
		}
		w.figure(y.column, u, y.year, estimated || y.estimated || marked(line.between(y.column+1, end)), "")
	}
	w.done()
}

// unitOf is the unit of a row: what stands in a column of units behind the names, where "do." repeats the one above, else that of the title. It
// returns false, having reported why, where a word there is no unit of mass.
func (t *worldTable) unitOf(line *sheetLine) (adapter.Unit, bool) {
	for i := 1; i < t.first; i++ {
		text := strings.TrimRight(line.Text(i), ". ")
		u, ok := unitOf(text)
		switch {
		case ok:
			t.ditto = u
			return u, true
		case strings.EqualFold(text, "do") && t.ditto.Tonnes > 0:
			return t.ditto, true
		case word.MatchString(text): // shorter ones are footnotes
			line.Bad(i, fmt.Errorf("%w: want metric tons, kilograms, thousand or million metric tons", datasets.ErrUnit))
			return adapter.Unit{}, false
		}
	}
	return t.unit, true
}

var word = regexp.MustCompile(`[A-Za-z]{3}`)

// grouped begins a group of rows: of a country, or of figures of another weight. Any other heading (a continent) groups nothing.
func (t *worldTable) grouped(name string) {
	lower := strings.ToLower(name)
	switch {
	case strings.Contains(lower, "content"), strings.Contains(lower, "gross weight"), strings.Contains(lower, "concentrate"):
		t.words, t.group = name, ""
	case known(name):
		t.group = name
	default:
		t.group = ""
	}
}

// partOf is the name of a part without the numbers of its footnotes.
func partOf(stub string) string {
	return strings.ToLower(adapter.Trim(strings.TrimRight(stub, "0123456789, ")))
}

// known reports whether a name is one of a country, or of several together.
func known(name string) bool {
	_, _, err := areaOf(name)
	return err == nil
}

// marked reports whether the letters of footnotes hold an "e": "r, e", "e, 3".
func marked(notes string) bool {
	for _, n := range strings.FieldsFunc(notes, func(c rune) bool { return c == ',' || c == ' ' || c >= '0' && c <= '9' }) {
		if n == "e" {
			return true
		}
	}
	return false
}

var yearbookName = regexp.MustCompile(`(?i)myb[13]?-?(\d{4})`)

// edition is the origin of the workbook's year. A yearbook appears years after its year, on a date that its tables do
// not state: that on which the workbook was saved stands for it.
func (t *worldTable) edition(line *sheetLine) *flows.Origin {
	year := t.Edition
	if m := yearbookName.FindStringSubmatch(t.file.Base()); m != nil {
		year, _ = strconv.Atoi(m[1])
	}
	date, err := t.run.Published(t.Published, t.saved, t.file)
	if err == nil && year == 0 {
		err = fmt.Errorf("%w: the file's name does not say which year's book this is (myb1-2019): set Edition", flows.ErrOrigin)
	}
	if err != nil {
		line.Bad(-1, err)
		return nil
	}
	return t.origin(fmt.Sprintf("usgs/myb1-%d/%s", year, t.commodity.Mineral), &flows.Origin{
		Title:     fmt.Sprintf("Minerals Yearbook %d, %s, %s", year, t.commodity.Name, strings.TrimSpace(t.sheet)),
		Version:   fmt.Sprintf("MYB %d", year),
		Published: date.Day,
		Undated:   date.Undated,
	})
}

// sheetLine is a row of a sheet, with columns as Excel names them.
type sheetLine struct {
	table *worldTable
	row   xlsx.Row
}

// Text is a cell's text, trimmed.
func (l *sheetLine) Text(column int) string {
	return adapter.Trim(l.row.Cell(column).Text)
}

// Column names a column as messages and locators do.
func (l *sheetLine) Column(column int) string {
	if column < 0 {
		return ""
	}
	for _, y := range l.table.years {
		if y.column == column {
			return fmt.Sprintf("%s (%d)", xlsx.ColumnName(column), y.year)
		}
	}
	return xlsx.ColumnName(column)
}

// Bad reports what is wrong with a cell, or with the row (-1).
func (l *sheetLine) Bad(column int, err error) {
	l.table.run.Bad(l.table.pos(l.row.Number), l.Column(column), l.row.Cell(column).Text, err)
}

// between joins the texts of the narrow columns from first up to end.
func (l *sheetLine) between(first, end int) string {
	var out []string
	for i := first; i < end; i++ {
		out = append(out, l.Text(i))
	}
	return strings.Join(out, " ")
}
