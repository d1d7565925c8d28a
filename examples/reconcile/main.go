// Reconcile closes the balances of any data package by weighted least squares, and says how well claims and balances agree: a region's
// mineral trade, or a plant.
//
//	go run ./examples/reconcile -data examples/reconcile/data
//	go run ./examples/reconcile -data datasets/greatlakes -mineral tin -corridors none
package main

import (
	"os"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
)

func main() { os.Exit(cli.Main(program(), os.Args[1:], os.Stdout, os.Stderr)) }

func program() cli.Program {
	return cli.Program{
		Name:  "reconcile",
		About: "do the flows of a data package close its balances, and what must move if they are to?",
		Network: func(r cli.NetworkRequest) estimate.Estimator {
			return estimate.Reconcile{Cells: r.Cells, Corridors: r.Corridors}
		},
	}
}
