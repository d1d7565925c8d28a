package estimate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// rateNode is the rate that serves a conversion: one rate, a months-weighted mean of rates that tile the claim's period, or a
// mixture of several producers' rates of equal rank.
type rateNode struct {
	rates     []flows.Rate // for explanation, the pieces of all alternatives
	names     []string     // producers
	pieces    [][]piece    // per producer
	selectors []*input     // one a producer, where there are several
}

type piece struct {
	in     *input
	weight float64
}

func (r *rateNode) apply(w *worker, inverse bool, dst []float64) {
	if len(r.pieces) == 1 && len(r.pieces[0]) == 1 {
		w.times(r.pieces[0][0].in, inverse, dst)
		return
	}
	if w.point != nil {
		x := []float64{r.at(w.point)}
		multiply(dst, x, inverse)
		return
	}
	multiply(dst, r.draws(w), inverse)
}

// at is the rate at given values of its inputs.
func (r *rateNode) at(value func(*input) float64) float64 {
	sum := 0.0
	for _, pieces := range r.pieces {
		for _, p := range pieces {
			sum += p.weight * value(p.in)
		}
	}
	return sum / float64(len(r.pieces))
}

func (r *rateNode) draws(w *worker) []float64 {
	if x, ok := w.rates[r]; ok {
		return x
	}
	mix := mixNode{names: r.names, selectors: r.selectors}
	for _, pieces := range r.pieces {
		mix.terms = append(mix.terms, meanNode(pieces))
	}
	force := w.force
	w.force = "" // a producer is followed in what it claims; its rates are kept for every evaluation
	x := w.get()
	if len(mix.terms) == 1 {
		mix.terms[0].eval(w, x)
	} else {
		mix.eval(w, x)
	}
	w.rates[r], w.force = x, force
	return x
}

func (r *rateNode) inputs(visit func(*input)) {
	for _, s := range r.selectors {
		visit(s)
	}
	for _, pieces := range r.pieces {
		for _, p := range pieces {
			visit(p.in)
		}
	}
}

// meanNode is a weighted mean of inputs.
type meanNode []piece

func (m meanNode) eval(w *worker, dst []float64) {
	clear(dst)
	x := w.get()
	for _, p := range m {
		w.draw(p.in, x)
		for i := range dst {
			dst[i] += p.weight * x[i]
		}
	}
	w.put(x)
}

func (m meanNode) inputs(visit func(*input)) {
	for _, p := range m {
		visit(p.in)
	}
}

// edge is a pair of bases that some rate of a mineral joins.
type edge struct{ of, per flows.Basis }

// stepKey is what decides a claim's conversion.
type stepKey struct {
	mineral    flows.Mineral
	part       string
	from, to   flows.Place
	period     flows.Period
	have, want flows.Basis
}

// steps finds the chain of fewest rates from one basis to another for a flow. Chains are kept with the draws of their rates.
func (w *worker) steps(f flows.Flow, have, want flows.Basis) ([]step, error) {
	key := w.m.chainKey(f, have, want)
	if s := w.chains[key]; s != nil {
		return s, nil
	}
	s, err := w.m.findSteps(f, have, want)
	if err == nil {
		w.chains[key] = s
	}
	return s, err
}

// price is the chain from a substance to dollars at the market price, nil where there is none.
func (w *worker) price(f flows.Flow, have flows.Basis) []step {
	key := w.m.chainKey(f, have, flows.USDSpot)
	s, ok := w.chains[key]
	if !ok {
		s, _ = w.m.findSteps(f, have, flows.USDSpot)
		w.chains[key] = s
	}
	return s
}

// chainKey is what decides a conversion: without the period where no rate of the mineral has one.
func (m *Model) chainKey(f flows.Flow, have, want flows.Basis) stepKey {
	key := stepKey{f.Mineral, f.Part, f.From, f.To, f.Period, have, want}
	if !m.dated[f.Mineral] {
		key.period = flows.Period{}
	}
	return key
}

