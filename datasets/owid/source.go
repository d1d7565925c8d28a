package owid

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/bgs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/usgs"
	"github.com/mineralflows/mineralflows/datasets/wmd"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Source is a datasets.Source of grapher downloads. FS or Open, and Columns are required, the zero value of all else is the default.
type Source struct {
	FS       fs.FS                         // a folder: its files named *.csv, with *.metadata.json beside them, those of folders below it included
	Open     func() (io.ReadCloser, error) // or one table, opened anew for each read
	Metadata func() (io.ReadCloser, error) // the metadata of that table
	Name     string                        // the name of that table; with FS, what positions put before a file's path

	Columns   []Column          // which columns are read, and what they mean
	Published string            // when the figures were published: 2024, 2024-03 or 2024-03-11; "": see the package's documentation
	Derived   []datasets.Series // output that was computed from exports; nil: what is known of each column's producer
	Spread    dist.Dist         // a factor around 1 for each figure; nil: see the package's documentation
	Stats     *datasets.Stats   // if not nil, the counts of the last read
}

// Column says what a column holds: mine output of a mineral.
type Column struct {
	Name     string // as in the header, or the short or long name that the metadata give the same column; in any case
	Mineral  flows.Mineral
	Basis    flows.Basis    // of what the figures are tonnes: Au; Gross for an ore
	Producer string         // who measured: USGS, British Geological Survey, World Mining Data
	Unit     string         // t, kg, kt or Mt, for a table without metadata; "": as the metadata say
	Evidence flows.Evidence // "": flows.Reported
	Spread   dist.Dist      // nil: Source.Spread
}

// Records yields a claim for each figure of the columns, file by file and row by row.
func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.Stats, func(run *adapter.Run) {
		r := &reader{Source: s, run: run, origins: map[string]*flows.Origin{}, found: make([]bool, len(s.Columns))}
		if !r.sound() {
			return
		}
		for _, c := range r.Columns {
			run.Mineral(c.Mineral, c.Basis, s.Name+"owid.Source")
		}
		for _, f := range run.Files(adapter.Input{FS: s.FS, Open: s.Open, Name: s.Name, Match: isTable, What: "grapher downloads (gold-production.csv)"}) {
			if run.Done() {
				return
			}
			r.chart(f)
		}
		for i, c := range r.Columns {
			if !r.found[i] && !r.broken && !run.Done() {
				run.Fail(flows.Pos{File: s.Name}, fmt.Errorf("%w: no file has the column %q; they have %s", datasets.ErrColumn, c.Name, r.offered()))
			}
		}
	})
}

func isTable(p string) bool {
	return path.Ext(strings.TrimSuffix(strings.ToLower(p), ".gz")) == ".csv"
}

// reader is one read.
type reader struct {
	Source
	run     *adapter.Run
	origins map[string]*flows.Origin
	found   []bool   // of Columns, those that a file has
	names   []string // of the indicators that the files have
	broken  bool     // a file could not be read as far as its columns
}

// sound reports what is wrong with Columns before any file is read.
func (r *reader) sound() bool {
	fail := func(format string, args ...any) bool {
		r.run.Fail(flows.Pos{File: r.Name + "owid.Source"}, fmt.Errorf(format, args...))
		return false
	}
	if len(r.Columns) == 0 {
		return fail("%w: Columns is empty: name the columns to read, and what they hold", datasets.ErrColumn)
	}
	for i, c := range r.Columns {
		switch {
		case c.Name == "", c.Mineral == "":
			return fail("%w: Columns[%d] lacks a name or a mineral", datasets.ErrColumn, i)
		case c.Basis == "":
			return fail("%w: column %q: of what its figures are tonnes is not in the file: set Basis", flows.ErrBasis, c.Name)
		case c.Basis.Money(), c.Basis == flows.Share:
			return fail("%w: column %q: mine output is no %s", flows.ErrBasis, c.Name, c.Basis)
		case c.Producer == "":
			return fail("%w: column %q: Our World in Data did not measure this: set Producer to who did", flows.ErrOrigin, c.Name)
		}
	}
	return true
}

// offered lists the columns that there are.
func (r *reader) offered() string {
	const most = 12
	if len(r.names) == 0 {
		return "none"
	}
	all := slices.Compact(slices.Sorted(slices.Values(r.names)))
	for i := range all {
		all[i] = fmt.Sprintf("%q", all[i][:min(len(all[i]), 80)])
	}
	if len(all) > most {
		return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", len(all)-most)
	}
	return strings.Join(all, ", ")
}

// derived is what is known to follow exports of a column.
func (r *reader) derived(c Column) []datasets.Series {
	switch {
	case r.Derived != nil:
		return r.Derived
	case c.Producer == "USGS":
		return usgs.DerivedByDefault()
	case c.Producer == "British Geological Survey":
		return bgs.DerivedByDefault()
	case c.Producer == "World Mining Data":
		return wmd.DerivedByDefault()
	}
	return nil
}
