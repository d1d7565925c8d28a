package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
)

// assumption is one of the priors, by the name that -prior has for it.
type assumption struct {
	name string
	of   func(*estimate.Priors) *float64
	off  float64 // what "off" sets it to; 0: it cannot be switched off
	show func(x float64) string
	says string
}

// assumptions are all of estimate.Priors but the scales of single routes.
var assumptions = []assumption{
	{"corridor", func(p *estimate.Priors) *float64 { return &p.CorridorScale }, 0, times, "what a route carries in its first year: the scale of a half-normal, in median outflows of its origin"},
	{"walk", func(p *estimate.Priors) *float64 { return &p.WalkLogSD }, -1, plain, "its change from year to year: the scale of a Student t of 4 degrees of freedom, of the logarithm while it is small"},
	{"stock", func(p *estimate.Priors) *float64 { return &p.StockMonths }, -1, months, "a place's stock change: the standard deviation, in months of its median outflow"},
	{"bias", func(p *estimate.Priors) *float64 { return &p.BiasLogSD }, -1, factor, "what all figures of one producer on a place are wrong by alike: 90 % lie within"},
	{"rest", func(p *estimate.Priors) *float64 { return &p.RestScale }, 0, times, "what comes from partners that nobody names: the scale of a half-normal, in median outflows of the place"},
	{"flow", func(p *estimate.Priors) *float64 { return &p.FlowLogSD }, math.Inf(1), factor, "output and recorded flows, around what is claimed of them over all years: 90 % lie within"},
	{"claim", func(p *estimate.Priors) *float64 { return &p.ClaimLogSD }, 0, factor, "a figure that states no spread: 90 % lie within"},
}

func plain(x float64) string { return fmt.Sprintf("%.3g", x) }
func times(x float64) string { return fmt.Sprintf("%.3g x", x) }

func months(x float64) string { return fmt.Sprintf("%.3g mo", x) }

// factor prints a standard deviation of the logarithm as the factor that 90 % lie within.
func factor(x float64) string { return fmt.Sprintf("*/%.3g", math.Exp(1.6448536269514722*x)) }

// value is how a prior is set.
func (a *assumption) value(p estimate.Priors) string {
	x := *a.of(&p)
	if x < 0 || math.IsInf(x, 1) {
		return "off"
	}
	return a.show(x)
}

// setPriors reads -prior: corridor=2,stock=off.
func (r *request) setPriors(v string) error {
	for _, w := range strings.Split(v, ",") {
		name, number, _ := strings.Cut(strings.TrimSpace(w), "=")
		i := slices.IndexFunc(assumptions, func(a assumption) bool { return a.name == name })
		if i < 0 {
			return fmt.Errorf("want NAME=NUMBER with one of %s", assumptionNames())
		}
		a := &assumptions[i]
		if number == "off" && a.off != 0 {
			*a.of(&r.priors) = a.off
			continue
		}
		x, err := strconv.ParseFloat(number, 64)
		if err != nil || !(x > 0) || math.IsInf(x, 1) {
			if a.off != 0 {
				return fmt.Errorf("want %s= and a positive number, or off", name)
			}
			return fmt.Errorf("want %s= and a positive number", name)
		}
		*a.of(&r.priors) = x
	}
	return nil
}

func assumptionNames() string {
	var out []string
	for i := range assumptions {
		out = append(out, assumptions[i].name)
	}
	return strings.Join(out, ", ")
}

// shifted is what one prior does to the sum of a route over the years.
type shifted struct {
	leg             leg
	prior           string
	halved, doubled float64
}

// apart halves and doubles the scale of each prior by itself.
func (n *solved) apart(ctx context.Context, p estimate.Posterior, m *estimate.Model, runs *stages) error {
	full := p.Priors.Times(1)
	for i := range assumptions {
		a := &assumptions[i]
		if a.value(full) == "off" {
			continue
		}
		var sums [2][]float64
		for k, scale := range []float64{0.5, 2} {
			p.Priors = full.Times(1)
			*a.of(&p.Priors) *= scale
			runs.next("%s with the prior %s times %g", n.mineral, a.name, scale)
			r, err := p.Estimate(ctx, m)
			if err != nil {
				return err
			}
			for _, l := range n.legs() {
				x, err := n.sum(r, []leg{l}, (*estimate.Result).FlowDraws)
				if err != nil {
					return err
				}
				sums[k] = append(sums[k], x.Summarize(m.Options().Level).Median)
			}
		}
		for k, l := range n.legs() {
			n.shifts = append(n.shifts, shifted{l, a.name, sums[0][k], sums[1][k]})
		}
	}
	return nil
}

// assumed is what was assumed before any claim, and what each assumption does by itself.
func (s *study) assumed(all bool) []report.Section {
	if s.method != "posterior" {
		return nil
	}
	t := &report.Table{Columns: []report.Column{{Head: "-prior", Left: true}, {Head: "set to"}}}
	for i := range assumptions {
		a := &assumptions[i]
		t.Rows = append(t.Rows, report.Row{Cells: []string{a.name, a.value(s.priors.Times(1))}, Below: []string{a.says}})
	}
	errs := "normal"
	if s.tails > 0 {
		errs = fmt.Sprintf("t%d", s.tails)
	}
	t.Rows = append(t.Rows, report.Row{Cells: []string{"(-tails)", errs}, Below: []string{"the errors of claims, on a logarithmic scale: normal, or Student's t of so many degrees of freedom"}})
	out := []report.Section{{Heading: "What was assumed before any claim", Text: []string{"None of these was measured. Where an answer rests on them, ask whether yours would be others: -prior sets them, and -apart halves and doubles each by itself."}, Table: t}}
	for _, n := range s.networks {
		if section := n.shiftTable(s.level(), all); section.Table != nil || section.Notes != nil {
			out = append(out, section)
		}
	}
	return out
}

// moved is the part of a sum that a prior has to move it by to be shown without -all: less may be chance.
const moved = 0.1

func (n *solved) shiftTable(level float64, all bool) report.Section {
	if n.shifts == nil {
		return report.Section{}
	}
	t := &report.Table{Columns: []report.Column{{Head: "route", Left: true}, {Head: "-prior", Left: true}, {Head: "halved"}, {Head: "as set"}, {Head: "doubled"}}}
	hidden := 0
	for _, l := range n.legs() {
		x, err := n.sum(n.result, []leg{l}, (*estimate.Result).FlowDraws)
		if err != nil {
			continue
		}
		middle := x.Summarize(level).Median
		for _, f := range n.shifts {
			if f.leg != l {
				continue
			}
			if !all && math.Max(math.Abs(f.halved-middle), math.Abs(f.doubled-middle)) < moved*middle {
				hidden++
				continue
			}
			t.Rows = append(t.Rows, report.Row{Cells: []string{l.String(), f.prior, report.Tonnes(f.halved), report.Tonnes(middle), report.Tonnes(f.doubled)}})
		}
	}
	out := report.Section{Text: []string{fmt.Sprintf("%s: sums over the years with the scale of one prior changed", capital(string(n.mineral)))}, Table: t}
	if hidden > 0 {
		out.Notes = []string{fmt.Sprintf("%s moved by less than a tenth; -all shows them.", counted(hidden, "sum"))}
	}
	if len(t.Rows) == 0 {
		out.Table = nil
	}
	return out
}
