package nearest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEdits(t *testing.T) {
	require.Equal(t, 1, edits("ugd", "uga"))
	require.Equal(t, 3, edits("kitten", "sitting")) // k>s, e>i, +g
	require.Equal(t, 1, edits("tni", "tin"))        // two neighbours swapped
	require.Equal(t, 4, edits("", "gold"))
}

func TestWord(t *testing.T) {
	known := []string{"gold", "Tantalum", "tin"}
	require.Equal(t, "Tantalum", Word("tantalm", known))
	require.Equal(t, "tin", Word("TNI", known))
	require.Empty(t, Word("xyz", known))
	require.Empty(t, Word(strings.Repeat("t", 65), known), "a whole file is no word")
}
