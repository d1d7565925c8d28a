package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden file anew")

func TestGolden(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), "data", &out))
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile("testdata/owndata.golden", out.Bytes(), 0o644))
	}
	want, err := os.ReadFile("testdata/owndata.golden")
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}
