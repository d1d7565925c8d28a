package flows

import (
	"fmt"
	"strconv"
	"strings"
)

// Period is a run of whole calendar months: a year, a quarter, a month, a fiscal year. It is comparable; the zero value is no period.
type Period struct {
	start  int32 // months since January of year 0
	months int32
}

// Year is the calendar year y.
func Year(y int) Period { return Period{int32(12 * y), 12} }

// Month is month m (1 to 12) of year y. A month outside that range is carried into the neighbouring year, as time.Date does.
func Month(y, m int) Period { return Period{int32(12*y + m - 1), 1} }

// Span is the period from the first month of first to the last month of last.
func Span(first, last Period) (Period, error) {
	if first.IsZero() || last.IsZero() {
		return Period{}, fmt.Errorf("a span needs two periods")
	}
	end := last.start + last.months
	if end <= first.start || last.start < first.start {
		return Period{}, fmt.Errorf("period upside down: %s..%s", first, last)
	}
	return Period{first.start, end - first.start}, nil
}

// ParsePeriod reads "2023", "2023-Q1", "2023-05" and spans of them such as "2023-04..2024-03".
func ParsePeriod(s string) (Period, error) {
	first, last, ranged := strings.Cut(s, "..")
	p, err := parseSinglePeriod(first)
	if err != nil {
		return Period{}, fmt.Errorf("period %q: %w", s, err)
	}
	if !ranged {
		return p, nil
	}
	q, err := parseSinglePeriod(last)
	if err != nil {
		return Period{}, fmt.Errorf("period %q: %w", s, err)
	}
	return Span(p, q)
}

func parseSinglePeriod(s string) (Period, error) {
	const want = "want 2023, 2023-Q1, 2023-05 or 2023-04..2024-03"
	year, rest, dashed := strings.Cut(s, "-")
	y, err := strconv.Atoi(year)
	if err != nil || len(year) != 4 || y < 1000 {
		return Period{}, fmt.Errorf("%s", want)
	}
	switch {
	case !dashed:
		return Year(y), nil
	case len(rest) == 2 && rest[0] == 'Q' && rest[1] >= '1' && rest[1] <= '4':
		return Period{int32(12*y + 3*int(rest[1]-'1')), 3}, nil
	case len(rest) == 2:
		m, err := strconv.Atoi(rest)
		if err != nil || m < 1 || m > 12 || rest[0] == '+' || rest[0] == '-' {
			return Period{}, fmt.Errorf("%s", want)
		}
		return Month(y, m), nil
	}
	return Period{}, fmt.Errorf("%s", want)
}

// String gives the shortest notation that ParsePeriod reads.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	y, m := int(p.start/12), int(p.start%12)
	switch {
	case p.months == 12 && m == 0:
		return fmt.Sprintf("%04d", y)
	case p.months == 3 && m%3 == 0:
		return fmt.Sprintf("%04d-Q%d", y, m/3+1)
	case p.months == 1:
		return fmt.Sprintf("%04d-%02d", y, m+1)
	}
	end := p.start + p.months - 1
	return fmt.Sprintf("%04d-%02d..%04d-%02d", y, m+1, end/12, end%12+1)
}

// IsZero reports whether p is no period.
func (p Period) IsZero() bool { return p.months == 0 }

// IsYear reports whether p is a calendar year.
func (p Period) IsYear() bool { return p.months == 12 && p.start%12 == 0 }

// Months is the length of p.
func (p Period) Months() int { return int(p.months) }

// FirstYear is the calendar year in which p starts.
func (p Period) FirstYear() int { return int(p.start / 12) }

// LastYear is the calendar year in which p ends.
func (p Period) LastYear() int { return int((p.start + p.months - 1) / 12) }

// Contains reports whether q lies wholly inside p.
func (p Period) Contains(q Period) bool {
	return !q.IsZero() && q.start >= p.start && q.start+q.months <= p.start+p.months
}

// Overlap is the number of months that p and q share.
func (p Period) Overlap(q Period) int {
	n := min(p.start+p.months, q.start+q.months) - max(p.start, q.start)
	return int(max(n, 0))
}

// Compare orders periods by their first month, then the longer first.
func (p Period) Compare(q Period) int {
	if p.start != q.start {
		return int(p.start) - int(q.start)
	}
	return int(q.months) - int(p.months)
}

// Previous is the period of the same length that ends where p starts.
func (p Period) Previous() Period { return Period{p.start - p.months, p.months} }

// Offset is the number of months from the start of p to the start of q.
func (p Period) Offset(q Period) int { return int(q.start - p.start) }
