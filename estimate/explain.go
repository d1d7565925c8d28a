package estimate

import (
	"fmt"
	"math"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// worker is one for looking at a result again: draws are made from names, so a result need not keep them.
func (r *Result) worker() (*worker, error) {
	switch {
	case r.model == nil:
		return nil, fmt.Errorf("this result was not made by an estimator")
	case r.joint != nil:
		return nil, fmt.Errorf("a posterior has no steps that lead from its claims to a row: its claims act on all rows at once")
	}
	w := r.model.newWorker()
	w.note = func(flows.Code, string) {}
	return w, nil
}

// again compiles and evaluates a cell anew; wanted nil evaluates every quantity.
func (r *Result) again(w *worker, c flows.Cell, wanted []Quantity) (*plan, numbers, error) {
	p, err := r.model.compile(w, c)
	if err != nil {
		return nil, numbers{}, err
	}
	return p, p.evaluate(w, wanted), nil
}

// Draws returns the joint draws of a quantity, made again from the variables' names, so that a result stays small. It returns an
// error that names the cell where the quantity is missing.
func (r *Result) Draws(c flows.Cell, q Quantity) (Draws, error) {
	if r.joint != nil {
		if x := r.joint.cellDraws(c, q); x != nil {
			return x, nil
		}
		return nil, fmt.Errorf("%s: no %s", c, q)
	}
	w, err := r.worker()
	if err != nil {
		return nil, err
	}
	_, n, err := r.again(w, c, []Quantity{q})
	if err != nil {
		return nil, err
	}
	x := n.draws(q)
	if x == nil {
		return nil, fmt.Errorf("%s: no %s", c, q)
	}
	return Draws(x), nil
}

// Summarize describes draws at a level, 0.9 for a 90 % range.
func (d Draws) Summarize(level float64) Value {
	s := summarizer{level: level}
	return s.summarize(d)
}

// Total is the sum of a quantity over cells, draw by draw, so that an error shared by several years adds up and one that is new each
// year averages out. It is a floor where one of the terms is; where another is a ceiling, nothing can be said and the error is ErrIndeterminate.
// Cells that overlap, or of several minerals, are an error.
func (r *Result) Total(q Quantity, cells ...flows.Cell) (Value, error) {
	if len(cells) == 0 {
		return Value{}, fmt.Errorf("a sum over no cells")
	}
	if q == Share || q == ImpliedGrade {
		return Value{}, fmt.Errorf("%s: fractions do not add up; divide the sums", q)
	}
	if err := disjointCells(cells); err != nil {
		return Value{}, err
	}
	if r.joint != nil {
		return r.joint.total(q, cells)
	}
	w, err := r.worker()
	if err != nil {
		return Value{}, err
	}
	var total Draws
	bound := flows.About
	for _, c := range cells {
		_, n, err := r.again(w, c, []Quantity{q})
		if err != nil {
			return Value{}, err
		}
		x := n.draws(q)
		if x == nil {
			return Value{}, fmt.Errorf("%s: no %s", c, q)
		}
		if b := n.bound[q]; b != flows.About {
			if bound != flows.About && bound != b {
				return Value{}, fmt.Errorf("%w: %s: a floor and a ceiling do not add up", ErrIndeterminate, c)
			}
			bound = b
		}
		if total == nil {
			total = make(Draws, len(x))
		}
		for i := range total {
			total[i] += x[i]
		}
		n.put(w)
	}
	return withBound(total.Summarize(r.Options.Level), bound), nil
}

// disjointCells refuses cells that would be counted twice, or whose tonnes are of different substances.
func disjointCells(cells []flows.Cell) error {
	for i, a := range cells {
		for _, b := range cells[:i] {
			switch {
			case a.Mineral != b.Mineral:
				return fmt.Errorf("%s and %s: tonnes of different minerals do not add up", b, a)
			case a.Period.Overlap(b.Period) > 0 && slices.ContainsFunc(a.Place.Members(), func(p flows.Place) bool {
				return slices.ContainsFunc(b.Place.Members(), func(q flows.Place) bool { return p.Within(q) || q.Within(p) })
			}):
				return fmt.Errorf("%s and %s overlap: their sum counts something twice", b, a)
			}
		}
	}
	return nil
}

// Contributions says what each input adds to the width of a quantity's range, the largest first.
func (r *Result) Contributions(c flows.Cell, q Quantity) ([]Contribution, error) {
	w, err := r.worker()
	if err != nil {
		return nil, err
	}
	p, n, err := r.again(w, c, []Quantity{q})
	if err != nil {
		return nil, err
	}
	y := n.draws(q)
	if y == nil {
		return nil, fmt.Errorf("%s: no %s", c, q)
	}
	return p.contributions(w, q, y), nil
}

// parameters returns the inputs that the plan's surplus, or outflow, hangs on, each once, in order of their names.
func (p *plan) parameters() []*input {
	seen := map[*input]bool{}
	var out []*input
	visit := func(in *input) {
		if !seen[in] {
			seen[in] = true
			out = append(out, in)
		}
	}
	for _, t := range []*term{&p.outflow, &p.out, &p.inflow, &p.use, &p.stock, &p.declared, &p.mirrored} {
		if t.node != nil {
			t.node.inputs(visit)
		}
	}
	for _, s := range p.price {
		if s.rate != nil {
			s.rate.inputs(visit)
		}
	}
	slices.SortStableFunc(out, func(a, b *input) int {
		if a.stream == b.stream {
			return 0
		}
		if a.stream < b.stream {
			return -1
		}
		return 1
	})
	return out
}

// strata is the number of slices of an input over which the mean of the quantity is taken: enough to follow a bend, few enough that
// each holds hundreds of draws.
const strata = 32

// contributions estimates Var(E[Y|X])/Var(Y) for every input: draws are sorted into slices of the input's own distribution, and the
// variance between slice means, less what chance alone gives, is set against the whole. Producers' selectors count as one input.
func (p *plan) contributions(w *worker, q Quantity, y []float64) []Contribution {
	var out []Contribution
	tail := (1 - w.m.opt.Level) / 2
	center := w.m.pointWorker((*input).median)
	central := p.at(center, q)
	for _, group := range byStream(p.parameters()) {
		in := group[0]
		if in.constant || in.kind == "selector" {
			continue
		}
		order := make([]uint32, w.n)
		shuffle(newStream(w.m.opt.Seed, in.stream), order)
		groups := min(strata, max(2, w.n/8))
		share := explained(y, func(i int) int { return int(order[i]) * groups / w.n }, groups)
		bumped := w.m.pointWorker(func(k *input) float64 {
			if k.stream == in.stream {
				return k.median() * 1.01
			}
			return k.median()
		})
		slope := math.NaN()
		if central != 0 {
			slope = (p.at(bumped, q) - central) / central / 0.01
		}
		out = append(out, Contribution{in.name, in.median(), in.value.Quantile(tail), in.value.Quantile(1 - tail), share, slope})
	}
	for _, mix := range p.allMixes() {
		chosen := mix.chosen(w)
		share := explained(y, func(i int) int { return int(chosen[i]) }, len(mix.names))
		name := poolVar(p.cell.Mineral, p.cell.Place, "which of "+joinNames(mix.names))
		if slices.ContainsFunc(out, func(c Contribution) bool { return c.Var == name }) {
			continue // the same producers, so the same choice
		}
		out = append(out, Contribution{Var: name, Share: share, Slope: math.NaN(), Median: math.NaN(), Lo: math.NaN(), Hi: math.NaN()})
	}
	slices.SortStableFunc(out, func(a, b Contribution) int {
		switch {
		case a.Share > b.Share:
			return -1
		case a.Share < b.Share:
			return 1
		}
		return 0
	})
	return out
}

// allMixes are the mixtures that a surplus hangs on: of producers' claims, and of their rates.
func (p *plan) allMixes() []*mixNode {
	var out []*mixNode
	seen := map[*mixNode]bool{}
	rates := map[*rateNode]bool{}
	for _, t := range []*term{&p.outflow, &p.out, &p.inflow, &p.use, &p.stock} {
		for _, m := range t.mixes {
			if !seen[m] {
				seen[m] = true
				out = append(out, m)
			}
		}
		for _, u := range t.used {
			for _, s := range u.atom.steps {
				if s.rate != nil && len(s.rate.selectors) > 0 && !rates[s.rate] {
					rates[s.rate] = true
					out = append(out, &mixNode{names: s.rate.names, selectors: s.rate.selectors})
				}
			}
		}
	}
	return out
}

// at evaluates one quantity at a point.
func (p *plan) at(w *worker, q Quantity) float64 {
	n := p.evaluate(w, []Quantity{q})
	if x := n.draws(q); x != nil {
		return x[0]
	}
	return math.NaN()
}

func byStream(all []*input) [][]*input {
	var out [][]*input
	for i, in := range all {
		if i > 0 && all[i-1].stream == in.stream {
			out[len(out)-1] = append(out[len(out)-1], in)
			continue
		}
		out = append(out, []*input{in})
	}
	return out
}

// explained is the share of the variance of y that lies between the groups, corrected for the groups' chance differences (the
// epsilon-squared of analysis of variance). It may come out a little below zero for an input that explains nothing.
func explained(y []float64, group func(i int) int, groups int) float64 {
	mean, total := 0.0, 0.0
	sum, count := make([]float64, groups), make([]float64, groups)
	for i, v := range y {
		g := group(i)
		sum[g] += v
		count[g]++
		mean += v
	}
	n := float64(len(y))
	mean /= n
	for _, v := range y {
		total += (v - mean) * (v - mean)
	}
	if total == 0 {
		return 0
	}
	between, used := 0.0, 0.0
	for g := range sum {
		if count[g] > 0 {
			d := sum[g]/count[g] - mean
			between += count[g] * d * d
			used++
		}
	}
	within := (total - between) / (n - used)
	return (between - (used-1)*within) / total
}

// Explain returns everything behind one row: the arithmetic, what each input adds to the width, and first-order propagation beside
// the draws.
func (r *Result) Explain(c flows.Cell) (*Explanation, error) {
	b := r.Balance(c)
	if b == nil {
		return nil, fmt.Errorf("%s: no such row", c)
	}
	w, err := r.worker()
	if err != nil {
		return nil, err
	}
	p, n, err := r.again(w, c, []Quantity{Surplus, Floor, Outflow})
	if err != nil {
		return nil, err
	}
	q := Surplus
	for _, next := range []Quantity{Floor, Outflow, Declared, Mirrored} {
		if n.of[q] == nil {
			q = next
		}
	}
	if n.of[q] == nil {
		return nil, fmt.Errorf("%s: nothing can be stated: a floor meets a ceiling", c)
	}
	y := n.of[q]
	e := &Explanation{Balance: b, Quantity: q, Contributions: p.contributions(w, q, y)}
	e.Central = p.at(r.model.pointWorker((*input).median), q)
	e.FirstOrder = p.firstOrder(r.model, q)
	v := w.sum.summarize(y)
	if v.SD > 0 && math.Abs(e.FirstOrder.SD/v.SD-1) > 0.05 {
		e.Warnings = append(e.Warnings, Warning{Code: ErrFirstOrder, Text: fmt.Sprintf(
			"first-order propagation gives a standard deviation of %.3g against %.3g of the draws: inputs act too strongly, or producers differ too much, for it", e.FirstOrder.SD, v.SD)})
	}
	e.Skew = skew(v, e.Contributions, len(b.Alternatives) > 0)
	return e, nil
}

// firstOrder is the law of propagation of uncertainty (GUM, JCGM 100:2008, equation 10): slopes at the means times standard
// deviations, in quadrature over independent inputs and added within a shared one. The range is the mean +- 1.645 sd at a level of 0.9.
func (p *plan) firstOrder(m *Model, q Quantity) Summary {
	means := func(in *input) float64 { return in.value.Mean() }
	mean := p.at(m.pointWorker(means), q)
	variance := 0.0
	for _, group := range byStream(p.parameters()) {
		sd := 0.0
		for _, in := range group {
			if in.kind == "selector" {
				continue
			}
			u := in.value.StdDev()
			if u == 0 {
				continue
			}
			h := 1e-4 * u
			shifted := func(sign float64) float64 {
				return p.at(m.pointWorker(func(k *input) float64 {
					if k == in {
						return means(k) + sign*h
					}
					return means(k)
				}), q)
			}
			sd += (shifted(1) - shifted(-1)) / (2 * h) * u
		}
		variance += sd * sd
	}
	s := Summary{Mean: mean, SD: math.Sqrt(variance), Level: m.opt.Level, Median: mean}
	k := math.Sqrt2 * math.Erfinv(m.opt.Level)
	s.Lo, s.Hi = mean-k*s.SD, mean+k*s.SD
	s.Q25, s.Q75 = mean-0.6744897501960817*s.SD, mean+0.6744897501960817*s.SD
	return s
}

// skew says in one sentence why mean and median differ.
func skew(v Value, contributions []Contribution, conflict bool) string {
	width := v.Hi - v.Lo
	if width == 0 {
		return "Nothing in this figure is uncertain."
	}
	if conflict {
		return "Producers disagree beyond their ranges, so the draws form humps with little between them: neither mean nor median is anybody's figure; quote the surplus under each producer."
	}
	d := (v.Mean - v.Median) / width
	most := ""
	if len(contributions) > 0 {
		most = string(contributions[0].Var)
	}
	switch {
	case math.Abs(d) < 0.01:
		return "Mean and median agree to within a hundredth of the range."
	case d > 0:
		return fmt.Sprintf("The mean lies above the median because errors are factors, so the range reaches further up than down, above all through %s; the median is the figure to quote.", most)
	}
	return fmt.Sprintf("The mean lies below the median because the range reaches further down than up, above all through %s; the median is the figure to quote.", most)
}
