package estimate

import (
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// term is one side of a balance, or one flow of it, ready for evaluation.
type term struct {
	node     node // nil: nothing is known
	bound    flows.Bound
	used     []use
	checks   []check    // bounds that stand beside a figure
	mixes    []*mixNode // where several producers speak
	missing  []string   // what a floor lacks
	partners []flows.Place
	warnings []Warning
}

// use is one claim of a term.
type use struct {
	atom      *atom
	statement string
	check     bool
}

// check is a bound to hold a figure against.
type check struct {
	bound   flows.Bound
	node    node
	claim   flows.Claim
	against node // the figure: not always the whole term, for a bound on one partner says nothing of the others
}

// hold sets what bounds are held against.
func hold(checks []check, against node) []check {
	for i := range checks {
		checks[i].against = against
	}
	return checks
}

// compiler builds the terms of one balance.
type compiler struct {
	w     *worker
	m     *Model
	bal   flows.Balance
	basis flows.Basis
	depth int // of shares of shares
	errs  flows.Errors
	lost  []flows.Claim // set aside for want of a rate

	spares  bool      // a figure without a rate is set aside, whatever the options say
	unrated []unrated // what was set aside so, and which rate it lacks

	dollars  bool                       // only what is stated in dollars counts
	memo     map[flows.Role][]*flowTerm // flows by side, kept where the sides no longer change; nil: not kept
	prorated map[flows.Role][]statement
}

// unrated is a claim that no rate carries to the basis of the result, and which rate is missing.
type unrated struct {
	claim flows.Claim
	err   *flows.BasisError
}

// statement is what one producer says, with the share of each claim that counts where it was prorated.
type statement struct {
	flows.Statement
	weights []float64 // nil: all 1
	widen   *input    // nil: not prorated
}

func (w *worker) compiler(cell flows.Cell) *compiler {
	return &compiler{w: w, m: w.m, bal: w.m.ledger.Balance(cell), basis: w.m.ledger.Substance(cell.Mineral)}
}

// flowTerm is what all producers say about one flow.
type flowTerm struct {
	from, to flows.Place
	channel  flows.Channel
	term
}

// brought reports whether the scenario, and not a record that always holds, states the flow.
func (f *flowTerm) brought() bool {
	return slices.ContainsFunc(f.used, func(u use) bool { return u.atom.claim.Scenario != "" })
}

// side is the claims that play one role in the balance.
func (c *compiler) side(r flows.Role) []flows.Claim {
	b := &c.bal
	return [...][]flows.Claim{b.Output, b.Declared, b.Mirrored, b.Reconciled, b.InflowDeclared, b.InflowMirrored, b.InflowReconciled, b.Use, b.Stock}[r]
}

// flows builds one term per flow from the claims of one side.
func (c *compiler) flows(r flows.Role) []*flowTerm {
	if known, ok := c.memo[r]; ok {
		return known
	}
	found := c.flowsOf(c.side(r), c.prorated[r])
	if c.memo != nil {
		c.memo[r] = found
	}
	return found
}

func (c *compiler) flowsOf(claims []flows.Claim, more []statement) []*flowTerm {
	type ends struct {
		from, to flows.Place
		channel  flows.Channel
	}
	var order []ends
	statements := map[ends][]statement{}
	var all []statement
	for _, s := range c.bal.Statements(claims) {
		all = append(all, statement{Statement: s})
	}
	for _, s := range append(all, more...) {
		e := ends{s.From, s.To, s.Channel}
		if statements[e] == nil {
			order = append(order, e)
		}
		statements[e] = append(statements[e], s)
	}
	out := make([]*flowTerm, 0, len(order))
	for _, e := range order {
		out = append(out, &flowTerm{e.from, e.to, e.channel, c.flow(statements[e])})
	}
	return out
}

// nameOf names the flow that statements are about.
func nameOf(s statement, c flows.Cell) flowName {
	f := flows.Flow{From: s.From, To: s.To}
	c.Place = f.Subject()
	return flowName{c, fmt.Sprintf("%s>%s %s by %s", s.From, s.To, s.Channel, s.Claims[0].Reporter)}
}

// flow pools what several producers say about one flow. Bounds and incomplete figures never enter a pool: beside a figure they are
// checked, alone they bound.
func (c *compiler) flow(statements []statement) term {
	var t term
	var opinions []opinion
	var floors, ceilings []check
	for _, s := range statements {
		var sum sumNode
		o := opinion{producer: s.Producer}
		bound := s.Bound // or that of a whole of which a claim is a share
		lost := 0
		label := fmt.Sprintf("%s on %s>%s", s.Producer, s.From, s.To)
		for i := range s.Claims {
			a := c.atom(&s.Claims[i])
			if a == nil {
				lost++
				continue
			}
			if s.weights != nil {
				a.weight, a.widen = s.weights[i], s.widen
			}
			sum.terms = append(sum.terms, a)
			o.origins = append(o.origins, s.Claims[i].Origin.ID)
			t.used = append(t.used, use{a, label, s.Bound != flows.About || !s.Complete || a.whole.bound != flows.About})
			t.mixes = append(t.mixes, a.whole.mixes...)
			t.warnings = append(t.warnings, a.whole.warnings...)
			for _, u := range a.whole.used { // the trail of the share leads through its whole
				u.check = true
				t.used = append(t.used, u)
			}
			if bound == flows.About {
				bound = a.whole.bound
			}
		}
		if len(sum.terms) == 0 {
			continue
		}
		if lost > 0 {
			s.Complete, s.Missing = false, fmt.Sprintf("no rate for %d of %d figures", lost, len(s.Claims))
		}
		if s.weights != nil {
			t.warnings = append(t.warnings, Warning{Code: ErrProrated, Claims: s.Claims, Text: fmt.Sprintf(
				"%s: %s shared out by months and widened by */%g", label, joinPeriods(s.Claims), prorateSpread)})
		}
		o.node = sum
		if len(sum.terms) == 1 {
			o.node = sum.terms[0]
		}
		switch {
		case bound == flows.AtMost:
			ceilings = append(ceilings, check{bound: flows.AtMost, node: o.node, claim: s.Claims[0]})
		case bound == flows.AtLeast || !s.Complete:
			floors = append(floors, check{bound: flows.AtLeast, node: o.node, claim: s.Claims[0]})
			if !s.Complete {
				t.missing = append(t.missing, fmt.Sprintf("%s: %s", s.Producer, s.Missing))
			}
		default:
			opinions = append(opinions, o)
		}
	}
	switch {
	case len(opinions) == 1:
		t.node = opinions[0].node
	case len(opinions) > 1:
		var mix *mixNode
		var found []Warning
		t.node, mix, found = c.m.opt.Pool.join(c.m, nameOf(statements[0], c.bal.Cell), opinions)
		t.mixes, t.warnings = append(t.mixes, mix), append(t.warnings, found...)
	}
	if t.node != nil {
		t.checks = hold(append(floors, ceilings...), t.node)
		t.missing = nil
		return t
	}
	c.boundsAlone(&t, floors, ceilings)
	return t
}

// boundsAlone makes a term of bounds only: both give a range, one gives a floor or a ceiling. Of several floors the highest counts,
// of several ceilings the lowest; the others are checked.
func (c *compiler) boundsAlone(t *term, floors, ceilings []check) {
	value := func(k check) float64 { return c.central(k.node) }
	pickHighest := func(all []check, sign float64) (check, []check) {
		best := 0
		for i := range all {
			if sign*value(all[i]) > sign*value(all[best]) {
				best = i
			}
		}
		return all[best], slices.Delete(slices.Clone(all), best, best+1)
	}
	var floor, ceiling check
	var rest []check
	if len(floors) > 0 {
		floor, rest = pickHighest(floors, 1)
		t.checks = append(t.checks, rest...)
	}
	if len(ceilings) > 0 {
		ceiling, rest = pickHighest(ceilings, -1)
		t.checks = append(t.checks, rest...)
	}
	counted := []check{floor, ceiling}
	switch {
	case floor.node != nil && ceiling.node != nil && value(floor) < value(ceiling):
		name := Var(fmt.Sprintf("between/%s/%s>%s by %s", c.bal.Cell, floor.claim.From, floor.claim.To, floor.claim.Reporter))
		t.node = betweenNode{floor.node, ceiling.node, c.m.common("between", name, uniform(), nil)}
	case floor.node != nil:
		t.node, t.bound = floor.node, flows.AtLeast
		if ceiling.node != nil {
			t.checks, counted = append(t.checks, ceiling), counted[:1]
		}
	case ceiling.node != nil:
		t.node, t.bound = ceiling.node, flows.AtMost
	}
	hold(t.checks, t.node)
	for i := range t.used {
		for _, k := range counted {
			if k.node != nil && holds(k.node, t.used[i].atom) {
				t.used[i].check = false
			}
		}
	}
}

// holds reports whether n is the atom or a sum that has it.
func holds(n node, a *atom) bool {
	switch n := n.(type) {
	case *atom:
		return n == a
	case sumNode:
		return slices.ContainsFunc(n.terms, func(t node) bool { return holds(t, a) })
	}
	return false
}

// atom carries one claim into the basis of the result. It returns nil, and records the error, where no chain of rates leads there.
func (c *compiler) atom(claim *flows.Claim) *atom {
	a := &atom{claim: *claim, amount: c.m.claimInput(claim), weight: 1, bias: c.m.bias(claim)}
	f := claim.Flow
	if f.Period.IsZero() { // a capacity without a period is one per year
		a.weight = float64(c.bal.Period.Months()) / 12
		f.Period = c.bal.Period
	}
	if claim.Amount.Basis == flows.Share {
		if c.depth > 4 {
			c.errs = append(c.errs, &flows.RecordError{Pos: claim.Pos, Subject: claim.Flow.String(), Err: fmt.Errorf("shares of shares of shares: a circle?")})
			return nil
		}
		a.whole = c.whole(*claim.Amount.Of)
		a.of = a.whole.node
		if a.of == nil || a.whole.bound == indeterminate {
			c.errs = append(c.errs, &flows.RecordError{Pos: claim.Pos, Subject: claim.Flow.String(), Err: fmt.Errorf("a share of %s, of which nothing is known", claim.Amount.Of)})
			return nil
		}
		return a
	}
	steps, err := c.w.steps(f, claim.Amount.Basis, c.basis)
	if err != nil {
		if be, ok := err.(*flows.BasisError); ok {
			if c.m.opt.SetAside || c.spares {
				c.unconverted(claim, be)
				return nil
			}
			be.Pos = claim.Pos
			be.Missing += " (claim of " + claim.Origin.ID + ")"
		} else {
			err = &flows.RecordError{Pos: claim.Pos, Err: err}
		}
		c.errs = append(c.errs, err)
		return nil
	}
	a.steps = steps
	return a
}

// unconverted sets a claim aside that no rate carries to the basis of the result.
func (c *compiler) unconverted(claim *flows.Claim, why *flows.BasisError) {
	same := func(k flows.Claim) bool {
		return k.Flow == claim.Flow && k.Origin == claim.Origin && k.Pos == claim.Pos && k.Amount.Basis == claim.Amount.Basis
	}
	if slices.ContainsFunc(c.lost, same) {
		return
	}
	c.lost = append(c.lost, *claim)
	c.bal.Aside = append(c.bal.Aside, flows.Aside{Claim: *claim, Code: ErrNoRate, Why: why.Error()})
	named := *why
	named.Pos, named.Missing = claim.Pos, why.Missing+" (claim of "+claim.Origin.ID+")"
	c.unrated = append(c.unrated, unrated{*claim, &named})
}

// lostInWords says which figures were set aside for want of a rate.
func (c *compiler) lostInWords() []Warning {
	if len(c.lost) == 0 {
		return nil
	}
	bases, producers := map[string]bool{}, map[string]bool{}
	for i := range c.lost {
		bases[string(c.lost[i].Amount.Basis)], producers[c.lost[i].Origin.Producer] = true, true
	}
	from := sortedKeys(producers)
	if n := len(from) - 4; n > 1 {
		from = append(from[:4:4], fmt.Sprintf("%d others", n))
	}
	return []Warning{{Code: ErrNoRate, Claims: c.lost, Text: fmt.Sprintf("set aside, since no rate leads from %s to %s: what %s state (%d)",
		joinNames(sortedKeys(bases)), c.basis, joinNames(from), len(c.lost))}}
}

// whole is what is known about the flow that a share is a part of: its output, or its declared side, or its mirrored one; of a part,
// what is said about that part.
func (c *compiler) whole(f flows.Flow) term {
	d := c.w.compiler(flows.Cell{Mineral: f.Mineral, Period: f.Period, Place: f.Subject()})
	d.depth, d.spares = c.depth+1, c.spares
	if c.m.opt.Prorate {
		d.prorate()
	}
	defer func() {
		c.errs, c.lost, c.unrated = append(c.errs, d.errs...), append(c.lost, d.lost...), append(c.unrated, d.unrated...)
	}()
	roles := []flows.Role{flows.IsDeclared, flows.IsMirrored, flows.IsReconciled}
	switch {
	case f.Part != "" || f.Channel != flows.Recorded:
		return c.partOf(f)
	case f.From == flows.Ground:
		return d.output()
	case f.To == flows.World:
		for _, t := range []term{d.declared(), d.mirrored()} {
			if t.node != nil {
				return t
			}
		}
	}
	for _, role := range roles {
		for _, t := range d.flows(role) {
			if t.to == f.To && t.node != nil {
				return t.term
			}
		}
	}
	return term{}
}

// partOf is what is said about one part, or one channel, of a flow: the latest figure of each producer, pooled.
func (c *compiler) partOf(f flows.Flow) term {
	latest := map[string]*flows.Claim{}
	for _, k := range c.m.ledger.About(f) {
		counts := k.Scenario == "" && k.Evidence != flows.Testimony && k.Evidence != flows.Derived || k.Scenario != "" && k.Scenario == c.m.ledger.Scenario()
		if !counts || k.Amount.Bound != flows.About || k.Evidence == flows.Capacity {
			continue
		}
		if have := latest[k.Origin.Producer]; have == nil || later(k.Origin, have.Origin) {
			latest[k.Origin.Producer] = &k
		}
	}
	var t term
	var opinions []opinion
	for _, producer := range sortedKeys(latest) {
		if a := c.atom(latest[producer]); a != nil {
			opinions = append(opinions, opinion{producer, []string{a.claim.Origin.ID}, a})
			t.used = append(t.used, use{atom: a, statement: producer + " on " + f.String()})
		}
	}
	switch len(opinions) {
	case 0:
	case 1:
		t.node = opinions[0].node
	default:
		mix := c.m.mixture(flows.Cell{Mineral: f.Mineral, Period: f.Period, Place: f.Subject()}, opinions)
		t.node, t.mixes = mix, []*mixNode{mix}
	}
	return t
}

// sum adds terms. A floor among them makes the sum a floor, a ceiling a ceiling; both together leave nothing known: indeterminate.
func sum(terms ...term) term {
	var out term
	var nodes []node
	for _, t := range terms {
		out.used = append(out.used, t.used...)
		out.checks = append(out.checks, t.checks...)
		out.mixes = append(out.mixes, t.mixes...)
		out.missing = append(out.missing, t.missing...)
		out.partners = append(out.partners, t.partners...)
		out.warnings = append(out.warnings, t.warnings...)
		if t.node == nil {
			continue
		}
		nodes = append(nodes, t.node)
		switch {
		case t.bound == flows.About || t.bound == out.bound:
		case out.bound == flows.About:
			out.bound = t.bound
		default:
			out.bound = indeterminate
		}
	}
	switch len(nodes) {
	case 0:
	case 1:
		out.node = nodes[0]
	default:
		out.node = sumNode{terms: nodes}
	}
	return out
}

// central is a node's value with every input at its median.
func (c *compiler) central(n node) float64 {
	x := make([]float64, 1)
	n.eval(c.m.pointWorker((*input).median), x)
	return x[0]
}
