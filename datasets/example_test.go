package datasets_test

import (
	"context"
	"fmt"
	"os"
	"testing/fstest"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Load joins a folder with a claim made in code.
func ExampleLoad() {
	visit := &flows.Origin{ID: "visit-2021", Producer: "Own field visit", Published: "2021-05-04"}
	guess, err := dist.Parse("30..80")
	if err != nil {
		fmt.Println(err)
		return
	}
	own := datasets.Records{flows.Claim{
		Flow:   flows.Flow{Mineral: flows.Tantalum, Period: flows.Year(2020), From: flows.Ground, To: "BDI"},
		Amount: flows.Amount{Value: guess, Basis: flows.Gross, Text: "30..80"},
		Origin: visit,
	}}
	query := datasets.Query{Minerals: []flows.Mineral{flows.Tantalum}}
	ledger, err := datasets.Load(context.Background(), query, datasets.Package{FS: os.DirFS("testdata/small")}, own)
	if err != nil {
		fmt.Println(err)
		return
	}
	for cell := range ledger.Cells() {
		fmt.Println(cell)
	}
	// Output:
	// tantalum/BDI/2020
	// tantalum/RWA/2020
}

// A package is any fs.FS with a descriptor and the tables that it lists. All bad rows are reported together.
func ExamplePackage() {
	folder := fstest.MapFS{
		"datapackage.json": {Data: []byte(`{"name": "mine", "resources": [
			{"name": "origins", "path": "origins.csv"},
			{"name": "claims", "path": "claims.csv"}]}`)},
		"origins.csv": {Data: []byte("id,producer,title,published,spread\n" +
			"mines-2020,Ministry of Mines,Annual report,2021-03,*/1.2\n")},
		"claims.csv": {Data: []byte("mineral,period,from,to,amount,basis,origin\n" +
			"tin,2020,ground,RWA,\"1,200 t\",Sn,mines-2020\n" +
			"tin,2020,RWA,world,1300 t,Sm,mines-2020\n")},
	}
	_, err := datasets.Load(context.Background(), datasets.Query{}, datasets.Package{FS: folder})
	fmt.Println(err)
	// Output:
	// claims.csv:2: column amount: "1,200 t": not a number (write 1200 or 1.2: no comma in a number)
	// claims.csv:3: column basis: "Sm": unknown basis: did you mean "Sn"?
}

// Records made in code are a source like any other.
func ExampleRecords() {
	origin := &flows.Origin{ID: "mines-2020", Producer: "Ministry of Mines", Published: "2021-03"}
	source := datasets.Records{
		flows.Claim{
			Flow:   flows.Flow{Mineral: flows.Tin, Period: flows.Year(2020), From: flows.Ground, To: "RWA"},
			Amount: flows.Amount{Value: dist.Exactly(1200), Basis: flows.Sn, Text: "1200"},
			Origin: origin,
		},
		flows.Claim{
			Flow:   flows.Flow{Mineral: flows.Tin, Period: flows.Year(2020), From: "RWA", To: flows.World},
			Amount: flows.Amount{Value: dist.Exactly(1300), Basis: flows.Sn, Text: "1300"},
			Origin: origin,
		},
	}
	for record, err := range source.Records(context.Background(), datasets.Query{Period: flows.Year(2020)}) {
		fmt.Println(record.(flows.Claim).Flow, err)
	}
	// Output:
	// tin 2020 ground>RWA <nil>
	// tin 2020 RWA>world <nil>
}
