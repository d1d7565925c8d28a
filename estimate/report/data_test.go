package report_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
	"github.com/stretchr/testify/require"
)

// keys are the field names of a JSON object, in the order of the text.
func keys(t *testing.T, text string) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	_, err := d.Token()
	require.NoError(t, err)
	var out []string
	for d.More() {
		k, err := d.Token()
		require.NoError(t, err)
		out = append(out, k.(string))
		var skip json.RawMessage
		require.NoError(t, d.Decode(&skip))
	}
	return out
}

func raw(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text), &m))
	return m
}

func rawList(t *testing.T, text json.RawMessage) []json.RawMessage {
	t.Helper()
	var l []json.RawMessage
	require.NoError(t, json.Unmarshal(text, &l))
	return l
}

func TestJSONSchema(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.JSON(&b, handReport(1)))
	require.Equal(t, strings.Split("schema scenario seed draws level cells scenarios origins", " "), keys(t, b.String()))
	top := raw(t, b.String())
	require.JSONEq(t, `"mineralflows/result/v1"`, string(top["schema"]))
	require.JSONEq(t, `8192`, string(top["draws"]))

	cells := rawList(t, top["cells"])
	require.Len(t, cells, 3)
	want := strings.Split("mineral place period basis output outflow inflow declared mirrored outflow_side surplus floor output_gap trade_gap share value_usd alternatives claims warnings", " ")
	for _, c := range cells {
		require.Equal(t, want, keys(t, string(c)), "every key stands in every cell, in one order")
	}
	rwa, uga, tin := raw(t, string(cells[0])), raw(t, string(cells[1])), raw(t, string(cells[2]))
	for _, absent := range []string{"surplus", "output", "inflow", "share", "value_usd", "output_gap"} {
		require.Equal(t, "null", string(rwa[absent]), absent)
	}
	require.Equal(t, "[]", string(rwa["alternatives"]))
	require.Equal(t, "[]", string(rwa["claims"]))
	require.JSONEq(t, `{"mean":14,"sd":0.84,"median":14,"lo":12.6,"hi":15.400000000000002}`, string(rwa["floor"]))
	require.Equal(t, strings.Split("mean sd median lo hi prob_positive bound", " "), keys(t, string(uga["surplus"])))
	require.Equal(t, `""`, string(raw(t, string(uga["surplus"]))["bound"]))
	require.Equal(t, `"floor"`, string(raw(t, string(tin["surplus"]))["bound"]))
	require.JSONEq(t, `"mirrored"`, string(uga["outflow_side"]))

	claims := rawList(t, uga["claims"])
	require.Len(t, claims, 2)
	require.JSONEq(t, `{"flow":"UGA->ARE","channel":"","reporter":"ARE","amount":"1712856345","basis":"USD-cif","evidence":"reported","origin":"un-comtrade-are","locator":"HS 7108","file":"claims.csv","line":12}`, string(claims[0]))
	require.Equal(t, "null", string(raw(t, string(claims[1]))["line"]), "made in code")
	require.Contains(t, b.String(), `"UGA->ARE"`, "not escaped as HTML")
	require.JSONEq(t, `[{"code":"one-sided","text":"only the partners' side speaks"}]`, string(uga["warnings"]))
	require.Equal(t, strings.Split("producer surplus", " "), keys(t, string(rawList(t, uga["alternatives"])[0])))

	scenarios := rawList(t, top["scenarios"])
	require.Equal(t, strings.Split("name who mineral place period surplus difference", " "), keys(t, string(scenarios[0])))
	require.Equal(t, "null", string(raw(t, string(scenarios[1]))["difference"]))
	require.JSONEq(t, `[{"id":"un-comtrade-are","producer":"UAE customs","title":"UN Comtrade","version":"2021","url":"https://comtradeplus.un.org","license":"free"}]`, string(top["origins"]))
}

