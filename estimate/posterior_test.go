package estimate_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

func posterior(t testing.TB, p estimate.Posterior, m *estimate.Model) *estimate.Result {
	t.Helper()
	r, err := p.Estimate(context.Background(), m)
	require.NoError(t, err)
	return r
}

// logSD is */k for a standard deviation of the logarithm.
func logSD(sd float64) string { return spell(math.Exp(ln90 * sd)) }

func tinCorridor(from, to flows.Place) flows.Corridor {
	return flows.Corridor{Mineral: flows.Tin, From: from, To: to, Origin: origin("panel")}
}

// flowNamed reads "tin 2012 RWA>world", with "unrecorded" behind it where it is.
func flowNamed(s string, channel ...flows.Channel) flows.Flow {
	f := claim(s, "1", flows.Sn, nil).Flow
	if len(channel) > 0 {
		f.Channel = channel[0]
	}
	return f
}

func flowEstimate(t testing.TB, r *estimate.Result, f flows.Flow) estimate.FlowEstimate {
	t.Helper()
	i := slices.IndexFunc(r.Flows, func(e estimate.FlowEstimate) bool { return e.Flow == f })
	require.GreaterOrEqual(t, i, 0, "no %s", f)
	return r.Flows[i]
}

func drawsOf(t testing.TB, r *estimate.Result, f flows.Flow) estimate.Draws {
	t.Helper()
	x, err := r.FlowDraws(f)
	require.NoError(t, err)
	return x
}

func meanAndSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(sd)
}

// latentInflow is the smallest instance of the task: output of 1,200 t known to sd 0.3 of the logarithm, exports of 2,000 t known to 0.1,
// and an unrecorded inflow, half-normal of scale 800 t a year; no stocks, no bias, and no other prior.
func latentInflow(scale float64) (estimate.Posterior, []flows.Record) {
	return estimate.Posterior{Places: []flows.Place{"RWA"}, Periods: []flows.Period{flows.Year(2020)}, Priors: estimate.Priors{
			FlowLogSD: math.Inf(1), BiasLogSD: -1, StockMonths: -1, Scales: map[estimate.Route]float64{{From: flows.World, To: "RWA"}: scale}}},
		[]flows.Record{
			claim("tin 2020 ground>RWA", "1200 */ "+logSD(0.3), flows.Sn, origin("survey")),
			claim("tin 2020 RWA>world", "2000 */ "+logSD(0.1), flows.Sn, origin("customs"), by("RWA")),
			tinCorridor(flows.World, "RWA"),
		}
}

// latentMean is the mean of the inflow by quadrature over output P and inflow S: the density is that of ln P around ln 1200, of S, and of
// ln 2000 around ln(P + S).
func latentMean(scale float64) float64 { return latentMoments(scale)[0] }

// latentMoments are the means of the inflow, of its square, of the output, of its square, and of their product.
func latentMoments(scale float64) (out [5]float64) {
	total := 0.0
	for u := math.Log(1200) - 2; u < math.Log(1200)+2; u += 0.005 {
		for s := 2.5; s < 6*scale; s += 5 {
			a, b, c := (u-math.Log(1200))/0.3, s/scale, math.Log(2000/(math.Exp(u)+s))/0.1
			w := math.Exp(-(a*a + b*b + c*c) / 2)
			p := math.Exp(u)
			total += w
			for i, x := range []float64{s, s * s, p, p * p, s * p} {
				out[i] += w * x
			}
		}
	}
	for i := range out {
		out[i] /= total
	}
	return out
}

// The quadrature itself, to the case's tolerance of 0.1.
func TestLatentInflowByQuadrature(t *testing.T) {
	m := latentMoments(800)
	sd, sdP := math.Sqrt(m[1]-m[0]*m[0]), math.Sqrt(m[3]-m[2]*m[2])
	require.InDelta(t, 682.5608, m[0], 0.1)
	require.InDelta(t, 335.9595, sd, 0.1)
	require.InDelta(t, 1315.0141, m[2], 0.1)
	require.InDelta(t, 317.9135, sdP, 0.1)
	require.InDelta(t, -0.8289, (m[4]-m[0]*m[2])/sd/sdP, 1e-3)
}

