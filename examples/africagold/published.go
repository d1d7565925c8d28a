package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// comparison sets a published estimate beside what this result has to say of the same thing.
type comparison struct {
	id    string // of the estimate in the data
	years []int  // that it is about, of the core
	ours  func() (*estimate.Value, error)
	unit  func(float64) string
	is    string // what ours is
	why   string // where and why the two differ
}

// published compares with the estimates of the data that are about years and places which are asked for.
func (a *answer) published(ctx context.Context, r recorded, all []sums) ([]report.Section, error) {
	if !a.everywhere() {
		return []report.Section{{Heading: "Published estimates", Text: []string{"They are about all of Africa; without -place they are compared."}}}, nil
	}
	t := report.Table{Columns: []report.Column{{Head: "who", Left: true}, {Head: "period", Left: true}, {Head: "theirs"}, {Head: "ours"},
		{Head: percent(a.level) + " range", Left: true}, {Head: "ours -\ntheirs"}}}
	for _, c := range a.comparisons(ctx, r, all) {
		i := slices.IndexFunc(a.ledger.Published(), func(p flows.Published) bool { return p.ID == c.id })
		if i < 0 || a.ledger.Published()[i].Amount == nil || slices.ContainsFunc(c.years, func(y int) bool { return !slices.Contains(a.years, y) }) {
			continue
		}
		ours, err := c.ours()
		if err != nil {
			return nil, err
		}
		if ours != nil {
			t.Rows = append(t.Rows, c.row(&a.ledger.Published()[i], *ours))
		}
	}
	if len(t.Rows) == 0 {
		return nil, nil
	}
	return []report.Section{{
		Heading: "Published estimates, tonnes or dollars",
		Text: []string{"Most are mirror differences: imports less declared exports. Declared exports are published here for Uganda, Rwanda, Tanzania and DR Congo alone, so ours is " +
			"imports less output. Theirs are weights of product as shipped, ours contained gold."},
		Table: &t,
	}}, nil
}

// everywhere reports whether no place of these years is left out.
func (a *answer) everywhere() bool {
	for c := range a.ledger.Cells() {
		if a.origins[c.Place] && c.Mineral == flows.Gold && c.Period.IsYear() && slices.Contains(a.years, c.Period.FirstYear()) && !slices.Contains(a.in.Cells, c) {
			return false
		}
	}
	return true
}

func (c *comparison) row(p *flows.Published, ours estimate.Value) report.Row {
	lo, hi := p.Amount.Value.Quantile(0), p.Amount.Value.Quantile(1)
	theirs, difference := c.unit(lo), "inside"
	if lo < hi {
		theirs += " to " + c.unit(hi)
	}
	if p.Amount.Bound == flows.AtLeast {
		theirs = ">=" + theirs
	}
	switch { // a range is met inside it
	case ours.Median < lo:
		difference = signed(ours.Median-lo, c.unit)
	case ours.Median > hi:
		difference = signed(ours.Median-hi, c.unit)
	}
	period := p.Flow.Period.String()
	if first, last := p.Flow.Period.FirstYear(), p.Flow.Period.LastYear(); first != last {
		period = fmt.Sprintf("%d-%d", first, last)
	}
	what := p.What
	if from := p.Flow.From; from != "" && !from.Boundary() {
		what += " (" + string(from) + ")"
	}
	bound := ""
	if ours.Bound == flows.AtLeast {
		bound = ">="
	}
	return report.Row{
		Cells: []string{p.Who, period, theirs, bound + c.unit(ours.Median), c.unit(ours.Lo) + " to " + c.unit(ours.Hi), difference},
		Below: []string{"theirs: " + what + "; ours: " + c.is + ".", c.why},
	}
}

func signed(x float64, unit func(float64) string) string {
	if x > 0 {
		return "+" + unit(x)
	}
	return unit(x)
}

