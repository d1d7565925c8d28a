package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/africagold"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
	"github.com/mineralflows/mineralflows/flows"
)

// answer is the mass balance of the years and places that are asked for, and who imports from them.
type answer struct {
	in        cli.Inputs
	ledger    *flows.Ledger
	level     float64
	years     []int
	origins   map[flows.Place]bool         // every place that has a balance of its own
	importers []flows.Place                // the largest first
	heard     map[flows.Place][]flows.Cell // what each importer records something of
	result    *estimate.Result             // without flows between the origins
}

// newAnswer keeps the years in which all importers speak, or, where none of those is asked for, the years that are. Gold that one origin
// records as coming from another would be counted twice in a sum over both, so these flows are left out.
func newAnswer(ctx context.Context, in cli.Inputs) (*answer, error) {
	in.Cells = slices.DeleteFunc(slices.Clone(in.Cells), func(c flows.Cell) bool { return c.Mineral != flows.Gold }) // other minerals may stand beside it
	a := &answer{in: in, ledger: in.Model.Ledger(), level: in.Model.Options().Level, origins: map[flows.Place]bool{}, heard: map[flows.Place][]flows.Cell{}}
	buyers, err := buyers(ctx)
	if err != nil {
		return nil, err
	}
	for c := range a.ledger.Cells() {
		if !buyers[c.Place] {
			a.origins[c.Place] = true
		}
	}
	dollars, spoke := map[flows.Place]float64{}, map[flows.Place]map[int]bool{}
	for _, c := range a.ledger.Claims() {
		if !a.isImport(&c) || !c.Period.IsYear() || c.Amount.Basis != flows.USDCIF {
			continue
		}
		if spoke[c.To] == nil {
			spoke[c.To] = map[int]bool{}
			a.importers = append(a.importers, c.To)
		}
		spoke[c.To][c.Period.FirstYear()] = true
		dollars[c.To] += c.Amount.Value.Quantile(0.5)
	}
	if len(a.importers) == 0 {
		return nil, errors.New("the data hold no imports in dollars; -format csv writes the balances that they do hold")
	}
	slices.SortFunc(a.importers, func(p, q flows.Place) int {
		return cmp.Or(cmp.Compare(dollars[q], dollars[p]), cmp.Compare(p, q))
	})
	asked, all := map[int]bool{}, map[int]bool{}
	for _, c := range in.Cells {
		if y := c.Period.FirstYear(); c.Period.IsYear() {
			asked[y], all[y] = true, true
		}
	}
	for y := range all {
		all[y] = !slices.ContainsFunc(a.importers, func(p flows.Place) bool { return !spoke[p][y] })
	}
	for y := range asked {
		if all[y] {
			a.years = append(a.years, y)
		}
	}
	if len(a.years) == 0 {
		for y := range asked {
			a.years = append(a.years, y)
		}
	}
	slices.Sort(a.years)
	wanted := a.cells(a.years...)
	for _, c := range a.ledger.Claims() {
		if at := (flows.Cell{Mineral: c.Mineral, Period: c.Period, Place: c.From}); a.isImport(&c) && slices.Contains(wanted, at) && !slices.Contains(a.heard[c.To], at) {
			a.heard[c.To] = append(a.heard[c.To], at)
		}
	}
	a.result, err = a.estimate(ctx, wanted, func(flows.Claim) bool { return true },
		estimate.Outflow, estimate.Mirrored, estimate.Output, estimate.Surplus, estimate.Floor)
	return a, err
}

// buyers are the importers of the built-in data. One that mines gold itself, as India does in the tables of USGS, is no origin for that: it
// would be heard no more.
func buyers(ctx context.Context) (map[flows.Place]bool, error) {
	l, err := datasets.Load(ctx, datasets.Query{Minerals: []flows.Mineral{flows.Gold}}, africagold.Package())
	if err != nil {
		return nil, err
	}
	origins, out := map[flows.Place]bool{}, map[flows.Place]bool{}
	for c := range l.Cells() {
		origins[c.Place] = true
	}
	for _, c := range l.Claims() {
		if c.Reporter == c.To && !c.To.Boundary() && !origins[c.To.Country()] {
			out[c.To] = true
		}
	}
	return out, nil
}

// isImport reports whether a claim is what an importer that is no origin itself records.
func (a *answer) isImport(c *flows.Claim) bool {
	return c.Mineral == flows.Gold && c.Reporter == c.To && !c.To.Boundary() && !a.origins[c.To.Country()] && a.origins[c.From.Country()]
}

// cells are those of the filters in some years.
func (a *answer) cells(years ...int) []flows.Cell {
	var out []flows.Cell
	for _, c := range a.in.Cells {
		if c.Period.IsYear() && !c.Place.IsUnion() && a.origins[c.Place] && slices.Contains(years, c.Period.FirstYear()) {
			out = append(out, c)
		}
	}
	return out
}

// estimate runs the balance over what keep leaves, under the scenario that is asked for. All runs share their draws.
func (a *answer) estimate(ctx context.Context, cells []flows.Cell, keep func(flows.Claim) bool, of ...estimate.Quantity) (*estimate.Result, error) {
	if cells == nil {
		cells = []flows.Cell{} // none, where nil would be all
	}
	var s estimate.Scenario
	if a.in.Scenario != nil {
		s = *a.in.Scenario
	}
	before := s.Keep
	s.Keep = func(c flows.Claim) bool {
		between := a.origins[c.From.Country()] && a.origins[c.To.Country()]
		return !between && keep(c) && (before == nil || before(c))
	}
	m, err := a.in.Model.With(s)
	if err != nil {
		return nil, err
	}
	return estimate.MassBalance{Cells: cells, Quantities: of}.Estimate(ctx, m)
}

// brings reports whether the data bring figures of a scenario for one of the years.
func (a *answer) brings(scenario string) bool {
	return slices.ContainsFunc(a.ledger.Claims(), func(c flows.Claim) bool {
		return c.Scenario == scenario && slices.Contains(a.years, c.Period.FirstYear())
	})
}

// having are the cells of r, of some years, that have a quantity.
func having(r *estimate.Result, q estimate.Quantity, years ...int) []flows.Cell {
	var out []flows.Cell
	for i := range r.Balances {
		b := &r.Balances[i]
		if _, ok := b.Value(q); ok && slices.Contains(years, b.Period.FirstYear()) {
			out = append(out, b.Cell)
		}
	}
	return out
}

// total is the sum of a quantity over cells, nil over none.
func total(r *estimate.Result, q estimate.Quantity, cells []flows.Cell) (*estimate.Value, error) {
	if len(cells) == 0 {
		return nil, nil
	}
	v, err := r.Total(q, cells...)
	if err != nil {
		return nil, fmt.Errorf("the sum over Africa: %w", err)
	}
	return &v, nil
}

// eachOf calls do for 0..n-1, on as many processors as the program may use.
func eachOf(n int, do func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			free <- struct{}{}
			defer func() { <-free }()
			errs[i] = do(i)
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}
