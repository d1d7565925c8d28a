package flows

import (
	"iter"
	"slices"
)

// Cells yields the balances that can be asked for, in order: every calendar year of each place that has a claim on its own output or
// outflow, and every other period that has both, if only in pieces (months of a quarter) that cover it. A site stands under its
// country; a union has a cell where a claim names it as a whole; the world and the other boundary places have none.
func (l *Ledger) Cells() iter.Seq[Cell] {
	type account struct {
		mineral Mineral
		place   Place
	}
	type periods struct{ output, outflow map[Period]bool }
	seen := map[account]periods{}
	note := func(c *Claim, place Place, outflow bool) {
		if place.Boundary() {
			return
		}
		k := account{c.Mineral, place.Country()}
		s, ok := seen[k]
		if !ok {
			s = periods{map[Period]bool{}, map[Period]bool{}}
			seen[k] = s
		}
		if outflow {
			s.outflow[c.Period] = true
		} else {
			s.output[c.Period] = true
		}
	}
	for i := range l.claims {
		c := &l.claims[i]
		switch {
		case !l.holds(c.Scenario) || c.Period.IsZero():
		case c.From == Ground:
			note(c, c.To, false)
		case !c.From.Within(c.To.Country()): // else a movement inside one country
			note(c, c.From, true)
		}
	}
	var cells []Cell
	for k, s := range seen {
		rows := map[Period]bool{}
		for _, side := range [...]map[Period]bool{s.output, s.outflow} {
			for p := range side {
				if y := Year(p.FirstYear()); y.Contains(p) {
					rows[y] = true
				}
				if !p.IsYear() && tiledBy(p, s.output) && tiledBy(p, s.outflow) {
					rows[p] = true
				}
			}
		}
		for p := range rows {
			cells = append(cells, Cell{k.mineral, p, k.place})
		}
	}
	slices.SortFunc(cells, CompareCells)
	return slices.Values(cells)
}

// tiledBy reports whether p, or a row of adjacent periods that make it up, is among the given ones.
func tiledBy(p Period, given map[Period]bool) bool {
	if given[p] {
		return true
	}
	reached := make([]bool, p.Months()+1) // reached[m]: the first m months are made up
	reached[0] = true
	inside := slices.SortedFunc(func(yield func(Period) bool) {
		for q := range given {
			if p.Contains(q) && !yield(q) {
				return
			}
		}
	}, Period.Compare)
	for _, q := range inside { // by first month, so that all that ends before q has been seen
		if from := p.Offset(q); reached[from] {
			reached[from+q.Months()] = true
		}
	}
	return reached[p.Months()]
}
