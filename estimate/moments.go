package estimate

import "slices"

// form is a figure as a sum of products of independent inputs, which has its moments without the noise of draws: with 8,192 of them two
// independent inputs come out correlated by one per cent, and so does all that is made of them.
type form []product

// product is k times inputs, each to the power of one or minus one.
type product struct {
	k       float64
	factors []factor
}

type factor struct {
	in      *input
	inverse bool
}

// formOf is the form of a node: of a claim with plain rates, and of sums of such claims. A mixture of producers has none.
func formOf(n node) (form, bool) {
	switch n := n.(type) {
	case *atom:
		return n.form()
	case sumNode:
		var out form
		for i, t := range n.terms {
			f, ok := formOf(t)
			if !ok {
				return nil, false
			}
			for _, p := range f {
				if n.signs != nil {
					p.k *= n.signs[i]
				}
				out = append(out, p)
			}
		}
		return out, true
	}
	return nil, false
}

func (a *atom) form() (form, bool) {
	if a.of != nil {
		return nil, false
	}
	p := product{k: a.weight}
	add := func(in *input, inverse bool) {
		switch {
		case in == nil:
		case !in.constant:
			p.factors = append(p.factors, factor{in, inverse})
		case inverse:
			p.k /= in.median()
		default:
			p.k *= in.median()
		}
	}
	add(a.amount, false)
	add(a.bias, false)
	add(a.widen, false)
	for _, s := range a.steps {
		switch {
		case s.rate == nil && s.inverse:
			p.k /= s.factor
		case s.rate == nil:
			p.k *= s.factor
		case len(s.rate.pieces) == 1 && len(s.rate.pieces[0]) == 1:
			add(s.rate.pieces[0][0].in, s.inverse)
		default:
			return nil, false
		}
	}
	return form{p}, true
}

// expectations computes means of products, those of single inputs once.
type expectations struct {
	w     *worker
	known map[factor]float64
}

// of is E[product of factors]: factors of one stream go together, those of different streams are independent.
func (e *expectations) of(factors []factor) float64 {
	out := 1.0
	for i, f := range factors {
		first := slices.IndexFunc(factors, func(g factor) bool { return g.in.stream == f.in.stream })
		if first < i {
			continue
		}
		var group []factor
		for _, g := range factors[i:] {
			if g.in.stream == f.in.stream {
				group = append(group, g)
			}
		}
		out *= e.together(group)
	}
	return out
}

func (e *expectations) together(group []factor) float64 {
	if v, ok := e.known[group[0]]; ok && len(group) == 1 {
		return v
	}
	x := e.w.get()
	defer e.w.put(x)
	for i := range x {
		x[i] = 1
	}
	for _, f := range group {
		e.w.times(f.in, f.inverse, x)
	}
	v := mean(x)
	if len(group) == 1 {
		e.known[group[0]] = v
	}
	return v
}

func (e *expectations) mean(f form) float64 {
	sum := 0.0
	for _, p := range f {
		sum += p.k * e.of(p.factors)
	}
	return sum
}

// covariance is the sum over pairs of products of E[ab] - E[a] E[b]; pairs that share no stream have none.
func (e *expectations) covariance(f, g form) float64 {
	sum := 0.0
	for _, a := range f {
		for _, b := range g {
			if !slices.ContainsFunc(a.factors, func(x factor) bool {
				return slices.ContainsFunc(b.factors, func(y factor) bool { return x.in.stream == y.in.stream })
			}) {
				continue
			}
			sum += a.k * b.k * (e.of(slices.Concat(a.factors, b.factors)) - e.of(a.factors)*e.of(b.factors))
		}
	}
	return sum
}
