package lsq

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Solution is a reconciled problem. Slices have one entry per variable.
type Solution struct {
	X          []float64
	SD         []float64 // of the active set; +Inf where nothing determines the variable
	Observable []bool    // measured, or determined by the balances
	Redundant  []bool    // measured, and the balances would determine it if it were not
	AtBound    []bool    // held at zero
	J          float64   // (x - y)' V^-1 (x - y)
	DF         int       // balances that can be tested, and bounds that hold
	Rank       int       // balances that can be tested
	Iterations int       // linearisations: 1 without products

	l        *linear
	a        *active
	held     *Solution // the problem with bounds that hold as balances, made when it is asked for
	residual []float64 // R y - b
	weighted []float64 // S^-1 (R y - b)
	moves    []float64 // variance of y - x
}

// maxIterations bounds the linearisations of products.
const maxIterations = 200

// Solve reconciles a problem. The errors that it returns are InfeasibleError, ConflictError, CovarianceError, ConvergenceError, one that names
// the variable or balance that makes no sense, or what ctx.Err says.
func Solve(ctx context.Context, p *Problem) (*Solution, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	x := make([]float64, len(p.Variables))
	products := false
	for i, v := range p.Variables {
		x[i] = v.Value
	}
	for _, b := range p.Balances {
		products = products || len(b.Products) > 0
	}
	var s *Solution
	var earlier *linear
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l, err := linearise(p, x, earlier)
		if err != nil {
			return nil, err
		}
		before := x
		if s, err = l.solve(ctx); err != nil {
			return nil, err
		}
		s.Iterations = n
		x, earlier = s.X, l
		if !products {
			break
		}
		worst, by := 0, 0.0
		for i := range x {
			if d := math.Abs(x[i]-before[i]) / (math.Abs(x[i]) + 1e-3*l.size); d > by {
				worst, by = i, d
			}
		}
		if by <= 1e-13 || by <= 1e-11 && n > 20 {
			break
		}
		if n == maxIterations {
			return nil, &ConvergenceError{n, p.Variables[worst].Name, math.Abs(x[worst] - before[worst])}
		}
	}
	if err := s.closed(); err != nil {
		return nil, err
	}
	s.describe()
	return s, nil
}

// solve reconciles a linearised problem.
func (l *linear) solve(ctx context.Context) (*Solution, error) {
	s := &Solution{l: l, X: make([]float64, len(l.kinds))}
	x := s.X
	for i, v := range l.p.Variables {
		if v.Measured {
			x[i] = v.Value
		}
	}
	s.residual = l.residual(x)
	s.weighted = l.settle(x)
	l.settle(x) // once more takes off what rounding left
	l.follow(x)
	if err := l.consistent(x); err != nil {
		return nil, err
	}
	var err error
	if s.a, err = l.hold(ctx, x); err != nil {
		return nil, err
	}
	if len(l.loose) > 0 {
		if err := l.smallest(ctx, x, s.a); err != nil {
			return nil, err
		}
	}
	rounding := 1e-14 * l.size
	for i, v := range l.p.Variables {
		if !v.Free && x[i] < rounding {
			x[i] = 0 // what other zeros imply is zero but for rounding
		}
	}
	return s, nil
}

// consistent finds balances that contradict others: their pivots vanish, and what is left over does not.
func (l *linear) consistent(x []float64) error {
	for k, r := range l.residual(x) {
		size := math.Abs(l.rows[k].rhs)
		for _, c := range l.rows[k].cells {
			size += math.Abs(c.value * x[c.col])
		}
		if math.Abs(r) > 1e-8*(size+1e-3*l.size) {
			return &ConflictError{l.names(l.rows[k].from), r}
		}
	}
	return nil
}

// smallest gives unmeasured variables that the balances do not determine their least values, in the sense of least squares, that close
// them with the reconciled values of the measured ones.
func (l *linear) smallest(ctx context.Context, x []float64, a *active) error {
	sub, index := l.unmeasured(x, -1)
	for k := range sub.Variables {
		sub.Variables[k].Measured, sub.Variables[k].Variance, sub.Variables[k].Value = true, 1, 0
	}
	inner, err := linearise(sub, make([]float64, len(sub.Variables)), nil)
	if err != nil {
		return err
	}
	inner.slack = 1e-9 * l.size
	s, err := inner.solve(ctx)
	if err != nil {
		return err
	}
	for k, i := range index {
		if x[i] = s.X[k]; !l.p.Variables[i].Free && x[i] < 1e-12*l.size {
			x[i] = 0
		}
	}
	a.release(x)
	return nil
}

