package estimate_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/estimatetest"
	"github.com/mineralflows/mineralflows/flows"
)

// Balances are those of MassBalance; flows and tests have tests of their own below. Exact figures that disagree are an error without
// corridors, so each place gets one into it and one out of it.
func TestReconcileConforms(t *testing.T) {
	estimatetest.TestEstimator(t, func(cells []flows.Cell) estimate.Estimator { return withCorridors(cells) })
}

type withCorridors []flows.Cell

func (cells withCorridors) Estimate(ctx context.Context, m *estimate.Model) (*estimate.Result, error) {
	e := estimate.Reconcile{Cells: cells}
	seen := map[flows.Place]bool{}
	for c := range m.Ledger().Cells() {
		if !seen[c.Place] && (cells == nil || slices.Contains(cells, c)) {
			seen[c.Place] = true
			e.Corridors = append(e.Corridors, corridor("ZMB", c.Place), corridor(c.Place, "ZMB"))
		}
	}
	return e.Estimate(ctx, m)
}

func reconcile(t *testing.T, e estimate.Reconcile, records ...flows.Record) (*estimate.Result, error) {
	t.Helper()
	return e.Estimate(context.Background(), modelOf(t, estimate.Options{}, records...))
}

// flowOf finds "tin 2020 RWA>world".
func flowOf(t *testing.T, r *estimate.Result, name string) estimate.FlowEstimate {
	t.Helper()
	for _, f := range r.Flows {
		if f.Flow.String() == name {
			return f
		}
	}
	var names []string
	for _, f := range r.Flows {
		names = append(names, f.Flow.String())
	}
	require.Contains(t, names, name)
	return estimate.FlowEstimate{}
}

func corridor(from, to flows.Place) flows.Corridor {
	return flows.Corridor{Mineral: "tin", From: from, To: to, Origin: origin("experts")}
}

func kindsOf(warnings []estimate.Warning) []flows.Code {
	var out []flows.Code
	for _, w := range warnings {
		out = append(out, w.Code)
	}
	return out
}

// 120 +- 5 go out and 100 +- 10 are dug: 20 are open, with variance 100 + 25. Output takes 20 x 100/125 = 16 of it, outflow 20 x 25/125 = 4,
// J = 400/125 = 3.2, and both are 116 +- sqrt(100 x 25/125) = 4.47. z = 20/sqrt(125) = 1.789 for both.
func TestReconcileOnePlace(t *testing.T) {
	records := []flows.Record{
		claim("tin 2020 ground>RWA", "100 +- 10", "Sn", origin("USGS")),
		claim("tin 2020 RWA>world", "120 +- 5", "Sn", origin("customs"), by("RWA")),
	}
	r, err := reconcile(t, estimate.Reconcile{}, records...)
	require.NoError(t, err)
	out, in := flowOf(t, r, "tin 2020 RWA>world"), flowOf(t, r, "tin 2020 ground>RWA")
	for _, f := range []estimate.FlowEstimate{out, in} {
		require.InDelta(t, 116, f.Estimate.Mean, 0.02)
		require.InDelta(t, math.Sqrt(20), f.Estimate.SD, 0.01)
		require.InDelta(t, 116+1.6449*math.Sqrt(20), f.Estimate.Hi, 0.03)
		require.InDelta(t, 20/math.Sqrt(125), math.Abs(*f.Z), 0.005)
		require.Equal(t, flows.Basis("Sn"), f.Basis)
		require.Len(t, f.Claims, 1)
		require.Nil(t, f.Least)
	}
	require.Negative(t, *out.Z)
	require.Positive(t, *in.Z)
	require.InDelta(t, 120, out.Claimed.Mean, 0.01)
	require.InDelta(t, 3.2, r.Tests.J, 0.02)
	require.Equal(t, 1, r.Tests.DF)
	require.InDelta(t, 0.0736, r.Tests.P, 0.001) // chi-square with one degree of freedom: 2 (1 - Phi(1.789))
	require.InDelta(t, 3.2, r.Tests.Networks[0].J, 0.02)
	require.Equal(t, []flows.Code{estimate.ErrConsistency}, kindsOf(r.Warnings))
	require.InDelta(t, 20, r.Balances[0].Values[estimate.Surplus].Mean, 0.02)
	kinds := map[string]estimate.Test{}
	for _, x := range r.Tests.All {
		kinds[x.Kind] = x
	}
	require.InDelta(t, 20/math.Sqrt(125), kinds["nodal"].Statistic, 0.005)
	require.InDelta(t, 3.2, kinds["leak"].Statistic, 0.02)
	require.InDelta(t, 20, kinds["leak"].Magnitude, 0.02)
	require.Equal(t, []string{"ground>RWA", "RWA>world"}, kinds["leak"].Equivalent)
	require.InDelta(t, 1.95996, kinds["nodal"].Critical, 1e-4)      // one nodal test
	require.InDelta(t, 2.2365, kinds["measurement"].Critical, 1e-3) // two: 1-(1-0.05)^(1/2) = 0.02532

	// a corridor carries the 20, and nothing is left to test
	r, err = reconcile(t, estimate.Reconcile{}, append(records, corridor("COD", "RWA"))...)
	require.NoError(t, err)
	c := flowOf(t, r, "tin 2020 COD>RWA unrecorded")
	require.InDelta(t, 20, c.Estimate.Mean, 0.02)
	require.InDelta(t, math.Sqrt(125), c.Estimate.SD, 0.02)
	require.InDelta(t, 20, *c.Least, 0.02)
	require.InDelta(t, 0.963, c.Estimate.ProbPositive, 0.001) // Phi(20/sqrt(125))
	require.InDelta(t, 20-1.6449*math.Sqrt(125), c.Estimate.Lo, 0.03)
	require.Nil(t, c.Claimed)
	require.False(t, c.Unobserved)
	require.Zero(t, r.Tests.DF)
	require.InDelta(t, 120, flowOf(t, r, "tin 2020 RWA>world").Estimate.Mean, 0.01)
	require.Equal(t, []flows.Code{estimate.ErrUntested}, kindsOf(r.Warnings))

	// one that leads away cannot: it is zero, and the rest is as without it
	r, err = reconcile(t, estimate.Reconcile{}, append(records, corridor("RWA", "UGA"))...)
	require.NoError(t, err)
	c = flowOf(t, r, "tin 2020 RWA>UGA unrecorded")
	require.Zero(t, c.Estimate.Mean)
	require.True(t, c.ActiveBound)
	require.InDelta(t, 116, flowOf(t, r, "tin 2020 RWA>world").Estimate.Mean, 0.02)
	require.InDelta(t, 3.2, r.Tests.J, 0.02)
	require.Equal(t, 1, r.Tests.DF)
	require.Equal(t, "nodal", r.Tests.All[len(r.Tests.All)-1].Kind)

	// an empty list of corridors leaves those of the ledger out
	r, err = reconcile(t, estimate.Reconcile{Corridors: []flows.Corridor{}}, append(records, corridor("COD", "RWA"))...)
	require.NoError(t, err)
	require.Len(t, r.Flows, 2)
}

