package estimate

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/estimate/internal/latent"
	"github.com/mineralflows/mineralflows/flows"
)

// jointNetwork is the network of a Posterior: what is known about it, as a latent.Model, and what stands behind each number of that.
type jointNetwork struct {
	m       *Model
	p       Posterior
	mineral flows.Mineral
	basis   flows.Basis
	places  []flows.Place
	periods []flows.Period
	routes  []Route
	typical map[flows.Place]float64 // median outflow a year

	model    latent.Model
	flows    []flows.Flow         // of model.Flows
	cells    []flows.Cell         // of model.Balances
	readings []jointReading       // of model.Readings
	at       map[flows.Flow]int   // where a flow stands in flows
	members  map[flows.Flow][]int // what a flow is the sum of: itself, or its parts and the rest
	errorAt  map[Var]int
	closed   map[flows.Cell]bool          // balances that are in the model
	nils     []jointReading               // what was said to be nil
	zero     map[flows.Flow][]flows.Claim // flows that are held at zero, for nil is all that is said of them

	draws *jointDraws

	aside    []Aside
	warnings []Warning
	errs     flows.Errors
	bare     []flows.Claim
	origins  map[string]*flows.Origin
	figures  map[Var]bool
}

func newJointNetwork(m *Model, p Posterior) (*jointNetwork, error) {
	j := &jointNetwork{m: m, p: p, typical: map[flows.Place]float64{}, at: map[flows.Flow]int{}, members: map[flows.Flow][]int{},
		errorAt: map[Var]int{}, closed: map[flows.Cell]bool{}, zero: map[flows.Flow][]flows.Claim{}, origins: map[string]*flows.Origin{}, figures: map[Var]bool{}}
	if err := j.choose(); err != nil {
		return nil, err
	}
	readings := make([][]jointReading, len(j.periods))
	w := m.newWorker()
	w.note = func(flows.Code, string) {}
	for _, place := range j.places {
		for t, period := range j.periods {
			readings[t] = append(readings[t], j.readingsOf(w, flows.Cell{Mineral: j.mineral, Period: period, Place: place})...)
		}
		w.forget()
	}
	if len(j.errs) > 0 {
		return nil, j.errs
	}
	j.settleNils(readings)
	if err := j.findRoutes(readings); err != nil {
		return nil, err
	}
	if err := j.findTypical(readings); err != nil {
		return nil, err
	}
	usual := j.usual(readings)
	for t := range j.periods {
		j.addRecorded(t, readings[t], usual)
	}
	j.addCorridors()
	j.addBalances()
	j.leaveRest()
	if err := j.closeWithoutStock(readings); err != nil {
		return nil, err
	}
	for t := range j.periods {
		for i := range readings[t] {
			j.addReading(readings[t][i])
		}
	}
	j.setCoordinates()
	if len(j.bare) > 0 {
		j.warn(ErrNoSpread, fmt.Sprintf("%d figures state no spread: %.3g %% is taken", len(j.bare), 100*p.Priors.ClaimLogSD), j.bare...)
	}
	return j, nil
}

func (j *jointNetwork) warn(code flows.Code, text string, claims ...flows.Claim) {
	j.warnings = append(j.warnings, Warning{Code: code, Text: text, Claims: claims})
}

// nodeOf is the index of the place of the set that p lies in, -1 for elsewhere.
func (j *jointNetwork) nodeOf(p flows.Place) int {
	return slices.IndexFunc(j.places, func(q flows.Place) bool { return p.Within(q) })
}

// addFlow adds an elementary flow.
func (j *jointNetwork) addFlow(f flows.Flow, prior latent.Prior, start float64) int {
	k := len(j.flows)
	j.at[f], j.members[f] = k, append(j.members[f], k)
	j.flows = append(j.flows, f)
	j.model.Flows = append(j.model.Flows, latent.Flow{Name: f.String(), Prior: prior, Start: start})
	return k
}

// What the rest of a flow is called whose other parts are named.
const (
	otherPartners = "other partners"
	otherMembers  = "other members"
)

