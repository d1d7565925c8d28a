package estimate

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/mineralflows/mineralflows/flows"
)

// MassBalance computes, for each cell,
//
//	surplus = recorded outflow + domestic use + stock build-up - mine output - inflow that its origin confirms
//
// in tonnes of the mineral's substance.
type MassBalance struct {
	Cells      []flows.Cell // nil: every cell of the ledger. A cell whose place is a union is a region: flows inside it cancel
	Quantities []Quantity   // nil: all. Those that are summarized, with the claims behind them; fewer are faster, and the same
}

// Estimate runs the balance over all cells, on as many processors as the program may use; the result does not depend on their
// number. It returns flows.Errors with every *flows.BasisError where rates are missing, and what ctx.Err says when it is cancelled.
func (e MassBalance) Estimate(ctx context.Context, m *Model) (*Result, error) {
	cells := e.Cells
	if cells == nil {
		cells = slices.Collect(m.ledger.Cells())
	}
	for _, c := range cells {
		if m.ledger.Substance(c.Mineral) == "" {
			return nil, fmt.Errorf("%s: unknown mineral %q", c, c.Mineral)
		}
	}
	done := make([]*outcome, len(cells))
	if err := m.overCells(ctx, cells, func(w *worker, i int) error {
		out, err := m.balance(w, cells[i], e.Quantities)
		done[i] = out
		return err
	}); err != nil {
		return nil, err
	}
	return m.collect(done), nil
}

// outcome is what became of one cell: a row, or a reason why there is none.
type outcome struct {
	balance Balance
	aside   []flows.Aside
	why     string // not "": there is no row
	claims  []flows.Claim
}

