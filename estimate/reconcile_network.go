package estimate

import (
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// network is the flows of one mineral and period between places with a balance and the border.
type network struct {
	m       *Model
	mineral flows.Mineral
	period  flows.Period
	basis   flows.Basis
	nodes   []flows.Cell
	edges   []networkFlow
	totals  []networkTotal
	notes   []Warning
	errs    flows.Errors
}

// networkFlow is one flow.
type networkFlow struct {
	flows.Flow
	from, to int   // nodes; -1 for the border
	term     *term // what measures it; nil: nothing
	aside    bool  // a sum of others, or a part of another: it stands in no balance
	parts    bool  // its figure is the sum of its parts', which are measured in its place
}

// networkTotal says that one flow is the sum of others.
type networkTotal struct {
	whole int
	parts []int
}

// otherOrigins names the part of an inflow that comes from places which nobody names.
const otherOrigins = "other origins"

// place is what is known of one place while a network is made.
type networkPlace struct {
	c       *compiler
	p       *plan
	drawn   bool // its flows are complete as drawn
	crossed bool // a corridor touches it
	entered bool // a corridor leads in
	left    bool // a corridor leads out
	in      []*flowTerm
	out     []*flowTerm // by partner, without the world
	total   *term       // nil: none is declared, or it does not count
}

// stated reports whether anything is claimed on any side of the balance.
func (c *compiler) stated() bool {
	for r := flows.IsOutput; r <= flows.IsStock; r++ {
		if len(c.side(r)) > 0 {
			return true
		}
	}
	return false
}

// network gathers the flows around the cells of one mineral and period.
func (m *Model) network(w *worker, cells []flows.Cell, corridors []flows.Corridor) (*network, error) {
	n := &network{m: m, mineral: cells[0].Mineral, period: cells[0].Period, basis: m.ledger.Substance(cells[0].Mineral)}
	w.note = func(code flows.Code, text string) { n.notes = append(n.notes, Warning{Code: code, Text: text}) }
	var places []*networkPlace
	between := m.between(cells, corridors)
	for _, cell := range slices.Concat(cells, between) {
		l, err := m.networkPlace(w, cell)
		if err != nil {
			return nil, err
		}
		for _, c := range corridors {
			from, to := c.From.Within(cell.Place), c.To.Within(cell.Place)
			if c.Mineral == n.mineral && from != to {
				l.crossed, l.entered, l.left = true, l.entered || to, l.left || from
			}
		}
		if slices.Contains(between, cell) {
			places = append(places, l)
			continue
		}
		if l.empty() && len(l.c.bal.Aside) > 0 {
			continue // there are claims, and none that counts: Result.Aside has the reasons
		}
		if l.empty() && l.c.stated() {
			w.note(ErrNoClaim, fmt.Sprintf("%s %s: what is claimed of %s only bounds parts of its flows, which no balance can be made of: it is left out", n.mineral, n.period, cell.Place))
			continue
		}
		if l.empty() {
			n.errs = append(n.errs, &NetworkError{Code: ErrNoClaim, Mineral: n.mineral, Period: n.period, Balances: []flows.Cell{cell},
				Text: fmt.Sprintf("nobody claims anything of %s that its balance could be made of; leave it out, or give its output, inflow or outflow", cell.Place)})
		}
		places = append(places, l)
	}
	if len(n.errs) > 0 {
		return nil, n.errs
	}
	places = balanced(places)
	for _, l := range places {
		n.nodes = append(n.nodes, l.c.bal.Cell)
	}
	for i, l := range places {
		for _, w := range l.p.warnings {
			switch w.Code {
			case ErrNoRate:
				w.Text = fmt.Sprintf("%s %s %s: %s", n.mineral, n.period, n.nodes[i].Place, w.Text)
				n.notes = append(n.notes, w)
			case ErrRegion:
				n.notes = append(n.notes, w)
			}
		}
		n.boundary(i, l)
		n.outflows(i, l)
	}
	for j, l := range places {
		for _, f := range l.in {
			n.inflow(j, f)
		}
	}
	for i := range corridors {
		n.corridor(&corridors[i])
	}
	for i := range n.edges {
		if t := n.edges[i].term; t != nil {
			n.notes = append(n.notes, t.warnings...)
		}
	}
	return n, nil
}

// networkPlace compiles the balance of a cell, and its flows one by one.
func (m *Model) networkPlace(w *worker, cell flows.Cell) (*networkPlace, error) {
	p, err := m.compile(w, cell)
	if err != nil {
		return nil, err
	}
	c := w.compiler(cell)
	if m.opt.Prorate {
		c.prorate()
	}
	c.reExports()
	l := &networkPlace{c: c, p: p, drawn: m.drawn(cell.Place)}
	l.in, _, _ = c.inflows()
	l.out = c.partnerFlows(w)
	if p.totalCounts() {
		l.total = &p.outflow
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return l, nil
}

// drawn reports whether a place is one that a package made up.
func (m *Model) drawn(p flows.Place) bool {
	return slices.ContainsFunc(m.ledger.Sites(), func(s flows.Site) bool { return s.Place == p && s.Drawn() })
}

func (l *networkPlace) empty() bool {
	return l.p.out.node == nil && l.p.outflow.node == nil && l.p.use.node == nil && l.p.stock.node == nil && l.p.derived.node == nil && len(l.in) == 0 && len(l.out) == 0
}

func (l *networkPlace) hasIn() bool { return l.p.out.node != nil || len(l.in) > 0 }

func (l *networkPlace) hasOut() bool {
	return l.p.outflow.node != nil || len(l.out) > 0 || l.p.use.node != nil || l.p.stock.node != nil
}

// balanced are the places whose balance is closed. What one sends to another counts as the other's inflow, whoever says so.
func balanced(places []*networkPlace) []*networkPlace {
	receives := func(l *networkPlace) bool {
		return slices.ContainsFunc(places, func(k *networkPlace) bool {
			return k != l && slices.ContainsFunc(k.out, func(f *flowTerm) bool { return f.to.Within(l.c.bal.Place) })
		})
	}
	var out []*networkPlace
	measured := false
	for _, l := range places {
		in := l.hasIn() || receives(l)
		country := !l.drawn && l.p.out.node != nil && l.p.outflow.node != nil
		drawn := l.drawn && (in || l.entered) && (l.hasOut() || l.left)
		if country || drawn || l.crossed && (in || l.hasOut()) {
			out = append(out, l)
			measured = measured || in || l.hasOut()
		}
	}
	if !measured {
		return nil
	}
	return out
}

// between are the places of a plant that a corridor leads out of and that have no balance to ask for in any period, for nothing that
// leaves them is measured: what comes in must go out by it.
func (m *Model) between(cells []flows.Cell, corridors []flows.Corridor) []flows.Cell {
	var out []flows.Cell
	for _, c := range corridors {
		cell := flows.Cell{Mineral: cells[0].Mineral, Period: cells[0].Period, Place: c.From}
		if c.Mineral != cell.Mineral || !m.drawn(c.From) || slices.Contains(out, cell) || slices.Contains(cells, cell) {
			continue
		}
		asked := false
		for k := range m.ledger.Cells() {
			asked = asked || k.Mineral == cell.Mineral && k.Place == cell.Place
		}
		if !asked {
			out = append(out, cell)
		}
	}
	return out
}

// totalCounts reports whether a declared total is what the outflow rests on, and not a sum over partners.
func (p *plan) totalCounts() bool {
	counts := func(t *term) bool {
		return slices.ContainsFunc(t.used, func(u use) bool { return !u.check && u.atom.claim.To == flows.World && u.atom.weight > 0 })
	}
	if p.parts == nil {
		return counts(&p.outflow)
	}
	for _, part := range p.parts {
		if part.sign > 0 && counts(&part.term) {
			return true
		}
	}
	return false
}

// partnerFlows are the outflows of the place by partner, each measured by the side that the options ask for.
func (c *compiler) partnerFlows(w *worker) []*flowTerm {
	by := func(role flows.Role) map[flows.Place]*flowTerm {
		all, _ := c.wholeOrMembers(c.flows(role), func(f *flowTerm) flows.Place { return f.from })
		members := map[flows.Place][]*flowTerm{}
		for _, f := range apart(all, toPlace) {
			if f.node != nil && f.to != flows.World && f.channel == flows.Recorded && !f.to.Within(c.bal.Place) {
				members[f.to] = append(members[f.to], f)
			}
		}
		out := map[flows.Place]*flowTerm{}
		for to, fs := range members {
			out[to] = &flowTerm{from: c.bal.Place, to: to, term: sumOf(fs)}
		}
		return out
	}
	declared, mirrored, third := by(flows.IsDeclared), by(flows.IsMirrored), by(flows.IsReconciled)
	partners := map[flows.Place]bool{}
	for _, side := range []map[flows.Place]*flowTerm{declared, mirrored, third} {
		for to := range side {
			partners[to] = true
		}
	}
	prefer, _ := c.m.sides(c.bal.Place)
	var out []*flowTerm
	for _, to := range sortedKeys(partners) {
		d, mi := declared[to], mirrored[to]
		switch {
		case d == nil && mi == nil:
			out = append(out, third[to])
		case mi == nil, d != nil && prefer == Declared:
			out = append(out, d)
		case d == nil, prefer == Mirrored:
			out = append(out, mi)
		case prefer == Pooled:
			mix := c.m.mixture(c.bal.Cell, []opinion{{producer: "declared", node: d.node}, {producer: "mirrored", node: mi.node}})
			both := sum(d.term, mi.term)
			both.node = mix
			out = append(out, &flowTerm{from: d.from, to: to, term: both})
		case c.exceeds(w, mi.node, d.node):
			out = append(out, mi)
		default:
			out = append(out, d)
		}
	}
	return out
}

func (n *network) flow(from, to flows.Place) flows.Flow {
	return flows.Flow{Mineral: n.mineral, Period: n.period, From: from, To: to}
}

func (n *network) add(f networkFlow) int {
	if f.term != nil && (f.term.node == nil || f.term.bound == indeterminate) {
		f.term = nil
	}
	n.edges = append(n.edges, f)
	whole := len(n.edges) - 1
	if parts := partsOf(&f); parts != nil {
		n.edges[whole].parts = true
		t := networkTotal{whole: whole}
		for i := range parts {
			t.parts = append(t.parts, len(n.edges))
			n.edges = append(n.edges, parts[i])
		}
		n.totals = append(n.totals, t)
	}
	return whole
}

// partsOf are the parts of a flow of which one producer states each, and nothing else measures the flow: parallel lines, artisanal and
// industrial output.
func partsOf(f *networkFlow) []networkFlow {
	if f.term == nil || f.term.bound != flows.About {
		return nil
	}
	s, ok := f.term.node.(sumNode)
	if !ok || s.signs != nil {
		return nil
	}
	var out []networkFlow
	for _, x := range s.terms {
		a, ok := x.(*atom)
		if !ok || a.claim.Part == "" || a.claim.Period != f.Period || a.claim.From != f.From || a.claim.To != f.To || a.weight != 1 || a.widen != nil {
			return nil
		}
		part := networkFlow{Flow: f.Flow, from: -1, to: -1, aside: true, term: &term{node: a, used: []use{{atom: a}}}}
		part.Part = a.claim.Part
		out = append(out, part)
	}
	return out
}

// boundary adds output, use and stock.
func (n *network) boundary(i int, l *networkPlace) {
	place := n.nodes[i].Place
	if l.p.out.node != nil || !l.drawn {
		n.add(networkFlow{Flow: n.flow(flows.Ground, place), from: -1, to: i, term: &l.p.out})
	}
	if l.p.use.node != nil {
		n.add(networkFlow{Flow: n.flow(place, flows.Use), from: i, to: -1, term: &l.p.use})
	}
	if l.p.stock.node != nil {
		n.add(networkFlow{Flow: n.flow(place, flows.Stock), from: i, to: -1, term: &l.p.stock})
	}
}

// outflows adds the total, where one is declared, and the flows to partners: all of them where there is no total, else those that go to
// another balance.
func (n *network) outflows(i int, l *networkPlace) {
	place := n.nodes[i].Place
	var parts []int
	for _, f := range l.out {
		if to := n.nodeOf(f.to); to >= 0 || l.total == nil {
			parts = append(parts, n.add(networkFlow{Flow: n.flow(place, f.to), from: i, to: to, term: &f.term}))
		}
	}
	if l.total != nil {
		whole := n.add(networkFlow{Flow: n.flow(place, flows.World), from: i, to: -1, term: l.total})
		if len(parts) == 0 {
			return
		}
		n.edges[whole].aside = true
		n.totals = append(n.totals, networkTotal{whole, append(parts, n.rest(i, place))})
		return
	}
	if !l.drawn && (l.p.outflow.node == nil || l.p.outflow.bound != flows.About) {
		n.rest(i, place)
	}
}

// rest adds what goes to partners that nobody names.
func (n *network) rest(i int, place flows.Place) int {
	f := n.flow(place, flows.World)
	f.Part = otherPartners
	return n.add(networkFlow{Flow: f, from: i, to: -1})
}

// inflow adds a flow into node j, unless it is there as the outflow of another.
func (n *network) inflow(j int, f *flowTerm) {
	from := n.nodeOf(f.from)
	if from == j {
		return
	}
	if from >= 0 && f.channel == flows.Recorded && slices.ContainsFunc(n.edges, func(e networkFlow) bool { return e.from == from && e.to == j && e.Channel == flows.Recorded }) {
		return
	}
	name := n.flow(f.from, n.nodes[j].Place)
	name.Channel = f.channel
	for k := range n.edges { // several members of a region receive from one place
		if e := &n.edges[k]; e.Flow == name && e.to == j && e.term != nil {
			joined := sum(*e.term, f.term)
			e.term = &joined
			return
		}
	}
	if from >= 0 {
		name.From = n.nodes[from].Place
	}
	var parts []int // a total of imports holds what other places of the network sent
	for k := range n.edges {
		if e := &n.edges[k]; f.from == flows.World && e.to == j && e.from >= 0 && e.Channel == flows.Recorded && !e.aside {
			parts = append(parts, k)
		}
	}
	whole := n.add(networkFlow{Flow: name, from: from, to: j, term: &f.term})
	if len(parts) > 0 {
		rest := name
		rest.Part = otherOrigins
		n.edges[whole].aside = true
		n.totals = append(n.totals, networkTotal{whole, append(parts, n.add(networkFlow{Flow: rest, from: -1, to: j}))})
	}
}

// corridor adds an unrecorded flow that nobody measures, unless it runs inside a region or a claim measures it.
func (n *network) corridor(c *flows.Corridor) {
	from, to := n.nodeOf(c.From), n.nodeOf(c.To)
	if c.Mineral != n.mineral || from == to {
		return
	}
	f := n.flow(c.From, c.To)
	if from >= 0 {
		f.From = n.nodes[from].Place
	}
	if to >= 0 {
		f.To = n.nodes[to].Place
	}
	f.Channel = flows.Unrecorded
	if slices.ContainsFunc(n.edges, func(e networkFlow) bool { return e.Flow == f }) {
		return
	}
	n.add(networkFlow{Flow: f, from: from, to: to})
}

// nodeOf is the node that holds a place, -1 for the border.
func (n *network) nodeOf(p flows.Place) int {
	if p.Boundary() {
		return -1
	}
	return slices.IndexFunc(n.nodes, func(c flows.Cell) bool { return p.Within(c.Place) })
}

// corridors counts the unrecorded flows.
func (n *network) corridors() int {
	k := 0
	for i := range n.edges {
		if n.edges[i].Channel == flows.Unrecorded {
			k++
		}
	}
	return k
}
