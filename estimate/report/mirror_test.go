package report_test

import (
	"encoding/csv"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/stretchr/testify/require"
)

// ptr is a pointer to a value with a range of a tenth on either side.
func ptr(x float64) *estimate.Value { v := about(x); return &v }

func compared(x, m float64) *estimate.Compared {
	return &estimate.Compared{Exporter: estimate.Stated{Value: about(x)}, Importer: estimate.Stated{Value: about(m)}, Gap: ptr(m - x), Relative: ptr((m - x) / m)}
}

// handMirror is made by hand: 28 t declared and 38 t recorded, with a re-export of 3 t in the 38 t, a total that is a floor, a flow of
// which nothing is known but dollars, and two reporters.
func handMirror() *estimate.MirrorResult {
	claim := uganda().Terms[0].Used[0].Claim
	flow := estimate.Gap{Flow: flows.Flow{Mineral: "gold", Period: flows.Year(2019), From: "UGA", To: "ARE"}, Kind: estimate.FlowGap, Basis: flows.Au,
		Tonnes: compared(28, 38), USD: compared(1.2e9, 1.7e9), Worth: ptr(4.5e8), Noise: &estimate.Noise{LogRatio: 0.305, Floor: 0.1, Periods: 4, Times: 3.2, P: 0.04, StandsOut: true},
		Exceptions: []estimate.Excepted{{Exception: estimate.Exception{Part: "re-export", Meaning: "re-exports"}, Importer: ptr(3)}},
		Claims:     []flows.Claim{claim}, Warnings: []estimate.Warning{{Code: estimate.ErrParts, Text: "re-export (re-exports) is in the gap"}}}
	flow.Tonnes.Without = ptr(7)
	weight := 0.25
	flow.Weight = &weight
	total := estimate.Gap{Flow: flows.Flow{Mineral: "gold", Period: flows.Year(2019), From: "UGA", To: flows.World}, Kind: estimate.ExportGap, Basis: flows.Au, Tonnes: compared(30, 24)}
	total.Tonnes.Importer.Bound, total.Tonnes.Gap.Bound, total.Tonnes.Relative.Bound = flows.AtLeast, flows.AtLeast, flows.AtLeast
	dollars := estimate.Gap{Flow: flows.Flow{Mineral: "tin", Period: flows.Year(2012), From: "RWA", To: "MYS"}, Kind: estimate.FlowGap, Basis: flows.Sn, USD: compared(5e6, 4e6)}
	dollars.USD.Gap.ProbPositive = 0
	sigma := 0.35
	money := claim
	money.Locator = "dollars"
	return &estimate.MirrorResult{
		Options: estimate.Options{Draws: 8192, Level: 0.9}, Mirror: estimate.Mirror{Except: []string{"re-export"}, Band: [2]float64{0.5, 1.1}, Lag: 3},
		Gaps: []estimate.Gap{flow, total, dollars},
		Series: []estimate.GapSeries{{Mineral: "gold", Kind: estimate.FlowGap, From: "UGA", To: "ARE", Basis: flows.Au, Periods: []flows.Period{flows.Year(2018), flows.Year(2019), flows.Year(2020)},
			Floor: math.Log(1.07), RMS: 0.0857, SignChanges: 2, Exporter: ptr(100), Importer: ptr(103), Gap: ptr(3), Relative: ptr(0.029)}},
		Reporters: []estimate.Reliability{{Mineral: "gold", Kind: estimate.FlowGap, Reporter: "UGA", Flows: 5, Index: 0.4, Distance: &sigma, Sigma: &sigma},
			{Mineral: "gold", Kind: estimate.FlowGap, Reporter: "ARE", Importer: true, Flows: 5, Index: 0.8}},
		UnitValues: []estimate.UnitValue{
			{Flow: flow.Flow, Reporter: "UGA", Place: "UGA", Basis: flows.Au, Value: about(7e7), Ratio: ptr(1.56), Fences: &estimate.Fences{Lo: 0.9, Hi: 1.05, N: 12},
				Marks: []string{estimate.MarkFences, estimate.MarkBand}, Quantity: claim, Money: money},
			{Flow: flow.Flow, Reporter: "ARE", Place: "ARE", Basis: flows.Au, Value: about(4.4e7), Ratio: ptr(0.98), Quantity: claim, Money: money}},
		Aside:   []flows.Aside{{Claim: claim, Code: flows.Superseded, Why: "a later edition speaks"}, {Claim: claim, Code: "one-side", Why: "nobody else does"}},
		Origins: []*flows.Origin{comtrade},
	}
}

