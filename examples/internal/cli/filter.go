package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// cells are those that the filters keep: all that can be asked for, those of the regions that the ledger's places name, and those of
// the unions that -place asks for. A filter that keeps nothing is an error that names what is near.
func (s *settings) cells(l *flows.Ledger, all []flows.Cell) ([]flows.Cell, error) {
	for _, site := range l.Sites() {
		if len(site.Members) > 1 {
			all = append(all, unionCells(all, flows.Union(site.Members...))...)
		}
	}
	for i, p := range s.places {
		s.places[i] = spelt(p, all)
	}
	asked := s.places
	if s.explain != nil {
		asked = append(slices.Clone(asked), string(s.explain.Place))
	}
	for _, p := range asked {
		if u := flows.Union(flows.Place(p)); u.IsUnion() {
			all = append(all, unionCells(all, u)...)
		}
	}
	slices.SortFunc(all, flows.CompareCells)
	all = slices.Compact(all)
	switch {
	case len(all) == 0 && s.options.AsOf != "":
		return nil, fmt.Errorf("-asof %s: nothing had been published by then", s.options.AsOf)
	case len(all) == 0:
		return nil, fmt.Errorf("the data hold no claim that a balance could be made of")
	}
	if s.explain != nil {
		return s.explained(all)
	}
	kept := all
	for _, f := range []filter{
		{"-mineral", s.minerals, func(c flows.Cell) string { return string(c.Mineral) }},
		{"-place", s.normalPlaces(), func(c flows.Cell) string { return string(c.Place) }},
	} {
		if len(f.want) == 0 {
			continue
		}
		for _, w := range f.want {
			if !slices.ContainsFunc(all, func(c flows.Cell) bool { return strings.EqualFold(f.of(c), w) }) {
				return nil, nothing(f.flag+" "+w, w, all, f.of)
			}
		}
		kept = slices.DeleteFunc(slices.Clone(kept), func(c flows.Cell) bool {
			return !slices.ContainsFunc(f.want, func(w string) bool { return strings.EqualFold(f.of(c), w) })
		})
	}
	if len(s.periods) > 0 {
		before := kept
		kept = slices.DeleteFunc(slices.Clone(kept), func(c flows.Cell) bool {
			return !slices.ContainsFunc(s.periods, func(p flows.Period) bool { return p.Contains(c.Period) })
		})
		if len(kept) == 0 && len(before) > 0 {
			return nil, fmt.Errorf("nothing matches -period %s; nearest: %s", joinPeriods(s.periods), strings.Join(nearestPeriods(s.periods[0], before), ", "))
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("nothing matches the filters together; -list shows %d cells", len(all))
	}
	return kept, nil
}

type filter struct {
	flag string
	want []string
	of   func(flows.Cell) string
}

// normalPlaces are the places asked for, unions sorted as the data have them.
func (s *settings) normalPlaces() []string {
	var out []string
	for _, p := range s.places {
		out = append(out, string(flows.Union(flows.Place(p))))
	}
	return out
}

// explained is the one cell of -explain.
func (s *settings) explained(all []flows.Cell) ([]flows.Cell, error) {
	s.explain.Place = flows.Union(s.explain.Place)
	for _, c := range all {
		if strings.EqualFold(c.String(), s.explain.String()) {
			*s.explain = c
			return []flows.Cell{c}, nil
		}
	}
	var same []flows.Cell
	for _, c := range all {
		if c.Mineral == s.explain.Mineral && c.Place == s.explain.Place {
			same = append(same, c)
		}
	}
	if len(same) > 0 {
		var names []string
		for _, p := range nearestPeriods(s.explain.Period, same) {
			names = append(names, fmt.Sprintf("%s/%s/%s", s.explain.Mineral, s.explain.Place, p))
		}
		return nil, fmt.Errorf("nothing matches -explain %s; nearest: %s", s.explain, strings.Join(names, ", "))
	}
	return nil, nothing("-explain "+s.explain.String(), s.explain.String(), all, flows.Cell.String)
}

// nothing says that a filter matches nothing, and what comes near.
func nothing(what, word string, all []flows.Cell, of func(flows.Cell) string) error {
	var known []string
	for _, c := range all {
		known = append(known, of(c))
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if near := nearest(word, known, 3); len(near) > 0 {
		return fmt.Errorf("nothing matches %s; nearest: %s", what, strings.Join(near, ", "))
	}
	if len(known) > 40 {
		return fmt.Errorf("nothing matches %s; -list shows what there is", what)
	}
	return fmt.Errorf("nothing matches %s; known are %s", what, strings.Join(known, ", "))
}

// spelt is a union as the data spell its members, whose case does not matter.
func spelt(union string, all []flows.Cell) string {
	members := strings.Split(union, "+")
	for i, m := range members {
		if k := slices.IndexFunc(all, func(c flows.Cell) bool { return strings.EqualFold(string(c.Place), m) }); k >= 0 && len(members) > 1 {
			members[i] = string(all[k].Place)
		}
	}
	return strings.Join(members, "+")
}

// unionCells are the balances of a region: the calendar years in which at least two of its members have one.
func unionCells(all []flows.Cell, union flows.Place) []flows.Cell {
	members := map[flows.Cell]int{}
	for _, c := range all {
		if !c.Place.IsUnion() && c.Place.Within(union) && c.Period.IsYear() {
			members[flows.Cell{Mineral: c.Mineral, Period: c.Period, Place: union}]++
		}
	}
	var out []flows.Cell
	for c, n := range members {
		if n > 1 {
			out = append(out, c)
		}
	}
	return out
}

// nearestPeriods are the three periods of cells that start closest to p.
func nearestPeriods(p flows.Period, cells []flows.Cell) []string {
	var periods []flows.Period
	for _, c := range cells {
		periods = append(periods, c.Period)
	}
	slices.SortFunc(periods, flows.Period.Compare)
	periods = slices.Compact(periods)
	slices.SortStableFunc(periods, func(a, b flows.Period) int { return cmp.Compare(abs(p.Offset(a)), abs(p.Offset(b))) })
	var out []string
	for _, q := range periods[:min(3, len(periods))] {
		out = append(out, q.String())
	}
	return out
}

func abs(x int) int { return max(x, -x) }

func joinPeriods(periods []flows.Period) string {
	var out []string
	for _, p := range periods {
		out = append(out, p.String())
	}
	return strings.Join(out, ",")
}

// bears reports whether an input can bear on one of the cells: it is of the same mineral, of a place that the filters ask for or of
// none, and of a time that they ask for. It goes by the name, claim/gold/2019/UGA>ARE/... or rate/gold/UGA/..., which holds them.
func (s *settings) bears(v estimate.Variable, cells []flows.Cell) bool {
	mineral := slices.ContainsFunc(cells, func(c flows.Cell) bool {
		return strings.HasPrefix(string(v.Var), v.Kind+"/"+string(c.Mineral)+"/")
	})
	anywhere := strings.Contains(string(v.Var), "//") && v.Kind == "rate"
	place := len(s.places) == 0 || anywhere || slices.ContainsFunc(cells, func(c flows.Cell) bool {
		return slices.ContainsFunc(c.Place.Members(), func(p flows.Place) bool { return strings.Contains(string(v.Var), string(p)) })
	})
	time := len(s.periods) == 0 || v.Period.IsZero() || slices.ContainsFunc(s.periods, func(p flows.Period) bool { return p.Overlap(v.Period) > 0 })
	return mineral && place && time
}

// nearest are at most n known words that begin as word does (or it as they do), or that few edits away, the closest first.
func nearest(word string, known []string, n int) []string {
	type scored struct {
		word  string
		edits int
	}
	var near []scored
	lower := strings.ToLower(word)
	for _, k := range known {
		kl := strings.ToLower(k)
		d := edits(lower, kl)
		prefix := len(lower) >= 2 && (strings.HasPrefix(kl, lower) || strings.HasPrefix(lower, kl))
		if prefix {
			d = min(d, 1)
		}
		if d <= max(1, len(lower)/3) {
			near = append(near, scored{k, d})
		}
	}
	slices.SortStableFunc(near, func(a, b scored) int { return cmp.Compare(a.edits, b.edits) })
	var out []string
	for _, s := range near[:min(n, len(near))] {
		out = append(out, s.word)
	}
	return out
}

// edits is the number of insertions, deletions, replacements and swaps of neighbours that make b of a.
func edits(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			keep := last[j]
			if a[i] != b[j] {
				keep++
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, keep)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
