package latent

import "math"

// Density is the density of a Model's parameters, up to a constant, for package nuts. It keeps scratch memory: one belongs to one chain.
type Density struct {
	m        *Model
	free     []int     // the flow of each parameter
	param    []int     // the parameter of each flow, -1 where it closes a balance
	alone    []int     // the flows that close no balance and are in no group
	logScale []float64 // of the prior of each flow
	walking  []int     // the flows that stand in walks

	at      []float64 // the parameters of the flows, with their shifts
	x, logX []float64 // flows, and their logarithms
	sum     []float64 // of each group
	slope   []float64 // of its logarithm by its parameter, and the slope of the logarithm of that
	bend    []float64
	step    []walked  // of the flows that stand in walks
	gx      []float64 // slope of the density by the logarithm of each flow; by the flow itself where it closes a balance
}

// NewDensity returns the density of m, which must not change while it is used.
func NewDensity(m *Model) *Density {
	n := len(m.Flows)
	floats := func(n int) []float64 { return make([]float64, n) }
	d := &Density{m: m, param: m.params(), step: make([]walked, n), logScale: floats(n), x: floats(n), logX: floats(n), gx: floats(n),
		sum: floats(len(m.Groups)), slope: floats(len(m.Groups)), bend: floats(len(m.Groups))}
	walks, grouped := make([]bool, n), make([]bool, n)
	for _, w := range m.Walks {
		walks[w.From], walks[w.To] = true, true
	}
	for i := range m.Groups {
		for _, f := range m.Groups[i].Members {
			grouped[f] = true
		}
	}
	for f, k := range d.param {
		d.logScale[f] = math.Log(m.Flows[f].Prior.Scale)
		if k >= 0 {
			d.free = append(d.free, f)
			if !grouped[f] {
				d.alone = append(d.alone, f)
			}
		}
		if walks[f] {
			d.walking = append(d.walking, f)
		}
	}
	d.at = floats(len(d.free))
	return d
}

// Dim is the number of parameters.
func (d *Density) Dim() int { return len(d.free) + len(d.m.Errors) }

// LogDensity is the logarithm of the density at the parameters theta, with its gradient. It is -Inf where a balance would have to be
// closed by a negative flow.
func (d *Density) LogDensity(theta, grad []float64) float64 {
	m := d.m
	n := len(d.free)
	z, gz := theta[n:], grad[n:]
	d.amounts(theta)
	lp := d.priors()
	for i, v := range z {
		lp -= v * v / 2
		gz[i] = -v
	}
	lp += d.walks()
	for i := range m.Balances {
		l, ok := d.balance(&m.Balances[i])
		if !ok {
			return math.Inf(-1)
		}
		lp += l
	}
	for i := range m.Readings {
		lp += d.reading(&m.Readings[i], z, gz)
	}
	d.backwards(grad)
	return lp
}

// amounts fills the flows that close no balance.
func (d *Density) amounts(theta []float64) {
	copy(d.at, theta)
	z := theta[len(d.free):]
	for i := range d.m.Shifts {
		s := &d.m.Shifts[i]
		for _, l := range s.Loads {
			d.at[d.param[s.Flow]] += l.Coefficient * z[l.Error]
		}
	}
	for _, f := range d.alone {
		d.logX[f] = d.at[d.param[f]]
		d.x[f] = math.Exp(d.logX[f])
	}
	for i := range d.m.Groups {
		g := &d.m.Groups[i]
		first, whole := g.Members[0], 1.0 // the sum over the first member
		for _, f := range g.Members[1:] {
			d.logX[f] = d.at[d.param[f]]
			d.x[f] = math.Exp(d.logX[f])
			whole += d.x[f]
		}
		logSum := d.at[d.param[first]]
		if len(g.Base) > 0 {
			var y float64
			y, d.slope[i], d.bend[i] = softplus(logSum + (sum(d.x, g.Base)-sum(d.x, g.Less))/g.Width)
			d.sum[i] = y * g.Width
			logSum = math.Log(d.sum[i])
		} else {
			d.sum[i], d.slope[i] = math.Exp(logSum), 1
		}
		d.x[first] = d.sum[i] / whole
		d.logX[first] = logSum - math.Log(whole)
		for _, f := range g.Members[1:] {
			d.x[f] *= d.x[first]
			d.logX[f] += d.logX[first]
		}
	}
	for _, f := range d.walking {
		d.step[f] = newWalked(d.x[f], d.m.Flows[f].Prior.Scale)
	}
}

// priors starts the slopes of the flows. Densities are by their logarithms.
func (d *Density) priors() float64 {
	lp := 0.0
	for _, f := range d.free {
		p := &d.m.Flows[f].Prior
		switch p.Kind {
		case LogNormal:
			e := (d.logX[f] - d.logScale[f]) / p.LogSD
			lp -= e * e / 2
			d.gx[f] = -e / p.LogSD
		case HalfNormal:
			q := d.x[f] / p.Scale
			lp += d.logX[f] - q*q/2
			d.gx[f] = 1 - q*q
		case Left:
			lp += d.logX[f]
			d.gx[f] = 1
		default:
			d.gx[f] = 0
		}
	}
	heights := product{p: 1} // the density by a parameter is that by a logarithm times its slope
	for _, slope := range d.slope {
		heights.times(slope)
	}
	return lp + heights.log()
}

