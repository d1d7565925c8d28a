package estimate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate/internal/lsq"
	"github.com/mineralflows/mineralflows/flows"
)

// testLevel is the probability with which the tests of one kind together raise an alarm where nothing is wrong.
const testLevel = 0.05

// take puts reconciled networks into a result.
func (r *Result) take(done []*reconciled, local bool) {
	r.Tests = &Tests{P: 1}
	origins := map[string]*flows.Origin{}
	for _, o := range r.Origins {
		origins[o.ID] = o
	}
	var untested []string
	alone := map[flows.Mineral][]string{}
	for _, d := range done {
		s := d.solution
		r.Flows = append(r.Flows, d.estimates(r.Options.Level, local)...)
		r.Tests.add(d)
		if d.corridors() == 0 {
			alone[d.mineral] = append(alone[d.mineral], d.period.String())
		}
		if s.DF == 0 {
			untested = append(untested, fmt.Sprintf("%s %s", d.mineral, d.period))
		}
		r.Warnings = append(r.Warnings, d.warnings()...)
	}
	for _, mineral := range sortedKeys(alone) {
		r.Warnings = append(r.Warnings, Warning{Code: ErrConsistency, Text: fmt.Sprintf("%s %s: no corridor for unrecorded mineral is given, so this only tests whether the claims agree: where they don't, what is missing is spread over honest flows",
			mineral, joinNames(alone[mineral]))})
	}
	if len(untested) > 0 {
		r.Warnings = append(r.Warnings, Warning{Code: ErrUntested, Text: "no flow of " + joinNames(untested) + " is known twice over: the balances cannot disagree with the claims, and nothing was tested"})
	}
	slices.SortStableFunc(r.Flows, func(a, b FlowEstimate) int { return compareFlows(a.Flow, b.Flow) })
	for _, f := range r.Flows {
		for _, c := range f.Claims {
			origins[c.Origin.ID] = c.Origin
		}
	}
	r.Origins = r.Origins[:0:0]
	for _, id := range sortedKeys(origins) {
		r.Origins = append(r.Origins, origins[id])
	}
	r.Tests.finish()
}

func compareFlows(a, b flows.Flow) int {
	return cmp.Or(strings.Compare(string(a.Mineral), string(b.Mineral)), a.Period.Compare(b.Period), strings.Compare(string(a.Channel), string(b.Channel)),
		strings.Compare(string(a.From), string(b.From)), strings.Compare(string(a.To), string(b.To)), strings.Compare(a.Part, b.Part))
}

// estimates are the flows of a network as a reader sees them.
func (d *reconciled) estimates(level float64, local bool) []FlowEstimate {
	s := d.solution
	moves := map[int]float64{}
	for _, t := range s.Measurement(testLevel) {
		moves[t.Variable] = math.Copysign(t.Statistic, s.X[t.Variable]-d.problem.Variables[t.Variable].Value)
	}
	floored := map[int]float64{}
	if local {
		for _, t := range s.Local() {
			floored[t.Variable] = t.Statistic
		}
	}
	var out []FlowEstimate
	for k := range d.edges {
		e := &d.edges[k]
		f := FlowEstimate{Flow: e.Flow, Basis: d.basis, Claimed: d.claimed[k], Unobserved: !s.Observable[k], ActiveBound: s.AtBound[k]}
		if z, ok := moves[d.measures[k]]; ok {
			f.Z = &z
		}
		if z, ok := floored[d.measures[k]]; ok {
			f.Local = &z
		}
		if f.Claimed == nil {
			f.Least = &d.least[k]
		}
		if f.Unobserved {
			f.Estimate = floorAt(d.least[k], level)
		} else {
			f.Estimate = gaussian(s.X[k], s.SD[k], level, e.To != flows.Stock)
		}
		f.Claims = e.claims()
		out = append(out, f)
	}
	return out
}

// claims are those that measure a flow.
func (e *networkFlow) claims() []flows.Claim {
	if e.term == nil {
		return nil
	}
	var out []flows.Claim
	for _, u := range e.term.used {
		if !u.check {
			out = append(out, u.atom.claim)
		}
	}
	return out
}

