package estimate

import (
	"math"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// node is one step of a balance's arithmetic, evaluated for all draws at once.
type node interface {
	eval(w *worker, dst []float64)
	inputs(visit func(*input))
}

// worker evaluates nodes, either for all draws or at one point. It belongs to one goroutine.
type worker struct {
	m      *Model
	n      int
	force  string                  // the one producer to follow in every mixture of claims that has it; "" follows the draws
	point  func(*input) float64    // not nil: evaluate once, with these values of the inputs
	held   func(*input) bool       // not nil: these inputs stand at their means
	kept   map[*input][]float64    // draws of shared inputs
	orders map[Var][]uint32        // orders of shared streams
	rates  map[*rateNode][]float64 // draws of shared rates
	chains map[stepKey][]step      // conversions of the flows at hand
	told   map[*step][]Step        // what they look like in a result
	free   [][]float64
	order  []uint32
	spare  [][]uint32
	owned  [][]uint32 // those of orders that are the worker's
	sum    summarizer
	note   func(code flows.Code, text string) // receives what is found while evaluating
}

func (m *Model) newWorker() *worker {
	return &worker{m: m, n: m.opt.Draws, kept: map[*input][]float64{}, orders: map[Var][]uint32{}, rates: map[*rateNode][]float64{}, chains: map[stepKey][]step{}, told: map[*step][]Step{}, sum: summarizer{level: m.opt.Level}}
}

// pointWorker evaluates once, at the given values of the inputs.
func (m *Model) pointWorker(at func(*input) float64) *worker {
	return &worker{m: m, n: 1, point: at}
}

func (w *worker) get() []float64 {
	if k := len(w.free); k > 0 {
		b := w.free[k-1]
		w.free = w.free[:k-1]
		return b
	}
	return make([]float64, w.n)
}

func (w *worker) put(b []float64) { w.free = append(w.free, b) }

// forget drops the draws of shared inputs, so that memory stays small from one group of cells to the next.
func (w *worker) forget() {
	for _, b := range w.kept {
		w.put(b)
	}
	for _, b := range w.rates {
		w.put(b)
	}
	w.spare = append(w.spare, w.owned...)
	w.owned = w.owned[:0]
	clear(w.kept)
	clear(w.rates)
	clear(w.orders)
	clear(w.chains)
	clear(w.told)
}

// draw fills dst with the draws of an input.
func (w *worker) draw(in *input, dst []float64) {
	switch {
	case w.point != nil:
		dst[0] = w.point(in)
	case w.held != nil && w.held(in):
		w.stand(in, dst)
	case in.constant:
		v := in.median()
		for i := range dst {
			dst[i] = v
		}
	case in.shared:
		copy(dst, w.keep(in))
	default:
		order := w.m.tables.order(w.m.opt.Seed, in.stream, w.scratch())
		gather(dst, w.m.tables.of(in), order, in.scale)
	}
}

// keep returns the draws of a shared input, which must not be written to.
func (w *worker) keep(in *input) []float64 {
	if x, ok := w.kept[in]; ok {
		return x
	}
	if w.held != nil && w.held(in) {
		x := w.get()
		w.stand(in, x)
		w.kept[in] = x
		return x
	}
	order, ok := w.orders[in.stream]
	if !ok {
		var own []uint32
		if k := len(w.spare); k > 0 {
			own, w.spare = w.spare[k-1], w.spare[:k-1]
		} else {
			own = make([]uint32, w.n)
		}
		order = w.m.tables.order(w.m.opt.Seed, in.stream, own)
		w.orders[in.stream] = order
		if &order[0] != &own[0] { // the tables keep it: own is free again
			w.spare = append(w.spare, own)
		} else {
			w.owned = append(w.owned, own)
		}
	}
	x := w.get()
	gather(x, w.m.tables.of(in), order, in.scale)
	w.kept[in] = x
	return x
}

// stand sets dst to the mean of an input.
func (w *worker) stand(in *input, dst []float64) {
	v := 0.0
	if in.constant {
		v = in.median()
	} else {
		v = mean(w.m.tables.of(in)) * in.scale
	}
	for i := range dst {
		dst[i] = v
	}
}

func (w *worker) scratch() []uint32 {
	if w.order == nil {
		w.order = make([]uint32, w.n)
	}
	return w.order
}

// gather puts the slices of a table in order.
func gather(dst, table []float64, order []uint32, scale float64) {
	dst = dst[:len(order)]
	for i, k := range order {
		dst[i] = table[k] * scale
	}
}

// times multiplies dst by an input, or divides it.
func (w *worker) times(in *input, inverse bool, dst []float64) {
	var x []float64
	switch {
	case w.point != nil:
		x = []float64{w.point(in)}
	case in.constant:
		v := in.median()
		if inverse {
			v = 1 / v
		}
		for i := range dst {
			dst[i] *= v
		}
		return
	case in.shared:
		x = w.keep(in)
	default:
		x = w.get()
		defer w.put(x)
		w.draw(in, x)
	}
	multiply(dst, x, inverse)
}

func multiply(dst, x []float64, inverse bool) {
	x = x[:len(dst)]
	if inverse {
		for i := range dst {
			dst[i] /= x[i]
		}
		return
	}
	for i := range dst {
		dst[i] *= x[i]
	}
}

// atom is one claim in the basis of the result: amount x weight x bias x rates.
type atom struct {
	claim  flows.Claim
	amount *input
	weight float64
	bias   *input // nil: the origin states none
	widen  *input // nil; the factor of a prorated figure
	of     node   // the flow that a share is a part of; nil for other bases
	whole  term   // all that is known of that flow
	steps  []step
}

// step is one conversion; rate is nil for a built-in oxide factor.
type step struct {
	rate    *rateNode
	factor  float64
	of, per flows.Basis
	inverse bool
}

func (a *atom) eval(w *worker, dst []float64) {
	w.draw(a.amount, dst)
	k := a.weight
	for _, s := range a.steps {
		switch {
		case s.rate != nil:
			s.rate.apply(w, s.inverse, dst)
		case s.inverse:
			k /= s.factor
		default:
			k *= s.factor
		}
	}
	if k != 1 {
		for i := range dst {
			dst[i] *= k
		}
	}
	if a.bias != nil {
		w.times(a.bias, false, dst)
	}
	if a.widen != nil {
		w.times(a.widen, false, dst)
	}
	if a.of != nil {
		x := w.get()
		a.of.eval(w, x)
		multiply(dst, x, false)
		w.put(x)
	}
}

func (a *atom) inputs(visit func(*input)) {
	visit(a.amount)
	for _, in := range []*input{a.bias, a.widen} {
		if in != nil {
			visit(in)
		}
	}
	for _, s := range a.steps {
		if s.rate != nil {
			s.rate.inputs(visit)
		}
	}
	if a.of != nil {
		a.of.inputs(visit)
	}
}

// sumNode is a weighted sum.
type sumNode struct {
	terms []node
	signs []float64 // nil: all +1
}

func (s sumNode) eval(w *worker, dst []float64) {
	s.terms[0].eval(w, dst)
	if s.signs != nil && s.signs[0] != 1 {
		for i := range dst {
			dst[i] *= s.signs[0]
		}
	}
	if len(s.terms) == 1 {
		return
	}
	x := w.get()
	for k, t := range s.terms[1:] {
		t.eval(w, x)
		sign := 1.0
		if s.signs != nil {
			sign = s.signs[k+1]
		}
		for i := range dst {
			dst[i] += sign * x[i]
		}
	}
	w.put(x)
}

func (s sumNode) inputs(visit func(*input)) {
	for _, t := range s.terms {
		t.inputs(visit)
	}
}

// mixNode follows one of several opinions in each draw: the one whose selector is greatest, so that each is followed equally often
// whichever of them speak. At a point it is their mean.
type mixNode struct {
	names     []string // producers
	terms     []node
	selectors []*input // uniform on 0..1
}

func (m *mixNode) eval(w *worker, dst []float64) {
	for k, name := range m.names {
		if w.force != "" && name == w.force {
			m.terms[k].eval(w, dst)
			return
		}
	}
	if w.point != nil {
		clear(dst)
		x := w.get()
		for _, t := range m.terms {
			t.eval(w, x)
			dst[0] += x[0] / float64(len(m.terms))
		}
		w.put(x)
		return
	}
	x := w.get()
	if w.held != nil && w.held(m.selectors[0]) {
		clear(dst)
		for _, t := range m.terms {
			t.eval(w, x)
			for i, v := range x {
				dst[i] += v / float64(len(m.terms))
			}
		}
		w.put(x)
		return
	}
	chosen := m.chosen(w)
	for k, t := range m.terms {
		t.eval(w, x)
		for i, c := range chosen {
			if int(c) == k {
				dst[i] = x[i]
			}
		}
	}
	w.put(x)
}

// chosen is which opinion each draw follows.
func (m *mixNode) chosen(w *worker) []uint8 {
	chosen := make([]uint8, w.n)
	best := w.get()
	copy(best, w.keep(m.selectors[0]))
	for k, s := range m.selectors[1:] {
		for i, u := range w.keep(s) {
			if u > best[i] {
				best[i], chosen[i] = u, uint8(k+1)
			}
		}
	}
	w.put(best)
	return chosen
}

func (m *mixNode) inputs(visit func(*input)) {
	for _, s := range m.selectors {
		visit(s)
	}
	for _, t := range m.terms {
		t.inputs(visit)
	}
}

// choices visits the selectors of each mixture that a node hangs on, those of its rates included.
func choices(n node, visit func(selectors []*input)) {
	switch n := n.(type) {
	case *atom:
		for _, s := range n.steps {
			if s.rate != nil && len(s.rate.selectors) > 0 {
				visit(s.rate.selectors)
			}
		}
		if n.of != nil {
			choices(n.of, visit)
		}
	case sumNode:
		for _, t := range n.terms {
			choices(t, visit)
		}
	case *mixNode:
		visit(n.selectors)
		for _, t := range n.terms {
			choices(t, visit)
		}
	case preferredNode:
		choices(n.preferred, visit)
	case betweenNode:
		choices(n.lo, visit)
		choices(n.hi, visit)
	case effectsNode:
		for _, t := range n.mix.terms {
			choices(t, visit)
		}
	}
}

// preferredNode follows one opinion, and another only where that one is asked for.
type preferredNode struct {
	mix       *mixNode
	preferred node
}

func (p preferredNode) eval(w *worker, dst []float64) {
	if w.force != "" && slices.Contains(p.mix.names, w.force) {
		p.mix.eval(w, dst)
		return
	}
	p.preferred.eval(w, dst)
}

func (p preferredNode) inputs(visit func(*input)) { p.preferred.inputs(visit) }

// betweenNode lies anywhere between a floor and a ceiling, when these are all that is known.
type betweenNode struct {
	lo, hi node
	where  *input // uniform on 0..1
}

func (b betweenNode) eval(w *worker, dst []float64) {
	b.lo.eval(w, dst)
	hi, u := w.get(), w.get()
	b.hi.eval(w, hi)
	w.draw(b.where, u)
	for i := range dst {
		dst[i] += u[i] * (hi[i] - dst[i])
	}
	w.put(hi)
	w.put(u)
}

func (b betweenNode) inputs(visit func(*input)) {
	b.lo.inputs(visit)
	b.hi.inputs(visit)
	visit(b.where)
}

// effectsNode is the random-effects mean of several opinions (DerSimonian and Laird 1986, doi:10.1016/0197-2456(86)90046-2), on the
// log scale: weights 1/(v+t2), with v the variance of an opinion's log draws and t2 the variance between opinions. The weighted mean
// of the log draws keeps the opinions' shared errors; noise carries the variance between them that is left.
type effectsNode struct {
	mix   *mixNode
	noise *input // standard normal
}

func (e effectsNode) eval(w *worker, dst []float64) {
	if w.point != nil || slices.Contains(e.mix.names, w.force) {
		e.mix.eval(w, dst)
		return
	}
	k := len(e.mix.terms)
	logs, mean, variance := make([][]float64, k), make([]float64, k), make([]float64, k)
	for j, t := range e.mix.terms {
		logs[j] = w.get()
		defer w.put(logs[j])
		t.eval(w, logs[j])
		for i, v := range logs[j] {
			if v <= 0 {
				w.note(ErrFallback, "random effects need positive figures: the mixture is used")
				e.mix.eval(w, dst)
				return
			}
			logs[j][i] = math.Log(v)
			mean[j] += logs[j][i]
		}
		mean[j] /= float64(w.n)
		for _, v := range logs[j] {
			variance[j] += (v - mean[j]) * (v - mean[j])
		}
		variance[j] = math.Max(variance[j]/float64(w.n), 1e-12)
	}
	t2 := betweenVariance(mean, variance)
	total := 0.0
	weight := make([]float64, k)
	for j := range weight {
		weight[j] = 1 / (variance[j] + t2)
		total += weight[j]
	}
	left := 0.0
	for j := range weight {
		weight[j] /= total
		left += weight[j] * weight[j] * t2
	}
	w.draw(e.noise, dst)
	spread := math.Sqrt(left)
	for i := range dst {
		v := dst[i] * spread
		for j := range logs {
			v += weight[j] * logs[j][i]
		}
		dst[i] = math.Exp(v)
	}
}

// betweenVariance is DerSimonian and Laird's moment estimate of the variance between opinions, never negative.
func betweenVariance(mean, variance []float64) float64 {
	var sw, sw2, swy float64
	for j := range mean {
		wj := 1 / variance[j]
		sw, sw2, swy = sw+wj, sw2+wj*wj, swy+wj*mean[j]
	}
	q := 0.0
	for j := range mean {
		d := mean[j] - swy/sw
		q += d * d / variance[j]
	}
	return math.Max(0, (q-float64(len(mean)-1))/(sw-sw2/sw))
}

func (e effectsNode) inputs(visit func(*input)) {
	visit(e.noise)
	for _, t := range e.mix.terms {
		t.inputs(visit)
	}
}
