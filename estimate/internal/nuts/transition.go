package nuts

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

// greatestRise is the rise of H along a trajectory beyond which it counts as divergent.
const greatestRise = 1000

// sampler is the state of one chain.
type sampler struct {
	density Density
	c       Config
	chain   int
	dim     int
	r       *rand.Rand

	step   float64
	depth  int // the greatest of a trajectory
	metric metric

	x, grad []float64 // where the chain is, in parameters; scratch while a trajectory is built
	here    point     // where the chain is, in the coordinates of the metric

	// The moving end of a trajectory, and its two ends.
	now, back, front point
	best             sampled   // drawn from the trajectory so far
	proposal         sampled   // drawn from the part that is being added
	levels           []scratch // memory of the recursion, one a depth

	rho, rhoBack, rhoFront, rhoSum []float64
	pBackFront, pFrontBack         []float64 // momenta at the joint of the two halves

	// What the trajectory that is being built adds up.
	startEnergy float64 // H at its start
	sumRatio    float64
	steps       int
	diverged    bool
}

// point is a state on a trajectory: position, momentum and gradient in the coordinates of the metric.
type point struct {
	q, p, grad []float64
	logp       float64
}

// sampled is a state that may become the next draw. Its energy stands beside it, since its momentum is not kept.
type sampled struct {
	q, grad      []float64
	logp, energy float64
}

// scratch is what one level of the recursion needs.
type scratch struct {
	proposal                    sampled
	rhoLeft, rhoRight           []float64
	pLeftEnd, pRightBegin, both []float64
}

func newSampler(d Density, c Config, chain int) *sampler {
	n := d.Dim()
	// One block of memory, so that a chain's vectors lie together.
	block := make([]float64, (28+7*c.MaxDepth)*n)
	take := func() []float64 {
		v := block[:n:n]
		block = block[n:]
		return v
	}
	pt := func() point { return point{q: take(), p: take(), grad: take()} }
	sm := func() sampled { return sampled{q: take(), grad: take()} }
	s := &sampler{density: d, c: c, chain: chain, dim: n, r: rand.New(c.Stream(chain)), step: 1}
	s.metric = newMetric(n)
	s.x, s.grad = take(), take()
	s.here, s.now, s.back, s.front = pt(), pt(), pt(), pt()
	s.best, s.proposal = sm(), sm()
	s.rho, s.rhoBack, s.rhoFront, s.rhoSum = take(), take(), take(), take()
	s.pBackFront, s.pFrontBack = take(), take()
	s.levels = make([]scratch, c.MaxDepth)
	for i := range s.levels {
		s.levels[i] = scratch{sm(), take(), take(), take(), take(), take()}
	}
	return s
}

// outcome is what is kept of a transition beside the draw.
type outcome struct {
	acceptance, energy float64
	steps, depth       int
	diverged           bool
}

// transition moves the chain by one trajectory.
func (s *sampler) transition() outcome {
	s.startHere()
	s.back.copy(&s.now)
	s.front.copy(&s.now)
	s.best.take(&s.now, s.startEnergy)
	copy(s.rho, s.now.p)
	copy(s.pBackFront, s.now.p)
	copy(s.pFrontBack, s.now.p)
	logWeight := 0.0 // of exp(start - H), summed over the trajectory
	s.sumRatio, s.steps, s.diverged = 0, 0, false
	depth := 0
	for depth < s.depth {
		var added float64
		var ok bool
		if s.r.Uint64()&1 == 0 {
			// The trajectory so far is the back half, what is added the front one.
			s.now.copy(&s.front)
			copy(s.rhoBack, s.rho)
			copy(s.pBackFront, s.front.p)
			added, ok = s.build(depth, 1, &s.proposal, s.rhoFront, s.pFrontBack)
			s.front.copy(&s.now)
		} else {
			s.now.copy(&s.back)
			copy(s.rhoFront, s.rho)
			copy(s.pFrontBack, s.back.p)
			added, ok = s.build(depth, -1, &s.proposal, s.rhoBack, s.pBackFront)
			s.back.copy(&s.now)
		}
		if !ok {
			break
		}
		depth++
		if added >= logWeight || s.r.Float64() < math.Exp(added-logWeight) {
			s.best, s.proposal = s.proposal, s.best
		}
		logWeight = logSum(logWeight, added)
		for i := range s.rho {
			s.rho[i] = s.rhoBack[i] + s.rhoFront[i]
		}
		if !straight(s.back.p, s.front.p, s.rho) ||
			!straightAcross(s.back.p, s.pFrontBack, s.rhoBack, s.pFrontBack) ||
			!straightAcross(s.pBackFront, s.front.p, s.rhoFront, s.pBackFront) {
			break
		}
	}
	s.here.set(s.best.q, s.here.p, s.best.grad, s.best.logp)
	return outcome{s.sumRatio / float64(max(s.steps, 1)), s.best.energy, s.steps, depth, s.diverged}
}

