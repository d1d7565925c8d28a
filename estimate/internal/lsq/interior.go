package lsq

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// interior is the predictor-corrector method of Mehrotra (1992), SIAM J. Optim. 2, 575, doi:10.1137/0802028, for
//
//	minimise (x - y)' V^-1 (x - y) / 2   subject to   A x = b, x >= 0
//
// over all variables. It serves where some are loose: there the minimum is not one point, and the dual method needs them to cost something.
type interior struct {
	l       *linear
	rows    []row // all balances
	columns [][]cell
	scale   []float64 // per variable: its standard deviation, or for an unmeasured one the size of what it meets
	size    []float64 // per row: the largest that it holds
	bounded []bool
	groups  []group // of correlated variables
	covary  [][]cell

	x, z, t []float64 // point, multipliers of bounds and of balances
	pattern *structure
	factor  *factor
	d       []float64 // (H + Z/X)^-1 on the diagonal
	work    []float64
}

// group is variables whose errors go together.
type group struct {
	of []int32
	v  *mat.SymDense
}

// Where the method stops: multipliers times sizes that are this small move nothing that can be seen.
const (
	interiorSteps = 120
	complementary = 1e-12 // x z, mean
	openBy        = 1e-8  // what balances, or gradients in standard deviations, are open by
	pulls         = 1e-5  // standard deviations
)

// interior finds which bounds pull at a measured value; ok is false where it does not converge, as where there is no solution.
func (l *linear) interior(ctx context.Context, rows []row) (set []int, ok bool, err error) {
	p := &interior{l: l, rows: rows}
	p.prepare()
	for range interiorSteps {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		done, ok := p.step()
		if !ok {
			return nil, false, nil
		}
		if done {
			for i, b := range p.bounded {
				if pull := p.z[i] * p.scale[i]; b && pull > pulls && pull > p.x[i]/p.scale[i] {
					set = append(set, i)
				}
			}
			return set, true, nil
		}
	}
	return nil, false, nil
}

func (p *interior) prepare() {
	l, n := p.l, len(p.l.kinds)
	p.columns, p.scale, p.bounded, p.d = make([][]cell, n), make([]float64, n), make([]bool, n), make([]float64, n)
	p.size = make([]float64, len(p.rows))
	p.x, p.z, p.t = make([]float64, n), make([]float64, n), make([]float64, len(p.rows))
	for k := range p.rows {
		size := math.Abs(p.rows[k].rhs)
		for _, c := range p.rows[k].cells {
			p.columns[c.col] = append(p.columns[c.col], cell{int32(k), c.value})
			v := &l.p.Variables[c.col]
			size = max(size, math.Abs(c.value)*max(math.Abs(v.Value), math.Sqrt(v.Variance)))
		}
		if size == 0 {
			size = l.size
		}
		p.size[k] = size
		for _, c := range p.rows[k].cells {
			if !l.p.Variables[c.col].Measured {
				p.scale[c.col] = max(p.scale[c.col], size)
			}
		}
	}
	for i := range n {
		v := &l.p.Variables[i]
		p.bounded[i] = !v.Free && l.kinds[i] != exact
		if v.Measured {
			p.scale[i] = math.Sqrt(v.Variance)
		}
		if p.scale[i] == 0 {
			p.scale[i] = l.size
		}
		p.x[i] = v.Value
		if p.bounded[i] {
			p.x[i] = max(v.Value, p.scale[i])
			p.z[i] = 1 / p.scale[i]
		}
	}
	p.group()
	p.work = make([]float64, len(p.rows))
}

// group gathers the variables that go together, with their covariance.
func (p *interior) group() {
	l := p.l
	p.covary = make([][]cell, len(l.kinds))
	at := make([]int, len(l.kinds))
	for _, all := range l.together() {
		g := group{of: all, v: mat.NewSymDense(len(all), nil)}
		for k, j := range all {
			at[j] = k
		}
		for k, j := range all {
			g.v.SetSym(k, k, l.p.Variables[j].Variance)
			for _, c := range l.covary[j] {
				g.v.SetSym(k, at[c.col], c.value)
			}
		}
		p.groups = append(p.groups, g)
	}
}

