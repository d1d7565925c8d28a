package flows

import (
	"fmt"
	"math"
	"strings"
)

type editionKey struct {
	from, to Place
	part     string
	period   Period
	kind     string
	bound    Bound
	capacity bool
}

func keyOfEdition(c *Claim) editionKey {
	return editionKey{c.From, c.To, c.Part, c.Period, kind(c.Amount.Basis), c.Amount.Bound, c.Evidence == Capacity}
}

// latestEditions keeps the figure with the latest publication date among those of one producer for one flow, part and period. A
// claim that only a scenario brings beats all others, for that is what the scenario says. Where one edition prints tonnes in two
// bases (gross and content), that which needs no grade speaks.
func (b *Balance) latestEditions(group []Claim, substance Basis) []Claim {
	last := map[editionKey]int{}
	for i := range group {
		c := &group[i]
		k := keyOfEdition(c)
		if j, ok := last[k]; !ok || laterEdition(c, &group[j], substance) {
			last[k] = i
		}
	}
	if len(last) == len(group) {
		return group
	}
	var out []Claim
	for i, c := range group {
		j := last[keyOfEdition(&c)]
		winner := &group[j]
		switch {
		case i == j:
			out = append(out, c)
		case c.Scenario != winner.Scenario:
			b.aside(c, Superseded, fmt.Sprintf("%s in scenario %s supersedes %s", winner.Origin.ID, winner.Scenario, c.Origin.ID))
		case c.Amount.Basis != winner.Amount.Basis && sameDay(&c, winner):
			code := GradeCheck
			if c.Amount.Basis.Money() {
				code = UnitValue
			}
			b.aside(c, code, fmt.Sprintf("the same edition states it in %s: this is a check, not a second figure", winner.Amount.Basis))
		default:
			b.aside(c, Superseded, fmt.Sprintf("%s of %s (%s) supersedes %s of %s", winner.Origin.ID, winner.Origin.Producer, winner.Origin.date(), c.Origin.ID, c.Origin.date()))
		}
	}
	return out
}

// notYetDerived sets aside the figures of which a later edition of the same producer was computed from the other side of the balance. The
// later edition says nothing, and the earlier one is what it corrects: it does not speak in its place.
func (b *Balance) notYetDerived(claims, derived []Claim) []Claim {
	if len(derived) == 0 {
		return claims
	}
	type figure struct {
		groupKey
		editionKey
	}
	keyOf := func(c *Claim) figure {
		return figure{groupKey{c.From, c.To, c.Origin.Producer, c.Channel}, keyOfEdition(c)}
	}
	last := map[figure]*Claim{}
	for i := range derived {
		c := &derived[i]
		if have := last[keyOf(c)]; have == nil || CompareDates(c.Origin.Published, have.Origin.Published) > 0 {
			last[keyOf(c)] = c
		}
	}
	var out []Claim
	for _, c := range claims {
		if d := last[keyOf(&c)]; d != nil && c.Scenario == "" && CompareDates(d.Origin.Published, c.Origin.Published) > 0 {
			b.aside(c, Superseded, fmt.Sprintf("%s of %s (%s), computed from the other side of the balance, supersedes %s of %s",
				d.Origin.ID, d.Origin.Producer, d.Origin.date(), c.Origin.ID, c.Origin.date()))
			continue
		}
		out = append(out, c)
	}
	return out
}

// laterPartsBeatWhole sets aside a whole of which a later edition states all the parts instead.
func (b *Balance) laterPartsBeatWhole(about []Claim) []Claim {
	type pieceKey struct {
		from, to Place
		period   Period
		kind     string
	}
	key := func(c *Claim) pieceKey { return pieceKey{c.From, c.To, c.Period, kind(c.Amount.Basis)} }
	parts := map[pieceKey]*Claim{} // the earliest of those that are all there are
	for i := range about {
		c := &about[i]
		if c.Part == "" || !c.Origin.Whole("parts") {
			continue
		}
		if have := parts[key(c)]; have == nil || CompareDates(c.Origin.Published, have.Origin.Published) < 0 {
			parts[key(c)] = c
		}
	}
	if len(parts) == 0 {
		return about
	}
	var out []Claim
	for _, c := range about {
		if p := parts[key(&c)]; c.Part == "" && c.Scenario == "" && p != nil && CompareDates(p.Origin.Published, c.Origin.Published) > 0 {
			b.aside(c, Superseded, fmt.Sprintf("the parts of %s of %s (%s) supersede %s of %s",
				p.Origin.ID, p.Origin.Producer, p.Origin.date(), c.Origin.ID, c.Origin.date()))
			continue
		}
		out = append(out, c)
	}
	return out
}

// laterEdition reports whether a wins over b. Two figures of one day are ordered by basis, id and locator, so that one of them wins
// whatever order they come in; the ledger warns of them (EditionTie).
func laterEdition(a, b *Claim, substance Basis) bool {
	if (a.Scenario != "") != (b.Scenario != "") {
		return a.Scenario != ""
	}
	if c := CompareDates(a.Origin.Published, b.Origin.Published); c != 0 {
		return c > 0
	}
	if ra, rb := directness(a.Amount.Basis, substance), directness(b.Amount.Basis, substance); ra != rb {
		return ra < rb
	}
	return first(strings.Compare(a.Origin.ID, b.Origin.ID), strings.Compare(a.Locator, b.Locator), compareClaims(a, b)) > 0
}

// directness orders bases by how many conversions lead to the substance that results are stated in.
func directness(b, substance Basis) int {
	switch {
	case b == substance:
		return 0
	case b.Substance(), b == USDSpot:
		return 1
	case b == Gross, b == USD:
		return 2
	}
	return 3
}

func sameDay(a, b *Claim) bool { return a.Origin.Published == b.Origin.Published }

