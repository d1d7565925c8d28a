package lsq

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// network is a random one of n places: flows between them, from a source into them and out of them into a sink, true values that balance,
// and measurements with the given relative error. Every place has an inflow and an outflow.
func network(r *rand.Rand, n, flows int, relative float64) (*Problem, []float64) {
	return networkOf(r, n, flows, relative, func() (int, int) { return r.IntN(n), r.IntN(n) })
}

// neighbours is a network on a map: nine flows of ten go to one of the eight squares around, the tenth to a hub.
func neighbours(r *rand.Rand, n, flows int, relative float64) (*Problem, []float64) {
	side := int(math.Sqrt(float64(n)))
	return networkOf(r, n, flows, relative, func() (int, int) {
		a := r.IntN(n)
		if r.IntN(10) == 0 {
			return a, r.IntN(1 + n/200)
		}
		return a, min(max(a+(r.IntN(3)-1)*side+r.IntN(3)-1, 0), n-1)
	})
}

func networkOf(r *rand.Rand, n, flows int, relative float64, ends func() (int, int)) (*Problem, []float64) {
	type edge struct{ from, to int } // -1: outside
	var edges []edge
	for i := range n {
		edges = append(edges, edge{-1, i}, edge{i, -1})
	}
	for len(edges) < flows {
		if a, b := ends(); a != b {
			edges = append(edges, edge{a, b})
		}
	}
	p := &Problem{Balances: make([]Balance, n)}
	truth := make([]float64, len(edges))
	left := make([]float64, n)
	for k, e := range edges[2*n:] {
		truth[2*n+k] = math.Exp(1.5 * r.NormFloat64())
		left[e.from] -= truth[2*n+k]
		left[e.to] += truth[2*n+k]
	}
	for i := range n {
		small := 0.5 * math.Exp(r.NormFloat64())
		truth[2*i], truth[2*i+1] = small+max(-left[i], 0), small+max(left[i], 0)
		p.Balances[i].Name = fmt.Sprintf("place %d", i)
	}
	for k, e := range edges {
		sd := relative * truth[k]
		p.Variables = append(p.Variables, Variable{Name: fmt.Sprintf("flow %d", k), Measured: true, Value: truth[k] + sd*r.NormFloat64(), Variance: sd * sd})
		if e.from >= 0 {
			p.Balances[e.from].Terms = append(p.Balances[e.from].Terms, Term{k, -1})
		}
		if e.to >= 0 {
			p.Balances[e.to].Terms = append(p.Balances[e.to].Terms, Term{k, 1})
		}
	}
	return p, truth
}

func closes(t *testing.T, p *Problem, x []float64) {
	t.Helper()
	for _, b := range p.Balances {
		sum, size := -b.RHS, math.Abs(b.RHS)
		for _, c := range b.Terms {
			sum, size = sum+c.Coefficient*x[c.Variable], size+math.Abs(c.Coefficient*x[c.Variable])
		}
		require.LessOrEqual(t, math.Abs(sum), 1e-9*size, b.Name)
	}
	for i, v := range p.Variables {
		require.True(t, v.Free || x[i] >= 0, "%s: %g", v.Name, x[i])
	}
}

// At the minimum the gradient is a combination of balances and of bounds that hold, these with multipliers of zero or more (Karush, Kuhn
// and Tucker): V^-1 (x - y) = A' m + z, z >= 0, z x = 0. m is found by dense least squares over the flows that are not at zero.
func TestOptimality(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, size := range [][2]int{{3, 8}, {10, 40}, {40, 160}, {100, 400}} {
		for _, relative := range []float64{0.05, 0.3, 1} {
			p, _ := network(r, size[0], size[1], relative)
			s := solve(t, p)
			closes(t, p, s.X)
			n, m := len(p.Variables), len(p.Balances)
			a := mat.NewDense(n, m, nil)
			for k, b := range p.Balances {
				for _, c := range b.Terms {
					a.Set(c.Variable, k, a.At(c.Variable, k)+c.Coefficient)
				}
			}
			z := make([]float64, n)
			for k, i := range s.a.set {
				require.Zero(t, s.X[i])
				require.Positive(t, s.a.lambda[k])
				z[i] = s.a.lambda[k]
			}
			rhs := mat.NewVecDense(n, nil)
			for i, v := range p.Variables { // weighted, so that the smallest flows don't drown the others
				sd := math.Sqrt(v.Variance)
				for k := range m {
					a.Set(i, k, a.At(i, k)*sd)
				}
				rhs.SetVec(i, ((s.X[i]-v.Value)/v.Variance-z[i])*sd)
			}
			var qr mat.QR
			qr.Factorize(a)
			var multipliers, back mat.VecDense
			require.NoError(t, qr.SolveVecTo(&multipliers, false, rhs))
			back.MulVec(a, &multipliers)
			require.InDeltaSlice(t, rhs.RawVector().Data, back.RawVector().Data, 1e-7)
		}
	}
}