// findSteps searches breadth first over the bases that a rate in force for this flow joins.
func (m *Model) findSteps(f flows.Flow, have, want flows.Basis) ([]step, error) {
	if have == want {
		return nil, nil
	}
	type path struct{ steps []step }
	reached := map[flows.Basis]int{have: 0}
	frontier := map[flows.Basis][]path{have: {{}}}
	var tried []string
	for depth := 1; len(frontier) > 0; depth++ {
		next := map[flows.Basis][]path{}
		var bases []flows.Basis
		for b := range frontier {
			bases = append(bases, b)
		}
		slices.Sort(bases)
		for _, b := range bases {
			for _, s := range m.stepsFrom(f, b, &tried) {
				to := s.of
				if s.inverse {
					to = s.per
				}
				if d, ok := reached[to]; ok && d < depth {
					continue
				}
				reached[to] = depth
				for _, p := range frontier[b] {
					next[to] = append(next[to], path{append(slices.Clone(p.steps), s)})
				}
			}
		}
		if paths := next[want]; len(paths) == 1 {
			return paths[0].steps, nil
		} else if len(paths) > 1 {
			return nil, fmt.Errorf("%s: two chains of rates lead from %s to %s: %s and %s; drop one", f, have, want, describe(have, paths[0].steps), describe(have, paths[1].steps))
		}
		frontier = next
	}
	missing := fmt.Sprintf("no rate of this mineral starts at %s; one would be `%s, of %s, per %s` in rates.csv", have, f.Mineral, want, have)
	switch {
	case len(reached) > 1:
		delete(reached, have)
		missing = fmt.Sprintf("rates lead from %s to %s and no further", have, joinNames(slices.Sorted(func(yield func(string) bool) {
			for b := range reached {
				if !yield(string(b)) {
					return
				}
			}
		})))
	case len(tried) > 0:
		missing = "no rate of this mineral that starts at " + string(have) + " holds here"
	}
	if len(tried) > 0 {
		slices.Sort(tried)
		missing += "; known for other places, parts or periods only: " + strings.Join(slices.Compact(tried), ", ")
	}
	return nil, &flows.BasisError{Mineral: f.Mineral, Have: have, Want: want, Missing: fmt.Sprintf("%s; %s", f, missing)}
}

func describe(have flows.Basis, steps []step) string {
	s := string(have)
	for _, st := range steps {
		if st.inverse {
			s += " > " + string(st.per)
		} else {
			s += " > " + string(st.of)
		}
	}
	return s
}

// stepsFrom lists the conversions that start at a basis. A rate `of per per` turns tonnes of per into of by multiplication, and of
// into per by division.
func (m *Model) stepsFrom(f flows.Flow, have flows.Basis, tried *[]string) []step {
	var out []step
	for _, o := range flows.Oxides() {
		switch have {
		case o.Per:
			out = append(out, step{factor: o.Factor, of: o.Of, per: o.Per})
		case o.Of:
			out = append(out, step{factor: o.Factor, of: o.Of, per: o.Per, inverse: true})
		}
	}
	for _, e := range m.edges[f.Mineral] {
		if e.per != have && e.of != have {
			continue
		}
		r := m.rate(f, e)
		if r == nil {
			*tried = append(*tried, fmt.Sprintf("%s per %s", e.of, e.per))
			continue
		}
		out = append(out, step{rate: r, of: e.of, per: e.per, inverse: e.of == have})
	}
	return out
}

// rate finds the most specific rate for a flow: by part, then by place (the flow's From, for ground its To; a site, its country,
// anywhere), then by period.
func (m *Model) rate(f flows.Flow, e edge) *rateNode {
	place := f.Subject()
	places := []flows.Place{place}
	if c := place.Country(); c != place {
		places = append(places, c)
	}
	places = append(places, "")
	parts := []string{f.Part}
	if f.Part != "" {
		parts = append(parts, "")
	}
	for _, part := range parts {
		for _, p := range places {
			candidates := m.rates[rateKey{f.Mineral, p, part, e}]
			if r := m.inPeriod(f, candidates); r != nil {
				return r
			}
		}
	}
	return nil
}

// rateKey is what rates of equal rank share but for their period.
type rateKey struct {
	mineral flows.Mineral
	place   flows.Place
	part    string
	edge
}

