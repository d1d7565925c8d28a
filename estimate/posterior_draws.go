package estimate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"github.com/mineralflows/mineralflows/estimate/internal/latent"
	"github.com/mineralflows/mineralflows/estimate/internal/nuts"
	"github.com/mineralflows/mineralflows/flows"
)

// jointDraws are the draws of a network, chain after chain: index i is one joint world in all of them.
type jointDraws struct {
	n      int
	flows  [][]float64 // of each elementary flow, tonnes
	stock  [][]float64 // of each balance, tonnes
	errors [][]float64 // of each shared error, standard normal beforehand
	logLik [][]float64 // of each reading
	centre [][]float64 // of each reading: what it should have said, on its own scale

	diagnostics Diagnostics
}

func newJointDraws(m *latent.Model, n int) *jointDraws {
	of := func(k int) [][]float64 {
		out := make([][]float64, k)
		for i := range out {
			out[i] = make([]float64, n)
		}
		return out
	}
	return &jointDraws{n: n, flows: of(len(m.Flows)), stock: of(len(m.Balances)), errors: of(len(m.Errors)), logLik: of(len(m.Readings)), centre: of(len(m.Readings))}
}

// sample draws each part of the network that shares nothing with the rest by itself. A part's streams are named by its flows, so that a
// place that trades with none of the others changes no bit of theirs.
func (j *jointNetwork) sample(ctx context.Context) error {
	d := newJointDraws(&j.model, j.p.Chains*j.p.Draws)
	d.diagnostics = Diagnostics{Chains: j.p.Chains, Draws: j.p.Draws, Warmup: j.p.Warmup, MinESSBulk: math.Inf(1), MinESSTail: math.Inf(1), MinEBFMI: math.Inf(1)}
	parts := j.model.Split()
	step := j.progress(parts)
	for _, part := range parts {
		run, err := j.samplePart(ctx, &part.Model, "", func() { step(len(part.Flows)) })
		if err != nil {
			return err
		}
		d.add(part, run)
		if err := j.diagnose(ctx, d, part, run); err != nil {
			return err
		}
	}
	j.draws = d
	return nil
}

// progress counts the flows that were drawn, thrown away or kept, of all that are to be: what a draw of a part costs grows with its flows.
func (j *jointNetwork) progress(parts []*latent.Part) func(flows int) {
	if j.m.opt.Progress == nil {
		return func(int) {}
	}
	total := 0
	for _, part := range parts {
		total += len(part.Flows) * j.p.Chains * (j.p.Warmup + j.p.Draws)
	}
	var done atomic.Int64
	return func(flows int) { j.m.opt.Progress(int(done.Add(int64(flows))), total) }
}

// samplePart runs the chains of one part; purpose tells apart runs of one part for different ends. step, unless nil, is called after each draw.
func (j *jointNetwork) samplePart(ctx context.Context, m *latent.Model, purpose string, step func()) (*nuts.Run, error) {
	names := make([]string, len(m.Flows))
	for i := range m.Flows {
		names[i] = m.Flows[i].Name
	}
	name := "posterior" + purpose + "/" + strings.Join(names, "/")
	run, err := nuts.Sample(ctx, func() nuts.Density { return latent.NewDensity(m) }, nuts.Config{
		Chains: j.p.Chains, Warmup: j.p.Warmup, Draws: j.p.Draws, Acceptance: j.p.Acceptance, MaxDepth: j.p.MaxDepth,
		Start:    func(_ int, r *rand.Rand, x []float64) { m.Start(r, x) },
		Stream:   func(chain int) rand.Source { return newStream(j.m.opt.Seed, Var(fmt.Sprintf("%s/%d", name, chain))) },
		Progress: step,
	})
	if err != nil && ctx.Err() == nil {
		return nil, &NetworkError{Code: ErrInfeasible, Mineral: j.mineral, Err: err,
			Text: fmt.Sprintf("%s: %v: where there are no stocks, no positive flows near the claims may close the balances", names[0], err)}
	}
	return run, err
}

