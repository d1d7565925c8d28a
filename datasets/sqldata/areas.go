package sqldata

import (
	"fmt"
	"strconv"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
)

// Areas is how a table writes its reporters and partners.
type Areas string

// The ways.
const (
	Codes   Areas = ""        // UN Comtrade's codes, as numbers or text: 842, "4", "004"
	Letters Areas = "letters" // three letters: ISO 3166-1 alpha-3, and those that UN Comtrade writes for what is no country (W00, S19)
)

func (a Areas) check() error {
	if a != Codes && a != Letters {
		return fmt.Errorf("unknown Areas %q: leave it empty, or write %s", string(a), Letters)
	}
	return nil
}

// spellings are how an area may be written.
func (a Areas) spellings(of area.Area) []string {
	switch {
	case a == Letters:
		return []string{of.Alpha}
	case of.Code < 0:
		return nil
	}
	return []string{strconv.Itoa(of.Code), fmt.Sprintf("%03d", of.Code)}
}

// world are those of the world.
func (a Areas) world() []string {
	if a == Letters {
		return []string{"W00"}
	}
	return []string{"0", "000"}
}

// code is UN Comtrade's code of an area as the table writes it, 4 for 004. Other spellings than those that the engine is asked for are refused:
// they would be found in a read of everything, and not in one of their place.
func (a Areas) code(cell string) (string, error) {
	if a == Letters {
		found, err := area.ByAlpha(cell)
		switch {
		case err != nil:
			return "", err
		case found.Alpha != cell:
			return "", fmt.Errorf("%w: write %s", datasets.ErrWord, found.Alpha)
		case found.Code < 0:
			return "", fmt.Errorf("%w: UN Comtrade has no code for %s", datasets.ErrWord, found.Name)
		}
		return strconv.Itoa(found.Code), nil
	}
	n, err := strconv.Atoi(cell)
	switch {
	case err != nil:
		return cell, nil // what is no number is refused as one
	case cell != strconv.Itoa(n) && cell != fmt.Sprintf("%03d", n):
		return "", fmt.Errorf("%w: write %d", datasets.ErrWord, n)
	}
	return strconv.Itoa(n), nil
}
