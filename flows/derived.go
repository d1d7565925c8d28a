package flows

import (
	"fmt"
	"math"
)

// sameWithin is how close two published figures must be to count as one figure: 0.1 %, more than rounding to four digits and less
// than any measurement.
const sameWithin = 1e-3

// runLength is in how many consecutive periods a ratio must be the same. Two can be chance.
const runLength = 3

// looksDerived flags output that cannot test exports because it was computed from them: an output within 0.1 % of a declared or
// mirrored outflow of its period, or in one ratio to it (within 0.1 %) in three or more consecutive periods. Figures that their
// dataset calls derived are known and not flagged again. Superseded figures take no part, except that an output is held against
// earlier editions of the outflow too, which it may have been computed from.
func looksDerived(l *Ledger, now []*Claim) []Warning {
	type accountKey struct {
		mineral Mineral
		place   Place
	}
	type seriesKey struct {
		producer string
		reporter Place
		partner  Place
		basis    Basis
		part     string
	}
	isLatest := make(map[*Claim]bool, len(now))
	for _, c := range now {
		isLatest[c] = true
	}
	outputs, outflows := map[accountKey]*series[seriesKey]{}, map[accountKey]*series[seriesKey]{}
	var accounts []accountKey
	add := func(to map[accountKey]*series[seriesKey], a accountKey, k seriesKey, c *Claim) {
		if to[a] == nil {
			to[a] = newSeries[seriesKey]()
		}
		to[a].add(k, c)
	}
	for i := range l.claims {
		c := &l.claims[i]
		about := c.Scenario == "" && c.Amount.Bound == About && c.Evidence != Capacity && c.Evidence != Derived
		if !about || kind(c.Amount.Basis) != "mass" || c.Channel != Recorded {
			continue
		}
		k := seriesKey{producer: c.Origin.Producer, basis: c.Amount.Basis, part: pieceName(c, ""), reporter: c.Reporter}
		switch from, to := c.From.Country(), c.To.Country(); {
		case c.From == Ground && isLatest[c]:
			a := accountKey{c.Mineral, to}
			if outputs[a] == nil {
				accounts = append(accounts, a)
			}
			add(outputs, a, k, c)
		case !c.From.Boundary() && (!c.To.Boundary() || c.To == World) && from != to:
			k.partner = to
			add(outflows, accountKey{c.Mineral, from}, k, c)
		}
	}
	var out []Warning
	for _, a := range accounts {
		if outflows[a] == nil {
			continue
		}
		for _, ko := range outputs[a].keys {
			for _, kx := range outflows[a].keys {
				out = append(out, compareSeries(outputs[a].of[ko], outflows[a].of[kx], isLatest)...)
			}
		}
	}
	return out
}

// pairing is an output and an outflow of one period.
type pairing struct {
	out, flow *Claim
	ratio     float64
}

// compareSeries walks two series, both in order of period, side by side.
func compareSeries(outputs, outflows []*Claim, isLatest map[*Claim]bool) []Warning {
	var found []Warning
	var pairs []pairing // one a period, the latest outflow's
	next := 0
	for _, o := range outputs {
		for next < len(outflows) && outflows[next].Period.Compare(o.Period) < 0 {
			next++
		}
		for _, x := range outflows[next:] {
			if x.Period != o.Period {
				break
			}
			a, b := o.Amount.Value.Quantile(0.5), x.Amount.Value.Quantile(0.5)
			if a <= 0 || b <= 0 {
				continue
			}
			p := pairing{o, x, a / b}
			if equal(p.ratio, 1) {
				found = append(found, Warning{LooksDerived, fmt.Sprintf("%s: the output that %s states, %s%s, equals the outflow %s>%s that %s states, %s%s",
					o.Flow, o.Origin.Producer, figure(o), at(o.Pos), x.From, x.To, x.Origin.Producer, figure(x), at(x.Pos)), []Claim{*o, *x}})
			}
			if isLatest[x] {
				pairs = append(pairs, p)
			}
		}
	}
	for i := 0; i < len(pairs); {
		n := runFrom(pairs[i:])
		if n < runLength || equal(pairs[i].ratio, 1) {
			i++
			continue
		}
		found = append(found, constantRatio(pairs[i:i+n]))
		i += n
	}
	return found
}

func equal(a, b float64) bool { return math.Abs(a/b-1) <= sameWithin }

// runFrom is how many pairs from the first are of consecutive periods and of one ratio, each within 0.1 % of their mean.
func runFrom(pairs []pairing) int {
	n, sum, lo, hi := 1, pairs[0].ratio, pairs[0].ratio, pairs[0].ratio
	for ; n < len(pairs) && pairs[n].out.Period.Previous() == pairs[n-1].out.Period; n++ {
		r := pairs[n].ratio
		mean, least, most := (sum+r)/float64(n+1), min(lo, r), max(hi, r)
		if !equal(least, mean) || !equal(most, mean) {
			break
		}
		sum, lo, hi = sum+r, least, most
	}
	return n
}

func constantRatio(run []pairing) Warning {
	o, x := run[0].out, run[0].flow
	sum := 0.0
	w := Warning{Code: LooksDerived}
	for _, p := range run {
		sum += p.ratio
		w.Claims = append(w.Claims, *p.out, *p.flow)
	}
	w.Text = fmt.Sprintf("%s %s>%s: the output that %s states is %.3f of the outflow %s>%s that %s states in each of %d periods from %s to %s%s",
		o.Mineral, o.From, o.To, o.Origin.Producer, sum/float64(len(run)), x.From, x.To, x.Origin.Producer, len(run), o.Period, run[len(run)-1].out.Period, at(o.Pos))
	return w
}