// Case derived_latent_inflow_posterior, by two-dimensional quadrature: inflow 682.6 with sd 336.0, 95 % in 72.5 to 1341.5, output 1315.0 with
// sd 317.9, correlation -0.829, above 400 t with 77.9 % and above 800 t with 37.0 %. At most four Monte Carlo errors away, with at least 1,500
// effective draws.
func TestPosteriorOfTheLatentInflow(t *testing.T) {
	p, records := latentInflow(800)
	p.Draws = 4000
	m := modelOf(t, estimate.Options{Level: 0.95}, records...)
	r := posterior(t, p, m)
	s := drawsOf(t, r, flowNamed("tin 2020 world>RWA", flows.Unrecorded))
	output := drawsOf(t, r, flowNamed("tin 2020 ground>RWA"))
	require.Less(t, r.Chains.MaxRhat, 1.01)
	require.Greater(t, r.Chains.MinESSBulk, 1500.0)
	mcse := 4 / math.Sqrt(r.Chains.MinESSBulk)
	mean, sd := meanAndSD(s)
	require.InDelta(t, 682.56, mean, mcse*335.96)
	require.InDelta(t, 335.96, sd, mcse*335.96)
	meanP, sdP := meanAndSD(output)
	require.InDelta(t, 1315.01, meanP, mcse*317.92)
	require.InDelta(t, 317.92, sdP, mcse*317.92)
	cor := 0.0
	for i := range s {
		cor += (s[i] - mean) * (output[i] - meanP) / sd / sdP / float64(len(s))
	}
	require.InDelta(t, -0.8289, cor, mcse*(1-0.83*0.83))
	for q, at := range map[float64]float64{0.025: 72.506, 0.05: 132.158, 0.25: 433.285, 0.5: 680.500, 0.75: 920.590, 0.95: 1242.130, 0.975: 1341.493,
		1 - 0.7785073: 400, 1 - 0.3702755: 800} {
		below := 0.0
		for _, x := range s {
			if x < at {
				below += 1 / float64(len(s))
			}
		}
		require.InDelta(t, q, below, mcse*math.Sqrt(q*(1-q)))
	}
	e := flowEstimate(t, r, flowNamed("tin 2020 world>RWA", flows.Unrecorded))
	require.InDelta(t, 800*0.6744897501960817, e.Prior.Median, 1) // the prior stands beside it: its median is 0.6745 of the scale
	require.InDelta(t, 1341.493, e.Estimate.Hi, 60)
	require.Nil(t, e.Claimed)
	surplus, ok := r.Balance(cell("tin/RWA/2020")).Value(estimate.Surplus)
	require.True(t, ok)
	require.InEpsilon(t, mean, surplus.Mean, 1e-9) // all that is unrecorded here comes in
}

// Half and twice the prior scale give what quadrature gives there: the prior drives the answer.
func TestAtPriorScale(t *testing.T) {
	require.InDelta(t, 682.56, latentMean(800), 0.5)
	p, records := latentInflow(800)
	m := modelOf(t, estimate.Options{}, records...)
	for _, k := range []float64{0.5, 2} {
		q := p.AtPriorScale(k)
		r := posterior(t, q, m)
		mean, sd := meanAndSD(drawsOf(t, r, flowNamed("tin 2020 world>RWA", flows.Unrecorded)))
		require.InDelta(t, latentMean(800*k), mean, 4*sd/math.Sqrt(r.Chains.MinESSBulk))
	}
	require.Equal(t, 800.0, p.Priors.Scales[estimate.Route{From: flows.World, To: "RWA"}]) // the original is as it was
	require.Equal(t, estimate.Priors{FlowLogSD: 4, BiasLogSD: 0.3, ClaimLogSD: 0.05, StockMonths: 2, CorridorScale: 2, RestScale: 2, WalkLogSD: 1,
		Scales: map[estimate.Route]float64{}}, estimate.Priors{}.Times(2))
}

// tinNetwork is two countries that mine and export tin over three years, with a corridor between them and grades.
func tinNetwork() []flows.Record {
	out := []flows.Record{tinCorridor("COD", "RWA"), rate("tin - - Sn/gross", "0.6 */ 1.1", origin("assay")), rate("tin - - USD-spot/Sn", "20000 */ 1.05", origin("exchange"))}
	for _, y := range []string{"2018", "2019", "2020"} {
		out = append(out,
			claim("tin "+y+" ground>RWA", "100 */ 1.4", flows.Sn, origin("survey")),
			claim("tin "+y+" RWA>world", "250 */ 1.2", flows.Gross, origin("customs RWA"), by("RWA")),
			claim("tin "+y+" ground>COD", "300 */ 1.6", flows.Sn, origin("survey")),
			claim("tin "+y+" COD>world", "240 */ 1.2", flows.Sn, origin("customs COD"), by("COD")),
			claim("tin "+y+" COD>MYS", "60 */ 1.3", flows.Sn, origin("customs MYS"), by("MYS")))
	}
	return out
}

// quickPosterior is a posterior for tests of what does not depend on precision.
func quickPosterior() estimate.Posterior {
	return estimate.Posterior{Places: []flows.Place{"COD", "RWA"}, Chains: 2, Warmup: 200, Draws: 200}
}