func TestJSONOfNothing(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.JSON(&b, report.Report{Result: &estimate.Result{}}))
	top := raw(t, b.String())
	for _, k := range []string{"cells", "scenarios", "origins"} {
		require.Equal(t, "[]", string(top[k]))
	}
}

func TestNotFinite(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1)} {
		r := hand(0)
		bad := uganda()
		v := bad.Values[estimate.TradeGap]
		v.Hi = x
		bad.Values[estimate.TradeGap] = v
		r.Balances = append(r.Balances, bad)
		for name, write := range map[string]func(*strings.Builder) error{
			"json": func(b *strings.Builder) error { return report.JSON(b, report.Report{Result: r}) },
			"csv":  func(b *strings.Builder) error { return report.CSV(b, report.Report{Result: r}) },
		} {
			var b strings.Builder
			require.ErrorContains(t, write(&b), "gold/UGA/2019: the trade gap is not a finite number", name)
			require.Empty(t, b.String(), "nothing is written")
		}
	}
}

func TestCSV(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.CSV(&b, handReport(1)))
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+3, "a header and one row per cell")
	header := "scenario,mineral,place,period,basis,outflow_side,"
	for _, q := range strings.Split("output outflow inflow declared mirrored surplus floor output_gap trade_gap share value_usd", " ") {
		header += q + "_mean," + q + "_sd," + q + "_median," + q + "_lo," + q + "_hi,"
		if q == "surplus" {
			header += "surplus_prob_positive,surplus_bound,"
		}
	}
	require.Equal(t, header+"alternatives,claims,warnings,level", strings.Join(rows[0], ","))
	cell := func(row int, column string) string {
		for i, name := range rows[0] {
			if name == column {
				return rows[row][i]
			}
		}
		t.Fatalf("no column %s", column)
		return ""
	}
	require.Equal(t, "", cell(1, "surplus_median"), "Rwanda has no surplus: empty, not 0")
	require.Equal(t, "", cell(1, "surplus_prob_positive"))
	require.Equal(t, "14", cell(1, "floor_median"))
	require.Equal(t, "39.1", cell(2, "surplus_median"))
	require.Equal(t, "1", cell(2, "surplus_prob_positive"))
	require.Equal(t, "", cell(2, "surplus_bound"))
	require.Equal(t, "floor", cell(3, "surplus_bound"))
	require.Equal(t, "BGS=39; Bank of Uganda=36.5", cell(2, "alternatives"))
	require.Equal(t, "2", cell(2, "claims"))
	require.Equal(t, "no-output one-sided", cell(1, "warnings"))
	require.Equal(t, "0.9", cell(2, "level"))
}

func TestAsideAndList(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.Aside(&b, hand(0), report.Options{}))
	out := squeeze(b.String())
	require.Contains(t, out, "1 claim set aside")
	require.Contains(t, out, "superseded: a later edition speaks\ngold 2019 UGA>ARE: 1712856345 USD-cif (reported by ARE), un-comtrade-are, HS 7108, claims.csv:12")
	require.Contains(t, out, "1 cell without a row\ngold/UGA/2011: no outflow\ngold 2019 ground>UGA: 12 kg Au (estimated), bgs-2021")

	b.Reset()
	require.NoError(t, report.List(&b, report.Listing{
		Cells:     []flows.Cell{{Mineral: "gold", Period: flows.Year(2018), Place: "UGA"}, {Mineral: "gold", Period: flows.Year(2019), Place: "UGA"}, {Mineral: "tin", Period: flows.Year(2019), Place: "UGA"}},
		Scenarios: []estimate.Scenario{{Name: "s", Who: "USGS", Note: "n"}},
		Variables: []estimate.Variable{{Var: "rate/gold//USD-spot per Au/pinksheet/2019", Kind: "rate", Text: "1392.5 /ozt", Period: flows.Year(2019), Median: 44_769_900, Lo: 44_000_000, Hi: 45_000_000, Pos: flows.Pos{File: "rates.csv", Line: 7}}},
		Origins:   []*flows.Origin{comtrade},
	}, report.Options{}))
	require.Contains(t, b.String(), "gold/UGA  2018-2019\ntin/UGA  2019\n")
	require.Contains(t, b.String(), "s  USGS  n\n")
	require.Contains(t, b.String(), "rate/gold//USD-spot per Au/pinksheet/2019  2019  1392.5 /ozt = 44,770,000 (44,000,000 to 45,000,000)  [rates.csv:7]\n")
	require.Contains(t, b.String(), "un-comtrade-are  UAE customs  UN Comtrade  2021  2021-06  https://comtradeplus.un.org  free\n")
}

