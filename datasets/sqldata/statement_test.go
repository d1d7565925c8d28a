package sqldata_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

// few is a table with the columns that must be there, and a weight.
func few() *engine {
	e := tableOf(export("netWgt", 1.0))
	e.columns = []string{"period", "reporterCode", "flowCode", "partnerCode", "classificationCode", "cmdCode", "customsCode", "motCode", "netWgt"}
	return e
}

// tungsten has one line, so that the statements below are short.
var tungsten = datasets.Query{Minerals: []flows.Mineral{flows.Tungsten}}

// Each dialect has its quotes and placeholders; all that is asked for is an argument.
func TestStatementByDialect(t *testing.T) {
	const plain = `SELECT "period", "reporterCode", "flowCode", "partnerCode", "classificationCode", "cmdCode", "netWgt", COUNT(*), COUNT(*) OVER () FROM "trade"."comtrade" ` +
		`WHERE "cmdCode" IN (?) AND ("flowCode" IS NULL OR NOT "flowCode" IN (?, ?, ?, ?, ?, ?)) AND ("customsCode" IS NULL OR "customsCode" IN (?, ?)) ` +
		`AND ("motCode" IS NULL OR "motCode" IN (?)) ` +
		`GROUP BY "period", "reporterCode", "flowCode", "partnerCode", "classificationCode", "cmdCode", "netWgt"`
	numbered := func(mark string) string {
		s := plain
		for i := 1; strings.Contains(s, "?"); i++ {
			s = strings.Replace(s, "?", strings.ReplaceAll(mark, "#", string("0123456789"[i/10])+string("0123456789"[i%10])), 1)
		}
		return strings.ReplaceAll(s, mark[:1]+"0", mark[:1])
	}
	quoted := func(s, open, end string) string {
		for strings.Contains(s, `"`) {
			s = strings.Replace(strings.Replace(s, `"`, open, 1), `"`, end, 1)
		}
		return s
	}
	for d, want := range map[sqldata.Dialect]string{
		sqldata.DuckDB: plain, sqldata.Trino: plain, sqldata.Snowflake: plain, sqldata.PostgreSQL: numbered("$#"),
		sqldata.MySQL: quoted(plain, "`", "`"), sqldata.SQLite: quoted(plain, "`", "`"), sqldata.BigQuery: quoted(plain, "`", "`"),
		sqldata.SQLServer: strings.ReplaceAll(quoted(numbered("@p#"), "[", "]"), "@p0", "@p"),
	} {
		s := over(t, few())
		s.Dialect = d
		text, args, err := s.Statement(context.Background(), tungsten)
		require.NoError(t, err)
		require.Equal(t, want, text, d)
		require.Equal(t, []any{"261100", "DX", "FM", "MIP", "XIP", "MOP", "XOP", "C00", "", int64(0)}, args, d)
	}

	s := over(t, few())
	s.Dialect = sqldata.ClickHouse
	text, args, err := s.Statement(context.Background(), tungsten)
	require.NoError(t, err)
	require.Contains(t, text, "FROM `trade`.`comtrade` WHERE `cmdCode` IN ({mineralflows_1:String}) AND ")
	require.Contains(t, text, "(`motCode` IS NULL OR `motCode` IN ({mineralflows_10:Int64}))")
	require.Equal(t, sql.Named("mineralflows_1", "261100"), args[0])
	require.Equal(t, sql.Named("mineralflows_10", "0"), args[9])

	// An enumeration may not have the words that it is compared with, and NULL is no text.
	e := few()
	e.types["flowCode"], e.types["customsCode"] = "Nullable(Enum8('X' = 1, 'M' = 2))", "LowCardinality(Nullable(String))"
	s = over(t, e)
	s.Dialect = sqldata.ClickHouse
	text, _, err = s.Statement(context.Background(), tungsten)
	require.NoError(t, err)
	require.Contains(t, text, "(`flowCode` IS NULL OR NOT CAST(`flowCode` AS Nullable(String)) IN ({mineralflows_2:String}, ")
	require.Contains(t, text, "(`customsCode` IS NULL OR `customsCode` IN ({mineralflows_8:String}, ")
}

