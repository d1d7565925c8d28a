package greatlakes_test

import (
	"context"
	"fmt"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/flows"
)

// The built-in dataset is a source like any other: here its tin alone.
func ExamplePackage() {
	query := datasets.Query{Minerals: []flows.Mineral{flows.Tin}}
	ledger, err := datasets.Load(context.Background(), query, greatlakes.Package())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ledger.Claims() {
		if c.Mineral != flows.Tin || c.Origin.Producer == "" {
			fmt.Println("not what was asked for:", c.Flow)
		}
	}
	fmt.Println(ledger.Substance(flows.Tin))
	// Output: Sn
}
