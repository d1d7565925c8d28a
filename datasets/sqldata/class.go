package sqldata

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
)

// class is what sort of values a column holds, as far as it matters how they are compared and read.
type class int

const (
	unknown class = iota // the driver does not say, as SQLite's for an expression
	text
	integer
	decimal
	floating
	boolean
	date    // a day, or a moment without a time zone
	instant // a moment, which lies on another day in another time zone
)

// number reports whether whole numbers are compared with the column as numbers.
func (c class) number() bool { return c == integer || c == decimal || c == floating }

// classOf reads it from the name of the column's type, else from the Go type of the driver's values.
func (d Dialect) classOf(t *sql.ColumnType) class {
	name := strings.ToUpper(t.DatabaseTypeName())
	for _, wrap := range []string{"NULLABLE(", "LOWCARDINALITY("} { // ClickHouse
		if i := strings.LastIndex(name, wrap); i >= 0 {
			name = name[i+len(wrap):]
		}
	}
	if d == PostgreSQL && (name == "CHAR" || name != "" && strings.Trim(name, "0123456789") == "") {
		// A type of one byte, or one that the driver has no name for, as an enumeration. The engine would read an argument as a value of that type,
		// XIP as X, and as an error where there is no such value.
		return unknown
	}
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(name, w) {
				return true
			}
		}
		return false
	}
	switch {
	case d == ClickHouse && has("ENUM"): // which words it has is not known: some versions refuse a comparison with another
		return unknown
	case has("TIMESTAMPTZ", "TIMESTAMP_TZ", "TIMESTAMP_LTZ", "WITH TIME ZONE", "WITH LOCAL TIME ZONE", "DATETIMEOFFSET"),
		(d == BigQuery || d == MySQL) && has("TIMESTAMP"), d == ClickHouse && has("DATETIME"):
		return instant
	case has("DATE", "TIMESTAMP"):
		return date
	case has("BOOL"):
		return boolean
	case has("CHAR", "TEXT", "STRING", "ENUM"):
		return text
	case has("INTERVAL", "POINT"):
	case has("INT", "SERIAL"):
		return integer
	case has("DECIMAL", "NUMERIC", "NUMBER", "FIXED"):
		return decimal
	case has("FLOAT", "DOUBLE", "REAL"):
		return floating
	}
	return ofKind(t)
}

func ofKind(t *sql.ColumnType) class {
	of := t.ScanType()
	if of == nil {
		return unknown
	}
	switch k := of.Kind(); {
	case k >= reflect.Int && k <= reflect.Uint64:
		return integer
	case k == reflect.Float32, k == reflect.Float64:
		return floating
	case k == reflect.String:
		return text
	case k == reflect.Bool:
		return boolean
	}
	return unknown
}

// narrow reports whether a column's numbers are of 16 bits, which hold a year and no month: PostgreSQL gives an argument the type of the column that
// it is compared with, and 201905 does not fit.
func (c column) narrow() bool {
	name := strings.ToUpper(c.typ)
	return strings.Contains(name, "SMALLINT") || strings.Contains(name, "INT2") || strings.Contains(name, "INT16")
}

// single reports whether a column's numbers are of 32 bits. Drivers hand some of them over as 64, where 0.1 is 0.10000000149011612.
func (d Dialect) single(t *sql.ColumnType) bool {
	switch name := strings.ToUpper(t.DatabaseTypeName()); d {
	case PostgreSQL:
		return name == "FLOAT4"
	case MySQL:
		return name == "FLOAT"
	case SQLServer, Trino:
		return name == "REAL"
	}
	return false
}

// check says whether a column can hold what it is said to hold.
func (c column) check() error {
	what, fits := "", true
	switch c.field {
	case trade.NetWgt, trade.Qty, trade.Value, trade.CIF, trade.FOB:
		what, fits = "an amount", c.class != boolean && c.class != date && c.class != instant
	case trade.IsNetWgtEstimated, trade.IsQtyEstimated, trade.IsOriginal:
		what, fits = "true or false", c.class == boolean || c.class == text || c.class == integer || c.class == decimal || c.class == unknown
	case trade.Period:
		if c.class == instant {
			return fmt.Errorf("%w: %s is %s, a moment that lies on another day in another time zone: make it a date in a Query", datasets.ErrColumn, c.name, c.typ)
		}
		what, fits = "a period", c.class != boolean
	default:
		what, fits = "a code", c.class != boolean && c.class != date && c.class != instant
	}
	if !fits {
		return fmt.Errorf("%w: %s is %s, where %s is wanted", datasets.ErrColumn, c.name, c.typ, what)
	}
	return nil
}
