// Package estimatetest tests an Estimator for what any answer to the question must hold, whatever its method:
//
//   - a closed ledger, in which outflow is output plus confirmed inflow, gives a surplus of zero;
//   - scaling all claims by k scales the surplus by k;
//   - the basis in which figures are stated (gross, contained, dollars) leaves the surplus as it is;
//   - the order of records, and the number of workers, change no bit;
//   - widening one claim narrows no range;
//   - a country that trades with none of the others changes no bit of theirs;
//   - a planted surplus lies inside the 90 % range in 86 to 94 % of 500 synthetic worlds;
//   - a cancelled context stops the estimate with what its Err says.
//
// All masses are tonnes of contained metal. The acceptance band of the planted surplus is three standard deviations of a binomial
// share: sqrt(0.9 x 0.1 / 500) = 1.3 %. Coverage as a test of a whole model: Talts, Betancourt, Simpson, Vehtari, Gelman (2018),
// Validating Bayesian Inference Algorithms with Simulation-Based Calibration, doi:10.48550/arXiv.1804.06788, and for the share of worlds
// Cook, Gelman, Rubin (2006), J. Comp. Graph. Stat. 15, 675, doi:10.1198/106186006X136976.
package estimatetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// draws per model: enough for every tolerance here, few enough that the whole suite runs in seconds.
const draws = 2048

// TestEstimator runs all conformance tests, each as a subtest. of makes the estimator for the given cells; nil stands for all cells of
// the model. Every estimator must fill Balances with the surplus of each cell that has one; what else it returns is its own.
func TestEstimator(t *testing.T, of func(cells []flows.Cell) estimate.Estimator) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) { c.run(suite{t, of}) })
	}
}

// TestReproducible runs the tests that hold to the bit whatever an estimator does between claims and answer: the order of records, the
// number of workers, an unconnected country, and a cancelled context. It is for estimators that sample with priors of their own, to
// which a closed ledger is not exactly closed and a surplus not exactly proportional to the claims.
func TestReproducible(t *testing.T, of func(cells []flows.Cell) estimate.Estimator) {
	t.Helper()
	for _, c := range checks() {
		if c.bits {
			t.Run(c.name, func(t *testing.T) { c.run(suite{t, of}) })
		}
	}
}

type check struct {
	name string
	run  func(suite)
	bits bool // holds to the bit for every estimator
}

func checks() []check {
	return []check{
		{"a closed ledger gives zero", suite.closed, false},
		{"scaling", suite.scaling, false},
		{"changing basis", suite.basis, false},
		{"order of records", suite.order, true},
		{"workers", suite.workers, true},
		{"widening", suite.widening, false},
		{"an unconnected country", suite.unconnected, true},
		{"chosen cells", suite.chosen, false},
		{"a planted surplus", suite.planted, false},
		{"a cancelled context", suite.cancelled, true},
	}
}

// reporter is what of testing.T is used, so that the checks can be tested themselves.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

type suite struct {
	reporter
	of func(cells []flows.Cell) estimate.Estimator
}

// near fails unless got is want, give or take tolerance.
func (s suite) near(what any, want, got, tolerance float64) {
	s.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		s.Errorf("%s: %g, want %g +- %.2g", what, got, want, tolerance)
	}
}

// equal fails unless all values are the same bits.
func (s suite) equal(a, b map[flows.Cell]estimate.Value) {
	s.Helper()
	if len(a) != len(b) {
		s.Errorf("%d surpluses became %d", len(a), len(b))
	}
	for c, v := range a {
		s.same(c, v, b[c])
	}
}

func (s suite) same(c flows.Cell, a, b estimate.Value) {
	s.Helper()
	if a != b {
		s.Errorf("%s: %+v became %+v", c, a, b)
	}
}

// model makes a model of records, whose claims and rates a test may have changed. It is nil where there is none.
func (s suite) model(records []flows.Record) *estimate.Model {
	s.Helper()
	l, err := flows.NewLedger(slices.Values(records))
	if err != nil {
		s.Errorf("a ledger of the test's records is refused: %v", err)
		return nil
	}
	m, err := estimate.NewModel(l, estimate.Options{Draws: draws})
	if err != nil {
		s.Errorf("no model of the test's records: %v", err)
	}
	return m
}

// surpluses estimates every cell, or those given, and returns the surplus of those that have one.
func (s suite) surpluses(records []flows.Record, cells ...flows.Cell) map[flows.Cell]estimate.Value {
	s.Helper()
	return s.surplusesOf(s.model(records), cells...)
}

func (s suite) surplusesOf(m *estimate.Model, cells ...flows.Cell) map[flows.Cell]estimate.Value {
	s.Helper()
	out := map[flows.Cell]estimate.Value{}
	if m == nil {
		return out
	}
	r, err := s.of(cells).Estimate(context.Background(), m)
	if err != nil {
		s.Errorf("%v", err)
		return out
	}
	for i := range r.Balances {
		if v, ok := r.Balances[i].Value(estimate.Surplus); ok {
			out[r.Balances[i].Cell] = v
		}
	}
	if len(out) == 0 {
		s.Errorf("no balance has a surplus")
	}
	return out
}

// closed: 30 t mined and 12 t in make 42 t out, exactly, in every place and year.
func (s suite) closed() {
	var records []flows.Record
	for _, p := range places() {
		for _, y := range years {
			records = append(records, p.claims(y, dist.Exactly(42), dist.Exactly(30), dist.Exactly(12))...)
		}
	}
	got := s.surpluses(records)
	s.near("surpluses", float64(len(places())*len(years)), float64(len(got)), 0)
	for c, v := range got {
		for _, x := range []float64{v.Mean, v.SD, v.Lo, v.Median, v.Hi} {
			s.near(c, 0, x, 1e-9)
		}
	}
}

