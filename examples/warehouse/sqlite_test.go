package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

// lite is a SQLite database with a table of rows.
func lite(t testing.TB, rows [][]string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "trade.db"))
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	ask(t, db, `CREATE TABLE comtrade (typeCode TEXT, freqCode TEXT, period INTEGER, reporterCode INTEGER, flowCode TEXT, partnerCode INTEGER, partner2Code INTEGER,
		classificationCode TEXT, isOriginalClassification TEXT, cmdCode TEXT, customsCode TEXT, motCode INTEGER, qtyUnitCode INTEGER, qty REAL, isQtyEstimated TEXT,
		netWgt REAL, isNetWgtEstimated TEXT, cifvalue REAL, fobvalue REAL, primaryValue REAL)`)
	tx, err := db.Begin()
	require.NoError(t, err)
	insert, err := tx.Prepare("INSERT INTO comtrade VALUES (" + strings.Repeat("?, ", len(columns)-1) + "?)")
	require.NoError(t, err)
	for _, r := range rows {
		var cells []any
		for _, c := range r {
			if c == "" {
				cells = append(cells, nil)
			} else {
				cells = append(cells, c)
			}
		}
		_, err := insert.Exec(cells...)
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	return db
}

func TestSQLite(t *testing.T) {
	db := lite(t, world())
	s := onSource(db, sqldata.SQLite, "comtrade")
	sameAsFiles(t, s)
	text, err := plan(context.Background(), "sqlite", db, s, tin2015())
	require.NoError(t, err)
	require.Contains(t, text, "GROUP BY")

	s = onSource(db, sqldata.SQLite, "")
	s.Query = "SELECT c.* FROM comtrade c, comtrade d, comtrade e"
	endsSoon(t, s)
}

func TestConformanceSQLite(t *testing.T) {
	db := lite(t, world()[:3000])
	datasetstest.TestSource(t, onSource(db, sqldata.SQLite, "comtrade"))
	// Of an expression the driver does not say of what type it is.
	s := onSource(db, sqldata.SQLite, "")
	s.Query = "SELECT period + 0 AS period, reporterCode + 0 AS reporterCode, flowCode || '' AS flowCode, partnerCode, classificationCode, 'x' || cmdCode AS coded, " +
		"substr(cmdCode || '', 1) AS cmdCode, customsCode || '' AS customsCode, motCode + 0 AS motCode, partner2Code, netWgt + 0 AS netWgt FROM comtrade"
	datasetstest.TestSource(t, s)
	// A column that is not there is one, where a name in double quotes would be a text.
	s.Query = ""
	s.Table = "comtrade"
	s.Columns = sqldata.Comtrade()
	s.Columns.Weight = "netWeight"
	for _, err := range s.Records(context.Background(), datasets.Query{}) {
		require.ErrorContains(t, err, "no column netWeight among")
	}
}

// A column of SQLite holds values of any type, whatever it is declared as: what a filter does not find for that is an error in a read of all, and in one
// that finds nothing.
func TestAnyTypeSQLite(t *testing.T) {
	db := lite(t, nil)
	for declared, value := range map[string]string{"INTEGER": "'2019-05'", "NUMERIC": "'May 2019'", "": "2019.0", "TEXT": "'20190517'", "DATE": "'17.05.2019'", "DATETIME": "1558051200"} {
		ask(t, db, "DROP TABLE IF EXISTS any; CREATE TABLE any (period %s, reporterCode INTEGER, flowCode TEXT, partnerCode INTEGER, classificationCode TEXT, cmdCode TEXT, netWgt REAL)", declared)
		ask(t, db, "INSERT INTO any VALUES (%s, 646, 'X', 784, 'H5', '260900', 1)", value)
		s := onSource(db, sqldata.SQLite, "any")
		if strings.HasPrefix(declared, "DATE") {
			s.Dates = sqldata.Month
		}
		for _, q := range []datasets.Query{{}, {Period: flows.Year(2019)}} {
			var errs []error
			for r, err := range s.Records(context.Background(), q) {
				require.Nil(t, r, "%s %s", declared, value)
				errs = append(errs, err)
			}
			require.Len(t, errs, 1, "%s %s", declared, value)
			require.ErrorContains(t, errs[0], "column period", "%s %s", declared, value)
		}
	}
}

func TestPartsSQLite(t *testing.T) {
	db := lite(t, nil)
	ask(t, db, `CREATE TABLE shipments (day DATE, reporter TEXT, flow TEXT, partner TEXT, classification TEXT, commodity TEXT, kg REAL);
		WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 19999)
		INSERT INTO shipments SELECT date('2019-01-01', (n %% 365) || ' days'), 'RWA', 'X', 'ARE', 'H5', '260900', (1 + n %% 977) / 10.0 FROM r`)
	shipments(t, onSource(db, sqldata.SQLite, "shipments"))
}
