package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// NetworkText writes a network's result as tables of at most 100 columns. A result without tests or diagnostics is refused.
func NetworkText(w io.Writer, r *estimate.Result, o Options) error {
	if err := complete(r); err != nil {
		return err
	}
	return writeText(w, networkContent(r, o), o)
}

// NetworkMarkdown writes it as GitHub tables: the blocks of NetworkText.
func NetworkMarkdown(w io.Writer, r *estimate.Result, o Options) error {
	if err := complete(r); err != nil {
		return err
	}
	return writeMarkdown(w, networkContent(r, o))
}

// networkContent is a network as Text and Markdown show it: whether to trust it first.
func networkContent(r *estimate.Result, o Options) []block {
	title := "Mineral flows with every balance closed"
	if r.Scenario != "" {
		title += ", under the scenario " + r.Scenario
	}
	blocks := []block{heading(title)}
	if r.Tests != nil {
		blocks = append(blocks, trust(r, o)...)
	}
	if d := r.Chains; d != nil {
		blocks = append(blocks, paragraph(fmt.Sprintf("%s of %s after %s: R-hat at most %s, effective sample size at least %s (bulk) and %s (tail), %s.",
			count(d.Chains, "chain"), count(d.Draws, "draw"), plain(float64(d.Warmup), 6), digits(d.MaxRhat, 4), digits(d.MinESSBulk, 3), digits(d.MinESSTail, 3), count(d.Divergences, "divergence"))))
	}
	var all []flows.Mineral
	for i := range r.Flows {
		all = append(all, r.Flows[i].Mineral)
	}
	slices.Sort(all)
	for _, m := range slices.Compact(all) {
		blocks = append(blocks, networkMineral(r, m, o)...)
	}
	if len(r.Flows) == 0 {
		blocks = append(blocks, paragraph("There is no flow to show."))
	}
	return append(blocks, networkWarnings(r)...)
}

// trust is whether claims and balances agree: J, its degrees of freedom, the largest test, and the networks that disagree.
func trust(r *estimate.Result, o Options) []block {
	t := r.Tests
	text := fmt.Sprintf("J = %s on %s of freedom, P = %s.", digits(t.J, 3), count(t.DF, "degree"), chance(t.P))
	if t.DF == 0 {
		text = "J = 0 on 0 degrees of freedom: nothing is known twice over, so nothing was tested."
	}
	if len(t.All) > 0 {
		text += " Largest test: " + testLine(&t.Largest) + "."
	}
	blocks := []block{paragraph(text)}
	networks := slices.Clone(t.Networks)
	slices.SortStableFunc(networks, func(a, b estimate.NetworkTest) int { return cmp.Compare(a.P, b.P) })
	if len(networks) < 2 {
		return blocks
	}
	if overlaps := slices.ContainsFunc(networks, func(n estimate.NetworkTest) bool { return n.Overlaps }); t.DF > 0 && r.Chains == nil {
		text = "J is the sum over the networks below"
		if overlaps {
			text += ", but for those that share months with another (no claim is tested twice)"
		}
		blocks = append(blocks, paragraph(text+". P takes them for independent; a grade or an origin's bias that is wrong in one is wrong in all, so that several that fail together are less evidence than it says."))
	}
	tab := table{columns: []column{{head: "mineral", left: true}, {head: "period", left: true}, {head: "J"}, {head: "df"}, {head: "P"}, {head: "", left: true}}}
	for _, n := range first(networks, o) {
		p := missing
		if n.DF > 0 {
			p = chance(n.P)
		}
		mark := ""
		if n.Overlaps {
			mark = "not in the sum"
		}
		tab.rows = append(tab.rows, row{cells: []string{string(n.Mineral), n.Period.String(), digits(n.J, 3), plain(float64(n.DF), 6), p, mark}, strong: n.P < 0.05})
	}
	return append(append(blocks, tab), more(len(networks)-len(tab.rows))...)
}

// chance prints the probability of a test, which may be very small.
func chance(p float64) string {
	switch {
	case p < 1e-12:
		return "<1e-12"
	case p < 0.001:
		return fmt.Sprintf("%.1g", p)
	}
	return digits(p, 2)
}

// testLine is one test in words.
func testLine(t *estimate.Test) string {
	what := ""
	switch {
	case t.Flow != nil:
		what = t.Flow.String()
	case t.Cell != nil:
		what = "the balance of " + t.Cell.String()
	}
	s := fmt.Sprintf("%s, %s, %s against %s", t.Kind, what, digits(t.Statistic, 3), digits(t.Critical, 3))
	switch {
	case t.Magnitude == 0:
	case t.Kind == "leak" && t.Magnitude < 0:
		s += fmt.Sprintf(", %s t more coming in than going out", digits(-t.Magnitude, 3))
	case t.Kind == "leak":
		s += fmt.Sprintf(", %s t more going out than coming in", digits(t.Magnitude, 3))
	default:
		s += fmt.Sprintf(", an error of %s t", signed(t.Magnitude))
	}
	if len(t.Equivalent) > 0 {
		s += "; not to be told from " + strings.Join(t.Equivalent, ", ")
	}
	return s
}

