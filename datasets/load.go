package datasets

import (
	"context"
	"errors"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// Load reads all sources and joins their records into one ledger. What is wrong with their rows, and then with the records
// together, comes back as one [flows.Errors]: all of it, so that it can be mended at once. A cancelled context ends the load with
// ctx.Err().
func Load(ctx context.Context, q Query, sources ...Source) (*flows.Ledger, error) {
	var records []flows.Record
	var bad flows.Errors
	for _, s := range sources {
		if s == nil {
			return nil, errors.New("datasets.Load: a source is nil")
		}
		for r, err := range s.Records(ctx, q) {
			switch {
			case err != nil && ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil:
				bad = append(bad, err)
			case q.Keeps(r):
				records = append(records, r)
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ledger, err := flows.NewLedger(slices.Values(records))
	var refused flows.Errors
	switch {
	case errors.As(err, &refused):
		bad = append(bad, refused...)
	case err != nil:
		bad = append(bad, err)
	}
	if len(bad) > 0 {
		return nil, bad
	}
	return ledger, nil
}