// Balances are exact in every draw: what comes in, less what leaves, goes into stock; and totals are their parts.
func TestPosteriorBalancesClose(t *testing.T) {
	r := posterior(t, quickPosterior(), modelOf(t, estimate.Options{}, tinNetwork()...))
	for _, y := range []string{"2018", "2019", "2020"} {
		at := func(s string, c ...flows.Channel) estimate.Draws {
			return drawsOf(t, r, flowNamed("tin "+y+" "+s, c...))
		}
		corridor := at("COD>RWA", flows.Unrecorded)
		rest := flowNamed("tin " + y + " COD>world")
		rest.Part = "other partners"
		for i, x := range corridor {
			require.InDelta(t, at("RWA>stock")[i], at("ground>RWA")[i]+x-at("RWA>world")[i], 1e-9)
			require.InDelta(t, at("COD>stock")[i], at("ground>COD")[i]-x-at("COD>world")[i], 1e-9)
			require.InDelta(t, at("COD>world")[i], at("COD>MYS")[i]+drawsOf(t, r, rest)[i], 1e-9)
			if i > 20 {
				break
			}
		}
		for c, sign := range map[string]float64{"tin/RWA/" + y: 1, "tin/COD/" + y: -1} {
			surplus, err := r.Draws(cell(c), estimate.Surplus)
			require.NoError(t, err)
			usd, err := r.Draws(cell(c), estimate.ValueUSD)
			require.NoError(t, err)
			share, err := r.Draws(cell(c), estimate.Share)
			require.NoError(t, err)
			outflow, err := r.Draws(cell(c), estimate.Outflow)
			require.NoError(t, err)
			for i := range surplus {
				require.InDelta(t, sign*corridor[i], surplus[i], 1e-12)
				require.InDelta(t, surplus[i]/outflow[i], share[i], 1e-12)
				require.InDelta(t, 20000, usd[i]/surplus[i], 20000*0.15) // 5 % at 90 %, so 15 % at 4.8 sd
			}
		}
	}
	total, err := r.Total(estimate.Surplus, cell("tin/RWA/2018"), cell("tin/RWA/2019"))
	require.NoError(t, err)
	sum := 0.0
	for _, y := range []string{"2018", "2019"} {
		mean, _ := meanAndSD(drawsOf(t, r, flowNamed("tin "+y+" COD>RWA", flows.Unrecorded)))
		sum += mean
	}
	require.InEpsilon(t, sum, total.Mean, 1e-9)
	values, err := r.FlowValues(flowNamed("tin 2018 COD>RWA", flows.Unrecorded))
	require.NoError(t, err)
	usd, err := r.Draws(cell("tin/RWA/2018"), estimate.ValueUSD)
	require.NoError(t, err)
	for i := range usd { // one price, wherever it is asked for
		require.InEpsilon(t, usd[i], values[i], 1e-12)
	}
	_, err = r.FlowDraws(flowNamed("tin 2018 RWA>COD", flows.Unrecorded))
	require.ErrorContains(t, err, "no such flow")
	_, err = r.Draws(cell("tin/RWA/2018"), estimate.Use)
	require.ErrorContains(t, err, "no use")
	_, err = r.Explain(cell("tin/RWA/2018"))
	require.Error(t, err)
}

