package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Report is what Text, Markdown, CSV and JSON write.
type Report struct {
	Result    *estimate.Result      // nil: Text and Markdown write the sections alone
	Scenarios []estimate.Comparison // beside Result, or none
	Totals    []Total               // Totals(Result), or none
	Sections  []Section             // what a program says before the rows, in Text and Markdown, or none
}

// Options of the formats that people read. The zero value shows the strongest rows of each mineral, without colours.
type Options struct {
	All   bool // every row, not only the strongest
	Color bool // ANSI colours, in Text, Explain, Aside and List
}

// shown is the number of rows of a table that are printed without Options.All.
const shown = 12

// Total is the sum of a quantity of one mineral and place over calendar years. The sum is taken draw by draw, so that an error that the
// years share does not average out.
type Total struct {
	Mineral  flows.Mineral
	Place    flows.Place
	Basis    flows.Basis
	Quantity estimate.Quantity // Surplus, or Floor over the years that have no surplus
	Periods  []flows.Period
	Value    *estimate.Value // nil where the floor of one year meets the ceiling of another: nothing is known of their sum
	Outflow  *estimate.Value // over the same years; nil where one of them has none
	ValueUSD *estimate.Value // of the surplus; nil where one of the years has no price
}

// Totals sums the surplus of each mineral and place over the calendar years of r that have one, and the floor over those that have only
// that. Other periods would be counted twice and are left out.
func Totals(r *estimate.Result) ([]Total, error) {
	type key struct {
		mineral  flows.Mineral
		place    flows.Place
		quantity estimate.Quantity
	}
	cells := map[key][]flows.Cell{}
	var keys []key
	for i := range r.Balances {
		b := &r.Balances[i]
		q := estimate.Surplus
		if _, ok := b.Value(q); !ok {
			q = estimate.Floor
		}
		if _, ok := b.Value(q); !ok || !b.Period.IsYear() {
			continue
		}
		k := key{b.Mineral, b.Place, q}
		if cells[k] == nil {
			keys = append(keys, k)
		}
		cells[k] = append(cells[k], b.Cell)
	}
	slices.SortStableFunc(keys, func(a, b key) int {
		return cmp.Or(strings.Compare(string(a.mineral), string(b.mineral)), strings.Compare(string(b.quantity), string(a.quantity)), strings.Compare(string(a.place), string(b.place)))
	})
	out, errs := make([]Total, len(keys)), make([]error, len(keys))
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, k := range keys {
		wg.Add(1)
		go func() { // the draws of a sum are made again, which takes longer than all else in a report
			defer wg.Done()
			free <- struct{}{}
			defer func() { <-free }()
			out[i], errs[i] = totalOf(r, k.quantity, cells[k])
		}()
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Total) int { // as the rows above them
		return cmp.Or(strings.Compare(string(a.Mineral), string(b.Mineral)), strings.Compare(string(b.Quantity), string(a.Quantity)), stronger(value(a.Value), value(b.Value)))
	})
	return out, nil
}

// totalOf is the line of one mineral and place.
func totalOf(r *estimate.Result, q estimate.Quantity, cells []flows.Cell) (Total, error) {
	t := Total{Mineral: cells[0].Mineral, Place: cells[0].Place, Basis: r.Balance(cells[0]).Basis, Quantity: q}
	for _, c := range cells {
		t.Periods = append(t.Periods, c.Period)
	}
	var err error
	if t.Value, err = sumOf(r, q, cells); err != nil {
		return t, err
	}
	if t.Outflow, err = sumOf(r, estimate.Outflow, cells); err != nil {
		return t, err
	}
	if q == estimate.Surplus {
		t.ValueUSD, err = sumOf(r, estimate.ValueUSD, cells)
	}
	return t, err
}

// value is v, and for no value one that ranks behind all others.
func value(v *estimate.Value) estimate.Value {
	if v == nil {
		return estimate.Value{Bound: flows.AtMost, ProbPositive: -1}
	}
	return *v
}

