package estimate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/mineralflows/mineralflows/flows"
)

// result describes the draws.
func (j *jointNetwork) result() *Result {
	r := &Result{Scenario: j.m.name, Options: j.m.opt, Aside: j.aside, Figures: len(j.figures), model: j.m, joint: j, cells: map[flows.Cell]int{}}
	for _, id := range sortedKeys(j.origins) {
		if j.origins[id] != nil {
			r.Origins = append(r.Origins, j.origins[id])
		}
	}
	checks := j.checks()
	r.Flows = j.estimates(checks)
	for i := range j.cells {
		r.cells[j.cells[i]] = len(r.Balances)
		r.Balances = append(r.Balances, j.balance(j.cells[i]))
	}
	for _, place := range j.places {
		for _, period := range j.periods {
			if c := (flows.Cell{Mineral: j.mineral, Period: period, Place: place}); !j.closed[c] {
				r.Unbalanced = append(r.Unbalanced, Unbalanced{Cell: c, Why: "neither output nor outflow is claimed, or no more than nil"})
			}
		}
	}
	g := j.draws.diagnostics
	r.Chains = &g
	r.Tests = j.tests(checks)
	r.Warnings = slices.Concat(j.m.ledger.Warnings(), j.warnings, j.misfits(checks), j.strained(), priorOnly(r.Flows), g.warnings())
	return r
}

// warnings say why the chains should not be trusted.
func (g *Diagnostics) warnings() []Warning {
	var out []Warning
	warn := func(code flows.Code, format string, args ...any) {
		out = append(out, Warning{Code: code, Text: fmt.Sprintf(format, args...)})
	}
	if !(g.MaxRhat <= greatestRhat) {
		warn(ErrRhat, "R-hat is %.3f for %s, above %.2f: the chains disagree; draw more, after a longer warm-up", g.MaxRhat, g.Worst, greatestRhat)
	}
	if !(min(g.MinESSBulk, g.MinESSTail) >= fewestESS) {
		warn(ErrESS, "%.0f effective draws in the bulk and %.0f in the tails, below %d: draw more", g.MinESSBulk, g.MinESSTail, fewestESS)
	}
	if g.Divergences > 0 {
		warn(ErrDivergent, "%d of %d trajectories diverged: a part of the posterior may be missing; raise the acceptance", g.Divergences, g.Chains*g.Draws)
	}
	if !(g.MinEBFMI >= leastEBFMI) {
		warn(ErrEnergy, "E-BFMI is %.2f, below %.1f: the tails are explored slowly", g.MinEBFMI, leastEBFMI)
	}
	return out
}

// balance is the row of one place and period.
func (j *jointNetwork) balance(c flows.Cell) Balance {
	b := Balance{Cell: c, Basis: j.basis, Side: Pooled, Values: map[Quantity]Value{}}
	s := summarizer{level: j.m.opt.Level}
	for _, q := range Quantities() {
		x := j.cellDraws(c, q)
		if x == nil {
			continue
		}
		if v := s.summarize(x); v.finite() {
			b.Values[q] = v
		}
	}
	return b
}

// estimates describes every flow: the elementary ones, those that are sums of others, and the stock changes.
func (j *jointNetwork) estimates(checks []jointCheck) []FlowEstimate {
	all := make([]flows.Flow, 0, len(j.members))
	for f := range j.members {
		all = append(all, f)
	}
	for i, c := range j.cells {
		if j.model.Balances[i].Closing < 0 {
			all = append(all, flows.Flow{Mineral: c.Mineral, Period: c.Period, From: c.Place, To: flows.Stock})
		}
	}
	for f := range j.zero {
		all = append(all, f)
	}
	slices.SortFunc(all, compareJoint)
	priors := j.priorWorlds()
	out := make([]FlowEstimate, len(all))
	inParallel(len(all), func(i int) { out[i] = j.estimate(all[i], checks, priors) })
	return out
}

// priorWorlds are draws of the priors of all flows, for those whose quantiles have no closed form: walks, and sums of flows.
func (j *jointNetwork) priorWorlds() [][]float64 {
	r := rand.New(newStream(j.m.opt.Seed, "posterior/prior"))
	out := make([][]float64, priorDraws)
	for i := range out {
		out[i] = j.model.DrawPrior(r).Flows
	}
	return out
}

