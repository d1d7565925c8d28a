package estimate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate/internal/latent"
	"github.com/mineralflows/mineralflows/flows"
)

// yearly converts tonnes of a period into tonnes a year.
func yearly(p flows.Period, x float64) float64 { return x * 12 / float64(p.Months()) }

// findTypical settles the median outflow of each place: declared where it is, else what its partners record, else its output, else what
// comes in; by figures, else by bounds.
func (j *jointNetwork) findTypical(readings [][]jointReading) error {
	for i, place := range j.places {
		found := func(pass func(r *jointReading) bool, figures bool) float64 {
			var values []float64
			for t, period := range j.periods {
				if x := j.sumOf(readings[t], func(r *jointReading) bool { return pass(r) && (r.bound == flows.About) == figures }); x > 0 {
					values = append(values, yearly(period, x))
				}
			}
			if len(values) == 0 {
				return 0
			}
			slices.Sort(values)
			n := len(values)
			return (values[(n-1)/2] + values[n/2]) / 2
		}
		out := func(r *jointReading) bool {
			return r.flow.Channel == flows.Recorded && j.nodeOf(r.flow.From) == i && r.role != flows.IsUse && r.role != flows.IsStock
		}
		for _, figures := range []bool{true, false} {
			for _, pass := range []func(r *jointReading) bool{
				func(r *jointReading) bool { return out(r) && r.role == flows.IsDeclared },
				out,
				func(r *jointReading) bool { return j.nodeOf(r.flow.To) == i },
				func(r *jointReading) bool { return j.nodeOf(r.flow.From) == i && r.role != flows.IsStock },
			} {
				if j.typical[place] > 0 {
					break
				}
				if j.typical[place] = found(pass, figures); j.typical[place] > 0 && !figures {
					j.warn(ErrOneSided, fmt.Sprintf("%s %s: only bounds are claimed: the scale of what is not known of it is theirs", j.mineral, place))
				}
			}
		}
		if j.typical[place] == 0 {
			return j.refuse(ErrNoClaim, j.silence(i))
		}
	}
	return nil
}

// silence says why nothing is known of the size of a place.
func (j *jointNetwork) silence(place int) string {
	p, span := j.places[place], j.periods[0].String()
	if n := len(j.periods); n > 1 {
		span += ".." + j.periods[n-1].String()
	}
	if slices.ContainsFunc(j.nils, func(r jointReading) bool { return j.nodeOf(r.flow.To) == place || j.nodeOf(r.flow.From) == place }) {
		return fmt.Sprintf("every figure about %s in %s is nil: there is no balance to close", p, span)
	}
	return fmt.Sprintf("no figure about %s in %s: a place without any claim has no balance to close", p, span)
}

// settleNils holds at zero what is said to be nil, where that is all that is said of a flow and of its parts. Beside another figure nil is
// left out: no log-normal reaches both.
func (j *jointNetwork) settleNils(readings [][]jointReading) {
	for _, r := range j.nils {
		of := Route{r.flow.From, r.flow.To}
		t := slices.Index(j.periods, r.flow.Period)
		what := "held at zero"
		switch {
		case r.bound == flows.AtLeast:
			what = "which bounds nothing: left out"
		case r.flow.Channel != flows.Recorded:
			what = "which no log-normal reaches: left out"
		case slices.ContainsFunc(readings[t], func(o jointReading) bool {
			k := Route{o.flow.From, o.flow.To}
			return o.flow.Channel == flows.Recorded && o.role != flows.IsStock && (k == of || k.partOf(of))
		}):
			what = "where others state an amount: left out"
		default:
			j.zero[r.flow] = append(j.zero[r.flow], r.claims...)
		}
		colon := ": "
		if what != "held at zero" {
			colon = ", "
		}
		j.warn(ErrNil, fmt.Sprintf("%s: %s says nil%s%s", r.flow, r.statement, colon, what), r.claims...)
	}
}

// isZero reports whether a recorded flow is held at zero.
func (j *jointNetwork) isZero(r Route, period flows.Period) bool {
	return j.zero[flows.Flow{Mineral: j.mineral, Period: period, From: r.From, To: r.To}] != nil
}

