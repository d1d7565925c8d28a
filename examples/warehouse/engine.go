package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/hs"
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
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("%s: something stands behind the mapping's closing brace", name)
	}
	return m, nil
}

// check says what a mapping and the command line state that would otherwise be left out in silence.
func (m mapping) check(s settings) error {
	switch o := m.Origin; {
	case m.Query != "" && (s.files != "" || s.table != ""):
		return errors.New("-files and -table stand in place of the mapping's query, which translates something: leave one of them out")
	case m.BACI == nil && s.baci == "":
	case m.Columns != sqldata.Columns{} || m.Rows != "" || m.Dates != "" || m.Areas != "":
		return errors.New("columns, rows, dates and areas are not those of a table of BACI: its columns stand in baci")
	case o.ID != "" || o.Title != "" || o.Producer != "" || o.Version != "" || o.URL != "" || o.License != "" || o.Note != "" || o.Complete != nil:
		return errors.New("of origin a table of BACI takes published only: the rest is CEPII's, and its version stands in baci")
	}
	return nil
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
		if err := m.check(s); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.mapping, err)
		}
	}
	if s.engine != "postgres" && s.dsn != "" {
		if _, err := os.Stat(s.dsn); err != nil { // the engine would make a new one
			return nil, nil, fmt.Errorf("-dsn: %w", err)
		}
	}
	if err := s.sameRevision(m); err != nil {
		return nil, nil, err
	}
	db, err := s.open()
	if err != nil {
		return nil, nil, err
	}
	if err := s.sameColumns(context.Background(), db, m); err != nil {
		db.Close()
		return nil, nil, err
	}
	return s.over(db, dialect, m), db, nil
}

// open opens the database, a file for reading only: others may have it open, and nothing that a mapping's query holds can change it.
func (s settings) open() (*sql.DB, error) {
	dsn := s.dsn
	switch {
	case s.engine == "duckdb" && dsn != "":
		dsn += "?access_mode=READ_ONLY"
	case s.engine == "sqlite":
		path, err := filepath.Abs(dsn)
		if err != nil {
			return nil, err
		}
		dsn = (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "mode=ro"}).String()
	}
	return sql.Open(drivers[s.engine], dsn)
}

var revisionInName = regexp.MustCompile(`(?i)BACI_(HS\d\d)_`)

// sameRevision says which file of BACI names another revision of the Harmonized System than it is read in: codes would be taken for other goods.
func (s settings) sameRevision(m mapping) error {
	revision := s.baci
	if m.BACI != nil {
		revision = cmp.Or(s.baci, m.BACI.Revision)
	}
	want, err := hs.ParseRevision(revision)
	if s.files == "" || err != nil {
		return nil
	}
	found, err := filepath.Glob(filesGlob(s.files))
	if err != nil {
		return fmt.Errorf("-files: %w", err)
	}
	for _, name := range append(found, s.files) {
		if n := revisionInName.FindStringSubmatch(name); n != nil {
			if have, err := hs.ParseRevision(strings.ToUpper(n[1])); err == nil && have != want {
				return fmt.Errorf("-files: %s is of BACI in %s, and %s is said", name, n[1], revision)
			}
		}
	}
	return nil
}

// sameColumns says which column of a mapping some of the Parquet files lack, or have in a type that amounts would be rounded to.
//
// Several files are read with the type that holds the values of all of them (union_by_name). Without it DuckDB casts what later files hold to the type
// of the first, 7.75 to 8 where that has whole numbers only. With it a column that a file lacks would be NULL there.
func (s settings) sameColumns(ctx context.Context, db *sql.DB, m mapping) error {
	if s.files == "" || !isParquet(filesGlob(s.files)) {
		return nil
	}
	if found, err := filepath.Glob(filesGlob(s.files)); err == nil && len(found) == 0 && filesGlob(s.files) != s.files {
		return fmt.Errorf("-files: folder %s has no Parquet files; give a glob, '%s' or '%s'", s.files, filepath.Join(s.files, "*.csv"), filepath.Join(s.files, "**", "*.parquet"))
	}
	rows, err := db.QueryContext(ctx, `SELECT name, count(DISTINCT file_name), (SELECT count(DISTINCT file_name) FROM parquet_schema($1)),
		min(file_name), bool_or(type = 'FLOAT') AND count(DISTINCT type) > 1
		FROM parquet_schema($1) GROUP BY name`, filesGlob(s.files))
	if err != nil {
		return fmt.Errorf("-files: %w", err)
	}
	defer rows.Close()
	read := m.read(s.baci != "")
	for rows.Next() {
		var name, one string
		var have, all int
		var rounds bool
		if err := rows.Scan(&name, &have, &all, &one, &rounds); err != nil {
			return err
		}
		switch {
		case !slices.ContainsFunc(read, func(r string) bool { return strings.EqualFold(r, name) }):
		case have < all:
			return fmt.Errorf("-files: column %s is in %d of %d files, in %s for one: read those that have it apart from those that do not", name, have, all, one)
		case rounds:
			return fmt.Errorf("-files: column %s has numbers of 32 bits (FLOAT) in some files and another type in others, whose numbers would be rounded: write it as DOUBLE in all", name)
		}
	}
	return rows.Err()
}

// read are the names of the columns that a mapping reads.
func (m mapping) read(isBACI bool) []string {
	var columns any = m.Columns
	switch {
	case m.BACI != nil && m.BACI.Columns != sqldata.BACIColumns{}:
		columns = m.BACI.Columns
	case m.BACI != nil || isBACI:
		return []string{"t", "i", "j", "k", "v", "q"}
	case m.Columns == sqldata.Columns{}:
		columns = sqldata.Comtrade()
	}
	var names []string
	for v, i := reflect.ValueOf(columns), 0; i < v.NumField(); i++ {
		if name := v.Field(i).String(); name != "" {
			names = append(names, name)
		}
	}
	return names
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
//
// Of a CSV only the delimiter is guessed. DuckDB guesses from the first rows of a file, and would go on without a word where it is wrong: having seen
// no quotes there it takes later ones as part of a code, which is then not found; lines above what looks like a table, and such as begin like
// a comment, it leaves out.
func filesQuery(files string) (query string, args []any) {
	glob := filesGlob(files)
	if isParquet(glob) {
		return "SELECT * FROM read_parquet(?, union_by_name = true)", []any{glob}
	}
	return `SELECT * FROM read_csv(?, all_varchar = true, header = true, skip = 0, quote = '"', escape = '"', comment = '')`, []any{glob}
}

// filesGlob is -files, where a folder stands for its Parquet files.
func filesGlob(files string) string {
	if info, err := os.Stat(files); err == nil && info.IsDir() {
		return filepath.Join(files, "*.parquet")
	}
	return files
}

func isParquet(glob string) bool { return strings.HasSuffix(strings.ToLower(glob), ".parquet") }

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
