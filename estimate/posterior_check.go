package estimate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mathext"

	"github.com/mineralflows/mineralflows/estimate/internal/psis"
	"github.com/mineralflows/mineralflows/flows"
)

// jointCheck holds one reading against what all the others predict.
type jointCheck struct {
	Z         float64 // of a figure: how far it had to move, in standard deviations of that move; of a bound, the normal quantile of its probability
	ELPD      float64 // logarithm of the predictive density without it
	K         float64 // the Pareto shape of the weights that leave it out
	Predicted float64 // without it, in tonnes
}

func (j *jointNetwork) checks() []jointCheck {
	out := make([]jointCheck, len(j.readings))
	inParallel(len(out), func(i int) { out[i] = j.check(i) })
	return out
}

// leastLeft bounds from below what the other claims leave of a reading's variance, as VDI 2048 bounds the denominator of its local test:
// a flow that nothing else says anything about moves nowhere, and is no conflict.
const leastLeft = 0.1

// largestLog is the logarithm of a number that has squares and differences yet.
const largestLog = 300

// check leaves a reading out. Its predictive density is that under draws weighted by 1/likelihood, by Pareto smoothed importance
// sampling. A figure y with variance V that the posterior puts at x, with variance Vx, was moved by y - x with the variance V - Vx, and
// the others alone predict x - (y - x) Vx/(V - Vx): exact where all is normal, and free of weights that may not be trusted. With Student's t
// the weights predict, which its tails keep from running wild, and Z is the normal quantile of the probability of a lower figure.
func (j *jointNetwork) check(i int) jointCheck {
	d, m := j.draws, &j.model.Readings[i]
	logWeights := make([]float64, d.n)
	for k, l := range d.logLik[i] {
		logWeights[k] = -l
	}
	out := jointCheck{K: psis.Smooth(logWeights)}
	density, mean, square := 0.0, 0.0, 0.0
	below, predicted := 0.0, 0.0 // with the weights
	for k, lw := range logWeights {
		density += math.Exp(lw + d.logLik[i][k])
		c := d.centre[i][k]
		mean += c / float64(d.n)
		square += c * c / float64(d.n)
		if m.Tails > 0 {
			predicted += math.Exp(lw) * c
			below += math.Exp(lw) * m.Below(c)
		}
	}
	out.ELPD = math.Log(density)
	switch {
	case j.readings[i].bound != flows.About:
		out.Predicted = mean
		out.Z = math.Max(0, -mathext.NormalQuantile(math.Min(math.Max(density, 1e-300), 1-1e-16)))
		if j.readings[i].bound == flows.AtMost {
			out.Z = -out.Z
		}
	case m.Tails > 0:
		out.Predicted, out.Z = predicted, mathext.NormalQuantile(math.Min(math.Max(below, 1e-16), 1-1e-16))
	default:
		variance := m.SD * m.SD
		moved := math.Max(square-mean*mean, 0)
		left := math.Max(variance-moved, leastLeft*variance)
		out.Z = (m.Y - mean) / math.Sqrt(left)
		out.Predicted = mean - (m.Y-mean)*math.Min(moved, variance-left)/left
	}
	if !m.Stock {
		out.Predicted = math.Exp(math.Min(out.Predicted, largestLog)) // finite, whatever chains that did not meet have drawn
	}
	return out
}

// tests puts the checks together: J is the sum of the squared scores of all figures (their errors in standard deviations), averaged over the
// draws, and P the part of the draws in which figures made anew would have a larger one (Gelman, Meng, Stern 1996, Statistica Sinica 6, 733).
func (j *jointNetwork) tests(checks []jointCheck) *Tests {
	t := &Tests{}
	var figures []int
	for i := range j.readings {
		if j.readings[i].bound == flows.About {
			figures = append(figures, i)
		}
	}
	if t.DF = len(figures); t.DF == 0 { // bounds alone: nothing can scatter
		t.P = 1
	}
	for k := range j.draws.n {
		sum := 0.0
		for _, i := range figures {
			m := &j.model.Readings[i]
			e := m.Score(j.draws.centre[i][k])
			sum += e * e
		}
		t.J += sum / float64(j.draws.n)
		if len(figures) > 0 { // figures made anew have a chi-square of as many degrees of freedom
			t.P += mathext.GammaIncRegComp(float64(len(figures))/2, sum/2) / float64(j.draws.n)
		}
	}
	critical := largestOf(len(checks))
	for i, c := range checks {
		f := j.readings[i].flow
		t.All = append(t.All, Test{Kind: "predictive", Flow: &f, Statistic: math.Abs(c.Z), Critical: critical, P: math.Erfc(math.Abs(c.Z) / math.Sqrt2),
			Magnitude: j.saying(i) - c.Predicted, Claims: j.readings[i].claims, Says: j.saying(i)})
	}
	sort.SliceStable(t.All, func(a, b int) bool { return t.All[a].Statistic > t.All[b].Statistic })
	if len(t.All) > 0 {
		t.Largest = t.All[0]
	}
	return t
}

