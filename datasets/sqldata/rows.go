package sqldata

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
	"github.com/mineralflows/mineralflows/flows"
)

// group is one row of the engine's answer: rows of the table of which everything that is read is equal.
type group struct {
	cells  cells
	count  int64
	faults []fault
}

// fault is what is wrong with a cell.
type fault struct {
	column string
	value  string
	err    error
}

// keyFields tell flows apart.
var keyFields = [...]trade.Field{trade.Period, trade.Reporter, trade.FlowCode, trade.Partner, trade.Classification, trade.Commodity}

// key is which flow a group is about.
func (g *group) key() string {
	var parts []string
	for _, f := range keyFields {
		parts = append(parts, cmp.Or(g.cells[f], "NULL"))
	}
	return strings.Join(parts, " ")
}

// fetch runs the statement and returns its rows, all of them or an error.
func (s Source) fetch(ctx context.Context, text string, args []any, l *layout) ([]group, error) {
	rows, err := s.DB.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, targets := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		targets[i] = &values[i]
	}
	var all []group
	announced := int64(-1)
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		g, total, err := s.group(values, l)
		if err != nil {
			return nil, err
		}
		if announced >= 0 && announced != total {
			return nil, fmt.Errorf("%w: the engine announces %d rows, and then %d", datasets.ErrShape, announced, total)
		}
		announced = total
		all = append(all, g)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	if announced >= 0 && announced != int64(len(all)) {
		return nil, fmt.Errorf("%w: the engine announced %d rows and delivered %d", io.ErrUnexpectedEOF, announced, len(all))
	}
	return all, nil
}

// group reads a row of the answer, and how many the answer has.
func (s Source) group(values []any, l *layout) (g group, total int64, err error) {
	i := 0
	for f, c := range l {
		if c.name == "" || isTotal(trade.Field(f)) {
			continue
		}
		if i >= len(values) {
			return g, 0, fmt.Errorf("%w: the engine answers with %d columns", datasets.ErrShape, len(values))
		}
		var err error
		if g.cells[f], err = c.cell(values[i]); err != nil {
			g.faults = append(g.faults, fault{c.name, g.cells[f], err})
		}
		i++
	}
	if len(values) != i+2 {
		return g, 0, fmt.Errorf("%w: the engine answers with %d columns where %d were asked for", datasets.ErrShape, len(values), i+2)
	}
	if g.count, err = whole(values[i]); err != nil {
		return g, 0, err
	}
	if total, err = whole(values[i+1]); err != nil {
		return g, 0, err
	}
	s.translate(&g, l)
	return g, total, nil
}

// translate writes periods and areas as UN Comtrade does.
func (s Source) translate(g *group, l *layout) {
	p, err := periodOf(g.cells[trade.Period], g.cells[month], l[trade.Period].class, s.Dates)
	if err != nil {
		c, value := l[trade.Period].name, g.cells[trade.Period]
		if l.has(month) {
			c, value = l[month].name, g.cells[month]
		}
		g.faults = append(g.faults, fault{c, value, err})
	} else {
		g.cells[trade.Period] = p
	}
	g.cells[month] = ""
	for _, f := range []trade.Field{trade.Reporter, trade.Partner} {
		code, err := s.Areas.code(g.cells[f])
		if err != nil {
			g.faults = append(g.faults, fault{l[f].name, g.cells[f], err})
			continue
		}
		g.cells[f] = code
	}
}

// whole reads a count.
func whole(v any) (int64, error) {
	s, err := printed(v)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: the engine counts %q rows", datasets.ErrShape, s)
	}
	return n, nil
}

// row is a row that package trade reads.
type row struct {
	run    *adapter.Run
	layout *layout
	pos    flows.Pos
	group
	note string
}

func (r *row) Text(f trade.Field) string { return r.cells[f] }

func (r *row) Bad(f trade.Field, err error) { r.run.Bad(r.pos, r.layout[f].name, r.cells[f], err) }

func (r *row) Note() string { return r.note }

// take hands the groups on, flow by flow, in the order of their keys.
func (s Source) take(run *adapter.Run, p *trade.Reading, all []group, l *layout, v trade.Vintage) {
	slices.SortFunc(all, func(a, b group) int {
		for _, f := range keyFields {
			if c := strings.Compare(a.cells[f], b.cells[f]); c != 0 {
				return c
			}
		}
		return slices.Compare(a.cells[:], b.cells[:])
	})
	for len(all) > 0 && !run.Done() {
		key, n := all[0].key(), 1
		for n < len(all) && all[n].key() == key {
			n++
		}
		r := &row{run: run, layout: l, pos: flows.Pos{File: s.name() + "[" + key + "]"}}
		run.Row()
		if run.Done() {
			return
		}
		if s.oneOf(r, all[:n]) {
			p.Take(r, r.pos, v)
		}
		if run.GaveUp(r.pos) {
			return
		}
		all = all[n:]
	}
}

// oneOf makes one row of the groups of a flow. It returns false, having reported why, where they do not make one.
func (s Source) oneOf(r *row, groups []group) bool {
	var rows int64
	fine := true
	for _, g := range groups {
		rows += g.count
		for _, f := range g.faults {
			r.run.Bad(r.pos, f.column, f.value, f.err)
			fine = false
		}
	}
	switch {
	case !fine:
		return false
	case s.Rows == Parts:
		r.group, r.note, fine = sum(r, groups, rows)
		return fine
	case rows > 1:
		r.run.Bad(r.pos, "", "", fmt.Errorf("%w: %d rows of one flow: is the table loaded twice, or are they parts? Name the columns that tell totals from parts "+
			"(customs, transport, partner2), or set Rows to parts", flows.ErrDuplicate, rows))
		return false
	}
	r.group = groups[0]
	return true
}
