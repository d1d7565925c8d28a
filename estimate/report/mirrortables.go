package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
)

// mirrorSeries is what is left of the gaps over the periods.
func mirrorSeries(r *estimate.MirrorResult) []block {
	if len(r.Series) == 0 {
		return nil
	}
	t := table{columns: []column{
		{head: "flow", left: true}, {head: "exporter", fold: 2}, {head: "importer", fold: 1}, {head: "gap"}, {head: level(r.Options.Level) + " range", left: true},
		{head: "of\nimports"}, {head: "noise\nfloor"}, {head: "signs\nchange"}, {head: "periods", left: true, fold: 3},
	}}
	for _, s := range r.Series {
		exporter, importer, gap, rng, relative, floor := missing, missing, missing, missing, missing, missing
		if s.Gap != nil {
			exporter, importer = sign(s.Exporter.Bound)+tonnes(s.Exporter.Median), sign(s.Importer.Bound)+tonnes(s.Importer.Median)
			gap, rng = sign(s.Gap.Bound)+signed(s.Gap.Median), span(s.Gap.Summary, signed)
		}
		if s.Relative != nil {
			relative = share(s.Relative.Median)
		}
		if s.Floor > 0 {
			floor = "+-" + percent(math.Expm1(s.Floor))
		}
		t.rows = append(t.rows, row{cells: []string{fmt.Sprintf("%s %s>%s", s.Mineral, s.From, s.To), exporter, importer, gap, rng, relative, floor,
			fmt.Sprintf("%d of %d", s.SignChanges, len(s.Periods)-1), years(s.Periods)}})
	}
	return []block{
		heading("Over the periods, tonnes"),
		paragraph("What lag and revisions move from one period to the next cancels in the sum; what is missing does not. Noise floor: the median size of ln(importer/exporter), as a percentage. Gaps of that size that change sign are noise."),
		t,
	}
}

// mirrorReporters is the table of reliability.
func mirrorReporters(r *estimate.MirrorResult) []block {
	if len(r.Reporters) == 0 {
		return nil
	}
	t := table{columns: []column{
		{head: "mineral", left: true}, {head: "reporter", left: true}, {head: "as", left: true}, {head: "against", left: true}, {head: "flows"}, {head: "agrees within\na fifth"},
		{head: "distance", fold: 1}, {head: "std. error", fold: 2}, {head: "sigma", fold: 3},
	}}
	number := func(x *float64) string {
		if x == nil {
			return missing
		}
		return digits(*x, 2)
	}
	for _, x := range r.Reporters {
		as, against := "exporter", "its partners, one by one"
		if x.Importer {
			as = "importer"
		}
		if x.Kind != estimate.FlowGap {
			against = "the sum of its partners"
		}
		t.rows = append(t.rows, row{cells: []string{string(x.Mineral), string(x.Reporter), as, against, fmt.Sprint(x.Flows), percent(x.Index), number(x.Distance), number(x.StdErr), number(x.Sigma)}})
	}
	return []block{
		heading("Reporters"),
		paragraph("Agrees: share of the reporter's trade on which both sides are within a fifth of the importer's figure (Gehlhar 1996). Distance: least-squares mean of |ln(exporter/importer)|, and the standard deviation that follows from it (Gaulier and Zignago 2010). Both take a reporter whose mineral leaves unrecorded for a bad one, so no gap is weighted by them."),
		t,
	}
}

// mirrorUnits lists the unit values that are marked, or all.
func mirrorUnits(r *estimate.MirrorResult, o Options) []block {
	if len(r.UnitValues) == 0 {
		return nil
	}
	t := table{columns: []column{
		{head: "flow\nperiod", left: true}, {head: "by", left: true}, {head: "USD/t"}, {head: level(r.Options.Level) + " range", left: true}, {head: "/ price"},
		{head: "its range", left: true, fold: 2}, {head: "fences", left: true, fold: 1}, {head: "outside", left: true},
	}}
	plainly := 0
	for i := range r.UnitValues {
		u := &r.UnitValues[i]
		if len(u.Marks) == 0 && !o.All {
			plainly++
			continue
		}
		ratio, rng, fences := missing, missing, missing
		three := func(x float64) string { return digits(x, 3) }
		if u.Ratio != nil {
			ratio, rng = three(u.Ratio.Median), span(u.Ratio.Summary, three)
		}
		if u.Fences != nil {
			fences = fmt.Sprintf("%s to %s, n %d", three(u.Fences.Lo), three(u.Fences.Hi), u.Fences.N)
		}
		t.rows = append(t.rows, row{cells: []string{unitLabel(u.Flow), string(u.Reporter), dollars(u.Value.Median), span(u.Value.Summary, dollars), ratio, rng, fences, strings.Join(u.Marks, " ")}})
	}
	blocks := []block{
		heading("Unit values, dollars free on board per tonne of metal, and over the market price"),
		paragraph(fmt.Sprintf("Outside the fences: more than 1.5 times the distance of the quartiles of ln(value/price) beyond them, among all lots of the same reporter, direction and part. Outside the band: below %s or above %s of the price. A mark removes nothing.",
			plain(r.Mirror.Band[0], 3), plain(r.Mirror.Band[1], 3))),
	}
	if len(t.rows) > 0 {
		blocks = append(blocks, t)
	}
	if plainly > 0 {
		blocks = append(blocks, paragraph(fmt.Sprintf("%s without a mark; -all shows them", count(plainly, "unit value"))))
	}
	return blocks
}

// mirrorClosing says how the table was made.
func mirrorClosing(r *estimate.MirrorResult) block {
	s := fmt.Sprintf("Numbers are medians of %s joint draws (seed %d). A flow to the world is the exporter's total against the sum of the partners that were heard: >=. "+
		"Tonnes are weighed where weights are stated, and dollars over the price where not. Noise: the gap against the median of the same flow's other periods; * stands out (P < %s). "+
		"value/price: unit values over the price, ! marked below.", commas(fmt.Sprint(r.Options.Draws)), r.Options.Seed, plain(1-r.Options.Level, 3))
	if r.Mirror.Lag > 0 {
		s += fmt.Sprintf(" Importers' figures are those of %s later.", count(r.Mirror.Lag, "month"))
	}
	s += " Excepted parts: " + strings.Join(r.Mirror.Except, ", ") + "."
	if len(r.Mirror.Except) == 0 {
		s = strings.TrimSuffix(s, " .") + " none."
	}
	return paragraph(s + settings(r.Options))
}
