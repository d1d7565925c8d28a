package sqldata_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/mineralflows/mineralflows/datasets/sqldata"
)

// engine is a database of one table. It answers the statements of package sqldata, but does not filter: what it is asked for can be read in its
// log, and engines that do are tested in examples/warehouse.
type engine struct {
	columns []string
	types   map[string]string // of the columns; TEXT where none is set
	rows    []map[string]any  // a column that is not in a row is NULL

	fails    map[int]error // of the answer's row with this number, counted from 1
	short    int           // rows that the answer lacks, without an error
	announce int           // rows that the answer has less than it says in all
	blocks   bool          // until the context is cancelled
	count    int           // what SELECT COUNT(*) says; 0: the rows

	where func(text string, row map[string]any) bool // which rows it answers with; nil: all

	mu        sync.Mutex
	log       []statement
	cancelled int // queries that ended because their context did
}

type statement struct {
	text string
	args []any
}

// open returns a database that the engine answers.
func (e *engine) open(t testing.TB) *sql.DB {
	db := sql.OpenDB(e)
	t.Cleanup(func() { db.Close() })
	return db
}

func (e *engine) Connect(context.Context) (driver.Conn, error) { return connection{e}, nil }
func (e *engine) Driver() driver.Driver                        { return nil }

// selection is the last statement that asked for rows.
func (e *engine) selection() statement {
	for i := len(e.log) - 1; i >= 0; i-- {
		if strings.Contains(e.log[i].text, "GROUP BY") {
			return e.log[i]
		}
	}
	return statement{}
}

type connection struct{ *engine }

func (connection) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("statements are not prepared")
}
func (connection) Close() error              { return nil }
func (connection) Begin() (driver.Tx, error) { return nil, errors.New("nothing is written") }

// CheckNamedValue lets arguments through as they are, names and all.
func (connection) CheckNamedValue(*driver.NamedValue) error { return nil }

func (c connection) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	e := c.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	logged := statement{text: text}
	for _, a := range args {
		if a.Name != "" {
			logged.args = append(logged.args, sql.Named(a.Name, a.Value))
		} else {
			logged.args = append(logged.args, a.Value)
		}
	}
	e.log = append(e.log, logged)
	switch {
	case strings.HasSuffix(text, " WHERE 1 = 0"):
		return &answer{engine: e, ctx: ctx, names: e.columns}, nil
	case strings.HasPrefix(text, "SELECT COUNT(*)"):
		n := 0
		for _, r := range e.rows {
			if e.where == nil || e.where(text, r) {
				n++
			}
		}
		if e.count != 0 {
			n = e.count
		}
		return &answer{engine: e, ctx: ctx, names: []string{"count"}, rows: [][]driver.Value{{int64(n)}}}, nil
	}
	a := e.grouped(text)
	a.ctx = ctx
	return a, nil
}

// grouped answers a selection.
func (e *engine) grouped(text string) *answer {
	list, _, _ := strings.Cut(strings.TrimPrefix(text, "SELECT "), ", COUNT(*)")
	a := &answer{engine: e, fails: e.fails, blocks: e.blocks}
	for _, name := range strings.Split(list, ", ") {
		a.names = append(a.names, strings.Trim(name, "\"`[]"))
	}
	for _, r := range e.rows {
		if e.where != nil && !e.where(text, r) {
			continue
		}
		var values []driver.Value
		for _, n := range a.names {
			values = append(values, r[n])
		}
		i := 0
		for i < len(a.rows) && !reflect.DeepEqual(a.rows[i][:len(values)], values) {
			i++
		}
		if i == len(a.rows) {
			a.rows = append(a.rows, append(values, int64(0)))
		}
		a.rows[i][len(values)] = a.rows[i][len(values)].(int64) + 1
	}
	for i := range a.rows {
		a.rows[i] = append(a.rows[i], int64(len(a.rows)+e.announce))
	}
	a.rows = a.rows[:len(a.rows)-e.short]
	a.names = append(a.names, "count", "total")
	return a
}

// answer is the rows of one.
type answer struct {
	engine *engine
	ctx    context.Context
	names  []string
	rows   [][]driver.Value
	at     int
	fails  map[int]error
	blocks bool
}

func (a *answer) Columns() []string { return a.names }
func (a *answer) Close() error      { return nil }

func (a *answer) ColumnTypeDatabaseTypeName(i int) string {
	if t := a.engine.types[a.names[i]]; t != "" {
		return t
	}
	return "TEXT"
}

func (a *answer) Next(to []driver.Value) error {
	if a.blocks {
		<-a.ctx.Done()
		a.engine.mu.Lock()
		a.engine.cancelled++
		a.engine.mu.Unlock()
		return a.ctx.Err()
	}
	a.at++
	if err := a.fails[a.at]; err != nil {
		return err
	}
	if a.at > len(a.rows) {
		return io.EOF
	}
	copy(to, a.rows[a.at-1])
	return nil
}

// columns are UN Comtrade's of which something is read.
var columns = strings.Fields("typeCode period reporterCode flowCode partnerCode partner2Code classificationCode isOriginalClassification cmdCode " +
	"customsCode motCode qtyUnitCode qty isQtyEstimated netWgt isNetWgtEstimated cifvalue fobvalue primaryValue")

// typed are the types that a table of them has.
func typed() map[string]string {
	return map[string]string{"period": "INTEGER", "reporterCode": "INTEGER", "partnerCode": "INTEGER", "partner2Code": "INTEGER", "motCode": "INTEGER",
		"qtyUnitCode": "INTEGER", "qty": "DOUBLE", "netWgt": "DOUBLE", "cifvalue": "DOUBLE", "fobvalue": "DOUBLE", "primaryValue": "DOUBLE",
		"isNetWgtEstimated": "BOOLEAN", "isQtyEstimated": "BOOLEAN", "isOriginalClassification": "BOOLEAN"}
}

// export is Uganda's export of unwrought gold to the UAE in 2019, with changes: name and value by turns.
func export(changes ...any) map[string]any {
	r := map[string]any{"typeCode": "C", "period": int64(2019), "reporterCode": int64(800), "flowCode": "X", "partnerCode": int64(784), "partner2Code": int64(0),
		"classificationCode": "H5", "isOriginalClassification": true, "cmdCode": "710812", "customsCode": "C00", "motCode": int64(0), "qtyUnitCode": int64(8)}
	for i := 0; i < len(changes); i += 2 {
		r[changes[i].(string)] = changes[i+1]
	}
	return r
}

// tableOf is a table of UN Comtrade.
func tableOf(rows ...map[string]any) *engine {
	return &engine{columns: columns, types: typed(), rows: rows}
}

// over reads the engine's table as it is by default.
func over(t testing.TB, e *engine) sqldata.Source {
	s := sqldata.Source{DB: e.open(t), Dialect: sqldata.PostgreSQL, Table: "trade.comtrade"}
	s.Origin.Published = "2024-03-11"
	return s
}

func (s statement) String() string { return fmt.Sprintf("%s %v", s.text, s.args) }

// exampleDB stands for a database in the example.
func exampleDB() *sql.DB {
	return sql.OpenDB(&engine{columns: []string{"day", "office", "direction", "destination", "edition", "hs6", "kg"}, types: map[string]string{"day": "DATE", "kg": "DOUBLE"}})
}
