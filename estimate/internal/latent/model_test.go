package latent

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/mineralflows/mineralflows/estimate/internal/nuts"
)

func stream(name string) func(int) rand.Source {
	return func(chain int) rand.Source {
		return rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%s/%d", name, chain)))
	}
}

func sample(t testing.TB, m *Model, c nuts.Config) *nuts.Run {
	t.Helper()
	if c.Stream == nil {
		c.Stream = stream(t.Name())
	}
	c.Start = func(_ int, r *rand.Rand, x []float64) { m.Start(r, x) }
	run, err := nuts.Sample(context.Background(), func() nuts.Density { return NewDensity(m) }, c)
	require.NoError(t, err)
	return run
}

// latentInflow is the smallest instance of the task: output P and an unrecorded inflow S leave as exports P + S.
//
//	ln 1200 ~ N(ln P, 0.3), flat ln P;  S ~ half-normal(800);  ln 2000 ~ N(ln(P + S), 0.1)
func latentInflow(groups ...Group) *Model {
	return &Model{
		Groups: groups,
		Flows: []Flow{
			{"output", Prior{Kind: Flat}, 1200},
			{"inflow", Prior{Kind: HalfNormal, Scale: 800}, 800},
			{"exports", Prior{Kind: Flat}, 2000},
		},
		Balances: []Balance{{Terms: []Term{{0, 1}, {1, 1}, {2, -1}}, Closing: 2}},
		Readings: []Reading{
			{Y: math.Log(1200), SD: 0.3, Flows: []int{0}},
			{Y: math.Log(2000), SD: 0.1, Flows: []int{2}},
		},
	}
}

// Two-dimensional quadrature gives mean 682.6, sd 336.0, a 95 % range of 72.5 to 1341.5, P(S > 400) = 0.7785 and a correlation with the
// output of -0.83; output 1315.0 with sd 317.9 (case derived_latent_inflow_posterior).
func TestLatentInflow(t *testing.T) {
	t.Run("flows by themselves", func(t *testing.T) { testLatentInflow(t, latentInflow()) })
	t.Run("sum and ratio", func(t *testing.T) { testLatentInflow(t, latentInflow(Group{Members: []int{0, 1}})) }) // the coordinates change nothing
}

func testLatentInflow(t *testing.T, m *Model) {
	worst, at := nuts.GradientError(NewDensity(m), []float64{7, 0.5})
	require.Less(t, worst, 1e-7, at)
	run := sample(t, m, nuts.Config{Draws: 10_000})
	output, inflow := make([][]float64, 4), make([][]float64, 4)
	worlds := NewStates(m)
	for k := range run.Chains {
		require.Less(t, run.Chains[k].Divergences, 5) // of 10,000: on a logarithm alone a long tail meets a steep wall
		for i := 0; i < len(run.Chains[k].Draws); i += 2 {
			s := worlds.At(run.Chains[k].Draws[i : i+2])
			output[k], inflow[k] = append(output[k], s.Flows[0]), append(inflow[k], s.Flows[1])
		}
	}
	const meanS, sdS, meanP, sdP = 682.5608093356722, 335.95952823313417, 1315.0141313975648, 317.9135167601045
	meets(t, meanS, inflow, func(x float64) float64 { return x })
	meets(t, sdS*sdS, inflow, func(x float64) float64 { return (x - meanS) * (x - meanS) })
	meets(t, meanP, output, func(x float64) float64 { return x })
	meets(t, sdP*sdP, output, func(x float64) float64 { return (x - meanP) * (x - meanP) })
	for p, q := range map[float64]float64{0.025: 72.50582904740419, 0.05: 132.15849662685136, 0.5: 680.5003763303108, 0.975: 1341.4932654929746} {
		meets(t, p, inflow, func(x float64) float64 {
			if x < q {
				return 1
			}
			return 0
		})
	}
	product := make([][]float64, 4)
	for k := range product {
		for i := range inflow[k] {
			product[k] = append(product[k], (inflow[k][i]-meanS)*(output[k][i]-meanP))
		}
	}
	meets(t, -0.8289069308269823*sdS*sdP, product, func(x float64) float64 { return x })
}

