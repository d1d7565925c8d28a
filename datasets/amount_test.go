package datasets

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// ends returns what a reader can check by hand: the ends of a hard range, or the number itself twice.
func ends(d dist.Dist) [2]float64 { return [2]float64{d.Quantile(0), d.Quantile(1)} }

func TestReadAmount(t *testing.T) {
	year, quarter, month, none := flows.Year(2020), mustPeriod(t, "2020-Q1"), mustPeriod(t, "2020-05"), flows.Period{}
	for _, c := range []struct {
		text   string
		basis  flows.Basis
		period flows.Period
		lo, hi float64
	}{
		{"27.7 t", flows.Ta, year, 27.7, 27.7},
		{"27.7", flows.Ta, year, 27.7, 27.7},
		{"8751 kg", flows.Au, year, 8.751, 8.751},
		{"8751kg", flows.Au, year, 8.751, 8.751},
		{"500 g", flows.Au, year, 0.0005, 0.0005},
		{"1000000 ozt", flows.Au, year, 31.1034768, 31.1034768}, // 31.1034768 g an ounce
		{"2000 lb", flows.Ta2O5, year, 0.90718474, 0.90718474},  // a short ton is 907.18474 kg
		{"1.5 kt", "Co", year, 1500, 1500},
		{"1.25 bn", flows.USD, year, 1.25e9, 1.25e9},
		{"712345.67", flows.USDCIF, year, 712345.67, 712345.67},
		{"3 k", flows.USDSpot, year, 3000, 3000},
		{"50 M", flows.USD, year, 5e7, 5e7},
		{"2 tn", flows.USD, year, 2e12, 2e12},
		{"15..22 t", flows.Sn, year, 15, 22},
		{"15..16..22 kg", flows.Sn, year, 0.015, 0.022},
		{"120 t/month", flows.Gross, year, 1440, 1440},
		{"120 t / month", flows.Gross, quarter, 360, 360},
		{"1200 kg/month", flows.Gross, month, 1.2, 1.2},
		{"1200 t/yr", flows.Gross, quarter, 300, 300},
		{"84 t/week", flows.Gross, year, 84 * 365.25 / 7, 84 * 365.25 / 7},
		{"5 /month", flows.Gross, year, 60, 60},
		{"120 t/month", flows.Gross, none, 1440, 1440}, // a capacity
		{"120 t", flows.Gross, none, 120, 120},
		{"120 t/yr", flows.Gross, none, 120, 120},
		{"33 %", flows.Share, year, 0.33, 0.33},
		{"20..30%", flows.Share, year, 0.2, 0.3},
		{"0.4", flows.Share, year, 0.4, 0.4},
		{"0", flows.Au, year, 0, 0},
		{"0..0.5 kg", flows.Au, year, 0, 0.0005},
		{"1.2e3 kg", flows.Au, year, 1.2, 1.2},
	} {
		f, err := readAmount(c.text, c.basis, c.period, false)
		require.NoError(t, err, c.text)
		require.Equal(t, flows.About, f.bound, c.text)
		require.InEpsilon(t, c.lo+1, ends(f.value)[0]+1, 1e-15, c.text)
		require.InEpsilon(t, c.hi+1, ends(f.value)[1]+1, 1e-15, c.text)
		require.Equal(t, c.lo == c.hi, f.bare, c.text)
	}
}

// 90 % of "15 to 22 kg" lie between 0.015 and 0.022 t; "950 */ 1.3" has the median 950 and the 95th percentile 1235.
func TestReadAmountKeepsTheKindOfRange(t *testing.T) {
	year := flows.Year(2020)
	f, err := readAmount("15 to 22 kg", flows.Au, year, false)
	require.NoError(t, err)
	require.InEpsilon(t, 0.015, f.value.Quantile(0.05), 1e-12)
	require.InEpsilon(t, 0.022, f.value.Quantile(0.95), 1e-12)
	f, err = readAmount("950 */ 1.3 kg", flows.Au, year, false)
	require.NoError(t, err)
	require.InEpsilon(t, 0.950, f.value.Quantile(0.5), 1e-12)
	require.InEpsilon(t, 1.235, f.value.Quantile(0.95), 1e-12)
	f, err = readAmount("-20 +- 60 kg", flows.Au, year, true)
	require.NoError(t, err)
	require.InEpsilon(t, -0.020, f.value.Mean(), 1e-12)
	require.InEpsilon(t, 0.060, f.value.StdDev(), 1e-12)
}

