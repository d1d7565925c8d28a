package estimate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// jointReading is what one producer says about one flow in one period, in the substance of the result, on the log scale:
//
//	ln flow = y + sum of loads + error
type jointReading struct {
	flow      flows.Flow // the whole: without part, sites under their country
	of        *flows.Flow
	statement string
	claims    []flows.Claim
	bound     flows.Bound
	y, sd     float64 // of a stock change in tonnes
	loads     map[Var]float64
	role      flows.Role
	complete  bool // the origin says that the partners that it names are all there are
}

// readingsOf gathers what is said about a place in a period. Flows to other places of the set are read here, at their origin.
func (j *jointNetwork) readingsOf(w *worker, cell flows.Cell) []jointReading {
	c := w.compiler(cell)
	if j.m.opt.Prorate {
		c.prorate()
	}
	c.reExports()
	for _, a := range c.bal.Aside {
		j.aside = append(j.aside, Aside{cell, a})
	}
	var out []jointReading
	heard := map[Route]bool{}
	add := func(role flows.Role, keep func(r *jointReading) bool) {
		for _, s := range j.statements(c, role) {
			r, ok := j.reading(c, role, s)
			if ok && keep(&r) {
				out = append(out, r)
			}
		}
	}
	all := func(r *jointReading) bool {
		if r.flow.Channel != flows.Recorded {
			return false
		}
		heard[Route{r.flow.From, r.flow.To}] = true
		return true
	}
	for _, role := range []flows.Role{flows.IsOutput, flows.IsUse, flows.IsStock, flows.IsDeclared, flows.IsMirrored} {
		add(role, all)
	}
	add(flows.IsReconciled, func(r *jointReading) bool { return !heard[Route{r.flow.From, r.flow.To}] })
	fromOutside := func(r *jointReading) bool { return r.flow.Channel == flows.Unrecorded || j.nodeOf(r.flow.From) < 0 }
	_, prefer := j.m.sides(cell.Place)
	add(flows.IsInflowMirrored, func(r *jointReading) bool { return fromOutside(r) && (r.flow.Channel == flows.Unrecorded || all(r)) })
	add(flows.IsInflowDeclared, func(r *jointReading) bool {
		switch {
		case r.flow.Channel == flows.Unrecorded:
			return true
		case !fromOutside(r):
			return false
		case prefer == Declared, heard[Route{r.flow.From, r.flow.To}]:
			return true
		}
		j.warn(ErrUnconfirmed, fmt.Sprintf("%s: declared inflow from %s that its origin does not confirm is left out", cell, r.flow.From), r.claims...)
		return false
	})
	add(flows.IsInflowReconciled, func(r *jointReading) bool {
		brought := slices.ContainsFunc(r.claims, func(k flows.Claim) bool { return k.Scenario != "" })
		return fromOutside(r) && (brought || !heard[Route{r.flow.From, r.flow.To}])
	})
	j.errs = append(j.errs, c.errs...)
	return out
}

// statements puts the claims of one role together, per producer and flow.
func (j *jointNetwork) statements(c *compiler, role flows.Role) []statement {
	var out []statement
	for _, s := range c.bal.Statements(c.side(role)) {
		out = append(out, statement{Statement: s})
	}
	return append(out, c.prorated[role]...)
}

