package area

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// Kind says whether an area is a place, and of what sort.
type Kind int

// The kinds of areas. The zero value is none of them.
const (
	Country  Kind = iota + 1 // one ISO 3166-1 code
	Former                   // a state or territory that is no more: its successors together, or a part of its successor
	Residual                 // what is not specified, the world, and an area without an ISO 3166-1 code: no place
	Group                    // a union of countries: no place
)

// String is "country", "former", "residual" or "group".
func (k Kind) String() string {
	if k < Country || k > Group {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kinds[k-Country]
}

// Area is one entry of UN Comtrade's lists of reporters and partners.
type Area struct {
	Code  int    // UN Comtrade's, and BACI's; 0 is the world, -1 that Comtrade has none (Monaco)
	ISO   int    // ISO 3166-1 numeric of a country, else 0
	Alpha string // the letters that Comtrade writes: "RWA", "S19", "W00"
	Name  string // Comtrade's, or one that is not another area's as well: "Congo (Brazzaville)" where Comtrade writes "Congo"
	Kind  Kind
	Place flows.Place // ISO alpha-3 of a country; the union of the successors of a former state; "" for what is no place
	Part  bool        // it was only a part of Place: West Germany
	From  int         // the first year in which the code holds, 0 where open or not stated
	To    int         // the last, 0 where open or not stated
	Note  string      // what it covers beyond or short of its name
}

// Holds reports whether the code is one for figures of the year.
func (a Area) Holds(year int) bool {
	return (a.From == 0 || year >= a.From) && (a.To == 0 || year <= a.To)
}

// In returns the area that had the same letters in the year, where this one did not hold yet: Sudan in 2008 is SDN+SSD, Ethiopia in 1990
// is ERI+ETH. For publishers who write one name for both.
func (a Area) In(year int) Area {
	t, err := loaded()
	if err != nil || a.Kind != Country || a.Holds(year) {
		return a
	}
	for _, b := range t.areas {
		if b.Alpha == a.Alpha && b.Kind == Former && !b.Part && b.Holds(year) {
			return b
		}
	}
	return a
}

// String is "Rwanda (646)".
func (a Area) String() string { return a.Name + " (" + strconv.Itoa(a.Code) + ")" }

// ByCode returns the area of a UN Comtrade code. Else the error is an *UnknownError.
func ByCode(code int) (Area, error) {
	t, err := loaded()
	if err != nil {
		return Area{}, err
	}
	i, ok := t.codes[code]
	if !ok || code < 0 {
		return Area{}, &UnknownError{What: "UN Comtrade code", Value: strconv.Itoa(code)}
	}
	return t.areas[i], nil
}

// ByName returns the area that everybody means by a name. The error is an *AmbiguousError where two areas bear it, an *UnknownError where
// none does.
func ByName(name string) (Area, error) { return Publisher("").ByName(name) }

// ByAlpha returns the area of an ISO 3166-1 alpha-3 code, withdrawn ones included (ZAR, ROM), or of other letters that Comtrade writes (S19,
// W00), the World Bank (WLD) or Our World in Data (OWID_WRL). Case and blanks around it do not matter. ISO letters mean the country of
// today: SDN is Sudan without South Sudan. The error is an *AmbiguousError for letters of two areas (A79, ANT, YUG), else an *UnknownError.
func ByAlpha(letters string) (Area, error) {
	t, err := loaded()
	if err != nil {
		return Area{}, err
	}
	found := t.letters[strings.ToUpper(strings.TrimSpace(letters))]
	switch len(found) {
	case 0:
		return Area{}, &UnknownError{What: "letters of an area", Value: letters}
	case 1:
		return t.areas[found[0]], nil
	}
	return Area{}, t.ambiguous(letters, found)
}

// All returns every area, in the order of the codes.
func All() []Area {
	t, err := loaded()
	if err != nil {
		return nil
	}
	return slices.Clone(t.areas)
}