func TestExplain(t *testing.T) {
	b := uganda()
	r := hand(0)
	// 1,712,856,345 / (1.01 x 0.97 x 44,757,000) - 0.012
	central := 1_712_856_345/(1.01*0.97*44_757_000) - 0.012
	x := &estimate.Explanation{Balance: &b, Quantity: estimate.Surplus, Central: central, FirstOrder: about(39.05).Summary, Skew: "The mean is above the median because a factor divides.",
		Contributions: []estimate.Contribution{{Var: "claim/gold/2019/UGA>ARE//by ARE/un-comtrade-are/USD-cif", Median: 1_712_856_345, Lo: 1.6e9, Hi: 1.8e9, Share: 0.31, Slope: 1},
			{Var: "rate/gold/UGA/USD per USD-spot/a-study", Median: 0.97, Lo: 0.9, Hi: 1, Share: 0.62, Slope: -1.0003}}}
	var w strings.Builder
	require.NoError(t, report.Explain(&w, r, x, report.Options{}))
	out := strings.Join(strings.Fields(w.String()), " ")
	require.Contains(t, out, "gold 2019 UGA>ARE: 1712856345 USD-cif (reported by ARE)")
	// 1,712,856,345 / 1.01 = 1,695,897,371; / 0.97 = 1,748,347,805; / 44,757,000 = 39.0631
	require.Contains(t, out, "= 1,712,856,345 USD-cif / 1.01 / 0.97 / 44,757,000 = 39.0631 t Au")
	require.Contains(t, out, "ground>UGA: 12 kg Au (estimated) = 0.012 t Au")
	require.Contains(t, out, "surplus = 39.0631 - 0.012 = 39.0511 t Au")
	require.Contains(t, out, "un-comtrade-are: UAE customs, UN Comtrade, 2021, published 2021-06, HS 7108, claims.csv:12, https://comtradeplus.un.org")
	require.Contains(t, out, "divided by 44,757,000: gold USD-spot per Au")
	require.Contains(t, out, "rate-USD-spot: Somebody, rates.csv:4")
	require.Contains(t, out, "superseded: a later edition speaks")
	require.Contains(t, out, "8,192 joint draws 39.1 39.1 2.35 35.2 to 43.0") // sd 0.06 x 39.1 = 2.346
	require.Contains(t, out, "first-order propagation (GUM) 39.0 39.0 2.34 35.1 to 43.0")
	require.Contains(t, out, "The mean is above the median because a factor divides.")
	require.Less(t, strings.Index(out, "62 % -1.00"), strings.Index(out, "31 % 1.00 1.71 bn 1.60 bn to 1.80 bn"), "the widest first")
	for _, line := range strings.Split(w.String(), "\n") {
		require.LessOrEqual(t, len([]rune(line)), 100, line)
	}
}

