package estimate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// producers' outputs beside an export of 4,000 t.
func opinions(amounts map[string]string) []flows.Record {
	out := []flows.Record{claim("tin 2013 RWA>world", "4000", flows.Sn, origin("x"), by("RWA"))}
	for p, a := range amounts {
		out = append(out, claim("tin 2013 ground>RWA", a, flows.Sn, origin(p)))
	}
	return out
}

// 3,600 and 1,600 t, each to 5 %, do not touch: a surplus of 400 t under the one, 2,400 t under the other.
func TestConflictAndAlternatives(t *testing.T) {
	b := row(t, result(t, opinions(map[string]string{"BGS": "3600 */ 1.05", "USGS": "1600 */ 1.05"})...), "tin/RWA/2013")
	require.True(t, warns(b, estimate.ErrConflict))
	require.Len(t, b.Alternatives, 2)
	require.Equal(t, "BGS", b.Alternatives[0].Producer)
	require.InDelta(t, 400, b.Alternatives[0].Surplus.Median, 1)
	require.Equal(t, "USGS", b.Alternatives[1].Producer)
	require.InDelta(t, 2400, b.Alternatives[1].Surplus.Median, 1)
	require.Equal(t, estimate.Output, b.Alternatives[0].Quantity)
	v, _ := b.Value(estimate.Surplus)
	require.InDelta(t, 1400, v.Mean, 4*1000/math.Sqrt(draws)) // the mixture: half of the draws each, 1,000 off the mean

	touching := row(t, result(t, opinions(map[string]string{"BGS": "3600 */ 1.5", "USGS": "1600 */ 1.5"})...), "tin/RWA/2013")
	require.False(t, warns(touching, estimate.ErrConflict)) // 2400..5400 and 1067..2400 touch
	require.Empty(t, touching.Alternatives)
}

// Three producers are followed equally often, in the same draws in every year.
func TestMixtureWeighsProducersEqually(t *testing.T) {
	var records []flows.Record
	for _, y := range []string{"2012", "2013"} {
		for p, a := range map[string]string{"A": "100", "B": "200", "C": "600"} {
			records = append(records, claim("tin "+y+" ground>RWA", a, flows.Sn, origin(p)))
		}
		records = append(records, claim("tin "+y+" RWA>world", "1000", flows.Sn, origin("x"), by("RWA")))
	}
	r := result(t, records...)
	x, err := r.Draws(cell("tin/RWA/2012"), estimate.Output)
	require.NoError(t, err)
	y, err := r.Draws(cell("tin/RWA/2013"), estimate.Output)
	require.NoError(t, err)
	require.Equal(t, x, y)
	count := map[float64]int{}
	for _, v := range x {
		count[v]++
	}
	for _, v := range []float64{100, 200, 600} { // binomial: sd sqrt(2/9/n)
		require.InDelta(t, 1.0/3, float64(count[v])/draws, 4*math.Sqrt(2.0/9/draws))
	}
}

func TestPrefer(t *testing.T) {
	records := opinions(map[string]string{"BGS": "3600", "USGS": "1600"})
	for name, want := range map[string]float64{"usgs": 2400, "BGS": 400} {
		b := row(t, run(t, modelOf(t, estimate.Options{Pool: estimate.Prefer{"nobody", name}}, records...)), "tin/RWA/2013")
		v, _ := b.Value(estimate.Surplus)
		require.Equal(t, [2]float64{want, want}, [2]float64{v.Lo, v.Hi})
		require.True(t, warns(b, estimate.ErrConflict), "a preference does not hide the conflict")
	}
	b := row(t, run(t, modelOf(t, estimate.Options{Pool: estimate.Prefer{"nobody"}}, records...)), "tin/RWA/2013")
	v, _ := b.Value(estimate.Surplus)
	require.Equal(t, [2]float64{400, 2400}, [2]float64{v.Lo, v.Hi})
}

