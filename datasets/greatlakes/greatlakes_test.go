package greatlakes_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
)

var update = flag.Bool("update", false, "write testdata/cells.txt")

// Every row loads, the tables are as the descriptor says, and every figure can be defended.
func TestPackage(t *testing.T) { datasetstest.TestPackage(t, greatlakes.Package()) }

// The cells that the dataset holds, as testdata/cells.txt lists them: none disappears in silence.
func TestCells(t *testing.T) {
	ledger, err := datasets.Load(context.Background(), datasets.Query{}, greatlakes.Package())
	require.NoError(t, err)
	var have []string
	for c := range ledger.Cells() {
		have = append(have, strings.ReplaceAll(c.String(), " ", ""))
	}
	slices.Sort(have)
	const file = "testdata/cells.txt"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(have, "\n")+"\n"), 0o644))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	want := strings.Fields(string(text))
	for _, c := range want {
		require.Contains(t, have, c, "a cell that %s lists has disappeared; if that is meant, run go test -update here", file)
	}
	for _, c := range have {
		require.Contains(t, want, c, "a new cell: list it in %s with go test -update here", file)
	}
}
