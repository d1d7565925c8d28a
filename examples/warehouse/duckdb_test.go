package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	csv := onSourceOf(t, db, files)
	for threads := range 8 {
		ask(t, db, "SET threads = %d", threads+1)
		sameClaims(t, s)
		sameClaims(t, csv)
	}

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

// headed is a small CSV: Rwanda's exports of tin ore to the UAE, and rows of something else in front of them.
func headed(before int, rows ...string) string {
	return "period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,netWgt,partnerDesc\n" +
		strings.Repeat("2019,646,X,784,H5,010121,7,Kenya\n", before) + strings.Join(rows, "\n") + "\n"
}

// DuckDB guesses how a CSV is written from its first 20,480 rows. What it guesses wrong must not lose rows without a word.
func TestCSVGuesses(t *testing.T) {
	const many = 25_000
	last := []string{"2019,646,X,784,H5,260900,100,UAE", `2020,646,X,784,"H5","260900",100,"Emirates, the"`, "2021,646,X,784,H5,260900,100,UAE"}
	db := duck(t)
	for name, c := range map[string]struct {
		text string
		want int // claims; 0: an error
	}{
		"quotes far behind":       {headed(many, last...), 3},
		"quotes in front":         {headed(0, last...), 3},
		"a row like a comment":    {headed(0, last[0], "#2020,646,X,784,H5,260900,100,UAE", last[2]), 0},
		"a short row":             {headed(0, last[0], "2020,646,X,784,H5,260900", last[2]), 0},
		"a short row far behind":  {headed(many, last[0], "2020,646,X,784,H5,260900", last[2]), 0},
		"a long row":              {headed(0, last[0], "2020,646,X,784,H5,260900,100,UAE,1,2", last[2]), 0},
		"cut off":                 {strings.TrimSuffix(headed(many, last...), ",100,UAE\n"), 0},
		"a quote that stays open": {headed(many, last[0], `2020,646,X,784,H5,260900,100,"UAE`, last[2]), 0},
		"two tables in one file":  {headed(0, last[0]) + strings.ReplaceAll(headed(0, last[2], last[2]), ",", ",0,"), 0},
		"lines above the table":   {"Trade of Rwanda\n" + headed(0, last...), 0},
		"no header":               {strings.Join(last, "\n"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "it's a table.csv")
			require.NoError(t, os.WriteFile(file, []byte(c.text), 0o644))
			s := onSource(db, sqldata.DuckDB, "")
			s.Query, s.Args = filesQuery(file)
			var failed error
			claims := 0
			for r, err := range s.Records(context.Background(), datasets.Query{}) {
				if failed = errors.Join(failed, err); r != nil {
					claims++
				}
			}
			if c.want == 0 {
				require.Error(t, failed)
				return
			}
			require.NoError(t, failed)
			require.Equal(t, c.want, claims)
		})
	}
}

// Several Parquet files are read as what all of them hold: whole numbers in the first do not round those of the second.
func TestParquetTypes(t *testing.T) {
	row := func(replace string) string {
		return "SELECT * REPLACE (" + replace + ") FROM (SELECT 2019 AS period, 646 AS reporterCode, 'X' AS flowCode, 784 AS partnerCode, 'H5' AS classificationCode, '260900' AS cmdCode, 5 AS netWgt)"
	}
	for name, c := range map[string]struct{ first, second, want string }{
		"whole, then not":     {row("5 AS netWgt"), row("2020 AS period, 7.75::DOUBLE AS netWgt"), "5 kg 7.75 kg"},
		"decimals":            {row("5 AS netWgt"), row("2020 AS period, 7.75::DECIMAL(9, 2) AS netWgt"), "5 kg 7.75 kg"},
		"codes as numbers":    {row("260900 AS cmdCode"), row("2020 AS period"), "5 kg 5 kg"},
		"in another order":    {row("5 AS netWgt"), "SELECT netWgt + 1 AS netWgt, * EXCLUDE (netWgt) FROM (" + row("2020 AS period") + ")", "5 kg 6 kg"},
		"and one column more": {row("5 AS netWgt"), "SELECT *, 1 AS something FROM (" + row("2020 AS period") + ")", "5 kg 5 kg"},
		"32 bits":             {row("16777217 AS netWgt"), row("2020 AS period, 7.75::FLOAT AS netWgt"), "column netWgt has numbers of 32 bits"},
		"one column less":     {row("5 AS netWgt"), "SELECT * EXCLUDE (netWgt) FROM (" + row("2020 AS period") + ")", "column netWgt is in 1 of 2 files"},
		"and not a code":      {"SELECT * EXCLUDE (cmdCode) FROM (" + row("5 AS netWgt") + ")", row("2020 AS period"), "column cmdCode is in 1 of 2 files"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db := duck(t)
			ask(t, db, "COPY (%s) TO '%s/1.parquet'", c.first, dir)
			ask(t, db, "COPY (%s) TO '%s/2.parquet'", c.second, dir)
			s, opened, err := settings{engine: "duckdb", files: dir, published: published}.source()
			if strings.HasPrefix(c.want, "column") {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			defer opened.Close()
			var got []string
			for _, claim := range read(t, s, datasets.Query{}) {
				got = append(got, claim.Amount.Text)
			}
			require.Equal(t, c.want, strings.Join(got, " "))
		})
	}
}

// A file that breaks off, or of which a stretch in the middle is lost, is an error, and not the rows in front of it.
func TestDamagedParquet(t *testing.T) {
	files := written(t, world())
	db := duck(t)
	name := filepath.Join(t.TempDir(), "comtrade.parquet")
	ask(t, db, `COPY (SELECT * FROM read_csv('%s/comtrade.txt', delim = '\t', all_varchar = true)) TO '%s' (FORMAT parquet, ROW_GROUP_SIZE 2048, COMPRESSION snappy)`, files, name)
	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	s := onSource(db, sqldata.DuckDB, "")
	s.Query, s.Args = filesQuery(name)
	sameClaims(t, s)
	lost := append([]byte(nil), whole...)
	clear(lost[len(lost)/2 : len(lost)/2+16<<10])
	for what, text := range map[string][]byte{"cut in half": whole[:len(whole)/2], "without its last byte": whole[:len(whole)-1], "16 KB of zeros": lost, "empty": nil} {
		file := filepath.Join(t.TempDir(), "damaged.parquet")
		require.NoError(t, os.WriteFile(file, text, 0o644))
		s.Query, s.Args = filesQuery(file)
		var errs []error
		for r, err := range s.Records(context.Background(), datasets.Query{}) {
			require.Nil(t, r, what)
			errs = append(errs, err)
		}
		require.Len(t, errs, 1, what)
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
