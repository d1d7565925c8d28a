package comtrade_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
)

var long = flag.Bool("long", false, "read two gigabytes in TestStream")

// random are rows of everything that many reporters trade, 3 in 100 of them gold, tin or coltan.
func random(rows int) []cells {
	r := rand.New(rand.NewPCG(1, 2))
	codes := []string{"710812", "260900", "261590", "800110"}
	areas := []string{"180", "646", "800", "784", "757", "699", "156", "842", "276", "0"}
	number := func(mean float64) string { return strconv.FormatFloat(r.ExpFloat64()*mean, 'f', 3, 64) }
	out := make([]cells, rows)
	for i := range out {
		code := fmt.Sprintf("%06d", 10121+r.IntN(249000)) // below 260000: none of interest
		if r.Float64() < 0.03 {
			code = codes[r.IntN(len(codes))]
		}
		year := itoa(2017 + r.IntN(5)) // of HS 2017
		out[i] = cells{"period": year, "refYear": year, "refPeriodId": year + "0101", "reporterCode": areas[r.IntN(9)], "partnerCode": areas[r.IntN(10)],
			"flowCode": []string{"X", "M"}[r.IntN(2)], "cmdCode": code, "netWgt": number(1e4), "qty": number(1e4), "primaryValue": number(1e6), "cifvalue": number(1e6)}
	}
	return out
}

// block is text of a bulk file with all 47 columns, those of descriptions empty. It has no header, so that it can be repeated.
func block(rows int) string {
	var b strings.Builder
	for _, c := range random(rows) {
		for i, name := range columns {
			if i > 0 {
				b.WriteByte('\t')
			}
			if !strings.Contains(notInBulk, " "+name+" ") {
				b.WriteString(c.of(name))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// repeated reads header once, then text n times, then footer.
func repeated(header, text, footer []byte, n int) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		readers := []io.Reader{bytes.NewReader(header)}
		for range n {
			readers = append(readers, bytes.NewReader(text))
		}
		return io.NopCloser(io.MultiReader(append(readers, bytes.NewReader(footer))...)), nil
	}
}

// inBlock is how many rows a block has.
const inBlock = 20_000

// file is a file of one of the forms text, gzip and JSON, of at least the given size before it is packed.
func file(t testing.TB, form string, least int) (open func() (io.ReadCloser, error), rows, size int) {
	if form == "json" {
		head, rest, _ := strings.Cut(asJSON(random(inBlock)...), "[")
		text := strings.TrimSuffix(rest, `],"error":""}`) + ","
		last := strings.TrimPrefix(asJSON(cells{"netWgt": "5"}), `{"elapsedTime":"0.21 secs","count":1,"data":[`)
		n := least/len(text) + 1
		head = strings.Replace(head, itoa(inBlock), itoa(n*inBlock+1), 1) + "["
		return repeated([]byte(head), []byte(text), []byte(last), n), n*inBlock + 1, len(head) + n*len(text) + len(last)
	}
	text, header := []byte(block(inBlock)), []byte(strings.Join(columns, "\t")+"\n")
	n := least/len(text) + 1
	size = len(header) + n*len(text)
	if form == "gzip" { // a gzip file of many members, which are unpacked as one text
		text, header = packed(t, string(text)), packed(t, string(header))
	}
	return repeated(header, text, nil, n), n * inBlock, size
}

// BenchmarkBulk reads some million rows, 3 in 100 of which give claims, and reports how much heap was held in the middle of it.
func BenchmarkBulk(b *testing.B) {
	for _, form := range []string{"text", "gzip", "json"} {
		b.Run(form, func(b *testing.B) {
			open, rows, size := file(b, form, 256<<20)
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

// Memory does not grow with the file: 2 GiB with -long, 32 MiB else, are read in 32 MiB beside the block that is repeated.
func TestStream(t *testing.T) {
	least := 32 << 20
	if *long {
		least = 2 << 30
	}
	for _, form := range []string{"text", "gzip", "json"} {
		t.Run(form, func(t *testing.T) {
			open, rows, size := file(t, form, least)
			require.Greater(t, size, least)
			var before runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var stats datasets.Stats
			peak := drain(t, comtrade.Source{Open: open, Name: bulkName, Published: "2024", Stats: &stats})
			require.Equal(t, rows, stats.Rows)
			require.Greater(t, stats.Kept, rows/50)
			require.Less(t, peak, before.HeapInuse+32<<20)
		})
	}
}