// Period and places are filters of the engine.
func TestStatementByQuery(t *testing.T) {
	gold := flows.Year(2019)
	span, err := flows.ParsePeriod("2018-07..2019-06")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		types  map[string]string
		set    func(*sqldata.Source)
		period flows.Period
		places []flows.Place
		want   string
		args   []any
	}{
		"years as numbers": {period: gold, want: ` AND ("period" BETWEEN $11 AND $12 OR "period" BETWEEN $13 AND $14)`, args: []any{int64(2019), int64(2019), int64(201901), int64(201912)}},
		"years of 16 bits": {types: map[string]string{"period": "INT2"}, period: span, want: ` AND "period" BETWEEN $11 AND $12`, args: []any{int64(2018), int64(2019)}},
		"a fiscal year":    {period: span, want: ` AND ("period" BETWEEN $11 AND $12 OR "period" BETWEEN $13 AND $14)`, args: []any{int64(2018), int64(2019), int64(201807), int64(201906)}},
		"years as text": {types: map[string]string{"period": "VARCHAR"}, period: flows.Month(2019, 5), want: ` AND "period" IN ($11, $12, $13)`,
			args: []any{"2019", "201905", "2019-05"}},
		"months as days": {types: map[string]string{"period": "DATE"}, set: dated(sqldata.Month), period: span,
			want: ` AND "period" >= CAST($11 AS DATE) AND "period" < CAST($12 AS DATE)`, args: []any{"2018-07-01", "2019-07-01"}},
		"years as days": {types: map[string]string{"period": "DATE"}, set: dated(sqldata.Year), period: span,
			want: ` AND "period" >= CAST($11 AS DATE) AND "period" < CAST($12 AS DATE)`, args: []any{"2018-01-01", "2020-01-01"}},
		"places as numbers": {places: []flows.Place{"AFG", "RWA"}, want: ` AND ("reporterCode" IN ($11, $12) OR "partnerCode" IN ($13, $14))`,
			args: []any{int64(4), int64(646), int64(4), int64(646)}},
		"a site": {places: []flows.Place{"COD/rubaya"}, types: map[string]string{"reporterCode": "TEXT", "partnerCode": "TEXT"},
			want: ` AND ("reporterCode" IN ($11) OR "partnerCode" IN ($12))`, args: []any{"180", "180"}},
		"letters": {places: []flows.Place{"BDI+RWA"}, types: map[string]string{"reporterCode": "TEXT", "partnerCode": "TEXT"},
			set:  func(s *sqldata.Source) { s.Areas = sqldata.Letters },
			want: ` AND ("reporterCode" IN ($11, $12) OR "partnerCode" IN ($13, $14))`, args: []any{"BDI", "RWA", "BDI", "RWA"}},
		"an enumeration": {places: []flows.Place{"RWA"}, types: map[string]string{"reporterCode": "16384", "partnerCode": "CHAR"},
			want: ` AND (CAST("reporterCode" AS VARCHAR) IN ($11) OR CAST("partnerCode" AS VARCHAR) IN ($12))`, args: []any{"646", "646"}},
		"the driver names no type": {types: map[string]string{"period": "?"}, period: flows.Month(2019, 5), want: ` AND CAST("period" AS VARCHAR) IN ($11, $12, $13)`,
			args: []any{"2019", "201905", "2019-05"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := few()
			for column, typ := range c.types {
				e.types[column] = typ
			}
			s := over(t, e)
			if c.set != nil {
				c.set(&s)
			}
			text, args, err := s.Statement(context.Background(), datasets.Query{Minerals: tungsten.Minerals, Period: c.period, Places: c.places})
			require.NoError(t, err)
			_, text, _ = strings.Cut(text, `"motCode" IN ($10))`)
			text, _, _ = strings.Cut(text, " GROUP BY ")
			require.Equal(t, c.want, text)
			require.Equal(t, c.args, args[10:])
		})
	}
}

// A query of the user's stands where a table does, and its arguments come first.
func TestStatementOverAQuery(t *testing.T) {
	s := over(t, few())
	s.Table, s.Query, s.Args = "", "SELECT * FROM shipments WHERE office = $1 -- Entebbe\n;", []any{"EBB"}
	text, args, err := s.Statement(context.Background(), tungsten)
	require.NoError(t, err)
	require.Contains(t, text, " FROM (SELECT * FROM shipments WHERE office = $1 -- Entebbe\n\n) mineralflows_rows WHERE \"cmdCode\" IN ($2) AND ")
	require.Equal(t, []any{"EBB", "261100", "DX"}, args[:3])
	claims, errs := read(s, datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, "query[2019 800 X 784 H5 710812]", claims[0].Pos.String())
}

// Nothing of what a user passes is SQL: names stand between quotes, doubled where they hold one, and values are arguments.
func TestInjection(t *testing.T) {
	const evil = `x"; DROP TABLE trade; --`
	e := few()
	e.columns[0] = evil
	s := over(t, e)
	s.Columns = sqldata.Columns{Period: evil, Reporter: "reporterCode", Flow: "flowCode", Partner: "partnerCode", Classification: "classificationCode",
		Commodity: "cmdCode", Weight: "netWgt"}
	s.Table = `trade` + evil
	s.Dialect = sqldata.PostgreSQL
	text, args, err := s.Statement(context.Background(), datasets.Query{Minerals: []flows.Mineral{flows.Tungsten}, Places: []flows.Place{`RWA' OR 1=1 --`}})
	require.NoError(t, err)
	require.Contains(t, text, `SELECT "x""; DROP TABLE trade; --", "reporterCode"`)
	require.Contains(t, text, `FROM "tradex""; DROP TABLE trade; --" WHERE`)
	require.NotContains(t, strings.ReplaceAll(text, `"x""; DROP TABLE trade; --"`, ""), `x"; DROP`)
	require.NotContains(t, text, "OR 1=1")
	require.Contains(t, text, "(1 = 0 OR 1 = 0)", "no place of that name")
	for _, a := range args {
		require.NotContains(t, a, "OR 1=1")
	}
}
