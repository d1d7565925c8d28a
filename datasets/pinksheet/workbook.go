package pinksheet

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/xlsx"
	"github.com/mineralflows/mineralflows/flows"
)

// The sheets that hold nominal prices.
const (
	monthlySheet = "Monthly Prices"
	annualSheet  = "Annual Prices (Nominal)"
)

// reader is one read.
type reader struct {
	Source
	run     *adapter.Run
	series  []priced
	origins map[string]*flows.Origin
}

// workbook reads the sheets of one file.
func (r *reader) workbook(f adapter.File) {
	in, err := f.Open()
	if err != nil {
		r.run.Fail(f.Pos(0), err)
		return
	}
	book, err := xlsx.OpenFile(in)
	if err != nil {
		r.run.Fail(f.Pos(0), err)
		return
	}
	defer book.Close()
	sheets, err := sheetsOf(book)
	if err != nil {
		r.run.Fail(f.Pos(0), err)
		return
	}
	for _, name := range sheets {
		s := &sheet{reader: r, file: f, name: name, saved: book.Saved(), rows: map[flows.Period]int{}}
		for row, err := range book.Rows(r.run.Context(), name) {
			if err != nil {
				var at *xlsx.Error
				line := 0
				if errors.As(err, &at) {
					line, err = at.Row, at.Err
				}
				r.run.Fail(s.pos(line), err)
				return
			}
			s.read(row)
			if s.over || r.run.Done() {
				break
			}
		}
		if r.run.Done() {
			return
		}
		s.end()
	}
}

// sheetsOf returns the names, as written, of the sheets to read.
func sheetsOf(book *xlsx.Workbook) ([]string, error) {
	var out, all []string
	real := false
	for _, s := range book.Sheets() {
		switch name := plain(s.Name); {
		case name == plain(monthlySheet), name == plain(annualSheet):
			out = append(out, s.Name)
		case strings.Contains(name, "prices (real)"):
			real = true
		}
		all = append(all, strconv.Quote(s.Name))
	}
	switch {
	case len(out) > 0:
		return out, nil
	case real:
		return nil, fmt.Errorf("no sheet %q; the workbook has real prices, but %w", annualSheet, errReal)
	}
	return nil, fmt.Errorf("no sheet %q or %q: is it a workbook of the Pink Sheet? It has %s", monthlySheet, annualSheet, strings.Join(all, ", "))
}

// errReal says why real prices are refused.
var errReal = errors.New(`real prices are in constant dollars, and declared values are not: read the sheet "` + annualSheet + `"`)

var (
	isReal  = regexp.MustCompile(`(?i)\breal \d{4} us dollars`)
	updated = regexp.MustCompile(`(?i)^updated on:?\s+(.*)$`)
)

// banner reads what stands above the header: the date of the update, and whose dollars the prices are in.
func (s *sheet) banner(text string) error {
	text = adapter.Trim(text)
	if isReal.MatchString(text) {
		return fmt.Errorf("%q: %w", text, errReal)
	}
	m := updated.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	date, ok := dateOf(m[1])
	if !ok && s.Published == "" {
		return fmt.Errorf("%w: %q; want February 04, 2025, or set Published", datasets.ErrDate, text)
	}
	s.updated = date
	return nil
}

// dateOf reads "February 04, 2025", and the ways in which other editions of other years may write it.
func dateOf(text string) (time.Time, bool) {
	text = strings.Join(strings.Fields(strings.NewReplacer(",", " ", ".", " ", "Sept ", "Sep ").Replace(text)), " ")
	for _, layout := range []string{"January 2 2006", "Jan 2 2006", "2 January 2006", "2 Jan 2006", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// isOver reports whether a period was over when the workbook was updated, or else when it was saved. In the last days of a month its average
// may be out.
func (s *sheet) isOver(p flows.Period) bool {
	at := s.updated
	if at.IsZero() {
		var err error
		if at, err = time.Parse(time.DateOnly, s.saved); err != nil {
			return true
		}
	}
	const last = 28
	month := flows.Month(at.Year(), int(at.Month()))
	end := month.Offset(p) + p.Months() // months from that of the update to the one behind the period
	return end <= 0 || end == 1 && at.Day() >= last
}

// origin is made at the first row of data, when the banner is read.
func (s *sheet) origin(p flows.Period) (*flows.Origin, error) {
	kind, noun := "monthly", "month"
	if p.IsYear() {
		kind, noun = "annual", "year"
	}
	stated := s.saved
	if !s.updated.IsZero() {
		stated = s.updated.Format("2006-01-02")
	}
	date, err := s.run.Published(s.Published, stated, s.file)
	if err != nil {
		return nil, err
	}
	id := "worldbank-pinksheet-" + kind + "-" + date.ID()
	if have := s.origins[id]; have != nil {
		return have, nil
	}
	version := "updated " + date.Day
	if date.Undated {
		version = date.Version()
	}
	s.origins[id] = &flows.Origin{
		ID: id, Producer: "World Bank", Title: "Commodity Price Data (The Pink Sheet), " + kind + " prices, nominal",
		Version: version, Published: date.Day, Undated: date.Undated, License: "CC BY 4.0", URL: "https://www.worldbank.org/en/research/commodity-markets",
		Note: "Averages over a " + noun + ". The spread of a rate is that of the price of a trade around the average of its " + noun + ".",
	}
	return s.origins[id], nil
}

// aPeriod is the first cell of a row of data: 1960M01, or 1960.
var aPeriod = regexp.MustCompile(`^(\d{4})(?:[Mm](\d{2}))?$`)

func periodOf(c xlsx.Cell) (flows.Period, bool) {
	text := adapter.Trim(c.Text)
	switch c.Kind {
	case xlsx.String:
	case xlsx.Number, xlsx.Date: // a year that is formatted as a date is a year
		text = strings.TrimSuffix(text, ".0")
	default:
		return flows.Period{}, false
	}
	m := aPeriod.FindStringSubmatch(text)
	if m == nil {
		return flows.Period{}, false
	}
	text = m[1]
	if m[2] != "" {
		text += "-" + m[2]
	}
	p, err := flows.ParsePeriod(text)
	return p, err == nil
}
