package report

import (
	"math"
	"testing"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/stretchr/testify/require"
)

func TestTonnes(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{
		{38.93, "38.9"},
		{38.96, "39.0"},        // three digits, so that 39 is known to a tenth
		{0.123, "0.123"},       // still tonnes
		{0.1, "0.100"},         // the smallest mass in tonnes
		{0.09996, "0.100"},     // 99.96 kg rounds to 100 kg = 0.1 t
		{0.0999, "99.9 kg"},    // x 1000
		{0.007, "7 kg"},        // no digits that the figure does not have
		{-0.0123, "-12.3 kg"},  // deficits too
		{0.00005, "50 g"},      // x 1,000,000
		{0.00000002, "<0.1 g"}, // 0.02 g: not nothing
		{0, "0"},
		{1234.5, "1,230"}, // 3 digits of 1,234.5
		{12345, "12,300"},
		{999.9, "1,000"}, // rounds up into four figures
		{123456, "123,000"},
		{1234567, "1.23 M"},
		{-18.44, "-18.4"},
	} {
		require.Equal(t, c.want, tonnes(c.x), "%v", c.x)
	}
	require.Equal(t, "+14.0", signed(14))
	require.Equal(t, "-2.00", signed(-2))
	require.Equal(t, "0", signed(0))
}

func TestDollars(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{
		{1_742_000_000, "1.74 bn"}, // 38.9 t x 32,150.7 oz/t x 1,393 $/oz
		{45_100_000, "45.1 M"},
		{999_700_000, "1.00 bn"}, // 1,000 M has its own unit
		{320_400, "320 k"},
		{-45_100_000, "-45.1 M"},
		{730, "730"},
		{2.5e12, "2.50 tn"},
		{0, "0"},
	} {
		require.Equal(t, c.want, dollars(c.x), "%v", c.x)
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{{0.9997, "100 %"}, {0.973, "97 %"}, {0.0424, "4.2 %"}, {-3.4, "-340 %"}, {0, "0 %"}, {0.0996, "10 %"}, {-123.4, "-12,300 %"}} {
		require.Equal(t, c.want, percent(c.x), "%v", c.x)
	}
}

func TestProbability(t *testing.T) {
	for _, c := range []struct {
		p     float64
		bound flows.Bound
		want  string
	}{
		{0.873, flows.About, "0.87"},
		{1, flows.About, ">0.99"}, // every draw is positive: not certainty
		{0.996, flows.About, ">0.99"},
		{0.994, flows.About, "0.99"},
		{0, flows.About, "<0.01"},
		{0.878, flows.AtLeast, ">=0.87"}, // rounded down: at least 0.88 would be false
		{1, flows.AtLeast, ">=0.99"},
		{0.871, flows.AtMost, "<=0.88"}, // rounded up
		{0, flows.AtMost, "<=0.01"},
	} {
		require.Equal(t, c.want, probability(c.p, c.bound), "%v %v", c.p, c.bound)
	}
}

func TestPlainAndDigits(t *testing.T) {
	require.Equal(t, "44,757,000", plain(44_757_000, 6))
	require.Equal(t, "1.01", plain(1.01, 6))
	require.Equal(t, "0.818974", plain(0.8189742, 6))
	require.Equal(t, "1,712,856,345", plain(1_712_856_345, 12))
	require.Equal(t, "0", plain(math.Copysign(0, -1), 3))
	require.Equal(t, "NaN", digits(math.NaN(), 3))
	require.Equal(t, "90 %", level(0.9))
	require.Equal(t, "97.5 %", level(0.975))
}

func TestYears(t *testing.T) {
	q, err := flows.ParsePeriod("2023-Q1")
	require.NoError(t, err)
	require.Equal(t, "2012-2014, 2016, 2023-Q1", years([]flows.Period{flows.Year(2016), flows.Year(2012), flows.Year(2014), flows.Year(2013), q}))
	require.Equal(t, "2012-2013", years([]flows.Period{flows.Year(2012), flows.Year(2013)}))
}

func TestRun(t *testing.T) {
	require.Equal(t, "2012-2014", run([]flows.Period{flows.Year(2012), flows.Year(2014), flows.Year(2013)}))
	require.Equal(t, "3 of 2012-2016", run([]flows.Period{flows.Year(2012), flows.Year(2014), flows.Year(2016)}))
}

func TestLetters(t *testing.T) {
	require.Equal(t, []string{"a", "z", "aa", "az", "ba"}, []string{letters(0), letters(25), letters(26), letters(51), letters(52)})
}

func TestMarksMergeIdenticalTexts(t *testing.T) {
	var m marks
	a := flows.Warning{Code: "one-sided", Text: "partners are incomplete"}
	b := flows.Warning{Code: "one-sided", Text: "3 of 12 months"}
	require.Equal(t, "[a b]", m.of([]flows.Warning{a, b, a}))
	require.Equal(t, "[b]", m.of([]flows.Warning{b}))
	require.Equal(t, "", m.of(nil))
	require.Equal(t, notes{{"a", "one-sided: partners are incomplete"}, {"b", "one-sided: 3 of 12 months"}}, m.notes)
}
