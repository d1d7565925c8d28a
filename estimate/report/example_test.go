package report_test

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// A country that says it mined 100 t of tin, and exported 140 t to within a tenth.
func ExampleText() {
	mines := &flows.Origin{ID: "mines", Producer: "Ministry of mines", Title: "Annual report", Published: "2024"}
	customs := &flows.Origin{ID: "customs", Producer: "Customs", Title: "Trade report", Published: "2024"}
	exports, err := dist.Between(126, 154)
	if err != nil {
		fmt.Println(err)
		return
	}
	claim := func(from, to flows.Place, amount dist.Dist, o *flows.Origin) flows.Record {
		return flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: flows.Year(2023), From: from, To: to}, Reporter: "BDI", Amount: flows.Amount{Value: amount, Basis: flows.Sn}, Origin: o}
	}
	ledger, err := flows.NewLedger(slices.Values([]flows.Record{
		claim(flows.Ground, "BDI", dist.Exactly(100), mines),
		claim("BDI", flows.World, exports, customs),
	}))
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
	// The middle 90 % of 126..154 is 127.4 to 152.6.
	if err := report.Text(os.Stdout, report.Report{Result: result}, report.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Recorded mineral outflow that the place's own output does not explain
	// surplus = recorded outflow + use + stock build-up - own output - inflow that its origin confirms.
	// Unexplained, not "smuggled": stocks, grade, unreported mines, transit or bad data may explain it.
	//
	// Tin, tonnes of Sn
	// place                                                                  output
	// period    outflow  side   output  surplus  90 % range    P(>0)  share     gap
	// BDI 2023      140  decl.     100     40.0  27.4 to 52.6  >0.99   29 %   +40.0
	//
	// 2 figures from 2 publishers went in; 0 set aside, 0 unbalanced (-aside lists them)
	// Numbers are medians of 8,192 joint draws (seed 0). Sides: decl., what the place declares; mirr.,
	// what its partners record; mix, by partner; pool, both; 3rd, a third party. >= is a floor, for
	// partners or months that were not heard; inflow that is listed and not subtracted would lower it. <=
	// is a ceiling, — no figure.
}
