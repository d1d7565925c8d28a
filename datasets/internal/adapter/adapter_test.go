package adapter_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// format is a small publisher's format: Country, Year, Tin.
type format struct {
	fs    fs.FS
	open  func() (io.ReadCloser, error)
	stats *datasets.Stats
}

func (s format) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.stats, func(r *adapter.Run) {
		input := adapter.Input{FS: s.fs, Open: s.open, Match: func(p string) bool { return strings.HasSuffix(p, ".csv") }, What: "tin tables"}
		for _, f := range r.Files(input) {
			origin := &flows.Origin{ID: f.Path, Producer: "Ministry", Published: "2024"}
			r.Table(f, adapter.Format{Required: []string{"country", "year"}}, func(h adapter.Header) func(*adapter.Cells) {
				country, year, tin := h.Find("country"), h.Find("year"), h.Find("tin", "sn")
				return func(c *adapter.Cells) {
					p, err := flows.ParsePeriod(c.Text(year))
					switch {
					case c.Text(country) == "World":
						r.Drop("aggregate")
						return
					case err != nil:
						c.Bad(year, err)
						return
					}
					r.Keep(flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: p, From: flows.Ground, To: flows.Place(c.Text(country))},
						Amount: flows.Amount{Value: dist.Exactly(5), Basis: flows.Sn, Text: c.Text(tin)}, Origin: origin, Pos: c.Pos})
				}
			})
		}
	})
}

const table = "\ufeffCOUNTRY;Year ; Sn\r\nRWA;2019;5;\r\n;;\r\nUGA\u00a0;2020;\"5\"\r\nWorld;2020;10\r\nCOD;2020;5;;;\r\n"

func TestTable(t *testing.T) {
	var stats datasets.Stats
	s := format{fs: fstest.MapFS{"tin.csv": {Data: []byte(table)}, ".hidden.csv": {Data: []byte("x")}}, stats: &stats}
	for range s.Records(context.Background(), datasets.Query{Places: []flows.Place{"RWA"}}) {
	}
	// Four rows, for that of separators only is none: Rwanda, Uganda, the world, DR Congo.
	require.Equal(t, "4 rows: 1 kept, 1 aggregate, 2 not asked for", stats.String())
	s.stats = nil
	datasetstest.TestSource(t, s)

	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(table))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	datasetstest.TestSource(t, format{open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed.Bytes())), nil }})
}

// All bad rows are reported, with what is wrong in which cell.
func TestBadRows(t *testing.T) {
	s := format{fs: fstest.MapFS{"a/tin.csv": {Data: []byte("Country,Year\nRWA,19\nRWA,2019,7\nC\x81D,2020\nRWA,\"2020\nUGA,20\n")}}}
	datasetstest.TestBadRows(t, s, flows.Pos{File: "a/tin.csv", Line: 2}, flows.Pos{File: "a/tin.csv", Line: 3}, flows.Pos{File: "a/tin.csv", Line: 4},
		flows.Pos{File: "a/tin.csv", Line: 5})
	var all []string
	for _, err := range s.Records(context.Background(), datasets.Query{}) {
		if err != nil {
			all = append(all, err.Error())
		}
	}
	require.Contains(t, all[0], `a/tin.csv:2: column Year: "19": `)
	require.Contains(t, all[2], "the byte 0x81 is neither UTF-8 nor Windows-1252")
	require.Contains(t, all[1], "a/tin.csv:3: bad row: 3 cells where the header has 2")
}

// Of a table of everything the rows of interest are read as if there were no others, which are counted.
func TestWanted(t *testing.T) {
	text := []byte("Country,Year\nRWA,2019\nUGA,2019\n\n,\nUGA,2019,\nUGA\n \"RWA\" ,2020\n\"RWA\",2021\nBDI,2021\n")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for _, data := range [][]byte{text, packed.Bytes()} {
		var stats datasets.Stats
		var errs, years []string
		for _, err := range adapter.Records(context.Background(), datasets.Query{}, &stats, func(r *adapter.Run) {
			f := r.Files(adapter.Input{Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }})[0]
			wanted := &adapter.Wanted{Column: "country", Want: func(cell []byte) bool { return string(cell) == "RWA" }, Reason: "other country"}
			r.Table(f, adapter.Format{Required: []string{"country"}, Wanted: wanted}, func(h adapter.Header) func(*adapter.Cells) {
				return func(c *adapter.Cells) {
					years = append(years, fmt.Sprint(c.Text(h.Find("year")), " ", c.Pos.Line))
					r.Drop("read")
				}
			})
		}) {
			errs = append(errs, err.Error())
		}
		require.Equal(t, []string{"2019 2", "2021 9"}, years)
		require.Equal(t, []string{"input:7: bad row: 1 cells where the header has 2",
			"input:8: bad row: a quote inside a cell: put the cell in quotes and write its quotes twice"}, errs)
		require.Equal(t, "7 rows: 0 kept, 2 bad, 3 other country, 2 read", stats.String())
	}
}

