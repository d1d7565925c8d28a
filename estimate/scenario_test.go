package estimate_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// base: 1,000 t of concentrate at 0.3 hold 300 t, 100 t are mined, the buyer records 450 t, and 40 t of imports nobody confirms.
func base() []flows.Record {
	return []flows.Record{
		claim("tin 2020 RWA>world", "1000", flows.Gross, origin("NISR"), by("RWA")),
		claim("tin 2020 RWA>ARE", "1500", flows.Gross, origin("ARE"), by("ARE")),
		claim("tin 2020 COD>RWA", "40", flows.Sn, origin("RRA"), by("RWA")),
		claim("tin 2020 ground>RWA", "100", flows.Sn, origin("BGS")),
		claim("tin 2020 ground>RWA", "260", flows.Sn, origin("USGS"), evidence(flows.Derived)),
		rate("tin RWA - Sn/gross", "0.3", origin("grade")),
	}
}

func TestScenarioArithmetic(t *testing.T) {
	change := func(action, target, value string) flows.Change {
		return flows.Change{Scenario: "s", Action: action, Target: target, Value: value, Who: "who", Pos: flows.Pos{File: "scenarios.csv", Line: 2}}
	}
	for name, c := range map[string]struct {
		records []flows.Record
		want    float64
	}{
		"note":                      {[]flows.Record{change("note", "", "")}, 450 - 100},
		"set a rate":                {[]flows.Record{change("set", "rate/tin/RWA/Sn per gross/*", "0.2")}, 300 - 100},
		"set a claim":               {[]flows.Record{change("set", "claim/tin/2020/ground>RWA/*/BGS/Sn", "120")}, 450 - 120},
		"drop an origin":            {[]flows.Record{change("drop", "ARE", "")}, 300 - 100},
		"drop a claim":              {[]flows.Record{change("drop", "claim/tin/2020/RWA>ARE/*", "")}, 300 - 100},
		"treat as derived":          {[]flows.Record{change("treat", "BGS", "derived"), change("treat", "USGS", "estimated")}, 450 - 260},
		"outflow":                   {[]flows.Record{change("outflow", "RWA", "declared")}, 300 - 100},
		"outflow everywhere":        {[]flows.Record{change("outflow", "", "declared")}, 300 - 100},
		"inflow":                    {[]flows.Record{change("inflow", "RWA", "declared")}, 450 - 100 - 40},
		"outflow of another place":  {[]flows.Record{change("outflow", "COD", "declared")}, 450 - 100},
		"a claim of the scenario":   {[]flows.Record{claim("tin 2020 ground>RWA", "150", flows.Sn, origin("BGS"), in("s"))}, 450 - 150},
		"a rate of the scenario":    {[]flows.Record{func() flows.Rate { r := rate("tin RWA - Sn/gross", "0.4", origin("new")); r.Scenario = "s"; return r }()}, 600 - 100},
		"unrecorded inflow, beside": {[]flows.Record{claim("tin 2020 COD>RWA", "60", flows.Sn, origin("panel"), in("s"), unrecorded, evidence(flows.Testimony))}, 450 - 100 - 60},
		"testimony of an inflow":    {[]flows.Record{claim("tin 2020 COD>RWA", "60", flows.Sn, origin("panel"), in("s"), evidence(flows.Testimony))}, 450 - 100 - 60},
		"up to 90 % of exports": {[]flows.Record{claim("tin 2020 COD>RWA", "0.9", flows.Share, origin("GW"), in("s"), unrecorded, evidence(flows.Testimony),
			shareOf("RWA", flows.World))}, 450 - 100 - 0.9*300},
	} {
		t.Run(name, func(t *testing.T) {
			m := modelOf(t, estimate.Options{}, append(base(), c.records...)...)
			require.Equal(t, 350.0, central(t, row(t, run(t, m), "tin/RWA/2020"), estimate.Surplus), "the baseline is untouched")
			all, err := estimate.Scenarios(m.Ledger())
			require.NoError(t, err)
			require.Len(t, all, 1)
			under, err := m.With(all[0])
			require.NoError(t, err)
			require.InDelta(t, c.want, central(t, row(t, run(t, under), "tin/RWA/2020"), estimate.Surplus), 1e-9)
			// Compare must find the change in whatever the scenario touches, and nothing where there is none.
			compared, err := estimate.Compare(context.Background(), estimate.MassBalance{}, m, run(t, m), all[0])
			require.NoError(t, err)
			if c.want == 350 {
				require.Empty(t, compared)
				return
			}
			require.Len(t, compared, 1)
			require.InDelta(t, c.want-350, compared[0].Difference.Median, 1e-9)
		})
	}
}

