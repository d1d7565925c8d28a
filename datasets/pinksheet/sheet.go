package pinksheet

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/nearest"
	"github.com/mineralflows/mineralflows/datasets/internal/xlsx"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Why a row gives no rate.
const (
	noPrice = "no price"
	notOver = "not over when published"
)

// mostHead is how many rows may stand above the data: nine in the editions of 2022 and 2024.
const mostHead = 40

// sheet is one sheet while it is read: rows above the data are kept until the first row of data, for only then are all of them known.
type sheet struct {
	*reader
	file    adapter.File
	name    string
	saved   string    // the day on which the workbook was saved, by its own word
	updated time.Time // by the banner
	head    []xlsx.Row
	columns []int // of each series
	rows    map[flows.Period]int
	from    *flows.Origin
	period  int  // months of a period
	over    bool // nothing more is to be read
}

func (s *sheet) pos(line int) flows.Pos {
	return flows.Pos{File: s.file.Name + "/" + s.name, Line: line}
}

func (s *sheet) fail(line int, err error) {
	s.over = true
	s.run.Fail(s.pos(line), err)
}

func (s *sheet) read(row xlsx.Row) {
	p, ok := periodOf(row.Cell(0))
	switch {
	case s.columns == nil && !ok:
		if err := s.banner(row.Cell(0).Text); err != nil {
			s.fail(row.Number, err)
			return
		}
		s.head = append(s.head, xlsx.Row{Number: row.Number, Cells: slices.Clone(row.Cells)})
		if len(s.head) > mostHead {
			s.fail(row.Number, fmt.Errorf("%w: none of the first %d rows begins with a month (1960M01) or a year", datasets.ErrShape, mostHead))
		}
		return
	case s.columns == nil && !s.begin(row.Number, p):
		return
	}
	s.data(row, p, ok)
}

// end says so where the sheet has no row of data.
func (s *sheet) end() {
	if s.columns == nil && !s.over {
		s.fail(0, fmt.Errorf("%w: no row begins with a month (1960M01) or a year", datasets.ErrShape))
	}
}

// begin finds the series in the rows above the first row of data.
func (s *sheet) begin(line int, p flows.Period) bool {
	s.period = p.Months()
	var err error
	if s.from, err = s.origin(p); err != nil {
		s.fail(line, err)
		return false
	}
	names := -1 // the row of names, in head
	columns := make([]int, len(s.series))
	for i, series := range s.series {
		at, column, err := s.find(series)
		if err != nil {
			s.fail(line, err)
			return false
		}
		names = max(names, at)
		columns[i] = column
	}
	s.columns = columns
	for i := names + 2; i < len(s.head); i++ { // what stands between is a row of codes, or a row of data that lost its month
		s.data(s.head[i], flows.Period{}, false)
	}
	s.head = nil
	return true
}

// find returns the row of names, in head, and the column of a series: its name with its unit below.
func (s *sheet) find(series priced) (row, column int, err error) {
	var found []string
	var named, units []string // what else there is
	for i := 0; i+1 < len(s.head); i++ {
		names, below := s.head[i], s.head[i+1]
		if below.Number != names.Number+1 {
			continue
		}
		for c, cell := range names.Cells {
			unit := below.Cell(c)
			if cell.Kind != xlsx.String || unit.Kind != xlsx.String || c == 0 {
				continue
			}
			named = append(named, strings.TrimSpace(cell.Text))
			if plain(cell.Text) != plain(series.Name) {
				continue
			}
			units = append(units, fmt.Sprintf("%q", strings.TrimSpace(unit.Text)))
			if plain(unit.Text) == plain(series.Unit) {
				row, column = i, c
				found = append(found, xlsx.ColumnName(c))
			}
		}
	}
	want := fmt.Sprintf("%s (%s)", series.Name, series.Unit)
	switch near := nearest.Word(series.Name, named); {
	case len(found) == 1:
		return row, column, nil
	case len(found) > 1:
		return 0, 0, fmt.Errorf("%w: %s stands above the columns %s", datasets.ErrColumn, want, strings.Join(found, " and "))
	case len(units) > 0:
		return 0, 0, fmt.Errorf("%w: no series %s; below %s stands %s", datasets.ErrColumn, want, series.Name, strings.Join(units, ", "))
	case near != "":
		return 0, 0, fmt.Errorf("%w: no series %s; did you mean %q?", datasets.ErrColumn, want, near)
	}
	return 0, 0, fmt.Errorf("%w: no series %s in a row of names with a row of units below it", datasets.ErrColumn, want)
}

