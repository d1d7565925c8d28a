package estimate_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// X - P with independent normals of sd 2 and 1: variance 4 + 1, of which 4/5 and 1/5.
func TestContributions(t *testing.T) {
	r := run(t, modelOf(t, estimate.Options{Draws: 8192},
		claim("tin 2020 RWA>world", "100 +- 2", flows.Sn, origin("X"), by("RWA")),
		claim("tin 2020 ground>RWA", "30 +- 1", flows.Sn, origin("P"))))
	c, err := r.Contributions(cell("tin/RWA/2020"), estimate.Surplus)
	require.NoError(t, err)
	require.Len(t, c, 2)
	// The share of the variance has a standard error of about 2 sqrt(S/n) = 2 %, less by stratification.
	require.Equal(t, estimate.Var("claim/tin/2020/RWA>world//by RWA/X/Sn"), c[0].Var)
	require.InDelta(t, 0.8, c[0].Share, 0.02)
	require.InDelta(t, 0.2, c[1].Share, 0.02)
	require.InDelta(t, 100.0/70, c[0].Slope, 1e-6) // a per cent of X is 1 t, of the surplus 1/0.7 per cent
	require.InDelta(t, -30.0/70, c[1].Slope, 1e-6)
	require.InDelta(t, 100, c[0].Median, 1e-9)
	require.InDelta(t, 100+2*ln90, c[0].Hi, 1e-6)
}

// The shares of an additive model sum to one, whatever the shapes of its inputs: each takes its variance's part.
func TestSharesOfAnAdditiveModelSumToOne(t *testing.T) {
	amounts := map[string]string{"out": "20 */ 1.3", "exp": "96..104", "use": "10 +- 3", "stock": "-4..0..8"}
	r := run(t, modelOf(t, estimate.Options{Draws: 8192},
		claim("tin 2020 RWA>world", amounts["exp"], flows.Sn, origin("exp"), by("RWA")),
		claim("tin 2020 ground>RWA", amounts["out"], flows.Sn, origin("out")),
		claim("tin 2020 RWA>use", amounts["use"], flows.Sn, origin("use")),
		claim("tin 2020 RWA>stock", amounts["stock"], flows.Sn, origin("stock"))))
	total, sum := 0.0, 0.0
	for _, a := range amounts {
		total += math.Pow(signed(a).StdDev(), 2)
	}
	c, err := r.Contributions(cell("tin/RWA/2020"), estimate.Surplus)
	require.NoError(t, err)
	for _, x := range c {
		for name, a := range amounts {
			if strings.Contains(string(x.Var), "/"+name+"/") {
				require.InDelta(t, math.Pow(signed(a).StdDev(), 2)/total, x.Share, 0.03, name)
			}
		}
		sum += x.Share
	}
	require.InDelta(t, 1, sum, 0.03)
}

// With as few draws as a model allows no share is missing.
func TestContributionsOfFewDraws(t *testing.T) {
	r := run(t, modelOf(t, estimate.Options{Draws: 16},
		claim("tin 2020 RWA>world", "100 +- 2", flows.Sn, origin("X"), by("RWA")),
		claim("tin 2020 ground>RWA", "30 +- 1", flows.Sn, origin("P"))))
	c, err := r.Contributions(cell("tin/RWA/2020"), estimate.Surplus)
	require.NoError(t, err)
	for _, x := range c {
		require.False(t, math.IsNaN(x.Share), x.Var)
	}
}

// Which producer a draw follows is an input too: with 10 and 30 t exact, it is the only one.
func TestWhichProducerContributes(t *testing.T) {
	r := result(t,
		claim("tin 2020 RWA>world", "100", flows.Sn, origin("X"), by("RWA")),
		claim("tin 2020 ground>RWA", "10", flows.Sn, origin("P")), claim("tin 2020 ground>RWA", "30", flows.Sn, origin("Q")))
	c, err := r.Contributions(cell("tin/RWA/2020"), estimate.Surplus)
	require.NoError(t, err)
	require.Len(t, c, 1)
	require.InDelta(t, 1, c[0].Share, 1e-9)
	require.Equal(t, estimate.Var("pool/tin/RWA/which of P and Q"), c[0].Var)
}

