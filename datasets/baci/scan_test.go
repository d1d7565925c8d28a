package baci

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var wantedCodes = []string{"261590", "710812", "260900"}

// seen is a row of a wanted code ("7 value") or a wrong one ("7 !"), by its line in the file, and the count of the others.
type seen struct {
	rows  []string
	plain int
}

// fast is what the scanner makes of the lines behind a header, with chunks of any length.
func fast(t require.TestingT, text string, size, year int) seen {
	var out seen
	line := 0
	chunks(strings.NewReader(text), size, scanner{codes: newCodes(wantedCodes), year: year}, func(c *chunk) bool {
		for _, m := range c.marks {
			out.plain += int(m.plain)
			row := c.text[m.at:c.end]
			row = row[:bytes.IndexByte(row, '\n')]
			r, fault := read(row, year)
			require.False(t, r.blank)
			if fault != nil {
				out.rows = append(out.rows, fmt.Sprint(line+int(m.line), " !"))
			} else {
				out.rows = append(out.rows, fmt.Sprintf("%d %d %d>%d %s %s %s", line+int(m.line), r.year, r.from, r.to, r.code, r.value, r.quantity))
			}
		}
		out.plain += int(c.plain)
		line += int(c.lines)
		require.True(t, c.err == nil || errors.Is(c.err, io.EOF))
		return true
	})
	return out
}

