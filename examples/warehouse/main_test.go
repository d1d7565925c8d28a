package main

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/baci"
)

var update = flag.Bool("update", false, "write the golden files anew")

func call(args ...string) (status int, out, errs string) {
	var stdout, stderr bytes.Buffer
	status = run(args, &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

const small = "-engine duckdb -files testdata/comtrade.csv -published 2024-03 "

const golden = "testdata/tin-rwanda.txt.golden"

func TestGolden(t *testing.T) {
	status, out, errs := call(strings.Fields(small + "-mineral tin -place RWA -period 2019-2020")...)
	require.Equal(t, 0, status, errs)
	require.Empty(t, errs)
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(out), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err, "go test . -update writes it")
	require.Equal(t, string(want), out)
}

func TestHelp(t *testing.T) {
	status, out, errs := call("-help")
	require.Equal(t, 0, status)
	require.Empty(t, errs)
	for _, want := range []string{"-engine NAME", "-files GLOB", "-mineral MINERALS", "-explain CELL"} {
		require.Contains(t, out, want)
	}
}

// The same table in a database file gives the same text, from either embedded engine.
func TestDatabases(t *testing.T) {
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	dir := t.TempDir()
	duckFile := filepath.Join(dir, "trade.duckdb")
	db, err := sql.Open("duckdb", duckFile)
	require.NoError(t, err)
	ask(t, db, "CREATE TABLE comtrade AS SELECT * FROM read_csv('testdata/comtrade.csv')")
	require.NoError(t, db.Close())
	status, out, errs := call("-engine=duckdb", "-dsn="+duckFile, "--published", "2024-03", "-mineral", "tin", "-place", "RWA", "-period", "2019-2020")
	require.Equal(t, 0, status, errs)
	require.Equal(t, string(want), out)

	liteFile := filepath.Join(dir, "a trade %3f#1.db")
	var rows [][]string
	text, err := os.ReadFile("testdata/comtrade.csv")
	require.NoError(t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		rows = append(rows, strings.Split(line, ","))
	}
	db, err = sql.Open("sqlite", liteFile)
	require.NoError(t, err)
	ask(t, db, "CREATE TABLE comtrade (%s TEXT)", strings.Join(rows[0], " TEXT, "))
	for _, r := range rows[1:] {
		ask(t, db, "INSERT INTO comtrade VALUES ('%s')", strings.Join(r, "', '"))
	}
	require.NoError(t, db.Close())
	status, out, errs = call("-engine=sqlite", "-dsn="+liteFile, "--published", "2024-03", "-mineral", "tin", "-place", "RWA", "-period", "2019-2020")
	require.Equal(t, 0, status, errs)
	require.Equal(t, string(want), out)
}

// A database file is opened for reading only: what stands in a mapping cannot change it.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	for engine, driver := range map[string]string{"duckdb": "duckdb", "sqlite": "sqlite"} {
		file := filepath.Join(dir, engine)
		db, err := sql.Open(driver, file)
		require.NoError(t, err)
		ask(t, db, "CREATE TABLE comtrade (period INTEGER)")
		require.NoError(t, db.Close())
		db, err = settings{engine: engine, dsn: file}.open()
		require.NoError(t, err)
		_, err = db.Exec("DROP TABLE comtrade")
		require.ErrorContains(t, err, "read")
		require.NoError(t, db.Close())
		mapping := filepath.Join(dir, "mapping.json")
		require.NoError(t, os.WriteFile(mapping, []byte(`{"query": "SELECT 1) x; DROP TABLE comtrade; SELECT * FROM (SELECT 1"}`), 0o644))
		status, _, errs := call("-engine", engine, "-dsn", file, "-published", "2024", "-mapping", mapping)
		require.Equal(t, 1, status)
		require.Contains(t, errs, "read")
		db, err = sql.Open(driver, file)
		require.NoError(t, err)
		ask(t, db, "SELECT period FROM comtrade")
		require.NoError(t, db.Close())
	}
}

// What a mapping states is read, or refused.
func TestMappingRefused(t *testing.T) {
	name := filepath.Join(t.TempDir(), "mapping.json")
	for text, want := range map[string]string{
		`{"query": "SELECT 1"}`:                                                "leave one of them out",
		`{"baci": {"revision": "HS22"}, "areas": "letters"}`:                   "are not those of a table of BACI",
		`{"baci": {"revision": "HS22"}, "columns": {"period": "t"}}`:           "are not those of a table of BACI",
		`{"baci": {"revision": "HS22"}, "origin": {"producer": "us"}}`:         "of origin a table of BACI takes published only",
		`{"areas": "letters"} {"areas": ""}`:                                   "something stands behind",
		`{"colums": {}}`:                                                       `unknown field "colums"`,
		`{"columns": {"weight": "netWgt; DROP TABLE comtrade; --"}}`:           "Columns does not say which column is the",
		`{"baci": {"revision": "HS22\" OR 1=1"}, "origin": {"published": ""}}`: "HS22",
	} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		status, _, errs := call(strings.Fields(small + "-mapping " + name)...)
		require.Equal(t, 1, status, text)
		require.Contains(t, errs, want)
	}
}

func TestPlan(t *testing.T) {
	status, out, errs := call(strings.Fields(small + "-plan")...)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "GROUP BY")
	require.Contains(t, out, "READ_CSV")
}

