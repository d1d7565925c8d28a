package lsq

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// circuit is the network of Mandel et al. with true values and standard deviations from the case file.
func circuit(t *testing.T) (*Problem, []float64) {
	c := readCase(t, "dr_mandel1998_mineral_circuit")
	return c.problem(), c.Inputs.True
}

// remeasure draws measured values anew about the truth, errors independent.
func remeasure(r *rand.Rand, p *Problem, truth []float64) {
	for i := range p.Variables {
		p.Variables[i].Value = truth[i] + math.Sqrt(p.Variables[i].Variance)*r.NormFloat64()
	}
}

// within is three standard deviations of a binomial share.
func within(p float64, n int) float64 { return 3 * math.Sqrt(p*(1-p)/float64(n)) }

// Where nothing is wrong each test errs at its level: the global one in 5 % of worlds, and so do the nodal ones together at most, and the
// measurement tests. Sidak's level is exact for independent tests and errs to the safe side for these.
func TestFalseAlarms(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	p, truth := circuit(t)
	for i := range p.Variables {
		p.Variables[i].Free = true // a normal error may be below zero, and bounds are not what is tested
	}
	const worlds, level = 4000, 0.05
	var global, measurement, nodes, found int
	for range worlds {
		remeasure(r, p, truth)
		s := solve(t, p)
		if s.P() < level {
			global++
		}
		m, n := s.Measurement(level), nodal(t, s)
		Strongest(m)
		Strongest(n)
		if m[0].Statistic > m[0].Critical {
			measurement++
		}
		if n[0].Statistic > n[0].Critical {
			nodes++
		}
		suspects, err := s.Compensate(context.Background(), level)
		require.NoError(t, err)
		if len(suspects) > 0 {
			found++
		}
	}
	require.InDelta(t, level, float64(global)/worlds, within(level, worlds))
	for _, n := range []int{measurement, nodes, found} {
		require.Less(t, float64(n)/worlds, level+within(level, worlds))
	}
	require.Greater(t, float64(measurement)/worlds, 0.02) // safe, not blind
}

// A bias of 3, 5 and 7 standard deviations of what the balances can see of it is found with the power of a normal test: z is normal
// about 3, 5, 7, so that P(z > critical) = Phi(size - critical) at least.
func TestPower(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	p, truth := circuit(t)
	for i := range p.Variables {
		p.Variables[i].Free = true
	}
	const worlds, stream = 1500, 8
	s := solve(t, p)
	seen := p.Variables[stream].Variance / math.Sqrt(s.moves[stream]) // the bias that moves z by one
	for _, size := range []float64{3, 5, 7} {
		flagged, named, sizes := 0, 0, 0.0
		for range worlds {
			remeasure(r, p, truth)
			p.Variables[stream].Value += size * seen
			s := solve(t, p)
			for _, x := range s.Measurement(0.05) {
				if x.Variable == stream && x.Statistic > x.Critical {
					flagged++
				}
			}
			glr := likelihood(t, s)
			best := glr[0]
			for _, x := range glr {
				if x.Statistic > best.Statistic+1e-9 {
					best = x
				}
			}
			if best.Variable == stream {
				named++
			}
			sizes += glr[stream].Magnitude
		}
		critical := solve(t, p).Measurement(0.05)[0].Critical
		want := 1 - tails(size-critical)/2
		if size < critical {
			want = tails(size-critical) / 2
		}
		require.InDelta(t, want, float64(flagged)/worlds, within(want, worlds)+0.002)
		require.InDelta(t, size*seen, sizes/worlds, 3*seen/math.Sqrt(worlds))
		require.Greater(t, float64(named)/worlds, bound(s, stream, size)-within(0.5, worlds))
	}
}

// bound is the least probability with which an error is named. Its z is normal about size, that of another error about c size with c their
// correlation f1' S^-1 f2, so the other is larger with probability Phi(-size sqrt((1-c)/2)); the sum over all others is the bound.
func bound(s *Solution, variable int, size float64) float64 {
	all := s.hypotheses()
	q := func(f []cell) float64 { return s.l.quadratic(f) }
	p := 1.0
	for _, h := range all {
		if h.group != all[variable].group {
			c := math.Abs(q(plus(all[variable].f, 1, h.f))-q(all[variable].f)-q(h.f)) / 2 / math.Sqrt(q(all[variable].f)*q(h.f))
			p -= tails(size*math.Sqrt((1-c)/2)) / 2
		}
	}
	return p
}

// A leak at one node of the circuit is named, with its size.
func TestLeak(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	p, truth := circuit(t)
	const worlds, node, size = 500, 3, 40.0
	named, sizes := 0, 0.0
	for range worlds {
		remeasure(r, p, truth)
		// stream 9 leaves node D, and streams 9, 10 and 11 go on without what leaked
		for _, i := range []int{8, 10} {
			p.Variables[i].Value -= size
		}
		s := solve(t, p)
		found, err := s.Compensate(context.Background(), 0.05)
		require.NoError(t, err)
		if len(found) > 0 && len(found[0].Balances) == 1 && found[0].Balances[0] == node {
			named++
			sizes += found[0].Magnitude
		}
	}
	require.Greater(t, named, worlds*8/10)
	require.InDelta(t, size, sizes/float64(named), 2)
}

// The standard deviations hold: the true value lies within 1.645 of them in 90 % of worlds, measured and unmeasured.
func TestCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	p, truth := network(r, 20, 80, 0.1)
	p.Variables[70].Measured, p.Variables[60].Measured = false, false
	for i := range p.Variables {
		p.Variables[i].Free = true // under bounds they are those of the active set
	}
	const worlds = 2000
	inside := make([]int, len(truth))
	for range worlds {
		remeasure(r, p, truth)
		s := solve(t, p)
		for i := range truth {
			if math.Abs(s.X[i]-truth[i]) <= 1.6448536269514722*s.SD[i] {
				inside[i]++
			}
		}
	}
	all := 0
	for i, n := range inside {
		require.InDelta(t, 0.9, float64(n)/worlds, 4.0/3*within(0.9, worlds), "flow %d", i) // 80 flows: four standard deviations
		all += n
	}
	require.InDelta(t, 0.9, float64(all)/float64(worlds*len(truth)), 0.004)
}

// With flows that are truly zero, J and its degrees of freedom under bounds err at their level; with flows that are not they are safe.
func TestFalseAlarmsUnderBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	const worlds, level = 4000, 0.05
	for _, through := range []float64{0, 0.5} {
		alarms := 0
		for range worlds {
			p := &Problem{}
			for _, v := range []float64{through, 2 * through, through, 0, 0, 0} {
				p.Variables = append(p.Variables, Variable{Measured: true, Value: v + r.NormFloat64(), Variance: 1})
			}
			p.Balances = []Balance{{Terms: []Term{{0, 1}, {1, -1}, {2, 1}, {3, -1}}}, {Terms: []Term{{3, 1}, {4, -1}, {5, 1}}}}
			if s := solve(t, p); s.P() < level {
				alarms++
			}
		}
		require.Less(t, float64(alarms)/worlds, level+within(level, worlds))
		if through == 0 {
			require.InDelta(t, level, float64(alarms)/worlds, within(level, worlds))
		}
	}
}
