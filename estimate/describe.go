package estimate

import (
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// terms lists the claims that went in, term by term, each carried into the basis of the result.
func (p *plan) terms(w *worker, have map[Quantity]Value, wanted []Quantity) []Term {
	sign := func(s Side) int {
		if p.side == s || p.side == Greater || p.side == Pooled {
			return 1
		}
		return 0
	}
	all := p.parts
	if all == nil {
		all = []signedTerm{{sign(Declared), Declared, p.declared}, {sign(Mirrored), Mirrored, p.mirrored}, {1, Outflow, *p.third()}}
	}
	all = append(all[:len(all):len(all)], signedTerm{-1, Output, *p.outputTerm()}, signedTerm{-1, Inflow, p.inflow}, signedTerm{1, Use, p.use}, signedTerm{1, Stock, p.stock})
	var out []Term
	for _, t := range all {
		if len(t.used) == 0 {
			continue
		}
		term := Term{Sign: t.sign, Quantity: t.of}
		term.Used = make([]Used, 0, len(t.used))
		for _, u := range t.used {
			described := u.describe(w)
			switch v, ok := have[t.of]; {
			case ok && t.node == node(u.atom):
				described.Value = v
			case wanted == nil || slices.Contains(wanted, t.of) || u.atom.simple():
				described.Value = u.atom.value(w)
			}
			described.Value.Bound = u.atom.claim.Amount.Bound
			term.Used = append(term.Used, described)
		}
		out = append(out, term)
	}
	return out
}

// third is a third party's outflow, where neither side speaks.
func (p *plan) third() *term {
	if p.reconciled {
		return &p.outflow
	}
	return &term{}
}

// outputTerm is the output, or the derived figures that stand in its place for a reader to see.
func (p *plan) outputTerm() *term {
	if p.out.node != nil || p.derived.node == nil {
		return &p.out
	}
	t := p.derived
	t.used = slices.Clone(t.used)
	for i := range t.used {
		t.used[i].check = true
	}
	return &t
}

func (u use) describe(w *worker) Used {
	a := u.atom
	out := Used{Claim: a.claim, Statement: u.statement, Weight: a.weight, Amount: a.amount.median(), Var: a.amount.name, Check: u.check, Steps: w.describe(a.steps)}
	if a.bias != nil {
		out.Bias = a.bias.name
	}
	return out
}

// simple reports whether a claim is one input times constants.
func (a *atom) simple() bool {
	if a.bias != nil || a.widen != nil || a.of != nil || a.weight < 0 {
		return false
	}
	return !slices.ContainsFunc(a.steps, func(s step) bool { return s.rate != nil })
}

// value describes a claim in the basis of the result. That of a simple one is read off its quantile table.
func (a *atom) value(w *worker) Value {
	if !a.simple() {
		x := w.get()
		a.eval(w, x)
		v := w.sum.summarize(x)
		w.put(x)
		return v
	}
	k := a.weight
	for _, s := range a.steps {
		if s.inverse {
			k /= s.factor
		} else {
			k *= s.factor
		}
	}
	return w.m.tables.summary(a.amount, &w.sum).times(k)
}

// describe is what a chain of steps looks like in a result. Claims that share a chain share its description.
func (w *worker) describe(steps []step) []Step {
	if len(steps) == 0 {
		return nil
	}
	if known, ok := w.told[&steps[0]]; ok {
		return known
	}
	out := make([]Step, 0, len(steps))
	for _, s := range steps {
		out = append(out, s.describe())
	}
	w.told[&steps[0]] = out
	return out
}

func (s step) describe() Step {
	if s.rate == nil {
		return Step{Rate: flows.Rate{Of: s.of, Per: s.per}, Inverse: s.inverse, Median: s.factor}
	}
	out := Step{Rate: s.rate.rates[0], Inverse: s.inverse, Median: s.rate.at((*input).median), Among: s.rate.rates}
	out.Var = s.rate.pieces[0][0].in.name
	if len(s.rate.rates) == 1 {
		out.Among = nil
	}
	return out
}
