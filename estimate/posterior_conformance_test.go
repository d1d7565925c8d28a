package estimate_test

import (
	"context"
	"slices"
	"testing"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/estimatetest"
	"github.com/mineralflows/mineralflows/flows"
)

// anywhere is a posterior of the places of some cells, nil for all that the ledger has, in which unrecorded mineral may come from and go
// anywhere.
type anywhere []flows.Cell

func (a anywhere) Estimate(ctx context.Context, m *estimate.Model) (*estimate.Result, error) {
	p := estimate.Posterior{Chains: 2, Warmup: 100, Draws: 100}
	if estimate.UnderRace {
		p.Warmup, p.Draws = 30, 30
	}
	for c := range m.Ledger().Cells() {
		if !slices.Contains(p.Places, c.Place) && (a == nil || slices.Contains(a, c)) {
			p.Places = append(p.Places, c.Place)
			p.Corridors = append(p.Corridors, tinCorridor(flows.World, c.Place), tinCorridor(c.Place, flows.World))
		}
	}
	return p.Estimate(ctx, m)
}

// What a posterior must share with every estimator; that it is calibrated is tested by itself.
func TestPosteriorConforms(t *testing.T) {
	estimatetest.TestReproducible(t, func(cells []flows.Cell) estimate.Estimator { return anywhere(cells) })
}