func TestScenarioAdd(t *testing.T) {
	m := modelOf(t, estimate.Options{}, base()...)
	under, err := m.With(estimate.Scenario{Name: "stocks", Add: []flows.Record{claim("tin 2020 RWA>stock", "25", flows.Sn, origin("IPIS"))}})
	require.NoError(t, err)
	require.Equal(t, 450.0+25-100, central(t, row(t, run(t, under), "tin/RWA/2020"), estimate.Surplus))
}

// A change of the grade of Congolese concentrate changes the balance of Rwanda, which confirms its imports by what Congo declares.
func TestCompareFollowsARateAbroad(t *testing.T) {
	m := modelOf(t, estimate.Options{}, append(base(),
		claim("tin 2020 COD>RWA", "100", flows.Gross, origin("COD"), by("COD")),
		rate("tin COD - Sn/gross", "0.2", origin("grade")))...)
	s := estimate.Scenario{Name: "g", Set: map[estimate.Var]dist.Dist{"rate/tin/COD/Sn per gross/grade": value("0.1")}}
	compared, err := estimate.Compare(context.Background(), estimate.MassBalance{}, m, run(t, m), s)
	require.NoError(t, err)
	require.Len(t, compared, 1)
	require.Equal(t, cell("tin/RWA/2020"), compared[0].Cell)
	require.InDelta(t, 10, compared[0].Difference.Median, 1e-9) // 20 t in, then 10 t
}

// A scenario that takes the only output away leaves no surplus, and says so.
func TestCompareReportsALostSurplus(t *testing.T) {
	m := modelOf(t, estimate.Options{}, base()...)
	s := estimate.Scenario{Name: "d", Keep: func(c flows.Claim) bool { return c.Origin.ID != "BGS" }}
	compared, err := estimate.Compare(context.Background(), estimate.MassBalance{}, m, run(t, m), s)
	require.NoError(t, err)
	require.Len(t, compared, 1)
	require.Nil(t, compared[0].Surplus)
	require.Nil(t, compared[0].Difference)
}

func TestTargetsThatMatchNothing(t *testing.T) {
	for _, c := range []struct{ action, target, value, says string }{
		{"set", "rate/tin/UGA/*", "0.2", `no variable matches "rate/tin/UGA/*"`},
		{"set", "rate/tin/RWA/Sn per gross/*", "0,2", "0,2"},
		{"drop", "nobody", "", `no origin or claim matches "nobody"`},
		{"treat", "nobody", "derived", `no origin or claim matches "nobody"`},
		{"outflow", "UGA", "declared", `no claim is about "UGA"`},
	} {
		l := ledgerOf(t, append(base(), flows.Change{Scenario: "s", Action: c.action, Target: c.target, Value: c.value, Pos: flows.Pos{File: "scenarios.csv", Line: 7}})...)
		_, err := estimate.Scenarios(l)
		require.ErrorIs(t, err, flows.ErrScenario)
		require.ErrorContains(t, err, "scenarios.csv:7")
		require.ErrorContains(t, err, c.says)
	}
	m := modelOf(t, estimate.Options{}, base()...)
	_, err := m.With(estimate.Scenario{Name: "s", Set: map[estimate.Var]dist.Dist{"rate/gold/*": value("1")}})
	require.ErrorContains(t, err, `scenario s: no variable matches "rate/gold/*"`)
	_, err = m.With(estimate.Scenario{Name: "s", Outflow: "sideways"})
	require.ErrorContains(t, err, "sideways")
	_, err = m.With(estimate.Scenario{Name: "s", Outflow: "sideways", At: []flows.Place{"RWA"}})
	require.ErrorContains(t, err, "sideways")
}

// The bias of an output is named by the place that mines it: doubled by a bias of exactly 2, 100 t become 200 t.
func TestSetABiasOfOutput(t *testing.T) {
	records := base()
	biased := origin("BGS")
	biased.Bias = value("1 */ 1.2")
	records[3] = claim("tin 2020 ground>RWA", "100", flows.Sn, biased)
	m := modelOf(t, estimate.Options{}, records...)
	under, err := m.With(estimate.Scenario{Name: "s", Set: map[estimate.Var]dist.Dist{"bias/tin/RWA/BGS": value("2")}})
	require.NoError(t, err)
	require.Equal(t, 450.0-200, central(t, row(t, run(t, under), "tin/RWA/2020"), estimate.Surplus))
}

