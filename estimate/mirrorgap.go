package estimate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// cell compares the trade of one cell. A gap that was not asked for is computed once, with every input at its median.
func (r *mirrorRun) cell(w *worker, cell flows.Cell) (*mirroredCell, error) {
	var noted []Warning
	w.note = func(code flows.Code, text string) { noted = append(noted, Warning{Code: code, Text: text}) }
	tonnes, dollars := r.compilers(w, cell)
	pairs := r.pairs(cell, w.m.ledger.Substance(cell.Mineral), tonnes, dollars)
	out := &mirroredCell{aside: tonnes.exporter.bal.Aside}
	if r.Lag > 0 {
		out.aside = slices.Concat(out.aside, tonnes.importer.bal.Aside)
	}
	noTonnes, noDollars := tonnes.errors(), dollars.errors()
	if len(noTonnes) > 0 && len(noDollars) > 0 {
		if !r.asked[cell] {
			return out, nil
		}
		return nil, slices.Concat(noTonnes, noDollars)
	}
	unratedTonnes, unratedDollars := tonnes.unrated(), dollars.unrated()
	if len(pairs) == 0 && len(unratedTonnes) > 0 && len(unratedDollars) > 0 && r.asked[cell] && !w.m.opt.SetAside {
		var errs flows.Errors
		for _, u := range slices.Concat(unratedTonnes, unratedDollars) {
			errs = append(errs, u.err)
		}
		return nil, errs
	}
	for _, p := range pairs {
		p.lacks(noTonnes, noDollars)
		p.misses("tonnes", p.tonnes, unratedTonnes)
		p.misses("dollars", p.usd, unratedDollars)
		if p.tonnes == nil && p.usd == nil {
			continue
		}
		w.settle(p)
		if p.asked = r.asks(&p.gap); p.asked {
			w.fill(p)
			p.gap.Warnings = append(p.gap.Warnings, regional(tonnes.exporter)...)
			p.gap.Warnings = append(p.gap.Warnings, noted...)
			noted = nil
		}
		out.pairs = append(out.pairs, p)
	}
	return out, nil
}

// pairs lists, in order, what both sides speak of in at least one measure.
func (r *mirrorRun) pairs(cell flows.Cell, basis flows.Basis, measures ...bothSides) []*pair {
	found := map[flows.Flow]*pair{}
	at := func(kind GapKind, from, to flows.Place) *pair {
		f := flows.Flow{Mineral: cell.Mineral, Period: cell.Period, From: from, To: to}
		if found[f] == nil {
			found[f] = &pair{gap: Gap{Flow: f, Kind: kind, Basis: basis}, union: cell.Place.IsUnion() && !r.named[cell.Place]}
		}
		return found[f]
	}
	for _, s := range measures {
		set := func(p *pair, f *faced) {
			if s.exporter.dollars {
				p.usd = f
			} else {
				p.tonnes = f
			}
		}
		exported := s.exported()
		for _, to := range sortedKeys(exported) {
			kind := FlowGap
			if to == flows.World {
				kind = ExportGap
			}
			set(at(kind, cell.Place, to), exported[to])
		}
		imported, total := s.imported(func(from flows.Place) bool { // else the exporter's cell has it
			return !r.has(flows.Cell{Mineral: cell.Mineral, Period: cell.Period, Place: from})
		})
		for _, from := range sortedKeys(imported) {
			set(at(FlowGap, from, cell.Place), imported[from])
		}
		if total != nil {
			set(at(ImportGap, flows.World, cell.Place), total)
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *pair) int { return compareGaps(&a.gap, &b.gap) })
}

// errors are the rates that a measure lacks.
func (s bothSides) errors() flows.Errors {
	if s.importer == s.exporter {
		return s.exporter.errs
	}
	return slices.Concat(s.exporter.errs, s.importer.errs)
}

// unrated are the figures of a measure that no rate carries to it.
func (s bothSides) unrated() []unrated {
	if s.importer == s.exporter {
		return s.exporter.unrated
	}
	return slices.Concat(s.exporter.unrated, s.importer.unrated)
}

// misses says which figure of the pair's own flow a measure lacks, for want of a rate.
func (p *pair) misses(what string, f *faced, all []unrated) {
	holds := func(end, of flows.Place) bool { return end == flows.World || of.Within(end) }
	for _, u := range all {
		if !holds(p.gap.From, u.claim.From) || !holds(p.gap.To, u.claim.To) {
			continue
		}
		text := what + " are missing: "
		if f != nil {
			text = what + " lack a figure: "
		}
		p.gap.Warnings = append(p.gap.Warnings, Warning{Code: ErrNoRate, Text: text + u.err.Error()})
		return
	}
}

// lacks leaves out a measure that lacks a rate, with the reason.
func (p *pair) lacks(noTonnes, noDollars flows.Errors) {
	missing := func(what string, errs flows.Errors) {
		p.gap.Warnings = append(p.gap.Warnings, Warning{Code: ErrNoRate, Text: what + " are missing: " + errs[0].Error()})
	}
	if len(noTonnes) > 0 {
		p.tonnes = nil
		missing("tonnes", noTonnes)
	}
	if len(noDollars) > 0 {
		p.usd = nil
		missing("dollars", noDollars)
	}
}

// settle computes both sides once, with every input at its median: in tonnes where both have them, in dollars else.
func (w *worker) settle(p *pair) {
	f := cmp.Or(p.tonnes, p.usd)
	for i, t := range []term{f.exporter, f.importer} {
		x := make([]float64, 1)
		t.node.eval(w.m.pointWorker((*input).median), x)
		p.central[i] = x[0]
	}
}

