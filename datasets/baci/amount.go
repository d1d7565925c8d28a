package baci

import (
	"math"

	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// The defaults: 90 % of the figures lie within these factors. The package's documentation has the arithmetic.
const (
	massFactor  = 1.48
	valueFactor = 1.43
)

// thousand dollars are the unit of column v.
const thousand = 1000

// figure is the amount of one claim, or what is wrong with its cell.
type figure struct {
	amount flows.Amount
	fault
}

// figures are what a row says of a line of the Harmonized System: its mass, where it is known, and its value.
func (y *yearly) figures(r row, l hs.Line) []figure {
	var out []figure
	if r.quantity != nil {
		f := figure{flows.Amount{Basis: l.Basis, Bound: l.Bound}, fault{column: colQ}}
		out = append(out, f.of(r.quantity, " t", float64(flows.Tonne), y.source.MassSpread, massFactor))
	}
	f := figure{flows.Amount{Basis: flows.USD, Bound: l.Bound}, fault{column: colV}}
	return append(out, f.of(r.value, " k", thousand, y.source.ValueSpread, valueFactor))
}

// of makes a figure of a number as printed, in units of size tonnes or dollars.
func (f figure) of(printed []byte, unit string, size float64, spread dist.Dist, factor float64) figure {
	f.cell = string(printed)
	f.amount.Text = f.cell + unit
	x, err := number(printed)
	if err == nil {
		f.amount.Value, err = uncertain(x, rounding(printed), f.amount.Bound, spread, factor)
	}
	if err == nil && size != 1 {
		f.amount.Value, err = dist.Scale(f.amount.Value, size)
	}
	f.err = err
	return f
}

// rounding is the most that rounding has changed a number as printed. CEPII prints three digits behind the point; a tool that has dropped
// noughts at the end has not made a number less exact.
func rounding(printed []byte) float64 {
	const digits = 3
	return 0.5 * math.Pow10(-max(digits, decimals(printed)))
}

// uncertain is what a number with its rounding stands for. A nought is a flow that was rounded away. The most that a part can be has no
// spread.
func uncertain(x, half float64, bound flows.Bound, spread dist.Dist, factor float64) (dist.Dist, error) {
	switch {
	case bound != flows.About:
		return dist.Exactly(max(x, half)), nil
	case x == 0:
		return dist.Between(0, half)
	case spread != nil:
		return dist.Spread(x, spread)
	}
	return dist.Factor(x, widened(factor, half/x))
}

// widened is a factor that has the error of rounding in it: the variance of the logarithm, and that of a number anywhere within +-r of 1.
// It is given to three digits behind the point, so that most figures have the same one: what is computed from a factor is then computed
// once.
func widened(factor, r float64) float64 {
	const z = 1.6448536269514722 // 95th percentile of the standard normal
	sd := math.Log(factor) / z
	return math.Round(1e3*math.Exp(z*math.Sqrt(sd*sd+math.Log1p(r*r/3)))) / 1e3
}