// Which of two columns of one name holds the figures is not for a program to guess.
func TestTwoColumnsOfOneName(t *testing.T) {
	s := format{fs: fstest.MapFS{"tin.csv": {Data: []byte("Country,Year,,,YEAR \nRWA,2019,,,2020\n")}}}
	var errs []string
	for _, err := range s.Records(context.Background(), datasets.Query{}) {
		errs = append(errs, err.Error())
	}
	require.Equal(t, []string{"tin.csv:1: bad column: two columns have the name YEAR: keep one of them"}, errs)
}

// A file of another format is not read to its end.
func TestTooManyBadRows(t *testing.T) {
	var stats datasets.Stats
	s := format{fs: fstest.MapFS{"tin.csv": {Data: []byte("Country,Year\n" + strings.Repeat("RWA,x\n", 5000))}}, stats: &stats}
	n := 0
	var last error
	for _, err := range s.Records(context.Background(), datasets.Query{}) {
		n, last = n+1, err
	}
	require.Equal(t, 1001, n)
	require.ErrorContains(t, last, "1000 bad rows: the rest of the file is not read")
	require.Equal(t, 1000, stats.Bad)
}

func TestFiles(t *testing.T) {
	first := func(s format) (err error) {
		for _, err = range s.Records(context.Background(), datasets.Query{}) {
			return err
		}
		return nil
	}
	file := func(text string) format { return format{fs: fstest.MapFS{"tin.csv": {Data: []byte(text)}}} }
	open := func() (io.ReadCloser, error) { return nil, errors.New("no connection") }
	for says, s := range map[string]format{
		"nothing to read: set FS or Open":       {},
		"set FS or Open, not both":              {fs: fstest.MapFS{}, open: open},
		"the folder holds no tin tables":        {fs: fstest.MapFS{"tin.txt": {Data: []byte(table)}}},
		"; it has a/b.txt, tin.txt":             {fs: fstest.MapFS{"tin.txt": {Data: []byte(table)}, "a/b.txt": {}, ".tin.csv": {}, "~$tin.csv": {}}},
		"; it is empty":                         {fs: fstest.MapFS{}},
		"input: no connection":                  {open: open},
		"tin.csv:1: bad row: the file is empty": file(""),
		"no column year among Country, Jahr":    file("Country,Jahr\n"),
		"no column country, year among name, age: is it a file of another format, or without its header?": file("name,age\n"),
		"tin.csv: the gzip file is cut short":              file("\x1f\x8b"),
		"tin.csv: bad encoding: the file is UTF-16":        file("\xff\xfeC\x00"),
		"tin.csv: bad encoding: the file is a zip archive": file("PK\x03\x04"),
		"tin.csv:1: bad row: a quote is opened and never ": file("\"Country,Year\n"),
	} {
		require.ErrorContains(t, first(s), says)
	}
}

func TestPublished(t *testing.T) {
	at := time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)
	fsys := fstest.MapFS{"tin.csv": {Data: []byte(table), ModTime: at}}
	var file adapter.File
	kept := true
	published := func(set, stated string, f func(adapter.File) adapter.File) (d adapter.Date, undated map[string]string, err error) {
		var stats datasets.Stats
		for range adapter.Records(context.Background(), datasets.Query{}, &stats, func(r *adapter.Run) {
			file = r.Files(adapter.Input{FS: fsys, Name: "dir", Match: func(string) bool { return true }})[0]
			d, err = r.Published(set, stated, f(file))
			r.Row()
			r.Drop("other commodity")
			if kept {
				r.Row()
				r.Keep(flows.Claim{Flow: flows.Flow{Mineral: flows.Tin}})
			}
		}) {
		}
		return d, stats.Undated, err
	}
	as := func(f adapter.File) adapter.File { return f }
	for _, c := range []struct {
		set, stated, day, id string
		undated              map[string]string
	}{
		{"2024-03", "2023", "2024-03", "2024-03", nil},
		{"", "2023-01-31", "2023-01-31", "2023-01-31", nil},
		{"", "", "2026-06-02", "2026-06-02-undated", map[string]string{"dir/tin.csv": "2026-06-02"}},
	} {
		got, undated, err := published(c.set, c.stated, as)
		require.NoError(t, err)
		require.Equal(t, c.day, got.Day)
		require.Equal(t, c.id, got.ID())
		require.Equal(t, c.undated, undated)
		require.Equal(t, c.undated != nil, got.Undated)
	}
	kept = false // a file of which nothing is used needs no day
	_, undated, err := published("", "", as)
	require.NoError(t, err)
	require.Empty(t, undated)
	for _, none := range []time.Time{{}, time.Unix(0, 0), time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)} {
		fsys["tin.csv"].ModTime = none
		_, undated, err = published("", "", as)
		require.ErrorIs(t, err, datasets.ErrUndated)
		require.Empty(t, undated)
	}
	_, _, err = published("March", "", as)
	require.ErrorContains(t, err, `published: "March": want 2024, 2024-03 or 2024-03-11`)
	_, _, err = published("", "", func(adapter.File) adapter.File { return adapter.File{} })
	require.ErrorContains(t, err, "set Published")
}

func ExampleHeader_Find() {
	h := adapter.NewHeader([]string{"Country ", "PROD_EST_ 2024", "Country"})
	fmt.Println(h.Find("country"), h.Find("prod_est_2024", "prod_est_ 2024"), h.Find("reserves"))
	// Output: 0 1 -1
}
