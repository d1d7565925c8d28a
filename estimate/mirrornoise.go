package estimate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows"
)

// Noise sets a gap against those of the other periods of its series. With r = ln(importer / exporter), shipping lag and revisions throw r
// to and fro around zero; the noise floor is how far:
//
//	floor = median of |r| over the other periods (of an even number the upper middle one)
//
// A median, for a series may hold years in which mineral did leave unrecorded, and these must not make themselves look like noise. (Root
// mean squares did just that: Uganda's 11 kg declared of a tonne in 2014 made its 24 t of 2022 look quiet.) P is the probability of an
// |r| as large, or larger, beside that floor, where all r of a series are normal around zero with one variance; it is exact, and with few
// other periods seldom small. A gap that does not stand out is no finding, whatever its range.
type Noise struct {
	LogRatio  float64 // r, with every input at its median
	Floor     float64 // of the other periods
	Periods   int     // how many these are
	Times     float64 // |r| / Floor
	P         float64
	StandsOut bool // P < 1 - Options.Level
}

// GapSeries is one flow over the periods asked for: those of which both sides are whole and that do not overlap, years before parts of
// years. A gap's Noise is measured over all periods of the ledger.
type GapSeries struct {
	Mineral            flows.Mineral
	Kind               GapKind
	From, To           flows.Place
	Basis              flows.Basis
	Periods            []flows.Period
	Floor              float64 // median of |ln(importer / exporter)|: the noise floor of mirror statistics here; 0 with fewer than three periods
	RMS                float64 // root mean square of the same
	MeanLog            float64 // what is left of it when the signs cancel
	SignChanges        int     // from one period to the next
	Exporter, Importer *Value  // sums over the periods, draw by draw, in tonnes; nil where a floor meets a ceiling or tonnes are missing
	Gap, Relative      *Value  // of the sums
}

// fewestForNoise is the number of periods below which a noise floor is not worth stating: two others.
const fewestForNoise = 3

// bySeries splits pairs, which are in order, into series, and keeps of each what can stand beside each other.
func bySeries(pairs []*pair) [][]*pair {
	var out [][]*pair
	for i := 0; i < len(pairs); {
		j := i
		for j < len(pairs) && sameSeries(&pairs[i].gap, &pairs[j].gap) {
			j++
		}
		if g := apartInTime(pairs[i:j]); len(g) > 0 {
			out = append(out, g)
		}
		i = j
	}
	return out
}

// measureNoise sets each gap against the others of its series.
func measureNoise(pairs []*pair, level float64) {
	for _, group := range bySeries(pairs) {
		if len(group) < fewestForNoise {
			continue
		}
		ratios := make([]float64, len(group))
		for i, p := range group {
			ratios[i] = p.logRatio()
		}
		for i, p := range group {
			p.gap.Noise = noise(ratios, i, level)
		}
	}
}

// series sums each series of more than one period, draw by draw.
func series(ctx context.Context, m *Model, pairs []*pair) ([]GapSeries, error) {
	groups := slices.DeleteFunc(bySeries(pairs), func(g []*pair) bool { return len(g) < 2 })
	out := make([]GapSeries, len(groups))
	workers := sync.Pool{New: func() any { return m.newWorker() }}
	inParallel(len(groups), func(i int) {
		if ctx.Err() != nil {
			return
		}
		w := workers.Get().(*worker)
		defer workers.Put(w)
		out[i] = w.series(groups[i])
		w.forget()
	})
	return out, ctx.Err()
}

func sameSeries(a, b *Gap) bool {
	return a.Mineral == b.Mineral && a.Kind == b.Kind && a.From == b.From && a.To == b.To
}

