package estimate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate/internal/lsq"
	"github.com/mineralflows/mineralflows/flows"
)

// reconciled is a network with its solution.
type reconciled struct {
	*network
	problem  lsq.Problem
	claimed  []*Value  // per edge
	measures []int     // per edge: the variable that its figure measures, -1 for none
	edgeOf   []int     // per variable: the edge that it is, or is a figure of
	least    []float64 // per edge that nobody claims or that is not determined
	solution *lsq.Solution
	suspects []lsq.Suspect

	nodal, likelihood []lsq.Test

	figures map[int]node         // per measured variable
	inputs  map[int]map[Var]bool // the streams behind it
	moments expectations
}

// reconcile makes a least squares problem of the network and solves it. Edge k is variable k, node k is balance k.
func (n *network) reconcile(ctx context.Context, w *worker) (*reconciled, error) {
	r := &reconciled{network: n, claimed: make([]*Value, len(n.edges)), figures: map[int]node{}, inputs: map[int]map[Var]bool{},
		moments: expectations{w, map[factor]float64{}}}
	for _, c := range n.nodes {
		r.problem.Balances = append(r.problem.Balances, lsq.Balance{Name: c.String()})
	}
	for k := range n.edges {
		e := &n.edges[k]
		r.variable(e.Flow.String(), k, e.To == flows.Stock)
		r.measures = append(r.measures, -1)
		if e.aside {
			continue
		}
		if e.from >= 0 {
			r.term(e.from, k, 1)
		}
		if e.to >= 0 {
			r.term(e.to, k, -1)
		}
	}
	for _, t := range n.totals {
		b := lsq.Balance{Name: "the parts of " + n.edges[t.whole].Flow.String(), Defines: true, Terms: []lsq.Term{{Variable: t.whole, Coefficient: -1}}}
		for _, k := range t.parts {
			b.Terms = append(b.Terms, lsq.Term{Variable: k, Coefficient: 1})
		}
		r.problem.Balances = append(r.problem.Balances, b)
	}
	for k := range n.edges {
		if n.edges[k].term != nil {
			r.measure(w, k)
		}
	}
	r.correlate()
	r.figures = nil
	var err error
	if r.solution, err = lsq.Solve(ctx, &r.problem); err != nil {
		return nil, n.explain(err)
	}
	if r.solution.P() < testLevel {
		if r.suspects, err = r.solution.Compensate(ctx, testLevel); err != nil {
			return nil, err
		}
	}
	if r.nodal, err = r.solution.Nodal(testLevel); err != nil {
		return nil, err
	}
	if r.likelihood, err = r.solution.Likelihood(testLevel); err != nil {
		return nil, err
	}
	r.least = make([]float64, len(n.edges))
	for k := range n.edges {
		if r.least[k], err = r.solution.Least(ctx, k); err != nil {
			return nil, n.explain(err)
		}
	}
	return r, nil
}

// shareName begins the name of a variable that is a share, and no flow.
const shareName = "share of "

// variable adds an unmeasured variable.
func (r *reconciled) variable(name string, edge int, free bool) int {
	r.problem.Variables = append(r.problem.Variables, lsq.Variable{Name: name, Free: free})
	r.edgeOf = append(r.edgeOf, edge)
	return len(r.problem.Variables) - 1
}

func (r *reconciled) term(balance, variable int, coefficient float64) {
	b := &r.problem.Balances[balance]
	b.Terms = append(b.Terms, lsq.Term{Variable: variable, Coefficient: coefficient})
}

// measure says what a flow's claims measure: the flow; where they are a floor or a ceiling, a flow that it exceeds or falls short of; where
// they are a share of another flow of the network, the share.
func (r *reconciled) measure(w *worker, k int) {
	e := &r.edges[k]
	x := w.get()
	e.term.node.eval(w, x)
	claimed := withBound(w.sum.summarize(x), e.term.bound)
	r.claimed[k] = &claimed
	if e.parts {
		w.put(x)
		return
	}
	name := e.Flow.String()
	if a, whole := r.shareOf(k); whole >= 0 {
		share := *a
		share.of = nil
		share.eval(w, x)
		s := r.variable(shareName+name, k, false)
		r.take(s, x, &share)
		r.measures[k] = s
		r.problem.Variables[k].Value = claimed.Mean // where the linearisation starts
		r.problem.Balances = append(r.problem.Balances, lsq.Balance{Name: "the share of " + name, Defines: true,
			Terms: []lsq.Term{{Variable: k, Coefficient: -1}}, Products: []lsq.Product{{A: s, B: whole, Coefficient: 1}}})
		return
	}
	if e.term.bound == flows.About {
		r.take(k, x, e.term.node)
		r.measures[k] = k
		return
	}
	figure, gap := r.variable(e.term.bound.String()+" of "+name, k, false), r.variable("what "+name+" differs from its bound by", k, false)
	r.take(figure, x, e.term.node)
	r.measures[k] = figure
	sign := 1.0
	if e.term.bound == flows.AtMost {
		sign = -1
	}
	r.problem.Balances = append(r.problem.Balances, lsq.Balance{Name: "the bound of " + name, Defines: true,
		Terms: []lsq.Term{{Variable: k, Coefficient: -1}, {Variable: figure, Coefficient: 1}, {Variable: gap, Coefficient: sign}}})
}

