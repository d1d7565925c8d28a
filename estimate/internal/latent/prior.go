package latent

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mathext"
)

// DrawPrior draws a world from the priors, before the readings. Flows that are Left, and those that close a balance, follow from the others
// and the stock change, and may come out negative: such a world is none. Flat priors have no draws: those flows are NaN.
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
	for i := range m.Balances {
		b := &m.Balances[i]
		for _, t := range b.Terms {
			if m.Flows[t.Flow].Prior.Kind == Left && b.Closing < 0 {
				stock := b.Mean + b.SD*r.NormFloat64()
				for _, u := range b.Terms {
					if u != t {
						stock -= u.Sign * s.Flows[u.Flow]
					}
				}
				s.Flows[t.Flow] = t.Sign * stock
			}
		}
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

// HasPrior reports whether flow f has a prior that is a distribution, if only by the flows that it is left of: it is not flat, and the flow
// closes no balance.
func (m *Model) HasPrior(f int) bool {
	return m.Flows[f].Prior.Kind != Flat && m.closes()[f] < 0
}

// PriorQuantiles fills dst with the quantiles (i+1/2)/n of the prior of flow f before the balances and the readings. It is false where
// there are none in closed form: of a flow that is Walked or Left, or has no prior.
func (m *Model) PriorQuantiles(f int, dst []float64) bool {
	p := &m.Flows[f].Prior
	var quantile func(p float64) float64
	switch {
	case !m.HasPrior(f) || p.Kind == Walked || p.Kind == Left:
		return false
	case p.Kind == LogNormal:
		quantile = func(q float64) float64 { return math.Exp(p.LogSD * mathext.NormalQuantile(q)) }
	default:
		quantile = func(q float64) float64 { return mathext.NormalQuantile((1 + q) / 2) }
	}
	for i := range dst {
		dst[i] = p.Scale * quantile((float64(i)+0.5)/float64(len(dst)))
	}
	return true
}
