package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// corridorFlag reads -corridors: "none", or routes such as COD>UGA,TZA>KEN.
func (s *settings) corridorFlag(v string) error {
	if s.corridors == nil {
		s.corridors = []flows.Corridor{}
	}
	if v == "none" {
		return nil
	}
	const want = "want none, or routes such as COD>UGA, several parted by commas"
	for _, w := range strings.Split(v, ",") {
		from, to, ok := strings.Cut(strings.TrimSpace(w), ">")
		if !ok || from == "" || to == "" || from == to || strings.Contains(to, ">") {
			return errors.New(want)
		}
		s.corridors = append(s.corridors, flows.Corridor{From: flows.Place(from), To: flows.Place(to),
			Origin: &flows.Origin{ID: "command-line", Producer: "the command line", Published: "2000"}})
	}
	return nil
}

// network computes a network and returns what writes it.
func (s *settings) network(ctx context.Context, of func(NetworkRequest) estimate.Estimator, model *estimate.Model, cells []flows.Cell) (renderer, error) {
	request := NetworkRequest{}
	if len(s.minerals)+len(s.places)+len(s.periods) > 0 {
		request.Cells = s.withoutUnasked(cells)
	}
	if s.corridors != nil {
		request.Corridors = s.corridorsOf(cells)
		if err := known(request.Corridors, model.Ledger()); err != nil {
			return nil, err
		}
	}
	result, err := of(request).Estimate(ctx, model)
	if err != nil {
		return nil, err
	}
	switch {
	case s.aside:
		return func(w io.Writer, o report.Options) error { return report.Aside(w, result, o) }, nil
	case len(result.Flows) == 0 && len(result.Warnings) > 0:
		return nil, errors.New(result.Warnings[len(result.Warnings)-1].Text)
	}
	switch s.format {
	case "csv":
		return func(w io.Writer, o report.Options) error { return report.NetworkCSV(w, result) }, nil
	case "json":
		return func(w io.Writer, o report.Options) error { return report.NetworkJSON(w, result) }, nil
	case "markdown":
		return func(w io.Writer, o report.Options) error { return report.NetworkMarkdown(w, result, o) }, nil
	}
	return func(w io.Writer, o report.Options) error { return report.NetworkText(w, result, o) }, nil
}

// withoutUnasked leaves out regions that -place does not name: their members are places of the network already.
func (s *settings) withoutUnasked(cells []flows.Cell) []flows.Cell {
	asked := s.normalPlaces()
	return slices.DeleteFunc(slices.Clone(cells), func(c flows.Cell) bool { return c.Place.IsUnion() && !slices.Contains(asked, string(c.Place)) })
}

// corridorsOf are the routes of -corridors for every mineral at hand.
func (s *settings) corridorsOf(cells []flows.Cell) []flows.Corridor {
	out := []flows.Corridor{}
	var minerals []flows.Mineral
	for _, c := range cells {
		minerals = append(minerals, c.Mineral)
	}
	slices.Sort(minerals)
	for _, m := range slices.Compact(minerals) {
		for _, c := range s.corridors {
			c.Mineral = m
			out = append(out, c)
		}
	}
	return out
}

// known refuses a route between places that the ledger would not know.
func known(corridors []flows.Corridor, l *flows.Ledger) error {
	records := func(yield func(flows.Record) bool) {
		for _, s := range l.Sites() {
			if !yield(s) {
				return
			}
		}
		for _, c := range corridors {
			c.Mineral = flows.Gold // of minerals there is no doubt
			if !yield(c) {
				return
			}
		}
	}
	if _, err := flows.NewLedger(records); err != nil {
		return fmt.Errorf("-corridors: %w", err)
	}
	return nil
}
