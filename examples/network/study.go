package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
	"github.com/mineralflows/mineralflows/flows"
)

// study is the answer: every network, and all of them together for the formats that machines read.
type study struct {
	q        cli.Question
	method   string
	tails    int // degrees of freedom of claims' errors, 0: normal
	networks []*solved
	result   *estimate.Result
	left     []string // minerals that have no network
	priors   estimate.Priors
}

// solved is a network with its estimates.
type solved struct {
	*network
	result      *estimate.Result
	half, twice *estimate.Result // with priors half and twice as wide; nil: not asked for
	compared    []compared       // without each route; nil: not asked for
	shifts      []shifted        // with each prior halved and doubled; nil: not asked for
}

// study estimates each mineral.
func (r *request) study(ctx context.Context, q cli.Question) (*study, error) {
	s := &study{q: q, method: r.method(), tails: r.tails, priors: r.priors}
	routes, err := r.routes.Corridors(q)
	if err != nil {
		return nil, err
	}
	var all []flows.Mineral
	for _, c := range q.Cells {
		if !slices.Contains(all, c.Mineral) {
			all = append(all, c.Mineral)
		}
	}
	minerals := r.minerals(q)
	slices.Sort(all)
	for _, p := range r.places {
		if !slices.ContainsFunc(q.Cells, func(c flows.Cell) bool {
			return strings.EqualFold(string(c.Place), string(p)) && slices.Contains(minerals, c.Mineral)
		}) {
			return nil, fmt.Errorf("-places %s: nobody claims anything of it that a balance of %s could be made of in these periods; leave it out", p, names(minerals))
		}
	}
	for _, m := range all {
		if !slices.Contains(minerals, m) {
			s.left = append(s.left, fmt.Sprintf("%s: not asked for; -mineral %s does", m, m))
		}
	}
	var reasons []string
	for _, m := range minerals {
		n := r.choose(q, m)
		if len(n.places) == 0 || len(n.periods) == 0 {
			reason := fmt.Sprintf("%s: no network (%s)", m, strings.Join(n.left, "; "))
			s.left, reasons = append(s.left, reason), append(reasons, reason)
			continue
		}
		if routes != nil {
			n.corridors = []flows.Corridor{}
			for _, c := range routes {
				if c.Mineral == m {
					n.corridors = append(n.corridors, c)
				}
			}
		}
		n.routes(q)
		s.networks = append(s.networks, &solved{network: n})
	}
	if len(s.networks) == 0 {
		return nil, errors.New(strings.Join(reasons, "; "))
	}
	if r.reconcile {
		return s, s.reconcile(ctx)
	}
	runs := stages{of: len(s.networks), say: q.Stage}
	if r.wide(q) {
		runs.of *= 3
	}
	if r.apart {
		for i := range assumptions {
			if assumptions[i].value(r.priors.Times(1)) != "off" {
				runs.of += 2 * len(s.networks)
			}
		}
	}
	for _, n := range s.networks {
		if err := r.sample(ctx, q, n, &runs); err != nil {
			return nil, err
		}
	}
	s.result = join(s.networks)
	return s, nil
}

// reconcile closes all networks at once.
func (s *study) reconcile(ctx context.Context) error {
	e := estimate.Reconcile{}
	for _, n := range s.networks {
		e.Cells = append(e.Cells, n.cells(s.q)...)
		if n.corridors != nil {
			e.Corridors = append(slices.Clip(e.Corridors), n.corridors...)
			if e.Corridors == nil {
				e.Corridors = []flows.Corridor{}
			}
		}
	}
	r, err := e.Estimate(ctx, s.q.Model)
	if err != nil {
		return err
	}
	if len(r.Flows) == 0 && len(r.Warnings) > 0 {
		return errors.New(r.Warnings[len(r.Warnings)-1].Text)
	}
	s.result = r
	for _, n := range s.networks {
		n.result = r
	}
	return nil
}

// stages counts the runs that an answer takes, for whoever waits for it.
type stages struct {
	at, of int
	say    func(name string)
}

