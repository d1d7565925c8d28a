package nuts

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// density is a Density made of a function.
type density struct {
	dim int
	f   func(x, grad []float64) float64
}

func (d density) Dim() int                             { return d.dim }
func (d density) LogDensity(x, grad []float64) float64 { return d.f(x, grad) }

func stream(name string) func(int) rand.Source {
	return func(chain int) rand.Source {
		return rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%s/%d", name, chain)))
	}
}

func sample(t testing.TB, d density, c Config) *Run {
	t.Helper()
	if c.Stream == nil {
		c.Stream = stream(t.Name())
	}
	run, err := Sample(context.Background(), func() Density { return d }, c)
	require.NoError(t, err)
	return run
}

// meets fails unless the mean of f over the draws is want, within four Monte Carlo standard errors and a tolerance.
func meets(t *testing.T, what string, want float64, draws [][]float64, f func(float64) float64) {
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
	mcse := math.Sqrt((square/n - mean*mean) / MeanESS(values))
	require.InDelta(t, want, mean, 4*mcse, what)
	require.Less(t, mcse, 0.1*math.Sqrt(square/n-mean*mean), "%s: too few effective draws to test anything", what)
}

func itself(x float64) float64 { return x }

// gaussian is a normal with a covariance, means 1, 2, ...
func gaussian(covariance *mat.SymDense) density {
	n := covariance.SymmetricDim()
	var ch mat.Cholesky
	ch.Factorize(covariance)
	var precision mat.SymDense
	_ = ch.InverseTo(&precision)
	return density{n, func(x, grad []float64) float64 {
		lp := 0.0
		for i := range grad {
			grad[i] = 0
			for j := range x {
				grad[i] -= precision.At(i, j) * (x[j] - float64(j+1))
			}
			lp += grad[i] * (x[i] - float64(i+1)) / 2
		}
		return lp
	}}
}

// The moments of a normal are known, whatever its scales and correlations: here sd 0.01, 1, 100 and correlations of 0.9 and -0.5.
func TestCorrelatedGaussian(t *testing.T) {
	sd := []float64{0.01, 1, 100}
	cor := []float64{1, 0.9, -0.5, 0.9, 1, -0.4, -0.5, -0.4, 1}
	v := mat.NewSymDense(3, nil)
	for i := range 3 {
		for j := range 3 {
			v.SetSym(i, j, cor[3*i+j]*sd[i]*sd[j])
		}
	}
	d := gaussian(v)
	worst, at := GradientError(d, []float64{1.01, 2.5, -20})
	require.Less(t, worst, 1e-6, at)
	run := sample(t, d, Config{Draws: 5000})
	for i := range 3 {
		mean := float64(i + 1)
		meets(t, fmt.Sprint("mean ", i), mean, run.Parameter(i), itself)
		meets(t, fmt.Sprint("variance ", i), v.At(i, i), run.Parameter(i), func(x float64) float64 { return (x - mean) * (x - mean) })
		require.Less(t, Rhat(run.Parameter(i)), 1.01)
	}
	product := make([][]float64, len(run.Chains))
	for k := range product {
		x, y := run.Parameter(0)[k], run.Parameter(1)[k]
		for i := range x {
			product[k] = append(product[k], (x[i]-1)*(y[i]-2))
		}
	}
	meets(t, "covariance", 0.9*0.01, product, itself)
	for _, c := range run.Chains {
		require.Zero(t, c.Divergences)
		require.Zero(t, c.Deepest)
		require.Greater(t, c.Acceptance, 0.7) // 0.8 is aimed at; the averaged step size of few dimensions lies on the safe side
		require.Greater(t, EBFMI(c.Energy), 0.6)
	}
}

// The energy of a standard normal of dimension d, H = (x'x + p'p)/2, has mean d and variance d.
func TestEnergyOfAGaussian(t *testing.T) {
	const dim = 50
	run := sample(t, density{dim, func(x, grad []float64) float64 {
		lp := 0.0
		for i, v := range x {
			grad[i] = -v
			lp -= v * v / 2
		}
		return lp
	}}, Config{Draws: 2000})
	var energies [][]float64
	for _, c := range run.Chains {
		energies = append(energies, c.Energy)
	}
	meets(t, "mean energy", dim, energies, itself)
	meets(t, "variance of the energy", dim, energies, func(h float64) float64 { return (h - dim) * (h - dim) })
}

