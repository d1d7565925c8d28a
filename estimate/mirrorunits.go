package estimate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/mineralflows/mineralflows/flows"
)

// UnitValue is what a reporter's own tonnes and dollars of one flow say of each other: dollars free on board per tonne of the substance,
// and that over the market price of the period.
//
// Two marks say that a unit value is odd. Neither removes it, or anything else, from any figure:
//
//   - `fences`: ln(unit value / price) lies outside the box plot's fences, more than 1.5 times the distance of the quartiles (Hazen's rule)
//     below the lower or above the upper one, within the group of the same mineral, reporter, direction and part over all periods of the
//     ledger; groups of fewer than five have no fences. Dividing by the price puts years side by side; FAO's rule, a box plot of ln(unit
//     value) within one year, needs more lots than these minerals have;
//   - `band`: the ratio lies outside [Mirror].Band. Above the price of the metal itself dollars or tonnes are wrong; far below it the lot
//     is poor, the payable share low, or the value under-declared.
//
// Marks go by medians. A unit value does not give a grade: it is grade x price x payable share.
type UnitValue struct {
	flows.Flow
	Reporter, Place flows.Place // Place is the end that reports, "" for neither
	Basis           flows.Basis
	Value           Value    // US dollars free on board per tonne of Basis
	Ratio           *Value   // over the market price; nil without one
	Fences          *Fences  // nil where the group is too small
	Marks           []string // MarkFences, MarkBand
	Quantity, Money flows.Claim
}

// Fences are those of a unit value's group, as ratios to the price.
type Fences struct {
	Lo, Hi float64
	N      int // unit values in the group
}

// The marks of a unit value.
const (
	MarkFences = "fences"
	MarkBand   = "band"
)

// fewestForFences is the group size below which no value can lie outside the fences: with four, the upper quartile of 0, 0, 0, x is x/2
// and its fence 5x/4.
const fewestForFences = 5

// fenceWidth is how many interquartile ranges the fences stand beyond the quartiles.
const fenceWidth = 1.5

// lot is a unit value in the making.
type lot struct {
	quantity, money *flows.Claim
	c               *compiler
	tonnes, dollars *atom
	price           []step
	ratio           float64 // of medians; 0 without a price
}

