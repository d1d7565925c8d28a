package sqldata

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
)

// Querier runs queries: a *sql.DB, or a *sql.Conn or *sql.Tx where settings of a session or a snapshot matter.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// table is what sources know of their table.
type table struct {
	db      Querier
	dialect Dialect
	table   string
	query   string
	args    []any
	called  string
	areas   Areas
	dates   Dates
	years   bool // its periods are years, never months
}

// check says what is missing before the engine is asked anything.
func (t table) check() error {
	db, isDB := t.db.(*sql.DB)
	switch {
	case t.db == nil, isDB && db == nil:
		return errors.New("no database: set DB")
	case t.table == "" && t.query == "", t.table != "" && t.query != "":
		return errors.New("set Table or Query, one of them")
	case t.query == "" && len(t.args) > 0:
		return errors.New("there are Args and no Query that they belong to")
	case t.dates != "" && t.dates != Year && t.dates != Month:
		return fmt.Errorf("unknown Dates %q: write %s or %s", string(t.dates), Year, Month)
	}
	return errors.Join(t.dialect.check(), t.areas.check())
}

// name is what positions call the table.
func (t table) name() string {
	switch {
	case t.called != "":
		return t.called
	case t.table != "":
		return t.table
	}
	return "query"
}

// from is the table as it stands behind FROM.
func (t table) from() (string, error) {
	if t.query != "" {
		own := strings.TrimSuffix(strings.TrimSpace(t.query), ";")
		return "(" + own + "\n) mineralflows_rows", nil // the line ends a comment
	}
	return t.dialect.table(t.table)
}

// columns asks the engine which columns the table has, and of what types.
func (t table) columns(ctx context.Context, from string) ([]*sql.ColumnType, error) {
	rows, err := t.db.QueryContext(ctx, "SELECT * FROM "+from+" WHERE 1 = 0", t.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	if len(types) == 0 {
		return nil, fmt.Errorf("%w: the driver names no columns of an answer without rows (ClickHouse's over HTTP: use its own protocol, clickhouse://)", datasets.ErrShape)
	}
	if rows.Next() {
		return nil, fmt.Errorf("%w: the engine answers a query for no rows with rows", datasets.ErrShape)
	}
	return types, rows.Err()
}

// statement returns one over the columns that the engine says the table has.
func (t table) statement(ctx context.Context, m mapping) (*statement, error) {
	from, err := t.from()
	if err != nil {
		return nil, err
	}
	types, err := t.columns(ctx, from)
	if err != nil {
		return nil, err
	}
	l, err := t.layout(m, types)
	if err != nil {
		return nil, err
	}
	return (&statement{table: t, layout: l, from: from}).again(), nil
}

// question is what is asked of a table: the rows of codes that q asks for.
type question struct {
	datasets.Query
	commodities []string
	all         []string // the codes of all that the source reads
}

// answer returns the rows of interest, grouped, all of them or an error.
func (t table) answer(ctx context.Context, m mapping, q question) ([]group, *layout, error) {
	s, err := t.statement(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	text := s.selection(q)
	all, err := t.fetch(ctx, text, s.bound, s.layout)
	if err == nil && len(all) == 0 {
		err = t.reallyEmpty(ctx, s, q)
	}
	c := s.layout[trade.Commodity]
	for i, g := range all {
		if len(g.faults) == 0 && !slices.Contains(q.all, g.cells[trade.Commodity]) {
			all[i].faults = []fault{{c.name, g.cells[trade.Commodity], errNotAsked}}
		}
	}
	return all, s.layout, err
}

var errNotAsked = errors.New("the engine takes it for a code that was asked for, which it is not: cast the column to text in a Query")

// explained is the statement of a question and its arguments, "" where nothing is asked for that the table could hold.
func (t table) explained(ctx context.Context, m mapping, q question) (text string, args []any, err error) {
	if len(q.commodities) == 0 {
		return "", nil, nil
	}
	s, err := t.statement(ctx, m)
	if err != nil {
		return "", nil, err
	}
	text = s.selection(q)
	return text, s.bound, nil
}

// reallyEmpty makes sure of an answer without rows: that the engine has none, and that the table holds codes, periods and areas as they are
// asked for.
func (t table) reallyEmpty(ctx context.Context, s *statement, q question) error {
	n, err := t.count(ctx, s, q)
	if err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("the engine answered without rows, and then counted %d", n)
	}
	if n, err = t.count(ctx, s, question{commodities: q.all}); err != nil {
		return err
	}
	if n > 0 {
		return t.spelled(ctx, s, q)
	}
	return fmt.Errorf("no row of totals has one of the codes %s in column %s: is it the right one, and does it hold six digits?",
		strings.Join(q.all, " "), s.layout[trade.Commodity].name)
}

// spelled says which period or area stands in the table in a way that the engine was not asked for.
func (t table) spelled(ctx context.Context, s *statement, q question) error {
	var fields []trade.Field
	if !q.Period.IsZero() {
		fields = append(fields, trade.Period)
	}
	if len(q.Places) > 0 {
		fields = append(fields, trade.Reporter, trade.Partner)
	}
	for _, f := range fields {
		c := s.layout[f]
		if c.class != text && c.class != unknown && t.dialect != SQLite { // whose columns hold values of any type
			continue
		}
		s := s.again()
		var only layout
		only[f] = c
		text := s.grouped([]string{c.quote}, question{commodities: q.all})
		all, err := t.fetch(ctx, text, s.bound, &only)
		if err != nil {
			return err
		}
		for _, g := range all {
			cell := g.cells[f]
			_, err := strconv.ParseUint(cell, 10, 32) // as UN Comtrade writes it
			months := f == trade.Period && len(cell) == len("201905") && !s.years && !s.layout.has(month)
			wrong := err != nil || f == trade.Period && len(cell) != len("2019") && !months
			if i := slices.IndexFunc(g.faults, func(x fault) bool { return x.column == c.name }); i >= 0 {
				wrong, cell = true, g.faults[i].value
			}
			if wrong && cell != "" {
				return fmt.Errorf("nothing was found, and column %s holds %q, which is not looked for: %w", c.name, cell, datasets.ErrWord)
			}
		}
	}
	return nil
}

// again is a statement over the same columns, with the arguments of the user's query only.
func (s *statement) again() *statement {
	return &statement{table: s.table, layout: s.layout, from: s.from, bound: append([]any(nil), s.args...)}
}

// count asks for the number of rows of interest.
func (t table) count(ctx context.Context, s *statement, q question) (int64, error) {
	s = s.again()
	text := s.count(q)
	rows, err := t.db.QueryContext(ctx, text, s.bound...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var v any
	if rows.Next() {
		if err := rows.Scan(&v); err != nil {
			return 0, err
		}
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	return whole(v)
}
