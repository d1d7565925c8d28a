package baci

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var tracked = []string{"261590", "260900", "261100", "710811", "710812", "710813", "710820", "261690", "800110", "800120", "800200", "810110", "810194", "810320", "810330", "711291"}

func generate(path string, rows int, padded bool) {
	f, _ := os.Create(path)
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(1, 2))
	w.WriteString("t,i,j,k,v,q\n")
	ks := append([]string{}, tracked...)
	for len(ks) < 5384 {
		ks = append(ks, fmt.Sprintf("%06d", 10000+rng.IntN(960000)))
	}
	var buf []byte
	for range rows {
		buf = buf[:0]
		v := rng.ExpFloat64()
		v = v * v * v * v * 10
		q := v * rng.Float64() * 2
		if padded {
			buf = fmt.Appendf(buf, "2022,%d,%d,%s,%13.3f,%13.3f\n", 4+rng.IntN(890), 4+rng.IntN(890), ks[rng.IntN(len(ks))], v+.001, q)
		} else {
			buf = fmt.Appendf(buf, "2022,%d,%d,%s,%.3f,%.3f\n", 4+rng.IntN(890), 4+rng.IntN(890), ks[rng.IntN(len(ks))], v+.001, q)
		}
		w.Write(buf)
	}
	w.Flush()
	f.Close()
}

func BenchmarkProto(b *testing.B) {
	const rows = 20_000_000
	for _, padded := range []bool{false, true} {
		path := filepath.Join(os.TempDir(), fmt.Sprint("baci", padded, ".csv"))
		if _, err := os.Stat(path); err != nil {
			generate(path, rows, padded)
		}
		info, _ := os.Stat(path)
		b.Run(fmt.Sprint(padded), func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				f, _ := os.Open(path)
				io.ReadFull(f, make([]byte, 12))
				n, kept := 0, 0
				t := time.Now()
				chunks(f, scanner{codes: newCodes(tracked)}, func(c *chunk) bool {
					for _, m := range c.marks {
						n += int(m.plain) + 1
						kept++
					}
					n += int(c.plain)
					return true
				})
				f.Close()
				if n != rows {
					b.Fatal(n, kept)
				}
				b.ReportMetric(rows/time.Since(t).Seconds(), "rows/s")
			}
		})
	}
}