// shareOf is the claim and the whole, where an edge is known only as a share of another measured edge of the network.
func (r *reconciled) shareOf(k int) (*atom, int) {
	a, ok := r.edges[k].term.node.(*atom)
	if !ok || a.of == nil || r.edges[k].term.bound != flows.About {
		return nil, -1
	}
	return a, slices.IndexFunc(r.edges, func(e networkFlow) bool { return e.Flow == *a.claim.Amount.Of && e.term != nil })
}

// take makes a variable measured, with the mean and variance of draws. A variance that is rounding is none.
func (r *reconciled) take(variable int, x []float64, of node) {
	v := &r.problem.Variables[variable]
	v.Measured, v.Value = true, mean(x)
	v.Variance = covariance(x, x, v.Value, v.Value)
	if f, ok := formOf(of); ok && v.Variance > 1e-9*v.Value*v.Value { // below that a difference of moments is rounding
		v.Value, v.Variance = r.moments.mean(f), r.moments.covariance(f, f)
	}
	if v.Variance <= 1e-26*v.Value*v.Value {
		v.Value, v.Variance = x[0], 0
	}
	inputs := map[Var]bool{}
	of.inputs(func(in *input) {
		if !in.constant {
			inputs[in.stream] = true
		}
	})
	r.figures[variable], r.inputs[variable] = of, inputs
	r.moments.w.put(x)
}

// correlate gives figures that share inputs, a grade or a bias, their covariance. Others have none: what their draws show is chance.
func (r *reconciled) correlate() {
	behind := map[Var][]int{} // figures, ascending
	for v := range r.problem.Variables {
		if r.problem.Variables[v].Variance > 0 {
			for in := range r.inputs[v] {
				behind[in] = append(behind[in], v)
			}
		}
	}
	group := map[int]int{} // of a figure, the least figure that it hangs together with
	var find func(v int) int
	find = func(v int) int {
		if g, ok := group[v]; ok && g != v {
			return find(g)
		}
		return v
	}
	shared := map[Var]bool{}
	for _, in := range sortedKeys(behind) {
		if all := behind[in]; len(all) > 1 {
			shared[in] = true
			for _, v := range all {
				a, b := find(all[0]), find(v)
				group[max(a, b)], group[v] = min(a, b), min(a, b)
			}
		}
	}
	for again := true; again; {
		again = false
		for v := range r.figures {
			choices(r.figures[v], func(selectors []*input) { again = shareChoice(selectors, shared) || again })
		}
	}
	sets := map[int][]int{}
	for v := range r.problem.Variables {
		if _, ok := group[v]; ok {
			sets[find(v)] = append(sets[find(v)], v)
		}
	}
	for _, first := range sortedKeys(sets) {
		r.covary(shared, sets[first])
	}
}

// shareChoice makes all selectors of a mixture shared where one is, and tells whether that made any: which opinion is followed is one choice, of
// which no part can stand at its mean.
func shareChoice(selectors []*input, shared map[Var]bool) (made bool) {
	if !slices.ContainsFunc(selectors, func(in *input) bool { return shared[in.stream] }) {
		return false
	}
	for _, in := range selectors {
		made = made || !shared[in.stream]
		shared[in.stream] = true
	}
	return made
}

