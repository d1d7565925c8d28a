package nuts

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// Twenty normals whose standard deviations are 0.01 to 100 and whose correlation falls as 0.9^|i-j|, an autoregression, have known means,
// variances and covariances of neighbours; E-BFMI is near 1, as where momenta are renewed at every draw and energies are those of a normal.
// Dual averaging aims at a mean acceptance during the warm-up; the averaged step that is used then lies on the safe side of it, by 0.07 at most here
// for 0.8, and less the nearer to 1.
func TestCorrelatedGaussianOfTwenty(t *testing.T) {
	const n = 20
	sd := func(i int) float64 { return math.Pow(10, float64(i%5)-2) }
	v := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range n {
			v.SetSym(i, j, math.Pow(0.9, math.Abs(float64(i-j)))*sd(i)*sd(j))
		}
	}
	for target, above := range map[float64]float64{0.8: 0.1, 0.95: 0.03} {
		run := sample(t, gaussian(v), Config{Draws: 2000, Acceptance: target, Stream: stream(fmt.Sprint("twenty ", target))})
		for i := range n {
			mean := float64(i + 1)
			meets(t, fmt.Sprint("mean ", i), mean, run.Parameter(i), itself)
			meets(t, fmt.Sprint("variance ", i), v.At(i, i), run.Parameter(i), func(x float64) float64 { return (x - mean) * (x - mean) })
			require.Less(t, Rhat(run.Parameter(i)), 1.01)
			if i == 0 {
				continue
			}
			product := make([][]float64, len(run.Chains))
			for k := range product {
				x, y := run.Parameter(i - 1)[k], run.Parameter(i)[k]
				for d := range x {
					product[k] = append(product[k], (x[d]-mean+1)*(y[d]-mean))
				}
			}
			meets(t, fmt.Sprint("covariance ", i), v.At(i-1, i), product, itself)
		}
		for _, c := range run.Chains {
			require.Zero(t, c.Divergences)
			require.Greater(t, c.Acceptance, target-0.02)
			require.Less(t, c.Acceptance, target+above)
			require.InDelta(t, 1, EBFMI(c.Energy), 0.25)
		}
	}
}

// Neal's funnel in the coordinates that straighten it, v ~ N(0, 3) and x = z exp(v/2) with z ~ N(0, 1): P(v < -6) = Phi(-2) = 0.02275, the neck,
// and ln|x| has the mean E ln|z| = -(gamma + ln 2)/2 = -0.6352 and the variance pi^2/8 + 9/4 = 3.4837.
func TestStraightenedFunnel(t *testing.T) {
	run := sample(t, density{10, func(x, grad []float64) float64 {
		lp := -x[9] * x[9] / 18
		grad[9] = -x[9] / 9
		for i, z := range x[:9] {
			lp -= z * z / 2
			grad[i] = -z
		}
		return lp
	}}, Config{Draws: 4000})
	v := run.Parameter(9)
	meets(t, "variance", 9, v, func(x float64) float64 { return x * x })
	meets(t, "neck", 0.0227501, v, func(x float64) float64 {
		if x < -6 {
			return 1
		}
		return 0
	})
	logs := run.Parameter(0)
	for k := range logs {
		for i := range logs[k] {
			logs[k][i] = math.Log(math.Abs(logs[k][i])) + v[k][i]/2
		}
	}
	const mean = -(0.5772156649015329 + math.Ln2) / 2
	meets(t, "mean of ln|x|", mean, logs, itself)
	meets(t, "variance of ln|x|", math.Pi*math.Pi/8+9.0/4, logs, func(x float64) float64 { return (x - mean) * (x - mean) })
	for _, c := range run.Chains {
		require.Zero(t, c.Divergences)
		require.InDelta(t, 1, EBFMI(c.Energy), 0.2)
	}
}

