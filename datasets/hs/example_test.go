package hs_test

import (
	"fmt"

	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/flows"
)

// Which codes to ask for, and what a row of the answer means: its code in its own revision.
func Example() {
	fmt.Println("query:", hs.Core(flows.Tantalum))

	for _, row := range [][2]string{{"810310", "H1"}, {"810320", "H5"}, {"261590", "H5"}, {"810310", "H5"}} {
		r, err := hs.ParseRevision(row[1])
		if err != nil {
			fmt.Println(err)
			return
		}
		found := hs.Find(row[0], r)
		if len(found) == 0 {
			fmt.Println(row[0], r, "does not exist")
		}
		for _, l := range found {
			fmt.Printf("%s %s: %s, tonnes of %s, at most: %t\n", l.Code, r, l.Form, l.Basis, l.Bound == flows.AtMost)
		}
	}
	// Output:
	// query: [261590 810310 810320]
	// 810310 H1: metal, tonnes of Ta, at most: false
	// 810320 H5: metal, tonnes of Ta, at most: false
	// 261590 H5: ore, tonnes of gross, at most: true
	// 810310 H5 does not exist
}

// Before two lines are added: can one shipment be under both?
func ExampleOverlap() {
	before, after := hs.Find("810310", hs.H1)[0], hs.Find("810330", hs.H2)[0]
	fmt.Println("scrap of tantalum in both:", hs.Overlap(before, after))

	ore, metal := hs.Find("260900", hs.H5)[0], hs.Find("800110", hs.H5)[0]
	fmt.Println("tin ore and tin metal:", hs.Overlap(ore, metal))
	// Output:
	// scrap of tantalum in both: true
	// tin ore and tin metal: false
}
