package estimate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// choose settles mineral, places and periods.
func (j *jointNetwork) choose() error {
	l := j.m.ledger
	minerals := map[flows.Mineral]bool{}
	for i := range l.Claims() {
		minerals[l.Claims()[i].Mineral] = true
	}
	if j.mineral = j.p.Mineral; j.mineral == "" {
		names := sortedKeys(minerals)
		if len(names) != 1 {
			return fmt.Errorf("a posterior is of one mineral; the ledger has %d: %v", len(names), names)
		}
		j.mineral = names[0]
	}
	if j.basis = l.Substance(j.mineral); j.basis == "" {
		return fmt.Errorf("unknown mineral %q", j.mineral)
	}
	output, outflow, years := map[flows.Place]bool{}, map[flows.Place]bool{}, map[flows.Place][]flows.Period{}
	for c := range l.Cells() {
		if c.Mineral != j.mineral || !c.Period.IsYear() {
			continue
		}
		b := l.Balance(c)
		output[c.Place] = output[c.Place] || len(b.Output) > 0
		outflow[c.Place] = outflow[c.Place] || len(b.Declared)+len(b.Mirrored) > 0
		years[c.Place] = append(years[c.Place], c.Period)
	}
	if j.places = slices.Clone(j.p.Places); j.places == nil {
		for _, p := range sortedKeys(outflow) {
			if outflow[p] && output[p] && !p.IsUnion() {
				j.places = append(j.places, p)
			}
		}
	}
	slices.Sort(j.places)
	for i, p := range j.places {
		if p.Boundary() {
			return fmt.Errorf("%s is no place with a balance", p)
		}
		for _, q := range j.places[:i] {
			if overlapping(p, q) {
				return j.refuse(ErrCellsOverlap, fmt.Sprintf("%s and %s overlap: their balances would count something twice", q, p))
			}
		}
	}
	if j.periods = slices.Clone(j.p.Periods); j.periods == nil {
		for p, all := range years {
			if j.nodeOf(p) >= 0 {
				j.periods = append(j.periods, all...)
			}
		}
	}
	slices.SortFunc(j.periods, flows.Period.Compare)
	j.periods = slices.Compact(j.periods)
	for i := range j.periods {
		if j.periods[i].IsZero() || i > 0 && j.periods[i].Overlap(j.periods[i-1]) > 0 {
			return fmt.Errorf("periods %v: want some that do not overlap", j.periods)
		}
	}
	if len(j.places) == 0 || len(j.periods) == 0 {
		return j.refuse(ErrNoNetwork, "no place has both a claim on its output and one on its outflow; name the Places")
	}
	return nil
}

// refuse is the error of a network that has no posterior.
func (j *jointNetwork) refuse(code flows.Code, text string, balances ...flows.Cell) error {
	return &NetworkError{Code: code, Mineral: j.mineral, Balances: balances, Text: text}
}

// overlapping reports whether two places share a member.
func overlapping(p, q flows.Place) bool {
	return slices.ContainsFunc(p.Members(), func(a flows.Place) bool {
		return slices.ContainsFunc(q.Members(), func(b flows.Place) bool { return a.Within(b) || b.Within(a) })
	})
}

// findRoutes settles the corridors: those asked for, else those of the ledger, and those that the scenario speaks of.
func (j *jointNetwork) findRoutes(readings [][]jointReading) error {
	seen := map[Route]bool{}
	add := func(from, to flows.Place) bool {
		r := Route{from.Country(), to.Country()}
		a, b := j.nodeOf(r.From), j.nodeOf(r.To)
		if a < 0 && b < 0 || a == b {
			return false
		}
		if !seen[r] {
			seen[r] = true
			j.routes = append(j.routes, r)
		}
		return true
	}
	open := func(p flows.Place) bool { return p != "" && (p == flows.World || !p.Boundary()) }
	for _, c := range j.p.Corridors {
		if c.Mineral != "" && c.Mineral != j.mineral {
			continue
		}
		if !open(c.From) || !open(c.To) || !add(c.From, c.To) {
			return j.refuse(ErrNowhere, fmt.Sprintf("a corridor %s>%s leads nowhere: one of its ends must lie in %v, and the other elsewhere", c.From, c.To, j.places))
		}
	}
	if j.p.Corridors == nil {
		for _, c := range j.m.ledger.Corridors() {
			if c.Mineral == j.mineral {
				add(c.From, c.To)
			}
		}
	}
	for t := range readings {
		for i := range readings[t] {
			if f := &readings[t][i].flow; f.Channel == flows.Unrecorded {
				add(f.From, f.To)
			}
		}
	}
	slices.SortFunc(j.routes, func(a, b Route) int {
		return strings.Compare(string(a.From)+">"+string(a.To), string(b.From)+">"+string(b.To))
	})
	if len(j.routes) == 0 {
		j.warn(ErrNoCorridor, "no unrecorded corridor: what is missing is spread over the claims, as errors. This tests whether they agree; it looks for nothing")
	}
	for r := range j.p.Priors.Scales {
		if !seen[r] {
			return j.refuse(ErrNowhere, fmt.Sprintf("prior scale of %s>%s: there is no such corridor", r.From, r.To))
		}
	}
	return nil
}