// addRecorded adds the recorded flows of a period: those of which no part is named are elementary, and so is the rest of those that are
// the whole of others, unless the partners named are all there are.
func (j *jointNetwork) addRecorded(t int, readings []jointReading, usual map[Route]float64) {
	period := j.periods[t]
	by := map[Route][]*jointReading{}
	for i := range readings {
		if r := &readings[i]; r.flow.Channel == flows.Recorded && r.role != flows.IsStock {
			by[Route{r.flow.From, r.flow.To}] = append(by[Route{r.flow.From, r.flow.To}], r)
		}
	}
	for i, p := range j.places {
		about := func(r Route) bool { return r.From == flows.Ground && r.To.Within(p) || j.nodeOf(r.From) == i }
		heard := slices.ContainsFunc(sortedRoutes(by), about)
		for f := range j.zero {
			heard = heard || f.Period == period && f.To != flows.Stock && about(Route{f.From, f.To})
		}
		if j.closed[flows.Cell{Mineral: j.mineral, Period: period, Place: p}] = heard; !heard {
			continue
		}
		for _, r := range []Route{{flows.Ground, p}, {p, flows.World}} {
			if !j.isZero(r, period) {
				by[r] = append(by[r], nil...)
			}
		}
	}
	all := sortedRoutes(by)
	flowOf := func(r Route) flows.Flow {
		return flows.Flow{Mineral: j.mineral, Period: period, From: r.From, To: r.To}
	}
	var wholes []Route
	for _, r := range all {
		if slices.ContainsFunc(all, func(part Route) bool { return part.partOf(r) }) {
			wholes = append(wholes, r)
			continue
		}
		j.addFlow(flowOf(r), j.recordedPrior(r, period, usual), j.startOf(r, period, by[r], usual))
	}
	for i, a := range all {
		for _, b := range all[:i] {
			if a.meets(b) && !a.partOf(b) && !b.partOf(a) {
				j.warn(ErrOverlap, fmt.Sprintf("%s and %s hold the same flows in part: these are counted twice", flowOf(b), flowOf(a)))
			}
		}
	}
	for _, w := range wholes {
		complete := slices.ContainsFunc(all, func(part Route) bool {
			return part.partOf(w) && slices.ContainsFunc(by[part], func(r *jointReading) bool { return r.complete })
		})
		if complete || j.allMembers(w, period, by) {
			continue
		}
		f := flowOf(w)
		f.Part = otherPartners
		if w.From == flows.Ground {
			f.Part = otherMembers
		}
		scale := j.p.Priors.RestScale * j.scaleOf(w) * float64(period.Months()) / 12
		j.addFlow(f, latent.Prior{Kind: latent.HalfNormal, Scale: scale}, 0.1*scale)
	}
	for _, w := range wholes {
		for _, r := range all {
			if r == w || r.partOf(w) {
				f := flowOf(r)
				if k, ok := j.at[f]; ok {
					j.members[flowOf(w)] = append(j.members[flowOf(w)], k)
				}
				for _, part := range []string{otherPartners, otherMembers} {
					f.Part = part
					if k, ok := j.at[f]; ok {
						j.members[flowOf(w)] = append(j.members[flowOf(w)], k)
					}
				}
			}
		}
	}
}

// allMembers reports whether a flow of a union is claimed of each of its members: there is no rest then.
func (j *jointNetwork) allMembers(w Route, period flows.Period, by map[Route][]*jointReading) bool {
	for _, a := range w.From.Members() {
		for _, b := range w.To.Members() {
			if len(by[Route{a, b}]) == 0 && !j.isZero(Route{a, b}, period) {
				return false
			}
		}
	}
	return w.From.IsUnion() || w.To.IsUnion()
}

// addCorridors adds the unrecorded flows, tied over the periods.
func (j *jointNetwork) addCorridors() {
	pr := &j.p.Priors
	for _, r := range j.routes {
		scale := pr.Scales[r]
		if scale == 0 {
			scale = pr.CorridorScale * j.scaleOf(r)
		}
		least := scale // an end that handles less says where to start
		for _, p := range []flows.Place{r.From, r.To} {
			if i := j.nodeOf(p); i >= 0 {
				least = min(least, j.typical[j.places[i]])
			}
		}
		before := -1
		for t, period := range j.periods {
			part := 1 / yearly(period, 1)
			f := flows.Flow{Mineral: j.mineral, Period: period, From: r.From, To: r.To, Channel: flows.Unrecorded}
			prior := latent.Prior{Kind: latent.HalfNormal, Scale: scale * part}
			if before >= 0 && pr.WalkLogSD > 0 {
				prior.Kind = latent.Walked
			}
			k := j.addFlow(f, prior, 0.3*least*part)
			if prior.Kind == latent.Walked {
				years := float64(j.periods[t-1].Offset(period)) / 12
				j.model.Walks = append(j.model.Walks, latent.Walk{From: before, To: k, Scale: pr.WalkLogSD * math.Sqrt(years)})
			}
			before = k
		}
	}
}

