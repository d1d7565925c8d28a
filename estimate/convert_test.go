package estimate_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// A product of log-normals is log-normal: medians multiply, variances of the logarithm add. P(X > P) of two independent log-normals
// is Phi((mu_x - mu_p) / sqrt(s_x^2 + s_p^2)).
func TestProductOfLogNormals(t *testing.T) {
	m := modelOf(t, estimate.Options{Draws: 8192},
		claim("tantalum 2020 RWA>world", "100 */ 1.2", flows.Gross, origin("NISR"), by("RWA")),
		rate("tantalum RWA - Ta/gross", "0.3 */ 1.5", origin("T.I.C.")),
		claim("tantalum 2020 ground>RWA", "20 */ 1.4", flows.Ta, origin("BGS")))
	b := row(t, run(t, m), "tantalum/RWA/2020")
	sx := math.Hypot(math.Log(1.2), math.Log(1.5)) / ln90
	sp := math.Log(1.4) / ln90
	out, _ := b.Value(estimate.Outflow)
	// the median of 8,192 plain draws has a standard error of 1.25 s/sqrt(n) = 0.4 %, its 95 % quantile one of 2.1 s/sqrt(n)
	require.InEpsilon(t, 100*0.3, out.Median, 4*1.25*sx/math.Sqrt(8192))
	require.InEpsilon(t, 30*math.Exp(ln90*sx), out.Hi, 4*2.1*sx/math.Sqrt(8192))
	require.InEpsilon(t, 30*math.Exp(-ln90*sx), out.Lo, 4*2.1*sx/math.Sqrt(8192))
	s, _ := b.Value(estimate.Surplus)
	p := distuv.UnitNormal.CDF(math.Log(30.0/20) / math.Hypot(sx, sp))
	require.InDelta(t, p, s.ProbPositive, 4*math.Sqrt(p*(1-p)/8192))
}

// 10.4 M USD at the importer's border, less freight of 4 %, is 10 M USD declared; at 80 % of the spot price that is metal worth
// 12.5 M USD; at 50 M USD a tonne it is 0.25 t of gold. 0.05 t are mined: the surplus of 0.2 t is worth 10 M USD.
func TestDollarsBecomeTonnes(t *testing.T) {
	b := row(t, result(t,
		claim("gold 2019 UGA>ARE", "10400000", flows.USDCIF, origin("Comtrade"), by("ARE")),
		claim("gold 2019 ground>UGA", "0.05", flows.Au, origin("WMD")),
		rate("gold - - USD-cif/USD", "1.04", origin("freight")),
		rate("gold UGA - USD/USD-spot", "0.8", origin("share")),
		rate("gold - 2019 USD-spot/Au", "50000000", origin("LBMA"))), "gold/UGA/2019")
	require.InEpsilon(t, 0.25, central(t, b, estimate.Outflow), 1e-12)
	require.InEpsilon(t, 0.20, central(t, b, estimate.Surplus), 1e-12)
	require.InEpsilon(t, 0.80, central(t, b, estimate.Share), 1e-12)
	require.InEpsilon(t, 10e6, central(t, b, estimate.ValueUSD), 1e-12)
	steps := b.Term(estimate.Mirrored).Used[0].Steps
	require.Len(t, steps, 3)
	x := b.Term(estimate.Mirrored).Used[0].Amount
	for _, s := range steps { // each step says what it did
		require.True(t, s.Inverse)
		x /= s.Median
	}
	require.InEpsilon(t, 0.25, x, 1e-12)
}

// 100 t of concentrate at 30 % Ta2O5 hold 30 t Ta2O5, and 0.81897 of that is tantalum (the factor that USGS prints).
func TestOxideFactor(t *testing.T) {
	b := row(t, result(t,
		claim("tantalum 2020 RWA>world", "100", flows.Gross, origin("NISR"), by("RWA")),
		rate("tantalum - - Ta2O5/gross", "0.3", origin("T.I.C."))), "tantalum/RWA/2020")
	require.InDelta(t, 30*0.81897, central(t, b, estimate.Outflow), 30*1e-5)
}

