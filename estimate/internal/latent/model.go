package latent

import (
	"math"
	"math/rand/v2"
)

// Model is a network of flows, what is known of them beforehand, and what was read.
type Model struct {
	Flows    []Flow
	Errors   []string // the names of the shared errors, each standard normal
	Balances []Balance
	Readings []Reading
	Walks    []Walk
}

// Flow is one positive flow in one period.
type Flow struct {
	Name  string
	Prior Prior
	Start float64 // a value, in tonnes, near which sampling may start
	// Unit is the amount above which a flow is sampled on a linear scale, and below on a logarithmic one, x = Unit ln(1 + exp v);
	// 0: logarithmic throughout. Balances are linear: along a logarithm a flow that can be anything from nothing to much is tied to the
	// others at a different angle everywhere.
	Unit float64
	// Base are the flows to whose sum this one is sampled as a ratio, ln x = v + ln(sum); nil: by itself. What leaves a place is near what
	// comes in, however much that is. Base flows have no base of their own and close no balance, and Unit is 0.
	Base []int
}

// Kind is the kind of a prior.
type Kind uint8

// The kinds of priors.
const (
	LogNormal  Kind = iota // with median Scale and standard deviation LogSD of the logarithm
	Flat                   // in the logarithm: no information, and no distribution
	HalfNormal             // of standard deviation Scale before it was cut at zero
	Walked                 // that of the period before, changed by a Walk; Scale is that of the walk's coordinate
)

// Prior is what is known of a flow beforehand.
type Prior struct {
	Kind         Kind
	Scale, LogSD float64
}

// Term is a flow of a balance: Sign +1 comes in, -1 goes out.
type Term struct {
	Flow int
	Sign float64
}

// Balance is the balance of a node in a period.
type Balance struct {
	Name     string
	Terms    []Term
	Mean, SD float64 // of the prior of the stock change
	// Closing is the flow, one of Terms, that is computed from the others where there is no stock change; -1: there is one. A closing
	// flow is a term of no other balance.
	Closing int
}

// Bound says whether a reading is about its value, or only bounded by it.
type Bound uint8

// The bounds.
const (
	About Bound = iota
	AtLeast
	AtMost
)

// Reading is what was read of a sum of flows, or of the stock change of a node.
type Reading struct {
	Name   string
	Y      float64 // its logarithm; the stock change itself where Balance is set
	SD     float64 // of the independent error of Y
	Flows  []int   // the flows that were read, summed
	Of     []int   // for a share: the sum that it is a share of
	Errors []Load
	Bound  Bound
	Stock  bool // a reading of the stock change of Balance
	Node   int  // the balance
}

// Load says how a shared error enters a reading: Y + Coefficient z is free of it.
type Load struct {
	Error       int
	Coefficient float64
}

// Walk says that the flow To, whose prior is Walked, is that of a corridor in the period after From. Each flow stands in From, and in To,
// of at most one walk; From comes first in Model.Flows.
type Walk struct {
	From, To int
	Scale    float64 // of a step, Student's t with four degrees of freedom
}

// soft is the flow at a parameter on a linear scale, and the slope of its logarithm by the parameter.
func (f *Flow) soft(v float64) (x, slope float64) {
	switch {
	case v > -1:
		e := math.Exp(-v)
		x = f.Unit * (v + math.Log(1+e))
		return x, f.Unit / ((1 + e) * x)
	case v > -30:
		e := math.Exp(v)
		x = f.Unit * math.Log1p(e)
		return x, f.Unit * e / ((1 + e) * x)
	}
	return f.Unit * math.Exp(v), 1 // ln(1 + exp v) is exp v to the last bit
}

// amount is the flow at a parameter.
func (f *Flow) amount(v float64) float64 {
	if f.Unit == 0 {
		return math.Exp(v)
	}
	x, _ := f.soft(v)
	return x
}

// parameter is the inverse of amount.
func (f *Flow) parameter(x float64) float64 {
	if f.Unit == 0 {
		return math.Log(x)
	}
	return x/f.Unit + math.Log(-math.Expm1(-x/f.Unit))
}

// walked is the coordinate in which a walk takes its steps, v = ln(exp(x/scale) - 1): ln(x/scale) for a small flow and x/scale for a
// large one. slope is dv / d ln x, and bend the slope of the logarithm of that.
type walked struct{ v, slope, bend float64 }

func newWalked(x, scale float64) walked {
	r := x / scale
	switch {
	case r < 1e-5: // (exp r - 1)/r = 1 + r/2 and so on, to the last bits
		return walked{math.Log(r) + r/2, 1 + r/2, r / 2}
	case r > 40:
		return walked{r, r, 1}
	}
	e := math.Exp(-r)
	slope := r / (1 - e)
	return walked{r + math.Log(1-e), slope, 1 - slope*e}
}

// fromWalked is the flow at a coordinate v.
func fromWalked(v, scale float64) float64 {
	if v > 40 {
		return v * scale
	}
	return math.Log1p(math.Exp(v)) * scale
}

