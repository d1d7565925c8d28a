package lsq

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// Test is one test for a gross error.
type Test struct {
	Variable   int     // -1 for a test of a balance
	Balances   []int   // those that the test is about: one, or those that share unmeasured variables
	Statistic  float64 // standard normal (measurement, nodal, local), or chi-square with one degree of freedom (bias, leak)
	Critical   float64
	P          float64     // of a larger statistic for this test alone
	Magnitude  float64     // of a bias or leak: what the measured value, or the balance, has too much
	Equivalent []Suspected // what balances cannot tell from it
}

// Suspected is a variable that may be biased, or a balance that may leak: the other is -1.
type Suspected struct{ Variable, Balance int }

// Suspect is a gross error found by serial compensation.
type Suspect struct {
	Test
	After float64 // J once this error and those before it are allowed for
	DF    int     // and its degrees of freedom
}

// Sidak is the level of each of n tests that together err with probability level: 1 - (1-level)^(1/n). Sidak (1967), J. Am. Stat. Assoc.
// 62, 626, doi:10.1080/01621459.1967.10482935.
func Sidak(level float64, n int) float64 { return -math.Expm1(math.Log1p(-level) / float64(n)) }

// CriticalNormal is what |z| exceeds with the given probability.
func CriticalNormal(level float64) float64 { return distuv.UnitNormal.Quantile(1 - level/2) }

func tails(z float64) float64 { return 2 * distuv.UnitNormal.Survival(math.Abs(z)) }

// Critical is what J exceeds with the given probability where measurements and balances agree.
func (s *Solution) Critical(level float64) float64 {
	if s.DF == 0 {
		return 0
	}
	return distuv.ChiSquared{K: float64(s.DF)}.Quantile(1 - level)
}

// testable is the part of a variance that a move must have to be tested: below it the move is rounding.
const testable = 1e-9

// Measurement tests each measured value by how far it had to move, |y - x| / sd(y - x). level is that of all tests together.
func (s *Solution) Measurement(level float64) []Test {
	return s.moved(level, func(i int) float64 { return s.moves[i] }, 0)
}

// Local is the test of VDI 2048: |y - x| / sqrt(max(var(y - x), var(y)/10)), against 1.96. The floor keeps values that the balances
// hardly test from being rejected for next to nothing.
func (s *Solution) Local() []Test {
	const limit = 1.96
	return s.moved(0, func(i int) float64 { return max(s.moves[i], s.l.p.Variables[i].Variance/10) }, limit)
}

func (s *Solution) moved(level float64, variance func(i int) float64, limit float64) []Test {
	var out []Test
	for i, v := range s.l.p.Variables {
		if v.Measured && v.Variance > 0 && s.moves[i] > testable*v.Variance {
			z := math.Abs(v.Value-s.X[i]) / math.Sqrt(variance(i))
			out = append(out, Test{Variable: i, Statistic: z, P: tails(z), Critical: limit})
		}
	}
	if limit == 0 && len(out) > 0 {
		limit = CriticalNormal(Sidak(level, len(out)))
	}
	for k := range out {
		out[k].Critical = limit
	}
	return out
}

// Nodal tests each balance by what the measured values leave open, |r| / sd(r). Balances that share unmeasured variables are tested
// together.
func (s *Solution) Nodal(level float64) ([]Test, error) {
	s, err := s.tested()
	if err != nil {
		return nil, err
	}
	var out []Test
	s.rows(func(r *row, variance float64) {
		if balances := balancesOf(r, s.l.p); len(balances) > 0 {
			open := -r.rhs
			for _, c := range r.cells {
				open += c.value * s.l.p.Variables[c.col].Value
			}
			z := math.Abs(open) / math.Sqrt(variance)
			out = append(out, Test{Variable: -1, Balances: balances, Statistic: z, P: tails(z)})
		}
	})
	for k := range out {
		out[k].Critical = CriticalNormal(Sidak(level, len(out)))
	}
	return out, nil
}

