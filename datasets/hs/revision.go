package hs

import (
	"fmt"
	"strings"
)

// Revision is an edition of the Harmonized System, by UN Comtrade's number. The zero value is the first, of 1992.
type Revision int

// The revisions, by the year that they are called by.
const (
	H0 Revision = iota // 1992
	H1                 // 1996
	H2                 // 2002
	H3                 // 2007
	H4                 // 2012
	H5                 // 2017
	H6                 // 2022
)

var years = [...]int{1992, 1996, 2002, 2007, 2012, 2017, 2022}

// Year is the year that a revision is called by.
func (r Revision) Year() int {
	if r < H0 || r > H6 {
		return 0
	}
	return years[r]
}

// String is UN Comtrade's name, "H5".
func (r Revision) String() string { return fmt.Sprintf("H%d", int(r)) }

// ParseRevision reads UN Comtrade's name "H5", BACI's "HS17" and "HS2017", in any case. "HS" alone is an error: it stands for every reporter's
// own revision.
func ParseRevision(s string) (Revision, error) {
	name := strings.ToUpper(strings.TrimSpace(s))
	for r := H0; r <= H6; r++ {
		year := fmt.Sprint(r.Year())
		if name == r.String() || name == "HS"+year[2:] || name == "HS"+year {
			return r, nil
		}
	}
	if name == "HS" {
		return 0, fmt.Errorf("%q is no revision but each reporter's own: take the row's (H0 to H6)", s)
	}
	return 0, fmt.Errorf("unknown revision %q of the Harmonized System; known are H0 to H6 and HS92 HS96 HS02 HS07 HS12 HS17 HS22", s)
}
