package africagold_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/africagold"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

func records(t *testing.T, p datasets.Package) (claims []flows.Claim, rates []flows.Rate) {
	t.Helper()
	for r, err := range p.Records(context.Background(), datasets.Query{Minerals: []flows.Mineral{flows.Gold}}) {
		require.NoError(t, err)
		switch r := r.(type) {
		case flows.Claim:
			r.Pos = flows.Pos{}
			claims = append(claims, r)
		case flows.Rate:
			r.Pos = flows.Pos{}
			rates = append(rates, r)
		}
	}
	return claims, rates
}

// What package greatlakes holds on gold stands here in the same words, but for its scenarios: a figure that is mended there must be
// mended here.
func TestTheGreatLakesAreTheSame(t *testing.T) {
	claims, rates := records(t, greatlakes.Package())
	here, ratesHere := records(t, africagold.Package())
	shared := 0
	for _, c := range claims {
		if c.Scenario != "" {
			continue
		}
		shared++
		require.True(t, slices.ContainsFunc(here, func(d flows.Claim) bool {
			return d.Flow == c.Flow && d.Origin.ID == c.Origin.ID && d.Locator == c.Locator && d.Amount.Text == c.Amount.Text && d.Amount.Basis == c.Amount.Basis &&
				d.Evidence == c.Evidence && d.Reporter == c.Reporter && d.Note == c.Note
		}), "%s by %s", c.Flow, c.Origin.ID)
	}
	for _, r := range rates {
		require.True(t, slices.ContainsFunc(ratesHere, func(d flows.Rate) bool {
			return d.String() == r.String() && d.Origin.ID == r.Origin.ID && d.Text == r.Text
		}), "%s", r)
	}

	// Loaded together they hold what both state once, in every column alike, or the ledger would refuse it as stated twice.
	alone := loaded(t, greatlakes.Package())
	both := loaded(t, greatlakes.Package(), africagold.Package())
	require.Len(t, both.Claims(), len(alone.Claims())+len(here)-shared)
	require.Len(t, both.Rates(), len(alone.Rates())+len(ratesHere)-len(rates))
	require.Len(t, loaded(t, africagold.Package(), greatlakes.Package()).Claims(), len(both.Claims()))
}

func loaded(t *testing.T, p ...datasets.Source) *flows.Ledger {
	t.Helper()
	l, err := datasets.Load(context.Background(), datasets.Query{}, p...)
	require.NoError(t, err)
	return l
}

func balances(t *testing.T, l *flows.Ledger) *estimate.Result {
	t.Helper()
	m, err := estimate.NewModel(l, estimate.Options{})
	require.NoError(t, err)
	r, err := estimate.MassBalance{}.Estimate(context.Background(), m)
	require.NoError(t, err)
	return r
}

func texts(warnings []estimate.Warning) (out []string) {
	for _, w := range warnings {
		out = append(out, string(w.Code)+": "+w.Text)
	}
	return out
}

// Every row of the Great Lakes is the same to the last bit with both datasets as with greatlakes alone. There is one exception: what
// Uganda declares as imported from Zimbabwe in 2022 is all that greatlakes knows of Zimbabwe.
func TestNothingIsCountedTwice(t *testing.T) {
	alone, here, both := balances(t, loaded(t, greatlakes.Package())), balances(t, loaded(t, africagold.Package())), balances(t, loaded(t, greatlakes.Package(), africagold.Package()))
	rows := 0
	for i := range alone.Balances {
		b := &alone.Balances[i]
		if b.Place == "ZWE" {
			continue
		}
		rows++
		require.Equal(t, b.Values, both.Balance(b.Cell).Values, "%s", b.Cell)
		require.Equal(t, texts(b.Warnings), texts(both.Balance(b.Cell).Warnings), "%s", b.Cell)
		if b.Mineral == flows.Gold {
			require.Equal(t, b.Values, here.Balance(b.Cell).Values, "%s", b.Cell)
		}
	}
	require.Greater(t, rows, 100)
	uganda := both.Balance(flows.Cell{Mineral: flows.Gold, Place: "UGA", Period: flows.Year(2019)})
	require.InDelta(t, 38.6, uganda.Values[estimate.Surplus].Median, 0.5) // 1,713 M USD at 1,392 USD/ozt: see examples/greatlakes
	zimbabwe := flows.Cell{Mineral: flows.Gold, Place: "ZWE", Period: flows.Year(2022)}
	require.Greater(t, both.Balance(zimbabwe).Values[estimate.Outflow].Median, 10*alone.Balance(zimbabwe).Values[estimate.Outflow].Median)
}