var decimalNumber = regexp.MustCompile(`^([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// plain reads the same with encoding/csv and strconv, line by line, for a row of numbers never spans two.
func plain(text string, year int) seen {
	var out seen
	lines := strings.Split(text, "\n")
	for n, line := range lines {
		r := csv.NewReader(strings.NewReader(line))
		r.FieldsPerRecord = -1
		cells, err := r.Read()
		beyond := ""
		for i, c := range cells {
			cells[i] = strings.Trim(c, " \t\u00a0")
			if i >= columns {
				beyond += c
			}
		}
		switch {
		case err == io.EOF, err == nil && strings.Join(cells, "") == "":
			continue
		case err != nil, len(cells) < columns, beyond != "", !right(cells, year):
			out.rows = append(out.rows, fmt.Sprint(n, " !"))
			continue
		}
		y, _ := strconv.Atoi(cells[colT])
		i, _ := strconv.Atoi(cells[colI])
		j, _ := strconv.Atoi(cells[colJ])
		if !strings.Contains(strings.Join(wantedCodes, " "), cells[colK]) {
			out.plain++
			continue
		}
		q := cells[colQ]
		if q == "NA" {
			q = ""
		}
		out.rows = append(out.rows, fmt.Sprintf("%d %d %d>%d %s %s %s", n, y, i, j, cells[colK], cells[colV], q))
	}
	return out
}

func right(cells []string, year int) bool {
	whole := func(s string, least, most int) bool {
		_, err := strconv.ParseUint(s, 10, 64)
		return err == nil && len(s) >= least && len(s) <= most
	}
	t, _ := strconv.Atoi(cells[colT])
	v, err1 := strconv.ParseFloat(cells[colV], 64)
	_, err2 := strconv.ParseFloat(cells[colQ], 64)
	return whole(cells[colT], 4, 9) && t >= 1000 && t <= 9999 && (year == 0 || t == year) && whole(cells[colI], 1, 9) && whole(cells[colJ], 1, 9) && whole(cells[colK], 6, 6) &&
		decimalNumber.MatchString(cells[colV]) && err1 == nil && v > 0 &&
		(cells[colQ] == "NA" || decimalNumber.MatchString(cells[colQ]) && err2 == nil)
}

// shapes are rows that are right, and rows that are wrong in one way each.
var shapes = []string{
	"2022,4,20,210610,        0.357,        0.002", "2022,842,757,261590,    57012.041,           NA", "2022,842,757,710812,1.5,NA\r",
	"2022,646,784,710812,12345678.901,1", "2022,646,784,710812,.5,0.", "2022,646,784,710812,1e+05,5E-2", "\"2022\",\"646\",784,\"710812\",\"  1.5\",\"NA\"",
	"2021,646,784,260900,1,1,,", " 2022 ,646 ,\t784,260900\u00a0,1 ,1 ", "2022,1001,4,260900,0.001,0.000", "2022,646,784,261590,0.00000001,1234567",
	"2022,646,784,261590,1.123456789012,1.123456789012", "", ",,,,,", "   ", "\r", "2022,0004,020,260900,1,1", "2022,4,20,080211,1,0",
	"2022,4,20,80211,1,1", "2022,4,20,0080211,1,1", "2022,4,20,26159a,1,1", "2022,4,20,261590,0,1", "2022,4,20,261590,0.000,1", "2022,4,20,261590,-1,1",
	"2022,4,20,261590,NA,1", "2022,4,20,261590,,1", "2022,4,20,261590,1,", "2022,4,20,261590,1,-1", "2022,4,20,261590,1,na", "2022,4,20,261590,1,NA NA",
	"2022,4,20,261590,1", "2022,4,20,261590,1,1,1", "20222,4,20,261590,1,1", "202,4,20,261590,1,1", "0202,4,20,261590,1,1", ",4,20,261590,1,1", "2022,,20,261590,1,1", "2022,4,,261590,1,1",
	"2022,4x,20,261590,1,1", "2022,4,2 0,261590,1,1", "2022,4,-20,261590,1,1", "2022,4,20,261590,1.2.3,1", "2022,4,20,261590,1 2,1", "2022,4,20,261590,0x1p4,1", "2022,4,20,261590,1_0,1",
	"2022,4,20,261590,Inf,1", "2022,4,20,261590,1e999,1", "2022,4,20,261590,1e-999,1", "2022,4,20,261590,1,1e999", "2022,4,20,261590,.,1", "2022,4,20,261590,\"1,5\",1", "2022,4,20,261590,\"1,1", "2022;4;20;261590;1;1",
	"t,i,j,k,v,q", "2022,4,20,261590,1,1\r\r", "\"\"", " \"\"", "2022,4,20,261590,1,\"1\"x",
}

func TestScanAgrees(t *testing.T) {
	text := strings.Join(shapes, "\n")
	for _, year := range []int{0, 2022} {
		want := plain(text, year)
		for _, size := range []int{longest(text), 100, 1000, chunkSize} { // chunks end at other rows
			require.Equal(t, want, fast(t, text, size, year), "year %d", year)
			require.Equal(t, want, fast(t, text+"\n", size, year), "year %d", year)
		}
		for _, s := range shapes { // what one row leaves behind is not seen in the next
			var pairs strings.Builder
			for _, o := range shapes {
				pairs.WriteString(s + "\n" + o + "\n")
			}
			require.Equal(t, plain(pairs.String(), year), fast(t, pairs.String(), chunkSize, year), s)
		}
	}
}

// longest is the length of the longest line with its end.
func longest(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		n = max(n, len(line))
	}
	return n
}

// FuzzScan compares the scanner with encoding/csv and strconv: the same rows are kept, and the same are wrong.
func FuzzScan(f *testing.F) {
	for _, s := range shapes {
		f.Add(s+"\n"+shapes[1], 2022)
	}
	f.Add(strings.Join(shapes, "\n"), 0)
	f.Fuzz(func(t *testing.T, text string, year int) {
		if strings.Count(text, "\n") < mostMarked {
			require.Equal(t, plain(text, year), fast(t, text, max(longest(text), 40), year))
		}
	})
}

// A set has its codes and no others, however many.
func TestCodes(t *testing.T) {
	for _, n := range []int{0, 1, 30, 5384, 100_000} {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("%06d", 7*i))
		}
		c := newCodes(all)
		for i := range 7*n + 7 {
			if c.have(word(fmt.Appendf(nil, "%06d", i))) != (i%7 == 0 && i/7 < n) {
				t.Fatalf("%06d of %d", i, n)
			}
		}
	}
}

// The rows come in the order of the file with their lines, however many scan, and where ever a chunk ends.
func TestScanWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	text := strings.Repeat(strings.Join(shapes[:12], "\n")+"\n", 1000) // 400 kB
	want := plain(text, 0)
	const size = 10_000
	for _, n := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(n)
		require.Equal(t, want, fast(t, text, size, 0), "%d workers", n)
	}
}
