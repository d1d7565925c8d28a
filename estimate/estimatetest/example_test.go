package estimatetest_test

import (
	"testing"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/estimatetest"
	"github.com/mineralflows/mineralflows/flows"
)

// The test of an estimator of one's own is one line.
func ExampleTestEstimator() {
	_ = func(t *testing.T) { // func TestMine(t *testing.T)
		estimatetest.TestEstimator(t, func(cells []flows.Cell) estimate.Estimator { return estimate.MassBalance{Cells: cells} })
	}
	// Output:
}
