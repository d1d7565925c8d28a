package report

import (
	"fmt"
	"io"
	"math"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// NetworkSchema is the value of the field "schema" of what NetworkJSON writes. It changes when a field changes its meaning.
const NetworkSchema = "mineralflows/network/v1"

type jsonNetwork struct {
	Schema      string           `json:"schema"`
	Scenario    string           `json:"scenario"`
	Seed        uint64           `json:"seed"`
	Draws       int              `json:"draws"`
	Level       float64          `json:"level"`
	Flows       []jsonFlow       `json:"flows"`
	Places      []jsonPlace      `json:"places"`
	Tests       *jsonTests       `json:"tests"`
	Diagnostics *jsonDiagnostics `json:"diagnostics"`
	Warnings    []jsonWarning    `json:"warnings"`
	Origins     []jsonOrigin     `json:"origins"`
}

type jsonFlow struct {
	Mineral      flows.Mineral `json:"mineral"`
	Period       string        `json:"period"`
	From         flows.Place   `json:"from"`
	To           flows.Place   `json:"to"`
	Channel      flows.Channel `json:"channel"`
	Part         string        `json:"part"`
	Basis        flows.Basis   `json:"basis"`
	Claimed      *jsonSummary  `json:"claimed"`
	ClaimedBound string        `json:"claimed_bound"`
	Prior        *jsonSummary  `json:"prior"`
	Estimate     jsonSummary   `json:"estimate"`
	Bound        string        `json:"bound"`
	ProbPositive float64       `json:"prob_positive"`
	Z            *float64      `json:"z"`
	Local        *float64      `json:"vdi_local"`
	Least        *float64      `json:"least"`
	Unobserved   bool          `json:"unobserved"`
	AtZero       bool          `json:"at_zero"`
	Claims       []jsonClaim   `json:"claims"`
}

type jsonPlace struct {
	Mineral flows.Mineral `json:"mineral"`
	Place   flows.Place   `json:"place"`
	Period  string        `json:"period"`
	Basis   flows.Basis   `json:"basis"`
	Surplus *jsonSurplus  `json:"surplus"`
}

type jsonTests struct {
	J        float64           `json:"J"`
	DF       int               `json:"df"`
	P        float64           `json:"p"`
	Largest  *jsonTest         `json:"largest"`
	Suspects []jsonTest        `json:"suspects"`
	Networks []jsonNetworkTest `json:"networks"`
}

type jsonTest struct {
	Kind       string   `json:"kind"`
	Flow       *string  `json:"flow"`
	Place      *string  `json:"place"`
	Statistic  float64  `json:"statistic"`
	Critical   float64  `json:"critical"`
	P          float64  `json:"p"`
	Magnitude  float64  `json:"magnitude"`
	Equivalent []string `json:"equivalent"`
}

type jsonNetworkTest struct {
	Mineral flows.Mineral `json:"mineral"`
	Period  string        `json:"period"`
	J       float64       `json:"J"`
	DF      int           `json:"df"`
	P       float64       `json:"p"`

	Overlaps bool `json:"overlaps"`
}

type jsonDiagnostics struct {
	MaxRhat     float64 `json:"max_rhat"`
	MinESSBulk  float64 `json:"min_ess_bulk"`
	MinESSTail  float64 `json:"min_ess_tail"`
	Divergences int     `json:"divergences"`
}

// NetworkJSON writes a network's result in the schema "mineralflows/network/v1", which the package documentation describes. A number that is not
// finite is an error that names its flow, and nothing is written; so is a result without tests or diagnostics.
func NetworkJSON(w io.Writer, r *estimate.Result) error {
	if err := complete(r); err != nil {
		return err
	}
	out := jsonNetwork{
		Schema: NetworkSchema, Scenario: r.Scenario, Seed: r.Options.Seed, Draws: r.Options.Draws, Level: r.Options.Level,
		Flows: []jsonFlow{}, Places: []jsonPlace{}, Warnings: warningsJSON(r.Warnings), Origins: []jsonOrigin{},
	}
	for i := range r.Flows {
		out.Flows = append(out.Flows, flowJSON(&r.Flows[i]))
	}
	for i := range r.Balances {
		b := &r.Balances[i]
		p := jsonPlace{Mineral: b.Mineral, Place: b.Place, Period: b.Period.String(), Basis: b.Basis}
		if v, ok := b.Value(estimate.Surplus); ok {
			if err := finite(b.Cell, estimate.Surplus, v); err != nil {
				return err
			}
			p.Surplus = surplusJSON(v)
		}
		out.Places = append(out.Places, p)
	}
	if t := r.Tests; t != nil {
		out.Tests = &jsonTests{J: t.J, DF: t.DF, P: t.P, Suspects: []jsonTest{}, Networks: []jsonNetworkTest{}}
		if len(t.All) > 0 {
			largest := testJSON(&t.Largest)
			out.Tests.Largest = &largest
		}
		for i := range t.Suspects {
			out.Tests.Suspects = append(out.Tests.Suspects, testJSON(&t.Suspects[i]))
		}
		for _, n := range t.Networks {
			out.Tests.Networks = append(out.Tests.Networks, jsonNetworkTest{n.Mineral, n.Period.String(), n.J, n.DF, n.P, n.Overlaps})
		}
	}
	if d := r.Chains; d != nil {
		out.Diagnostics = &jsonDiagnostics{d.MaxRhat, d.MinESSBulk, d.MinESSTail, d.Divergences}
	}
	for _, o := range r.Origins {
		out.Origins = append(out.Origins, originJSON(o))
	}
	return writeJSON(w, out)
}

func flowJSON(f *estimate.FlowEstimate) jsonFlow {
	out := jsonFlow{
		Mineral: f.Mineral, Period: f.Period.String(), From: f.From, To: f.To, Channel: f.Channel, Part: f.Part, Basis: f.Basis,
		Estimate: summaryJSON(f.Estimate), Bound: f.Estimate.Bound.String(), ProbPositive: f.Estimate.ProbPositive, Z: f.Z, Local: f.Local, Least: f.Least,
		Unobserved: f.Unobserved, AtZero: f.ActiveBound, Claims: []jsonClaim{},
	}
	if f.Claimed != nil {
		s := summaryJSON(*f.Claimed)
		out.Claimed, out.ClaimedBound = &s, f.Claimed.Bound.String()
	}
	if f.Prior != nil {
		s := summaryJSON(*f.Prior)
		out.Prior = &s
	}
	for i := range f.Claims {
		out.Claims = append(out.Claims, claimJSON(&f.Claims[i]))
	}
	return out
}

func testJSON(t *estimate.Test) jsonTest {
	out := jsonTest{Kind: t.Kind, Statistic: t.Statistic, Critical: t.Critical, P: t.P, Magnitude: t.Magnitude, Equivalent: append([]string{}, t.Equivalent...)}
	if t.Flow != nil {
		s := t.Flow.String()
		out.Flow = &s
	}
	if t.Cell != nil {
		s := t.Cell.String()
		out.Place = &s
	}
	return out
}

// complete refuses a network without the figures by which a reader can tell whether to trust it, and numbers that are none.
func complete(r *estimate.Result) error {
	if r.Tests == nil && r.Chains == nil {
		return fmt.Errorf("a network without J, degrees of freedom and the largest test, or the diagnostics of its chains, is not printed: was it made by estimate.Reconcile or estimate.Posterior?")
	}
	check := func(what string, of fmt.Stringer, x ...float64) error {
		for _, v := range x {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%s: the %s is not a finite number (%v)", of, what, v)
			}
		}
		return nil
	}
	for i := range r.Flows {
		f := &r.Flows[i]
		values := map[string]*estimate.Value{"claimed": f.Claimed, "prior": f.Prior, "estimate": &f.Estimate}
		for _, what := range []string{"claimed", "prior", "estimate"} {
			if v := values[what]; v != nil {
				if err := check(what, f.Flow, v.Mean, v.SD, v.Median, v.Lo, v.Hi, v.ProbPositive); err != nil {
					return err
				}
			}
		}
		for what, x := range map[string]*float64{"z": f.Z, "local test": f.Local, "least": f.Least} {
			if x != nil {
				if err := check(what, f.Flow, *x); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
