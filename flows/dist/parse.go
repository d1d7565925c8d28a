package dist

import (
	"errors"
	"strconv"
	"strings"
)

// Parse reads an uncertain number: "950", "800..1200", "800..950..1200",
// "800 to 1200", "950 +- 60" (or ± or +/-), "950 */ 1.3". Space around a sign is
// free; "to" stands between spaces. A number is digits, with a decimal point
// between digits and an exponent if need be: "0.5", "1.2e3".
//
// The whole text is read or an *[Error] returned: "1,200", "900..1100x", "NaN",
// "1e400" and "0x1p-2" are errors, as are negative numbers (see [ParseAny]).
// A bound (">=120") is no distribution: [ErrBound].
func Parse(s string) (Dist, error) { return parse(s, massesOnly) }

// ParseAny reads what [Parse] reads where negative values are allowed, which
// is for net flows to stock alone: "-20..35", "-5", and normals with both
// tails, "-20 +- 60". It differs from Parse in the meaning of "950 +- 60" too,
// which it does not condition on >= 0.
func ParseAny(s string) (Dist, error) { return parse(s, anySign) }

// ParseSpread reads a factor around 1, the spread of bare numbers: "*/1.3" is
// Factor(1, 1.3), "+-6 %" is PlusMinus(1, 0.06). A factor may also be written
// out as Parse reads it where 1 lies within it, at the ends or between them:
// "0.7..1", "0.9..1..1.2", "0.8 to 1.1"; "1" is a number that is exact. Of a
// distribution without ends, its 5th and 95th percentile count.
func ParseSpread(s string) (Dist, error) {
	text := strings.TrimSpace(s)
	if k, ok := strings.CutPrefix(text, "*/"); ok {
		x, err := parseNumber(k)
		if err != nil {
			return nil, about(text, err)
		}
		d, err := Factor(1, x)
		return orAbout(text, d, err)
	}
	for _, sign := range plusMinusSigns {
		if rest, ok := strings.CutPrefix(text, sign); ok {
			return parseRelative(text, rest)
		}
	}
	d, err := Parse(text)
	if err != nil {
		if e := new(Error); errors.As(err, &e) && (e.Advice == notations || e.Reason == ErrEmpty) {
			return nil, refuse(text, e.Reason, spreadNotations)
		}
		return nil, err
	}
	lo, hi := d.Quantile(0), d.Quantile(1)
	switch d.(type) {
	case lognormal, conditioned:
		lo, hi = d.Quantile(0.05), d.Quantile(0.95)
	}
	if lo <= 1 && 1 <= hi && lo >= 0 {
		return d, nil
	}
	return nil, refuse(text, ErrSpread, spreadNotations)
}

func parseRelative(text, rest string) (Dist, error) {
	percent, ok := strings.CutSuffix(rest, "%")
	if !ok {
		return nil, refuse(text, ErrSpread, "a spread is relative: write it in per cent, +-6 %")
	}
	x, err := parseNumber(percent)
	if err != nil {
		return nil, about(text, err)
	}
	d, err := PlusMinus(1, x/100)
	return orAbout(text, d, err)
}

// sign says which values a reader lets pass.
type sign int8

const (
	massesOnly sign = iota
	anySign
)

var plusMinusSigns = [...]string{"+-", "+/-", "±"}

func parse(s string, allowed sign) (Dist, error) {
	text := strings.TrimSpace(s)
	if text == "" {
		return nil, refuse("", ErrEmpty, "write a number or a range")
	}
	if isBound(text) {
		return nil, refuse(text, ErrBound, "at least or at most a number says nothing of how likely each value is")
	}
	build, parts := split(text)
	if len(parts) > 3 {
		return nil, refuse(text, ErrNotation, "a range has two or three numbers")
	}
	x := make([]float64, len(parts))
	for i, part := range parts {
		v, err := parseNumber(part)
		if err != nil {
			return nil, about(text, err)
		}
		if v < 0 && allowed == massesOnly {
			return nil, refuse(text, ErrNegative, "only a net flow to stock may be negative")
		}
		x[i] = v
	}
	d, err := build(x, allowed)
	return orAbout(text, d, err)
}