func mirrorText(t *testing.T, r *estimate.MirrorResult, o report.Options) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.MirrorText(&b, r, o))
	for i, line := range strings.Split(b.String(), "\n") {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 100, "line %d: %s", i+1, line)
	}
	return squeeze(b.String())
}

func TestMirrorTextRows(t *testing.T) {
	out := mirrorText(t, handMirror(), report.Options{})
	// 38 - 28 = 10 t, 26 % of imports; 3.2 times the noise; 500 M in dollars; unit values of 1.56 (marked) and 0.98 of the price
	require.Contains(t, out, "\nUGA>ARE\n")
	require.Contains(t, out, "2019 28.0 38.0 +10.0 +9.00 to +11.0 >0.99 26 % 3.2x* +500 M 1.6! 0.98 [a]")
	require.Contains(t, out, "without re-export: gap +7.00 (+6.30 to +7.70)")
	require.Contains(t, out, "UGA>world: its total against the sum of its partners\n2019 30.0 >=24.0 >=-6.00 -6.60 to -5.40 >=0.00 -25 % — —")
	require.Contains(t, out, "[a] parts: re-export (re-exports) is in the gap")
	require.Contains(t, out, "2012 — — — — — — -1.00 M", "a flow that is known in dollars only")
	require.Contains(t, out, "gold UGA>ARE 100 103 +3.00 +2.70 to +3.30 2.9 % +-7 % 2 of 2 2018-2020")
	require.Contains(t, out, "gold UGA exporter its partners, one by one 5 40 % 0.35 0.35")
	require.Contains(t, out, "gold ARE importer its partners, one by one 5 80 % — —")
	require.Contains(t, out, "gold UGA>ARE 2019 UGA 70.0 M 63.0 M to 77.0 M 1.56 1.40 to 1.72 0.900 to 1.05, n 12 fences band")
	require.Contains(t, out, "1 unit value without a mark; -all shows them")
	require.Contains(t, out, "1 claim from 1 publisher in 3 gaps; 2 claims in none (-aside lists them)")
	require.Contains(t, out, "figures are those of 3 months later")
	all := mirrorText(t, handMirror(), report.Options{All: true})
	require.Contains(t, all, "ARE 44.0 M")
	require.NotContains(t, all, "without a mark")
}

func TestMirrorTextOfNothing(t *testing.T) {
	out := mirrorText(t, &estimate.MirrorResult{}, report.Options{})
	require.Contains(t, out, "There is no flow of which both ends speak.")
}

// More flows than a page holds: the twelve with the largest gaps, and a line that says so.
func TestMirrorTextShowsTwelveFlows(t *testing.T) {
	r := handMirror()
	r.Gaps = nil
	for i := range 15 {
		r.Gaps = append(r.Gaps, estimate.Gap{Flow: flows.Flow{Mineral: "tin", Period: flows.Year(2012), From: "RWA", To: flows.Place("A" + string(rune('A'+i)) + "A")},
			Kind: estimate.FlowGap, Basis: flows.Sn, Tonnes: compared(100, 101+float64(i))})
	}
	out := mirrorText(t, r, report.Options{})
	require.Contains(t, out, "and 3 more; -all shows them")
	require.NotContains(t, out, "RWA>ACA", "its gap of 3 t is the third from below")
	require.Less(t, strings.Index(out, "RWA>AOA"), strings.Index(out, "RWA>ANA"), "the largest first")
	require.Contains(t, mirrorText(t, r, report.Options{All: true}), "RWA>AAA")
}

func TestMirrorMarkdown(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.MirrorMarkdown(&b, handMirror(), report.Options{}))
	require.Contains(t, b.String(), "| **UGA&gt;ARE** |")
	require.Contains(t, b.String(), "| **2019** | 28.0 | 38.0 | +10.0 |")
	require.Contains(t, b.String(), "- 2019: without re-export: gap +7.00 (+6.30 to +7.70)")
}

