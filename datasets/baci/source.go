package baci

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"path"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Source reads yearly files of BACI. It is a datasets.Source. Its zero value has nothing to read: set FS or Open.
type Source struct {
	FS   fs.FS                         // a folder: all its files named as CEPII names them (BACI_HS22_Y2022_V202501.csv), in any depth
	Open func() (io.ReadCloser, error) // or one file, opened anew for each read
	Name string                        // of that file, which says its revision, year and version; with FS, what positions put before a path

	// Revision is the revision of the Harmonized System, HS92 to HS22, which decides what a code means. With FS only files of that revision
	// are read; "" reads all. With Open it is used in place of what Name says.
	Revision string

	// Version is CEPII's, V202501. With FS only files of that version are read; "" reads all. With Open it is used in place of what Name says.
	Version string

	// Published is when the files were published: 2024, 2024-03 or 2024-03-11. "": the month in their version.
	Published string

	// Lines are the lines of the Harmonized System that are read; nil: those of every mineral that a balance counts (hs.Line.Core).
	Lines []hs.Line

	// MassSpread and ValueSpread are factors around 1 for masses and values, rounding included; nil: */1.48 and */1.43, wider for figures of
	// few digits.
	MassSpread, ValueSpread dist.Dist

	Stats *datasets.Stats // where to count what became of the rows; nil: nowhere. A later read overwrites it
}

// Records yields the claims of the files, in the order of the files and their rows, as package baci describes.
func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.Stats, func(r *adapter.Run) {
		p, err := s.newReading(r)
		if err != nil {
			r.Fail(flows.Pos{File: s.Name}, err)
			return
		}
		match := func(name string) bool { return p.wanted.match(path.Base(name)) }
		for _, f := range r.Files(adapter.Input{FS: s.FS, Open: s.Open, Name: s.Name, Match: match, What: p.wanted.what()}) {
			if r.Done() {
				return
			}
			if v, ok := p.vintage(f); ok {
				p.file(f, v)
			}
		}
	})
}