// Two corridors into one place share what it lacks: each alone could carry all of it, so that neither must carry anything. What a second
// place lacks must come through its only one.
func TestReconcileCorridors(t *testing.T) {
	records := []flows.Record{
		claim("tin 2020 ground>RWA", "100 +- 10", "Sn", origin("USGS")), claim("tin 2020 RWA>world", "160 +- 5", "Sn", origin("customs RWA"), by("RWA")),
		claim("tin 2020 ground>BDI", "10 +- 1", "Sn", origin("USGS")), claim("tin 2020 BDI>world", "40 +- 2", "Sn", origin("customs BDI"), by("BDI")),
		corridor("COD", "RWA"), corridor("UGA", "RWA"), corridor("RWA", "BDI"),
	}
	r, err := reconcile(t, estimate.Reconcile{}, records...)
	require.NoError(t, err)
	through := flowOf(t, r, "tin 2020 RWA>BDI unrecorded")
	require.InDelta(t, 30, through.Estimate.Mean, 0.02)
	require.InDelta(t, math.Sqrt(5), through.Estimate.SD, 0.01)
	for _, name := range []string{"tin 2020 COD>RWA unrecorded", "tin 2020 UGA>RWA unrecorded"} {
		c := flowOf(t, r, name)
		require.True(t, c.Unobserved)
		require.Zero(t, *c.Least)
		require.Equal(t, flows.AtLeast, c.Estimate.Bound)
	}
	require.Contains(t, kindsOf(r.Warnings), estimate.ErrUnobserved)
	w := r.Warnings[slices.Index(kindsOf(r.Warnings), estimate.ErrUnobserved)]
	require.Contains(t, w.Text, "COD>RWA unrecorded and UGA>RWA unrecorded")

	// DR Congo dug 50 +- 5 and declared 20: with that it cannot have sent more than 30 +- 5.4, so that 60 must come from Uganda too
	r, err = reconcile(t, estimate.Reconcile{}, append(records, claim("tin 2020 ground>COD", "50", "Sn", origin("USGS")), claim("tin 2020 COD>world", "20", "Sn", origin("customs COD"), by("COD")))...)
	require.NoError(t, err)
	require.InDelta(t, 30, flowOf(t, r, "tin 2020 COD>RWA unrecorded").Estimate.Mean, 0.02)
	require.InDelta(t, 60, flowOf(t, r, "tin 2020 UGA>RWA unrecorded").Estimate.Mean, 0.05) // 160 + 30 - 100 - 30
}

// 100 in and 110 out of one ore, each weighed to 1 %: the grade is uncertain by a tenth and shared. With c the grade's variance over its squared mean
// m^2, V = m^2 (1 (1+c) + 100^2 c, 110 x 100 c; the same, 1.1^2 (1+c) + 110^2 c), so that J = 10^2/(2.21 (1+c) + 10^2 c) = 28.79, where independent
// grades would give J below 1. x = m 100 - 10 m (V12 - V11)/(V11 + V22 - 2 V12) = 40.64 t of tin, of 60.37 and 66.41: Peelle's puzzle, and J says so.
func TestReconcileSharedGrade(t *testing.T) {
	records := []flows.Record{
		claim("tin 2020 RWA>UGA", "100 +- 1", "gross", origin("customs"), by("RWA")),
		claim("tin 2020 UGA>world", "110 +- 1.1", "gross", origin("customs UGA"), by("UGA")),
		claim("tin 2020 ground>UGA", "0", "Sn", origin("USGS")),
		rate("tin - - Sn/gross", "0.6 */ 1.2", origin("assays")),
	}
	r, err := reconcile(t, estimate.Reconcile{}, records...)
	require.NoError(t, err)
	require.Equal(t, 1, r.Tests.DF)
	require.InEpsilon(t, 28.789, r.Tests.J, 0.001)
	for _, name := range []string{"tin 2020 RWA>UGA", "tin 2020 UGA>world"} {
		f := flowOf(t, r, name)
		require.InEpsilon(t, 40.644, f.Estimate.Mean, 0.001)
		require.InEpsilon(t, 5.6486, f.Estimate.SD, 0.002)
	}

	exact := []flows.Record{
		claim("tin 2020 RWA>UGA", "100", "gross", origin("customs"), by("RWA")), claim("tin 2020 UGA>world", "110", "gross", origin("customs UGA"), by("UGA")),
		records[2], records[3],
	}
	_, err = reconcile(t, estimate.Reconcile{}, exact...)
	require.ErrorIs(t, err, estimate.ErrSingular)
	require.ErrorContains(t, err, "tin 2020: the figures of tin 2020 UGA>world and tin 2020 RWA>UGA have one and the same error")
}

