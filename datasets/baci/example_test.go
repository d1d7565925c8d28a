package baci_test

import (
	"context"
	"fmt"
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/flows"
)

func ExampleSource() {
	var stats datasets.Stats
	source := baci.Source{FS: os.DirFS("testdata/v202501"), Stats: &stats}
	ledger, err := datasets.Load(context.Background(), datasets.Query{Minerals: []flows.Mineral{flows.Tin}}, source)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ledger.About(flows.Flow{Mineral: flows.Tin, Period: flows.Year(2022), From: "COD", To: "CHN", Part: "HS 260900"}) {
		fmt.Printf("%s: %v %s, %s, %s\n", c.Amount.Text, c.Amount.Value, c.Amount.Basis, c.Origin.Title, c.Pos)
	}
	fmt.Printf("%d rows: %d kept, %d other commodity\n", stats.Rows, stats.Kept, stats.Dropped["other commodity"])
	// Output:
	// 151200.125 k: 151200125 */ 1.43 USD, BACI, HS 2022, year 2022, BACI_HS22_Y2022_V202501.csv:4
	// 9120.400 t: 9120.4 */ 1.48 gross, BACI, HS 2022, year 2022, BACI_HS22_Y2022_V202501.csv:4
	// 15 rows: 2 kept, 2 other commodity
}