// unitValues computes those of the chosen cells. Groups, and so marks, are those of the whole ledger: what is asked for does not move them.
func (e Mirror) unitValues(ctx context.Context, m *Model, asked *scope) ([]UnitValue, error) {
	groups := lots(m.ledger)
	out := make([][]UnitValue, len(groups))
	workers := sync.Pool{New: func() any { return m.newWorker() }}
	inParallel(len(groups), func(i int) {
		if ctx.Err() != nil {
			return
		}
		w := workers.Get().(*worker)
		defer workers.Put(w)
		w.note = func(flows.Code, string) {}
		out[i] = e.group(w, groups[i], asked)
		w.forget()
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all := slices.Concat(out...)
	slices.SortStableFunc(all, func(a, b UnitValue) int {
		return cmp.Or(strings.Compare(string(a.Mineral), string(b.Mineral)), strings.Compare(string(a.From), string(b.From)), strings.Compare(string(a.To), string(b.To)),
			a.Period.Compare(b.Period), strings.Compare(a.Part, b.Part), strings.Compare(string(a.Reporter), string(b.Reporter)),
			strings.Compare(a.Money.Origin.Producer, b.Money.Origin.Producer))
	})
	return all, nil
}

// group marks the lots of one group and describes those that are asked for.
func (e Mirror) group(w *worker, all []*lot, asked *scope) []UnitValue {
	var ratios []float64
	for _, l := range all {
		if l.ready(w) && l.ratio > 0 {
			ratios = append(ratios, math.Log(l.ratio))
		}
	}
	fences := boxPlot(ratios)
	var out []UnitValue
	for _, l := range all {
		if l.tonnes == nil || l.dollars == nil || !asked.concerns(l.money) {
			continue
		}
		u := l.describe(w)
		if l.ratio > 0 {
			u.Fences = fences
			if fences != nil && (l.ratio < fences.Lo || l.ratio > fences.Hi) {
				u.Marks = append(u.Marks, MarkFences)
			}
			if l.ratio < e.Band[0] || l.ratio > e.Band[1] {
				u.Marks = append(u.Marks, MarkBand)
			}
		}
		if u.Value.finite() {
			out = append(out, u)
		}
	}
	return out
}

// boxPlot gives the fences of logarithms, back as ratios.
func boxPlot(logs []float64) *Fences {
	n := len(logs)
	if n < fewestForFences {
		return nil
	}
	x := slices.Sorted(slices.Values(logs))
	quartile := func(p float64) float64 {
		r, f := position(p, n)
		return x[r] + f*(x[min(int(r)+1, n-1)]-x[r])
	}
	lo, hi := quartile(0.25), quartile(0.75)
	width := fenceWidth * (hi - lo)
	return &Fences{math.Exp(lo - width), math.Exp(hi + width), n}
}

// ready carries both claims of a lot to tonnes and dollars; false where a rate is missing.
func (l *lot) ready(w *worker) bool {
	f := l.money.Flow
	cell := flows.Cell{Mineral: f.Mineral, Period: f.Period, Place: f.Subject()}
	l.c = &compiler{w: w, m: w.m, bal: flows.Balance{Cell: cell}, basis: w.m.ledger.Substance(f.Mineral)}
	l.tonnes = l.c.atom(l.quantity)
	l.c.basis = flows.USD
	l.dollars = l.c.atom(l.money)
	if l.tonnes == nil || l.dollars == nil {
		return false
	}
	l.price = w.price(f, w.m.ledger.Substance(f.Mineral))
	if l.price == nil {
		return true
	}
	one := []float64{1}
	applySteps(w.m.pointWorker((*input).median), l.price, one)
	l.ratio = l.c.central(l.dollars) / l.c.central(l.tonnes) / one[0]
	if math.IsNaN(l.ratio) || math.IsInf(l.ratio, 0) {
		l.ratio = 0
	}
	return true
}

// describe evaluates a lot.
func (l *lot) describe(w *worker) UnitValue {
	u := UnitValue{Flow: l.money.Flow, Reporter: l.money.Reporter, Place: reportingEnd(l.money), Basis: w.m.ledger.Substance(l.money.Mineral),
		Quantity: *l.quantity, Money: *l.money}
	x, y := w.get(), w.get()
	defer func() { w.put(x); w.put(y) }()
	l.dollars.eval(w, x)
	l.tonnes.eval(w, y)
	for i := range x {
		x[i] /= y[i]
	}
	u.Value = w.sum.summarize(x)
	if l.price != nil {
		for i := range y {
			y[i] = 1
		}
		applySteps(w, l.price, y)
		for i := range x {
			x[i] /= y[i]
		}
		if v := w.sum.summarize(x); v.finite() {
			u.Ratio = &v
		}
	}
	return u
}

// reportingEnd is the end of a flow whose statistics speak, "" for neither.
func reportingEnd(c *flows.Claim) flows.Place {
	for _, end := range [...]flows.Place{c.From, c.To} {
		if c.Reporter != "" && (c.Reporter.Within(end) || end.Within(c.Reporter)) {
			return end
		}
	}
	return ""
}

// lots pairs the tonnes and the dollars that one producer states of one flow, part and period: of one publication where one states both,
// else the latest of each. They come by group.
func lots(l *flows.Ledger) [][]*lot {
	type stated struct {
		flows.Flow
		reporter flows.Place
		producer string
	}
	type group struct {
		mineral         flows.Mineral
		reporter, place flows.Place
		imports         bool
		part            string
	}
	claims := map[stated][]*flows.Claim{}
	var order []stated
	for i := range l.Claims() {
		c := &l.Claims()[i]
		speaks := c.Evidence != flows.Derived && c.Evidence != flows.Capacity && (c.Evidence != flows.Testimony || c.Scenario != "")
		if !inForce(c, l) || !isTrade(c) || c.Amount.Bound != flows.About || c.Amount.Basis == flows.Share || c.Period.IsZero() || !speaks {
			continue
		}
		k := stated{c.Flow, c.Reporter, c.Origin.Producer}
		if claims[k] == nil {
			order = append(order, k)
		}
		claims[k] = append(claims[k], c)
	}
	byGroup := map[string][]*lot{}
	for _, k := range order {
		if lot := pairOff(claims[k]); lot != nil {
			g := group{k.Mineral, k.reporter, reportingEnd(lot.money).Country(), reportingEnd(lot.money) == k.To, k.Part}
			name := fmt.Sprintf("%s/%s/%s/%t/%s", g.mineral, g.reporter, g.place, g.imports, g.part)
			byGroup[name] = append(byGroup[name], lot)
		}
	}
	var out [][]*lot
	for _, name := range sortedKeys(byGroup) {
		out = append(out, byGroup[name])
	}
	return out
}

// pairOff is nil where tonnes or dollars are missing.
func pairOff(claims []*flows.Claim) *lot {
	var best *lot
	for _, q := range claims {
		for _, d := range claims {
			if q.Amount.Basis.Money() || !d.Amount.Basis.Money() {
				continue
			}
			l := &lot{quantity: q, money: d}
			if best == nil || l.before(best) {
				best = l
			}
		}
	}
	return best
}

// before reports whether a lot speaks rather than another of the same flow.
func (l *lot) before(b *lot) bool {
	scenario := func(l *lot) int { return -len(l.quantity.Scenario + l.money.Scenario) }
	together := func(l *lot) int {
		if l.quantity.Origin.ID == l.money.Origin.ID {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(scenario(l), scenario(b)), cmp.Compare(together(l), together(b)),
		flows.CompareDates(b.money.Origin.Published, l.money.Origin.Published), flows.CompareDates(b.quantity.Origin.Published, l.quantity.Origin.Published),
		strings.Compare(string(l.money.Amount.Basis), string(b.money.Amount.Basis)), strings.Compare(string(b.quantity.Amount.Basis), string(l.quantity.Amount.Basis)),
		strings.Compare(l.money.Origin.ID, b.money.Origin.ID), strings.Compare(l.quantity.Origin.ID, b.quantity.Origin.ID),
		strings.Compare(l.money.Locator+l.quantity.Locator, b.money.Locator+b.quantity.Locator)) < 0
}
