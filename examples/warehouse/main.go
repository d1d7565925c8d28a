// Warehouse makes the estimate of examples/greatlakes with a trade table that stays in its database: DuckDB (or files of Parquet and CSV that
// DuckDB reads), PostgreSQL or SQLite. README.md says how to do the same in ClickHouse, BigQuery and Trino.
//
//	go run . -engine duckdb -files testdata/comtrade.csv -published 2024-03 -mineral tin -place RWA
//	go run . -engine duckdb -files 'comtrade/*.parquet' -published 2024-03 -plan
//	go run . -engine duckdb -files 'BACI_HS22_V202501/BACI_*.csv' -baci HS22 -published 2025-01 -mineral gold
//	go run . -engine postgres -dsn postgres://analyst@warehouse/trade -mapping mapping.json
//
// It is a module of its own, so that the library needs no driver and no cgo.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

const about = "how much do the records of the African Great Lakes not explain, with a trade table in a database?"

// The exit statuses are those of package cli.
const (
	failed  = 1
	misused = 2
)

// run opens the database and hands over to the command line that all examples have.
func run(args []string, stdout, stderr io.Writer) int {
	s, rest, err := split(args)
	if err != nil {
		fmt.Fprintf(stderr, "warehouse: %v\n", err)
		return misused
	}
	program := cli.Program{Name: "warehouse", About: about}
	if s.help {
		fmt.Fprint(stdout, usage())
		return cli.Main(program, rest, stdout, stderr)
	}
	source, db, err := s.source()
	if err != nil {
		fmt.Fprintf(stderr, "warehouse: %v\n", err)
		if errors.Is(err, errUsage) {
			return misused
		}
		return failed
	}
	defer db.Close()
	if s.plan {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		text, err := plan(ctx, s.engine, db, source, datasets.Query{})
		if err != nil {
			fmt.Fprintf(stderr, "warehouse: %v\n", err)
			return failed
		}
		fmt.Fprint(stdout, text)
		return 0
	}
	program.Data = []datasets.Source{greatlakes.Package(), source}
	return cli.Main(program, rest, stdout, stderr)
}

// settings are the flags that say where the table is.
type settings struct {
	engine, dsn, files, table, mapping, published, baci string
	plan, help                                          bool
}

var errUsage = errors.New("wrong command line")

// flags are those of this program, with what they say in its usage.
var flags = []struct{ name, value, says string }{
	{"engine", "NAME", "duckdb, postgres or sqlite"},
	{"dsn", "DSN", "the database: a file for duckdb and sqlite, postgres://user@host/database for postgres (PGPASSWORD has the password)"},
	{"files", "GLOB", "for duckdb: Parquet or CSV files in place of a database, or a folder of Parquet files"},
	{"table", "TABLE", "the table: comtrade, trade.comtrade (default: that of the mapping, else comtrade)"},
	{"mapping", "FILE", "which column is which, and where the table is from, as JSON (default: UN Comtrade's names)"},
	{"published", "DATE", "when the table's figures were published: 2024, 2024-03 or 2024-03-11 (default: that of the mapping)"},
	{"baci", "REVISION", "the table is one of BACI in this revision of the Harmonized System: HS92 to HS22"},
	{"plan", "", "print the statement that the engine is asked, and how it runs it"},
}

func usage() string {
	var b strings.Builder
	fmt.Fprintf(&b, "warehouse: %s\n\nThe table:\n", about)
	for _, f := range flags {
		fmt.Fprintf(&b, "  -%-18s %s\n", strings.TrimSpace(f.name+" "+f.value), f.says)
	}
	b.WriteString("\nThe rest is as in the other examples:\n\n")
	return b.String()
}

// split takes the flags of this program off a command line, and leaves those of package cli.
func split(args []string) (s settings, rest []string, err error) {
	to := map[string]*string{
		"engine": &s.engine, "dsn": &s.dsn, "files": &s.files, "table": &s.table, "mapping": &s.mapping, "published": &s.published, "baci": &s.baci,
	}
	for i := 0; i < len(args); i++ {
		name, value, has := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(args[i], "-"), "-"), "=")
		target := to[name]
		switch {
		case !strings.HasPrefix(args[i], "-"):
			rest = append(rest, args[i])
		case name == "plan" && !has:
			s.plan = true
		case name == "data":
			return s, nil, fmt.Errorf("%w: -data is not for this example, which reads the built-in data and the table", errUsage)
		case target == nil:
			s.help = s.help || name == "help" || name == "h"
			rest = append(rest, args[i])
			if !has && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") { // its value, which may look like one of ours
				i++
				rest = append(rest, args[i])
			}
		case has:
			*target = value
		case i+1 == len(args):
			return s, nil, fmt.Errorf("%w: -%s needs a value; -help says which", errUsage, name)
		default:
			i++
			*target = args[i]
		}
	}
	return s, rest, nil
}

// dialects are the engines.
var dialects = map[string]sqldata.Dialect{"duckdb": sqldata.DuckDB, "postgres": sqldata.PostgreSQL, "sqlite": sqldata.SQLite}
