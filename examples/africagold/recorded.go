package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// recorded is what importers record: per year and importer, and all of them together.
type recorded struct {
	by  map[flows.Place]map[int]*estimate.Value
	all map[int]*estimate.Value
}

// recorded sums over the origins, draw by draw. An importer's part is the balance without what the others record.
func (a *answer) recorded(ctx context.Context) (recorded, error) {
	out := recorded{map[flows.Place]map[int]*estimate.Value{}, map[int]*estimate.Value{}}
	type sum struct {
		of    *estimate.Result
		cells []flows.Cell
		year  int
		to    map[int]*estimate.Value
		value *estimate.Value
	}
	var sums []*sum
	for _, y := range a.years {
		sums = append(sums, &sum{of: a.result, cells: having(a.result, estimate.Mirrored, y), year: y, to: out.all})
	}
	for _, importer := range a.importers {
		r, err := a.estimate(ctx, a.heard[importer], func(c flows.Claim) bool { return !a.isImport(&c) || c.To == importer }, estimate.Mirrored)
		if err != nil {
			return out, err
		}
		out.by[importer] = map[int]*estimate.Value{}
		for _, y := range a.years {
			sums = append(sums, &sum{of: r, cells: having(r, estimate.Mirrored, y), year: y, to: out.by[importer]})
		}
	}
	err := eachOf(len(sums), func(i int) (err error) {
		sums[i].value, err = total(sums[i].of, estimate.Mirrored, sums[i].cells)
		return err
	})
	for _, s := range sums {
		s.to[s.year] = s.value
	}
	return out, err
}

// byImporter is the table of importers.
func (a *answer) byImporter(r recorded) report.Section {
	t := report.Table{Columns: []report.Column{{Head: "year", Left: true}}}
	for _, p := range a.importers {
		t.Columns = append(t.Columns, report.Column{Head: string(p)})
	}
	t.Columns = append(t.Columns, report.Column{Head: "all"}, report.Column{Head: percent(a.level) + " range", Left: true})
	for _, y := range a.years {
		row := report.Row{Cells: []string{fmt.Sprint(y)}}
		for _, p := range a.importers {
			row.Cells = append(row.Cells, median(r.by[p][y]))
		}
		row.Cells = append(row.Cells, median(r.all[y]), span(r.all[y]))
		t.Rows = append(t.Rows, row)
	}
	return report.Section{
		Heading: "Recorded by importer, tonnes",
		Text: []string{"Summed over origins draw by draw. The share of the value that is declared is one error for most origins, so the ranges of " +
			"a row move together, and a range of the sum is no narrower than that."},
		Table: &t,
	}
}

// shownOrigins is the number of origins that are named.
const shownOrigins = 16

// byOrigin is the table of origins, the largest of the last year first.
func (a *answer) byOrigin(r recorded) (report.Section, error) {
	last := a.years[len(a.years)-1]
	at := func(p flows.Place, y int) *estimate.Value {
		b := a.result.Balance(flows.Cell{Mineral: flows.Gold, Place: p, Period: flows.Year(y)})
		if b == nil {
			return nil
		}
		if v, ok := b.Value(estimate.Mirrored); ok {
			return &v
		}
		return nil
	}
	var origins []flows.Place
	for i := range a.result.Balances {
		origins = append(origins, a.result.Balances[i].Place)
	}
	slices.Sort(origins)
	origins = slices.Compact(origins)
	slices.SortStableFunc(origins, func(p, q flows.Place) int { return cmp.Compare(number(at(q, last)), number(at(p, last))) })
	named := origins[:min(shownOrigins, len(origins))]

	t := report.Table{Columns: []report.Column{{Head: "place", Left: true}}}
	for _, y := range a.years {
		t.Columns = append(t.Columns, report.Column{Head: fmt.Sprint(y)})
	}
	t.Columns = append(t.Columns, report.Column{Head: fmt.Sprintf("range %d", last), Left: true})
	for _, p := range named {
		row := report.Row{Cells: []string{string(p)}}
		for _, y := range a.years {
			row.Cells = append(row.Cells, median(at(p, y)))
		}
		row.Cells = append(row.Cells, span(at(p, last)))
		t.Rows = append(t.Rows, row)
	}
	rest := make([]*estimate.Value, len(a.years))
	if err := eachOf(len(a.years), func(i int) (err error) {
		cells := slices.DeleteFunc(having(a.result, estimate.Mirrored, a.years[i]), func(c flows.Cell) bool { return slices.Contains(named, c.Place) })
		rest[i], err = total(a.result, estimate.Mirrored, cells)
		return err
	}); err != nil {
		return report.Section{}, err
	}
	others := report.Row{Cells: []string{"others"}}
	sum := report.Row{Cells: []string{"all"}, Strong: true}
	for i, y := range a.years {
		others.Cells = append(others.Cells, median(rest[i]))
		sum.Cells = append(sum.Cells, median(r.all[y]))
	}
	if len(origins) > len(named) {
		others.Cells = append(others.Cells, span(rest[len(rest)-1]))
		t.Rows = append(t.Rows, others)
	}
	t.Rows = append(t.Rows, report.Row{Cells: append(sum.Cells, span(r.all[last])), Strong: true})
	return report.Section{
		Heading: "Recorded by origin, tonnes",
		Text: []string{fmt.Sprintf("The origin is that which the importer declares: where the gold was sent from as often as where it was mined. "+
			"The largest of %d; %s no import recorded, which is not nought.", last, report.Missing)},
		Table: &t,
	}, nil
}

func number(v *estimate.Value) float64 {
	if v == nil {
		return 0
	}
	return v.Median
}

// median and span leave the sign of a floor to the text: all of these are.
func median(v *estimate.Value) string {
	if v == nil {
		return report.Missing
	}
	return report.Tonnes(v.Median)
}

func span(v *estimate.Value) string {
	if v == nil {
		return report.Missing
	}
	return report.Range(*v)
}

func percent(x float64) string { return report.Percent(x) }

func names(places []flows.Place) string {
	words := make([]string, len(places))
	for i, p := range places {
		words[i] = string(p)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