// JCGM 101:2008 (GUM Supplement 1), clause 9.2: Y = X1 + X2 + X3 + X4. Stocks, use, exports and output stand for the four inputs, output
// with a minus sign, which a symmetric input does not notice. The mean is 100 + 100 + 0 - 100.
//
//	9.2.2  four normals of sd 1:              u = 2,     95 % +-3.92 (Table 2)
//	9.2.3  four uniforms of sd 1:             u = 2,     95 % +-3.88 (Table 3), first order +-3.92
//	9.2.4  three such and one of sd 10:       u = 10.15, 95 % +-17.02 (recomputed by Irwin-Hall quadrature), first order +-19.89
func TestGUMAdditiveModel(t *testing.T) {
	root3 := math.Sqrt(3)
	uniform := func(mean, half float64) string { return spell(mean-half) + ".." + spell(mean+half) }
	for name, c := range map[string]struct {
		x              [4]string // exports, use, stock, output
		u, half, first float64
		tolerance      float64
	}{
		"9.2.2": {[4]string{"100 +- 1", "100 +- 1", "0 +- 1", "100 +- 1"}, 2, 3.92, 3.92, 0.06},
		"9.2.3": {[4]string{uniform(100, root3), uniform(100, root3), uniform(0, root3), uniform(100, root3)}, 2, 3.88, 3.92, 0.06},
		"9.2.4": {[4]string{uniform(100, root3), uniform(100, root3), uniform(0, 10*root3), uniform(100, root3)}, 10.14889157, 17.0158141, 19.89146158, 0.1},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, modelOf(t, estimate.Options{Draws: 1 << 16, Level: 0.95},
				claim("tin 2020 RWA>world", c.x[0], flows.Sn, origin("a"), by("RWA")), claim("tin 2020 RWA>use", c.x[1], flows.Sn, origin("b")),
				claim("tin 2020 RWA>stock", c.x[2], flows.Sn, origin("c")), claim("tin 2020 ground>RWA", c.x[3], flows.Sn, origin("d"))))
			e, err := r.Explain(cell("tin/RWA/2020"))
			require.NoError(t, err)
			v, _ := e.Balance.Value(estimate.Surplus)
			require.InDelta(t, 100, v.Mean, 1e-4)
			require.InEpsilon(t, c.u, v.SD, 0.01)
			// 65,536 draws: the standard error of a 97.5 % quantile is sqrt(0.975 x 0.025 / n) / density = 0.02 for the first two
			require.InDelta(t, 100-c.half, v.Lo, c.tolerance)
			require.InDelta(t, 100+c.half, v.Hi, c.tolerance)
			require.InEpsilon(t, c.u, e.FirstOrder.SD, 1e-6) // exact for a linear model
			require.InDelta(t, 100+c.first, e.FirstOrder.Hi, 0.005)
			require.InDelta(t, 100, e.FirstOrder.Mean, 1e-9)
			require.Empty(t, e.Warnings)
		})
	}
}

// First order of a product (GUM, 5.1.6): u^2(xg) = (g u_x)^2 + (x u_g)^2; the draws add the term (u_x u_g)^2.
func TestFirstOrderOfAProduct(t *testing.T) {
	r := run(t, modelOf(t, estimate.Options{Draws: 8192},
		claim("tin 2020 RWA>world", "1000 +- 100", flows.Gross, origin("a"), by("RWA")),
		rate("tin - - Sn/gross", "0.2..0.4", origin("g"))))
	e, err := r.Explain(cell("tin/RWA/2020"))
	require.NoError(t, err)
	require.Equal(t, estimate.Outflow, e.Quantity, "there is no output, so no surplus")
	ug := 0.2 / math.Sqrt(12)
	require.InEpsilon(t, math.Hypot(0.3*100, 1000*ug), e.FirstOrder.SD, 1e-6)
	v, _ := e.Balance.Value(estimate.Outflow)
	require.InEpsilon(t, math.Sqrt(math.Pow(0.3*100, 2)+math.Pow(1000*ug, 2)+math.Pow(100*ug, 2)), v.SD, 4*0.008)
	require.InDelta(t, 300, e.Central, 1e-9)
}

// Two grades of one origin in two years are one error, but a row has only its own: that of the other year adds nothing to it.
func TestFirstOrderLeavesOtherYearsOut(t *testing.T) {
	r := run(t, modelOf(t, estimate.Options{},
		claim("tin 2020 RWA>world", "1000", flows.Gross, origin("a"), by("RWA")), claim("tin 2021 RWA>world", "1000", flows.Gross, origin("a"), by("RWA")),
		rate("tin - 2020 Sn/gross", "0.2..0.4", origin("g")), rate("tin - 2021 Sn/gross", "0.25..0.35", origin("g"))))
	for c, want := range map[string]float64{"tin/RWA/2020": 200 / math.Sqrt(12), "tin/RWA/2021": 100 / math.Sqrt(12)} {
		e, err := r.Explain(cell(c))
		require.NoError(t, err)
		require.InEpsilon(t, want, e.FirstOrder.SD, 1e-6)
		require.Len(t, e.Contributions, 1)
	}
}

// First order sees one producer in two as their mean and misses the distance between them: it says so.
func TestFirstOrderWarns(t *testing.T) {
	r := result(t,
		claim("tin 2020 RWA>world", "100 +- 1", flows.Sn, origin("X"), by("RWA")),
		claim("tin 2020 ground>RWA", "10", flows.Sn, origin("P")), claim("tin 2020 ground>RWA", "30", flows.Sn, origin("Q")))
	e, err := r.Explain(cell("tin/RWA/2020"))
	require.NoError(t, err)
	require.Len(t, e.Warnings, 1)
	require.ErrorIs(t, e.Warnings[0], estimate.ErrFirstOrder)
}

// The sentence on mean and median follows the arithmetic: a log-normal */ 3 has its mean above its median, and a surplus from which it
// is subtracted the other way round.
func TestSkewIsExplained(t *testing.T) {
	for q, want := range map[string]string{"above": "The mean lies above the median", "below": "The mean lies below the median"} {
		exp, out := "1000 */ 3", "10"
		if q == "below" {
			exp, out = "1000", "100 */ 3"
		}
		e, err := result(t, claim("tin 2020 RWA>world", exp, flows.Sn, origin("X"), by("RWA")),
			claim("tin 2020 ground>RWA", out, flows.Sn, origin("P"))).Explain(cell("tin/RWA/2020"))
		require.NoError(t, err)
		require.Contains(t, e.Skew, want)
	}
}