func TestReadAmountBounds(t *testing.T) {
	for text, want := range map[string]struct {
		bound flows.Bound
		x     float64
	}{
		">=120 t": {flows.AtLeast, 120}, ">= 25 kg": {flows.AtLeast, 0.025}, "<=50 t/month": {flows.AtMost, 600}, "≤ 3": {flows.AtMost, 3},
	} {
		f, err := readAmount(text, flows.Sn, flows.Year(2020), false)
		require.NoError(t, err, text)
		require.Equal(t, want.bound, f.bound, text)
		require.InEpsilon(t, want.x, f.value.Quantile(0.5), 1e-15, text)
		value, err := f.spread(nil, nil)
		require.NoError(t, err, "a bound needs no spread")
		require.Equal(t, f.value, value)
	}
}

func TestReadAmountRefuses(t *testing.T) {
	for _, c := range []struct {
		text  string
		basis flows.Basis
		says  string
	}{
		{"1,200", flows.Sn, "no comma in a number"},
		{"1,200 t", flows.Sn, "no comma in a number"},
		{"-5 t", flows.Sn, "only a net flow to stock may be negative"},
		{"-5..5 t", flows.Sn, "only a net flow to stock may be negative"},
		{"NaN", flows.Sn, "not a number"},
		{"Inf t", flows.Sn, "not a number"},
		{"1e999 t", flows.Sn, "too large"},
		{"n/a", flows.Sn, "not a number"},
		{"22..15 t", flows.Sn, "smaller number first"},
		{"15..30..22 t", flows.Sn, "best guess outside"},
		{"15 t to 22 t", flows.Sn, "not a number"},
		{"5. t", flows.Sn, "a digit on both sides"},
		{"5 tons", flows.Sn, "known are t kg g lb ozt kt"},
		{"5 KG", flows.Sn, `"KG"`},
		{"5 M", flows.Sn, "counts dollars, but the basis is Sn"},
		{"5 kg", flows.USD, "is a mass, but the basis is USD"},
		{"5 mio", flows.USD, "known for dollars are k M bn tn"},
		{"5 %", flows.Sn, "a per cent is a share"},
		{"5 t", flows.Share, "a share is a fraction"},
		{"5 t/ozt", flows.Sn, "known are /month /week /yr"},
		{"5 t/month/month", flows.Sn, "one / at most"},
		{"0 to 5 t", flows.Sn, "0..5"},
		{"0 */ 1.3 t", flows.Sn, "zero"},
		{">120 t", flows.Sn, ">=120"},
		{">=15..22 t", flows.Sn, "a bound is one number"},
		{">=", flows.Sn, "empty"},
		{"1.797e308 kt", flows.Sn, "exceeds"},
	} {
		_, err := readAmount(c.text, c.basis, flows.Year(2020), false)
		require.ErrorContains(t, err, c.says, c.text)
	}
}

