package flows

import (
	"fmt"
	"slices"
	"strings"
)

// cover picks, among the claims of one producer about one flow, those that together say most about the period of a cell, and never
// both a whole and a part of it. In order of preference: the whole over the whole period, as one figure or as a row of adjacent ones,
// in tonnes, then in dollars, then in both; all parts, or all sites, over the whole period, where the origin says that they are all
// there are; and else a floor (see floor). Parts and sites are two ways to cut one whole and are never added to each other.
func cover(claims []Claim, cell Cell) (picked, rest []Claim, complete bool, missing string) {
	period, place := cell.Period, cell.Place
	if len(claims) == 1 && claims[0].Period == period && pieceName(&claims[0], place) == "" {
		return claims, nil, true, ""
	}
	wholes, byPart, bySite := cut(claims, place)
	for _, kinds := range []string{"mass share", "money", "mass share money"} {
		if tiles := longestRun(ofKinds(wholes, kinds), period); len(tiles) > 0 && months(tiles) == period.Months() {
			return tiles, without(claims, tiles), true, ""
		}
	}
	run := pieces{claims: bestRun(wholes, period)}
	if len(run.claims) > 0 {
		run.missing = fmt.Sprintf("%d of %d months", months(run.claims), period.Months())
	}
	parts, sites := assemble(byPart, cell), assemble(bySite, cell)
	for _, p := range []pieces{parts, sites} {
		if p.complete {
			return p.claims, without(claims, p.claims), true, ""
		}
	}
	best := floor(run, parts, sites)
	return best.claims, without(claims, best.claims), false, best.missing
}

// pieces is a set of claims that may be summed.
type pieces struct {
	claims   []Claim
	full     bool // each of them over the whole period
	complete bool // and their origin says that they are all there are
	missing  string
}

// floor is the fullest of several sets of pieces, each less than the whole. Where all are in one basis it is the one that comes to
// most, by its medians: nine months of a whole say more than twelve of a small part. Else parts over the whole period come before the
// months of a whole, and these before parts with months missing.
func floor(run, parts, sites pieces) pieces {
	sets := slices.DeleteFunc([]pieces{parts, sites, run}, func(p pieces) bool { return len(p.claims) == 0 })
	if len(sets) == 0 {
		return pieces{}
	}
	basis, one := sets[0].claims[0].Amount.Basis, true
	sums := make([]float64, len(sets))
	for i, p := range sets {
		for _, c := range p.claims {
			one = one && c.Amount.Basis == basis && basis != Share
			sums[i] += c.Amount.Value.Quantile(0.5)
		}
	}
	best := 0
	for i := range sets {
		if one && sums[i] > sums[best] || !one && rank(&sets[i]) > rank(&sets[best]) {
			best = i
		}
	}
	return sets[best]
}

func rank(p *pieces) int {
	whole := p.claims[0].Part == "" && p.claims[0].From == p.claims[0].From.Country() && p.claims[0].To == p.claims[0].To.Country()
	switch {
	case p.full:
		return 2
	case whole:
		return 1
	}
	return 0
}

// pieceName names the part of a flow that a claim is about, a site counted as a part unless the balance is the site's own: "" for
// the whole.
func pieceName(c *Claim, place Place) string {
	name := c.Part
	for _, p := range [...]Place{c.From, c.To} {
		if p != standing(p, place) {
			name = strings.TrimSpace(name + " " + string(p))
		}
	}
	return name
}

// standing is the place that p counts for in a balance of place: a site stands under its country, except in its own balance.
func standing(p, place Place) Place {
	if p == place {
		return p
	}
	return p.Country()
}

func ofSite(c *Claim, place Place) bool {
	return c.From != standing(c.From, place) || c.To != standing(c.To, place)
}

// ends are where a flow starts and goes.
type ends struct{ from, to Place }

// cut splits claims into those about the whole, those about its parts and those about its sites. Where a site's whole is stated its
// parts are left out, and where a part is stated for the same time its own parts are.
func cut(claims []Claim, place Place) (wholes, parts, sites []Claim) {
	wholeSites := map[ends]bool{}
	for i := range claims {
		if c := &claims[i]; c.Part == "" && ofSite(c, place) {
			wholeSites[ends{c.From, c.To}] = true
		}
	}
	for _, c := range claims {
		switch {
		case insidePart(&c, claims):
		case ofSite(&c, place):
			if c.Part == "" || !wholeSites[ends{c.From, c.To}] {
				sites = append(sites, c)
			}
		case c.Part != "":
			parts = append(parts, c)
		default:
			wholes = append(wholes, c)
		}
	}
	return wholes, parts, sites
}

