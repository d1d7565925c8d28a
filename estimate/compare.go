package estimate

import (
	"context"
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/estimate/internal/parallel"
	"github.com/mineralflows/mineralflows/flows"
)

// touches reports whether a scenario can change the balance of a cell.
func (m *Model) touches(s Scenario, under *Model) func(flows.Cell) bool {
	if s.At == nil && (s.Outflow != "" || s.Inflow != "") {
		return func(flows.Cell) bool { return true }
	}
	type where struct {
		mineral flows.Mineral
		place   flows.Place // "" everywhere
	}
	hit, rated := map[where]bool{}, map[where]bool{}
	claim := func(c *flows.Claim) {
		for _, end := range []flows.Place{c.From, c.To} {
			for _, p := range end.Members() {
				hit[where{c.Mineral, p.Country()}] = true
			}
		}
	}
	rate := func(r *flows.Rate) {
		if r.Place != "" && !r.Place.IsUnion() {
			hit[where{r.Mineral, r.Place.Country()}], rated[where{r.Mineral, r.Place.Country()}] = true, true
		} else {
			hit[where{r.Mineral, ""}] = true
		}
	}
	for _, l := range []*flows.Ledger{m.base, under.ledger} {
		for i := range l.Claims() {
			c := &l.Claims()[i]
			changed := c.Scenario == s.Name && s.Name != "" || s.Keep != nil && !s.Keep(*c) || s.Treat != nil && s.Treat(*c) != c.Evidence
			for _, v := range under.set {
				changed = changed || matches(v.pattern, claimVar(c)) || c.Origin.Bias != nil && matches(v.pattern, biasOf(c))
			}
			if changed {
				claim(c)
			}
		}
		for i := range l.Rates() {
			r := &l.Rates()[i]
			changed := r.Scenario == s.Name && s.Name != ""
			for _, v := range under.set {
				changed = changed || matches(v.pattern, rateVar(r))
			}
			if changed {
				rate(r)
			}
		}
	}
	for _, r := range s.Add {
		switch r := r.(type) {
		case flows.Claim:
			claim(&r)
		case flows.Rate:
			rate(&r)
		}
	}
	for again := true; again; { // a rate of one place, or a share of its flow, may count in another place's balance
		before := len(hit)
		for _, l := range []*flows.Ledger{m.base, under.ledger} {
			for i := range l.Claims() {
				c := &l.Claims()[i]
				of := func(p flows.Place) bool { return hit[where{c.Mineral, p.Country()}] }
				if rated[where{c.Mineral, c.From.Country()}] || rated[where{c.Mineral, c.To.Country()}] || c.Amount.Of != nil && (of(c.Amount.Of.From) || of(c.Amount.Of.To)) {
					claim(c)
				}
			}
		}
		again = len(hit) > before
	}
	return func(c flows.Cell) bool {
		if slices.Contains(s.At, c.Place) || hit[where{c.Mineral, ""}] {
			return true
		}
		return slices.ContainsFunc(c.Place.Members(), func(p flows.Place) bool { return hit[where{c.Mineral, p}] })
	}
}

