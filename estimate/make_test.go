package estimate_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// draws is what most tests here use: exact figures need no more, and tolerances state their Monte Carlo error.
const draws = 2000

// ln90 is how many standard deviations of the logarithm a factor */k spans: k holds 90 %, so ln k = 1.6449 sd.
const ln90 = 1.6448536269514722

// origin is a publication of 2024 by a producer of the same name.
func origin(producer string) *flows.Origin {
	return &flows.Origin{ID: producer, Producer: producer, Published: "2024"}
}

// edition is a producer's publication of a date.
func edition(producer, date string) *flows.Origin {
	return &flows.Origin{ID: producer + "-" + date, Producer: producer, Published: date}
}

// complete says that the producer's pieces of a kind are all there are.
func complete(producer, kind string) *flows.Origin {
	o := origin(producer)
	o.Complete = []string{kind}
	return o
}

func period(s string) flows.Period {
	p, err := flows.ParsePeriod(s)
	if err != nil {
		panic(err)
	}
	return p
}

func value(s string) dist.Dist {
	d, err := dist.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// signed reads an amount that may be negative.
func signed(s string) dist.Dist {
	d, err := dist.ParseAny(s)
	if err != nil {
		panic(err)
	}
	return d
}

type change func(*flows.Claim)

// claim reads "tin 2012 RWA>world" and says that it is an amount ("100", "100 */ 1.2", ">=120", "<=50") of basis.
func claim(flow, amount string, basis flows.Basis, o *flows.Origin, changes ...change) flows.Claim {
	f := strings.Fields(flow)
	from, to, _ := strings.Cut(f[2], ">")
	c := flows.Claim{Flow: flows.Flow{Mineral: flows.Mineral(f[0]), From: flows.Place(from), To: flows.Place(to)}, Origin: o}
	if f[1] != "-" {
		c.Period = period(f[1])
	}
	c.Amount = flows.Amount{Basis: basis, Text: amount}
	if rest, ok := strings.CutPrefix(amount, ">="); ok {
		amount, c.Amount.Bound = rest, flows.AtLeast
	}
	if rest, ok := strings.CutPrefix(amount, "<="); ok {
		amount, c.Amount.Bound = rest, flows.AtMost
	}
	if c.To == flows.Stock {
		c.Amount.Value = signed(amount)
	} else {
		c.Amount.Value = value(amount)
	}
	for _, ch := range changes {
		ch(&c)
	}
	return c
}

func by(p flows.Place) change          { return func(c *flows.Claim) { c.Reporter = p } }
func part(s string) change             { return func(c *flows.Claim) { c.Part = s } }
func evidence(e flows.Evidence) change { return func(c *flows.Claim) { c.Evidence = e } }
func in(scenario string) change        { return func(c *flows.Claim) { c.Scenario = scenario } }
func unrecorded(c *flows.Claim)        { c.Channel = flows.Unrecorded }
func at(file string, line int) change {
	return func(c *flows.Claim) { c.Pos = flows.Pos{File: file, Line: line} }
}

// shareOf says of which flow, of the claim's own mineral and period, the amount is a share.
func shareOf(from, to flows.Place) change {
	return func(c *flows.Claim) {
		c.Amount.Of = &flows.Flow{Mineral: c.Mineral, Period: c.Period, From: from, To: to}
	}
}

// rate reads "tin RWA 2020 Sn/gross", with - for anywhere and for always; a part stands behind a colon: "tin RWA:metal - Sn/gross".
func rate(what, amount string, o *flows.Origin) flows.Rate {
	f := strings.Fields(what)
	of, per, _ := strings.Cut(f[3], "/")
	place, part, _ := strings.Cut(f[1], ":")
	r := flows.Rate{Mineral: flows.Mineral(f[0]), Part: part, Of: flows.Basis(of), Per: flows.Basis(per), Value: value(amount), Origin: o}
	if place != "-" {
		r.Place = flows.Place(place)
	}
	if f[2] != "-" {
		r.Period = period(f[2])
	}
	return r
}

func ledgerOf(t testing.TB, r ...flows.Record) *flows.Ledger {
	t.Helper()
	l, err := flows.NewLedger(slices.Values(r))
	require.NoError(t, err)
	return l
}

func modelOf(t testing.TB, o estimate.Options, r ...flows.Record) *estimate.Model {
	t.Helper()
	if o.Draws == 0 {
		o.Draws = draws
	}
	m, err := estimate.NewModel(ledgerOf(t, r...), o)
	require.NoError(t, err)
	return m
}

func run(t testing.TB, m *estimate.Model, cells ...flows.Cell) *estimate.Result {
	t.Helper()
	r, err := estimate.MassBalance{Cells: cells}.Estimate(context.Background(), m)
	require.NoError(t, err)
	return r
}

// result runs the balance over records under the default options.
func result(t testing.TB, r ...flows.Record) *estimate.Result {
	t.Helper()
	return run(t, modelOf(t, estimate.Options{}, r...))
}

// cell reads "tin/RWA/2012".
func cell(s string) flows.Cell {
	f := strings.Split(s, "/")
	return flows.Cell{Mineral: flows.Mineral(f[0]), Place: flows.Place(f[1]), Period: period(f[2])}
}

func row(t testing.TB, r *estimate.Result, c string) *estimate.Balance {
	t.Helper()
	b := r.Balance(cell(c))
	require.NotNil(t, b, c)
	return b
}

// central is the median of a quantity that the row must have.
func central(t testing.TB, b *estimate.Balance, q estimate.Quantity) float64 {
	t.Helper()
	v, ok := b.Value(q)
	require.True(t, ok, "%s: no %s; warnings %v", b.Cell, q, b.Warnings)
	return v.Median
}

func has(b *estimate.Balance, q estimate.Quantity) bool { _, ok := b.Value(q); return ok }

func warns(b *estimate.Balance, code flows.Code) bool {
	return slices.ContainsFunc(b.Warnings, func(w estimate.Warning) bool { return errors.Is(w, code) })
}

func codes(b *estimate.Balance) []flows.Code {
	var out []flows.Code
	for _, w := range b.Warnings {
		out = append(out, w.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// spell writes a number so that it is read back unchanged.
func spell(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// normals gives standard normal numbers, the same every time.
func normals() func() float64 { return rand.New(rand.NewPCG(7, 11)).NormFloat64 }
