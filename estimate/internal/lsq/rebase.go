package lsq

import (
	"cmp"
	"math"
	"slices"
)

// Variances that differ by more than this, in a network of at most so many rows, are held apart. Below, S has digits enough; above, the
// combinations would fill it. A few rows fill nothing, and are held apart sooner: a bound that others imply shows by a variance of zero,
// and with eight digits gone in the difference that leaves it, by a variance of anything.
const (
	unevenBy   = 1e10
	unevenRows = 500

	unevenByOfFew = 1e4
	fewRows       = 60
)

// uneven reports whether variances differ so much that S = R V R' would lose the small ones: what is known to a kilogram, behind a flow
// that is uncertain by a thousand tonnes.
func (l *linear) uneven() bool {
	if len(l.rows) > unevenRows {
		return false
	}
	by := unevenBy
	if len(l.rows) <= fewRows {
		by = unevenByOfFew
	}
	least, most := math.Inf(1), 0.0
	for k := range l.rows {
		for _, c := range l.rows[k].cells {
			v := c.value * c.value * l.p.Variables[c.col].Variance
			least, most = min(least, v), max(most, v)
		}
	}
	return most > by*least
}

// rebase replaces the rows by combinations of which each gives one variable by others that are surer: Gauss-Jordan elimination with the
// widest variables first, which in a network is the spanning tree of the widest flows. Then S = V_B + N V_N N' with V_B the largest of
// each row, and the wide variables have their variances from the sure ones, without a difference of large numbers. Rows that others imply
// vanish here.
func (l *linear) rebase() error {
	rows := make([]row, len(l.plain))
	held := map[int32]bool{}
	for k := range l.plain {
		rows[k] = row{slices.Clone(l.plain[k].cells), l.plain[k].rhs, slices.Clone(l.plain[k].from)}
		for _, c := range rows[k].cells {
			held[c.col] = true
		}
	}
	var columns []int32
	for c := range held {
		columns = append(columns, c)
	}
	slices.SortFunc(columns, func(a, b int32) int {
		return cmp.Or(cmp.Compare(l.p.Variables[b].Variance, l.p.Variables[a].Variance), cmp.Compare(a, b))
	})
	pivot := make([]int32, len(rows))
	for k := range pivot {
		pivot[k] = -1
	}
	for _, c := range columns {
		largest, best := 0.0, -1
		for k := range rows {
			if pivot[k] < 0 {
				largest = max(largest, math.Abs(rows[k].coefficient(c)))
			}
		}
		for k := range rows {
			if v := math.Abs(rows[k].coefficient(c)); pivot[k] < 0 && v > 0 && v >= 0.1*largest && (best < 0 || len(rows[k].cells) < len(rows[best].cells)) {
				best = k
			}
		}
		if best < 0 {
			continue
		}
		pivot[best] = c
		rows[best].scale(1 / rows[best].coefficient(c))
		for k := range rows {
			if v := rows[k].coefficient(c); k != best && v != 0 {
				rows[k].subtract(v, &rows[best])
			}
		}
	}
	l.rows = nil
	for k := range rows {
		switch {
		case pivot[k] >= 0:
			l.basic[pivot[k]] = int32(len(l.rows))
			l.rows = append(l.rows, rows[k])
			for e := range l.express { // so that unmeasured variables are given by sure ones too
				if v := l.express[e].coefficient(pivot[k]); v != 0 {
					l.express[e].subtract(v, &rows[k])
				}
			}
		case math.Abs(rows[k].rhs) > 1e-9*l.size:
			return &ConflictError{l.names(rows[k].from), rows[k].rhs}
		}
	}
	return nil
}