// overCells calls do for every cell, in parallel over runs of cells of one mineral and place, which share rates.
func (m *Model) overCells(ctx context.Context, cells []flows.Cell, do func(w *worker, i int) error) error {
	var starts []int
	for i := range cells {
		if i == 0 || cells[i].Mineral != cells[i-1].Mineral || cells[i].Place != cells[i-1].Place {
			starts = append(starts, i)
		}
	}
	errs := make([]error, len(cells))
	var mu sync.Mutex
	finished := 0
	workers := sync.Pool{New: func() any { return m.newWorker() }}
	inParallel(len(starts), func(k int) {
		w := workers.Get().(*worker)
		defer workers.Put(w)
		end := len(cells)
		if k+1 < len(starts) {
			end = starts[k+1]
		}
		for i := starts[k]; i < end; i++ {
			if ctx.Err() != nil {
				return
			}
			errs[i] = do(w, i)
			if m.opt.Progress != nil {
				mu.Lock()
				finished++
				m.opt.Progress(finished, len(cells))
				mu.Unlock()
			}
		}
		w.forget()
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	return joinErrors(errs)
}

// joinErrors puts the errors of all cells into one list, each text once.
func joinErrors(errs []error) error {
	var out flows.Errors
	seen := map[string]bool{}
	for _, err := range errs {
		list, ok := err.(flows.Errors) // a wrapped list keeps what it is wrapped in
		if !ok && err != nil {
			list = flows.Errors{err}
		}
		for _, e := range list {
			if !seen[e.Error()] {
				seen[e.Error()] = true
				out = append(out, e)
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// balance computes one row.
func (m *Model) balance(w *worker, cell flows.Cell, wanted []Quantity) (*outcome, error) {
	var found []Warning
	w.note = func(code flows.Code, text string) { found = append(found, Warning{Code: code, Text: text}) }
	p, err := m.compile(w, cell)
	if err != nil {
		return nil, err
	}
	out := &outcome{balance: Balance{Cell: cell}, aside: p.aside}
	if p.outflow.node == nil {
		out.why = "no recorded outflow"
		if p.out.node == nil && p.derived.node == nil {
			out.why = "neither output nor outflow"
		}
		for _, t := range []*term{&p.out, &p.inflow} {
			for _, u := range t.used {
				out.claims = append(out.claims, u.atom.claim)
			}
		}
		return out, nil
	}
	n := p.evaluate(w, wanted)
	b := Balance{Cell: cell, Basis: p.basis, Side: p.side, Grade: p.gradeOf, Values: make(map[Quantity]Value)}
	for _, q := range Quantities() {
		if wanted != nil && !slices.Contains(wanted, q) {
			continue
		}
		if v, ok := p.summarize(w, n, q, b.Values); ok {
			b.Values[q] = v
		}
	}
	b.Warnings = append(p.warnings, found...)
	b.Warnings = append(b.Warnings, p.checkBounds(w)...)
	b.Alternatives, found = p.alternatives(w)
	b.Warnings = append(b.Warnings, found...)
	b.Warnings = append(b.Warnings, m.ledgerWarnings(p)...)
	b.Terms = p.terms(w, b.Values, wanted)
	n.put(w)
	out.balance = b
	return out, nil
}

// summarize describes one quantity. What is the same draws as another quantity, or the table of one input, is not counted again.
func (p *plan) summarize(w *worker, n numbers, q Quantity, have map[Quantity]Value) (Value, bool) {
	x := n.of[q]
	if x == nil {
		return Value{}, false
	}
	if t := p.term(q); t != nil {
		if a, ok := t.node.(*atom); ok && a.simple() {
			return withBound(a.value(w), n.bound[q]), true
		}
	}
	for _, same := range [2]Quantity{Declared, Mirrored} {
		if q == Outflow && p.side == Side(same) {
			return p.summarize(w, n, same, have)
		}
		if v, ok := have[Outflow]; ok && q == same && p.side == Side(same) {
			return v, true
		}
	}
	v := withBound(w.sum.summarize(x), n.bound[q])
	return v, v.finite()
}

// term is the term of a quantity that is one, nil for the others.
func (p *plan) term(q Quantity) *term {
	switch q {
	case Output:
		return &p.out
	case Declared:
		return &p.declared
	case Mirrored:
		return &p.mirrored
	case Inflow:
		return &p.inflow
	case Use:
		return &p.use
	case Stock:
		return &p.stock
	}
	return nil
}

// checkBounds holds each figure against the bounds that stand beside it.
func (p *plan) checkBounds(w *worker) []Warning {
	var out []Warning
	for _, t := range []*term{&p.out, &p.declared, &p.mirrored, p.third(), &p.inflow, &p.use, &p.stock} {
		if t.node == nil || len(t.checks) == 0 {
			continue
		}
		x, b := w.get(), w.get()
		for _, k := range t.checks {
			k.against.eval(w, x)
			k.node.eval(w, b)
			violated := 0
			for i := range x {
				if k.bound == flows.AtLeast && x[i] < b[i] || k.bound == flows.AtMost && x[i] > b[i] {
					violated++
				}
			}
			if 2*violated > len(x) {
				word := "at least"
				if k.bound == flows.AtMost {
					word = "at most"
				}
				out = append(out, Warning{Code: ErrBound, Claims: []flows.Claim{k.claim}, Text: fmt.Sprintf("%s says %s %.3g t in %s; the figure used is probably outside",
					k.claim.Origin.Producer, word, w.sum.summarize(b).Median, p.cell.Period)})
			}
		}
		w.put(x)
		w.put(b)
	}
	return out
}

// alternatives gives the surplus under each producer of a term where their ranges do not touch.
func (p *plan) alternatives(w *worker) ([]Alternative, []Warning) {
	var out []Alternative
	var warnings []Warning
	for _, t := range []struct {
		*term
		q Quantity
	}{{&p.out, Output}, {&p.declared, Declared}, {&p.mirrored, Mirrored}, {p.third(), Outflow}, {&p.inflow, Inflow}, {&p.use, Use}, {&p.stock, Stock}} {
		for _, mix := range t.mixes {
			if !mix.disjoint(w) {
				continue
			}
			warnings = append(warnings, Warning{Code: ErrConflict, Text: fmt.Sprintf("%s: the ranges of %s do not touch", t.q, joinNames(mix.names))})
			if !p.hasSurplus() {
				continue
			}
			for _, name := range mix.names {
				w.force = name
				n := p.evaluate(w, []Quantity{Surplus})
				w.force = ""
				out = append(out, Alternative{name, t.q, withBound(w.sum.summarize(n.of[Surplus]), p.bound)})
				n.put(w)
			}
		}
	}
	return out, warnings
}

func joinNames(names []string) string {
	s := ""
	for i, n := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			s += " and "
		default:
			s += ", "
		}
		s += n
	}
	return s
}

// disjoint reports whether two opinions have ranges that do not touch.
func (m *mixNode) disjoint(w *worker) bool {
	lo, hi := make([]float64, len(m.terms)), make([]float64, len(m.terms))
	x := w.get()
	defer w.put(x)
	for k, t := range m.terms {
		t.eval(w, x)
		v := w.sum.summarize(x)
		lo[k], hi[k] = v.Lo, v.Hi
	}
	for i := range lo {
		for j := range i {
			if lo[i] > hi[j] || lo[j] > hi[i] {
				return true
			}
		}
	}
	return false
}

// ledgerWarnings are those of the ledger's warnings that concern a claim of this balance.
func (m *Model) ledgerWarnings(p *plan) []Warning {
	var out []Warning
	for _, warning := range m.ledger.Warnings() {
		if slices.ContainsFunc(warning.Claims, func(c flows.Claim) bool {
			return c.Mineral == p.cell.Mineral && p.cell.Period.Contains(c.Period) && (c.From.Within(p.cell.Place) || c.To.Within(p.cell.Place))
		}) {
			out = append(out, warning)
		}
	}
	return out
}

// collect puts the outcomes together.
func (m *Model) collect(done []*outcome) *Result {
	r := &Result{Scenario: m.name, Options: m.opt, Warnings: m.ledger.Warnings(), model: m, cells: map[flows.Cell]int{}}
	origins := map[string]*flows.Origin{}
	figures := map[Var]bool{}
	for _, o := range done {
		b := &o.balance
		for _, a := range o.aside {
			r.Aside = append(r.Aside, Aside{b.Cell, a})
		}
		if o.why != "" {
			if len(o.claims)+len(o.aside) > 0 {
				r.Unbalanced = append(r.Unbalanced, Unbalanced{b.Cell, o.why, o.claims})
			}
			continue
		}
		r.cells[b.Cell] = len(r.Balances)
		for _, t := range b.Terms {
			for _, u := range t.Used {
				figures[u.Var] = true
				origins[u.Claim.Origin.ID] = u.Claim.Origin
				for _, s := range u.Steps {
					for _, rate := range append(s.Among, s.Rate) {
						if rate.Origin != nil {
							figures[Var(fmt.Sprintf("%s/%s", rateVar(&rate), rate.Period))] = true
							origins[rate.Origin.ID] = rate.Origin
						}
					}
				}
			}
		}
		r.Balances = append(r.Balances, *b)
	}
	for _, id := range sortedKeys(origins) {
		r.Origins = append(r.Origins, origins[id])
	}
	r.Figures = len(figures)
	return r
}
