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
	Groups   []Group
	Shifts   []Shift
}

// Flow is one positive flow in one period.
type Flow struct {
	Name  string
	Prior Prior
	Start float64 // a value, in tonnes, near which sampling may start
}

// Kind is the kind of a prior.
type Kind uint8

// The kinds of priors.
const (
	LogNormal  Kind = iota // with median Scale and standard deviation LogSD of the logarithm
	Flat                   // in the logarithm: no information, and no distribution
	HalfNormal             // of standard deviation Scale before it was cut at zero
	Walked                 // that of the period before, changed by a Walk; Scale is that of the walk's coordinate
	Left                   // what the other flows of a balance and its stock change leave: no prior of its own, flat in tonnes
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
	Y      float64 // its logarithm; the stock change itself where Stock is set
	SD     float64 // of the independent error of Y; with Tails the scale of it
	Tails  float64 // degrees of freedom, where the error is Student's t; 0: it is normal
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

// softplus is ln(1 + exp u), with the slope of its logarithm, and the slope of the logarithm of that.
func softplus(u float64) (y, slope, bend float64) {
	var rise float64 // dy/du
	switch {
	case u > -1:
		e := math.Exp(-u)
		y, rise = u+math.Log(1+e), 1/(1+e)
	case u > -30:
		e := math.Exp(u)
		y, rise = math.Log1p(e), e/(1+e)
	default: // exp u to the last bit
		return math.Exp(u), 1, 0
	}
	slope = rise / y
	return y, slope, 1 - rise - slope
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

// Group has flows sampled by their sum and their ratios: what comes into a place, or what leaves it. Claims and balances say more of
// sums than of their members: two unknown flows of a known sum lie on a line, which in their logarithms is bent at a right angle. The
// logarithm of the sum and those of the ratios to the first member have the volume of the logarithms of the flows, so that this change of
// coordinates has no density of its own; a sum beside a base has one, which is counted. A flow is a member of at most one group, and none
// that closes a balance is.
type Group struct {
	Members []int
	Base    []int // members of groups before this one, or flows in none, that the sum is near to; nil: it is sampled by itself
	Less    []int // like Base, to be taken off it
	// Width is how near, in tonnes. The sum is sampled as v in Width ln(1 + exp(base/Width + v)): as the difference in widths where the base
	// is many widths, and where it is few as a logarithm, so that it stays positive. (As a ratio to the base the sum is tied the more
	// tightly the larger the base, a funnel where that may be anything.)
	Width float64
}

// Shift moves the parameter of a flow along shared errors: what is sampled is it less the sum of coefficient times error. A flow that is
// read to within little of a figure with a large bias moves with that bias; beside it it stands still. A shift is a shear, which keeps
// volumes.
type Shift struct {
	Flow  int
	Loads []Load
}

// Dim is the number of parameters: one for each flow that closes no balance, in order, then the shared errors. It is the logarithm of the
// flow; of a member of a group, of the ratio to its first member; of that, of the sum, or how far it is from the base; each without its shift.
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

// farthest is how many widths from its base a sum may start.
const farthest = 3

// Start fills x with parameters near the flows' starting values, from which chains set out.
func (m *Model) Start(r *rand.Rand, x []float64) {
	start := make([]float64, len(m.Flows))
	for f := range start {
		start[f] = m.Flows[f].Start * math.Exp(0.3*r.NormFloat64())
	}
	param := m.params()
	for f, k := range param {
		if k >= 0 {
			x[k] = math.Log(start[f])
		}
	}
	for i := range m.Groups {
		g := &m.Groups[i]
		first := g.Members[0]
		for _, f := range g.Members[1:] {
			x[param[f]] -= x[param[first]]
		}
		x[param[first]] = math.Log(sum(start, g.Members))
		if len(g.Base) > 0 {
			y, base := sum(start, g.Members)/g.Width, (sum(start, g.Base)-sum(start, g.Less))/g.Width
			v := y + math.Log(-math.Expm1(-y)) - base
			if base > 0 { // figures that leave a balance open by many widths start where it closes: from afar a chain is thrown out of sight
				v = math.Max(-farthest, math.Min(v, farthest))
			}
			x[param[first]] = v
		}
	}
	z := x[len(x)-len(m.Errors):]
	for k := range z {
		z[k] = r.NormFloat64()
	}
	for _, s := range m.Shifts {
		for _, l := range s.Loads {
			x[param[s.Flow]] -= l.Coefficient * z[l.Error]
		}
	}
}

// params is the parameter of each flow, -1 where it closes a balance.
func (m *Model) params() []int {
	out := m.closes()
	k := 0
	for f, c := range out {
		out[f] = -1
		if c < 0 {
			out[f] = k
			k++
		}
	}
	return out
}

// State is one joint world.
type State struct {
	Flows  []float64 // tonnes
	Stock  []float64 // tonnes, of each balance
	Errors []float64
}

// States turns parameters into worlds. It belongs to one goroutine, and so does the State that it returns, until the next call.
type States struct {
	d *Density
	s State
}

// NewStates returns a States of m.
func NewStates(m *Model) *States {
	return &States{NewDensity(m), State{make([]float64, len(m.Flows)), make([]float64, len(m.Balances)), make([]float64, len(m.Errors))}}
}

// At is the world at the parameters theta.
func (t *States) At(theta []float64) *State {
	t.d.amounts(theta)
	copy(t.s.Flows, t.d.x)
	copy(t.s.Errors, theta[len(t.d.free):])
	t.d.m.close(&t.s)
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
	l, _ := r.likelihood(r.standard(m.Centre(r, s)))
	if r.Bound == About {
		l += r.height() - math.Log(r.SD)
	}
	return l
}

// standard is the error of a reading in units of its scale.
func (r *Reading) standard(centre float64) float64 { return (r.Y - centre) / r.SD }