// rows visits the rows that hold something that can move.
func (s *Solution) rows(visit func(r *row, variance float64)) {
	l := s.l
	for k := range l.plain {
		r := &l.plain[k]
		g := make(map[int32]float64, len(r.cells))
		for _, c := range r.cells {
			g[c.col] = c.value
		}
		variance := 0.0
		for _, c := range r.cells {
			variance += c.value * c.value * l.p.Variables[c.col].Variance
			for _, o := range l.covary[c.col] {
				variance += c.value * o.value * g[o.col]
			}
		}
		if variance > 0 {
			visit(r, variance)
		}
	}
}

// balancesOf are the balances that a row combines, definitions left out.
func balancesOf(r *row, p *Problem) []int {
	var out []int
	for _, c := range r.from {
		if !p.Balances[c.col].Defines {
			out = append(out, int(c.col))
		}
	}
	return out
}

// hypothesis is one gross error that balances could show: they would be off by a multiple of f.
type hypothesis struct {
	Suspected
	f     []cell
	group int // hypotheses of one group have proportional f
}

// hypotheses lists the biases of measured variables, then the leaks of balances.
func (s *Solution) hypotheses() []hypothesis {
	l := s.l
	var out []hypothesis
	add := func(h hypothesis) {
		h.f = slices.DeleteFunc(slices.Clone(h.f), func(c cell) bool { return l.factor.dropped[l.factor.place[c.col]] })
		if len(h.f) > 0 {
			out = append(out, h)
		}
	}
	for i := range l.p.Variables {
		if l.kinds[i] == measured {
			add(hypothesis{Suspected: Suspected{i, -1}, f: l.columns[i]})
		}
	}
	leaks := make([][]cell, len(l.p.Balances))
	for k := range l.rows {
		for _, c := range l.rows[k].from {
			leaks[c.col] = append(leaks[c.col], cell{int32(k), c.value})
		}
	}
	for k, f := range leaks {
		if l.p.Balances[k].Defines {
			continue
		}
		add(hypothesis{Suspected: Suspected{-1, k}, f: f})
	}
	groups := map[string]int{}
	for k := range out {
		key := direction(out[k].f)
		g, ok := groups[key]
		if !ok {
			g = len(groups)
			groups[key] = g
		}
		out[k].group = g
	}
	return out
}

// direction is a text that proportional vectors share.
func direction(f []cell) string {
	var b strings.Builder
	for _, c := range f {
		fmt.Fprintf(&b, "%d:%.9g ", c.col, c.value/f[0].value)
	}
	return b.String()
}

// Likelihood is the generalised likelihood ratio of each bias and each leak, T = (f' S^-1 r)^2 / (f' S^-1 f): how much J falls when that
// error is allowed for. A leak at a place is how an unrecorded flow over its border shows. What cannot be told apart names each other.
func (s *Solution) Likelihood(level float64) ([]Test, error) {
	s, err := s.tested()
	if err != nil {
		return nil, err
	}
	return s.likelihood(level, s.hypotheses(), nil, s.weighted), nil
}

// likelihood tests hypotheses while those of found are allowed for; t is S^-1 times what they leave of the residual.
func (s *Solution) likelihood(level float64, all []hypothesis, found *allowed, t []float64) []Test {
	members := map[int][]Suspected{}
	for _, h := range all {
		members[h.group] = append(members[h.group], h.Suspected)
	}
	var out []Test
	for _, h := range all {
		q := s.l.quadratic(h.f)
		left := q - found.explains(h.f)
		test := Test{Variable: h.Variable}
		if h.Balance >= 0 {
			test.Balances = []int{h.Balance}
		}
		if left > testable*q {
			m := along(h.f, t) / left
			test.Statistic, test.Magnitude = m*m*left, m
		}
		test.P = distuv.ChiSquared{K: 1}.Survival(test.Statistic)
		for _, o := range members[h.group] {
			if o != h.Suspected {
				test.Equivalent = append(test.Equivalent, o)
			}
		}
		out = append(out, test)
	}
	z := CriticalNormal(Sidak(level, max(len(members), 1)))
	for k := range out {
		out[k].Critical = z * z
	}
	return out
}