// The same bits for any number of processors and any order of records, and whatever a country does that trades with none of the others.
func TestPosteriorIsReproducible(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	records := tinNetwork()
	want := posterior(t, quickPosterior(), modelOf(t, estimate.Options{}, records...))
	for _, n := range []int{2, 8} {
		runtime.GOMAXPROCS(n)
		require.Equal(t, want.Flows, posterior(t, quickPosterior(), modelOf(t, estimate.Options{}, records...)).Flows)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	require.Equal(t, want.Flows, posterior(t, quickPosterior(), modelOf(t, estimate.Options{}, records...)).Flows)
	more := append(slices.Clone(records), claim("tin 2019 ground>PER", "500 */ 1.3", flows.Sn, origin("MINEM")), claim("tin 2019 PER>world", "400 */ 1.3", flows.Sn, origin("SUNAT"), by("PER")))
	p := quickPosterior()
	p.Places = append(p.Places, "PER")
	got := posterior(t, p, modelOf(t, estimate.Options{}, more...))
	for _, e := range want.Flows {
		x := flowEstimate(t, got, e.Flow)
		require.Equal(t, e.Estimate, x.Estimate, e.Flow)
	}
	other := posterior(t, quickPosterior(), modelOf(t, estimate.Options{Seed: 1}, records...))
	require.NotEqual(t, want.Flows[0].Estimate, other.Flows[0].Estimate)
}

// A grade that all years share is wrong in all of them: over three years the sum of exports of 100 t gross each, at 0.6 known to sd 0.1 of
// the logarithm, is 180 t with that same 0.1, and with 0.1/sqrt(3) = 0.058 where each year has a grade of its own. Nothing else is known: the
// output is open, and no bias is assumed. (Figures known to 0.01 add 0.01/sqrt(3); the prior of */27 takes less than 1 %.)
func TestPosteriorSharesErrors(t *testing.T) {
	for _, c := range []struct {
		independent bool
		sd          float64
	}{{false, 0.1}, {true, 0.1 / math.Sqrt(3)}} {
		var records []flows.Record
		for _, y := range []string{"2018", "2019", "2020"} {
			g := rate("tin RWA "+y+" Sn/gross", "0.6 */ "+logSD(0.1), origin("assay"))
			g.Independent = c.independent
			records = append(records, g, claim("tin "+y+" RWA>world", "100 */ "+logSD(0.01), flows.Gross, origin("customs"), by("RWA")))
		}
		p := estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 2000, Priors: estimate.Priors{BiasLogSD: -1}}
		r := posterior(t, p, modelOf(t, estimate.Options{}, records...))
		var sum []float64
		for _, y := range []string{"2018", "2019", "2020"} {
			x := drawsOf(t, r, flowNamed("tin "+y+" RWA>world"))
			if sum == nil {
				sum = make([]float64, len(x))
			}
			for i := range x {
				sum[i] += x[i]
			}
		}
		for i := range sum {
			sum[i] = math.Log(sum[i])
		}
		mean, sd := meanAndSD(sum)
		want := math.Hypot(c.sd, 0.01/math.Sqrt(3))
		require.InDelta(t, math.Log(180), mean, 0.02)
		require.InEpsilon(t, want, sd, 0.1)
	}
}

// A claim whose producer states no bias shares one with that producer's other claims of the place: two years of output known to 0.01 each
// have a sum whose spread is the bias of 0.15, not 0.15/sqrt(2).
func TestPosteriorSharesBias(t *testing.T) {
	records := []flows.Record{claim("tin 2018 RWA>world", "100 */ 9", flows.Sn, origin("customs"), by("RWA"))}
	for _, y := range []string{"2018", "2019"} {
		records = append(records, claim("tin "+y+" ground>RWA", "100 */ "+logSD(0.01), flows.Sn, origin("survey")))
	}
	r := posterior(t, estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 2000}, modelOf(t, estimate.Options{}, records...))
	a, b := drawsOf(t, r, flowNamed("tin 2018 ground>RWA")), drawsOf(t, r, flowNamed("tin 2019 ground>RWA"))
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = math.Log(a[i] + b[i])
	}
	_, sd := meanAndSD(sum)
	require.InEpsilon(t, 0.15, sd, 0.1)
}

// Derived claims and testimony change no bit; a scenario lets testimony in.
func TestPosteriorLeavesOutWhatSaysNothing(t *testing.T) {
	records := tinNetwork()
	want := posterior(t, quickPosterior(), modelOf(t, estimate.Options{}, records...))
	said := claim("tin 2019 COD>RWA", "55 */ 1.1", flows.Sn, origin("witness"), evidence(flows.Testimony), unrecorded, in("witness"))
	more := append(slices.Clone(records), claim("tin 2019 ground>RWA", "149 */ 1.05", flows.Sn, origin("yearbook"), evidence(flows.Derived)),
		claim("tin 2019 COD>RWA", "70 */ 1.1", flows.Sn, origin("rumour"), evidence(flows.Testimony), unrecorded), said,
		flows.Change{Scenario: "witness", Action: "note"})
	m := modelOf(t, estimate.Options{}, more...)
	require.Equal(t, want.Flows, posterior(t, quickPosterior(), m).Flows)
	scenarios, err := estimate.Scenarios(m.Ledger())
	require.NoError(t, err)
	under, err := m.With(scenarios[0])
	require.NoError(t, err)
	f := flowNamed("tin 2019 COD>RWA", flows.Unrecorded)
	e := flowEstimate(t, posterior(t, quickPosterior(), under), f)
	require.Len(t, e.Claims, 1)
	require.NotNil(t, e.Claimed)
	before := flowEstimate(t, want, f).Estimate
	require.Less(t, e.Estimate.Hi-e.Estimate.Lo, before.Hi-before.Lo)
}

