package lsq

import (
	"math"
	"slices"
)

// kind says how a variable enters.
type kind int8

const (
	exact      kind = iota // measured without error: a constant
	measured               // it may move
	expressed              // unmeasured, determined by others
	loose                  // unmeasured, determined by no balance
	unbalanced             // measured, in no balance that can test it
)

// linear is a problem whose products are linearised about a point: the rows that measured variables must obey, with the factor of
// S = R V R'.
type linear struct {
	p        *Problem
	at       []float64 // where the products are linearised
	kinds    []kind
	plain    []row   // of measured variables, one for each balance or merged balances
	rows     []row   // the same, or combinations of them that hold figures of very different size apart
	basic    []int32 // the row that gives a variable, where rows are such combinations; -1 for none
	columns  [][]cell
	covary   [][]cell // per variable, the others that its error goes with
	express  []expression
	of       []int32 // expression of a variable, -1 for none
	loose    []int32
	size     float64   // of the largest number at hand: balances are judged against it
	slack    float64   // how far below zero counts as zero, where the figures on the right are themselves results
	spread   []float64 // prior variance of a loose variable: wide beside all that it meets
	factor   *factor
	inverted *inverse
	work     []float64
}

// linearise makes rows of the balances, with products replaced by their tangent at x. earlier is another linearisation of the same problem,
// whose order of elimination is taken over where it fits, or nil.
func linearise(p *Problem, x []float64, earlier *linear) (*linear, error) {
	l := &linear{p: p, at: slices.Clone(x), kinds: make([]kind, len(p.Variables)), of: make([]int32, len(p.Variables)), columns: make([][]cell, len(p.Variables)), size: p.largest(),
		basic: make([]int32, len(p.Variables))}
	var unmeasured []int32
	for i, v := range p.Variables {
		l.of[i], l.basic[i] = -1, -1
		switch {
		case !v.Measured:
			l.kinds[i] = loose
			unmeasured = append(unmeasured, int32(i))
		case v.Variance > 0:
			l.kinds[i] = measured
		}
	}
	if err := l.correlate(); err != nil {
		return nil, err
	}
	rows := make([]row, 0, len(p.Balances))
	for k := range p.Balances {
		rows = append(rows, l.tangent(k, x))
	}
	rest, expressions, left := rows, []expression(nil), []int32(nil)
	if len(unmeasured) > 0 {
		rest, expressions, left = eliminate(rows, unmeasured)
	}
	l.express, l.loose = expressions, left
	for k, e := range expressions {
		l.of[e.variable], l.kinds[e.variable] = int32(k), expressed
	}
	for k := range rest {
		if len(rest[k].cells) > 0 {
			l.plain = append(l.plain, rest[k])
		} else if math.Abs(rest[k].rhs) > 1e-9*l.size {
			return nil, &ConflictError{l.names(rest[k].from), rest[k].rhs}
		}
	}
	l.rows = l.plain
	if l.uneven() {
		if err := l.rebase(); err != nil {
			return nil, err
		}
	}
	l.spread = l.spreads()
	for k := range l.rows {
		for _, c := range l.rows[k].cells {
			l.columns[c.col] = append(l.columns[c.col], cell{int32(k), c.value})
		}
	}
	for i := range l.kinds {
		if l.kinds[i] == measured && len(l.columns[i]) == 0 && len(l.covary[i]) == 0 {
			l.kinds[i] = unbalanced
		}
	}
	s := l.normal()
	var pattern *structure
	if earlier != nil && samePattern(earlier, l) {
		pattern = earlier.factor.structure
	} else {
		pattern = analyse(s)
	}
	l.factor = factorize(pattern, s)
	l.work = make([]float64, len(l.rows))
	return l, nil
}

// spreads gives each loose variable a hundred times the mean square of what stands in one expression with it. Much more would drown, in
// rounding, what measured variables tell.
func (l *linear) spreads() []float64 {
	out := make([]float64, len(l.kinds))
	for k := range l.express {
		e := &l.express[k]
		size := e.rhs * e.rhs
		for _, c := range e.cells {
			v := &l.p.Variables[c.col]
			size = max(size, c.value*c.value*(v.Value*v.Value+v.Variance))
		}
		for _, c := range e.cells {
			if l.kinds[c.col] == loose {
				out[c.col] = max(out[c.col], size)
			}
		}
	}
	for _, w := range l.loose {
		if out[w] == 0 {
			out[w] = l.size * l.size * 1e-12
		}
		out[w] *= 100
	}
	return out
}

// samePattern reports whether S has its entries in the same places.
func samePattern(a, b *linear) bool {
	return len(a.rows) == len(b.rows) && slices.EqualFunc(a.rows, b.rows, func(x, y row) bool {
		return slices.EqualFunc(x.cells, y.cells, func(c, d cell) bool { return c.col == d.col })
	})
}

// largest is the size of the largest number at hand, 1 where there is none.
func (p *Problem) largest() float64 {
	s := 0.0
	for _, v := range p.Variables {
		s = max(s, math.Abs(v.Value), math.Sqrt(v.Variance))
	}
	for _, b := range p.Balances {
		s = max(s, math.Abs(b.RHS))
	}
	if s == 0 {
		return 1
	}
	return s
}

