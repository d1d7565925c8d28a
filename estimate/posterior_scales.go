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
// comes in.
func (j *jointNetwork) findTypical(readings [][]jointReading) error {
	for i, place := range j.places {
		found := func(pass func(r *jointReading) bool) float64 {
			var values []float64
			for t, period := range j.periods {
				if x := j.sumOf(readings[t], pass); x > 0 {
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
		for _, pass := range []func(r *jointReading) bool{
			func(r *jointReading) bool { return out(r) && r.role == flows.IsDeclared },
			out,
			func(r *jointReading) bool { return j.nodeOf(r.flow.To) == i },
			func(r *jointReading) bool { return j.nodeOf(r.flow.From) == i && r.role != flows.IsStock },
		} {
			if j.typical[place] == 0 {
				j.typical[place] = found(pass)
			}
		}
		if j.typical[place] == 0 {
			return fmt.Errorf("%s: no figure about %s in %s..%s: a place without any claim has no balance to close", j.mineral, place, j.periods[0], j.periods[len(j.periods)-1])
		}
	}
	return nil
}

// sumOf is the sum of the flows of one period that pass: of those that are part of another the whole counts.
func (j *jointNetwork) sumOf(readings []jointReading, pass func(r *jointReading) bool) float64 {
	by := map[Route][]*jointReading{}
	for i := range readings {
		if r := &readings[i]; pass(r) && r.bound == flows.About && r.of == nil {
			by[Route{r.flow.From, r.flow.To}] = append(by[Route{r.flow.From, r.flow.To}], r)
		}
	}
	total := 0.0
	for _, a := range sortedRoutes(by) {
		if !slices.ContainsFunc(sortedRoutes(by), func(b Route) bool { return a.partOf(b) }) {
			total += figureOf(by[a])
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

// usual is what is claimed of each flow in a year, the geometric mean over the periods: of figures, else of bounds.
func (j *jointNetwork) usual(readings [][]jointReading) map[Route]float64 {
	out := map[Route]float64{}
	for _, figures := range []bool{true, false} {
		by := map[Route][]float64{}
		for t, period := range j.periods {
			for i := range readings[t] {
				r := &readings[t][i]
				if r.flow.Channel == flows.Recorded && (r.bound == flows.About) == figures && r.of == nil && r.role != flows.IsStock {
					k := Route{r.flow.From, r.flow.To}
					by[k] = append(by[k], r.y+math.Log(yearly(period, 1)))
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
