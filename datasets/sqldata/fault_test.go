package sqldata_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

// Bad rows are all reported, with table, key and column.
func TestBadRows(t *testing.T) {
	for name, c := range map[string]struct {
		types map[string]string
		row   map[string]any
		want  string
		is    error
	}{
		"no number":   {types: map[string]string{"netWgt": "VARCHAR"}, row: export("netWgt", "1,200"), want: `trade.comtrade[2019 800 X 784 H5 710812]: column netWgt: "1,200": not a number`},
		"NaN":         {row: export("netWgt", math.NaN()), want: `column netWgt: "NaN": not a finite number`},
		"negative":    {row: export("primaryValue", -1.0), want: `column primaryValue: "-1": a mass or a value is not negative`},
		"a struct":    {row: export("netWgt", struct{}{}), want: "the driver hands over a struct {}: cast the column in a Query"},
		"NULL period": {row: export("period", nil, "netWgt", 1.0), want: `trade.comtrade[NULL 800 X 784 H5 710812]: column period: ""`, is: flows.ErrPeriod},
		"NULL flow":   {row: export("flowCode", nil, "netWgt", 1.0), want: `column flowCode: "": unknown word`, is: datasets.ErrWord},
		"a word":      {row: export("flowCode", "Export", "netWgt", 1.0), want: `column flowCode: "Export": unknown word: a flow is M, X`, is: datasets.ErrWord},
		"a reporter":  {row: export("reporterCode", int64(999), "netWgt", 1.0), want: `column reporterCode: "999": unknown`, is: &area.UnknownError{}},
		"no type":     {types: map[string]string{"partnerCode": "?"}, row: export("partnerCode", 784.0, "netWgt", 1.0), want: `column partnerCode: "784": a binary number in a column without a type`},
		"half a code": {types: map[string]string{"partnerCode": "DOUBLE"}, row: export("partnerCode", 78.4, "netWgt", 1.0), want: `column partnerCode: "78.4": a code is a whole number`},
		"noughts":     {types: map[string]string{"partnerCode": "TEXT"}, row: export("partnerCode", "0784", "netWgt", 1.0), want: `column partnerCode: "0784": unknown word: write 784`, is: datasets.ErrWord},
		"blanks":      {row: export("flowCode", " X", "netWgt", 1.0), want: `column flowCode: " X": blanks around it`},
		"a flag":      {types: map[string]string{"isNetWgtEstimated": "TEXT"}, row: export("isNetWgtEstimated", "perhaps", "netWgt", 1.0), want: `column isNetWgtEstimated: "perhaps"`, is: datasets.ErrWord},
	} {
		t.Run(name, func(t *testing.T) {
			e := tableOf(export("cmdCode", "710813", "netWgt", 1.0), c.row)
			for column, typ := range c.types {
				e.types[column] = typ
			}
			var stats datasets.Stats
			s := over(t, e)
			s.Stats = &stats
			claims, errs := read(s, datasets.Query{})
			require.Len(t, claims, 1)
			require.Len(t, errs, 1)
			require.ErrorContains(t, errs[0], c.want)
			if _, isArea := c.is.(*area.UnknownError); isArea {
				require.ErrorAs(t, errs[0], new(*area.UnknownError))
			} else if c.is != nil {
				require.ErrorIs(t, errs[0], c.is)
			}
			require.Equal(t, "2 rows: 1 kept, 1 bad", stats.String())
		})
	}
	datasetstest.TestBadRows(t, over(t, tableOf(export("netWgt", -1.0), export("cmdCode", "710813", "netWgt", -1.0))),
		flows.Pos{File: "trade.comtrade[2019 800 X 784 H5 710812]"}, flows.Pos{File: "trade.comtrade[2019 800 X 784 H5 710813]"})
}

