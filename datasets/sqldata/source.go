package sqldata

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

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
		if err := s.read(ctx, r); err != nil {
			r.Fail(flows.Pos{File: s.table().name()}, err)
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
	q := s.question(r.Query())
	if len(q.commodities) == 0 {
		return nil
	}
	all, l, err := s.table().answer(ctx, s.mapping(), q)
	if err != nil {
		return err
	}
	s.take(r, p, all, l)
	return nil
}

// Statement returns the SQL that Records runs for q, and its arguments, so that it can be explained by the engine: which filters it pushes down
// to the scan, which partitions it leaves out. It asks the engine for the table's columns. The text is empty where nothing is asked for that the
// table could hold.
func (s Source) Statement(ctx context.Context, q datasets.Query) (text string, args []any, err error) {
	if err := s.check(); err != nil {
		return "", nil, err
	}
	return s.table().explained(ctx, s.mapping(), s.question(q))
}

func (s Source) table() table {
	return table{db: s.DB, dialect: s.Dialect, table: s.Table, query: s.Query, args: s.Args, called: s.Name, areas: s.Areas, dates: s.Dates}
}

func (s Source) question(q datasets.Query) question {
	return question{q, s.options().Codes(q.Minerals), s.options().Codes(nil)}
}

// mapping is that of the source's columns. With Comtrade's names by default, what a table lacks is left out.
func (s Source) mapping() mapping {
	m := mapping{names: s.Columns.names(), keys: required}
	if s.Columns == (Columns{}) {
		m.names, m.optional = Comtrade().names(), true
		if s.Rows == Parts {
			m.names[trade.Qty], m.names[trade.QtyUnit], m.names[trade.IsQtyEstimated] = "", "", ""
		}
	}
	return m
}

func (s Source) options() trade.Options {
	origin := s.Origin
	if origin.ID == "" && origin.Title == "" {
		un := trade.UNComtrade()
		origin.ID, origin.Title, origin.URL, origin.License = un.ID, un.Title, un.URL, un.License
	}
	return trade.Options{Lines: s.Lines, Spread: s.Spread, EstimatedSpread: s.EstimatedSpread, Producers: s.Producers, Origin: origin}
}

// check says what is missing, or does not go together, before the engine is asked anything.
func (s Source) check() error {
	if err := s.table().check(); err != nil {
		return err
	}
	c := s.Columns
	switch {
	case s.Rows != Totals && s.Rows != Parts:
		return fmt.Errorf("unknown Rows %q: leave it empty, or write %s", string(s.Rows), Parts)
	case s.Origin.Published == "":
		return errors.New("nothing says when the table was published: set Origin.Published (2024, 2024-03 or 2024-03-11)")
	case !flows.IsDate(s.Origin.Published):
		return fmt.Errorf("published: %q: want 2024, 2024-03 or 2024-03-11", s.Origin.Published)
	case (s.Origin.ID == "") != (s.Origin.Title == ""):
		return errors.New("set both ID and Title of Origin, or none for UN Comtrade")
	case c == (Columns{}):
	case c.Weight == "" && c.Value == "" && c.Quantity == "":
		return fmt.Errorf("%w: Columns names neither a weight nor a quantity nor a value", datasets.ErrColumn)
	case s.Rows == Parts && c.Quantity != "":
		return fmt.Errorf("%w: quantities in different units are not added: leave Quantity out, or convert it to kg in a Query", datasets.ErrColumn)
	case c.Quantity != "" && c.QuantityUnit == "":
		return fmt.Errorf("%w: Columns names a quantity without the column of its unit: name one that is in kg as the weight", datasets.ErrColumn)
	}
	return nil
}
