package nuts

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// posteriordb holds the reference draws of the eight schools, 10 chains of 1,000, with the diagnostics that stand beside them there
// (github.com/stan-dev/posteriordb, eight_schools-eight_schools_noncentered), rounded to seven digits.
type posteriordb struct {
	Draws    map[string][][]float64
	Expected struct {
		Published           map[string]measures
		Recomputed, Derived map[string]measures
	}
}

type measures struct {
	Rhat     float64
	ESSBulk  float64  `json:"ess_bulk"`
	ESSTail  float64  `json:"ess_tail"`
	ESSBasic *float64 `json:"ess_basic_split"`
}

func readPosteriordb(t *testing.T) posteriordb {
	t.Helper()
	raw, err := os.ReadFile("testdata/eight_schools_draws.json")
	require.NoError(t, err)
	var d posteriordb
	require.NoError(t, json.Unmarshal(raw, &d))
	return d
}

func (m measures) holds(t *testing.T, draws [][]float64, essTolerance, rhatTolerance float64) {
	t.Helper()
	require.InDelta(t, m.Rhat, Rhat(draws), rhatTolerance)
	require.InEpsilon(t, m.ESSBulk, BulkESS(draws), essTolerance)
	require.InEpsilon(t, m.ESSTail, TailESS(draws), essTolerance)
	if m.ESSBasic != nil {
		require.InEpsilon(t, *m.ESSBasic, MeanESS(draws), essTolerance)
	}
}

// The case's tolerances: 1e-4 relative for effective sample sizes, 1e-5 for R-hat.
func TestDiagnosticsOfPosteriordb(t *testing.T) {
	d := readPosteriordb(t)
	for _, name := range []string{"mu", "tau"} {
		t.Run(name, func(t *testing.T) {
			d.Expected.Recomputed[name].holds(t, d.Draws[name], 1e-4, 1e-5)
			d.Expected.Published[name].holds(t, d.Draws[name], 1e-4, 1e-5)
		})
	}
	var first [][]float64
	n, mean, square := 0.0, 0.0, 0.0
	for _, c := range d.Draws["mu"][:4] {
		first = append(first, c[:500])
		for _, x := range c[:500] {
			n, mean, square = n+1, mean+x, square+x*x
		}
	}
	mean /= n
	sd := math.Sqrt(square/n - mean*mean)
	t.Run("one chain shifted by two standard deviations", func(t *testing.T) {
		shifted := append([][]float64{make([]float64, 500)}, first[1:]...)
		for i, x := range first[0] {
			shifted[0][i] = x + 2*sd
		}
		d.Expected.Derived["one_chain_shifted"].holds(t, shifted, 1e-4, 1e-5)
	})
	t.Run("moving average of ten", func(t *testing.T) {
		smooth := make([][]float64, 4)
		for k, c := range first {
			for i := range len(c) - 9 {
				sum := 0.0
				for _, x := range c[i : i+10] {
					sum += x
				}
				smooth[k] = append(smooth[k], sum/10)
			}
		}
		d.Expected.Derived["moving_average_10"].holds(t, smooth, 1e-4, 1e-5)
	})
}

func TestDiagnosticsOfOddDraws(t *testing.T) {
	require.True(t, math.IsNaN(Rhat([][]float64{{1, 2, 3}})))
	require.True(t, math.IsNaN(BulkESS(nil)))
	require.True(t, math.IsNaN(TailESS([][]float64{{1, 2, 3, 4}, {1, 2, 3}})))
	require.True(t, math.IsNaN(Rhat([][]float64{{1, 2, math.NaN(), 4}})))
	same := [][]float64{{5, 5, 5, 5, 5, 5}, {5, 5, 5, 5, 5, 5}}
	require.Equal(t, 1.0, Rhat(same))
	require.Equal(t, 12.0, BulkESS(same))
	stuck := [][]float64{{5, 5, 5, 5, 5, 5}, {6, 6, 6, 6, 6, 6}}
	require.Equal(t, math.Inf(1), Rhat(stuck))
}

// An autoregressive series x' = r x + sqrt(1-r^2) e has (1-r)/(1+r) effective draws each for its mean: 1/9 at r = 0.8.
func TestESSOfAutoregression(t *testing.T) {
	const n, r = 20_000, 0.8
	draws := make([][]float64, 4)
	random := rand.New(rand.NewPCG(3, 5))
	for k := range draws {
		x := random.NormFloat64()
		for range n {
			draws[k] = append(draws[k], x)
			x = r*x + math.Sqrt(1-r*r)*random.NormFloat64()
		}
	}
	require.InEpsilon(t, 4*n*(1-r)/(1+r), MeanESS(draws), 0.06)
	require.InEpsilon(t, 4*n*(1-r)/(1+r), BulkESS(draws), 0.06)
	require.InDelta(t, 1, Rhat(draws), 0.002)
}

// Independent energies of variance v differ from one to the next by 2v in the mean square.
func TestEBFMI(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	independent, slow := make([]float64, 20_000), make([]float64, 20_000)
	for i := range independent {
		independent[i] = random.NormFloat64()
		if i > 0 {
			slow[i] = 0.99*slow[i-1] + math.Sqrt(1-0.99*0.99)*random.NormFloat64()
		}
	}
	require.InDelta(t, 2, EBFMI(independent), 0.06)
	require.InDelta(t, 2*(1-0.99), EBFMI(slow), 0.004)
}
