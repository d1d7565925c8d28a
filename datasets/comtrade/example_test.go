package comtrade_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/flows"
)

// The UAE's imports of Ugandan gold, in the columns that are needed. A row of another commodity is counted.
func ExampleSource() {
	answer := `{"count": 2, "data": [
		{"period": "2019", "reporterCode": 784, "flowCode": "M", "partnerCode": 800, "classificationCode": "H5", "cmdCode": "710812",
		 "netWgt": 40500, "isNetWgtEstimated": true, "cifvalue": 1713491887.33, "primaryValue": 1713491887.33},
		{"period": "2019", "reporterCode": 784, "flowCode": "M", "partnerCode": 800, "classificationCode": "H5", "cmdCode": "7108", "primaryValue": 1713491887.33}],
		"error": ""}`
	var stats datasets.Stats
	source := comtrade.Source{
		Open:      func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(answer)), nil },
		Name:      "uae.json",
		Published: "2024",
		Stats:     &stats,
	}
	for r, err := range source.Records(context.Background(), datasets.Query{}) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		c := r.(flows.Claim)
		fmt.Printf("%s, %s: %s, basis %s, %s\n", c.Flow, c.Origin.Producer, c.Amount.Text, c.Amount.Basis, c.Evidence)
	}
	fmt.Println(stats)
	// Output:
	// gold 2019 UGA>ARE (HS 710812), UAE customs: 40500 kg, basis gross, estimated
	// gold 2019 UGA>ARE (HS 710812), UAE customs: 1713491887.33, basis USD-cif, reported
	// 2 rows: 1 kept, 1 other commodity
}