// Two opinions of equal weight about the outflow, two producers of output: (25 + 39.0631)/2 - (0.012 + 0.020)/2 = 32.0156 - 0.016.
func TestExplainPools(t *testing.T) {
	b := uganda()
	b.Side = estimate.Pooled
	declared := b.Terms[1].Used[0]
	declared.Claim.From, declared.Claim.To, declared.Claim.Amount.Text = "UGA", flows.World, "25 t"
	declared.Amount, declared.Statement = 25, "Customs on UGA>world"
	other := b.Terms[1].Used[0]
	other.Amount, other.Statement, other.Claim.Amount.Text = 0.020, "WMD on ground>UGA", "20 kg"
	check := other
	check.Check, check.Statement = true, "a ceiling"
	mirrored := b.Terms[0]
	mirrored.Quantity = estimate.Mirrored
	b.Terms = []estimate.Term{
		{Sign: 1, Quantity: estimate.Declared, Used: []estimate.Used{declared}}, mirrored,
		{Sign: -1, Quantity: estimate.Output, Used: []estimate.Used{b.Terms[1].Used[0], other, check}},
	}
	mirror := 1_712_856_345 / (1.01 * 0.97 * 44_757_000)
	x := &estimate.Explanation{Balance: &b, Quantity: estimate.Surplus, Central: (25+mirror)/2 - 0.016}
	var w strings.Builder
	require.NoError(t, report.Explain(&w, hand(0), x, report.Options{}))
	out := strings.Join(strings.Fields(w.String()), " ")
	require.Contains(t, out, "output: (0.012 + 0.02)/2 = 0.016")
	require.Contains(t, out, "surplus = 25/2 + 39.0631/2 - 0.016 = 32.0156 t Au") // 12.5 + 19.53157 - 0.016
	require.Contains(t, out, "a check: not counted")

	x.Central = 30 // what the terms do not give is said, not hidden
	w.Reset()
	require.NoError(t, report.Explain(&w, hand(0), x, report.Options{}))
	require.Contains(t, strings.Join(strings.Fields(w.String()), " "), "surplus = 30 t Au (all that is counted above: 25/2 + 39.0631/2 - 0.016 = 32.0156; a bound")
}

func TestExplainRatesAndShares(t *testing.T) {
	b := uganda()
	u := &b.Terms[0].Used[0]
	price := func(year int, x float64) flows.Rate {
		return flows.Rate{Mineral: "gold", Of: flows.USDSpot, Per: flows.Au, Period: flows.Year(year), Value: dist.Exactly(x), Text: "printed", Note: "remark", Origin: &flows.Origin{ID: "pink", Producer: "World Bank"}}
	}
	u.Weight = 0.5
	u.Steps = append(u.Steps[:2:2], estimate.Step{Rate: price(2018, 40_000_000), Among: []flows.Rate{price(2018, 40_000_000), price(2019, 44_000_000)}, Inverse: true, Median: 42_000_000},
		estimate.Step{Rate: flows.Rate{Of: flows.Ta, Per: flows.Ta2O5}, Median: 0.81897})
	whole := flows.Flow{From: "UGA", To: flows.World}
	share := b.Terms[1].Used[0]
	share.Claim.Amount = flows.Amount{Basis: flows.Share, Of: &whole, Text: "25 %"}
	share.Amount, share.Value = 0.25, about(8)
	b.Terms[1].Used[0] = share
	var w strings.Builder
	require.NoError(t, report.Explain(&w, hand(0), &estimate.Explanation{Balance: &b, Quantity: estimate.Surplus}, report.Options{}))
	out := strings.Join(strings.Fields(w.String()), " ")
	// 1,712,856,345 x 0.5 / 1.01 / 0.97 / 42,000,000 x 0.81897 = 17.0458
	require.Contains(t, out, "= 1,712,856,345 USD-cif x 0.5 of its months / 1.01 / 0.97 / 42,000,000 x 0.81897 = 17.0458 t Au")
	require.Contains(t, out, "divided by 42,000,000: USD-spot per Au, the mean, over producers or months, of 40,000,000: gold USD-spot per Au 2018, printed as printed")
	require.Contains(t, out, "44,000,000: gold USD-spot per Au 2019")
	require.Contains(t, out, "note: remark")
	require.Contains(t, out, "times 0.81897 Ta per Ta2O5, from the atomic weights")
	require.Contains(t, out, "25 % share of UGA>world (estimated) = 0.25 of UGA>world, by the draws = 8 t Au")
}
