package nuts

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mathext"
)

// Diagnosis is what the chains of one quantity say about themselves. All are NaN for fewer than four draws a chain, chains of different
// lengths, and draws that are not finite.
type Diagnosis struct {
	// Rhat is the rank-normalized split R-hat: the larger of that of the draws and that of their distances from the median. Chains that
	// agree give 1; above 1.01 they should not be trusted. It is 1 where all draws are equal.
	Rhat float64
	// BulkESS is the effective sample size for the middle of the distribution, on rank-normalized draws.
	BulkESS float64
	// TailESS is the smaller of the effective sample sizes for the 5 and the 95 % quantile.
	TailESS float64
}

// Diagnoser computes diagnoses of chains of one number and length. It may be used by several goroutines at once.
type Diagnoser struct{ scores []float64 } // normal quantiles of (rank - 3/8)/(n + 1/4), by rank

// NewDiagnoser returns a Diagnoser for so many draws in so many chains.
func NewDiagnoser(chains, draws int) *Diagnoser {
	n := chains * (draws / 2 * 2)
	d := &Diagnoser{make([]float64, n)}
	for i := range d.scores {
		d.scores[i] = score(float64(i+1), n)
	}
	return d
}

func score(rank float64, n int) float64 {
	return mathext.NormalQuantile((rank - 3.0/8) / (float64(n) + 1.0/4))
}

// Diagnose computes what draws[chain][iteration] say.
func (d *Diagnoser) Diagnose(draws [][]float64) Diagnosis {
	halves, ok := split(draws)
	if !ok {
		return Diagnosis{math.NaN(), math.NaN(), math.NaN()}
	}
	sorted := sortedDraws(halves)
	var out Diagnosis
	z := d.normalized(sorted, halves)
	out.Rhat, out.BulkESS = plainRhat(z), ess(z)
	out.Rhat = math.Max(out.Rhat, plainRhat(d.normalized(folded(sorted), halves)))
	out.TailESS = math.Inf(1)
	for _, p := range []float64{0.05, 0.95} {
		q := quantile(sorted, p)
		for k, h := range halves {
			for i, x := range h {
				z[k][i] = 0
				if x <= q {
					z[k][i] = 1
				}
			}
		}
		out.TailESS = math.Min(out.TailESS, ess(z))
	}
	return out
}

// Rhat, BulkESS and TailESS are those of [Diagnosis] alone.
func Rhat(draws [][]float64) float64 { return diagnose(draws).Rhat }

// BulkESS is that of [Diagnosis].
func BulkESS(draws [][]float64) float64 { return diagnose(draws).BulkESS }

// TailESS is that of [Diagnosis].
func TailESS(draws [][]float64) float64 { return diagnose(draws).TailESS }

func diagnose(draws [][]float64) Diagnosis {
	if len(draws) == 0 {
		return Diagnosis{math.NaN(), math.NaN(), math.NaN()}
	}
	return NewDiagnoser(len(draws), len(draws[0])).Diagnose(draws)
}

// MeanESS is the effective sample size for the mean; NaN as in [Diagnosis].
func MeanESS(draws [][]float64) float64 {
	halves, ok := split(draws)
	if !ok {
		return math.NaN()
	}
	return ess(halves)
}

// EBFMI is the energy Bayesian fraction of missing information of one chain: below 0.3 the momenta explore the energies too slowly.
func EBFMI(energy []float64) float64 {
	mean, steps, spread := 0.0, 0.0, 0.0
	for _, e := range energy {
		mean += e / float64(len(energy))
	}
	for i, e := range energy {
		if i > 0 {
			steps += (e - energy[i-1]) * (e - energy[i-1])
		}
		spread += (e - mean) * (e - mean)
	}
	return steps / spread
}

// split cuts each chain in halves; of an odd number of draws the middle one is left out.
func split(draws [][]float64) ([][]float64, bool) {
	var out [][]float64
	for _, d := range draws {
		if len(d) < 4 || len(d) != len(draws[0]) || !allFinite(d) {
			return nil, false
		}
		half := len(d) / 2
		out = append(out, d[:half], d[len(d)-half:])
	}
	return out, len(out) > 0
}

// draw is a draw and where it stands: chain k, iteration i.
type draw struct {
	x    float64
	k, i int32
}

func sortedDraws(halves [][]float64) []draw {
	all := make([]draw, 0, len(halves)*len(halves[0]))
	for k, h := range halves {
		for i, x := range h {
			all = append(all, draw{x, int32(k), int32(i)})
		}
	}
	slices.SortFunc(all, func(a, b draw) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return 0
	})
	return all
}

// folded replaces draws by their distances from the median, in ascending order: of two runs, down and up from the median, the nearer first.
func folded(sorted []draw) []draw {
	median := quantile(sorted, 0.5)
	out := make([]draw, 0, len(sorted))
	up, _ := slices.BinarySearchFunc(sorted, median, func(d draw, m float64) int { return cmp.Compare(d.x, m) })
	down := up - 1
	for down >= 0 || up < len(sorted) {
		if down < 0 || up < len(sorted) && sorted[up].x-median < median-sorted[down].x {
			d := sorted[up]
			d.x -= median
			out, up = append(out, d), up+1
		} else {
			d := sorted[down]
			d.x = median - d.x
			out, down = append(out, d), down-1
		}
	}
	return out
}