func TestMisuse(t *testing.T) {
	for args, want := range map[string]string{
		"":                               `-engine "": want duckdb, postgres or sqlite`,
		"-engine oracle":                 `-engine "oracle": want`,
		"-engine duckdb":                 "-dsn says where the database is",
		"-engine postgres -files x":      "-files is for -engine duckdb",
		"-engine duckdb -files x -dsn y": "-files is for -engine duckdb, in place of -dsn and -table",
		"-engine duckdb -dsn":            "-dsn needs a value",
		"-data x":                        "-data is not for this example",
		small + "-mineral":               "-mineral: needs a value",
		small + "-colour":                "-colour: unknown flag",
	} {
		status, out, errs := call(strings.Fields(args)...)
		require.Equal(t, 2, status, args)
		require.Empty(t, out)
		require.Contains(t, errs, want)
	}
	for args, want := range map[string]string{
		"-engine duckdb -files testdata/comtrade.csv":                                              "set Origin.Published",
		"-engine duckdb -dsn testdata/none.duckdb":                                                 "no such file",
		"-engine sqlite -dsn testdata/none.db":                                                     "no such file",
		"-engine duckdb -files testdata -published 2024":                                           "folder testdata has no Parquet files; give a glob, 'testdata/*.csv' or 'testdata/**/*.parquet'",
		"-engine duckdb -files testdata/none.csv -published 2024":                                  "none.csv",
		"-engine duckdb -files testdata/comtrade.csv -mapping testdata/none.json":                  "none.json",
		"-engine duckdb -files testdata/comtrade.csv -mapping testdata/comtrade.csv":               "comtrade.csv: invalid character",
		"-engine duckdb -files testdata/comtrade.csv -published 2024 -baci HS22":                   "no column t among",
		"-engine duckdb -files testdata/comtrade.csv -mapping mapping.json":                        "no column year among",
		"-engine postgres -dsn postgres://analyst@127.0.0.1:1/x?connect_timeout=2 -published 2024": "comtrade: ",
	} {
		status, out, errs := call(strings.Fields(args)...)
		require.Equal(t, 1, status, args)
		require.Empty(t, out)
		require.Contains(t, errs, want)
	}
}

// Files of BACI are read in the revision that their names tell, and give what package baci makes of them.
func TestBACIFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{ // as CEPII writes them: blanks in front of numbers, NA where no quantity is known
		"BACI_HS22_Y2022_V202501.csv": "t,i,j,k,v,q\n2022,646,784,260900,        5.250,       12.500\n2022,180,156,260900,        7.000,NA\n2022,4,31,080211,        2.027,        0.5\n",
		"BACI_HS22_Y2023_V202501.csv": "t,i,j,k,v,q\n2023,646,784,260900,        6.250,       13.500\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	glob := filepath.Join(dir, "BACI_*.csv")
	s, db, err := settings{engine: "duckdb", files: glob, baci: "HS22", published: "2025-01"}.source()
	require.NoError(t, err)
	defer db.Close()
	want := read(t, baci.Source{FS: os.DirFS(dir), Published: "2025-01"}, datasets.Query{})
	got := read(t, s, datasets.Query{})
	require.Len(t, got, 5) // three values, two quantities
	for i := range want {
		require.Equal(t, want[i].Flow, got[i].Flow)
		require.Equal(t, want[i].Amount, got[i].Amount)
	}
	_, _, err = settings{engine: "duckdb", files: glob, baci: "HS92", published: "2025-01"}.source()
	require.ErrorContains(t, err, "is of BACI in HS22, and HS92 is said")
}

// The mapping file of the README fits the table that it is said to fit.
func TestMapping(t *testing.T) {
	m, err := readMapping("mapping.json")
	require.NoError(t, err)
	db := duck(t)
	ask(t, db, `CREATE SCHEMA trade; CREATE TABLE trade.comtrade (year SMALLINT, month SMALLINT, reporter VARCHAR, flow VARCHAR, partner VARCHAR, hs_edition VARCHAR, hs6 VARCHAR,
		net_weight_kg DOUBLE, weight_is_estimated BOOLEAN, value_usd DOUBLE, customs_procedure VARCHAR, transport_mode INTEGER, second_partner VARCHAR);
		INSERT INTO trade.comtrade VALUES (2019, NULL, 'RWA', 'X', 'W00', 'HS17', '260900', 1500, false, 20000, 'C00', 0, 'W00'),
			(2019, 5, 'RWA', 'X', 'ARE', 'HS17', '260900', 500, true, NULL, 'C00', 0, 'W00'), (2019, NULL, 'RWA', 'X', 'ARE', 'HS17', '260900', 7, false, 7, 'C01', 0, 'W00')`)
	claims := read(t, settings{}.over(db, dialects["duckdb"], m), datasets.Query{})
	require.Len(t, claims, 3)
	text, err := plan(context.Background(), "duckdb", db, settings{}.over(db, dialects["duckdb"], m), tin2015())
	require.NoError(t, err)
	require.Contains(t, text, `"hs6" IN (?, ?, ?)`)
}

// What the README prints is what there is.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	mapping, err := os.ReadFile("mapping.json")
	require.NoError(t, err)
	require.Contains(t, string(text), strings.ReplaceAll(strings.TrimSpace("    "+string(mapping)), "\n", "\n    "))
	printed, err := os.ReadFile(golden)
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```\n(Tin, tonnes of Sn.*?)```").FindStringSubmatch(string(text))
	require.Len(t, block, 2)
	require.Contains(t, string(printed), block[1])
	commands := 0
	for _, m := range regexp.MustCompile(`(?m)^    go run \. (.*testdata/comtrade\.csv.*)$`).FindAllStringSubmatch(string(text), -1) {
		status, _, errs := call(strings.Fields(m[1])...)
		require.Equal(t, 0, status, errs)
		commands++
	}
	require.Equal(t, 2, commands)
	for _, f := range flags {
		require.Contains(t, string(text), "`-"+f.name)
	}
}
