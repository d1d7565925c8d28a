package report

import (
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Section is a part of a report that a program makes for a question of its own. Text and Markdown write sections before the rows of the
// result, and in place of them where there is no result.
type Section struct {
	Heading string   // "" continues the section before
	Text    []string // paragraphs above the table
	Table   *Table   // nil: none
	Notes   []string // lines below the table
}

// Table is the table of a Section. Rows have a cell for each column. Where it is wider than a page its last column stands below its rows.
type Table struct {
	Columns []Column
	Rows    []Row
}

// Column of a Table. A head may have two lines. Left aligns words; numbers stand right.
type Column struct {
	Head string
	Left bool
}

// Row of a Table.
type Row struct {
	Cells  []string
	Below  []string // lines that belong to the row
	Strong bool
}

// sections are the blocks of a program's own sections.
func sections(all []Section) []block {
	var out []block
	for _, s := range all {
		if s.Heading != "" {
			out = append(out, heading(s.Heading))
		}
		for _, p := range s.Text {
			out = append(out, paragraph(p))
		}
		if s.Table != nil {
			out = append(out, s.Table.block())
		}
		for _, n := range s.Notes {
			out = append(out, paragraph(n))
		}
	}
	return out
}

func (t *Table) block() table {
	var out table
	for _, c := range t.Columns {
		out.columns = append(out.columns, column{head: c.Head, left: c.Left})
	}
	for _, r := range t.Rows {
		out.rows = append(out.rows, row{cells: r.Cells, below: r.Below, strong: r.Strong})
	}
	return out
}

// Missing stands in a cell where there is no figure.
const Missing = missing

// Tonnes prints a mass as the tables do: three digits in tonnes without the unit, below 0.1 t in kg or g with it.
func Tonnes(x float64) string { return tonnes(x) }

// Dollars prints current US dollars as 1.74 bn, 45.1 M, 320 k.
func Dollars(x float64) string { return dollars(x) }

// Percent prints a fraction as 97 %, 4.2 %.
func Percent(x float64) string { return percent(x) }

// Median prints the median of a value in tonnes, with >= before a floor and <= before a ceiling.
func Median(v estimate.Value) string { return sign(v.Bound) + tonnes(v.Median) }

// Range prints the range of a value in tonnes: 35.2 to 42.3.
func Range(v estimate.Value) string { return span(v.Summary, tonnes) }

// Probability prints P(> 0) to two digits; a share of draws is never certainty, and that of a floor or a ceiling is one itself.
func Probability(v estimate.Value) string { return probability(v.ProbPositive, v.Bound) }

// Years prints years in short: 2012-2023, or "11 of 2008-2024" where some between are missing.
func Years(periods []flows.Period) string { return run(periods) }
