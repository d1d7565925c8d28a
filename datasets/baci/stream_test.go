package baci_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/flows"
)

var long = flag.Bool("long", false, "read a stream of 2 GB rather than one of 64 MB")

// stream gives a file of so many times the same rows, and looks at the memory each time that it is read.
type stream struct {
	block []byte
	left  int // blocks
	at    []byte
	peak  *peak
}

func (s *stream) Read(p []byte) (int, error) {
	s.peak.look()
	if len(s.at) == 0 {
		if s.left == 0 {
			return 0, io.EOF
		}
		s.left--
		s.at = s.block
	}
	n := copy(p, s.at)
	s.at = s.at[n:]
	return n, nil
}

func (s *stream) Close() error { return nil }

// Memory does not grow with the file: 2 GB (with -long) go through 50 MiB, all that the test itself holds included.
func TestStream(t *testing.T) {
	const limit = 50 << 20
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(limit))
	debug.FreeOSMemory() // what other tests have left
	size := 64 << 20
	if *long {
		size = 2 << 30
	}
	g := newGenerator(true)
	var block bytes.Buffer
	require.NoError(t, g.write(&block, 20_000))
	header, rows, _ := bytes.Cut(block.Bytes(), []byte("\n"))
	blocks := size/len(rows) + 1
	p := newPeak()
	var stats datasets.Stats
	open := func() (io.ReadCloser, error) {
		return &stream{block: rows, left: blocks, at: append(header, '\n'), peak: p}, nil
	}
	var last int
	for r, err := range (baci.Source{Open: open, Name: yearly, Stats: &stats}).Records(context.Background(), datasets.Query{}) {
		require.NoError(t, err)
		last = r.(flows.Claim).Pos.Line
	}
	require.Equal(t, blocks*20_000, stats.Rows)
	require.Equal(t, blocks*g.kept, stats.Kept)
	require.Greater(t, last, 20_000*(blocks-1))
	require.Less(t, p.most, uint64(limit), "%.1f MiB", p.MiB())
	t.Logf("%d rows, %d bytes, %.1f MiB", stats.Rows, blocks*len(rows), p.MiB())
}