// addBalances adds the balance of each place and period of which something is claimed.
func (j *jointNetwork) addBalances() {
	for i, place := range j.places {
		for _, period := range j.periods {
			cell := flows.Cell{Mineral: j.mineral, Period: period, Place: place}
			if !j.closed[cell] {
				continue
			}
			b := latent.Balance{Name: cell.String(), Closing: -1, SD: j.p.Priors.StockMonths * j.typical[place] / 12}
			for k, f := range j.flows {
				if f.Period != period {
					continue
				}
				switch from, to := j.nodeOf(f.From), j.nodeOf(f.To); {
				case from == i && to != i:
					b.Terms = append(b.Terms, latent.Term{Flow: k, Sign: -1})
				case to == i && from != i:
					b.Terms = append(b.Terms, latent.Term{Flow: k, Sign: 1})
				}
			}
			if len(b.Terms) == 0 { // all is nil, and no route touches it
				j.closed[cell] = false
				continue
			}
			j.model.Balances, j.cells = append(j.model.Balances, b), append(j.cells, cell)
		}
	}
}

// leaveRest gives up the prior of one outflow of each balance: that to partners that nobody names, else the largest that leaves the set.
func (j *jointNetwork) leaveRest() {
	for i := range j.model.Balances {
		left := -1
		for _, t := range j.model.Balances[i].Terms {
			f := &j.flows[t.Flow]
			if t.Sign > 0 || j.nodeOf(f.To) >= 0 || f.Channel != flows.Recorded || f.To == flows.Use {
				continue
			}
			if left < 0 || f.Part != "" || j.flows[left].Part == "" && j.model.Flows[t.Flow].Start > j.model.Flows[left].Start {
				left = t.Flow
			}
		}
		if left < 0 {
			continue
		}
		f := &j.model.Flows[left]
		f.Prior = latent.Prior{Kind: latent.Left}
		rest := f.Start
		for _, t := range j.model.Balances[i].Terms {
			rest += t.Sign * j.model.Flows[t.Flow].Start
		}
		if j.flows[left].Part != "" { // nothing is claimed of it but by the balance
			f.Start = math.Max(f.Start, rest)
		}
	}
}

// addReading adds what was read to the model.
func (j *jointNetwork) addReading(r jointReading) {
	out := latent.Reading{Name: r.flow.String() + " by " + r.statement, Y: r.y, SD: r.sd, Tails: j.p.Priors.ClaimTails}
	switch r.bound {
	case flows.AtLeast:
		out.Bound = latent.AtLeast
	case flows.AtMost:
		out.Bound = latent.AtMost
	}
	if r.role == flows.IsStock {
		i := slices.IndexFunc(j.cells, func(c flows.Cell) bool { return c.Period == r.flow.Period && r.flow.From.Within(c.Place) })
		if i < 0 {
			j.warn(ErrNotHere, r.flow.String()+": neither output nor outflow is claimed, so that no balance holds this stock", r.claims...)
			return
		}
		if j.model.Balances[i].Closing >= 0 {
			j.warn(ErrNotHere, r.flow.String()+": there are no stocks in this model", r.claims...)
			return
		}
		out.Stock, out.Node = true, i
		if r.sd == 0 {
			j.bare = append(j.bare, r.claims...)
			out.SD = j.p.Priors.ClaimLogSD * math.Abs(r.y)
		}
		out.SD = math.Max(out.SD, finestLogSD*j.model.Balances[i].SD)
	} else {
		out.Flows = j.members[r.flow]
		if r.of != nil {
			of := *r.of
			of.From, of.To = of.From.Country(), of.To.Country()
			out.Of = j.members[of]
			if len(out.Of) == 0 {
				j.warn(ErrNotHere, fmt.Sprintf("%s: %s, of which it is a share, is not in the model", r.flow, of), r.claims...)
				return
			}
		}
		for _, name := range sortedKeys(r.loads) {
			k, ok := j.errorAt[name]
			if !ok {
				k = len(j.model.Errors)
				j.errorAt[name] = k
				j.model.Errors = append(j.model.Errors, string(name))
			}
			out.Errors = append(out.Errors, latent.Load{Error: k, Coefficient: r.loads[name]})
		}
	}
	if out.Tails > 0 { // the scale that has the same 90 % range
		out.SD *= z95 / distuv.StudentsT{Sigma: 1, Nu: out.Tails}.Quantile(0.95)
	}
	j.readings, j.model.Readings = append(j.readings, r), append(j.model.Readings, out)
}