// eightSchools is the non-centred model of the case: y ~ N(mu + tau z, sigma), z ~ N(0,1), mu ~ N(0,5), tau ~ half-Cauchy(0,5).
func eightSchools() density {
	y := []float64{28, 8, -3, 7, -1, 1, 18, 12}
	sigma := []float64{15, 10, 16, 11, 9, 11, 10, 18}
	return density{10, func(x, grad []float64) float64 {
		mu, logTau := x[8], x[9]
		tau := math.Exp(logTau)
		lp := -mu*mu/50 - math.Log1p(tau*tau/25) + logTau
		grad[8] = -mu / 25
		grad[9] = 1 - 2*tau*tau/(25+tau*tau)
		for j, z := range x[:8] {
			e := (y[j] - mu - tau*z) / sigma[j]
			lp -= (e*e + z*z) / 2
			grad[j] = e*tau/sigma[j] - z
			grad[8] += e / sigma[j]
			grad[9] += e * tau * z / sigma[j]
		}
		return lp
	}}
}

// Posterior means and standard deviations by quadrature over tau (case bayes_eight_schools: posteriordb's data, truth to 1e-4).
func TestEightSchools(t *testing.T) {
	d := eightSchools()
	worst, at := GradientError(d, []float64{0.3, -1, 0.2, 0.7, 1.5, -0.4, 0, 0.1, 4, 1.2})
	require.Less(t, worst, 1e-6, at)
	mean := []float64{6.2119165, 4.9401849, 3.9269903, 4.7571011, 3.6154566, 4.0426009, 6.2967582, 4.8542581, 4.3968162, 3.5977786}
	sd := []float64{5.5931603, 4.6742941, 5.2626484, 4.7803247, 4.657476, 4.826893, 5.0778748, 5.2908356, 3.3177075, 3.2199503}
	run := sample(t, d, Config{Draws: 5000, Acceptance: 0.95})
	mu, logTau := run.Parameter(8), run.Parameter(9)
	for i := range mean {
		draws := run.Parameter(min(i, 8))
		for k := range draws {
			for j := range draws[k] {
				switch {
				case i < 8:
					draws[k][j] = mu[k][j] + math.Exp(logTau[k][j])*draws[k][j]
				case i == 9:
					draws[k][j] = math.Exp(logTau[k][j])
				}
			}
		}
		meets(t, fmt.Sprint("mean ", i), mean[i], draws, itself)
		meets(t, fmt.Sprint("variance ", i), sd[i]*sd[i], draws, func(x float64) float64 { return (x - mean[i]) * (x - mean[i]) })
		require.Less(t, Rhat(draws), 1.01)
	}
}

// A funnel, v ~ N(0, 3) and x ~ N(0, exp(v/2)) nine times (Neal 2003, doi:10.1214/aos/1056562461), cannot be walked with one step
// size: its neck must be reported, as divergences or low E-BFMI, and never pass in silence.
func TestFunnelIsReported(t *testing.T) {
	run := sample(t, density{10, func(x, grad []float64) float64 {
		v := x[9]
		scale := math.Exp(-v)
		lp := -v*v/18 - 9*v/2
		grad[9] = -v/9 - 4.5
		for i, xi := range x[:9] {
			grad[i] = -xi * scale
			lp -= xi * xi * scale / 2
			grad[9] += xi * xi * scale / 2
		}
		return lp
	}}, Config{})
	divergences, least := 0, math.Inf(1)
	for _, c := range run.Chains {
		divergences += c.Divergences
		least = min(least, EBFMI(c.Energy))
	}
	require.Positive(t, divergences)
	require.Less(t, least, 0.3)
}

// Where the density ends, a step beyond is a divergence: a half-normal without a transformation, mean sqrt(2/pi).
func TestHardEdge(t *testing.T) {
	run := sample(t, density{1, func(x, grad []float64) float64 {
		if x[0] < 0 {
			return math.Inf(-1)
		}
		grad[0] = -x[0]
		return -x[0] * x[0] / 2
	}}, Config{Draws: 4000})
	meets(t, "mean", math.Sqrt(2/math.Pi), run.Parameter(0), itself)
	require.Positive(t, run.Chains[0].Divergences)
}

