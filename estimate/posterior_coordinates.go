package estimate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/mineralflows/mineralflows/estimate/internal/latent"
	"github.com/mineralflows/mineralflows/flows"
)

// knownLogSD is the spread up to which a figure says more of a flow than the balance does.
const knownLogSD = 0.5

// setCoordinates chooses in what the flows of each balance are sampled. It changes no result, only how far a step can go: with every flow
// by itself the chains of an output and an inflow that are both unknown, but not their sum, do not meet.
//
// What comes in is sampled as a sum and ratios. Where what leaves the set is claimed it stands by itself, moved along with the errors of
// its narrowest claim, and the sum of what comes in by the stock change that sets it apart from all that leaves; else what leaves is a sum
// too, set apart from what comes in. What one place sends to another is among what comes in there, so that places come after those that they send to.
func (j *jointNetwork) setCoordinates() {
	narrowest := j.narrowest()
	sd := func(k int) float64 {
		if r := narrowest[j.flows[k]]; r != nil {
			return r.SD
		}
		return math.Inf(1)
	}
	// The best known member comes first: ratios to it say most of the others.
	order := func(members []int) []int {
		slices.SortStableFunc(members, func(a, b int) int {
			return cmp.Or(cmp.Compare(sd(a), sd(b)), cmp.Compare(j.model.Flows[b].Start, j.model.Flows[a].Start))
		})
		return members
	}
	placed := map[int]bool{}
	for _, i := range j.receiversFirst() {
		b := &j.model.Balances[i]
		var in, out, sent []int
		for _, term := range b.Terms {
			switch {
			case term.Flow == b.Closing:
			case term.Sign > 0:
				in = append(in, term.Flow)
				placed[term.Flow] = true
			case j.nodeOf(j.flows[term.Flow].To) < 0:
				out = append(out, term.Flow)
			case placed[term.Flow] || !j.closed[j.receiver(term.Flow)]: // in a group by now, or in none
				sent = append(sent, term.Flow)
			}
		}
		incoming, outgoing := latent.Group{Members: order(in)}, latent.Group{Members: order(out)}
		known := j.setOutgoing(outgoing.Members, j.cells[i], narrowest)
		switch {
		case b.Closing >= 0 || len(in) == 0 || len(out) == 0:
		case known:
			incoming.Base, incoming.Width = append(sent, out...), b.SD
		default:
			outgoing.Base, outgoing.Less, outgoing.Width = slices.Clone(in), sent, b.SD
		}
		if len(in) > 0 {
			j.model.Groups = append(j.model.Groups, incoming)
		}
		if !known && len(out) > 0 {
			j.model.Groups = append(j.model.Groups, outgoing)
		}
	}
}

// receiversFirst lists the balances such that a place comes after those that it sends to, as far as there are no circles.
func (j *jointNetwork) receiversFirst() []int {
	at := map[flows.Cell]int{}
	for i, c := range j.cells {
		at[c] = i
	}
	var order []int
	seen := make([]bool, len(j.cells))
	var visit func(i int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, t := range j.model.Balances[i].Terms {
			if k, ok := at[j.receiver(t.Flow)]; ok && t.Sign < 0 {
				visit(k)
			}
		}
		order = append(order, i)
	}
	for i := range j.cells {
		visit(i)
	}
	return order
}

// receiver is the cell that a flow comes into, of no place where it leaves the set.
func (j *jointNetwork) receiver(flow int) flows.Cell {
	f := &j.flows[flow]
	c := flows.Cell{Mineral: f.Mineral, Period: f.Period}
	if i := j.nodeOf(f.To); i >= 0 {
		c.Place = j.places[i]
	}
	return c
}

// narrowest is the narrowest figure of each flow.
func (j *jointNetwork) narrowest() map[flows.Flow]*latent.Reading {
	out := map[flows.Flow]*latent.Reading{}
	for i := range j.readings {
		r, m := &j.readings[i], &j.model.Readings[i]
		if r.bound == flows.About && r.of == nil && r.role != flows.IsStock && (out[r.flow] == nil || m.SD < out[r.flow].SD) {
			out[r.flow] = m
		}
	}
	return out
}

// setOutgoing settles the coordinates of what leaves a place and the set where they are claimed, and reports whether they are: the total, or
// every member but the rest.
func (j *jointNetwork) setOutgoing(out []int, cell flows.Cell, narrowest map[flows.Flow]*latent.Reading) bool {
	shift := func(k int, r *latent.Reading) {
		if len(r.Errors) > 0 {
			j.model.Shifts = append(j.model.Shifts, latent.Shift{Flow: k, Loads: r.Errors})
		}
	}
	total := narrowest[flows.Flow{Mineral: cell.Mineral, Period: cell.Period, From: cell.Place, To: flows.World}]
	if total != nil && total.SD <= knownLogSD && len(out) > 1 {
		j.model.Groups = append(j.model.Groups, latent.Group{Members: out})
		shift(out[0], total)
		return true
	}
	for _, k := range out {
		r := narrowest[j.flows[k]]
		if j.flows[k].Part == "" && (r == nil || r.SD > knownLogSD) {
			return false
		}
	}
	for _, k := range out {
		if r := narrowest[j.flows[k]]; r != nil {
			shift(k, r)
		}
	}
	return len(out) > 0
}

// closeWithoutStock picks, where there are no stocks, the flow that closes each balance: the largest claimed one that leaves the set
// and is no sum of others, else the one that is left (leaveRest): what goes to partners that nobody names, or an outflow of which nothing is claimed.
func (j *jointNetwork) closeWithoutStock(readings [][]jointReading) error {
	if j.p.Priors.StockMonths > 0 {
		return nil
	}
	claimed := map[int]float64{}
	for t := range readings {
		for i := range readings[t] {
			r := &readings[t][i]
			if k, ok := j.at[r.flow]; ok && r.flow.Channel == flows.Recorded && r.bound == flows.About && r.of == nil {
				claimed[k] = math.Exp(r.y)
			}
		}
	}
	for i := range j.model.Balances {
		b := &j.model.Balances[i]
		best := 0.0
		for _, term := range b.Terms {
			if x := claimed[term.Flow]; term.Sign < 0 && j.nodeOf(j.flows[term.Flow].To) < 0 && x > best {
				b.Closing, best = term.Flow, x
			}
		}
		for _, term := range b.Terms {
			if b.Closing < 0 && j.model.Flows[term.Flow].Prior.Kind == latent.Left {
				b.Closing = term.Flow
			}
		}
		if b.Closing < 0 {
			return j.refuse(ErrInfeasible, fmt.Sprintf("without stocks the balance of %s is closed by a recorded flow that leaves the set, and there is none", j.cells[i]), j.cells[i])
		}
	}
	return nil
}