// meets fails unless the mean of f over the draws is want, within four Monte Carlo standard errors.
func meets(t *testing.T, want float64, draws [][]float64, f func(float64) float64) {
	t.Helper()
	values := make([][]float64, len(draws))
	n, sum, square := 0.0, 0.0, 0.0
	for k, d := range draws {
		for _, x := range d {
			v := f(x)
			values[k] = append(values[k], v)
			n, sum, square = n+1, sum+v, square+v*v
		}
	}
	mean := sum / n
	sd := math.Sqrt(square/n - mean*mean)
	mcse := sd / math.Sqrt(nuts.MeanESS(values))
	require.InDelta(t, want, mean, 4*mcse)
	require.Less(t, mcse, 0.05*sd, "too few effective draws to test anything")
}

// everything has each kind of prior, balance, reading and error once.
func everything() *Model {
	return &Model{
		Flows: []Flow{
			{"output", Prior{LogNormal, 100, 2}, 120},
			{"exports to A", Prior{LogNormal, 100, 2}, 70},
			{"exports to others", Prior{Kind: Left}, 30},
			{"inflow 1", Prior{Kind: HalfNormal, Scale: 50}, 20},
			{"inflow 2", Prior{Kind: Walked, Scale: 40}, 20},
			{"inflow 3", Prior{Kind: Walked, Scale: 60}, 30},
			{"output of B", Prior{LogNormal, 10, 1}, 20},
			{"exports of B", Prior{Kind: Flat}, 60},
		},
		Errors: []string{"bias", "grade"},
		Balances: []Balance{
			{Terms: []Term{{0, 1}, {3, 1}, {1, -1}, {2, -1}}, Mean: 3, SD: 8, Closing: -1},
			{Terms: []Term{{6, 1}, {4, 1}, {5, 1}, {7, -1}}, Closing: 7},
		},
		Readings: []Reading{
			{Y: math.Log(110), SD: 0.3, Flows: []int{0}, Errors: []Load{{0, 0.15}}},
			{Y: math.Log(80), SD: 0.1, Flows: []int{1}, Errors: []Load{{1, -0.05}}},
			{Y: math.Log(120), SD: 0.05, Flows: []int{1, 2}, Errors: []Load{{0, 0.15}, {1, -0.05}}},
			{Y: math.Log(0.3), SD: 0.2, Flows: []int{2}, Of: []int{1, 2}},
			{Y: math.Log(90), SD: 0.2, Flows: []int{0}, Bound: AtMost},
			{Y: math.Log(25), SD: 0.1, Flows: []int{3}, Bound: AtLeast},
			{Y: 2, SD: 5, Stock: true, Node: 0},
			{Y: 9, SD: 5, Stock: true, Node: 0, Bound: AtMost},
			{Y: math.Log(70), SD: 0.1, Flows: []int{7}},
			{Y: math.Log(0.5), SD: 0.1, Flows: []int{4, 5}, Of: []int{7}, Bound: AtLeast},
		},
		Walks:  []Walk{{3, 4, 0.5}, {4, 5, 0.5}},
		Groups: []Group{{Members: []int{0, 3}}, {Members: []int{5, 4, 6}}, {[]int{1, 2}, []int{0, 3}, []int{4}, 8}},
		Shifts: []Shift{{0, []Load{{0, 0.15}}}, {2, []Load{{0, -0.1}, {1, 0.2}}}},
	}
}