// walks adds the densities of the steps, by the logarithms of the flows that they lead to.
func (d *Density) walks() float64 {
	heights, tails := product{p: 1}, product{p: 1}
	for i := range d.m.Walks {
		w := &d.m.Walks[i]
		from, to := &d.step[w.From], &d.step[w.To]
		e := to.v - from.v
		a := 4*w.Scale*w.Scale + e*e
		heights.times(to.slope)
		tails.times(a)
		d.gx[w.To] += to.bend - 5*e/a*to.slope
		d.gx[w.From] += 5 * e / a * from.slope
	}
	return heights.log() - 2.5*tails.log()
}

// balance adds the prior of a stock change, or computes the flow that closes a balance.
func (d *Density) balance(b *Balance) (lp float64, ok bool) {
	if b.Closing < 0 {
		stock := 0.0
		for _, t := range b.Terms {
			stock += t.Sign * d.x[t.Flow]
		}
		e := (stock - b.Mean) / b.SD
		d.spreadStock(b, -e/b.SD)
		return -e * e / 2, true
	}
	rest, sign := 0.0, 0.0
	for _, t := range b.Terms {
		if t.Flow == b.Closing {
			sign = t.Sign
		} else {
			rest += t.Sign * d.x[t.Flow]
		}
	}
	x := -rest * sign
	d.x[b.Closing], d.logX[b.Closing], d.gx[b.Closing] = x, math.Log(x), 0
	return 0, x > 0
}

// reading adds the likelihood of a reading.
func (d *Density) reading(r *Reading, z, gz []float64) float64 {
	if r.Stock {
		return d.stock(r)
	}
	t, whole, of := r.Y, 0.0, 0.0
	if len(r.Flows) == 1 {
		t -= d.logX[r.Flows[0]]
	} else {
		whole = sum(d.x, r.Flows)
		t -= math.Log(whole)
	}
	if len(r.Of) > 0 {
		of = sum(d.x, r.Of)
		t += math.Log(of)
	}
	for _, l := range r.Errors {
		t += l.Coefficient * z[l.Error]
	}
	lp, slope := r.likelihood(t / r.SD)
	slope /= r.SD
	for _, l := range r.Errors {
		gz[l.Error] += slope * l.Coefficient
	}
	if f := r.Flows[0]; len(r.Flows) > 1 {
		d.spread(r.Flows, -slope/whole)
	} else if d.param[f] >= 0 {
		d.gx[f] -= slope
	} else {
		d.gx[f] -= slope / d.x[f]
	}
	if len(r.Of) > 0 {
		d.spread(r.Of, slope/of)
	}
	return lp
}

// spread adds the slope by a sum of flows to each of them.
func (d *Density) spread(at []int, slope float64) {
	for _, f := range at {
		if d.param[f] >= 0 {
			d.gx[f] += slope * d.x[f]
		} else {
			d.gx[f] += slope
		}
	}
}

// stock adds the likelihood of a reading of a stock change.
func (d *Density) stock(r *Reading) float64 {
	b := &d.m.Balances[r.Node]
	stock := 0.0
	for _, t := range b.Terms {
		stock += t.Sign * d.x[t.Flow]
	}
	lp, slope := r.likelihood(r.standard(stock))
	d.spreadStock(b, -slope/r.SD)
	return lp
}

// spreadStock adds the slope by a stock change to the flows of its balance.
func (d *Density) spreadStock(b *Balance, slope float64) {
	for _, t := range b.Terms {
		d.gx[t.Flow] += slope * t.Sign * d.x[t.Flow]
	}
}

// backwards hands the slopes of what was computed from other flows on to these, and writes the gradient: of what closes a balance, then
// of the groups, the last first, since the base of one is in those before, then of the shifts.
func (d *Density) backwards(grad []float64) {
	for i := range d.m.Balances {
		b := &d.m.Balances[i]
		if b.Closing < 0 {
			continue
		}
		sign := 0.0
		for _, t := range b.Terms {
			if t.Flow == b.Closing {
				sign = t.Sign
			}
		}
		for _, t := range b.Terms {
			if t.Flow != b.Closing {
				d.gx[t.Flow] -= sign * d.gx[b.Closing] * t.Sign * d.x[t.Flow]
			}
		}
	}
	for i := len(d.m.Groups) - 1; i >= 0; i-- {
		g := &d.m.Groups[i]
		bySum := 0.0
		for _, f := range g.Members {
			bySum += d.gx[f]
		}
		for _, f := range g.Members[1:] {
			grad[d.param[f]] = d.gx[f] - bySum*d.x[f]/d.sum[i]
		}
		byParameter := bySum*d.slope[i] + d.bend[i]
		for _, f := range g.Base {
			d.gx[f] += byParameter * d.x[f] / g.Width
		}
		for _, f := range g.Less {
			d.gx[f] -= byParameter * d.x[f] / g.Width
		}
		grad[d.param[g.Members[0]]] = byParameter
	}
	for _, f := range d.alone {
		grad[d.param[f]] = d.gx[f]
	}
	for i := range d.m.Shifts {
		s := &d.m.Shifts[i]
		for _, l := range s.Loads {
			grad[len(d.free)+l.Error] += l.Coefficient * grad[d.param[s.Flow]]
		}
	}
}

// product is a product whose logarithm is wanted: one logarithm for many factors. It takes one whenever the product leaves the middle of
// the range of a float64.
type product struct{ p, logs float64 }

func (p *product) times(x float64) {
	p.p *= x
	if !(p.p > 1e-150 && p.p < 1e150) {
		p.logs += math.Log(p.p)
		p.p = 1
	}
}

func (p *product) log() float64 { return p.logs + math.Log(p.p) }