// gaussian is a normal value. Its range ends at zero where it may not be negative.
func gaussian(x, sd, level float64, positive bool) Value {
	z, quarter := lsq.CriticalNormal(1-level), lsq.CriticalNormal(0.5)
	least := math.Inf(-1)
	v := Value{}
	if positive {
		least = 0
	}
	at := func(z float64) float64 { return max(x+z*sd, least) }
	v.Summary = Summary{Mean: x, SD: sd, Lo: at(-z), Q25: at(-quarter), Median: x, Q75: at(quarter), Hi: at(z), Level: level}
	switch {
	case sd > 0:
		v.ProbPositive = math.Erfc(-x/(sd*math.Sqrt2)) / 2
	case x > 0:
		v.ProbPositive = 1
	}
	return v
}

// floorAt is a value of which only the least is known.
func floorAt(x, level float64) Value {
	v := gaussian(x, 0, level, true)
	v.Bound = flows.AtLeast
	return v
}

// warnings of a network: what compiling it found, gross errors, and what nothing determines.
func (d *reconciled) warnings() []Warning {
	s := d.solution
	out := slices.Clone(d.notes)
	if p := s.P(); p < testLevel && s.DF > 0 {
		w := Warning{Code: ErrGrossError}
		text := fmt.Sprintf("%s %s: claims and balances disagree: J = %.3g on %s of freedom, P = %.2g", d.mineral, d.period, s.J, degrees(s.DF), p)
		if len(d.suspects) == 0 {
			text += "; no single figure or place stands out"
		}
		for i, x := range d.suspects {
			lead := "; one error"
			if i > 0 {
				lead = "; then one"
			}
			text += fmt.Sprintf("%s of %s leaves J = %.3g on %s: ", lead, d.size(x.Test), x.After, degrees(x.DF))
			if all := d.alike(x.Test); len(all) > 1 {
				text += "in one of " + joinNames(all) + ", which cannot be told apart"
			} else {
				text += "in " + all[0]
			}
			if x.Variable >= 0 {
				for _, u := range d.edges[d.edgeOf[x.Variable]].term.used {
					w.Claims = append(w.Claims, u.atom.claim)
				}
			}
		}
		w.Text = text
		out = append(out, w)
	}
	var open []string
	for k := range d.edges {
		if !s.Observable[k] {
			open = append(open, d.edges[k].name())
		}
	}
	if len(open) > 0 {
		out = append(out, Warning{Code: ErrUnobserved, Text: fmt.Sprintf("%s %s: neither claims nor balances determine %s: each is given as the least that closes the balances", d.mineral, d.period, joinNames(open))})
	}
	return out
}

func degrees(n int) string {
	if n == 1 {
		return "1 degree"
	}
	return fmt.Sprintf("%d degrees", n)
}

// size is the size of a gross error to three digits; that of a share has no unit.
func (d *reconciled) size(t lsq.Test) string {
	x := math.Abs(t.Magnitude)
	s := fmt.Sprintf("%.3g", x)
	if x >= 1000 {
		unit := math.Pow(10, math.Floor(math.Log10(x))-2)
		s = fmt.Sprintf("%.0f", math.Round(x/unit)*unit)
	}
	if t.Variable >= 0 && strings.HasPrefix(d.problem.Variables[t.Variable].Name, shareName) {
		return s
	}
	return s + " t"
}

// name is a flow without its mineral and period.
func (e *networkFlow) name() string {
	_, rest, _ := strings.Cut(e.Flow.String(), e.Period.String()+" ")
	return rest
}

// alike names what a test is about, with all that cannot be told apart from it: a flow by its ends, a place by its balance.
func (d *reconciled) alike(t lsq.Test) []string {
	first := ""
	if t.Variable >= 0 {
		first = d.edges[d.edgeOf[t.Variable]].name()
	} else {
		first = "the balance of " + string(d.nodes[t.Balances[0]].Place)
	}
	return append([]string{first}, d.equivalent(t)...)
}

// equivalent names what cannot be told apart from what a test is about.
func (d *reconciled) equivalent(t lsq.Test) []string {
	var out []string
	for _, x := range t.Equivalent {
		if x.Variable >= 0 {
			out = append(out, d.edges[d.edgeOf[x.Variable]].name())
		} else {
			out = append(out, "the balance of "+string(d.nodes[x.Balance].Place))
		}
	}
	return out
}