func (s *stages) next(format string, args ...any) {
	s.at++
	s.say(fmt.Sprintf("run %d of %d, ", s.at, s.of) + fmt.Sprintf(format, args...))
}

// wide reports whether the answer shows what other priors do.
func (r *request) wide(q cli.Question) bool {
	return !q.Aside && (q.Format == "text" || q.Format == "markdown")
}

// sample draws from the posterior of a mineral, and for people to read, with priors half and twice as wide: half as many chains, for
// these give a median only.
func (r *request) sample(ctx context.Context, q cli.Question, n *solved, runs *stages) error {
	m, err := r.sided(ctx, q, n.network)
	if err != nil {
		return err
	}
	p := estimate.Posterior{Mineral: n.mineral, Places: n.places, Periods: n.periods, Corridors: n.corridors, Priors: r.priors, Chains: r.chains, Warmup: r.warmup, Draws: r.draws, Acceptance: r.acceptance}
	p.Priors.ClaimTails = float64(r.tails)
	if p.Draws == 0 { // what a draw costs grows with the network
		p.Draws = min(max(40000/(len(n.places)*len(n.periods)), 600), 1500)
	}
	runs.next("%s", n.mineral)
	if n.result, err = p.Estimate(ctx, m); err != nil {
		return err
	}
	if !r.wide(q) {
		return nil
	}
	if r.compare {
		if n.compared, err = compare(ctx, p, m, n.result, runs); err != nil {
			return err
		}
	}
	p.Chains = max(p.Chains/2, 1)
	runs.next("%s with priors half as wide", n.mineral)
	if n.half, err = p.AtPriorScale(0.5).Estimate(ctx, m); err != nil {
		return err
	}
	runs.next("%s with priors twice as wide", n.mineral)
	if n.twice, err = p.AtPriorScale(2).Estimate(ctx, m); err != nil || !r.apart {
		return err
	}
	return n.apart(ctx, p, m, runs)
}

// join puts the results of several minerals side by side. They share nothing, so the discrepancies add up; that any of them disagrees as
// much as the one that disagrees most has at most the probability of that one times their number (Bonferroni).
func join(all []*solved) *estimate.Result {
	if len(all) == 1 {
		return all[0].result
	}
	out := *all[0].result
	out.Flows, out.Balances, out.Aside, out.Origins, out.Warnings = nil, nil, nil, nil, nil
	out.Tests = &estimate.Tests{P: 1}
	out.Chains = &estimate.Diagnostics{MinESSBulk: math.Inf(1), MinESSTail: math.Inf(1), MinEBFMI: math.Inf(1)}
	origins := map[string]*flows.Origin{}
	known := map[string]bool{}
	for _, n := range all {
		r, t, d := n.result, n.result.Tests, n.result.Chains
		out.Flows, out.Balances, out.Aside = append(out.Flows, r.Flows...), append(out.Balances, r.Balances...), append(out.Aside, r.Aside...)
		for _, o := range r.Origins {
			origins[o.ID] = o
		}
		for _, w := range r.Warnings { // those of the data are in every result
			if !known[string(w.Code)+w.Text] {
				known[string(w.Code)+w.Text] = true
				out.Warnings = append(out.Warnings, w)
			}
		}
		out.Tests.J, out.Tests.DF = out.Tests.J+t.J, out.Tests.DF+t.DF
		out.Tests.P = min(out.Tests.P, t.P*float64(len(all)))
		out.Tests.All = append(out.Tests.All, t.All...)
		span, err := flows.Span(n.periods[0], n.periods[len(n.periods)-1])
		if err != nil {
			span = n.periods[0]
		}
		out.Tests.Networks = append(out.Tests.Networks, estimate.NetworkTest{Mineral: n.mineral, Period: span, J: t.J, DF: t.DF, P: t.P})
		c := out.Chains
		c.Chains, c.Draws, c.Warmup = d.Chains, d.Draws, d.Warmup
		if d.MaxRhat > c.MaxRhat {
			c.MaxRhat, c.Worst = d.MaxRhat, d.Worst
		}
		c.MinESSBulk, c.MinESSTail, c.MinEBFMI = min(c.MinESSBulk, d.MinESSBulk), min(c.MinESSTail, d.MinESSTail), min(c.MinEBFMI, d.MinEBFMI)
		c.Divergences += d.Divergences
		c.StepSizes = append(c.StepSizes, d.StepSizes...)
	}
	for _, o := range origins {
		out.Origins = append(out.Origins, o)
	}
	slices.SortFunc(out.Origins, func(a, b *flows.Origin) int { return strings.Compare(a.ID, b.ID) })
	slices.SortStableFunc(out.Tests.All, func(a, b estimate.Test) int {
		return cmp.Compare(b.Statistic/b.Critical, a.Statistic/a.Critical)
	})
	if len(out.Tests.All) > 0 {
		out.Tests.Largest = out.Tests.All[0]
	}
	return &out
}