// build adds 2^depth steps in a direction. It returns the logarithm of their weight, and false where they diverge or turn back. rho
// becomes the sum of their momenta, begin the momentum of the first step; the last one is s.now.
func (s *sampler) build(depth int, direction float64, proposal *sampled, rho, begin []float64) (logWeight float64, ok bool) {
	if depth == 0 {
		h := s.leap(direction)
		if !(h-s.startEnergy <= greatestRise) {
			s.diverged = true
			return 0, false
		}
		copy(rho, s.now.p)
		copy(begin, s.now.p)
		proposal.take(&s.now, h)
		return s.startEnergy - h, true
	}
	l := &s.levels[depth-1]
	left, ok := s.build(depth-1, direction, proposal, l.rhoLeft, begin)
	if !ok {
		return 0, false
	}
	copy(l.pLeftEnd, s.now.p)
	right, ok := s.build(depth-1, direction, &l.proposal, l.rhoRight, l.pRightBegin)
	if !ok {
		return 0, false
	}
	logWeight = logSum(left, right)
	if right >= logWeight || s.r.Float64() < math.Exp(right-logWeight) {
		*proposal, l.proposal = l.proposal, *proposal
	}
	for i := range rho {
		rho[i] = l.rhoLeft[i] + l.rhoRight[i]
	}
	return logWeight, straight(begin, s.now.p, rho) &&
		straightAcross(begin, l.pRightBegin, l.rhoLeft, l.pRightBegin) &&
		straightAcross(l.pLeftEnd, s.now.p, l.rhoRight, l.pLeftEnd)
}

// leap moves s.now by one leapfrog step and returns H there.
func (s *sampler) leap(direction float64) float64 {
	step := s.step * direction
	half := step / 2
	z := &s.now
	q, p, grad := z.q, z.p[:len(z.q)], z.grad[:len(z.q)]
	for i := range q {
		p[i] += half * grad[i]
		q[i] += step * p[i]
	}
	s.metric.params(q, s.x)
	z.logp = s.density.LogDensity(s.x, s.grad)
	s.metric.slopes(s.grad, grad)
	s.steps++
	kinetic := 0.0
	for i := range p {
		p[i] += half * grad[i]
		kinetic += p[i] * p[i]
	}
	h := kinetic/2 - z.logp
	if math.IsNaN(h) {
		h = math.Inf(1)
	}
	s.sumRatio += math.Min(1, math.Exp(s.startEnergy-h))
	return h
}

// startHere puts s.now where the chain is, with a new momentum, and notes H.
func (s *sampler) startHere() {
	kinetic := 0.0
	for i := range s.now.p {
		p := s.r.NormFloat64()
		s.now.p[i] = p
		kinetic += p * p
	}
	s.now.set(s.here.q, s.now.p, s.here.grad, s.here.logp)
	s.startEnergy = kinetic/2 - s.here.logp
}

// remeasured puts the chain, which is at s.x with the gradient s.grad, into the coordinates of the metric.
func (s *sampler) remeasured() {
	s.metric.coordinates(s.x, s.here.q)
	s.metric.slopes(s.grad, s.here.grad)
}

// straight reports whether the momenta at both ends still point along the way travelled, which rho, the sum of all momenta, measures.
func straight(p, q, rho []float64) bool { return floats.Dot(p, rho) > 0 && floats.Dot(q, rho) > 0 }

// straightAcross is straight for one half and the first step of the other, whose momentum extra is.
func straightAcross(p, q, rho, extra []float64) bool {
	return floats.Dot(p, rho)+floats.Dot(p, extra) > 0 && floats.Dot(q, rho)+floats.Dot(q, extra) > 0
}

func (z *point) copy(from *point) { z.set(from.q, from.p, from.grad, from.logp) }

func (z *point) set(q, p, grad []float64, logp float64) {
	copy(z.q, q)
	copy(z.p, p)
	copy(z.grad, grad)
	z.logp = logp
}

func (b *sampled) take(z *point, energy float64) {
	copy(b.q, z.q)
	copy(b.grad, z.grad)
	b.logp, b.energy = z.logp, energy
}

// logSum is ln(exp a + exp b).
func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(a, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
