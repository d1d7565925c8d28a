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

// key is which flow a group is about, by the fields that the table has.
func (g *group) key(l *layout) string {
	var parts []string
	for _, f := range keyFields {
		if l.has(f) {
			parts = append(parts, cmp.Or(g.cells[f], "NULL"))
		}
	}
	return strings.Join(parts, " ")
}

// flow is all groups of one flow.
type flow struct {
	pos    flows.Pos
	groups []group
	rows   int64 // of the table
}

// flows are the groups by flow, in the order of their keys.
func (t table) flows(all []group, l *layout) []flow {
	slices.SortFunc(all, func(a, b group) int {
		for _, f := range keyFields {
			if c := strings.Compare(a.cells[f], b.cells[f]); c != 0 {
				return c
			}
		}
		return slices.Compare(a.cells[:], b.cells[:])
	})
	var out []flow
	for i, last := 0, ""; i < len(all); i++ {
		if key := all[i].key(l); i == 0 || key != last {
			out = append(out, flow{pos: flows.Pos{File: t.name() + "[" + key + "]"}})
			last = key
		}
		f := &out[len(out)-1]
		f.groups = append(f.groups, all[i])
		f.rows += all[i].count
	}
	return out
}

// faults are what is wrong with a flow: with its cells, or else that it has several rows, of which advice says what to do; "" takes them.
func (f flow) faults(advice string) []fault {
	var out []fault
	for _, g := range f.groups {
		out = append(out, g.faults...)
	}
	if len(out) == 0 && advice != "" && f.rows > 1 {
		return []fault{{err: fmt.Errorf("%w: %d rows of one flow: %s", flows.ErrDuplicate, f.rows, advice)}}
	}
	return out
}

// fetch runs the statement and returns its rows, all of them or an error.
func (t table) fetch(ctx context.Context, text string, args []any, l *layout) ([]group, error) {
	rows, err := t.db.QueryContext(ctx, text, args...)
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
		g, total, err := t.group(values, l)
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
func (t table) group(values []any, l *layout) (g group, total int64, err error) {
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
	t.translate(&g, l)
	return g, total, nil
}

// translate writes periods and areas as UN Comtrade does.
func (t table) translate(g *group, l *layout) {
	p, err := periodOf(g.cells[trade.Period], g.cells[month], l[trade.Period].class, t.dates)
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
		code, err := t.areas.code(g.cells[f])
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

const twice = "is the table loaded twice, or are they parts? Name the columns that tell totals from parts (customs, transport, partner2), or set Rows to parts"

// take hands the groups on, flow by flow.
func (s Source) take(run *adapter.Run, p *trade.Reading, all []group, l *layout) {
	advice := twice
	if s.Rows == Parts {
		advice = ""
	}
	for _, f := range s.table().flows(all, l) {
		if run.Row(); run.Done() {
			return
		}
		r := &row{run: run, layout: l, pos: f.pos, group: f.groups[0]}
		faults := f.faults(advice)
		for _, x := range faults {
			run.Bad(f.pos, x.column, x.value, x.err)
		}
		fine := len(faults) == 0
		if fine && s.Rows == Parts {
			r.group, r.note, fine = sum(r, f.groups, f.rows)
		}
		if fine {
			p.Take(r, f.pos, trade.Vintage{Date: adapter.Date{Day: s.Origin.Published}})
		}
		if run.GaveUp(f.pos) {
			return
		}
	}
}