func TestSpecificityOfRates(t *testing.T) {
	anywhere, country := rate("tin - - Sn/gross", "0.50", origin("a")), rate("tin RWA - Sn/gross", "0.60", origin("b"))
	quarters := func(n int) []flows.Record {
		out := []flows.Record{anywhere}
		for q, s := range []string{"0.60", "0.62", "0.64", "0.66"}[:n] {
			out = append(out, rate("tin - 2020-Q"+string(rune('1'+q))+" Sn/gross", s, origin("q")))
		}
		return out
	}
	for name, c := range map[string]struct {
		rates []flows.Record
		flow  flows.Claim
		want  float64 // tonnes of tin in 1,000 t
	}{
		"anywhere":                    {rates: []flows.Record{anywhere}, want: 500},
		"the country before anywhere": {rates: []flows.Record{anywhere, country, rate("tin COD - Sn/gross", "0.7", origin("c"))}, want: 600},
		"place before period":         {rates: []flows.Record{country, rate("tin - 2020 Sn/gross", "0.7", origin("c"))}, want: 600},
		"the shortest period": {rates: []flows.Record{country, rate("tin RWA 2020 Sn/gross", "0.62", origin("c")),
			rate("tin RWA 2019..2021 Sn/gross", "0.61", origin("d"))}, want: 620},
		"another year is none":      {rates: []flows.Record{country, rate("tin RWA 2019 Sn/gross", "0.7", origin("c"))}, want: 600},
		"quarters that tile":        {rates: quarters(4), want: 1000 * (0.60 + 0.62 + 0.64 + 0.66) / 4},
		"quarters that do not tile": {rates: quarters(3), want: 500},
		"months weigh": {rates: []flows.Record{rate("tin - 2020-01..2020-03 Sn/gross", "0.4", origin("q")),
			rate("tin - 2020-04..2020-12 Sn/gross", "0.8", origin("q"))}, want: 1000 * (3*0.4 + 9*0.8) / 12},
		"a tiling year before the timeless": {rates: append(quarters(4), rate("tin - - Sn/gross", "0.9", origin("z"))), want: 630},
		"part before place": {rates: []flows.Record{country, rate("tin -:metal - Sn/gross", "0.99", origin("c"))},
			flow: claim("tin 2020 RWA>world", "1000", flows.Gross, origin("x"), by("RWA"), part("metal")), want: 990},
		"no rate of the part": {rates: []flows.Record{country, rate("tin -:ore - Sn/gross", "0.99", origin("c"))},
			flow: claim("tin 2020 RWA>world", "1000", flows.Gross, origin("x"), by("RWA"), part("metal")), want: 600},
		"of two editions the later": {rates: []flows.Record{rate("tin - 2020 Sn/gross", "0.4", edition("p", "2021")),
			rate("tin - 2020 Sn/gross", "0.5", edition("p", "2023"))}, want: 500},
		"of two editions that tile the later": {rates: []flows.Record{
			rate("tin - 2020-01..2020-06 Sn/gross", "0.3", edition("p", "2021")), rate("tin - 2020-01..2020-06 Sn/gross", "0.5", edition("p", "2023")),
			rate("tin - 2020-07..2020-12 Sn/gross", "0.7", edition("p", "2021"))}, want: 600},
		"a rate stated the other way round": {rates: []flows.Record{rate("tin - - gross/Sn", "2", origin("a"))}, want: 500},
	} {
		t.Run(name, func(t *testing.T) {
			if c.flow.Origin == nil {
				c.flow = claim("tin 2020 RWA>world", "1000", flows.Gross, origin("x"), by("RWA"))
			}
			b := row(t, result(t, append(c.rates, c.flow)...), "tin/RWA/2020")
			require.InEpsilon(t, c.want, central(t, b, estimate.Outflow), 1e-12)
		})
	}
}

// Two producers' rates of one rank are pooled as claims are: half of the draws follow 0.4, half 0.6.
func TestRatesOfEqualRankArePooled(t *testing.T) {
	b := row(t, result(t,
		claim("tin 2020 RWA>world", "1000", flows.Gross, origin("x"), by("RWA")),
		rate("tin - 2020 Sn/gross", "0.4", origin("a")), rate("tin - 2020 Sn/gross", "0.6", origin("b"))), "tin/RWA/2020")
	v, _ := b.Value(estimate.Outflow)
	require.Equal(t, [2]float64{400, 600}, [2]float64{v.Lo, v.Hi})
	require.InDelta(t, 500, v.Mean, 4*100/math.Sqrt(draws)) // each draw is 100 off: its error is 100/sqrt(n)
	require.InDelta(t, 100, v.SD, 1)
}

func TestTwoShortestChainsAreAnError(t *testing.T) {
	m := modelOf(t, estimate.Options{},
		claim("tantalum 2020 RWA>world", "100", flows.Gross, origin("x"), by("RWA")),
		rate("tantalum - - Ta2O5/gross", "0.3", origin("a")), // gross > Ta2O5 > Ta
		rate("tantalum - - Nb/gross", "0.2", origin("a")),    // gross > Nb > Ta
		rate("tantalum - - Ta/Nb", "1.1", origin("a")))
	_, err := estimate.MassBalance{}.Estimate(context.Background(), m)
	require.ErrorContains(t, err, "two chains of rates lead from gross to Ta")
	require.ErrorContains(t, err, "gross > Nb > Ta")
	require.ErrorContains(t, err, "gross > Ta2O5 > Ta")
}

func TestMissingRateIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		rates []flows.Record
		says  string
	}{
		"nothing starts there": {nil, "no rate of this mineral starts at USD-cif"},
		"the share is missing": {[]flows.Record{rate("gold - - USD-cif/USD", "1.04", origin("f")), rate("gold - - USD-spot/Au", "5e7", origin("p"))},
			"rates lead from USD-cif to USD and no further"},
		"the price is of another year": {[]flows.Record{rate("gold - - USD-cif/USD-spot", "1", origin("f")), rate("gold - 2018 USD-spot/Au", "5e7", origin("p"))},
			"known for other places, parts or periods only: USD-spot per Au"},
	} {
		t.Run(name, func(t *testing.T) {
			m := modelOf(t, estimate.Options{}, append(c.rates,
				claim("gold 2019 UGA>ARE", "1000000", flows.USDCIF, origin("Comtrade"), by("ARE"), at("claims.csv", 12)))...)
			_, err := estimate.MassBalance{}.Estimate(context.Background(), m)
			var be *flows.BasisError
			require.True(t, errors.As(err, &be), "%v", err)
			require.Equal(t, [2]flows.Basis{flows.USDCIF, flows.Au}, [2]flows.Basis{be.Have, be.Want})
			require.Equal(t, flows.Pos{File: "claims.csv", Line: 12}, be.Pos)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "gold 2019 UGA>ARE")
			require.ErrorContains(t, err, "Comtrade")
		})
	}
}

// A quarter of DR Congo's output of 40 t, as DR Congo says, went to Rwanda: 10 t.
func TestShareOfAFlow(t *testing.T) {
	r := result(t,
		claim("tin 2020 ground>COD", "40", flows.Sn, origin("a")),
		claim("tin 2020 COD>RWA", "0.25", flows.Share, origin("b"), by("COD"), shareOf(flows.Ground, "COD")),
		claim("tin 2020 RWA>world", "50", flows.Sn, origin("c"), by("RWA")),
		claim("tin 2020 ground>RWA", "30", flows.Sn, origin("d")))
	require.InEpsilon(t, 10, central(t, row(t, r, "tin/RWA/2020"), estimate.Inflow), 1e-12)
	require.InEpsilon(t, 50-30-10, central(t, row(t, r, "tin/RWA/2020"), estimate.Surplus), 1e-12)
	require.InEpsilon(t, 10-40, central(t, row(t, r, "tin/COD/2020"), estimate.Surplus), 1e-12)
}

// A figure and what it is a share of are one draw: a share of exports of exactly a half is never anything but half of them.
func TestShareFollowsItsWhole(t *testing.T) {
	b := row(t, result(t,
		claim("tin 2020 RWA>world", "50 */ 1.5", flows.Sn, origin("c"), by("RWA")),
		claim("tin 2020 ground>RWA", "0.5", flows.Share, origin("d"), shareOf("RWA", flows.World))), "tin/RWA/2020")
	v, _ := b.Value(estimate.Share)
	require.InDelta(t, 0.5, v.Lo, 1e-12)
	require.InDelta(t, 0.5, v.Hi, 1e-12)
}

// With SetAside a figure without a rate is missing, with its reason: China's 5 t are all that can be counted of what partners record, the
// 60 t of ore are a floor beside metal in dollars, and a place that nobody can say anything about has no row.
func TestSetAside(t *testing.T) {
	all := complete("customs", "parts")
	records := []flows.Record{
		claim("tin 2019 ground>RWA", "3", flows.Sn, origin("ministry")),
		claim("tin 2019 RWA>CHN", "5", flows.Sn, origin("China"), by("CHN")),
		claim("tin 2019 RWA>MYS", "1000000", flows.USDCIF, origin("Malaysia"), by("MYS"), at("claims.csv", 3)),
		claim("tin 2019 ground>UGA", "20", flows.Sn, origin("ministry")),
		claim("tin 2019 UGA>world", "60", flows.Sn, all, by("UGA"), part("HS 260900")),
		claim("tin 2019 UGA>world", "9000", flows.USD, all, by("UGA"), part("HS 800110")),
		claim("tin 2019 ground>BDI", "1000000", flows.USD, origin("ministry")),
	}
	_, err := estimate.MassBalance{}.Estimate(context.Background(), modelOf(t, estimate.Options{}, records...))
	var be *flows.BasisError
	require.ErrorAs(t, err, &be)

	r, err := estimate.MassBalance{}.Estimate(context.Background(), modelOf(t, estimate.Options{SetAside: true}, records...))
	require.NoError(t, err)
	b := row(t, r, "tin/RWA/2019")
	require.Equal(t, 2.0, central(t, b, estimate.Surplus)) // 5 - 3
	require.Equal(t, flows.AtLeast, b.Values[estimate.Surplus].Bound)
	require.True(t, warns(b, estimate.ErrNoRate))
	b = row(t, r, "tin/UGA/2019")
	require.Equal(t, 40.0, central(t, b, estimate.Surplus)) // 60 - 20
	require.Equal(t, flows.AtLeast, b.Values[estimate.Surplus].Bound)
	var why []string
	for _, a := range r.Aside {
		require.Equal(t, estimate.ErrNoRate, a.Code)
		why = append(why, a.Flow.String()+": "+a.Why)
	}
	require.Len(t, why, 3)
	require.Contains(t, strings.Join(why, "\n"), "tin 2019 RWA>MYS: tin: no rate leads from USD-cif to Sn")
}
