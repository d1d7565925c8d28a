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
	Missing map[string]int // figures that rows with others do not state, by reason: one of two years is withheld

	// Undated are the files with kept rows that do not say when they were published, and the day that is taken in its place: that on which
	// the file was last changed. It decides which of two editions speaks, and a copied file looks new: set the source's Published.
	Undated map[string]string
}

// String is "12 rows: 3 kept, 1 bad, 6 other commodity, 2 not asked for; beside other figures 1 withheld", the reasons in alphabetical order.
func (s Stats) String() string {
	parts := []string{fmt.Sprintf("%d kept", s.Kept)}
	if s.Bad > 0 {
		parts = append(parts, fmt.Sprintf("%d bad", s.Bad))
	}
	out := fmt.Sprintf("%d rows: %s", s.Rows, strings.Join(append(parts, counts(s.Dropped)...), ", "))
	if len(s.Missing) > 0 {
		out += "; beside other figures " + strings.Join(counts(s.Missing), ", ")
	}
	return out
}

func counts(by map[string]int) []string {
	var out []string
	for _, reason := range slices.Sorted(maps.Keys(by)) {
		out = append(out, fmt.Sprintf("%d %s", by[reason], reason))
	}
	return out
}
