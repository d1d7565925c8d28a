package trade

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

// OtherCommodity is why most rows of a file of everything are dropped.
const OtherCommodity = "other commodity"

// secondRevision is why rows behind a reported one are dropped.
const secondRevision = "a second revision of the Harmonized System (reported once)"

// Reading is one read of a source.
type Reading struct {
	run     *adapter.Run
	options Options
	spreads spreads
	lines   map[string][]hs.Line   // by code
	whole   map[flows.Mineral]bool // lines has all core lines of the mineral
	classes map[string]class       // by classificationCode
	origins map[originKey]*flows.Origin
	byID    map[string]*flows.Origin
	stated  map[statedKey]stated
	moved   map[movedKey][]moved
}

// class is what a classification is.
type class struct {
	revision hs.Revision
	known    bool // it is one of the Harmonized System
}

// statedKey is one reporter's statistics of one period, in one vintage.
type statedKey struct {
	reporter  int
	period    flows.Period
	imports   bool
	published string
}

// movedKey is one reporter's statistics of one period, in any vintage.
type movedKey struct {
	reporter int
	period   flows.Period
	imports  bool
}

// moved is a line whose goods another line has in another revision, where it was met first in a vintage.
type moved struct {
	line      hs.Line
	published string
	stated
}

// stated is in which revision they are stated, and where that was met first.
type stated struct {
	revision string
	pos      flows.Pos
	told     bool
}

// Wants reports whether a row with this cell in the column of the commodity may be kept.
func (p *Reading) Wants(cell []byte) bool {
	if _, ok := p.lines[string(cell)]; ok || len(cell) == 0 {
		return ok
	}
	last := cell[len(cell)-1]
	return cell[0] <= ' ' || last <= ' ' || last == '0' && bytes.IndexByte(cell, '.') >= 0 // isFloat
}

// isFloat reports whether a code was read as a number with decimals and written again: 710812.0. It is no other commodity, nor another mode
// of transport.
func isFloat(code string) bool {
	whole, decimals, point := strings.Cut(code, ".")
	return point && len(whole) > 0 && len(decimals) > 0 && strings.Trim(whole, "0123456789") == "" && strings.Trim(decimals, "0") == ""
}

// errFloat says so.
var errFloat = fmt.Errorf("%w: a code with decimals: a tool read the column as a number; have it read codes as text", datasets.ErrWord)

// Take makes claims of one row. What other commodities state is not looked at.
func (p *Reading) Take(r Row, pos flows.Pos, v Vintage) {
	lines, reason, err := p.linesOf(r)
	switch {
	case err == nil && reason == "":
		if reason = part(r); reason == "" {
			break
		}
		for _, f := range []Field{Customs, Transport, Partner2} {
			if isFloat(r.Text(f)) {
				r.Bad(f, errFloat)
				return
			}
		}
	case reason == OtherCommodity && isFloat(r.Text(Commodity)):
		r.Bad(Commodity, errFloat)
		return
	}
	switch {
	case err != nil:
		r.Bad(Classification, err)
		return
	case reason != "":
		p.run.Drop(reason)
		return
	}
	t, ok := p.trade(r)
	if !ok {
		return
	}
	figures, ok := figuresOf(r, t.imports)
	switch {
	case !ok:
	case t.reason != "":
		p.run.Drop(t.reason)
	case len(figures) == 0:
		p.run.Drop("neither a mass nor a value")
	case p.oneRevision(r, t, pos, v) && p.onceEach(r, lines, t, pos, v):
		var claims []flows.Record
		for _, l := range lines {
			c := p.claim(r, l, t, v)
			c.Pos = pos
			for _, f := range figures {
				amount, err := p.spreads.amount(f, l)
				if err != nil {
					r.Bad(f.column, err)
					return
				}
				c.Amount, c.Evidence = amount, flows.Reported
				if f.estimated {
					c.Evidence = flows.Estimated
				}
				claims = append(claims, c)
			}
		}
		p.run.Keep(claims...)
	}
}

// claim is what a row says of a line, but for the amount.
func (p *Reading) claim(r Row, l hs.Line, t trade, v Vintage) flows.Claim {
	return flows.Claim{
		Flow:     flows.Flow{Mineral: l.Mineral, Period: t.period, From: t.from, To: t.to, Part: "HS " + l.Code + t.part},
		Reporter: t.reporter.Place,
		Origin:   p.origin(t.reporter, l.Mineral, v),
		Locator:  fmt.Sprintf("HS %s (%s), %s, reporter %d, partner %d, %s", l.Code, r.Text(Classification), r.Text(FlowCode), t.reporter.Code, t.partner, t.period),
		Note:     note(r, l),
	}
}

