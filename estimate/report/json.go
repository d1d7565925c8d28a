package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Schema is the value of the field "schema" of what JSON writes. It changes when a field changes its meaning.
const Schema = "mineralflows/result/v1"

type jsonResult struct {
	Schema    string         `json:"schema"`
	Scenario  string         `json:"scenario"`
	Seed      uint64         `json:"seed"`
	Draws     int            `json:"draws"`
	Level     float64        `json:"level"`
	Cells     []jsonCell     `json:"cells"`
	Scenarios []jsonScenario `json:"scenarios"`
	Origins   []jsonOrigin   `json:"origins"`
}

type jsonSummary struct {
	Mean   float64 `json:"mean"`
	SD     float64 `json:"sd"`
	Median float64 `json:"median"`
	Lo     float64 `json:"lo"`
	Hi     float64 `json:"hi"`
}

type jsonSurplus struct {
	jsonSummary
	ProbPositive float64 `json:"prob_positive"`
	Bound        string  `json:"bound"`
}

type jsonCell struct {
	Mineral      flows.Mineral     `json:"mineral"`
	Place        flows.Place       `json:"place"`
	Period       string            `json:"period"`
	Basis        flows.Basis       `json:"basis"`
	Output       *jsonSummary      `json:"output"`
	Outflow      *jsonSummary      `json:"outflow"`
	Inflow       *jsonSummary      `json:"inflow"`
	Declared     *jsonSummary      `json:"declared"`
	Mirrored     *jsonSummary      `json:"mirrored"`
	OutflowSide  estimate.Side     `json:"outflow_side"`
	Surplus      *jsonSurplus      `json:"surplus"`
	Floor        *jsonSummary      `json:"floor"`
	OutputGap    *jsonSummary      `json:"output_gap"`
	TradeGap     *jsonSummary      `json:"trade_gap"`
	Share        *jsonSummary      `json:"share"`
	ValueUSD     *jsonSummary      `json:"value_usd"`
	Alternatives []jsonAlternative `json:"alternatives"`
	Claims       []jsonClaim       `json:"claims"`
	Warnings     []jsonWarning     `json:"warnings"`
}

type jsonAlternative struct {
	Producer string       `json:"producer"`
	Surplus  *jsonSurplus `json:"surplus"`
}

type jsonClaim struct {
	Flow     string         `json:"flow"`
	Channel  flows.Channel  `json:"channel"`
	Reporter flows.Place    `json:"reporter"`
	Amount   string         `json:"amount"`
	Basis    flows.Basis    `json:"basis"`
	Evidence flows.Evidence `json:"evidence"`
	Origin   string         `json:"origin"`
	Locator  string         `json:"locator"`
	File     string         `json:"file"`
	Line     *int           `json:"line"`
}

type jsonWarning struct {
	Code flows.Code `json:"code"`
	Text string     `json:"text"`
}

type jsonScenario struct {
	Name       string        `json:"name"`
	Who        string        `json:"who"`
	Mineral    flows.Mineral `json:"mineral"`
	Place      flows.Place   `json:"place"`
	Period     string        `json:"period"`
	Surplus    *jsonSurplus  `json:"surplus"`
	Difference *jsonSummary  `json:"difference"`
}

type jsonOrigin struct {
	ID       string `json:"id"`
	Producer string `json:"producer"`
	Title    string `json:"title"`
	Version  string `json:"version"`
	URL      string `json:"url"`
	License  string `json:"license"`
}

// JSON writes the report in the schema "mineralflows/result/v1", which the package documentation describes. Totals are not part of it. A
// number that is not finite is an error that names its cell, and nothing is written.
func JSON(w io.Writer, r Report) error {
	res := r.Result
	out := jsonResult{
		Schema: Schema, Scenario: res.Scenario, Seed: res.Options.Seed, Draws: res.Options.Draws, Level: res.Options.Level,
		Cells: []jsonCell{}, Scenarios: []jsonScenario{}, Origins: []jsonOrigin{},
	}
	for i := range res.Balances {
		c, err := cellJSON(&res.Balances[i])
		if err != nil {
			return err
		}
		out.Cells = append(out.Cells, c)
	}
	for _, c := range r.Scenarios {
		s := jsonScenario{Name: c.Scenario.Name, Who: c.Scenario.Who, Mineral: c.Cell.Mineral, Place: c.Cell.Place, Period: c.Cell.Period.String()}
		if c.Surplus != nil {
			if err := finite(c.Cell, estimate.Surplus, *c.Surplus); err != nil {
				return fmt.Errorf("scenario %s: %w", c.Scenario.Name, err)
			}
			s.Surplus = surplusJSON(*c.Surplus)
		}
		if c.Difference != nil {
			if err := finite(c.Cell, "difference", *c.Difference); err != nil {
				return fmt.Errorf("scenario %s: %w", c.Scenario.Name, err)
			}
			d := summaryJSON(*c.Difference)
			s.Difference = &d
		}
		out.Scenarios = append(out.Scenarios, s)
	}
	for _, o := range res.Origins {
		out.Origins = append(out.Origins, originJSON(o))
	}
	return writeJSON(w, out)
}

