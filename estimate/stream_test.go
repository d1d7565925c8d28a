package estimate

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

func TestShuffleHoldsEverySliceOnce(t *testing.T) {
	for _, n := range []int{1, 2, 3, 16, 17, 1000, 8191, 8192} {
		order := make([]uint32, n)
		for i := range order {
			order[i] = 12345678 // what stood there before leaves no trace
		}
		shuffle(newStream(7, "claim/x"), order)
		again := make([]uint32, n)
		shuffle(newStream(7, "claim/x"), again)
		require.Equal(t, order, again)
		sorted := slices.Sorted(slices.Values(order))
		for i, k := range sorted {
			require.Equal(t, uint32(i), k)
		}
	}
}

// Over many seeds each slice must come to each place equally often: chi-square of the 17 x 17 table of counts, of which 16 x 16 are free.
func TestShuffleIsUniform(t *testing.T) {
	const n, seeds = 17, 17 * 400
	var count [n][n]float64
	order := make([]uint32, n)
	for seed := range uint64(seeds) {
		shuffle(newStream(seed, "uniformity"), order)
		for i, k := range order {
			count[i][k]++
		}
	}
	chi2, expected := 0.0, float64(seeds)/n
	for _, row := range count {
		for _, c := range row {
			chi2 += (c - expected) * (c - expected) / expected
		}
	}
	p := distuv.ChiSquared{K: (n - 1) * (n - 1)}.Survival(chi2)
	require.Greater(t, p, 1e-4)
	require.Less(t, p, 1-1e-4, "too even to be random")
}

// Names and seeds give unrelated orders: rank correlation of n pairs has a standard deviation of 1/sqrt(n-1).
func TestStreamsAreUnrelated(t *testing.T) {
	const n = 4096
	order := func(seed uint64, name Var) []uint32 {
		out := make([]uint32, n)
		shuffle(newStream(seed, name), out)
		return out
	}
	base := order(0, "claim/gold/2019")
	for _, other := range [][]uint32{order(1, "claim/gold/2019"), order(0, "claim/gold/2020"), order(0, ""), order(1<<40, "claim/gold/2019")} {
		sum := 0.0
		for i := range base {
			sum += (float64(base[i]) - (n-1)/2.0) * (float64(other[i]) - (n-1)/2.0)
		}
		rho := sum / (n * (n*n - 1) / 12.0)
		require.Less(t, math.Abs(rho), 4/math.Sqrt(n-1))
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, name Var
		want          bool
	}{
		{"a/b", "a/b", true}, {"a/b", "a/bc", false}, {"*", "", true}, {"*", "anything", true}, {"a*", "abc", true}, {"*c", "abc", true}, {"*b", "abc", false},
		{"a*c", "ac", true}, {"a*c", "abbc", true}, {"ab*bc", "abc", false}, {"a*b*c", "axbyc", true}, {"a*b*c", "axcyb", false}, {"rate/*/RWA/*", "rate/tin/RWA/Sn per gross/x", true},
	} {
		require.Equal(t, c.want, matches(c.pattern, c.name), "%s %s", c.pattern, c.name)
	}
}