// Two rows of one flow are no totals, whether they are equal or not.
func TestTwice(t *testing.T) {
	for _, second := range []float64{1, 2} {
		claims, errs := read(over(t, tableOf(export("netWgt", 1.0), export("netWgt", second))), datasets.Query{})
		require.Empty(t, claims)
		require.Len(t, errs, 1)
		require.ErrorIs(t, errs[0], flows.ErrDuplicate)
		require.ErrorContains(t, errs[0], "trade.comtrade[2019 800 X 784 H5 710812]: ")
		require.ErrorContains(t, errs[0], "2 rows of one flow")
	}
}

// An answer that ends early is no short answer: nothing is yielded of it.
func TestDiesHalfWay(t *testing.T) {
	broken := errors.New("server closed the connection")
	for name, c := range map[string]struct {
		fault func(*engine)
		is    error
	}{
		"an error behind the second row": {func(e *engine) { e.fails = map[int]error{3: broken} }, broken},
		"an error at once":               {func(e *engine) { e.fails = map[int]error{1: broken} }, broken},
		"a bad connection":               {func(e *engine) { e.fails = map[int]error{2: driver.ErrBadConn} }, driver.ErrBadConn},
		"rows are lost in silence":       {func(e *engine) { e.short = 1 }, io.ErrUnexpectedEOF},
		"one row more than announced":    {func(e *engine) { e.announce = -1 }, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			e := tableOf(several()...)
			c.fault(e)
			claims, errs := read(over(t, e), datasets.Query{})
			require.Empty(t, claims)
			require.Len(t, errs, 1)
			require.ErrorIs(t, errs[0], c.is)
			require.ErrorContains(t, errs[0], "trade.comtrade: ")
			_, err := datasets.Load(context.Background(), datasets.Query{}, over(t, e))
			require.ErrorIs(t, err, c.is)
		})
	}
}

// An answer without rows is asked about: the engine may have lost them all, and the column of the commodity may be the wrong one.
func TestEmpty(t *testing.T) {
	e := tableOf(several()...)
	e.short = 9
	_, errs := read(over(t, e), datasets.Query{})
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "the engine answered without rows, and then counted 9")
	_, errs = read(over(t, tableOf()), datasets.Query{})
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "no row of totals has one of the codes 260900 261100 261590 261690 710811 710812 710813 800110 800120 810310 810320 in column cmdCode")
	_, errs = read(over(t, tableOf()), datasets.Query{Minerals: []flows.Mineral{"cobalt"}})
	require.Empty(t, errs, "nothing is asked of the table")
}