// comparisons are those that this result can be held against.
func (a *answer) comparisons(ctx context.Context, r recorded, all []sums) []comparison {
	by := func(importer flows.Place, year int) func() (*estimate.Value, error) {
		return func() (*estimate.Value, error) { return r.by[importer][year], nil }
	}
	of := func(year int) *sums {
		if i := slices.IndexFunc(all, func(s sums) bool { return s.year == year }); i >= 0 {
			return &all[i]
		}
		return &sums{}
	}
	excess := func(year int) func() (*estimate.Value, error) {
		return func() (*estimate.Value, error) { return of(year).excess, nil }
	}
	t := report.Tonnes
	var decade []int
	for y := 2012; y <= 2022; y++ {
		decade = append(decade, y)
	}
	recorded2022 := "what the same importer's dollars stand for in contained gold"
	return []comparison{
		{id: "swissaid-2024-africa", years: []int{2022}, unit: t, ours: excess(2022),
			is: "outflow in excess of output, summed over the places where it is above nought",
			why: "Theirs subtracts declared exports and counts all importers; ours subtracts output and hears five. Gold that stands in an output figure and leaves undeclared is in theirs " +
				"alone; gold that a hub declares although it does not mine it (Uganda) is in ours alone."},
		{id: "swissaid-2024-uae", years: []int{2022}, unit: t, ours: a.into(ctx, "ARE", 2022),
			is: "what the same importer alone records in excess of output, summed over the places where it is above nought",
			why: "Theirs subtracts exports declared to the UAE; ours all output, wherever it went, so that gold which stands in an output figure and reached the UAE undeclared is in theirs " +
				"alone. So is that of places without an output figure (Libya)."},
		{id: "swissaid-2024-asm", years: []int{2022}, unit: t, ours: excess(2022),
			is: "the same sum",
			why: "Theirs counts at the mines what artisans dig and no office records, ours at the importers what no output figure explains: two sides of one flow, with no figure in " +
				"common. Ours lacks what stays in Africa and what goes to other importers."},
		{id: "swissaid-2024-output", years: []int{2022}, unit: t, ours: func() (*estimate.Value, error) { return of(2022).output, nil },
			is:  "recorded output of the places that have both an output figure and an outflow",
			why: "Theirs holds the 321 to 474 t that no office records. Less these it is 670 t at both ends, which is the figure to set beside ours."},
		{id: "swissaid-2024-uae-2012-2022", years: decade, unit: t, ours: func() (*estimate.Value, error) { return a.decade(decade) },
			is: "outflow in excess of output over the same years, to all five importers",
			why: "Theirs is what the UAE records above declared exports, country by country. Ours leaves out places and years without an output figure (Libya, Togo to 2018, Rwanda from " +
				"2017) and those in which output exceeds what the five record (Sudan and Zimbabwe to 2019), though the UAE's part of it may well be undeclared. Other pages of theirs print 2,596 t."},
		{id: "reuters-2019-weight", years: []int{2016}, unit: t, ours: by("ARE", 2016),
			is:  "the gold in it",
			why: "The dollars are the same 15.1 bn. Ours over theirs is the fineness that the range of the declared share implies."},
		{id: "swissaid-2024-uae-imports", years: []int{2022}, unit: t, ours: by("ARE", 2022), is: recorded2022,
			why: "This weight went into the range of the declared share from 2022 on: no independent check."},
		{id: "swissaid-2024-swiss-imports", years: []int{2022}, unit: t, ours: by("CHE", 2022), is: recorded2022,
			why: "Switzerland's dollars are 1.09 of the market price by weight, which gold cannot be: weight and dollars are not of the same rows, and ours may be too high by a tenth."},
		{id: "swissaid-2024-indian-imports", years: []int{2022}, unit: t, ours: by("IND", 2022), is: recorded2022,
			why: "India imports dore as well, so the weight is more than the gold in it."},
		{id: "reuters-2019-imports", years: []int{2016}, unit: report.Dollars, ours: a.dollars("ARE", 2016),
			is: "the sum of the same figures of UN Comtrade", why: "A check that the table is complete: 46 countries in both."},
		{id: "reuters-2019-nonreporters", years: []int{2016}, unit: report.Dollars, ours: a.value(2016),
			is: "outflow in excess of output in 2016 at the market price, to five importers",
			why: "Theirs is all that the UAE records from countries which declare nothing, whatever they mine; ours takes their output off. Beside it stand 3.9 bn USD in excess of what 21 others " +
				"declare; over the 67 t printed for it that is 58 USD/g, 1.45 of the market price, so value and weight are not of the same countries."},
		{id: "swissaid-2025-togo", unit: t, ours: a.weighed(ctx, "TGO", 2024), is: "the gold in the same weight", why: "One record; valued at the price of pure gold, so nearly all of it is gold."},
		{id: "swissaid-2025-uganda", unit: t, ours: a.weighed(ctx, "UGA", 2024), is: "the gold in the same weight", why: "One record. Uganda declares more, 3.3 bn USD to all the world."},
		{id: "swissaid-2025-rwanda", unit: t, ours: a.weighed(ctx, "RWA", 2024), is: "the gold in the same weight", why: "One record. Rwanda declares as much, 1.48 bn USD to all the world."},
		{id: "eiti-2025-benin", years: decade[:10], unit: t, ours: a.yearly("BEN", decade[:10]), is: "what importers record in a year, the mean of the ten",
			why: "From 6 t in 2012 to 15 t in 2021. Both stand against an output of kilograms."},
	}
}