// Small problems by brute force: of all sets of flows at zero, the one whose minimum is feasible and least.
func TestBoundsByEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	bounded := 0
	for range 60 {
		p, _ := network(r, 3, 9, 1.2)
		for i := range p.Variables {
			if r.IntN(4) == 0 && i >= 6 { // an unmeasured flow between places
				p.Variables[i].Measured = false
			}
		}
		s := solve(t, p)
		closes(t, p, s.X)
		best := math.Inf(1)
		for zero := range 1 << len(p.Variables) {
			if x, j := equality(p, zero); x != nil && j < best {
				best = j
			}
		}
		require.InDelta(t, best, s.J, 1e-6*(1+best))
		for _, at := range s.AtBound {
			if at {
				bounded++
			}
		}
	}
	require.Greater(t, bounded, 30)
}

// equality is the dense solution of the problem with a set of variables at zero, nil where it is not feasible: the system of Karush, Kuhn
// and Tucker by singular values.
func equality(p *Problem, zero int) ([]float64, float64) {
	n, m := len(p.Variables), len(p.Balances)
	k := mat.NewDense(n+m, n+m, nil)
	b := mat.NewVecDense(n+m, nil)
	for i, v := range p.Variables {
		switch {
		case zero>>i&1 == 1:
			k.Set(i, i, 1)
		case v.Measured:
			k.Set(i, i, 1/v.Variance)
			b.SetVec(i, v.Value/v.Variance)
		}
	}
	for j, c := range p.Balances {
		for _, t := range c.Terms {
			k.Set(n+j, t.Variable, k.At(n+j, t.Variable)+t.Coefficient)
			if zero>>t.Variable&1 == 0 {
				k.Set(t.Variable, n+j, k.At(t.Variable, n+j)+t.Coefficient)
			}
		}
		b.SetVec(n+j, c.RHS)
	}
	var svd mat.SVD
	if !svd.Factorize(k, mat.SVDThin) {
		return nil, 0
	}
	var x mat.VecDense
	svd.SolveVecTo(&x, b, svd.Rank(1e-11))
	out, j := make([]float64, n), 0.0
	for i, v := range p.Variables {
		out[i] = x.AtVec(i)
		if out[i] < -1e-8 {
			return nil, 0
		}
		if v.Measured {
			j += (out[i] - v.Value) * (out[i] - v.Value) / v.Variance
		}
	}
	for _, c := range p.Balances {
		sum := -c.RHS
		for _, t := range c.Terms {
			sum += t.Coefficient * out[t.Variable]
		}
		if math.Abs(sum) > 1e-7 {
			return nil, 0
		}
	}
	return out, j
}

// The order of flows and of places, and the unit, change nothing but rounding.
func TestInvariance(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	p, _ := network(r, 30, 120, 0.5)
	for i := range 10 {
		p.Variables[60+6*i].Measured = false
		p.Covariances = append(p.Covariances, Covariance{5 * i, 5*i + 1, 0.4 * math.Sqrt(p.Variables[5*i].Variance*p.Variables[5*i+1].Variance)})
	}
	s := solve(t, p)
	flows, places := r.Perm(len(p.Variables)), r.Perm(len(p.Balances))
	q := &Problem{Variables: make([]Variable, len(p.Variables)), Balances: make([]Balance, len(p.Balances))}
	const k = 31.1034768
	for i, v := range p.Variables {
		v.Value, v.Variance = v.Value/k, v.Variance/k/k
		q.Variables[flows[i]] = v
	}
	for _, c := range p.Covariances {
		q.Covariances = append(q.Covariances, Covariance{flows[c.A], flows[c.B], c.Value / k / k})
	}
	for j, b := range p.Balances {
		c := Balance{Name: b.Name, RHS: b.RHS / k}
		for _, i := range r.Perm(len(b.Terms)) {
			c.Terms = append(c.Terms, Term{flows[b.Terms[i].Variable], b.Terms[i].Coefficient})
		}
		q.Balances[places[j]] = c
	}
	o := solve(t, q)
	require.InEpsilon(t, s.J, o.J, 1e-9)
	require.Equal(t, s.DF, o.DF)
	for i := range p.Variables {
		require.InDelta(t, s.X[i]/k, o.X[flows[i]], 1e-9*(1+s.X[i]))
		require.Equal(t, s.Observable[i], o.Observable[flows[i]])
		require.Equal(t, s.AtBound[i], o.AtBound[flows[i]])
		if s.Observable[i] {
			require.InDelta(t, s.SD[i]/k, o.SD[flows[i]], 1e-8*(1+s.SD[i]))
		}
	}
}

