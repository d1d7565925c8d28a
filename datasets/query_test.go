package datasets_test

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

func TestQueryKeeps(t *testing.T) {
	claim := func(from, to flows.Place) flows.Record {
		return flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: flows.Year(2020), From: from, To: to}}
	}
	places := func(p ...flows.Place) datasets.Query { return datasets.Query{Places: p} }
	period := func(s string) datasets.Query {
		p, err := flows.ParsePeriod(s)
		require.NoError(t, err)
		return datasets.Query{Period: p}
	}
	for _, c := range []struct {
		q    datasets.Query
		r    flows.Record
		want bool
	}{
		{datasets.Query{}, claim("RWA", "ARE"), true},
		{datasets.Query{}, nil, false},
		{datasets.Query{Minerals: []flows.Mineral{flows.Tin}}, claim("RWA", "ARE"), true},
		{datasets.Query{Minerals: []flows.Mineral{flows.Gold}}, claim("RWA", "ARE"), false},
		{places("RWA"), claim("RWA", "ARE"), true},
		{places("ARE"), claim("RWA", "ARE"), true},
		{places("UGA"), claim("RWA", "ARE"), false},
		{places("COD"), claim("COD/bisie", "RWA"), true},
		{places("COD/bisie"), claim("COD", "RWA"), true},
		{places("COD/bisie"), claim("COD/rubaya", "RWA"), false},
		{places("RWA"), claim("BDI+COD+RWA", "CHN"), true},
		{places("COD/bisie"), claim("BDI+COD+RWA", "CHN"), true},
		{places("UGA"), claim("BDI+COD+RWA", "CHN"), false},
		{places("COD+RWA"), claim("ground", "COD/bisie"), true},
		{places("COD+RWA"), claim("RWA+UGA", "CHN"), true},
		{places("world"), claim("RWA", "world"), true},
		{places("ground"), claim("RWA", "world"), false},
		{period("2020-05"), claim("RWA", "ARE"), true},
		{period("2019-04..2020-03"), claim("RWA", "ARE"), true},
		{period("2021"), claim("RWA", "ARE"), false},
		{period("2021"), flows.Claim{Evidence: flows.Capacity}, true},

		{places("RWA"), flows.Rate{}, true},
		{places("RWA"), flows.Rate{Place: "RWA"}, true},
		{places("RWA"), flows.Rate{Place: "UGA"}, false},
		{period("2020"), flows.Rate{Period: flows.Month(2020, 3)}, true},
		{period("2020"), flows.Rate{Period: flows.Year(2021)}, false},
		{places("RWA"), flows.Corridor{From: "COD", To: "RWA"}, true},
		{places("UGA"), flows.Corridor{From: "COD", To: "RWA"}, false},
		{period("2020-03"), flows.Event{Date: "2020-03-20"}, true},
		{period("2020-04"), flows.Event{Date: "2020-03-20"}, false},
		{period("2020-04"), flows.Event{Date: "2020"}, true},
		{places("RWA"), flows.Event{Place: "UGA"}, false},
		{datasets.Query{Minerals: []flows.Mineral{flows.Tin}}, flows.Event{}, true},
		{places("UGA"), flows.Published{Flow: flows.Flow{From: "COD", To: "RWA"}}, false},
		{places("UGA"), flows.Published{Flow: flows.Flow{Mineral: flows.Gold}}, true},
		{places("UGA"), flows.Site{Place: "COD/bisie"}, true},
		{datasets.Query{Minerals: []flows.Mineral{flows.Tin}}, flows.Commodity{Mineral: "cobalt"}, true},
		{places("UGA"), flows.Change{}, true},
	} {
		require.Equal(t, c.want, c.q.Keeps(c.r), "%+v %+v", c.q, c.r)
	}
}

func TestRecordsIsASource(t *testing.T) {
	origin := &flows.Origin{ID: "m", Producer: "Ministry", Published: "2021"}
	claim := func(line int, to flows.Place, year int) flows.Claim {
		return flows.Claim{
			Flow:   flows.Flow{Mineral: flows.Tin, Period: flows.Year(year), From: flows.Ground, To: to},
			Amount: flows.Amount{Value: dist.Exactly(5), Basis: flows.Sn, Text: "5"}, Origin: origin, Pos: flows.Pos{File: "own.go", Line: line},
		}
	}
	datasetstest.TestSource(t, datasets.Records{claim(1, "RWA", 2019), claim(2, "RWA", 2020), claim(3, "COD", 2020)})
}

// Claims of two sources stand in one ledger. One package read twice is refused, for its rows stand in one place; a claim that two named
// packages state alike is one claim.
func TestLoadJoinsSources(t *testing.T) {
	l, err := datasets.Load(context.Background(), datasets.Query{}, small(), datasets.Package{FS: folder(nil)})
	require.NoError(t, err)
	require.Len(t, l.Claims(), 13, "12 and 1")
	_, err = datasets.Load(context.Background(), datasets.Query{}, datasets.Package{FS: folder(nil)}, datasets.Package{FS: folder(nil)})
	require.ErrorIs(t, err, flows.ErrDuplicate)
	l, err = datasets.Load(context.Background(), datasets.Query{}, datasets.Package{FS: folder(nil), Name: "a"}, datasets.Package{FS: folder(nil), Name: "b"})
	require.NoError(t, err)
	require.Len(t, l.Claims(), 1)
	require.Equal(t, "a/claims.csv", l.Claims()[0].Pos.File)
	l, err = datasets.Load(context.Background(), datasets.Query{Minerals: []flows.Mineral{flows.Gold}}, small(), datasets.Package{FS: folder(nil)})
	require.NoError(t, err)
	require.Len(t, l.Claims(), 6)
	l, err = datasets.Load(context.Background(), datasets.Query{})
	require.NoError(t, err)
	require.Empty(t, l.Claims())
}

// A source that passes over the query is filtered by the load.
func TestLoadFiltersWhatASourceDoesNot(t *testing.T) {
	l, err := datasets.Load(context.Background(), datasets.Query{Places: []flows.Place{"UGA"}}, all{small()})
	require.NoError(t, err)
	for _, c := range l.Claims() {
		require.True(t, c.From == "UGA" || c.To == "UGA")
	}
	require.Len(t, l.Claims(), 4)
}

// all is a source that yields everything, whatever it is asked for.
type all struct{ datasets.Source }

func (a all) Records(ctx context.Context, _ datasets.Query) iter.Seq2[flows.Record, error] {
	return a.Source.Records(ctx, datasets.Query{})
}
