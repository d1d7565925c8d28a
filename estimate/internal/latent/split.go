package latent

import "slices"

// Part is a piece of a model that shares nothing with the rest, and where its members stand in the whole.
type Part struct {
	Model
	FlowAt, BalanceAt, ErrorAt, ReadingAt []int
}

// Split takes a model apart into pieces that are independent of each other, in the order of their first flows. Each can be sampled by
// itself: in fewer steps, and to the same draws whatever else the whole holds. Errors that enter no reading are left out, and so is
// what has no flow.
func (m *Model) Split() []*Part {
	n := len(m.Flows)
	parent := make([]int, n+len(m.Errors)) // flows, then errors
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	join := func(a, b int) {
		a, b = find(a), find(b)
		parent[max(a, b)] = min(a, b)
	}
	for i := range m.Balances {
		t := m.Balances[i].Terms
		for _, u := range t {
			join(t[0].Flow, u.Flow)
		}
	}
	for _, w := range m.Walks {
		join(w.From, w.To)
	}
	for i := range m.Groups {
		g := &m.Groups[i]
		for _, f := range slices.Concat(g.Base, g.Less, g.Members) {
			join(g.Members[0], f)
		}
	}
	for _, s := range m.Shifts {
		for _, l := range s.Loads {
			join(s.Flow, n+l.Error)
		}
	}
	first := func(r *Reading) int {
		if r.Stock {
			return m.Balances[r.Node].Terms[0].Flow
		}
		return r.Flows[0]
	}
	for i := range m.Readings {
		r := &m.Readings[i]
		a := first(r)
		for _, f := range r.Flows {
			join(a, f)
		}
		for _, f := range r.Of {
			join(a, f)
		}
		for _, l := range r.Errors {
			join(a, n+l.Error)
		}
	}
	at := map[int]*Part{}
	var parts []*Part
	flowAt, errorAt := make([]int, n), make([]int, len(m.Errors))
	for f := range m.Flows {
		root := find(f)
		p := at[root]
		if p == nil {
			p = &Part{}
			at[root] = p
			parts = append(parts, p)
		}
		flowAt[f] = len(p.Flows)
		p.Flows, p.FlowAt = append(p.Flows, m.Flows[f]), append(p.FlowAt, f)
	}
	for e, name := range m.Errors {
		if p := at[find(n+e)]; p != nil {
			errorAt[e] = len(p.Errors)
			p.Errors, p.ErrorAt = append(p.Errors, name), append(p.ErrorAt, e)
		}
	}
	balanceAt := make([]int, len(m.Balances))
	for i, b := range m.Balances {
		if len(b.Terms) == 0 {
			continue
		}
		p := at[find(b.Terms[0].Flow)]
		balanceAt[i] = len(p.Balances)
		terms := make([]Term, len(b.Terms))
		for k, t := range b.Terms {
			terms[k] = Term{flowAt[t.Flow], t.Sign}
		}
		b.Terms = terms
		if b.Closing >= 0 {
			b.Closing = flowAt[b.Closing]
		}
		p.Balances, p.BalanceAt = append(p.Balances, b), append(p.BalanceAt, i)
	}
	for _, w := range m.Walks {
		p := at[find(w.From)]
		p.Walks = append(p.Walks, Walk{flowAt[w.From], flowAt[w.To], w.Scale})
	}
	moved := func(at []int) []int {
		out := make([]int, len(at))
		for i, f := range at {
			out[i] = flowAt[f]
		}
		return out
	}
	loaded := func(loads []Load) []Load {
		out := make([]Load, len(loads))
		for k, l := range loads {
			out[k] = Load{errorAt[l.Error], l.Coefficient}
		}
		return out
	}
	for _, s := range m.Shifts {
		p := at[find(s.Flow)]
		p.Shifts = append(p.Shifts, Shift{flowAt[s.Flow], loaded(s.Loads)})
	}
	for _, g := range m.Groups {
		p := at[find(g.Members[0])]
		p.Groups = append(p.Groups, Group{moved(g.Members), moved(g.Base), moved(g.Less), g.Width})
	}
	for i := range m.Readings {
		r := m.Readings[i]
		p := at[find(first(&r))]
		r.Flows, r.Of = moved(r.Flows), moved(r.Of)
		r.Errors = loaded(r.Errors)
		if r.Stock {
			r.Node = balanceAt[r.Node]
		}
		p.Readings, p.ReadingAt = append(p.Readings, r), append(p.ReadingAt, i)
	}
	return parts
}
