package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

const (
	benchRows    = 5000
	benchColumns = 70 // as wide as the World Bank's monthly prices
)

func benchBook(b *testing.B) []byte {
	var rows strings.Builder
	for r := range benchRows {
		fmt.Fprintf(&rows, `<row r="%d" spans="1:%d">`, r+1, benchColumns)
		for c := range benchColumns {
			at := ColumnName(c) + fmt.Sprint(r+1)
			if c%5 == 0 {
				fmt.Fprintf(&rows, `<c r="%s" s="1" t="s"><v>%d</v></c>`, at, c%2)
			} else {
				fmt.Fprintf(&rows, `<c r="%s" s="0"><v>%d.%d</v></c>`, at, r, c)
			}
		}
		rows.WriteString(`</row>`)
	}
	return zipped(b, book(rows.String()))
}

// One sheet of 5,000 rows and 350,000 cells, opened and read: rows/s, and bytes allocated per operation.
func BenchmarkRows(b *testing.B) {
	text := benchBook(b)
	b.ReportAllocs()
	for b.Loop() {
		w, err := openBytes(text, ordinary())
		require.NoError(b, err)
		n := 0
		for _, err := range w.Rows(context.Background(), "S") {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		require.Equal(b, benchRows, n)
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// The same by excelize's iterator of rows.
func BenchmarkExcelize(b *testing.B) {
	text := benchBook(b)
	b.ReportAllocs()
	for b.Loop() {
		f, err := excelize.OpenReader(bytes.NewReader(text), excelize.Options{RawCellValue: true})
		require.NoError(b, err)
		rows, err := f.Rows("S")
		require.NoError(b, err)
		n := 0
		for rows.Next() {
			if _, err := rows.Columns(); err != nil {
				b.Fatal(err)
			}
			n++
		}
		require.Equal(b, benchRows, n)
		require.NoError(b, rows.Close())
		require.NoError(b, f.Close())
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
