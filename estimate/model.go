package estimate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Model is a ledger made ready for drawing: every uncertain input has a name, a distribution and a random stream of its own. It is
// safe for use by several goroutines.
type Model struct {
	base   *flows.Ledger // as given, before AsOf: what scenarios start from
	ledger *flows.Ledger // what holds under the options and the scenario
	plain  Options       // before a scenario changed any
	opt    Options
	set    []setVar // distributions that a scenario sets
	name   string   // of the scenario

	at                  []flows.Place // where the scenario's sides hold
	atOutflow, atInflow Side

	edges map[flows.Mineral][]edge
	rates map[rateKey][]ratedInput
	dated map[flows.Mineral]bool // some rate of the mineral has a period

	tables *tables
	mu     sync.Mutex
	shared map[Var]*input
}

type setVar struct {
	pattern Var
	value   dist.Dist
}

// NewModel checks the options and prepares the ledger. It returns an error for options out of range, for two variables of one name,
// and for a date that AsOf cannot read.
func NewModel(l *flows.Ledger, o Options) (*Model, error) {
	opt, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	view := l
	if opt.AsOf != "" {
		if view, err = l.Under("", publishedBy(l, opt.AsOf), nil); err != nil {
			return nil, err
		}
	}
	return prepare(l, view, opt, "", nil, newTables(opt.Draws))
}

// publishedBy keeps the claims that were out by a date. A date of reduced precision counts as its last day, on both sides. Of rates, the
// instruments that claims are read with, a later edition is dropped only where an earlier one serves in its place.
func publishedBy(l *flows.Ledger, date string) func(flows.Record) flows.Record {
	last := flows.LastDay(date)
	type key struct {
		rateKey
		period flows.Period
	}
	of := func(r *flows.Rate) key { return key{rateKey{r.Mineral, r.Place, r.Part, edge{r.Of, r.Per}}, r.Period} }
	early := map[key]bool{}
	for i := range l.Rates() {
		if r := &l.Rates()[i]; r.Scenario == "" && flows.LastDay(r.Origin.Published) <= last {
			early[of(r)] = true
		}
	}
	return func(r flows.Record) flows.Record {
		switch r := r.(type) {
		case flows.Claim:
			if flows.LastDay(r.Origin.Published) > last {
				return nil
			}
		case flows.Rate:
			if flows.LastDay(r.Origin.Published) > last && early[of(&r)] {
				return nil
			}
		}
		return r
	}
}