// With exports X of 1,000 t */ 1.2 and a grade of 0.30 or 0.20, both exact, the difference of the surpluses is -0.10 X: its sd is
// 0.10 sd(X). Were the draws not shared it would be sqrt(0.30^2 + 0.20^2) sd(X) = 0.36 sd(X).
func TestDifferenceSharesDraws(t *testing.T) {
	m := modelOf(t, estimate.Options{},
		claim("tin 2020 RWA>world", "1000 */ 1.2", flows.Gross, origin("NISR"), by("RWA")),
		claim("tin 2020 ground>RWA", "100 */ 1.5", flows.Sn, origin("BGS")),
		rate("tin RWA - Sn/gross", "0.3", origin("grade")))
	s := estimate.Scenario{Name: "grade 20 %", Set: map[estimate.Var]dist.Dist{"rate/tin/RWA/*": value("0.2")}}
	compared, err := estimate.Compare(context.Background(), estimate.MassBalance{}, m, run(t, m), s)
	require.NoError(t, err)
	require.Len(t, compared, 1)
	sd := value("1000 */ 1.2").StdDev()
	require.InEpsilon(t, 0.10*sd, compared[0].Difference.SD, 0.005) // stratified: what is missing is the tails' last slices
	require.Less(t, compared[0].Difference.SD, 0.3*math.Hypot(0.3, 0.2)*sd)
	require.Zero(t, compared[0].Difference.ProbPositive)
}

// Rwanda's recorded exports rose from 2,070 to 2,384 t of concentrate, by 314 t, while 960 t are said to have come in.
func TestInflowExceedsRise(t *testing.T) {
	records := []flows.Record{
		claim("tantalum 2023 RWA>world", "2070", flows.Gross, origin("RMB"), by("RWA")),
		claim("tantalum 2024 RWA>world", "2384", flows.Gross, origin("RMB"), by("RWA")),
		claim("tantalum 2023 ground>RWA", "300", flows.Ta, origin("USGS")),
		claim("tantalum 2024 ground>RWA", "300", flows.Ta, origin("USGS")),
		rate("tantalum - - Ta2O5/gross", "0.3", origin("grade")),
	}
	compare := func(tonnes string) []flows.Code {
		m := modelOf(t, estimate.Options{}, append(records, claim("tantalum 2024 COD>RWA", tonnes, flows.Gross, origin("UN"), in("rubaya"), unrecorded, evidence(flows.Testimony)))...)
		all, err := estimate.Scenarios(m.Ledger())
		require.NoError(t, err)
		c, err := estimate.Compare(context.Background(), estimate.MassBalance{}, m, run(t, m), all...)
		require.NoError(t, err)
		require.Len(t, c, 1)
		var out []flows.Code
		for _, w := range c[0].Warnings {
			out = append(out, w.Code)
			require.Contains(t, w.Text, "(gross: 960 t against 314 t)")
		}
		return out
	}
	require.Equal(t, []flows.Code{estimate.ErrInflowExceedsRise}, compare("960"))
	require.Empty(t, compare("300"))
}

// Congo's exports to Rwanda are known as half of what Rwanda exports: a change of these changes Congo's balance too, from 0.5 x 80 - 10
// to 0.5 x 60 - 10.
func TestCompareFollowsAShareAbroad(t *testing.T) {
	m := modelOf(t, estimate.Options{},
		claim("tin 2020 RWA>world", "80", flows.Sn, origin("NISR"), by("RWA")),
		claim("tin 2020 ground>COD", "10", flows.Sn, origin("BGS")),
		claim("tin 2020 COD>RWA", "0.5", flows.Share, origin("CTCPM"), by("COD"), shareOf("RWA", flows.World)))
	s := estimate.Scenario{Name: "g", Set: map[estimate.Var]dist.Dist{"claim/tin/2020/RWA>world/*": value("60")}}
	compared, err := estimate.Compare(context.Background(), estimate.MassBalance{}, m, run(t, m), s)
	require.NoError(t, err)
	require.Len(t, compared, 1)
	require.Equal(t, cell("tin/COD/2020"), compared[0].Cell)
	require.InDelta(t, 20, compared[0].Surplus.Median, 1e-9)
	require.InDelta(t, -10, compared[0].Difference.Median, 1e-9)
}

// A claim of a scenario that scenarios.csv does not have would leave the baseline without a word.
func TestScenarioWithoutARow(t *testing.T) {
	l := ledgerOf(t, claim("tin 2020 ground>RWA", "5", flows.Sn, origin("a"), in("hihg"), at("claims.csv", 7)),
		flows.Change{Scenario: "high", Action: "note", Who: "somebody"})
	_, err := estimate.Scenarios(l)
	require.ErrorIs(t, err, flows.ErrScenario)
	require.ErrorContains(t, err, `claims.csv:7: tin 2020 ground>RWA: bad scenario: "hihg" has no row in scenarios.csv`)
}