// A bound is censored: with a log-normal prior of ln x ~ N(ln 100, 0.5) the posterior of "at least 120", read with an error of 0.2, is
// proportional to the prior times Phi((ln x - ln 120)/0.2), of "at most 80" to Phi((ln 80 - ln x)/0.2); moments by quadrature.
func TestBoundsByQuadrature(t *testing.T) {
	for _, c := range []struct {
		bound Bound
		at    float64
	}{{AtLeast, 120}, {AtMost, 80}} {
		m := &Model{Flows: []Flow{{"x", Prior{LogNormal, 100, 0.5}, 100}}, Readings: []Reading{{Y: math.Log(c.at), SD: 0.2, Flows: []int{0}, Bound: c.bound}}}
		total, mean, square := 0.0, 0.0, 0.0
		for u := math.Log(100) - 4; u < math.Log(100)+4; u += 1e-3 {
			e := (u - math.Log(100)) / 0.5
			side := (u - math.Log(c.at)) / 0.2
			if c.bound == AtMost {
				side = -side
			}
			w := math.Exp(-e*e/2) * math.Erfc(-side/math.Sqrt2)
			total, mean, square = total+w, mean+w*u, square+w*u*u
		}
		mean /= total
		run := sample(t, m, nuts.Config{Draws: 4000})
		meets(t, mean, run.Parameter(0), func(u float64) float64 { return u })
		meets(t, square/total-mean*mean, run.Parameter(0), func(u float64) float64 { return (u - mean) * (u - mean) })
	}
}

// volume is the logarithm of the determinant of the slopes of the logarithms of the first n flows by as many parameters, by differences.
func volume(m *Model, x []float64, n int) float64 {
	worlds := NewStates(m)
	const h = 1e-5
	slopes := mat.NewDense(n, n, nil)
	for k := range n {
		for _, sign := range []float64{1, -1} {
			x[k] += sign * h
			s := worlds.At(x)
			x[k] -= sign * h
			for f := range n {
				slopes.Set(f, k, slopes.At(f, k)+sign*math.Log(s.Flows[f])/(2*h))
			}
		}
	}
	return math.Log(math.Abs(mat.Det(slopes)))
}

// Sums, ratios and shifts have the volume of the logarithms of the flows.
func TestGroupsKeepVolumes(t *testing.T) {
	m := everything()
	m.Groups[2].Base, m.Groups[2].Less = nil, nil
	x := make([]float64, m.Dim())
	m.Start(rand.New(rand.NewPCG(8, 8)), x)
	require.InDelta(t, 0, volume(m, x, 7), 1e-6)
}

func TestSoftplus(t *testing.T) {
	const h = 1e-6
	for _, u := range []float64{-40, -29, -5, -1.001, -0.999, 0, 3, 50, 1e4} {
		y, slope, bend := softplus(u)
		if u < 600 {
			require.InEpsilon(t, math.Log1p(math.Exp(u)), y, 1e-9)
		}
		up, above, _ := softplus(u + h)
		down, below, _ := softplus(u - h)
		require.InDelta(t, math.Log(up/down)/(2*h), slope, 1e-7)
		require.InDelta(t, math.Log(above/below)/(2*h), bend, 1e-7)
	}
}

// Slopes agree with central differences at random places, and the density with the sum of its parts where these are written otherwise.
func TestGradient(t *testing.T) {
	for _, tails := range []float64{0, 1, 4, 7.5} {
		m := everything()
		for i := range m.Readings {
			m.Readings[i].Tails = tails
		}
		d := NewDensity(m)
		r := rand.New(rand.NewPCG(1, 9))
		x := make([]float64, d.Dim())
		for range 50 {
			m.Start(r, x)
			for i := range x {
				x[i] += 0.3 * r.NormFloat64()
			}
			worst, at := nuts.GradientError(d, x)
			require.Less(t, worst, 2e-6, "%d at %v, %g degrees of freedom", at, x, tails)
		}
	}
}

