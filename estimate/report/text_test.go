package report_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/stretchr/testify/require"
)

func text(t *testing.T, r report.Report, o report.Options) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.Text(&b, r, o))
	return b.String()
}

// squeeze makes every run of spaces one, so that a test does not depend on the width of columns.
func squeeze(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	return strings.Join(lines, "\n")
}

func TestTextRows(t *testing.T) {
	out := squeeze(text(t, handReport(0), report.Options{}))
	// 39.1 t out of the mirror, 12 kg own output, 35.2 to 43.0 = 39.1 -+ 10 %, 99.97 % of the outflow
	require.Contains(t, out, "UGA 2019 39.1 mirr. 12 kg 39.1 35.2 to 43.0 >0.99 100 % 1.74 bn +25.1 +14.0 [a]")
	require.Contains(t, out, "output by Bank of Uganda alone: surplus 36.5 (32.9 to 40.2), P >0.99")
	require.Contains(t, out, "RWA 2018 16.2 mirr. 2.20 14.0 12.6 to 15.4 >=0.99 +14.0 31 % Ta2O5 per gross [b a]", "a floor of the surplus has >= before its P")
	require.Contains(t, out, "[a] one-sided: only the partners' side speaks")
	require.Equal(t, 1, strings.Count(out, "only the partners' side speaks"), "identical warnings are merged")
	require.Contains(t, out, "declared-inflow (Bank of Uganda): declared imports are subtracted")
	require.Contains(t, out, "gold UGA 2019 3.20 2.88 to 3.52 >0.99 -1.10 -1.21 to -0.990", "-1.1 -+ 10 %")
	require.Contains(t, out, "gold RWA 2018 3.20 2.88 to 3.52 >0.99 —\n", "without a baseline surplus there is no difference")
	require.Contains(t, out, "gold UGA surplus 100 90.0 to 110 >0.99 110 5.50 bn 2018-2019")
	require.Contains(t, out, "5 figures from 1 publisher went in; 1 set aside, 1 unbalanced (-aside lists them)")
	require.Contains(t, out, "Unexplained, not \"smuggled\"")
}

func TestTextShowsTwelve(t *testing.T) {
	out := squeeze(text(t, handReport(20), report.Options{}))
	require.Contains(t, out, "and 8 more; -all shows them") // 20 - 12
	require.Contains(t, out, "RWA 2011 5,000 decl. 4,000 >=989", "the twelfth: 1000 - 11")
	require.NotContains(t, out, "RWA 2012 5,000")
	require.Contains(t, out, ">=0.99")
	all := squeeze(text(t, handReport(20), report.Options{All: true}))
	require.Contains(t, all, "RWA 2019 5,000")
	require.NotContains(t, all, "more; -all")
}

func TestTextOrder(t *testing.T) {
	r := hand(0)
	row := func(year int, p, median float64) estimate.Balance {
		v := about(median)
		v.ProbPositive = p
		return estimate.Balance{Cell: flows.Cell{Mineral: "tin", Period: flows.Year(year), Place: "RWA"}, Basis: flows.Sn, Values: map[estimate.Quantity]estimate.Value{estimate.Surplus: v}}
	}
	r.Balances = []estimate.Balance{row(2001, 0.5, 900), row(2002, 0.9, 100), row(2003, 0.9, 200)}
	out := text(t, report.Report{Result: r}, report.Options{})
	first, second, third := strings.Index(out, "2003"), strings.Index(out, "2002"), strings.Index(out, "2001")
	require.True(t, first < second && second < third, "P first, then the median:\n%s", out)
}

