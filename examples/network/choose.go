package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
	"github.com/mineralflows/mineralflows/flows"
)

// network is one mineral's: which balances are closed, and why not others.
type network struct {
	mineral   flows.Mineral
	basis     flows.Basis
	places    []flows.Place
	periods   []flows.Period
	corridors []flows.Corridor // nil: those of the data
	left      []string         // what is left out, each with its reason
	exceeded  []flows.Cell     // partners record more than these declare
}

// asked are the minerals of the question, in its order; those of other data in theirs.
var asked = []flows.Mineral{flows.Gold, flows.Tantalum, flows.Tin}

// most balances of a mineral without -period or -places: more take minutes to sample.
const most = 30

// minerals are those asked for: of the built-in data the question's three.
func (r *request) minerals(q cli.Question) []flows.Mineral {
	var all []flows.Mineral
	for _, c := range q.Cells {
		if !slices.Contains(all, c.Mineral) {
			all = append(all, c.Mineral)
		}
	}
	slices.Sort(all)
	var three []flows.Mineral
	for _, m := range asked {
		if slices.Contains(all, m) {
			three = append(three, m)
		}
	}
	if r.given["mineral"] || len(three) == 0 {
		return all
	}
	return three
}

// choose settles the network of a mineral. Unless -places names them, its places are those of which somebody states an output and an
// outflow; unless -period names them, its periods are the calendar years in which one of these states both, for only there can claims
// disagree, and the latest of them.
func (r *request) choose(q cli.Question, m flows.Mineral) *network {
	l := q.Model.Ledger()
	n := &network{mineral: m, basis: l.Substance(m)}
	output, outflow, both := map[flows.Place]bool{}, map[flows.Place]bool{}, map[flows.Period]bool{}
	for c := range l.Cells() { // in any period: one that is asked for may lack a figure
		if c.Mineral == m {
			b := l.Balance(c)
			output[c.Place] = output[c.Place] || figure(b.Output)
			outflow[c.Place] = outflow[c.Place] || figure(b.Declared, b.Mirrored, b.Reconciled)
		}
	}
	var places []flows.Place
	var cells []flows.Cell
	for _, c := range q.Cells {
		region := c.Place.IsUnion() && !r.given["place"] && !r.given["places"]
		if c.Mineral != m || region || !r.given["period"] && !c.Period.IsYear() {
			continue
		}
		cells = append(cells, c)
		if !slices.Contains(places, c.Place) {
			places = append(places, c.Place)
		}
	}
	slices.Sort(places)
	for _, p := range places {
		switch {
		case r.given["places"] || p.IsUnion() || output[p] && outflow[p]:
			n.places = append(n.places, p)
		case outflow[p]:
			n.left = append(n.left, fmt.Sprintf("%s: no figure of its output that is independent of exports", p))
		default:
			n.left = append(n.left, fmt.Sprintf("%s: no figure of what leaves it", p))
		}
	}
	for _, p := range r.places {
		if !slices.ContainsFunc(places, func(k flows.Place) bool { return strings.EqualFold(string(k), string(p)) }) {
			n.left = append(n.left, fmt.Sprintf("%s: nobody claims anything of it in these periods", p))
		}
	}
	var without []flows.Period
	for _, c := range cells {
		b := l.Balance(c)
		if slices.Contains(n.places, c.Place) && (r.given["period"] || figure(b.Output) && figure(b.Declared, b.Mirrored, b.Reconciled)) {
			both[c.Period] = true
		}
		without = append(without, c.Period)
	}
	slices.SortFunc(without, flows.Period.Compare)
	without = slices.Compact(without)
	for _, p := range without {
		if both[p] {
			n.periods = append(n.periods, p)
		}
	}
	n.apart(&without)
	without = slices.DeleteFunc(without, func(p flows.Period) bool { return both[p] })
	if len(without) > 0 && len(n.places) > 0 {
		n.left = append(n.left, fmt.Sprintf("%s: no place has figures of both its output and its outflow", years(without)))
	}
	if k := max(most/max(len(n.places), 1), 1); !r.given["period"] && !r.given["places"] && len(n.periods) > k {
		n.left = append(n.left, fmt.Sprintf("%s: only so that a run takes seconds; -period asks for them", years(n.periods[:len(n.periods)-k])))
		n.periods = n.periods[len(n.periods)-k:]
		n.heard(l, cells)
	}
	return n
}

// heard leaves out the places of which nothing is claimed in the periods that are kept.
func (n *network) heard(l *flows.Ledger, cells []flows.Cell) {
	n.places = slices.DeleteFunc(n.places, func(p flows.Place) bool {
		silent := !slices.ContainsFunc(cells, func(c flows.Cell) bool {
			b := l.Balance(c)
			return c.Place == p && slices.Contains(n.periods, c.Period) && figure(b.Output, b.Declared, b.Mirrored, b.Reconciled)
		})
		if silent {
			n.left = append(n.left, fmt.Sprintf("%s: no figure in %s", p, years(n.periods)))
		}
		return silent
	})
}