// Case sbc_conjugate_normal (Talts et al. 2018, doi:10.48550/arXiv.1804.06788): mu ~ N(0,1), the mean of three observations of
// variance 1, so mu | y ~ N(0.75 y, 0.25). Ranks of the truth among 99 draws are uniform: 20 bins, chi-square with 19 degrees of
// freedom below its 99 % point, 36.19; draws whose sd is 30 % too small give about 5,000 in 20,000 worlds. Here the draws are the
// sampler's, every tenth of a chain, in 500 worlds.
func TestConjugateNormalIsCalibrated(t *testing.T) {
	const worlds, bins = 500, 20
	r := rand.New(rand.NewPCG(7, 7))
	right, narrow := make([]float64, bins), make([]float64, bins)
	for w := range worlds {
		mu := r.NormFloat64()
		y := mu + r.NormFloat64()/math.Sqrt(3)
		run := sample(t, density{1, func(x, grad []float64) float64 {
			grad[0] = -x[0] + 3*(y-x[0])
			return -x[0]*x[0]/2 - 3*(y-x[0])*(y-x[0])/2
		}}, Config{Chains: 1, Warmup: 150, Draws: 990, Stream: stream(fmt.Sprint("sbc ", w))})
		rank, rankNarrow := 0, 0
		for i := 0; i < 990; i += 10 {
			x := run.Chains[0].Draws[i]
			if x < mu {
				rank++
			}
			if 0.75*y+0.7*(x-0.75*y) < mu {
				rankNarrow++
			}
		}
		right[rank*bins/100]++
		narrow[rankNarrow*bins/100]++
	}
	limit := distuv.ChiSquared{K: bins - 1}.Quantile(0.99)
	require.InDelta(t, 36.1909, limit, 1e-4)
	require.Less(t, chiSquare(right, worlds), limit)
	require.Greater(t, chiSquare(narrow, worlds), 2*limit)
}

func chiSquare(count []float64, total float64) float64 {
	expected, sum := total/float64(len(count)), 0.0
	for _, c := range count {
		sum += (c - expected) * (c - expected) / expected
	}
	return sum
}

// The draws depend on the streams alone.
func TestSameBitsForAnyNumberOfWorkers(t *testing.T) {
	var runs []*Run
	for _, workers := range []int{1, 3, 4} {
		runs = append(runs, sample(t, eightSchools(), Config{Warmup: 200, Draws: 100, Workers: workers}))
	}
	require.Equal(t, runs[0], runs[1])
	require.Equal(t, runs[0], runs[2])
	require.NotEqual(t, runs[0].Chains[0].Draws, runs[0].Chains[1].Draws)
}

func TestRefusals(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	of := func() Density { return eightSchools() }
	_, err := Sample(ctx, of, Config{Stream: stream("x")})
	require.ErrorIs(t, err, context.Canceled)
	_, err = Sample(context.Background(), of, Config{})
	require.ErrorContains(t, err, "stream")
	_, err = Sample(context.Background(), of, Config{Stream: stream("x"), Acceptance: 1})
	require.ErrorContains(t, err, "acceptance")
	nowhere := func() Density { return density{2, func(x, grad []float64) float64 { return math.NaN() }} }
	_, err = Sample(context.Background(), nowhere, Config{Stream: stream("x")})
	require.ErrorIs(t, err, errNoStart)
}

// Stan's warm-up of 1,000 draws: 75, windows that end after 100, 150, 250, 450 and 950 draws, and 50.
func TestWindows(t *testing.T) {
	require.Equal(t, warmupWindows{75, 950, []int{99, 149, 249, 449, 949}}, windows(1000))
	require.Equal(t, warmupWindows{15, 90, []int{89}}, windows(100))
	require.Empty(t, windows(10).endings)
}

// Nothing is allocated for a step.
func TestTransitionsDoNotAllocate(t *testing.T) {
	s := newSampler(eightSchools(), Config{Stream: stream("x")}.withDefaults(), 0)
	require.NoError(t, s.start())
	s.findStepSize()
	require.Zero(t, testing.AllocsPerRun(50, func() { s.transition() }))
}

func BenchmarkEightSchools(b *testing.B) {
	steps := 0
	for b.Loop() {
		run := sample(b, eightSchools(), Config{Chains: 1})
		steps += run.Chains[0].Steps
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
}
