package estimate

import (
	"fmt"
	"iter"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// MirrorCells yields the places and periods that have a claim on recorded trade, in order: every period that a claim states, and the
// calendar year around it. A site stands under its country, a union where a claim names it as a whole.
func MirrorCells(l *flows.Ledger) iter.Seq[flows.Cell] {
	seen := map[flows.Cell]bool{}
	for i := range l.Claims() {
		c := &l.Claims()[i]
		if !inForce(c, l) || !isTrade(c) || c.Period.IsZero() {
			continue
		}
		for _, end := range [...]flows.Place{c.From, c.To} {
			if end.Boundary() {
				continue
			}
			seen[flows.Cell{Mineral: c.Mineral, Period: c.Period, Place: end.Country()}] = true
			if y := flows.Year(c.Period.FirstYear()); y.Contains(c.Period) {
				seen[flows.Cell{Mineral: c.Mineral, Period: y, Place: end.Country()}] = true
			}
		}
	}
	cells := make([]flows.Cell, 0, len(seen))
	for c := range seen {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, flows.CompareCells)
	return slices.Values(cells)
}

// inForce reports whether a claim holds in the ledger's scenario.
func inForce(c *flows.Claim, l *flows.Ledger) bool {
	return c.Scenario == "" || c.Scenario == l.Scenario()
}

// isTrade reports whether a claim is about mineral that crosses a border.
func isTrade(c *flows.Claim) bool {
	return c.From != flows.Ground && c.To != flows.Use && c.To != flows.Stock && c.From.Country() != c.To.Country() && c.Channel == flows.Recorded
}

// later by some months: p moved, its length kept.
func moved(p flows.Period, months int) flows.Period {
	first := 1 + flows.Year(p.FirstYear()).Offset(p) + months
	q, err := flows.Span(flows.Month(p.FirstYear(), first), flows.Month(p.FirstYear(), first+p.Months()-1))
	if err != nil { // a span of two months in order is always a period
		return p
	}
	return q
}

// mirrorRun is a comparison with all the cells that bear on it: those asked for, and the others of the same minerals, which say what is
// noise and who is reliable.
type mirrorRun struct {
	Mirror
	cells []flows.Cell // in order
	asked map[flows.Cell]bool
	named map[flows.Place]bool // by the ledger: the other regions are put together for the question
}

func (e Mirror) run(l *flows.Ledger) *mirrorRun {
	r := &mirrorRun{Mirror: e, cells: slices.Clone(e.Cells), asked: map[flows.Cell]bool{}, named: map[flows.Place]bool{}}
	minerals, regions := map[flows.Mineral]bool{}, map[nearCell]bool{}
	for _, c := range e.Cells {
		r.asked[c] = true
		minerals[c.Mineral] = true
		if c.Place.IsUnion() {
			regions[nearCell{c.Mineral, c.Place}] = true
		}
	}
	for c := range MirrorCells(l) {
		if !minerals[c.Mineral] {
			continue
		}
		r.cells = append(r.cells, c)
		r.named[c.Place] = true
		for region := range regions { // in every period that a member has
			if region.mineral == c.Mineral && c.Place.Within(region.country) {
				r.cells = append(r.cells, flows.Cell{Mineral: c.Mineral, Period: c.Period, Place: region.country})
			}
		}
	}
	slices.SortFunc(r.cells, flows.CompareCells)
	r.cells = slices.Compact(r.cells)
	return r
}

// has reports whether a cell is compared by itself.
func (r *mirrorRun) has(c flows.Cell) bool {
	_, found := slices.BinarySearchFunc(r.cells, c, flows.CompareCells)
	return found
}

// asks reports whether a gap was asked for, by the cell of either end.
func (r *mirrorRun) asks(g *Gap) bool {
	at := func(p flows.Place) bool { return r.asked[flows.Cell{Mineral: g.Mineral, Period: g.Period, Place: p}] }
	return at(g.From) || at(g.To)
}

// scope finds the cells that a claim touches, without looking at all of them.
type scope struct {
	lag  int
	near map[nearCell][]flows.Cell
}

type nearCell struct {
	mineral flows.Mineral
	country flows.Place // or a region
}

func (e Mirror) scope() *scope {
	s := &scope{e.Lag, map[nearCell][]flows.Cell{}}
	for _, c := range e.Cells {
		for _, m := range c.Place.Members() {
			k := nearCell{c.Mineral, m.Country()}
			s.near[k] = append(s.near[k], c)
		}
	}
	return s
}

// any reports whether a cell that one end of the claim lies in passes.
func (s *scope) any(c *flows.Claim, pass func(flows.Cell) bool) bool {
	for _, end := range [...]flows.Place{c.From, c.To} {
		for _, m := range end.Members() {
			if slices.ContainsFunc(s.near[nearCell{c.Mineral, m.Country()}], pass) {
				return true
			}
		}
	}
	return false
}

// concerns reports whether a claim touches one of the cells.
func (s *scope) concerns(c *flows.Claim) bool {
	return s.any(c, func(cell flows.Cell) bool {
		_, plays := flows.RoleOf(c, cell.Place)
		inside := c.From.Within(cell.Place) && c.To.Within(cell.Place)
		return (plays || inside) && (cell.Period.Overlap(c.Period) > 0 || moved(cell.Period, s.lag).Overlap(c.Period) > 0)
	})
}

// covers reports whether a cell of the claim's own place and period, or a longer one, is compared.
func (s *scope) covers(c *flows.Claim) bool {
	return s.any(c, func(cell flows.Cell) bool {
		_, plays := flows.RoleOf(c, cell.Place)
		return plays && cell.Period.Contains(c.Period)
	})
}

// aside lists the claims on trade of the chosen cells that entered no gap, each with the reason that its balances give.
func (s *scope) aside(m *Model, done []*mirroredCell, pairs []*pair) []flows.Aside {
	type id struct {
		v   Var
		pos flows.Pos
	}
	of := func(c *flows.Claim) id { return id{claimVar(c), c.Pos} }
	used := map[id]bool{}
	for _, p := range pairs {
		for i := range p.gap.Claims {
			used[of(&p.gap.Claims[i])] = true
		}
	}
	why := map[id]flows.Aside{}
	for _, d := range done {
		for _, a := range d.aside {
			if k := of(&a.Claim); why[k].Why == "" || why[k].Code == flows.OutOfPeriod {
				why[k] = a
			}
		}
	}
	var out []flows.Aside
	for i := range m.ledger.Claims() {
		c := &m.ledger.Claims()[i]
		if !inForce(c, m.ledger) || !isTrade(c) || used[of(c)] || !s.concerns(c) {
			continue
		}
		a, ok := why[of(c)]
		switch {
		case ok && (a.Code != flows.OutOfPeriod || !s.covers(c)):
		case reportingEnd(c) == "":
			a = flows.Aside{Claim: *c, Code: ErrReconciled, Why: "a third party's figure: neither end's own statistics"}
		default:
			a = flows.Aside{Claim: *c, Code: onlyOneSide, Why: fmt.Sprintf("no figure of the other side stands against %s>%s of %s", c.From, c.To, c.Period)}
		}
		out = append(out, a)
	}
	return out
}
