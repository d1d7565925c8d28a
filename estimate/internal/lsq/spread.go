package lsq

import (
	"math"
	"sync"

	"github.com/mineralflows/mineralflows/estimate/internal/parallel"
)

// limits are a billionth of a standard deviation before the balances, and for what others give the rounding of their sum. None is zero,
// since violations are measured in them.
func (l *linear) limits(x []float64) []float64 {
	out := make([]float64, len(x))
	for i := range l.p.Variables {
		normal, sum := []cell{{int32(i), 1}}, 0.0
		if l.of[i] >= 0 || l.basic[i] >= 0 {
			normal, sum = l.normalOf(i)
			sum = math.Abs(sum)
			for _, c := range normal {
				sum += math.Abs(c.value * x[c.col])
			}
		}
		out[i] = max(1e-9*math.Sqrt(l.prior(normal))+1e-12*sum, 1e-300, l.slack)
	}
	return out
}

// prior is the variance of n' x before the balances, correlations aside.
func (l *linear) prior(n []cell) float64 {
	v := 0.0
	for _, c := range n {
		if l.kinds[c.col] == loose {
			v += c.value * c.value * l.spread[c.col]
		} else {
			v += c.value * c.value * l.p.Variables[c.col].Variance
		}
	}
	return v
}

// spreadsOf is, for each of n normals, the covariance of every measured and loose variable with n' x, balances held: Vx n.
func (l *linear) spreadsOf(n int, normal func(int) []cell) [][]float64 {
	out := make([][]float64, n)
	type scratch struct {
		t [lanes][]float64
		x [][lanes]float64
	}
	free := sync.Pool{New: func() any {
		w := &scratch{x: make([][lanes]float64, len(l.rows))}
		for q := range w.t {
			w.t[q] = make([]float64, len(l.rows))
		}
		return w
	}}
	parallel.Each((n+lanes-1)/lanes, func(k int) {
		w := free.Get().(*scratch)
		first := k * lanes
		for q := range lanes {
			clear(w.t[q])
			if first+q < n {
				out[first+q] = l.before(normal(first+q), w.t[q])
			}
		}
		l.factor.solveLanes(&w.t, w.x)
		for q := range lanes {
			if first+q < n {
				l.back(-1, w.t[q], out[first+q])
			}
		}
		free.Put(w)
	})
	return out
}

// before is V n, the covariance before the balances, and adds R V n to t.
func (l *linear) before(n []cell, t []float64) []float64 {
	out := make([]float64, len(l.kinds))
	add := func(i int32, v float64) {
		out[i] += v
		for _, c := range l.columns[i] {
			t[c.col] += v * c.value
		}
	}
	for _, c := range n {
		if l.kinds[c.col] == loose {
			add(c.col, l.spread[c.col]*c.value)
			continue
		}
		add(c.col, l.p.Variables[c.col].Variance*c.value)
		for _, o := range l.covary[c.col] {
			add(o.col, o.value*c.value)
		}
	}
	return out
}

// taken is what the bounds take off the variance of each measured variable: the squares of W = L^-1 (columns of the set)'. Variables
// are shared out among workers, so that each sum runs in one order.
func (a *active) taken() []float64 {
	n, k := len(a.l.kinds), len(a.set)
	out := make([]float64, n)
	inverse := make([]float64, k*k)
	for c := range k {
		row := inverse[c*k : c*k+c+1]
		row[c] = 1 / a.chol[c][c]
		for i := range c {
			v := -a.chol[c][i] * row[c]
			for m, x := range inverse[i*k : i*k+i+1] {
				row[m] += v * x
			}
		}
	}
	const chunk = 256 // variables
	parallel.Each((n+chunk-1)/chunk, func(at int) {
		from, to := at*chunk, min((at+1)*chunk, n)
		width := to - from
		columns, w := make([]float64, k*width), make([]float64, k*width)
		for c, i := range a.set {
			copy(columns[c*width:], a.columns[i][from:to])
		}
		multiplyAdd(1, inverse, k, columns, width, w, width, k, width, k)
		for c := range k {
			for i, x := range w[c*width : (c+1)*width] {
				out[from+i] += x * x
			}
		}
	})
	return out
}

// lost is L^-1 N' column: what the bounds take off the variance of what the column belongs to is its square.
func (a *active) lost(column []float64) []float64 {
	b := make([]float64, len(a.set))
	for k, i := range a.set {
		b[k] = along(a.normals[i], column)
	}
	return a.lower(b)
}