func TestMirrorAside(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.MirrorAside(&b, handMirror(), report.Options{}))
	out := squeeze(b.String())
	require.Contains(t, out, "2 claims on trade in no gap")
	require.Regexp(t, `one-side\ngold 2019 UGA>ARE: 1712856345 .*\nnobody else does\n\nsuperseded\n`, out)
}

func TestMirrorJSON(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.MirrorJSON(&b, handMirror()))
	top := raw(t, b.String())
	require.Equal(t, strings.Fields("schema scenario seed draws level lag_months except band gaps series reporters unit_values aside warnings origins"), keys(t, b.String()))
	require.JSONEq(t, `"mineralflows/mirror/v1"`, string(top["schema"]))
	gaps := rawList(t, top["gaps"])
	require.Len(t, gaps, 3)
	want := strings.Fields("mineral kind from to period basis tonnes usd_fob worth_usd exceptions noise baci_weight_exporter claims warnings")
	for _, g := range gaps {
		require.Equal(t, want, keys(t, string(g)), "every key in every gap, in one order")
	}
	flow, total := raw(t, string(gaps[0])), raw(t, string(gaps[1]))
	require.Equal(t, strings.Fields("exporter importer gap relative without_exceptions"), keys(t, string(flow["tonnes"])))
	require.JSONEq(t, `{"mean":10,"sd":0.6,"median":10,"lo":9,"hi":11,"prob_positive":1,"bound":""}`, string(raw(t, string(flow["tonnes"]))["gap"]))
	require.JSONEq(t, `{"log_ratio":0.305,"floor":0.1,"other_periods":4,"times":3.2,"p":0.04,"stands_out":true}`, string(flow["noise"]))
	require.JSONEq(t, `"floor"`, string(raw(t, string(raw(t, string(total["tonnes"]))["gap"]))["bound"]))
	require.Equal(t, "null", string(total["usd_fob"]))
	require.Equal(t, "null", string(total["noise"]))
	require.Equal(t, "[]", string(total["exceptions"]))
	claims := rawList(t, flow["claims"])
	require.Contains(t, string(claims[0]), `"period": "2019"`)
	require.Contains(t, string(claims[0]), `"flow": "UGA->ARE"`)
	units := rawList(t, top["unit_values"])
	require.JSONEq(t, `["fences","band"]`, string(raw(t, string(units[0]))["marks"]))
	require.JSONEq(t, `[0.9,1.05]`, string(raw(t, string(units[0]))["fences"]))
	require.Equal(t, "null", string(raw(t, string(units[1]))["fences"]))

	b.Reset()
	require.NoError(t, report.MirrorJSON(&b, &estimate.MirrorResult{}))
	top = raw(t, b.String())
	for _, k := range []string{"except", "gaps", "series", "reporters", "unit_values", "aside", "warnings", "origins"} {
		require.Equal(t, "[]", string(top[k]), k)
	}
}

func TestMirrorCSV(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.MirrorCSV(&b, handMirror()))
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	get := func(row int, column string) string {
		i := slices.Index(rows[0], column)
		require.GreaterOrEqual(t, i, 0, column)
		return rows[row][i]
	}
	require.Equal(t, "10", get(1, "gap_median"))
	require.Equal(t, "7", get(1, "without_median"))
	require.Equal(t, "0.25", get(1, "baci_weight_exporter"))
	require.Equal(t, "re-export", get(1, "exceptions"))
	require.Equal(t, "floor", get(2, "gap_bound"))
	require.Equal(t, "", get(2, "gap_usd_median"))
	require.Equal(t, "", get(3, "exporter_median"), "missing, not zero")
	require.Equal(t, "5e+06", get(3, "exporter_usd_median"))
	require.Equal(t, "3", get(3, "lag_months"))
}

func TestMirrorNotFinite(t *testing.T) {
	r := handMirror()
	r.Gaps[0].Tonnes.Gap.Hi = math.NaN()
	for name, write := range map[string]func(*strings.Builder) error{
		"json": func(b *strings.Builder) error { return report.MirrorJSON(b, r) },
		"csv":  func(b *strings.Builder) error { return report.MirrorCSV(b, r) },
	} {
		var b strings.Builder
		require.ErrorContains(t, write(&b), "gold 2019 UGA>ARE: the gap in tonnes is not a finite number", name)
		require.Empty(t, b.String())
	}
}