// A half-normal is sampled by its logarithm, with the Jacobian x of that: mean sqrt(2/pi), mean square 1, mean logarithm -(gamma + ln 2)/2, and a
// median of 0.67449. Without the Jacobian the density would be flat towards -Inf, and no distribution.
func TestHalfNormalByItsLogarithm(t *testing.T) {
	run := sample(t, density{1, func(x, grad []float64) float64 {
		s := math.Exp(2 * x[0])
		grad[0] = 1 - s
		return x[0] - s/2
	}}, Config{Draws: 5000, Acceptance: 0.95})
	x := run.Parameter(0)
	meets(t, "mean", math.Sqrt(2/math.Pi), x, math.Exp)
	meets(t, "mean square", 1, x, func(u float64) float64 { return math.Exp(2 * u) })
	meets(t, "mean logarithm", -(0.5772156649015329+math.Ln2)/2, x, itself)
	meets(t, "median", 0.5, x, func(u float64) float64 {
		if math.Exp(u) < 0.6744898 {
			return 1
		}
		return 0
	})
}

// Hard chains: constant ones among others, alternating, heavy-tailed, short, tied, shifted in scale, far from zero. The numbers beside them were
// computed with numpy and scipy from the formulas of Vehtari et al. (2021), with autocovariances summed term by term.
func TestDiagnosticsOfHardChains(t *testing.T) {
	raw, err := os.ReadFile("testdata/hard_chains.json")
	require.NoError(t, err)
	var cases map[string]struct {
		Draws    [][]float64
		Expected measures
	}
	require.NoError(t, json.Unmarshal(raw, &cases))
	require.GreaterOrEqual(t, len(cases), 10)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { c.Expected.holds(t, c.Draws, 1e-9, 1e-9) })
	}
}

// The eight schools by quadrature over tau, mu and theta integrated in closed form, to the case's tolerance of 1e-4: given tau, mu is normal with
// the precisions 1/(sigma^2 + tau^2) of the schools and 1/25 of its prior, and theta a mean of y and mu weighted by 1/sigma^2 and 1/tau^2.
func TestEightSchoolsByQuadrature(t *testing.T) {
	y := []float64{28, 8, -3, 7, -1, 1, 18, 12}
	sigma := []float64{15, 10, 16, 11, 9, 11, 10, 18}
	var total float64
	var first, second [10]float64
	const step = 2e-4
	for u := -12.0; u < 9; u += step { // tau = exp u
		tau := math.Exp(u)
		precision, weighted := 1.0/25, 0.0
		logDensity := u - math.Log1p(tau*tau/25)
		for j := range y {
			p := 1 / (sigma[j]*sigma[j] + tau*tau)
			precision, weighted = precision+p, weighted+p*y[j]
			logDensity += math.Log(p)/2 - p*y[j]*y[j]/2
		}
		mu, variance := weighted/precision, 1/precision
		w := math.Exp(logDensity + mu*mu*precision/2 - math.Log(precision)/2)
		total += w
		add := func(i int, mean, variance float64) {
			first[i], second[i] = first[i]+w*mean, second[i]+w*(mean*mean+variance)
		}
		for j := range y {
			b := tau * tau / (sigma[j]*sigma[j] + tau*tau)
			add(j, b*y[j]+(1-b)*mu, b*sigma[j]*sigma[j]+(1-b)*(1-b)*variance)
		}
		add(8, mu, variance)
		add(9, tau, 0)
	}
	mean := []float64{6.2119165, 4.9401849, 3.9269903, 4.7571011, 3.6154566, 4.0426009, 6.2967582, 4.8542581, 4.3968162, 3.5977786}
	sd := []float64{5.5931603, 4.6742941, 5.2626484, 4.7803247, 4.657476, 4.826893, 5.0778748, 5.2908356, 3.3177075, 3.2199503}
	for i := range mean {
		m := first[i] / total
		require.InDelta(t, mean[i], m, 1e-4)
		require.InDelta(t, sd[i], math.Sqrt(second[i]/total-m*m), 1e-4)
	}
}
