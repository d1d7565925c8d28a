package estimate_test

import (
	"flag"
	"testing"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/estimatetest"
	"github.com/mineralflows/mineralflows/flows"
)

var long = flag.Bool("long", false, "run the statistical tests at full length")

func balanceOf(cells []flows.Cell) estimate.Estimator { return estimate.MassBalance{Cells: cells} }

func TestMassBalanceConforms(t *testing.T) { estimatetest.TestEstimator(t, balanceOf) }

// The range holds a planted surplus in 90 % of the worlds: 1,000 of them every day (within 2.8 %), 20,000 with -long (within 0.64 %).
func TestMassBalanceCovers(t *testing.T) {
	worlds := 1000
	if *long {
		worlds = 20_000
	}
	estimatetest.Coverage(t, balanceOf, worlds)
}
