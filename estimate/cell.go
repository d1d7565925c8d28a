package estimate

import (
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// plan is the arithmetic of one balance, compiled once and evaluated as often as needed.
type plan struct {
	cell                                                 flows.Cell
	basis                                                flows.Basis
	out, declared, mirrored, inflow, use, stock, derived term
	reconciled                                           bool
	side                                                 Side
	outflow                                              term         // chosen from declared and mirrored
	parts                                                []signedTerm // what it is put together from, where partners are decided one by one
	price                                                []step       // from the basis to USD-spot; nil: no price
	impliedBy                                            node         // derived output that the declared outflow can hold
	grade                                                *step        // the conversion of the declared gross weight
	gradeOf                                              string
	bound                                                flows.Bound // of the surplus
	aside                                                []flows.Aside
	warnings                                             []Warning
}

// compile builds the plan of a cell. Which side speaks is decided here, once, from the draws.
func (m *Model) compile(w *worker, cell flows.Cell) (*plan, error) {
	c := w.compiler(cell)
	if c.basis == "" {
		return nil, fmt.Errorf("%s: no package says what results for %q are stated in", cell, cell.Mineral)
	}
	if m.opt.Prorate {
		c.prorate()
	}
	c.reExports()
	p := &plan{cell: cell, basis: c.basis}
	p.out, p.declared, p.mirrored = c.output(), c.declared(), c.mirrored()
	p.inflow = c.inflow()
	p.use, p.stock = c.use(), c.stock()
	if p.declared.node == nil && p.mirrored.node == nil && len(c.bal.Reconciled) > 0 {
		p.reconciled = true
		p.outflow = c.exports(flows.IsReconciled, "exports by a third party")
		p.warnings = append(p.warnings, Warning{Code: ErrReconciled, Text: "neither side of the trade speaks: a third party's figure is used", Claims: c.bal.Reconciled})
	} else {
		c.chooseSide(w, p)
	}
	if p.out.node == nil {
		c.derivedOutput(p)
	}
	if cell.Place.IsUnion() {
		p.warnings = append(p.warnings, c.regionWarning())
	}
	c.explainBounds(p)
	if f := (flows.Flow{Mineral: cell.Mineral, Period: cell.Period, From: cell.Place, To: flows.World}); p.outflow.node != nil {
		p.price = w.price(f, c.basis)
	}
	for _, t := range []*term{&p.out, &p.outflow, &p.inflow, &p.use, &p.stock} {
		p.warnings = append(p.warnings, t.warnings...)
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	p.warnings = append(p.warnings, c.lostInWords()...)
	p.aside = c.bal.Aside
	return p, nil
}

// derivedOutput keeps, for a place without independent output, the latest derived figure of each producer: it tests nothing, but the
// grade that it implies is worth printing.
func (c *compiler) derivedOutput(p *plan) {
	latest := map[string]*flows.Claim{}
	for i := range c.bal.Aside {
		a := &c.bal.Aside[i]
		if a.Code != flows.IsDerived || a.From != flows.Ground || a.Period != c.bal.Period || a.Part != "" || a.Amount.Bound != flows.About {
			continue
		}
		if have := latest[a.Origin.Producer]; have == nil || later(a.Origin, have.Origin) {
			latest[a.Origin.Producer] = &a.Claim
		}
	}
	if len(latest) == 0 {
		p.warnings = append(p.warnings, Warning{Code: ErrNoOutput, Text: "no figure of mine output: no surplus, and output is not taken for zero"})
		return
	}
	var claims []flows.Claim
	for _, producer := range sortedKeys(latest) {
		claims = append(claims, *latest[producer])
	}
	text := "the only output figures (" + strings.Join(sortedKeys(latest), ", ") + ") were computed from trade: no surplus can be had from them"
	p.derived = sumOf(c.flowsOf(claims, nil))
	if grade := grossGrade(&p.declared); grade != nil {
		var inDeclared []flows.Claim // the others are more than all that was declared can hold
		for _, u := range p.derived.used {
			ratio := c.central(u.atom) / c.central(p.declared.node)
			if grade.rate.at((*input).median)*ratio <= 1 {
				inDeclared = append(inDeclared, u.atom.claim)
			} else {
				text += fmt.Sprintf("; that of %s is %.3g times what is declared, so it follows the partners' records", u.atom.claim.Origin.Producer, ratio)
			}
		}
		if held := sumOf(c.flowsOf(inDeclared, nil)); held.node != nil {
			p.impliedBy, p.grade = held.node, grade
			p.gradeOf = fmt.Sprintf("%s per %s", grade.of, grade.per)
		}
	}
	p.warnings = append(p.warnings, Warning{Code: ErrCircular, Text: text, Claims: claims})
}

// grossGrade is the first conversion of a gross weight that a term counts, nil where it counts none.
func grossGrade(t *term) *step {
	for _, u := range t.used {
		if u.atom.claim.Amount.Basis == flows.Gross && len(u.atom.steps) > 0 && u.atom.steps[0].rate != nil && !u.check {
			return &u.atom.steps[0]
		}
	}
	return nil
}

// explainBounds combines the bounds of the terms into the surplus's, and says in words what is missing.
func (c *compiler) explainBounds(p *plan) {
	terms := []struct {
		*term
		sign int
		what string
	}{{&p.outflow, 1, "recorded outflow"}, {&p.use, 1, "domestic use"}, {&p.stock, 1, "stock change"}, {&p.out, -1, "output"}, {&p.inflow, -1, "inflow"}}
	floor, ceiling := false, false
	if p.side != Declared {
		p.warnings = append(p.warnings, p.declared.boundsInWords("declared exports")...)
	}
	for _, t := range terms {
		p.warnings = append(p.warnings, t.boundsInWords(t.what)...)
		switch {
		case t.node == nil || t.bound == flows.About:
		case t.bound == indeterminate:
			floor, ceiling = true, true
		case (t.bound == flows.AtLeast) == (t.sign > 0):
			floor = true
		default:
			ceiling = true
		}
	}
	switch {
	case floor && ceiling:
		p.bound = indeterminate
		p.warnings = append(p.warnings, Warning{Code: ErrIndeterminate, Text: "a floor meets a ceiling: no surplus can be stated"})
	case floor:
		p.bound = flows.AtLeast
	case ceiling:
		p.bound = flows.AtMost
	}
}

// boundsInWords says why a term is a floor or a ceiling.
func (t *term) boundsInWords(what string) []Warning {
	var out []Warning
	if len(t.missing) > 0 {
		out = append(out, Warning{Code: ErrPartial, Text: what + ": a floor: " + strings.Join(t.missing, "; ")})
	}
	for _, u := range t.used {
		c := &u.atom.claim
		switch {
		case u.check || t.bound == flows.About:
		case c.Amount.Bound == flows.AtLeast:
			out = append(out, Warning{Code: ErrPartial, Claims: []flows.Claim{*c}, Text: fmt.Sprintf("%s: a floor: %s says at least %s", what, c.Origin.Producer, bare(c))})
		case c.Amount.Bound == flows.AtMost || c.Evidence == flows.Capacity:
			out = append(out, Warning{Code: ErrCeiling, Claims: []flows.Claim{*c}, Text: fmt.Sprintf("%s: a ceiling: %s says at most %s", what, c.Origin.Producer, bare(c))})
		}
	}
	return out
}

// bare is an amount as its source prints it, without the sign of a bound and with its basis.
func bare(c *flows.Claim) string {
	return strings.TrimLeft(c.Amount.Text, "<>= ") + " " + string(c.Amount.Basis)
}

// indeterminate marks a surplus that is bounded from both sides by different terms.
const indeterminate flows.Bound = -1

// hasSurplus reports whether the plan has what a surplus needs.
func (p *plan) hasSurplus() bool {
	return p.outflow.node != nil && p.out.node != nil && p.bound != indeterminate
}
