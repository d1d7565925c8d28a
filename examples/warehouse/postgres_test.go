package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
)

// comtradeTable is a table as analysts make them: names without quotes, which PostgreSQL keeps in lower case, amounts exact or not.
const comtradeTable = ` (typeCode char(1), freqCode char(1), period integer, reporterCode smallint, flowCode varchar(3), partnerCode integer, partner2Code integer,
	classificationCode text, isOriginalClassification boolean, cmdCode varchar(6), customsCode text, motCode integer, qtyUnitCode smallint, qty double precision,
	isQtyEstimated boolean, netWgt numeric, isNetWgtEstimated boolean, cifvalue double precision, fobvalue double precision, primaryValue double precision)`

func TestPostgreSQL(t *testing.T) {
	server := newServer(t)
	db := server.open(t, "postgres")
	ask(t, db, "CREATE SCHEMA trade")
	ask(t, db, "CREATE TABLE trade.comtrade"+comtradeTable)
	ask(t, db, "CREATE INDEX ON trade.comtrade (cmdCode, period)")
	fill(t, db, "trade.comtrade", world())
	ask(t, db, "ANALYZE trade.comtrade")
	s := onSource(db, sqldata.PostgreSQL, "trade.comtrade")

	t.Run("same as files", func(t *testing.T) { sameAsFiles(t, s) })
	t.Run("plan", func(t *testing.T) {
		text, err := plan(context.Background(), "postgres", db, s, tin2015())
		require.NoError(t, err)
		t.Log("\n" + text)
		scan := text[strings.Index(text, "Scan"):]
		require.Regexp(t, "(Group|HashAggregate)", text[:len(text)-len(scan)]) // the aggregation over the scan, in the engine
		require.Contains(t, scan, "260900")
		require.Contains(t, scan, "C00")
	})
	t.Run("conformance", func(t *testing.T) {
		ask(t, db, "CREATE TABLE few"+comtradeTable)
		fill(t, db, "few", world()[:3000])
		datasetstest.TestSource(t, onSource(db, sqldata.PostgreSQL, "few"))
	})
	t.Run("parts", func(t *testing.T) {
		for _, typ := range []string{"double precision", "numeric(12, 1)", "text"} {
			ask(t, db, `CREATE OR REPLACE VIEW shipments_%[2]d AS SELECT DATE '2019-01-01' + n %% 365 AS day, 'RWA' AS reporter, 'X' AS flow, 'ARE' AS partner, 'H5' AS classification,
				'260900' AS commodity, CAST((1 + n %% 977) / 10.0::numeric(12, 1) AS numeric(12, 1))::%[1]s AS kg FROM generate_series(0, 19999) n`, typ, len(typ))
			shipments(t, onSource(db, sqldata.PostgreSQL, fmt.Sprint("shipments_", len(typ))))
		}
	})
	t.Run("cancel", func(t *testing.T) { cancelled(t, db, s) })
	t.Run("dies half-way", func(t *testing.T) { dies(t, server, db) })
	t.Run("lost half-way", func(t *testing.T) { lost(t, server) })
	t.Run("names", func(t *testing.T) { oddNames(t, db) })
	t.Run("types", func(t *testing.T) { oddTypes(t, db) })
	t.Run("workers", func(t *testing.T) { workers(t, db) })
}

// lost breaks the connection while the answer comes in: some rows are there, and none is yielded.
func lost(t *testing.T, server *server) {
	for _, bytes := range []int64{20_000, 200_000} { // of some 700,000
		via := *server
		via.port = server.cutOff(t, bytes)
		var errs []error
		for r, err := range onSource(via.open(t, "postgres"), sqldata.PostgreSQL, "trade.comtrade").Records(context.Background(), datasets.Query{}) {
			require.Nil(t, r)
			errs = append(errs, err)
		}
		require.Len(t, errs, 1)
		require.ErrorContains(t, errs[0], "EOF")
	}
}

