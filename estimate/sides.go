package estimate

import (
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// chooseSide sets the outflow that the balance uses.
func (c *compiler) chooseSide(w *worker, p *plan) {
	d, mi := &p.declared, &p.mirrored
	prefer, _ := c.m.sides(c.bal.Place)
	switch {
	case d.node == nil && mi.node == nil:
		return
	case prefer == Greater && d.isFigure() && mi.node != nil && !mi.isFigure():
		p.side, p.outflow = Declared, *d
	case prefer == Greater && mi.isFigure() && d.node != nil && !d.isFigure():
		p.side, p.outflow = Mirrored, *mi
	case mi.node == nil, prefer == Declared && d.node != nil:
		p.side, p.outflow = Declared, *d
	case d.node == nil, prefer == Mirrored:
		p.side, p.outflow = Mirrored, *mi
	case prefer == Pooled:
		mix := c.m.mixture(c.bal.Cell, []opinion{{producer: "declared", node: d.node}, {producer: "mirrored", node: mi.node}})
		p.side, p.outflow = Pooled, sum(*d, *mi)
		p.outflow.node = mix // a floor where one of the two is
		p.outflow.mixes = append(p.outflow.mixes, mix)
	default:
		c.greater(w, p)
	}
	if prefer == Mirrored && p.side == Declared {
		p.warnings = append(p.warnings, Warning{Code: ErrOneSided, Text: "the mirrored side is asked for, and only the declared one speaks"})
	}
	if p.side == Mirrored || p.side == Greater {
		heard := joinPlaces(slices.Compact(slices.Sorted(slices.Values(mi.partners))))
		text := "partners heard: " + heard + "; what others received is not in the figure: a floor"
		if d.node == nil {
			text = "only the partners' side speaks (" + heard + "): a floor"
		}
		if p.outflow.bound == flows.AtLeast {
			p.warnings = append(p.warnings, Warning{Code: ErrOneSided, Text: text})
		}
	}
}

// isFigure reports whether a term is a figure or a floor: mineral that did move. A ceiling says only what did not.
func (t *term) isFigure() bool {
	return t.node != nil && (t.bound == flows.About || t.bound == flows.AtLeast)
}

// greater takes the declared side, unless the mirrored one exceeds it with probability Level. Where declarations by partner stand
// beside the declared total, each partner is decided by itself, and so is the rest:
//
//	outflow = total + sum over the partners whose record is greater of (mirrored - declared)
//
// and, where what the other partners record exceeds the total's remainder, that in the remainder's place.
func (c *compiler) greater(w *worker, p *plan) {
	declaredBy, mirroredBy := map[flows.Place]*flowTerm{}, map[flows.Place]*flowTerm{}
	var others []*flowTerm // partners of whom only the mirrored side speaks
	for _, f := range apart(c.flows(flows.IsDeclared), toPlace) {
		if f.to != flows.World && f.node != nil && f.bound == flows.About {
			declaredBy[f.to] = f
		}
	}
	nested := false
	for _, f := range apart(c.flows(flows.IsMirrored), toPlace) {
		for to := range declaredBy {
			nested = nested || f.to != to && (f.to.Within(to) || to.Within(f.to))
		}
		switch {
		case !f.isFigure():
		case declaredBy[f.to] != nil:
			mirroredBy[f.to] = f
		default:
			others = append(others, f)
		}
	}
	if len(mirroredBy) == 0 || nested || c.bal.Place.IsUnion() {
		if c.exceeds(w, p.mirrored.node, p.declared.node) {
			p.side, p.outflow = Mirrored, p.mirrored
		} else {
			p.side, p.outflow = Declared, p.declared
		}
		return
	}
	remainder := sumNode{[]node{p.declared.node}, []float64{1}}
	var kept, in, out, left []term // declarations that stand, records taken, declarations that these replace, records not taken
	for _, to := range sortedKeys(declaredBy) {
		d := declaredBy[to]
		remainder.terms, remainder.signs = append(remainder.terms, d.node), append(remainder.signs, -1)
		if mi := mirroredBy[to]; mi != nil && c.exceeds(w, mi.node, d.node) {
			in, out = append(in, mi.term), append(out, d.term)
		} else {
			kept = append(kept, d.term)
			if mi != nil {
				left = append(left, mi.term)
			}
		}
	}
	rest := sumOf(others)
	if rest.node != nil && c.exceeds(w, rest.node, remainder) {
		p.parts = []signedTerm{{1, Declared, sum(kept...)}, {1, Mirrored, sum(append(in, rest)...)}, {0, Declared, p.declared}, {0, Mirrored, sum(left...)}}
	} else {
		p.parts = []signedTerm{{1, Declared, p.declared}, {1, Mirrored, sum(in...)}, {-1, Declared, sum(out...)}, {0, Mirrored, sum(append(left, rest)...)}}
	}
	var nodes sumNode
	for _, part := range p.parts {
		if part.node != nil && part.sign != 0 {
			nodes.terms, nodes.signs = append(nodes.terms, part.node), append(nodes.signs, float64(part.sign))
		}
	}
	if len(nodes.terms) == 1 && p.parts[0].node != nil {
		p.side, p.outflow, p.parts = Declared, p.declared, nil
		return
	}
	p.side, p.outflow = Greater, sum(p.declared, p.mirrored)
	p.outflow.node = nodes
	p.outflow.bound = flows.AtLeast
}

// signedTerm is a part of an outflow that is put together from both sides.
type signedTerm struct {
	sign int
	of   Quantity
	term
}

func sumOf(all []*flowTerm) term {
	terms := make([]term, len(all))
	for i, f := range all {
		terms[i] = f.term
	}
	return sum(terms...)
}

func (c *compiler) exceeds(w *worker, a, b node) bool {
	x, y := w.get(), w.get()
	defer w.put(x)
	defer w.put(y)
	a.eval(w, x)
	b.eval(w, y)
	n := 0
	for i := range x {
		if x[i] > y[i] {
			n++
		}
	}
	return float64(n) >= c.m.opt.Level*float64(len(x))
}
