package bgs_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/bgs"
	"github.com/mineralflows/mineralflows/flows"
)

// Rwanda's output in a folder of answers: what BGS counted at the border is derived, and a year may be a fiscal one.
func Example() {
	var stats datasets.Stats
	s := bgs.Source{FS: os.DirFS("testdata/wms"), Published: "2024-11-30", Stats: &stats}
	for r, err := range s.Records(context.Background(), datasets.Query{Places: []flows.Place{"RWA"}}) {
		if err != nil {
			log.Fatal(err)
		}
		if c, ok := r.(flows.Claim); ok {
			fmt.Printf("%s: %s of %s, %s\n", c.Flow, c.Amount.Text, c.Amount.Basis, c.Evidence)
		}
	}
	fmt.Println(stats.Kept, "of", stats.Rows, "rows")
	// Output:
	// gold 2016 ground>RWA: 301 kg of Au, reported
	// gold 2018 ground>RWA: 18050 kg of Au, derived
	// tungsten 2012 ground>RWA: 1011 t of W, derived
	// tungsten 2012-07..2013-06 ground>RWA: 1202 t of W, derived
	// 4 of 33 rows
}