// A claim that nothing else agrees with is named first: exports of 900 t where two others say 150 t and the output is 100 t.
func TestPosteriorNamesMisfits(t *testing.T) {
	records := tinNetwork()
	records = append(records, claim("tin 2019 RWA>world", "155 */ 1.2", flows.Sn, origin("port"), by("RWA")))
	wrong := claim("tin 2019 RWA>world", "900 */ 1.2", flows.Sn, origin("misprint"), by("RWA"))
	r := posterior(t, quickPosterior(), modelOf(t, estimate.Options{}, append(slices.Clone(records), wrong)...))
	i := slices.IndexFunc(r.Warnings, func(w estimate.Warning) bool { return w.Code == estimate.ErrMisfit })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, "misprint", r.Warnings[i].Claims[0].Origin.ID)
	require.Equal(t, flowNamed("tin 2019 RWA>world"), *r.Tests.Largest.Flow)
	require.Equal(t, "predictive", r.Tests.Largest.Kind)
	require.Greater(t, r.Tests.Largest.Statistic, r.Tests.Largest.Critical)
	e := flowEstimate(t, r, flowNamed("tin 2019 RWA>world"))
	require.InDelta(t, r.Tests.Largest.Statistic, math.Abs(*e.Z), 1e-12)
	agree := posterior(t, quickPosterior(), modelOf(t, estimate.Options{}, records...))
	require.False(t, slices.ContainsFunc(agree.Warnings, func(w estimate.Warning) bool { return w.Code == estimate.ErrMisfit }))
	require.Greater(t, agree.Tests.P, 0.05)
	require.Less(t, r.Tests.P, agree.Tests.P)
}

// One output, by three producers, and nothing else: 100 t and 110 t to */1.2, and 1,000 t to */1.2, which has one digit too many. With
// normal errors their mean on the log scale is all there is: (ln 100 + ln 110 + ln 1000)/3 = ln 222.4, to sd ln(1.2)/1.645/sqrt 3. With
// Student's t the third is an outlier, and the distribution is the product of three densities, here summed over a grid.
func TestPosteriorWithHeavyTails(t *testing.T) {
	said := []float64{100, 110, 1000}
	var records []flows.Record
	for i, x := range said {
		records = append(records, claim("tin 2020 ground>RWA", spell(x)+" */ 1.2", flows.Sn, origin(fmt.Sprint("survey ", i))))
	}
	records = append(records, claim("tin 2020 RWA>world", ">=1", flows.Sn, origin("customs"), by("RWA"))) // an outflow, of which this says nothing
	p := estimate.Posterior{Places: []flows.Place{"RWA"}, Periods: []flows.Period{flows.Year(2020)}, Corridors: []flows.Corridor{},
		Draws: 4000, Priors: estimate.Priors{FlowLogSD: math.Inf(1), BiasLogSD: -1}}
	m := modelOf(t, estimate.Options{}, records...)
	sd := math.Log(1.2) / 1.6448536269514722
	const t95 = 2.1318467863266495 // the 95 % quantile of t4, in every table
	for _, c := range []struct {
		tails   float64
		density func(e float64) float64 // of an error of the logarithm
	}{
		{0, func(e float64) float64 { return math.Exp(-e * e / sd / sd / 2) }},
		{4, func(e float64) float64 { s := math.Log(1.2) / t95; return math.Pow(1+e*e/s/s/4, -2.5) }},
	} {
		p.Priors.ClaimTails = c.tails
		r := posterior(t, p, m)
		require.Less(t, r.Chains.MaxRhat, 1.01)
		x := drawsOf(t, r, flowNamed("tin 2020 ground>RWA"))
		total, below := 0.0, map[float64]float64{90: 0, 105: 0, 120: 0, 222.4: 0}
		for u := math.Log(20); u < math.Log(5000); u += 1e-4 {
			w := 1.0
			for _, s := range said {
				w *= c.density(u - math.Log(s))
			}
			total += w
			for at := range below {
				if u < math.Log(at) {
					below[at] += w
				}
			}
		}
		for at, w := range below {
			got := 0.0
			for _, v := range x {
				if v < at {
					got += 1 / float64(len(x))
				}
			}
			want := w / total
			require.InDelta(t, want, got, 4*math.Sqrt(want*(1-want)/r.Chains.MinESSBulk)+1e-3, "%g degrees of freedom: P(output < %g t)", c.tails, at)
		}
		require.Equal(t, "survey 2", r.Tests.Largest.Claims[0].Origin.ID)
		require.Greater(t, r.Tests.Largest.Statistic, r.Tests.Largest.Critical)
		require.Less(t, r.Tests.P, 0.01)
	}
	p.Priors.ClaimTails = 0.5
	_, err := p.Estimate(context.Background(), m)
	require.ErrorContains(t, err, "ClaimTails: 0.5 degrees of freedom")
}