// apartInTime picks the pairs of a series that can stand beside each other, in order of time.
func apartInTime(all []*pair) []*pair {
	var out []*pair
	for _, years := range []bool{true, false} {
		for _, p := range all {
			if p.gap.Period.IsYear() != years || !p.whole() {
				continue
			}
			if !slices.ContainsFunc(out, func(q *pair) bool { return q.gap.Period.Overlap(p.gap.Period) > 0 }) {
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(a, b *pair) int { return a.gap.Period.Compare(b.gap.Period) })
	return out
}

// whole reports whether no months, parts or members are missing on either side. Partners may be: a total is set against those that are heard.
func (p *pair) whole() bool {
	f := cmp.Or(p.tonnes, p.usd)
	_, known := f.bound()
	ok := known && p.central[0] > 0 && p.central[1] > 0
	return ok && f.exporter.bound == flows.About && len(f.exporter.missing) == 0 && len(f.importer.missing) == 0 && f.importer.bound != flows.AtMost ||
		ok && p.gap.Kind == ImportGap && f.importer.bound == flows.About && len(f.exporter.missing) == 0
}

func (p *pair) logRatio() float64 { return math.Log(p.central[1] / p.central[0]) }

// series sums a group and measures its noise.
func (w *worker) series(group []*pair) GapSeries {
	g := &group[0].gap
	s := GapSeries{Mineral: g.Mineral, Kind: g.Kind, From: g.From, To: g.To, Basis: g.Basis}
	square, last := 0.0, 0.0
	ratios := make([]float64, len(group))
	for i, p := range group {
		r := p.logRatio()
		ratios[i] = r
		s.Periods = append(s.Periods, p.gap.Period)
		square += r * r
		s.MeanLog += r / float64(len(group))
		if r*last < 0 {
			s.SignChanges++
		}
		if r != 0 {
			last = r
		}
	}
	if n := len(group); n >= fewestForNoise {
		s.RMS, s.Floor = math.Sqrt(square/float64(n)), medianSize(ratios)
	}
	w.sumSeries(&s, group)
	return s
}

// noise is that of one period against the others; nil where these show none at all.
func noise(ratios []float64, of int, level float64) *Noise {
	floor, n := medianSize(slices.Delete(slices.Clone(ratios), of, of+1)), len(ratios)-1
	if floor < 1e-12 {
		return nil
	}
	times := math.Abs(ratios[of]) / floor
	p := noiseP(times, n)
	return &Noise{LogRatio: ratios[of], Floor: floor, Periods: n, Times: times, P: p, StandsOut: p < 1-level}
}

// medianSize is the median of absolute values, of an even number the upper middle one.
func medianSize(x []float64) float64 {
	size := make([]float64, len(x))
	for i := range x {
		size[i] = math.Abs(x[i])
	}
	slices.Sort(size)
	return size[len(size)/2]
}

// noiseP is P(|Z| > t m), with Z standard normal and m the median size of n others: m is an order statistic, so its place u in the
// distribution of |Z| follows Beta(k, n+1-k), with k = n/2 + 1, and
//
//	P = integral over u of beta(u) 2 Phi(-t q(u)),  q(u) = Phi^-1((1+u)/2).
func noiseP(t float64, n int) float64 {
	k := float64(n/2 + 1)
	place := distuv.Beta{Alpha: k, Beta: float64(n) + 1 - k}
	return quad.Fixed(func(u float64) float64 {
		return place.Prob(u) * 2 * distuv.UnitNormal.CDF(-t*distuv.UnitNormal.Quantile((1+u)/2))
	}, 0, 1, noiseNodes, quad.Legendre{}, 0)
}

// noiseNodes give six digits of P.
const noiseNodes = 200

func (w *worker) sumSeries(s *GapSeries, group []*pair) {
	var exporter, importer []term
	for _, p := range group {
		if p.tonnes == nil {
			return
		}
		exporter, importer = append(exporter, p.tonnes.exporter), append(importer, p.tonnes.importer)
	}
	w.note = func(flows.Code, string) {} // each period has said it already
	c := w.compare(&faced{exporter: sum(exporter...), importer: sum(importer...)})
	if c.Gap == nil {
		return
	}
	s.Exporter, s.Importer, s.Gap, s.Relative = &c.Exporter.Value, &c.Importer.Value, c.Gap, c.Relative
}
