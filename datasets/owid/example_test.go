package owid_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/owid"
	"github.com/mineralflows/mineralflows/flows"
)

// A column whose name says kilotonnes and whose metadata say tonnes.
func Example() {
	s := owid.Source{FS: os.DirFS("testdata/charts"), Columns: []owid.Column{
		{Name: "gold_production_kt", Mineral: flows.Gold, Basis: flows.Au, Producer: "British Geological Survey"},
	}}
	for r, err := range s.Records(context.Background(), datasets.Query{Places: []flows.Place{"COD"}}) {
		if err != nil {
			log.Fatal(err)
		}
		if c, ok := r.(flows.Claim); ok {
			fmt.Printf("%s: %s, %s as of %s\n", c.Flow, c.Amount.Text, c.Origin.Producer, c.Origin.Published)
		}
	}
	// Output:
	// gold 2018 ground>COD: 36.1 t, British Geological Survey as of 2023
}