// insidePart reports whether c is about a part of a part ("HS 710812/re-export") and the claims state that part, for a month of c at least:
// a year's re-exports are in the months of the exports.
func insidePart(c *Claim, claims []Claim) bool {
	for part := c.Part; strings.Contains(part, "/"); {
		part = part[:strings.LastIndexByte(part, '/')]
		for i := range claims {
			if k := &claims[i]; k.Part == part && k.From == c.From && k.To == c.To && k.Period.Overlap(c.Period) > 0 {
				return true
			}
		}
	}
	return false
}

// assemble puts together the longest run of each piece.
func assemble(claims []Claim, cell Cell) pieces {
	if len(claims) == 0 {
		return pieces{}
	}
	byName := map[string][]Claim{}
	for i := range claims {
		name := pieceName(&claims[i], cell.Place)
		byName[name] = append(byName[name], claims[i])
	}
	names, n := sortedNames(byName), cell.Period.Months()
	out := pieces{full: true, complete: true}
	var short []string
	for _, name := range names {
		run := bestRun(byName[name], cell.Period)
		if m := months(run); m < n {
			short = append(short, fmt.Sprintf("%s: %d of %d months", name, m, n))
			out.full, out.complete = false, false
		}
		for i := range run {
			o := run[i].Origin
			if run[i].Part != "" && !o.Whole("parts") || ofSite(&run[i], cell.Place) && !o.Whole("sites") {
				out.complete = false
			}
		}
		out.claims = append(out.claims, run...)
	}
	out.missing = "only parts: " + strings.Join(names, ", ")
	if len(short) > 0 {
		out.missing += " (" + strings.Join(short, "; ") + ")"
	}
	return out
}

func ofKinds(claims []Claim, kinds string) []Claim {
	var out []Claim
	for _, c := range claims {
		if strings.Contains(kinds, kind(c.Amount.Basis)) {
			out = append(out, c)
		}
	}
	return out
}

// bestRun is the longest run in tonnes, unless dollars, or both together, cover more months.
func bestRun(claims []Claim, period Period) []Claim {
	best := longestRun(ofKinds(claims, "mass share"), period)
	for _, kinds := range []string{"money", "mass share money"} {
		if run := longestRun(ofKinds(claims, kinds), period); months(run) > months(best) {
			best = run
		}
	}
	return best
}

// longestRun picks claims with periods inside period that do not overlap and cover the most months, with the fewest claims among
// those: the weighted interval scheduling problem, solved over the months of the period.
func longestRun(claims []Claim, period Period) []Claim {
	if len(claims) == 0 {
		return nil
	}
	if len(claims) == 1 && period.Contains(claims[0].Period) {
		return claims
	}
	n := period.Months()
	ending := make([][]int, n+1) // the claims whose period ends with month m
	for i := range claims {
		if p := claims[i].Period; period.Contains(p) {
			m := period.Offset(p) + p.Months()
			ending[m] = append(ending[m], i)
		}
	}
	type state struct{ covered, pieces, take, from int }
	best := make([]state, n+1) // best[m]: the first m months
	best[0].take = -1
	for m := 1; m <= n; m++ {
		best[m] = best[m-1]
		best[m].take, best[m].from = -1, m-1
		for _, i := range ending[m] {
			p := claims[i].Period
			prior := best[period.Offset(p)]
			s := state{prior.covered + p.Months(), prior.pieces + 1, i, period.Offset(p)}
			if s.covered > best[m].covered || s.covered == best[m].covered && s.pieces < best[m].pieces {
				best[m] = s
			}
		}
	}
	var out []Claim
	for m := n; m > 0; m = best[m].from {
		if best[m].take >= 0 {
			out = append(out, claims[best[m].take])
		}
	}
	slices.Reverse(out)
	return out
}

func months(claims []Claim) int {
	n := 0
	for i := range claims {
		n += claims[i].Period.Months()
	}
	return n
}

// without returns the claims that are not among the picked ones.
func without(claims, picked []Claim) []Claim {
	if len(claims) == len(picked) {
		return nil
	}
	var out []Claim
	for i := range claims {
		if !slices.ContainsFunc(picked, func(c Claim) bool { return compareClaims(&c, &claims[i]) == 0 }) {
			out = append(out, claims[i])
		}
	}
	return out
}
