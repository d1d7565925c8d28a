package estimate

import (
	"math"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// numbers are the draws of a balance's quantities. They are the worker's buffers: put returns them.
type numbers struct {
	of    map[Quantity][]float64
	bound map[Quantity]flows.Bound
	own   [][]float64
}

// evaluate computes the draws of the quantities that the plan has and that are wanted (nil: all), with those that they are made of.
func (p *plan) evaluate(w *worker, wanted []Quantity) numbers {
	want := func(q Quantity) bool { return wanted == nil || slices.Contains(wanted, q) }
	n := numbers{of: make(map[Quantity][]float64, 12), bound: make(map[Quantity]flows.Bound, 4)}
	base := func(q Quantity, t *term) []float64 {
		if t.node == nil || t.bound == indeterminate {
			return nil
		}
		x := n.buffer(w)
		t.node.eval(w, x)
		n.of[q], n.bound[q] = x, t.bound
		return x
	}
	ratio := func(q Quantity, bound flows.Bound, a, b []float64) {
		x := n.buffer(w)
		for i := range x {
			x[i] = a[i] / b[i]
		}
		n.of[q], n.bound[q] = x, bound
	}
	minus := func(q Quantity, a, b []float64, of, less flows.Bound) {
		bound, ok := difference(of, less)
		if a == nil || b == nil || !want(q) || !ok {
			return
		}
		x := n.buffer(w)
		for i := range x {
			x[i] = a[i] - b[i]
		}
		n.of[q], n.bound[q] = x, bound
	}
	var output, declared, mirrored []float64
	output = base(Output, &p.out)
	if gaps := want(TradeGap) || want(OutputGap) || want(Floor) || want(ImpliedGrade); gaps || want(Declared) || p.side == Declared {
		declared = base(Declared, &p.declared)
	}
	if want(TradeGap) || want(Mirrored) || p.side == Mirrored {
		mirrored = base(Mirrored, &p.mirrored)
	}
	base(Inflow, &p.inflow)
	base(Use, &p.use)
	base(Stock, &p.stock)
	var outflow []float64
	switch {
	case p.outflow.node == nil, p.outflow.bound == indeterminate:
	case p.side == Declared:
		outflow = declared
	case p.side == Mirrored:
		outflow = mirrored
	default:
		outflow = n.buffer(w)
		p.outflow.node.eval(w, outflow)
	}
	if outflow != nil {
		n.of[Outflow], n.bound[Outflow] = outflow, p.outflow.bound
	}
	if p.hasSurplus() {
		surplus := n.buffer(w)
		output := output[:len(surplus)]
		for i, x := range outflow[:len(surplus)] {
			surplus[i] = x - output[i]
		}
		for _, t := range []struct {
			q    Quantity
			sign float64
		}{{Use, 1}, {Stock, 1}, {Inflow, -1}} {
			if x := n.of[t.q]; x != nil {
				for i := range surplus {
					surplus[i] += t.sign * x[i]
				}
			}
		}
		n.of[Surplus], n.bound[Surplus] = surplus, p.bound
		if want(Share) {
			ratio(Share, p.bound, surplus, outflow)
		}
		if p.price != nil && want(ValueUSD) {
			x := n.buffer(w)
			copy(x, surplus)
			applySteps(w, p.price, x)
			n.of[ValueUSD], n.bound[ValueUSD] = x, p.bound
		}
	}
	minus(OutputGap, declared, output, p.declared.bound, p.out.bound)
	minus(TradeGap, mirrored, declared, p.mirrored.bound, p.declared.bound)
	if !p.hasSurplus() && p.side != Declared {
		minus(Floor, outflow, declared, p.outflow.bound, p.declared.bound)
	}
	if p.impliedBy != nil && declared != nil && want(ImpliedGrade) {
		x := n.buffer(w)
		p.impliedBy.eval(w, x)
		for i := range x {
			x[i] /= declared[i]
		}
		applySteps(w, []step{*p.grade}, x)
		n.of[ImpliedGrade] = x
		n.bound[ImpliedGrade], _ = difference(flows.About, p.declared.bound) // the more was declared, the lower the grade
	}
	return n
}

func (n *numbers) buffer(w *worker) []float64 {
	x := w.get()
	n.own = append(n.own, x)
	return x
}

// draws returns those of one quantity, nil where it is missing: a share of nothing is missing, not a number.
func (n *numbers) draws(q Quantity) []float64 {
	x := n.of[q]
	if slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return nil
	}
	return x
}

// difference is the bound of a-b: a floor minus a ceiling's opposite. It is false where nothing is known.
func difference(a, b flows.Bound) (flows.Bound, bool) {
	switch b {
	case flows.AtLeast:
		b = flows.AtMost
	case flows.AtMost:
		b = flows.AtLeast
	}
	switch {
	case a == flows.About:
		return b, true
	case b == flows.About || a == b:
		return a, true
	}
	return 0, false
}

func applySteps(w *worker, steps []step, x []float64) {
	for _, s := range steps {
		if s.rate != nil {
			s.rate.apply(w, s.inverse, x)
			continue
		}
		f := s.factor
		if s.inverse {
			f = 1 / f
		}
		for i := range x {
			x[i] *= f
		}
	}
}

func (n numbers) put(w *worker) {
	for _, x := range n.own {
		w.put(x)
	}
}
