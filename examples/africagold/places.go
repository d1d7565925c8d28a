package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// place is one place over the years: what it sends in excess of its output, or, where no output speaks, of what it declares.
type place struct {
	flows.Place
	of         estimate.Quantity // Surplus, or Floor; "" where there is neither
	years      []flows.Period
	unmatched  *estimate.Value // the surplus or floor
	outflow    *estimate.Value // of the same years
	output     *estimate.Value // of the same years; nil for a floor
	last       float64         // output over outflow in the last of these years
	otherYears *estimate.Value // outflow of the years that have neither
}

// places are the places in three kinds, each the largest first.
type places struct {
	hubs      []place // over the years that have an output figure, or in the last of them, it explains less than a quarter of the outflow
	producers []place // it explains more, and yet the outflow exceeds it
	silent    []place // no output figure speaks in any year
}

// quarter is how much of the outflow a hub's own output explains at most, over all years or in the last of them.
const quarter = 0.25

// leastShown is the excess in tonnes from which on a place is listed.
const leastShown = 1

// places sorts out the places whose outflow exceeds what is said to be mined, or declared, with the probability of the level. A year whose
// surplus is a ceiling finds nothing and is left out, with its outflow.
func (a *answer) places() (places, error) {
	byPlace := map[flows.Place][]*estimate.Balance{}
	var order []flows.Place
	for i := range a.result.Balances {
		b := &a.result.Balances[i]
		if byPlace[b.Place] == nil {
			order = append(order, b.Place)
		}
		byPlace[b.Place] = append(byPlace[b.Place], b)
	}
	all := make([]place, len(order))
	err := eachOf(len(order), func(i int) (err error) {
		all[i], err = a.place(order[i], byPlace[order[i]])
		return err
	})
	var out places
	for _, p := range all {
		switch {
		case p.of == "" && p.otherYears != nil:
			out.silent = append(out.silent, p)
		case p.of == "" || p.unmatched.ProbPositive < a.level || p.unmatched.Median < leastShown:
		case min(p.explained(), p.last) < quarter:
			out.hubs = append(out.hubs, p)
		default:
			out.producers = append(out.producers, p)
		}
	}
	byUnmatched := func(p, q place) int { return cmp.Compare(number(q.unmatched), number(p.unmatched)) }
	slices.SortStableFunc(out.hubs, byUnmatched)
	slices.SortStableFunc(out.producers, byUnmatched)
	slices.SortStableFunc(out.silent, func(p, q place) int { return cmp.Compare(number(q.otherYears), number(p.otherYears)) })
	return out, err
}

// explained is the share of the outflow that output explains; none where no output speaks.
func (p *place) explained() float64 { return number(p.output) / number(p.outflow) }

func (a *answer) place(at flows.Place, rows []*estimate.Balance) (p place, err error) {
	cells := map[estimate.Quantity][]flows.Cell{}
	var other []flows.Cell
	for _, b := range rows {
		surplus, balanced := b.Value(estimate.Surplus)
		floor, declared := b.Value(estimate.Floor)
		switch {
		case balanced && surplus.Bound != flows.AtMost:
			cells[estimate.Surplus] = append(cells[estimate.Surplus], b.Cell)
		case declared && floor.Bound != flows.AtMost:
			cells[estimate.Floor] = append(cells[estimate.Floor], b.Cell)
		default:
			if v, ok := b.Value(estimate.Outflow); ok && v.Bound != flows.AtMost {
				other = append(other, b.Cell)
			}
		}
	}
	p.Place = at
	// Where a place has years of both kinds, those with output speak, unless the excess over declarations is the greater finding.
	for _, q := range []estimate.Quantity{estimate.Surplus, estimate.Floor} {
		v, err := total(a.result, q, cells[q])
		if err != nil {
			return p, err
		}
		if v != nil && (p.of == "" || v.Median > p.unmatched.Median) {
			p.of, p.unmatched = q, v
		}
	}
	for q, c := range cells {
		if q != p.of {
			other = append(other, c...)
		}
	}
	if p.otherYears, err = total(a.result, estimate.Outflow, other); err != nil || p.of == "" || p.unmatched.ProbPositive < a.level {
		return p, err
	}
	if p.of == estimate.Surplus {
		last := a.result.Balance(cells[p.of][len(cells[p.of])-1])
		p.last = last.Values[estimate.Output].Median / last.Values[estimate.Outflow].Median
	}
	for _, c := range cells[p.of] {
		p.years = append(p.years, c.Period)
	}
	if p.outflow, err = total(a.result, estimate.Outflow, cells[p.of]); err != nil || p.of == estimate.Floor {
		return p, err
	}
	p.output, err = total(a.result, estimate.Output, cells[p.of])
	return p, err
}

