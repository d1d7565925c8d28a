package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Midpoints fills dst with Quantile((i+0.5)/n), i = 0..n-1, n = len(dst): the
// table behind stratified draws, ascending. It agrees with Quantile to a
// relative 1e-12 for a log-normal with k up to 100 and to 1e-9 for a PERT, and
// is closer to the truth at the upper end, where (i+0.5)/n itself is rounded.
// A Dist of another package is asked n times; a nil one gives NaN.
//
// BenchmarkMidpoints, n = 10,000, on 2 cores of a shared x86-64 machine, Go
// 1.26: about 30 ns per point for a log-normal (80 by Quantile), 35 to 70 for a
// PERT (2,000 to 3,400 by Quantile), 40 for a normal. A PERT allocates n/2
// float64.
func Midpoints(d Dist, dst []float64) {
	switch d := d.(type) {
	case nil:
		fill(dst, math.NaN())
	case constant:
		fill(dst, d.x)
	case lognormal:
		d.midpoints(dst)
	case pert:
		d.midpoints(dst)
	default:
		n := float64(len(dst))
		for i := range dst {
			dst[i] = d.Quantile((float64(i) + 0.5) / n)
		}
	}
}

func fill(dst []float64, x float64) {
	for i := range dst {
		dst[i] = x
	}
}

// midpoints uses the symmetry about the median on a ratio scale: one exponential
// for two values.
func (l lognormal) midpoints(dst []float64) {
	n := len(dst)
	for i := range n / 2 {
		e := math.Exp(-l.sd * mathext.NormalQuantile((float64(i)+0.5)/float64(n)))
		dst[i], dst[n-1-i] = l.median/e, l.median*e
	}
	if n%2 == 1 {
		dst[n/2] = l.median
	}
}

// midpoints fills the lower half from below and the upper half, as the lower
// half of the mirrored distribution, from above.
func (d pert) midpoints(dst []float64) {
	n, t, w := len(dst), d.part(), d.hi-d.lo
	half := make([]float64, (n+1)/2)
	newBeta6(t).lowerMidpoints(half, n)
	for i, x := range half {
		dst[i] = min(d.lo+w*x, d.hi)
	}
	half = half[:n/2]
	newBeta6(1-t).lowerMidpoints(half, n)
	for i, x := range half {
		dst[n-1-i] = max(d.hi-w*x, d.lo)
	}
}

// The quantile x(p) of a beta6 is expanded about the middle of panels whose
// half-width is reach times the middle. Its nearest singularity is p = 0, so
// that the error of the series is below reach^(terms) times the coefficient of
// a power law, about 1e-14 in relative terms; panels grow with p, some 30 of
// them cover n = 10,000.
//
// Note: marching with a Newton step per point was dropped: it needs two powers
// and an incomplete beta at each of them.
const (
	reach = 0.15
	terms = 16
)

// lowerMidpoints fills dst with the quantiles of (i+0.5)/n, all <= 1/2.
func (d beta6) lowerMidpoints(dst []float64, n int) {
	scale := 1 / float64(n)
	for i := 0; i < len(dst); {
		first := float64(i) + 0.5
		end := min(i+1+int(2*reach/(1-reach)*first), len(dst)) // the last point is at most (1+reach)/(1-reach) first
		if end-i < 3 {
			for ; i < end; i++ {
				dst[i] = d.lower((float64(i) + 0.5) / float64(n))
			}
			continue
		}
		middle := (first + float64(end) - 0.5) / 2
		c := d.series(middle*scale, reach*middle*scale)
		for step := 1 / (reach * middle); i < end; i++ {
			s := (float64(i) + 0.5 - middle) * step
			x := c[terms-1]
			for k := terms - 2; k >= 0; k-- {
				x = x*s + c[k]
			}
			dst[i] = x
		}
	}
}

// series returns the coefficients of x(p + h s) in powers of s. With f the
// density, x' = 1/f, and because a + b = 6
//
//	x(1-x) x" = x'^2 (1 - a + 4x)
//
// whose coefficients follow one from another.
func (d beta6) series(p, h float64) [terms]float64 {
	var c, u, q, g, curve [terms]float64 // x, x(1-x), 1-a+4x, x'^2, x"
	c[0] = d.lower(p)
	c[1] = h / d.density(c[0])
	for k := range terms - 2 {
		// All sums below need c up to k+1 only.
		u[k], q[k] = c[k], 4*c[k]
		if k == 0 {
			q[0] += 1 - d.a
		}
		var sum float64
		for i := range k + 1 {
			u[k] -= c[i] * c[k-i]
			g[k] += float64(i+1) * c[i+1] * float64(k-i+1) * c[k-i+1]
		}
		for i := range k + 1 {
			sum += q[i] * g[k-i]
		}
		for i := 1; i <= k; i++ {
			sum -= u[i] * curve[k-i]
		}
		curve[k] = sum / u[0]
		c[k+2] = curve[k] / float64((k+1)*(k+2))
	}
	return c
}
