package flows

import "iter"

// Under builds the ledger in which the records of one scenario hold beside those that always hold. Each record passes through
// edit, which may change it or drop it by returning nil (a nil edit keeps all); add holds in it too. Claims of the scenario supersede
// their producer's own figures, and its rates replace others (RatesInForce). What was refused is returned as by NewLedger.
func (l *Ledger) Under(scenario string, edit func(Record) Record, add iter.Seq[Record]) (*Ledger, error) {
	return build(func(yield func(Record) bool) {
		for r := range l.Records() {
			if edit != nil {
				if r = edit(r); r == nil {
					continue
				}
			}
			if !yield(r) {
				return
			}
		}
		if add != nil {
			add(yield)
		}
	}, scenario)
}

// RatesInForce returns the rates that hold in this ledger, in order: those of its scenario, and those that hold always and that the
// scenario does not replace. A rate of the scenario replaces the rates for the same mineral, place, part and pair of bases, whichever
// of the two they are stated per. One with a period replaces those for periods inside it: a scenario about 2024 leaves the rate of
// 2023, and the rate that holds in any year, as they are.
func (l *Ledger) RatesInForce() []Rate {
	replaced := map[rateKey][]Period{}
	for i := range l.rates {
		if r := &l.rates[i]; r.Scenario != "" && r.Scenario == l.scenario {
			k := keyOfRate(r)
			replaced[k] = append(replaced[k], r.Period)
		}
	}
	out := make([]Rate, 0, len(l.rates))
	for i := range l.rates {
		r := &l.rates[i]
		if !l.holds(r.Scenario) || r.Scenario == "" && isReplaced(r.Period, replaced[keyOfRate(r)]) {
			continue
		}
		out = append(out, *r)
	}
	return out
}

func isReplaced(p Period, by []Period) bool {
	for _, q := range by {
		if q.IsZero() || q.Contains(p) {
			return true
		}
	}
	return false
}

type rateKey struct {
	mineral      Mineral
	place        Place
	part         string
	lower, upper Basis // the pair, in alphabetical order
}

func keyOfRate(r *Rate) rateKey {
	return rateKey{r.Mineral, r.Place, r.Part, min(r.Of, r.Per), max(r.Of, r.Per)}
}

func (l *Ledger) holds(scenario string) bool { return scenario == "" || scenario == l.scenario }
