package flows

// priced reports whether rates lead from a claim's dollars to the mineral's substance, for its flow and in its period. It asks what package
// estimate asks of rates: the part, then the place or its country, then the period.
func (l *Ledger) priced(c *Claim) bool {
	want := l.Substance(c.Mineral)
	reached := map[Basis]bool{c.Amount.Basis: true}
	for todo := []Basis{c.Amount.Basis}; len(todo) > 0; todo = todo[1:] {
		have := todo[0]
		reach := func(b Basis) {
			if !reached[b] {
				reached[b], todo = true, append(todo, b)
			}
		}
		for _, o := range Oxides() {
			switch have {
			case o.Of:
				reach(o.Per)
			case o.Per:
				reach(o.Of)
			}
		}
		for i := range l.inForce[c.Mineral] {
			switch r := &l.inForce[c.Mineral][i]; {
			case have != r.Of && have != r.Per, reached[r.Of] && reached[r.Per], !l.holdsFor(r, &c.Flow):
			case have == r.Of:
				reach(r.Per)
			default:
				reach(r.Of)
			}
		}
	}
	return reached[want]
}

// holdsFor reports whether a rate can convert what is said of a flow: by itself, or together with others of its kind that share out the
// flow's period among them.
func (l *Ledger) holdsFor(r *Rate, f *Flow) bool {
	at := f.Subject()
	if r.Part != "" && r.Part != f.Part || r.Place != "" && r.Place != at && r.Place != at.Country() {
		return false
	}
	if r.Period.IsZero() || r.Period.Contains(f.Period) {
		return true
	}
	if r.Period.Overlap(f.Period) == 0 {
		return false
	}
	covered := 0
	for i := range l.inForce[r.Mineral] {
		o := &l.inForce[r.Mineral][i]
		if o.Of == r.Of && o.Per == r.Per && o.Place == r.Place && o.Part == r.Part && o.Origin.Producer == r.Origin.Producer && !o.Period.IsZero() {
			covered += o.Period.Overlap(f.Period)
		}
	}
	return covered >= f.Period.Months()
}