// allowed is a set of gross errors that are estimated together.
type allowed struct {
	f      [][]cell
	solved [][]float64 // S^-1 f
	chol   [][]float64 // of F' S^-1 F
}

// add returns false where the error is a combination of those allowed already.
func (a *allowed) add(l *linear, f []cell) bool {
	t := make([]float64, len(l.rows))
	for _, c := range f {
		t[c.col] = c.value
	}
	l.factor.solve(t, l.work)
	row := a.project(f)
	q := along(f, t)
	d := q - dot(row, row)
	if !(d > testable*q) {
		return false
	}
	a.f, a.solved = append(a.f, f), append(a.solved, t)
	a.chol = append(a.chol, append(row, math.Sqrt(d)))
	return true
}

// project is L^-1 F' S^-1 f.
func (a *allowed) project(f []cell) []float64 {
	b := make([]float64, len(a.f))
	for k := range a.f {
		b[k] = (along(f, a.solved[k]) - dot(a.chol[k][:k], b)) / a.chol[k][k]
	}
	return b
}

// explains is what of f' S^-1 f the allowed errors take.
func (a *allowed) explains(f []cell) float64 {
	if a == nil {
		return 0
	}
	b := a.project(f)
	return dot(b, b)
}

// magnitudes are the least squares estimates of the allowed errors, from t = S^-1 r.
func (a *allowed) magnitudes(t []float64) []float64 {
	b := make([]float64, len(a.f))
	for k := range b {
		b[k] = (along(a.f[k], t) - dot(a.chol[k][:k], b)) / a.chol[k][k]
	}
	for k := len(b) - 1; k >= 0; k-- {
		b[k] /= a.chol[k][k]
		for j, v := range a.chol[k][:k] {
			b[j] -= v * b[k]
		}
	}
	return b
}

// Compensate looks for gross errors one after the other: the likeliest bias or leak is allowed for, all sizes are estimated anew together,
// and so on until the balances agree at the level, no error stands out, or nothing is left to test with. Flows held at zero stay there.
func (s *Solution) Compensate(ctx context.Context, level float64) ([]Suspect, error) {
	s, err := s.tested()
	if err != nil {
		return nil, err
	}
	all := s.hypotheses()
	found := &allowed{}
	t := slices.Clone(s.weighted)
	j := 0.0
	for k, r := range s.residual {
		j += r * t[k]
	}
	var out []Suspect
	for df := s.Rank; df > 0; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if (distuv.ChiSquared{K: float64(df)}).Survival(j) >= level {
			break
		}
		tests := s.likelihood(level, all, found, t)
		best := 0
		for k := range tests {
			if tests[k].Statistic > tests[best].Statistic {
				best = k
			}
		}
		if len(tests) == 0 || tests[best].Statistic <= tests[best].Critical || !found.add(s.l, all[best].f) {
			break
		}
		df--
		sizes := found.magnitudes(s.weighted)
		t = slices.Clone(s.weighted)
		for k, size := range sizes {
			for i, v := range found.solved[k] {
				t[i] -= size * v
			}
		}
		j = 0
		for k, r := range s.residual {
			j += r * t[k]
		}
		if df == 0 {
			j = 0
		}
		out = append(out, Suspect{Test: tests[best], After: max(j, 0), DF: df})
		for k := range out {
			out[k].Magnitude = sizes[k]
		}
	}
	return out, nil
}

// Strongest orders tests by how improbable they are, then by statistic.
func Strongest(tests []Test) {
	slices.SortStableFunc(tests, func(a, b Test) int { return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(b.Statistic, a.Statistic)) })
}
