package estimate

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/estimate/internal/latent"
	"github.com/mineralflows/mineralflows/estimate/internal/nuts"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// calibrationLedger is a network of four places over three years that has every kind of claim: outputs by two producers, one with a
// stated bias, exports by gross weight with a grade that all years share, imports in dollars with a price of each year, a trade inside
// the set with both sides, a total with a partner, a floor, a capacity, a ceiling, a share, use, a stock and an inflow from outside.
func calibrationLedger(t testing.TB) *flows.Ledger {
	t.Helper()
	parse := func(s string) dist.Dist {
		d, err := dist.ParseAny(s)
		require.NoError(t, err)
		return d
	}
	origin := func(producer string) *flows.Origin {
		return &flows.Origin{ID: producer, Producer: producer, Published: "2024"}
	}
	biased := origin("biased")
	biased.Bias = parse("1.1 */ 1.2")
	var records []flows.Record
	year := 0
	claim := func(from, to, reporter flows.Place, amount string, basis flows.Basis, o *flows.Origin, change ...func(*flows.Claim)) {
		c := flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: flows.Year(year), From: from, To: to}, Reporter: reporter,
			Amount: flows.Amount{Value: parse(amount), Basis: basis, Text: amount}, Origin: o}
		for _, ch := range change {
			ch(&c)
		}
		records = append(records, c)
	}
	bound := func(b flows.Bound) func(*flows.Claim) { return func(c *flows.Claim) { c.Amount.Bound = b } }
	customs := func(p flows.Place) *flows.Origin { return origin("customs " + string(p)) }
	for year = 2018; year <= 2020; year++ {
		for _, p := range []flows.Place{"RWA", "COD", "UGA", "BDI"} {
			if p != "UGA" || year != 2019 { // an output that nobody knows
				claim(flows.Ground, p, "", "100 */ 1.4", flows.Sn, origin("survey"))
			}
		}
		claim(flows.Ground, "COD", "", "90 */ 1.8", flows.Sn, biased)
		claim("RWA", flows.World, "RWA", "250 */ 1.2", flows.Gross, customs("RWA"))
		claim("RWA", "MYS", "MYS", "2000000 */ 1.3", flows.USD, customs("MYS"))
		claim("COD", flows.World, "COD", "120 */ 1.3", flows.Sn, customs("COD"))
		claim("BDI", flows.World, "BDI", "110 */ 1.2", flows.Gross, customs("BDI"))
		claim("UGA", "ARE", "ARE", "100 */ 1.3", flows.Sn, customs("ARE"))
		claim("TZA", "UGA", "TZA", "20 */ 1.4", flows.Sn, customs("TZA"))
		claim("BDI", "UGA", "BDI", "30 */ 1.3", flows.Sn, customs("BDI"))
		claim("BDI", "UGA", "UGA", "40 */ 1.4", flows.Sn, customs("UGA"))
		claim("RWA", flows.Use, "", "10 */ 1.5", flows.Sn, origin("smelter"))
		claim("RWA", flows.Stock, "", "-5 +- 8", flows.Sn, origin("smelter"))
		claim("COD", "MYS", "MYS", "60 */ 1.2", flows.Sn, customs("MYS"), bound(flows.AtLeast))
		claim(flows.Ground, "BDI", "", "130 */ 1.3", flows.Sn, origin("mill"), func(c *flows.Claim) { c.Evidence = flows.Capacity })
		claim("UGA", flows.Use, "", "9 */ 1.5", flows.Sn, origin("mill"), bound(flows.AtMost))
	}
	grade := func(of, per flows.Basis, p flows.Place, y int, value string, independent bool) {
		r := flows.Rate{Mineral: flows.Tin, Place: p, Of: of, Per: per, Value: parse(value), Independent: independent, Origin: origin("assay"), Text: value}
		if y > 0 {
			r.Period = flows.Year(y)
		}
		records = append(records, r)
	}
	grade(flows.Sn, flows.Gross, "RWA", 2018, "0.6 */ 1.15", false)
	grade(flows.Sn, flows.Gross, "RWA", 2019, "0.62 */ 1.15", false)
	grade(flows.Sn, flows.Gross, "RWA", 2020, "0.64 */ 1.1", false)
	grade(flows.Sn, flows.Gross, "", 0, "0.6 */ 1.2", false)
	for y := 2018; y <= 2020; y++ {
		grade(flows.USD, flows.Sn, "", y, "20000 */ 1.1", true)
	}
	for _, r := range []Route{{"COD", "RWA"}, {"COD", "BDI"}, {flows.World, "UGA"}} {
		records = append(records, flows.Corridor{Mineral: flows.Tin, From: r.From, To: r.To, Origin: origin("panel")})
	}
	l, err := flows.NewLedger(slices.Values(records))
	require.NoError(t, err)
	return l
}

func calibrationNetwork(t testing.TB, tails float64) *jointNetwork {
	t.Helper()
	m, err := NewModel(calibrationLedger(t), Options{})
	require.NoError(t, err)
	j, err := Posterior{Places: []flows.Place{"RWA", "COD", "UGA", "BDI"}, Priors: Priors{FlowLogSD: 0.4, CorridorScale: 0.4, RestScale: 0.5, ClaimTails: tails}}.prepare(m)
	require.NoError(t, err)
	return j
}