// add turns the parameters of a part into worlds.
func (d *jointDraws) add(part *latent.Part, run *nuts.Run) {
	worlds := latent.NewStates(&part.Model)
	i := 0
	for k := range run.Chains {
		for x := run.Chains[k].Draws; len(x) > 0; x = x[run.Dim:] {
			s := worlds.At(x[:run.Dim])
			for f, at := range part.FlowAt {
				d.flows[at][i] = s.Flows[f]
			}
			for b, at := range part.BalanceAt {
				d.stock[at][i] = s.Stock[b]
			}
			for e, at := range part.ErrorAt {
				d.errors[at][i] = s.Errors[e]
			}
			for r, at := range part.ReadingAt {
				d.logLik[at][i] = part.LogLikelihood(&part.Readings[r], s)
				d.centre[at][i] = part.Centre(&part.Readings[r], s)
			}
			i++
		}
	}
}

// diagnose looks at every flow, stock change and shared error of a part, and at its density.
func (j *jointNetwork) diagnose(ctx context.Context, d *jointDraws, part *latent.Part, run *nuts.Run) error {
	type quantity struct {
		name  string
		draws []float64
	}
	var all []quantity
	for f, at := range part.FlowAt {
		all = append(all, quantity{part.Flows[f].Name, d.flows[at]})
	}
	for b, at := range part.BalanceAt {
		if part.Balances[b].Closing < 0 {
			all = append(all, quantity{"stock change of " + part.Balances[b].Name, d.stock[at]})
		}
	}
	for e, at := range part.ErrorAt {
		all = append(all, quantity{part.Errors[e], d.errors[at]})
	}
	density := quantity{name: "log density"}
	g := &d.diagnostics
	for k := range run.Chains {
		c := &run.Chains[k]
		density.draws = append(density.draws, c.LogDensity...)
		g.Divergences += c.Divergences
		g.MinEBFMI = math.Min(g.MinEBFMI, nuts.EBFMI(c.Energy))
		g.StepSizes = append(g.StepSizes, c.StepSize)
	}
	all = append(all, density)
	found := make([]nuts.Diagnosis, len(all))
	diagnoser := nuts.NewDiagnoser(j.p.Chains, j.p.Draws)
	inParallel(len(all), func(i int) {
		if ctx.Err() == nil {
			found[i] = diagnoser.Diagnose(byChain(all[i].draws, j.p.Chains))
		}
	})
	for i, f := range found {
		if !math.IsNaN(g.MaxRhat) && !(f.Rhat <= g.MaxRhat) {
			g.MaxRhat, g.Worst = f.Rhat, all[i].name
		}
		g.MinESSBulk, g.MinESSTail = math.Min(g.MinESSBulk, f.BulkESS), math.Min(g.MinESSTail, f.TailESS)
	}
	return ctx.Err()
}

// byChain cuts joint draws into those of each chain.
func byChain(x []float64, n int) [][]float64 {
	out := make([][]float64, n)
	for k := range out {
		out[k] = x[k*len(x)/n : (k+1)*len(x)/n]
	}
	return out
}

// flowDraws sums the members of a flow, a stock change included; nil for a flow that the network does not have.
func (j *jointNetwork) flowDraws(f flows.Flow) Draws {
	if f.To == flows.Stock {
		for i, c := range j.cells {
			if c.Place == f.From && c.Period == f.Period {
				return append(Draws{}, j.draws.stock[i]...)
			}
		}
	}
	if j.zero[f] != nil {
		return make(Draws, j.draws.n)
	}
	members := j.members[f]
	if f.Mineral != j.mineral || len(members) == 0 {
		return nil
	}
	out := make(Draws, j.draws.n)
	for _, k := range members {
		for i, x := range j.draws.flows[k] {
			out[i] += x
		}
	}
	return out
}