// add puts the tests of a network beside the others.
func (t *Tests) add(d *reconciled) {
	s := d.solution
	t.Networks = append(t.Networks, NetworkTest{Mineral: d.mineral, Period: d.period, J: s.J, DF: s.DF, P: s.P()})
	for _, kind := range []struct {
		name  string
		tests []lsq.Test
	}{{"measurement", s.Measurement(testLevel)}, {"nodal", d.nodal}} {
		for _, x := range kind.tests {
			t.All = append(t.All, d.test(kind.name, x))
		}
	}
	for _, x := range d.likelihood {
		t.All = append(t.All, d.test("", x))
	}
	for _, x := range d.suspects {
		t.Suspects = append(t.Suspects, d.test("", x.Test))
	}
}

// test is one test in words of the field; kind "" is a bias or a leak.
func (d *reconciled) test(kind string, x lsq.Test) Test {
	out := Test{Kind: kind, Statistic: x.Statistic, P: x.P, Magnitude: x.Magnitude, Equivalent: d.equivalent(x)}
	if x.Variable >= 0 {
		e := &d.edges[d.edgeOf[x.Variable]]
		f := e.Flow
		out.Flow, out.Claims, out.Says = &f, e.claims(), d.problem.Variables[x.Variable].Value
	} else {
		var places []flows.Place
		for _, b := range x.Balances {
			places = append(places, d.nodes[b].Place)
		}
		out.Cell = &flows.Cell{Mineral: d.mineral, Period: d.period, Place: flows.Union(places...)}
	}
	if kind == "" {
		out.Kind = "leak"
		if x.Variable >= 0 {
			out.Kind = "bias"
		}
	}
	return out
}

// finish orders the tests and sets what they are compared with: the tests of one kind, or all that can be told apart, err together at the
// level of the test as a whole.
func (t *Tests) finish() {
	number := map[string]float64{}
	family := func(kind string) string {
		if kind == "bias" || kind == "leak" {
			return "likelihood"
		}
		return kind
	}
	for _, x := range t.All {
		if family(x.Kind) == "likelihood" {
			number["likelihood"] += 1 / float64(1+len(x.Equivalent))
		} else {
			number[x.Kind]++
		}
	}
	critical := func(x *Test) {
		n := int(math.Round(number[family(x.Kind)]))
		x.Critical = lsq.CriticalNormal(lsq.Sidak(testLevel, max(n, 1)))
		if family(x.Kind) == "likelihood" {
			x.Critical *= x.Critical
		}
	}
	for i := range t.All {
		critical(&t.All[i])
	}
	for i := range t.Suspects {
		critical(&t.Suspects[i])
	}
	rank := map[string]int{"leak": 0, "bias": 1, "measurement": 2, "nodal": 3}
	slices.SortStableFunc(t.All, func(a, b Test) int {
		return cmp.Or(cmp.Compare(b.excess(), a.excess()), cmp.Compare(rank[a.Kind], rank[b.Kind]))
	})
	if len(t.All) > 0 {
		t.Largest = t.All[0]
	}
	t.total()
}

// total sums J over networks that have no month in common, so that no claim is tested twice: those that test something first, of these
// calendar years, then the longest.
func (t *Tests) total() {
	order := make([]*NetworkTest, len(t.Networks))
	for i := range t.Networks {
		order[i] = &t.Networks[i]
	}
	rank := func(n *NetworkTest) int {
		switch {
		case n.DF == 0:
			return 2
		case !n.Period.IsYear():
			return 1
		}
		return 0
	}
	slices.SortStableFunc(order, func(a, b *NetworkTest) int {
		return cmp.Or(rank(a)-rank(b), b.Period.Months()-a.Period.Months(), a.Period.Compare(b.Period))
	})
	for i, n := range order {
		n.Overlaps = slices.ContainsFunc(order[:i], func(o *NetworkTest) bool {
			return !o.Overlaps && o.Mineral == n.Mineral && o.Period.Overlap(n.Period) > 0
		})
		if !n.Overlaps {
			t.J, t.DF = t.J+n.J, t.DF+n.DF
		}
	}
	if t.DF > 0 {
		t.P = lsq.ChiSquareTail(t.J, t.DF)
	}
}

// excess is the statistic on the scale of a normal one, to six decimals: several tests of one thing differ in the last bits only.
func (t *Test) excess() float64 {
	z := t.Statistic
	if t.Kind == "bias" || t.Kind == "leak" {
		z = math.Sqrt(z)
	}
	return math.Round(1e6*z) / 1e6
}