// The density is the sum of its parts: priors, walks and likelihoods, up to a constant.
func TestDensityIsTheSumOfItsParts(t *testing.T) {
	m := everything()
	d, worlds := NewDensity(m), NewStates(m)
	r := rand.New(rand.NewPCG(1, 9))
	x, grad := make([]float64, d.Dim()), make([]float64, d.Dim())
	constant := math.NaN()
	for range 20 {
		m.Start(r, x)
		s := worlds.At(x)
		normal := func(x, mean, sd float64) float64 { return -(x - mean) * (x - mean) / sd / sd / 2 }
		v := func(x, scale float64) float64 { return math.Log(math.Expm1(x / scale)) }
		t4 := func(i, j int) float64 { // by ln x: the slope of v by differences
			x, scale := s.Flows[j], m.Flows[j].Prior.Scale
			e := (v(x, scale) - v(s.Flows[i], m.Flows[i].Prior.Scale)) / 0.5
			return -2.5*math.Log(1+e*e/4) + math.Log((v(x*math.Exp(1e-5), scale)-v(x*math.Exp(-1e-5), scale))/2e-5)
		}
		want := normal(math.Log(s.Flows[0]/100), 0, 2) + normal(math.Log(s.Flows[1]/100), 0, 2) + normal(math.Log(s.Flows[6]/10), 0, 1) +
			math.Log(s.Flows[2]) + math.Log(s.Flows[3]) + normal(s.Flows[3], 0, 50) + t4(3, 4) + t4(4, 5) + normal(s.Errors[0], 0, 1) + normal(s.Errors[1], 0, 1) +
			normal(s.Flows[0]+s.Flows[3]-s.Flows[1]-s.Flows[2], 3, 8)
		require.InDelta(t, s.Flows[6]+s.Flows[4]+s.Flows[5], s.Flows[7], 1e-9)
		for i := range m.Readings {
			want += m.LogLikelihood(&m.Readings[i], s)
		}
		want += volume(m, x, 7)
		got := d.LogDensity(x, grad)
		if math.IsNaN(constant) {
			constant = got - want
		}
		require.InDelta(t, want+constant, got, 1e-7*math.Abs(got))
	}
}

// ln Phi and its slope, against the series of Mills' ratio to the term 105/t^8 (Abramowitz and Stegun 26.2.12), and against each other
// where the two ways of computing them meet.
func TestLogPhi(t *testing.T) {
	v, slope := logPhi(0)
	require.InDelta(t, -math.Ln2, v, 1e-15)
	require.InDelta(t, math.Sqrt(2/math.Pi), slope, 1e-15)
	series := func(x float64) float64 {
		q := 1 / (x * x)
		return -x*x/2 - math.Log(x*math.Sqrt(2*math.Pi)) + math.Log1p(-q+3*q*q-15*q*q*q+105*q*q*q*q)
	}
	for _, x := range []float64{20, 29.9, 30, 31, 100} {
		v, slope := logPhi(-x)
		require.InEpsilon(t, series(x), v, 1e-9)
		require.InEpsilon(t, (series(x-1e-4)-series(x+1e-4))/2e-4, slope, 1e-7)
	}
	far, slope := logPhi(-1e8)
	require.InEpsilon(t, -5e15, far, 1e-9)
	require.InEpsilon(t, 1e8, slope, 1e-9)
	zero, slope := logPhi(40)
	require.Zero(t, zero)
	require.Zero(t, slope)
}

// Far out with many degrees of freedom a probability is too small to be a number, and its logarithm is not: half the incomplete beta function
// at n/(n + t^2) with 60 digits. The slope is that of the differences, and the score of P(t < -100) = exp(-1203.273) is that of a normal tail.
func TestStudentFarOut(t *testing.T) {
	for _, c := range []struct{ tails, t, want float64 }{
		{1000, 100, -1203.2731472575078}, {1000, 60, -767.27893372308117}, {4, 1e6, -54.163429943195653}, {30, 300, -122.72822547533493},
		{1000, 40, -481.8866575635933}, {1000, 31, -340.74475790069025}, {7.5, 2, -3.1833036429531558},
	} {
		r := Reading{Tails: c.tails, SD: 1, Bound: AtLeast}
		got, slope := r.likelihood(c.t)
		require.InEpsilon(t, c.want, got, 1e-11, "%+v", c)
		h := 1e-4 * c.t
		up, _ := r.likelihood(c.t + h)
		down, _ := r.likelihood(c.t - h)
		require.InEpsilon(t, (up-down)/(2*h), slope, 1e-5, "%+v", c)
	}
	r := Reading{Tails: 1000, SD: 1}
	require.InEpsilon(t, 48.9584072627201, r.Score(-100), 1e-9)
	require.InEpsilon(t, -48.9584072627201, r.Score(100), 1e-9)
}