// apart keeps, of periods that overlap, the calendar years, else the first: two balances of one month would count it twice.
func (n *network) apart(without *[]flows.Period) {
	var kept []flows.Period
	slices.SortStableFunc(n.periods, func(a, b flows.Period) int {
		return yearFirst(a) - yearFirst(b)
	})
	for _, p := range n.periods {
		if !slices.ContainsFunc(kept, func(k flows.Period) bool { return k.Overlap(p) > 0 }) {
			kept = append(kept, p)
			continue
		}
		n.left = append(n.left, fmt.Sprintf("%s: it overlaps another period of the network", p))
		*without = slices.DeleteFunc(*without, func(w flows.Period) bool { return w == p })
	}
	slices.SortFunc(kept, flows.Period.Compare)
	n.periods = kept
}

func yearFirst(p flows.Period) int {
	if p.IsYear() {
		return 0
	}
	return 1
}

// figure reports whether somebody states a figure, and not a bound alone.
func figure(claims ...[]flows.Claim) bool {
	return slices.ContainsFunc(slices.Concat(claims...), func(c flows.Claim) bool {
		return c.Amount.Bound == flows.About && c.Evidence != flows.Capacity
	})
}

// cells are the balances of the network that the data hold something of.
func (n *network) cells(q cli.Question) []flows.Cell {
	var out []flows.Cell
	for _, c := range q.Cells {
		if c.Mineral == n.mineral && slices.Contains(n.places, c.Place) && slices.Contains(n.periods, c.Period) {
			out = append(out, c)
		}
	}
	return out
}

// routes are the corridors of the network, those of the data that touch none of its places named as left out.
func (n *network) routes(q cli.Question) {
	if n.corridors != nil {
		return
	}
	within := func(p flows.Place) bool {
		return slices.ContainsFunc(n.places, func(k flows.Place) bool { return p.Within(k) })
	}
	for _, c := range q.Model.Ledger().Corridors() {
		if c.Mineral == n.mineral && !within(c.From) && !within(c.To) {
			n.left = append(n.left, fmt.Sprintf("the route %s > %s: neither end is in the network", c.From, c.To))
		}
	}
}

// sided is the model of a posterior. It reads both sides of every trade, and a declared total that partners' records exceed with the
// probability of -level would pull their figures down, where mineral that either side recorded did move. As in a mass balance such totals
// do not count (-outflow greater); -outflow declared or mirrored leaves out the other side, -outflow pooled nothing.
func (r *request) sided(ctx context.Context, q cli.Question, n *network) (*estimate.Model, error) {
	asked := q.Model.Options().Outflow
	if asked == estimate.Pooled {
		return q.Model, nil
	}
	cells := n.cells(q)
	balances, err := estimate.MassBalance{Cells: cells, Quantities: []estimate.Quantity{estimate.Outflow, estimate.Declared, estimate.Mirrored}}.Estimate(ctx, q.Model)
	if err != nil {
		return nil, err
	}
	drop := map[flows.Cell]estimate.Side{} // what is left out
	for i := range balances.Balances {
		b := &balances.Balances[i]
		declared, isDeclared := b.Value(estimate.Declared)
		mirrored, isMirrored := b.Value(estimate.Mirrored)
		switch {
		case !isDeclared || !isMirrored:
		case asked == estimate.Declared:
			drop[b.Cell] = estimate.Mirrored
		case b.Side == estimate.Mirrored && declared.Bound == flows.About: // a floor is exceeded without contradiction
			drop[b.Cell] = estimate.Declared
			n.exceeded = append(n.exceeded, b.Cell)
			n.left = append(n.left, fmt.Sprintf("the %s that %s declared in %s: partners record %s", mass(declared), b.Place, b.Period, mass(mirrored)))
		}
	}
	if len(drop) == 0 {
		return q.Model, nil
	}
	var s estimate.Scenario
	if q.Scenario != nil {
		s = *q.Scenario
	}
	before := s.Keep
	s.Keep = func(c flows.Claim) bool {
		if before != nil && !before(c) {
			return false
		}
		for cell, side := range drop {
			if c.Mineral == cell.Mineral && cell.Period.Contains(c.Period) && c.Channel == flows.Recorded && c.From.Within(cell.Place) && !c.To.Within(cell.Place) {
				own := c.Reporter == "" || c.Reporter.Within(cell.Place)
				total := c.To == flows.World || asked == estimate.Mirrored && !c.To.Boundary() // greater: what single partners are said to take stays
				if side == estimate.Declared && own && total || side == estimate.Mirrored && !own {
					return false
				}
			}
		}
		return true
	}
	return q.Base.With(s)
}

// mass prints a value with its unit.
func mass(v estimate.Value) string {
	s := report.Median(v)
	if strings.HasSuffix(s, "g") {
		return s
	}
	return s + " t"
}

// years prints periods, runs of calendar years in short: 2012-2016, 2018, 2020.
func years(all []flows.Period) string {
	var out []string
	for i := 0; i < len(all); i++ {
		j := i
		for j+1 < len(all) && all[j].IsYear() && all[j+1].IsYear() && all[j+1].FirstYear() == all[j].FirstYear()+1 {
			j++
		}
		if j > i {
			out = append(out, fmt.Sprintf("%s-%s", all[i], all[j]))
		} else {
			out = append(out, all[i].String())
		}
		i = j
	}
	return strings.Join(out, ", ")
}

// names joins places or minerals: BDI, COD and UGA.
func names[S ~string](all []S) string {
	var words []string
	for _, s := range all {
		words = append(words, string(s))
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
