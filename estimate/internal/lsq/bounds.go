package lsq

import (
	"context"
	"math"
	"slices"
)

// active is the set of bounds that hold, with all that is known about them. Columns that were computed are kept when a bound lets go.
type active struct {
	l       *linear
	limit   []float64         // how far below zero counts as rounding
	normals map[int][]cell    // of a variable's bound
	offsets map[int]float64   // and its constant
	columns map[int][]float64 // Vx n
	set     []int             // variables held at zero
	lambda  []float64         // multipliers, all > 0
	chol    [][]float64       // lower factor of M = N' Vx N
}

// hold finds the active set from x, the solution without bounds, and moves x to the solution with them. start is a guess of the set.
func (l *linear) hold(ctx context.Context, x []float64, start []int) (*active, error) {
	a := &active{l: l, normals: map[int][]cell{}, offsets: map[int]float64{}, columns: map[int][]float64{}, limit: l.limits(x), set: slices.Clone(start)}
	mean := slices.Clone(x) // where loose variables are drawn to
	for range 50 {
		if err := a.solve(ctx, mean, x); err != nil {
			return nil, err
		}
		moved, scale := 0.0, 0.0
		for _, w := range l.loose {
			moved, scale = max(moved, math.Abs(x[w]-mean[w])), max(scale, math.Abs(x[w]))
			mean[w] = x[w]
		}
		if moved <= 1e-10*scale {
			break
		}
		l.follow(mean) // a loose variable costs nothing where it stands: what it still pulls at shrinks with each pass (proximal point)
	}
	for _, i := range a.set {
		x[i] = 0
	}
	return a, nil
}

// violated lists the variables that are below zero and not held, in order.
func (a *active) violated(x []float64) []int {
	var out []int
	for i, v := range a.l.p.Variables {
		if !v.Free && a.l.kinds[i] != exact && x[i] < -a.limit[i] && !slices.Contains(a.set, i) {
			out = append(out, i)
		}
	}
	return out
}

// solve finds the minimum with bounds, given the one without.
func (a *active) solve(ctx context.Context, free, x []float64) error {
	if err := a.many(ctx, free, x); err != nil {
		return err
	}
	for {
		worst, by := -1, 0.0
		for _, i := range a.violated(x) {
			if d := -x[i] / a.size(i); d > by {
				worst, by = i, d
			}
		}
		if worst < 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := a.one(worst, x); err != nil {
			return err
		}
		a.place(free, x)
	}
}

// size is the standard deviation that a violation is measured in.
func (a *active) size(i int) float64 {
	a.need([]int{i})
	return math.Sqrt(max(along(a.normals[i], a.columns[i]), math.SmallestNonzeroFloat64))
}

// many adds all violated bounds at once and lets go of those that need not be held, as long as that helps.
func (a *active) many(ctx context.Context, free, x []float64) error {
	a.refit(free)
	a.place(free, x)
	fewest, tries := math.MaxInt, 0
	for {
		bad := a.violated(x)
		if len(bad) < fewest {
			fewest, tries = len(bad), 0
		} else if tries++; tries > 2 {
			return nil
		}
		if len(bad) == 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		a.need(bad)
		a.set = append(a.set, bad...)
		slices.Sort(a.set)
		a.refit(free)
		a.place(free, x)
	}
}

// refit solves M l = -n' free for the bounds of the set, without those that others imply and those whose multiplier is not positive.
func (a *active) refit(free []float64) {
	for {
		a.need(a.set)
		a.chol = a.chol[:0]
		var kept []int
		for _, i := range a.set {
			if a.border(kept, i) {
				kept = append(kept, i)
			}
		}
		a.set = kept
		b := make([]float64, len(kept))
		for k, i := range kept {
			b[k] = -a.slack(i, free)
		}
		a.lambda = a.lower(b)
		a.upper(a.lambda)
		var positive []int
		for k, i := range kept {
			if a.lambda[k] > 0 {
				positive = append(positive, i)
			}
		}
		if len(positive) == len(kept) {
			return
		}
		a.set = positive
	}
}

// slack is the value of variable i at x, by what gives it.
func (a *active) slack(i int, x []float64) float64 { return along(a.normals[i], x) + a.offsets[i] }

// implied is the part of a bound's variance before the balances below which what others leave of it is rounding.
const implied = 1e-12

// priorOf is the variance of variable i before the balances.
func (a *active) priorOf(i int) float64 { return a.l.prior(a.normals[i]) }

// border adds the row of bound i to the factor of M, unless the bounds before it imply it.
func (a *active) border(before []int, i int) bool {
	b := make([]float64, len(before))
	for k, j := range before {
		b[k] = along(a.normals[i], a.columns[j])
	}
	row := a.lower(b)
	m := along(a.normals[i], a.columns[i])
	d := m - dot(row, row)
	if !(d > implied*a.priorOf(i)) {
		return false
	}
	a.chol = append(a.chol, append(row, math.Sqrt(d)))
	return true
}

// lower solves L y = b, and upper L' y = b in place.
func (a *active) lower(b []float64) []float64 {
	for k := range b {
		row := a.chol[k]
		b[k] = (b[k] - dot(row[:k], b)) / row[k]
	}
	return b
}

func (a *active) upper(b []float64) {
	for k := len(b) - 1; k >= 0; k-- {
		row := a.chol[k]
		b[k] /= row[k]
		for j, v := range row[:k] {
			b[j] -= v * b[k]
		}
	}
}

