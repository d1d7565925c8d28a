package estimate_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// recomputed takes a surplus from what a row prints: amounts, weights, steps and signs, claims of one statement summed and statements of
// one flow averaged.
func recomputed(b *estimate.Balance) float64 {
	sum := 0.0
	for _, term := range b.Terms {
		type flow struct{ from, to flows.Place }
		of := map[flow]map[string]float64{}
		for _, u := range term.Used {
			if u.Check || term.Sign == 0 {
				continue
			}
			x := u.Amount * u.Weight
			for _, s := range u.Steps {
				if s.Inverse {
					x /= s.Median
				} else {
					x *= s.Median
				}
			}
			f := flow{u.Claim.From, u.Claim.To}
			if of[f] == nil {
				of[f] = map[string]float64{}
			}
			of[f][u.Statement] += x
		}
		for _, statements := range of {
			for _, x := range statements {
				sum += float64(term.Sign) * x / float64(len(statements))
			}
		}
	}
	return sum
}

// A reader with a pocket calculator gets from the printed steps what the row says: the central value, which for a sum of symmetric
// inputs is the median too.
func TestARowIsRecomputedFromItsSteps(t *testing.T) {
	r := result(t, append(mixed(),
		claim("tantalum 2020 RWA>world", "1000 +- 50", flows.Gross, origin("NISR"), by("RWA")),
		rate("tantalum RWA - Ta2O5/gross", "0.28..0.32", origin("T.I.C.")),
		claim("tantalum 2020 ground>RWA", "100 +- 10", flows.Ta, origin("USGS")),
		claim("tantalum 2020 BDI>RWA", "20 +- 2", flows.Ta2O5, origin("BDI"), by("BDI")))...)
	seen := 0
	for i := range r.Balances {
		b := &r.Balances[i]
		if _, ok := b.Value(estimate.Surplus); !ok {
			continue
		}
		e, err := r.Explain(b.Cell)
		require.NoError(t, err)
		require.InEpsilon(t, e.Central, recomputed(b), 1e-9, "%s", b.Cell)
		seen++
	}
	require.Greater(t, seen, 30)
	b := row(t, r, "tantalum/RWA/2020")
	v := b.Values[estimate.Surplus]
	byHand := (1000*0.30-20)*0.818967 - 100
	require.InEpsilon(t, byHand, recomputed(b), 1e-5)
	require.InDelta(t, byHand, v.Median, 4*1.25*v.SD/math.Sqrt(draws))
}

// Of 130 t that go out, 70 are declared and stand, 80 + 30 recorded by partners replace what was declared: the printed terms give the
// outflow that the row states, whichever way partners were decided.
func TestGreaterPerPartnerIsRecomputed(t *testing.T) {
	for _, china := range []string{"30", "5"} {
		b := row(t, result(t,
			claim("gold 2019 UGA>world", "100", flows.Au, origin("URA"), by("UGA")),
			claim("gold 2019 UGA>ARE", "60", flows.Au, origin("URA"), by("UGA")),
			claim("gold 2019 UGA>IND", "20", flows.Au, origin("URA"), by("UGA")),
			claim("gold 2019 UGA>ARE", "80", flows.Au, origin("ARE"), by("ARE")),
			claim("gold 2019 UGA>IND", "15", flows.Au, origin("IND"), by("IND")),
			claim("gold 2019 UGA>CHN", china, flows.Au, origin("CHN"), by("CHN")),
			claim("gold 2019 ground>UGA", "1", flows.Au, origin("WMD"))), "gold/UGA/2019")
		want := map[string]float64{"30": 100 + 20 + 10 - 1, "5": 100 + 20 - 1}[china]
		require.InDelta(t, want, central(t, b, estimate.Surplus), 1e-9)
		require.InDelta(t, want, recomputed(b), 1e-9, "China %s", china)
	}
}

// Every kind of row can be explained: mixtures, effects, ranges between bounds, prorated years, regions, floors.
func TestEveryRowExplains(t *testing.T) {
	records := append(mixed(),
		claim("tungsten 2018-07..2019-06 RWA>world", "120 */ 1.1", flows.W, origin("RMB"), by("RWA")),
		claim("tungsten 2019-07..2020-06 RWA>world", "240 */ 1.1", flows.W, origin("RMB"), by("RWA")),
		claim("tungsten 2019 ground>RWA", ">=80", flows.W, origin("USGS")), claim("tungsten 2019 ground>RWA", "<=90", flows.W, origin("BGS")))
	for _, p := range []string{"A", "B", "C", "D"} {
		records = append(records, claim("tantalum 2019 ground>RWA", "50 */ 1.3", flows.Ta, origin(p)))
	}
	records = append(records, claim("tantalum 2019 RWA>world", "100 */ 1.3", flows.Ta, origin("x"), by("RWA")))
	for _, pool := range []estimate.Pool{nil, estimate.RandomEffects{}, estimate.Prefer{"BGS"}} {
		for _, side := range []estimate.Side{estimate.Greater, estimate.Pooled} {
			m := modelOf(t, estimate.Options{Prorate: true, Pool: pool, Outflow: side}, records...)
			var cells []flows.Cell
			for c := range m.Ledger().Cells() {
				cells = append(cells, c)
			}
			r, err := estimate.MassBalance{Cells: append(cells, cell("tin/BDI+RWA/2016"))}.Estimate(context.Background(), m)
			require.NoError(t, err)
			require.NotNil(t, r.Balance(cell("tungsten/RWA/2019")))
			for i := range r.Balances {
				b := &r.Balances[i]
				e, err := r.Explain(b.Cell)
				require.NoError(t, err)
				v := b.Values[e.Quantity]
				require.GreaterOrEqual(t, e.Central, v.Lo-3*v.SD, "%s", b.Cell)
				require.LessOrEqual(t, e.Central, v.Hi+3*v.SD, "%s", b.Cell)
				require.False(t, math.IsNaN(e.FirstOrder.SD), "%s", b.Cell)
				for _, c := range e.Contributions {
					require.False(t, math.IsNaN(c.Share), "%s %s", b.Cell, c.Var)
				}
			}
		}
	}
}

// Two grades of equal rank, 0.4 and 0.6 exact: which of them a draw follows is the only thing that is uncertain.
func TestWhichRateContributes(t *testing.T) {
	r := result(t, claim("tin 2020 RWA>world", "1000", flows.Gross, origin("x"), by("RWA")),
		rate("tin - 2020 Sn/gross", "0.4", origin("a")), rate("tin - 2020 Sn/gross", "0.6", origin("b")))
	c, err := r.Contributions(cell("tin/RWA/2020"), estimate.Outflow)
	require.NoError(t, err)
	require.Len(t, c, 1)
	require.Equal(t, estimate.Var("pool/tin/RWA/which of a and b"), c[0].Var)
	require.InDelta(t, 1, c[0].Share, 1e-9)
}

// The origins and the number of figures are those that went in.
func TestOriginsOfAResult(t *testing.T) {
	records := append(base()[:2], base()[3:]...) // without the inflow that nobody confirms
	r := result(t, records...)
	ids := []string{}
	for _, o := range r.Origins {
		ids = append(ids, o.ID)
	}
	require.Equal(t, []string{"ARE", "BGS", "NISR", "grade"}, ids)
	require.Equal(t, 4, r.Figures)
	require.NotEmpty(t, r.Aside) // USGS's derived figure
}