// Periods and areas that the table writes in another way than they are asked for are not found. An answer without rows says so.
func TestNotFound(t *testing.T) {
	for name, c := range map[string]struct {
		column string
		value  any
		typ    string
		areas  sqldata.Areas
		q      datasets.Query
		want   string
	}{
		"a day as text":         {column: "period", value: "2019-05-17", typ: "TEXT", q: datasets.Query{Period: flows.Year(2019)}, want: `column period holds "2019-05-17", which is not looked for`},
		"a day without dashes":  {column: "period", value: "20190517", typ: "TEXT", q: datasets.Query{Period: flows.Year(2019)}, want: `column period holds "20190517"`},
		"another year":          {column: "period", value: "2018", typ: "TEXT", q: datasets.Query{Period: flows.Year(2019)}},
		"another month":         {column: "period", value: "2018-05", typ: "TEXT", q: datasets.Query{Period: flows.Year(2019)}},
		"letters":               {column: "reporterCode", value: "UGA", typ: "TEXT", q: datasets.Query{Places: []flows.Place{"UGA"}}, want: `column reporterCode holds "UGA", which is not looked for`},
		"letters of no type":    {column: "reporterCode", value: "UGA", typ: "?", q: datasets.Query{Places: []flows.Place{"UGA"}}, want: `column reporterCode holds "UGA"`},
		"small letters":         {column: "reporterCode", value: "uga", typ: "TEXT", areas: sqldata.Letters, q: datasets.Query{Places: []flows.Place{"UGA"}}, want: `column reporterCode holds "uga"`},
		"noughts":               {column: "partnerCode", value: "0784", typ: "TEXT", q: datasets.Query{Places: []flows.Place{"ARE"}}, want: `column partnerCode holds "0784"`},
		"another place":         {column: "reporterCode", value: "800", typ: "TEXT", q: datasets.Query{Places: []flows.Place{"RWA"}}},
		"another, with noughts": {column: "partnerCode", value: "004", typ: "TEXT", q: datasets.Query{Places: []flows.Place{"RWA"}}},
		"letters in numbers":    {column: "reporterCode", value: int64(800), typ: "INTEGER", areas: sqldata.Letters, q: datasets.Query{Places: []flows.Place{"UGA"}}, want: "reporterCode is INTEGER, and Areas says letters"},
	} {
		t.Run(name, func(t *testing.T) {
			row := export("netWgt", 1.0, c.column, c.value)
			if c.areas == sqldata.Letters && c.column == "reporterCode" {
				row["partnerCode"], row["partner2Code"] = "ARE", "W00"
			}
			e := tableOf(row)
			e.types[c.column] = c.typ
			if c.areas == sqldata.Letters {
				e.types["partnerCode"], e.types["partner2Code"] = "TEXT", "TEXT"
			}
			// The row is not of what is asked for.
			e.where = func(text string, _ map[string]any) bool {
				return !strings.Contains(text, `"period" IN (`) && !strings.Contains(text, `"reporterCode" IN (`) && !strings.Contains(text, `AS VARCHAR) IN (`)
			}
			s := over(t, e)
			s.Areas = c.areas
			claims, errs := read(s, c.q)
			require.Empty(t, claims)
			if c.want == "" {
				require.Empty(t, errs)
				return
			}
			require.Len(t, errs, 1)
			require.ErrorContains(t, errs[0], c.want)
		})
	}
}

// What an engine takes for a code that was asked for (letters of another alphabet, an amount of money) is shown, and not dropped as another commodity.
func TestNotAsked(t *testing.T) {
	claims, errs := read(over(t, tableOf(export("cmdCode", "７１０８１２", "netWgt", 1.0))), datasets.Query{})
	require.Empty(t, claims)
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], `column cmdCode: "７１０８１２": the engine takes it for a code that was asked for`)
}

// A context that ends cancels the query, and the read says so.
func TestCancelled(t *testing.T) {
	e := tableOf(several()...)
	e.blocks = true
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	var last error
	for r, err := range over(t, e).Records(ctx, datasets.Query{}) {
		require.Nil(t, r)
		last = err
	}
	require.ErrorIs(t, last, context.DeadlineExceeded)
	require.Eventually(t, func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.cancelled == 1
	}, 5*time.Second, time.Millisecond)
}

