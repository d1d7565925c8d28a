package latent

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// DrawPrior draws a world from the priors, before the balances and the readings: stock changes, and flows that close a balance, follow
// from the others and may be anything, closing flows even negative. Flat priors have no draws: those flows are NaN.
func (m *Model) DrawPrior(r *rand.Rand) *State {
	s := &State{make([]float64, len(m.Flows)), make([]float64, len(m.Balances)), make([]float64, len(m.Errors))}
	for f := range m.Flows {
		switch p := &m.Flows[f].Prior; p.Kind {
		case LogNormal:
			s.Flows[f] = p.Scale * math.Exp(p.LogSD*r.NormFloat64())
		case HalfNormal:
			s.Flows[f] = p.Scale * math.Abs(r.NormFloat64())
		case Flat:
			s.Flows[f] = math.NaN()
		}
	}
	for _, w := range m.Walks {
		m.step(&w, s.Flows, r)
	}
	for i := range s.Errors {
		s.Errors[i] = r.NormFloat64()
	}
	m.close(s)
	return s
}

// step draws the flow that a walk leads to.
func (m *Model) step(w *Walk, x []float64, r *rand.Rand) {
	from := newWalked(x[w.From], m.Flows[w.From].Prior.Scale)
	x[w.To] = fromWalked(from.v+w.Scale*studentT4(r), m.Flows[w.To].Prior.Scale)
}

// studentT4 is a normal over the root of a mean of four squared normals; half the sum of four is a gamma variable of shape 2, the sum
// of two exponentials.
func studentT4(r *rand.Rand) float64 {
	return r.NormFloat64() / math.Sqrt((r.ExpFloat64()+r.ExpFloat64())/2)
}

// walkDraws is how many draws of a walk stand behind one quantile of its prior.
const walkDraws = 8

// PriorQuantiles fills dst with the quantiles (i+1/2)/n of the prior of flow f before the balances and the readings; those of a walk
// come from eight draws for each quantile, always the same ones. It is false where there is no such prior: it is flat, or the flow closes a
// balance.
func (m *Model) PriorQuantiles(f int, dst []float64) bool {
	p := &m.Flows[f].Prior
	quantile := func(of func(p float64) float64) {
		for i := range dst {
			dst[i] = p.Scale * of((float64(i)+0.5)/float64(len(dst)))
		}
	}
	switch {
	case p.Kind == Flat || m.closes()[f] >= 0:
		return false
	case p.Kind == LogNormal:
		quantile(func(q float64) float64 { return math.Exp(p.LogSD * mathext.NormalQuantile(q)) })
	case p.Kind == HalfNormal:
		quantile(func(q float64) float64 { return mathext.NormalQuantile((1 + q) / 2) })
	default:
		m.walkQuantiles(f, dst)
	}
	return true
}

// walkQuantiles draws the walk that leads to f, from stratified starts.
func (m *Model) walkQuantiles(f int, dst []float64) {
	var steps []*Walk // the last first
	first := f
	for i := len(m.Walks) - 1; i >= 0; i-- {
		if m.Walks[i].To == first {
			first = m.Walks[i].From
			steps = append(steps, &m.Walks[i])
		}
	}
	slices.Reverse(steps)
	r := rand.New(rand.NewPCG(1, 1))
	x, all := make([]float64, len(m.Flows)), make([]float64, walkDraws*len(dst))
	for i := range all {
		x[first] = m.Flows[first].Prior.Scale * mathext.NormalQuantile((1+(float64(i)+0.5)/float64(len(all)))/2)
		for _, w := range steps {
			m.step(w, x, r)
		}
		all[i] = x[f]
	}
	slices.Sort(all)
	for i := range dst {
		dst[i] = all[walkDraws*i+walkDraws/2]
	}
}
