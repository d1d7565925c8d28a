package main

import (
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
)

// introduction says in short what the tables say.
func (a *answer) introduction(r recorded, p places, all []sums) report.Section {
	title := "Africa's gold: what importers record as arriving, and what Africa's recorded output does not explain"
	if a.in.Scenario != nil {
		title += ", under the scenario " + a.in.Scenario.Name
	}
	first, last := a.years[0], a.years[len(a.years)-1]
	text := []string{
		fmt.Sprintf("%s record imports in dollars. Freight, the share of the value that is declared and the price turn them into tonnes of gold (Au). Other importers are not heard, "+
			"so what is recorded is a floor (>=). Medians of joint draws with %s ranges.", names(a.importers), percent(a.level)),
	}
	if v := r.all[last]; v != nil {
		s := fmt.Sprintf("Recorded: %s t in %d (%s)", report.Median(*v), last, report.Range(*v))
		if w := r.all[first]; w != nil && first != last {
			s += fmt.Sprintf(", %s t in %d (%s)", report.Median(*w), first, report.Range(*w))
		}
		if most := a.importers[0]; r.by[most][last] != nil {
			s += fmt.Sprintf("; %s alone %s t in %d", most, median(r.by[most][last]), last)
		}
		text = append(text, s+".")
	}
	if s := fullest(all); s != nil && s.excess != nil {
		text = append(text, fmt.Sprintf("Unexplained: %s t in %d (%s), the last year in which most places have an output figure: what %d of %d places send in excess of their recorded output. It is not an amount smuggled.",
			report.Median(*s.excess), s.year, report.Range(*s.excess), len(s.above), len(s.balanced)))
	}
	if len(p.hubs) > 0 {
		var words []string
		for _, h := range p.hubs[:min(len(p.hubs), 8)] {
			words = append(words, fmt.Sprintf("%s %s t", h.Place, report.Median(*h.unmatched)))
		}
		text = append(text, "Hubs, whose own recorded output explains little or nothing of what they send: "+strings.Join(words, ", ")+" over the years that can be balanced.")
	}
	if len(p.silent) > 0 {
		s := p.silent[0]
		text = append(text, fmt.Sprintf("Without any output figure: %s, %s t.", s.Place, report.Median(*s.otherYears)))
	}
	return report.Section{Heading: title, Text: text}
}

// fullest is the last year in which at least half as many places have a surplus as in the fullest of all; nil where none has one.
func fullest(all []sums) *sums {
	most := 0
	for i := range all {
		most = max(most, len(all[i].balanced))
	}
	for i := len(all) - 1; i >= 0; i-- {
		if 2*len(all[i].balanced) >= most && most > 0 {
			return &all[i]
		}
	}
	return nil
}

// closing says what went in.
func (a *answer) closing() report.Section {
	producers := map[string]bool{}
	for _, o := range a.result.Origins {
		producers[o.Producer] = true
	}
	o := a.result.Options
	text := fmt.Sprintf("%d joint draws, seed %d, %s ranges. >= is a floor, for importers that were not heard; %s no figure. Places are ISO 3166 codes.", o.Draws, o.Seed, percent(o.Level), report.Missing)
	if o.Outflow != estimate.Greater {
		text += " Outflow: " + string(o.Outflow) + "."
	}
	if o.AsOf != "" {
		text += " Claims published by " + o.AsOf + "."
	}
	return report.Section{
		Heading: fmt.Sprintf("%d figures from %d publishers went in", a.result.Figures, len(producers)),
		Text:    []string{text + " -all shows every place and year, -explain gold/TGO/2022 all that is behind one of them, -list what there is."},
	}
}
