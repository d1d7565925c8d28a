package estimate_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// exampleLedger is two years of one country: gross exports, output, and one grade for both years.
func exampleLedger() (*flows.Ledger, error) {
	customs := &flows.Origin{ID: "customs", Producer: "Customs", Published: "2021"}
	survey := &flows.Origin{ID: "survey", Producer: "Geological survey", Published: "2021"}
	grade, err := dist.Parse("0.6..0.65..0.7")
	if err != nil {
		return nil, err
	}
	records := []flows.Record{flows.Rate{Mineral: flows.Tin, Place: "RWA", Of: flows.Sn, Per: flows.Gross, Value: grade, Origin: survey}}
	for i, year := range []string{"2019", "2020"} {
		exports, err := dist.Parse([]string{"5000 +- 100", "4000 +- 100"}[i])
		if err != nil {
			return nil, err
		}
		output, err := dist.Parse([]string{"2200..2600", "2000..2400"}[i])
		if err != nil {
			return nil, err
		}
		p, err := flows.ParsePeriod(year)
		if err != nil {
			return nil, err
		}
		records = append(records,
			flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: p, From: "RWA", To: flows.World}, Reporter: "RWA",
				Amount: flows.Amount{Value: exports, Basis: flows.Gross}, Origin: customs},
			flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: p, From: flows.Ground, To: "RWA"},
				Amount: flows.Amount{Value: output, Basis: flows.Sn}, Origin: survey})
	}
	return flows.NewLedger(slices.Values(records))
}

// 5,000 t of concentrate at some 65 % hold 3,250 t of tin. 2,200 to 2,600 t were mined.
func ExampleMassBalance() {
	ledger, err := exampleLedger()
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := estimate.NewModel(ledger, estimate.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := estimate.MassBalance{}.Estimate(context.Background(), model)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range result.Balances {
		s := b.Values[estimate.Surplus]
		fmt.Printf("%s: %.2f kt %s, 90 %% within %.2f to %.2f, P(> 0) %.2f\n", b.Cell, s.Median/1000, b.Basis, s.Lo/1000, s.Hi/1000, s.ProbPositive)
	}
	// Output:
	// tin/RWA/2019: 0.85 kt Sn, 90 % within 0.58 to 1.12, P(> 0) 1.00
	// tin/RWA/2020: 0.40 kt Sn, 90 % within 0.15 to 0.65, P(> 0) 1.00
}

// What if all of it held 60 %? The difference has a range of its own, narrower than those of the two surpluses, since they share draws.
func ExampleScenario() {
	ledger, err := exampleLedger()
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := estimate.NewModel(ledger, estimate.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	baseline, err := estimate.MassBalance{}.Estimate(context.Background(), model)
	if err != nil {
		fmt.Println(err)
		return
	}
	low := estimate.Scenario{Name: "grade at 60 %", Set: map[estimate.Var]dist.Dist{"rate/tin/RWA/Sn per gross/*": dist.Exactly(0.6)}}
	compared, err := estimate.Compare(context.Background(), estimate.MassBalance{}, model, baseline, low)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range compared {
		fmt.Printf("%s: %.2f kt, a difference of %.0f t (sd %.0f)\n", c.Cell, c.Surplus.Median/1000, c.Difference.Median, c.Difference.SD)
	}
	// Output:
	// tin/RWA/2019: 0.60 kt, a difference of -250 t (sd 95)
	// tin/RWA/2020: 0.20 kt, a difference of -200 t (sd 76)
}

// The grade is one error for both years, so the sum's range is wider than that of two independent years. By hand: the grade has a
// standard deviation of 0.0189 (0.05/sqrt 7) on 9,000 t, the exports of 100 t at 0.65 twice, the outputs of 400/sqrt 12 t twice;
// in quadrature 253 t.
func ExampleResult_Total() {
	ledger, err := exampleLedger()
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := estimate.NewModel(ledger, estimate.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := estimate.MassBalance{}.Estimate(context.Background(), model)
	if err != nil {
		fmt.Println(err)
		return
	}
	total, err := result.Total(estimate.Surplus,
		flows.Cell{Mineral: flows.Tin, Place: "RWA", Period: flows.Year(2019)}, flows.Cell{Mineral: flows.Tin, Place: "RWA", Period: flows.Year(2020)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f kt, sd %.0f t\n", total.Mean/1000, total.SD)
	// Output:
	// 1.25 kt, sd 255 t
}

// Rwanda declares 80 t of concentrate, Malaysia records 100 t. At the same grade on both sides a fifth of what arrived was not declared,
// whatever the grade is.
func ExampleMirror() {
	year := flows.Year(2012)
	claim := func(by flows.Place, tonnes float64) flows.Record {
		return flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: year, From: "RWA", To: "MYS"}, Reporter: by,
			Amount: flows.Amount{Value: dist.Exactly(tonnes), Basis: flows.Gross}, Origin: &flows.Origin{ID: "customs-" + string(by), Producer: "customs of " + string(by), Published: "2013"}}
	}
	grade, err := dist.Parse("0.6..0.65..0.7")
	if err != nil {
		fmt.Println(err)
		return
	}
	ledger, err := flows.NewLedger(slices.Values([]flows.Record{claim("RWA", 80), claim("MYS", 100),
		flows.Rate{Mineral: flows.Tin, Of: flows.Sn, Per: flows.Gross, Value: grade, Origin: &flows.Origin{ID: "grade", Producer: "trade", Published: "2013"}}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := estimate.NewModel(ledger, estimate.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := estimate.Mirror{}.Estimate(context.Background(), model)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range result.Gaps {
		fmt.Printf("%s: %.1f t %s (%.1f to %.1f), %.0f %% of imports\n", g.Flow, g.Tonnes.Gap.Median, g.Basis, g.Tonnes.Gap.Lo, g.Tonnes.Gap.Hi, 100*g.Tonnes.Relative.Median)
	}
	// Output: tin 2012 RWA>MYS: 13.0 t Sn (12.4 to 13.6), 20 % of imports
}
