package lsq

import (
	"context"
	"fmt"
	"math"
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
	zeros    []int     // variables at zero by a balance of l
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
	var start []int // bounds that held about the last point
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l, err := linearise(p, x, earlier)
		if err != nil {
			return nil, err
		}
		before := x
		if s, err = l.solve(ctx, start); err != nil {
			return nil, err
		}
		s.Iterations = n
		x, earlier, start = s.X, l, s.a.set // that of solveLoose is empty: it starts anew
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
	if s.closed() != nil {
		if err := s.polish(); err != nil {
			return nil, err
		}
	}
	if err := s.closed(); err != nil {
		return nil, err
	}
	s.describe()
	return s, nil
}

// solve reconciles a linearised problem. start is a guess of the bounds that hold.
func (l *linear) solve(ctx context.Context, start []int) (*Solution, error) {
	s, err := l.unbounded()
	if err != nil {
		return nil, err
	}
	if len(l.loose) > 0 && l.below(s.X) {
		if held, err := l.solveLoose(ctx); held != nil || err != nil {
			return held, err
		}
	}
	if s.a, err = l.hold(ctx, s.X, start); err != nil {
		return nil, err
	}
	return s, l.settleLoose(ctx, s)
}

// unbounded is the solution without bounds.
func (l *linear) unbounded() (*Solution, error) {
	s := &Solution{l: l, X: make([]float64, len(l.kinds))}
	for i, v := range l.p.Variables {
		if v.Measured {
			s.X[i] = v.Value
		}
	}
	s.residual = l.residual(s.X)
	s.weighted = l.settle(s.X)
	l.settle(s.X) // once more takes off what rounding left
	l.follow(s.X)
	s.a = &active{l: l, limit: l.limits(s.X)}
	return s, l.consistent(s.X)
}

// below reports whether a variable that may not be negative is.
func (l *linear) below(x []float64) bool {
	limits := l.limits(x)
	for i, v := range l.p.Variables {
		if !v.Free && x[i] < -limits[i] {
			return true
		}
	}
	return false
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

// polish closes balances to the last digits: each flow gives way in proportion to its own size, zeros stay.
func (s *Solution) polish() error {
	p := &Problem{Balances: s.l.p.Balances}
	for i, v := range s.l.p.Variables {
		fixed := v.Measured && v.Variance == 0
		w := Variable{Name: v.Name, Measured: true, Value: s.X[i], Variance: s.X[i] * s.X[i], Free: true}
		if fixed {
			w.Value, w.Variance = v.Value, 0
		}
		p.Variables = append(p.Variables, w)
	}
	for range 3 {
		l, err := linearise(p, s.X, nil)
		if err != nil {
			return err
		}
		l.settle(s.X)
		l.follow(s.X)
		for i, v := range s.l.p.Variables {
			if !v.Free && s.X[i] < 0 {
				s.X[i] = 0
			}
			if p.Variables[i].Variance > 0 {
				p.Variables[i].Value, p.Variables[i].Variance = s.X[i], s.X[i]*s.X[i]
			}
		}
	}
	return nil
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
		if math.Abs(sum) > 1e-10*size+1e-300 {
			return fmt.Errorf("the balance of %s is left open by %.3g of %.3g: its figures differ too widely in size to be reconciled together", b.Name, sum, size)
		}
	}
	return nil
}

// tested is the problem that balances are tested with: where bounds hold flows at zero, each is one more balance.
func (s *Solution) tested() (*Solution, error) {
	if len(s.a.set) == 0 {
		return s, nil
	}
	if s.held != nil {
		return s.held, nil
	}
	l, err := linearise(s.l.p.holding(s.a.set), s.X, nil)
	if err != nil {
		return nil, err
	}
	held, err := l.unbounded()
	if err != nil {
		return nil, err
	}
	held.Rank = l.factor.rank
	s.held = held
	return held, nil
}
