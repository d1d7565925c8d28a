package sqldata_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

// world is a table of BACI: year, exporter, importer, product, value, quantity.
func world(rows ...[6]any) *engine {
	e := &engine{columns: strings.Fields("t i j k v q"), types: map[string]string{"t": "INTEGER", "i": "INTEGER", "j": "INTEGER", "v": "DOUBLE", "q": "DOUBLE"}}
	for _, r := range rows {
		row := map[string]any{}
		for i, c := range e.columns {
			row[c] = r[i]
		}
		e.rows = append(e.rows, row)
	}
	return e
}

func overBACI(t testing.TB, e *engine) sqldata.BACI {
	return sqldata.BACI{DB: e.open(t), Dialect: sqldata.DuckDB, Table: "baci", Revision: "HS22", Version: "V202501"}
}

// goods are rows as a file would have them in this order.
func goods() [][6]any {
	return [][6]any{
		{int64(2022), int64(180), int64(490), "260900", 5.5, 2.0},
		{int64(2022), int64(646), int64(156), "261590", 100.25, 3.125},
		{int64(2022), int64(646), int64(699), "260900", 1234.567, 250.001},
		{int64(2022), int64(800), int64(784), "710812", 1.5e6, nil},
		{int64(2022), int64(800), int64(784), "710813", 0.004, 0.0},
		{int64(2023), int64(646), int64(842), "261100", 7.0, 1.0},
	}
}

// A table of BACI gives the claims that a file of the same rows does.
func TestBACISameAsFile(t *testing.T) {
	file := "t,i,j,k,v,q\n"
	for _, r := range goods() {
		q := "NA"
		if r[5] != nil {
			q = asText(r[5])
		}
		file += fmt.Sprintf("%v,%v,%v,%v,%s,%s\n", r[0], r[1], r[2], r[3], asText(r[4]), q)
	}
	want, errs := read(baci.Source{Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }, Name: "world", Revision: "HS22", Version: "V202501"},
		datasets.Query{})
	require.Empty(t, errs)
	var stats datasets.Stats
	s := overBACI(t, world(goods()...))
	s.Stats = &stats
	got, errs := read(s, datasets.Query{})
	require.Empty(t, errs)
	require.Len(t, got, 9)
	require.Equal(t, "baci[2022 646 156 261590]", got[0].Pos.String())
	require.Equal(t, unplaced(want), unplaced(got))
	require.Equal(t, "6 rows: 5 kept, 1 importer is no place: Other Asia, nes (490)", stats.String())
	s.Stats = nil // of one read at a time
	datasetstest.TestSource(t, s)
}

func TestBACIStatement(t *testing.T) {
	s := overBACI(t, world(goods()...))
	text, args, err := s.Statement(context.Background(), datasets.Query{Minerals: tungsten.Minerals, Period: flows.Year(2022), Places: []flows.Place{"RWA"}})
	require.NoError(t, err)
	require.Equal(t, `SELECT "t", "i", "j", "k", "q", "v", COUNT(*), COUNT(*) OVER () FROM "baci" WHERE "k" IN (?) AND "t" BETWEEN ? AND ? AND ("i" IN (?) OR "j" IN (?)) `+
		`GROUP BY "t", "i", "j", "k", "q", "v"`, text)
	require.Equal(t, []any{"261100", int64(2022), int64(2022), int64(646), int64(646)}, args)
}

func TestBACIBadRows(t *testing.T) {
	rows := append(goods(), [6]any{int64(2022), int64(646), int64(156), "261590", 7.0, 3.125}, [6]any{int64(2021), int64(646), int64(156), "260900", 0.0, 1.0},
		[6]any{int64(2021), int64(646), int64(999), "260900", 5.0, 1.0}, [6]any{int64(2021), int64(800), int64(156), "260900", "5,1", 1.0})
	e := world(rows...)
	e.columns[4] = "thousand"
	e.types["thousand"] = "TEXT"
	for _, r := range e.rows {
		if r["thousand"] = r["v"]; r["v"] != "5,1" {
			r["thousand"] = asText(r["v"])
		}
	}
	s := overBACI(t, e)
	s.Columns = sqldata.BACIColumns{Year: "t", Exporter: "i", Importer: "j", Product: "k", Value: "thousand", Quantity: "q"}
	var stats datasets.Stats
	s.Stats = &stats
	claims, errs := read(s, datasets.Query{})
	require.Len(t, claims, 7)
	require.Len(t, errs, 4)
	for i, want := range []string{
		`baci[2021 800 156 260900]: column thousand: "5,1": `, `baci[2022 646 156 261590]: `, `baci[2021 646 156 260900]: column thousand: "0": `,
		`baci[2021 646 999 260900]: column j: "999": `,
	} {
		require.ErrorContains(t, errs[i], want)
	}
	require.ErrorIs(t, errs[1], flows.ErrDuplicate)
	require.Equal(t, 4, stats.Bad)
	require.Equal(t, stats.Rows, stats.Bad+stats.Kept+stats.Dropped["importer is no place: Other Asia, nes (490)"])
}

func TestBACISettings(t *testing.T) {
	for want, set := range map[string]func(*sqldata.BACI){
		"no database":      func(s *sqldata.BACI) { s.DB = nil },
		"set Revision":     func(s *sqldata.BACI) { s.Revision = "" },
		"HS23":             func(s *sqldata.BACI) { s.Revision = "HS23" },
		"V202501":          func(s *sqldata.BACI) { s.Version = "2025" },
		"no column year":   func(s *sqldata.BACI) { s.Columns = sqldata.BACIColumns{"year", "i", "j", "k", "v", "q"} },
		"is the importer":  func(s *sqldata.BACI) { s.Columns = sqldata.BACIColumns{"t", "i", "", "k", "v", "q"} },
		"set Published":    func(s *sqldata.BACI) { s.Version = "" },
		"no row of totals": func(s *sqldata.BACI) { s.DB = world().open(t) },
		"the connection died": func(s *sqldata.BACI) {
			e := world(goods()...)
			e.fails = map[int]error{2: errors.New("the connection died")}
			s.DB = e.open(t)
		},
	} {
		s := overBACI(t, world(goods()...))
		set(&s)
		claims, errs := read(s, datasets.Query{})
		require.Empty(t, claims, want)
		require.Len(t, errs, 1, want)
		require.ErrorContains(t, errs[0], want)
	}
}