// Two agencies that say 1000 +- 1 and 1001 +- 1 of one ore are one figure with its own variance of 1 + 1/4; 1010 +- 1 went out and the grade, known to
// a sixth, is all of theirs. J = 9.5^2/(2.25 (1+c) + 9.5^2 c) with c the grade's relative variance, whatever the seed: the grade's 98 t must not
// drown, in the noise of draws, the half tonne that is each figure's own.
func TestReconcileSharedGradeOfAPool(t *testing.T) {
	s := 0.15951 // ln 1.3 / 1.64485
	for seed := range uint64(4) {
		r, err := estimate.Reconcile{}.Estimate(context.Background(), modelOf(t, estimate.Options{Seed: seed},
			claim("tin 2020 ground>RWA", "1000 +- 1", "gross", origin("USGS")), claim("tin 2020 ground>RWA", "1001 +- 1", "gross", origin("BGS")),
			claim("tin 2020 RWA>world", "1010 +- 1", "gross", origin("customs"), by("RWA")), rate("tin - - Sn/gross", "0.6 */ 1.3", origin("assays"))))
		require.NoError(t, err)
		c := math.Expm1(s * s)
		require.InEpsilon(t, 9.5*9.5/(2.25*(1+c)+9.5*9.5*c), r.Tests.J, 0.03)
	}
}

// A pool, an outflow and a stock change of nil, give or take 5 t, of one ore: J = 5^2/((1 + 1 + 25)(1+c) + 5^2 c) = 0.882, however small the mean of the
// stock change, which what is shared cannot be measured against.
func TestReconcileSharedGradeOfNoStockChange(t *testing.T) {
	s := 0.15951 // ln 1.3 / 1.64485
	c := math.Expm1(s * s)
	for change, own := range map[string]float64{"0 +- 5": 25, "-5..5": 100.0 / 12} { // variances
		r, err := reconcile(t, estimate.Reconcile{},
			claim("tin 2020 ground>RWA", "100 +- 1", "gross", origin("USGS")), claim("tin 2020 ground>RWA", "100 +- 1", "gross", origin("BGS")),
			claim("tin 2020 RWA>world", "105 +- 1", "gross", origin("customs"), by("RWA")), claim("tin 2020 RWA>stock", change, "gross", origin("customs"), by("RWA")),
			rate("tin - - Sn/gross", "0.6 */ 1.3", origin("assays")))
		require.NoError(t, err)
		require.InEpsilon(t, 25/((2+own)*(1+c)+25*c), r.Tests.J, 0.03, change)
	}
}

// Three agencies say 100, 100 and 200 +- 1 of an output, one of them and another 200 +- 1 of what went out: which agency is followed is one choice
// in each figure, whichever of them speak of the other too. The output is 400/3 and spread by (2 x (100/3)^2 + (200/3)^2)/3 = 2222 about it; the
// outflow is 200 by either agency. J = (200/3)^2/(2222 + 1 + 1) = 1.998, to the noise of 8,192 draws: of these sqrt(2/9/8192) = 0.5 % more or fewer
// follow the 200, which moves the mean by 0.5 t of 66.7 and J by 1.6 %, and five times that is 8 %.
func TestReconcileSharedChoice(t *testing.T) {
	for _, agency := range []string{"A", "B", "C"} { // whichever of them says 200
		records := []flows.Record{claim("tin 2020 RWA>world", "200 +- 1", "Sn", origin("A"), by("RWA")), claim("tin 2020 RWA>world", "200 +- 1", "Sn", origin("D"), by("RWA"))}
		for _, producer := range []string{"A", "B", "C"} {
			amount := "100 +- 1"
			if producer == agency {
				amount = "200 +- 1"
			}
			records = append(records, claim("tin 2020 ground>RWA", amount, "Sn", origin(producer)))
		}
		r, err := reconcile(t, estimate.Reconcile{}, records...)
		require.NoError(t, err)
		require.InEpsilon(t, 1.998, r.Tests.J, 0.08, agency)
	}
}

// Rwanda's exports share their grade with Uganda's, and their office's bias with what Rwanda uses, which has nothing to do with Uganda. Grade
// and bias are independent whatever the draws, so that J is one number for any seed: with c = exp(s^2) - 1 of the grade and b = 0.01 of the bias
// the relative covariances are (1 + c)(1 + b) - 1 of Rwanda's exports, b with the use and c with Uganda's, and r' (A V A')^-1 r of
// A = (1 -1 -1 0 0; 0 1 0 -1 1) and r = A y = (-13.702, -17.555) is 2.0029.
func TestReconcileSharedIsNoChance(t *testing.T) {
	office := *origin("customs")
	office.Bias = value("1 +- 0.1")
	for seed := range uint64(4) {
		r, err := estimate.Reconcile{}.Estimate(context.Background(), modelOf(t, estimate.Options{Seed: seed},
			claim("tin 2020 ground>RWA", "150 +- 1", "Sn", origin("USGS")), claim("tin 2020 RWA>UGA", "200 +- 1", "gross", &office, by("RWA")),
			claim("tin 2020 RWA>use", "40 +- 1", "Sn", &office), claim("tin 2020 UGA>world", "230 +- 1", "gross", origin("customs UGA"), by("UGA")),
			claim("tin 2020 ground>UGA", "1 +- 0.1", "Sn", origin("USGS")), rate("tin - - Sn/gross", "0.6 */ 1.5", origin("assays"))))
		require.NoError(t, err)
		require.InEpsilon(t, 2.0029, r.Tests.J, 0.002)
	}
}