func orAbout(text string, d Dist, err error) (Dist, error) {
	if err != nil {
		return nil, about(text, err)
	}
	return d, nil
}

func isBound(text string) bool {
	for _, p := range [...]string{"<", ">", "=", "≤", "≥"} {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	return false
}

// split finds the notation of a text and the numbers in it.
func split(text string) (build func(x []float64, allowed sign) (Dist, error), parts []string) {
	if strings.Contains(text, "..") {
		parts = strings.SplitN(text, "..", 5)
		if len(parts) == 3 {
			return func(x []float64, _ sign) (Dist, error) { return Around(x[0], x[1], x[2]) }, parts
		}
		return func(x []float64, _ sign) (Dist, error) { return Between(x[0], x[1]) }, parts
	}
	for _, s := range plusMinusSigns {
		if a, b, ok := strings.Cut(text, s); ok {
			return buildNormal, []string{a, b}
		}
	}
	if a, b, ok := strings.Cut(text, "*/"); ok {
		return func(x []float64, _ sign) (Dist, error) { return Factor(x[0], x[1]) }, []string{a, b}
	}
	if f := strings.Fields(text); len(f) == 3 && f[1] == "to" {
		return func(x []float64, _ sign) (Dist, error) { return To(x[0], x[1]) }, []string{f[0], f[2]}
	}
	return func(x []float64, _ sign) (Dist, error) { return Exactly(x[0]), nil }, []string{text}
}

func buildNormal(x []float64, allowed sign) (Dist, error) {
	if allowed == anySign {
		return PlusMinusAny(x[0], x[1])
	}
	return PlusMinus(x[0], x[1])
}

// parseNumber reads one decimal number and nothing else. strconv alone would
// take hexadecimal, "Inf", "NaN" and "_"; its grammar is narrowed first.
func parseNumber(s string) (float64, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, refuse(s, ErrNotNumber, "a number is missing")
	}
	if !isDecimal(s) {
		return 0, refuse(s, ErrNotNumber, advise(s))
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil { // the grammar is right: out of range
		return 0, refuse(s, ErrNotFinite, "too large for a float64")
	}
	if x == 0 && strings.ContainsAny(mantissa(s), "123456789") {
		return 0, refuse(s, ErrNotFinite, "too small for a float64: it would be read as an exact zero")
	}
	return x + 0, nil
}

// isDecimal reports whether s is -?d+(.d+)?([eE][+-]?d+)?.
func isDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	s, ok := digits(s)
	if !ok {
		return false
	}
	if rest, found := strings.CutPrefix(s, "."); found {
		if s, ok = digits(rest); !ok {
			return false
		}
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	s, ok = digits(s)
	return ok && s == ""
}

// digits cuts leading digits off s and reports whether there was one.
func digits(s string) (rest string, ok bool) {
	rest = strings.TrimLeft(s, "0123456789")
	return rest, len(rest) < len(s)
}

func mantissa(s string) string {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i]
	}
	return s
}

const (
	notations       = "write 950, 800..1200, 800..950..1200, 800 to 1200, 950 +- 60 or 950 */ 1.3"
	spreadNotations = "write */1.3, +-6 %, or a range of factors that holds 1"
)

// advise guesses what the author of a number that is none meant.
func advise(s string) string {
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	switch {
	case isDecimal(strings.ReplaceAll(s, ",", "")):
		return "write 1200 or 1.2: no comma in a number"
	case isDecimal(strings.NewReplacer("_", "", " ", "", "\u00a0", "", "\u202f", "", "'", "").Replace(s)):
		return "write 1200: nothing between digits"
	case strings.HasPrefix(s, ".") || strings.HasSuffix(s, "."):
		return "write 0.5, a digit on both sides of the point"
	case strings.HasPrefix(s, "+"):
		return "a number has no plus sign"
	case strings.HasSuffix(s, "%"):
		return "write the share or the deviation itself, not per cent"
	case strings.ContainsAny(s, "–—") || digit(s[0]) && strings.Contains(s[1:], "-"):
		return "write a range as 800..1200"
	case strings.HasPrefix(s, "−"):
		return "write the minus sign as -"
	case strings.Contains(s, "to"):
		return "write 800 to 1200, with spaces"
	}
	return notations
}
