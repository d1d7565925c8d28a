package main

import (
	"context"
	"flag"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
)

var million = flag.Int("rows", 20, "millions of rows of BenchmarkParquet")

// bacis writes about n rows in the shape of BACI as a folder of Parquet files, one for each of ten years, as they come of CEPII's CSV: every
// product of a list of 5,384 codes, the lines of the minerals among them, in the order of year, exporter and importer.
func bacis(t testing.TB, n int) (glob string) {
	t.Helper()
	dir := t.TempDir()
	db := duck(t)
	ask(t, db, `CREATE TABLE codes AS SELECT row_number() OVER () - 1 AS n, code FROM (SELECT DISTINCT code FROM (
		SELECT unnest(['260900','261100','261590','261690','710811','710812','710813','800110','800120','810320']) AS code
		UNION ALL SELECT CAST(100000 + 163 * range AS VARCHAR) FROM range(5374)) ORDER BY code)`)
	var countries []string
	for _, a := range area.All() {
		if a.Kind == area.Country && a.Code > 0 && a.Holds(2013) && a.Holds(2022) {
			countries = append(countries, strconv.Itoa(a.Code))
		}
	}
	require.Greater(t, len(countries), 200)
	ask(t, db, "CREATE TABLE countries AS SELECT row_number() OVER () - 1 AS n, code FROM (SELECT unnest([%s]) AS code)", strings.Join(countries[:200], ", "))
	for year := range 10 {
		// Each flow once: exporter, importer and product are the digits of a number, and the numbers are spread over all of them.
		ask(t, db, `COPY (SELECT %[1]d AS t, CAST(a.code AS INTEGER) AS i, CAST(b.code AS INTEGER) AS j, codes.code AS k,
				CAST(1 + hash(x) %% 90000000 AS DOUBLE) / 1000 AS v, CASE WHEN hash(x + 1) %% 50 = 0 THEN NULL ELSE CAST(hash(x + 2) %% 50000000 AS DOUBLE) / 1000 END AS q
			FROM (SELECT range * %[4]d + CAST(hash(range) %% %[4]d AS BIGINT) AS x FROM range(%[2]d)) JOIN codes ON codes.n = x %% 5384
				JOIN countries a ON a.n = x // (5384 * 200) JOIN countries b ON b.n = x // 5384 %% 200 ORDER BY t, i, j, k)
			TO '%[3]s/baci-%[1]d.parquet' (FORMAT parquet)`, 2013+year, n/10, dir, 5384*200*200/(n/10))
	}
	return filepath.Join(dir, "*.parquet")
}

// ofBACI reads Parquet files of BACI.
func ofBACI(db sqldata.Querier, glob string) sqldata.BACI {
	query, args := filesQuery(glob)
	return sqldata.BACI{DB: db, Dialect: sqldata.DuckDB, Query: query, Args: args, Name: "baci", Revision: "HS22", Published: "2025-01"}
}

func TestParquetOfBACI(t *testing.T) {
	s := ofBACI(duck(t), bacis(t, 100_000))
	datasetstest.TestSource(t, s)

	text, err := plan(context.Background(), "duckdb", s.DB, s, tin2015())
	require.NoError(t, err)
	t.Log("\n" + text)
	require.Contains(t, text, "READ_PARQUET")
	require.Contains(t, text, "HASH_GROUP_BY")
	require.Regexp(t, `(?s)READ_PARQUET.*Filters:.*260900`, text)
}

// BenchmarkParquet reads 20 million rows of BACI from Parquet: all minerals of all years, and the tin of one country in one year.
func BenchmarkParquet(b *testing.B) {
	rows := *million * 1_000_000
	glob := bacis(b, rows)
	db := duck(b)
	b.Run("rows", func(b *testing.B) {
		for b.Loop() {
			var n int
			require.NoError(b, db.QueryRow("SELECT COUNT(*) FROM read_parquet(?)", glob).Scan(&n))
			require.Equal(b, rows, n)
		}
	})
	b.Run("filter alone", func(b *testing.B) {
		for b.Loop() {
			var v, q float64
			require.NoError(b, db.QueryRow(`SELECT sum(v), sum(q) FROM read_parquet(?) WHERE k IN ('260900', '261100', '261590', '261690', '710811', '710812', '710813', '800110',
				'800120', '810320')`, glob).Scan(&v, &q))
		}
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	for name, q := range map[string]datasets.Query{"everything": {}, "one balance": tin2015()} {
		b.Run(name, func(b *testing.B) {
			kept := 0
			for b.Loop() {
				kept = 0
				for r := range ofBACI(db, glob).Records(context.Background(), q) {
					if r != nil {
						kept++
					}
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(kept), "claims")
		})
	}
}
