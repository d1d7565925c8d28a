package estimate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/mineralflows/mineralflows/flows"
)

// Reliability says how well a reporter's figures on one mineral agree with those of its partners, as exporter or as importer.
//
// Index is Gehlhar's (1996): the share of the trade which the reporter states, by its own figures, that lies within a fifth of the
// importer's. Sigma follows BACI (Gaulier and Zignago 2010): the reporting distance |ln(exporter/importer)| of every flow is regressed on
// the exporter, the importer and the year, effects that sum to zero, weighted by the logarithm of the two reports' sum (in kilograms); the
// reporter's least-squares mean and its standard error give [SigmaOfDistance].
//
// Both take a reporter for noisy and its errors for accidents. A country whose mineral leaves unrecorded looks unreliable to them; so the
// gap of a flow is never weighted by them, and they say only whose statistics are good elsewhere.
type Reliability struct {
	Mineral  flows.Mineral
	Kind     GapKind // FlowGap; ExportGap and ImportGap where a place's total stands against its partners' sum
	Reporter flows.Place
	Importer bool     // as importer; else as exporter
	Flows    int      // flows and periods of which both sides speak
	Index    float64  // Gehlhar's, 0 to 1
	Distance *float64 // least-squares mean of the reporting distance; nil where the network does not determine it
	StdErr   *float64 // of Distance; nil where no degree of freedom is left
	Sigma    *float64 // standard deviation of the logarithm of its reports
}

// observed is one flow and period of which both sides speak.
type observed struct {
	exporter, importer flows.Place
	year               int
	x, m               float64 // in tonnes, or dollars where tonnes are missing
	weight             float64
}

// reliability computes both measures, with every input at its median, from flows whose sides are whole, the longest periods that do not overlap.
func reliability(pairs []*pair) ([]Reliability, []Warning) {
	type network struct {
		mineral flows.Mineral
		kind    GapKind
		region  flows.Place // its flows are its members' again: it stands by itself
	}
	seen := map[network][]observed{}
	var order []network
	for _, group := range bySeries(pairs) {
		for _, p := range group {
			k := network{p.gap.Mineral, p.gap.Kind, ""}
			if p.union {
				k.region = p.gap.region()
			}
			if seen[k] == nil {
				order = append(order, k)
			}
			seen[k] = append(seen[k], p.observe())
		}
	}
	var out []Reliability
	var warnings []Warning
	for _, k := range order {
		rows := gehlhar(k.mineral, k.kind, seen[k])
		if k.region != "" {
			rows = slices.DeleteFunc(rows, func(r Reliability) bool { return r.Reporter != k.region })
		} else if k.kind == FlowGap {
			if missing := variances(rows, seen[k]); missing > 0 {
				warnings = append(warnings, Warning{Code: ErrFewMirror, Text: fmt.Sprintf("%s: %d flows and periods leave the reporting distance of %d of %d reporters undetermined",
					k.mineral, len(seen[k]), missing, len(rows))})
			}
		}
		out = append(out, rows...)
	}
	return out, warnings
}

// region is the end of a flow that is a union.
func (g *Gap) region() flows.Place {
	if g.From.IsUnion() {
		return g.From
	}
	return g.To
}

func (p *pair) observe() observed {
	x, m := p.central[0], p.central[1]
	kilograms := 1000 * (x + m)
	if p.tonnes == nil {
		kilograms = x + m // dollars
	}
	return observed{p.gap.From, p.gap.To, p.gap.Period.FirstYear(), x, m, math.Log(max(kilograms, math.E))}
}

// gehlhar lists every reporter with the share of its trade that agrees with its partners'.
func gehlhar(mineral flows.Mineral, kind GapKind, all []observed) []Reliability {
	type role struct {
		place    flows.Place
		importer bool
	}
	total, good, n := map[role]float64{}, map[role]float64{}, map[role]int{}
	for _, o := range all {
		for r, own := range map[role]float64{{o.exporter, false}: o.x, {o.importer, true}: o.m} {
			if r.place == flows.World { // many reporters, and none
				continue
			}
			total[r] += own
			n[r]++
			if agree(o.x, o.m) {
				good[r] += own
			}
		}
	}
	var out []Reliability
	for r := range total {
		out = append(out, Reliability{Mineral: mineral, Kind: kind, Reporter: r.place, Importer: r.importer, Flows: n[r], Index: good[r] / total[r]})
	}
	slices.SortFunc(out, func(a, b Reliability) int {
		importer := func(r Reliability) int {
			if r.Importer {
				return 1
			}
			return 0
		}
		return cmp.Or(importer(a)-importer(b), strings.Compare(string(a.Reporter), string(b.Reporter)))
	})
	return out
}

// variances fills what the regression determines, and counts the reporters of whom it determines no variance.
func variances(rows []Reliability, all []observed) (missing int) {
	fit := regress(all)
	for _, importer := range []bool{false, true} {
		var of []*Reliability
		smallest := math.Inf(1)
		for i := range rows {
			r := &rows[i]
			if r.Importer != importer {
				continue
			}
			of = append(of, r)
			if d, se, ok := fit.mean(r.Reporter, importer); ok {
				r.Distance = &d
				smallest = min(smallest, d)
				if fit.df > 0 {
					r.StdErr = &se
				}
			}
		}
		for _, r := range of {
			if r.StdErr == nil {
				missing++
				continue
			}
			s := SigmaOfDistance(*r.Distance, smallest, *r.StdErr)
			r.Sigma = &s
		}
	}
	return missing
}