// What each of two members sends to all and what two buyers record from both hold the same shipments, and neither is part of the other.
func TestPosteriorNamesFlowsCountedTwice(t *testing.T) {
	p := quickPosterior()
	p.Places = []flows.Place{"COD+RWA"}
	records := []flows.Record{
		claim("tin 2019 ground>COD", "60 */ 1.2", flows.Sn, origin("survey")), claim("tin 2019 ground>RWA", "40 */ 1.2", flows.Sn, origin("survey")),
		claim("tin 2019 COD>world", "60 */ 1.1", flows.Sn, origin("customs COD"), by("COD")), claim("tin 2019 RWA>world", "40 */ 1.1", flows.Sn, origin("customs RWA"), by("RWA")),
	}
	require.NotContains(t, kindsOf(posterior(t, p, modelOf(t, estimate.Options{}, records...)).Warnings), estimate.ErrOverlap)
	buyers := claim("tin 2019 COD+RWA>CHN+IND", "90 */ 1.1", flows.Sn, origin("buyers"), by("CHN+IND"))
	r := posterior(t, p, modelOf(t, estimate.Options{}, append(records, buyers)...))
	w := r.Warnings[slices.Index(kindsOf(r.Warnings), estimate.ErrOverlap)]
	require.Contains(t, w.Text, "COD+RWA>CHN+IND")
	require.Contains(t, w.Text, "hold the same flows in part: these are counted twice")
}

// Two producers say 100 and 300 t of one flow, each within sd 0.02 of the logarithm and with a bias of sd 0.15. ln 3 = 1.099 is 5.13 times
// sqrt(2 (0.15^2 + 0.02^2)) = 0.214. The biases take up nearly all of it, each 0.15 x 1.099/0.0458 = 3.60 of its standard deviations, a
// factor exp(0.15 x 3.60) = 1.72 one way and the other; what is left to the claims themselves, 0.0004/0.0458 of it, is within their spread.
func TestPosteriorNamesStrainedBiases(t *testing.T) {
	p := quickPosterior()
	p.Places, p.Priors = []flows.Place{"RWA"}, estimate.Priors{FlowLogSD: math.Inf(1)}
	p.Chains, p.Warmup, p.Draws = 4, 500, 2000
	two := func(second string) *estimate.Result {
		return posterior(t, p, modelOf(t, estimate.Options{},
			claim("tin 2019 ground>RWA", ">=1 */ 1.1", flows.Sn, origin("survey")),
			claim("tin 2019 RWA>world", "100 */ "+logSD(0.02), flows.Sn, origin("customs"), by("RWA")),
			claim("tin 2019 RWA>world", second+" */ "+logSD(0.02), flows.Sn, origin("bank"), by("RWA"))))
	}
	r := two("300")
	require.NotContains(t, kindsOf(r.Warnings), estimate.ErrMisfit)
	var strained []estimate.Warning
	for _, w := range r.Warnings {
		if w.Code == estimate.ErrStrained {
			strained = append(strained, w)
		}
	}
	require.Len(t, strained, 2)
	for _, w := range strained {
		var name string
		var factor, z float64
		_, err := fmt.Sscanf(w.Text, "%s would have to be %f times its median, %f standard", &name, &factor, &z)
		require.NoError(t, err, w.Text)
		require.InDelta(t, 1.0986/0.2140, z, 0.5)
		require.InDelta(t, 0.15*3.60, math.Abs(math.Log(factor)), 0.06)
		require.Len(t, w.Claims, 1)
		require.Equal(t, w.Claims[0].Origin.Producer == "customs", factor > 1, w.Text) // claim x bias = flow: customs says too little
	}
	require.NotContains(t, kindsOf(two("110").Warnings), estimate.ErrStrained)
}

// Two figures of one flow of which nothing else is known, 100 and 150 t with sd 0.1 of the logarithm each, differ by ln 1.5 = 0.405, that is by
// 0.405/sqrt(0.1^2 + 0.1^2) = 2.87 standard deviations, whichever of the two is asked; each predicts the other.
func TestPosteriorMovesClaims(t *testing.T) {
	records := []flows.Record{claim("tin 2018 RWA>world", "100 */ "+logSD(0.1), flows.Sn, origin("customs"), by("RWA")),
		claim("tin 2018 RWA>world", "150 */ "+logSD(0.1), flows.Sn, origin("port"), by("RWA"))}
	r := posterior(t, estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 2000, Priors: estimate.Priors{BiasLogSD: -1}}, modelOf(t, estimate.Options{}, records...))
	require.Len(t, r.Tests.All, 2)
	for _, test := range r.Tests.All {
		require.InEpsilon(t, math.Log(1.5)/math.Hypot(0.1, 0.1), test.Statistic, 0.05)
		require.InDelta(t, 50, math.Abs(test.Magnitude), 5)
	}
	require.Equal(t, 2, r.Tests.DF)
	require.InEpsilon(t, 2*math.Pow(math.Log(1.5)/0.2, 2)+1, r.Tests.J, 0.1) // two errors of 0.203 each, and one flow that is not known better than 0.07
}