// reading carries a statement into the substance. It is false where nothing can be read from it.
func (j *jointNetwork) reading(c *compiler, role flows.Role, s statement) (jointReading, bool) {
	r := jointReading{claims: s.Claims, bound: s.Bound, loads: map[Var]float64{}, role: role, statement: s.Producer,
		flow: flows.Flow{Mineral: c.bal.Mineral, Period: c.bal.Period, From: s.From, To: s.To, Channel: s.Channel}}
	if s.Bound == flows.About && !s.Complete {
		r.bound = flows.AtLeast
	}
	first := &s.Claims[0]
	r.complete = first.Origin.Whole("partners")
	if slices.ContainsFunc(s.Claims, func(k flows.Claim) bool { return k.Amount.Basis == flows.Share }) {
		if len(s.Claims) > 1 || first.Part != "" {
			j.warn(ErrNotHere, first.Flow.String()+": a share of a part is not in the model", s.Claims...)
			return r, false
		}
		r.of = first.Amount.Of
	}
	var parts []piecewise
	total, most := 0.0, 0.0
	rounded := role != flows.IsStock && r.of == nil && r.bound == flows.About
	for i := range s.Claims {
		p, ok := j.piece(c, &s.Claims[i], r.of != nil, role != flows.IsStock)
		if !ok {
			return r, false
		}
		if s.weights != nil {
			p.central, p.tonnesSD, p.most = p.central*s.weights[i], p.tonnesSD*s.weights[i], p.most*s.weights[i]
			p.sd = math.Hypot(p.sd, logSpread(s.widen.value))
		}
		parts = append(parts, p)
		total, most = total+p.central, most+p.most
		rounded = rounded && p.most > 0
	}
	if rounded {
		r.bound, total = flows.AtMost, most
	}
	if s.weights != nil {
		j.warn(ErrProrated, fmt.Sprintf("%s on %s>%s: %s shared out by months and widened by */%g", s.Producer, s.From, s.To, joinPeriods(s.Claims), prorateSpread), s.Claims...)
	}
	if role == flows.IsStock {
		r.y = total
		for _, p := range parts {
			r.sd = math.Hypot(r.sd, p.tonnesSD)
		}
		return r, true
	}
	if !(total > 0) {
		j.nils = append(j.nils, r)
		return r, false
	}
	r.y = math.Log(total)
	for _, p := range parts {
		weight := p.central / total
		if rounded {
			weight, p.sd = p.most/total, j.p.Priors.ClaimLogSD
		}
		r.sd = math.Hypot(r.sd, weight*p.sd)
		for name, c := range p.loads {
			r.loads[name] += weight * c
		}
	}
	if r.sd == 0 {
		j.bare = append(j.bare, s.Claims...)
		r.sd = j.p.Priors.ClaimLogSD
	}
	r.sd = math.Max(r.sd, finestLogSD)
	return r, true
}

// finestLogSD bounds the spread of a claim from below: beyond it a figure is exact for any purpose, and trajectories have no room.
const finestLogSD = 1e-3

// piecewise is one claim in the substance.
type piecewise struct {
	central, sd float64 // the median, and the log spread of the claim alone
	tonnesSD    float64 // of a stock change, in tonnes
	most        float64 // of a rounded zero, in tonnes, half its last unit; 0: it is none
	loads       map[Var]float64
}

// roundedZero is the end of a range that starts at zero with nothing in it more likely than the rest, 0..0.5, else 0. Its likelihood is
// flat up to there and nil beyond: a ceiling, where a log-normal around its middle would exclude what is far smaller.
func roundedZero(d dist.Dist) float64 {
	if most := d.Quantile(1); d.Quantile(0) == 0 && most > 0 && !math.IsInf(most, 1) && math.Abs(d.Quantile(0.25)-most/4) < 1e-9*most {
		return most
	}
	return 0
}

// piece reads one claim. Shares are fractions and take no conversion.
func (j *jointNetwork) piece(c *compiler, claim *flows.Claim, share, biased bool) (piecewise, bool) {
	p := piecewise{loads: map[Var]float64{}}
	amount := j.m.claimInput(claim)
	weight := 1.0
	f := claim.Flow
	if f.Period.IsZero() { // a capacity without a period is one per year
		weight = float64(c.bal.Period.Months()) / 12
		f.Period = c.bal.Period
	}
	factor := weight
	if biased {
		p.sd = logSpread(amount.value)
		factor *= j.loadBias(claim, p.loads)
	}
	if !share {
		steps, err := c.w.steps(f, claim.Amount.Basis, c.basis)
		if err != nil {
			if be, ok := err.(*flows.BasisError); ok {
				be.Pos = claim.Pos
				be.Missing += " (claim of " + claim.Origin.ID + ")"
			} else {
				err = &flows.RecordError{Pos: claim.Pos, Err: err}
			}
			c.errs = append(c.errs, err)
			return p, false
		}
		for i := range steps {
			factor *= j.loadStep(c.w, &steps[i], p.loads)
			j.usedRates(&steps[i])
		}
	}
	p.central = amount.median() * factor
	p.tonnesSD = amount.value.StdDev() * factor
	p.most = roundedZero(amount.value) * factor
	j.used(claim)
	return p, true
}