// One customs office states what came in and what went out, each to a tonne, and is off by a tenth in both or neither. V is 1.01 + 0.01 x 100^2 =
// 101.01, 1.01 + 0.01 x 110^2 = 122.01 and 110 between them, so that J = 10^2/(101.01 + 122.01 - 220) = 33.1, x = 100 - 10 (110 - 101.01)/3.02 = 70.2
// and its variance 101.01 - (110 - 101.01)^2/3.02 = 8.617^2.
func TestReconcileSharedBias(t *testing.T) {
	customs := func() *flows.Origin {
		o := *origin("customs")
		o.Bias = value("1 +- 0.1")
		return &o
	}()
	r, err := reconcile(t, estimate.Reconcile{}, claim("tin 2020 ground>RWA", "100 +- 1", "Sn", customs), claim("tin 2020 RWA>world", "110 +- 1", "Sn", customs, by("RWA")))
	require.NoError(t, err)
	require.InEpsilon(t, 100/3.02, r.Tests.J, 0.002)
	require.InDelta(t, 70.232, flowOf(t, r, "tin 2020 RWA>world").Estimate.Mean, 0.05)
	require.InEpsilon(t, 8.617, flowOf(t, r, "tin 2020 RWA>world").Estimate.SD, 0.002)
}

// Uganda's ore has the grade of Rwanda's, and a route from DR Congo closes Uganda's balance whatever that is: it tells nothing of it, and changes
// nothing in Rwanda.
func TestReconcileSharedGradeElsewhere(t *testing.T) {
	records := []flows.Record{claim("tin 2020 ground>RWA", "60 +- 6", "Sn", origin("USGS")), claim("tin 2020 RWA>world", "150 +- 1", "gross", origin("customs"), by("RWA")),
		rate("tin - - Sn/gross", "0.6 */ 1.3", origin("assays"))}
	alone, err := reconcile(t, estimate.Reconcile{}, records...)
	require.NoError(t, err)
	beside, err := reconcile(t, estimate.Reconcile{}, append(records, claim("tin 2020 ground>UGA", "1 +- 0.1", "Sn", origin("USGS")),
		claim("tin 2020 UGA>world", "49 +- 0.01", "gross", origin("customs UGA"), by("UGA")), corridor("COD", "UGA"))...)
	require.NoError(t, err)
	for _, name := range []string{"tin 2020 ground>RWA", "tin 2020 RWA>world"} {
		a, b := flowOf(t, alone, name), flowOf(t, beside, name)
		require.InEpsilon(t, a.Estimate.Mean, b.Estimate.Mean, 1e-9)
		require.InEpsilon(t, a.Estimate.SD, b.Estimate.SD, 1e-9)
		require.InEpsilon(t, *a.Z, *b.Z, 1e-9)
	}
}

// A total of 50 +- 2 with 10 +- 1 of it declared to go to Rwanda: Rwanda receives the 10, and 40 go elsewhere.
func TestReconcileTotalsAndPartners(t *testing.T) {
	records := []flows.Record{
		claim("tin 2020 ground>UGA", "50 +- 3", "Sn", origin("USGS")),
		claim("tin 2020 UGA>world", "50 +- 2", "Sn", origin("customs UGA"), by("UGA")), claim("tin 2020 UGA>RWA", "10 +- 1", "Sn", origin("customs UGA"), by("UGA")),
		claim("tin 2020 ground>RWA", "20 +- 2", "Sn", origin("USGS")), claim("tin 2020 RWA>world", "30 +- 1", "Sn", origin("customs RWA"), by("RWA")),
	}
	r, err := reconcile(t, estimate.Reconcile{}, records...)
	require.NoError(t, err)
	require.InDelta(t, 0, r.Tests.J, 1e-3)
	require.Equal(t, 2, r.Tests.DF)
	rest := flowOf(t, r, "tin 2020 UGA>world (other partners)")
	require.InDelta(t, 40, rest.Estimate.Mean, 0.01)
	require.NotNil(t, rest.Least)
	require.InDelta(t, 50, flowOf(t, r, "tin 2020 UGA>world").Estimate.Mean, 0.01)
	// the sums hold whatever moves
	r, err = reconcile(t, estimate.Reconcile{}, append(records[:4:4], claim("tin 2020 RWA>world", "45 +- 1", "Sn", origin("customs RWA"), by("RWA")))...)
	require.NoError(t, err)
	at := func(name string) float64 { return flowOf(t, r, "tin 2020 "+name).Estimate.Mean }
	require.InDelta(t, at("UGA>world"), at("UGA>RWA")+at("UGA>world (other partners)"), 1e-9*at("UGA>world"))
	require.InDelta(t, at("ground>UGA"), at("UGA>world"), 1e-9*at("UGA>world"))
	require.InDelta(t, at("ground>RWA")+at("UGA>RWA"), at("RWA>world"), 1e-9*at("RWA>world"))
	require.Greater(t, at("UGA>RWA"), 10.5)
}