func prepare(base, view *flows.Ledger, opt Options, name string, set []setVar, t *tables) (*Model, error) {
	m := &Model{base: base, ledger: view, opt: opt, plain: opt, set: set, name: name, tables: t,
		edges: map[flows.Mineral][]edge{}, rates: map[rateKey][]ratedInput{}, dated: map[flows.Mineral]bool{}, shared: map[Var]*input{}}
	type dated struct {
		name   Var
		period flows.Period
	}
	seen := map[dated]flows.Pos{}
	var errs flows.Errors
	for _, r := range view.RatesInForce() {
		name := rateVar(&r)
		if first, ok := seen[dated{name, r.Period}]; ok {
			errs = append(errs, fmt.Errorf("%s: two variables of one name, %s; the other is at %s", r.Pos, name, first))
		}
		seen[dated{name, r.Period}] = r.Pos
		e := edge{r.Of, r.Per}
		if !slices.Contains(m.edges[r.Mineral], e) {
			m.edges[r.Mineral] = append(m.edges[r.Mineral], e)
		}
		in := m.input("rate", name, r.Value, r.Text, r.Origin, r.Pos)
		in.shared = true
		m.dated[r.Mineral] = m.dated[r.Mineral] || !r.Period.IsZero()
		k := rateKey{r.Mineral, r.Place, r.Part, e}
		m.rates[k] = append(m.rates[k], ratedInput{r, in})
	}
	for _, edges := range m.edges {
		slices.SortFunc(edges, func(a, b edge) int {
			return cmp.Or(strings.Compare(string(a.of), string(b.of)), strings.Compare(string(a.per), string(b.per)))
		})
	}
	type held struct {
		name     Var
		scenario string
	}
	claims := map[held]flows.Pos{}
	for i := range view.Claims() {
		c := &view.Claims()[i]
		if c.Scenario != "" && c.Scenario != view.Scenario() {
			continue
		}
		name := claimVar(c)
		k := held{name, c.Scenario} // a scenario's claim takes the place of its origin's own: the two never speak together
		if first, ok := claims[k]; ok {
			errs = append(errs, fmt.Errorf("%s: two variables of one name, %s; the other is at %s", c.Pos, name, first))
		}
		claims[k] = c.Pos
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return m, nil
}

// input makes an input, with the distribution that the scenario sets where it sets one.
func (m *Model) input(kind string, name Var, value dist.Dist, text string, o *flows.Origin, pos flows.Pos) *input {
	for _, s := range m.set {
		if slices.Contains([]string{"claim", "rate", "bias"}, kind) && matches(s.pattern, name) {
			value, text = s.value, "set by the scenario"
		}
	}
	return newInput(kind, name, value, text, o, pos)
}

// common is an input that several cells may share: made once per name.
func (m *Model) common(kind string, name Var, value dist.Dist, o *flows.Origin) *input {
	m.mu.Lock()
	defer m.mu.Unlock()
	if in, ok := m.shared[name]; ok {
		return in
	}
	in := m.input(kind, name, value, "", o, flows.Pos{})
	in.shared = true
	m.shared[name] = in
	return in
}

// selector is the input that says how strongly each draw leans to a producer.
func (m *Model) selector(mineral flows.Mineral, p flows.Place, producer string) *input {
	return m.common("selector", poolVar(mineral, p, producer), uniform(), nil)
}

// bias is the factor that all figures of a producer for a mineral and place share. Origins of one producer may state different
// biases; they share the stream, so the name carries the producer and the input the origin.
func (m *Model) bias(c *flows.Claim) *input {
	if c.Origin.Bias == nil {
		return nil
	}
	name := biasOf(c)
	key := name + "/" + Var(c.Origin.ID)
	m.mu.Lock()
	defer m.mu.Unlock()
	if in, ok := m.shared[key]; ok {
		return in
	}
	in := m.input("bias", name, c.Origin.Bias, "", c.Origin, flows.Pos{})
	in.shared = true
	m.shared[key] = in
	return in
}

// biasOf names the bias of a claim: that of the exporter, or of the place where the ground is.
func biasOf(c *flows.Claim) Var {
	return biasVar(c.Mineral, c.Subject().Country(), c.Origin.Producer)
}

// Ledger is what the model draws from: the records that hold under its options and scenario.
func (m *Model) Ledger() *flows.Ledger { return m.ledger }

// Options are the model's options, defaults filled in.
func (m *Model) Options() Options { return m.opt }

// Variable describes one uncertain input.
type Variable struct {
	Var            Var
	Kind           string // claim, rate or bias
	Text           string // as the dataset has it
	Period         flows.Period
	Median, Lo, Hi float64 // in tonnes, dollars or the unit of the rate; Lo and Hi at the model's level
	Origin         *flows.Origin
	Locator        string
	Pos            flows.Pos
}

// Vars lists the claims, rates and biases that hold, by name. A rate that one error serves over several periods is listed once per
// period under one name.
func (m *Model) Vars() []Variable {
	var out []Variable
	tail := (1 - m.opt.Level) / 2
	add := func(in *input, period flows.Period, locator string) {
		out = append(out, Variable{in.name, in.kind, in.text, period, in.median(), in.value.Quantile(tail), in.value.Quantile(1 - tail), in.origin, locator, in.pos})
	}
	biases := map[Var]bool{}
	for i := range m.ledger.Claims() {
		c := &m.ledger.Claims()[i]
		if c.Scenario != "" && c.Scenario != m.ledger.Scenario() {
			continue
		}
		add(m.claimInput(c), c.Period, c.Locator)
		if b := m.bias(c); b != nil && !biases[b.name] {
			biases[b.name] = true
			add(b, flows.Period{}, "")
		}
	}
	for _, rated := range m.rates {
		for _, r := range rated {
			add(r.in, r.rate.Period, r.rate.Locator)
		}
	}
	slices.SortFunc(out, func(a, b Variable) int {
		return cmp.Or(strings.Compare(string(a.Var), string(b.Var)), a.Period.Compare(b.Period))
	})
	return out
}

func (m *Model) claimInput(c *flows.Claim) *input {
	return m.input("claim", claimVar(c), c.Amount.Value, c.Amount.Text, c.Origin, c.Pos)
}

// matches reports whether a name fits a pattern in which * stands for any run of characters.
func matches(pattern, name Var) bool {
	if !strings.Contains(string(pattern), "*") {
		return pattern == name
	}
	pieces := strings.Split(string(pattern), "*")
	s := string(name)
	if !strings.HasPrefix(s, pieces[0]) {
		return false
	}
	s = s[len(pieces[0]):]
	for _, p := range pieces[1 : len(pieces)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, pieces[len(pieces)-1])
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
