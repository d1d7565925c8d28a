package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// sections are the answer, the first question first.
func (s *study) sections(all bool) ([]report.Section, error) {
	out := []report.Section{s.introduction()}
	for _, n := range s.networks {
		section, err := s.top(n)
		if err != nil {
			return nil, err
		}
		out = append(out, section)
	}
	headed := false
	for _, n := range s.networks {
		section := s.byYear(n)
		if section.Table == nil {
			continue
		}
		if !headed {
			headed = true
			section.Heading = "Each route in each year, tonnes of metal"
			if s.method == "posterior" {
				section.Text = append([]string{"Prior: what was assumed before any claim, half-normal at first, then a walk from year to year. Where the standard deviation (sd) is hardly smaller after the claims than before, the claims said nothing."}, section.Text...)
			}
		}
		out = append(out, section)
	}
	for i, n := range s.networks {
		if s.method == "reconcile" {
			break // what places sent on balance is not known where a route is not determined
		}
		section := s.places(n)
		if i == 0 {
			section.Heading = "Who sends and who receives, sums over the years, tonnes of metal"
			section.Text = append([]string{"Net unrecorded: what routes bring less what they take. An output far above what is claimed is what a place must have dug if the routes are right. Without an output figure only the prior parts what a place dug from what it received."}, section.Text...)
		}
		out = append(out, section)
	}
	out = append(out, s.comparisons(all)...)
	out = append(out, s.conflicts(all)...)
	out = append(out, s.said()...)
	out = append(out, s.assumed(all)...)
	out = append(out, s.holds(), s.trust(all))
	return slices.DeleteFunc(out, func(x report.Section) bool { return x.Table == nil && x.Text == nil && x.Notes == nil }), nil
}

func (s *study) introduction() report.Section {
	var minerals []flows.Mineral
	for _, n := range s.networks {
		minerals = append(minerals, n.mineral)
	}
	title := "Where unrecorded " + names(minerals) + " came from, and where it went"
	if name := s.result.Scenario; name != "" {
		title += ", under the scenario " + name
	}
	text := "Estimated: output, trade, stocks and unrecorded routes, all at once, so that every balance closes. A route is one that somebody named: what it carries is what its ends leave open, and another route, unreported mines or bad data may explain it as well."
	if s.method == "reconcile" {
		text = "Reconciled by least squares: what routes must carry if every balance is to close. >= is the least, where claims and balances leave room for more; a sum adds the middle values of its years, whose ranges stand below. A route is one that somebody named: another route, unreported mines or bad data may explain it as well."
	}
	out := report.Section{Heading: title, Text: []string{text}}
	if s.method == "posterior" {
		out.Text = append(out.Text, "Rests on: claims; the prior, what was assumed before any; or both. Ceiling: claims say how much it can be at most, assumptions how much of that it is. Halved and doubled: the scales of all priors.")
	}
	if s.tails > 0 {
		out.Text = append(out.Text, fmt.Sprintf("A claim may be badly wrong: the errors of claims are Student's t with %s of freedom, not normal, with the 90 %% ranges that their sources give them.", counted(s.tails, "degree")))
	}
	return out
}

// top is who, where and how sure, of one mineral.
func (s *study) top(n *solved) (report.Section, error) {
	out := report.Section{Heading: fmt.Sprintf("%s, tonnes of %s, %s", capital(string(n.mineral)), n.basis, years(n.periods))}
	legs := n.legs()
	if len(legs) == 0 {
		out.Text = []string{"No route is in this network: it tests whether the claims agree, and looks for nothing."}
		return out, nil
	}
	groups := make([][]leg, 0, len(legs))
	for i, l := range legs {
		groups = append(groups, []leg{l})
		if j := slices.IndexFunc(legs, func(k leg) bool { return k.from == l.from }); i > j && (i == len(legs)-1 || legs[i+1].from != l.from) {
			groups = append(groups, legs[j:i+1])
		}
	}
	if s.method == "reconcile" {
		out.Table = s.leastTable(n, groups)
		return out, nil
	}
	t := &report.Table{Columns: []report.Column{{Head: "route", Left: true}, {Head: "sum"}, {Head: percentRange(s), Left: true}, {Head: "worth\nUSD"}, {Head: "of its\noutflow"},
		{Head: "sd before,\na year"}, {Head: "sd after,\na year"}, {Head: "prior\nhalved"}, {Head: "prior\ndoubled"}, {Head: "rests on", Left: true}}}
	for _, g := range groups {
		row, err := s.sumRow(n, g)
		if err != nil {
			return out, err
		}
		t.Rows = append(t.Rows, row)
	}
	out.Table = t
	out.Notes = []string{s.verdict(n)}
	return out, nil
}

