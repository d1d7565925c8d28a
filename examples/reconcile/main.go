// Reconcile closes the balances of any data package by weighted least squares, and says how well claims and balances agree: a region's
// mineral trade, or a plant.
//
//	go run ./examples/reconcile -data examples/reconcile/data
//	go run ./examples/reconcile -data datasets/greatlakes -mineral tin -corridors none
package main

import (
	"context"
	"errors"
	"flag"
	"iter"
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
	"github.com/mineralflows/mineralflows/flows"
)

func main() { os.Exit(cli.Main(program(), os.Args[1:], os.Stdout, os.Stderr)) }

func program() cli.Program {
	local := false
	return cli.Network(cli.Program{
		Flags: func(set *flag.FlagSet) {
			set.BoolVar(&local, "local", false, "show VDI 2048's local test of each figure too")
		},
		Name:  "reconcile",
		About: "do the flows of a data package close its balances, and what must move if they are to?",
		Data:  []datasets.Source{noData{}},
	}, func(r cli.NetworkRequest) estimate.Estimator {
		return estimate.Reconcile{Cells: r.Cells, Corridors: r.Corridors, Local: local}
	})
}

// noData stands in for -data: this program has no data of its own.
type noData struct{}

func (noData) Records(context.Context, datasets.Query) iter.Seq2[flows.Record, error] {
	return func(yield func(flows.Record, error) bool) {
		yield(nil, errors.New("want -data DIR, a folder that holds a datapackage.json"))
	}
}
