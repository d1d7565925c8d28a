package flows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
)

// An output that a later edition computed from exports says nothing, and neither does the earlier figure that it corrects. One of another year
// or producer, and one that is later still, do.
func TestAnEarlierEditionDoesNotSpeakForADerivedOne(t *testing.T) {
	exports := evidence(flows.Derived)
	for name, c := range map[string]struct {
		derived flows.Claim
		want    []float64
	}{
		"the same figure":   {claim("tin 2016 ground>RWA", 2200, flows.Sn, edition("BGS", "2024"), exports), nil},
		"an earlier one":    {claim("tin 2016 ground>RWA", 2200, flows.Sn, edition("BGS", "2018"), exports), []float64{2619}},
		"another year":      {claim("tin 2017 ground>RWA", 2200, flows.Sn, edition("BGS", "2024"), exports), []float64{2619}},
		"another producer":  {claim("tin 2016 ground>RWA", 2200, flows.Sn, edition("USGS", "2024"), exports), []float64{2619}},
		"a part":            {claim("tin 2016 ground>RWA", 2200, flows.Sn, edition("BGS", "2024"), exports, part("artisanal")), []float64{2619}},
		"of the other side": {claim("tin 2016 RWA>world", 2200, flows.Sn, edition("BGS", "2024"), exports), []float64{2619}},
	} {
		t.Run(name, func(t *testing.T) {
			b := balance(ledgerOf(t, claim("tin 2016 ground>RWA", 2619, flows.Sn, edition("BGS", "2020")), c.derived), "tin/RWA/2016")
			require.Equal(t, c.want, medians(b.Output))
		})
	}
	held := claim("tin 2016 ground>RWA", 2619, flows.Sn, edition("BGS", "2020"), in("as-printed"))
	l, err := ledgerOf(t, held, claim("tin 2016 ground>RWA", 2200, flows.Sn, edition("BGS", "2024"), exports)).Under("as-printed", nil, nil)
	require.NoError(t, err)
	require.Equal(t, []float64{2619}, medians(balance(l, "tin/RWA/2016").Output), "what a scenario brings speaks in it")
}

// BGS stated Burundi's coltan of 2016 as a whole in 2018, and states it by mineral today. All the parts of a later edition supersede the whole;
// some of them, or those of an earlier edition, do not.
func TestLaterPartsBeatAnEarlierWhole(t *testing.T) {
	whole := claim("tantalum 2016 ground>BDI", 32, flows.Gross, edition("BGS", "2018"))
	parts := func(date string, complete ...string) []flows.Record {
		o := edition("BGS", date)
		o.Complete = complete
		return []flows.Record{whole, claim("tantalum 2016 ground>BDI", 30, flows.Gross, o, part("columbite-tantalite")),
			claim("tantalum 2016 ground>BDI", 3, flows.Gross, o, part("tantalite"))}
	}
	for name, c := range map[string]struct {
		records []flows.Record
		want    []float64
	}{
		"all parts, later":     {parts("2024", "parts"), []float64{30, 3}},
		"all parts, that year": {parts("2018", "parts"), []float64{32}},
		"all parts, earlier":   {parts("2016", "parts"), []float64{32}},
		"some parts, later":    {parts("2024"), []float64{32}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.records[1].(flows.Claim).Origin.Published == "2018" { // an id has one content
				for i := range c.records {
					k := c.records[i].(flows.Claim)
					k.Origin = c.records[1].(flows.Claim).Origin
					c.records[i] = k
				}
			}
			b := balance(ledgerOf(t, c.records...), "tantalum/BDI/2016")
			require.ElementsMatch(t, c.want, medians(b.Output))
			require.Len(t, b.Aside, 3-len(c.want))
			s := b.Statements(b.Output)
			require.Len(t, s, 1)
			require.True(t, s[0].Complete)
		})
	}
}