// step moves once. done: the point is the minimum; not ok: it cannot be reached.
func (p *interior) step() (done, ok bool) {
	primal, gap, count := p.open(), 0.0, 0
	worst := 0.0
	for k, r := range primal {
		size := p.size[k]
		for _, c := range p.rows[k].cells {
			size = max(size, math.Abs(c.value*p.x[c.col]))
		}
		worst = max(worst, math.Abs(r)/size)
	}
	for i, b := range p.bounded {
		if b {
			gap += p.x[i] * p.z[i]
			count++
		}
	}
	dual := p.dual()
	for i, r := range dual {
		worst = max(worst, 1e-2*math.Abs(r)*p.scale[i])
	}
	mean := gap / math.Max(float64(count), 1)
	if worst < openBy && mean < complementary {
		return true, true
	}
	if !p.prepareFactor() {
		return false, false
	}
	target := make([]float64, len(p.x))
	for i, b := range p.bounded {
		if b {
			target[i] = -p.x[i] * p.z[i]
		}
	}
	dx, dz, _ := p.newton(primal, dual, target)
	a := p.length(dx, dz, 1)
	after := 0.0
	for i, b := range p.bounded {
		if b {
			after += (p.x[i] + a*dx[i]) * (p.z[i] + a*dz[i])
		}
	}
	aim := max(math.Pow(after/gap, 3)*mean, complementary/10) // further down, rounding opens the balances again
	for i, b := range p.bounded {
		if b {
			target[i] = aim - p.x[i]*p.z[i] - dx[i]*dz[i]
		}
	}
	dx, dz, dt := p.newton(primal, dual, target)
	a = p.length(dx, dz, 0.995)
	for i := range p.x {
		p.x[i] += a * dx[i]
		p.z[i] += a * dz[i]
		if math.IsNaN(p.x[i]) || math.IsInf(p.x[i], 0) {
			return false, false
		}
	}
	for k := range p.t {
		p.t[k] += a * dt[k]
	}
	return false, a > 1e-10
}

// open is b - A x.
func (p *interior) open() []float64 {
	r := make([]float64, len(p.rows))
	for k := range p.rows {
		r[k] = p.rows[k].rhs
		for _, c := range p.rows[k].cells {
			r[k] -= c.value * p.x[c.col]
		}
	}
	return r
}

// dual is what the gradient leaves: A' t + z - H (x - y).
func (p *interior) dual() []float64 {
	l := p.l
	r := make([]float64, len(p.x))
	for i := range r {
		if l.kinds[i] == exact {
			continue
		}
		r[i] = p.z[i]
		for _, c := range p.columns[i] {
			r[i] += c.value * p.t[c.col]
		}
		if v := &l.p.Variables[i]; v.Measured && len(l.covary[i]) == 0 {
			r[i] -= (p.x[i] - v.Value) / v.Variance
		}
	}
	for _, g := range p.groups {
		d := mat.NewVecDense(len(g.of), nil)
		for k, i := range g.of {
			d.SetVec(k, p.x[i]-l.p.Variables[i].Value)
		}
		var chol mat.Cholesky
		var h mat.VecDense
		if chol.Factorize(g.v) && chol.SolveVecTo(&h, d) == nil {
			for k, i := range g.of {
				r[i] -= h.AtVec(k)
			}
		}
	}
	return r
}

