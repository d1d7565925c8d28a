package estimatetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// wrong is a mass balance with one fault.
type wrong struct {
	cells []flows.Cell
	spoil func(r *estimate.Result, c flows.Cell, v estimate.Value) estimate.Value
}

func (w wrong) Estimate(_ context.Context, m *estimate.Model) (*estimate.Result, error) {
	r, err := estimate.MassBalance{Cells: w.cells}.Estimate(context.Background(), m) // and deaf to its context
	if err != nil {
		return nil, err
	}
	for i := range r.Balances {
		b := &r.Balances[i]
		if v, ok := b.Values[estimate.Surplus]; ok {
			b.Values[estimate.Surplus] = w.spoil(r, b.Cell, v)
		}
	}
	return r, nil
}

// recorder counts complaints.
type recorder struct{ said []string }

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

// failing runs the named checks on an estimator, all where none is named, and returns the names of those that complain.
func failing(of func([]flows.Cell) estimate.Estimator, names ...string) []string {
	var out []string
	for _, c := range checks() {
		if len(names) > 0 && !slices.Contains(names, c.name) {
			continue
		}
		r := &recorder{}
		c.run(suite{r, of})
		if len(r.said) > 0 {
			out = append(out, c.name)
		}
	}
	return out
}

// Each fault is found by the check that looks for it.
func TestFaultsAreFound(t *testing.T) {
	calls := 0
	for name, c := range map[string]struct {
		spoil func(r *estimate.Result, c flows.Cell, v estimate.Value) estimate.Value
		found []string
	}{
		"an offset of a tonne": {func(_ *estimate.Result, _ flows.Cell, v estimate.Value) estimate.Value { v.Median++; return v },
			[]string{"a closed ledger gives zero", "scaling"}},
		"ranges half as wide": {func(_ *estimate.Result, _ flows.Cell, v estimate.Value) estimate.Value {
			v.Lo, v.Hi = (v.Lo+v.Median)/2, (v.Hi+v.Median)/2
			return v
		}, []string{"a planted surplus"}},
		"ranges twice as wide": {func(_ *estimate.Result, _ flows.Cell, v estimate.Value) estimate.Value {
			v.Lo, v.Hi = 2*v.Lo-v.Median, 2*v.Hi-v.Median
			return v
		}, []string{"a planted surplus"}},
		"noise that is new in each run": {func(_ *estimate.Result, _ flows.Cell, v estimate.Value) estimate.Value {
			calls++
			v.Mean *= 1 + 1e-12*float64(calls)
			return v
		}, []string{"order of records", "workers", "an unconnected country", "chosen cells"}},
		"results that know their neighbours": {func(r *estimate.Result, _ flows.Cell, v estimate.Value) estimate.Value {
			v.Mean *= 1 + 1e-12*float64(len(r.Balances))
			return v
		}, []string{"an unconnected country", "chosen cells"}},
		"ranges that shrink as they grow": {func(_ *estimate.Result, _ flows.Cell, v estimate.Value) estimate.Value {
			v.Hi = v.Lo + 1/(v.Hi-v.Lo)
			return v
		}, []string{"widening"}},
	} {
		t.Run(name, func(t *testing.T) {
			want := append(c.found, "a cancelled context")
			require.Equal(t, want, failing(func(cells []flows.Cell) estimate.Estimator { return wrong{cells, c.spoil} }, want...))
		})
	}
}
