// Package datasetstest checks that a source of records keeps what package datasets promises of one. A new publisher's format is done
// when its test calls
//
//	datasetstest.TestSource(t, mine.Source{FS: os.DirFS("testdata")})
//	datasetstest.TestBadRows(t, mine.Source{FS: os.DirFS("testdata/bad")}, flows.Pos{File: "bad.csv", Line: 3})
package datasetstest

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"slices"
	"testing"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
)

// chunk is how many records a source may yield after its context is cancelled.
const chunk = 4096

// TestSource reads the source many times and fails t unless
//   - it yields at least one record and no error;
//   - every record has a position, every figure an origin with an id, a producer and a date, a basis, a value and its text as
//     written, and the places, minerals and periods are such that a ledger of all records is accepted;
//   - records that name one origin share one value;
//   - two reads are equal, also at the same time and of one sequence;
//   - a read with a query is the full read filtered with Keeps: by each mineral, by places, by periods, and by all of them;
//   - a reader that stops early stops it;
//   - it stops within a chunk of 4,096 records when its context is cancelled, and then says so.
//
// The source should be small: testdata, not a publisher's whole file.
func TestSource(t *testing.T, s datasets.Source) {
	t.Helper()
	check(t, s)
}

// reporter is what of testing.T is used, so that the checks can be tested themselves.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

func check(t reporter, s datasets.Source) {
	t.Helper()
	full, ok := readAll(t, s, datasets.Query{})
	if !ok {
		return
	}
	if len(full) == 0 {
		t.Errorf("the source yields no records")
		return
	}
	checkRecords(t, full)
	if _, err := flows.NewLedger(slices.Values(full)); err != nil {
		t.Errorf("a ledger of the source's records is refused: %v", err)
	}
	checkRepeats(t, s, full)
	for _, q := range queries(full) {
		var want []flows.Record
		for _, r := range full {
			if q.Keeps(r) {
				want = append(want, r)
			}
		}
		if got, ok := readAll(t, s, q); ok {
			same(t, "a read of "+describe(q), want, got)
		}
	}
	for range s.Records(context.Background(), datasets.Query{}) {
		break // a source that goes on panics here
	}
	checkCancelled(t, s, len(full))
}

func checkRepeats(t reporter, s datasets.Source, full []flows.Record) {
	t.Helper()
	ctx := context.Background()
	if got, ok := readAll(t, s, datasets.Query{}); ok {
		same(t, "a second read", full, got)
	}
	seq := s.Records(ctx, datasets.Query{})
	for range 2 {
		same(t, "a sequence read twice", full, collect(seq))
	}
	reads := make(chan []flows.Record)
	for range 2 {
		go func() { reads <- collect(s.Records(ctx, datasets.Query{})) }()
	}
	for range 2 {
		same(t, "one of two reads at the same time", full, <-reads)
	}
}

func collect(seq iter.Seq2[flows.Record, error]) []flows.Record {
	var all []flows.Record
	for r := range seq {
		all = append(all, r)
	}
	return all
}

// Claims reads a source and returns its claims, in order. An error of the source fails t.
func Claims(t testing.TB, s datasets.Source) []flows.Claim {
	t.Helper()
	var all []flows.Claim
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		if err != nil {
			t.Fatalf("%v", err)
		}
		if c, ok := r.(flows.Claim); ok {
			all = append(all, c)
		}
	}
	return all
}

// TestBadRows reads a source that holds bad rows and fails t unless its errors are a *datasets.RowError for each of the positions,
// in this order and no other, and each says something.
func TestBadRows(t *testing.T, s datasets.Source, want ...flows.Pos) {
	t.Helper()
	checkBadRows(t, s, want)
}

func checkBadRows(t reporter, s datasets.Source, want []flows.Pos) {
	t.Helper()
	var got []flows.Pos
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		if err == nil {
			continue
		}
		if r != nil {
			t.Errorf("a record comes with the error %v", err)
		}
		var row *datasets.RowError
		if !errors.As(err, &row) {
			t.Errorf("%v (%T) is no *datasets.RowError", err, err)
			continue
		}
		if row.Err == nil || row.Error() == "" {
			t.Errorf("%s: the error says nothing", row.Pos)
		}
		got = append(got, row.Pos)
	}
	if !slices.Equal(want, got) {
		t.Errorf("bad rows are named at %v, want %v", got, want)
	}
}

func checkCancelled(t reporter, s datasets.Source, full int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	n, last := 0, error(nil)
	for r, err := range s.Records(ctx, datasets.Query{}) {
		if last = err; r != nil {
			n++
		}
	}
	if !errors.Is(last, context.Canceled) || n > chunk {
		t.Errorf("read with a cancelled context: %d records, then %v; want at most %d, then %v", n, last, chunk, context.Canceled)
	}

	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	n, last = 0, nil
	for r, err := range s.Records(ctx, datasets.Query{}) {
		if last = err; r != nil {
			n++
		}
		cancel()
	}
	if n > 1+chunk || full > 1+chunk && !errors.Is(last, context.Canceled) {
		t.Errorf("cancelled behind the first of %d records: %d records, then %v; want at most %d, then %v", full, n, last, 1+chunk, context.Canceled)
	}
}

// readAll reads what q keeps. It reports the first error and false where there is one.
func readAll(t reporter, s datasets.Source, q datasets.Query) ([]flows.Record, bool) {
	t.Helper()
	var all []flows.Record
	for r, err := range s.Records(context.Background(), q) {
		switch {
		case err != nil:
			t.Errorf("read of %s: %v", describe(q), err)
			return nil, false
		case r == nil:
			t.Errorf("read of %s: neither a record nor an error", describe(q))
			return nil, false
		}
		all = append(all, r)
	}
	return all, true
}

// same compares records by content, origins included.
func same(t reporter, what string, want, got []flows.Record) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		if !reflect.DeepEqual(want[i], got[i]) {
			t.Errorf("%s: record %d differs:\n got %+v\nwant %+v", what, i, got[i], want[i])
			return
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s: %d records, want %d", what, len(got), len(want))
	}
}
