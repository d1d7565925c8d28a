package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// said sets what is claimed of unrecorded flows beside the records: the rise of what the receiver declares to send on, from the year before,
// in the basis of the claim. If nothing else of the receiver's changed, the rise is the most that can have been added.
func (s *study) said() []report.Section {
	ledger := s.q.Base.Ledger()
	out := report.Section{Heading: "What is said of unrecorded flows, beside the records, in tonnes as stated"}
	t := &report.Table{Columns: []report.Column{{Head: "route", Left: true}, {Head: "said"}, {Head: percentRange(s), Left: true},
		{Head: "declared,\nyear before"}, {Head: "that\nyear"}, {Head: "rise"}, {Head: "gap"}, {Head: percentRange(s), Left: true}}}
	for _, c := range ledger.Claims() {
		if c.Channel != flows.Unrecorded || !slices.ContainsFunc(s.networks, func(n *solved) bool { return n.mineral == c.Mineral }) {
			continue
		}
		year := flows.Year(c.Period.FirstYear())
		then, before := declared(ledger.Claims(), &c, year), declared(ledger.Claims(), &c, year.Previous())
		claim := estimate.Draws(spread(c.Amount, 0))
		v := claim.Summarize(s.level())
		v.Median, v.Bound = c.Amount.Value.Quantile(0.5), c.Amount.Bound
		row := []string{string(c.From) + " > " + string(c.To), report.Median(v), report.Range(v), report.Missing, report.Missing, report.Missing, report.Missing, report.Missing}
		if then != nil && before != nil {
			rise, gap := make(estimate.Draws, len(claim)), make(estimate.Draws, len(claim))
			x, y := spread(then.Amount, 1), spread(before.Amount, 2)
			for i := range claim {
				rise[i] = x[i] - y[i]
				gap[i] = claim[i] - rise[i]
			}
			g := gap.Summarize(s.level())
			row[3], row[4] = report.Tonnes(before.Amount.Value.Quantile(0.5)), report.Tonnes(then.Amount.Value.Quantile(0.5))
			up := then.Amount.Value.Quantile(0.5) - before.Amount.Value.Quantile(0.5)
			row[5], row[6], row[7] = signed(up), signed(v.Median-up), report.Range(g)
		}
		below := fmt.Sprintf("%s, %s %s, t %s", c.Origin.Producer, c.Mineral, c.Period, c.Amount.Basis)
		switch {
		case c.Scenario == "":
			below += "; not in the estimate, which takes what is said of unrecorded flows in a scenario only"
		case c.Scenario != s.result.Scenario:
			below += "; not in the estimate: -scenario " + c.Scenario + " puts it there"
		}
		t.Rows = append(t.Rows, report.Row{Cells: row, Below: []string{below}})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	out.Text = []string{"gap = what is said, less the rise of what the receiver declares from the year before. Both can hold only if the receiver's own output, or what it gets from elsewhere, fell by that much, or if it was put into stock."}
	out.Table = t
	return []report.Section{out}
}

// declared is what the receiver of a flow declares as leaving it in a year, in the basis of the claim: the largest figure; nil for none.
func declared(all []flows.Claim, c *flows.Claim, year flows.Period) *flows.Claim {
	var out *flows.Claim
	for i := range all {
		d := &all[i]
		if d.Mineral == c.Mineral && d.Period == year && d.From == c.To && d.To == flows.World && d.Part == "" && d.Reporter == c.To && d.Scenario == "" &&
			d.Amount.Basis == c.Amount.Basis && d.Amount.Bound == flows.About && (out == nil || d.Amount.Value.Quantile(0.5) > out.Amount.Value.Quantile(0.5)) {
			out = d
		}
	}
	return out
}

// spread are draws of an amount by itself, one from each of as many slices of equal probability, in an order that stream names.
func spread(a flows.Amount, stream uint64) []float64 {
	const n = 4096
	out := make([]float64, n)
	for i, k := range rand.New(rand.NewPCG(1, stream)).Perm(n) {
		out[k] = a.Value.Quantile((float64(i) + 0.5) / n)
	}
	return out
}

func signed(x float64) string {
	if s := report.Tonnes(x); strings.HasPrefix(s, "-") || s == "0" {
		return s
	}
	return "+" + report.Tonnes(x)
}

func root(x float64) float64 { return math.Sqrt(max(x, 0)) }
