package estimate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/mineralflows/mineralflows/estimate/internal/latent"
	"github.com/mineralflows/mineralflows/flows"
)

// setGroups has what comes into each place, and what leaves it and the set, sampled as sums and ratios, the second sum as a ratio to the
// first unless what is claimed of a member is narrower than a month's stock. It changes no result, only how far a step can go: with
// every flow by itself the chains of an output and an inflow that are both unknown, but not their sum, do not meet.
func (j *jointNetwork) setGroups(readings [][]jointReading) {
	claimed := map[int]float64{} // the narrowest figure of a flow
	for t := range readings {
		for i := range readings[t] {
			r := &readings[t][i]
			if k, ok := j.at[r.flow]; ok && r.bound == flows.About && r.of == nil && (claimed[k] == 0 || r.sd < claimed[k]) {
				claimed[k] = r.sd
			}
		}
	}
	// The best known member comes first: ratios to it say most of the others.
	order := func(members []int) []int {
		slices.SortStableFunc(members, func(a, b int) int {
			known := func(k int) float64 {
				if claimed[k] == 0 {
					return math.Inf(1)
				}
				return claimed[k]
			}
			return cmp.Or(cmp.Compare(known(a), known(b)), cmp.Compare(j.model.Flows[b].Start, j.model.Flows[a].Start))
		})
		return members
	}
	for i := range j.model.Balances {
		b := &j.model.Balances[i]
		var in, out []int
		for _, term := range b.Terms {
			switch {
			case term.Flow == b.Closing:
			case term.Sign > 0:
				in = append(in, term.Flow)
			case j.nodeOf(j.flows[term.Flow].To) < 0:
				out = append(out, term.Flow)
			}
		}
		if len(in) > 0 {
			j.model.Groups = append(j.model.Groups, latent.Group{Members: order(in)})
		}
		if len(out) == 0 {
			continue
		}
		g := latent.Group{Members: order(out)}
		if first := claimed[out[0]]; b.Closing < 0 && len(in) > 0 && (first == 0 || first > j.p.Priors.StockMonths/12) {
			g.Base = slices.Clone(in)
		}
		j.model.Groups = append(j.model.Groups, g)
	}
}

// closeWithoutStock picks, where there are no stocks, the flow that closes each balance: the largest claimed one that leaves the set.
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
		if b.Closing < 0 {
			return fmt.Errorf("%s: without stocks the balance is closed by a flow that leaves the set, and no figure states one", j.cells[i])
		}
	}
	return nil
}