// leg is one way that unrecorded mineral takes, over the periods of a network.
type leg struct{ from, to flows.Place }

func (l leg) String() string { return string(l.from) + " > " + string(l.to) }

// legs are the unrecorded routes of a network.
func (n *solved) legs() []leg {
	var out []leg
	for i := range n.result.Flows {
		f := &n.result.Flows[i]
		if l := (leg{f.From, f.To}); f.Mineral == n.mineral && f.Channel == flows.Unrecorded && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b leg) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	return out
}

// of finds the estimate of a leg in a period, nil where the network has none.
func (l leg) of(n *solved, p flows.Period) *estimate.FlowEstimate {
	return find(n.result, flows.Flow{Mineral: n.mineral, Period: p, From: l.from, To: l.to, Channel: flows.Unrecorded})
}

func find(r *estimate.Result, f flows.Flow) *estimate.FlowEstimate {
	if r == nil {
		return nil
	}
	i := slices.IndexFunc(r.Flows, func(e estimate.FlowEstimate) bool { return e.Flow == f })
	if i < 0 {
		return nil
	}
	return &r.Flows[i]
}

// sum adds up legs over the periods of a network, draw by draw, in tonnes or at the market price. It is nil where there is no price.
func (n *solved) sum(r *estimate.Result, legs []leg, draws func(*estimate.Result, flows.Flow) (estimate.Draws, error)) (estimate.Draws, error) {
	var total estimate.Draws
	for _, p := range n.periods {
		for _, l := range legs {
			x, err := draws(r, flows.Flow{Mineral: n.mineral, Period: p, From: l.from, To: l.to, Channel: flows.Unrecorded})
			if err != nil {
				return nil, err
			}
			if total == nil {
				total = make(estimate.Draws, len(x))
			}
			for i := range x {
				total[i] += x[i]
			}
		}
	}
	return total, nil
}

// shareOfOutflow is the part of what its receiver sends on by the records that a route brings, over the periods in which the receiver has
// an outflow; nil where it has none.
func (n *solved) shareOfOutflow(l leg) estimate.Draws {
	var brought, sent estimate.Draws
	for _, p := range n.periods {
		out, err := n.result.Draws(flows.Cell{Mineral: n.mineral, Period: p, Place: l.to}, estimate.Outflow)
		if err != nil {
			continue
		}
		in, err := n.result.FlowDraws(flows.Flow{Mineral: n.mineral, Period: p, From: l.from, To: l.to, Channel: flows.Unrecorded})
		if err != nil {
			continue
		}
		if sent == nil {
			brought, sent = make(estimate.Draws, len(in)), make(estimate.Draws, len(in))
		}
		for i := range in {
			brought[i], sent[i] = brought[i]+in[i], sent[i]+out[i]
		}
	}
	for i := range sent {
		if sent[i] == 0 { // nil was claimed of it: a share of nothing is none
			return nil
		}
		sent[i] = brought[i] / sent[i]
	}
	return sent
}