// What flows inside a region drops out, whatever its two ends say.
func TestReconcileRegion(t *testing.T) {
	inside := func(amount string) []flows.Record {
		return []flows.Record{
			claim("tin 2020 ground>COD", "100 +- 10", "Sn", origin("USGS")), claim("tin 2020 ground>RWA", "20 +- 2", "Sn", origin("USGS")),
			claim("tin 2020 COD>world", "60 +- 3", "Sn", origin("customs COD"), by("COD")), claim("tin 2020 RWA>world", "90 +- 4", "Sn", origin("customs RWA"), by("RWA")),
			claim("tin 2020 COD>RWA", amount, "Sn", origin("customs COD"), by("COD")), claim("tin 2020 COD>RWA", amount, "Sn", origin("customs RWA"), by("RWA")),
			corridor("COD", "RWA"), corridor("UGA", "RWA"),
		}
	}
	e := estimate.Reconcile{Cells: []flows.Cell{cell("tin/COD+RWA/2020")}}
	r, err := reconcile(t, e, inside("0..1")...)
	require.NoError(t, err)
	c := flowOf(t, r, "tin 2020 UGA>COD+RWA unrecorded")
	require.InDelta(t, 150-120, c.Estimate.Mean, 1) // COD's total holds up to 1 t for Rwanda
	for _, f := range r.Flows {
		require.NotEqual(t, "tin 2020 COD>RWA unrecorded", f.Flow.String())
	}
	require.InDelta(t, math.Sqrt(100+4+9+16), c.Estimate.SD, 0.1)
	require.Contains(t, kindsOf(r.Warnings), estimate.ErrRegion) // what it dropped, and what it cannot see
}

// A floor of 120 beside an output of 150 +- 10: the outflow is the 150, since 120 is only its least. A ceiling of 120 holds it down.
func TestReconcileBounds(t *testing.T) {
	output := claim("tin 2020 ground>RWA", "150 +- 10", "Sn", origin("USGS"))
	r, err := reconcile(t, estimate.Reconcile{}, output, claim("tin 2020 RWA>world", ">=120", "Sn", origin("customs"), by("RWA")))
	require.NoError(t, err)
	f := flowOf(t, r, "tin 2020 RWA>world")
	require.InDelta(t, 150, f.Estimate.Mean, 0.01)
	require.Equal(t, flows.AtLeast, f.Claimed.Bound)
	require.Zero(t, r.Tests.DF)
	r, err = reconcile(t, estimate.Reconcile{}, output, claim("tin 2020 RWA>world", "<=120", "Sn", origin("customs"), by("RWA")))
	require.NoError(t, err)
	require.InDelta(t, 120, flowOf(t, r, "tin 2020 RWA>world").Estimate.Mean, 0.01)
	require.InDelta(t, 9, r.Tests.J, 0.05) // (30/10)^2
	require.Equal(t, 1, r.Tests.DF)
}

// A figure that no rate carries to tonnes is not in the network, and that is said where the network is.
func TestReconcileSaysWhatItSetsAside(t *testing.T) {
	r, err := estimate.Reconcile{}.Estimate(context.Background(), modelOf(t, estimate.Options{SetAside: true},
		claim("tin 2020 ground>RWA", "100 +- 10", "Sn", origin("USGS")), claim("tin 2020 RWA>MYS", "120 +- 5", "Sn", origin("customs"), by("RWA")),
		claim("tin 2020 RWA>CHN", "1000000", flows.USD, origin("customs"), by("RWA"))))
	require.NoError(t, err)
	require.Contains(t, kindsOf(r.Warnings), estimate.ErrNoRate)
}

// A stock change may be negative.
func TestReconcileStock(t *testing.T) {
	r, err := reconcile(t, estimate.Reconcile{}, claim("tin 2020 ground>RWA", "100", "Sn", origin("USGS")), claim("tin 2020 RWA>world", "120", "Sn", origin("customs"), by("RWA")),
		claim("tin 2020 RWA>stock", "-10 +- 10", "Sn", origin("depots")))
	require.NoError(t, err)
	f := flowOf(t, r, "tin 2020 RWA>stock")
	require.InDelta(t, -20, f.Estimate.Mean, 1e-9)
	require.Zero(t, f.Estimate.SD)
	require.InDelta(t, 1, r.Tests.J, 0.01)
}

// Of a place of which only the most that a part can be is claimed (one line of customs that holds other ores too) no balance can be made: it is
// left out, and said, and the others are what they are without it.
func TestReconcileLeavesOutWhatOnlyBoundsParts(t *testing.T) {
	output := claim("tantalum 2020 ground>RWA", "100 +- 10", "Ta", origin("USGS"))
	exports := claim("tantalum 2020 RWA>world", "120 +- 5", "Ta", origin("customs"), by("RWA"))
	want, err := reconcile(t, estimate.Reconcile{}, output, exports)
	require.NoError(t, err)
	got, err := reconcile(t, estimate.Reconcile{}, output, exports, claim("tantalum 2020 TZA>world", "<=7", "Ta", origin("TRA"), by("TZA"), part("HS 261590")))
	require.NoError(t, err)
	require.Equal(t, want.Flows, got.Flows)
	require.Equal(t, want.Tests.J, got.Tests.J)
	require.True(t, slices.ContainsFunc(got.Warnings, func(w estimate.Warning) bool {
		return errors.Is(w, estimate.ErrNoClaim) && strings.Contains(w.Text, "TZA")
	}))
}

