package bgs

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

var yearText = regexp.MustCompile(`^(\d{4})(?:-01-01(?:[T ]00:00:00(?:\.0+)?(?:Z|\+00:00)?)?)?$`)

var errYear = errors.New("want a year: 2022, 2022-01-01, 2022-01-01T00:00:00 or 2022-01-01 00:00:00")

func yearOf(text string) (int, error) {
	m := yearText.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%w: %w", flows.ErrPeriod, errYear)
	}
	y, err := strconv.Atoi(m[1])
	if err != nil || y < 1000 {
		return 0, fmt.Errorf("%w: %w", flows.ErrPeriod, errYear)
	}
	return y, nil
}

var number = regexp.MustCompile(`^\d+(\.\d+)?([eE]\+?\d{1,2})?$`)

// readQuantity reads a quantity beside the words that say how it is meant. It reports whether there is one.
func readQuantity(text, precision string) (f adapter.Figure, available bool, err error) {
	words := strings.ToLower(precision)
	nothing, trace, none := strings.HasPrefix(words, "nil"), strings.Contains(words, "less than 0.5"), strings.Contains(words, "not available")
	if text == "" {
		if nothing || trace {
			return f, false, fmt.Errorf("empty, though data_precision_description says %q", precision)
		}
		return f, false, nil
	}
	if !number.MatchString(text) {
		return f, false, errors.New("want a number such as 1808 or 12.5")
	}
	x, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return f, false, errors.New("want a number such as 1808 or 12.5")
	case none, x != 0 && nothing, x >= 0.5 && trace:
		return f, false, fmt.Errorf("it contradicts data_precision_description, %q", precision)
	case x != 0 && !trace:
		return adapter.Figure{Number: x}, true, nil
	case nothing:
		return adapter.Figure{}, true, nil
	case trace, words == "", strings.HasPrefix(words, "normal"):
		return adapter.Figure{Half: true}, true, nil
	}
	return f, false, fmt.Errorf("data_precision_description says %q of a zero: nil (nothing produced), or less than 0.5?", precision)
}

// notes is what the notes of a figure say.
type notes struct {
	text     string
	evidence flows.Evidence
	content  flows.Basis // "Nb2O5 content."
	// The end of a fiscal year: its month, 0 for the calendar year, and whether it is one of the next year.
	end  time.Month
	next bool
}

var (
	fiscalYear = regexp.MustCompile(`(?i)^(?:(?:(?:fiscal|financial) )?years?|(?:twelve|12) months) (?:end(?:ed|ing)|to) (\d{1,2})(?:st|nd|rd|th)? ([a-z]+) (of|following)\b(.*)$`)
	anyFiscal  = regexp.MustCompile(`(?i)\b(?:fiscal|financial) years?\b|\b(?:years?|months) end(?:s|ed|ing)?\b|^years? to `)
	otherYear  = regexp.MustCompile(`(?i)\b(?:previous|preceding|before)\b`)
	exported   = regexp.MustCompile(`(?i)\bexport(s|ed)?\b`)
	estimate   = regexp.MustCompile(`(?i)\bestimate`)
	contentOf  = regexp.MustCompile(`^([A-Z][A-Za-z0-9]*) content\.?$`)
)

// readNotes reads the notes of a figure, which a | parts. Only output can be derived from exports.
func readNotes(text string, kind Kind) (notes, error) {
	n := notes{text: strings.ReplaceAll(text, "|", " "), evidence: flows.Reported}
	for _, note := range strings.Split(text, "|") {
		note = strings.TrimSpace(note)
		switch m := fiscalYear.FindStringSubmatch(note); {
		case m != nil && !otherYear.MatchString(m[4]):
			if err := n.ends(m); err != nil {
				return n, err
			}
		case anyFiscal.MatchString(note):
			return n, fmt.Errorf("%w: %q is no year whose end is told: want Years ended 30 June of that stated", flows.ErrPeriod, note)
		}
		switch {
		case kind == Production && exported.MatchString(note):
			n.evidence = flows.Derived
		case n.evidence == flows.Reported && estimate.MatchString(note):
			n.evidence = flows.Estimated
		}
		if m := contentOf.FindStringSubmatch(note); m != nil && slices.Contains(flows.Bases(), flows.Basis(m[1])) {
			n.content = flows.Basis(m[1])
		}
	}
	return n, nil
}

