package latent

import "math"

// Density is the density of a Model's parameters, up to a constant, for package nuts. It keeps scratch memory: one belongs to one chain.
type Density struct {
	m        *Model
	free     []int     // the flow of each parameter
	param    []int     // the parameter of each flow, -1 where it closes a balance
	logScale []float64 // of the prior of each flow
	based    []int     // the flows that have a base
	base     []float64 // its sum

	x, logX, slope []float64 // flows, their logarithms, and the slopes of these by the parameter
	gx             []float64 // slope by the logarithm of each flow; by the flow itself where it closes a balance
}

// NewDensity returns the density of m, which must not change while it is used.
func NewDensity(m *Model) *Density {
	n := len(m.Flows)
	d := &Density{m: m, param: make([]int, n), logScale: make([]float64, n), x: make([]float64, n), logX: make([]float64, n), slope: make([]float64, n), gx: make([]float64, n)}
	d.base = make([]float64, n)
	for f, c := range m.closes() {
		if len(m.Flows[f].Base) > 0 {
			d.based = append(d.based, f)
		}
		d.param[f] = -1
		d.logScale[f] = math.Log(m.Flows[f].Prior.Scale)
		if c < 0 {
			d.param[f] = len(d.free)
			d.free = append(d.free, f)
		}
	}
	return d
}

// Dim is the number of parameters.
func (d *Density) Dim() int { return d.m.Dim() }

// LogDensity is the logarithm of the density at the parameters theta, with its gradient. It is -Inf where a balance would have to be
// closed by a negative flow.
func (d *Density) LogDensity(theta, grad []float64) float64 {
	m := d.m
	n := len(d.free)
	z, gz := theta[n:], grad[n:]
	d.amounts(theta)
	lp := d.priors(grad)
	for i, v := range z {
		lp -= v * v / 2
		gz[i] = -v
	}
	for i := range m.Walks {
		w := &m.Walks[i]
		lp += d.walk(w)
	}
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
	for i := range m.Balances { // what closes a balance follows from the other flows
		b := &m.Balances[i]
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
	for _, f := range d.based {
		slope := d.gx[f] / d.base[f]
		for _, b := range m.Flows[f].Base {
			d.gx[b] += slope * d.x[b]
		}
	}
	for k, f := range d.free {
		grad[k] += d.gx[f] * d.slope[f]
	}
	return lp
}

// amounts fills the flows.
func (d *Density) amounts(theta []float64) {
	for k, f := range d.free {
		d.x[f], d.logX[f], d.slope[f] = d.m.Flows[f].amount(theta[k])
	}
	for _, f := range d.based {
		d.base[f] = sum(d.x, d.m.Flows[f].Base)
		d.x[f] *= d.base[f]
		d.logX[f] += math.Log(d.base[f])
	}
}

// priors starts the slopes of the flows; in grad those of the change of coordinates.
func (d *Density) priors(grad []float64) float64 {
	lp := 0.0
	for k, f := range d.free {
		flow := &d.m.Flows[f]
		x, u, slope := d.x[f], d.logX[f], d.slope[f]
		grad[k] = 0
		p := &flow.Prior
		switch p.Kind {
		case LogNormal:
			e := (u - d.logScale[f]) / p.LogSD
			lp -= e * e / 2
			d.gx[f] = -e / p.LogSD
		case HalfNormal:
			q := x / p.Scale
			lp += u - q*q/2
			d.gx[f] = 1 - q*q
		default:
			d.gx[f] = 0
		}
		if flow.Unit > 0 { // the density by v is that by ln x times d ln x / d v
			lp += math.Log(slope)
			grad[k] = 1 - x*slope/flow.Unit - slope
		}
	}
	return lp
}

// walk adds the density of a step, by the logarithm of the flow that it leads to.
func (d *Density) walk(w *Walk) float64 {
	fromScale, toScale := d.m.Flows[w.From].Prior.Scale, d.m.Flows[w.To].Prior.Scale
	v, slopeFrom := walked(d.x[w.From], d.logX[w.From], fromScale)
	u, slopeTo := walked(d.x[w.To], d.logX[w.To], toScale)
	e := u - v
	a := 4*w.Scale*w.Scale + e*e
	d.gx[w.To] -= 5 * e / a * slopeTo
	d.gx[w.From] += 5 * e / a * slopeFrom
	d.gx[w.To] += 1 - slopeTo*math.Exp(-d.x[w.To]/toScale)
	return math.Log(slopeTo) - 2.5*math.Log(a)
}

// balance adds the prior of a stock change, or computes the flow that closes a balance.
func (d *Density) balance(b *Balance) (lp float64, ok bool) {
	if b.Closing < 0 {
		stock := 0.0
		for _, t := range b.Terms {
			stock += t.Sign * d.x[t.Flow]
		}
		e := (stock - b.Mean) / b.SD
		slope := e / b.SD
		for _, t := range b.Terms {
			d.gx[t.Flow] -= slope * t.Sign * d.x[t.Flow]
		}
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
	d.x[b.Closing], d.gx[b.Closing] = x, 0
	return 0, x > 0
}

// likelihood is the logarithm of the likelihood of a standardized error t = (reading - centre) / sd, without its constant, and its slope.
func likelihood(b Bound, t float64) (lp, slope float64) {
	switch b {
	case AtLeast:
		lp, slope = logPhi(-t)
		return lp, -slope
	case AtMost:
		return logPhi(t)
	}
	return -t * t / 2, -t
}

// reading adds the likelihood of a reading.
func (d *Density) reading(r *Reading, z, gz []float64) float64 {
	if r.Stock {
		return d.stock(r)
	}
	t, whole, of := r.Y, 0.0, 0.0
	single := len(r.Flows) == 1 && d.param[r.Flows[0]] >= 0
	if single {
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
	lp, slope := likelihood(r.Bound, t/r.SD)
	slope /= r.SD
	for _, l := range r.Errors {
		gz[l.Error] += slope * l.Coefficient
	}
	if single {
		d.gx[r.Flows[0]] -= slope
	} else {
		d.spread(r.Flows, -slope/whole)
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
	lp, slope := likelihood(r.Bound, (r.Y-stock)/r.SD)
	for _, t := range b.Terms {
		d.gx[t.Flow] -= slope / r.SD * t.Sign * d.x[t.Flow]
	}
	return lp
}
