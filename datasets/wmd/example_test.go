package wmd_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/wmd"
	"github.com/mineralflows/mineralflows/flows"
)

// Rwanda's output in a folder of workbooks. Of what it is tonnes stands in the name of the sheet.
func Example() {
	var stats datasets.Stats
	s := wmd.Source{FS: os.DirFS("testdata"), Stats: &stats}
	for r, err := range s.Records(context.Background(), datasets.Query{Places: []flows.Place{"RWA"}}) {
		if err != nil {
			log.Fatal(err)
		}
		if c, ok := r.(flows.Claim); ok {
			fmt.Printf("%s: %s of %s, %s\n", c.Flow, c.Amount.Text, c.Amount.Basis, c.Evidence)
		}
	}
	fmt.Println(stats)
	// Output:
	// tantalum 2022 ground>RWA: 310 t of Ta2O5, reported
	// gold 2022 ground>RWA: 1990 kg of Au, derived
	// tungsten 2022 ground>RWA: 1600 t of W, derived
	// 13 rows: 3 kept, 4 not asked for, 3 other commodity, 3 total, continent or other countries
}
