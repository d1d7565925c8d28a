// Package greatlakes holds published figures on gold, coltan (tantalum), tin and tungsten of the Great Lakes region of Africa:
// Uganda, Rwanda, Burundi, Tanzania and DR Congo, mostly 2010 to 2025, and those who buy from them.
//
// It is a data package (see package datasets for the tables and the notation), embedded: eight CSV tables beside this file and a
// datapackage.json that describes every column. It holds mine output by producer and edition, declared exports, what partners record
// as arriving, grades, prices, the share of the market price that a trade declares, routes, dated events, published estimates and
// scenarios. Every figure names its origin and the place in it.
//
// The amounts are in the basis and the unit in which their sources print them, and three that share a word are never mixed:
//
//	gross         concentrate or doré as shipped: ministries, customs, buyers
//	Ta2O5, WO3    contained oxide: World Mining Data for tantalum, prices
//	Ta, Sn, W, Au contained metal: USGS for tantalum, BGS for tin, tungsten and gold
//	USD-cif       gold as importers value it, in current dollars; USD as exporters declare it; USD-spot at the market price
//
// What must be known before the figures are used stands in DATA.md beside this file: which years can be estimated and on what, which
// output was computed from exports and tests nothing, what was left out and why. How far a figure may be off is reasoned in the note
// of its origin.
//
// The figures belong to their publishers; column license of the table origins says under what terms, where it is known. Please cite
// the publishers of the figures that a result rests on (they are listed with it), and this collection by its version in
// datapackage.json.
package greatlakes

import (
	"embed"

	"github.com/mineralflows/mineralflows/datasets"
)

//go:embed *.csv datapackage.json
var files embed.FS

// Package returns the dataset. It is a value: pass it to datasets.Load.
func Package() datasets.Package { return datasets.Package{FS: files} }
