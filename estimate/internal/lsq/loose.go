package lsq

import (
	"context"
	"errors"
	"math"
	"slices"
)

// solveLoose finds the bounds that hold by the interior point method, and takes each for one more balance. It returns nothing where that
// gives no solution; the dual method then has the last word.
func (l *linear) solveLoose(ctx context.Context) (*Solution, error) {
	rows := make([]row, 0, len(l.p.Balances))
	for k := range l.p.Balances {
		rows = append(rows, l.tangent(k, l.at))
	}
	set, ok, err := l.interior(ctx, rows)
	if !ok || err != nil {
		return nil, err
	}
	for range 10 {
		held, err := linearise(l.p.holding(set), l.at, nil)
		if err != nil {
			return nil, nil
		}
		s, err := held.unbounded()
		if err != nil {
			return nil, nil
		}
		more := 0
		for i, v := range l.p.Variables {
			if v.Measured && !v.Free && s.X[i] < -s.a.limit[i] {
				set = append(set, i)
				more++
			}
		}
		if more > 0 {
			continue
		}
		s.zeros = set
		var infeasible *InfeasibleError
		if err := held.settleLoose(ctx, s); errors.As(err, &infeasible) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		return s, nil
	}
	return nil, nil
}

// holding is the problem with some variables at zero, each by a balance of its own.
func (p *Problem) holding(set []int) *Problem {
	q := *p
	q.Balances = slices.Clone(p.Balances)
	for _, i := range set {
		q.Balances = append(q.Balances, Balance{Name: p.Variables[i].Name + " at zero", Defines: true, Terms: []Term{{i, 1}}})
	}
	return &q
}

// settleLoose gives what the balances leave open its least values, and zeros their last digits.
func (l *linear) settleLoose(ctx context.Context, s *Solution) error {
	if len(l.loose) > 0 {
		if err := l.smallest(ctx, s.X, s.a); err != nil {
			return err
		}
	}
	for i, v := range l.p.Variables {
		if !v.Free && s.X[i] < s.a.limit[i] {
			s.X[i] = 0 // what other zeros imply is zero but for rounding
		}
	}
	for _, i := range s.zeros {
		s.X[i] = 0
	}
	return nil
}

// smallest gives unmeasured variables that the balances do not determine their least values, in the sense of least squares, that close
// them with the reconciled values of the measured ones.
func (l *linear) smallest(ctx context.Context, x []float64, a *active) error {
	done := make([]bool, len(x))
	for _, w := range l.loose { // each time all that hangs together
		if done[w] {
			continue
		}
		sub, index, size := l.unmeasured(x, int(w))
		if size == 0 {
			size = l.size
		}
		for k, i := range index {
			done[i] = true
			sub.Variables[k].Measured, sub.Variables[k].Variance, sub.Variables[k].Value = true, size*size, 0
		}
		inner, err := linearise(sub, make([]float64, len(sub.Variables)), nil)
		if err != nil {
			return err
		}
		inner.slack = 1e-11 * size
		s, err := inner.solve(ctx, nil)
		if err != nil {
			return err
		}
		for k, i := range index {
			if x[i] = s.X[k]; !l.p.Variables[i].Free && x[i] < s.a.limit[k] {
				x[i] = 0
			}
		}
	}
	a.release(x)
	return nil
}

// unmeasured is the problem of the unmeasured variables that hang together with variable near, with the others where they are. size is that
// of the largest figure that their balances are made of: what counts as rounding in one corner of a network must not depend on another.
func (l *linear) unmeasured(x []float64, near int) (p *Problem, index []int, size float64) {
	reached := make([]bool, len(x))
	for i := range reached {
		reached[i] = i == near
	}
	for again := true; again; {
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
	p = &Problem{}
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
		size = max(size, math.Abs(e.rhs))
		for _, c := range e.cells {
			if j, ok := at[c.col]; ok {
				b.Terms = append(b.Terms, Term{j, c.value})
			} else {
				b.RHS -= c.value * x[c.col]
				size = max(size, math.Abs(c.value*x[c.col]))
			}
		}
		p.Balances = append(p.Balances, b)
	}
	return p, index, size
}

// Least is the smallest value that an unmeasured variable can have with the measured ones where they were reconciled.
func (s *Solution) Least(ctx context.Context, i int) (float64, error) {
	if s.Observable[i] {
		return s.X[i], nil
	}
	p, index, size := s.l.unmeasured(s.X, i)
	for k, j := range index {
		if j != i {
			continue
		}
		wide := p.largest()
		p.Variables[k].Measured, p.Variables[k].Variance, p.Variables[k].Value = true, wide*wide, 0
		l, err := linearise(p, make([]float64, len(p.Variables)), nil)
		if err != nil {
			return 0, err
		}
		l.slack = 1e-11 * size
		least, err := l.solve(ctx, nil)
		if err != nil {
			return 0, err
		}
		if least.X[k] < 1e-9*size {
			return 0, nil // what the reconciled values leave of rounding
		}
		return least.X[k], nil
	}
	return s.X[i], nil
}
