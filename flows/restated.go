package flows

import "reflect"

// dropRestated keeps one of several claims, rates or published estimates that are the same in every column but stand in different
// files: two packages that quote one publication may be loaded together, and what both quote counts once. A figure that stands twice in
// one file, or that two files state differently, is left to be refused. It relies on the order of the ledger, in which equal records
// stand side by side, and keeps the first.
func (l *Ledger) dropRestated() {
	l.claims = withoutRestated(l.claims, func(c *Claim) (*Pos, **Origin) { return &c.Pos, &c.Origin })
	l.rates = withoutRestated(l.rates, func(r *Rate) (*Pos, **Origin) { return &r.Pos, &r.Origin })
	l.published = withoutRestated(l.published, func(e *Published) (*Pos, **Origin) { return &e.Pos, &e.Origin })
}

// withoutRestated compares each record with the last that was kept. source finds a record's position and origin.
func withoutRestated[R any](all []R, source func(*R) (*Pos, **Origin)) []R {
	kept := all[:0]
	for i := range all {
		if len(kept) == 0 || !restates(&kept[len(kept)-1], &all[i], source) {
			kept = append(kept, all[i])
		}
	}
	clear(all[len(kept):])
	return kept
}

func restates[R any](a, b *R, source func(*R) (*Pos, **Origin)) bool {
	p, o := source(a)
	q, r := source(b)
	if p.File == "" || q.File == "" || p.File == q.File || *o == nil || *r == nil || !sameOrigin(*o, *r) {
		return false
	}
	x, y := *a, *b
	for _, c := range [...]*R{&x, &y} { // all columns but the day of access, which sameOrigin passes over
		p, o := source(c)
		*p, *o = Pos{}, nil
	}
	return reflect.DeepEqual(x, y)
}
