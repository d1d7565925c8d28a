package datasets

import (
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// Query says which records are wanted. The zero value asks for everything; a source pushes the query down to where it reads.
//
// A conversion takes its rate from where the flow starts. Who asks for the places that only receive should therefore ask for the
// places that they receive from, too, or for all.
type Query struct {
	Minerals []flows.Mineral // none: all
	Places   []flows.Place   // none: all
	Period   flows.Period    // zero: all
}

// Keeps reports whether the query asks for r:
//   - a claim, and a published estimate, with either end in Places, in a period that shares a month with Period; one without a period
//     (a capacity) in any; an estimate that names neither end at any place;
//   - a rate that holds everywhere or at one of Places, and always or in a period that shares a month with Period;
//   - a corridor with either end in Places;
//   - an event that happened at one of Places, or anywhere, in a month of Period;
//   - every site, commodity and scenario change, since other records rest on them.
//
// A place is in Places if it is one of them, a site of one, the country of a site, or a union that shares a member with one.
func (q Query) Keeps(r flows.Record) bool {
	switch r := r.(type) {
	case flows.Claim:
		return q.flow(r.Flow)
	case flows.Rate:
		return q.mineral(r.Mineral) && (r.Place == "" || q.place(r.Place)) && q.period(r.Period)
	case flows.Corridor:
		return q.mineral(r.Mineral) && (q.place(r.From) || q.place(r.To))
	case flows.Event:
		return (r.Mineral == "" || q.mineral(r.Mineral)) && (r.Place == "" || q.place(r.Place)) && q.period(monthsOf(r.Date))
	case flows.Published:
		f := r.Flow
		return q.flow(f) || f.From == "" && f.To == "" && q.mineral(f.Mineral) && q.period(f.Period)
	}
	return r != nil
}

func (q Query) flow(f flows.Flow) bool {
	return q.mineral(f.Mineral) && (q.place(f.From) || q.place(f.To)) && q.period(f.Period)
}

func (q Query) mineral(m flows.Mineral) bool {
	return len(q.Minerals) == 0 || slices.Contains(q.Minerals, m)
}

func (q Query) period(p flows.Period) bool {
	return q.Period.IsZero() || p.IsZero() || q.Period.Overlap(p) > 0
}

func (q Query) place(p flows.Place) bool {
	if len(q.Places) == 0 {
		return true
	}
	return slices.ContainsFunc(q.Places, func(want flows.Place) bool { return touches(p, want) })
}

// touches reports whether what happens at p concerns q.
func touches(p, q flows.Place) bool {
	if p.Within(q) || q.Within(p) {
		return true
	}
	if !p.IsUnion() && !q.IsUnion() {
		return false
	}
	for _, a := range p.Members() {
		for _, b := range q.Members() {
			if a.Within(b) || b.Within(a) {
				return true
			}
		}
	}
	return false
}

// monthsOf is the period that an ISO date of reduced precision lies in: its month, or its year; none where it is no date.
func monthsOf(date string) flows.Period {
	if len(date) > len("2024-03") {
		date = date[:len("2024-03")]
	}
	p, err := flows.ParsePeriod(date)
	if err != nil {
		return flows.Period{}
	}
	return p
}
