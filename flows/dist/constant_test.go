package dist_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows/dist"
)

func TestExactly(t *testing.T) {
	d := dist.Exactly(950)
	for _, p := range []float64{0, 0.3, 1} {
		require.Equal(t, 950.0, d.Quantile(p))
	}
	require.Equal(t, 950.0, d.Mean())
	require.Zero(t, d.StdDev())
	require.False(t, math.Signbit(dist.Exactly(math.Copysign(0, -1)).Mean()), "a zero has no sign")
}
