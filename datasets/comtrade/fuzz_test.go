package comtrade_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/flows"
)

// fuzzed reads a text of either form. Whatever it is, nothing panics, every row is accounted for, every record is one that a ledger takes by
// itself, and an error says where and what.
func fuzzed(t *testing.T, text string) {
	var stats datasets.Stats
	s := comtrade.Source{Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }, Name: "fuzzed", Published: "2024", Stats: &stats}
	n := 0
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		if err != nil {
			require.Nil(t, r)
			require.NotEmpty(t, err.Error())
			continue
		}
		n++
		_, err := flows.NewLedger(slices.Values([]flows.Record{r}))
		require.NoError(t, err)
		require.Equal(t, "fuzzed", r.(flows.Claim).Pos.File)
	}
	settled := stats.Kept + stats.Bad
	for _, dropped := range stats.Dropped {
		settled += dropped
	}
	require.Equal(t, stats.Rows, settled)
	require.GreaterOrEqual(t, n, stats.Kept)
}

func FuzzJSON(f *testing.F) {
	f.Add(asJSON(sound...))
	for _, b := range bad {
		f.Add(asJSON(b.row))
	}
	for _, s := range []string{`{"data":[],"error":"x"}`, `{"count":3,"data":[{"fileUrl":""}]}`, `{"validation":{}}`, `{"data":[{"period":"\u0032019","flowCode":"X"}]}`, `[`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { fuzzed(t, "{"+strings.TrimPrefix(text, "{")) })
}

func FuzzText(f *testing.F) {
	f.Add(asBulk(sound...))
	f.Add(asWeb(sound...))
	for _, b := range bad {
		f.Add(asBulk(b.row))
		f.Add(asWeb(b.row))
	}
	f.Fuzz(fuzzed)
}
