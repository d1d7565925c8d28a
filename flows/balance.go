package flows

import (
	"fmt"
	"slices"
)

// Balance is what a ledger has to say about one cell: the claims that speak, per side, and those set aside with the reason.
// A claim on a flow by its origin (or, from ground and to use or stock, by anybody) is declared; by its destination it is mirrored;
// by neither it is reconciled. Pieces (months, parts, sites) of one producer stand here side by side where nothing states their whole;
// Statements puts them together. Partners stand beside World always, since trade is compared partner by partner.
type Balance struct {
	Cell
	Output                                           []Claim // ground -> place
	Declared, Mirrored, Reconciled                   []Claim // place -> elsewhere
	InflowDeclared, InflowMirrored, InflowReconciled []Claim // elsewhere -> place: what its origin, the place itself, neither says
	Use, Stock                                       []Claim // place -> use, place -> stock
	Aside                                            []Aside
}

// Aside is a claim that touches a balance and does not speak in it.
type Aside struct {
	Claim
	Code Code
	Why  string
}

// Statement is what one producer says about one flow in the period of a balance: the sum of its claims.
type Statement struct {
	Producer string
	From, To Place // a site stands under its country
	Channel  Channel
	Bound    Bound   // AtLeast, AtMost for a bound; About else
	Claims   []Claim // pieces to be summed, in order; one claim for a bound
	Complete bool    // the claims are the whole
	Missing  string  // what is missing where they are not: "3 of 12 months"
}

// Role is the part that a claim plays in a balance.
type Role int

// The roles, in the order of the fields of Balance.
const (
	IsOutput Role = iota
	IsDeclared
	IsMirrored
	IsReconciled
	IsInflowDeclared
	IsInflowMirrored
	IsInflowReconciled
	IsUse
	IsStock
	roles
)

// Balance gathers the claims on one cell. A cell without any gives a Balance with empty sides.
func (l *Ledger) Balance(cell Cell) Balance {
	b := Balance{Cell: cell}
	var lists, derived [roles][]Claim
	for _, i := range l.touching(cell) {
		c := &l.claims[i]
		if !l.holds(c.Scenario) {
			continue
		}
		within := c.Period.IsZero() || cell.Period.Contains(c.Period)
		if !within && cell.Period.Overlap(c.Period) == 0 {
			continue
		}
		s, code := roleOf(c, cell.Place)
		outflow := s == IsDeclared || s == IsMirrored || s == IsReconciled
		inflow := s == IsInflowDeclared || s == IsInflowMirrored || s == IsInflowReconciled
		switch {
		case code == elsewhere:
		case code == Inside:
			b.aside(*c, Inside, "both ends lie inside "+string(cell.Place))
		case code == Wider:
			b.aside(*c, Wider, fmt.Sprintf("how much of %s>%s is %s's is not said", c.From, c.To, cell.Place))
		case !within:
			b.aside(*c, OutOfPeriod, fmt.Sprintf("%s is not inside %s", c.Period, cell.Period))
		case c.Evidence == Derived:
			b.aside(*c, IsDerived, "computed from the other side of the balance")
			derived[s] = append(derived[s], *c)
		case c.Evidence == Testimony && c.Scenario == "":
			b.aside(*c, IsTestimony, "testimony enters only through a scenario")
		case c.Channel == Unrecorded && outflow:
			b.aside(*c, IsUnrecorded, "an unrecorded outflow is no part of the recorded one")
		case c.Channel == Unrecorded && inflow && c.Scenario == "":
			b.aside(*c, IsUnrecorded, "an unrecorded inflow is what the surplus looks for; it enters only through a scenario")
		default:
			lists[s] = append(lists[s], *c)
		}
	}
	for s, dst := range [roles]*[]Claim{&b.Output, &b.Declared, &b.Mirrored, &b.Reconciled,
		&b.InflowDeclared, &b.InflowMirrored, &b.InflowReconciled, &b.Use, &b.Stock} {
		if lists[s] = b.notYetDerived(lists[s], derived[s]); len(lists[s]) > 0 {
			*dst = b.speak(lists[s], l.Substance(cell.Mineral), l.priced)
		}
	}
	return b
}

func (b *Balance) aside(c Claim, code Code, why string) {
	b.Aside = append(b.Aside, Aside{c, code, why})
}