func TestReadRate(t *testing.T) {
	for _, c := range []struct {
		text    string
		of, per flows.Basis
		want    float64
	}{
		{"1392.5 /ozt", flows.USDSpot, flows.Au, 1392.5 / 31.1034768e-6},
		{"60 /kg", flows.USDSpot, flows.Ta2O5, 60000},
		{"20000 /t", flows.USDSpot, flows.Sn, 20000},
		{"10 /lb", flows.USDSpot, flows.Nb2O5, 10 / 0.00045359237},
		{"0.06 k/g", flows.USDSpot, flows.Au, 60e6},
		{"33 %", flows.Ta2O5, flows.Gross, 0.33},
		{"0.33", flows.Ta2O5, flows.Gross, 0.33},
		{"5 g/t", flows.Au, flows.Gross, 5e-6},
		{"70 %", flows.USD, flows.USDSpot, 0.7},
	} {
		f, err := readRate(c.text, c.of, c.per)
		require.NoError(t, err, c.text)
		require.InEpsilon(t, c.want, f.value.Quantile(0.5), 1e-15, c.text)
	}
	for _, c := range []struct {
		text    string
		of, per flows.Basis
		says    string
	}{
		{"33 %", flows.USDSpot, flows.Au, "a per cent is a share"},
		{"5 /month", flows.USDSpot, flows.Au, "known are /t /kg /g /lb /ozt"},
		{"5 /kg", flows.USD, flows.USDSpot, "dollars"},
		{"5 %/kg", flows.Ta2O5, flows.Gross, "a per cent is per nothing"},
		{">=5 /kg", flows.USDSpot, flows.Au, "no bounds"},
		{"-5 /kg", flows.USDSpot, flows.Au, "negative"},
	} {
		_, err := readRate(c.text, c.of, c.per)
		require.ErrorContains(t, err, c.says, c.text)
	}
}

func TestSpread(t *testing.T) {
	row, err := dist.ParseSpread("*/1.5")
	require.NoError(t, err)
	origin, err := dist.ParseSpread("*/1.2")
	require.NoError(t, err)
	bare, err := readAmount("100 t", flows.Sn, flows.Year(2020), false)
	require.NoError(t, err)

	d, err := bare.spread(row, origin)
	require.NoError(t, err)
	require.InEpsilon(t, 150, d.Quantile(0.95), 1e-12, "the row comes before the origin: 100 * 1.5")
	d, err = bare.spread(nil, origin)
	require.NoError(t, err)
	require.InEpsilon(t, 120, d.Quantile(0.95), 1e-12, "100 * 1.2")
	_, err = bare.spread(nil, nil)
	require.ErrorIs(t, err, ErrNoSpread)

	hard, err := readAmount("80..90 t", flows.Sn, flows.Year(2020), false)
	require.NoError(t, err)
	d, err = hard.spread(nil, origin)
	require.NoError(t, err)
	require.Equal(t, [2]float64{80, 90}, ends(d), "a range takes no spread")
	_, err = hard.spread(row, nil)
	require.ErrorContains(t, err, "leave the column spread empty")

	zero, err := readAmount("0", flows.Sn, flows.Year(2020), false)
	require.NoError(t, err)
	d, err = zero.spread(nil, origin)
	require.NoError(t, err)
	require.Equal(t, [2]float64{0, 0}, ends(d), "a counted nil")
	_, err = zero.spread(row, nil)
	require.ErrorContains(t, err, "zero")
}

func mustPeriod(t *testing.T, s string) flows.Period {
	t.Helper()
	p, err := flows.ParsePeriod(s)
	require.NoError(t, err)
	return p
}

// FuzzAmount looks for cells that panic, or that are read as something no amount can be.
func FuzzAmount(f *testing.F) {
	for _, s := range []string{"27.7 t", "15..22 kg", "0.20..0.29..0.35", "15 to 22 t/month", "950 +- 60", "950 */ 1.3", ">=120 t", "<=50 M", "1392.5 /ozt",
		"33 %", "0", "1,200", "NaN", "5.", "1e308 kt", "-20 +- 60 kg", "/", "%", "5 //"} {
		f.Add(s, uint8(0), false)
	}
	f.Fuzz(func(t *testing.T, s string, b uint8, negative bool) {
		bases := append(flows.Bases(), "")
		basis, per := bases[int(b)%len(bases)], bases[int(b/16)%len(bases)]
		check := func(g figure, err error, negative bool) {
			if err != nil {
				require.NotEmpty(t, err.Error())
				return
			}
			lo, hi := g.value.Quantile(0.0005), g.value.Quantile(0.9995)
			require.False(t, math.IsNaN(lo) || math.IsInf(lo, 0) || math.IsNaN(hi) || math.IsInf(hi, 0), s)
			require.LessOrEqual(t, lo, hi, s)
			require.True(t, negative || lo >= 0, s)
		}
		g, err := readAmount(s, basis, flows.Year(2020), negative)
		check(g, err, negative)
		g, err = readRate(s, basis, per)
		check(g, err, false)
	})
}
