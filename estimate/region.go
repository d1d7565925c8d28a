package estimate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// wholeOrMembers picks, in a region, what is said about the region as a whole, and what is said about its members where the other
// end of the flow is not in that already. subject gives a flow's end inside the region. absent lists the members of whom nothing is said.
func (c *compiler) wholeOrMembers(all []*flowTerm, subject func(*flowTerm) flows.Place) (picked []*flowTerm, absent []flows.Place) {
	place := c.bal.Place
	if !place.IsUnion() {
		return all, nil
	}
	other := func(f *flowTerm) flows.Place {
		if subject(f) == f.from {
			return f.to
		}
		return f.from
	}
	var whole []*flowTerm
	for _, f := range all {
		if subject(f) == place && f.node != nil && f.bound == flows.About {
			whole = append(whole, f)
		}
	}
	if len(whole) > 0 {
		for _, f := range all {
			if subject(f) == place || !slices.ContainsFunc(whole, func(u *flowTerm) bool { return other(u) == flows.World || other(f).Within(other(u)) }) {
				picked = append(picked, f)
			}
		}
		return picked, nil
	}
	heard := map[flows.Place]bool{}
	for _, f := range all {
		for _, m := range subject(f).Members() {
			heard[m] = true
		}
	}
	for _, m := range place.Members() {
		if !heard[m] {
			absent = append(absent, m)
		}
	}
	return all, absent
}

func (c *compiler) output() term {
	return c.ownSide(flows.IsOutput, func(f *flowTerm) flows.Place { return f.to }, "output")
}

func (c *compiler) use() term {
	return c.ownSide(flows.IsUse, func(f *flowTerm) flows.Place { return f.from }, "use")
}

func (c *compiler) stock() term {
	return c.ownSide(flows.IsStock, func(f *flowTerm) flows.Place { return f.from }, "stock")
}

// ownSide sums flows that have one end in the place and the other in the ground, in use or in stock.
func (c *compiler) ownSide(role flows.Role, subject func(*flowTerm) flows.Place, what string) term {
	picked, absent := c.wholeOrMembers(c.flows(role), subject)
	var terms []term
	for _, f := range picked {
		terms = append(terms, f.term)
	}
	t := sum(terms...)
	return c.withoutMembers(t, absent, what)
}

// withoutMembers makes a region's term a floor where a member says nothing.
func (c *compiler) withoutMembers(t term, absent []flows.Place, what string) term {
	if t.node != nil && len(absent) > 0 {
		t.missing = append(t.missing, fmt.Sprintf("no %s of %s", what, joinPlaces(absent)))
		t = sum(t, term{node: zero{}, bound: flows.AtLeast})
	}
	return t
}

// zero is a term of which only the bound is known.
type zero struct{}

func (zero) eval(_ *worker, dst []float64) { clear(dst) }

func (zero) inputs(func(*input)) {}