// sumOf is the sum of the flows of one period that pass: of those that are part of another the whole counts.
func (j *jointNetwork) sumOf(readings []jointReading, pass func(r *jointReading) bool) float64 {
	by := map[Route][]*jointReading{}
	for i := range readings {
		if r := &readings[i]; pass(r) && r.of == nil {
			by[Route{r.flow.From, r.flow.To}] = append(by[Route{r.flow.From, r.flow.To}], r)
		}
	}
	total := 0.0
	for _, a := range sortedRoutes(by) {
		if !slices.ContainsFunc(sortedRoutes(by), func(b Route) bool { return a.partOf(b) }) {
			total += meanOf(by[a])
		}
	}
	return total
}

func sortedRoutes[V any](m map[Route]V) []Route {
	out := make([]Route, 0, len(m))
	for r := range m {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Route) int {
		if c := strings.Compare(string(a.From), string(b.From)); c != 0 {
			return c
		}
		return strings.Compare(string(a.To), string(b.To))
	})
	return out
}

// partOf reports whether all of r is part of w: a partner of World, a member of a union.
func (r Route) partOf(w Route) bool {
	in := func(p, q flows.Place) bool { return p == q || q == flows.World && !p.Boundary() || p.Within(q) }
	return r != w && in(r.From, w.From) && in(r.To, w.To)
}

// meets reports whether two routes can hold the same shipment: RWA>world and COD+RWA>CHN+IND.
func (r Route) meets(w Route) bool {
	meet := func(p, q flows.Place) bool {
		return p == q || p == flows.World && !q.Boundary() || q == flows.World && !p.Boundary() || overlapping(p, q)
	}
	return meet(r.From, w.From) && meet(r.To, w.To)
}

// beyond is the usual size of what is only bounded: it, unless the bound excludes it.
func beyond(b flows.Bound, bound, usual float64) float64 {
	if b == flows.AtLeast {
		return math.Max(bound, usual)
	}
	return math.Min(bound, usual)
}

// usual is what is claimed of each flow in a year, the geometric mean over the periods: of figures, else of bounds. An output that is only
// bounded is around the outflow, as one of which nothing is claimed, or at the bound that excludes that: a floor is no figure.
func (j *jointNetwork) usual(readings [][]jointReading) map[Route]float64 {
	out := map[Route]float64{}
	for _, figures := range []bool{true, false} {
		by := map[Route][]float64{}
		for t, period := range j.periods {
			for i := range readings[t] {
				r := &readings[t][i]
				if r.flow.Channel == flows.Recorded && (r.bound == flows.About) == figures && r.of == nil && r.role != flows.IsStock {
					k, y := Route{r.flow.From, r.flow.To}, r.y+math.Log(yearly(period, 1))
					if k.From == flows.Ground && r.bound != flows.About {
						y = beyond(r.bound, y, math.Log(j.scaleOf(k)))
					}
					by[k] = append(by[k], y)
				}
			}
		}
		for k, logs := range by {
			if out[k] > 0 {
				continue
			}
			sum := 0.0
			for _, y := range logs {
				sum += y
			}
			out[k] = math.Exp(sum / float64(len(logs)))
		}
	}
	return out
}

// scaleOf is the median outflow of the place that a flow is about.
func (j *jointNetwork) scaleOf(r Route) float64 {
	for _, p := range []flows.Place{r.From, r.To} {
		if i := j.nodeOf(p); i >= 0 {
			return j.typical[j.places[i]]
		}
	}
	return 0
}

// usually is what is claimed of a flow in a year, or what its place sends out where nothing is claimed.
func (j *jointNetwork) usually(r Route, usual map[Route]float64) float64 {
	if x := usual[r]; x > 0 {
		return x
	}
	return j.scaleOf(r)
}

// recordedPrior is log-normal around what is claimed over all periods. Where nothing was ever claimed of a flow the prior has a width even if none is
// asked for elsewhere: the posterior would have none.
func (j *jointNetwork) recordedPrior(r Route, period flows.Period, usual map[Route]float64) latent.Prior {
	x := j.usually(r, usual) / yearly(period, 1)
	prior := latent.Prior{Kind: latent.LogNormal, Scale: x, LogSD: j.p.Priors.FlowLogSD}
	if math.IsInf(prior.LogSD, 1) {
		prior.Kind, prior.LogSD = latent.Flat, 0
		if usual[r] == 0 {
			prior.Kind, prior.LogSD = latent.LogNormal, Priors{}.withDefaults().FlowLogSD
		}
	}
	return prior
}

func (j *jointNetwork) startOf(r Route, period flows.Period, readings []*jointReading, usual map[Route]float64) float64 {
	if x := figureOf(readings); x > 0 {
		return x
	}
	return j.usually(r, usual) / yearly(period, 1)
}
