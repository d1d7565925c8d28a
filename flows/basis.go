package flows

import (
	"fmt"
	"slices"
)

// Basis says of what an amount is an amount. The zero value is refused, and an unknown one is an error: never a new substance.
type Basis string

// The bases that are no substance.
const (
	Gross   Basis = "gross"    // tonnes of product as shipped: concentrate, doré, metal
	USD     Basis = "USD"      // current US dollars as declared, free on board
	USDCIF  Basis = "USD-cif"  // current US dollars as importers value them: with cost, insurance and freight
	USDSpot Basis = "USD-spot" // what the same metal is worth at the market price, in current US dollars
	Share   Basis = "share"    // a part of another flow of the same mineral and period (Amount.Of)
)

// The substances that are built in.
const (
	Ta    Basis = "Ta"
	Ta2O5 Basis = "Ta2O5"
	Nb    Basis = "Nb"
	Nb2O5 Basis = "Nb2O5"
	Sn    Basis = "Sn"
	SnO2  Basis = "SnO2"
	W     Basis = "W"
	WO3   Basis = "WO3"
	Au    Basis = "Au"
)

// Standard atomic weights, abridged to the digits that matter here: IUPAC Technical Report, Pure Appl. Chem. 94 (2022) 573,
// doi:10.1515/pac-2019-0603.
const (
	weightO  = 15.999
	weightNb = 92.90637
	weightSn = 118.710
	weightTa = 180.94788
	weightW  = 183.84
)

// Oxide is the exact share of a metal in its oxide: Of per Per, tonnes per tonne.
type Oxide struct {
	Of, Per Basis
	Factor  float64
}

// Oxides returns the factors that are built in. Ta per Ta2O5 comes to 0.81897, the factor that USGS prints under its tantalum tables.
func Oxides() []Oxide {
	return []Oxide{
		{Ta, Ta2O5, 2 * weightTa / (2*weightTa + 5*weightO)},
		{Nb, Nb2O5, 2 * weightNb / (2*weightNb + 5*weightO)},
		{Sn, SnO2, weightSn / (weightSn + 2*weightO)},
		{W, WO3, weightW / (weightW + 3*weightO)},
	}
}

// Money reports whether the basis is dollars.
func (b Basis) Money() bool { return b == USD || b == USDCIF || b == USDSpot }

// Substance reports whether the basis is tonnes of one substance.
func (b Basis) Substance() bool { return b != "" && b != Gross && b != Share && !b.Money() }

// Bases lists the bases that are built in, in alphabetical order.
func Bases() []Basis {
	all := []Basis{Gross, USD, USDCIF, USDSpot, Share, Ta, Ta2O5, Nb, Nb2O5, Sn, SnO2, W, WO3, Au}
	slices.Sort(all)
	return all
}

// Mineral is what is mined and traded: "tantalum", "tin", "tungsten", "gold". A package may bring others.
type Mineral string

// The minerals that are built in.
const (
	Tantalum Mineral = "tantalum"
	Tin      Mineral = "tin"
	Tungsten Mineral = "tungsten"
	Gold     Mineral = "gold"
)

// Commodities returns the minerals that are built in, with the substance that their results are stated in and the headings of
// the Harmonized System that hold their ore and metal.
func Commodities() []Commodity {
	return []Commodity{
		{Mineral: Gold, Substance: Au, HS: []string{"261690", "710811", "710812", "710813"}},
		{Mineral: Tantalum, Substance: Ta, HS: []string{"261590", "810320"}},
		{Mineral: Tin, Substance: Sn, HS: []string{"260900", "800110", "800120"}},
		{Mineral: Tungsten, Substance: W, HS: []string{"261100"}},
	}
}

// BasisError says that an amount cannot be brought to the basis that is wanted, because a rate is missing.
type BasisError struct {
	Mineral    Mineral
	Have, Want Basis
	Pos        Pos
	Missing    string // which rate would help
}

func (e *BasisError) Error() string {
	s := fmt.Sprintf("%s: no rate leads from %s to %s", e.Mineral, e.Have, e.Want)
	if e.Missing != "" {
		s += ": " + e.Missing
	}
	if e.Pos.File != "" {
		s = e.Pos.String() + ": " + s
	}
	return s
}