// ends takes the end of a fiscal year from a note. Output is counted in whole months here.
func (n *notes) ends(m []string) error {
	day, err := strconv.Atoi(m[1])
	date, err2 := time.Parse("January", m[2])
	if err != nil || err2 != nil || day < 1 || day > 31 {
		return fmt.Errorf("%w: %q is no day of a year", flows.ErrPeriod, m[1]+" "+m[2])
	}
	n.end = date.Month()
	n.next = strings.EqualFold(m[3], "following") || strings.Contains(strings.ToLower(m[4]), "following")
	if day > 15 {
		return nil
	}
	if n.end--; n.end == 0 { // to 7 January is the year before
		n.end = time.December
		if !n.next {
			return fmt.Errorf("%w: a year to %s %s of the same year", flows.ErrPeriod, m[1], m[2])
		}
		n.next = false
	}
	return nil
}

// period is the year, or the twelve months that a note names.
func (n notes) period(year int) (flows.Period, error) {
	if n.end == 0 {
		return flows.Year(year), nil
	}
	if n.next {
		year++
	}
	last := flows.Month(year, int(n.end))
	return flows.Span(flows.Month(year-1, int(n.end)+1), last)
}

// placeOf finds a country by its name, as it was in the year. Where there is none, why says so.
func placeOf(name string, year int) (place flows.Place, why string, err error) {
	switch name {
	case "Abu Dhabi", "Dubai", "Melilla", "The Canary Islands", "Banaba":
		return "", partOfCountry, nil
	case "Southern Africa":
		return "", noCountry, nil
	}
	a, err := area.BGS.ByName(name)
	switch {
	case err != nil:
		return "", "", err
	case a.Part:
		return "", partOfCountry, nil
	case a.Place == "":
		return "", noCountry, nil
	}
	return a.In(year).Place, "", nil
}

// sameMetal reports whether a substance named by a note is the mineral's.
func sameMetal(c Commodity, of flows.Basis) bool {
	for _, b := range flows.Commodities() {
		if b.Mineral != c.Mineral {
			continue
		}
		if of == b.Substance {
			return true
		}
		for _, o := range flows.Oxides() {
			if o.Of == b.Substance && o.Per == of {
				return true
			}
		}
		return false
	}
	return of == c.Content || of == c.Plain
}

// unit reads the units of a row, and of what they are.
func (c Commodity) unit(text string) (adapter.Unit, flows.Basis, error) {
	word, rest, bracket := strings.Cut(strings.ToLower(text), " (")
	u := adapter.Unit{Tonnes: float64(flows.Tonne), Symbol: "t"}
	switch strings.TrimSpace(word) {
	case "tonnes", "metric tonnes":
	case "kilograms":
		u = adapter.Unit{Tonnes: float64(flows.Kilogram), Symbol: "kg"}
	default:
		return u, "", fmt.Errorf("%w: want tonnes or kilograms", datasets.ErrUnit)
	}
	rest = strings.TrimSuffix(strings.TrimSpace(rest), ")")
	switch {
	case !bracket || rest == "metric":
		if c.Plain == "" {
			return u, "", fmt.Errorf("%w: they do not say of what: want %s (metal content), or set Plain in Commodities", datasets.ErrUnit, word)
		}
		return u, c.Plain, nil
	case rest == "metal content" || rest == "contained":
		if c.Content == "" {
			return u, "", fmt.Errorf("%w: %s %s is expected gross, not as content: set Content in Commodities", datasets.ErrUnit, c.Name, c.Form)
		}
		return u, c.Content, nil
	}
	if c.Content != "" && strings.EqualFold(rest, string(c.Content)+" content") { // tonnes (K2O content)
		return u, c.Content, nil
	}
	return u, "", fmt.Errorf("%w: want nothing, (metric) or (metal content) behind %s", datasets.ErrUnit, word)
}
