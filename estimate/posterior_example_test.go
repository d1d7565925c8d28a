package estimate_test

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Rwanda digs some 1,200 t of tin and declares some 2,000 t. What came in unrecorded is 683 t by quadrature of the same densities; with a
// prior half as wide it is 440 t, for one figure of each kind leaves much to the prior.
func ExamplePosterior() {
	ledger, err := flows.NewLedger(slices.Values([]flows.Record{
		claim("tin 2020 ground>RWA", "1200 */ 1.64", "Sn", origin("USGS")),
		claim("tin 2020 RWA>world", "2000 */ 1.18", "Sn", origin("customs"), by("RWA")),
		flows.Corridor{Mineral: "tin", From: flows.World, To: "RWA", Origin: origin("experts")},
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
	for _, scale := range []float64{800, 400} { // of the corridor's half-normal prior, tonnes
		p := estimate.Posterior{Places: []flows.Place{"RWA"}, Priors: estimate.Priors{FlowLogSD: math.Inf(1), BiasLogSD: -1, StockMonths: -1,
			Scales: map[estimate.Route]float64{{From: flows.World, To: "RWA"}: scale}}}
		r, err := p.Estimate(context.Background(), model)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, f := range r.Flows {
			if f.Channel == flows.Unrecorded {
				fmt.Printf("prior scale %.0f t: about %.0f t\n", scale, 100*math.Round(f.Estimate.Mean/100))
			}
		}
	}
	// Output:
	// prior scale 800 t: about 700 t
	// prior scale 400 t: about 400 t
}
