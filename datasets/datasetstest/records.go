package datasetstest

import "github.com/mineralflows/mineralflows/flows"

// checkRecords checks each record by itself. What records say together is the ledger's to check.
func checkRecords(t reporter, all []flows.Record) {
	t.Helper()
	origins := map[string]*flows.Origin{}
	origin := func(what string, o *flows.Origin) {
		switch {
		case o == nil:
			t.Errorf("%s has no origin", what)
			return
		case o.ID == "" || o.Producer == "" || o.Published == "":
			t.Errorf("%s: its origin lacks an id, a producer or a date: %+v", what, *o)
		}
		if first, ok := origins[o.ID]; ok && first != o {
			t.Errorf("%s: the origin %s is a value of its own; records of one read share one", what, o.ID)
		}
		origins[o.ID] = o
	}
	amount := func(what string, a flows.Amount) {
		switch {
		case a.Value == nil:
			t.Errorf("%s has no value", what)
		case a.Basis == "":
			t.Errorf("%s has no basis", what)
		case a.Text == "":
			t.Errorf("%s has no text: the amount as its source has it", what)
		}
	}
	for i, r := range all {
		var pos flows.Pos
		switch r := r.(type) {
		case flows.Claim:
			pos = r.Pos
			what := pos.String() + ": " + r.Flow.String()
			origin(what, r.Origin)
			amount(what, r.Amount)
		case flows.Rate:
			pos = r.Pos
			what := pos.String() + ": " + r.String()
			origin(what, r.Origin)
			if r.Of == "" || r.Per == "" || r.Value == nil || r.Text == "" {
				t.Errorf("%s lacks a basis, a value or its text", what)
			}
		case flows.Corridor:
			pos = r.Pos
			origin(pos.String(), r.Origin)
		case flows.Event:
			pos = r.Pos
			origin(pos.String(), r.Origin)
		case flows.Published:
			pos = r.Pos
			origin(pos.String(), r.Origin)
			if r.Amount != nil {
				amount(pos.String(), *r.Amount)
			}
		case flows.Site:
			pos = r.Pos
		case flows.Commodity:
			pos = r.Pos
		case flows.Change:
			pos = r.Pos
		default:
			t.Errorf("record %d is a %T", i, r)
			continue
		}
		if pos.File == "" {
			t.Errorf("record %d, %T, has no position: %+v", i, r, r)
		}
	}
}