// DerSimonian and Laird by hand. Four producers say e^0, e^0.4, e^0.8 and e^1.2, each with a variance of 0.01 of the logarithm (sd 0.1,
// so */ exp(0.16449)). Weights 100 each; mean 0.6; Q = 100 (0.36 + 0.04 + 0.04 + 0.36) = 80;
// tau^2 = (80 - 3) / (400 - 4 x 100^2 / 400) = 77/300 = 0.25667. Pooled: mean 0.6, variance (0.01 + 77/300) / 4 = 0.066667.
func TestRandomEffects(t *testing.T) {
	amounts := map[string]string{}
	for p, y := range map[string]float64{"A": 0, "B": 0.4, "C": 0.8, "D": 1.2} {
		amounts[p] = spell(math.Exp(y)) + " */ " + spell(math.Exp(0.1*ln90))
	}
	m := modelOf(t, estimate.Options{Draws: 8192, Pool: estimate.RandomEffects{}}, opinions(amounts)...)
	b := row(t, run(t, m), "tin/RWA/2013")
	v, _ := b.Value(estimate.Output)
	sd := math.Sqrt((0.01 + 77.0/300) / 4)
	require.InEpsilon(t, math.Exp(0.6), v.Median, 4*1.25*sd/math.Sqrt(8192))
	require.InEpsilon(t, math.Exp(0.6+ln90*sd), v.Hi, 4*2.1*sd/math.Sqrt(8192))
	require.InEpsilon(t, math.Exp(0.6-ln90*sd), v.Lo, 4*2.1*sd/math.Sqrt(8192))
	require.False(t, warns(b, estimate.ErrFallback))
}

func TestRandomEffectsFallsBack(t *testing.T) {
	few := map[string]string{"A": "100", "B": "110", "C": "120"}
	zero := map[string]string{"A": "100 */ 1.1", "B": "110 */ 1.1", "C": "120 */ 1.1", "D": "0"}
	for name, amounts := range map[string]map[string]string{"fewer than four": few, "a zero": zero} {
		pooled := row(t, run(t, modelOf(t, estimate.Options{Pool: estimate.RandomEffects{}}, opinions(amounts)...)), "tin/RWA/2013")
		require.True(t, warns(pooled, estimate.ErrFallback), name)
		mixed := row(t, result(t, opinions(amounts)...), "tin/RWA/2013")
		require.Equal(t, mixed.Values, pooled.Values, name)
	}
}

// A bias is one draw for all figures of a producer: two years of 10 t with a bias of sd u sum to a standard deviation of 20 u. A spread
// is new in every figure: sqrt(2) x 10 u.
func TestBiasIsSharedAndSpreadIsNot(t *testing.T) {
	biased := origin("BGS")
	biased.Bias = value("1 */ 1.5")
	years := func(o *flows.Origin, amount string) []flows.Record {
		var out []flows.Record
		for _, y := range []string{"2012", "2013"} {
			out = append(out, claim("tin "+y+" ground>RWA", amount, flows.Sn, o), claim("tin "+y+" RWA>world", "100", flows.Sn, origin("x"), by("RWA")))
		}
		return out
	}
	total := func(r []flows.Record) estimate.Value {
		v, err := run(t, modelOf(t, estimate.Options{Draws: 8192}, r...)).Total(estimate.Output, cell("tin/RWA/2012"), cell("tin/RWA/2013"))
		require.NoError(t, err)
		return v
	}
	u := value("1 */ 1.5").StdDev()
	require.InEpsilon(t, 20*u, total(years(biased, "10")).SD, 0.002)                              // stratified: almost exact
	require.InEpsilon(t, math.Sqrt2*10*u, total(years(origin("BGS"), "10 */ 1.5")).SD, 4*0.5/90.) // correlation of n pairs: 1/sqrt(n), half of it in the sd
}

// Under a preference the alternatives are still each producer's own: 400 t and 2,400 t.
func TestAlternativesUnderAPreference(t *testing.T) {
	m := modelOf(t, estimate.Options{Pool: estimate.Prefer{"usgs"}}, opinions(map[string]string{"BGS": "3600 */ 1.05", "USGS": "1600 */ 1.05"})...)
	b := row(t, run(t, m), "tin/RWA/2013")
	v, _ := b.Value(estimate.Surplus)
	require.InDelta(t, 2400, v.Median, 1)
	require.Len(t, b.Alternatives, 2)
	require.InDelta(t, 400, b.Alternatives[0].Surplus.Median, 1)
	require.InDelta(t, 2400, b.Alternatives[1].Surplus.Median, 1)
}