// Compare runs scenarios and returns, for each, the cells whose surplus it changes, makes possible or takes away, in order. The difference is
// taken draw by draw. Where a scenario brings an inflow that exceeds the rise of the recorded outflow over the period before, it says so.
func Compare(ctx context.Context, e Estimator, m *Model, base *Result, scenarios ...Scenario) ([]Comparison, error) {
	if b := base.Options; b.Draws != m.opt.Draws || b.Seed != m.opt.Seed || b.Level != m.opt.Level {
		return nil, fmt.Errorf("the baseline was made with seed %d, %d draws and level %g, the model has %d, %d and %g", b.Seed, b.Draws, b.Level, m.opt.Seed, m.opt.Draws, m.opt.Level)
	}
	found := make([][]Comparison, len(scenarios))
	errs := make([]error, len(scenarios))
	inParallel(len(scenarios), func(i int) { found[i], errs[i] = compare(ctx, e, m, base, scenarios[i]) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), joinErrors(errs)
}

// inParallel calls do for 0..n-1 on as many processors as the program may use.
func inParallel(n int, do func(i int)) { parallel.Each(n, do) }

// compare runs one scenario.
func compare(ctx context.Context, e Estimator, m *Model, base *Result, s Scenario) ([]Comparison, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	under, err := m.With(s)
	if err != nil {
		return nil, err
	}
	under.opt.Progress = nil // scenarios run side by side; their progress is not the run's
	run := e
	if mb, ok := e.(MassBalance); ok {
		run = mb.only(m, under, m.touches(s, under))
	}
	r, err := run.Estimate(ctx, under)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	var out []Comparison
	for i := range r.Balances {
		b := &r.Balances[i]
		value, has := b.Values[Surplus]
		var old Value
		had := false
		if before := base.Balance(b.Cell); before != nil {
			old, had = before.Values[Surplus]
		}
		if !had && !has || had && has && old == value {
			continue
		}
		c := Comparison{Scenario: s, Cell: b.Cell, Balance: b}
		if has {
			c.Surplus = &value
		}
		if had && has {
			if c.Difference, err = differ(r, base, b.Cell); err != nil {
				return nil, err
			}
		}
		c.Warnings = append(c.Warnings, r.inflowExceedsRise(s, base, b)...)
		out = append(out, c)
	}
	touched := m.touches(s, under)
	for i := range base.Balances { // rows that the scenario takes away altogether
		b := &base.Balances[i]
		if _, had := b.Values[Surplus]; had && r.Balance(b.Cell) == nil && touched(b.Cell) {
			out = append(out, Comparison{Scenario: s, Cell: b.Cell})
		}
	}
	slices.SortStableFunc(out, func(a, b Comparison) int { return flows.CompareCells(a.Cell, b.Cell) })
	return out, nil
}

// only restricts a balance to the cells that pass, and adds those that the scenario makes possible at the same minerals and places.
func (e MassBalance) only(base, under *Model, pass func(flows.Cell) bool) MassBalance {
	cells := slices.Clone(e.Cells)
	if e.Cells == nil {
		cells = slices.Collect(under.ledger.Cells())
	} else {
		before := map[flows.Cell]bool{}
		for c := range base.ledger.Cells() {
			before[c] = true
		}
		for c := range under.ledger.Cells() {
			if !before[c] && slices.ContainsFunc(e.Cells, func(d flows.Cell) bool { return d.Mineral == c.Mineral && d.Place == c.Place }) {
				cells = append(cells, c)
			}
		}
	}
	slices.SortFunc(cells, flows.CompareCells)
	kept := []flows.Cell{}
	for _, c := range slices.Compact(cells) {
		if pass(c) {
			kept = append(kept, c)
		}
	}
	return MassBalance{Cells: kept, Quantities: e.Quantities}
}

// differ is the surplus of r minus that of base, draw by draw.
func differ(r, base *Result, c flows.Cell) (*Value, error) {
	x, err := r.Draws(c, Surplus)
	if err != nil {
		return nil, err
	}
	y, err := base.Draws(c, Surplus)
	if err != nil {
		return nil, err
	}
	for i := range x {
		x[i] -= y[i]
	}
	s := summarizer{level: r.Options.Level}
	v := s.summarize(x)
	return &v, nil
}

// inflowExceedsRise compares the inflow that a scenario brings with the rise of the recorded outflow since the period before.
func (r *Result) inflowExceedsRise(s Scenario, base *Result, b *Balance) []Warning {
	in := b.Term(Inflow)
	if in == nil || s.Name == "" {
		return nil
	}
	brought := 0.0
	var claims []flows.Claim
	for _, u := range in.Used {
		if u.Claim.Scenario == s.Name && !u.Check {
			brought += u.Value.Median
			claims = append(claims, u.Claim)
		}
	}
	previous := base.Balance(flows.Cell{Mineral: b.Mineral, Place: b.Place, Period: b.Period.Previous()})
	if brought == 0 || previous == nil {
		return nil
	}
	now, before := b.Values[Outflow], previous.Values[Outflow]
	rise := now.Median - before.Median
	if rise >= brought {
		return nil
	}
	text := fmt.Sprintf("%s brings in %.3g t %s from %s, but recorded outflow rose by only %.3g t from %s to %s",
		s.Name, brought, b.Basis, claims[0].From, rise, previous.Period, b.Period)
	brings, rises := grossOf(in, s.Name), rises(grossOf(b.Term(Declared), ""), grossOf(previous.Term(Declared), ""))
	if len(brings) == 1 && len(rises) > 0 {
		text += fmt.Sprintf(" (gross: %.4g t against %.4g", brings[0], rises[0])
		if last := rises[len(rises)-1]; last != rises[0] {
			text += fmt.Sprintf(" to %.4g", last)
		}
		text += " t)"
	}
	text += ": either other exports fell, or stocks and lag matter, or part of it left by other routes"
	return []Warning{{Code: ErrInflowExceedsRise, Text: text, Claims: claims}}
}

// grossOf sums the gross tonnes of a term's claims, as printed, for each producer who speaks; nil where one is in another basis.
func grossOf(t *Term, scenario string) []float64 {
	if t == nil {
		return nil
	}
	byStatement := map[string]float64{}
	for _, u := range t.Used {
		switch {
		case u.Check || scenario != "" && u.Claim.Scenario != scenario:
		case u.Claim.Amount.Basis != flows.Gross:
			return nil
		default:
			byStatement[u.Statement] += u.Amount * u.Weight
		}
	}
	var out []float64
	for _, s := range sortedKeys(byStatement) {
		out = append(out, byStatement[s])
	}
	return out
}

// rises lists the differences between every figure of now and every one of before, ascending.
func rises(now, before []float64) []float64 {
	var out []float64
	for _, a := range now {
		for _, b := range before {
			out = append(out, a-b)
		}
	}
	slices.Sort(out)
	return out
}
