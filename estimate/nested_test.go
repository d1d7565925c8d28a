package estimate_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Every world here has 30 t of output, so that the surplus is the outflow, less the inflow, less 30.
func TestBoundsNestedPartnersAndThirdParties(t *testing.T) {
	output := claim("tin 2020 ground>RWA", "30", flows.Sn, origin("survey"))
	to := func(partner, amount string, reporter flows.Place) flows.Record {
		return claim("tin 2020 RWA>"+partner, amount, flows.Sn, origin("office of "+string(reporter)), by(reporter))
	}
	from := func(partner, amount string, reporter flows.Place) flows.Record {
		return claim("tin 2020 "+partner+">RWA", amount, flows.Sn, origin("office of "+string(reporter)), by(reporter))
	}
	third := func(flow, amount string) flows.Record {
		return claim("tin 2020 "+flow, amount, flows.Sn, origin("BACI"))
	}
	for name, c := range map[string]struct {
		options estimate.Options
		claims  []flows.Record
		want    float64
	}{
		"an importer's ceiling replaces no declared figure": {estimate.Options{},
			[]flows.Record{to("world", "100", "RWA"), to("CHN", "<=500", "CHN")}, 70},
		"nor one partner's": {estimate.Options{},
			[]flows.Record{to("world", "100", "RWA"), to("CHN", "60", "RWA"), to("CHN", "<=500", "CHN")}, 70},
		"a recorded import stands against a declared ceiling": {estimate.Options{},
			[]flows.Record{to("world", "<=500", "RWA"), to("CHN", "80", "CHN")}, 50},
		"a partner within a group of partners is part of it": {estimate.Options{},
			[]flows.Record{to("world", "100", "RWA"), to("CHN", "70", "RWA"), to("ARE+CHN", "80", "ARE+CHN")}, 70},
		"an origin within a group of origins is part of it": {estimate.Options{},
			[]flows.Record{to("world", "100", "RWA"), from("BDI+COD", "40", "BDI+COD"), from("COD", "35", "COD")}, 30},
		"the receiver's total stands alone": {estimate.Options{Inflow: estimate.Declared},
			[]flows.Record{to("world", "100", "RWA"), from("world", "40", "RWA"), third("COD>RWA", "35")}, 30},
		"a third party's total is not added to its partners": {estimate.Options{},
			[]flows.Record{third("RWA>world", "100"), third("RWA>CHN", "90")}, 70},
	} {
		t.Run(name, func(t *testing.T) {
			b := row(t, run(t, modelOf(t, c.options, append(c.claims, output)...)), "tin/RWA/2020")
			require.Equal(t, c.want, central(t, b, estimate.Surplus))
		})
	}
}

// Two flows pooled by random effects have errors of their own: sd(A-B)^2 = sd(A)^2 + sd(B)^2.
func TestRandomEffectsAreIndependentBetweenFlows(t *testing.T) {
	var records []flows.Record
	for i, p := range []string{"A", "B", "C", "D", "E"} {
		amount := []string{"80", "95", "100", "110", "130"}[i]
		records = append(records, claim("tin 2020 ground>RWA", amount, flows.Sn, origin(p)), claim("tin 2020 RWA>world", amount, flows.Sn, origin(p), by("RWA")))
	}
	b := row(t, run(t, modelOf(t, estimate.Options{Pool: estimate.RandomEffects{}}, records...)), "tin/RWA/2020")
	sd := func(q estimate.Quantity) float64 { return b.Values[q].SD }
	require.InEpsilon(t, math.Hypot(sd(estimate.Output), sd(estimate.Outflow)), sd(estimate.Surplus), 4/math.Sqrt(2*draws))
}

// A share of a floor is a floor, and a share of a part is a share of that part: 0.5 of the artisanal 20, not of 100.
func TestShareKeepsBoundAndPart(t *testing.T) {
	half := func(o flows.Flow) flows.Claim {
		c := claim("tin 2020 ground>RWA", "0.5", flows.Share, origin("witness"))
		o.Mineral, o.Period = c.Mineral, c.Period
		c.Amount.Of = &o
		return c
	}
	b := row(t, result(t, claim("tin 2020 RWA>world", ">=100", flows.Sn, origin("office"), by("RWA")), half(flows.Flow{From: "RWA", To: flows.World})), "tin/RWA/2020")
	require.Equal(t, flows.AtLeast, b.Values[estimate.Output].Bound)
	b = row(t, result(t, claim("tin 2020 RWA>world", "100", flows.Sn, origin("office"), by("RWA")),
		claim("tin 2020 RWA>world", "20", flows.Sn, origin("office"), by("RWA"), part("artisanal")), half(flows.Flow{From: "RWA", To: flows.World, Part: "artisanal"})), "tin/RWA/2020")
	require.Equal(t, 90.0, central(t, b, estimate.Surplus))
}

// One price of the world by two producers is the same in every country: dividing both outflows by it leaves their ratio exact.
func TestAPooledWorldPriceIsOnePrice(t *testing.T) {
	m := modelOf(t, estimate.Options{},
		claim("tin 2020 RWA>world", "100", flows.Gross, origin("RWA"), by("RWA")), claim("tin 2020 UGA>world", "200", flows.Gross, origin("UGA"), by("UGA")),
		rate("tin - - Sn/gross", "0.5", origin("A")), rate("tin - - Sn/gross", "0.7", origin("B")))
	r := run(t, m)
	x, err := r.Draws(cell("tin/RWA/2020"), estimate.Outflow)
	require.NoError(t, err)
	y, err := r.Draws(cell("tin/UGA/2020"), estimate.Outflow)
	require.NoError(t, err)
	for i := range x {
		require.InDelta(t, 2*x[i], y[i], 1e-9)
	}
}

// What is set aside is listed also where a cell has no row.
func TestAsideOfACellWithoutARow(t *testing.T) {
	r := result(t, claim("tin 2020 ground>RWA", "5", flows.Sn, origin("survey")), claim("tin 2019-07..2020-06 RWA>world", "9", flows.Sn, origin("office"), by("RWA")))
	require.Len(t, r.Unbalanced, 1)
	require.Len(t, r.Aside, 1)
	require.Equal(t, flows.OutOfPeriod, r.Aside[0].Code)
}

// A scenario that takes the whole outflow away takes the row away, and says so; a baseline of other draws is refused.
func TestCompareReportsALostRow(t *testing.T) {
	m := modelOf(t, estimate.Options{}, claim("tin 2020 ground>RWA", "5", flows.Sn, origin("survey")), claim("tin 2020 RWA>world", "9", flows.Sn, origin("office"), by("RWA")))
	base := run(t, m)
	drop := estimate.Scenario{Name: "none", Keep: func(c flows.Claim) bool { return c.Origin.ID != "office" }}
	found, err := estimate.Compare(context.Background(), estimate.MassBalance{}, m, base, drop)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Nil(t, found[0].Surplus)

	other := run(t, modelOf(t, estimate.Options{Draws: 100}, claim("tin 2020 ground>RWA", "5", flows.Sn, origin("survey"))))
	_, err = estimate.Compare(context.Background(), estimate.MassBalance{}, m, other, drop)
	require.ErrorContains(t, err, "100 draws")
}
