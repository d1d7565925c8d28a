package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// NetworkRequest is what a command line asks of a network estimator.
type NetworkRequest struct {
	Cells     []flows.Cell     // nil: all
	Corridors []flows.Corridor // nil: those of the data; empty but not nil: none
}

// Network makes a program about flows between places: of gives the estimator, and its flows are what is reported. It adds the flag
// -corridors.
func Network(p Program, of func(NetworkRequest) estimate.Estimator) Program {
	var routes Routes
	more := p.Flags
	p.Cells = NetworkCells
	p.Without = append(p.Without, "explain")
	p.Flags = func(set *flag.FlagSet) {
		routes.Flag(set)
		if more != nil {
			more(set)
		}
	}
	p.Answer = func(ctx context.Context, q Question) (Renderer, error) {
		request := NetworkRequest{Cells: chosenCells(q)}
		var err error
		if request.Corridors, err = routes.Corridors(q); err != nil {
			return nil, err
		}
		r, err := of(request).Estimate(ctx, q.Model)
		if err != nil {
			return nil, err
		}
		if len(r.Flows) == 0 && len(r.Warnings) > 0 && !q.Aside {
			return nil, errors.New(r.Warnings[len(r.Warnings)-1].Text)
		}
		return func(w io.Writer, o report.Options) error { return WriteNetwork(w, r, q, o) }, nil
	}
	return p
}

// Routes are the corridors of the flag -corridors.
type Routes struct {
	list []flows.Corridor // without minerals; nil: the flag was not given
}

// Flag declares -corridors.
func (r *Routes) Flag(set *flag.FlagSet) {
	set.Func("corridors", "unrecorded routes in place of the data's: `ROUTES` none or COD>UGA,TZA>KEN", func(v string) error {
		found, err := corridors(v)
		r.list = append(slices.Clip(r.list), found...)
		if r.list == nil {
			r.list = []flows.Corridor{}
		}
		return err
	})
}

// Corridors are the routes asked for, of each mineral asked for: nil for those of the data, empty for none. A route between places that the
// data do not know is an error.
func (r *Routes) Corridors(q Question) ([]flows.Corridor, error) {
	if r.list == nil {
		return nil, nil
	}
	return corridorsOf(r.list, q.Cells), knownPlaces(r.list, q.Model.Ledger())
}

// WriteNetwork writes a network in the format that is asked for, or with -aside what was left out of it.
func WriteNetwork(w io.Writer, r *estimate.Result, q Question, o report.Options) error {
	switch {
	case q.Aside:
		return report.Aside(w, r, o)
	case q.Format == "csv":
		return report.NetworkCSV(w, r)
	case q.Format == "json":
		return report.NetworkJSON(w, r)
	case q.Format == "markdown":
		return report.NetworkMarkdown(w, r, o)
	}
	return report.NetworkText(w, r, o)
}

// NetworkCells are the ledger's, without the unions whose members have cells of their own.
func NetworkCells(l *flows.Ledger) iter.Seq[flows.Cell] {
	return slices.Values(withoutUnions(slices.Collect(l.Cells()), func(flows.Place) bool { return true }))
}

// withoutUnions leaves out unions that pass where a member has a cell of the same mineral and period: it would be counted twice.
func withoutUnions(cells []flows.Cell, pass func(flows.Place) bool) []flows.Cell {
	return slices.DeleteFunc(slices.Clone(cells), func(c flows.Cell) bool {
		return c.Place.IsUnion() && pass(c.Place) && slices.ContainsFunc(cells, func(d flows.Cell) bool {
			return d.Place != c.Place && d.Mineral == c.Mineral && d.Period == c.Period && d.Place.Within(c.Place)
		})
	})
}

// chosenCells are those that the filters keep, nil where they keep all. The regions that the data name are no places beside their members.
func chosenCells(q Question) []flows.Cell {
	l := q.Model.Ledger()
	chosen := withoutUnions(q.Cells, func(p flows.Place) bool {
		return slices.ContainsFunc(l.Sites(), func(s flows.Site) bool { return len(s.Members) > 1 && flows.Union(s.Members...) == p })
	})
	all := slices.SortedFunc(NetworkCells(l), flows.CompareCells)
	if slices.Equal(all, slices.SortedFunc(slices.Values(chosen), flows.CompareCells)) {
		return nil
	}
	return chosen
}

// corridors reads "none", or routes such as COD>UGA,TZA>KEN.
func corridors(v string) ([]flows.Corridor, error) {
	if v == "none" {
		return nil, nil
	}
	var out []flows.Corridor
	for _, w := range strings.Split(v, ",") {
		from, to, ok := strings.Cut(strings.TrimSpace(w), ">")
		if !ok || from == "" || to == "" || from == to || strings.Contains(to, ">") {
			return nil, errors.New("want none, or routes such as COD>UGA, several parted by commas")
		}
		out = append(out, flows.Corridor{From: flows.Place(from), To: flows.Place(to), Origin: &flows.Origin{ID: "command-line", Producer: "the command line", Published: "2000"}})
	}
	return out, nil
}

// corridorsOf are routes for every mineral at hand.
func corridorsOf(routes []flows.Corridor, cells []flows.Cell) []flows.Corridor {
	var minerals []flows.Mineral
	for _, c := range cells {
		minerals = append(minerals, c.Mineral)
	}
	slices.Sort(minerals)
	out := []flows.Corridor{}
	for _, m := range slices.Compact(minerals) {
		for _, c := range routes {
			c.Mineral = m
			out = append(out, c)
		}
	}
	return out
}

// knownPlaces refuses a route between places that the data do not know.
func knownPlaces(routes []flows.Corridor, l *flows.Ledger) error {
	_, err := flows.NewLedger(func(yield func(flows.Record) bool) {
		for _, s := range l.Sites() {
			if !yield(s) {
				return
			}
		}
		for _, c := range routes {
			c.Mineral = flows.Gold // one that is always known
			if !yield(c) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("-corridors: %w", err)
	}
	return nil
}