// writeJSON writes at once, indented by one space.
func writeJSON(w io.Writer, out any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // "UGA->ARE" is to be read as it is
	enc.SetIndent("", " ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}

func originJSON(o *flows.Origin) jsonOrigin {
	return jsonOrigin{o.ID, o.Producer, o.Title, o.Version, o.URL, o.License}
}

func warningsJSON(all []estimate.Warning) []jsonWarning {
	out := []jsonWarning{}
	for _, w := range all {
		out = append(out, jsonWarning{w.Code, w.Text})
	}
	return out
}

func claimJSON(x *flows.Claim) jsonClaim {
	j := jsonClaim{
		Flow: string(x.From) + "->" + string(x.To), Channel: x.Channel, Reporter: x.Reporter, Amount: x.Amount.Text, Basis: x.Amount.Basis,
		Evidence: x.Evidence, Origin: x.Origin.ID, Locator: x.Locator, File: x.Pos.File,
	}
	if x.Pos.Line > 0 {
		j.Line = &x.Pos.Line
	}
	return j
}

func cellJSON(b *estimate.Balance) (jsonCell, error) {
	c := jsonCell{
		Mineral: b.Mineral, Place: b.Place, Period: b.Period.String(), Basis: b.Basis, OutflowSide: b.Side,
		Alternatives: []jsonAlternative{}, Claims: []jsonClaim{},
	}
	for q, v := range b.Values {
		if err := finite(b.Cell, q, v); err != nil {
			return c, err
		}
	}
	for _, f := range []struct {
		q estimate.Quantity
		s **jsonSummary
	}{
		{estimate.Output, &c.Output}, {estimate.Outflow, &c.Outflow}, {estimate.Inflow, &c.Inflow}, {estimate.Declared, &c.Declared},
		{estimate.Mirrored, &c.Mirrored}, {estimate.Floor, &c.Floor}, {estimate.OutputGap, &c.OutputGap}, {estimate.TradeGap, &c.TradeGap},
		{estimate.Share, &c.Share}, {estimate.ValueUSD, &c.ValueUSD},
	} {
		if v, ok := b.Value(f.q); ok {
			s := summaryJSON(v)
			*f.s = &s
		}
	}
	if v, ok := b.Value(estimate.Surplus); ok {
		c.Surplus = surplusJSON(v)
	}
	for _, a := range b.Alternatives {
		if err := finite(b.Cell, estimate.Surplus, a.Surplus); err != nil {
			return c, err
		}
		c.Alternatives = append(c.Alternatives, jsonAlternative{a.Producer, surplusJSON(a.Surplus)})
	}
	for _, x := range claims(b) {
		c.Claims = append(c.Claims, claimJSON(x))
	}
	c.Warnings = warningsJSON(b.Warnings)
	return c, nil
}

// claims lists the claims behind a balance, each once, in the order of its terms.
func claims(b *estimate.Balance) []*flows.Claim {
	seen := map[estimate.Var]bool{}
	var out []*flows.Claim
	for i := range b.Terms {
		for j := range b.Terms[i].Used {
			u := &b.Terms[i].Used[j]
			if u.Var != "" && seen[u.Var] {
				continue
			}
			seen[u.Var] = true
			out = append(out, &u.Claim)
		}
	}
	return out
}

func summaryJSON(v estimate.Value) jsonSummary {
	return jsonSummary{v.Mean, v.SD, v.Median, v.Lo, v.Hi}
}

func surplusJSON(v estimate.Value) *jsonSurplus {
	return &jsonSurplus{summaryJSON(v), v.ProbPositive, v.Bound.String()}
}

func finite(c flows.Cell, q estimate.Quantity, v estimate.Value) error {
	for _, x := range []float64{v.Mean, v.SD, v.Median, v.Lo, v.Hi, v.ProbPositive} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s: the %s is not a finite number (%v)", c, name(q), x)
		}
	}
	return nil
}
