package flows_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

func inFile(name string) change { return func(c *flows.Claim) { c.Pos.File = name } }

// Two datasets that quote one publication: what both state alike counts once, and the other rows of both stand.
func TestWhatTwoFilesStateAlikeIsOneFigure(t *testing.T) {
	accessed := *origin("customs")
	accessed.Accessed = "2025-02-03" // read on another day: the same publication
	rate := flows.Rate{Mineral: flows.Tin, Of: flows.Sn, Per: flows.Gross, Value: dist.Exactly(0.7), Origin: origin("study"), Pos: flows.Pos{File: "a/rates.csv", Line: 2}}
	again := rate
	again.Pos.File = "b/rates.csv"
	estimate := flows.Published{ID: "e", Who: "W", Date: "2024", What: "w", Origin: origin("study"), Pos: flows.Pos{File: "a/published.csv", Line: 2}}
	same := estimate
	same.Pos.File = "b/published.csv"

	a := []flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, origin("customs"), inFile("a/claims.csv")), rate, estimate}
	b := []flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, &accessed, inFile("b/claims.csv"), line(9)), again, same,
		claim("tin 2013 RWA>world", 6, flows.Sn, &accessed, inFile("b/claims.csv"), line(10))}
	l := ledgerOf(t, slices.Concat(a, b)...)
	require.Equal(t, []float64{5, 6}, medians(l.Claims()))
	require.Equal(t, "a/claims.csv", l.Claims()[0].Pos.File)
	require.Len(t, l.Rates(), 1)
	require.Len(t, l.Published(), 1)
	require.Equal(t, l, ledgerOf(t, slices.Concat(b, a)...), "the order of the files leaves no trace")
}

// In one file, or where a column differs, the same figure twice is a slip that only its author can mend.
func TestWhatTwoFilesStateDifferentlyIsRefused(t *testing.T) {
	one := claim("tin 2012 RWA>world", 5, flows.Sn, origin("customs"), inFile("a/claims.csv"))
	for name, other := range map[string]flows.Claim{
		"one file":  claim("tin 2012 RWA>world", 5, flows.Sn, origin("customs"), inFile("a/claims.csv"), line(3)),
		"in code":   claim("tin 2012 RWA>world", 5, flows.Sn, origin("customs"), inFile("")),
		"an amount": claim("tin 2012 RWA>world", 5.5, flows.Sn, origin("customs"), inFile("b/claims.csv")),
		"evidence":  claim("tin 2012 RWA>world", 5, flows.Sn, origin("customs"), inFile("b/claims.csv"), evidence(flows.Derived)),
	} {
		_, err := flows.NewLedger(slices.Values([]flows.Record{one, other}))
		require.ErrorIs(t, err, flows.ErrDuplicate, name)
	}
}