func (s suite) scaling() {
	records := world()
	once := s.surpluses(records)
	for _, k := range []float64{8, 1.0 / 3} {
		for c, v := range s.surpluses(scaled(records, k, func(flows.Claim) bool { return true })) {
			was, size := once[c], k*(math.Abs(once[c].Lo)+math.Abs(once[c].Hi))
			for _, x := range [][2]float64{{was.Mean, v.Mean}, {was.SD, v.SD}, {was.Lo, v.Lo}, {was.Median, v.Median}, {was.Hi, v.Hi}} {
				s.near(c, k*x[0], x[1], 1e-9*size)
			}
			s.near(c, was.ProbPositive, v.ProbPositive, 1.5/draws)
		}
	}
}

// basis: 1 t of tin is 2 t of concentrate at 50 %, and 20,000 dollars at that price a tonne. With exact figures nothing moves; with
// uncertain ones only the draws do, since a claim in another basis is another variable.
func (s suite) basis() {
	exact := changed(world(), func(c flows.Claim) flows.Claim {
		c.Amount.Value = dist.Exactly(c.Amount.Value.Quantile(0.5))
		return c
	})
	traded := func(c flows.Claim) bool { return c.From != flows.Ground }
	for _, records := range [][]flows.Record{exact, world()} {
		before := s.surpluses(records)
		for basis, k := range map[flows.Basis]float64{flows.Gross: 2, flows.USDSpot: 20_000} {
			restated := changed(scaled(records, k, traded), func(c flows.Claim) flows.Claim {
				if traded(c) {
					c.Amount.Basis = basis
				}
				return c
			})
			restated = append(restated, flows.Rate{Mineral: flows.Tin, Of: basis, Per: flows.Sn, Value: dist.Exactly(k), Origin: source("rates")})
			for c, v := range s.surpluses(restated) {
				// the standard error of a median is 1.25 sd/sqrt(n)
				s.near(fmt.Sprintf("%s in %s", c, basis), before[c].Median, v.Median,
					1e-9*math.Abs(before[c].Median)+4*math.Sqrt2*1.25*before[c].SD/math.Sqrt(draws))
			}
		}
	}
}

func (s suite) order() {
	records := world()
	before := s.surpluses(records)
	for seed := range uint64(3) {
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		s.equal(before, s.surpluses(records))
	}
}

func (s suite) workers() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	m := s.model(world())
	before := s.surplusesOf(m)
	for _, n := range []int{2, 8} {
		runtime.GOMAXPROCS(n)
		s.equal(before, s.surplusesOf(m))
		s.equal(before, s.surpluses(world()))
	}
}

// widening makes the factor of one claim after the other half as wide again, on a log scale, and looks at every range.
func (s suite) widening() {
	records := world()
	before := s.surpluses(records)
	for i, r := range records {
		c, ok := r.(flows.Claim)
		if !ok {
			continue
		}
		median, hi := c.Amount.Value.Quantile(0.5), c.Amount.Value.Quantile(0.95)
		c.Amount.Value = factor(median, math.Pow(hi/median, 1.5))
		widened := slices.Clone(records)
		widened[i] = c
		for cell, v := range s.surpluses(widened) {
			was := before[cell].Hi - before[cell].Lo
			if !(v.Hi-v.Lo >= was*(1-0.02)) { // 2 %: the Monte Carlo error of a range
				s.Errorf("%s: a wider %s narrows the range from %g to %g", cell, c.Flow, was, v.Hi-v.Lo)
			}
		}
	}
}

func (s suite) unconnected() {
	before := s.surpluses(world())
	more := world()
	far := place{"PER", "MINEM", ""}
	for _, y := range years {
		more = append(more, far.claims(y, factor(500, 1.3), factor(300, 1.5), nil)...)
	}
	after := s.surpluses(more)
	s.near("surpluses", float64(len(before)+len(years)), float64(len(after)), 0)
	for c, v := range before {
		s.same(c, v, after[c])
	}
}

// chosen: a cell that is asked for alone has the answer that it has among all.
func (s suite) chosen() {
	all := s.surpluses(world())
	c := flows.Cell{Mineral: flows.Tin, Place: places()[0].code, Period: flows.Year(years[0])}
	one := s.surpluses(world(), c)
	s.near("surpluses", 1, float64(len(one)), 0)
	s.same(c, all[c], one[c])
}

func (s suite) planted() { s.coverage(500, 0.04) }

// Coverage plants a surplus in n synthetic worlds and fails unless the share of worlds whose 90 % range holds it lies within three
// standard deviations of 0.9. TestEstimator does so for 500 worlds; more of them see a smaller fault: 5,000 one of 1.3 %.
func Coverage(t *testing.T, of func(cells []flows.Cell) estimate.Estimator, n int) {
	t.Helper()
	suite{t, of}.coverage(n, 3*math.Sqrt(0.9*0.1/float64(n)))
}

func (s suite) coverage(worlds int, within float64) {
	records, truth := planted(worlds)
	inside := 0
	got := s.surpluses(records)
	s.near("surpluses", float64(worlds), float64(len(got)), 0)
	for c, v := range got {
		if v.Lo <= truth[c] && truth[c] <= v.Hi {
			inside++
		}
	}
	s.near("share of worlds whose surplus lies inside the 90 % range", 0.90, float64(inside)/float64(worlds), within)
}

func (s suite) cancelled() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := s.model(world())
	if m == nil {
		return
	}
	if _, err := s.of(nil).Estimate(ctx, m); !errors.Is(err, context.Canceled) {
		s.Errorf("a cancelled context gives %v, want %v", err, context.Canceled)
	}
}
