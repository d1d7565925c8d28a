package latent

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/mineralflows/mineralflows/estimate/internal/nuts"
)

// chainOfPlaces is a network of n places on a line, each with an output, an export and, every other one, an unrecorded inflow from its
// neighbour: 2.5 n flows. Outputs are known within */1.64 (sd 0.3), exports within */1.18 (sd 0.1), to a bias of 0.15 each, and the
// stock change has a standard deviation of a month's exports.
func chainOfPlaces(n int) *Model {
	m := &Model{}
	for i := range n {
		output, export := 100+37*float64(i%5), 150+29*float64(i%7)
		m.Balances = append(m.Balances, Balance{SD: export / 12, Closing: -1})
		for k, x := range []float64{output, export} {
			f := len(m.Flows)
			m.Flows = append(m.Flows, Flow{fmt.Sprint(i, k), Prior{LogNormal, 100, 2}, x})
			m.Errors = append(m.Errors, fmt.Sprint("bias", i, k))
			m.Readings = append(m.Readings, Reading{Y: math.Log(x), SD: []float64{0.3, 0.1}[k], Flows: []int{f}, Errors: []Load{{len(m.Errors) - 1, 0.15}}})
			m.Balances[i].Terms = append(m.Balances[i].Terms, Term{f, []float64{1, -1}[k]})
		}
		if i%2 == 1 {
			f := len(m.Flows)
			m.Flows = append(m.Flows, Flow{fmt.Sprint("corridor", i), Prior{HalfNormal, 150, 0}, 50})
			m.Balances[i-1].Terms = append(m.Balances[i-1].Terms, Term{f, -1})
			m.Balances[i].Terms = append(m.Balances[i].Terms, Term{f, 1})
		}
	}
	for i := range m.Balances {
		in := []int{}
		for _, t := range m.Balances[i].Terms {
			if t.Sign > 0 {
				in = append(in, t.Flow)
			}
		}
		m.Groups = append(m.Groups, Group{Members: in}, Group{Members: []int{m.Balances[i].Terms[1].Flow}, Base: in, Width: m.Balances[i].SD})
	}
	return m
}

// BenchmarkPosterior measures effective draws of the worst flow in a second of one core, warm-up included.
func BenchmarkPosterior(b *testing.B) {
	m := chainOfPlaces(12)
	worst, steps := 0.0, 0
	for b.Loop() {
		run := sample(b, m, nuts.Config{Workers: 1, Stream: stream("bench")})
		least := math.Inf(1)
		for f := range m.Flows {
			least = min(least, nuts.BulkESS(run.Parameter(f)), nuts.TailESS(run.Parameter(f)))
		}
		worst += least
		for _, c := range run.Chains {
			steps += c.Steps
		}
	}
	b.ReportMetric(worst/b.Elapsed().Seconds(), "ESS/s")
	b.ReportMetric(float64(steps)/4000/float64(b.N), "steps/draw")
	b.ReportMetric(worst/float64(b.N), "ESS")
}

func BenchmarkDensity(b *testing.B) {
	m := chainOfPlaces(12)
	d := NewDensity(m)
	x, grad := make([]float64, d.Dim()), make([]float64, d.Dim())
	m.Start(rand.New(rand.NewPCG(1, 1)), x)
	b.ReportAllocs()
	for b.Loop() {
		d.LogDensity(x, grad)
	}
}
