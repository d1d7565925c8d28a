package adapter

import (
	"fmt"
	"math"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Unit is a unit of mass.
type Unit struct {
	Tonnes float64
	Symbol string // behind a number: "kg"
}

// Figure is a mass as a table states it.
type Figure struct {
	Number float64 // in the table's unit
	Half   bool    // not a nil: anywhere from 0 to half a unit
	Bound  flows.Bound
}

// Amount is the figure in tonnes, with its spread. text is the figure as written. A nil is exact, and so is a bound.
func (f Figure) Amount(text string, u Unit, basis flows.Basis, spread dist.Dist) (flows.Amount, error) {
	a := flows.Amount{Basis: basis, Bound: f.Bound, Text: Trim(text) + " " + u.Symbol}
	var err error
	switch {
	case f.Half:
		a.Value, err = dist.Between(0, 0.5*u.Tonnes)
	case f.Number == 0, f.Bound != flows.About:
		a.Value = dist.Exactly(f.Number * u.Tonnes)
	default:
		if a.Value, err = dist.Spread(f.Number, spread); err == nil && u.Tonnes != 1 {
			a.Value, err = dist.Scale(a.Value, u.Tonnes)
		}
	}
	if err != nil {
		return flows.Amount{}, fmt.Errorf("%w: %w", datasets.ErrShape, err)
	}
	return a, nil
}

// Pedigree is the uncertainty of a statistic of mine output of which nobody has measured how much it is revised: a factor around 1.
// It is that of the pedigree matrix of life cycle assessment with the empirical factors of Ciroth et al. for reliability,
// as package greatlakes reasons in the notes of its origins: GSD^2 = exp(sqrt(sum of squared logarithms of the factors)), of which 90 %
// lies within exp(1.645 ln(GSD^2) / 2).
//
//	gold                     basic 1.05, reliability 2 (1.54), completeness 2 (1.03)    */1.43
//	other, dug by hand       basic 1.5, reliability 2 (1.54)                            */1.63
//	flagged as estimates     reliability 4 (1.69)                                       */1.54, */1.73
func Pedigree(m flows.Mineral, estimated bool) (dist.Dist, error) {
	reliability := 1.54
	if estimated {
		reliability = 1.69
	}
	factors := []float64{1.5, reliability}
	if m == flows.Gold {
		factors = []float64{1.05, reliability, 1.03}
	}
	sum := 0.0
	for _, f := range factors {
		sum += math.Log(f) * math.Log(f)
	}
	// To two digits, as the built-in dataset states it: one figure from two places should be equally sure.
	return dist.ParseSpread(fmt.Sprintf("*/%.2f", math.Exp(1.645*math.Sqrt(sum)/2)))
}