// linesOf finds the lines that a row is about, or says why it is about none. They are several where a code holds two minerals.
func (p *Reading) linesOf(r Row) (found []hs.Line, reason string, err error) {
	all, ok := p.lines[r.Text(Commodity)]
	if !ok {
		return nil, OtherCommodity, nil
	}
	if r.Text(TypeCode) == "S" {
		return nil, "services", nil
	}
	c, err := p.class(r.Text(Classification))
	switch {
	case err != nil:
		return nil, "", err
	case !c.known:
		return nil, "classification is not the Harmonized System", nil
	}
	for _, l := range all {
		if l.First <= c.revision && c.revision <= l.Last {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		return nil, "other commodity in its revision of the Harmonized System", nil
	}
	return found, "", nil
}

// class reads a classification, which a file names in every row. A row that names none, or the Harmonized System without a revision, is an error.
func (p *Reading) class(code string) (class, error) {
	if c, ok := p.classes[code]; ok {
		return c, nil
	}
	revision, err := hs.ParseRevision(code)
	if code == "" || code == "HS" || err != nil && isRevision(code) {
		return class{}, fmt.Errorf("%w: %w", datasets.ErrWord, err)
	}
	c := class{revision, err == nil}
	if len(p.classes) < 100 { // there are some twenty; a file of something else may hold any
		p.classes[code] = c
	}
	return c, nil
}

// isRevision reports whether a classification is one of the Harmonized System, be it known or of a year to come: H7.
func isRevision(code string) bool {
	digits, ok := strings.CutPrefix(code, "H")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// What the columns of totals hold.
const (
	AllProcedures = "C00" // Customs
	AllModes      = "0"   // Transport
	AllPartners   = "0"   // Partner2
)

// Inside returns the flows that are inside X or M already.
func Inside() []string { return []string{"DX", "FM", "MIP", "XIP", "MOP", "XOP"} }

// part says of what a row is only a part, "" where it is a total. A column that is not there, or empty, is one of totals.
func part(r Row) string {
	switch {
	case !oneOf(r.Text(Customs), "", AllProcedures):
		return "one customs procedure of a total"
	case !oneOf(r.Text(Transport), "", AllModes):
		return "one mode of transport of a total"
	case !oneOf(r.Text(Partner2), "", AllPartners):
		return "one second partner of a total"
	}
	switch f := r.Text(FlowCode); {
	case f == "DX":
		return "domestic exports (DX): inside X"
	case slices.Contains(Inside(), f):
		return "a kind of import or export (" + f + "): inside M or X"
	}
	return ""
}

func oneOf(s, a, b string) bool { return s == a || s == b }

// trade is who traded with whom, and when.
type trade struct {
	reporter area.Area
	partner  int
	period   flows.Period
	from, to flows.Place
	part     string // what is put behind the line: "/re-export"
	imports  bool
	reason   string // why the row gives nothing
}

// trade reads who traded with whom, and when. It returns false, having reported why, where a cell is bad.
func (p *Reading) trade(r Row) (trade, bool) {
	var t trade
	fine := true
	check := func(f Field, err error) {
		if err != nil {
			fine = false
			r.Bad(f, err)
		}
	}
	var err error
	t.period, err = periodOf(r.Text(Period))
	check(Period, err)
	t.reporter, err = areaOf(r.Text(Reporter))
	check(Reporter, err)
	other, err := areaOf(r.Text(Partner))
	check(Partner, err)
	re := ""
	switch r.Text(FlowCode) {
	case "X":
	case "M":
		t.imports = true
	case "RX":
		t.part = "/re-export"
	case "RM":
		t.part, t.imports, re = "/re-import", true, " (RM)"
	default:
		check(FlowCode, fmt.Errorf("%w: a flow is M, X, RX, RM, DX, FM, MIP, XIP, MOP or XOP", datasets.ErrWord))
	}
	if !fine {
		return t, false
	}
	t.partner = other.Code
	partner := other.Place
	if other.Code == 0 {
		partner = flows.World
	}
	t.from, t.to = t.reporter.Place, partner
	if t.imports {
		t.from, t.to = t.to, t.from
	}
	switch {
	case t.reporter.Place == "":
		t.reason = "reporter is no place: " + t.reporter.String()
	case t.reporter.Part:
		t.reason = "reporter is only a part of a place: " + t.reporter.String()
	case partner == "":
		t.reason = "partner is no place: " + other.String()
	case other.Part:
		t.reason = "partner is only a part of a place: " + other.String()
	case partner.Within(t.reporter.Place) || t.reporter.Place.Within(partner):
		t.reason = "from a place to itself, goods that came back" + re
	}
	return t, true
}

func areaOf(code string) (area.Area, error) {
	n, err := strconv.Atoi(code)
	switch {
	case isFloat(code):
		return area.Area{}, errFloat
	case err != nil:
		return area.Area{}, fmt.Errorf("%w: a UN Comtrade code is a number", datasets.ErrWord)
	}
	return area.ByCode(n)
}

// periodOf reads "2022" and "202205".
func periodOf(s string) (flows.Period, error) {
	year, month := s, ""
	if len(s) == len("202205") {
		year, month = s[:4], "-"+s[4:]
	}
	p, err := flows.ParsePeriod(year + month)
	if err != nil || len(s) != 4 && len(s) != 6 {
		return flows.Period{}, fmt.Errorf("%w: write a year as 2022, a month as 202205", flows.ErrPeriod)
	}
	return p, nil
}

// oneRevision reports whether the reporter's period is stated in one revision only, in this vintage. In two it would be counted twice.
func (p *Reading) oneRevision(r Row, t trade, pos flows.Pos, v Vintage) bool {
	k, revision := statedKey{t.reporter.Code, t.period, t.imports, v.Day}, r.Text(Classification)
	have, ok := p.stated[k]
	switch {
	case !ok:
		p.stated[k] = stated{revision: revision, pos: pos}
		return true
	case have.revision == revision:
		return true
	case have.told:
		p.run.Drop(secondRevision)
		return false
	}
	have.told = true
	p.stated[k] = have
	r.Bad(Classification, fmt.Errorf("%w: %s of %s stands in %s already, at %s: keep one of the two, or it is counted twice",
		flows.ErrDuplicate, t.reporter.Name, t.period, have.revision, have.pos))
	return false
}

// onceEach reports whether the goods of a row's lines are not stated in another vintage under another code too, which a revision gave them: the
// ledger takes the later of two editions by part, and these are two parts.
func (p *Reading) onceEach(r Row, lines []hs.Line, t trade, pos flows.Pos, v Vintage) bool {
	k := movedKey{t.reporter.Code, t.period, t.imports}
	for _, l := range lines {
		if !p.moves(l) {
			continue
		}
		met := false
		for i := range p.moved[k] {
			have := &p.moved[k][i]
			met = met || have.line.Code == l.Code && have.published == v.Day
			switch {
			case have.line.Code == l.Code || have.published == v.Day || !hs.Overlap(have.line, l):
			case have.told:
				p.run.Drop(secondRevision)
				return false
			default:
				have.told = true
				r.Bad(Commodity, fmt.Errorf("%w: %s of %s stands in %s already, which has these goods under %s, at %s: keep one of the two, or they are counted twice",
					flows.ErrDuplicate, t.reporter.Name, t.period, have.revision, have.line.Code, have.pos))
				return false
			}
		}
		if !met {
			p.moved[k] = append(p.moved[k], moved{l, v.Day, stated{revision: r.Text(Classification), pos: pos}})
		}
	}
	return true
}

// moves reports whether the goods of a line are under another code that is read, in another revision.
func (p *Reading) moves(l hs.Line) bool {
	for code, all := range p.lines {
		for _, other := range all {
			if code != l.Code && other.Mineral == l.Mineral && hs.Overlap(other, l) {
				return true
			}
		}
	}
	return false
}

// note says what must be known of a row's figures.
func note(r Row, l hs.Line) string {
	var all []string
	if l.Note != "" {
		all = append(all, l.Note)
	}
	if converted, err := Flag(r.Text(IsOriginal)); err == nil && r.Text(IsOriginal) != "" && !converted {
		all = append(all, "converted by the United Nations from the revision that was reported")
	}
	if n, ok := r.(Noted); ok && n.Note() != "" {
		all = append(all, n.Note())
	}
	return strings.Join(all, "; ")
}
