package datasetstest

import (
	"fmt"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
)

// queries returns questions that split the records: by each mineral, by some places and periods, by all three at once, and for what
// is not there.
func queries(all []flows.Record) []datasets.Query {
	const most = 8 // of each kind: a read each
	seen := map[any]bool{}
	first := func(key any) bool {
		isNew := !seen[key]
		seen[key] = true
		return isNew
	}
	var minerals []flows.Mineral
	var places []flows.Place
	var periods []flows.Period
	out := []datasets.Query{
		{Minerals: []flows.Mineral{"unobtainium"}}, {Places: []flows.Place{"ATA"}}, {Period: flows.Year(1000)},
	}
	for _, r := range all {
		var f flows.Flow
		switch r := r.(type) {
		case flows.Claim:
			f = r.Flow
		case flows.Rate:
			f = flows.Flow{Mineral: r.Mineral, Period: r.Period, From: r.Place, To: r.Place}
		case flows.Published:
			f = r.Flow
		default:
			continue
		}
		if first(f.Mineral) {
			minerals = append(minerals, f.Mineral)
		}
		for _, p := range []flows.Place{f.From, f.To, f.From.Country(), flows.Union(f.From.Country(), f.To.Country())} {
			if p != "" && !f.From.Boundary() && first(p) {
				places = append(places, p)
			}
		}
		if !f.Period.IsZero() && first(f.Period) {
			periods = append(periods, f.Period)
		}
		if q := (datasets.Query{Minerals: []flows.Mineral{f.Mineral}, Places: []flows.Place{f.To}, Period: f.Period}); f.To != "" && first(fmt.Sprint(q)) && len(out) < 3+most {
			out = append(out, q)
		}
	}
	for _, m := range minerals[:min(most, len(minerals))] {
		out = append(out, datasets.Query{Minerals: []flows.Mineral{m}})
	}
	for _, p := range places[:min(most, len(places))] {
		out = append(out, datasets.Query{Places: []flows.Place{p}})
	}
	for _, p := range periods[:min(most, len(periods))] {
		out = append(out, datasets.Query{Period: p})
	}
	return out
}

func describe(q datasets.Query) string {
	if len(q.Minerals) == 0 && len(q.Places) == 0 && q.Period.IsZero() {
		return "everything"
	}
	return fmt.Sprintf("minerals %v, places %v, period %q", q.Minerals, q.Places, q.Period)
}