func TestReconcileErrors(t *testing.T) {
	output := claim("tin 2020 ground>RWA", "100 +- 10", "Sn", origin("USGS"))
	exports := claim("tin 2020 RWA>world", "120 +- 5", "Sn", origin("customs"), by("RWA"))
	for _, c := range []struct {
		name    string
		e       estimate.Reconcile
		records []flows.Record
		code    flows.Code
		says    string
	}{
		{"infeasible", estimate.Reconcile{}, []flows.Record{claim("tin 2020 ground>RWA", "30", "Sn", origin("USGS")), claim("tin 2020 RWA>use", "20", "Sn", origin("smelter")), claim("tin 2020 RWA>world", "0", "Sn", origin("customs"), by("RWA")), corridor("COD", "RWA")},
			estimate.ErrInfeasible, "tin 2020: no flows of zero or more close the balance of RWA; "},
		{"corridor to nowhere", estimate.Reconcile{}, []flows.Record{output, exports, corridor("COD", "TZA")},
			estimate.ErrNowhere, "tin: the corridor COD>TZA touches no balance"},
		{"corridor to nowhere in code", estimate.Reconcile{Cells: []flows.Cell{cell("tin/RWA/2020")}, Corridors: []flows.Corridor{corridor("COD", "TZA")}}, []flows.Record{output, exports},
			estimate.ErrNowhere, "tin: the corridor COD>TZA touches no balance"},
		{"corridor into the ground", estimate.Reconcile{Corridors: []flows.Corridor{corridor("RWA", flows.Ground)}}, []flows.Record{output, exports},
			estimate.ErrNowhere, "the corridor RWA>ground: no route leads into the ground"},
		{"no claim", estimate.Reconcile{Cells: []flows.Cell{cell("tin/RWA/2020"), cell("tin/UGA/2020")}}, []flows.Record{output, exports},
			estimate.ErrNoClaim, "tin 2020: nobody claims anything of UGA"},
		{"overlap", estimate.Reconcile{Cells: []flows.Cell{cell("tin/RWA/2020"), cell("tin/COD+RWA/2020")}}, []flows.Record{output, exports},
			estimate.ErrCellsOverlap, "tin 2020: COD+RWA and RWA hold the same place"},
		{"zero spread", estimate.Reconcile{}, []flows.Record{claim("tin 2020 ground>RWA", "100", "Sn", origin("USGS")), claim("tin 2020 RWA>world", "120", "Sn", origin("customs"), by("RWA"))},
			estimate.ErrZeroSpread, "tin 2020: figures without a spread leave the balance of RWA open by 20 t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := reconcile(t, c.e, c.records...)
			require.ErrorIs(t, err, c.code)
			require.ErrorContains(t, err, c.says)
			var n *estimate.NetworkError
			require.ErrorAs(t, err, &n)
			require.Equal(t, flows.Mineral("tin"), n.Mineral)
		})
	}
	r, err := reconcile(t, estimate.Reconcile{}, output)
	require.NoError(t, err)
	require.Contains(t, kindsOf(r.Warnings), estimate.ErrNoNetwork)
	// testimony does not count, but it is a claim: its place is no balance, and no error
	r, err = reconcile(t, estimate.Reconcile{}, output, exports, claim("tin 2020 ground>UGA", "5", "Sn", origin("a witness"), evidence(flows.Testimony)))
	require.NoError(t, err)
	require.Len(t, r.Flows, 2)
	require.Len(t, r.Aside, 1)
	_, err = reconcile(t, estimate.Reconcile{Cells: []flows.Cell{cell("cobalt/RWA/2020")}}, output)
	require.ErrorContains(t, err, `unknown mineral "cobalt"`)
}

// A quarter lies in its year, and both are tested on claims of the same mines and customs: only the year is in the sum, 20^2/(10^2 + 5^2) = 3.2
// and not 3.2 + 10^2/(2^2 + 1^2) = 23.2. A quarter of a year of which only the output is known counts, for the year tests nothing.
func TestReconcileOverlappingPeriods(t *testing.T) {
	quarter := func(year string) []flows.Record {
		return []flows.Record{claim("tin "+year+"-Q1 ground>RWA", "20 +- 2", "Sn", origin("USGS")), claim("tin "+year+"-Q1 RWA>world", "30 +- 1", "Sn", origin("customs"), by("RWA"))}
	}
	records := append(quarter("2020"), claim("tin 2020 ground>RWA", "100 +- 10", "Sn", origin("USGS")), claim("tin 2020 RWA>world", "120 +- 5", "Sn", origin("customs"), by("RWA")))
	r, err := reconcile(t, estimate.Reconcile{}, records...)
	require.NoError(t, err)
	require.Len(t, r.Tests.Networks, 2)
	require.InDelta(t, 3.2, r.Tests.J, 0.02)
	require.Equal(t, 1, r.Tests.DF)
	require.InDelta(t, 0.0736, r.Tests.P, 0.001)
	for _, n := range r.Tests.Networks {
		require.Equal(t, !n.Period.IsYear(), n.Overlaps)
	}
	r, err = reconcile(t, estimate.Reconcile{}, append(append(records, quarter("2021")...), claim("tin 2021 ground>RWA", "100 +- 10", "Sn", origin("USGS")))...)
	require.NoError(t, err)
	require.InDelta(t, 3.2+20, r.Tests.J, 0.1)
	require.Equal(t, 2, r.Tests.DF)
}

