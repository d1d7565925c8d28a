package bgs_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/bgs"
	"github.com/mineralflows/mineralflows/flows"
)

// A note that speaks of a year that is not the calendar's gives its twelve months, or is refused: it is never taken for the calendar year.
func TestYearsInNotes(t *testing.T) {
	const head = "bgs_statistic_type_trans,bgs_commodity_trans,bgs_sub_commodity_trans,country_trans,year,quantity,units,data_precision_description,concat_figure_notes_text\n"
	for note, want := range map[string]string{
		"":                                    "2012",
		"Break in series.":                    "2012",
		"Years ended 30 June of that stated.": "2011-07..2012-06",
		"Years ended 31 March following that stated.":             "2012-04..2013-03",
		"Years ended 20 March following that stated.":             "2012-04..2013-03",
		"Years ended 31 December of that stated.":                 "2012",
		"Years ended 7 January following that stated.":            "2012",
		"Financial years ended 30 June of that stated.":           "2011-07..2012-06",
		"Twelve months ended 30 June of that stated.":             "2011-07..2012-06",
		"12 months ending 31 March of the year following.":        "2012-04..2013-03",
		"Break in series.|Years ended 30 June of that stated.":    "2011-07..2012-06",
		"Year ended 30 June.":                                     "",
		"Fiscal year.":                                            "",
		"Figures are for financial years.":                        "",
		"Nine months ended 30 September.":                         "",
		"Years ended 31 March of the year preceding that stated.": "",
	} {
		t.Run(note, func(t *testing.T) {
			s := bgs.Source{Open: open(head + `Production,"tin, mine",,Uganda,2012,20,tonnes (metal content),,` + note + "\n"), Name: "tin.csv", Published: "2024"}
			l, err := datasets.Load(context.Background(), datasets.Query{}, s)
			if want == "" {
				require.ErrorIs(t, err, flows.ErrPeriod)
				require.ErrorContains(t, err, "tin.csv:2: column concat_figure_notes_text")
				return
			}
			require.NoError(t, err)
			for _, c := range l.Claims() {
				require.Equal(t, want, c.Period.String())
			}
		})
	}
}