// oddTypes are enumerations, types of one byte, names, blanks to a width, and decimals with noughts behind the point: the claims are those of plain types.
func oddTypes(t *testing.T, db *sql.DB) {
	ask(t, db, `CREATE TYPE flow AS ENUM ('X', 'M', 'RX', 'DX'); CREATE TYPE hs AS ENUM ('H5'); CREATE DOMAIN code AS text`)
	ask(t, db, `CREATE TABLE types AS SELECT typeCode::"char" AS typeCode, period::real AS period, reporterCode::numeric(9, 2) AS reporterCode, flowCode::flow AS flowCode,
		partnerCode::text::name AS partnerCode, partner2Code, classificationCode::hs AS classificationCode, cmdCode::code AS cmdCode, customsCode::char(9) AS customsCode,
		motCode, netWgt::numeric(18, 5) AS netWgt, isNetWgtEstimated::int AS isNetWgtEstimated, cifvalue, primaryValue::numeric(18, 4) AS primaryValue FROM few`)
	ask(t, db, `CREATE VIEW plain AS SELECT typeCode, period, reporterCode, flowCode, partnerCode, partner2Code, classificationCode, cmdCode, customsCode, motCode, netWgt,
		isNetWgtEstimated, cifvalue, primaryValue FROM few`)
	for _, q := range []datasets.Query{{}, tin2015()} {
		want, got := read(t, onSource(db, sqldata.PostgreSQL, "plain"), q), read(t, onSource(db, sqldata.PostgreSQL, "types"), q)
		require.NotEmpty(t, want)
		require.Equal(t, want, got)
	}
	// A number of 32 bits is the decimal that it prints as, as DuckDB's and as in a file.
	s := onSource(db, sqldata.PostgreSQL, "")
	s.Query = "SELECT 2019 AS period, 646 AS reporterCode, 'X' AS flowCode, 784 AS partnerCode, 'H5' AS classificationCode, '260900' AS cmdCode, 0.1::real AS netWgt"
	require.Equal(t, "0.1 kg", read(t, s, datasets.Query{})[0].Amount.Text)
}

// workers reads with several processes of the engine, which hand over rows in any order.
func workers(t *testing.T, db *sql.DB) {
	conn, err := db.Conn(context.Background())
	require.NoError(t, err)
	defer conn.Close()
	for _, n := range []int{0, 1, 4} {
		for _, set := range []string{"max_parallel_workers_per_gather = %d", "parallel_setup_cost = 0", "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0", "enable_indexscan = off", "enable_bitmapscan = off"} {
			if strings.Contains(set, "%d") {
				set = fmt.Sprintf(set, n)
			}
			_, err := conn.ExecContext(context.Background(), "SET "+set)
			require.NoError(t, err)
		}
		s := onSource(conn, sqldata.PostgreSQL, "trade.comtrade")
		text, err := plan(context.Background(), "postgres", conn, s, datasets.Query{})
		require.NoError(t, err)
		require.Equal(t, n > 0, strings.Contains(text, "Parallel Seq Scan"), text)
		sameClaims(t, s)
	}
}

// cancelled sees that a query whose context has ended is not run by the server any more.
func cancelled(t *testing.T, db *sql.DB, s sqldata.Source) {
	s.Query, s.Table = "SELECT c.* FROM trade.comtrade c, generate_series(1, 1000000) AS mineralflows_slow", ""
	endsSoon(t, s)
	require.Eventually(t, func() bool {
		var n int
		err := db.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%mineralflows_slow%' AND pid <> pg_backend_pid()`).Scan(&n)
		return err == nil && n == 0
	}, 10*time.Second, 50*time.Millisecond)
}

// dies ends the connection while the query runs: an error, and no record.
func dies(t *testing.T, server *server, db *sql.DB) {
	other := server.open(t, "postgres")
	s := onSource(other, sqldata.PostgreSQL, "")
	s.Query = "SELECT c.* FROM trade.comtrade c, generate_series(1, 1000000) AS mineralflows_dies"
	go func() {
		for range 200 {
			time.Sleep(50 * time.Millisecond)
			var killed int
			if db.QueryRow(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%mineralflows_dies%GROUP BY%' AND pid <> pg_backend_pid()
				AND state = 'active' AND query NOT LIKE '%pg_terminate_backend%'`).Scan(&killed) == nil && killed > 0 {
				return
			}
		}
	}()
	var errs []error
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		require.Nil(t, r)
		errs = append(errs, err)
	}
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "terminating connection")
}

// oddNames are tables and columns whose names hold quotes, dots and SQL.
func oddNames(t *testing.T, db *sql.DB) {
	ask(t, db, `CREATE TABLE "t""; DROP TABLE few; --" AS SELECT CAST(period AS smallint) AS "p.""x", reporterCode AS "select", flowCode, partnerCode, classificationCode, cmdCode, netWgt FROM few
		WHERE period < 32768 AND customsCode = 'C00' AND motCode = 0 AND partner2Code = 0`)
	s := onSource(db, sqldata.PostgreSQL, `"t""; DROP TABLE few; --"`)
	s.Columns = sqldata.Columns{Period: `p."x`, Reporter: "select", Flow: "flowcode", Partner: "partnercode", Classification: "classificationcode", Commodity: "cmdcode", Weight: "netwgt"}
	require.NotEmpty(t, read(t, s, tin2015()))
	require.NotEmpty(t, read(t, onSource(db, sqldata.PostgreSQL, "few"), datasets.Query{}))
}