// largestOf is the value that the largest of n independent standard normals exceeds in absolute value with a probability of 5 %.
func largestOf(n int) float64 {
	if n == 0 {
		return 0
	}
	beta := -math.Expm1(math.Log1p(-0.05) / float64(n))
	return -mathext.NormalQuantile(beta / 2)
}

// saying is what a reading says, in tonnes.
func (j *jointNetwork) saying(i int) float64 {
	if j.model.Readings[i].Stock {
		return j.model.Readings[i].Y
	}
	return math.Exp(j.model.Readings[i].Y)
}

// misfits names the claims that the others do not predict, the worst first.
func (j *jointNetwork) misfits(checks []jointCheck) []Warning {
	critical := largestOf(len(checks))
	var worst []int
	for i, c := range checks {
		if math.Abs(c.Z) > critical {
			worst = append(worst, i)
		}
	}
	slices.SortStableFunc(worst, func(a, b int) int {
		if math.Abs(checks[a].Z) > math.Abs(checks[b].Z) {
			return -1
		}
		return 1
	})
	var out []Warning
	for _, i := range worst {
		r, c := &j.readings[i], &checks[i]
		unit := "t"
		if r.of != nil {
			unit = "of the whole"
		}
		bound := map[flows.Bound]string{flows.AtLeast: "at least ", flows.AtMost: "at most "}[r.bound]
		out = append(out, Warning{Code: ErrMisfit, Claims: r.claims, Text: fmt.Sprintf("%s: %s says %s%.3g %s; all else predicts %.3g (%.1f standard deviations)",
			r.flow, r.statement, bound, j.saying(i), unit, c.Predicted, math.Abs(c.Z))})
	}
	return out
}

// strained names the errors which several claims share, a producer's bias or a grade, that the posterior puts where the prior hardly
// allows it. Its claims then pass their own test, for the shared error has taken up what they conflict by; but it moves every other claim
// that it is in, those of years without any conflict too.
func (j *jointNetwork) strained() []Warning {
	critical := largestOf(len(j.model.Errors))
	type pull struct {
		at      int
		z, mean float64
	}
	var pulls []pull
	for k := range j.model.Errors {
		mean, square := 0.0, 0.0
		for _, x := range j.draws.errors[k] {
			mean += x / float64(j.draws.n)
			square += x * x / float64(j.draws.n)
		}
		if z := mean / math.Sqrt(math.Max(1-(square-mean*mean), leastLeft)); math.Abs(z) > critical {
			pulls = append(pulls, pull{k, math.Abs(z), mean})
		}
	}
	slices.SortStableFunc(pulls, func(a, b pull) int { return cmp.Compare(b.z, a.z) })
	var out []Warning
	for _, p := range pulls {
		w := Warning{Code: ErrStrained}
		largest := 0.0
		for i := range j.model.Readings {
			for _, l := range j.model.Readings[i].Errors {
				if l.Error == p.at {
					w.Claims = append(w.Claims, j.readings[i].claims...)
					if math.Abs(l.Coefficient) > math.Abs(largest) {
						largest = l.Coefficient
					}
				}
			}
		}
		w.Text = fmt.Sprintf("%s would have to be %.2g times its median, %.1f standard deviations away, in all %d figures that share it: what rests on them is not to be trusted",
			j.model.Errors[p.at], math.Exp(largest*p.mean), p.z, len(w.Claims))
		out = append(out, w)
	}
	return out
}
