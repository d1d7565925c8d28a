package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/mineralflows/mineralflows/estimate"
)

// uncertainty prints mean and median side by side, first-order propagation beside the draws, and what each input contributes.
func (e *explainer) uncertainty(r *estimate.Result) {
	v, ok := e.x.Balance.Value(e.x.Quantity)
	if !ok {
		return
	}
	e.head("How sure: " + name(e.x.Quantity))
	f := e.x.FirstOrder
	e.table(table{
		columns: []column{{head: "", left: true}, {head: "mean"}, {head: "median"}, {head: "sd"}, {head: level(r.Options.Level) + " range", left: true}},
		rows: []row{
			{cells: []string{commas(fmt.Sprint(r.Options.Draws)) + " joint draws", tonnes(v.Mean), tonnes(v.Median), tonnes(v.SD), span(v.Summary, tonnes)}},
			{cells: []string{"first-order propagation (GUM)", tonnes(f.Mean), tonnes(f.Median), tonnes(f.SD), span(f, tonnes)}},
			{cells: []string{"every input at its median", missing, tonnes(e.x.Central), missing, missing}},
		},
	})
	if e.x.Skew != "" {
		e.para(e.x.Skew)
	}
	if len(e.x.Contributions) == 0 {
		return
	}
	e.head("What the inputs add to the width of the range of the " + name(e.x.Quantity))
	e.para("Variance: the share that would go if the input were known. Elasticity: percent of the result per percent of the input.")
	all := slices.Clone(e.x.Contributions)
	slices.SortStableFunc(all, func(a, b estimate.Contribution) int { return cmp.Compare(b.Share, a.Share) })
	t := table{columns: []column{{head: "input", left: true}, {head: "variance"}, {head: "elasticity"}, {head: "median"}, {head: level(r.Options.Level) + " range", left: true}}}
	for _, c := range all {
		if len(t.rows) == shown || c.Share < 0.005 && len(t.rows) > 0 {
			break
		}
		slope := missing
		if !math.IsNaN(c.Slope) {
			slope = strconv.FormatFloat(c.Slope, 'f', 2, 64)
		}
		t.rows = append(t.rows, row{cells: []string{string(c.Var), plain(math.Round(max(c.Share, 0)*100), 3) + " %", slope, known(c.Median), between(c.Lo, c.Hi)}})
	}
	e.table(t)
	if n := len(all) - len(t.rows); n > 0 {
		e.para("and " + count(n, "input") + " of less weight")
	}
	total := 0.0
	for _, c := range all {
		total += max(c.Share, 0)
	}
	if total < 0.95 {
		e.para(fmt.Sprintf("Together %.0f %%; the rest is interaction: what one input does depends on another.", total*100))
	}
}

// known prints an input's value in short, or a dash where there is none: a choice between producers has no median.
func known(x float64) string {
	switch {
	case math.IsNaN(x):
		return missing
	case math.Abs(x) >= 1e6:
		return dollars(x)
	}
	return plain(x, 4)
}

func between(lo, hi float64) string {
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return missing
	}
	return known(lo) + " to " + known(hi)
}