// regression is a weighted least-squares fit of the reporting distance.
type regression struct {
	exporters, importers []flows.Place
	columns              int
	vectors              mat.Dense // eigenvectors of the normal equations
	values               []float64
	rank, df             int
	coefficients         *mat.VecDense
	variance             float64 // of an observation of weight one
}

// rankTolerance is the share of the largest eigenvalue below which one counts as zero.
const rankTolerance = 1e-10

// regress fits distance = mean + exporter + importer + year, each set of effects summing to zero, by the eigenvalues of the normal
// equations: a network in pieces leaves some means undetermined, and these must be found out rather than solved for.
func regress(all []observed) *regression {
	f := &regression{}
	var years []int
	for _, o := range all {
		f.exporters, f.importers, years = append(f.exporters, o.exporter), append(f.importers, o.importer), append(years, o.year)
	}
	f.exporters, f.importers = compactSorted(f.exporters), compactSorted(f.importers)
	years = compactSorted(years)
	f.columns = 1 + len(f.exporters) - 1 + len(f.importers) - 1 + len(years) - 1
	normal := mat.NewSymDense(f.columns, nil)
	right := mat.NewVecDense(f.columns, nil)
	x := make([]float64, f.columns)
	line := func(o *observed) {
		clear(x)
		x[0] = 1
		at := 1
		at = effects(x, at, f.exporters, o.exporter)
		at = effects(x, at, f.importers, o.importer)
		effects(x, at, years, o.year)
	}
	for i := range all {
		line(&all[i])
		v := mat.NewVecDense(len(x), x)
		normal.SymRankOne(normal, all[i].weight, v)
		right.AddScaledVec(right, all[i].weight*all[i].distance(), v)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(normal, true) {
		return f // nothing is determined
	}
	eigen.VectorsTo(&f.vectors)
	f.values = eigen.Values(nil)
	f.coefficients = mat.NewVecDense(f.columns, nil)
	for k, value := range f.values {
		if value <= rankTolerance*f.values[f.columns-1] {
			continue
		}
		f.rank++
		v := f.vectors.ColView(k)
		f.coefficients.AddScaledVec(f.coefficients, mat.Dot(v, right)/value, v)
	}
	f.df = len(all) - f.rank
	if f.df > 0 {
		for i := range all {
			line(&all[i])
			d := all[i].distance() - mat.Dot(mat.NewVecDense(len(x), x), f.coefficients)
			f.variance += all[i].weight * d * d / float64(f.df)
		}
	}
	return f
}

func (o *observed) distance() float64 { return math.Abs(math.Log(o.x / o.m)) }

// effects writes one factor's columns, coded so that its effects sum to zero: one a level, the last level minus one in all of them.
func effects[L cmp.Ordered](x []float64, at int, levels []L, level L) (next int) {
	last := len(levels) - 1
	i, _ := slices.BinarySearch(levels, level)
	if i < last {
		x[at+i] = 1
	} else {
		for k := range last {
			x[at+k] = -1
		}
	}
	return at + last
}

// mean is the least-squares mean of a reporter and its standard error: the grand mean and the reporter's effect. It is false where the
// network does not determine it.
func (f *regression) mean(p flows.Place, importer bool) (mean, stderr float64, ok bool) {
	if f.coefficients == nil {
		return 0, 0, false
	}
	x := make([]float64, f.columns)
	x[0] = 1
	if importer {
		effects(x, len(f.exporters), f.importers, p)
	} else {
		effects(x, 1, f.exporters, p)
	}
	contrast := mat.NewVecDense(len(x), x)
	square, outside := 0.0, 0.0
	for k, value := range f.values {
		d := mat.Dot(f.vectors.ColView(k), contrast)
		if value <= rankTolerance*f.values[f.columns-1] {
			outside += d * d
		} else {
			square += d * d / value
		}
	}
	if outside > 1e-9*mat.Dot(contrast, contrast) {
		return 0, 0, false
	}
	return mat.Dot(contrast, f.coefficients), math.Sqrt(f.variance * square), true
}

func compactSorted[T cmp.Ordered](all []T) []T {
	slices.Sort(all)
	return slices.Compact(all)
}

// exporterWeight is BACI's weight of the exporter's figure, nil where either reporter has no variance.
func exporterWeight(rows []Reliability, g *Gap) *float64 {
	sigma := func(p flows.Place, importer bool) *float64 {
		for i := range rows {
			if r := &rows[i]; r.Mineral == g.Mineral && r.Kind == g.Kind && r.Reporter == p && r.Importer == importer {
				return r.Sigma
			}
		}
		return nil
	}
	x, m := sigma(g.From, false), sigma(g.To, true)
	if g.Kind != FlowGap || x == nil || m == nil {
		return nil
	}
	w := BACIWeight(*x, *m)
	return &w
}
