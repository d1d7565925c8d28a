package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// shown are the claims that a mineral has in the table of conflicts without -all.
const shown = 5

// conflict is a claim, or several that make one figure, beside what all others lead to expect.
type conflict struct {
	what, who           string
	says, expected, gap float64
	z, critical         float64
}

// conflicts are the claims that the rest of the network contradicts most.
func (s *study) conflicts(all bool) []report.Section {
	heading := "The claims that conflict most"
	text := "z is the distance between what a figure says and what all others lead to expect, in standard deviations of that distance; !! where it is larger than chance allows among so many."
	if s.method == "reconcile" {
		text += " Figures that move together have one z: any of them may be the wrong one."
	}
	var out []report.Section
	for _, n := range s.networks {
		found := conflictsOf(n)
		if len(found) > shown && !all {
			found = found[:shown]
		}
		if len(found) == 0 {
			continue
		}
		t := &report.Table{Columns: []report.Column{{Head: "figure", Left: true}, {Head: "who says so", Left: true}, {Head: "says"}, {Head: "others\nexpect"}, {Head: "gap"}, {Head: "z"}, {Left: true}}}
		for _, c := range found {
			mark := ""
			if c.z > c.critical {
				mark = "!!"
			}
			t.Rows = append(t.Rows, report.Row{Strong: mark != "", Cells: []string{c.what, c.who, report.Tonnes(c.says), report.Tonnes(c.expected), signed(c.gap), fmt.Sprintf("%.1f", c.z), mark}})
		}
		out = append(out, report.Section{Heading: heading, Text: []string{text, capital(string(n.mineral))}, Table: t})
		heading, text = "", ""
		if len(out) > 1 {
			out[len(out)-1].Text = out[len(out)-1].Text[1:]
		}
	}
	return out
}

func conflictsOf(n *solved) []conflict {
	var out []conflict
	for i := range n.result.Tests.All {
		t := &n.result.Tests.All[i]
		if t.Flow == nil || t.Flow.Mineral != n.mineral || len(t.Claims) == 0 || t.Magnitude == 0 || t.Kind != "predictive" && t.Kind != "bias" {
			continue
		}
		z, critical := t.Statistic, t.Critical
		if t.Kind == "bias" { // chi-square with one degree of freedom
			z, critical = root(z), root(critical)
		}
		c := conflict{what: label(*t.Flow), who: producers(t.Claims), says: t.Says, expected: t.Says - t.Magnitude, gap: t.Magnitude, z: z, critical: critical}
		if b := t.Claims[0].Amount.Bound; b != flows.About && len(t.Claims) == 1 {
			c.who += " (" + b.String() + ")"
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b conflict) int { return cmp.Compare(b.z, a.z) })
	return out
}

// label is a flow without its mineral: 2022 UGA > ARE.
func label(f flows.Flow) string {
	s := fmt.Sprintf("%s %s > %s", f.Period, f.From, f.To)
	if f.Channel != flows.Recorded {
		s += ", " + string(f.Channel)
	}
	return s
}

// producers names who made some claims, shortened so that a table keeps to its page.
func producers(claims []flows.Claim) string {
	var all []string
	for _, c := range claims {
		if p := c.Origin.Producer; !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	s := []rune(strings.Join(all, ", "))
	const most = 32
	if len(s) > most {
		return strings.TrimSpace(string(s[:most-1])) + "…"
	}
	return string(s)
}

// loud are the warnings that say what not to trust, in the order in which a reader should know them. The others follow.
var loud = []flows.Code{estimate.ErrRhat, estimate.ErrDivergent, estimate.ErrESS, estimate.ErrEnergy, estimate.ErrOverlap, estimate.ErrStrained, estimate.ErrGrossError,
	estimate.ErrPriorOnly, estimate.ErrUnobserved, estimate.ErrUntested, estimate.ErrConsistency, estimate.ErrNoCorridor}

// trust lists the warnings, those of one code together.
func (s *study) trust(all bool) report.Section {
	texts := map[flows.Code][]string{}
	codes := slices.Clone(loud)
	add := func(mineral flows.Mineral, w estimate.Warning) {
		if w.Code == estimate.ErrMisfit && !all {
			return // in the table of conflicts
		}
		text := w.Text
		if mineral != "" && !strings.Contains(text, string(mineral)) {
			text = string(mineral) + ": " + text
		}
		if !slices.Contains(codes, w.Code) {
			codes = append(codes, w.Code)
		}
		if !slices.Contains(texts[w.Code], text) {
			texts[w.Code] = append(texts[w.Code], text)
		}
	}
	for _, n := range s.networks {
		if s.method == "reconcile" {
			n = &solved{network: &network{}, result: s.result}
		}
		for _, w := range n.result.Warnings {
			add(n.mineral, w)
		}
		for i, r := range []*estimate.Result{n.half, n.twice} {
			if r != nil && r.Chains.MaxRhat > worstRhat {
				add(n.mineral, estimate.Warning{Code: estimate.ErrRhat, Text: fmt.Sprintf("R-hat is %.3f with the prior %s: that sum is not to be trusted; raise -warmup and -sample",
					r.Chains.MaxRhat, []string{"halved", "doubled"}[i])})
			}
		}
	}
	out := report.Section{Heading: "What to know"}
	for _, code := range codes {
		found := texts[code]
		more := 0
		if len(found) > shown && !all {
			more, found = len(found)-shown, found[:shown]
		}
		for _, t := range found {
			out.Notes = append(out.Notes, string(code)+": "+t)
		}
		if more > 0 {
			out.Notes = append(out.Notes, fmt.Sprintf("%s: and %d more; -all shows them", code, more))
		}
	}
	return out
}

// Beyond the first bounds chains are called not converged, beyond the others, which the estimator warns of itself (Vehtari et al. 2021), rough;
// of runs with other priors only a median is shown, which needs less.
const (
	worstRhat   = 1.05
	fewestDraws = 100
	goodRhat    = 1.01
	goodDraws   = 400
)

// holds is what is in the networks and what is left out, with the reasons.
func (s *study) holds() report.Section {
	out := report.Section{Heading: "What the networks hold, and what is left out"}
	for _, n := range s.networks {
		text := fmt.Sprintf("%s: the balances of %s in %s.", capital(string(n.mineral)), names(n.places), years(n.periods))
		if len(n.left) > 0 {
			text += " Left out: " + strings.Join(n.left, "; ") + "."
		}
		out.Text = append(out.Text, text)
	}
	if len(s.left) > 0 {
		out.Text = append(out.Text, "No network of "+strings.Join(s.left, "; ")+".")
	}
	out.Text = append(out.Text, "Buyers (the other ends of recorded flows) have no balance: what they do with it is not asked. -aside lists the claims that were set aside.")
	return out
}