// tangent is balance k as a row: scaled so that its largest coefficient is 1, exact figures moved to the right.
func (l *linear) tangent(k int, x []float64) row {
	b := &l.p.Balances[k]
	r := row{rhs: b.RHS, from: []cell{{int32(k), 1}}}
	for _, t := range b.Terms {
		r.cells = append(r.cells, cell{int32(t.Variable), t.Coefficient})
	}
	for _, t := range b.Products { // c a b ~ c (a0 b + b0 a - a0 b0)
		r.cells = append(r.cells, cell{int32(t.A), t.Coefficient * x[t.B]}, cell{int32(t.B), t.Coefficient * x[t.A]})
		r.rhs += t.Coefficient * x[t.A] * x[t.B]
	}
	slices.SortStableFunc(r.cells, func(a, b cell) int { return int(a.col) - int(b.col) })
	out := r.cells[:0]
	for _, c := range r.cells {
		switch n := len(out); {
		case l.kinds[c.col] == exact:
			r.rhs -= c.value * l.p.Variables[c.col].Value
		case n > 0 && out[n-1].col == c.col:
			out[n-1].value += c.value
		default:
			out = append(out, c)
		}
	}
	largest := 0.0
	r.cells = slices.DeleteFunc(out, func(c cell) bool { return c.value == 0 })
	for _, c := range r.cells {
		largest = max(largest, math.Abs(c.value))
	}
	if largest != 0 && largest != 1 {
		r.scale(1 / largest)
	}
	return r
}

// names are those of balances that a row combines.
func (l *linear) names(from []cell) []string {
	var out []string
	for _, c := range from {
		out = append(out, l.p.Balances[c.col].Name)
	}
	return out
}

// residual is R x - b.
func (l *linear) residual(x []float64) []float64 {
	r := make([]float64, len(l.rows))
	for k := range l.rows {
		r[k] = -l.rows[k].rhs
		for _, c := range l.rows[k].cells {
			r[k] += c.value * x[c.col]
		}
	}
	return r
}

// back adds k V R' t to x, over the measured variables.
func (l *linear) back(k float64, t, x []float64) {
	if len(l.p.Covariances) > 0 {
		gradient := l.gradient(t)
		for i := range x {
			if l.kinds[i] == measured {
				x[i] += k * l.weigh(i, gradient)
			}
		}
		return
	}
	for i, column := range l.columns {
		g := 0.0
		for _, c := range column {
			g += c.value * t[c.col]
		}
		if g != 0 {
			x[i] += k * l.p.Variables[i].Variance * g
		}
	}
}

// gradient is R' t.
func (l *linear) gradient(t []float64) []float64 {
	g := make([]float64, len(l.columns))
	for i, column := range l.columns {
		for _, c := range column {
			g[i] += c.value * t[c.col]
		}
	}
	return g
}

// weigh is row i of V times g.
func (l *linear) weigh(i int, g []float64) float64 {
	v := l.p.Variables[i].Variance * g[i]
	for _, c := range l.covary[i] {
		v += c.value * g[c.col]
	}
	return v
}

// settle moves the measured variables onto the balances, by the least weighted move, and returns S^-1 (R x - b) of where they stood.
func (l *linear) settle(x []float64) []float64 {
	t := l.residual(x)
	l.factor.solve(t, l.work)
	l.back(-1, t, x)
	return t
}

// follow sets the variables that others give.
func (l *linear) follow(x []float64) {
	for i, k := range l.basic {
		if k < 0 {
			continue
		}
		v := l.rows[k].rhs
		for _, c := range l.rows[k].cells {
			if int(c.col) != i {
				v -= c.value * x[c.col]
			}
		}
		x[i] = v
	}
	for k := range l.express {
		e := &l.express[k]
		v := e.rhs
		for _, c := range e.cells {
			v -= c.value * x[c.col]
		}
		x[e.variable] = v
	}
}

// normalOf is the normal of the bound x_i >= 0, over measured and loose variables: x_i is that times them, and a constant.
func (l *linear) normalOf(i int) ([]cell, float64) {
	switch {
	case l.of[i] >= 0:
		e := &l.express[l.of[i]]
		return scaledCells(e.cells, -1), e.rhs
	case l.basic[i] >= 0:
		r := &l.rows[l.basic[i]]
		return scaledCells(without(r.cells, int32(i)), -1), r.rhs
	}
	return []cell{{int32(i), 1}}, 0
}

func without(cells []cell, col int32) []cell {
	return slices.DeleteFunc(slices.Clone(cells), func(c cell) bool { return c.col == col })
}

func along(n []cell, x []float64) float64 {
	v := 0.0
	for _, c := range n {
		v += c.value * x[c.col]
	}
	return v
}

// quadratic is f' S^-1 f for a sparse f over the rows.
func (l *linear) quadratic(f []cell) float64 {
	if l.inverted == nil {
		l.inverted = l.factor.selected()
	}
	q := 0.0
	for i, a := range f {
		for _, b := range f[:i+1] {
			z, ok := l.inverted.at(int(a.col), int(b.col))
			if !ok {
				t := make([]float64, len(l.rows))
				for _, c := range f {
					t[c.col] = c.value
				}
				l.factor.solve(t, l.work)
				return along(f, t)
			}
			if a.col != b.col {
				z *= 2
			}
			q += a.value * b.value * z
		}
	}
	return q
}

// moved is R V e_i: what balances see of an error in variable i, with what goes with it.
func (l *linear) moved(i int) []cell {
	f := scaledCells(l.columns[i], l.p.Variables[i].Variance)
	for _, c := range l.covary[i] {
		f = plus(f, c.value, l.columns[c.col])
	}
	return f
}

func scaledCells(a []cell, k float64) []cell {
	out := make([]cell, len(a))
	for i, c := range a {
		out[i] = cell{c.col, k * c.value}
	}
	return out
}
