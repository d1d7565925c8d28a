package baci_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/flows"
)

// BenchmarkSource reads a generated file of 20 million rows (660 MB, without blanks) from the disk, from its cache: every row is checked, those of
// the core codes become claims, and their masses and values are summed. It is written before the clock starts. Beside rows/s (the median of the
// runs) it gives the ratio to encoding/csv, which reads the same file before it and picks out the same codes without any check, and the most
// memory the program had. padded has the blanks that CEPII writes; gzip is packed.
func BenchmarkSource(b *testing.B) {
	const million = 1_000_000
	var plain float64
	b.Run("encoding-csv", func(b *testing.B) {
		file, g := generated(b, 20*million, false, false)
		plain = rate(b, g, file, func() (thousands, tonnes float64) { return withCSV(b, file, g.wanted) })
	})
	b.Run("rows=20M", func(b *testing.B) {
		file, g := generated(b, 20*million, false, false)
		m := rate(b, g, file, func() (thousands, tonnes float64) { return withSource(b, file, g.rows) })
		if plain > 0 { // not where -bench left it out
			b.ReportMetric(m/plain, "x-csv")
		}
	})
	b.Run("padded", func(b *testing.B) {
		file, g := generated(b, 5*million, true, false)
		rate(b, g, file, func() (thousands, tonnes float64) { return withSource(b, file, g.rows) })
	})
	b.Run("gzip", func(b *testing.B) {
		file, g := generated(b, 5*million, false, true)
		rate(b, g, file, func() (thousands, tonnes float64) { return withSource(b, file, g.rows) })
	})
}

// generated writes a file and reads it once, so that it is in the cache.
func generated(b *testing.B, rows int, padded, packed bool) (string, *generator) {
	b.Helper()
	file := filepath.Join(b.TempDir(), yearly)
	g := newGenerator(padded)
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	f, err := os.Create(file)
	check(err)
	if packed {
		z := gzip.NewWriter(f)
		check(g.write(z, rows))
		check(z.Close())
	} else {
		check(g.write(f, rows))
	}
	check(f.Close())
	f, err = os.Open(file)
	check(err)
	_, err = io.Copy(io.Discard, f)
	check(err)
	check(f.Close())
	return file, g
}

// rate times read, checks what it sums up, and reports the median of rows a second.
func rate(b *testing.B, g *generator, file string, read func() (thousands, tonnes float64)) float64 {
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	debug.FreeOSMemory()
	b.SetBytes(info.Size())
	b.ReportAllocs()
	var rates []float64
	for b.Loop() {
		start := time.Now()
		thousands, tonnes := read()
		rates = append(rates, float64(g.rows)/time.Since(start).Seconds())
		if math.Abs(thousands/g.thousands-1) > 1e-9 || math.Abs(tonnes/g.tonnes-1) > 1e-9 {
			b.Fatalf("%g thousand USD and %g t, want %g and %g", thousands, tonnes, g.thousands, g.tonnes)
		}
	}
	m := median(rates)
	b.ReportMetric(m, "rows/s")
	b.ReportMetric(float64(info.Size())/float64(g.rows), "B/row")
	return m
}

// withSource sums what the claims print, so that a nought is one.
func withSource(b *testing.B, file string, rows int) (thousands, tonnes float64) {
	var stats datasets.Stats
	s := baci.Source{Open: func() (io.ReadCloser, error) { return os.Open(file) }, Name: yearly, Stats: &stats}
	p, n := newPeak(), 0
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		if err != nil {
			b.Fatal(err)
		}
		if n++; n%1024 == 0 {
			p.look()
		}
		c := r.(flows.Claim)
		printed, unit, _ := strings.Cut(c.Amount.Text, " ")
		x, err := strconv.ParseFloat(printed, 64)
		if err != nil {
			b.Fatal(err)
		}
		if unit == "k" {
			thousands += x
		} else {
			tonnes += x
		}
	}
	if stats.Rows != rows {
		b.Fatal(stats, rows)
	}
	b.ReportMetric(p.MiB(), "peak-MiB")
	return thousands, tonnes
}

// withCSV is what one writes without this package.
func withCSV(b *testing.B, file string, wanted map[string]bool) (thousands, tonnes float64) {
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	for {
		row, err := r.Read()
		if err == io.EOF {
			return thousands, tonnes
		}
		if err != nil {
			b.Fatal(err)
		}
		if !wanted[row[3]] {
			continue
		}
		v, _ := strconv.ParseFloat(row[4], 64)
		q, _ := strconv.ParseFloat(row[5], 64) // 0 for NA
		thousands += v
		tonnes += q
	}
}
