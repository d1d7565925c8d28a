package flows_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// origin is a publication of 2024 by a producer of the same name.
func origin(producer string) *flows.Origin {
	return &flows.Origin{ID: producer, Producer: producer, Published: "2024"}
}

// edition is a producer's publication of a date.
func edition(producer, date string) *flows.Origin {
	return &flows.Origin{ID: producer + "-" + date, Producer: producer, Published: date}
}

func period(s string) flows.Period {
	p, err := flows.ParsePeriod(s)
	if err != nil {
		panic(err)
	}
	return p
}

type change func(*flows.Claim)

// claim reads "tin 2012 RWA>world" and says that it is x in basis.
func claim(flow string, x float64, basis flows.Basis, o *flows.Origin, changes ...change) flows.Claim {
	f := strings.Fields(flow)
	from, to, _ := strings.Cut(f[2], ">")
	c := flows.Claim{
		Flow:   flows.Flow{Mineral: flows.Mineral(f[0]), From: flows.Place(from), To: flows.Place(to)},
		Amount: flows.Amount{Value: dist.Exactly(x), Basis: basis},
		Origin: o,
		Pos:    flows.Pos{File: "claims.csv", Line: 2},
	}
	if f[1] != "-" {
		c.Period = period(f[1])
	}
	for _, ch := range changes {
		ch(&c)
	}
	return c
}

func by(p flows.Place) change          { return func(c *flows.Claim) { c.Reporter = p } }
func part(s string) change             { return func(c *flows.Claim) { c.Part = s } }
func line(n int) change                { return func(c *flows.Claim) { c.Pos.Line = n } }
func locator(s string) change          { return func(c *flows.Claim) { c.Locator = s } }
func evidence(e flows.Evidence) change { return func(c *flows.Claim) { c.Evidence = e } }
func bound(b flows.Bound) change       { return func(c *flows.Claim) { c.Amount.Bound = b } }
func in(scenario string) change        { return func(c *flows.Claim) { c.Scenario = scenario } }
func unrecorded() change               { return func(c *flows.Claim) { c.Channel = flows.Unrecorded } }
func value(d dist.Dist) change         { return func(c *flows.Claim) { c.Amount.Value = d } }
func shareOf(f flows.Flow) change      { return func(c *flows.Claim) { c.Amount.Of = &f } }
func flowOf(s string) flows.Flow       { return claim(s, 1, flows.Gross, nil).Flow }
func ledgerOf(t testing.TB, r ...flows.Record) *flows.Ledger {
	t.Helper()
	l, err := flows.NewLedger(slices.Values(r))
	require.NoError(t, err)
	return l
}

// balance reads "tin/RWA/2012".
func balance(l *flows.Ledger, cell string) flows.Balance {
	f := strings.Split(cell, "/")
	n := len(f)
	return l.Balance(flows.Cell{Mineral: flows.Mineral(f[0]), Place: flows.Place(strings.Join(f[1:n-1], "/")), Period: period(f[n-1])})
}

// medians lists the medians of claims, in order.
func medians(claims []flows.Claim) []float64 {
	var out []float64
	for _, c := range claims {
		out = append(out, c.Amount.Value.Quantile(0.5))
	}
	return out
}

// codes lists why claims were set aside, in order, without repeats.
func codes(b flows.Balance) []flows.Code {
	var out []flows.Code
	for _, a := range b.Aside {
		out = append(out, a.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