// a > b > c with the middle unmeasured: it is 10, with the variance of the mean of two.
func TestUnmeasured(t *testing.T) {
	p := &Problem{
		Variables: []Variable{{Name: "in", Measured: true, Value: 9, Variance: 1}, {Name: "through"}, {Name: "out", Measured: true, Value: 11, Variance: 1}, {Name: "loop"}, {Name: "back"}},
		Balances: []Balance{
			{Name: "first", Terms: []Term{{0, 1}, {1, -1}, {3, -1}, {4, 1}}},
			{Name: "second", Terms: []Term{{1, 1}, {2, -1}, {3, 1}, {4, -1}}},
		},
	}
	s := solve(t, p)
	closes(t, p, s.X)
	require.InDeltaSlice(t, []float64{10, 5, 10, 5, 0}, s.X, 1e-9) // through and loop are parallel: the least squares of both
	require.Equal(t, []bool{true, false, true, false, false}, s.Observable)
	p.Variables = p.Variables[:3]
	p.Balances[0].Terms, p.Balances[1].Terms = p.Balances[0].Terms[:2], p.Balances[1].Terms[:2]
	s = solve(t, p)
	require.InDeltaSlice(t, []float64{10, 10, 10}, s.X, 1e-12)
	near(t, []float64{math.Sqrt(0.5), math.Sqrt(0.5), math.Sqrt(0.5)}, s.SD, 1e-12)
	require.Equal(t, 1, s.DF)
}

// An unmeasured flow out of a place that sends more than it gets would have to be negative: it is zero, and the measured ones meet.
func TestUnmeasuredAtBound(t *testing.T) {
	p := &Problem{
		Variables: []Variable{{Name: "in", Measured: true, Value: 9, Variance: 1}, {Name: "out", Measured: true, Value: 11, Variance: 1}, {Name: "leak"}},
		Balances:  []Balance{{Name: "place", Terms: []Term{{0, 1}, {1, -1}, {2, -1}}}},
	}
	s := solve(t, p)
	require.InDeltaSlice(t, []float64{10, 10, 0}, s.X, 1e-12)
	require.InDelta(t, 2, s.J, 1e-12)
	require.Equal(t, 1, s.DF)
	require.True(t, s.AtBound[2])
	p.Variables[0].Value = 13
	s = solve(t, p)
	require.InDeltaSlice(t, []float64{13, 11, 2}, s.X, 1e-12)
	require.Equal(t, 0, s.DF)
	require.InDelta(t, math.Sqrt2, s.SD[2], 1e-12)
}

// A place that sends 4 more than it gets cannot also send more by ways that nobody measures: all three are zero, and the two measured
// flows meet at the mean of both, weighted 1 to 3: J = 4^2 / (1 + 3), on one degree of freedom.
func TestLooseAtBound(t *testing.T) {
	p := &Problem{
		Variables: []Variable{{Name: "in", Measured: true, Value: 37, Variance: 1}, {Name: "out", Measured: true, Value: 41, Variance: 3}, {Name: "rest"}, {Name: "north"}, {Name: "south"}},
		Balances:  []Balance{{Name: "place", Terms: []Term{{0, -1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}}}},
	}
	s := solve(t, p)
	require.InDeltaSlice(t, []float64{38, 38, 0, 0, 0}, s.X, 1e-7)
	require.InDelta(t, 4, s.J, 1e-6)
	require.Equal(t, 1, s.DF)
	require.InDeltaSlice(t, []float64{math.Sqrt(0.75), math.Sqrt(0.75), 0, 0, 0}, s.SD, 1e-6)
	require.InDelta(t, 2, s.Measurement(0.05)[0].Statistic, 1e-6)
	require.InDelta(t, 2, nodal(t, s)[0].Statistic, 1e-6)
	leak := likelihood(t, s)[2]
	require.Equal(t, []int{0}, leak.Balances)
	require.InDelta(t, 4, leak.Statistic, 1e-6)
	require.InDelta(t, 4, leak.Magnitude, 1e-6)
	// with 4 more coming in there is nothing to test, and each of the three ways may carry all or nothing
	p.Variables[0].Value = 45
	s = solve(t, p)
	require.InDeltaSlice(t, []float64{45, 41, 4. / 3, 4. / 3, 4. / 3}, s.X, 1e-9)
	require.Zero(t, s.DF)
	require.Equal(t, []bool{true, true, false, false, false}, s.Observable)
	for i := 2; i < 5; i++ {
		least, err := s.Least(context.Background(), i)
		require.NoError(t, err)
		require.Zero(t, least)
	}
	// where one of them leads to a place that needs 3, it carries at least that
	p.Variables = append(p.Variables, Variable{Name: "need", Measured: true, Value: 3, Variance: 1}, Variable{Name: "other"})
	p.Balances = append(p.Balances, Balance{Name: "north", Terms: []Term{{3, 1}, {5, -1}, {6, -1}}})
	s = solve(t, p)
	least, err := s.Least(context.Background(), 3)
	require.NoError(t, err)
	require.InDelta(t, 3, least, 1e-9)
}