// Student's t in closed form: with one degree of freedom it is Cauchy's, with density 1/(pi (1 + t^2)) and distribution 1/2 + atan(t)/pi;
// with two it has density (2 + t^2)^(-3/2) and distribution 1/2 + t/(2 sqrt(2 + t^2)), whose lower tail is 1/(2 + t^2)/(1 + |t|/sqrt(2 + t^2)).
func TestStudentErrors(t *testing.T) {
	for _, c := range []struct {
		tails          float64
		density, below func(t float64) float64
	}{
		{1, func(t float64) float64 { return 1 / math.Pi / (1 + t*t) }, func(t float64) float64 { return 0.5 + math.Atan(t)/math.Pi }},
		{2, func(t float64) float64 { return math.Pow(2+t*t, -1.5) }, func(t float64) float64 {
			tail := 1 / (2 + t*t) / (1 + math.Abs(t)/math.Sqrt(2+t*t))
			if t > 0 {
				return 1 - tail
			}
			return tail
		}},
	} {
		r := Reading{Tails: c.tails, SD: 0.25, Y: 3, Flows: []int{0}}
		for _, e := range []float64{-50, -6, -1, -0.1, 0, 0.3, 2, 40} {
			world := &State{Flows: []float64{math.Exp(3 - 0.25*e)}}
			at := func(b Bound) float64 {
				r.Bound = b
				return (&Model{}).LogLikelihood(&r, world)
			}
			require.InEpsilon(t, c.density(e)/0.25, math.Exp(at(About)), 1e-10, "%g", e)
			require.InEpsilon(t, c.below(e), math.Exp(at(AtMost)), 1e-10, "%g", e)
			require.InEpsilon(t, c.below(-e), math.Exp(at(AtLeast)), 1e-10, "%g", e)
			require.InEpsilon(t, c.below(e), r.Below(3-0.25*e), 1e-10)
			require.InDelta(t, c.below(-math.Abs(e)), math.Erfc(math.Abs(r.Score(3-0.25*e))/math.Sqrt2)/2, 1e-12) // the score is as far out among normals
			require.InDelta(t, math.Abs(r.Score(3-0.25*e)), -math.Copysign(1, -e)*r.Score(3-0.25*e), 1e-12)
		}
	}
	normal := Reading{SD: 2, Y: 10}
	require.InDelta(t, 1.5, normal.Score(7), 1e-15)
}

// The coordinate of a walk has the slopes that differences give, and its inverse, from very little to very much.
func TestWalked(t *testing.T) {
	const h = 1e-6
	for _, x := range []float64{1e-12, 1e-7, 1e-5, 0.01, 0.5, 1, 2.9, 10, 119, 121, 1e4} {
		w := newWalked(x, 3)
		require.InEpsilon(t, x, fromWalked(w.v, 3), 1e-10)
		up, down := newWalked(x*math.Exp(h), 3), newWalked(x*math.Exp(-h), 3)
		require.InEpsilon(t, (up.v-down.v)/(2*h), w.slope, 1e-6, "%g", x)
		require.InDelta(t, math.Log(up.slope/down.slope)/(2*h), w.bend, 1e-6, "%g", x)
	}
}

// Half of a normal of standard deviation s has mean s sqrt(2/pi) and median 0.6745 s.
func TestPriorQuantiles(t *testing.T) {
	q := make([]float64, 4000)
	m := everything()
	require.True(t, m.PriorQuantiles(3, q))
	mean := 0.0
	for _, x := range q {
		mean += x / float64(len(q))
	}
	require.InEpsilon(t, 50*math.Sqrt(2/math.Pi), mean, 1e-3)
	require.InEpsilon(t, 50*0.6744897501960817, q[2000], 1e-3)
	require.True(t, m.PriorQuantiles(0, q))
	require.InEpsilon(t, 100, q[2000], 2e-3)
	for f, has := range []bool{true, true, true, true, true, true, true, false} {
		require.Equal(t, has, m.HasPrior(f))
		require.Equal(t, has && f != 2 && m.Flows[f].Prior.Kind != Walked, m.PriorQuantiles(f, q))
	}
}

