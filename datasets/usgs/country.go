package usgs

import (
	"errors"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/area"
)

// areaOf reads a country's name. Footnote digits and an "e" for estimated may be glued to it: "United States1", "Chinae", "Mexicoe, 2". A row
// of the world or of other countries together has no place.
func areaOf(name string) (found area.Area, glued bool, err error) {
	a, err := area.USGS.ByName(name)
	var unknown *area.UnknownError
	if errors.As(err, &unknown) {
		bare := strings.TrimRight(name, "0123456789, \u00a0")
		a2, err2 := area.USGS.ByName(bare)
		if cut, ok := strings.CutSuffix(bare, "e"); ok && err2 != nil {
			a2, err2 = area.USGS.ByName(cut)
			glued = err2 == nil
		}
		if err2 == nil {
			a, err = a2, nil
		}
	}
	switch {
	case err == nil:
	case strings.Contains(strings.ToLower(name), "total"), strings.HasPrefix(strings.ToLower(name), "world"): // "Grand total", "World excluding ..."
		return area.Area{}, false, nil
	default:
		return area.Area{}, false, err
	}
	return a, glued, nil
}