// Exports of 150 t from an output of 100 t known to 10 %, three years running, are predicted better with a corridor; where output and exports
// agree the corridor is no gain beyond its error.
func TestCompareCorridors(t *testing.T) {
	with := func(exports string) []flows.Record {
		out := []flows.Record{tinCorridor(flows.World, "RWA")}
		for _, y := range []string{"2017", "2018", "2019", "2020"} {
			out = append(out, claim("tin "+y+" ground>RWA", "100 */ 1.15", flows.Sn, origin("survey")), claim("tin "+y+" ground>RWA", "100 */ 1.15", flows.Sn, origin("mines")),
				claim("tin "+y+" RWA>world", exports, flows.Sn, origin("customs"), by("RWA")), claim("tin "+y+" RWA>world", exports, flows.Sn, origin("port"), by("RWA")))
		}
		return out
	}
	p := estimate.Posterior{Places: []flows.Place{"RWA"}, Draws: 500, Warmup: 300, Priors: estimate.Priors{BiasLogSD: 0.05}}
	if estimate.UnderRace {
		p.Draws, p.Warmup = 100, 100
	}
	c, err := p.CompareCorridors(context.Background(), modelOf(t, estimate.Options{}, with("200 */ 1.1")...))
	require.NoError(t, err)
	require.Greater(t, c.Difference, 2*c.SE)
	require.Len(t, c.With.Points, 16)
	for _, l := range []*estimate.LOO{c.With, c.Without} {
		sum := 0.0
		for _, p := range l.Points {
			require.False(t, math.IsNaN(p.ELPD))
			require.Equal(t, p.K > 0.5, p.Refitted)
			sum += p.ELPD
		}
		require.InDelta(t, sum, l.ELPD, 1e-9)
		require.Positive(t, l.Parameters)
	}
	c, err = p.CompareCorridors(context.Background(), modelOf(t, estimate.Options{}, with("100 */ 1.1")...))
	require.NoError(t, err)
	require.Less(t, math.Abs(c.Difference), 2*c.SE+2)
	_, err = p.CompareCorridors(context.Background(), modelOf(t, estimate.Options{}, with("100 */ 1.1")...), estimate.Route{From: "COD", To: "RWA"})
	require.ErrorContains(t, err, "COD>RWA is no corridor")
}

// What leaves out a claim by sampling anew agrees with quadrature: the latent inflow without its export figure predicts that figure with
// the density of ln 2000 under ln(P + S), which is a two-dimensional mean.
func TestLOOByQuadrature(t *testing.T) {
	p, records := latentInflow(800)
	p.Priors.FlowLogSD = 2 // around 1,000 t
	p.Draws = 2000
	l, err := p.LOO(context.Background(), modelOf(t, estimate.Options{}, records...))
	require.NoError(t, err)
	normal := func(x, sd float64) float64 { return math.Exp(-x*x/sd/sd/2) / sd / math.Sqrt(2*math.Pi) }
	total, density := 0.0, 0.0
	for u := math.Log(1200) - 2; u < math.Log(1200)+2; u += 0.01 {
		for s := 5.0; s < 5000; s += 10 {
			w := normal(u-math.Log(1000), 2) * normal(u-math.Log(1200), 0.3) * normal(s, 800)
			total, density = total+w, density+w*normal(math.Log(2000/(math.Exp(u)+s)), 0.1)
		}
	}
	i := slices.IndexFunc(l.Points, func(p estimate.LOOPoint) bool { return p.Producer == "customs" })
	require.True(t, l.Points[i].Refitted, l.Points[i].K)
	require.InDelta(t, math.Log(density/total), l.Points[i].ELPD, 0.05)
}

