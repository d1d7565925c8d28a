package comtrade_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
)

var long = flag.Bool("long", false, "read two gigabytes in TestStream")

// block is generated text of a bulk file with all 47 columns: rows of everything that many reporters trade, 3 in 100 of them gold, tin or
// coltan. Without a header, so that it can be repeated.
func block(rows int) string {
	const wanted = 0.03
	r := rand.New(rand.NewPCG(1, 2))
	codes := []string{"710812", "260900", "261590", "800110"}
	areas := []string{"180", "646", "800", "784", "757", "699", "156", "842", "276", "0"}
	var b strings.Builder
	for range rows {
		code := fmt.Sprintf("%06d", 10121+r.IntN(700000))
		if r.Float64() < wanted {
			code = codes[r.IntN(len(codes))]
		}
		year := 2002 + r.IntN(20)
		c := cells{
			"period": itoa(year), "refYear": itoa(year), "refPeriodId": itoa(year) + "0101", "reporterCode": areas[r.IntN(9)], "partnerCode": areas[r.IntN(10)],
			"flowCode": []string{"X", "M"}[r.IntN(2)], "cmdCode": code, "reporterISO": "", "reporterDesc": "", "flowDesc": "", "partnerISO": "", "partnerDesc": "",
			"partner2ISO": "", "partner2Desc": "", "cmdDesc": "", "customsDesc": "", "motDesc": "", "qtyUnitAbbr": "", "altQtyUnitAbbr": "",
			"netWgt": fmt.Sprintf("%.3f", r.ExpFloat64()*1e4), "qty": fmt.Sprintf("%.3f", r.ExpFloat64()*1e4), "primaryValue": fmt.Sprintf("%.3f", r.ExpFloat64()*1e6),
			"cifvalue": fmt.Sprintf("%.3f", r.ExpFloat64()*1e6),
		}
		for i, name := range columns {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(c.of(name))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// repeated reads header once and then text n times.
func repeated(header, text []byte, n int) io.ReadCloser {
	readers := []io.Reader{bytes.NewReader(header)}
	for range n {
		readers = append(readers, bytes.NewReader(text))
	}
	return io.NopCloser(io.MultiReader(readers...))
}

// inBlock is how many rows a block has.
const inBlock = 50_000

// bulk is a file of a block some times over. A packed one is a gzip file of many members, which are unpacked as one text.
func bulk(t testing.TB, times func(blockSize int) int, pack bool) (open func() (io.ReadCloser, error), rows, size int) {
	text, header := block(inBlock), strings.Join(columns, "\t")+"\n"
	n := times(len(text))
	a, b := []byte(header), []byte(text)
	if pack {
		a, b = packed(t, header), packed(t, text)
	}
	return func() (io.ReadCloser, error) { return repeated(a, b, n), nil }, n * inBlock, len(header) + n*len(text)
}

// BenchmarkBulk reads a bulk file of 2 million rows, as text and packed, and reports how much memory the process held in the middle of it.
func BenchmarkBulk(b *testing.B) {
	for _, form := range []string{"text", "gzip"} {
		b.Run(form, func(b *testing.B) {
			open, rows, size := bulk(b, func(int) int { return 2_000_000 / inBlock }, form == "gzip")
			b.SetBytes(int64(size))
			b.ReportAllocs()
			peak := uint64(0)
			for b.Loop() {
				var stats datasets.Stats
				peak = max(peak, drain(b, comtrade.Source{Open: open, Name: bulkName, Published: "2024", Stats: &stats}))
				require.Equal(b, rows, stats.Rows)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(peak)/(1<<20), "MiB-held")
		})
	}
}

// drain reads a source and returns the most heap that was held meanwhile.
func drain(t testing.TB, s comtrade.Source) uint64 {
	t.Helper()
	n, peak := 0, uint64(0)
	var m runtime.MemStats
	for _, err := range s.Records(context.Background(), datasets.Query{}) {
		require.NoError(t, err)
		if n++; n%4096 == 0 {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
	}
	return peak
}

// Memory does not grow with the file: 2 GiB with -long, 64 MiB else, are read in 32 MiB beside the block that is repeated.
func TestStream(t *testing.T) {
	least := 64 << 20
	if *long {
		least = 2 << 30
	}
	for _, pack := range []bool{false, true} {
		open, rows, size := bulk(t, func(block int) int { return least/block + 1 }, pack)
		require.Greater(t, size, least)
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var stats datasets.Stats
		peak := drain(t, comtrade.Source{Open: open, Name: bulkName, Published: "2024", Stats: &stats})
		require.Equal(t, rows, stats.Rows)
		require.NotZero(t, stats.Kept)
		require.Less(t, peak, before.HeapInuse+32<<20)
	}
}
