package nuts

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// Density is the logarithm of a density, up to a constant, with its gradient. It may keep scratch memory: one belongs to one chain.
type Density interface {
	Dim() int
	// LogDensity returns the log density at x and writes its gradient to grad. Where the density is zero, or not defined, it returns
	// -Inf or NaN, and grad does not matter. It changes nothing in x.
	LogDensity(x, grad []float64) float64
}

// Config says how to sample. Zero fields take the defaults that stand beside them.
type Config struct {
	Chains     int                                        // 4
	Warmup     int                                        // 1000 a chain, thrown away
	Draws      int                                        // 1000 a chain
	Acceptance float64                                    // 0.8: the mean acceptance that the step size is tuned to; nearer 1 means smaller steps and fewer divergences
	MaxDepth   int                                        // 10: a trajectory has at most 2^10 steps
	Workers    int                                        // chains that run at a time; 0: as many as the program may use processors
	Start      func(chain int, r *rand.Rand, x []float64) // fills x with a place to start from; nil: uniform on -2..2, as Stan does
	Stream     func(chain int) rand.Source                // the random numbers of a chain
	Progress   func()                                     // called after each trajectory, by several chains at a time; nil: not
}

func (c Config) withDefaults() Config {
	set := func(p *int, d int) {
		if *p == 0 {
			*p = d
		}
	}
	set(&c.Chains, 4)
	set(&c.Warmup, 1000)
	set(&c.Draws, 1000)
	set(&c.MaxDepth, 10)
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Acceptance == 0 {
		c.Acceptance = 0.8
	}
	if c.Progress == nil {
		c.Progress = func() {}
	}
	if c.Start == nil {
		c.Start = func(_ int, r *rand.Rand, x []float64) {
			for i := range x {
				x[i] = 4*r.Float64() - 2
			}
		}
	}
	return c
}

func (c Config) check() error {
	switch {
	case c.Stream == nil:
		return errors.New("no random stream for the chains")
	case c.Chains < 1 || c.Draws < 1 || c.Warmup < 1 || c.MaxDepth < 1 || c.MaxDepth > 20:
		return fmt.Errorf("%d chains, %d draws after %d, depth %d: want at least one of each, and a depth up to 20", c.Chains, c.Draws, c.Warmup, c.MaxDepth)
	case !(c.Acceptance > 0 && c.Acceptance < 1):
		return fmt.Errorf("acceptance: %g is not between 0 and 1", c.Acceptance)
	}
	return nil
}

// Chain is what one chain drew.
type Chain struct {
	Draws       []float64 // draw i's parameter j at i*dim+j
	LogDensity  []float64 // per draw
	Energy      []float64 // H of each draw on its trajectory
	StepSize    float64   // in the coordinates of the metric
	Divergences int       // trajectories in which H rose by more than 1000
	Deepest     int       // trajectories that reached the greatest depth
	Steps       int       // gradients, after the warm-up
	Acceptance  float64
}

// Run is what all chains drew.
type Run struct {
	Dim    int
	Chains []Chain
}

// errNoStart says that no place to start from has a finite density and gradient.
var errNoStart = errors.New("no starting point with a finite density was found in 100 tries")

// Sample runs the chains. density makes the density of a chain. It returns what ctx.Err says when it is cancelled, which is looked at
// before every trajectory.
func Sample(ctx context.Context, density func() Density, c Config) (*Run, error) {
	c = c.withDefaults()
	first := density()
	if err := c.check(); err != nil {
		return nil, err
	}
	run := &Run{Dim: first.Dim(), Chains: make([]Chain, c.Chains)}
	errs := make([]error, c.Chains)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(c.Workers, c.Chains) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := int(next.Add(1)) - 1; k < c.Chains; k = int(next.Add(1)) - 1 {
				d := first
				if k > 0 {
					d = density()
				}
				errs[k] = newSampler(d, c, k).run(ctx, &run.Chains[k])
			}
		}()
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return run, errors.Join(errs...)
}

// Parameter gathers the draws of parameter j, a slice a chain.
func (r *Run) Parameter(j int) [][]float64 {
	out := make([][]float64, len(r.Chains))
	for k := range r.Chains {
		d := r.Chains[k].Draws
		out[k] = make([]float64, len(d)/r.Dim)
		for i := range out[k] {
			out[k][i] = d[i*r.Dim+j]
		}
	}
	return out
}

// run warms up and draws.
func (s *sampler) run(ctx context.Context, out *Chain) error {
	if err := s.start(); err != nil {
		return err
	}
	w := windows(s.c.Warmup)
	s.findStepSize()
	tune := newDualAverage(s.step, s.c.Acceptance)
	spread := newVariances(s.dim)
	s.depth = min(s.c.MaxDepth, earlyDepth)
	for i := range s.c.Warmup {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := s.transition()
		s.c.Progress()
		s.step = tune.learn(t.acceptance)
		if w.collects(i) {
			s.metric.params(s.here.q, s.x)
			spread.add(s.x)
		}
		if w.ends(i) {
			s.here.logp = s.density.LogDensity(s.x, s.grad)
			spread.learn(s.metric)
			spread.reset()
			s.remeasured()
			s.findStepSize()
			s.depth = s.c.MaxDepth
			tune = newDualAverage(s.step, s.c.Acceptance)
		}
	}
	s.step = tune.settled()
	n := s.c.Draws
	out.Draws = make([]float64, 0, n*s.dim)
	out.LogDensity, out.Energy = make([]float64, n), make([]float64, n)
	for i := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := s.transition()
		s.c.Progress()
		s.metric.params(s.here.q, s.x)
		out.Draws = append(out.Draws, s.x...)
		out.LogDensity[i], out.Energy[i] = s.here.logp, t.energy
		out.Steps += t.steps
		out.Acceptance += t.acceptance / float64(n)
		if t.diverged {
			out.Divergences++
		}
		if t.depth >= s.c.MaxDepth {
			out.Deepest++
		}
	}
	out.StepSize = s.step
	return nil
}

// start looks for a place with a finite density.
func (s *sampler) start() error {
	for range 100 {
		s.c.Start(s.chain, s.r, s.x)
		s.here.logp = s.density.LogDensity(s.x, s.grad)
		if isFinite(s.here.logp) && allFinite(s.grad) {
			s.remeasured()
			return nil
		}
	}
	return fmt.Errorf("chain %d: %w", s.chain+1, errNoStart)
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func allFinite(x []float64) bool {
	for _, v := range x {
		if !isFinite(v) {
			return false
		}
	}
	return true
}
