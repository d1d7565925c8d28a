package report_test

import (
	"context"
	"slices"
	"testing"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
	"github.com/stretchr/testify/require"
)

// estimated runs the balance over exact claims of tin, so that sums can be done in the head.
func estimated(t *testing.T, claims ...flows.Claim) *estimate.Result {
	t.Helper()
	var records []flows.Record
	for _, c := range claims {
		records = append(records, c)
	}
	l, err := flows.NewLedger(slices.Values(records))
	require.NoError(t, err)
	m, err := estimate.NewModel(l, estimate.Options{Draws: 64})
	require.NoError(t, err)
	r, err := estimate.MassBalance{}.Estimate(context.Background(), m)
	require.NoError(t, err)
	return r
}

func tin(period flows.Period, from, to, reporter flows.Place, amount float64, bound flows.Bound) flows.Claim {
	o := &flows.Origin{ID: "o", Producer: "P", Published: "2024"}
	return flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: period, From: from, To: to}, Reporter: reporter,
		Amount: flows.Amount{Value: dist.Exactly(amount), Basis: flows.Sn, Bound: bound}, Origin: o}
}

func TestTotals(t *testing.T) {
	half, err := flows.ParsePeriod("2021-01..2021-06")
	require.NoError(t, err)
	r := estimated(t,
		tin(flows.Year(2020), flows.Ground, "RWA", "", 100, flows.About), tin(flows.Year(2020), "RWA", flows.World, "RWA", 130, flows.About), // +30
		tin(flows.Year(2021), flows.Ground, "RWA", "", 100, flows.About), tin(flows.Year(2021), "RWA", flows.World, "RWA", 90, flows.About), // -10
		tin(half, flows.Ground, "RWA", "", 50, flows.About), tin(half, "RWA", flows.World, "RWA", 45, flows.About), // inside 2021
		tin(flows.Year(2022), "RWA", flows.World, "RWA", 10, flows.About), tin(flows.Year(2022), "RWA", "CHN", "CHN", 25, flows.About), // floor 15
		tin(flows.Year(2020), flows.Ground, "BDI", "", 100, flows.AtLeast), tin(flows.Year(2020), "BDI", flows.World, "BDI", 130, flows.About), // a ceiling
		tin(flows.Year(2021), flows.Ground, "BDI", "", 100, flows.AtMost), tin(flows.Year(2021), "BDI", flows.World, "BDI", 130, flows.About), // a floor
	)
	totals, err := report.Totals(r)
	require.NoError(t, err)
	require.Len(t, totals, 3)

	rwa := totals[0]
	require.Equal(t, flows.Place("RWA"), rwa.Place)
	require.Equal(t, estimate.Surplus, rwa.Quantity)
	require.Equal(t, []flows.Period{flows.Year(2020), flows.Year(2021)}, rwa.Periods, "the half-year is not counted again")
	require.InDelta(t, 30-10, rwa.Value.Median, 1e-9)
	require.InDelta(t, 130+90, rwa.Outflow.Median, 1e-9)
	require.Nil(t, rwa.ValueUSD, "no price")

	bdi := totals[1]
	require.Equal(t, flows.Place("BDI"), bdi.Place)
	require.Nil(t, bdi.Value, "a floor and a ceiling do not add up")

	floor := totals[2]
	require.Equal(t, estimate.Floor, floor.Quantity)
	require.InDelta(t, 25-10, floor.Value.Median, 1e-9)
	require.Equal(t, []flows.Period{flows.Year(2022)}, floor.Periods)
}
