package datasets

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Stats says what one read of a publisher's files did with their rows, header rows and empty ones left out. Rows is the sum of Kept,
// Bad and all of Dropped. A row may give several records (a weight and a value), or none.
type Stats struct {
	Rows    int            // rows read
	Kept    int            // rows that gave records which the query keeps
	Bad     int            // rows that were reported as errors
	Dropped map[string]int // rows without such records, by reason
}

// String is "12 rows: 3 kept, 1 bad, 6 other commodity, 2 not asked for", the reasons in alphabetical order.
func (s Stats) String() string {
	parts := []string{fmt.Sprintf("%d kept", s.Kept)}
	if s.Bad > 0 {
		parts = append(parts, fmt.Sprintf("%d bad", s.Bad))
	}
	for _, reason := range slices.Sorted(maps.Keys(s.Dropped)) {
		parts = append(parts, fmt.Sprintf("%d %s", s.Dropped[reason], reason))
	}
	return fmt.Sprintf("%d rows: %s", s.Rows, strings.Join(parts, ", "))
}
