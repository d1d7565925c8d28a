package usgs

import (
	"errors"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Why a figure gives no claim.
const (
	withheld      = "withheld (W)"
	notAvailable  = "not available (NA or empty)"
	notApplicable = "not applicable (XX)"
	inWords       = "a quantity in words (Large)"
)

// figure is one cell of a table.
type figure struct {
	missing   string // why there is no number
	number    float64
	half      bool // anywhere from 0 to half a unit
	bound     flows.Bound
	estimated bool
}

// readFigure reads a cell with every token that USGS uses.
func readFigure(text string) (figure, error) {
	s := strings.Join(strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == '\u00a0' || c == '\t' }), " ")
	word := strings.ToLower(s)
	if len(word) > 1 {
		word = strings.TrimSuffix(word, ".")
	}
	switch word {
	case "", "na", "n.a", "not available":
		return figure{missing: notAvailable}, nil
	case "w", "withheld":
		return figure{missing: withheld}, nil
	case "xx", "not applicable":
		return figure{missing: notApplicable}, nil
	case "large", "very large", "small", "very small", "moderate", "moderate to large":
		return figure{missing: inWords}, nil
	case "—", "–", "-", "--", "---":
		return figure{}, nil
	case "less than ½ unit", "less than 1/2 unit":
		return figure{half: true}, nil
	}
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' && strings.Trim(s[1:len(s)-1], "0123456789") == "" {
		return figure{missing: atFootnote}, nil
	}
	var f figure
	for _, b := range []struct {
		sign  string
		bound flows.Bound
	}{{">", flows.AtLeast}, {"<", flows.AtMost}} {
		if cut, ok := strings.CutPrefix(s, b.sign); ok {
			f.bound, s = b.bound, strings.TrimSpace(strings.TrimPrefix(cut, "="))
			break
		}
	}
	for _, mark := range []string{"e", "E", "r", "R"} { // "e1,200", "1,200r"
		for _, cut := range []func(string, string) (string, bool){strings.CutPrefix, strings.CutSuffix} {
			if rest, ok := cut(s, mark); ok && rest != "" {
				s = strings.TrimSpace(rest)
				f.estimated = f.estimated || strings.EqualFold(mark, "e")
			}
		}
	}
	x, err := number(s)
	if err != nil {
		return figure{}, err
	}
	f.number = x
	f.half = x == 0 && f.bound == flows.About
	return f, nil
}

// number reads 1840, 1,840 and 12.5. A comma stands before three digits.
func number(s string) (float64, error) {
	bad := errors.New("no figure of USGS': want a number such as 1,840, a bound such as >95, or one of W, NA, XX and —")
	whole, fraction, _ := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if len(g) == 0 || i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(g) > 3 || strings.Trim(g, "0123456789") != "" {
			return 0, bad
		}
	}
	if strings.Trim(fraction, "0123456789") != "" {
		return 0, bad
	}
	x, err := strconv.ParseFloat(strings.Join(groups, "")+"."+fraction+"0", 64)
	if err != nil {
		return 0, bad
	}
	return x, nil
}

// unitOf reads the unit of a column name (t, kg, kt, Mt, mmt) or of a cell ("thousand metric tons").
func unitOf(s string) (adapter.Unit, bool) {
	switch strings.ToLower(strings.Join(strings.Fields(s), " ")) {
	case "t", "metric tons", "metric ton":
		return adapter.Unit{Tonnes: float64(flows.Tonne), Symbol: "t"}, true
	case "kg", "kilograms", "kilogram":
		return adapter.Unit{Tonnes: float64(flows.Kilogram), Symbol: "kg"}, true
	case "kt", "thousand metric tons":
		return adapter.Unit{Tonnes: float64(flows.Kilotonne), Symbol: "kt"}, true
	case "mt", "mmt", "million metric tons":
		return adapter.Unit{Tonnes: 1e6, Symbol: "Mt"}, true
	}
	return adapter.Unit{}, false
}

// amount is the claim's amount: the figure in tonnes with its spread.
func (f figure) amount(text string, u adapter.Unit, basis flows.Basis, spread dist.Dist) (flows.Amount, error) {
	return adapter.Figure{Number: f.number, Half: f.half, Bound: f.bound}.Amount(text, u, basis, spread)
}

// spread is the default uncertainty of a mineral's figures.
func spreadOf(m flows.Mineral) (dist.Dist, error) {
	switch m {
	case flows.Gold:
		return dist.ParseSpread("*/1.12")
	case flows.Tantalum:
		return dist.ParseSpread("*/1.45")
	case flows.Tin:
		return dist.ParseSpread("*/1.70")
	case flows.Tungsten:
		return dist.ParseSpread("*/1.42")
	}
	return dist.ParseSpread("*/1.5")
}
