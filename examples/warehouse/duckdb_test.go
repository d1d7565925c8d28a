package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

func duck(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// ask runs a statement without an answer. Names of test folders are in it as literals.
func ask(t testing.TB, db *sql.DB, text string, args ...any) {
	t.Helper()
	_, err := db.Exec(fmt.Sprintf(text, args...))
	require.NoError(t, err)
}

func TestDuckDB(t *testing.T) {
	files := written(t, world())
	db := duck(t)
	// As DuckDB sniffs them: codes become numbers where all of them are, amounts binary numbers.
	ask(t, db, `CREATE SCHEMA trade; CREATE TABLE trade.comtrade AS SELECT * FROM read_csv('%s/comtrade.txt', delim = '\t')`, files)
	s := onSource(db, sqldata.DuckDB, "trade.comtrade")
	sameAsFiles(t, s)

	// Codes as numbers, amounts as decimals.
	ask(t, db, `CREATE TABLE numbers AS SELECT * REPLACE (CAST(cmdCode AS INTEGER) AS cmdCode, CAST(netWgt AS DECIMAL(18, 3)) AS netWgt) FROM trade.comtrade
		WHERE cmdCode <> 'TOTAL'`)
	claims := read(t, s, datasets.Query{})
	for i, c := range read(t, onSource(db, sqldata.DuckDB, "numbers"), datasets.Query{}) {
		require.Equal(t, claims[i].Amount.Value, c.Amount.Value)
		require.Equal(t, claims[i].Flow, c.Flow)
	}

	text, err := plan(context.Background(), "duckdb", db, s, tin2015())
	require.NoError(t, err)
	t.Log("\n" + text)
	require.Contains(t, text, "HASH_GROUP_BY")
	require.Contains(t, text, "Filters:") // in the scan of the table
	require.Regexp(t, `cmdCode.*(IN|=)`, text)
}

// Parquet and CSV need no database: a glob of files is the table.
func TestFiles(t *testing.T) {
	files := written(t, world())
	db := duck(t)
	parquet := t.TempDir()
	ask(t, db, `COPY (SELECT * FROM read_csv('%s/comtrade.txt', delim = '\t', types = {'cmdCode': 'VARCHAR', 'netWgt': 'DECIMAL(18,3)'})) TO '%s' (FORMAT parquet, PARTITION_BY (period), OVERWRITE_OR_IGNORE)`, files, parquet)
	for name, glob := range map[string]string{"Parquet": filepath.Join(parquet, "*", "*.parquet"), "CSV": filepath.Join(files, "comtrade.txt")} {
		t.Run(name, func(t *testing.T) {
			s := onSource(db, sqldata.DuckDB, "")
			s.Query, s.Args = filesQuery(glob)
			if name == "CSV" {
				sameAsFiles(t, s)
			} else {
				require.Equal(t, values(read(t, onSourceOf(t, db, files), datasets.Query{})), values(read(t, s, datasets.Query{})))
			}
			text, err := plan(context.Background(), "duckdb", db, s, tin2015())
			require.NoError(t, err)
			t.Log("\n" + text)
			require.Contains(t, text, "HASH_GROUP_BY")
		})
	}
}

// onSourceOf is a source over a file of text.
func onSourceOf(t *testing.T, db *sql.DB, files string) sqldata.Source {
	s := onSource(db, sqldata.DuckDB, "")
	s.Query, s.Args = filesQuery(filepath.Join(files, "comtrade.txt"))
	return s
}

// values are the claims without the amounts as they were printed: a decimal of three digits has noughts behind the point that a text may lack.
func values(claims []flows.Claim) []flows.Claim {
	for i := range claims {
		claims[i].Amount.Text = ""
	}
	return claims
}

func TestConformanceDuckDB(t *testing.T) {
	files := written(t, world()[:3000])
	db := duck(t)
	ask(t, db, `CREATE TABLE comtrade AS SELECT * FROM read_csv('%s/comtrade.txt', delim = '\t', types = {'cmdCode': 'VARCHAR'})`, files)
	datasetstest.TestSource(t, onSource(db, sqldata.DuckDB, "comtrade"))
	s := onSourceOf(t, db, files) // all text
	datasetstest.TestSource(t, s)
}

// A context that ends ends the query in the engine.
func TestCancelDuckDB(t *testing.T) {
	db := duck(t)
	s := onSource(db, sqldata.DuckDB, "")
	s.Columns = sqldata.Columns{Period: "period", Reporter: "reporter", Flow: "flow", Partner: "partner", Classification: "classification", Commodity: "commodity", Weight: "kg"}
	s.Query = `SELECT 2019 AS period, 646 AS reporter, 'X' AS flow, 784 AS partner, 'H5' AS classification, '260900' AS commodity, a.range * b.range % 1000003 AS kg
		FROM range(100000) a, range(1000000) b`
	endsSoon(t, s)
}

// endsSoon reads a source that would take minutes, for a while.
func endsSoon(t *testing.T, s sqldata.Source) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	var last error
	for _, err := range s.Records(ctx, datasets.Query{}) {
		last = err
	}
	require.True(t, errors.Is(last, context.DeadlineExceeded), "%v", last)
	require.Less(t, time.Since(start), 20*time.Second)
}

func TestPartsDuckDB(t *testing.T) {
	db := duck(t)
	ask(t, db, `CREATE TABLE shipments AS SELECT DATE '2019-01-01' + CAST(range %% 365 AS INTEGER) AS day, 'RWA' AS reporter, 'X' AS flow, 'ARE' AS partner,
		'H5' AS classification, '260900' AS commodity, CAST(1 + range %% 977 AS DOUBLE) / 10 AS kg FROM range(20000)`)
	shipments(t, onSource(db, sqldata.DuckDB, "shipments"))
}

// shipments reads a table of 20,000 shipments in 2019, each of which weighs a whole number of tenths of a kilogram: 1 to 977 by turns. Their sum is
// the same bits from a parallel engine as from a loop over the rows, and whatever type the column has.
func shipments(t *testing.T, s sqldata.Source) {
	t.Helper()
	s.Columns = sqldata.Columns{Period: "day", Reporter: "reporter", Flow: "flow", Partner: "partner", Classification: "classification", Commodity: "commodity", Weight: "kg"}
	s.Rows, s.Dates, s.Areas = sqldata.Parts, sqldata.Year, sqldata.Letters
	for _, q := range []datasets.Query{{}, {Period: flows.Year(2019)}, {Period: flows.Month(2019, 12), Places: []flows.Place{"ARE"}}} {
		claims := read(t, s, q)
		require.Len(t, claims, 1)
		// 20 whole turns of 1 + ... + 977 tenths, and then 1 to 460
		tenths := 20*977*978/2 + 460*461/2
		require.Equal(t, fmt.Sprintf("%d.%d kg", tenths/10, tenths%10), claims[0].Amount.Text)
	}
	require.Empty(t, read(t, s, datasets.Query{Period: flows.Year(2020)}))
	s.Dates = sqldata.Month
	require.Len(t, read(t, s, datasets.Query{}), 12)
	require.Len(t, read(t, s, datasets.Query{Period: flows.Month(2019, 12)}), 1)
}