// truthOf draws a world in which every flow is positive.
func truthOf(m *latent.Model, r *rand.Rand) *latent.State {
	for {
		if s := m.DrawPrior(r); slices.Min(s.Flows) > 0 {
			return s
		}
	}
}

// drawError is a normal, or Student's t of so many degrees of freedom: a normal over the root of a mean of as many squared ones.
func drawError(tails float64, r *rand.Rand) float64 {
	e := r.NormFloat64()
	if tails == 0 {
		return e
	}
	sum := 0.0
	for range int(tails) {
		z := r.NormFloat64()
		sum += z * z
	}
	return e / math.Sqrt(sum/tails)
}

// publish draws what is read in a world: figures with their errors, and whether a bound was kept or broken.
func publish(m *latent.Model, truth *latent.State, r *rand.Rand) *latent.Model {
	out := *m
	out.Readings = slices.Clone(m.Readings)
	for i := range out.Readings {
		reading := &out.Readings[i]
		figure := m.Centre(reading, truth) + reading.SD*drawError(reading.Tails, r)
		switch {
		case reading.Bound == latent.About:
			reading.Y = figure
		case figure > reading.Y:
			reading.Bound = latent.AtLeast
		default:
			reading.Bound = latent.AtMost
		}
	}
	return &out
}

// quantities are what is tested of a world: every flow, stock change and shared error, and the log likelihood of all that was read, which
// a sampler that ignores the data would get wrong.
func quantities(m *latent.Model, s *latent.State, dst []float64) []float64 {
	dst = append(dst[:0], s.Flows...)
	dst = append(dst, s.Stock...)
	dst = append(dst, s.Errors...)
	sum := 0.0
	for i := range m.Readings {
		sum += m.LogLikelihood(&m.Readings[i], s)
	}
	return append(dst, sum)
}

func quantityNames(m *latent.Model) []string {
	var out []string
	for i := range m.Flows {
		out = append(out, m.Flows[i].Name)
	}
	for i := range m.Balances {
		out = append(out, "stock change of "+m.Balances[i].Name)
	}
	return append(append(out, m.Errors...), "log likelihood")
}

// Simulation-based calibration (Talts et al. 2018, doi:10.48550/arXiv.1804.06788): worlds are drawn from the prior, claims from the
// worlds, and the posterior from the claims. Where all three are right, the rank of the truth among the draws is uniform, for every
// quantity: here among 59, every fourth of a chain, in ten bins, by chi-square. Central ranges of 50, 80 and 90 % hold the truth as often
// as they say, within the limits of a binomial share. Every limit is one that all quantities together stay within with a probability
// of 99 %. 300 worlds every day, 1,000 with -long. As a test of the test: draws whose distance from their mean is 30 % too small fail.
func TestPosteriorCovers(t *testing.T) {
	covers(t, calibrationNetwork(t, 0), 300, 1000)
}

func covers(t *testing.T, j *jointNetwork, everyDay, long int) {
	t.Helper()
	worlds := everyDay
	if f := flag.Lookup("long"); f != nil && f.Value.String() == "true" {
		worlds = long
	} else if UnderRace {
		worlds = 40 // which look for races, not for bias
	}
	const draws, thin, bins = 59, 4, 10
	names := quantityNames(&j.model)
	require.Greater(t, len(names), 80)
	ranks, narrow := make([][]int, worlds), make([][]int, worlds)
	divergent := make([]int, worlds)
	inParallel(worlds, func(w int) {
		r := rand.New(newStream(2026, Var(fmt.Sprint("world ", w))))
		truth := truthOf(&j.model, r)
		m := publish(&j.model, truth, r)
		run, err := nuts.Sample(context.Background(), func() nuts.Density { return latent.NewDensity(m) }, nuts.Config{
			Chains: 1, Warmup: 150, Draws: draws * thin, Stream: func(int) rand.Source { return newStream(2026, Var(fmt.Sprint("chain ", w))) },
			Start: func(_ int, r *rand.Rand, x []float64) { m.Start(r, x) },
		})
		if err != nil {
			return
		}
		divergent[w] = run.Chains[0].Divergences
		ranks[w], narrow[w] = rankOf(m, truth, run, thin)
	})
	failed := 0
	for w := range worlds {
		require.NotNil(t, ranks[w], "world %d could not be sampled", w)
		failed += divergent[w]
	}
	require.Less(t, failed, worlds*draws*thin/1000, "divergences")

	level := -math.Expm1(math.Log(0.99) / float64(len(names)))
	limit := distuv.ChiSquared{K: bins - 1}.Quantile(1 - level)
	found := 0
	for q, name := range names {
		uniform := chiSquareOfRanks(ranks, q, draws+1, bins)
		require.Less(t, uniform, limit, "%s: ranks of the truth are not uniform", name)
		if chiSquareOfRanks(narrow, q, draws+1, bins) > limit {
			found++
		}
		for _, c := range []struct{ level, edge int }{{50, 15}, {80, 6}, {90, 3}} {
			inside := 0
			for w := range ranks {
				if r := ranks[w][q]; r >= c.edge && r < draws+1-c.edge {
					inside++
				}
			}
			share := distuv.Binomial{N: float64(worlds), P: float64(c.level) / 100}
			require.Greater(t, share.CDF(float64(inside)), level/6, "%s: %d %% ranges hold %d of %d worlds", name, c.level, inside, worlds)
			require.Greater(t, 1-share.CDF(float64(inside-1)), level/6, "%s: %d %% ranges hold %d of %d worlds", name, c.level, inside, worlds)
		}
	}
	t.Logf("%d worlds, %d quantities, %d divergences; too narrow draws are found in %d quantities", worlds, len(names), failed, found)
	if worlds >= 300 {
		require.Greater(t, found, len(names)/2)
	}
}