// covary sets the covariances of figures that hang together by inputs which they share: those of their moments, or where not all of them have
// such, those of their draws with all other inputs at their means. What is each one's own is then its variance with what they share at its
// mean. Neither is the difference of the whole and the other: of 8,192 draws two independent inputs are correlated by one per cent,
// which may be all that is own.
func (r *reconciled) covary(shared map[Var]bool, of []int) {
	isShared := func(in *input) bool { return shared[in.stream] }
	if forms, ok := r.formsOf(of); ok {
		for k := range of {
			for l := range k {
				if r.share(of[l], of[k]) {
					r.problem.Covariances = append(r.problem.Covariances, lsq.Covariance{A: of[l], B: of[k], Value: r.moments.covariance(forms[l], forms[k])})
				}
			}
		}
		return
	}
	own := r.holding(isShared)
	common := r.holding(func(in *input) bool { return !isShared(in) })
	draws := make([][]float64, len(of))
	for k, v := range of {
		draws[k] = common.get()
		r.figures[v].eval(common, draws[k])
		for l := range k {
			if r.share(of[l], v) {
				r.problem.Covariances = append(r.problem.Covariances, lsq.Covariance{A: of[l], B: v, Value: covariance(draws[l], draws[k], mean(draws[l]), mean(draws[k]))})
			}
		}
		x := own.get()
		r.figures[v].eval(own, x)
		both, m := variance(draws[k]), mean(draws[k])
		if alone := variance(x); alone > 1e-24*mean(x)*mean(x) { // below that it is rounding
			if both < m*m { // E[(k s)^2] = E[k^2] E[s^2]; beyond, around zero, what is shared is no factor
				alone *= 1 + both/(m*m)
			}
			both += alone
		}
		r.problem.Variables[v].Variance = both
		own.put(x)
	}
}

// share reports whether two figures rest on one input.
func (r *reconciled) share(a, b int) bool {
	for in := range r.inputs[a] {
		if r.inputs[b][in] {
			return true
		}
	}
	return false
}

// holding is a worker for which some inputs stand at their means.
func (r *reconciled) holding(held func(in *input) bool) *worker {
	w := r.m.newWorker()
	w.note = func(flows.Code, string) {} // noted when they were first evaluated
	w.held = held
	return w
}

// formsOf are the forms of figures, if each has one: a covariance matrix of which some entries are moments and others draws may be none.
func (r *reconciled) formsOf(of []int) ([]form, bool) {
	out := make([]form, len(of))
	for k, v := range of {
		f, ok := formOf(r.figures[v])
		if !ok {
			return nil, false
		}
		out[k] = f
	}
	return out, true
}

func variance(x []float64) float64 { return covariance(x, x, mean(x), mean(x)) }

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v - x[0]
	}
	return x[0] + sum/float64(len(x))
}

func covariance(x, y []float64, meanX, meanY float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += (v - meanX) * (y[i] - meanY)
	}
	return sum / float64(len(x))
}

// explain puts what the solver says into words of the field.
func (n *network) explain(err error) error {
	out := &NetworkError{Mineral: n.mineral, Period: n.period, Err: err}
	var infeasible *lsq.InfeasibleError
	var conflict *lsq.ConflictError
	var covariance *lsq.CovarianceError
	switch {
	case errors.As(err, &infeasible):
		out.Code = ErrInfeasible
		out.Text = fmt.Sprintf("no flows of zero or more close %s; what comes in there can never be what goes out: a corridor, or the spread of a figure, is missing", n.name(infeasible.Balances, out))
	case errors.As(err, &conflict):
		out.Code = ErrZeroSpread
		out.Text = fmt.Sprintf("figures without a spread leave %s open by %.4g t, and nothing in it can move; give one of them a spread, or add a corridor", n.name(conflict.Balances, out), math.Abs(conflict.By))
	case errors.As(err, &covariance):
		out.Code = ErrSingular
		out.Text = fmt.Sprintf("the figures of %s have one and the same error, so that they cannot be weighed against each other; give one of them a spread of its own", joinNames(covariance.Variables))
	default:
		return err
	}
	return out
}

// name lists balances in words, and notes the cells among them.
func (n *network) name(balances []string, e *NetworkError) string {
	var places, others []string
	for _, b := range balances {
		if k := slices.IndexFunc(n.nodes, func(c flows.Cell) bool { return c.String() == b }); k >= 0 {
			e.Balances = append(e.Balances, n.nodes[k])
			places = append(places, string(n.nodes[k].Place))
		} else {
			others = append(others, b)
		}
	}
	var parts []string
	if len(places) > 0 {
		parts = append(parts, "the balance of "+joinNames(places))
	}
	return strings.Join(append(parts, others...), ", with ")
}
