package datasets

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// figure is an amount or a rate as a cell states it, in tonnes, dollars or fractions.
type figure struct {
	value dist.Dist
	bound flows.Bound
	bare  bool // a single number, which has no uncertainty of its own
}

// daysPerYear is the mean length of a Julian year, so that 52.18 weeks are a year.
const daysPerYear = 365.25

const (
	massUnits  = "t kg g lb ozt kt"
	moneyUnits = "k M bn tn"
)

// massOf is a unit of mass in tonnes, 0 if it is none.
func massOf(unit string) float64 {
	switch unit {
	case "t":
		return float64(flows.Tonne)
	case "kg":
		return float64(flows.Kilogram)
	case "g":
		return float64(flows.Gram)
	case "lb":
		return float64(flows.Pound)
	case "ozt":
		return float64(flows.TroyOunce)
	case "kt":
		return float64(flows.Kilotonne)
	}
	return 0
}

// moneyOf is how many dollars a word for a large number stands for, 0 if it is none.
func moneyOf(unit string) float64 {
	switch unit {
	case "k":
		return 1e3
	case "M":
		return 1e6
	case "bn":
		return 1e9
	case "tn":
		return 1e12
	}
	return 0
}

// readAmount reads the amount of a claim: a number, range or bound with its unit. A capacity without a period is per year.
func readAmount(text string, basis flows.Basis, period flows.Period, negative bool) (figure, error) {
	months := float64(period.Months())
	if period.IsZero() {
		months = 12
	}
	return readFigure(text, negative, func(unit string, per []string) ([]float64, error) {
		k, err := unitFactor(unit, basis, basis == flows.Share)
		if err != nil {
			return nil, err
		}
		if len(per) > 1 {
			return nil, fmt.Errorf("%w: one / at most", ErrUnit)
		}
		for _, p := range per {
			switch {
			case basis == flows.Share:
				return nil, fmt.Errorf("%w: a share is per nothing", ErrUnit)
			case p == "yr":
				k = append(k, months/12)
			case p == "month":
				k = append(k, months)
			case p == "week":
				k = append(k, months*daysPerYear/84)
			default:
				return nil, fmt.Errorf("%w: per %q; known are /month /week /yr", ErrUnit, p)
			}
		}
		return k, nil
	})
}

// readRate reads the value of a rate: so much of one basis per tonne, or dollar, of another.
func readRate(text string, of, per flows.Basis) (figure, error) {
	alike := of.Money() == per.Money()
	f, err := readFigure(text, false, func(unit string, pers []string) ([]float64, error) {
		k, err := unitFactor(unit, of, alike)
		if err != nil {
			return nil, err
		}
		if len(pers) > 1 {
			return nil, fmt.Errorf("%w: one / at most", ErrUnit)
		}
		for _, p := range pers {
			mass := massOf(p)
			switch {
			case mass == 0 || p == "kt":
				return nil, fmt.Errorf("%w: per %q; known are /t /kg /g /lb /ozt", ErrUnit, p)
			case per.Money():
				return nil, fmt.Errorf("%w: per %s, but column per is %s: dollars", ErrUnit, p, per)
			case unit == "%":
				return nil, fmt.Errorf("%w: a per cent is per nothing", ErrUnit)
			}
			k = append(k, 1/mass)
		}
		return k, nil
	})
	if err == nil && f.bound != flows.About {
		err = errors.New("a rate has no bounds: write a range")
	}
	return f, err
}

// unitFactor is what a number in unit is multiplied with, to be tonnes or dollars of basis.
func unitFactor(unit string, basis flows.Basis, fraction bool) ([]float64, error) {
	mass, money := massOf(unit), moneyOf(unit)
	switch {
	case unit == "":
		return nil, nil
	case unit == "%" && fraction:
		return []float64{0.01}, nil
	case unit == "%":
		return nil, fmt.Errorf("%w: a per cent is a share (basis share) or a rate, not an amount of %s", ErrUnit, basis)
	case basis == flows.Share:
		return nil, fmt.Errorf("%w: %q; a share is a fraction or ends in %%", ErrUnit, unit)
	case basis.Money() && money > 0:
		return []float64{money}, nil
	case basis.Money() && mass > 0:
		return nil, fmt.Errorf("%w: %s is a mass, but the basis is %s: dollars, with %s", ErrUnit, unit, basis, moneyUnits)
	case basis.Money():
		return nil, fmt.Errorf("%w: %q; known for dollars are %s", ErrUnit, unit, moneyUnits)
	case mass > 0:
		return []float64{mass}, nil
	case money > 0:
		return nil, fmt.Errorf("%w: %s counts dollars, but the basis is %s: tonnes, with %s", ErrUnit, unit, basis, massUnits)
	}
	return nil, fmt.Errorf("%w: %q; known are %s", ErrUnit, unit, massUnits)
}