// normalized replaces draws by normal quantiles of their ranks; equal draws share their mean rank.
func (d *Diagnoser) normalized(sorted []draw, like [][]float64) [][]float64 {
	out := make([][]float64, len(like))
	for k := range out {
		out[k] = make([]float64, len(like[k]))
	}
	n := len(sorted)
	for i := 0; i < n; {
		j := i + 1
		for j < n && sorted[j].x == sorted[i].x {
			j++
		}
		z := d.scores[i]
		if j > i+1 {
			z = score(float64(i+j+1)/2, n)
		}
		for ; i < j; i++ {
			out[sorted[i].k][sorted[i].i] = z
		}
	}
	return out
}

// quantile interpolates between sorted draws: position p(n-1), as R's default does.
func quantile(sorted []draw, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := int(h)
	j := min(i+1, len(sorted)-1)
	return sorted[i].x + (h-float64(i))*(sorted[j].x-sorted[i].x)
}

func meanAndVariance(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / float64(len(x)-1)
}

// plainRhat is sqrt(((n-1)/n W + B/n) / W), W the mean variance within chains, B/n the variance of their means.
func plainRhat(chains [][]float64) float64 {
	n := float64(len(chains[0]))
	within := 0.0
	means := make([]float64, len(chains))
	for k, c := range chains {
		m, v := meanAndVariance(c)
		means[k] = m
		within += v / float64(len(chains))
	}
	_, between := meanAndVariance(means)
	if within == 0 {
		if between == 0 {
			return 1
		}
		return math.Inf(1)
	}
	return math.Sqrt(((n-1)/n*within + between) / within)
}

// ess is the effective sample size of chains: their number of draws over 1 + 2 times the sum of the autocorrelations, which are paired,
// cut off where a pair is no longer positive, and made to fall (Geyer's initial monotone sequence). The first of the pair that was cut
// off still counts once where it is positive, which serves chains that alternate.
func ess(chains [][]float64) float64 {
	m, n := len(chains), len(chains[0])
	acov := newAutocovariance(chains)
	within := acov.at(0) * float64(n) / float64(n-1)
	total := acov.at(0)
	if m > 1 {
		_, between := meanAndVariance(acov.means)
		total += between
	}
	if total == 0 { // all draws are equal
		return float64(m * n)
	}
	rho := func(lag int) float64 { return 1 - (within-acov.at(lag))/total }
	even, odd := 1.0, rho(1)
	pairs, last := []float64{}, 0.0
	for lag := 0; ; lag += 2 {
		if lag > 0 {
			even, odd = rho(lag), rho(lag+1)
		}
		if !(even+odd > 0) || lag >= n-5 {
			last = math.Max(even, 0)
			break
		}
		pairs = append(pairs, even+odd)
	}
	sum, floor := 0.0, math.Inf(1)
	for _, p := range pairs {
		floor = math.Min(floor, p)
		sum += floor
	}
	tau := math.Max(-1+2*sum+last, 1/math.Log10(float64(m*n)))
	return float64(m*n) / tau
}

// autocovariance gives the autocovariances of chains, averaged over them, sums divided by n at every lag.
type autocovariance struct {
	centred [][]float64
	means   []float64
	known   []float64 // of all lags, once many were asked for
}

func newAutocovariance(chains [][]float64) *autocovariance {
	a := &autocovariance{means: make([]float64, len(chains))}
	for k, c := range chains {
		a.means[k], _ = meanAndVariance(c)
		centred := make([]float64, len(c))
		for i, x := range c {
			centred[i] = x - a.means[k]
		}
		a.centred = append(a.centred, centred)
	}
	return a
}

// fewLags is the number of lags up to which sums are faster than the Fourier transform of all.
const fewLags = 40

func (a *autocovariance) at(lag int) float64 {
	if a.known != nil {
		return a.known[lag]
	}
	if lag >= fewLags {
		a.transform()
		return a.known[lag]
	}
	sum := 0.0
	for _, c := range a.centred {
		sum += floats.Dot(c[:len(c)-lag], c[lag:])
	}
	return sum / float64(len(a.centred)*len(a.centred[0]))
}

// transform computes all lags by the Fourier transform of the padded chains.
func (a *autocovariance) transform() {
	n, size := len(a.centred[0]), 1
	for size < 2*n {
		size *= 2
	}
	fft := fourier.NewFFT(size)
	padded := make([]float64, size)
	var coef []complex128
	a.known = make([]float64, n)
	for _, c := range a.centred {
		clear(padded)
		copy(padded, c)
		coef = fft.Coefficients(coef, padded)
		for i, z := range coef {
			coef[i] = complex(real(z)*real(z)+imag(z)*imag(z), 0)
		}
		fft.Sequence(padded, coef)
		for i := range a.known {
			a.known[i] += padded[i] / float64(size*n*len(a.centred))
		}
	}
}