// prior describes what is known of a flow beforehand; nil where its prior is flat, or it closes a balance.
func (j *jointNetwork) prior(f flows.Flow, worlds [][]float64) *Value {
	s := summarizer{level: j.m.opt.Level}
	table := make([]float64, priorDraws)
	members := j.members[f]
	if f.To == flows.Stock {
		i := slices.Index(j.cells, flows.Cell{Mineral: f.Mineral, Period: f.Period, Place: f.From})
		for k := range table {
			table[k] = j.model.Balances[i].SD * mathext.NormalQuantile((float64(k)+0.5)/priorDraws)
		}
	} else if len(members) > 1 || !j.model.PriorQuantiles(members[0], table) {
		for _, k := range members {
			if !j.model.HasPrior(k) {
				return nil
			}
			for i, x := range worlds {
				table[i] += x[k]
			}
		}
		slices.Sort(table)
		for len(table) > 16 && table[0] <= 0 { // a world in which less than nothing is left is none
			table = table[1:]
		}
	}
	v := s.ascending(table)
	return &v
}

// priorDraws is how many quantiles describe a prior, or the claims of a flow.
const priorDraws = 4096

func (j *jointNetwork) estimate(f flows.Flow, checks []jointCheck, priors [][]float64) FlowEstimate {
	s := summarizer{level: j.m.opt.Level}
	if claims := j.zero[f]; claims != nil {
		nothing := s.summarize(j.flowDraws(f))
		return FlowEstimate{Flow: f, Basis: j.basis, Claimed: &nothing, Estimate: nothing, Claims: claims}
	}
	out := FlowEstimate{Flow: f, Basis: j.basis, Estimate: s.summarize(j.flowDraws(f)), Prior: j.prior(f, priors)}
	out.Unobserved = unmoved(out.Prior, &out.Estimate)
	var about []*jointReading
	for i := range j.readings {
		r := &j.readings[i]
		if r.flow != f {
			continue
		}
		out.Claims = append(out.Claims, r.claims...)
		if r.bound == flows.About && r.of == nil {
			about = append(about, r)
		}
		if z := checks[i].Z; out.Z == nil || math.Abs(z) > math.Abs(*out.Z) {
			out.Z = &z
		}
	}
	if len(about) > 0 {
		v := s.summarize(j.claimed(about))
		out.Claimed = &v
	}
	return out
}

// claimed is what the claims alone say of a flow: each with its own error and those that it shares, mixed with equal weights.
func (j *jointNetwork) claimed(about []*jointReading) []float64 {
	n := priorDraws / len(about)
	out := make([]float64, 0, n*len(about))
	for _, r := range about {
		sd := r.sd
		for _, name := range sortedKeys(r.loads) {
			sd = math.Hypot(sd, r.loads[name])
		}
		for i := range n {
			x := r.y + sd*mathext.NormalQuantile((float64(i)+0.5)/float64(n))
			if r.role != flows.IsStock {
				x = math.Exp(x)
			}
			out = append(out, x)
		}
	}
	return out
}

// unmoved reports whether the posterior is hardly another than the prior: its median lies between the prior's quartiles, and its range is
// more than nine tenths as wide, in tonnes or as a ratio.
func unmoved(prior, posterior *Value) bool {
	const most = 0.9
	if prior == nil || posterior.Median < prior.Q25 || posterior.Median > prior.Q75 {
		return false
	}
	return posterior.Hi-posterior.Lo > most*(prior.Hi-prior.Lo) || prior.Lo > 0 && posterior.Lo > 0 && posterior.Hi/posterior.Lo > math.Pow(prior.Hi/prior.Lo, most)
}

// priorOnly warns of the corridors and other flows whose estimates are their priors.
func priorOnly(all []FlowEstimate) []Warning {
	var names []string
	for i := range all {
		if f := &all[i]; f.Unobserved && f.To != flows.Stock {
			names = append(names, f.Flow.String())
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []Warning{{Code: ErrPriorOnly, Text: fmt.Sprintf("%d flows are hardly known better than beforehand, among them %s", len(names), names[0])}}
}
