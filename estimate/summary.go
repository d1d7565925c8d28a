package estimate

import (
	"math"
	"slices"
	"sort"

	"github.com/mineralflows/mineralflows/flows"
)

// summarizer turns draws into a Value. It keeps its scratch memory, so one belongs to one goroutine.
type summarizer struct {
	level  float64
	bucket []uint16
	pick   []float64
	count  []int32
}

// buckets divide the range of the draws, so that only the few that hold a wanted rank need sorting.
const buckets = 2048

// summarize gives the moments, the probability of a positive value and five quantiles of the draws. Quantile p stands at position
// p*n-1/2 of the sorted draws, between neighbours by interpolation (Hazen's rule), which is exact for stratified midpoints.
//
// One pass takes the sums and sorts the draws into buckets, whose range a few draws suggest: what lies outside falls into the first
// or the last one, which costs time and no exactness. The sums run over differences from the first draw, which lies within the
// spread of the others, so that nothing cancels.
func (s *summarizer) summarize(x []float64) Value {
	n := len(x)
	if len(s.bucket) < n {
		s.bucket, s.pick, s.count = make([]uint16, n), make([]float64, n), make([]int32, buckets)
	}
	count := s.count[:buckets]
	clear(count)
	lo, hi := suggestRange(x)
	scale := (buckets - 1) / (hi - lo)
	if !(scale <= math.MaxFloat64) { // one value only, or a spread below the smallest number that can be told apart
		scale = 0
	}
	shift := x[0]
	var sum0, sum1, square0, square1 float64 // two of each: an addition need not wait for the one before
	positive := uint64(0)
	bucket := s.bucket[:n]
	place := func(b int64) uint16 { return uint16(min(max(b, 0), buckets-1)) }
	i := 0
	for ; i+1 < n; i += 2 {
		d, e := x[i], x[i+1]
		positive += isPositive(d) + isPositive(e)
		b, c := int64((d-lo)*scale), int64((e-lo)*scale)
		if uint64(b) >= buckets {
			b = int64(place(b))
		}
		if uint64(c) >= buckets {
			c = int64(place(c))
		}
		bucket[i], bucket[i+1] = uint16(b), uint16(c)
		count[b&(buckets-1)]++
		count[c&(buckets-1)]++
		d -= shift
		e -= shift
		sum0, sum1 = sum0+d, sum1+e
		square0, square1 = square0+d*d, square1+e*e
	}
	if i < n {
		d := x[i]
		positive += isPositive(d)
		bucket[i] = place(int64((d - lo) * scale))
		count[bucket[i]]++
		d -= shift
		sum0, square0 = sum0+d, square0+d*d
	}
	v := s.moments(shift, sum0+sum1, square0+square1, float64(positive), n)
	if v.finite() {
		s.quantiles(x, &v)
	}
	return v
}

// isPositive is 1 for a number above zero, by its bits: a sign that is hard to predict makes a branch slow.
func isPositive(d float64) uint64 { return uint64(-int64(math.Float64bits(d+0))) >> 63 }

// suggestRange looks at every 64th draw or so.
func suggestRange(x []float64) (lo, hi float64) {
	lo, hi = x[0], x[0]
	for i := 0; i < len(x); i += 1 + len(x)/256 {
		lo, hi = min(lo, x[i]), max(hi, x[i])
	}
	return lo, hi
}

func (s *summarizer) moments(shift, sum, square, positive float64, n int) Value {
	mean := sum / float64(n)
	return Value{
		Summary:      Summary{Mean: shift + mean, SD: math.Sqrt(max(0, square/float64(n)-mean*mean)), Level: s.level},
		ProbPositive: positive / float64(n),
	}
}

// probabilities are the quantiles of a Summary, in order.
func (s *summarizer) probabilities() [5]float64 {
	tail := (1 - s.level) / 2
	return [5]float64{tail, 0.25, 0.5, 0.75, 1 - tail}
}

// position is the sorted position of quantile p of n draws, and the fraction of the way to the next one.
func position(p float64, n int) (rank int32, fraction float64) {
	h := min(max(p*float64(n)-0.5, 0), float64(n-1))
	rank = int32(h)
	return rank, h - float64(rank)
}

// quantiles fills those of v. Buckets are counted already; only those that hold a wanted rank are picked and sorted.
func (s *summarizer) quantiles(x []float64, v *Value) {
	n := len(x)
	probs := s.probabilities()
	var ranks [10]int32
	for k, p := range probs {
		r, _ := position(p, n)
		ranks[2*k], ranks[2*k+1] = r, min(r+1, int32(n-1))
	}
	sorted := ranks
	slices.Sort(sorted[:])
	var slot [buckets]uint8 // 1 + index among the wanted buckets
	type wantedBucket struct{ first, start, end int32 }
	var wanted [10]wantedBucket // first: rank of the bucket's first element; start, end: where it stands in pick
	found, b, below, filled := 0, 0, int32(0), int32(0)
	for _, r := range sorted {
		for below+s.count[b] <= r {
			below += s.count[b]
			b++
		}
		if slot[b] == 0 {
			wanted[found] = wantedBucket{below, filled, filled}
			found++
			slot[b] = uint8(found)
			filled += s.count[b]
		}
	}
	for i, b := range s.bucket[:n] {
		if k := slot[b]; k != 0 {
			w := &wanted[k-1]
			s.pick[w.end] = x[i]
			w.end++
		}
	}
	for _, w := range wanted[:found] {
		slices.Sort(s.pick[w.start:w.end])
	}
	at := func(r int32) float64 {
		for _, w := range wanted[:found] {
			if r >= w.first && r < w.first+w.end-w.start {
				return s.pick[w.start+r-w.first]
			}
		}
		return math.NaN()
	}
	var out [5]float64
	for k, p := range probs {
		r, f := position(p, n)
		a := at(r)
		out[k] = a + f*(at(min(r+1, int32(n-1)))-a)
	}
	v.Lo, v.Q25, v.Median, v.Q75, v.Hi = out[0], out[1], out[2], out[3], out[4]
}

// ascending summarizes draws that are sorted already, such as the quantile table of one input.
func (s *summarizer) ascending(x []float64) Value {
	n := len(x)
	sum, square := 0.0, 0.0
	for _, d := range x {
		d -= x[0]
		sum += d
		square += d * d
	}
	v := s.moments(x[0], sum, square, float64(n-sort.Search(n, func(i int) bool { return x[i] > 0 })), n)
	var out [5]float64
	for k, p := range s.probabilities() {
		r, f := position(p, n)
		out[k] = x[r] + f*(x[min(int(r)+1, n-1)]-x[r])
	}
	v.Lo, v.Q25, v.Median, v.Q75, v.Hi = out[0], out[1], out[2], out[3], out[4]
	return v
}

// times is the value of a positive multiple.
func (v Value) times(k float64) Value {
	for _, f := range []*float64{&v.Mean, &v.SD, &v.Lo, &v.Q25, &v.Median, &v.Q75, &v.Hi} {
		*f *= k
	}
	return v
}

func (v Value) finite() bool { return !math.IsNaN(v.Mean) && !math.IsInf(v.Mean, 0) }

func withBound(v Value, b flows.Bound) Value { v.Bound = b; return v }
