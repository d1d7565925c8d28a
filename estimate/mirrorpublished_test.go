package estimate_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// worked reads a worked case with its source.
func worked(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/cases/" + name + ".json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

// BACI's weights, reporting distances, reliability and freight (Gaulier and Zignago 2010), recomputed from the printed formulas.
func TestBACICase(t *testing.T) {
	var c struct {
		Inputs struct {
			SigmaPairs [][2]float64           `json:"sigma_pairs_i_j"`
			Distance   [2]float64             `json:"reporting_distance_sigmas"`
			LS         map[string][2]float64  `json:"least_square_means"`
			Models     map[string]modelOfCase `json:"cif_models"`
			Curve      []float64              `json:"distance_curve_km"`
			Routes     []map[string]float64   `json:"cif_scenarios"`
			Reconcile  map[string]float64     `json:"reconcile"`
		} `json:"inputs"`
		Expected struct {
			Recomputed struct {
				Weights    []float64            `json:"weight_on_i"`
				Distance   float64              `json:"mean_abs_log_ratio"`
				Ratios     []map[string]float64 `json:"cif_ratio_no_time_effect"`
				Curve      []float64            `json:"distance_curve_model_I"`
				Sigma      map[string]any       `json:"sigma_from_ls"`
				Reconciled float64              `json:"reconciled_value"`
				ImportFOB  float64              `json:"import_fob"`
				Weight     float64              `json:"weight_exporter"`
			} `json:"recomputed"`
		} `json:"expected"`
	}
	worked(t, "trade_baci_weights_and_cif", &c)
	in, want := c.Inputs, c.Expected.Recomputed
	require.Len(t, want.Weights, 4)
	for i, s := range in.SigmaPairs {
		require.InDelta(t, want.Weights[i], estimate.BACIWeight(s[0], s[1]), 1e-9)
	}
	require.InDelta(t, want.Distance, estimate.MeanReportingDistance(in.Distance[0], in.Distance[1]), 1e-9)
	smallest := in.LS["A"][0]
	for country, ls := range in.LS {
		smallest = min(smallest, ls[0])
		require.NotEmpty(t, country)
	}
	for country, ls := range in.LS {
		sigma := max(want.Sigma[country].(float64), estimate.SmallestSigma) // -0.0314 for A, the best: clipped
		require.InDelta(t, sigma, estimate.SigmaOfDistance(ls[0], smallest, ls[1]), 1e-9, country)
	}
	require.Equal(t, estimate.SmallestSigma, estimate.SigmaOfDistance(0.3, 0.3, 0.01))
	w := estimate.BACIWeight(in.Reconcile["sigma_exporter"], in.Reconcile["sigma_importer"])
	fob := in.Reconcile["import_cif"] / in.Reconcile["cif_ratio"]
	require.InDelta(t, want.Weight, w, 1e-9)
	require.InDelta(t, want.ImportFOB, fob, 1e-9)
	require.InDelta(t, want.Reconciled, w*in.Reconcile["export_fob"]+(1-w)*fob, 1e-9)

	one, two := estimate.CIFModels()
	require.Equal(t, in.Models["I"].model(), one)
	require.Equal(t, in.Models["II"].model(), two)
	for i, r := range in.Routes {
		route := estimate.CIFRoute{Kilometres: r["dist_km"], UnitValue: r["uv"], Contiguous: r["contig"] == 1,
			LandlockedExporter: r["landlocked_exporter"] == 1, LandlockedImporter: r["landlocked_importer"] == 1}
		require.InDelta(t, want.Ratios[i]["I"], one.Ratio(route), 1e-9)
		require.InDelta(t, want.Ratios[i]["II"], two.Ratio(route), 1e-9)
	}
	// The curve is the part that distance makes: the logarithm of the ratio less the intercept, for a unit value of one.
	for i, km := range in.Curve {
		require.InDelta(t, want.Curve[i], one.DistanceEffect(km), 1e-9)
	}
}

type modelOfCase map[string]float64

func (m modelOfCase) model() estimate.CIFModel {
	return estimate.CIFModel{Intercept: m["intercept"], LnDist: m["ln_dist"], LnDistSq: m["ln_dist_sq"], LnUV: m["ln_uv"],
		Contiguity: m["contiguity"], LandlockedImporter: m["landlocked_importer"], LandlockedExporter: m["landlocked_exporter"]}
}

// The records of Global Financial Integrity's rule. Its weight takes from a gap what this library looks for: the fourth record, 10 t
// declared and 200 t recorded, keeps 5 % of its value. The mirror gives the unweighted gap, and the quantities beside it.
func TestGFICase(t *testing.T) {
	var c struct {
		Inputs struct {
			Records []struct {
				M  float64 `json:"M_cif"`
				X  float64 `json:"X_fob"`
				QM float64 `json:"q_M"`
				QX float64 `json:"q_X"`
			} `json:"records"`
			Factors []float64 `json:"cif_fob_factors"`
		} `json:"inputs"`
		Expected struct {
			Recomputed []map[string]struct {
				Gap      float64 `json:"gap"`
				Weight   float64 `json:"weight"`
				Weighted float64 `json:"weighted_gap"`
			} `json:"recomputed"`
		} `json:"expected"`
	}
	worked(t, "trade_gfi_weighted_gap", &c)
	require.Len(t, c.Inputs.Records, 4)
	for _, factor := range c.Inputs.Factors {
		records := []flows.Record{rate("tin - - USD-cif/USD", spell(factor), origin("freight"))}
		for i, r := range c.Inputs.Records {
			want := c.Expected.Recomputed[i][strconv.FormatFloat(factor, 'f', -1, 64)]
			gap, weight := estimate.WeightedGap(r.M, r.X, r.QM, r.QX, factor)
			require.InDelta(t, want.Gap, gap, 1e-9)
			require.InDelta(t, want.Weight, weight, 1e-9)
			require.InDelta(t, want.Weighted, weight*gap, 1e-9)
			flow := "tin " + strconv.Itoa(2001+i) + " RWA>MYS"
			records = append(records, claim(flow, spell(r.X), flows.USD, origin("a"), by("RWA")), claim(flow, spell(r.QX), flows.Sn, origin("a"), by("RWA")),
				claim(flow, spell(r.M), flows.USDCIF, origin("b"), by("MYS")), claim(flow, spell(r.QM), flows.Sn, origin("b"), by("MYS")))
		}
		found := mirror(t, records...)
		for i, r := range c.Inputs.Records {
			g := gapOf(t, found, "tin "+strconv.Itoa(2001+i)+" RWA>MYS")
			require.InDelta(t, c.Expected.Recomputed[i][strconv.FormatFloat(factor, 'f', -1, 64)].Gap, g.USD.Gap.Median, 1e-9)
			require.InDelta(t, r.QM-r.QX, g.Tonnes.Gap.Median, 1e-9)
		}
	}
}
