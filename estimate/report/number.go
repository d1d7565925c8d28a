package report

import (
	"math"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// missing stands where there is no figure.
const missing = "—"

// round rounds x to n significant digits. Going through the decimal text rounds once and exactly.
func round(x float64, n int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', n-1, 64), 64)
	if err != nil {
		return x
	}
	return r
}

// digits prints x to n significant digits, thousands separated by commas: 38.9, 0.123, 12,300.
func digits(x float64, n int) string {
	x = round(x, n)
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return strconv.FormatFloat(x, 'g', -1, 64)
	case x == 0:
		return "0"
	}
	decimals := n - 1 - int(math.Floor(math.Log10(math.Abs(x))))
	return commas(strconv.FormatFloat(x, 'f', max(decimals, 0), 64))
}

// plain prints x to at most n significant digits without trailing zeros: 7, 12.3, 44,757,000.
func plain(x float64, n int) string {
	s := strconv.FormatFloat(round(x, n), 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	return commas(s)
}

// commas separates the thousands of a decimal number.
func commas(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}

// tonnes prints a mass: three digits in tonnes, without the unit that the head of the table gives; below 0.1 t in kg or g and with
// their unit; from a million tonnes on in M.
func tonnes(x float64) string {
	r := round(x, 3)
	switch a := math.Abs(r); {
	case a == 0:
		return "0"
	case a >= 1e6:
		return digits(x/1e6, 3) + " M"
	case a >= 0.1 || math.IsNaN(a):
		return digits(x, 3)
	case a >= 1e-4:
		return plain(x*1e3, 3) + " kg"
	case a >= 1e-7:
		return plain(x*1e6, 3) + " g"
	case r < 0:
		return "-<0.1 g"
	}
	return "<0.1 g"
}

// signed is tonnes with a plus before a positive mass.
func signed(x float64) string {
	if x > 0 {
		return "+" + tonnes(x)
	}
	return tonnes(x)
}

// dollars prints current US dollars as 1.74 bn, 45.1 M, 320 k.
func dollars(x float64) string {
	units := []struct {
		name string
		size float64
	}{{" tn", 1e12}, {" bn", 1e9}, {" M", 1e6}, {" k", 1e3}}
	a := math.Abs(round(x, 3))
	for _, u := range units {
		if a >= u.size {
			return digits(x/u.size, 3) + u.name
		}
	}
	return plain(x, 3)
}

// percent prints a fraction as 97 %, 4.2 %, -340 %.
func percent(x float64) string {
	x *= 100
	if math.Abs(x) < 9.95 {
		return plain(x, 2) + " %"
	}
	return plain(math.Round(x), 3) + " %"
}

// share is percent, but for a deficit so far beyond the outflow that its digits say nothing.
func share(x float64) string {
	if x < -9.99 {
		return "< -999 %"
	}
	return percent(x)
}

// span prints a range with the printer of its unit.
func span(v estimate.Summary, unit func(float64) string) string {
	return unit(v.Lo) + " to " + unit(v.Hi)
}

// probability prints P to two digits. A share of draws is never certainty: 1.00 becomes >0.99 and 0.00 becomes <0.01; the sign of a
// floor or a ceiling takes their place.
func probability(p float64, bound flows.Bound) string {
	s := strconv.FormatFloat(p, 'f', 2, 64)
	switch bound {
	case flows.AtLeast: // rounded down, so that the statement stays true
		return ">=" + strconv.FormatFloat(min(math.Floor(p*100)/100, 0.99), 'f', 2, 64)
	case flows.AtMost:
		return "<=" + strconv.FormatFloat(max(math.Ceil(p*100)/100, 0.01), 'f', 2, 64)
	}
	switch {
	case s == "1.00":
		return ">0.99"
	case s == "0.00":
		return "<0.01"
	}
	return s
}

// sign is what stands before a floor or a ceiling.
func sign(b flows.Bound) string {
	switch b {
	case flows.AtLeast:
		return ">="
	case flows.AtMost:
		return "<="
	}
	return ""
}

// level prints 0.9 as "90 %".
func level(x float64) string { return plain(x*100, 4) + " %" }
