package greatlakes_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/flows"
)

// The spread of a USGS figure is the 90 % factor exp(1.645 rms) of USGS' own revisions of DR Congo's and Rwanda's figures in this very
// dataset. Burundi's tantalum (36 t, then 1 t) is left out of it and carries a spread of its own.
func TestSpreadOfUSGSComesFromItsRevisions(t *testing.T) {
	l, err := datasets.Load(context.Background(), datasets.Query{}, greatlakes.Package())
	require.NoError(t, err)
	for mineral, want := range map[flows.Mineral]struct {
		n      int
		origin string
	}{flows.Tantalum: {9, "usgs-mcs-2026-tantalum"}, flows.Tin: {8, "usgs-mcs-2026-tin"}, flows.Tungsten: {5, "usgs-mcs-2026-tungsten"}} {
		n, square := 0, 0.0
		for _, r := range l.Revisions() {
			if c := r.Last; r.Producer == "USGS" && c.Mineral == mineral && c.From == flows.Ground && (c.To == "COD" || c.To == "RWA") {
				n++
				square += r.Log * r.Log
			}
		}
		require.Equal(t, want.n, n, "%s", mineral)
		factor := math.Exp(1.645 * math.Sqrt(square/float64(n)))
		for _, o := range l.Origins() {
			if o.ID == want.origin {
				// the factor of a spread */k is its 95th percentile
				require.InDelta(t, factor, o.Spread.Quantile(0.95), 0.005, "%s", mineral)
			}
		}
	}
}
