package estimate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Bounds of output turn into the opposite bounds of the surplus; those of outflow into the same. Outflow is 100 t, output 30 t unless
// the case says otherwise.
func TestBoundsAlone(t *testing.T) {
	out := func(x string, ch ...change) flows.Record {
		return claim("tin 2020 ground>RWA", x, flows.Sn, origin("out"+x), ch...)
	}
	exp := func(x string) flows.Record {
		return claim("tin 2020 RWA>world", x, flows.Sn, origin("exp"+x), by("RWA"))
	}
	for name, c := range map[string]struct {
		records []flows.Record
		surplus float64
		bound   flows.Bound
	}{
		"output at most 30: a floor":             {[]flows.Record{exp("100"), out("<=30")}, 70, flows.AtLeast},
		"a capacity of 30: a floor":              {[]flows.Record{exp("100"), out("30", evidence(flows.Capacity))}, 70, flows.AtLeast},
		"output at least 30: a ceiling":          {[]flows.Record{exp("100"), out(">=30")}, 70, flows.AtMost},
		"outflow at least 100: a floor":          {[]flows.Record{exp(">=100"), out("30")}, 70, flows.AtLeast},
		"of several floors the highest":          {[]flows.Record{exp("100"), out(">=30"), out(">=40"), out(">=10")}, 60, flows.AtMost},
		"of several ceilings the lowest":         {[]flows.Record{exp("100"), out("<=30"), out("<=20")}, 80, flows.AtLeast},
		"floors of both kinds stay floors":       {[]flows.Record{exp(">=100"), out("<=30")}, 70, flows.AtLeast},
		"a bound beside a figure does not count": {[]flows.Record{exp("100"), out("30"), out("<=50")}, 70, flows.About},
	} {
		t.Run(name, func(t *testing.T) {
			b := row(t, result(t, c.records...), "tin/RWA/2020")
			v, ok := b.Value(estimate.Surplus)
			require.True(t, ok, "%v", b.Warnings)
			require.Equal(t, c.surplus, v.Median)
			require.Equal(t, c.bound, v.Bound)
			require.False(t, warns(b, estimate.ErrBound))
		})
	}
	t.Run("a floor meets a ceiling", func(t *testing.T) {
		b := row(t, result(t, exp(">=100"), out(">=30")), "tin/RWA/2020")
		require.False(t, has(b, estimate.Surplus))
		require.True(t, warns(b, estimate.ErrIndeterminate))
	})
	t.Run("both bounds give a range", func(t *testing.T) { // anywhere in 20..40: mean 30, sd 20/sqrt(12)
		b := row(t, result(t, exp("100"), out(">=20"), out("<=40")), "tin/RWA/2020")
		v, _ := b.Value(estimate.Surplus)
		require.Equal(t, flows.About, v.Bound)
		require.InDelta(t, 70, v.Mean, 1e-6) // stratified
		require.InEpsilon(t, 20/math.Sqrt(12), v.SD, 1e-3)
	})
}

// A capacity of 120 t a year without a period bounds a quarter by 30 t.
func TestCapacityWithoutPeriod(t *testing.T) {
	c := claim("tin - ground>RWA", "120", flows.Sn, origin("mine"), evidence(flows.Capacity))
	m := modelOf(t, estimate.Options{}, c, claim("tin 2020-Q1 RWA>world", "100", flows.Sn, origin("x"), by("RWA")))
	b := row(t, run(t, m, cell("tin/RWA/2020-Q1")), "tin/RWA/2020-Q1")
	v, _ := b.Value(estimate.Surplus)
	require.Equal(t, 70.0, v.Median)
	require.Equal(t, flows.AtLeast, v.Bound)
}

// A figure of 30 */ 1.2 against "at most 29" and "at most 31": P(violated) is above a half in the first case only.
func TestBoundBesideAFigureIsChecked(t *testing.T) {
	for bound, want := range map[string]bool{"<=29": true, "<=31": false, ">=31": true, ">=29": false} {
		b := row(t, result(t,
			claim("tin 2020 RWA>world", "100", flows.Sn, origin("x"), by("RWA")),
			claim("tin 2020 ground>RWA", "30 */ 1.2", flows.Sn, origin("a")),
			claim("tin 2020 ground>RWA", bound, flows.Sn, origin("b"))), "tin/RWA/2020")
		require.Equal(t, want, warns(b, estimate.ErrBound), bound)
		require.InEpsilon(t, 70, central(t, b, estimate.Surplus), 1e-3) // neither truncated nor pooled
	}
}

// A bound on what one partner received says nothing of the others: 10 to the Emirates is at most 15, though the sum of 30 is not.
func TestBoundOnOnePartner(t *testing.T) {
	o := complete("URA", "partners")
	r := []flows.Record{
		claim("gold 2019 UGA>ARE", "10", flows.Au, o, by("UGA")),
		claim("gold 2019 UGA>IND", "20", flows.Au, o, by("UGA")),
	}
	for bound, want := range map[string]bool{"<=15": false, "<=9": true} {
		b := row(t, result(t, append(r, claim("gold 2019 UGA>ARE", bound, flows.Au, origin("panel"), by("UGA")))...), "gold/UGA/2019")
		require.Equal(t, want, warns(b, estimate.ErrBound), bound)
	}
}

// A total of at least 120 t says more than partners of 80 t, of which nobody says that they are all; one of at least 50 t says less.
func TestBoundOnTheTotalBesidePartners(t *testing.T) {
	r := []flows.Record{
		claim("gold 2019 UGA>ARE", "60", flows.Au, origin("URA"), by("UGA")),
		claim("gold 2019 UGA>IND", "20", flows.Au, origin("URA"), by("UGA")),
	}
	for bound, want := range map[string]float64{">=120": 120, ">=50": 80} {
		b := row(t, result(t, append(r, claim("gold 2019 UGA>world", bound, flows.Au, origin("ministry"), by("UGA")))...), "gold/UGA/2019")
		v, _ := b.Value(estimate.Declared)
		require.Equal(t, want, v.Median, bound)
		require.Equal(t, flows.AtLeast, v.Bound)
	}
}

// What bounds a row is said in words, also of the side that is not used.
func TestBoundsAreSaidInWords(t *testing.T) {
	b := row(t, result(t, claim("tin 2015 RWA>world", "<=2000", flows.Sn, origin("board"), by("RWA"))), "tin/RWA/2015")
	require.True(t, warns(b, estimate.ErrCeiling))
	b = row(t, result(t, claim("tin 2015-Q1 RWA>world", "5", flows.Sn, origin("board"), by("RWA")),
		claim("tin 2015 RWA>CHN", "60", flows.Sn, origin("customs"), by("CHN"))), "tin/RWA/2015")
	require.EqualValues(t, estimate.Mirrored, b.Side)
	require.True(t, warns(b, estimate.ErrPartial)) // the declared side: 3 of 12 months

	// a floor and a ceiling in one sum leave nothing: no outflow of the region
	b = row(t, run(t, modelOf(t, estimate.Options{}, claim("tin 2015 RWA>world", "<=20", flows.Sn, origin("a"), by("RWA")),
		claim("tin 2015 COD>world", ">=30", flows.Sn, origin("b"), by("COD")), claim("tin 2015 ground>COD", "5", flows.Sn, origin("c")),
		claim("tin 2015 ground>RWA", "5", flows.Sn, origin("c"))), cell("tin/COD+RWA/2015")), "tin/COD+RWA/2015")
	require.False(t, has(b, estimate.Outflow))
	require.False(t, has(b, estimate.Surplus))
	require.True(t, warns(b, estimate.ErrIndeterminate))
}