// date is when an origin was published, as a reason says it.
func (o *Origin) date() string {
	if o.Undated {
		return o.Published + ", the day of its file"
	}
	return o.Published
}

// CompareDates orders publication dates of different precision: by what is known of both, and where that is equal the more precise
// date counts as later. "2019" cannot be shown to be later than "2019-02", whose figure is known to have stood in that month.
func CompareDates(a, b string) int { return strings.Compare(a, b) }

// LastDay is the last day that an ISO 8601 date of reduced precision may mean, since all that "2024" says is that the figure was
// out by the end of that year. Dates compare as text.
func LastDay(date string) string {
	switch len(date) {
	case 4:
		return date + "-12-31"
	case 7:
		return date + "-31"
	}
	return date
}

// figuresOf groups the figures that hold always by what they are about, whose statistics they are, who published them and in which
// basis: each group is one figure with all its editions.
func figuresOf(l *Ledger) [][]*Claim {
	type figureKey struct {
		producer string
		basis    Basis
	}
	var out [][]*Claim
	at := map[figureKey]int{}
	for i := range l.claims {
		c := &l.claims[i]
		if i > 0 && (c.Flow != l.claims[i-1].Flow || c.Reporter != l.claims[i-1].Reporter) { // the ledger is in order of both
			clear(at)
		}
		if c.Scenario != "" || c.Amount.Bound != About || c.Evidence == Capacity {
			continue
		}
		k := figureKey{c.Origin.Producer, c.Amount.Basis}
		if j, ok := at[k]; ok {
			out[j] = append(out[j], c)
			continue
		}
		at[k] = len(out)
		out = append(out, []*Claim{c})
	}
	return out
}

// lastEdition is the claim on a figure that speaks, of all that its producer published.
func lastEdition(all []*Claim) *Claim {
	last := all[0]
	for _, c := range all[1:] {
		if laterEdition(c, last, "") {
			last = c
		}
	}
	return last
}

// editionTies warns where a producer published two different figures for one thing on one date and no later one: which of them
// speaks is then an accident of their ids.
func editionTies(l *Ledger) []Warning {
	var out []Warning
	for _, all := range figuresOf(l) {
		winner := lastEdition(all)
		for _, c := range all {
			if c == winner || !sameDay(c, winner) || c.Amount.Value.Quantile(0.5) == winner.Amount.Value.Quantile(0.5) {
				continue
			}
			out = append(out, Warning{EditionTie, fmt.Sprintf("%s: %s published %s (%s%s) and %s (%s%s), both dated %s; the first is used",
				c.Flow, c.Origin.Producer, figure(winner), winner.Origin.ID, at(winner.Pos), figure(c), c.Origin.ID, at(c.Pos), winner.Origin.Published),
				[]Claim{*winner, *c}})
		}
	}
	return out
}

// undatedEditions warns where a figure beats another edition of it only by the day on which its file was last changed, which for a copy is the
// day of the copy: once for each two origins, with the figures that differ by more than rounding. Where such a file loses, it was no later in
// any case.
func undatedEditions(l *Ledger) []Warning {
	type pair struct{ winner, loser *Origin }
	var pairs []pair
	claims := map[pair][]Claim{} // the winning and the losing one of each figure
	for _, all := range figuresOf(l) {
		winner := lastEdition(all)
		for _, c := range all {
			k := pair{winner.Origin, c.Origin}
			x, y := winner.Amount.Value.Quantile(0.5), c.Amount.Value.Quantile(0.5)
			if !winner.Origin.Undated || k.winner == k.loser || sameDay(c, winner) || math.Abs(x-y) <= sameWithin*math.Abs(y) {
				continue
			}
			if claims[k] == nil {
				pairs = append(pairs, k)
			}
			claims[k] = append(claims[k], *winner, *c)
		}
	}
	var out []Warning
	for _, k := range pairs {
		first := claims[k][0]
		out = append(out, Warning{UndatedEdition, fmt.Sprintf("nothing says when %s of %s (%s) was published: it is taken to be of %s, when its file was last changed, "+
			"and so supersedes %s of %s where they differ (%d); if the file was copied, say when it was published",
			k.winner.ID, k.winner.Producer, first.Pos, k.winner.Published, k.loser.ID, k.loser.Published, len(claims[k])/2), claims[k]})
	}
	return out
}

// figure is an amount as a reader knows it.
func figure(c *Claim) string {
	if c.Amount.Text != "" {
		return c.Amount.Text
	}
	return fmt.Sprintf("%.6g", c.Amount.Value.Quantile(0.5))
}

// at is where a record stands, for the end of a phrase.
func at(p Pos) string {
	if s := p.String(); s != "" {
		return ", " + s
	}
	return ""
}

// Revision is how a producer's figure moved from its first edition to its latest.
type Revision struct {
	Producer    string
	First, Last Claim
	Log         float64 // natural logarithm of last / first
}

// Revisions returns the first-to-latest change of every positive figure that its producer published on more than one date, in order.
// Their root mean square, per producer and mineral, is how noisy the producer's figures are.
func (l *Ledger) Revisions() []Revision {
	var out []Revision
	for _, all := range figuresOf(l) {
		var first, last *Claim
		for _, c := range all {
			if c.Amount.Value.Quantile(0.5) <= 0 {
				continue
			}
			if first == nil || CompareDates(c.Origin.Published, first.Origin.Published) < 0 {
				first = c
			}
			if last == nil || laterEdition(c, last, "") {
				last = c
			}
		}
		if first == nil || sameDay(first, last) {
			continue
		}
		out = append(out, Revision{last.Origin.Producer, *first, *last, math.Log(last.Amount.Value.Quantile(0.5) / first.Amount.Value.Quantile(0.5))})
	}
	return out
}