// placeSections are the tables of places.
func (a *answer) placeSections(p places) []report.Section {
	var out []report.Section
	if len(p.hubs) > 0 {
		out = append(out, report.Section{
			Heading: "Hubs: places whose own recorded output explains less than a quarter of their outflow, in all or in the last year, tonnes",
			Text: []string{"Over the years that have an output figure which does not itself follow trade, excess is the surplus, outflow - output. Where none has (" + report.Missing + ") it is the floor, " +
				"outflow - declared exports. A hub by this measure may dig unrecorded gold itself, as well as pass on that of others. Last year: output/outflow in the last of these years. Other years: the outflow of the years that are not in the sum."},
			Table: a.placeTable(p.hubs),
		})
	}
	if len(p.producers) > 0 {
		out = append(out, report.Section{
			Heading: "Producers whose outflow exceeds their output, tonnes",
			Text:    []string{"Unrecorded digging at home, a neighbour's gold and refining for others look alike here."},
			Table:   a.placeTable(p.producers),
		})
	}
	if len(p.silent) > 0 {
		t := report.Table{Columns: []report.Column{{Head: "place", Left: true}, {Head: "outflow"}, {Head: percent(a.level) + " range", Left: true}}}
		for _, x := range p.silent[:min(len(p.silent), 8)] {
			t.Rows = append(t.Rows, report.Row{Cells: []string{string(x.Place), report.Median(*x.otherYears), report.Range(*x.otherYears)}})
		}
		s := report.Section{
			Heading: "No output figure in any year, tonnes",
			Text:    []string{"Output is never taken for zero, so there is no surplus."},
			Table:   &t,
		}
		if a.brings("africa-unlisted-nil") {
			s.Text[0] += " Under -scenario africa-unlisted-nil a place that no compiler of world production lists has no recorded output, and the outflow to 2022 is unexplained in full."
		}
		if n := len(p.silent) - len(t.Rows); n > 0 {
			s.Notes = []string{fmt.Sprintf("and %d more; -all shows them year by year", n)}
		}
		out = append(out, s)
	}
	return out
}

func (a *answer) placeTable(all []place) *report.Table {
	t := &report.Table{Columns: []report.Column{
		{Head: "place", Left: true}, {Head: "outflow"}, {Head: "output"}, {Head: "excess"}, {Head: percent(a.level) + " range", Left: true}, {Head: "P(>0)"},
		{Head: "output/\noutflow"}, {Head: "last\nyear"}, {Head: "other\nyears"}, {Head: "years", Left: true},
	}}
	for _, p := range all {
		share, last := report.Missing, report.Missing
		if p.output != nil {
			share, last = report.Percent(p.explained()), report.Percent(p.last)
		}
		bound := *p.unmatched
		if p.of == estimate.Floor {
			bound.Bound = flows.AtLeast
		}
		t.Rows = append(t.Rows, report.Row{Cells: []string{
			string(p.Place), report.Median(*p.outflow), median(p.output), report.Median(*p.unmatched), report.Range(*p.unmatched), report.Probability(bound),
			share, last, median(p.otherYears), report.Years(p.years),
		}, Strong: p.unmatched.Lo > 0})
	}
	return t
}
