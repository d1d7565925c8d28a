// Package africagold holds what five importers record as gold from Africa, and what African countries are said to mine.
//
// It is a data package (see package datasets for the tables and the notation), embedded: six CSV tables beside this file and a
// datapackage.json that describes every column. It holds the imports of the United Arab Emirates, Switzerland, India, Italy and Belgium by
// African country of origin (UN Comtrade, in dollars, 2003 to 2024 and complete for the UAE in 2012 to 2023), mine output by producer
// and edition from 2012 on, declared exports where they are published, weights of 2024, the price of gold, what a trade declares of it,
// and published estimates to compare with. Every figure names its origin and the place in it.
//
// The basis of the imports is USD-cif, dollars as importers value the gold; they become tonnes of contained gold (Au) by
//
//	Au = USD-cif / (USD-cif per USD) / (USD per USD-spot) / (USD-spot per Au)
//
// freight, the share of the market value that is declared, and the price, each a rate with its own uncertainty. What five importers record
// is a floor of what left: China, Hong Kong, Turkey and all other importers are not heard.
//
// For Uganda, Rwanda, Burundi, Tanzania and DR Congo it holds the figures of package greatlakes on gold, row for row. Both may be loaded
// together: what both state counts once.
//
// What must be known before the figures are used stands in DATA.md beside this file: which years can be estimated and on what, which
// output follows trade and tests nothing, what was left out and why.
//
// The figures belong to their publishers; column license of the table origins says under what terms, where it is known. Please cite
// the publishers of the figures that a result rests on (they are listed with it), and this collection by its version in
// datapackage.json.
package africagold

import (
	"embed"

	"github.com/mineralflows/mineralflows/datasets"
)

//go:embed *.csv datapackage.json
var files embed.FS

// Package returns the dataset. It is a value: pass it to datasets.Load. Positions in it read africagold/claims.csv:12.
func Package() datasets.Package { return datasets.Package{FS: files, Name: "africagold"} }
