package estimate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

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
	closed   map[flows.Cell]bool // balances that are in the model

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
		errorAt: map[Var]int{}, closed: map[flows.Cell]bool{}, origins: map[string]*flows.Origin{}, figures: map[Var]bool{}}
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
	if err := j.closeWithoutStock(readings); err != nil {
		return nil, err
	}
	j.setGroups(readings)
	for t := range j.periods {
		for i := range readings[t] {
			j.addReading(readings[t][i])
		}
	}
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

// choose settles mineral, places and periods.
func (j *jointNetwork) choose() error {
	l := j.m.ledger
	minerals := map[flows.Mineral]bool{}
	for i := range l.Claims() {
		minerals[l.Claims()[i].Mineral] = true
	}
	if j.mineral = j.p.Mineral; j.mineral == "" {
		names := sortedKeys(minerals)
		if len(names) != 1 {
			return fmt.Errorf("a posterior is of one mineral; the ledger has %d: %v", len(names), names)
		}
		j.mineral = names[0]
	}
	if j.basis = l.Substance(j.mineral); j.basis == "" {
		return fmt.Errorf("unknown mineral %q", j.mineral)
	}
	output, outflow, years := map[flows.Place]bool{}, map[flows.Place]bool{}, map[flows.Place][]flows.Period{}
	for c := range l.Cells() {
		if c.Mineral != j.mineral || !c.Period.IsYear() {
			continue
		}
		b := l.Balance(c)
		output[c.Place] = output[c.Place] || len(b.Output) > 0
		outflow[c.Place] = outflow[c.Place] || len(b.Declared)+len(b.Mirrored) > 0
		years[c.Place] = append(years[c.Place], c.Period)
	}
	if j.places = slices.Clone(j.p.Places); j.places == nil {
		for _, p := range sortedKeys(outflow) {
			if outflow[p] && output[p] && !p.IsUnion() {
				j.places = append(j.places, p)
			}
		}
	}
	slices.Sort(j.places)
	for i, p := range j.places {
		if p.Boundary() {
			return fmt.Errorf("%s is no place with a balance", p)
		}
		for _, q := range j.places[:i] {
			if overlapping(p, q) {
				return fmt.Errorf("%s and %s overlap: their balances would count something twice", q, p)
			}
		}
	}
	if j.periods = slices.Clone(j.p.Periods); j.periods == nil {
		for p, all := range years {
			if j.nodeOf(p) >= 0 {
				j.periods = append(j.periods, all...)
			}
		}
	}
	slices.SortFunc(j.periods, flows.Period.Compare)
	j.periods = slices.Compact(j.periods)
	for i := range j.periods {
		if j.periods[i].IsZero() || i > 0 && j.periods[i].Overlap(j.periods[i-1]) > 0 {
			return fmt.Errorf("periods %v: want some that do not overlap", j.periods)
		}
	}
	if len(j.places) == 0 || len(j.periods) == 0 {
		return fmt.Errorf("%s: no place has both a claim on its output and one on its outflow; name the Places", j.mineral)
	}
	return nil
}

// overlapping reports whether two places share a member.
func overlapping(p, q flows.Place) bool {
	return slices.ContainsFunc(p.Members(), func(a flows.Place) bool {
		return slices.ContainsFunc(q.Members(), func(b flows.Place) bool { return a.Within(b) || b.Within(a) })
	})
}

