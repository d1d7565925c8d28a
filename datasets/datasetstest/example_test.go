package datasetstest_test

import (
	"testing"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
)

// The test of a source of one's own is one line.
func ExampleTestSource() {
	_ = func(t *testing.T) { // func TestMine(t *testing.T)
		datasetstest.TestSource(t, datasets.Records{})
	}
	// Output:
}