// A leak of 60 at one of two places is named, and cannot be told from a bias of the flows that only its balance holds.
func TestReconcileGrossError(t *testing.T) {
	r, err := reconcile(t, estimate.Reconcile{},
		claim("tin 2020 ground>COD", "100 +- 5", "Sn", origin("USGS")), claim("tin 2020 COD>RWA", "40 +- 2", "Sn", origin("customs COD"), by("COD")), claim("tin 2020 COD>use", "60 +- 3", "Sn", origin("smelter")),
		claim("tin 2020 ground>RWA", "50 +- 3", "Sn", origin("USGS")), claim("tin 2020 RWA>world", "150 +- 4", "Sn", origin("customs RWA"), by("RWA")))
	require.NoError(t, err)
	require.Less(t, r.Tests.P, 1e-6)
	require.Len(t, r.Tests.Suspects, 1)
	require.InDelta(t, 60, math.Abs(r.Tests.Suspects[0].Magnitude), 1)
	require.ElementsMatch(t, []string{"RWA>world", "the balance of RWA"}, r.Tests.Suspects[0].Equivalent)
	require.Equal(t, "leak", r.Tests.Largest.Kind)
	require.Equal(t, cell("tin/RWA/2020"), *r.Tests.Largest.Cell)
	w := r.Warnings[slices.Index(kindsOf(r.Warnings), estimate.ErrGrossError)]
	require.Contains(t, w.Text, "in one of ground>RWA, RWA>world and the balance of RWA, which cannot be told apart")
}