// unmeasured is the problem of the unmeasured variables with the others where they are; of those that hang together with variable near,
// -1 for all.
func (l *linear) unmeasured(x []float64, near int) (*Problem, []int) {
	reached := make([]bool, len(x))
	for i := range reached {
		reached[i] = near < 0 || i == near
	}
	for again := near >= 0; again; {
		again = false
		for k := range l.express {
			e := &l.express[k]
			any, all := reached[e.variable], reached[e.variable]
			for _, c := range e.cells {
				if l.kinds[c.col] == loose {
					any, all = any || reached[c.col], all && reached[c.col]
				}
			}
			if !any || all {
				continue
			}
			again, reached[e.variable] = true, true
			for _, c := range e.cells {
				reached[c.col] = reached[c.col] || l.kinds[c.col] == loose
			}
		}
	}
	p := &Problem{}
	var index []int
	at := map[int32]int{}
	for i, v := range l.p.Variables {
		if !v.Measured && reached[i] {
			at[int32(i)] = len(index)
			index = append(index, i)
			p.Variables = append(p.Variables, v)
		}
	}
	for k := range l.express {
		e := &l.express[k]
		if !reached[e.variable] {
			continue
		}
		b := Balance{Name: l.p.Variables[e.variable].Name, RHS: e.rhs, Terms: []Term{{at[e.variable], 1}}}
		for _, c := range e.cells {
			if j, ok := at[c.col]; ok {
				b.Terms = append(b.Terms, Term{j, c.value})
			} else {
				b.RHS -= c.value * x[c.col]
			}
		}
		p.Balances = append(p.Balances, b)
	}
	return p, index
}

// Least is the smallest value that an unmeasured variable can have with the measured ones where they were reconciled.
func (s *Solution) Least(ctx context.Context, i int) (float64, error) {
	if s.Observable[i] {
		return s.X[i], nil
	}
	p, index := s.l.unmeasured(s.X, i)
	for k, j := range index {
		if j != i {
			continue
		}
		p.Variables[k].Measured, p.Variables[k].Variance, p.Variables[k].Value = true, 1, 0
		l, err := linearise(p, make([]float64, len(p.Variables)), nil)
		if err != nil {
			return 0, err
		}
		l.slack = 1e-9 * s.l.size
		least, err := l.solve(ctx)
		if err != nil {
			return 0, err
		}
		if least.X[k] < 1e-9*s.l.size {
			return 0, nil // what the reconciled values leave of rounding
		}
		return least.X[k], nil
	}
	return s.X[i], nil
}

// closed checks every balance of the problem itself, products and all.
func (s *Solution) closed() error {
	for _, b := range s.l.p.Balances {
		sum, size := -b.RHS, math.Abs(b.RHS)
		add := func(v float64) { sum, size = sum+v, size+math.Abs(v) }
		for _, t := range b.Terms {
			add(t.Coefficient * s.X[t.Variable])
		}
		for _, t := range b.Products {
			add(t.Coefficient * s.X[t.A] * s.X[t.B])
		}
		if math.Abs(sum) > 1e-9*size+1e-12*s.l.size {
			return fmt.Errorf("the balance of %s is left open by %.3g of %.3g: its figures differ too widely in size to be reconciled together", b.Name, sum, size)
		}
	}
	return nil
}

// tested is the problem that balances are tested with: where bounds hold flows at zero, each is one more balance.
func (s *Solution) tested(ctx context.Context) (*Solution, error) {
	if len(s.a.set) == 0 {
		return s, nil
	}
	if s.held != nil {
		return s.held, nil
	}
	p := *s.l.p
	p.Variables = slices.Clone(p.Variables)
	for i := range p.Variables {
		p.Variables[i].Free = true
	}
	p.Balances = slices.Clone(p.Balances)
	for _, i := range s.a.set {
		p.Balances = append(p.Balances, Balance{Name: p.Variables[i].Name + " at zero", Defines: true, Terms: []Term{{i, 1}}})
	}
	l, err := linearise(&p, s.X, nil)
	if err != nil {
		return nil, err
	}
	held, err := l.solve(ctx)
	if err != nil {
		return nil, err
	}
	held.Rank = l.factor.rank
	s.held = held
	return held, nil
}