// into is what one importer alone records in excess of output.
func (a *answer) into(ctx context.Context, importer flows.Place, year int) func() (*estimate.Value, error) {
	return func() (*estimate.Value, error) {
		alone := func(c flows.Claim) bool { return c.From == flows.Ground || a.isImport(&c) && c.To == importer }
		r, err := a.estimate(ctx, a.cells(year), alone, estimate.Surplus)
		if err != nil {
			return nil, err
		}
		return total(r, estimate.Surplus, a.excessive(r, year))
	}
}

// excessive are the cells of r, of some years, whose surplus is above nought with the probability of the level.
func (a *answer) excessive(r *estimate.Result, years ...int) []flows.Cell {
	return slices.DeleteFunc(having(r, estimate.Surplus, years...), func(c flows.Cell) bool {
		v := r.Balance(c).Values[estimate.Surplus]
		return v.ProbPositive < a.level || v.Bound == flows.AtMost
	})
}

// decade is the excess summed over several years, place by place.
func (a *answer) decade(years []int) (*estimate.Value, error) {
	return total(a.result, estimate.Surplus, a.excessive(a.result, years...))
}

// yearly is the mean of what importers record from one place.
func (a *answer) yearly(p flows.Place, years []int) func() (*estimate.Value, error) {
	return func() (*estimate.Value, error) {
		sum := make(estimate.Draws, a.result.Options.Draws)
		for _, y := range years {
			x, err := a.result.Draws(flows.Cell{Mineral: flows.Gold, Place: p, Period: flows.Year(y)}, estimate.Mirrored)
			if err != nil {
				return nil, err
			}
			for i := range sum {
				sum[i] += x[i] / float64(len(years))
			}
		}
		v := sum.Summarize(a.level)
		v.Bound = flows.AtLeast
		return &v, nil
	}
}

// dollars adds up what an importer reports, without uncertainty.
func (a *answer) dollars(importer flows.Place, year int) func() (*estimate.Value, error) {
	return func() (*estimate.Value, error) {
		sum := 0.0
		for _, c := range a.ledger.Claims() {
			if a.isImport(&c) && c.To == importer && c.Period == flows.Year(year) && c.Amount.Basis == flows.USDCIF {
				sum += c.Amount.Value.Quantile(0.5)
			}
		}
		v := estimate.Draws{sum}.Summarize(a.level)
		return &v, nil
	}
}

// value is the excess of a year at the market price.
func (a *answer) value(year int) func() (*estimate.Value, error) {
	return func() (*estimate.Value, error) {
		s, err := a.sum(year)
		if err != nil {
			return nil, err
		}
		return total(a.result, estimate.ValueUSD, s.above)
	}
}

// weighed is what importers record from one place, in a year that may lie outside the core.
func (a *answer) weighed(ctx context.Context, p flows.Place, year int) func() (*estimate.Value, error) {
	return func() (*estimate.Value, error) {
		cell := flows.Cell{Mineral: flows.Gold, Place: p, Period: flows.Year(year)}
		if !slices.Contains(a.in.Cells, cell) {
			return nil, nil
		}
		r, err := a.estimate(ctx, []flows.Cell{cell}, func(flows.Claim) bool { return true }, estimate.Mirrored)
		if err != nil || r.Balance(cell) == nil {
			return nil, err
		}
		if v, ok := r.Balance(cell).Value(estimate.Mirrored); ok {
			return &v, nil
		}
		return nil, nil
	}
}
