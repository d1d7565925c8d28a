package hs

import (
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// Form is what sort of product a code holds.
type Form string

// The forms.
const (
	Ore      Form = "ore"      // ores and concentrates
	Metal    Form = "metal"    // unwrought metal, powder; of gold also semi-manufactured
	Scrap    Form = "scrap"    // waste, scrap, ash
	Article  Form = "article"  // wrought metal, coins and other articles
	Oxide    Form = "oxide"    // oxides and hydroxides
	Slag     Form = "slag"     // slag, ash and residues of smelting
	Monetary Form = "monetary" // gold that central banks trade
)

// Line is one code of the Harmonized System in the revisions in which it means one thing for one mineral.
type Line struct {
	Code        string // six digits, as text
	Mineral     flows.Mineral
	Form        Form
	First, Last Revision    // both included
	Basis       flows.Basis // of what a net weight is a weight
	Bound       flows.Bound // AtMost where the code also holds what is not the mineral
	Core        bool        // what a balance of the mineral counts, as flows.Commodities has it: ore and unwrought metal, of tungsten the ore alone
	Note        string      // what must be known before it is used
}

// Lines returns all lines of a mineral, in the order of the codes and then of the revisions; none for a mineral that the package does not know.
func Lines(m flows.Mineral) []Line {
	return slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { return l.Mineral != m })
}

// Find returns what a code means in a revision: a line for each mineral that it holds, none where the revision does not have it or it holds
// none of the minerals. Code is six digits.
func Find(code string, r Revision) []Line {
	var found []Line
	for _, l := range lines {
		if l.Code == code && l.holds(r) {
			found = append(found, l)
		}
	}
	return found
}

// Codes returns the codes of a mineral in the given revisions, sorted and each once; without a revision those of all.
func Codes(m flows.Mineral, revisions ...Revision) []string {
	return codes(m, revisions, func(Line) bool { return true })
}

// Core returns the codes of a mineral that a balance counts (Line.Core), in the given revisions, sorted and each once; without a revision those
// of all. Within one revision no good is in two of them.
func Core(m flows.Mineral, revisions ...Revision) []string {
	return codes(m, revisions, func(l Line) bool { return l.Core })
}

// CoreLines returns the lines of all minerals that a balance counts: what the readers of trade statistics take unless told otherwise.
func CoreLines() []Line {
	return slices.DeleteFunc(slices.Clone(lines[:]), func(l Line) bool { return !l.Core })
}

func codes(m flows.Mineral, revisions []Revision, keep func(Line) bool) []string {
	var out []string
	for _, l := range lines {
		in := len(revisions) == 0 || slices.ContainsFunc(revisions, l.holds)
		if l.Mineral == m && in && keep(l) {
			out = append(out, l.Code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (l Line) holds(r Revision) bool { return l.First <= r && r <= l.Last }

// Overlap reports whether one shipment can be counted under both lines, so that their sum counts it twice. Two codes of one revision never
// overlap. One code does with itself, and so it does where it holds two minerals: its weight is there once. Codes of different revisions overlap where
// goods moved from one to the other, such as tantalum scrap from 810310 to 810330: a period that was reported in both revisions is counted in one.
func Overlap(a, b Line) bool {
	if a.Code == b.Code {
		return true
	}
	if a.First <= b.Last && b.First <= a.Last {
		return false
	}
	if a.First > b.First {
		a, b = b, a
	}
	return leads(a.Code, b.Code)
}

// leads reports whether goods of a code are under the other in some later revision.
func leads(from, to string) bool {
	for _, next := range became[from] {
		if next == to || leads(next, to) {
			return true
		}
	}
	return false
}