// describe fills in J, variances and what they rest on.
func (s *Solution) describe() {
	l, a, p := s.l, s.a, s.l.p
	n := len(p.Variables)
	s.SD, s.moves = make([]float64, n), make([]float64, n)
	s.Observable, s.Redundant, s.AtBound = make([]bool, n), make([]bool, n), make([]bool, n)
	for _, i := range a.set {
		s.AtBound[i] = true
	}
	taken := a.taken()
	for i, v := range p.Variables {
		switch l.kinds[i] {
		case exact:
			s.Observable[i] = true
		case measured, unbalanced:
			s.Observable[i] = true
			f := l.moved(i)
			q := l.quadratic(f)
			s.moves[i] = q + taken[i]
			s.Redundant[i] = len(f) > 0 && q > 1e-9*v.Variance
			s.SD[i] = math.Sqrt(max(0, v.Variance-s.moves[i]))
		case loose:
			s.SD[i] = math.Inf(1)
		}
		if s.AtBound[i] {
			s.SD[i], s.Observable[i] = 0, true
		}
	}
	s.describeExpressed()
	s.J = s.objective()
	s.Rank = l.factor.rank
	s.DF = s.Rank + len(a.set) - s.rankOfLoose()
	if s.DF == 0 {
		s.J = 0 // nothing had to move: what is left is rounding
	}
}

// describeExpressed gives the unmeasured variables that balances determine their standard deviations.
func (s *Solution) describeExpressed() {
	l, a := s.l, s.a
	var determined []int32
	for k := range l.express {
		e := &l.express[k]
		ok := true
		for _, c := range e.cells {
			ok = ok && (l.kinds[c.col] != loose || s.AtBound[c.col])
		}
		i := e.variable
		switch {
		case s.AtBound[i]:
		case ok:
			s.Observable[i] = true
			determined = append(determined, i)
		default:
			s.SD[i] = math.Inf(1)
		}
	}
	normal := func(k int) []cell {
		n := l.normalOf(int(determined[k]))
		out := n[:0]
		for _, c := range n {
			if l.kinds[c.col] != loose {
				out = append(out, c)
			}
		}
		return out
	}
	for k, column := range l.spreadsOf(len(determined), normal) {
		lost := a.lost(column)
		s.SD[determined[k]] = math.Sqrt(max(0, along(normal(k), column)-dot(lost, lost)))
	}
}

// objective is (x - y)' V^-1 (x - y), a sum over independent variables, and for those that go together x - y = V (N l - R' t).
func (s *Solution) objective() float64 {
	l, a := s.l, s.a
	push := make([]float64, len(l.kinds)) // N l
	for k, i := range a.set {
		for _, c := range a.normals[i] {
			push[c.col] += a.lambda[k] * c.value
		}
	}
	t := make([]float64, len(l.rows))
	for k := range l.rows {
		for _, c := range l.rows[k].cells {
			if l.kinds[c.col] == measured {
				t[k] += c.value * l.weigh(int(c.col), push)
			}
		}
	}
	for k, r := range s.residual {
		t[k] += r
	}
	l.factor.solve(t, l.work)
	gradient := l.gradient(t)
	j := 0.0
	for i, v := range l.p.Variables {
		if l.kinds[i] != measured && l.kinds[i] != unbalanced {
			continue
		}
		d := v.Value - s.X[i]
		if len(l.covary[i]) == 0 {
			j += d * d / v.Variance
		} else {
			j += d * (gradient[i] - push[i])
		}
	}
	return j
}

// rankOfLoose is how many of the bounds that hold only settle what the balances leave open.
func (s *Solution) rankOfLoose() int {
	var rows []row
	for _, i := range s.a.set {
		var r row
		for _, c := range s.a.normals[i] {
			if s.l.kinds[c.col] == loose {
				r.cells = append(r.cells, c)
			}
		}
		if len(r.cells) > 0 {
			rows = append(rows, r)
		}
	}
	_, express, _ := eliminate(rows, s.l.loose)
	return len(express)
}

// P is the probability of a larger J where measurements and balances agree.
func (s *Solution) P() float64 {
	if s.DF == 0 {
		return 1
	}
	return ChiSquareTail(s.J, s.DF)
}

// ChiSquareTail is the probability that chi-square with df degrees of freedom exceeds j.
func ChiSquareTail(j float64, df int) float64 {
	return distuv.ChiSquared{K: float64(df)}.Survival(j)
}
