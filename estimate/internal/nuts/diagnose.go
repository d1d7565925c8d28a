package nuts

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/mathext"
)

// Rhat is the rank-normalized split R-hat of one quantity, draws[chain][iteration]: the larger of that of the draws and that of their
// distances from the median. Chains that agree give 1; above 1.01 they should not be trusted. It is NaN for fewer than four draws a
// chain and where a draw is not finite, and 1 where all draws are equal.
func Rhat(draws [][]float64) float64 {
	halves, ok := split(draws)
	if !ok {
		return math.NaN()
	}
	return math.Max(plainRhat(normalizedRanks(halves)), plainRhat(normalizedRanks(folded(halves))))
}

// BulkESS is the effective sample size for the middle of the distribution, on rank-normalized draws. NaN as Rhat.
func BulkESS(draws [][]float64) float64 {
	halves, ok := split(draws)
	if !ok {
		return math.NaN()
	}
	return ess(normalizedRanks(halves))
}

// TailESS is the smaller of the effective sample sizes for the 5 and the 95 % quantile. NaN as Rhat.
func TailESS(draws [][]float64) float64 {
	halves, ok := split(draws)
	if !ok {
		return math.NaN()
	}
	all := slices.Concat(halves...)
	slices.Sort(all)
	smallest := math.Inf(1)
	for _, p := range []float64{0.05, 0.95} {
		q := quantile(all, p)
		below := make([][]float64, len(halves))
		for k, h := range halves {
			below[k] = make([]float64, len(h))
			for i, x := range h {
				if x <= q {
					below[k][i] = 1
				}
			}
		}
		smallest = math.Min(smallest, ess(below))
	}
	return smallest
}

// MeanESS is the effective sample size for the mean. NaN as Rhat.
func MeanESS(draws [][]float64) float64 {
	halves, ok := split(draws)
	if !ok {
		return math.NaN()
	}
	return ess(halves)
}

// Diagnosis is what the chains of one quantity say about themselves.
type Diagnosis struct{ Rhat, BulkESS, TailESS float64 }

// Diagnose computes all three.
func Diagnose(draws [][]float64) Diagnosis {
	return Diagnosis{Rhat(draws), BulkESS(draws), TailESS(draws)}
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

// normalizedRanks replaces draws by normal quantiles of their ranks, (rank - 3/8)/(n + 1/4); equal draws share their mean rank.
func normalizedRanks(draws [][]float64) [][]float64 {
	n, m := len(draws), len(draws[0])
	type at struct {
		x    float64
		k, i int32
	}
	all := make([]at, 0, n*m)
	out := make([][]float64, n)
	for k, d := range draws {
		out[k] = make([]float64, m)
		for i, x := range d {
			all = append(all, at{x, int32(k), int32(i)})
		}
	}
	slices.SortFunc(all, func(a, b at) int { return cmp.Compare(a.x, b.x) })
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j].x == all[i].x {
			j++
		}
		rank := float64(i+j+1) / 2
		z := mathext.NormalQuantile((rank - 3.0/8) / (float64(len(all)) + 1.0/4))
		for ; i < j; i++ {
			out[all[i].k][all[i].i] = z
		}
	}
	return out
}

// folded is the distance of each draw from the median of all.
func folded(draws [][]float64) [][]float64 {
	all := slices.Concat(draws...)
	slices.Sort(all)
	median := quantile(all, 0.5)
	out := make([][]float64, len(draws))
	for k, d := range draws {
		out[k] = make([]float64, len(d))
		for i, x := range d {
			out[k][i] = math.Abs(x - median)
		}
	}
	return out
}

// quantile interpolates between sorted draws: position p(n-1), as R's default does.
func quantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := int(h)
	j := min(i+1, len(sorted)-1)
	return sorted[i] + (h-float64(i))*(sorted[j]-sorted[i])
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
	mean := make([]float64, n) // autocovariance by lag, averaged over chains
	means := make([]float64, m)
	a := newAutocovariance(n)
	for k, c := range chains {
		means[k], _ = meanAndVariance(c)
		a.add(c, means[k], 1/float64(m), mean)
	}
	within := mean[0] * float64(n) / float64(n-1)
	total := mean[0]
	if m > 1 {
		_, between := meanAndVariance(means)
		total += between
	}
	if total == 0 { // all draws are equal
		return float64(m * n)
	}
	rho := func(lag int) float64 { return 1 - (within-mean[lag])/total }
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

// autocovariance computes autocovariances of series of one length, by the Fourier transform of the padded series.
type autocovariance struct {
	n      int
	fft    *fourier.FFT
	padded []float64
	coef   []complex128
}

func newAutocovariance(n int) *autocovariance {
	size := 1
	for size < 2*n {
		size *= 2
	}
	return &autocovariance{n, fourier.NewFFT(size), make([]float64, size), nil}
}

// add adds weight times the autocovariance, sums divided by n at every lag, to dst.
func (a *autocovariance) add(x []float64, mean, weight float64, dst []float64) {
	clear(a.padded)
	for i, v := range x {
		a.padded[i] = v - mean
	}
	a.coef = a.fft.Coefficients(a.coef, a.padded)
	for i, c := range a.coef {
		a.coef[i] = complex(real(c)*real(c)+imag(c)*imag(c), 0)
	}
	out := a.fft.Sequence(a.padded, a.coef)
	scale := weight / float64(len(a.padded)) / float64(a.n)
	for i := range dst {
		dst[i] += out[i] * scale
	}
}
