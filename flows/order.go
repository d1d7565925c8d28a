package flows

import (
	"cmp"
	"slices"
	"strings"
)

// sort orders every kind of record by its content, so that the same records give the same ledger in whatever order they come. The
// position comes last: it tells apart what is refused as a duplicate.
func (l *Ledger) sort() {
	l.claims = sorted(l.claims, compareClaims)
	l.rates = sorted(l.rates, compareRates)
	l.corridors = sorted(l.corridors, func(a, b *Corridor) int {
		return first(compare(a.Mineral, b.Mineral), compare(a.From, b.From), compare(a.To, b.To), compare(originID(a.Origin), originID(b.Origin)),
			compare(a.Note, b.Note), comparePos(a.Pos, b.Pos))
	})
	l.events = sorted(l.events, func(a, b *Event) int {
		return first(compare(a.Date, b.Date), compare(a.Place, b.Place), compare(a.Mineral, b.Mineral), compare(a.Title, b.Title),
			compare(originID(a.Origin), originID(b.Origin)), comparePos(a.Pos, b.Pos))
	})
	l.sites = sorted(l.sites, func(a, b *Site) int {
		return first(compare(a.Place, b.Place), compare(a.Name, b.Name), slices.Compare(a.Members, b.Members), compare(a.Note, b.Note), comparePos(a.Pos, b.Pos))
	})
	l.commodities = sorted(l.commodities, func(a, b *Commodity) int {
		return first(compare(a.Mineral, b.Mineral), compare(a.Substance, b.Substance), slices.Compare(a.HS, b.HS), comparePos(a.Pos, b.Pos))
	})
	l.published = sorted(l.published, func(a, b *Published) int {
		return first(compare(a.ID, b.ID), compare(a.Who, b.Who), compare(a.Date, b.Date), comparePos(a.Pos, b.Pos))
	})
	l.changes = sorted(l.changes, func(a, b *Change) int {
		return first(compare(a.Scenario, b.Scenario), comparePos(a.Pos, b.Pos), compare(a.Action, b.Action), compare(a.Target, b.Target),
			compare(a.Value, b.Value), compare(a.Who, b.Who), compare(a.Note, b.Note))
	})
}

// sorted sorts pointers and copies once: a claim is some 400 bytes, and moving it at every step cost more than comparing.
func sorted[R any](all []R, compare func(a, b *R) int) []R {
	at := make([]*R, len(all))
	for i := range all {
		at[i] = &all[i]
	}
	slices.SortStableFunc(at, compare)
	out := make([]R, len(all))
	for i, r := range at {
		out[i] = *r
	}
	return out
}

func first(results ...int) int { return cmp.Or(results...) }

func compare[S ~string](a, b S) int { return strings.Compare(string(a), string(b)) }

func comparePos(a, b Pos) int {
	return first(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
}

// compareClaims looks at the flow first and at the rest only where two claims are about one flow.
func compareClaims(a, b *Claim) int {
	if c := compareFlows(a.Flow, b.Flow); c != 0 {
		return c
	}
	return first(
		compare(a.Reporter, b.Reporter),
		compare(originID(a.Origin), originID(b.Origin)),
		compare(a.Amount.Basis, b.Amount.Basis),
		cmp.Compare(a.Amount.Bound, b.Amount.Bound),
		compare(a.Locator, b.Locator),
		compare(a.Scenario, b.Scenario),
		compare(a.Amount.Text, b.Amount.Text),
		comparePos(a.Pos, b.Pos),
	)
}

func compareFlows(a, b Flow) int {
	if c := compare(a.Mineral, b.Mineral); c != 0 {
		return c
	}
	if c := a.Period.Compare(b.Period); c != 0 {
		return c
	}
	return first(compare(a.From, b.From), compare(a.To, b.To), compare(a.Channel, b.Channel), compare(a.Part, b.Part))
}

func compareRates(a, b *Rate) int {
	return first(
		compare(a.Mineral, b.Mineral),
		compare(a.Place, b.Place),
		compare(a.Part, b.Part),
		compare(a.Of, b.Of),
		compare(a.Per, b.Per),
		a.Period.Compare(b.Period),
		compare(originID(a.Origin), originID(b.Origin)),
		compare(a.Scenario, b.Scenario),
		compare(a.Locator, b.Locator),
		comparePos(a.Pos, b.Pos),
	)
}

// CompareCells orders cells by mineral, place and period.
func CompareCells(a, b Cell) int {
	return first(compare(a.Mineral, b.Mineral), compare(a.Place, b.Place), a.Period.Compare(b.Period))
}

func originID(o *Origin) string {
	if o == nil {
		return ""
	}
	return o.ID
}
