package africagold_test

import (
	"context"
	"fmt"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/africagold"
	"github.com/mineralflows/mineralflows/flows"
)

// What importers record from Libya, for which no compiler of world production lists any output.
func ExamplePackage() {
	query := datasets.Query{Places: []flows.Place{"LBY"}, Period: flows.Year(2016)}
	ledger, err := datasets.Load(context.Background(), query, africagold.Package())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ledger.Claims() {
		if c.Scenario == "" {
			fmt.Println(c.Flow, c.Amount.Text, c.Amount.Basis, c.Origin.Producer)
		}
	}
	// Output:
	// gold 2016 LBY>ARE (HS 710812) 2790576050.94 USD-cif UAE customs
	// gold 2016 LBY>ITA (HS 710812) 1404858.28 USD-cif Italian customs
}
