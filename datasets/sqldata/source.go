package sqldata

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Querier runs queries: a *sql.DB, or a *sql.Conn or *sql.Tx where settings of a session or a snapshot matter.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Rows is what a row of the table is.
type Rows string

// The meanings.
const (
	Totals Rows = ""      // all of a flow, as in UN Comtrade: two rows of one flow are an error
	Parts  Rows = "parts" // a part of a flow, such as a shipment or declaration: the rows of a flow are added
)

// Dates is what a date in the column of the period stands for.
type Dates string

// The meanings. There is no default: the first of January is a day, a month or a year.
const (
	Year  Dates = "year"
	Month Dates = "month"
)

// Source reads a table of trade statistics in a database. It is a datasets.Source.
type Source struct {
	DB      Querier // needed
	Dialect Dialect // needed

	// Table is the table's name: "comtrade", "warehouse.trade.comtrade". A part with a dot in it is put into double quotes: `trade."comtrade.final"`.
	Table string

	// Query stands for a table: a SELECT of the user's own, run as it stands, as a subquery. Args are the values of its placeholders, which are
	// numbered from 1 where the dialect numbers them. It is the one text that goes into the SQL unquoted: never build it from what others wrote.
	Query string
	Args  []any

	Columns Columns // zero: Comtrade's names, and those of them that are needed must be there
	Rows    Rows
	Dates   Dates // needed where the period is a date
	Areas   Areas
	Name    string // what positions call the table; "": its name, or "query"

	// Origin is what the figures' origins have in common. Published is needed: the day on which the publisher released the table, or on
	// which it was loaded. ID and Title are what theirs begin with, URL and License where it is from; with ID and Title empty those of UN
	// Comtrade stand in for all four. Producer is who measured all of them; "": each reporter's own office. Complete is what the table holds
	// all of: "parts" where it has every core line of its minerals.
	Origin flows.Origin

	// The rest is as in package comtrade.
	Lines           []hs.Line
	Spread          dist.Dist
	EstimatedSpread dist.Dist
	Producers       map[flows.Place]string

	Stats *datasets.Stats // counts the flows that the engine answered with; nil: nowhere. A later read overwrites it
}

// Records yields the claims of the table, in the order of period, reporter, flow, partner and commodity. The engine's answer is complete before
// the first is yielded.
func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.Stats, func(r *adapter.Run) {
		if err := s.read(ctx, r); err != nil && !r.Done() {
			r.Fail(flows.Pos{File: s.name()}, err)
		}
	})
}

func (s Source) read(ctx context.Context, r *adapter.Run) error {
	if err := s.check(); err != nil {
		return err
	}
	p, err := trade.New(r, s.options())
	if err != nil {
		return err
	}
	commodities := s.options().Codes(r.Query().Minerals)
	if len(commodities) == 0 {
		return nil
	}
	st, err := s.newStatement(ctx)
	if err != nil {
		return err
	}
	text := st.selection(commodities, r.Query())
	all, err := s.fetch(ctx, text, st.args, st.layout)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return s.reallyEmpty(ctx, r.Query(), commodities, st)
	}
	s.take(r, p, all, st.layout, trade.Vintage{Published: s.Origin.Published})
	return nil
}

// Statement returns the SQL that Records runs for q, and its arguments, so that it can be explained by the engine: which filters it pushes down
// to the scan, which partitions it leaves out. It asks the engine for the table's columns. The text is empty where nothing is asked for that the
// table could hold.
func (s Source) Statement(ctx context.Context, q datasets.Query) (text string, args []any, err error) {
	if err := s.check(); err != nil {
		return "", nil, err
	}
	commodities := s.options().Codes(q.Minerals)
	if len(commodities) == 0 {
		return "", nil, nil
	}
	st, err := s.newStatement(ctx)
	if err != nil {
		return "", nil, err
	}
	text = st.selection(commodities, q)
	return text, st.args, nil
}

// newStatement returns a statement over the columns that the engine says the table has.
func (s Source) newStatement(ctx context.Context) (*statement, error) {
	from, err := s.from()
	if err != nil {
		return nil, err
	}
	l, err := s.layout(ctx, from)
	if err != nil {
		return nil, err
	}
	return &statement{dialect: s.Dialect, layout: l, areas: s.Areas, dates: s.Dates, from: from, args: append([]any(nil), s.Args...)}, nil
}

// from is the table as it stands behind FROM.
func (s Source) from() (string, error) {
	if s.Query != "" {
		own := strings.TrimSuffix(strings.TrimSpace(s.Query), ";")
		return "(" + own + "\n) mineralflows_rows", nil // the line ends a comment
	}
	return s.Dialect.table(s.Table)
}

func (s Source) name() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Table != "":
		return s.Table
	}
	return "query"
}

func (s Source) options() trade.Options {
	origin := s.Origin
	if origin.ID == "" && origin.Title == "" {
		un := trade.UNComtrade()
		origin.ID, origin.Title, origin.URL, origin.License = un.ID, un.Title, un.URL, un.License
	}
	return trade.Options{Lines: s.Lines, Spread: s.Spread, EstimatedSpread: s.EstimatedSpread, Producers: s.Producers, Origin: origin}
}

// check says what is missing before the engine is asked anything.
func (s Source) check() error {
	switch {
	case s.DB == nil:
		return errors.New("no database: set DB")
	case s.Table == "" && s.Query == "", s.Table != "" && s.Query != "":
		return errors.New("set Table or Query, one of them")
	case s.Query == "" && len(s.Args) > 0:
		return errors.New("there are Args and no Query that they belong to")
	case s.Rows != Totals && s.Rows != Parts:
		return fmt.Errorf("unknown Rows %q: leave it empty, or write %s", string(s.Rows), Parts)
	case s.Dates != "" && s.Dates != Year && s.Dates != Month:
		return fmt.Errorf("unknown Dates %q: write %s or %s", string(s.Dates), Year, Month)
	case s.Origin.Published == "":
		return errors.New("nothing says when the table was published: set Origin.Published (2024, 2024-03 or 2024-03-11)")
	case !flows.IsDate(s.Origin.Published):
		return fmt.Errorf("published: %q: want 2024, 2024-03 or 2024-03-11", s.Origin.Published)
	case (s.Origin.ID == "") != (s.Origin.Title == ""):
		return errors.New("set both ID and Title of Origin, or none for UN Comtrade")
	}
	return errors.Join(s.Dialect.check(), s.Areas.check())
}

// reallyEmpty makes sure of an answer without rows: that the engine has none, and that the table holds codes as they are asked for.
func (s Source) reallyEmpty(ctx context.Context, q datasets.Query, commodities []string, st *statement) error {
	n, err := s.count(ctx, *st, commodities, q)
	if err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("the engine answered without rows, and then counted %d", n)
	}
	all := s.options().Codes(nil)
	if n, err = s.count(ctx, *st, all, datasets.Query{}); err != nil || n > 0 {
		return err
	}
	return fmt.Errorf("no row of totals has one of the codes %s in column %s: is it the right one, and does it hold six digits?",
		strings.Join(all, " "), st.layout[trade.Commodity].name)
}

func (s Source) count(ctx context.Context, st statement, commodities []string, q datasets.Query) (int64, error) {
	st.args = append([]any(nil), s.Args...)
	text := st.count(commodities, q)
	rows, err := s.DB.QueryContext(ctx, text, st.args...)
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
