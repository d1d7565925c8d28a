package sqldata

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Dialect is whose SQL the engine speaks: how it quotes identifiers and marks the place of an argument. An engine that is not in the list mostly
// speaks the dialect of one that is: MariaDB MySQL's, Redshift, CockroachDB and Timescale PostgreSQL's, Presto and Athena Trino's.
type Dialect string

// The dialects.
const (
	PostgreSQL Dialect = "postgresql" // "name", $1
	DuckDB     Dialect = "duckdb"     // "name", ?
	SQLite     Dialect = "sqlite"     // `name`, ?
	MySQL      Dialect = "mysql"      // `name`, ?
	SQLServer  Dialect = "sqlserver"  // [name], @p1
	ClickHouse Dialect = "clickhouse" // `name`, {name:Type}
	BigQuery   Dialect = "bigquery"   // `name`, ?
	Trino      Dialect = "trino"      // "name", ?
	Snowflake  Dialect = "snowflake"  // "name", ?
)

// Dialects returns all of them.
func Dialects() []Dialect {
	return []Dialect{PostgreSQL, DuckDB, SQLite, MySQL, SQLServer, ClickHouse, BigQuery, Trino, Snowflake}
}

// check says whether the dialect is one.
func (d Dialect) check() error {
	var known []string
	for _, k := range Dialects() {
		if d == k {
			return nil
		}
		known = append(known, string(k))
	}
	if d == "" {
		return fmt.Errorf("no dialect is set; known are %s", strings.Join(known, ", "))
	}
	return fmt.Errorf("unknown dialect %q; known are %s", string(d), strings.Join(known, ", "))
}

// mostInName is how many bytes a name may have. Engines allow 63 to 300.
const mostInName = 300

var errName = errors.New("bad name")

// quote writes one identifier so that the engine takes it as that and nothing else, whatever stands in it.
//
// SQLite takes a name in double quotes that it does not know for a text, so that a column which is not there would hold its own name: grave accents
// have no second meaning. ClickHouse and BigQuery read backslashes in quoted names.
func (d Dialect) quote(name string) (string, error) {
	switch {
	case name == "":
		return "", fmt.Errorf("%w: it is empty", errName)
	case len(name) > mostInName:
		return "", fmt.Errorf("%w: it is longer than %d bytes", errName, mostInName)
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		return "", fmt.Errorf("%w: %q holds what no name does", errName, name)
	}
	switch d {
	case SQLite, MySQL:
		return "`" + strings.ReplaceAll(name, "`", "``") + "`", nil
	case ClickHouse, BigQuery:
		return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(name) + "`", nil
	case SQLServer:
		return "[" + strings.ReplaceAll(name, "]", "]]") + "]", nil
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`, nil
}

// table quotes the name of a table, which may have parts: schema.table. A part in double quotes may hold dots.
func (d Dialect) table(name string) (string, error) {
	parts, err := split(name)
	if err != nil {
		return "", err
	}
	for i, p := range parts {
		if parts[i], err = d.quote(p); err != nil {
			return "", err
		}
	}
	return strings.Join(parts, "."), nil
}

// split takes the name of a table apart.
func split(name string) ([]string, error) {
	var parts []string
	rest := name
	for {
		part := rest
		if strings.HasPrefix(rest, `"`) {
			var b strings.Builder
			i := 1
			for ; ; i++ {
				if i == len(rest) {
					return nil, fmt.Errorf("%w: %q: a double quote is not closed", errName, name)
				}
				if rest[i] == '"' {
					if i++; i == len(rest) || rest[i] != '"' {
						break
					}
				}
				b.WriteByte(rest[i])
			}
			part, rest = b.String(), rest[i:]
			if rest != "" && rest[0] != '.' {
				return nil, fmt.Errorf("%w: %q: a dot must stand behind a part in double quotes", errName, name)
			}
		} else if i := strings.IndexByte(rest, '.'); i >= 0 {
			part, rest = rest[:i], rest[i:]
		} else {
			rest = ""
		}
		parts = append(parts, part)
		if rest == "" {
			return parts, nil
		}
		rest = rest[1:]
	}
}

// argument is the value of a placeholder.
type argument struct {
	class class // integer, text or date
	value any   // int64, string, or a day as a string
}

// placeholder is how the n-th argument, counted from 1, is marked, and what is passed for it. Where the dialect has a type of its own for it,
// it says so.
func (d Dialect) placeholder(n int, a argument) (string, any) {
	var mark string
	value := a.value
	switch d {
	case PostgreSQL:
		mark = "$" + strconv.Itoa(n)
	case SQLServer:
		mark = "@p" + strconv.Itoa(n)
	case ClickHouse:
		name := "mineralflows_" + strconv.Itoa(n)
		mark = "{" + name + ":" + map[class]string{integer: "Int64", text: "String", date: "Date"}[a.class] + "}"
		return mark, sql.Named(name, fmt.Sprint(value))
	default:
		mark = "?"
	}
	if a.class == date && d != SQLite { // SQLite keeps dates as text, and would cast this to the number of the year
		mark = "CAST(" + mark + " AS DATE)"
	}
	return mark, value
}

// textType is what a column whose type is not known is cast to, so that it can be compared with text.
func (d Dialect) textType() string {
	switch d {
	case MySQL:
		return "CHAR"
	case SQLServer:
		return "NVARCHAR(4000)"
	case ClickHouse: // which refuses to cast NULL to a type that has none
		return "Nullable(String)"
	case BigQuery:
		return "STRING"
	case SQLite:
		return "TEXT"
	}
	return "VARCHAR"
}
