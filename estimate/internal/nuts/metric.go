package nuts

import "math"

// metric maps the coordinates q in which trajectories run, of about unit scale, to the parameters: x_i = scale_i q_i, with the scales
// estimated as standard deviations. It is the inverse mass in other words: with it, momenta are standard normal. (A dense one, that
// learns correlations, was tried on networks of flows: it halves the steps, takes twice as long for each, and gives fewer effective
// draws, since what is hard about them is not linear.)
type metric []float64

func newMetric(n int) metric {
	m := make(metric, n)
	for i := range m {
		m[i] = 1
	}
	return m
}

// params writes x.
func (m metric) params(q, x []float64) {
	q, x = q[:len(m)], x[:len(m)]
	for i, scale := range m {
		x[i] = scale * q[i]
	}
}

// slopes writes the gradient by q.
func (m metric) slopes(g, dst []float64) { m.params(g, dst) }

// coordinates writes q.
func (m metric) coordinates(x, q []float64) {
	for i, scale := range m {
		q[i] = x[i] / scale
	}
}

// variances is Welford's running variance of each parameter.
type variances struct {
	n          float64
	mean, sums []float64
}

func newVariances(dim int) *variances {
	return &variances{mean: make([]float64, dim), sums: make([]float64, dim)}
}

func (v *variances) reset() {
	v.n = 0
	clear(v.mean)
	clear(v.sums)
}

func (v *variances) add(x []float64) {
	v.n++
	for i, xi := range x {
		d := xi - v.mean[i]
		v.mean[i] += d / v.n
		v.sums[i] += d * (xi - v.mean[i])
	}
}

// learn sets the metric to the variances, drawn a little towards 0.001 as Stan does, so that a window of few draws gives no zero.
func (v *variances) learn(m metric) {
	if v.n < 2 {
		return
	}
	for i, s := range v.sums {
		m[i] = math.Sqrt(v.n/(v.n+5)*s/(v.n-1) + 1e-3*5/(v.n+5))
	}
}
