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

	figures  map[int]node         // per measured variable
	inputs   map[int]map[Var]bool // the streams behind it
	together []together
	moments  expectations
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
	if err = r.solve(ctx); err != nil {
		return nil, err
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

// together is a set of figures that share inputs, with what they share: the relative covariance of each pair of them.
type together struct {
	of       []int       // measured variables, ascending
	own      []float64   // variance of each when what it shares is known
	relative [][]float64 // covariance of what they share, relative to their values
	at       []float64   // the values that it was last scaled with
}

// correlate finds the figures that share inputs: a grade, a bias. What they share is a factor of each: its covariance is that with all
// other inputs at their means, so that nothing is in it but what they share. Others have none: what their draws show is chance.
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
		r.together = append(r.together, r.gather(shared, sets[first]))
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

// gather measures what some figures share, with all else at its mean, and what is each one's own, with what they share at its mean. Neither is
// the difference of the whole and the other: of 8,192 draws two independent inputs are correlated by one per cent, which may be all that is own.
func (r *reconciled) gather(shared map[Var]bool, of []int) together {
	isShared := func(in *input) bool { return shared[in.stream] }
	isOwn := func(in *input) bool { return !isShared(in) }
	g := together{of: of}
	if forms, ok := r.formsOf(of); ok {
		g.relative = r.relativeOfForms(forms, isOwn)
	} else {
		g.relative = r.relativeOfDraws(r.holding(isOwn), of)
	}
	w := r.holding(isShared)
	for k, v := range of {
		g.own = append(g.own, r.ownVariance(w, v)*(1+g.relative[k][k])) // E[(k s)^2] = E[k^2] E[s^2]
	}
	return g
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

// relativeOfForms is the covariance of figures with some inputs at their means, relative to their values. Those that share nothing have none.
func (r *reconciled) relativeOfForms(forms []form, held func(*input) bool) [][]float64 {
	out, common, means := make([][]float64, len(forms)), make([]form, len(forms)), make([]float64, len(forms))
	for k, f := range forms {
		common[k], means[k] = r.moments.at(f, held), r.moments.mean(f)
		out[k] = make([]float64, len(forms))
		for l := range k + 1 {
			if means[k] != 0 && means[l] != 0 {
				out[k][l] = r.moments.covariance(common[k], common[l]) / (means[k] * means[l])
				out[l][k] = out[k][l]
			}
		}
	}
	return out
}

// relativeOfDraws is the same by draws, of a worker for which these inputs stand at their means.
func (r *reconciled) relativeOfDraws(w *worker, of []int) [][]float64 {
	out, draws := make([][]float64, len(of)), make([][]float64, len(of))
	for k, v := range of {
		x := w.get()
		r.figures[v].eval(w, x)
		if m := mean(x); m != 0 {
			for i := range x {
				x[i] = x[i]/m - 1
			}
		} else {
			clear(x)
		}
		draws[k], out[k] = x, make([]float64, len(of))
		for l := range k + 1 {
			out[k][l] = covariance(x, draws[l], 0, 0)
			out[l][k] = out[k][l]
		}
	}
	return out
}

// ownVariance is the variance of a figure for a worker for which some inputs stand at their means. One that is rounding is none.
func (r *reconciled) ownVariance(w *worker, v int) float64 {
	if f, ok := formOf(r.figures[v]); ok {
		f, m := r.moments.at(f, w.held), r.moments.mean(f)
		if x := r.moments.covariance(f, f); x == 0 || x > 1e-9*m*m { // below that a difference of moments is rounding
			return x
		}
	}
	x := w.get()
	defer w.put(x)
	r.figures[v].eval(w, x)
	m := mean(x)
	variance := covariance(x, x, m, m)
	if variance < 1e-24*m*m {
		return 0
	}
	return variance
}

// Shared factors are scaled by how far a figure was moved, within these limits.
const (
	leastScale = 1e-3
	mostScale  = 1e3
)

// rescale makes the covariance of figures that share a factor that of the flows as they were reconciled, and tells whether that moved it. A grade
// that is wrong by a tenth makes each of two flows wrong by a tenth of what it is, and takes nothing from what they differ by. A covariance
// of the figures as claimed would explain 60 against 66 by a grade a third lower, and make both of them 40: Peelle's puzzle. (D'Agostini 1994,
// Nucl. Instrum. Methods A 346, 306, doi:10.1016/0168-9002(94)90719-6; the remedy is that of Ball et al. 2010, JHEP 05 (2010) 075,
// doi:10.1007/JHEP05(2010)075.)
//
// step is how far it follows x: 1 all the way, less where that goes to and fro.
func (r *reconciled) rescale(x []float64, step float64) (moved bool) {
	r.problem.Covariances = r.problem.Covariances[:0:0]
	for i := range r.together {
		g := &r.together[i]
		if g.at == nil {
			g.at = make([]float64, len(g.of))
			for k, v := range g.of {
				g.at[k] = r.problem.Variables[v].Value
			}
		}
		at := g.at
		for k, v := range g.of {
			if y := r.problem.Variables[v].Value; x != nil && y != 0 {
				to := y * min(max(x[v]/y, leastScale), mostScale)
				at[k] *= math.Pow(to/at[k], step)
			}
		}
		for k, v := range g.of {
			variance := g.own[k] + at[k]*at[k]*g.relative[k][k]
			moved = moved || math.Abs(variance-r.problem.Variables[v].Variance) > 1e-9*variance
			r.problem.Variables[v].Variance = variance
			for l, u := range g.of[:k] {
				if c := at[k] * at[l] * g.relative[k][l]; c != 0 {
					r.problem.Covariances = append(r.problem.Covariances, lsq.Covariance{A: u, B: v, Value: c})
				}
			}
		}
	}
	return moved
}

// rescalings bounds how often the covariance follows the flows, and wholeSteps how often it follows them all the way: what is then still moving
// goes to and fro.
const (
	rescalings = 100
	wholeSteps = 5
)

// solve reconciles, until the covariance is that of what was reconciled.
func (r *reconciled) solve(ctx context.Context) (err error) {
	r.rescale(nil, 1)
	for n := 0; ; n++ {
		p := r.problem // the solution keeps the problem that it solved
		p.Variables = slices.Clone(p.Variables)
		if r.solution, err = lsq.Solve(ctx, &p); err != nil {
			return r.explain(err)
		}
		step := 1.0
		if n >= wholeSteps {
			step = 0.5
		}
		if len(r.together) == 0 || !r.rescale(r.solution.X, step) {
			return nil
		}
		if n == rescalings {
			r.notes = append(r.notes, Warning{Code: ErrUnsettled, Text: fmt.Sprintf("%s %s: what figures share (a grade, a bias) was to be scaled by the flows as reconciled, and these "+
				"did not settle: the claims conflict too much for their flows to be relied on", r.mineral, r.period)})
			return nil
		}
	}
}

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