// inPeriod picks, among rates of one rank: those of the shortest period that contains the flow's; else, per producer, a
// months-weighted mean of rates that tile it; else the timeless ones.
func (m *Model) inPeriod(f flows.Flow, candidates []ratedInput) *rateNode {
	shortest := 0
	for _, c := range candidates {
		if p := c.rate.Period; !p.IsZero() && p.Contains(f.Period) && (shortest == 0 || p.Months() < shortest) {
			shortest = p.Months()
		}
	}
	if shortest > 0 {
		return m.equalRank(candidates, func(r *flows.Rate) bool {
			return r.Period.Months() == shortest && r.Period.Contains(f.Period)
		})
	}
	if r := m.tiled(f, candidates); r != nil {
		return r
	}
	return m.equalRank(candidates, func(r *flows.Rate) bool { return r.Period.IsZero() })
}

// equalRank joins the rates that pass: the latest edition of each producer, producers pooled.
func (m *Model) equalRank(candidates []ratedInput, pass func(*flows.Rate) bool) *rateNode {
	latest := map[string]ratedInput{}
	for _, c := range candidates {
		if !pass(&c.rate) {
			continue
		}
		p := c.rate.Origin.Producer
		if have, ok := latest[p]; !ok || later(c.rate.Origin, have.rate.Origin) {
			latest[p] = c
		}
	}
	if len(latest) == 0 {
		return nil
	}
	r := &rateNode{}
	for _, producer := range sortedKeys(latest) {
		c := latest[producer]
		r.names = append(r.names, producer)
		r.rates = append(r.rates, c.rate)
		r.pieces = append(r.pieces, []piece{{c.in, 1}})
	}
	m.selectRates(r)
	return r
}

func (m *Model) tiled(f flows.Flow, candidates []ratedInput) *rateNode {
	byProducer := map[string][]ratedInput{}
	for _, c := range candidates {
		if c.rate.Period.Overlap(f.Period) > 0 {
			byProducer[c.rate.Origin.Producer] = append(byProducer[c.rate.Origin.Producer], c)
		}
	}
	r := &rateNode{}
	for _, producer := range sortedKeys(byProducer) {
		all := byProducer[producer]
		slices.SortStableFunc(all, func(a, b ratedInput) int {
			if c := a.rate.Period.Compare(b.rate.Period); c != 0 || a.rate.Origin == b.rate.Origin {
				return c
			}
			if later(a.rate.Origin, b.rate.Origin) { // of two editions of one period the later one comes first, and counts
				return -1
			}
			return 1
		})
		var pieces []piece
		var used []flows.Rate
		covered := 0
		for _, c := range all {
			months := c.rate.Period.Overlap(f.Period)
			if f.Period.Offset(c.rate.Period) > covered || max(f.Period.Offset(c.rate.Period), 0) < covered {
				continue // a gap, or an overlap with what is covered already
			}
			covered += months
			pieces = append(pieces, piece{c.in, float64(months) / float64(f.Period.Months())})
			used = append(used, c.rate)
		}
		if covered == f.Period.Months() && covered > 0 {
			r.names = append(r.names, producer)
			r.pieces = append(r.pieces, pieces)
			r.rates = append(r.rates, used...)
		}
	}
	if len(r.pieces) == 0 {
		return nil
	}
	m.selectRates(r)
	return r
}

// selectRates gives the producers of pooled rates their selectors. They belong to the rates' place, so that a price of the world is the
// same in every country.
func (m *Model) selectRates(r *rateNode) {
	if len(r.names) < 2 {
		return
	}
	for _, n := range r.names {
		r.selectors = append(r.selectors, m.selector(r.rates[0].Mineral, r.rates[0].Place.Country(), n))
	}
}

// later reports whether edition a is later than b.
func later(a, b *flows.Origin) bool {
	if c := flows.CompareDates(a.Published, b.Published); c != 0 {
		return c > 0
	}
	return a.ID > b.ID
}

// ratedInput is a rate with its input.
type ratedInput struct {
	rate flows.Rate
	in   *input
}

// uniform is the distribution of a selector.
func uniform() dist.Dist { d, _ := dist.Between(0, 1); return d }
