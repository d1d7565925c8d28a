package lsq

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// scattered is a random network in which flows of very different size meet, and half of them are unmeasured, loops of them included.
func scattered(r *rand.Rand, n, flows int, share, spread float64) *Problem {
	p := &Problem{Balances: make([]Balance, n)}
	for k := range flows {
		v := Variable{}
		if r.Float64() >= share {
			size := math.Exp(spread * r.NormFloat64())
			v = Variable{Measured: true, Value: size * math.Exp(r.NormFloat64()), Variance: math.Pow(size*math.Exp(0.5*r.NormFloat64()-2), 2)}
		}
		p.Variables = append(p.Variables, v)
		from, to := r.IntN(n+1)-1, r.IntN(n+1)-1
		if from == to {
			to = (from+2)%(n+1) - 1
		}
		if from >= 0 {
			p.Balances[from].Terms = append(p.Balances[from].Terms, Term{k, -1})
		}
		if to >= 0 {
			p.Balances[to].Terms = append(p.Balances[to].Terms, Term{k, 1})
		}
	}
	return p
}

// Small ones against enumeration, where there is a solution at all.
func TestUnmeasuredByEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	solved, held, loose := 0, 0, 0
	for range 120 {
		p := scattered(r, 3, 9, 0.5, 1)
		s, err := Solve(context.Background(), p)
		best := math.Inf(1)
		for zero := range 1 << len(p.Variables) {
			if x, j := equality(p, zero); x != nil && j < best {
				best = j
			}
		}
		if err != nil {
			var infeasible *InfeasibleError
			require.ErrorAs(t, err, &infeasible)
			require.True(t, math.IsInf(best, 1), "J = %g", best)
			continue
		}
		closes(t, p, s.X)
		require.InDelta(t, best, s.J, 1e-5*(1+best))
		solved++
		for i := range p.Variables {
			if s.AtBound[i] {
				held++
			}
			if !s.Observable[i] {
				loose++
			}
			least, err := s.Least(context.Background(), i)
			require.NoError(t, err)
			require.LessOrEqual(t, least, s.X[i]+1e-8*s.l.size)
		}
	}
	require.Greater(t, solved, 100)
	require.Greater(t, held, 20)
	require.Greater(t, loose, 80)
}

// Larger ones are solved, closed, and no better for a step to anywhere: the sum of squares is convex, so a minimum is least along every
// line to another feasible point.
func TestManyUnmeasured(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	for k := range 60 {
		spread := float64(1 + k%3) // up to nine orders of magnitude between the smallest and the largest flow
		p := scattered(r, 20, 100, 0.4, spread)
		s, err := Solve(context.Background(), p)
		require.NoError(t, err)
		closes(t, p, s.X)
		other := &Problem{Variables: append([]Variable(nil), p.Variables...), Balances: p.Balances}
		for i := range other.Variables {
			other.Variables[i].Value *= math.Exp(r.NormFloat64())
		}
		o, err := Solve(context.Background(), other)
		require.NoError(t, err)
		slope, scale := 0.0, 0.0 // of the sum of squares from x towards o
		for i, v := range p.Variables {
			if v.Measured {
				d := (s.X[i] - v.Value) / v.Variance * (o.X[i] - s.X[i])
				slope, scale = slope+d, scale+math.Abs(d)
			}
		}
		require.GreaterOrEqual(t, slope, -1e-6*scale)
	}
}

// Two grams are known behind a flow that is uncertain by a thousand tonnes: 1 +- 1e-6 goes in, 1 + 2e-6 +- 1e-6 comes out, and what was
// measured between as 5000 +- 1000 is 1 + 1e-6 +- 1e-6/sqrt(2). J = (2e-6)^2/2e-12 + (4999/1000)^2, to the last digits that the figures have.
func TestUneven(t *testing.T) {
	p := &Problem{
		Variables: []Variable{{Measured: true, Value: 1, Variance: 1e-12}, {Measured: true, Value: 5000, Variance: 1e6}, {Measured: true, Value: 1 + 2e-6, Variance: 1e-12}},
		Balances:  []Balance{{Name: "first", Terms: []Term{{0, 1}, {1, -1}}}, {Name: "second", Terms: []Term{{1, 1}, {2, -1}}}},
	}
	s := solve(t, p)
	closes(t, p, s.X)
	require.Equal(t, 2, s.DF)
	for i := range s.X {
		require.InDelta(t, 1e-6, s.X[i]-1, 1e-12)
		require.InEpsilon(t, 1e-6/math.Sqrt2, s.SD[i], 1e-6)
	}
	require.InDelta(t, 2+math.Pow((5000-1-1e-6)/1000, 2), s.J, 1e-6)
	near(t, []float64{4999. / 1000, (4999 - 2e-6) / 1000}, statistics(nodal(t, s)), 1e-9)
}