// readFigure takes a cell apart. factors says what a unit and what stands behind its / multiply the number with.
func readFigure(text string, negative bool, factors func(unit string, per []string) ([]float64, error)) (figure, error) {
	f := figure{}
	rest := strings.TrimSpace(text)
	for _, b := range []struct {
		sign  string
		bound flows.Bound
	}{{">=", flows.AtLeast}, {"≥", flows.AtLeast}, {"<=", flows.AtMost}, {"≤", flows.AtMost}} {
		if cut, ok := strings.CutPrefix(rest, b.sign); ok {
			f.bound, rest = b.bound, strings.TrimSpace(cut)
			break
		}
	}
	switch {
	case rest == "":
		return f, ErrEmptyCell
	case rest[0] == '<' || rest[0] == '>':
		return f, errors.New("write a bound as >=120 or <=50")
	}
	number, unit, per := splitUnit(rest)
	if number == "" {
		_, err := dist.Parse(rest) // says what is wrong with NaN, Inf or a word
		return f, withoutText(err, rest)
	}
	k, err := factors(unit, per)
	if err != nil {
		if _, wrong := dist.ParseAny(number); wrong != nil {
			return f, withoutText(wrong, number) // "1,2 oo": the number first
		}
		return f, err
	}
	read := dist.Parse
	if negative {
		read = dist.ParseAny
	}
	if f.value, err = read(number); err != nil {
		return f, withoutText(err, number)
	}
	f.bare = f.value.StdDev() == 0
	if f.bound != flows.About && !f.bare {
		return f, errors.New("a bound is one number: >=120 or <=50")
	}
	for _, x := range k {
		if x == 1 {
			continue
		}
		if f.value, err = dist.Scale(f.value, x); err != nil {
			return f, err
		}
	}
	return f, nil
}

// splitUnit parts "15..22 t/month" into "15..22", "t" and "month". All notations of a number end in a digit.
func splitUnit(s string) (number, unit string, per []string) {
	end := strings.LastIndexAny(s, "0123456789") + 1
	if end > 0 && strings.HasPrefix(s[end:], ".") { // "5." has lost a digit, not gained a unit
		end++
	}
	parts := strings.Split(s[end:], "/")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.TrimSpace(s[:end]), parts[0], parts[1:]
}

// withoutText keeps the number out of the message where the cell is shown beside it already.
func withoutText(err error, text string) error {
	var e *dist.Error
	if errors.As(err, &e) && e.Text == text {
		return &dist.Error{Reason: e.Reason, Advice: e.Advice}
	}
	return err
}

// spread gives a bare number the uncertainty of its row, or else of its origin. Ranges and bounds have none to be given, and an
// exact zero takes none.
func (f figure) spread(ofRow, ofOrigin dist.Dist) (dist.Dist, error) {
	switch {
	case ofRow != nil && f.bound != flows.About:
		return nil, errors.New("a bound takes no spread: leave the column spread empty")
	case ofRow != nil && !f.bare:
		return nil, errors.New("a range says how uncertain it is itself: leave the column spread empty")
	case ofRow != nil:
		return dist.Spread(f.value.Quantile(0.5), ofRow)
	case !f.bare, f.bound != flows.About, f.value.Quantile(0.5) == 0:
		return f.value, nil
	case ofOrigin == nil:
		return nil, fmt.Errorf("%w: write a range, or a spread such as */1.3 on the row or on its origin (1 for an exact number)", ErrNoSpread)
	}
	return dist.Spread(f.value.Quantile(0.5), ofOrigin)
}
