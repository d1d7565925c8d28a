package lsq

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// describe fills in J, variances and what they rest on.
func (s *Solution) describe() {
	l, a, p := s.l, s.a, s.l.p
	n := len(p.Variables)
	s.SD, s.moves = make([]float64, n), make([]float64, n)
	s.Observable, s.Redundant, s.AtBound = make([]bool, n), make([]bool, n), make([]bool, n)
	for _, i := range slices.Concat(a.set, s.zeros) {
		s.AtBound[i] = true
	}
	taken := a.taken()
	var wide []int // what surer variables give, and the difference of its own variances does not
	for i, v := range p.Variables {
		switch l.kinds[i] {
		case exact:
			s.Observable[i] = true
		case measured, unbalanced:
			s.Observable[i] = true
			f := l.moved(i)
			q := l.quadratic(f)
			s.moves[i] = q + taken[i]
			s.Redundant[i] = len(f) > 0 && q > 1e-9*v.Variance
			s.SD[i] = math.Sqrt(max(0, v.Variance-s.moves[i]))
			if l.basic[i] >= 0 && s.SD[i]*s.SD[i] < 1e-6*v.Variance {
				wide = append(wide, i)
			}
		case loose:
			s.SD[i] = math.Inf(1)
		}
		if s.AtBound[i] {
			s.SD[i], s.Observable[i] = 0, true
		}
	}
	s.describeWide(wide)
	s.describeExpressed()
	s.describeImplied()
	s.J = s.objective()
	s.Rank = l.factor.rank
	s.DF = s.Rank + len(a.set) - s.rankOfLoose()
	if s.DF == 0 {
		s.J = 0 // nothing had to move: what is left is rounding
	}
}

// describeImplied marks what is zero because others are held there: it cannot move either, whatever rounding left of its variance.
func (s *Solution) describeImplied() {
	for i, v := range s.l.p.Variables {
		if s.l.kinds[i] == exact || v.Free || s.X[i] != 0 || s.AtBound[i] || !s.Observable[i] {
			continue
		}
		normal := []cell{{int32(i), 1}}
		if s.l.kinds[i] == expressed {
			normal, _ = s.l.normalOf(i)
		}
		if s.SD[i]*s.SD[i] <= 1e-12*s.l.prior(normal) {
			s.SD[i], s.AtBound[i] = 0, true
		}
	}
}

// describeWide gives variables that others give far more surely than they were measured the standard deviation that follows from these.
func (s *Solution) describeWide(wide []int) {
	normals := make([][]cell, len(wide))
	for k, i := range wide {
		normals[k], _ = s.l.normalOf(i)
	}
	for k, column := range s.l.spreadsOf(len(wide), func(k int) []cell { return normals[k] }) {
		lost := s.a.lost(column)
		if i := wide[k]; !s.AtBound[i] {
			s.SD[i] = math.Sqrt(max(0, along(normals[k], column)-dot(lost, lost)))
		}
	}
}

// describeExpressed gives the unmeasured variables that balances determine their standard deviations.
func (s *Solution) describeExpressed() {
	l, a := s.l, s.a
	var determined []int32
	for k := range l.express {
		e := &l.express[k]
		ok := true
		for _, c := range e.cells {
			ok = ok && (l.kinds[c.col] != loose || s.AtBound[c.col])
		}
		i := e.variable
		switch {
		case s.AtBound[i]:
		case ok:
			s.Observable[i] = true
			determined = append(determined, i)
		default:
			s.SD[i] = math.Inf(1)
		}
	}
	normal := func(k int) []cell {
		n, _ := l.normalOf(int(determined[k]))
		out := n[:0]
		for _, c := range n {
			if l.kinds[c.col] != loose {
				out = append(out, c)
			}
		}
		return out
	}
	for k, column := range l.spreadsOf(len(determined), normal) {
		lost := a.lost(column)
		s.SD[determined[k]] = math.Sqrt(max(0, along(normal(k), column)-dot(lost, lost)))
	}
}

// objective is (x - y)' V^-1 (x - y), a sum over independent variables, and for those that go together x - y = V (N l - R' t).
func (s *Solution) objective() float64 {
	l, a := s.l, s.a
	push := make([]float64, len(l.kinds)) // N l
	for k, i := range a.set {
		for _, c := range a.normals[i] {
			push[c.col] += a.lambda[k] * c.value
		}
	}
	t := make([]float64, len(l.rows))
	for k := range l.rows {
		for _, c := range l.rows[k].cells {
			if l.kinds[c.col] == measured {
				t[k] += c.value * l.weigh(int(c.col), push)
			}
		}
	}
	for k, r := range s.residual {
		t[k] += r
	}
	l.factor.solve(t, l.work)
	gradient := l.gradient(t)
	j := 0.0
	for i, v := range l.p.Variables {
		if l.kinds[i] != measured && l.kinds[i] != unbalanced {
			continue
		}
		d := v.Value - s.X[i]
		if len(l.covary[i]) == 0 {
			j += d * d / v.Variance
		} else {
			j += d * (gradient[i] - push[i])
		}
	}
	return j
}

// rankOfLoose is how many of the bounds that hold only settle what the balances leave open.
func (s *Solution) rankOfLoose() int {
	var rows []row
	for _, i := range s.a.set {
		var r row
		for _, c := range s.a.normals[i] {
			if s.l.kinds[c.col] == loose {
				r.cells = append(r.cells, c)
			}
		}
		if len(r.cells) > 0 {
			rows = append(rows, r)
		}
	}
	_, express, _ := eliminate(rows, s.l.loose)
	return len(express)
}

// P is the probability of a larger J where measurements and balances agree.
func (s *Solution) P() float64 {
	if s.DF == 0 {
		return 1
	}
	return ChiSquareTail(s.J, s.DF)
}

// ChiSquareTail is the probability that chi-square with df degrees of freedom exceeds j.
func ChiSquareTail(j float64, df int) float64 {
	return distuv.ChiSquared{K: float64(df)}.Survival(j)
}
