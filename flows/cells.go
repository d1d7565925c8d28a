package flows

import (
	"iter"
	"maps"
	"slices"
)

// Cells yields the balances that can be asked for, in order: every calendar year of each place that has a claim on its own output or
// outflow, and every other period that has both, if only in pieces (months of a quarter) that cover it. A site stands under its
// country; a union has a cell where a claim names it as a whole; the world and the other boundary places have none.
//
// Nothing is mined in the places of a plant or of a chain of depots ("places": "free"): what comes in from another place stands there for
// output. A year of which they have months alone, and not all of them, is no balance beside that of the months.
func (l *Ledger) Cells() iter.Seq[Cell] {
	type account struct {
		mineral Mineral
		place   Place
	}
	type periods struct{ output, outflow, inflow map[Period]bool } // inflow of places that are drawn
	const (
		output = iota
		outflow
		inflow
	)
	drawn := l.drawn()
	seen := map[account]periods{}
	note := func(c *Claim, place Place, side int) {
		if place.Boundary() {
			return
		}
		k := account{c.Mineral, place.Country()}
		s, ok := seen[k]
		if !ok {
			s = periods{map[Period]bool{}, map[Period]bool{}, map[Period]bool{}}
			seen[k] = s
		}
		[...]map[Period]bool{s.output, s.outflow, s.inflow}[side][c.Period] = true
	}
	for i := range l.claims {
		c := &l.claims[i]
		switch {
		case !l.holds(c.Scenario) || c.Period.IsZero():
		case c.From == Ground:
			note(c, c.To, output)
		case !c.From.Within(c.To.Country()): // else a movement inside one country
			note(c, c.From, outflow)
			if drawn[c.To] {
				note(c, c.To, inflow)
			}
		}
	}
	var cells []Cell
	for k, s := range seen {
		rows, in := map[Period]bool{}, maps.Clone(s.output)
		maps.Copy(in, s.inflow)
		for _, side := range [...]map[Period]bool{in, s.outflow} {
			for p := range side {
				if y := Year(p.FirstYear()); y.Contains(p) && (s.output[p] || s.outflow[p]) {
					rows[y] = true
				}
				if !p.IsYear() && tiledBy(p, in) && tiledBy(p, s.outflow) {
					rows[p] = true
				}
			}
		}
		if drawn[k.place] {
			dropPartialYears(rows, in, s.outflow)
		}
		for p := range rows {
			cells = append(cells, Cell{k.mineral, p, k.place})
		}
	}
	slices.SortFunc(cells, CompareCells)
	return slices.Values(cells)
}

// dropPartialYears leaves out years that neither side states as such and that months do not make up, beside rows of some of their months.
func dropPartialYears(rows, in, out map[Period]bool) {
	for y := range rows {
		if !y.IsYear() || tiledBy(y, in) || tiledBy(y, out) {
			continue
		}
		for p := range rows {
			if p != y && y.Contains(p) {
				delete(rows, y)
				break
			}
		}
	}
}

// drawn are the places that packages made up.
func (l *Ledger) drawn() map[Place]bool {
	out := map[Place]bool{}
	for _, s := range l.Sites() {
		if s.Drawn() {
			out[s.Place] = true
		}
	}
	return out
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
