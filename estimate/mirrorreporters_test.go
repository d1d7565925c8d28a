package estimate_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// trade is one flow of which both ends speak: the reports are a distance d apart and sum to 200 t, so that all weights are alike.
func trade(year, from, to string, d float64) []flows.Record {
	x := 200 / (1 + math.Exp(d))
	flow := "tin " + year + " " + from + ">" + to
	return []flows.Record{claim(flow, spell(x), flows.Sn, origin("customs "+from), by(flows.Place(from))), claim(flow, spell(200-x), flows.Sn, origin("customs "+to), by(flows.Place(to)))}
}

func reporter(t *testing.T, r *estimate.MirrorResult, p flows.Place, importer bool) estimate.Reliability {
	t.Helper()
	i := slices.IndexFunc(r.Reporters, func(x estimate.Reliability) bool {
		return x.Kind == estimate.FlowGap && x.Reporter == p && x.Importer == importer
	})
	require.GreaterOrEqual(t, i, 0, "%s", p)
	return r.Reporters[i]
}

// A balanced design of two exporters, three importers and two years with equal weights: the least-squares mean of a reporter is the plain
// mean of its distances, and its standard error sqrt(RSS/df/n).
//
//	2020  MYS  THA  CHN     2021  MYS  THA  CHN
//	RWA  0.10 0.20 0.30     RWA  0.20 0.30 0.40     mean 0.25
//	UGA  0.50 0.60 0.76     UGA  0.60 0.70 0.80     mean 0.66
//
// All is additive but one cell, 0.76 for 0.70, whose 0.06 the fit shares out: 12 flows, 1+1+2+1 = 5 parameters, 7 degrees of freedom. The
// residual sum of squares is 0.06^2 times 1 less the leverage of a cell, 5/12: 0.0036 x 7/12 = 0.0021, so s^2 = 0.0003; n = 6 for an
// exporter: stderr sqrt(0.0003/6) = 0.00707.
func TestReliabilityByHand(t *testing.T) {
	var records []flows.Record
	for year, rows := range map[string]map[string][3]float64{
		"2020": {"RWA": {0.10, 0.20, 0.30}, "UGA": {0.50, 0.60, 0.76}},
		"2021": {"RWA": {0.20, 0.30, 0.40}, "UGA": {0.60, 0.70, 0.80}},
	} {
		for from, d := range rows {
			for i, to := range []string{"MYS", "THA", "CHN"} {
				records = append(records, trade(year, from, to, d[i])...)
			}
		}
	}
	r := mirror(t, records...)
	rwa, uga := reporter(t, r, "RWA", false), reporter(t, r, "UGA", false)
	require.Equal(t, 6, rwa.Flows)
	require.InDelta(t, 0.25, *rwa.Distance, 1e-9)
	require.InDelta(t, 0.66, *uga.Distance, 1e-9)
	require.InDelta(t, math.Sqrt(0.0003/6), *uga.StdErr, 1e-9)
	require.Equal(t, estimate.SmallestSigma, *rwa.Sigma) // the best exporter
	require.InDelta(t, math.Pi/2*(0.66-0.25-2*math.Sqrt(0.0003/6)), *uga.Sigma, 1e-9)
	require.InDelta(t, (0.10+0.20+0.50+0.60)/4, *reporter(t, r, "MYS", true).Distance, 1e-9)
	require.InDelta(t, (0.30+0.40+0.76+0.80)/4, *reporter(t, r, "CHN", true).Distance, 1e-9)
	// BACI's weight of Uganda's figure beside Malaysia's, the best importer: next to nothing
	g := gapOf(t, r, "tin 2020 UGA>MYS")
	require.InDelta(t, estimate.BACIWeight(*uga.Sigma, estimate.SmallestSigma), *g.Weight, 1e-12)
	require.Less(t, *g.Weight, 0.001)
	require.Equal(t, 200-2*200/(1+math.Exp(0.5)), g.Tonnes.Gap.Median) // and the gap is not weighted
}

// Two flows that share no reporter: an exporter's effect cannot be told from its importer's.
func TestReliabilityOfANetworkInPieces(t *testing.T) {
	r := mirror(t, slices.Concat(trade("2020", "RWA", "MYS", 0.1), trade("2020", "UGA", "THA", 0.5))...)
	for _, x := range r.Reporters {
		require.Nil(t, x.Sigma)
	}
	require.Nil(t, gapOf(t, r, "tin 2020 RWA>MYS").Weight)
	require.True(t, slices.ContainsFunc(r.Warnings, func(w estimate.Warning) bool { return errors.Is(w, estimate.ErrFewMirror) }))
}

// Gehlhar: the reports agree where they are within a fifth of the importer's. Rwanda declares 90, 85, 80 and 30 t, and each
// partner records 100: 255 of 285 t agree, the 80 t just so. Malaysia's 100 t agree, China's do not.
func TestGehlharsIndex(t *testing.T) {
	pair := func(to, x, m string) []flows.Record {
		return []flows.Record{claim("tin 2020 RWA>"+to, x, flows.Sn, origin("RRA"), by("RWA")), claim("tin 2020 RWA>"+to, m, flows.Sn, origin(to), by(flows.Place(to)))}
	}
	r := mirror(t, slices.Concat(pair("MYS", "90", "100"), pair("THA", "85", "100"), pair("CHN", "30", "100"), pair("ARE", "80", "100"))...)
	require.InDelta(t, (90.0+85+80)/(90+85+80+30), reporter(t, r, "RWA", false).Index, 1e-12)
	require.Equal(t, 1.0, reporter(t, r, "MYS", true).Index)
	require.Equal(t, 0.0, reporter(t, r, "CHN", true).Index)
}

// A planted world: six exporters and six importers over eight years, log-normal reports with known standard deviations. The order of the
// estimates is the planted order of exporters (0.05, 0.15, 0.30, 0.45, 0.60, 0.80), but for neighbours.
func TestReliabilityFindsPlantedErrors(t *testing.T) {
	exporters, importers := []string{"RWA", "UGA", "BDI", "COD", "TZA", "KEN"}, []string{"MYS", "THA", "CHN", "ARE", "IND", "BEL"}
	sigmas := []float64{0.05, 0.15, 0.30, 0.45, 0.60, 0.80}
	var records []flows.Record
	z := normals()
	for y := 2010; y < 2018; y++ {
		for i, from := range exporters {
			for j, to := range importers {
				flow := "tin " + spell(float64(y)) + " " + from + ">" + to
				records = append(records, claim(flow, spell(100*math.Exp(sigmas[i]*z())), flows.Sn, origin("x"+from), by(flows.Place(from))),
					claim(flow, spell(100*math.Exp(0.1*float64(j+1)/6*z())), flows.Sn, origin("m"+to), by(flows.Place(to))))
			}
		}
	}
	r := mirror(t, records...)
	distance := func(i int) float64 { return *reporter(t, r, flows.Place(exporters[i]), false).Distance }
	for i := 2; i < len(exporters); i++ {
		require.Greater(t, distance(i), distance(i-2))
	}
	// E|ln(X/M)| = sqrt(2/pi (s^2 + mean of importers' s^2)): 48 flows of standard deviation 0.6 times that give four standard errors of 35 %
	for i, s := range sigmas {
		want := estimate.MeanReportingDistance(s, 0.065)
		require.InEpsilon(t, want, distance(i), 4*0.756/math.Sqrt(48), exporters[i])
	}
}