func TestPosteriorRefusals(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := modelOf(t, estimate.Options{}, tinNetwork()...)
	_, err := quickPosterior().Estimate(ctx, m)
	require.ErrorIs(t, err, context.Canceled)
	for want, change := range map[string]func(*estimate.Posterior){
		"leads nowhere":                      func(p *estimate.Posterior) { p.Corridors = []flows.Corridor{tinCorridor("UGA", "TZA")} },
		"UGA: no place":                      nil,
		"PER in 2018..2020: a place without": func(p *estimate.Posterior) { p.Places = append(p.Places, "PER") },
		"overlap":                            func(p *estimate.Posterior) { p.Places = append(p.Places, "BDI+COD") },
		"no place with a balance":            func(p *estimate.Posterior) { p.Places = append(p.Places, flows.World) },
		"do not overlap":                     func(p *estimate.Posterior) { p.Periods = []flows.Period{period("2018"), period("2018-04..2019-03")} },
		"unknown mineral":                    func(p *estimate.Posterior) { p.Mineral = "cobalt" },
		"want at least one chain":            func(p *estimate.Posterior) { p.Draws = 1 },
		"acceptance":                         func(p *estimate.Posterior) { p.Acceptance = 2 },
		"depth":                              func(p *estimate.Posterior) { p.MaxDepth = 30 },
		"StockMonths":                        func(p *estimate.Posterior) { p.Priors.StockMonths = math.NaN() },
		"no such corridor":                   func(p *estimate.Posterior) { p.Priors.Scales = map[estimate.Route]float64{{From: "UGA", To: "COD"}: 5} },
		"positive number of tonnes": func(p *estimate.Posterior) {
			p.Priors.Scales = map[estimate.Route]float64{{From: "COD", To: "RWA"}: -5}
		},
	} {
		if change == nil {
			continue
		}
		p := quickPosterior()
		change(&p)
		_, err := p.Estimate(context.Background(), m)
		require.ErrorContains(t, err, want)
	}
	_, err = quickPosterior().Estimate(context.Background(), modelOf(t, estimate.Options{}, claim("tin 2018 ground>RWA", "1", flows.Sn, origin("x")), claim("gold 2018 ground>RWA", "1", flows.Au, origin("x"))))
	require.ErrorContains(t, err, "a posterior is of one mineral")
	_, err = quickPosterior().Estimate(context.Background(), modelOf(t, estimate.Options{}, append(tinNetwork(), claim("tin 2018 RWA>BEL", "1", flows.USD, origin("x"), by("BEL")))...))
	var basis *flows.BasisError
	require.ErrorAs(t, err, &basis)
}

// Odd figures are left out or widened, with a warning each, and nothing panics.
func TestPosteriorWarns(t *testing.T) {
	p := quickPosterior()
	p.Warmup, p.Draws = 100, 50
	has := func(r *estimate.Result, code flows.Code) bool {
		return slices.ContainsFunc(r.Warnings, func(w estimate.Warning) bool { return w.Code == code })
	}
	few := posterior(t, p, modelOf(t, estimate.Options{}, tinNetwork()...))
	require.True(t, has(few, estimate.ErrESS))
	records := append(tinNetwork(), claim("tin 2018 RWA>BEL", "0", flows.Sn, origin("customs BEL"), by("BEL")),
		claim("tin 2018 RWA>CHN", "7", flows.Sn, origin("customs CHN"), by("CHN")),
		claim("tin 2018 TZA>RWA", "9 */ 1.2", flows.Sn, origin("customs RWA"), by("RWA")))
	p.Corridors = []flows.Corridor{}
	r := posterior(t, p, modelOf(t, estimate.Options{}, records...))
	for _, code := range []flows.Code{estimate.ErrNil, estimate.ErrNoSpread, estimate.ErrUnconfirmed, estimate.ErrNoCorridor} {
		require.True(t, has(r, code), code)
	}
	_, err := r.FlowDraws(flowNamed("tin 2018 TZA>RWA"))
	require.Error(t, err)
	declared := posterior(t, p, modelOf(t, estimate.Options{Inflow: estimate.Declared}, records...))
	require.False(t, has(declared, estimate.ErrUnconfirmed))
	mean, _ := meanAndSD(drawsOf(t, declared, flowNamed("tin 2018 TZA>RWA")))
	require.InEpsilon(t, 9, mean, 0.3)
}

// A region is one place: what its members send each other is no flow, and what they send elsewhere sums.
func TestPosteriorOfARegion(t *testing.T) {
	records := append(tinNetwork(), claim("tin 2018 RWA>COD", "30 */ 1.2", flows.Sn, origin("customs RWA"), by("RWA")))
	p := quickPosterior()
	p.Places, p.Corridors = []flows.Place{"COD+RWA"}, []flows.Corridor{tinCorridor("COD", "TZA")}
	r := posterior(t, p, modelOf(t, estimate.Options{}, records...))
	b := r.Balance(cell("tin/COD+RWA/2018"))
	require.NotNil(t, b)
	_, err := r.FlowDraws(flowNamed("tin 2018 RWA>COD"))
	require.Error(t, err)
	out, err := r.Draws(cell("tin/COD+RWA/2018"), estimate.Outflow)
	require.NoError(t, err)
	mean, _ := meanAndSD(out)
	require.InEpsilon(t, 150+240, mean, 0.3)
}