// place sets x to the minimum with the bounds of the set held. Wide loose variables cost the multipliers digits, which refinement gives
// back: what the bounds miss is solved for again.
func (a *active) place(free, x []float64) {
	copy(x, free)
	add := func(lambda []float64) {
		for k, i := range a.set {
			for j, v := range a.columns[i] {
				x[j] += lambda[k] * v
			}
		}
		a.l.follow(x)
	}
	add(a.lambda)
	for range 2 {
		missed, worst := make([]float64, len(a.set)), 0.0
		for k, i := range a.set {
			missed[k] = -a.slack(i, x)
			worst = max(worst, math.Abs(missed[k])/a.limit[i])
		}
		if worst <= 0.01 {
			return
		}
		missed = a.lower(missed)
		a.upper(missed)
		for k := range a.lambda {
			a.lambda[k] += missed[k]
		}
		add(missed)
	}
}

// one makes the bound of variable p hold: the step of Goldfarb and Idnani. Bounds whose multiplier would turn negative let go on the way.
func (a *active) one(p int, x []float64) error {
	a.need([]int{p})
	normal, column := a.normals[p], a.columns[p]
	slack := a.slack(p, x)
	added := 0.0 // multiplier of p
	for {
		r := make([]float64, len(a.set))
		for k, i := range a.set {
			r[k] = along(normal, a.columns[i])
		}
		r = a.lower(r)
		m := along(normal, column)
		curvature := m - dot(r, r)
		a.upper(r)
		dual, leaves := math.Inf(1), -1
		for k, v := range r {
			if v > 1e-12 && a.lambda[k]/v < dual {
				dual, leaves = a.lambda[k]/v, k
			}
		}
		primal := math.Inf(1)
		if curvature > implied*a.priorOf(p) {
			primal = -slack / curvature
		}
		step := min(primal, dual)
		if math.IsInf(step, 1) {
			if open := -slack; open < 1e-6*math.Sqrt(a.priorOf(p)) {
				a.limit[p] = 2 * open // rounding, where many bounds meet
				return nil
			}
			return a.infeasible(p, r)
		}
		for k := range a.lambda {
			a.lambda[k] -= step * r[k]
		}
		added += step
		if primal <= dual {
			a.border(a.set, p)
			a.set, a.lambda = append(a.set, p), append(a.lambda, added)
			return nil
		}
		if curvature > implied*a.priorOf(p) {
			slack += step * curvature
		}
		a.set = slices.Delete(a.set, leaves, leaves+1)
		a.lambda = slices.Delete(a.lambda, leaves, leaves+1)
		a.chol = a.chol[:0]
		for k, i := range a.set {
			a.border(a.set[:k], i)
		}
	}
}

// infeasible names the balances that keep variable p below zero: with the bounds that lean against it, its normal is a combination of
// balances.
func (a *active) infeasible(p int, r []float64) error {
	l := a.l
	n := a.normals[p]
	variables := []int{p}
	for k, i := range a.set {
		if math.Abs(r[k]) > 1e-9 {
			n = plus(n, -r[k], a.normals[i])
			variables = append(variables, i)
		}
	}
	t := make([]float64, len(l.rows))
	g := make([]float64, len(l.kinds))
	for _, c := range n {
		g[c.col] = c.value
	}
	for k := range l.rows {
		for _, c := range l.rows[k].cells {
			if l.kinds[c.col] == measured {
				t[k] += c.value * l.weigh(int(c.col), g)
			}
		}
	}
	l.factor.solve(t, l.work)
	largest := 0.0
	for _, v := range t {
		largest = max(largest, math.Abs(v))
	}
	var from []cell
	for k, v := range t {
		if math.Abs(v) > 1e-7*largest {
			from = plus(from, v, l.rows[k].from)
		}
	}
	for _, i := range variables {
		if k := l.of[i]; k >= 0 {
			from = plus(from, 1, l.express[k].from)
		}
		if k := l.basic[i]; k >= 0 {
			from = plus(from, 1, l.rows[k].from)
		}
	}
	return &InfeasibleError{l.names(from)}
}

// need computes the columns of bounds, in parallel: each is one solve.
func (a *active) need(bounds []int) {
	var missing []int
	for _, i := range bounds {
		if a.columns[i] == nil && !slices.Contains(missing, i) {
			missing = append(missing, i)
			a.normals[i], a.offsets[i] = a.l.normalOf(i)
		}
	}
	columns := a.l.spreadsOf(len(missing), func(k int) []cell { return a.normals[missing[k]] })
	for k, i := range missing {
		a.columns[i] = columns[k]
	}
}

// release lets go of bounds that only settled what the balances leave open: those that x does not meet, and those that hold without a pull.
func (a *active) release(x []float64) {
	before := slices.Clone(a.set)
	a.set, a.chol = a.set[:0:0], a.chol[:0]
	lambda := a.lambda[:0:0]
	for k, i := range before {
		pull := a.lambda[k] * math.Sqrt(along(a.normals[i], a.columns[i])) // in standard deviations
		if x[i] <= 1e-9*a.l.size && pull > 1e-7 && a.border(a.set, i) {
			a.set, lambda = append(a.set, i), append(lambda, a.lambda[k])
		}
	}
	a.lambda = lambda
}
