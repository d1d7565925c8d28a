package datasets

import (
	"context"
	"iter"

	"github.com/mineralflows/mineralflows/flows"
)

// Source yields records. It is a value that you pass; there is no registry.
//
// Records yields those records that q keeps, in an order that is the same in every read. A bad row comes as a nil record with an
// error, and reading goes on behind it; an error that ends the reading comes last. Where ctx is cancelled, the source stops within a
// chunk (4,096 records) and the last error is ctx.Err(). Package datasetstest checks an implementation.
type Source interface {
	Records(ctx context.Context, q Query) iter.Seq2[flows.Record, error]
}

// Records is a Source: claims that are made in code. Give them a Pos if a message should point somewhere.
type Records []flows.Record

// Records yields the records that q keeps.
func (s Records) Records(ctx context.Context, q Query) iter.Seq2[flows.Record, error] {
	return func(yield func(flows.Record, error) bool) {
		for _, r := range s {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if q.Keeps(r) && !yield(r, nil) {
				return
			}
		}
	}
}