func TestReconcileIsReproducible(t *testing.T) {
	l, err := datasets.Load(context.Background(), datasets.Query{Minerals: []flows.Mineral{"gold", "tin"}}, greatlakes.Package())
	require.NoError(t, err)
	run := func() *estimate.Result {
		m, err := estimate.NewModel(l, estimate.Options{Draws: 1024})
		require.NoError(t, err)
		r, err := estimate.Reconcile{}.Estimate(context.Background(), m)
		require.NoError(t, err)
		return r
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := run()
	runtime.GOMAXPROCS(4)
	four := run()
	require.Equal(t, one.Flows, four.Flows)
	require.Equal(t, one.Tests, four.Tests)
	require.Equal(t, one.Warnings, four.Warnings)
	require.NotEmpty(t, one.Flows)
	for _, f := range one.Flows {
		for _, x := range []float64{f.Estimate.Mean, f.Estimate.SD, f.Estimate.Lo, f.Estimate.Hi} {
			require.False(t, math.IsNaN(x) || math.IsInf(x, 0), f.Flow.String())
		}
		require.True(t, f.Estimate.Mean >= 0 || f.To == flows.Stock, f.Flow.String())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m, err := estimate.NewModel(l, estimate.Options{Draws: 64})
	require.NoError(t, err)
	_, err = estimate.Reconcile{}.Estimate(ctx, m)
	require.True(t, errors.Is(err, context.Canceled))
}

// A share of another flow is a product: 30 % +- 3 % of an output of 100 +- 10, all of which was declared as exports of 100 +- 14, goes to
// Uganda, whose balance says 40 +- 1. With w for output and exports and u for what goes to Uganda, the minimum is found by brute force.
func TestReconcileShare(t *testing.T) {
	share := claim("tin 2020 RWA>UGA", "0.3 +- 0.03", flows.Share, origin("survey"), by("RWA"), shareOf(flows.Ground, "RWA"))
	r, err := reconcile(t, estimate.Reconcile{},
		claim("tin 2020 ground>RWA", "100 +- 10", "Sn", origin("USGS")), claim("tin 2020 RWA>world", "100 +- 14", "Sn", origin("customs"), by("RWA")), share,
		claim("tin 2020 ground>UGA", "0", "Sn", origin("USGS")), claim("tin 2020 UGA>world", "40 +- 1", "Sn", origin("customs UGA"), by("UGA")))
	require.NoError(t, err)
	whole, part := flowOf(t, r, "tin 2020 RWA>world").Estimate.Mean, flowOf(t, r, "tin 2020 RWA>UGA").Estimate.Mean
	best, at := math.Inf(1), [2]float64{}
	for w := 90.0; w < 140; w += 0.02 {
		for u := 30.0; u < 42; u += 0.02 {
			if j := (100-w)*(100-w)*(1./100+1./196) + (0.3-u/w)*(0.3-u/w)/0.0009 + (40-u)*(40-u); j < best {
				best, at = j, [2]float64{w, u}
			}
		}
	}
	require.InDelta(t, best, r.Tests.J, 0.02)
	require.InDelta(t, at[0], whole, 0.1)
	require.InDelta(t, at[1], part, 0.05)
	require.Equal(t, 2, r.Tests.DF)
}

// Parts that one producer states are reconciled one by one, and their sum is the flow. 60 + 50 against 100 +- 5: 10 open with variance
// 25 + 16 + 9, of which the parts take 16/50 and 9/50.
func TestReconcileParts(t *testing.T) {
	r, err := reconcile(t, estimate.Reconcile{}, claim("tin 2020 ground>RWA", "60 +- 4", "Sn", complete("ministry", "parts"), part("artisanal")),
		claim("tin 2020 ground>RWA", "50 +- 3", "Sn", complete("ministry", "parts"), part("industrial")), claim("tin 2020 RWA>world", "100 +- 5", "Sn", origin("customs"), by("RWA")))
	require.NoError(t, err)
	require.InDelta(t, 60-10*16./50, flowOf(t, r, "tin 2020 ground>RWA (artisanal)").Estimate.Mean, 0.02)
	require.InDelta(t, 50-10*9./50, flowOf(t, r, "tin 2020 ground>RWA (industrial)").Estimate.Mean, 0.02)
	whole := flowOf(t, r, "tin 2020 ground>RWA")
	require.InDelta(t, 105, whole.Estimate.Mean, 0.02)
	require.InDelta(t, 110, whole.Claimed.Mean, 0.02)
	require.Nil(t, whole.Z)
	require.InDelta(t, 100./50, r.Tests.J, 0.01)
	require.Equal(t, 1, r.Tests.DF)
}

// All figures times k: the flows times k, J as it was. A country that trades with none of the others moves nothing.
func TestReconcileScalesAndStaysApart(t *testing.T) {
	world := func(k string) []flows.Record {
		return []flows.Record{
			claim("tin 2020 ground>COD", "100 */ 1.5", flows.Basis(k), origin("USGS")), claim("tin 2020 COD>world", "90 */ 1.1", flows.Basis(k), origin("customs COD"), by("COD")),
			claim("tin 2020 ground>RWA", "20 */ 1.5", flows.Basis(k), origin("USGS")), claim("tin 2020 RWA>world", "60 */ 1.1", flows.Basis(k), origin("customs RWA"), by("RWA")),
			claim("tin 2020 COD>RWA", "12 */ 1.2", flows.Basis(k), origin("customs RWA"), by("RWA")), corridor("UGA", "RWA"),
			rate("tin - - Sn/gross", "0.25", origin("assay")),
		}
	}
	once, err := reconcile(t, estimate.Reconcile{}, world("Sn")...)
	require.NoError(t, err)
	quarter, err := reconcile(t, estimate.Reconcile{}, world("gross")...)
	require.NoError(t, err)
	// another basis is another variable, whose draws are in another order: moments of sums of claims don't feel it
	require.InEpsilon(t, once.Tests.J, quarter.Tests.J, 1e-6)
	far, err := reconcile(t, estimate.Reconcile{}, append(world("Sn"), claim("tin 2020 ground>PER", "500 */ 1.3", "Sn", origin("MINEM")), claim("tin 2020 PER>world", "400 */ 1.2", "Sn", origin("customs PER"), by("PER")))...)
	require.NoError(t, err)
	for i, f := range once.Flows {
		require.InDelta(t, f.Estimate.Mean/4, quarter.Flows[i].Estimate.Mean, 1e-6*f.Estimate.Mean)
		require.InDelta(t, f.Estimate.SD/4, quarter.Flows[i].Estimate.SD, 1e-6*f.Estimate.SD+1e-9)
		g := flowOf(t, far, f.Flow.String())
		require.InDelta(t, f.Estimate.Mean, g.Estimate.Mean, 1e-9*f.Estimate.Mean)
		require.InDelta(t, f.Estimate.SD, g.Estimate.SD, 1e-9*f.Estimate.SD+1e-9)
	}
}

// The side that the options ask for measures a flow: where Dubai records 40 of what Uganda declares as 10 the greater counts, which is what
// the mass balance's surplus says too.
func TestReconcileSides(t *testing.T) {
	records := []flows.Record{
		claim("tin 2020 ground>UGA", "5 +- 1", "Sn", origin("USGS")), claim("tin 2020 UGA>ARE", "10 +- 1", "Sn", complete("customs UGA", "partners"), by("UGA")),
		claim("tin 2020 UGA>ARE", "40 +- 1", "Sn", complete("customs ARE", "partners"), by("ARE")), corridor("COD", "UGA"),
	}
	for side, want := range map[estimate.Side]float64{estimate.Greater: 35, estimate.Declared: 5, estimate.Mirrored: 35, estimate.Pooled: 20} {
		r, err := estimate.Reconcile{}.Estimate(context.Background(), modelOf(t, estimate.Options{Outflow: side}, records...))
		require.NoError(t, err)
		tolerance := 0.05
		if side == estimate.Pooled {
			tolerance = 3 * 15 / math.Sqrt(8192) // which side a draw follows is chance
		}
		require.InDelta(t, want, flowOf(t, r, "tin 2020 COD>UGA unrecorded").Estimate.Mean, tolerance, side)
		require.InDelta(t, want, r.Balances[0].Values[estimate.Surplus].Mean, tolerance, side)
	}
}

// A total of imports holds what other places of the network sent: of 30 declared by Rwanda 10 came from Uganda, and 20 from elsewhere.
func TestReconcileTotalOfImports(t *testing.T) {
	r, err := estimate.Reconcile{}.Estimate(context.Background(), modelOf(t, estimate.Options{Inflow: estimate.Declared},
		claim("tin 2020 ground>UGA", "50 +- 3", "Sn", origin("USGS")), claim("tin 2020 UGA>world", "50 +- 2", "Sn", origin("customs UGA"), by("UGA")),
		claim("tin 2020 UGA>RWA", "10 +- 1", "Sn", origin("customs UGA"), by("UGA")),
		claim("tin 2020 ground>RWA", "20 +- 2", "Sn", origin("USGS")), claim("tin 2020 world>RWA", "30 +- 2", "Sn", origin("customs RWA"), by("RWA")),
		claim("tin 2020 RWA>world", "50 +- 1", "Sn", origin("customs RWA"), by("RWA"))))
	require.NoError(t, err)
	require.InDelta(t, 0, r.Tests.J, 1e-3)
	require.InDelta(t, 20, flowOf(t, r, "tin 2020 world>RWA (other origins)").Estimate.Mean, 0.01)
	require.InDelta(t, 30, flowOf(t, r, "tin 2020 world>RWA").Estimate.Mean, 0.01)
}
