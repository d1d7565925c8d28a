package lsq

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
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
	kinds    []kind
	rows     []row // of measured variables
	columns  [][]cell
	covary   [][]cell // per variable, the others that its error goes with
	express  []expression
	of       []int32 // expression of a variable, -1 for none
	loose    []int32
	size     float64 // of the largest number at hand: balances are judged against it
	slack    float64 // how far below zero counts as zero, where the figures on the right are themselves results
	spread   float64 // prior variance of a loose variable: wide beside everything else
	factor   *factor
	inverted *inverse
	work     []float64
}

// linearise makes rows of the balances, with products replaced by their tangent at x. earlier is another linearisation of the same problem,
// whose order of elimination is taken over where it fits, or nil.
func linearise(p *Problem, x []float64, earlier *linear) (*linear, error) {
	l := &linear{p: p, kinds: make([]kind, len(p.Variables)), of: make([]int32, len(p.Variables)), columns: make([][]cell, len(p.Variables)), size: p.largest()}
	var unmeasured []int32
	for i, v := range p.Variables {
		l.of[i] = -1
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
			l.rows = append(l.rows, rest[k])
			continue
		}
		if math.Abs(rest[k].rhs) > 1e-9*l.size {
			return nil, &ConflictError{l.names(rest[k].from), rest[k].rhs}
		}
	}
	l.spread = 100 * l.size * l.size
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

// correlate reads the covariances and refuses a covariance that is not positive definite, group by group of variables that go together.
func (l *linear) correlate() error {
	l.covary = make([][]cell, len(l.p.Variables))
	for _, c := range l.p.Covariances {
		if c.Value == 0 {
			continue
		}
		if l.kinds[c.A] != measured || l.kinds[c.B] != measured {
			return &CovarianceError{[]string{l.p.Variables[c.A].Name, l.p.Variables[c.B].Name}}
		}
		l.covary[c.A] = append(l.covary[c.A], cell{int32(c.B), c.Value})
		l.covary[c.B] = append(l.covary[c.B], cell{int32(c.A), c.Value})
	}
	grouped := make([]bool, len(l.p.Variables))
	at := make([]int, len(l.p.Variables))
	for i := range l.p.Variables {
		if grouped[i] || len(l.covary[i]) == 0 {
			continue
		}
		group := []int32{int32(i)}
		grouped[i] = true
		for k := 0; k < len(group); k++ {
			for _, c := range l.covary[group[k]] {
				if !grouped[c.col] {
					grouped[c.col] = true
					group = append(group, c.col)
				}
			}
		}
		slices.Sort(group)
		for k, g := range group {
			at[g] = k
		}
		v := mat.NewSymDense(len(group), nil)
		for k, g := range group {
			v.SetSym(k, k, 1)
			for _, c := range l.covary[g] { // as correlations, so that the verdict is the same in any unit
				v.SetSym(k, at[c.col], c.value/math.Sqrt(l.p.Variables[g].Variance*l.p.Variables[c.col].Variance))
			}
		}
		var chol mat.Cholesky
		if chol.Factorize(v) && chol.Cond() < 1e13 {
			continue
		}
		return &CovarianceError{l.dependent(group, v)}
	}
	return nil
}

// dependent names the variables of the direction in which a covariance vanishes.
func (l *linear) dependent(group []int32, v *mat.SymDense) []string {
	var eigen mat.EigenSym
	var names []string
	if eigen.Factorize(v, true) {
		var vectors mat.Dense
		eigen.VectorsTo(&vectors) // ascending: the first belongs to the least
		for k, g := range group {
			if math.Abs(vectors.At(k, 0)) > 0.05 {
				names = append(names, l.p.Variables[g].Name)
			}
		}
	}
	return names
}

// normal is S = R V R'.
func (l *linear) normal() *matrix {
	n := len(l.rows)
	type triple struct {
		col, row int32
		value    float64
	}
	var all []triple
	add := func(a, b []cell, v float64) {
		for _, x := range a {
			for _, y := range b {
				if x.col >= y.col {
					all = append(all, triple{y.col, x.col, v * x.value * y.value})
				}
			}
		}
	}
	for k := range n {
		all = append(all, triple{int32(k), int32(k), 0})
	}
	for i, column := range l.columns {
		if l.kinds[i] != measured {
			continue
		}
		add(column, column, l.p.Variables[i].Variance)
		for _, c := range l.covary[i] { // both orders of a pair come by
			add(column, l.columns[c.col], c.value)
		}
	}
	start := make([]int32, n+2)
	for _, t := range all {
		start[t.col+2]++
	}
	for k := range n {
		start[k+2] += start[k+1]
	}
	byColumn := make([]entry, len(all))
	for _, t := range all {
		byColumn[start[t.col+1]] = entry{t.row, t.value}
		start[t.col+1]++
	}
	m := &matrix{n: n, start: make([]int32, 1, n+1)}
	for j := range n {
		column := byColumn[start[j]:start[j+1]]
		slices.SortStableFunc(column, func(a, b entry) int { return int(a.row) - int(b.row) })
		for _, e := range column {
			if k := len(m.rows); k > int(m.start[j]) && m.rows[k-1] == e.row {
				m.values[k-1] += e.value
				continue
			}
			m.rows, m.values = append(m.rows, e.row), append(m.values, e.value)
		}
		m.start = append(m.start, int32(len(m.rows)))
	}
	return m
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

// follow sets the expressed variables.
func (l *linear) follow(x []float64) {
	for k := range l.express {
		e := &l.express[k]
		v := e.rhs
		for _, c := range e.cells {
			v -= c.value * x[c.col]
		}
		x[e.variable] = v
	}
}

// normalOf is the normal of the bound x_i >= 0, over measured and loose variables.
func (l *linear) normalOf(i int) []cell {
	if l.of[i] < 0 {
		return []cell{{int32(i), 1}}
	}
	cells := slices.Clone(l.express[l.of[i]].cells)
	for k := range cells {
		cells[k].value = -cells[k].value
	}
	return cells
}

// spreadOf is the covariance of every measured and loose variable with n' x, balances held: Vx n. work has room for twice the rows.
func (l *linear) spreadOf(n []cell, work []float64) []float64 {
	out := make([]float64, len(l.kinds))
	t, work := work[:len(l.rows)], work[len(l.rows):]
	clear(t)
	add := func(i int32, v float64) {
		out[i] += v
		for _, c := range l.columns[i] {
			t[c.col] += v * c.value
		}
	}
	for _, c := range n {
		if l.kinds[c.col] == loose {
			add(c.col, l.spread*c.value)
			continue
		}
		add(c.col, l.p.Variables[c.col].Variance*c.value)
		for _, o := range l.covary[c.col] {
			add(o.col, o.value*c.value)
		}
	}
	l.factor.solve(t, work)
	l.back(-1, t, out)
	return out
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
