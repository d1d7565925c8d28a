package nuts

import "math"

// The lengths of Stan's warm-up.
const (
	firstPhase  = 75 // only the step size is tuned
	firstWindow = 25 // then each window is twice as long as the one before
	lastPhase   = 50 // only the step size again
	earlyDepth  = 7  // of trajectories until the first variances are known: the steps are short then, and far is not worth its price
)

// warmupWindows says in which draws of the warm-up variances are collected.
type warmupWindows struct {
	first, last int // collected from first to before last
	endings     []int
}

func windows(n int) warmupWindows {
	if n < 20 { // too few to learn variances from
		return warmupWindows{}
	}
	begin, window, end := firstPhase, firstWindow, n-lastPhase
	if n < firstPhase+firstWindow+lastPhase {
		begin, end = int(0.15*float64(n)), n-int(0.1*float64(n))
		window = end - begin
	}
	w := warmupWindows{first: begin, last: end}
	for at := begin; at < end; window *= 2 {
		at += window
		if at+2*window > end { // the next one would not fit: this one takes the rest
			at = end
		}
		w.endings = append(w.endings, at-1)
	}
	return w
}

func (w *warmupWindows) collects(i int) bool { return i >= w.first && i < w.last }

// ends reports whether a window ends with draw i. Draws come in order.
func (w *warmupWindows) ends(i int) bool {
	if len(w.endings) > 0 && i == w.endings[0] {
		w.endings = w.endings[1:]
		return true
	}
	return false
}

// dualAverage tunes the logarithm of the step size (Hoffman and Gelman 2014, section 3.2, with their constants).
type dualAverage struct {
	target, mu         float64
	n                  float64
	slack, logAveraged float64
}

func newDualAverage(step, target float64) *dualAverage {
	return &dualAverage{target: target, mu: math.Log(10 * step)}
}

// learn takes the mean acceptance of a trajectory and returns the step size of the next one.
func (d *dualAverage) learn(acceptance float64) float64 {
	const gamma, t0, kappa = 0.05, 10, 0.75
	d.n++
	if math.IsNaN(acceptance) {
		acceptance = 0
	}
	eta := 1 / (d.n + t0)
	d.slack = (1-eta)*d.slack + eta*(d.target-math.Min(1, acceptance))
	logStep := d.mu - d.slack*math.Sqrt(d.n)/gamma
	weight := math.Pow(d.n, -kappa)
	d.logAveraged = (1-weight)*d.logAveraged + weight*logStep
	return math.Exp(logStep)
}

func (d *dualAverage) settled() float64 { return math.Exp(d.logAveraged) }

// findStepSize doubles or halves the step until the acceptance of one step crosses 0.8.
func (s *sampler) findStepSize() {
	accepted := func() bool {
		s.startHere()
		return s.startEnergy-s.leap(1) > math.Log(0.8)
	}
	grows := accepted()
	for range 60 { // 2^60: from any start to any sensible step
		if grows {
			s.step *= 2
		} else {
			s.step /= 2
		}
		if accepted() != grows {
			return
		}
	}
}