// prepareFactor makes D = (H + Z/X)^-1 and factorizes A D A'. For a group D = V - V (V + X/Z)^-1 V.
func (p *interior) prepareFactor() bool {
	l := p.l
	for i := range p.d {
		v := &l.p.Variables[i]
		h := 0.0
		if v.Measured && v.Variance > 0 {
			h = 1 / v.Variance
		}
		switch {
		case l.kinds[i] == exact:
			p.d[i] = 0
		case p.bounded[i]:
			p.d[i] = 1 / (h + p.z[i]/p.x[i])
		case h > 0:
			p.d[i] = v.Variance
		default: // neither measured nor bounded: it may move as far as it likes
			p.d[i] = 1e8 * p.scale[i] * p.scale[i]
		}
		p.covary[i] = p.covary[i][:0]
	}
	for _, g := range p.groups {
		n := len(g.of)
		w := mat.NewSymDense(n, nil)
		w.CopySym(g.v)
		for k, i := range g.of {
			if p.bounded[i] {
				w.SetSym(k, k, w.At(k, k)+p.x[i]/p.z[i])
			} else {
				w.SetSym(k, k, w.At(k, k)*1e12)
			}
		}
		var chol mat.Cholesky
		var inner, d mat.Dense
		if !chol.Factorize(w) || chol.SolveTo(&inner, g.v) != nil {
			return false
		}
		d.Mul(g.v, &inner)
		for k, i := range g.of {
			p.d[i] = g.v.At(k, k) - d.At(k, k)
			for m, j := range g.of {
				if m != k {
					p.covary[i] = append(p.covary[i], cell{j, g.v.At(k, m) - d.At(k, m)})
				}
			}
		}
	}
	m := normalMatrix(len(p.rows), p.columns, p.d, p.covary)
	if p.pattern == nil {
		p.pattern = analyse(m)
	}
	p.factor = factorize(p.pattern, m)
	return true
}

// spread is D r.
func (p *interior) spread(r []float64) []float64 {
	out := make([]float64, len(r))
	for i := range r {
		out[i] = p.d[i] * r[i]
		for _, c := range p.covary[i] {
			out[i] += c.value * r[c.col]
		}
	}
	return out
}

// gradient is A' t.
func (p *interior) gradient(t []float64) []float64 {
	g := make([]float64, len(p.x))
	for i, column := range p.columns {
		for _, c := range column {
			g[i] += c.value * t[c.col]
		}
	}
	return g
}

// newton solves for the step that closes what is open and makes x z what it is to be.
func (p *interior) newton(primal, dual, target []float64) (dx, dz, dt []float64) {
	r := make([]float64, len(dual))
	for i := range r {
		r[i] = dual[i]
		if p.bounded[i] {
			r[i] += target[i] / p.x[i]
		}
	}
	moved := p.spread(r)
	dt = make([]float64, len(p.rows))
	for k := range p.rows {
		dt[k] = primal[k]
		for _, c := range p.rows[k].cells {
			dt[k] -= c.value * moved[c.col]
		}
	}
	right := slices.Clone(dt)
	p.factor.solve(dt, p.work)
	for range 2 { // D spans many orders of magnitude, and the factor loses some
		back := p.spread(p.gradient(dt))
		missed := slices.Clone(right)
		for k := range p.rows {
			for _, c := range p.rows[k].cells {
				missed[k] -= c.value * back[c.col]
			}
		}
		p.factor.solve(missed, p.work)
		for k, v := range missed {
			dt[k] += v
		}
	}
	for i, v := range p.gradient(dt) {
		r[i] += v
	}
	dx, dz = p.spread(r), make([]float64, len(r))
	for i, b := range p.bounded {
		if b {
			dz[i] = (target[i] - p.z[i]*dx[i]) / p.x[i]
		}
	}
	return dx, dz, dt
}

// length is how much of a step keeps x and z above zero, times a little less than one.
func (p *interior) length(dx, dz []float64, back float64) float64 {
	a := 1 / back
	for i, b := range p.bounded {
		if b && dx[i] < 0 {
			a = min(a, -p.x[i]/dx[i])
		}
		if b && dz[i] < 0 {
			a = min(a, -p.z[i]/dz[i])
		}
	}
	return min(1, back*a)
}