// sumRow is the sum over the years of one route, or of all from one place.
func (s *study) sumRow(n *solved, legs []leg) (report.Row, error) {
	x, err := n.sum(n.result, legs, (*estimate.Result).FlowDraws)
	if err != nil {
		return report.Row{}, err
	}
	v := x.Summarize(s.level())
	worth, share := report.Missing, report.Missing
	if usd, err := n.sum(n.result, legs, (*estimate.Result).FlowValues); err == nil {
		worth = report.Dollars(usd.Summarize(s.level()).Median)
	}
	if len(legs) == 1 {
		if x := n.shareOfOutflow(legs[0]); x != nil {
			share = report.Percent(x.Summarize(s.level()).Median)
		}
	}
	name := legs[0].String()
	var halved, doubled estimate.Draws
	if n.half != nil {
		if halved, err = n.sum(n.half, legs, (*estimate.Result).FlowDraws); err != nil {
			return report.Row{}, err
		}
		if doubled, err = n.sum(n.twice, legs, (*estimate.Result).FlowDraws); err != nil {
			return report.Row{}, err
		}
	}
	lo, hi := halved.Summarize(s.level()), doubled.Summarize(s.level())
	before, after := n.spreads(legs)
	cells := []string{name, report.Tonnes(v.Median), report.Range(v), worth, share, report.Tonnes(before), report.Tonnes(after), report.Tonnes(lo.Median), report.Tonnes(hi.Median), n.atMost(restsOn(before, after, &lo, &v, &hi), legs[0], v.Median)}
	if len(legs) > 1 {
		cells[0], cells[5], cells[6], cells[9] = string(legs[0].from)+" > all", report.Missing, report.Missing, ""
	}
	return report.Row{Cells: cells}, nil
}

// spreads are the standard deviations of a route in a year, before and after the claims: those of the middle year.
func (n *solved) spreads(legs []leg) (before, after float64) {
	var prior, posterior []float64
	for _, l := range legs {
		for _, p := range n.periods {
			if e := l.of(n, p); e != nil && e.Prior != nil {
				prior, posterior = append(prior, e.Prior.SD), append(posterior, e.Estimate.SD)
			}
		}
	}
	return middle(prior), middle(posterior)
}

