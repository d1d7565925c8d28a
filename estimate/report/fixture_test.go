package report_test

import (
	"fmt"
	"math"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// about is a value with a range of a tenth on either side.
func about(x float64) estimate.Value {
	p := 0.0
	if x > 0 {
		p = 1
	}
	lo, hi := 0.9*x, 1.1*x
	return estimate.Value{Summary: estimate.Summary{Mean: x, SD: math.Abs(x) * 0.06, Lo: min(lo, hi), Median: x, Hi: max(lo, hi), Level: 0.9}, ProbPositive: p}
}

func floorOf(x float64) estimate.Value {
	v := about(x)
	v.Bound = flows.AtLeast
	return v
}

var comtrade = &flows.Origin{ID: "un-comtrade-are", Producer: "UAE customs", Title: "UN Comtrade", Version: "2021", Published: "2021-06", URL: "https://comtradeplus.un.org", License: "free"}

// uganda is the row of the documentation: 38.9 t out, 12 kg of own output.
func uganda() estimate.Balance {
	cell := flows.Cell{Mineral: "gold", Period: flows.Year(2019), Place: "UGA"}
	claim := flows.Claim{
		Flow: flows.Flow{Mineral: "gold", Period: flows.Year(2019), From: "UGA", To: "ARE"}, Reporter: "ARE",
		Amount: flows.Amount{Value: dist.Exactly(1_712_856_345), Basis: flows.USDCIF, Text: "1712856345"}, Evidence: flows.Reported,
		Origin: comtrade, Locator: "HS 7108", Pos: flows.Pos{File: "claims.csv", Line: 12},
	}
	own := flows.Claim{
		Flow: flows.Flow{Mineral: "gold", Period: flows.Year(2019), From: flows.Ground, To: "UGA"}, Evidence: flows.Estimated,
		Amount: flows.Amount{Value: dist.Exactly(0.012), Basis: flows.Au, Text: "12 kg"}, Origin: &flows.Origin{ID: "bgs-2021", Producer: "BGS"},
	}
	rate := func(of, per flows.Basis, median float64, line int) estimate.Step {
		return estimate.Step{Rate: flows.Rate{Mineral: "gold", Of: of, Per: per, Value: dist.Exactly(median), Origin: &flows.Origin{ID: "rate-" + string(of), Producer: "Somebody"}, Pos: flows.Pos{File: "rates.csv", Line: line}},
			Inverse: true, Median: median}
	}
	// 1,712,856,345 / 1.01 / 0.97 / 44,757,000 = 39.0632
	used := estimate.Used{Claim: claim, Statement: "UAE customs, UGA>ARE", Weight: 1, Amount: 1_712_856_345, Var: "claim/gold/2019/UGA>ARE//by ARE/un-comtrade-are/USD-cif",
		Steps: []estimate.Step{rate(flows.USDCIF, flows.USD, 1.01, 2), rate(flows.USD, flows.USDSpot, 0.97, 3), rate(flows.USDSpot, flows.Au, 44_757_000, 4)}, Value: about(39.1)}
	return estimate.Balance{
		Cell: cell, Basis: flows.Au, Side: estimate.Mirrored,
		Values: map[estimate.Quantity]estimate.Value{
			estimate.Outflow: about(39.1), estimate.Mirrored: about(39.1), estimate.Declared: about(25.1), estimate.Output: about(0.012), estimate.Surplus: about(39.1),
			estimate.Share: about(0.9997), estimate.ValueUSD: about(1.742e9), estimate.OutputGap: about(25.1), estimate.TradeGap: about(14),
		},
		Terms: []estimate.Term{
			{Sign: 1, Quantity: estimate.Outflow, Used: []estimate.Used{used}},
			{Sign: -1, Quantity: estimate.Output, Used: []estimate.Used{{Claim: own, Statement: "BGS, ground>UGA", Weight: 1, Amount: 0.012, Var: "claim/output", Value: about(0.012)}}},
		},
		Alternatives: []estimate.Alternative{{Producer: "BGS", Quantity: estimate.Output, Surplus: about(39.0)}, {Producer: "Bank of Uganda", Quantity: estimate.Output, Surplus: about(36.5)}},
		Warnings:     []estimate.Warning{{Code: estimate.ErrOneSided, Text: "only the partners' side speaks"}},
	}
}

// rwanda has no independent output: a floor.
func rwanda() estimate.Balance {
	return estimate.Balance{
		Cell: flows.Cell{Mineral: "gold", Period: flows.Year(2018), Place: "RWA"}, Basis: flows.Au, Side: estimate.Mirrored,
		Values: map[estimate.Quantity]estimate.Value{
			estimate.Outflow: about(16.2), estimate.Mirrored: about(16.2), estimate.Declared: about(2.2), estimate.Floor: about(14), estimate.TradeGap: about(14),
			estimate.ImpliedGrade: about(0.31),
		},
		Grade:    "Ta2O5 per gross",
		Warnings: []estimate.Warning{{Code: estimate.ErrNoOutput, Text: "no output figure at all"}, {Code: estimate.ErrOneSided, Text: "only the partners' side speaks"}},
	}
}

// hand is a result made by hand, with n more rows of falling surplus.
func hand(n int) *estimate.Result {
	r := &estimate.Result{
		Options:  estimate.Options{Draws: 8192, Level: 0.9},
		Balances: []estimate.Balance{rwanda(), uganda()},
		Origins:  []*flows.Origin{comtrade}, Figures: 5,
		Aside: []estimate.Aside{{Cell: uganda().Cell, Aside: flows.Aside{Claim: uganda().Terms[0].Used[0].Claim, Code: flows.Superseded, Why: "a later edition speaks"}}},
		Unbalanced: []estimate.Unbalanced{{Cell: flows.Cell{Mineral: "gold", Period: flows.Year(2011), Place: "UGA"}, Why: "no outflow",
			Claims: []flows.Claim{uganda().Terms[1].Used[0].Claim}}},
	}
	for i := range n {
		b := estimate.Balance{
			Cell: flows.Cell{Mineral: "tin", Period: flows.Year(2000 + i), Place: "RWA"}, Basis: flows.Sn, Side: estimate.Declared,
			Values: map[estimate.Quantity]estimate.Value{estimate.Outflow: about(5000), estimate.Output: about(4000), estimate.Surplus: floorOf(float64(1000 - i)), estimate.Share: about(0.2)},
		}
		b.Warnings = []estimate.Warning{{Code: estimate.ErrPartial, Text: fmt.Sprintf("%d of 12 months of a long explanation that does not fit into one line of a hundred columns at all", i)}}
		r.Balances = append(r.Balances, b)
	}
	return r
}

func handReport(n int) report.Report {
	r := hand(n)
	surplus, diff := about(3.2), about(-1.1)
	usd := about(5.5e9)
	out, sum := about(110), about(100)
	return report.Report{
		Result: r,
		Scenarios: []estimate.Comparison{
			{Scenario: estimate.Scenario{Name: "declared-inflow", Who: "Bank of Uganda", Note: "declared imports are subtracted"}, Cell: uganda().Cell, Surplus: &surplus, Difference: &diff},
			{Scenario: estimate.Scenario{Name: "rwanda-output", Who: "USGS", Note: "output of 2014-16 goes on"}, Cell: rwanda().Cell, Surplus: &surplus},
		},
		Totals: []report.Total{{Mineral: "gold", Place: "UGA", Basis: flows.Au, Quantity: estimate.Surplus, Periods: []flows.Period{flows.Year(2018), flows.Year(2019)}, Value: &sum, Outflow: &out, ValueUSD: &usd}},
	}
}
