package estimate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// inflow counts what its origin confirms: the smaller figure where both sides speak, the origin's where only it does. What only the
// receiver declares is listed and not subtracted, unless Inflow is Declared. A third party's figure counts where both are silent, and
// a scenario's always, for that is what the scenario says; so does an unrecorded inflow, which only a scenario brings.
func (c *compiler) inflow() term {
	counted, listed, warnings := c.inflows()
	t := sumOf(counted)
	t.used = append(t.used, listed...)
	t.warnings = append(t.warnings, warnings...)
	return t
}

// thirdPartyInflow warns that what neither end's own statistics say is subtracted. A reconciled figure may rest on the receiver alone.
func (c *compiler) thirdPartyInflow(third []*flowTerm) Warning {
	w := Warning{Code: ErrReconciled}
	var each []string
	for _, f := range third {
		each = append(each, fmt.Sprintf("%.3g t from %s", c.central(f.node), f.from))
		for _, u := range f.used {
			w.Claims = append(w.Claims, u.atom.claim)
		}
	}
	w.Text = "inflow of which neither side of the trade speaks is subtracted by a third party's figure: " + strings.Join(each, ", ")
	return w
}

// inflows are the flows that count, and what is only listed.
func (c *compiler) inflows() (counted []*flowTerm, listed []use, warnings []Warning) {
	type ends struct{ from, to flows.Place }
	var order []ends
	var unrecorded []flows.Claim
	by := func(role flows.Role) map[ends]*flowTerm {
		out := map[ends]*flowTerm{}
		all, _ := c.wholeOrMembers(c.flows(role), func(f *flowTerm) flows.Place { return f.to })
		for _, f := range apart(all, fromPlace) {
			if f.node != nil && f.channel == flows.Recorded {
				e := ends{f.from, f.to}
				out[e], order = f, append(order, e)
			}
		}
		for _, k := range c.side(role) {
			if k.Channel != flows.Recorded {
				unrecorded = append(unrecorded, k)
			}
		}
		return out
	}
	byOrigin, byReceiver, byOther := by(flows.IsInflowMirrored), by(flows.IsInflowDeclared), by(flows.IsInflowReconciled)
	_, prefer := c.m.sides(c.bal.Place)
	if total := byReceiver[ends{flows.World, c.bal.Place}]; total != nil && prefer == Declared {
		e := ends{flows.World, c.bal.Place}
		byOrigin, byReceiver = nil, map[ends]*flowTerm{e: total}
		maps.DeleteFunc(byOther, func(_ ends, f *flowTerm) bool { return !f.brought() })
	}
	slices.SortFunc(order, func(a, b ends) int {
		return cmp.Or(strings.Compare(string(a.from), string(b.from)), strings.Compare(string(a.to), string(b.to)))
	})
	var terms []*flowTerm
	var third []*flowTerm     // what a third party says
	var fromWorld []*flowTerm // counts only where no origin is known
	var unconfirmed, named []string
	var claims []flows.Claim
	total := math.NaN() // of what the receiver declares from anywhere
	for _, e := range slices.Compact(order) {
		o, r, x := byOrigin[e], byReceiver[e], byOther[e]
		switch {
		case x != nil && x.brought():
			terms = append(terms, x)
		case prefer == Declared && r != nil:
			terms = append(terms, r)
		case o != nil && r != nil && c.central(r.node) < c.central(o.node):
			terms = append(terms, r)
		case o != nil:
			terms = append(terms, o)
		case r != nil:
			if e.from == flows.World {
				total = c.central(r.node)
			} else {
				unconfirmed = append(unconfirmed, fmt.Sprintf("%.3g t from %s", c.central(r.node), e.from))
				named = append(named, string(e.from))
			}
			for _, u := range r.used {
				claims = append(claims, u.atom.claim)
				u.check = true
				listed = append(listed, u)
			}
		case x != nil && e.from == flows.World:
			fromWorld = append(fromWorld, x)
		case x != nil:
			third = append(third, x)
		}
	}
	if terms = append(terms, third...); len(terms) == 0 {
		terms, third = fromWorld, fromWorld
	}
	if len(third) > 0 {
		warnings = append(warnings, c.thirdPartyInflow(third))
	}
	terms = append(terms, c.flowsOf(unrecorded, nil)...)
	if !math.IsNaN(total) { // the whole stands for its parts, which are converted at each origin's own rates
		whole := fmt.Sprintf("%.3g t", total)
		if len(named) > 0 {
			whole += ", said to be from " + strings.Join(named, ", ") + " and others"
		}
		unconfirmed = []string{whole}
	}
	if len(unconfirmed) > 0 {
		warnings = append(warnings, Warning{Code: ErrUnconfirmed, Claims: claims,
			Text: "declared inflow that its origin does not confirm is not subtracted: " + strings.Join(unconfirmed, ", ")})
	}
	return terms, listed, warnings
}