// touching returns the indices of the claims with an end inside the cell's place, ascending.
func (l *Ledger) touching(cell Cell) []int32 {
	members := cell.Place.Members()
	if len(members) == 1 {
		return l.near[nearKey{cell.Mineral, members[0].Country()}]
	}
	var all []int32
	for _, m := range members {
		all = append(all, l.near[nearKey{cell.Mineral, m.Country()}]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// RoleOf says which part a claim plays in the balance of place; false where it plays none: both ends lie inside, or neither does.
func RoleOf(c *Claim, place Place) (Role, bool) {
	role, code := roleOf(c, place)
	return role, code == ""
}

// elsewhere is the code of a claim that has nothing to do with a balance.
const elsewhere Code = "elsewhere"

// roleOf gives the reason where a claim plays no part: both ends lie Inside; it is stated of something Wider than the place; or it
// is about elsewhere.
func roleOf(c *Claim, place Place) (Role, Code) {
	fromIn, toIn := c.From.Within(place), c.To.Within(place)
	switch {
	case fromIn && toIn:
		return 0, Inside
	case !fromIn && (!toIn || c.From.IsUnion()) && c.From.overlaps(place), !toIn && (!fromIn || c.To.IsUnion()) && c.To.overlaps(place):
		return 0, Wider // but a site and the rest of its country are two places
	case !fromIn && !toIn:
		return 0, elsewhere
	case c.From == Ground:
		return IsOutput, ""
	case c.To == Use:
		return IsUse, ""
	case c.To == Stock:
		return IsStock, ""
	}
	byOrigin, byDestination, byNeither := IsDeclared, IsMirrored, IsReconciled
	if toIn { // what the origin says mirrors what the place itself declares
		byOrigin, byDestination, byNeither = IsInflowMirrored, IsInflowDeclared, IsInflowReconciled
	}
	origin, destination := speaksFor(c.Reporter, c.From), speaksFor(c.Reporter, c.To)
	switch {
	case c.Reporter == c.From, origin && !destination:
		return byOrigin, ""
	case c.Reporter == c.To, destination && !origin:
		return byDestination, ""
	}
	return byNeither, "" // nobody in particular, a third party, or a union that holds both ends
}

// speaksFor reports whether a reporter's statistics are those of place: its own, its country's, a member's or its union's.
func speaksFor(reporter, place Place) bool {
	return reporter != "" && (reporter.Within(place) || place.Within(reporter))
}

// speak keeps, per producer and flow, the claims that are to be summed, and sets the others aside. It applies, in this order: the
// latest edition wins; tonnes beat dollars, unless they were made from them; the whole beats its parts, unless a later edition has all of them.
func (b *Balance) speak(claims []Claim, substance Basis, priced func(*Claim) bool) []Claim {
	var out []Claim
	for _, group := range groups(claims, b.Place) {
		group = b.latestEditions(group, substance)
		var about, bounds []Claim
		for _, c := range group {
			if c.Amount.Bound == About && c.Evidence != Capacity {
				about = append(about, c)
			} else {
				bounds = append(bounds, c)
			}
		}
		about = b.laterPartsBeatWhole(b.tonnesBeatDollars(about, priced))
		picked, rest, _, _ := cover(about, b.Cell)
		for _, c := range rest {
			b.aside(c, PartOfWhole, "a piece of a flow whose whole, or a fuller set of pieces, the same producer states")
		}
		out = append(out, picked...)
		out = append(out, bounds...)
	}
	slices.SortFunc(out, func(a, b Claim) int { return compareClaims(&a, &b) })
	return b.unionsBeatMembers(out)
}

// unionsBeatMembers sets aside what a producer states of a member of a union where it states the union's whole too.
func (b *Balance) unionsBeatMembers(claims []Claim) []Claim {
	var unions []Claim
	for _, c := range claims {
		if (c.From.IsUnion() || c.To.IsUnion()) && c.Part == "" && c.Amount.Bound == About && c.Evidence != Capacity {
			unions = append(unions, c)
		}
	}
	if len(unions) == 0 {
		return claims
	}
	var out []Claim
	for _, c := range claims {
		i := slices.IndexFunc(unions, func(u Claim) bool {
			smaller := (c.From != u.From || c.To != u.To) && c.From.Within(u.From) && c.To.Within(u.To)
			return smaller && c.Channel == u.Channel && c.Origin.Producer == u.Origin.Producer && u.Period.Contains(c.Period)
		})
		if i >= 0 && c.Amount.Bound == About && c.Evidence != Capacity {
			b.aside(c, PartOfWhole, fmt.Sprintf("the same producer states the whole, %s>%s", unions[i].From, unions[i].To))
			continue
		}
		out = append(out, c)
	}
	return out
}

type groupKey struct {
	from, to Place
	producer string
	channel  Channel
}

// groups splits claims by producer and flow, in a fixed order. Sites stand under their country.
func groups(claims []Claim, place Place) [][]Claim {
	byKey := map[groupKey][]Claim{}
	var keys []groupKey
	for _, c := range claims {
		k := groupKey{standing(c.From, place), standing(c.To, place), c.Origin.Producer, c.Channel}
		if _, ok := byKey[k]; !ok {
			keys = append(keys, k)
		}
		byKey[k] = append(byKey[k], c)
	}
	slices.SortFunc(keys, func(a, b groupKey) int {
		return first(compare(a.from, b.from), compare(a.to, b.to), compare(a.producer, b.producer), compare(a.channel, b.channel))
	})
	out := make([][]Claim, len(keys))
	for i, k := range keys {
		out[i] = byKey[k]
	}
	return out
}

// kind tells apart what may not stand in for each other: tonnes, dollars and shares.
func kind(b Basis) string {
	switch {
	case b.Money():
		return "money"
	case b == Share:
		return "share"
	}
	return "mass"
}

// tonnesBeatDollars keeps, of tonnes and dollars that a producer states of one piece, the tonnes. But tonnes that one origin estimated beside
// dollars that were reported to it were made from them with a unit value of somebody else's (UN Comtrade's estimated weights): there the dollars
// speak, where rates lead from them to the substance there and then.
func (b *Balance) tonnesBeatDollars(about []Claim, priced func(*Claim) bool) []Claim {
	type pieceKey struct {
		from, to Place
		part     string
		period   Period
	}
	key := func(c *Claim) pieceKey { return pieceKey{c.From, c.To, c.Part, c.Period} }
	weighed, reported := map[pieceKey]bool{}, map[pieceKey]*Claim{}
	for i := range about {
		c := &about[i]
		switch kind(c.Amount.Basis) {
		case "mass":
			weighed[key(c)] = true
		case "money":
			if c.Evidence == Reported {
				reported[key(c)] = c
			}
		}
	}
	if len(weighed) == 0 {
		return about
	}
	made := map[pieceKey]bool{} // of dollars
	for i := range about {
		c := &about[i]
		if kind(c.Amount.Basis) != "mass" || c.Evidence != Estimated {
			continue
		}
		if dollars := reported[key(c)]; dollars != nil && dollars.Origin == c.Origin && priced(dollars) {
			made[key(c)] = true
		}
	}
	out := about[:0:0]
	for _, c := range about {
		switch k := key(&c); {
		case kind(c.Amount.Basis) == "money" && weighed[k] && !made[k]:
			b.aside(c, UnitValue, "the same producer states tonnes: its dollars check the unit value")
		case kind(c.Amount.Basis) == "mass" && made[k]:
			b.aside(c, UnitValue, "the tonnes are estimated and the dollars beside them reported: the tonnes check the unit value")
		default:
			out = append(out, c)
		}
	}
	return out
}

// Statements puts the claims of one side of b together, per producer and flow, in a fixed order. Bounds are statements of their own.
func (b *Balance) Statements(claims []Claim) []Statement {
	var out []Statement
	for _, group := range groups(claims, b.Place) {
		var about, ceilings []Claim // ceilings: the most that a part can be
		for _, c := range group {
			s := b.statement(&c)
			s.Claims, s.Complete = []Claim{c}, true
			switch {
			case c.Evidence == Capacity:
				s.Bound = AtMost
			case c.Amount.Bound == About:
				about = append(about, c)
				continue
			default:
				s.Bound = c.Amount.Bound
			}
			whole := (c.Period == b.Period || c.Period.IsZero()) && c.Part == "" && c.From == s.From && c.To == s.To
			if !whole {
				if s.Bound == AtMost {
					ceilings = append(ceilings, c)
					continue
				}
				s.Complete, s.Missing = false, "a bound on a part"
			}
			out = append(out, s)
		}
		if most := mostOfParts(about, ceilings, b.Cell); len(most) > 0 {
			s := b.statement(&most[0])
			s.Bound, s.Claims, s.Complete = AtMost, most, true
			out = append(out, s)
		}
		if len(about) == 0 {
			continue
		}
		picked, _, complete, missing := cover(about, b.Cell)
		if complete && len(ceilings) > 0 && pieceName(&picked[0], b.Place) != "" {
			complete, missing = false, "of some parts only the most they can be"
		}
		s := b.statement(&about[0])
		s.Claims, s.Complete, s.Missing = picked, complete, missing
		out = append(out, s)
	}
	return out
}

// mostOfParts are the claims whose sum is the most that a flow can be, of which some parts are stated and of others the most that they
// can be. The most that a part can be bounds the whole only where the origins say that their parts are all there are; else there is no sum.
func mostOfParts(about, ceilings []Claim, cell Cell) []Claim {
	if len(ceilings) == 0 {
		return nil
	}
	wholes, parts, sites := cut(slices.Concat(about, ceilings), cell.Place)
	if len(wholes) > 0 || len(sites) > 0 {
		return nil
	}
	if all := assemble(parts, cell); all.complete {
		return all.claims
	}
	return nil
}

// statement is an empty statement of the producer of c about its flow.
func (b *Balance) statement(c *Claim) Statement {
	return Statement{Producer: c.Origin.Producer, From: standing(c.From, b.Place), To: standing(c.To, b.Place), Channel: c.Channel}
}
