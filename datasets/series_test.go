package datasets_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/flows"
)

func TestSeries(t *testing.T) {
	s := datasets.Series{Mineral: flows.Tin, Place: "RWA", Period: flows.Year(2012)}
	output := flows.Flow{Mineral: flows.Tin, Period: flows.Year(2012), From: flows.Ground, To: "RWA"}
	require.True(t, s.Holds(output))
	for says, change := range map[string]func(*flows.Flow){
		"another mineral": func(f *flows.Flow) { f.Mineral = flows.Gold }, "another place": func(f *flows.Flow) { f.To = "COD" },
		"another year": func(f *flows.Flow) { f.Period = flows.Year(2013) }, "exports": func(f *flows.Flow) { f.From, f.To = "RWA", flows.World },
	} {
		other := output
		change(&other)
		require.False(t, s.Holds(other), says)
	}
	fiscal, site := output, output
	var err error
	fiscal.Period, err = flows.ParsePeriod("2012-07..2013-06")
	require.NoError(t, err)
	site.To = "RWA/rutongo"
	require.True(t, s.Holds(fiscal))
	require.True(t, s.Holds(site))
	require.True(t, datasets.Series{Mineral: flows.Tin, Place: "RWA"}.Holds(output))
}
