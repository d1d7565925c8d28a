package sqldata

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// BACIColumns says in which column of a table of BACI each thing stands.
type BACIColumns struct {
	Year     string `json:"year"`
	Exporter string `json:"exporter"` // UN Comtrade's codes
	Importer string `json:"importer"`
	Product  string `json:"product"`  // six digits
	Value    string `json:"value"`    // thousand US dollars
	Quantity string `json:"quantity"` // tonnes; NULL where it is not known
}

// BACI reads a table of CEPII's BACI, of any number of years in one revision of the Harmonized System and one version. It is a datasets.Source. Its
// claims are those of package baci, in every bit but for their position; fields that it has in common with [Source] mean the same.
type BACI struct {
	DB      Querier
	Dialect Dialect
	Table   string
	Query   string
	Args    []any
	Name    string
	Columns BACIColumns // zero: t, i, j, k, v, q

	Revision  string // HS92 to HS22: needed, for it decides what a code means
	Version   string // CEPII's, V202501
	Published string // "": the month of the version

	// The rest is as in package baci.
	Lines                   []hs.Line
	MassSpread, ValueSpread dist.Dist
	Stats                   *datasets.Stats
}

// Records yields the claims of the table, in the order of year, exporter, importer and product.
func (s BACI) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return func(yield func(flows.Record, error) bool) {
		if s.Stats != nil {
			*s.Stats = datasets.Stats{}
		}
		found, l, err := s.read(ctx, q)
		switch {
		case ctx.Err() != nil:
			yield(nil, ctx.Err())
		case err != nil:
			yield(nil, &datasets.RowError{Pos: s.pos(), Err: err})
		case len(found) > 0:
			s.take(ctx, q, found, l, yield)
		}
	}
}

// Statement returns the SQL that Records runs for q, and its arguments.
func (s BACI) Statement(ctx context.Context, q datasets.Query) (text string, args []any, err error) {
	question, err := s.question(q)
	if err != nil {
		return "", nil, err
	}
	return s.table().explained(ctx, s.mapping(), question)
}

func (s BACI) table() table {
	return table{db: s.DB, dialect: s.Dialect, table: s.Table, query: s.Query, args: s.Args, called: s.Name, years: true}
}

func (s BACI) pos() flows.Pos { return flows.Pos{File: s.table().name()} }

func (s BACI) mapping() mapping {
	c := s.Columns
	if c == (BACIColumns{}) {
		c = BACIColumns{"t", "i", "j", "k", "v", "q"}
	}
	return mapping{
		names: cells{
			trade.Period: c.Year, trade.Reporter: c.Exporter, trade.Partner: c.Importer, trade.Commodity: c.Product,
			trade.Value: c.Value, trade.NetWgt: c.Quantity,
		},
		keys: map[trade.Field]string{
			trade.Period: "year", trade.Reporter: "exporter", trade.Partner: "importer", trade.Commodity: "product",
			trade.Value: "value", trade.NetWgt: "quantity",
		},
	}
}

func (s BACI) question(q datasets.Query) (question, error) {
	if err := s.table().check(); err != nil {
		return question{}, err
	}
	if s.Revision == "" {
		return question{}, errors.New("nothing says in which revision of the Harmonized System the table is: set Revision (HS92 to HS22)")
	}
	revision, err := hs.ParseRevision(s.Revision)
	if err != nil {
		return question{}, err
	}
	codes := func(minerals []flows.Mineral) []string {
		return trade.Options{Lines: s.Lines}.CodesIn(revision, minerals)
	}
	return question{q, codes(q.Minerals), codes(nil)}, nil
}

func (s BACI) read(ctx context.Context, q datasets.Query) ([]flow, *layout, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	question, err := s.question(q)
	if err != nil || len(question.commodities) == 0 {
		return nil, nil, err
	}
	all, l, err := s.table().answer(ctx, s.mapping(), question)
	if err != nil {
		return nil, nil, err
	}
	return s.table().flows(all, l), l, nil
}

const versions = "is the table loaded twice, or does it hold several versions or revisions? Choose one in a Query"

// take hands the rows to package baci as the file that they would be, and puts their positions in place of its lines.
func (s BACI) take(ctx context.Context, q datasets.Query, all []flow, l *layout, yield func(flows.Record, error) bool) {
	var text bytes.Buffer
	text.WriteString("t,i,j,k,v,q\n")
	var lines []flows.Pos
	bad := 0
	for _, f := range all {
		g := &f.groups[0]
		faults := f.faults(versions)
		for _, c := range [...]trade.Field{trade.Period, trade.Reporter, trade.Partner, trade.Commodity, trade.Value, trade.NetWgt} {
			if strings.ContainsAny(g.cells[c], ",\"\r\n") {
				faults = append(faults, fault{l[c].name, g.cells[c], fmt.Errorf("%w: no number and no code holds that", datasets.ErrShape)})
			}
		}
		for _, x := range faults {
			if !yield(nil, &datasets.RowError{Pos: f.pos, Column: x.column, Value: x.value, Err: x.err}) {
				return
			}
		}
		if len(faults) > 0 {
			bad++
			continue
		}
		lines = append(lines, f.pos)
		fmt.Fprintf(&text, "%s,%s,%s,%s,%s,%s\n", g.cells[trade.Period], g.cells[trade.Reporter], g.cells[trade.Partner], g.cells[trade.Commodity],
			g.cells[trade.Value], cmp.Or(g.cells[trade.NetWgt], "NA"))
	}
	for r, err := range s.file(text.Bytes()).Records(ctx, q) {
		var row *datasets.RowError
		if c, ok := r.(flows.Claim); ok {
			c.Pos = s.at(lines, c.Pos.Line)
			r = c
		} else if errors.As(err, &row) {
			err = &datasets.RowError{Pos: s.at(lines, row.Pos.Line), Column: s.column(l, row.Column), Value: row.Value, Err: row.Err}
		}
		if !yield(r, err) {
			return
		}
	}
	if s.Stats != nil {
		s.Stats.Rows += bad
		s.Stats.Bad += bad
	}
}

// file is what package baci reads.
func (s BACI) file(text []byte) baci.Source {
	return baci.Source{
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }, Name: "table",
		Revision: s.Revision, Version: s.Version, Published: s.Published, Lines: s.Lines, MassSpread: s.MassSpread, ValueSpread: s.ValueSpread, Stats: s.Stats,
	}
}

// at is where the row of a line stands; the first line is the header.
func (s BACI) at(lines []flows.Pos, line int) flows.Pos {
	if i := line - 2; i >= 0 && i < len(lines) {
		return lines[i]
	}
	return s.pos()
}

// column is the user's name of a column of BACI.
func (s BACI) column(l *layout, name string) string {
	for f, n := range (BACI{}).mapping().names {
		if n != "" && n == name {
			return l[f].name
		}
	}
	return name
}