// What is missing or contradicts itself is said in words, before the engine reads anything.
func TestSettings(t *testing.T) {
	mapped := func(edit func(*sqldata.Columns)) func(*sqldata.Source) {
		return func(s *sqldata.Source) {
			s.Columns = sqldata.Comtrade()
			edit(&s.Columns)
		}
	}
	for want, set := range map[string]func(*sqldata.Source){
		"no database: set DB":                            func(s *sqldata.Source) { s.DB = nil },
		"no database":                                    func(s *sqldata.Source) { s.DB = (*sql.DB)(nil) },
		"set Table or Query, one of them":                func(s *sqldata.Source) { s.Table = "" },
		"trade.comtrade: set Table or Query":             func(s *sqldata.Source) { s.Query = "SELECT 1" },
		"there are Args and no Query":                    func(s *sqldata.Source) { s.Args = []any{1} },
		`unknown dialect "oracle"; known are postgresql`: func(s *sqldata.Source) { s.Dialect = "oracle" },
		"no dialect is set":                              func(s *sqldata.Source) { s.Dialect = "" },
		`unknown Areas "iso"`:                            func(s *sqldata.Source) { s.Areas = "iso" },
		`unknown Rows "shipments"`:                       func(s *sqldata.Source) { s.Rows = "shipments" },
		`unknown Dates "day"`:                            func(s *sqldata.Source) { s.Dates = "day" },
		"set Origin.Published":                           func(s *sqldata.Source) { s.Origin.Published = "" },
		`published: "May 2024"`:                          func(s *sqldata.Source) { s.Origin.Published = "May 2024" },
		"set both ID and Title of Origin":                func(s *sqldata.Source) { s.Origin.ID = "ura" },
		`bad name: "a\x00b" holds what no name does`:     func(s *sqldata.Source) { s.Table = "a\x00b" },
		"bad name: it is empty":                          func(s *sqldata.Source) { s.Table = "trade." },
		"a double quote is not closed":                   func(s *sqldata.Source) { s.Table = `trade."x` },
		"no column weight among typeCode, period":        mapped(func(c *sqldata.Columns) { c.Weight = "weight" }),
		"does not say which column is the flow":          mapped(func(c *sqldata.Columns) { c.Flow = "" }),
		"neither a weight nor a quantity nor a value":    mapped(func(c *sqldata.Columns) { c.Weight, c.Quantity, c.Value = "", "", "" }),
		"without the column of its unit":                 mapped(func(c *sqldata.Columns) { c.QuantityUnit = "" }),
		"isNetWgtEstimated is BOOLEAN, where an amount":  mapped(func(c *sqldata.Columns) { c.Weight = "isNetWgtEstimated" }),
		"isNetWgtEstimated is BOOLEAN, where a code":     mapped(func(c *sqldata.Columns) { c.Reporter = "isNetWgtEstimated" }),
		"netWgt is DOUBLE, where true or false":          mapped(func(c *sqldata.Columns) { c.WeightEstimated = "netWgt" }),
		"day holds dates: set Dates to year or month":    mapped(func(c *sqldata.Columns) { c.Period = "day" }),
		"moment is TIMESTAMPTZ, a moment":                mapped(func(c *sqldata.Columns) { c.Period = "moment" }),
		"period is INTEGER, no date: leave Dates empty":  func(s *sqldata.Source) { s.Dates = sqldata.Year },
		"2 columns are named TWICE":                      mapped(func(c *sqldata.Columns) { c.Weight = "TWICE" }),
		"quantities in different units are not added": func(s *sqldata.Source) {
			s.Columns = sqldata.Comtrade()
			s.Rows = sqldata.Parts
		},
	} {
		e := tableOf(several()...)
		e.columns = append([]string{}, columns...)
		e.columns = append(e.columns, "day", "moment", "twice", "Twice")
		e.types["day"], e.types["moment"] = "DATE", "TIMESTAMPTZ"
		s := over(t, e)
		set(&s)
		claims, errs := read(s, datasets.Query{})
		require.Empty(t, claims, want)
		require.Len(t, errs, 1, want)
		require.ErrorContains(t, errs[0], want)
		_, _, err := s.Statement(context.Background(), datasets.Query{})
		require.Error(t, err, want)
		require.Empty(t, e.selection().text, want)
	}
}

// A driver that says nothing of an answer without rows does not say which columns there are.
func TestNoColumns(t *testing.T) {
	e := tableOf(several()...)
	e.columns = nil
	_, errs := read(over(t, e), datasets.Query{})
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "the driver names no columns of an answer without rows")
}

// A table with fewer of Comtrade's columns than there are is read as far as it goes.
func TestFewColumns(t *testing.T) {
	e := tableOf(export("primaryValue", 5.0))
	e.columns = []string{"period", "reporterCode", "flowCode", "partnerCode", "classificationCode", "cmdCode", "primaryValue"}
	claims, errs := read(over(t, e), datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 5 = 5 USD, reported"}, shown(claims))

	// None of the amounts, as where they have other names.
	e.columns = append(e.columns[:6:6], "netWeight", "tradeValue")
	claims, errs = read(over(t, e), datasets.Query{})
	require.Empty(t, claims)
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "no column netWgt, qty or primaryValue among period, reporterCode")

	e.columns = e.columns[1:]
	_, errs = read(over(t, e), datasets.Query{})
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "no column period among reporterCode")
}
