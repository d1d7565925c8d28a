package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

func hubs() []report.Section {
	return []report.Section{
		{Heading: "Hubs", Text: []string{"What they send."}},
		{Text: []string{"In tonnes."}, Notes: []string{"and 3 more"}, Table: &report.Table{
			Columns: []report.Column{{Head: "place", Left: true}, {Head: "out\nflow"}, {Head: "why", Left: true}},
			Rows: []report.Row{
				{Cells: []string{"TGO", report.Median(floorOf(20.1)), "transit"}, Below: []string{"from Burkina Faso"}, Strong: true},
				{Cells: []string{"LBY", report.Missing, ""}},
			},
		}},
	}
}

// Sections stand before the rows, and alone where there is no result.
func TestSections(t *testing.T) {
	var alone, before strings.Builder
	require.NoError(t, report.Text(&alone, report.Report{Sections: hubs()}, report.Options{}))
	require.Equal(t, `Hubs
What they send.
In tonnes.
          out
place    flow  why
TGO    >=20.1  transit
    from Burkina Faso
LBY         —
and 3 more
`, alone.String())
	r := estimated(t, tin(flows.Year(2020), flows.Ground, "RWA", "", 100, flows.About), tin(flows.Year(2020), "RWA", flows.World, "RWA", 130, flows.About))
	require.NoError(t, report.Text(&before, report.Report{Result: r, Sections: hubs()}, report.Options{}))
	rows, ok := strings.CutPrefix(before.String(), alone.String()+"\n")
	require.True(t, ok, before.String())
	require.Contains(t, rows, "RWA 2020")
}

func TestSectionsInMarkdown(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.Markdown(&b, report.Report{Sections: hubs()}, report.Options{}))
	require.Equal(t, `# Hubs

What they send.

In tonnes.

| place | out flow | why |
| --- | ---: | --- |
| **TGO** | &gt;=20.1 | transit |
| LBY | — |  |

- TGO: from Burkina Faso

and 3 more
`, b.String())
}

// A table that is wider than a page keeps within it: its last column stands below the rows.
func TestWideSection(t *testing.T) {
	wide := report.Table{Columns: []report.Column{{Head: "a"}, {Head: "b", Left: true}}, Rows: []report.Row{{Cells: []string{"1", strings.Repeat("word ", 40)}}}}
	var b strings.Builder
	require.NoError(t, report.Text(&b, report.Report{Sections: []report.Section{{Heading: "Wide", Table: &wide}}}, report.Options{}))
	for _, line := range strings.Split(b.String(), "\n") {
		require.LessOrEqual(t, len(line), 100)
	}
	require.Contains(t, b.String(), "b word word")
}

func TestNumbersOfSections(t *testing.T) {
	require.Equal(t, "20.1", report.Tonnes(20.149))
	require.Equal(t, "30.6 kg", report.Tonnes(0.0306))
	require.Equal(t, "15.1 bn", report.Dollars(15136287164.23))
	require.Equal(t, "8.8 %", report.Percent(0.0883))
	require.Equal(t, "18.0 to 22.0", report.Range(about(20)))
	require.Equal(t, ">=0.99", report.Probability(floorOf(20)))
	require.Equal(t, "2012-2014", report.Years([]flows.Period{flows.Year(2012), flows.Year(2013), flows.Year(2014)}))
	require.Equal(t, "2 of 2012-2014", report.Years([]flows.Period{flows.Year(2012), flows.Year(2014)}))
	require.Equal(t, "<=5.00", report.Median(estimate.Value{Summary: estimate.Summary{Median: 5}, Bound: flows.AtMost}))
}
