package lsq

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkSolve reconciles networks with four times as many flows as places: reconciled flows of zero or more, all their standard
// deviations, J and the tests' variances. Flows run between places at random, which is the worst case for a sparse factor: nothing is near
// anything, and the factor fills in. In near, places trade with their neighbours on a map and a few hubs.
func BenchmarkSolve(b *testing.B) {
	for _, kind := range []struct {
		name string
		make func(r *rand.Rand, n int) *Problem
	}{
		{"", func(r *rand.Rand, n int) *Problem { p, _ := network(r, n, 4*n, 0.5); return p }},
		{"near/", func(r *rand.Rand, n int) *Problem { p, _ := neighbours(r, n, 4*n, 0.5); return p }},
	} {
		for _, n := range []int{10, 100, 500, 2000} {
			b.Run(fmt.Sprintf("%splaces=%d", kind.name, n), func(b *testing.B) {
				p := kind.make(rand.New(rand.NewPCG(1, uint64(n))), n)
				b.ReportAllocs()
				var s *Solution
				for range b.N {
					var err error
					if s, err = Solve(context.Background(), p); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(s.a.set)), "bounds")
			})
		}
	}
}