// rankOf counts the draws below the truth, and those that would be if they lay 30 % nearer to their mean.
func rankOf(m *latent.Model, truth *latent.State, run *nuts.Run, thin int) (ranks, narrow []int) {
	want := quantities(m, truth, nil)
	ranks, narrow = make([]int, len(want)), make([]int, len(want))
	worlds := latent.NewStates(m)
	var all [][]float64
	mean := make([]float64, len(want))
	x := run.Chains[0].Draws
	for i := 0; i < len(x)/run.Dim; i += thin {
		q := quantities(m, worlds.At(x[i*run.Dim:(i+1)*run.Dim]), nil)
		all = append(all, q)
		for k, v := range q {
			mean[k] += v
		}
	}
	for _, q := range all {
		for k, v := range q {
			centre := mean[k] / float64(len(all))
			if v < want[k] {
				ranks[k]++
			}
			if centre+0.7*(v-centre) < want[k] {
				narrow[k]++
			}
		}
	}
	return ranks, narrow
}

func chiSquareOfRanks(ranks [][]int, quantity, values, bins int) float64 {
	count := make([]float64, bins)
	for _, r := range ranks {
		count[r[quantity]*bins/values]++
	}
	sum, expected := 0.0, float64(len(ranks))/float64(bins)
	for _, c := range count {
		sum += (c - expected) * (c - expected) / expected
	}
	return sum
}

// The gradient of the network, written out by hand, agrees with differences at worlds drawn from its prior.
func TestPosteriorGradient(t *testing.T) {
	j := calibrationNetwork(t, 0)
	r := rand.New(rand.NewPCG(5, 6))
	for range 10 {
		m := publish(&j.model, truthOf(&j.model, r), r)
		x := make([]float64, m.Dim())
		m.Start(r, x)
		worst, at := nuts.GradientError(latent.NewDensity(m), x)
		require.Less(t, worst, 1e-6, "parameter %d", at)
	}
}

// The calibration code on a posterior that is known (case sbc_conjugate_normal): mu ~ N(0, 1), the mean of three observations of variance 1, so
// that mu | y ~ N(0.75 y, 0.25). In 20,000 worlds of 99 draws and 20 bins right draws stay below the 99 % point of chi-square with 19 degrees
// of freedom, 36.19, and draws whose sd is 30 % too small give 5,019, a noncentral chi-square with a standard deviation of 140, with about 2,400
// of the 1,000 expected in each end bin. Central ranges of 50 and 90 % hold the truth that often.
func TestCalibrationFindsAWrongPosterior(t *testing.T) {
	const worlds, draws, bins = 20_000, 99, 20
	r := rand.New(rand.NewPCG(20, 26))
	ranks, narrow := make([][]int, worlds), make([][]int, worlds)
	half, most := 0.0, 0.0
	for w := range worlds {
		mu := r.NormFloat64()
		y := mu + r.NormFloat64()/math.Sqrt(3)
		below, belowNarrow := 0, 0
		for range draws {
			z := r.NormFloat64() / 2
			if 0.75*y+z < mu {
				below++
			}
			if 0.75*y+0.7*z < mu {
				belowNarrow++
			}
		}
		ranks[w], narrow[w] = []int{below}, []int{belowNarrow}
		if below >= 25 && below < draws+1-25 {
			half += 1. / worlds
		}
		if below >= 5 && below < draws+1-5 {
			most += 1. / worlds
		}
	}
	require.InDelta(t, 36.1909, distuv.ChiSquared{K: bins - 1}.Quantile(0.99), 1e-4)
	require.Less(t, chiSquareOfRanks(ranks, 0, draws+1, bins), 36.1909)
	require.InDelta(t, 5019.2, chiSquareOfRanks(narrow, 0, draws+1, bins), 4*math.Sqrt(2*(19+2*5000)))
	first, last := 0.0, 0.0
	for w := range narrow {
		switch narrow[w][0] * bins / (draws + 1) {
		case 0:
			first++
		case bins - 1:
			last++
		}
	}
	require.InDelta(t, 2400, first, 200)
	require.InDelta(t, 2400, last, 200)
	require.InDelta(t, 0.5, half, 4*math.Sqrt(0.25/worlds))
	require.InDelta(t, 0.9, most, 4*math.Sqrt(0.09/worlds))
}
