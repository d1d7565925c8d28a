package flows

import (
	"fmt"
	"slices"
)

// partsExceedWhole warns where the months, parts, sites or partners of a flow sum to more than the whole that the same producer
// states, by more than both ranges: the sum of the pieces' 5th percentiles against the whole's 95th percentile.
func partsExceedWhole(now []*Claim) []Warning {
	type wholeKey struct {
		mineral  Mineral
		from, to Place
		channel  Channel
		producer string
		reporter Place
		basis    Basis
	}
	flows, partners := newSeries[wholeKey](), newSeries[wholeKey]()
	for _, c := range now {
		k := wholeKey{c.Mineral, c.From.Country(), c.To.Country(), c.Channel, c.Origin.Producer, c.Reporter, c.Amount.Basis}
		flows.add(k, c)
		if c.From == Ground || c.To == Use || c.To == Stock || pieceName(c, "") != "" {
			continue
		}
		exports, imports := k, k
		exports.to, imports.from = World, World
		if c.From != World {
			partners.add(exports, c)
		}
		if c.To != World {
			partners.add(imports, c)
		}
	}
	var out []Warning
	for _, k := range flows.keys {
		for _, whole := range flows.of[k] {
			if pieceName(whole, "") != "" {
				continue
			}
			inside := insideOf(flows.of[k], whole)
			var months []Claim
			for _, c := range inside {
				if pieceName(&c, "") == "" && c.Period != whole.Period {
					months = append(months, c)
				}
			}
			_, parts, sites := cut(inside, "")
			cell := Cell{whole.Mineral, whole.Period, ""}
			out = exceeding(out, whole, "months", longestRun(months, whole.Period))
			out = exceeding(out, whole, "parts", assemble(parts, cell).claims)
			out = exceeding(out, whole, "sites", assemble(sites, cell).claims)
		}
	}
	for _, k := range partners.keys {
		for _, whole := range partners.of[k] {
			if (k.to == World && whole.To != World) || (k.from == World && whole.From != World) {
				continue
			}
			byEnds := newSeries[[2]Place]()
			for _, c := range insideOf(partners.of[k], whole) {
				if c.From != whole.From || c.To != whole.To {
					byEnds.add([2]Place{c.From, c.To}, &c)
				}
			}
			unions := slices.DeleteFunc(slices.Clone(byEnds.keys), func(u [2]Place) bool { return !u[0].IsUnion() && !u[1].IsUnion() })
			var all []Claim
			for _, ends := range byEnds.keys {
				inUnion := slices.ContainsFunc(unions, func(u [2]Place) bool {
					return u != ends && ends[0].Within(u[0]) && ends[1].Within(u[1])
				})
				if !inUnion {
					all = append(all, longestRun(values(byEnds.of[ends]), whole.Period)...)
				}
			}
			out = exceeding(out, whole, "partners", all)
		}
	}
	return out
}

// rounding is what a sum of binary fractions may be off by: 0.1 + 0.2 is no more than 0.3.
const rounding = 1e-9

// exceeding adds a warning where pieces exceed their whole.
func exceeding(out []Warning, whole *Claim, what string, set []Claim) []Warning {
	if len(set) == 0 {
		return out
	}
	low := 0.0
	for _, c := range set {
		low += c.Amount.Value.Quantile(0.05)
	}
	high := whole.Amount.Value.Quantile(0.95)
	if low <= high*(1+rounding) {
		return out
	}
	text := fmt.Sprintf("%s, %s%s: %d %s come to at least %.4g %s, the whole to at most %.4g",
		whole.Flow, whole.Origin.Producer, at(whole.Pos), len(set), what, low, whole.Amount.Basis, high)
	return append(out, Warning{PartsExceedWhole, text, append([]Claim{*whole}, set...)})
}

// latest returns the claims of the ledger that are about a value, hold always and have no later edition, in order.
func latest(l *Ledger) []*Claim {
	out := make([]*Claim, 0, len(l.claims))
	for _, all := range figuresOf(l) {
		winner := all[0]
		for _, c := range all[1:] {
			if laterEdition(c, winner, "") {
				winner = c
			}
		}
		out = append(out, winner)
	}
	slices.SortFunc(out, compareClaims)
	return out
}

// insideOf returns the claims whose period lies inside the whole's, the whole itself left out. The claims are in the ledger's order,
// which is by first month, so that those inside stand together.
func insideOf(claims []*Claim, whole *Claim) []Claim {
	start, end := whole.Period.start, whole.Period.start+whole.Period.months
	from, _ := slices.BinarySearchFunc(claims, start, func(c *Claim, s int32) int { return int(c.Period.start) - int(s) })
	var out []Claim
	for _, c := range claims[from:] {
		if c.Period.start >= end {
			break
		}
		if c != whole && whole.Period.Contains(c.Period) {
			out = append(out, *c)
		}
	}
	return out
}

// series are claims by what they have in common, with the keys in order of arrival.
type series[K comparable] struct {
	of   map[K][]*Claim
	keys []K
}

func newSeries[K comparable]() *series[K] { return &series[K]{of: map[K][]*Claim{}} }

func (s *series[K]) add(k K, c *Claim) {
	have, ok := s.of[k]
	if !ok {
		s.keys = append(s.keys, k)
	}
	s.of[k] = append(have, c)
}

func values(claims []*Claim) []Claim {
	out := make([]Claim, len(claims))
	for i, c := range claims {
		out[i] = *c
	}
	return out
}