// networkMineral is the section of one mineral: corridors and what else nobody claims, then the flows that somebody claims.
func networkMineral(r *estimate.Result, m flows.Mineral, o Options) []block {
	var open, claimed []*estimate.FlowEstimate
	var basis flows.Basis
	for i := range r.Flows {
		f := &r.Flows[i]
		if f.Mineral != m {
			continue
		}
		basis = f.Basis
		if f.Claimed == nil {
			open = append(open, f)
		} else {
			claimed = append(claimed, f)
		}
	}
	blocks := []block{heading(fmt.Sprintf("%s, tonnes of %s", strings.ToUpper(string(m[:1]))+string(m[1:]), basis))}
	if len(open) > 0 {
		slices.SortStableFunc(open, func(a, b *estimate.FlowEstimate) int {
			unrecorded := func(f *estimate.FlowEstimate) int { return -len(f.Channel) }
			return cmp.Or(cmp.Compare(unrecorded(a), unrecorded(b)), cmp.Compare(b.Estimate.Median, a.Estimate.Median))
		})
		blocks = append(blocks, paragraph("Flows that nobody claims, as the balances have them. >= is the least that closes the balances, where these leave room for more."))
		t := table{columns: []column{{head: "flow", left: true}, {head: "period", left: true}, {head: "estimate"}, {head: level(r.Options.Level) + " range", left: true}, {head: "P(>0)"}, {head: "prior", fold: 1}, {head: "", left: true}}}
		for _, f := range first(open, o) {
			t.rows = append(t.rows, openRow(f))
		}
		blocks = append(append(blocks, t), more(len(open)-len(t.rows))...)
	}
	if len(claimed) > 0 {
		slices.SortStableFunc(claimed, func(a, b *estimate.FlowEstimate) int { return cmp.Compare(strain(b), strain(a)) })
		text := "Flows that somebody claims, the most strained first: z is how far the figure had to move, in standard deviations of such a move."
		t := table{columns: []column{{head: "flow", left: true}, {head: "period", left: true}, {head: "claimed"}, {head: "sd"}, {head: "estimate"}, {head: "sd"}, {head: "z"}, {head: "", left: true}}}
		local := slices.ContainsFunc(claimed, func(f *estimate.FlowEstimate) bool { return f.Local != nil })
		if local {
			text += " VDI: the same, but over no less than 0.316 (the root of 1/10) of the figure's own standard deviation: the local test of VDI 2048, against 1.96."
			t.columns = slices.Insert(t.columns, len(t.columns)-1, column{head: "VDI"})
		}
		for _, f := range first(claimed, o) {
			t.rows = append(t.rows, claimedRow(f, local))
		}
		blocks = append(blocks, paragraph(text))
		blocks = append(append(blocks, t), more(len(claimed)-len(t.rows))...)
	}
	return blocks
}

// strain is |z|, to six decimals so that what moves together keeps its order, and -1 where nothing could move.
func strain(f *estimate.FlowEstimate) float64 {
	if f.Z == nil {
		return -1
	}
	return math.Round(1e6*math.Abs(*f.Z)) / 1e6
}

func flowName(f *estimate.FlowEstimate) string {
	s := fmt.Sprintf("%s > %s", f.From, f.To)
	if f.Part != "" {
		s += " (" + f.Part + ")"
	}
	if f.Channel != flows.Recorded {
		s += ", " + string(f.Channel)
	}
	return s
}

func openRow(f *estimate.FlowEstimate) row {
	prior, rng := missing, missing
	if f.Prior != nil {
		prior = tonnes(f.Prior.Median)
	}
	if !f.Unobserved {
		rng = span(f.Estimate.Summary, tonnes)
	}
	p := probability(f.Estimate.ProbPositive, f.Estimate.Bound)
	if f.ActiveBound || f.Unobserved {
		p = missing
	}
	return row{cells: []string{flowName(f), f.Period.String(), sign(f.Estimate.Bound) + tonnes(f.Estimate.Median), rng, p, prior, remark(f)}, strong: f.Estimate.Lo > 0}
}

func claimedRow(f *estimate.FlowEstimate, local bool) row {
	z, sd := missing, missing
	if f.Z != nil {
		z = fmt.Sprintf("%+.2f", *f.Z)
	}
	if !f.Unobserved {
		sd = tonnes(f.Estimate.SD)
	}
	cells := []string{flowName(f), f.Period.String(), sign(f.Claimed.Bound) + tonnes(f.Claimed.Mean), tonnes(f.Claimed.SD), sign(f.Estimate.Bound) + tonnes(f.Estimate.Mean), sd, z}
	if local {
		v := missing
		if f.Local != nil {
			v = fmt.Sprintf("%.2f", *f.Local)
		}
		cells = append(cells, v)
	}
	return row{cells: append(cells, remark(f)),
		strong: strain(f) > 1.96}
}

// remark says what a reader must know of an estimate.
func remark(f *estimate.FlowEstimate) string {
	switch {
	case f.ActiveBound:
		return "held at zero"
	case f.Unobserved:
		return "not determined"
	}
	return ""
}

// networkWarnings lists the warnings, those of one text once.
func networkWarnings(r *estimate.Result) []block {
	var mk marks
	mk.of(r.Warnings)
	if len(mk.notes) == 0 {
		return nil
	}
	return []block{heading("What to know"), mk.notes}
}
