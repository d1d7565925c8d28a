package delimited

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// filter is what Read passes over.
type filter struct {
	column, width int
	want          func(cell []byte) bool
	passed        int
}

// Want makes Read pass over rows whose cell in the given column is not wanted, without decoding or splitting them: of a file of all
// commodities a few lines in a hundred are of interest. Only rows of sound shape are passed over, which is width cells without quotes,
// but for empty cells behind them; any other row is returned by Read as if there were no filter. The cell that want sees is not decoded.
func (r *Reader) Want(column, width int, want func(cell []byte) bool) {
	r.filter = filter{column: column, width: width, want: want}
}

// Passed returns how many rows Read has passed over since Passed was called last.
func (r *Reader) Passed() int {
	n := r.filter.passed
	r.filter.passed = 0
	return n
}

// passes reports whether the line is a sound row that nobody wants.
func (f *filter) passes(line []byte, comma byte) bool {
	if f.want == nil || bytes.IndexByte(line, '"') >= 0 || bytes.IndexByte(line, '\r') >= 0 {
		return false
	}
	cells := bytes.Count(line, []byte{comma}) + 1
	end := len(line)
	for ; cells > f.width && end > 0 && line[end-1] == comma; cells-- {
		end--
	}
	if cells != f.width {
		return false
	}
	cell := line[startOf(line, comma, f.column):end]
	if i := bytes.IndexByte(cell, comma); i >= 0 {
		cell = cell[:i]
	}
	if f.want(cell) {
		return false
	}
	f.passed++
	return true
}

// startOf is where the cell behind the first n commas starts; the line has as many. It counts commas eight bytes at a time, for a
// search from comma to comma takes as long as all the rest of a row.
func startOf(line []byte, comma byte, n int) int {
	const low, high = 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
	commas := 0x0101010101010101 * uint64(comma)
	i := 0
	for ; n > 0 && i+8 <= len(line); i += 8 {
		word := binary.LittleEndian.Uint64(line[i:]) ^ commas // a comma is a zero byte
		zeros := ^((word & low) + low | word) & high
		if found := bits.OnesCount64(zeros); found < n {
			n -= found
			continue
		}
		for ; n > 1; n-- {
			zeros &= zeros - 1
		}
		return i + bits.TrailingZeros64(zeros)/8 + 1
	}
	for ; n > 0; i++ {
		if line[i] == comma {
			n--
		}
	}
	return i
}
