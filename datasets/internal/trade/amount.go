package trade

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// figure is a mass in tonnes or a value in dollars, as a row states it.
type figure struct {
	amount    float64     // in unit
	unit      float64     // in tonnes, 1 for dollars
	text      string      // as printed, with its unit
	basis     flows.Basis // of a value; a mass has that of its line
	estimated bool
	column    Field
}

// carat is the metric carat of 0.2 g.
const carat = flows.Gram / 5

// massUnit is a unit of quantity in tonnes, and its sign; 0 for what is no mass.
func massUnit(code string) (float64, string) {
	switch code {
	case "8":
		return float64(flows.Kilogram), " kg"
	case "15":
		return float64(flows.Gram), " g"
	case "21":
		return float64(flows.Tonne), " t"
	case "13":
		return float64(carat), " carat"
	}
	return 0, ""
}

// figuresOf reads the mass and the value of a row, as far as they are stated. It returns false, having reported why, where a cell is bad.
func figuresOf(r Row, imports bool) ([]figure, bool) {
	var out []figure
	w, weighed, ok := mass(r)
	if weighed {
		out = append(out, w)
	}
	d, valued, fine := dollars(r, imports)
	if valued {
		out = append(out, d)
	}
	return out, ok && fine
}

// mass reads how much a row weighs: the net weight, else the quantity where its unit is one of mass, but what was reported before what
// was estimated. It returns false for ok where a cell is bad.
func mass(r Row) (best figure, stands, ok bool) {
	ok = true
	read := func(number, estimated Field, unit float64, sign string) {
		x, stated, err := Amount(r.Text(number))
		if err != nil {
			r.Bad(number, err)
			ok = false
		}
		guess, err := Flag(r.Text(estimated))
		if err != nil {
			r.Bad(estimated, err)
			ok = false
		}
		if !ok || !stated || unit == 0 || stands && (guess || !best.estimated) {
			return
		}
		best = figure{amount: x, unit: unit, text: r.Text(number) + sign, estimated: guess, column: number}
		stands = true
	}
	read(NetWgt, IsNetWgtEstimated, float64(flows.Kilogram), " kg")
	unit, sign := massUnit(r.Text(QtyUnit))
	read(Qty, IsQtyEstimated, unit, sign)
	return best, stands && ok, ok
}

// dollars reads the value of a row.
func dollars(r Row, imports bool) (f figure, stands, ok bool) {
	numbers := [...]Field{Value, CIF, FOB}
	var x [len(numbers)]float64
	ok = true
	for i, n := range numbers {
		var err error
		if x[i], _, err = Amount(r.Text(n)); err != nil {
			r.Bad(n, err)
			ok = false
		}
	}
	f = figure{amount: x[0], unit: 1, text: r.Text(Value), basis: flows.USD, column: Value}
	if imports && (x[1] > 0 || x[2] == 0) {
		f.basis = flows.USDCIF
	}
	return f, x[0] > 0 && ok, ok
}

var (
	errNumber   = errors.New("not a number (write 1200 or 1.2: no comma in a number)")
	errNegative = errors.New("a mass or a value is not negative")
)

// Amount reads a number. 0 is how Comtrade writes what it does not know.
func Amount(s string) (x float64, stated bool, err error) {
	if s == "" {
		return 0, false, nil
	}
	x, err = strconv.ParseFloat(s, 64)
	switch {
	case err != nil, math.IsNaN(x), math.IsInf(x, 0), strings.ContainsAny(s, "xXpP_"):
		return 0, false, errNumber
	case x < 0:
		return 0, false, errNegative
	}
	return x, x > 0, nil
}

// Flag reads true and false, as JSON and several programs write them; empty is false.
func Flag(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "1":
		return true, nil
	case "false", "0", "":
		return false, nil
	}
	return false, fmt.Errorf("%w: want true or false", datasets.ErrWord)
}

// spreads are the factors around 1 of each kind of figure.
type spreads struct{ mass, value, estimated dist.Dist }

// The defaults. The documentation of package comtrade has the arithmetic.
const (
	massFactor      = 1.10
	valueFactor     = 1.08
	estimatedFactor = 2
)

func (o Options) spreads() (spreads, error) {
	pick := func(set dist.Dist, otherwise float64) (dist.Dist, error) {
		if set != nil {
			return set, nil
		}
		return dist.Factor(1, otherwise)
	}
	mass, err1 := pick(o.Spread, massFactor)
	value, err2 := pick(o.Spread, valueFactor)
	estimated, err3 := pick(o.EstimatedSpread, estimatedFactor)
	return spreads{mass, value, estimated}, errors.Join(err1, err2, err3)
}

// amount gives a figure the uncertainty of its kind. A bound has none.
func (s spreads) amount(f figure, l hs.Line) (flows.Amount, error) {
	basis, factor := l.Basis, s.mass
	switch {
	case f.basis.Money():
		basis, factor = f.basis, s.value
	case f.estimated:
		factor = s.estimated
	}
	exact, err := dist.Scale(dist.Exactly(f.amount), f.unit)
	if err != nil {
		return flows.Amount{}, err
	}
	a := flows.Amount{Value: exact, Basis: basis, Bound: l.Bound, Text: f.text}
	if l.Bound != flows.About {
		return a, nil
	}
	a.Value, err = dist.Spread(exact.Mean(), factor)
	return a, err
}
