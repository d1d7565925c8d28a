package estimate

import (
	"maps"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// mirroredCell is what one cell gives.
type mirroredCell struct {
	pairs []*pair
	aside []flows.Aside
}

// pair is a gap with the arithmetic behind it.
type pair struct {
	gap         Gap
	asked       bool       // evaluated in full
	union       bool       // of a region that was put together for the question
	tonnes, usd *faced     // nil: not both sides speak
	central     [2]float64 // exporter's and importer's figure with every input at its median: tonnes where both have them, dollars else
}

// faced are the two sides of one measure, ready for evaluation.
type faced struct {
	exporter, importer term
	excepted           []facedPart
}

// facedPart is an excepted part on both sides; a nil node where a side does not state it.
type facedPart struct {
	Exception
	exporter, importer term
}

// bothSides are the compilers of one cell and measure: the exporter's period, and the importer's, Lag months later.
type bothSides struct {
	exporter, importer *compiler
	except             []string
}

// compilers prepares both measures of a cell: all figures in tonnes of the substance, and those stated in dollars, free on board. In a
// lagged period that no figure states, adjacent ones are shared out.
func (e Mirror) compilers(w *worker, cell flows.Cell) (tonnes, dollars bothSides) {
	twice := func(cell flows.Cell, share func(*compiler)) (*compiler, *compiler) {
		t := w.compiler(cell)
		d := *t
		d.onlyDollars()
		for _, c := range []*compiler{t, &d} {
			share(c)
			c.spares = true // one flow that lacks a rate is no reason to compare none of the place's
			c.memo = map[flows.Role][]*flowTerm{}
		}
		return t, &d
	}
	tonnes.except, dollars.except = e.Except, e.Except
	tonnes.exporter, dollars.exporter = twice(cell, func(c *compiler) {
		if w.m.opt.Prorate {
			c.prorate()
		}
	})
	tonnes.importer, dollars.importer = tonnes.exporter, dollars.exporter
	if e.Lag > 0 {
		cell.Period = moved(cell.Period, e.Lag)
		tonnes.importer, dollars.importer = twice(cell, (*compiler).shareOut)
	}
	return tonnes, dollars
}

// onlyDollars keeps what is stated in dollars, that which tonnes have set aside included, and states results in dollars free on board.
// What beside tonnes was a piece (months in dollars of a year in tonnes) may be all there is in dollars: it counts again.
func (c *compiler) onlyDollars() {
	c.basis, c.dollars = flows.USD, true
	b := &c.bal
	sides := map[flows.Role]*[]flows.Claim{flows.IsDeclared: &b.Declared, flows.IsMirrored: &b.Mirrored, flows.IsInflowDeclared: &b.InflowDeclared, flows.IsInflowMirrored: &b.InflowMirrored}
	for _, side := range sides {
		*side = slices.DeleteFunc(slices.Clone(*side), func(k flows.Claim) bool { return !k.Amount.Basis.Money() })
	}
	var aside []flows.Aside
	for _, a := range b.Aside {
		role, ok := flows.RoleOf(&a.Claim, b.Place)
		side := sides[role]
		switch {
		case !a.Amount.Basis.Money():
		case ok && side != nil && (a.Code == flows.UnitValue || a.Code == flows.PartOfWhole && !insideUnion(&a.Claim, *side)):
			*side = append(*side, a.Claim)
		default:
			aside = append(aside, a)
		}
	}
	b.Aside = aside
}

// insideUnion reports whether the same producer states in dollars a union that holds the claim's flow.
func insideUnion(c *flows.Claim, side []flows.Claim) bool {
	return slices.ContainsFunc(side, func(u flows.Claim) bool {
		return (c.From != u.From || c.To != u.To) && c.From.Within(u.From) && c.To.Within(u.To) && (u.From.IsUnion() || u.To.IsUnion()) && u.Origin.Producer == c.Origin.Producer
	})
}

// exported pairs what the place exports: partner by partner, and in total. A total says nothing new where one partner is all
// that a place has.
func (s bothSides) exported() map[flows.Place]*faced {
	x, m := s.exporter, s.importer
	out := s.byPartner(flows.IsDeclared, flows.IsMirrored, toPlace, fromPlace)
	total := &faced{exporter: x.declared(), importer: m.mirrored()}
	if s.worthATotal(flows.IsDeclared, flows.IsMirrored, toPlace) && total.spoken() {
		total.importer.name("imports recorded by partners")
		total.excepted = s.parts(flows.IsDeclared, flows.IsMirrored, s.exporter.totals(flows.IsDeclared, func(k *flows.Claim) flows.Place { return k.To }), everything)
		out[flows.World] = total
	}
	return out
}

// imported pairs what the place imports, from the partners that are wanted one by one, and in total: what it declares from the world
// against the sum of what its partners say that they sent.
func (s bothSides) imported(wanted func(flows.Place) bool) (byPartner map[flows.Place]*faced, total *faced) {
	if !slices.ContainsFunc(s.importer.bal.InflowDeclared, func(k flows.Claim) bool { return k.From == flows.World || wanted(k.From.Country()) }) && s.importer.prorated == nil {
		return nil, nil
	}
	byPartner = s.byPartner(flows.IsInflowMirrored, flows.IsInflowDeclared, fromPlace, toPlace)
	maps.DeleteFunc(byPartner, func(p flows.Place, _ *faced) bool { return !wanted(p) })
	all, absent := s.importer.wholeOrMembers(s.importer.flows(flows.IsInflowDeclared), toPlace)
	var totals []term
	for _, f := range all {
		if f.from == flows.World && f.node != nil {
			totals = append(totals, f.term)
			totals = append(totals, s.importer.lessInside(flows.IsInflowDeclared, f.to)...)
		}
	}
	if len(totals) == 0 {
		return byPartner, nil
	}
	sent, silent := s.exporter.wholeOrMembers(s.exporter.flows(flows.IsInflowMirrored), toPlace)
	sent = slices.DeleteFunc(slices.Clone(sent), func(f *flowTerm) bool { return f.from == flows.World })
	total = &faced{exporter: s.exporter.withoutMembers(s.exporter.sumOver(sent, fromPlace), silent, "exports declared by partners"),
		importer: s.importer.withoutMembers(sum(totals...), absent, "declared imports")}
	if !total.spoken() {
		return byPartner, nil
	}
	total.exporter.name("exports declared by partners")
	total.excepted = s.parts(flows.IsInflowMirrored, flows.IsInflowDeclared, everything, func(k *flows.Claim) bool { return k.From == flows.World })
	return byPartner, total
}

func (f *faced) spoken() bool { return f.exporter.node != nil && f.importer.node != nil }

// name says whose sum a floor is.
func (t *term) name(what string) {
	if t.bound == flows.AtLeast && len(t.partners) > 0 {
		heard := joinPlaces(slices.Compact(slices.Sorted(slices.Values(t.partners))))
		t.warnings = append(t.warnings, Warning{Code: ErrOneSided, Text: what + ": heard are " + heard + "; the others are not in the figure: a floor"})
	}
}

// worthATotal reports whether a total is stated, or more than one partner makes one up.
func (s bothSides) worthATotal(byExporter, byImporter flows.Role, partner func(*flowTerm) flows.Place) bool {
	if s.exporter.bal.Place.IsUnion() { // what leaves a region is what it is asked about
		return true
	}
	for _, side := range [][]*flowTerm{s.exporter.flows(byExporter), s.importer.flows(byImporter)} {
		partners := map[flows.Place]bool{}
		for _, f := range side {
			if f.channel == flows.Recorded && f.node != nil {
				partners[partner(f)] = true
			}
		}
		if partners[flows.World] || len(partners) > 1 {
			return true
		}
	}
	return false
}

// byPartner pairs the flows of which both ends speak. In a region the members' flows with one partner are summed: where one member is
// heard on one side only, that side has more in it, so the other is a floor.
func (s bothSides) byPartner(byExporter, byImporter flows.Role, partner, subject func(*flowTerm) flows.Place) map[flows.Place]*faced {
	x, xHeard := s.exporter.gather(byExporter, partner, subject)
	m, mHeard := s.importer.gather(byImporter, partner, subject)
	out := map[flows.Place]*faced{}
	for _, p := range sortedKeys(x) {
		if len(m[p]) == 0 {
			continue
		}
		missing := func(here, there []flows.Place) []flows.Place {
			return slices.DeleteFunc(slices.Clone(there), func(p flows.Place) bool { return slices.Contains(here, p) })
		}
		f := &faced{exporter: s.exporter.withoutMembers(sum(x[p]...), missing(xHeard[p], mHeard[p]), "exports declared"),
			importer: s.importer.withoutMembers(sum(m[p]...), missing(mHeard[p], xHeard[p]), "imports recorded")}
		if f.spoken() {
			with := func(k *flows.Claim) bool {
				end := k.To
				if byExporter == flows.IsInflowMirrored {
					end = k.From
				}
				return end.Country() == p
			}
			f.excepted = s.parts(byExporter, byImporter, with, with)
			out[p] = f
		}
	}
	return out
}

// gather collects the terms of one side by partner, with the members of the place that are heard.
func (c *compiler) gather(role flows.Role, partner, subject func(*flowTerm) flows.Place) (map[flows.Place][]term, map[flows.Place][]flows.Place) {
	byPartner := map[flows.Place][]*flowTerm{}
	for _, f := range c.flows(role) {
		if f.channel == flows.Recorded && f.node != nil && partner(f) != flows.World {
			byPartner[partner(f)] = append(byPartner[partner(f)], f)
		}
	}
	terms, heard := map[flows.Place][]term{}, map[flows.Place][]flows.Place{}
	for p, all := range byPartner {
		picked, _ := c.wholeOrMembers(all, subject)
		for _, f := range picked {
			terms[p] = append(terms[p], f.term)
			heard[p] = append(heard[p], subject(f).Members()...)
		}
	}
	return terms, heard
}

func everything(*flows.Claim) bool { return true }

// totals keeps the claims on a role's total where one is stated, and else those by partner.
func (c *compiler) totals(role flows.Role, partner func(*flows.Claim) flows.Place) func(*flows.Claim) bool {
	stated := slices.ContainsFunc(c.side(role), func(k flows.Claim) bool { return partner(&k) == flows.World })
	return func(k *flows.Claim) bool { return (partner(k) == flows.World) == stated }
}

// parts are the excepted parts that either side states, those named and those that one side alone counts, among the claims that each keeps.
func (s bothSides) parts(byExporter, byImporter flows.Role, ofExporter, ofImporter func(*flows.Claim) bool) []facedPart {
	var out []facedPart
	add := func(x Exception) {
		p := facedPart{x, s.exporter.part(byExporter, x.Part, ofExporter), s.importer.part(byImporter, x.Part, ofImporter)}
		if p.exporter.node != nil || p.importer.node != nil {
			out = append(out, p)
		}
	}
	for _, name := range s.except {
		add(Exception{name, meaning(name)})
	}
	x, m := s.exporter.counted(byExporter, ofExporter), s.importer.counted(byImporter, ofImporter)
	if !cutAlike(x, m) {
		return out
	}
	for _, name := range sortedKeys(x) {
		if !m[name] && !slices.Contains(s.except, name) {
			add(Exception{name, "counted by the exporter only"})
		}
	}
	for _, name := range sortedKeys(m) {
		if !x[name] && !slices.Contains(s.except, name) {
			add(Exception{name, "counted by the importer only"})
		}
	}
	return out
}

// cutAlike reports whether the parts of two sides are cut from a flow in one way, so that a part which one side lacks is one it does not
// count: both are lines of the Harmonized System, or they share a part. A whole counts every part, and a ministry's artisanal output is not
// what customs book under HS 710812 less something.
func cutAlike(x, m map[string]bool) bool {
	if len(x) == 0 || len(m) == 0 || x[""] || m[""] {
		return false
	}
	lines, shared := true, false
	for _, side := range []map[string]bool{x, m} {
		for name := range side {
			lines = lines && strings.HasPrefix(name, "HS ")
			shared = shared || x[name] && m[name]
		}
	}
	return lines || shared
}

// counted are the parts that a side's figure is made of, "" for a whole.
func (c *compiler) counted(role flows.Role, keep func(*flows.Claim) bool) map[string]bool {
	out := map[string]bool{}
	side := c.side(role)
	for i := range side {
		if k := &side[i]; keep(k) && k.Amount.Bound != flows.AtMost {
			out[k.Part] = true
		}
	}
	return out
}

// part is what one side states of one part of its flows, whether it counts as a piece of the figure or stands beside the whole.
func (c *compiler) part(role flows.Role, name string, keep func(*flows.Claim) bool) term {
	var claims []flows.Claim
	side := c.side(role)
	for i := range side {
		if k := &side[i]; k.Part == name && keep(k) {
			claims = append(claims, *k)
		}
	}
	for i := range c.bal.Aside {
		a := &c.bal.Aside[i]
		if a.Part != name {
			continue
		}
		if r, ok := flows.RoleOf(&a.Claim, c.bal.Place); ok && r == role && a.Code == flows.PartOfWhole && keep(&a.Claim) {
			claims = append(claims, a.Claim)
		}
	}
	if len(claims) == 0 {
		return term{}
	}
	var terms []term
	var pieces []statement
	for _, s := range c.bal.Statements(claims) {
		months := 0
		for _, k := range s.Claims {
			months += k.Period.Months()
		}
		if s.Bound == flows.About && months >= c.bal.Period.Months() {
			s.Complete, s.Missing = true, "" // of the part, which is what is asked for
		}
		pieces = append(pieces, statement{Statement: s})
	}
	for len(pieces) > 0 {
		first := pieces[0]
		var same, rest []statement
		for _, s := range pieces {
			if s.From == first.From && s.To == first.To {
				same = append(same, s)
			} else {
				rest = append(rest, s)
			}
		}
		terms, pieces = append(terms, c.flow(same)), rest
	}
	return sum(terms...)
}
