package parallel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 7, 1000} {
		done := make([]int, n)
		Each(n, func(i int) { done[i]++ })
		for i := range done {
			require.Equal(t, 1, done[i])
		}
	}
}
