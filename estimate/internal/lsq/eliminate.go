package lsq

import (
	"math"
	"slices"
)

// cell is one coefficient of a row.
type cell struct {
	col   int32
	value float64
}

// row is a balance, or a combination of balances, in variables that can move: sum of cells = rhs.
type row struct {
	cells []cell // by column
	rhs   float64
	from  []cell // the balances that it combines, by their indices
}

func (r *row) coefficient(col int32) float64 {
	if i, ok := slices.BinarySearchFunc(r.cells, col, func(c cell, col int32) int { return int(c.col) - int(col) }); ok {
		return r.cells[i].value
	}
	return 0
}

// vanishing is the part of its operands below which a difference is rounding.
const vanishing = 1e-11

// plus is a + k b for sparse vectors. What cancels but for rounding is left out.
func plus(a []cell, k float64, b []cell) []cell {
	out := make([]cell, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case j == len(b) || i < len(a) && a[i].col < b[j].col:
			out = append(out, a[i])
			i++
		case i == len(a) || b[j].col < a[i].col:
			out = append(out, cell{b[j].col, k * b[j].value})
			j++
		default:
			if v, w := a[i].value, k*b[j].value; math.Abs(v+w) > vanishing*max(math.Abs(v), math.Abs(w)) {
				out = append(out, cell{a[i].col, v + w})
			}
			i, j = i+1, j+1
		}
	}
	return out
}

// subtract takes k times another row off r.
func (r *row) subtract(k float64, o *row) {
	r.cells = plus(r.cells, -k, o.cells)
	r.from = plus(r.from, -k, o.from)
	if d := r.rhs - k*o.rhs; math.Abs(d) > vanishing*max(math.Abs(r.rhs), math.Abs(k*o.rhs)) {
		r.rhs = d
	} else {
		r.rhs = 0
	}
}

func (r *row) scale(k float64) {
	for i := range r.cells {
		r.cells[i].value *= k
	}
	for i := range r.from {
		r.from[i].value *= k
	}
	r.rhs *= k
}

// expression gives an unmeasured variable: variable = rhs - the other cells of the row. Those of unmeasured variables in it are ones
// that no balance determines.
type expression struct {
	variable int32
	row
}

// eliminate frees the rows of unmeasured variables by Gauss-Jordan elimination: what remains of the rows holds measured variables only,
// and each unmeasured variable is either expressed by the others or loose, for no balance determines it. The pivot is taken in the
// column that fewest rows hold, from the shortest of these rows whose coefficient is not small.
func eliminate(rows []row, unmeasured []int32) (rest []row, expressions []expression, loose []int32) {
	holders := map[int32][]int{}
	wanted := map[int32]bool{}
	for _, u := range unmeasured {
		wanted[u] = true
	}
	note := func(i int) {
		for _, c := range rows[i].cells {
			if wanted[c.col] && !slices.Contains(holders[c.col], i) {
				holders[c.col] = append(holders[c.col], i)
			}
		}
	}
	for i := range rows {
		note(i)
	}
	pivot := make([]bool, len(rows))
	todo := slices.Clone(unmeasured)
	for len(todo) > 0 {
		best, fewest := -1, math.MaxInt
		for t, u := range todo {
			n := 0
			for _, i := range holders[u] {
				if !pivot[i] && rows[i].coefficient(u) != 0 {
					n++
				}
			}
			if n > 0 && n < fewest {
				best, fewest = t, n
			}
			if n == 1 {
				break // none is held by fewer
			}
		}
		if best < 0 {
			break
		}
		u := todo[best]
		todo = slices.Delete(todo, best, best+1)
		largest := 0.0
		for _, i := range holders[u] {
			if !pivot[i] {
				largest = max(largest, math.Abs(rows[i].coefficient(u)))
			}
		}
		p := -1
		for _, i := range holders[u] {
			if !pivot[i] && math.Abs(rows[i].coefficient(u)) >= 0.1*largest && (p < 0 || len(rows[i].cells) < len(rows[p].cells)) {
				p = i
			}
		}
		pivot[p] = true
		rows[p].scale(1 / rows[p].coefficient(u))
		for _, i := range slices.Clone(holders[u]) {
			if k := rows[i].coefficient(u); i != p && k != 0 {
				rows[i].subtract(k, &rows[p])
				note(i)
			}
		}
		expressions = append(expressions, expression{variable: u, row: row{from: []cell{{int32(p), 0}}}})
	}
	for k := range expressions {
		e := &expressions[k]
		e.row = rows[e.from[0].col]
		e.cells = slices.DeleteFunc(slices.Clone(e.cells), func(c cell) bool { return c.col == e.variable })
	}
	for i := range rows {
		if !pivot[i] {
			rest = append(rest, rows[i])
		}
	}
	return rest, expressions, todo
}