// findRoutes settles the corridors: those asked for, else those of the ledger, and those that the scenario speaks of.
func (j *jointNetwork) findRoutes(readings [][]jointReading) error {
	seen := map[Route]bool{}
	add := func(from, to flows.Place) bool {
		r := Route{from.Country(), to.Country()}
		a, b := j.nodeOf(r.From), j.nodeOf(r.To)
		if a < 0 && b < 0 || a == b {
			return false
		}
		if !seen[r] {
			seen[r] = true
			j.routes = append(j.routes, r)
		}
		return true
	}
	open := func(p flows.Place) bool { return p != "" && (p == flows.World || !p.Boundary()) }
	for _, c := range j.p.Corridors {
		if c.Mineral != "" && c.Mineral != j.mineral {
			continue
		}
		if !open(c.From) || !open(c.To) || !add(c.From, c.To) {
			return fmt.Errorf("%s: a corridor %s>%s leads nowhere: one of its ends must lie in %v, and the other elsewhere", j.mineral, c.From, c.To, j.places)
		}
	}
	if j.p.Corridors == nil {
		for _, c := range j.m.ledger.Corridors() {
			if c.Mineral == j.mineral {
				add(c.From, c.To)
			}
		}
	}
	for t := range readings {
		for i := range readings[t] {
			if f := &readings[t][i].flow; f.Channel == flows.Unrecorded {
				add(f.From, f.To)
			}
		}
	}
	slices.SortFunc(j.routes, func(a, b Route) int {
		return strings.Compare(string(a.From)+">"+string(a.To), string(b.From)+">"+string(b.To))
	})
	if len(j.routes) == 0 {
		j.warn(ErrNoCorridor, "no unrecorded corridor: what is missing is spread over the claims, as errors. This tests whether they agree; it looks for nothing")
	}
	for r := range j.p.Priors.Scales {
		if !seen[r] {
			return fmt.Errorf("prior scale of %s>%s: there is no such corridor", r.From, r.To)
		}
	}
	return nil
}

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
			total += central(by[a])
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

