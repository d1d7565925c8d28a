package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// compared is a network with and without one of its routes.
type compared struct {
	route estimate.Route
	test  *estimate.CorridorTest
	why   string // there is none
}

// compare leaves out the routes of a network one by one.
func compare(ctx context.Context, p estimate.Posterior, m *estimate.Model, r *estimate.Result, runs *stages) ([]compared, error) {
	var routes []estimate.Route
	for i := range r.Flows {
		f := &r.Flows[i]
		route := estimate.Route{From: f.From, To: f.To}
		if f.Channel == flows.Unrecorded && !slices.Contains(routes, route) {
			routes = append(routes, route)
		}
	}
	runs.of += len(routes)
	var out []compared
	for _, route := range routes {
		runs.next("%s with the route %s > %s and without it", p.Mineral, route.From, route.To)
		test, err := p.CompareCorridors(ctx, m, route)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil: // of a route that a claim speaks of
			out = append(out, compared{route: route, why: err.Error()})
		default:
			out = append(out, compared{route: route, test: test})
		}
	}
	return out, nil
}

// comparisons says what the claims say of each route: how well each is predicted from the others, with the route and without it. With all it
// lists them.
func (s *study) comparisons(all bool) []report.Section {
	var out []report.Section
	for _, n := range s.networks {
		if len(n.compared) == 0 {
			continue
		}
		t := &report.Table{Columns: []report.Column{{Head: "route", Left: true}, {Head: "with"}, {Head: "without"}, {Head: "difference"}, {Head: "its error"}, {Head: "claims"}, {Head: "largest\nk"}, {Head: "refitted"}}}
		var notes []string
		for _, c := range n.compared {
			name := fmt.Sprintf("%s > %s", c.route.From, c.route.To)
			if c.test == nil {
				notes = append(notes, c.why)
				continue
			}
			points := slices.Concat(c.test.With.Points, c.test.Without.Points)
			refitted := 0
			for _, p := range points {
				if p.Refitted {
					refitted++
				}
			}
			worst := slices.MaxFunc(points, func(a, b estimate.LOOPoint) int { return cmp.Compare(a.K, b.K) })
			t.Rows = append(t.Rows, report.Row{Strong: math.Abs(c.test.Difference) > 2*c.test.SE, Cells: []string{name, number(c.test.With.ELPD), number(c.test.Without.ELPD),
				fmt.Sprintf("%+.1f", c.test.Difference), number(c.test.SE), fmt.Sprint(len(c.test.With.Points)), fmt.Sprintf("%.2f", worst.K), fmt.Sprintf("%d of %d", refitted, len(points))}})
			for _, w := range slices.Concat(c.test.With.Warnings, c.test.Without.Warnings) {
				notes = append(notes, name+": "+w.Text)
			}
		}
		slices.Sort(notes)
		section := report.Section{Text: []string{capital(string(n.mineral))}, Table: t, Notes: slices.Compact(notes)}
		if len(out) == 0 {
			section.Heading = "With a route and without it"
			section.Text = []string{"Log predictive density of all claims, each left out in turn: above nought the difference speaks for the route, and by less than twice its error it says nothing. k is the Pareto shape of the weights that stand for leaving a claim out; above 0.5 the network was sampled anew without the claim.", section.Text[0]}
		}
		out = append(out, section)
		if i := slices.IndexFunc(n.compared, func(c compared) bool { return c.test != nil }); all && i >= 0 {
			out = append(out, report.Section{Text: []string{"Each claim left out, with all routes"}, Table: leftOut(n.compared[i].test.With)})
		}
	}
	return out
}

// leftOut lists the claims, those that are hardest to leave out first.
func leftOut(l *estimate.LOO) *report.Table {
	t := &report.Table{Columns: []report.Column{{Head: "figure", Left: true}, {Head: "who says so", Left: true}, {Head: "density"}, {Head: "k"}, {Left: true}}}
	points := slices.Clone(l.Points)
	slices.SortStableFunc(points, func(a, b estimate.LOOPoint) int { return cmp.Compare(b.K, a.K) })
	for _, p := range points {
		how := ""
		if p.Refitted {
			how = "refitted"
		}
		who := p.Producer
		if len(p.Claims) > 0 {
			who = p.Claims[0].Origin.Producer
		}
		t.Rows = append(t.Rows, report.Row{Cells: []string{fmt.Sprintf("%s %s > %s", p.Flow.Period, p.Flow.From, p.Flow.To), who, number(p.ELPD), fmt.Sprintf("%.2f", p.K), how}})
	}
	return t
}

func number(x float64) string {
	if math.IsNaN(x) {
		return report.Missing
	}
	return fmt.Sprintf("%.1f", x)
}