func TestErrors(t *testing.T) {
	exact := func(name string, x float64) Variable { return Variable{Name: name, Measured: true, Value: x} }
	about := func(name string, x float64) Variable {
		return Variable{Name: name, Measured: true, Value: x, Variance: 1}
	}
	through := func(rhs float64) []Balance {
		return []Balance{{Name: "place", Terms: []Term{{0, 1}, {1, -1}}, RHS: rhs}}
	}
	var conflict *ConflictError
	_, err := Solve(context.Background(), &Problem{Variables: []Variable{exact("in", 5), exact("out", 6)}, Balances: through(0)})
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, []string{"place"}, conflict.Balances)
	require.InDelta(t, 1, math.Abs(conflict.By), 1e-12)

	var infeasible *InfeasibleError
	_, err = Solve(context.Background(), &Problem{Variables: []Variable{exact("in", 5), about("out", 6), about("more", 1)},
		Balances: []Balance{{Name: "place", Terms: []Term{{0, 1}, {1, 1}, {2, 1}}}, {Name: "other", Terms: []Term{{1, 1}, {2, -1}}}}})
	require.ErrorAs(t, err, &infeasible)
	require.Equal(t, []string{"place", "other"}, infeasible.Balances) // together they say that 5 + 2 out = 0
	_, err = Solve(context.Background(), &Problem{Variables: []Variable{exact("in", 5), about("out", 6), about("more", 1), about("far", 1)},
		Balances: []Balance{{Name: "place", Terms: []Term{{0, 1}, {1, 1}, {2, 1}}}, {Name: "other", Terms: []Term{{1, 1}, {3, -1}}}}})
	require.ErrorAs(t, err, &infeasible)
	require.Equal(t, []string{"place"}, infeasible.Balances)
	_, err = Solve(context.Background(), &Problem{Variables: []Variable{exact("in", 5), {Name: "gap"}}, Balances: []Balance{{Name: "place", Terms: []Term{{0, 1}, {1, 1}}}}})
	require.ErrorAs(t, err, &infeasible)
	require.Equal(t, []string{"place"}, infeasible.Balances)

	var covariance *CovarianceError
	_, err = Solve(context.Background(), &Problem{Variables: []Variable{about("in", 5), about("out", 6), about("more", 1)}, Covariances: []Covariance{{0, 1, 1}, {1, 2, 0.1}, {0, 2, 0.1}}, Balances: through(0)})
	require.ErrorAs(t, err, &covariance)
	require.Equal(t, []string{"in", "out"}, covariance.Variables)

	// two balances that say different things of one flow
	_, err = Solve(context.Background(), &Problem{Variables: []Variable{about("in", 5)}, Balances: []Balance{{Name: "five", Terms: []Term{{0, 1}}, RHS: 5}, {Name: "six", Terms: []Term{{0, 1}}, RHS: 6}}})
	require.ErrorAs(t, err, &conflict)

	for _, p := range []*Problem{
		{Variables: []Variable{about("in", math.NaN())}},
		{Variables: []Variable{{Name: "in", Measured: true, Variance: -1}}},
		{Variables: []Variable{exact("in", -1)}},
		{Variables: []Variable{about("in", 1)}, Balances: through(0)},
		{Variables: []Variable{about("in", 1)}, Covariances: []Covariance{{0, 0, 1}}},
	} {
		_, err := Solve(context.Background(), p)
		require.Error(t, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Solve(ctx, &Problem{})
	require.True(t, errors.Is(err, context.Canceled))
	_, err = Solve(context.Background(), &Problem{})
	require.NoError(t, err)
}

// A closed network has one balance too many: it is left out, and so is a repeated one.
func TestRedundantBalances(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	p, _ := network(r, 20, 100, 0.1)
	once := solve(t, p)
	p.Balances = append(p.Balances, p.Balances[3])
	sum := Balance{Name: "all"}
	for _, b := range p.Balances[:20] {
		sum.Terms = append(sum.Terms, b.Terms...)
	}
	p.Balances = append(p.Balances, sum)
	twice := solve(t, p)
	closes(t, p, twice.X)
	require.Equal(t, 20, twice.Rank)
	require.Equal(t, once.DF, twice.DF)
	require.InEpsilon(t, once.J, twice.J, 1e-9)
	near(t, once.X, twice.X, 1e-8)
	near(t, once.SD, twice.SD, 1e-7)
}