// Numbers, places and names as wide as they get must not push a line beyond 100 columns.
func TestTextWidth(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	wide := func() estimate.Value {
		x := (random.Float64() - 0.5) * 2e6
		v := about(x)
		v.Bound = flows.Bound(random.IntN(3))
		return v
	}
	r := handReport(5)
	for i := range 40 {
		b := estimate.Balance{
			Cell: flows.Cell{Mineral: "tin", Period: flows.Year(1950 + i), Place: "BDI+COD+RWA+TZA+UGA+ZMB"}, Basis: flows.Sn, Side: estimate.Mirrored,
			Values: map[estimate.Quantity]estimate.Value{}, Grade: "Ta2O5 per gross",
			Alternatives: []estimate.Alternative{{Producer: strings.Repeat("United States Geological Survey ", 5), Quantity: estimate.Output, Surplus: wide()}},
		}
		for _, q := range estimate.Quantities() {
			if q != estimate.Surplus || i%2 == 0 {
				b.Values[q] = wide()
			}
		}
		for j := range 30 {
			b.Warnings = append(b.Warnings, estimate.Warning{Code: "conflict", Text: strings.Repeat("x ", j*5)})
		}
		r.Result.Balances = append(r.Result.Balances, b)
		v := wide()
		r.Totals = append(r.Totals, report.Total{Mineral: "tin", Place: b.Place, Quantity: estimate.Surplus, Value: &v, Outflow: &v, ValueUSD: &v, Periods: []flows.Period{flows.Year(1950), flows.Year(1960 + i), flows.Year(2001)}})
		r.Scenarios = append(r.Scenarios, estimate.Comparison{Scenario: estimate.Scenario{Name: "wide", Who: strings.Repeat("who ", 40)}, Cell: b.Cell, Surplus: &v, Difference: &v, Warnings: b.Warnings})
	}
	for _, all := range []bool{false, true} {
		for i, line := range strings.Split(text(t, r, report.Options{All: all}), "\n") {
			require.LessOrEqual(t, utf8.RuneCountInString(line), 100, "line %d: %s", i+1, line)
		}
	}
}

func TestTextColors(t *testing.T) {
	plain := text(t, handReport(3), report.Options{})
	require.NotContains(t, plain, "\x1b")
	colored := text(t, handReport(3), report.Options{Color: true})
	require.Contains(t, colored, "\x1b[1m")
	require.Equal(t, plain, strings.NewReplacer("\x1b[1m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(colored), "colours change nothing else")
}

func TestTextMissingIsADash(t *testing.T) {
	r := hand(0)
	r.Balances = []estimate.Balance{{Cell: flows.Cell{Mineral: "tin", Period: flows.Year(2001), Place: "RWA"}, Basis: flows.Sn, Values: map[estimate.Quantity]estimate.Value{estimate.Surplus: about(1)}},
		{Cell: flows.Cell{Mineral: "tin", Period: flows.Year(2002), Place: "RWA"}, Basis: flows.Sn}}
	out := squeeze(text(t, report.Report{Result: r}, report.Options{}))
	require.Contains(t, out, "RWA 2001 — — — 1.00 0.900 to 1.10 >0.99")
	require.Contains(t, out, "RWA 2002 — — — — — —")
}

func TestMarkdown(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.Markdown(&b, handReport(14), report.Options{}))
	out := b.String()
	require.Contains(t, out, "## Gold, tonnes of Au")
	require.Contains(t, out, "| 39.1 | mirr. | 12 kg | 39.1 | 35.2 to 43.0 | &gt;0.99 | 100 % | 1.74 bn | +25.1 | +14.0 | \\[a\\] |")
	require.Contains(t, out, "- \\[a\\] one-sided: only the partners' side speaks")
	require.Contains(t, out, "- UGA 2019: output by BGS alone: surplus 39.0")
	require.Contains(t, out, "and 2 more; -all shows them")
	columns := 0
	for _, line := range strings.Split(out, "\n") {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		n := strings.Count(line, "|")
		if columns == 0 {
			columns = n
		}
		require.Equal(t, columns, n, "a table whose rows differ in length: %s", line)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteErrors(t *testing.T) {
	r := handReport(1)
	b := uganda()
	for name, err := range map[string]error{
		"text": report.Text(broken{}, r, report.Options{}), "markdown": report.Markdown(broken{}, r, report.Options{}), "csv": report.CSV(broken{}, r), "json": report.JSON(broken{}, r),
		"aside": report.Aside(broken{}, r.Result, report.Options{}), "list": report.List(broken{}, report.Listing{}, report.Options{}),
		"explain": report.Explain(broken{}, r.Result, &estimate.Explanation{Balance: &b, Quantity: estimate.Surplus}, report.Options{}),
	} {
		require.ErrorContains(t, err, "no space left", name)
	}
}