// usual is what is claimed of each flow in a year, the geometric mean over the periods.
func (j *jointNetwork) usual(readings [][]jointReading) map[Route]float64 {
	by := map[Route][]float64{}
	for t, period := range j.periods {
		for i := range readings[t] {
			if r := &readings[t][i]; r.flow.Channel == flows.Recorded && r.bound == flows.About && r.of == nil && r.role != flows.IsStock {
				k := Route{r.flow.From, r.flow.To}
				by[k] = append(by[k], r.y+math.Log(yearly(period, 1)))
			}
		}
	}
	out := map[Route]float64{}
	for k, logs := range by {
		sum := 0.0
		for _, y := range logs {
			sum += y
		}
		out[k] = math.Exp(sum / float64(len(logs)))
	}
	return out
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
		heard := slices.ContainsFunc(sortedRoutes(by), func(r Route) bool { return r.From == flows.Ground && r.To.Within(p) || j.nodeOf(r.From) == i })
		if j.closed[flows.Cell{Mineral: j.mineral, Period: period, Place: p}] = heard; !heard {
			continue
		}
		for _, r := range []Route{{flows.Ground, p}, {p, flows.World}} {
			by[r] = append(by[r], nil...)
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
	for _, w := range wholes {
		complete := slices.ContainsFunc(all, func(part Route) bool {
			return part.partOf(w) && slices.ContainsFunc(by[part], func(r *jointReading) bool { return r.complete })
		})
		if complete || allMembers(w, by) {
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
func allMembers(w Route, by map[Route][]*jointReading) bool {
	for _, a := range w.From.Members() {
		for _, b := range w.To.Members() {
			if len(by[Route{a, b}]) == 0 {
				return false
			}
		}
	}
	return w.From.IsUnion() || w.To.IsUnion()
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

// recordedPrior is log-normal around a power of ten. Where nothing was ever claimed of a flow the prior has a width even if none is
// asked for elsewhere: the posterior would have none.
func (j *jointNetwork) recordedPrior(r Route, period flows.Period, usual map[Route]float64) latent.Prior {
	x := j.usually(r, usual) / yearly(period, 1)
	prior := latent.Prior{Kind: latent.LogNormal, Scale: math.Pow(10, math.Round(math.Log10(x))), LogSD: j.p.Priors.FlowLogSD}
	if math.IsInf(prior.LogSD, 1) {
		prior.Kind, prior.LogSD = latent.Flat, 0
		if usual[r] == 0 {
			prior.Kind, prior.LogSD = latent.LogNormal, Priors{}.withDefaults().FlowLogSD
		}
	}
	return prior
}

func (j *jointNetwork) startOf(r Route, period flows.Period, readings []*jointReading, usual map[Route]float64) float64 {
	if x := central(readings); x > 0 {
		return x
	}
	return j.usually(r, usual) / yearly(period, 1)
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
			j.model.Balances, j.cells = append(j.model.Balances, b), append(j.cells, cell)
		}
	}
}

// setGroups has what comes into each place, and what leaves it and the set, sampled as sums and ratios, the second sum as a ratio to the
// first unless what is claimed of a member is narrower than a month's stock. It changes no result, only how far a step can go: with
// every flow by itself the chains of an output and an inflow that are both unknown, but not their sum, do not meet.
func (j *jointNetwork) setGroups(readings [][]jointReading) {
	claimed := map[int]float64{} // the narrowest figure of a flow
	for t := range readings {
		for i := range readings[t] {
			r := &readings[t][i]
			if k, ok := j.at[r.flow]; ok && r.bound == flows.About && r.of == nil && (claimed[k] == 0 || r.sd < claimed[k]) {
				claimed[k] = r.sd
			}
		}
	}
	// The best known member comes first: ratios to it say most of the others.
	order := func(members []int) []int {
		slices.SortStableFunc(members, func(a, b int) int {
			known := func(k int) float64 {
				if claimed[k] == 0 {
					return math.Inf(1)
				}
				return claimed[k]
			}
			return cmp.Or(cmp.Compare(known(a), known(b)), cmp.Compare(j.model.Flows[b].Start, j.model.Flows[a].Start))
		})
		return members
	}
	for i := range j.model.Balances {
		b := &j.model.Balances[i]
		var in, out []int
		for _, term := range b.Terms {
			switch {
			case term.Flow == b.Closing:
			case term.Sign > 0:
				in = append(in, term.Flow)
			case j.nodeOf(j.flows[term.Flow].To) < 0:
				out = append(out, term.Flow)
			}
		}
		if len(in) > 0 {
			j.model.Groups = append(j.model.Groups, latent.Group{Members: order(in)})
		}
		if len(out) == 0 {
			continue
		}
		g := latent.Group{Members: order(out)}
		if first := claimed[out[0]]; b.Closing < 0 && len(in) > 0 && (first == 0 || first > j.p.Priors.StockMonths/12) {
			g.Base = slices.Clone(in)
		}
		j.model.Groups = append(j.model.Groups, g)
	}
}

// closeWithoutStock picks, where there are no stocks, the flow that closes each balance: the largest claimed one that leaves the set.
func (j *jointNetwork) closeWithoutStock(readings [][]jointReading) error {
	if j.p.Priors.StockMonths > 0 {
		return nil
	}
	claimed := map[int]float64{}
	for t := range readings {
		for i := range readings[t] {
			r := &readings[t][i]
			if k, ok := j.at[r.flow]; ok && r.flow.Channel == flows.Recorded && r.bound == flows.About && r.of == nil {
				claimed[k] = math.Exp(r.y)
			}
		}
	}
	for i := range j.model.Balances {
		b := &j.model.Balances[i]
		best := 0.0
		for _, term := range b.Terms {
			if x := claimed[term.Flow]; term.Sign < 0 && j.nodeOf(j.flows[term.Flow].To) < 0 && x > best {
				b.Closing, best = term.Flow, x
			}
		}
		if b.Closing < 0 {
			return fmt.Errorf("%s: without stocks the balance is closed by a flow that leaves the set, and no figure states one", j.cells[i])
		}
	}
	return nil
}

// addReading adds what was read to the model.
func (j *jointNetwork) addReading(r jointReading) {
	out := latent.Reading{Name: r.flow.String() + " by " + r.statement, Y: r.y, SD: r.sd}
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
		out.SD = math.Max(math.Max(r.sd, j.p.Priors.ClaimLogSD*math.Abs(r.y)), finestLogSD*j.model.Balances[i].SD)
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
	j.readings, j.model.Readings = append(j.readings, r), append(j.model.Readings, out)
}
