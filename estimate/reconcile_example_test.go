package estimate_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Rwanda declares 120 t of tin and digs 100 t; what is missing may have come from DR Congo.
func ExampleReconcile() {
	ledger, err := flows.NewLedger(slices.Values([]flows.Record{
		claim("tin 2020 ground>RWA", "100 +- 10", "Sn", origin("USGS")),
		claim("tin 2020 RWA>world", "120 +- 5", "Sn", origin("customs"), by("RWA")),
		flows.Corridor{Mineral: "tin", From: "COD", To: "RWA", Origin: origin("experts")},
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
	for _, e := range []estimate.Reconcile{{}, {Corridors: []flows.Corridor{}}} { // with the ledger's corridor, and with none
		r, err := e.Estimate(context.Background(), model)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, f := range r.Flows {
			fmt.Printf("%s: %.0f +- %.0f t\n", f.Flow, f.Estimate.Mean, f.Estimate.SD)
		}
		fmt.Printf("J = %.1f on %d\n", r.Tests.J, r.Tests.DF)
	}
	// Output:
	// tin 2020 RWA>world: 120 +- 5 t
	// tin 2020 ground>RWA: 100 +- 10 t
	// tin 2020 COD>RWA unrecorded: 20 +- 11 t
	// J = 0.0 on 0
	// tin 2020 RWA>world: 116 +- 4 t
	// tin 2020 ground>RWA: 116 +- 4 t
	// J = 3.2 on 1
}