// loadBias adds the bias of a claim's producer and returns its median.
func (j *jointNetwork) loadBias(claim *flows.Claim, loads map[Var]float64) float64 {
	if b := j.m.bias(claim); b != nil {
		loads[b.name] += logSpread(b.value)
		return b.median()
	}
	if sd := j.p.Priors.BiasLogSD; sd > 0 {
		loads[biasOf(claim)] += sd
	}
	return 1
}

// loadStep adds the error of a conversion and returns its median factor. Rates that share a stream, as those of one origin do over their
// periods, are one error.
func (j *jointNetwork) loadStep(w *worker, s *step, loads map[Var]float64) float64 {
	median, sd, name := s.factor, 0.0, Var("")
	if s.rate != nil {
		median, sd, name = j.rate(w, s.rate)
	}
	if s.inverse {
		median, sd = 1/median, -sd
	}
	if sd != 0 {
		loads[name] += sd
	}
	return median
}

// rate is the median and the log spread of a rate, with a name that is the same wherever its error is. A rate that several producers
// state, or that is put together from several periods, is summarized from its draws.
func (j *jointNetwork) rate(w *worker, r *rateNode) (median, sd float64, name Var) {
	if len(r.pieces) == 1 && len(r.pieces[0]) == 1 {
		in := r.pieces[0][0].in
		return in.median(), logSpread(in.value), in.stream
	}
	var streams []string
	r.inputs(func(in *input) { streams = append(streams, string(in.stream)) })
	slices.Sort(streams)
	x := slices.Clone(r.draws(w))
	slices.Sort(x)
	at := func(p float64) float64 {
		i, f := position(p, len(x))
		return x[i] + f*(x[min(int(i)+1, len(x)-1)]-x[i])
	}
	return at(0.5), math.Log(at(0.95)/at(0.05)) / (2 * z95), Var(strings.Join(slices.Compact(streams), " and "))
}

// z95 is the normal quantile of 0.95.
const z95 = 1.6448536269514722

// logSpread is the standard deviation of the logarithm of the log-normal with the 90 % range of d; where that reaches zero, with its
// upper half.
func logSpread(d dist.Dist) float64 {
	lo, mid, hi := d.Quantile(0.05), d.Quantile(0.5), d.Quantile(0.95)
	switch {
	case !(mid > 0) || hi == lo:
		return 0
	case lo > 0:
		return math.Log(hi/lo) / (2 * z95)
	}
	return math.Log(hi/mid) / z95
}

// used notes a claim that went in, usedRates the rates of one of its conversions.
func (j *jointNetwork) used(c *flows.Claim) {
	j.origins[c.Origin.ID] = c.Origin
	j.figures[claimVar(c)] = true
}

func (j *jointNetwork) usedRates(s *step) {
	if s.rate == nil {
		return
	}
	for _, r := range s.rate.rates {
		j.origins[r.Origin.ID] = r.Origin
		j.figures[Var(fmt.Sprintf("%s/%s", rateVar(&r), r.Period))] = true
	}
}

// figureOf is the geometric mean of what figures say about a flow, 0 where there are none.
func figureOf(readings []*jointReading) float64 {
	return meanOf(slices.DeleteFunc(slices.Clone(readings), func(r *jointReading) bool { return r.bound != flows.About || r.of != nil }))
}

// meanOf is the geometric mean of readings, 0 where there are none.
func meanOf(readings []*jointReading) float64 {
	if len(readings) == 0 {
		return 0
	}
	sum := 0.0
	for _, r := range readings {
		sum += r.y
	}
	return math.Exp(sum / float64(len(readings)))
}

// compareJoint orders flows: by period, then recorded before unrecorded, then by their ends and parts.
func compareJoint(a, b flows.Flow) int {
	return cmp.Or(a.Period.Compare(b.Period), strings.Compare(string(a.Channel), string(b.Channel)), strings.Compare(string(a.From), string(b.From)),
		strings.Compare(string(a.To), string(b.To)), strings.Compare(a.Part, b.Part))
}