func joinPlaces(places []flows.Place) string {
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

// declared is what the place says of its exports.
func (c *compiler) declared() term { return c.exports(flows.IsDeclared, "declared exports") }

// exports is what one role says of the place's outflow: the total where one is stated, else the sum over partners, a floor unless the
// origin says that these are all.
func (c *compiler) exports(role flows.Role, what string) term {
	all, absent := c.wholeOrMembers(c.flows(role), func(f *flowTerm) flows.Place { return f.from })
	bySubject := map[flows.Place][]*flowTerm{}
	var subjects []flows.Place
	for _, f := range all {
		if bySubject[f.from] == nil {
			subjects = append(subjects, f.from)
		}
		bySubject[f.from] = append(bySubject[f.from], f)
	}
	var terms []term
	for _, s := range subjects {
		t, total := c.declaredBy(bySubject[s])
		terms = append(terms, t)
		if total {
			terms = append(terms, c.lessInside(role, s)...)
			terms = append(terms, c.mayHold(s))
		}
	}
	return c.withoutMembers(sum(terms...), absent, what)
}

// lessInside takes off what a member of a region sends to other members, or receives from them: its total with the world holds it, and
// flows inside a region cancel. At least 9 t inside leave at most the rest: a bound is turned round.
func (c *compiler) lessInside(role flows.Role, member flows.Place) []term {
	if !c.bal.Place.IsUnion() || member == c.bal.Place {
		return nil
	}
	var out []term
	own := c.member(member)
	for _, f := range own.flows(role) {
		other := f.to
		if other == member {
			other = f.from
		}
		bound, known := difference(flows.About, f.bound)
		if f.node == nil || !known || f.channel != flows.Recorded || other == flows.World || !other.Within(c.bal.Place) {
			continue
		}
		t := term{node: sumNode{[]node{f.node}, []float64{-1}}, bound: bound, mixes: f.mixes}
		for _, u := range f.used { // shown with the weight that they have here
			negative := *u.atom
			negative.weight = -negative.weight
			u.atom = &negative
			t.used = append(t.used, u)
		}
		out = append(out, t)
	}
	c.errs = append(c.errs, own.errs...)
	return out
}

// mayHold warns where other members record imports from a member whose own total names no partner inside: the total may hold them.
func (c *compiler) mayHold(member flows.Place) term {
	var t term
	if !c.bal.Place.IsUnion() || member == c.bal.Place {
		return t
	}
	own := c.member(member)
	named := map[flows.Place]bool{}
	for _, f := range own.flows(flows.IsDeclared) {
		named[f.to] = true
	}
	for _, f := range own.flows(flows.IsMirrored) {
		if f.node != nil && !named[f.to] && f.to.Within(c.bal.Place) {
			t.warnings = append(t.warnings, Warning{Code: ErrRegion, Text: fmt.Sprintf("%s records %.3g t from %s, which lies in the region: the total of %s may hold it",
				f.to, c.central(f.node), member, member)})
		}
	}
	return t
}

// member is the compiler of a member's own balance, in the region's period and basis.
func (c *compiler) member(p flows.Place) *compiler {
	own := c.w.compiler(flows.Cell{Mineral: c.bal.Mineral, Period: c.bal.Period, Place: p})
	if c.dollars {
		own.onlyDollars()
	}
	if c.prorated != nil {
		own.shareOut()
	}
	return own
}

// declaredBy also reports whether the total is used.
func (c *compiler) declaredBy(all []*flowTerm) (_ term, isTotal bool) {
	var total *flowTerm
	var partners []*flowTerm
	for _, f := range all {
		if f.to == flows.World {
			total = f
		} else {
			partners = append(partners, f)
		}
	}
	if total != nil && total.node != nil && (total.bound == flows.About || len(partners) == 0) {
		return total.term, true
	}
	t := c.partnerSum(partners)
	if total == nil || total.node == nil {
		return t, false
	}
	if t.node == nil || t.bound == flows.AtLeast && total.bound == flows.AtLeast && c.central(total.node) > c.central(t.node) {
		for i := range t.used { // of two floors the higher one counts
			t.used[i].check = true
		}
		used := append(slices.Clone(total.used), t.used...)
		out := total.term
		out.used = used
		return out, true
	}
	checks := append([]check{{bound: total.bound, node: total.node, claim: total.used[0].atom.claim}}, total.checks...)
	for i := range total.used {
		total.used[i].check = true
	}
	return sum(t, term{checks: hold(checks, t.node), used: total.used}), false
}

// partnerSum sums flows over the partners they go to. A partner that lies within another is part of it and not added.
func (c *compiler) partnerSum(all []*flowTerm) term { return c.sumOver(all, toPlace) }

// sumOver sums flows over partners at either end.
func (c *compiler) sumOver(all []*flowTerm, partner func(*flowTerm) flows.Place) term {
	var terms []term
	complete := true
	for _, f := range apart(all, partner) {
		if f.node == nil {
			continue
		}
		f.term.partners = []flows.Place{partner(f)}
		terms = append(terms, f.term)
		for _, u := range f.used {
			complete = complete && u.atom.claim.Origin.Whole("partners")
		}
	}
	t := sum(terms...)
	if t.node != nil && !complete {
		t = sum(t, term{node: zero{}, bound: flows.AtLeast})
	}
	return t
}

// apart leaves out the flows whose partner lies within the partner of another: they are part of it.
func apart(all []*flowTerm, partner func(*flowTerm) flows.Place) []*flowTerm {
	var out []*flowTerm
	for _, f := range all {
		p := partner(f)
		if !slices.ContainsFunc(all, func(g *flowTerm) bool {
			q := partner(g)
			sameEnd := p == f.to && f.from == g.from || p == f.from && f.to == g.to
			return g != f && g.node != nil && g.channel == f.channel && q != p && p.Within(q) && sameEnd
		}) {
			out = append(out, f)
		}
	}
	return out
}

func toPlace(f *flowTerm) flows.Place { return f.to }

func fromPlace(f *flowTerm) flows.Place { return f.from }

// mirrored is what the partners record of the place's exports: a sum over partners, so a floor.
func (c *compiler) mirrored() term {
	all, absent := c.wholeOrMembers(c.flows(flows.IsMirrored), func(f *flowTerm) flows.Place { return f.from })
	return c.withoutMembers(c.partnerSum(all), absent, "imports recorded by partners")
}

// regionWarning says what a region drops and what it cannot see.
func (c *compiler) regionWarning() Warning {
	w := Warning{Code: ErrRegion, Text: fmt.Sprintf("%s is one place: mineral that moves inside it is in no figure, and ore of one member that leaves under "+
		"the name of another cannot be seen", c.bal.Place)}
	for _, a := range c.bal.Aside {
		if a.Code == flows.Inside {
			w.Claims = append(w.Claims, a.Claim)
		}
	}
	if n := len(w.Claims); n == 1 {
		w.Text += "; 1 claim about the inside is dropped"
	} else if n > 1 {
		w.Text += fmt.Sprintf("; %d claims about the inside are dropped", n)
	}
	return w
}
