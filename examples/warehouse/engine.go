package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

// drivers are the names under which the drivers register.
var drivers = map[string]string{"duckdb": "duckdb", "postgres": "pgx", "sqlite": "sqlite"}

// mapping is a mapping file: what the table is, in words that need no Go.
type mapping struct {
	Table   string          `json:"table"`
	Query   string          `json:"query"`
	Columns sqldata.Columns `json:"columns"`
	Rows    sqldata.Rows    `json:"rows"`
	Dates   sqldata.Dates   `json:"dates"`
	Areas   sqldata.Areas   `json:"areas"`
	Origin  struct {
		ID        string   `json:"id"`
		Title     string   `json:"title"`
		Producer  string   `json:"producer"`
		Version   string   `json:"version"`
		Published string   `json:"published"`
		URL       string   `json:"url"`
		License   string   `json:"license"`
		Note      string   `json:"note"`
		Complete  []string `json:"complete"`
	} `json:"origin"`
	BACI *struct { // in place of columns, rows, dates, areas and most of origin
		Revision string              `json:"revision"`
		Version  string              `json:"version"`
		Columns  sqldata.BACIColumns `json:"columns"`
	} `json:"baci"`
}

// tradeTable is a table as package sqldata reads it.
type tradeTable interface {
	datasets.Source
	Statement(ctx context.Context, q datasets.Query) (text string, args []any, err error)
}

// readMapping reads a mapping file. A key that it does not know is an error, as a column that is spelled wrong would be left out in silence.
func readMapping(name string) (m mapping, err error) {
	f, err := os.Open(name)
	if err != nil {
		return m, err
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// source opens the database and says what is read from it.
func (s settings) source() (tradeTable, *sql.DB, error) {
	dialect, ok := dialects[s.engine]
	switch {
	case !ok:
		return nil, nil, fmt.Errorf("%w: -engine %q: want duckdb, postgres or sqlite", errUsage, s.engine)
	case s.files != "" && (s.engine != "duckdb" || s.dsn != "" || s.table != ""):
		return nil, nil, fmt.Errorf("%w: -files is for -engine duckdb, in place of -dsn and -table", errUsage)
	case s.files == "" && s.dsn == "":
		return nil, nil, fmt.Errorf("%w: -dsn says where the database is (or -files, for duckdb)", errUsage)
	}
	var m mapping
	if s.mapping != "" {
		var err error
		if m, err = readMapping(s.mapping); err != nil {
			return nil, nil, err
		}
	}
	if s.engine != "postgres" && s.dsn != "" {
		if _, err := os.Stat(s.dsn); err != nil { // the engine would make a new one
			return nil, nil, fmt.Errorf("-dsn: %w", err)
		}
	}
	db, err := sql.Open(drivers[s.engine], s.dsn)
	if err != nil {
		return nil, nil, err
	}
	return s.over(db, dialect, m), db, nil
}

// over is the table of a database that the flags and the mapping mean.
func (s settings) over(db *sql.DB, dialect sqldata.Dialect, m mapping) tradeTable {
	t := sqldata.Source{DB: db, Dialect: dialect, Table: m.Table, Query: m.Query, Columns: m.Columns, Rows: m.Rows, Dates: m.Dates, Areas: m.Areas}
	published := cmp.Or(s.published, m.Origin.Published)
	t.Origin = flows.Origin{ID: m.Origin.ID, Title: m.Origin.Title, Producer: m.Origin.Producer, Version: m.Origin.Version, Published: published,
		URL: m.Origin.URL, License: m.Origin.License, Note: m.Origin.Note, Complete: m.Origin.Complete}
	switch {
	case s.files != "":
		t.Table, t.Name = "", s.files
		t.Query, t.Args = filesQuery(s.files)
	case s.table != "":
		t.Table, t.Query = s.table, ""
	case t.Table == "" && t.Query == "":
		t.Table = "comtrade"
	}
	if m.BACI == nil && s.baci == "" {
		return t
	}
	b := sqldata.BACI{DB: db, Dialect: dialect, Table: t.Table, Query: t.Query, Args: t.Args, Name: t.Name, Revision: s.baci, Published: published}
	if m.BACI != nil {
		b.Columns, b.Revision, b.Version = m.BACI.Columns, cmp.Or(s.baci, m.BACI.Revision), m.BACI.Version
	}
	return b
}

// filesQuery reads files as a table. Parquet has types of its own. In CSV everything is taken as text: a guess at types would make numbers of
// codes, and lose their noughts.
func filesQuery(glob string) (query string, args []any) {
	if info, err := os.Stat(glob); err == nil && info.IsDir() {
		glob = filepath.Join(glob, "*.parquet")
	}
	name := strings.TrimSuffix(strings.ToLower(glob), ".gz")
	if strings.HasSuffix(name, ".parquet") {
		return "SELECT * FROM read_parquet(?)", []any{glob}
	}
	return "SELECT * FROM read_csv(?, all_varchar = true)", []any{glob}
}

// explain is how each engine is asked for its plan.
var explain = map[string]string{"duckdb": "EXPLAIN ", "postgres": "EXPLAIN (VERBOSE, COSTS OFF) ", "sqlite": "EXPLAIN QUERY PLAN "}

// plan is the statement that a read of q runs, with its arguments, and how the engine runs it.
func plan(ctx context.Context, engine string, db sqldata.Querier, s tradeTable, q datasets.Query) (string, error) {
	text, args, err := s.Statement(ctx, q)
	if err != nil {
		return "", err
	}
	lines, err := lastColumn(ctx, db, explain[engine]+text, args)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s\n%v\n\n%s\n", text, args, strings.Join(lines, "\n")), nil
}

// lastColumn is where engines write their plans.
func lastColumn(ctx context.Context, db sqldata.Querier, text string, args []any) ([]string, error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	cells := make([]any, len(names))
	for i := range cells {
		cells[i] = new(any)
	}
	var line string
	cells[len(cells)-1] = &line
	var lines []string
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}
