package sqldata

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
	"github.com/mineralflows/mineralflows/flows"
)

// statement is one that is being written. What is known only now goes into it as an argument, names as quoted identifiers.
type statement struct {
	table
	layout *layout
	from   string
	bound  []any // the arguments, those of the user's query first
}

// bind adds an argument and returns what stands for it.
func (s *statement) bind(a argument) string {
	mark, value := s.dialect.placeholder(len(s.bound)+1, a)
	s.bound = append(s.bound, value)
	return mark
}

// selection is the statement that Records runs: the rows of interest, grouped by everything that is read of them, and counted. Its last two columns
// are how many rows of the table a row of the answer stands for, and how many rows the answer has.
//
// The engine does not add amounts. Floating-point sums depend on the order, and an engine that reads in parallel has none: two runs would differ in
// their last bits, and both from a file read in order. Rows of equal amounts are counted instead, and package sqldata adds.
func (s *statement) selection(q question) string {
	var read []string
	for f, c := range s.layout {
		if c.name != "" && !isTotal(trade.Field(f)) {
			read = append(read, c.quote)
		}
	}
	return s.grouped(read, q)
}

// grouped is the statement of some columns of the rows of interest.
func (s *statement) grouped(read []string, q question) string {
	all := strings.Join(read, ", ")
	return "SELECT " + all + ", COUNT(*), COUNT(*) OVER ()" + s.fromWhere(q) + " GROUP BY " + all
}

// count is a statement that counts the rows of interest.
func (s *statement) count(q question) string {
	return "SELECT COUNT(*)" + s.fromWhere(q)
}

func (s *statement) fromWhere(q question) string {
	where := []string{s.among(trade.Commodity, q.commodities)}
	for _, clause := range []string{s.flows(), s.total(trade.Customs, trade.AllProcedures), s.total(trade.Transport, trade.AllModes),
		s.total(trade.Partner2, s.areas.world()...), s.period(q.Period), s.places(q.Places)} {
		if clause != "" {
			where = append(where, clause)
		}
	}
	return " FROM " + s.from + " WHERE " + strings.Join(where, " AND ")
}

// isTotal reports whether a field is only filtered by: it has one value in all rows that are read.
func isTotal(f trade.Field) bool {
	return f == trade.Customs || f == trade.Transport || f == trade.Partner2
}

// among is the condition that a column holds one of the codes. Codes are compared with numbers as numbers, and with text as they stand.
func (s *statement) among(f trade.Field, codes []string) string {
	c := s.layout[f]
	var marks []string
	var numbers []int64
	for _, code := range codes {
		n, err := strconv.ParseInt(code, 10, 64)
		switch {
		case !c.class.number():
			marks = append(marks, s.bind(argument{text, code}))
		case err == nil && !slices.Contains(numbers, n): // 4 and 004
			numbers = append(numbers, n)
			marks = append(marks, s.bind(argument{integer, n}))
		}
	}
	if len(marks) == 0 {
		return "1 = 0"
	}
	return s.operand(c) + " IN (" + strings.Join(marks, ", ") + ")"
}

// operand is a column as it is compared.
func (s *statement) operand(c column) string {
	if c.class == unknown {
		return "CAST(" + c.quote + " AS " + s.dialect.textType() + ")"
	}
	return c.quote
}

// flows leaves out trade that is inside X or M. Words that are no flow are let through, so that they can be complained about.
func (s *statement) flows() string {
	c := s.layout[trade.FlowCode]
	if c.name == "" || c.class.number() {
		return ""
	}
	return "(" + c.quote + " IS NULL OR NOT " + s.among(trade.FlowCode, trade.Inside()) + ")"
}

// total lets through the rows of totals, which have one of the codes, or none.
func (s *statement) total(f trade.Field, codes ...string) string {
	c := s.layout[f]
	if c.name == "" {
		return ""
	}
	if !c.class.number() {
		codes = append(slices.Clone(codes), "")
	}
	return "(" + c.quote + " IS NULL OR " + s.among(f, codes) + ")"
}

// mostYears is how many years are listed one by one.
const mostYears = 100

// period lets through rows of periods that share a month with p, and maybe some more.
func (s *statement) period(p flows.Period) string {
	if p.IsZero() {
		return ""
	}
	c := s.layout[trade.Period]
	first, last := p.FirstYear(), p.LastYear()
	firstMonth, lastMonth := 1, 12
	for p.Overlap(flows.Month(first, firstMonth)) == 0 {
		firstMonth++
	}
	for p.Overlap(flows.Month(last, lastMonth)) == 0 {
		lastMonth--
	}
	between := func(lo, hi int) string {
		return s.operand(c) + " BETWEEN " + s.bind(argument{integer, int64(lo)}) + " AND " + s.bind(argument{integer, int64(hi)})
	}
	switch {
	case c.class.number() && (s.years || s.layout.has(month) || c.narrow()):
		return between(first, last)
	case c.class.number():
		return "(" + between(first, last) + " OR " + between(first*100+firstMonth, last*100+lastMonth) + ")"
	case c.class == date:
		if s.dates == Year {
			firstMonth, lastMonth = 1, 12
		}
		from, before := flows.Month(first, firstMonth), flows.Month(last, lastMonth+1)
		return s.operand(c) + " >= " + s.bind(day(from)) + " AND " + s.operand(c) + " < " + s.bind(day(before))
	case last-first > mostYears:
		return ""
	}
	var texts []string
	for y := first; y <= last; y++ {
		texts = append(texts, fmt.Sprintf("%04d", y))
		for m := 1; m <= 12 && !s.years && !s.layout.has(month); m++ {
			if p.Overlap(flows.Month(y, m)) > 0 {
				texts = append(texts, fmt.Sprintf("%04d%02d", y, m), fmt.Sprintf("%04d-%02d", y, m))
			}
		}
	}
	return s.among(trade.Period, texts)
}

// day is the first of a month.
func day(m flows.Period) argument { return argument{date, m.String() + "-01"} }

// places lets through rows with a reporter or a partner at one of the places.
func (s *statement) places(places []flows.Place) string {
	if len(places) == 0 {
		return ""
	}
	var codes []string
	at := datasets.Query{Places: places}
	for _, a := range area.All() {
		place := a.Place
		if a.Code == 0 {
			place = flows.World
		}
		if place != "" && at.Keeps(flows.Claim{Flow: flows.Flow{From: place, To: place}}) {
			codes = append(codes, s.areas.spellings(a)...)
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	return "(" + s.among(trade.Reporter, codes) + " OR " + s.among(trade.Partner, codes) + ")"
}