// Dim is the number of parameters: one for each flow that closes no balance, in order, then the shared errors.
func (m *Model) Dim() int { return len(m.Flows) - m.closed() + len(m.Errors) }

func (m *Model) closed() int {
	n := 0
	for i := range m.Balances {
		if m.Balances[i].Closing >= 0 {
			n++
		}
	}
	return n
}

// closes says of each flow which balance it closes, -1 for none.
func (m *Model) closes() []int {
	out := make([]int, len(m.Flows))
	for i := range out {
		out[i] = -1
	}
	for i := range m.Balances {
		if c := m.Balances[i].Closing; c >= 0 {
			out[c] = i
		}
	}
	return out
}

// Start fills x with parameters near the flows' starting values, from which chains set out.
func (m *Model) Start(r *rand.Rand, x []float64) {
	k := 0
	start := make([]float64, len(m.Flows))
	for f := range start {
		start[f] = m.Flows[f].Start * math.Exp(0.3*r.NormFloat64())
	}
	for f, c := range m.closes() {
		if c < 0 {
			x[k] = m.Flows[f].parameter(start[f])
			if b := m.Flows[f].Base; len(b) > 0 {
				x[k] -= math.Log(sum(start, b))
			}
			k++
		}
	}
	for ; k < len(x); k++ {
		x[k] = r.NormFloat64()
	}
}

// State is one joint world.
type State struct {
	Flows  []float64 // tonnes
	Stock  []float64 // tonnes, of each balance
	Errors []float64
}

// States turns parameters into worlds. It belongs to one goroutine, and so does the State that it returns, until the next call.
type States struct {
	m      *Model
	closes []int
	s      State
}

// NewStates returns a States of m.
func NewStates(m *Model) *States {
	return &States{m, m.closes(), State{make([]float64, len(m.Flows)), make([]float64, len(m.Balances)), make([]float64, len(m.Errors))}}
}

// At is the world at the parameters x.
func (t *States) At(x []float64) *State {
	k := 0
	for f, c := range t.closes {
		if c < 0 {
			t.s.Flows[f] = t.m.Flows[f].amount(x[k])
			k++
		} else {
			t.s.Flows[f] = 0
		}
	}
	for f := range t.s.Flows {
		if b := t.m.Flows[f].Base; len(b) > 0 {
			t.s.Flows[f] *= sum(t.s.Flows, b)
		}
	}
	copy(t.s.Errors, x[k:])
	t.m.close(&t.s)
	return &t.s
}

// close computes what follows from the balances.
func (m *Model) close(s *State) {
	for i := range m.Balances {
		b := &m.Balances[i]
		sum, sign := 0.0, 0.0
		for _, t := range b.Terms {
			if t.Flow == b.Closing {
				sign = t.Sign
				continue
			}
			sum += t.Sign * s.Flows[t.Flow]
		}
		s.Stock[i] = sum
		if b.Closing >= 0 {
			s.Flows[b.Closing] = -sum * sign
			s.Stock[i] = 0
		}
	}
}

// Centre is what a reading says at a world, on its own scale: the logarithm of the sum, with the shared errors in it, or the stock
// change.
func (m *Model) Centre(r *Reading, s *State) float64 {
	if r.Stock {
		return s.Stock[r.Node]
	}
	c := math.Log(sum(s.Flows, r.Flows))
	if len(r.Of) > 0 {
		c -= math.Log(sum(s.Flows, r.Of))
	}
	for _, l := range r.Errors {
		c -= l.Coefficient * s.Errors[l.Error]
	}
	return c
}

func sum(x []float64, at []int) float64 {
	total := 0.0
	for _, i := range at {
		total += x[i]
	}
	return total
}

// LogLikelihood is the logarithm of the density of a reading at a world; of a bound, of the probability that it holds.
func (m *Model) LogLikelihood(r *Reading, s *State) float64 {
	t := (r.Y - m.Centre(r, s)) / r.SD
	switch r.Bound {
	case AtLeast:
		l, _ := logPhi(-t)
		return l
	case AtMost:
		l, _ := logPhi(t)
		return l
	}
	return -t*t/2 - math.Log(r.SD) - math.Log(2*math.Pi)/2
}

// logPhi is ln Phi(t), the logarithm of the standard normal distribution function, and its slope phi/Phi. Below -30, where Phi itself
// becomes too small, it takes the asymptotic series of Mills' ratio, whose first term left out is 15/t^6 of the whole, 2e-8.
func logPhi(t float64) (value, slope float64) {
	if t > -30 {
		p := math.Erfc(-t/math.Sqrt2) / 2
		return math.Log(p), math.Exp(-t*t/2) / (math.Sqrt(2*math.Pi) * p)
	}
	q := 1 / (t * t)
	series := 1 - q + 3*q*q
	return -t*t/2 - math.Log(-t*math.Sqrt(2*math.Pi)) + math.Log(series), -t / series
}
