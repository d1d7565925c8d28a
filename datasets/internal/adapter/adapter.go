// Package adapter is what the readers of publishers' formats share: which files to read, rows counted by what became of them, columns
// found by name, errors that name file, line, column and cell, and the promises of a datasets.Source.
//
// A format's Records method is one call:
//
//	func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
//		return adapter.Records(ctx, q, s.Stats, func(r *adapter.Run) {
//			for _, f := range r.Files(adapter.Input{FS: s.FS, Open: s.Open, Name: s.Name, Match: isMine, What: "files of mine"}) {
//				r.Table(f, adapter.Format{Required: []string{"year", "quantity"}}, func(h adapter.Header) func(*adapter.Cells) { ... })
//			}
//		})
//	}
package adapter

import (
	"context"
	"fmt"
	"iter"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
)

// NotAskedFor is the reason for which a row is dropped whose records the query does not keep.
const NotAskedFor = "not asked for"

// mostBad is how many bad rows of one file are reported before reading it stops: a file of gigabytes in the wrong format would
// otherwise fill the memory with messages.
const mostBad = 1000

// Run is one read of a source.
type Run struct {
	ctx   context.Context
	query datasets.Query
	yield func(flows.Record, error) bool
	stats datasets.Stats
	done  bool   // nothing more is to be yielded
	row   bool   // the row at hand is counted and what became of it is not
	file  string // of the last bad row
	bad   int    // bad rows of that file
	since int    // rows since the context was asked

	undated, day string // the file at hand, where nothing says when it was published, and the day that is taken for it
}

// Records yields what read reports. Where stats is not nil, it holds the counts of the read when that has ended.
func Records(ctx context.Context, q datasets.Query, stats *datasets.Stats, read func(*Run)) iter.Seq2[flows.Record, error] {
	return func(yield func(flows.Record, error) bool) {
		r := &Run{ctx: ctx, query: q, yield: yield, stats: datasets.Stats{Dropped: map[string]int{}}}
		if !r.cancelled() {
			read(r)
		}
		if stats != nil {
			*stats = r.stats
		}
	}
}

// Context is that of the read.
func (r *Run) Context() context.Context { return r.ctx }

// Query is what the read was asked for, to skip early what nobody wants. Keep applies it in any case.
func (r *Run) Query() datasets.Query { return r.query }

// Done reports whether the read is over: the context is cancelled, or nobody wants more. Loops over rows end then.
func (r *Run) Done() bool { return r.done }

// cancelled ends the read where the context is cancelled.
func (r *Run) cancelled() bool {
	if err := r.ctx.Err(); err != nil && !r.done {
		r.done = true
		r.yield(nil, err)
	}
	return r.done
}

// Row counts one row, and looks at the context now and then. What becomes of the row is said by one of Keep, Drop and Bad.
func (r *Run) Row() {
	r.stats.Rows++
	r.row = true
	if r.since++; r.since >= 1024 {
		r.since = 0
		r.cancelled()
	}
}

// Rows counts n rows that are dropped for one reason, where a format skips many at once.
func (r *Run) Rows(n int, reason string) {
	if n > 0 {
		r.stats.Rows += n
		r.stats.Dropped[reason] += n
	}
	r.cancelled()
}

// Keep yields those of a row's records that the query keeps.
func (r *Run) Keep(records ...flows.Record) {
	kept := false
	for _, rec := range records {
		if r.done {
			return
		}
		if r.query.Keeps(rec) {
			kept = true
			r.done = !r.yield(rec, nil)
		}
	}
	if !kept {
		r.Drop(NotAskedFor)
		return
	}
	r.settle(func() { r.stats.Kept++ })
	if r.undated != "" {
		if r.stats.Undated == nil {
			r.stats.Undated = map[string]string{}
		}
		r.stats.Undated[r.undated] = r.day
	}
}

// Extra yields a record that is no row's: a site or a commodity that rows rest on.
func (r *Run) Extra(rec flows.Record) {
	if !r.done && r.query.Keeps(rec) {
		r.done = !r.yield(rec, nil)
	}
}

// Drop says that the row gives nothing, and why, in words that suit a count: "partner is no country".
func (r *Run) Drop(reason string) { r.settle(func() { r.stats.Dropped[reason]++ }) }

// Missing says that the row at hand gives other figures and not this one, and why.
func (r *Run) Missing(reason string) {
	if r.stats.Missing == nil {
		r.stats.Missing = map[string]int{}
	}
	r.stats.Missing[reason]++
}

// Bad reports what is wrong with the row, or with one of its cells. A row may be reported for several cells.
func (r *Run) Bad(pos flows.Pos, column, value string, err error) {
	r.settle(func() { r.stats.Bad++ })
	if r.done {
		return
	}
	if pos.File != r.file {
		r.file, r.bad = pos.File, 0
	}
	r.bad++
	r.done = !r.yield(nil, &datasets.RowError{Pos: pos, Column: column, Value: value, Err: err})
}

// Fail reports what is wrong with a file as a whole.
func (r *Run) Fail(pos flows.Pos, err error) {
	if r.cancelled() { // the context's error, which err then holds too, is reported
		return
	}
	r.done = !r.yield(nil, &datasets.RowError{Pos: pos, Err: err})
}

// settle says once what became of the row at hand.
func (r *Run) settle(count func()) {
	if r.row {
		r.row = false
		count()
	}
}

// GaveUp reports, once a file has too many bad rows, that the rest of it is not read. Loops over rows end then.
func (r *Run) GaveUp(pos flows.Pos) bool {
	if r.bad < mostBad || pos.File != r.file {
		return false
	}
	r.Fail(pos, fmt.Errorf("%d bad rows: the rest of the file is not read; is it of this format?", r.bad))
	return true
}