// fill evaluates a pair.
func (w *worker) fill(p *pair) {
	g := &p.gap
	if p.tonnes != nil {
		g.Tonnes = w.compare(p.tonnes)
		g.Exceptions = w.exceptions(p.tonnes)
		if price := w.price(g.Flow, g.Basis); price != nil && g.Tonnes.Gap != nil {
			x := w.get()
			p.tonnes.difference().eval(w, x)
			applySteps(w, price, x)
			if v := withBound(w.sum.summarize(x), g.Tonnes.Gap.Bound); v.finite() {
				g.Worth = &v
			}
			w.put(x)
		}
	}
	if p.usd != nil {
		g.USD = w.compare(p.usd)
	}
	w.explain(p)
}

// explain collects the claims and the warnings of a pair, each once. The dollars' warnings repeat the tonnes' where these come from dollars.
func (w *worker) explain(p *pair) {
	g := &p.gap
	seen := map[Var]bool{}
	for _, c := range []*Compared{g.Tonnes, g.USD} {
		if c == nil {
			continue
		}
		for _, u := range slices.Concat(c.Exporter.Used, c.Importer.Used) {
			if !seen[u.Var] {
				seen[u.Var] = true
				g.Claims = append(g.Claims, u.Claim)
			}
		}
	}
	sides := cmp.Or(p.tonnes, p.usd)
	for _, side := range []struct {
		*term
		what string
	}{{&sides.exporter, "exporter"}, {&sides.importer, "importer"}} {
		g.Warnings = append(g.Warnings, side.warnings...)
		g.Warnings = append(g.Warnings, side.boundsInWords(side.what)...)
		for _, mix := range side.mixes {
			if mix.disjoint(w) {
				g.Warnings = append(g.Warnings, Warning{Code: ErrConflict, Text: fmt.Sprintf("%s: the ranges of %s do not touch", side.what, joinNames(mix.names))})
			}
		}
	}
	if _, known := sides.bound(); !known {
		g.Warnings = append(g.Warnings, Warning{Code: ErrIndeterminate, Text: "both sides are incomplete: no gap can be stated"})
	}
	for _, x := range g.Exceptions {
		g.Warnings = append(g.Warnings, Warning{Code: ErrParts, Text: fmt.Sprintf("%s (%s) is in the gap; without it the gap is given too", x.Part, x.Meaning)})
	}
}

// compare evaluates one measure.
func (w *worker) compare(f *faced) *Compared {
	x, m, d := w.get(), w.get(), w.get()
	defer func() { w.put(x); w.put(m); w.put(d) }()
	f.exporter.node.eval(w, x)
	f.importer.node.eval(w, m)
	out := &Compared{Exporter: w.stated(&f.exporter, x), Importer: w.stated(&f.importer, m)}
	bound, known := f.bound()
	if !known {
		return out
	}
	for i := range d {
		d[i] = m[i] - x[i]
	}
	gap := withBound(w.sum.summarize(d), bound)
	out.Gap = &gap
	for i := range d {
		x[i] = d[i] / m[i]
	}
	if v := withBound(w.sum.summarize(x), bound); v.finite() {
		out.Relative = &v
	}
	for _, part := range f.excepted {
		for _, side := range []struct {
			*term
			sign float64
		}{{&part.exporter, 1}, {&part.importer, -1}} {
			if side.node == nil {
				continue
			}
			side.node.eval(w, m)
			for i := range d {
				d[i] += side.sign * m[i]
			}
			if side.sign > 0 {
				bound, known = combined(bound, known, side.term.bound)
			} else {
				less, ok := difference(flows.About, side.term.bound)
				bound, known = combined(bound, known && ok, less)
			}
		}
	}
	if len(f.excepted) > 0 && known {
		v := withBound(w.sum.summarize(d), bound)
		out.Without = &v
	}
	return out
}

// combined is the bound of a sum; false where a floor meets a ceiling.
func combined(a flows.Bound, known bool, b flows.Bound) (flows.Bound, bool) {
	switch {
	case !known || a == indeterminate || b == indeterminate:
		return a, false
	case a == flows.About:
		return b, true
	}
	return a, b == flows.About || a == b
}

// bound is that of importer - exporter; false where nothing is known of it.
func (f *faced) bound() (flows.Bound, bool) {
	if f.importer.bound == indeterminate || f.exporter.bound == indeterminate {
		return 0, false
	}
	return difference(f.importer.bound, f.exporter.bound)
}

// difference is importer - exporter as a node.
func (f *faced) difference() node {
	return sumNode{[]node{f.importer.node, f.exporter.node}, []float64{1, -1}}
}

// stated describes one side from its draws.
func (w *worker) stated(t *term, x []float64) Stated {
	s := Stated{Value: withBound(w.sum.summarize(x), t.bound)}
	for _, u := range t.used {
		d := u.describe(w)
		v := s.Value
		if t.node != node(u.atom) {
			v = u.atom.value(w)
		}
		d.Value = withBound(v, u.atom.claim.Amount.Bound)
		s.Used = append(s.Used, d)
	}
	return s
}

// exceptions describes the excepted parts in tonnes.
func (w *worker) exceptions(f *faced) []Excepted {
	var out []Excepted
	for _, p := range f.excepted {
		value := func(t *term) *Value {
			if t.node == nil {
				return nil
			}
			x := w.get()
			defer w.put(x)
			t.node.eval(w, x)
			v := withBound(w.sum.summarize(x), t.bound)
			return &v
		}
		out = append(out, Excepted{p.Exception, value(&p.exporter), value(&p.importer)})
	}
	return out
}

// regional says what a region drops, and what it cannot see.
func regional(c *compiler) []Warning {
	if !c.bal.Place.IsUnion() {
		return nil
	}
	return []Warning{c.regionWarning()}
}