// data reads a row below the header.
func (s *sheet) data(row xlsx.Row, p flows.Period, ok bool) {
	if !ok && !s.looksLikeData(row) {
		return
	}
	s.run.Row()
	if s.run.Done() {
		return
	}
	switch earlier, twice := s.rows[p]; {
	case !ok:
		s.wrong(row, 0, fmt.Errorf("%w: want a month (1960M01) or a year", datasets.ErrDate))
		return
	case p.Months() != s.period:
		s.wrong(row, 0, fmt.Errorf("%w: months and years in one sheet", datasets.ErrDate))
		return
	case twice:
		s.wrong(row, 0, fmt.Errorf("%w: row %d is of the same period", datasets.ErrTwice, earlier))
		return
	}
	s.rows[p] = row.Number
	if !s.isOver(p) {
		s.run.Drop(notOver)
		return
	}
	var kept []flows.Record
	asked, wrong := false, false
	for i := range s.series {
		rate := s.rate(&s.series[i], row, s.columns[i], p)
		if !s.run.Query().Keeps(rate) {
			continue
		}
		asked = true
		priced, err := s.price(&rate, &s.series[i], row.Cell(s.columns[i]))
		switch {
		case err != nil:
			wrong = true
			s.wrong(row, s.columns[i], err)
		case priced:
			kept = append(kept, rate)
		}
	}
	switch {
	case !asked:
		s.run.Drop(adapter.NotAskedFor)
	case len(kept) > 0:
		s.run.Keep(kept...)
	case !wrong:
		s.run.Drop(noPrice)
	}
}

// looksLikeData reports whether a row that begins with no month or year holds prices all the same: a note below the table does not, nor
// does the row of codes above it.
func (s *sheet) looksLikeData(row xlsx.Row) bool {
	return slices.ContainsFunc(s.columns, func(c int) bool { return row.Cell(c).Kind == xlsx.Number })
}

// wrong reports a cell, by its column's letters and its series.
func (s *sheet) wrong(row xlsx.Row, column int, err error) {
	name := xlsx.ColumnName(column)
	if i := slices.Index(s.columns, column); i >= 0 {
		name += " (" + s.series[i].Name + ")"
	}
	s.run.Bad(s.pos(row.Number), name, row.Cell(column).Text, err)
	s.over = s.over || s.run.GaveUp(s.pos(row.Number))
}

// rate is a row's rate but for its value.
func (s *sheet) rate(series *priced, row xlsx.Row, column int, p flows.Period) flows.Rate {
	return flows.Rate{
		Mineral: series.Mineral, Period: p, Of: flows.USDSpot, Per: series.Per, Independent: true, Origin: s.from,
		Locator: fmt.Sprintf("%s, %s, %s (%s)", s.name, adapter.Trim(row.Cell(0).Text), series.Name, series.Unit), Pos: s.pos(row.Number),
	}
}

// price reads a cell into a rate. It reports false where the cell holds no price.
func (s *sheet) price(rate *flows.Rate, series *priced, c xlsx.Cell) (bool, error) {
	text := adapter.Trim(c.Text)
	switch c.Kind {
	case xlsx.Empty:
		return false, nil
	case xlsx.Number:
	case xlsx.String:
		switch text {
		case "…", "..", "...", "":
			return false, nil
		}
	case xlsx.Formula:
		return false, errors.New("a formula whose value was not stored: open the workbook in a spreadsheet program and save it")
	case xlsx.Date:
		return false, errors.New("a date where a price belongs")
	default:
		return false, errors.New("want a price, or … for none")
	}
	x, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil, math.IsInf(x, 0), math.IsNaN(x), c.Kind == xlsx.String && strings.ContainsAny(text, "xX_"):
		return false, errors.New("want a price such as 2709.69, or … for none")
	case x < 0:
		return false, errors.New("a price below zero")
	case x == 0:
		return false, nil
	}
	// The shortest number that is stored so: 35.27 for 35.270000000000003.
	rate.Text = strconv.FormatFloat(x, 'f', -1, 64) + " " + series.unit.symbol
	spread := series.monthly
	if s.period != 1 {
		spread = series.annual
	}
	perTonne, err := dist.Scale(dist.Exactly(x), 1/float64(series.unit.mass))
	if err != nil {
		return false, err
	}
	rate.Value, err = dist.Spread(perTonne.Quantile(0.5), spread)
	return err == nil, err
}
