package datasetstest

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// heard keeps what a check complains about.
type heard struct{ complaints []string }

func (h *heard) Helper() {}
func (h *heard) Errorf(format string, args ...any) {
	h.complaints = append(h.complaints, fmt.Sprintf(format, args...))
}

// source is a source that the tests below break in one way each.
type source func(ctx context.Context, q datasets.Query, yield func(flows.Record, error) bool)

func (s source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return func(yield func(flows.Record, error) bool) { s(ctx, q, yield) }
}

func claims() []flows.Claim {
	origin := &flows.Origin{ID: "m", Producer: "Ministry", Published: "2021"}
	var out []flows.Claim
	for i, to := range []flows.Place{"RWA", "COD", "UGA"} {
		out = append(out, flows.Claim{
			Flow:   flows.Flow{Mineral: flows.Tin, Period: flows.Year(2019 + i), From: flows.Ground, To: to},
			Amount: flows.Amount{Value: dist.Exactly(5), Basis: flows.Sn, Text: "5"}, Origin: origin, Pos: flows.Pos{File: "own.go", Line: i + 1},
		})
	}
	return out
}

// of is a sound source of claims.
func of(all []flows.Claim) source {
	return func(ctx context.Context, q datasets.Query, yield func(flows.Record, error) bool) {
		for _, c := range all {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if q.Keeps(c) && !yield(c, nil) {
				return
			}
		}
	}
}

// changed is a source of which one claim is not as it should be.
func changed(edit func(c *flows.Claim)) source {
	all := claims()
	edit(&all[1])
	return of(all)
}

func TestSourceFindsWhatIsWrong(t *testing.T) {
	var sound heard
	check(&sound, of(claims()))
	require.Empty(t, sound.complaints)

	var reads atomic.Int64
	other := *claims()[0].Origin
	for says, s := range map[string]source{
		"yields no records": func(context.Context, datasets.Query, func(flows.Record, error) bool) {},
		"broken pipe": func(_ context.Context, _ datasets.Query, yield func(flows.Record, error) bool) {
			yield(nil, fmt.Errorf("broken pipe"))
		},
		"neither a record nor an error": func(_ context.Context, _ datasets.Query, yield func(flows.Record, error) bool) { yield(nil, nil) },
		"has no position":               changed(func(c *flows.Claim) { c.Pos = flows.Pos{} }),
		"has no origin":                 changed(func(c *flows.Claim) { c.Origin = nil }),
		"lacks an id, a producer":       changed(func(c *flows.Claim) { c.Origin = &flows.Origin{ID: "n"} }),
		"records of one read share one": changed(func(c *flows.Claim) { c.Origin = &other }),
		"has no basis":                  changed(func(c *flows.Claim) { c.Amount.Basis = "" }),
		"has no value":                  changed(func(c *flows.Claim) { c.Amount.Value = nil }),
		"has no text":                   changed(func(c *flows.Claim) { c.Amount.Text = "" }),
		`"XXX" is no ISO 3166-1`:        changed(func(c *flows.Claim) { c.To = "XXX" }),
		"the same claim twice":          of(append(claims(), claims()[0])),
		"a read of minerals [unobtainium": func(ctx context.Context, _ datasets.Query, yield func(flows.Record, error) bool) {
			of(claims())(ctx, datasets.Query{}, yield)
		},
		"a second read: record 1 differs": func(ctx context.Context, q datasets.Query, yield func(flows.Record, error) bool) {
			changed(func(c *flows.Claim) { c.Note = fmt.Sprint(reads.Add(1)) })(ctx, q, yield)
		},
		"read with a cancelled context": func(_ context.Context, q datasets.Query, yield func(flows.Record, error) bool) {
			of(claims())(context.Background(), q, yield)
		},
	} {
		h := &heard{}
		check(h, s)
		require.Contains(t, strings.Join(h.complaints, "\n"), says)
	}
}

func TestBadRowsOfAPackage(t *testing.T) {
	files := fstest.MapFS{
		"datapackage.json": {Data: []byte(`{"name":"bad","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"}]}`)},
		"origins.csv":      {Data: []byte("id,producer,title,published,spread\nm,Ministry,Report,2021,*/1.2\n")},
		"claims.csv":       {Data: []byte("mineral,period,from,to,amount,basis,origin\ntin,2019,ground,RWA,5 t,Sn,m\ntin,2020,ground,RWA,many,Sn,m\ntin,2021\n")},
	}
	want := []flows.Pos{{File: "claims.csv", Line: 3}, {File: "claims.csv", Line: 4}}
	TestBadRows(t, datasets.Package{FS: files}, want...)
	h := &heard{}
	checkBadRows(h, datasets.Package{FS: files}, want[:1])
	require.Contains(t, strings.Join(h.complaints, "\n"), "bad rows are named at [claims.csv:3 claims.csv:4], want [claims.csv:3]")
	h = &heard{}
	checkBadRows(h, source(func(_ context.Context, _ datasets.Query, yield func(flows.Record, error) bool) {
		yield(nil, fmt.Errorf("somewhere"))
	}), nil)
	require.Contains(t, strings.Join(h.complaints, "\n"), "is no *datasets.RowError")
}