// sumOf is nil where one of the cells lacks the quantity, since a sum of the others would be read as the sum of all, and where a floor
// meets a ceiling.
func sumOf(r *estimate.Result, q estimate.Quantity, cells []flows.Cell) (*estimate.Value, error) {
	bound := flows.About
	for _, c := range cells {
		b := r.Balance(c)
		if b == nil {
			return nil, nil
		}
		v, ok := b.Value(q)
		if !ok || v.Bound != flows.About && bound != flows.About && v.Bound != bound {
			return nil, nil
		}
		if v.Bound != flows.About {
			bound = v.Bound
		}
	}
	v, err := r.Total(q, cells...)
	if err != nil {
		return nil, fmt.Errorf("sum of the %s of %s in %s: %w", name(q), cells[0].Mineral, cells[0].Place, err)
	}
	return &v, nil
}

// name is a quantity in words.
func name(q estimate.Quantity) string {
	if q == estimate.ValueUSD {
		return "value in USD"
	}
	return strings.ReplaceAll(string(q), "_", " ")
}

// years prints periods with runs of years drawn together: "2012-2016, 2019".
func years(periods []flows.Period) string {
	periods = slices.Clone(periods)
	slices.SortFunc(periods, flows.Period.Compare)
	var parts []string
	for i := 0; i < len(periods); {
		j := i
		for j+1 < len(periods) && periods[j].IsYear() && periods[j+1] == flows.Year(periods[j].FirstYear()+1) {
			j++
		}
		if j == i {
			parts = append(parts, periods[i].String())
		} else {
			parts = append(parts, strconv.Itoa(periods[i].FirstYear())+"-"+strconv.Itoa(periods[j].FirstYear()))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// run prints years in short: "2012-2023", or "11 of 2008-2024" where some between are missing.
func run(periods []flows.Period) string {
	if s := years(periods); !strings.Contains(s, ",") {
		return s
	}
	first, last := periods[0].FirstYear(), periods[0].LastYear()
	for _, p := range periods {
		first, last = min(first, p.FirstYear()), max(last, p.LastYear())
	}
	return fmt.Sprintf("%d of %d-%d", len(periods), first, last)
}

// side says in short whose figure an outflow is.
func side(s estimate.Side) string {
	switch s {
	case estimate.Declared:
		return "decl."
	case estimate.Mirrored:
		return "mirr."
	case estimate.Pooled:
		return "pool"
	case estimate.Greater:
		return "mix"
	case "": // neither side speaks
		return "3rd"
	}
	return string(s)
}

// strongest orders balances as a reader wants them: by P(surplus > 0) as it is printed, then by the median, so that of two findings that
// are both all but certain the larger comes first; ceilings behind, which find nothing; then those without a surplus, by the median of
// their floor; those without either last, by cell.
func strongest(a, b *estimate.Balance) int {
	rank := func(x *estimate.Balance) (int, estimate.Value) {
		if v, ok := x.Value(estimate.Surplus); ok {
			return 0, v
		}
		if v, ok := x.Value(estimate.Floor); ok {
			return 1, v
		}
		return 2, estimate.Value{}
	}
	ca, va := rank(a)
	cb, vb := rank(b)
	if ca == 1 && cb == 1 {
		va.ProbPositive, vb.ProbPositive = 0, 0
	}
	return cmp.Or(cmp.Compare(ca, cb), stronger(va, vb), flows.CompareCells(a.Cell, b.Cell))
}

// stronger compares two surpluses; a negative number puts a first.
func stronger(a, b estimate.Value) int {
	ceiling := func(v estimate.Value) int {
		if v.Bound == flows.AtMost {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(ceiling(a), ceiling(b)), cmp.Compare(math.Round(100*b.ProbPositive), math.Round(100*a.ProbPositive)), cmp.Compare(b.Median, a.Median))
}

// publishers counts the producers behind origins.
func publishers(origins []*flows.Origin) int {
	seen := map[string]bool{}
	for _, o := range origins {
		seen[o.Producer] = true
	}
	return len(seen)
}