// Draws from the prior have the quantiles that the prior has, and keep the balances. That of a walk's step is by quadrature over its start,
// with the t4 distribution function F(t) = 1/2 + (3/8) s (1 - s^2/12), s = t / sqrt(1+t^2/4) (Abramowitz and Stegun 26.7.4).
func TestDrawPrior(t *testing.T) {
	m := everything()
	r := rand.New(rand.NewPCG(4, 4))
	const n = 20_000
	draws := make([][]float64, 7)
	mean, square := 0.0, 0.0 // of the stock change
	for range n {
		s := m.DrawPrior(r)
		for f := range draws {
			draws[f] = append(draws[f], s.Flows[f])
		}
		require.InDelta(t, s.Flows[0]+s.Flows[3]-s.Flows[1]-s.Flows[2], s.Stock[0], 1e-9*(s.Flows[0]+s.Flows[1]))
		require.InDelta(t, s.Flows[6]+s.Flows[4]+s.Flows[5], s.Flows[7], 1e-9*s.Flows[7])
		mean += s.Stock[0] / n
		square += (s.Stock[0] - 3) * (s.Stock[0] - 3) / n
	}
	require.InDelta(t, 3, mean, 4*8/math.Sqrt(n))
	require.InEpsilon(t, 64, square, 4*math.Sqrt(2.0/n))
	share := func(f int, below float64) float64 {
		count := 0.0
		for _, x := range draws[f] {
			if x < below {
				count++
			}
		}
		return count / n
	}
	q := make([]float64, 4000)
	for _, f := range []int{0, 1, 3, 6} {
		require.True(t, m.PriorQuantiles(f, q))
		for _, p := range []float64{0.05, 0.5, 0.95} {
			require.InDelta(t, p, share(f, q[int(4000*p)]), 4*math.Sqrt(p*(1-p)/n)+1.0/4000, m.Flows[f].Name)
		}
	}
	t4 := func(x float64) float64 {
		s := x / math.Sqrt(1+x*x/4)
		return 0.5 + 0.375*s*(1-s*s/12)
	}
	require.InDelta(t, 0.95, t4(2.131846786), 1e-9) // the 95 % point of four degrees of freedom, printed as 2.132
	for _, x := range []float64{5, 27, 100} {
		v, want := math.Log(math.Expm1(x/40)), 0.0 // 40 is the scale of the second flow, 50 of the first
		const steps = 20_000
		for i := range steps {
			start := 50 * math.Sqrt2 * math.Erfinv((float64(i)+0.5)/steps)
			want += t4((v-math.Log(math.Expm1(start/50)))/0.5) / steps
		}
		require.InDelta(t, want, share(4, x), 4*math.Sqrt(want*(1-want)/n))
	}
}

// Two places that share nothing are two parts; their densities sum to the whole's. A shared error makes one of them.
func TestSplit(t *testing.T) {
	m := everything()
	m.Errors = append(m.Errors, "unused")
	require.Len(t, m.Split(), 1) // a walk ties the two
	m.Walks = []Walk{{4, 5, 0.5}}
	m.Groups[2].Less = nil
	m.Flows[4].Prior.Kind = HalfNormal
	parts := m.Split()
	require.Len(t, parts, 2)
	require.Equal(t, []int{0, 1, 2, 3}, parts[0].FlowAt)
	require.Equal(t, []int{4, 5, 6, 7}, parts[1].FlowAt)
	require.Equal(t, []int{0, 1}, parts[0].ErrorAt)
	require.Empty(t, parts[1].ErrorAt)
	require.Equal(t, []int{8, 9}, parts[1].ReadingAt)
	whole := NewDensity(m)
	x, grad := make([]float64, whole.Dim()), make([]float64, whole.Dim())
	m.Start(rand.New(rand.NewPCG(1, 1)), x)
	unused := x[len(x)-1]
	want := whole.LogDensity(x, grad) + unused*unused/2
	a, b := NewDensity(&parts[0].Model), NewDensity(&parts[1].Model)
	got := a.LogDensity(slices.Concat(x[:4], x[7:9]), make([]float64, 6)) + b.LogDensity(x[4:7], make([]float64, 3))
	require.InDelta(t, want, got, 1e-9)
	m.Readings[8].Errors = []Load{{1, 0.1}}
	require.Len(t, m.Split(), 1)
}