func middle(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// restsOn says what an answer rests on, by its spread before and after the claims, and by what it is with the scales of all priors halved and
// doubled. On the prior where the claims leave more than half of the spread. Where the range spans more than a factor of ten, for claims that
// say no more than "at most" leave the lower end to the prior, it is a ceiling, unless that moves nearly as the scales do: by three where they
// grow by four. Else it rests on the prior where it moves by more than itself, and on both where a quarter of the spread is left, or it moves
// by more than a quarter.
func restsOn(before, after float64, halved, answer, doubled *estimate.Value) string {
	moves := math.Abs(doubled.Median-halved.Median) / answer.Median
	switch {
	case after > before/2:
		return "prior"
	case answer.Hi > 10*answer.Lo && doubled.Hi > 3*halved.Hi:
		return "prior"
	case answer.Hi > 10*answer.Lo:
		return "ceiling"
	case moves > 1:
		return "prior"
	case after > before/4 || moves > 0.25:
		return "both"
	}
	return "claims"
}

// yearRestsOn is restsOn of one route in one year.
func (n *solved) yearRestsOn(e *estimate.FlowEstimate) string {
	halved, doubled := &e.Estimate, &e.Estimate // without them nothing is known to move
	if h, t := find(n.half, e.Flow), find(n.twice, e.Flow); h != nil && t != nil {
		halved, doubled = &h.Estimate, &t.Estimate
	}
	on := restsOn(e.Prior.SD, e.Estimate.SD, halved, &e.Estimate, doubled)
	if on != "prior" && n.assumesOutput(e.Flow) {
		return "ceiling"
	}
	return on
}

// assumesOutput reports whether nobody says what the receiver of a route dug in that year, or can have dug at most, nor what the route
// brought: what it sends on is then the most that the route can have brought, and how much of that it dug itself is assumed, from its
// figures of other years if there are any. The scales of the priors, halved and doubled, do not show that.
func (n *solved) assumesOutput(f flows.Flow) bool {
	if len(find(n.result, f).Claims) > 0 {
		return false
	}
	e := find(n.result, flows.Flow{Mineral: f.Mineral, Period: f.Period, From: flows.Ground, To: f.To})
	return e != nil && !slices.ContainsFunc(e.Claims, func(c flows.Claim) bool { return c.Amount.Bound != flows.AtLeast })
}

// atMost is what a sum over the years rests on: no more than a ceiling where more than a quarter of it was brought in years in which the receiver's
// output is assumed.
func (n *solved) atMost(on string, l leg, sum float64) string {
	assumed := 0.0
	for _, p := range n.periods {
		if e := l.of(n, p); e != nil && n.assumesOutput(e.Flow) {
			assumed += e.Estimate.Median
		}
	}
	if on != "prior" && assumed > sum/4 {
		return "ceiling"
	}
	return on
}

// verdict says in words whether the chains and the claims can be trusted.
func (s *study) verdict(n *solved) string {
	t, d := n.result.Tests, n.result.Chains
	text := fmt.Sprintf("Chains: R-hat %.3f, effective draws %.0f (bulk) and %.0f (tail), %s.", d.MaxRhat, d.MinESSBulk, d.MinESSTail, counted(d.Divergences, "divergence"))
	if d.MaxRhat > worstRhat || min(d.MinESSBulk, d.MinESSTail) < fewestDraws {
		text += " NOT CONVERGED: do not use these numbers; raise -warmup and -sample."
	} else if d.MaxRhat > goodRhat || min(d.MinESSBulk, d.MinESSTail) < goodDraws {
		text += " Rough: ends of ranges may move by a tenth of their width; before you quote them raise -warmup and -sample."
	}
	k := 0
	for i := range t.All {
		if t.All[i].Statistic > t.All[i].Critical {
			k++
		}
	}
	strained := 0
	for _, w := range n.result.Warnings {
		if w.Code == estimate.ErrStrained {
			strained++
		}
	}
	switch {
	case k+strained > 0:
		text += fmt.Sprintf(" The claims conflict beyond their spreads (%s, %s: below): ", counted(k, "figure"), counted(strained, "shared error"))
		if s.tails > 0 {
			text += "the ranges hold that some of them are badly wrong, as far as heavy tails can."
		} else {
			text += "the ranges are too narrow where they do; -tails 4 lets a claim be badly wrong."
		}
	case t.P < 0.05:
		text += fmt.Sprintf(" The claims scatter more than their spreads allow (P = %.2g).", t.P)
	default:
		text += " The claims agree within their spreads."
	}
	return text
}

// leastTable is what routes must carry, of a reconciliation. Networks of several years share errors, so that a sum has no range.
func (s *study) leastTable(n *solved, groups [][]leg) *report.Table {
	t := &report.Table{Columns: []report.Column{{Head: "route", Left: true}, {Head: "sum"}, {Head: "years\ndetermined"}, {Head: "years\nat least"}, {Head: "years\nheld at zero"}}}
	for _, g := range groups {
		sum, years, floors, zeros := 0.0, 0, 0, 0
		for _, l := range g {
			for _, p := range n.periods {
				e := l.of(n, p)
				switch {
				case e == nil:
					continue
				case e.Unobserved:
					floors++
				case e.ActiveBound:
					zeros++
				default:
					years++
				}
				sum += e.Estimate.Median
			}
		}
		v := estimate.Value{}
		if v.Median = sum; floors > 0 {
			v.Bound = flows.AtLeast
		}
		name := g[0].String()
		if len(g) > 1 {
			name = string(g[0].from) + " > all"
		}
		t.Rows = append(t.Rows, report.Row{Cells: []string{name, report.Median(v), fmt.Sprint(years), fmt.Sprint(floors), fmt.Sprint(zeros)}})
	}
	return t
}

// byYear is every route in every year, with what was assumed of it.
func (s *study) byYear(n *solved) report.Section {
	t := &report.Table{Columns: []report.Column{{Head: "route", Left: true}, {Head: "year", Left: true}, {Head: "estimate"}, {Head: percentRange(s), Left: true}}}
	if s.method == "posterior" {
		t.Columns = append(t.Columns, report.Column{Head: "prior"}, report.Column{Head: percentRange(s), Left: true}, report.Column{Head: "sd\nbefore"}, report.Column{Head: "sd\nafter"},
			report.Column{Head: "rests on", Left: true})
	} else {
		t.Columns = append(t.Columns, report.Column{Left: true})
	}
	for _, l := range n.legs() {
		for _, p := range n.periods {
			e := l.of(n, p)
			if e == nil {
				continue
			}
			cells := []string{l.String(), p.String(), report.Median(e.Estimate), report.Range(e.Estimate)}
			remark := ""
			switch {
			case s.method == "reconcile" && e.Unobserved:
				cells[3], remark = report.Missing, "not determined"
			case s.method == "reconcile" && e.ActiveBound:
				cells[3], remark = report.Missing, "held at zero"
			case e.Unobserved:
				remark = "prior only"
			case s.method == "posterior":
				remark = n.yearRestsOn(e)
			}
			if e.Claimed != nil {
				remark = strings.TrimPrefix(remark+"; claimed "+report.Median(*e.Claimed), "; ")
			} else if len(e.Claims) > 0 {
				remark = strings.TrimPrefix(remark+"; a bound claimed", "; ")
			}
			if s.method == "posterior" {
				cells = append(cells, report.Tonnes(e.Prior.Median), report.Range(*e.Prior), report.Tonnes(e.Prior.SD), report.Tonnes(e.Estimate.SD))
			}
			t.Rows = append(t.Rows, report.Row{Cells: append(cells, remark), Strong: e.Estimate.Lo > 0 && !e.Unobserved})
		}
	}
	if len(t.Rows) == 0 {
		return report.Section{}
	}
	return report.Section{Text: []string{capital(string(n.mineral))}, Table: t}
}

// places are the balances of a network: what each sent and received beside the records.
func (s *study) places(n *solved) report.Section {
	t := &report.Table{Columns: []report.Column{{Head: "place", Left: true}, {Head: "output,\nclaimed"}, {Head: "output"}, {Head: "recorded\noutflow"}, {Head: "net unrecorded"}, {Head: percentRange(s), Left: true}, {Left: true}}}
	for _, p := range n.places {
		var cells []flows.Cell
		for i := range n.result.Balances {
			if c := n.result.Balances[i].Cell; c.Mineral == n.mineral && c.Place == p && slices.Contains(n.periods, c.Period) {
				cells = append(cells, c)
			}
		}
		row := []string{string(p), n.claimedOutput(p), report.Missing, report.Missing, report.Missing, report.Missing, ""}
		silent, scenarios := n.silent(s.q.Base.Ledger(), p)
		row[6] = silent
		for i, q := range []estimate.Quantity{estimate.Output, estimate.Outflow, estimate.Surplus} {
			v, err := n.result.Total(q, cells...)
			if err != nil {
				continue // a place without this quantity
			}
			row[i+2] = report.Median(v)
			if q == estimate.Surplus {
				row[5] = report.Range(v)
			}
		}
		out := report.Row{Cells: row}
		for _, name := range scenarios {
			if name != s.result.Scenario {
				out.Below = append(out.Below, "-scenario "+name+" brings figures of its output")
			}
		}
		t.Rows = append(t.Rows, out)
	}
	return report.Section{Text: []string{capital(string(n.mineral))}, Table: t}
}

// claimedOutput is the sum of what is claimed of a place's output, a floor where a year has no figure.
func (n *solved) claimedOutput(place flows.Place) string {
	v, claimed := estimate.Value{}, false
	for _, p := range n.periods {
		e := find(n.result, flows.Flow{Mineral: n.mineral, Period: p, From: flows.Ground, To: place})
		switch {
		case e == nil:
		case e.Claimed == nil:
			v.Bound = flows.AtLeast
		default:
			v.Median, claimed = v.Median+e.Claimed.Median, true
		}
	}
	if !claimed {
		return report.Missing
	}
	return report.Median(v)
}

// silent says in which years nobody states what a place mined, and which scenarios do: without, what it dug and what it received cannot be
// told apart.
func (n *solved) silent(l *flows.Ledger, place flows.Place) (remark string, scenarios []string) {
	var out []flows.Period
	for _, p := range n.periods {
		e := find(n.result, flows.Flow{Mineral: n.mineral, Period: p, From: flows.Ground, To: place})
		if e == nil || len(e.Claims) > 0 {
			continue
		}
		out = append(out, p)
		for _, c := range l.Claims() {
			if c.Mineral == n.mineral && c.Period == p && c.From == flows.Ground && c.To.Within(place) && c.Scenario != "" && !slices.Contains(scenarios, c.Scenario) {
				scenarios = append(scenarios, c.Scenario)
			}
		}
	}
	if len(out) == 0 {
		return "", nil
	}
	return "no output figure: " + years(out), scenarios
}

func (s *study) level() float64 { return s.result.Options.Level }

func percentRange(s *study) string { return report.Percent(s.level()) + " range" }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
