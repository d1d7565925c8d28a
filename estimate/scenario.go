package estimate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Scenario is a named set of changes to the inputs. The zero value of a field changes nothing.
type Scenario struct {
	Name, Who, Note string
	Set             map[Var]dist.Dist                // names may hold *, which stands for any run of characters
	Keep            func(flows.Claim) bool           // nil keeps all
	Treat           func(flows.Claim) flows.Evidence // nil leaves it
	Add             []flows.Record
	Outflow, Inflow Side
	At              []flows.Place // where Outflow and Inflow hold; nil: everywhere

	sided bool // a row set Outflow or Inflow
}

// Scenarios returns those that the packages bring, in order of their names: the rows of scenarios.csv, with the claims and rates that
// hold only in them. A row whose target matches nothing is an error that names it.
func Scenarios(l *flows.Ledger) ([]Scenario, error) {
	byName := map[string][]flows.Change{}
	for _, c := range l.Changes() {
		byName[c.Scenario] = append(byName[c.Scenario], c)
	}
	for _, c := range l.Claims() {
		if _, ok := byName[c.Scenario]; !ok && c.Scenario != "" {
			byName[c.Scenario] = nil
		}
	}
	for _, r := range l.Rates() {
		if _, ok := byName[r.Scenario]; !ok && r.Scenario != "" {
			byName[r.Scenario] = nil
		}
	}
	var out []Scenario
	var errs flows.Errors
	if len(l.Changes()) > 0 {
		errs = unknownScenarios(l, byName)
	}
	for _, name := range sortedKeys(byName) {
		s := Scenario{Name: name, Set: map[Var]dist.Dist{}}
		var drops []string
		treats := map[string]flows.Evidence{}
		var patterns []string
		for _, c := range byName[name] {
			s.Who = alsoSay(s.Who, c.Who)
			s.Note = alsoSay(s.Note, c.Note)
			if err := s.apply(l, c, &drops, treats, &patterns); err != nil {
				errs = append(errs, &flows.RecordError{Pos: c.Pos, Subject: "scenario " + name, Err: fmt.Errorf("%w: %w", flows.ErrScenario, err)})
			}
		}
		if len(drops) > 0 {
			s.Keep = func(c flows.Claim) bool {
				return !slices.ContainsFunc(drops, func(d string) bool { return targets(d, &c) })
			}
		}
		if len(patterns) > 0 {
			s.Treat = func(c flows.Claim) flows.Evidence {
				for _, p := range patterns {
					if targets(p, &c) {
						return treats[p]
					}
				}
				return c.Evidence
			}
		}
		out = append(out, s)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return out, nil
}

// unknownScenarios refuses claims and rates of a scenario that scenarios.csv does not have: a slip of the pen would otherwise take them
// out of the baseline without a word.
func unknownScenarios(l *flows.Ledger, byName map[string][]flows.Change) flows.Errors {
	var errs flows.Errors
	check := func(scenario string, pos flows.Pos, subject string) {
		if scenario != "" && len(byName[scenario]) == 0 {
			errs = append(errs, &flows.RecordError{Pos: pos, Subject: subject, Err: fmt.Errorf("%w: %q has no row in scenarios.csv", flows.ErrScenario, scenario)})
		}
	}
	for _, c := range l.Claims() {
		check(c.Scenario, c.Pos, c.Flow.String())
	}
	for _, r := range l.Rates() {
		check(r.Scenario, r.Pos, r.String())
	}
	return errs
}

// alsoSay adds what a row says, unless the rows before said it.
func alsoSay(said, more string) string {
	switch {
	case said == "":
		return more
	case strings.Contains(said, more):
		return said
	}
	return strings.TrimRight(said, ".") + "; " + more
}

// apply reads one row of scenarios.csv into s.
func (s *Scenario) apply(l *flows.Ledger, c flows.Change, drops *[]string, treats map[string]flows.Evidence, patterns *[]string) error {
	claims := func() bool {
		return slices.ContainsFunc(l.Claims(), func(k flows.Claim) bool {
			return (k.Scenario == "" || k.Scenario == s.Name) && targets(c.Target, &k)
		})
	}
	switch c.Action {
	case "note":
	case "set":
		d, err := dist.ParseAny(c.Value)
		if err != nil {
			return err
		}
		if !s.names(l, Var(c.Target)) {
			return fmt.Errorf("no variable matches %q", c.Target)
		}
		s.Set[Var(c.Target)] = d
	case "drop", "treat":
		if !claims() {
			return fmt.Errorf("no origin or claim matches %q", c.Target)
		}
		if c.Action == "drop" {
			*drops = append(*drops, c.Target)
			break
		}
		treats[c.Target] = flows.Evidence(c.Value)
		*patterns = append(*patterns, c.Target)
	case "outflow", "inflow":
		if c.Action == "outflow" {
			s.Outflow = Side(c.Value)
		} else {
			s.Inflow = Side(c.Value)
		}
		places := strings.Fields(strings.ReplaceAll(c.Target, ",", " "))
		if s.sided && len(places) != len(s.At) {
			return fmt.Errorf("outflow and inflow hold at the same places: two rows name different ones")
		}
		s.sided = true
		for _, p := range places {
			if !slices.Contains(s.At, flows.Place(p)) {
				s.At = append(s.At, flows.Place(p))
			}
			if !slices.ContainsFunc(l.Claims(), func(k flows.Claim) bool {
				return k.From.Country() == flows.Place(p) || k.To.Country() == flows.Place(p)
			}) {
				return fmt.Errorf("no claim is about %q", p)
			}
		}
	default:
		return fmt.Errorf("action %q; want set, drop, treat, outflow, inflow or note", c.Action)
	}
	return nil
}

// targets reports whether a target of drop or treat means a claim: by its origin's id, or by its variable.
func targets(target string, c *flows.Claim) bool {
	return matches(Var(target), Var(c.Origin.ID)) || strings.HasPrefix(target, "claim/") && matches(Var(target), claimVar(c))
}

// names reports whether a pattern matches a variable that holds in the scenario.
func (s *Scenario) names(l *flows.Ledger, pattern Var) bool {
	in := func(scenario string) bool { return scenario == "" || scenario == s.Name }
	return slices.ContainsFunc(l.Claims(), func(c flows.Claim) bool {
		return in(c.Scenario) && (matches(pattern, claimVar(&c)) || c.Origin.Bias != nil && matches(pattern, biasOf(&c)))
	}) || slices.ContainsFunc(l.Rates(), func(r flows.Rate) bool { return in(r.Scenario) && matches(pattern, rateVar(&r)) })
}

// With is the model under a scenario. It shares every draw with m, so that the difference between two scenarios is not noise. It
// starts from m's baseline: scenarios are not stacked. A Set that names no variable is an error.
func (m *Model) With(s Scenario) (*Model, error) {
	opt := m.plain
	if s.At == nil {
		if s.Outflow != "" {
			opt.Outflow = s.Outflow
		}
		if s.Inflow != "" {
			opt.Inflow = s.Inflow
		}
	}
	sides := opt
	sides.Outflow, sides.Inflow = cmp.Or(s.Outflow, opt.Outflow), cmp.Or(s.Inflow, opt.Inflow)
	if _, err := sides.withDefaults(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	var set []setVar
	for pattern, d := range s.Set {
		if !s.names(m.base, pattern) && !slices.ContainsFunc(s.Add, func(r flows.Record) bool {
			switch r := r.(type) {
			case flows.Claim:
				return matches(pattern, claimVar(&r))
			case flows.Rate:
				return matches(pattern, rateVar(&r))
			}
			return false
		}) {
			return nil, fmt.Errorf("scenario %s: no variable matches %q", s.Name, pattern)
		}
		set = append(set, setVar{pattern, d})
	}
	slices.SortFunc(set, func(a, b setVar) int { return strings.Compare(string(a.pattern), string(b.pattern)) })
	early := func(r flows.Record) flows.Record { return r }
	if opt.AsOf != "" {
		early = publishedBy(m.base, opt.AsOf)
	}
	view, err := m.base.Under(s.Name, func(r flows.Record) flows.Record {
		if r = early(r); r == nil {
			return nil
		}
		c, ok := r.(flows.Claim)
		if !ok || c.Scenario != "" && c.Scenario != s.Name {
			return r
		}
		if s.Keep != nil && !s.Keep(c) {
			return nil
		}
		if s.Treat != nil {
			c.Evidence = s.Treat(c)
		}
		return c
	}, slices.Values(s.Add))
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	under, err := prepare(m.base, view, opt, s.Name, set, m.tables)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	under.plain = m.plain
	under.at, under.atOutflow, under.atInflow = s.At, s.Outflow, s.Inflow
	return under, nil
}

// sides are the sides that hold at a place.
func (m *Model) sides(p flows.Place) (outflow, inflow Side) {
	outflow, inflow = m.opt.Outflow, m.opt.Inflow
	if slices.Contains(m.at, p) {
		if m.atOutflow != "" {
			outflow = m.atOutflow
		}
		if m.atInflow != "" {
			inflow = m.atInflow
		}
	}
	return outflow, inflow
}