// cellDraws are the draws of a quantity of one balance, nil where it has none. All of them follow from the flows, by the balance.
func (j *jointNetwork) cellDraws(c flows.Cell, q Quantity) Draws {
	i := -1
	for k, cell := range j.cells {
		if cell == c {
			i = k
		}
	}
	if i < 0 {
		return nil
	}
	out := make(Draws, j.draws.n)
	found := false
	add := func(pass func(f *flows.Flow, sign float64) float64) {
		for _, t := range j.model.Balances[i].Terms {
			if k := pass(&j.flows[t.Flow], t.Sign); k != 0 {
				found = true
				for n, x := range j.draws.flows[t.Flow] {
					out[n] += k * x
				}
			}
		}
	}
	only := func(ok bool, k float64) float64 {
		if ok {
			return k
		}
		return 0
	}
	switch q {
	case Output:
		found = j.isZero(Route{flows.Ground, c.Place}, c.Period)
		add(func(f *flows.Flow, _ float64) float64 { return only(f.From == flows.Ground, 1) })
	case Outflow:
		found = j.isZero(Route{c.Place, flows.World}, c.Period)
		add(func(f *flows.Flow, s float64) float64 {
			return only(s < 0 && f.To != flows.Use && f.Channel == flows.Recorded, 1)
		})
	case Inflow:
		add(func(f *flows.Flow, s float64) float64 {
			return only(s > 0 && f.From != flows.Ground && f.Channel == flows.Recorded, 1)
		})
	case Use:
		add(func(f *flows.Flow, _ float64) float64 { return only(f.To == flows.Use, 1) })
	case Stock:
		found = true
		copy(out, j.draws.stock[i])
	case Surplus:
		found = true
		add(func(f *flows.Flow, s float64) float64 { return only(f.Channel == flows.Unrecorded, s) })
	case Share:
		if outflow := j.cellDraws(c, Outflow); outflow != nil && !j.isZero(Route{c.Place, flows.World}, c.Period) {
			found = true
			for n, x := range j.cellDraws(c, Surplus) {
				out[n] = x / outflow[n]
			}
		}
	case ValueUSD:
		if prices := j.prices(c); prices != nil {
			found = true
			for n, x := range j.cellDraws(c, Surplus) {
				out[n] = x * prices[n]
			}
		}
	}
	if !found {
		return nil
	}
	return out
}

// total sums a quantity over cells.
func (j *jointNetwork) total(q Quantity, cells []flows.Cell) (Value, error) {
	sum := make(Draws, j.draws.n)
	for _, c := range cells {
		x := j.cellDraws(c, q)
		if x == nil {
			return Value{}, fmt.Errorf("%s: no %s", c, q)
		}
		for i := range sum {
			sum[i] += x[i]
		}
	}
	return sum.Summarize(j.m.opt.Level), nil
}

// prices are the draws of the market price at a place and in a period, in dollars a tonne of the substance; nil where there is none. What
// the claims say of a rate's error is kept; a rate that no claim is read with has its own draws.
func (j *jointNetwork) prices(c flows.Cell) Draws {
	w := j.m.newWorker()
	w.note = func(flows.Code, string) {}
	steps := w.price(flows.Flow{Mineral: c.Mineral, Period: c.Period, From: c.Place, To: flows.World}, j.basis)
	if steps == nil {
		return nil
	}
	out := make(Draws, j.draws.n)
	for i := range out {
		out[i] = 1
	}
	for k := range steps {
		loads := map[Var]float64{}
		median := j.loadStep(w, &steps[k], loads)
		known := false
		for name, load := range loads { // at most one
			var e int
			if e, known = j.errorAt[name]; known {
				for i, z := range j.draws.errors[e] {
					out[i] *= median * math.Exp(load*z)
				}
			}
		}
		if known {
			continue
		}
		x := make([]float64, w.n)
		for i := range x {
			x[i] = 1
		}
		applySteps(w, steps[k:k+1], x)
		for i := range out {
			out[i] *= x[i%len(x)]
		}
	}
	return out
}

// FlowDraws returns the joint draws of a flow of a network estimator that draws, in tonnes: index i is the same world in the draws of
// every flow and every quantity of the result. A recorded flow is the whole (Part ""); a stock change is a flow to [flows.Stock]. It
// returns an error that names a flow which the network does not have.
func (r *Result) FlowDraws(f flows.Flow) (Draws, error) {
	if r.joint == nil {
		return nil, fmt.Errorf("%s: this result has no joint draws of flows", f)
	}
	x := r.joint.flowDraws(f)
	if x == nil {
		return nil, fmt.Errorf("%s: no such flow in the network of %v", f, r.joint.places)
	}
	return x, nil
}

// FlowValues returns the draws of a flow at the market price of its period, in current US dollars. It returns an error where there is no
// such flow, or no price.
func (r *Result) FlowValues(f flows.Flow) (Draws, error) {
	x, err := r.FlowDraws(f)
	if err != nil {
		return nil, err
	}
	prices := r.joint.prices(flows.Cell{Mineral: f.Mineral, Period: f.Period, Place: f.Subject()})
	if prices == nil {
		return nil, fmt.Errorf("%s: no price", f)
	}
	for i := range x {
		x[i] *= prices[i]
	}
	return x, nil
}
