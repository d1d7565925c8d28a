package pinksheet_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/pinksheet"
	"github.com/mineralflows/mineralflows/flows"
)

// The prices of gold in a folder of workbooks, in dollars a tonne.
func Example() {
	var stats datasets.Stats
	s := pinksheet.Source{FS: os.DirFS("testdata"), Stats: &stats}
	for r, err := range s.Records(context.Background(), datasets.Query{Minerals: []flows.Mineral{flows.Gold}}) {
		if err != nil {
			log.Fatal(err)
		}
		if price, ok := r.(flows.Rate); ok {
			fmt.Printf("%s: %.3g $/t, from %q in %s\n", price.Period, price.Value.Quantile(0.5), price.Text, price.Origin.Version)
		}
	}
	fmt.Println(stats)
	// Output:
	// 2019: 3.22e+07 $/t, from "1000 /ozt" in updated 2022-04-04
	// 2020: 5.79e+07 $/t, from "1799.6291666666666 /ozt" in updated 2022-04-04
	// 2021: 6.11e+07 $/t, from "1900 /ozt" in updated 2022-04-04
	// 2024-11: 1.13e+06 $/t, from "35.27 /ozt" in updated 2025-03-04
	// 2024-12: 8.04e+07 $/t, from "2500.5 /ozt" in updated 2025-03-04
	// 9 rows: 5 kept, 2 no price, 2 not over when published
}
