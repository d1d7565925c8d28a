package lsq

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

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
	at := make([]int, len(l.p.Variables))
	for _, group := range l.together() {
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

// together are the groups of variables whose errors go together.
func (l *linear) together() [][]int32 {
	var out [][]int32
	grouped := make([]bool, len(l.covary))
	for i := range l.covary {
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
		out = append(out, group)
	}
	return out
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
	diagonal := make([]float64, len(l.kinds))
	for i, v := range l.p.Variables {
		if l.kinds[i] == measured {
			diagonal[i] = v.Variance
		}
	}
	return normalMatrix(len(l.rows), l.columns, diagonal, l.covary)
}

// normalMatrix is R V R' for n rows, given by columns, V by its diagonal and what goes with each variable.
func normalMatrix(n int, columns [][]cell, diagonal []float64, covary [][]cell) *matrix {
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
	for i, column := range columns {
		if diagonal[i] == 0 {
			continue
		}
		add(column, column, diagonal[i])
		for _, c := range covary[i] { // both orders of a pair come by
			add(column, columns[c.col], c.value)
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
