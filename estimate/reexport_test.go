package estimate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Parts of 40 t of own gold and 7 t re-exported, against output of 10 t. Confirmed by its origin, the inflow of 7 t cancels the
// re-export: 40 + 7 - 10 - 7 = 30. Unconfirmed, neither counts: 40 - 10 = 30. Alone, a re-exported inflow counts for nothing.
func TestReExportAndItsInflowEnterBothOrNeither(t *testing.T) {
	own := claim("gold 2019 UGA>world", "40", flows.Au, complete("bank", "parts"), by("UGA"), part("domestic"))
	out := claim("gold 2019 UGA>world", "7", flows.Au, complete("bank", "parts"), by("UGA"), part("re-export"))
	output := claim("gold 2019 ground>UGA", "10", flows.Au, origin("BGS"))
	confirmed := claim("gold 2019 VEN>UGA", "7", flows.Au, origin("VEN"), by("VEN"), part("re-export"))
	unconfirmed := claim("gold 2019 VEN>UGA", "7", flows.Au, origin("UGA"), by("UGA"), part("re-export"))
	whole := claim("gold 2019 UGA>world", "47", flows.Au, origin("bank"), by("UGA"))
	for name, c := range map[string]struct {
		claims []flows.Record
		want   float64
	}{
		"both":                         {[]flows.Record{own, out, confirmed}, 30},
		"neither":                      {[]flows.Record{own, out, unconfirmed}, 30},
		"no inflow at all":             {[]flows.Record{own, out}, 30},
		"no re-export among the parts": {[]flows.Record{own, confirmed}, 30},
		"inside a whole":               {[]flows.Record{whole, confirmed}, 30},
	} {
		t.Run(name, func(t *testing.T) {
			b := row(t, run(t, modelOf(t, estimate.Options{}, append(c.claims, output)...)), "gold/UGA/2019")
			require.InDelta(t, c.want, central(t, b, estimate.Surplus), 1e-9)
		})
	}
}
