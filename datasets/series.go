package datasets

import "github.com/mineralflows/mineralflows/flows"

// Series is the mine output of one mineral in one place: figures of which a reader of a publisher's files is told something, such as that
// they were computed from exports.
type Series struct {
	Mineral flows.Mineral
	Place   flows.Place
	Period  flows.Period // zero: all of it
}

// Holds reports whether a flow belongs to the series: output of its mineral, in its place or at a site there, in a period that shares a
// month with its own.
func (s Series) Holds(f flows.Flow) bool {
	return f.From == flows.Ground && f.Mineral == s.Mineral && f.To.Within(s.Place) && (s.Period.IsZero() || s.Period.Overlap(f.Period) > 0)
}
