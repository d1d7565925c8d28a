package estimate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Declared 10 t and mirrored 12 t, each */1.2 and so with s = ln 1.2 / 1.645: P(mirrored > declared) =
// Phi(ln 1.2 / (s sqrt 2)) = Phi(1.645 / sqrt 2) = 0.8776. The mirrored side speaks at any level below that and at none above.
func TestGreaterDecidesAtTheLevel(t *testing.T) {
	records := []flows.Record{
		claim("gold 2019 UGA>world", "10 */ 1.2", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019 UGA>ARE", "12 */ 1.2", flows.Au, origin("Comtrade"), by("ARE")),
	}
	for _, c := range []struct {
		level float64
		want  estimate.Side
	}{{0.80, estimate.Mirrored}, {0.86, estimate.Mirrored}, {0.895, estimate.Declared}, {0.95, estimate.Declared}} {
		// P is counted from 8,192 draws: its standard error is sqrt(0.88 x 0.12 / 8192) = 0.004
		b := row(t, run(t, modelOf(t, estimate.Options{Level: c.level, Draws: 8192}, records...)), "gold/UGA/2019")
		require.Equal(t, c.want, b.Side, "level %g", c.level)
		require.Equal(t, c.want == estimate.Mirrored, warns(b, estimate.ErrOneSided))
		require.True(t, has(b, estimate.Declared) && has(b, estimate.Mirrored) && has(b, estimate.TradeGap), "both sides stand in every result")
	}
}

func TestOutflowSides(t *testing.T) {
	records := []flows.Record{
		claim("gold 2019 UGA>world", "10", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019 UGA>ARE", "20", flows.Au, origin("Comtrade"), by("ARE")),
		claim("gold 2019 ground>UGA", "4", flows.Au, origin("WMD")),
	}
	for _, c := range []struct {
		side, speaks estimate.Side
		surplus      float64
		bound        flows.Bound
	}{
		{"", estimate.Mirrored, 16, flows.AtLeast}, // 20 > 10 for certain
		{estimate.Greater, estimate.Mirrored, 16, flows.AtLeast},
		{estimate.Declared, estimate.Declared, 6, flows.About},
		{estimate.Mirrored, estimate.Mirrored, 16, flows.AtLeast}, // others may have received some too
	} {
		b := row(t, run(t, modelOf(t, estimate.Options{Outflow: c.side}, records...)), "gold/UGA/2019")
		v, _ := b.Value(estimate.Surplus)
		require.Equal(t, c.speaks, b.Side)
		require.Equal(t, c.surplus, v.Median)
		require.Equal(t, c.bound, v.Bound)
		require.Equal(t, 6.0, central(t, b, estimate.OutputGap)) // declared - output, whichever side is used
		require.Equal(t, 10.0, central(t, b, estimate.TradeGap)) // mirrored - declared
	}
	// Pooled: the one side or the other with even odds. The mean of n draws that are each 5 off 15 has a standard error of 5/sqrt(n).
	b := row(t, run(t, modelOf(t, estimate.Options{Outflow: estimate.Pooled}, records...)), "gold/UGA/2019")
	v, _ := b.Value(estimate.Outflow)
	require.InDelta(t, 15, v.Mean, 4*5/math.Sqrt(draws))
	require.Equal(t, [2]float64{10, 20}, [2]float64{v.Lo, v.Hi})
}

// Uganda declares 100 t in all, 60 of it to the Emirates and 20 to India, which leaves 20. The Emirates record 80 (20 more), India 15
// (less), China 30 (10 more than what is left): 100 + 20 + 10 = 130.
func TestGreaterWorksPerPartner(t *testing.T) {
	b := row(t, result(t,
		claim("gold 2019 UGA>world", "100", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019 UGA>ARE", "60", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019 UGA>IND", "20", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019 UGA>ARE", "80", flows.Au, origin("ARE"), by("ARE")),
		claim("gold 2019 UGA>IND", "15", flows.Au, origin("IND"), by("IND")),
		claim("gold 2019 UGA>CHN", "30", flows.Au, origin("CHN"), by("CHN")),
		claim("gold 2019 ground>UGA", "1", flows.Au, origin("WMD"))), "gold/UGA/2019")
	require.Equal(t, estimate.Greater, b.Side)
	require.InDelta(t, 130, central(t, b, estimate.Outflow), 1e-9)
	require.InDelta(t, 129, central(t, b, estimate.Surplus), 1e-9)
	require.InDelta(t, 100, central(t, b, estimate.Declared), 1e-9)
	require.InDelta(t, 80+15+30-100, central(t, b, estimate.TradeGap), 1e-9)
	require.True(t, warns(b, estimate.ErrOneSided))
}

func TestOneSideAlone(t *testing.T) {
	mirrored := row(t, result(t, claim("gold 2019 UGA>ARE", "20", flows.Au, origin("ARE"), by("ARE")),
		claim("gold 2019 ground>UGA", "4", flows.Au, origin("WMD"))), "gold/UGA/2019")
	v, _ := mirrored.Value(estimate.Surplus)
	require.Equal(t, flows.AtLeast, v.Bound)
	require.Equal(t, 16.0, v.Median)
	require.True(t, warns(mirrored, estimate.ErrOneSided))
	require.False(t, has(mirrored, estimate.Declared) || has(mirrored, estimate.TradeGap) || has(mirrored, estimate.OutputGap), "a missing figure is missing, never zero")

	declared := row(t, result(t, claim("gold 2019 UGA>world", "20", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019 ground>UGA", "4", flows.Au, origin("WMD"))), "gold/UGA/2019")
	v, _ = declared.Value(estimate.Surplus)
	require.Equal(t, flows.About, v.Bound)
	require.Empty(t, declared.Warnings)
}

// A sum over partners is a floor, unless the origin says that these are all.
func TestPartnersWithoutATotal(t *testing.T) {
	for _, c := range []struct {
		o    *flows.Origin
		want flows.Bound
	}{{origin("URA"), flows.AtLeast}, {complete("URA", "partners"), flows.About}} {
		b := row(t, result(t,
			claim("gold 2019 UGA>ARE", "60", flows.Au, c.o, by("UGA")),
			claim("gold 2019 UGA>IND", "20", flows.Au, c.o, by("UGA"))), "gold/UGA/2019")
		v, _ := b.Value(estimate.Declared)
		require.Equal(t, 80.0, v.Median)
		require.Equal(t, c.want, v.Bound)
	}
}

func TestThirdPartyWhereBothSidesAreSilent(t *testing.T) {
	baci := claim("gold 2019 UGA>ARE", "20", flows.Au, origin("BACI"))
	b := row(t, result(t, baci), "gold/UGA/2019")
	require.True(t, warns(b, estimate.ErrReconciled))
	require.Equal(t, 20.0, central(t, b, estimate.Outflow))
	b = row(t, result(t, baci, claim("gold 2019 UGA>world", "5", flows.Au, origin("URA"), by("UGA"))), "gold/UGA/2019")
	require.False(t, warns(b, estimate.ErrReconciled))
	require.Equal(t, 5.0, central(t, b, estimate.Outflow))
}

func TestInflow(t *testing.T) {
	own := []flows.Record{
		claim("tin 2020 RWA>world", "50", flows.Sn, origin("c"), by("RWA")),
		claim("tin 2020 ground>RWA", "30", flows.Sn, origin("d")),
	}
	origin5 := claim("tin 2020 COD>RWA", "5", flows.Sn, origin("COD"), by("COD"))
	receiver := func(x string) flows.Record {
		return claim("tin 2020 COD>RWA", x, flows.Sn, origin("RWA"), by("RWA"))
	}
	third := func(from string) flows.Record {
		return claim("tin 2020 "+from+">RWA", "2", flows.Sn, origin("BACI"))
	}
	for name, c := range map[string]struct {
		side        estimate.Side
		claims      []flows.Record
		want        float64
		unconfirmed bool
	}{
		"both speak, the origin says less":   {"", []flows.Record{origin5, receiver("8")}, 5, false},
		"both speak, the receiver says less": {"", []flows.Record{origin5, receiver("3")}, 3, false},
		"only the origin":                    {"", []flows.Record{origin5}, 5, false},
		"only the receiver":                  {"", []flows.Record{receiver("8")}, 0, true},
		"only the receiver, believed":        {estimate.Declared, []flows.Record{receiver("8")}, 8, false},
		"both speak, the receiver believed":  {estimate.Declared, []flows.Record{origin5, receiver("8")}, 8, false},
		"a third party alone":                {"", []flows.Record{third("COD")}, 2, false},
		"a third party on another origin":    {"", []flows.Record{origin5, third("BDI")}, 7, false},
		"a third party where one side speaks": {"", []flows.Record{origin5, third("COD")},
			5, false},
		"a third party on the whole world is not added to an origin": {"", []flows.Record{origin5, third("world")}, 5, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := row(t, run(t, modelOf(t, estimate.Options{Inflow: c.side}, append(c.claims, own...)...)), "tin/RWA/2020")
			require.Equal(t, 20-c.want, central(t, b, estimate.Surplus))
			require.Equal(t, c.want > 0, has(b, estimate.Inflow))
			require.Equal(t, c.unconfirmed, warns(b, estimate.ErrUnconfirmed))
			subtracted := name == "a third party alone" || name == "a third party on another origin"
			require.Equal(t, subtracted, warns(b, estimate.ErrReconciled), "what neither side says is not subtracted in silence")
		})
	}
}

// Use adds to what a place got rid of, and so does a build-up of stocks; a draw on stocks is negative: 50 + 4 - 6 - 30 = 18.
func TestUseAndStock(t *testing.T) {
	b := row(t, result(t,
		claim("tin 2020 RWA>world", "50", flows.Sn, origin("c"), by("RWA")),
		claim("tin 2020 ground>RWA", "30", flows.Sn, origin("d")),
		claim("tin 2020 RWA>use", "4", flows.Sn, origin("e")),
		claim("tin 2020 RWA>stock", "-6", flows.Sn, origin("f"))), "tin/RWA/2020")
	require.Equal(t, 18.0, central(t, b, estimate.Surplus))
}

// Without output there is no surplus, and output is not taken for zero; what the mirrored side shows beyond the declared one stays.
func TestNoOutput(t *testing.T) {
	b := row(t, result(t,
		claim("gold 2019 RWA>world", "10", flows.Au, origin("BNR"), by("RWA")),
		claim("gold 2019 RWA>ARE", "24", flows.Au, origin("ARE"), by("ARE"))), "gold/RWA/2019")
	require.True(t, warns(b, estimate.ErrNoOutput))
	require.False(t, has(b, estimate.Surplus) || has(b, estimate.Share) || has(b, estimate.Output))
	v, _ := b.Value(estimate.Floor)
	require.Equal(t, 14.0, v.Median)
	require.Equal(t, flows.AtLeast, v.Bound)
}

// Output of 24.569 t Ta computed from 100 t of exports: 24.569 / 0.81897 / 100 = 30 % Ta2O5, whatever grade the dataset holds, since
// the grade that turns the exports into Ta cancels.
func TestDerivedOutputImpliesAGrade(t *testing.T) {
	factor := 2 * 180.94788 / (2*180.94788 + 5*15.999) // Ta in Ta2O5
	derived := claim("tantalum 2020 ground>RWA", "0", flows.Ta, origin("USGS"), evidence(flows.Derived))
	derived.Amount.Value = value("30")
	derived.Amount.Basis = flows.Ta2O5
	b := row(t, result(t,
		claim("tantalum 2020 RWA>world", "100", flows.Gross, origin("NISR"), by("RWA")),
		rate("tantalum RWA - Ta2O5/gross", "0.2..0.25..0.35", origin("T.I.C.")), derived), "tantalum/RWA/2020")
	require.True(t, warns(b, estimate.ErrCircular))
	require.False(t, has(b, estimate.Surplus) || has(b, estimate.Output))
	v, ok := b.Value(estimate.ImpliedGrade)
	require.True(t, ok)
	require.InEpsilon(t, 0.30, v.Median, 1e-9)
	require.InDelta(t, 0, v.SD, 1e-9)
	require.Equal(t, "Ta2O5 per gross", b.Grade)
	require.InEpsilon(t, 30*factor, b.Term(estimate.Output).Used[0].Value.Median, 1e-9)
	require.True(t, b.Term(estimate.Output).Used[0].Check, "shown, not counted")
}

// Testimony stands aside, and speaks in a scenario that treats it as an estimate.
func TestTestimonyOnlyInAScenario(t *testing.T) {
	m := modelOf(t, estimate.Options{},
		claim("tin 2020 RWA>world", "50", flows.Sn, origin("c"), by("RWA")),
		claim("tin 2020 ground>RWA", "5", flows.Sn, origin("witness"), evidence(flows.Testimony)))
	b := row(t, run(t, m), "tin/RWA/2020")
	require.True(t, warns(b, estimate.ErrNoOutput))
	under, err := m.With(estimate.Scenario{Name: "believed", Treat: func(c flows.Claim) flows.Evidence {
		if c.Evidence == flows.Testimony {
			return flows.Estimated
		}
		return c.Evidence
	}})
	require.NoError(t, err)
	require.Equal(t, 45.0, central(t, row(t, run(t, under), "tin/RWA/2020"), estimate.Surplus))
}
