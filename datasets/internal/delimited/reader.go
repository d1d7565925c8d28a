// Package delimited reads tables of text: rows of cells parted by commas, tabs or semicolons, from files that may be packed with gzip,
// start with a byte order mark, or be in an encoding of Western Europe. It reads row by row in bounded memory and says which line is
// wrong.
package delimited

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// What can be wrong with a table before any of its cells is read.
var (
	ErrShape    = errors.New("bad row")
	ErrEncoding = errors.New("bad encoding")
)

// mostInRow is how many bytes a row may hold. The longest note in the built-in dataset has some thousand.
const mostInRow = 1 << 20

// Reader reads rows of RFC 4180, with LF or CRLF, one at a time and in bounded memory.
//
// Note: encoding/csv was dropped here. It keeps a line, or a quoted cell that is never closed, whole in memory however long it is,
// and after a stray quote it may swallow the rows that follow.
type Reader struct {
	in    *bufio.Reader
	comma byte
	text  Decoder
	line  int // the last line read
	long  []byte
	row   Row

	filter filter
}

// NewReader returns a reader of the rows of in, with cells parted by comma and lines decoded by text.
func NewReader(in *bufio.Reader, comma byte, text Decoder) *Reader {
	return &Reader{in: in, comma: comma, text: text}
}

// Row is one row. It holds until the next one is read.
type Row struct {
	Line int // where it starts
	text []byte
	ends []int // where each cell ends in text
}

// Len is the number of cells.
func (r *Row) Len() int { return len(r.ends) }

// Bytes is cell i as it stands in the file, decoded. The slice holds until the next row is read.
func (r *Row) Bytes(i int) []byte {
	start := 0
	if i > 0 {
		start = r.ends[i-1]
	}
	return r.text[start:r.ends[i]]
}

// Strings returns all cells as copies that stay.
func (r *Row) Strings() []string {
	text := string(r.text)
	out := make([]string, len(r.ends))
	start := 0
	for i, end := range r.ends {
		out[i] = text[start:end]
		start = end
	}
	return out
}

// Valid reports whether the row is UTF-8.
func (r *Row) Valid() bool { return utf8.Valid(r.text) }

// ShapeError says that one row cannot be read; the next one can.
type ShapeError struct {
	Line int
	Err  error
}

func (e *ShapeError) Error() string { return e.Err.Error() }
func (e *ShapeError) Unwrap() error { return e.Err }

func shape(line int, format string, args ...any) error {
	return &ShapeError{line, fmt.Errorf("%w: "+format, append([]any{ErrShape}, args...)...)}
}

// Line is the last line that was read.
func (r *Reader) Line() int { return r.line }

// Read returns the next row that is not empty. It returns io.EOF behind the last one, a *ShapeError for a row that cannot be read, and
// any other error where reading cannot go on; the row then has the line that the error is about.
func (r *Reader) Read() (*Row, error) {
	row := &r.row
	row.text, row.ends = row.text[:0], row.ends[:0]
	open := false
	for {
		text, err := r.readLine()
		if !open && err == nil && r.filter.passes(text, r.comma) {
			continue
		}
		text = r.text.decode(text)
		if !open {
			row.Line = r.line
		}
		switch {
		case err == io.EOF && open:
			return row, shape(row.Line, "a quote is opened and never closed")
		case errors.Is(err, errLong) && open:
			return row, fmt.Errorf("%w: a quote is opened and not closed within %d bytes", ErrShape, mostInRow)
		case err != nil:
			return row, err
		}
		if !open && len(text) == 0 {
			continue
		}
		if len(row.text)+len(text) > mostInRow {
			return row, fmt.Errorf("%w: a quote is opened and not closed within %d bytes", ErrShape, mostInRow)
		}
		if open, err = r.split(text, open); err != nil {
			return row, err
		}
		if !open {
			return row, nil
		}
	}
}

// split appends the cells of one line to the row. It reports whether the line ends inside quotes.
func (r *Reader) split(line []byte, open bool) (bool, error) {
	i := 0
	for {
		if !open {
			if i >= len(line) || line[i] != '"' {
				end := bytes.IndexByte(line[i:], r.comma)
				last := end < 0
				if last {
					end = len(line) - i
				}
				cell := line[i : i+end]
				if bytes.IndexByte(cell, '\r') >= 0 {
					return false, bareReturn(r.line)
				}
				if bytes.IndexByte(cell, '"') >= 0 {
					return false, shape(r.line, "a quote inside a cell: put the cell in quotes and write its quotes twice")
				}
				r.row.text = append(r.row.text, cell...)
				r.row.ends = append(r.row.ends, len(r.row.text))
				if last {
					return false, nil
				}
				i += end + 1
				continue
			}
			i++
		}
		open = true
		end := bytes.IndexByte(line[i:], '"')
		if end < 0 {
			r.row.text = append(append(r.row.text, line[i:]...), '\n')
			return true, nil
		}
		r.row.text = append(r.row.text, line[i:i+end]...)
		i += end + 1
		switch {
		case i < len(line) && line[i] == '"':
			r.row.text = append(r.row.text, '"')
			i++
			continue
		case i == len(line):
			r.row.ends = append(r.row.ends, len(r.row.text))
			return false, nil
		case line[i] == '\r':
			return false, bareReturn(r.line)
		case line[i] != r.comma:
			return false, shape(r.line, "text behind a closing quote: write the quotes inside a cell twice")
		}
		r.row.ends = append(r.row.ends, len(r.row.text))
		i++
		open = false
	}
}

// bareReturn says what is wrong with a file whose lines end as those of old Macs did: all of it is one line.
func bareReturn(line int) error {
	return shape(line, "a bare carriage return: save the file with LF or CRLF line ends")
}

var errLong = fmt.Errorf("%w: a line of more than %d bytes: has the file lost its line ends?", ErrShape, mostInRow)

// readLine returns the next line without its end, as it stands in the file. The slice holds until the next call.
func (r *Reader) readLine() ([]byte, error) {
	r.long = r.long[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.long)+len(part) > mostInRow {
			r.line++
			return nil, errLong
		}
		switch {
		case err == bufio.ErrBufferFull:
			r.long = append(r.long, part...)
			continue
		case err == io.EOF && len(part)+len(r.long) == 0:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			r.line++
			return nil, err
		}
		if len(r.long) > 0 {
			part = append(r.long, part...)
			r.long = part
		}
		r.line++
		part = bytes.TrimSuffix(part, []byte("\n"))
		part = bytes.TrimSuffix(part, []byte("\r"))
		return part, nil
	}
}

// BadUTF8 returns the first byte of s that is no part of UTF-8.
func BadUTF8(s string) (byte, bool) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return s[i], true
		}
		i += n
	}
	return 0, false
}
