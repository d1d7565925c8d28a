package flows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
)

func TestParsePeriod(t *testing.T) {
	for s, c := range map[string]struct {
		shown  string
		months int
	}{
		"2023":             {"2023", 12},
		"2023-Q1":          {"2023-Q1", 3},
		"2023-05":          {"2023-05", 1},
		"2023-04..2024-03": {"2023-04..2024-03", 12},
		"2023-01..2023-12": {"2023", 12},
		"2023-Q1..2023-Q4": {"2023", 12},
		"2023-04..2023-06": {"2023-Q2", 3},
		"2018-01..2018-09": {"2018-01..2018-09", 9},
		"2009..2023":       {"2009-01..2023-12", 180},
		"2022..2023-06":    {"2022-01..2023-06", 18},
		"2023-05..2023-05": {"2023-05", 1},
		"1000":             {"1000", 12},
		"9999-12":          {"9999-12", 1},
	} {
		p, err := flows.ParsePeriod(s)
		require.NoError(t, err, s)
		require.Equal(t, c.shown, p.String())
		require.Equal(t, c.months, p.Months())
	}
	for _, s := range []string{"", "23", "02023", "20230", "2023-", "2023-0", "2023-00", "2023-13", "2023-Q0", "2023-Q5", "2023-q1", "2023-+1", "2023--1", "+023", "-023",
		" 2023", "2023 ", "2023-05-01", "2023..", "..2023", "2024..2023", "2023-06..2023-05", "2023-05..2023", "2023..2024..2025", "0999", "２０２３", "2023/24", "FY2023"} {
		_, err := flows.ParsePeriod(s)
		require.Error(t, err, s)
	}
}

func TestPeriods(t *testing.T) {
	y, q, m := flows.Year(2023), period("2023-Q2"), flows.Month(2023, 5)
	fiscal := period("2023-07..2024-06")
	require.True(t, y.Contains(q) && q.Contains(m) && y.Contains(y))
	require.False(t, m.Contains(q) || y.Contains(fiscal) || y.Contains(flows.Period{}) || (flows.Period{}).Contains(y))
	require.Equal(t, 6, y.Overlap(fiscal))
	require.Zero(t, q.Overlap(fiscal))
	require.True(t, y.IsYear())
	require.False(t, fiscal.IsYear() || q.IsYear())
	require.Equal(t, flows.Year(2022), y.Previous())
	require.Equal(t, period("2023-Q1"), q.Previous())
	require.Equal(t, flows.Month(2022, 12), flows.Month(2023, 1).Previous())
	require.Equal(t, flows.Month(2024, 1), flows.Month(2023, 13)) // carried, as time.Date does
	require.Equal(t, []int{2023, 2024, 6, -6}, []int{fiscal.FirstYear(), fiscal.LastYear(), y.Offset(fiscal), fiscal.Offset(y)})
	require.Negative(t, y.Compare(flows.Month(2023, 1))) // the longer first
	require.Positive(t, q.Compare(y))
	require.Zero(t, m.Compare(m))
	require.True(t, (flows.Period{}).IsZero())
	require.Empty(t, (flows.Period{}).String())
	_, err := flows.Span(flows.Period{}, y)
	require.Error(t, err)
}

// Whatever is read is shown in a notation that reads back as the same period.
func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2023", "2023-Q1", "2023-05", "2023-04..2024-03", "2009..2023", "2023-13", "..", "9999..1000", "2023-Q1..2023-05"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := flows.ParsePeriod(s)
		if err != nil {
			require.True(t, p.IsZero())
			return
		}
		q, err := flows.ParsePeriod(p.String())
		require.NoError(t, err)
		require.Equal(t, p, q)
		require.Positive(t, p.Months())
		require.True(t, p.Contains(p))
		require.Equal(t, p.Months(), p.Overlap(p))
	})
}
