package main

import (
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// sums are those of one year over the places that have a surplus.
type sums struct {
	year             int
	balanced         []flows.Cell
	outflow, output  *estimate.Value
	above, below     []flows.Cell // surplus positive, or negative, with the probability of the level
	excess, deficits *estimate.Value
	unbalanced       *estimate.Value // outflow of the other places
}

// sums adds up every year. A surplus that is a ceiling is left out, since a ceiling and a floor do not add up.
func (a *answer) sums() ([]sums, error) {
	out := make([]sums, len(a.years))
	err := eachOf(len(out), func(i int) (err error) {
		out[i], err = a.sum(a.years[i])
		return err
	})
	return out, err
}

func (a *answer) sum(year int) (s sums, err error) {
	s.year = year
	var others []flows.Cell
	for i := range a.result.Balances {
		b := &a.result.Balances[i]
		if b.Period.FirstYear() != year {
			continue
		}
		v, ok := b.Value(estimate.Surplus)
		switch {
		case ok && v.Bound != flows.AtMost:
			s.balanced = append(s.balanced, b.Cell)
			if v.ProbPositive >= a.level {
				s.above = append(s.above, b.Cell)
			} else if 1-v.ProbPositive >= a.level {
				s.below = append(s.below, b.Cell)
			}
		default:
			if o, ok := b.Value(estimate.Outflow); ok && o.Bound != flows.AtMost {
				others = append(others, b.Cell)
			}
		}
	}
	for _, x := range []struct {
		to    **estimate.Value
		of    estimate.Quantity
		cells []flows.Cell
	}{
		{&s.outflow, estimate.Outflow, s.balanced}, {&s.output, estimate.Output, s.balanced},
		{&s.excess, estimate.Surplus, s.above}, {&s.deficits, estimate.Surplus, s.below},
		{&s.unbalanced, estimate.Outflow, others},
	} {
		if *x.to, err = total(a.result, x.of, x.cells); err != nil {
			return s, err
		}
	}
	return s, nil
}

// africa is the table of sums; there is none where no place has a surplus.
func (a *answer) africa(all []sums) []report.Section {
	if fullest(all) == nil {
		return nil
	}
	t := report.Table{Columns: []report.Column{
		{Head: "year", Left: true}, {Head: "places\nbalanced"}, {Head: "their\noutflow"}, {Head: "their\noutput"},
		{Head: "places in\nexcess"}, {Head: "their\nexcess"}, {Head: percent(a.level) + " range", Left: true}, {Head: "places in\ndeficit"}, {Head: "their\ndeficit"}, {Head: "outflow\nof others"},
	}}
	for _, s := range all {
		t.Rows = append(t.Rows, report.Row{Cells: []string{
			fmt.Sprint(s.year), fmt.Sprint(len(s.balanced)), median(s.outflow), median(s.output),
			fmt.Sprint(len(s.above)), median(s.excess), span(s.excess), fmt.Sprint(len(s.below)), median(s.deficits), median(s.unbalanced),
		}})
	}
	notes := []string{"Excess and deficit are not to be set off against each other. A deficit is above all gold that went to importers who are not heard (China, Hong Kong, Turkey and others), " +
		"or that is recorded under the country where it was refined or sent from, and is then in another's excess. The excess is a floor of what the records do not explain: " +
		"five importers, only places with an output figure, and gold that was mined but never recorded is in it as well as gold that was mined elsewhere."}
	if last := fullest(all); last != nil {
		var later []string
		for _, s := range all {
			if s.year > last.year {
				later = append(later, fmt.Sprintf("%d has an output figure for %d places only", s.year, len(s.balanced)))
			}
		}
		if len(later) > 0 {
			note := strings.Join(later, ", ") + ": its sums are not those of the years before."
			if a.brings("africa-output-carried") {
				note += " -scenario africa-output-carried takes the output of 2022 for 2023."
			}
			notes = append(notes, note)
		}
	}
	return []report.Section{{
		Heading: "The sum over the places, tonnes",
		Text: []string{
			"Outflow is what importers record, or the place declares where that is more; flows between the places are left out. Excess and deficit: the sums over the " +
				"places whose surplus is above, or below, nought with a probability of " + percent(a.level) + ".",
		},
		Table: &t,
		Notes: notes,
	}}
}
