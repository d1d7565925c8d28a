package latent

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// PriorQuantiles fills dst with the quantiles (i+1/2)/n of the prior of flow f, with the walk that it is part of, before the balances
// and the readings. It is false where there is no such prior: it is flat, or the flow closes a balance.
func (m *Model) PriorQuantiles(f int, dst []float64) bool {
	p := &m.Flows[f].Prior
	switch {
	case p.Kind == Flat || m.closes()[f] >= 0:
		return false
	case p.Kind == LogNormal:
		for i := range dst {
			dst[i] = p.Scale * math.Exp(p.LogSD*mathext.NormalQuantile((float64(i)+0.5)/float64(len(dst))))
		}
		return true
	}
	m.walkMarginal(f, dst)
	return true
}

// The grid on which walks are integrated: logarithms from e^-12 to e^2 times the largest scale, in cells of 0.02. A half-normal has 5e-6
// of its probability below, and none that a float64 can hold above.
const (
	gridCells = 700
	gridStep  = 0.02
	gridTop   = 2.0
)

// walkMarginal is the marginal prior of one member of a walk, by summing over the others forwards and backwards.
func (m *Model) walkMarginal(f int, dst []float64) {
	chain, scales, at := m.walkOf(f)
	top := 0.0
	for _, k := range chain {
		top = math.Max(top, m.Flows[k].Prior.Scale)
	}
	var u [gridCells]float64
	for i := range u {
		u[i] = math.Log(top) + gridTop - (gridCells-float64(i)-0.5)*gridStep
	}
	own := func(k int, w *[gridCells]float64) {
		s := m.Flows[chain[k]].Prior.Scale
		for i := range w {
			q := math.Exp(u[i]) / s
			w[i] *= math.Exp(u[i] - math.Log(s) - q*q/2)
		}
	}
	across := func(w *[gridCells]float64, scale float64) {
		var kernel, next [gridCells]float64
		for i := range kernel {
			e := float64(i) * gridStep / scale
			kernel[i] = math.Pow(1+e*e/4, -2.5)
		}
		total := 0.0
		for i := range next {
			for j := range w {
				next[i] += w[j] * kernel[max(i-j, j-i)]
			}
			total += next[i]
		}
		for i := range w {
			w[i] = next[i] / total
		}
	}
	var before, after [gridCells]float64
	for i := range before {
		before[i], after[i] = 1, 1
	}
	for k := range at {
		own(k, &before)
		across(&before, scales[k])
	}
	for k := len(chain) - 1; k > at; k-- {
		own(k, &after)
		across(&after, scales[k-1])
	}
	own(at, &before)
	total := 0.0
	for i := range before {
		before[i] *= after[i]
		total += before[i]
	}
	cell, below := 0, 0.0
	for i := range dst {
		want := (float64(i) + 0.5) / float64(len(dst)) * total
		for cell < gridCells-1 && below+before[cell] < want {
			below += before[cell]
			cell++
		}
		fraction := 0.5
		if before[cell] > 0 {
			fraction = math.Min(1, (want-below)/before[cell])
		}
		dst[i] = math.Exp(u[cell] + (fraction-0.5)*gridStep)
	}
}

// walkOf is the chain of flows that f is tied to, in order, the scales of its steps, and where f stands in it.
func (m *Model) walkOf(f int) (chain []int, scales []float64, at int) {
	first := f
	for again := true; again; {
		again = false
		for _, w := range m.Walks {
			if w.To == first {
				first, again = w.From, true
			}
		}
	}
	chain = []int{first}
	for again := true; again; {
		again = false
		for _, w := range m.Walks {
			if w.From == chain[len(chain)-1] {
				chain, scales, again = append(chain, w.To), append(scales, w.Scale), true
			}
		}
	}
	for at = range chain {
		if chain[at] == f {
			break
		}
	}
	return chain, scales, at
}
