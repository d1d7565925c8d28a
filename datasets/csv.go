package datasets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// mostInRow is how many bytes a row may hold. The longest note in the built-in dataset has some thousand.
const mostInRow = 1 << 20

// csvReader reads rows of RFC 4180, with LF or CRLF, one at a time and in bounded memory.
//
// Note: encoding/csv was dropped here. It keeps a line, or a quoted cell that is never closed, whole in memory however long it is,
// and after a stray quote it may swallow the rows that follow.
type csvReader struct {
	in    *bufio.Reader
	comma byte
	text  decoder
	line  int // the last line read
	long  []byte
	row   []byte
	ends  []int // where each cell ends in row
}

// shapeError says that one row cannot be read; the next one can.
type shapeError struct {
	line int
	err  error
}

func (e *shapeError) Error() string { return e.err.Error() }
func (e *shapeError) Unwrap() error { return e.err }

func shape(line int, format string, args ...any) error {
	return &shapeError{line, fmt.Errorf("%w: "+format, append([]any{ErrShape}, args...)...)}
}

// read returns the next row that is not empty and the line it starts on. It returns io.EOF behind the last one, a *shapeError for a
// row that cannot be read, and any other error where reading cannot go on.
func (r *csvReader) read() (cells []string, line int, err error) {
	r.row, r.ends = r.row[:0], r.ends[:0]
	first, open := 0, false
	for {
		text, err := r.readLine()
		switch {
		case err == io.EOF && open:
			return nil, first, shape(first, "a quote is opened and never closed")
		case errors.Is(err, errLong) && open:
			return nil, first, fmt.Errorf("%w: a quote is opened and not closed within %d bytes", ErrShape, mostInRow)
		case errors.Is(err, errLong):
			return nil, r.line, err
		case err != nil:
			return nil, r.line, err
		}
		if !open {
			if len(text) == 0 {
				continue
			}
			first = r.line
		}
		if len(r.row)+len(text) > mostInRow {
			return nil, first, fmt.Errorf("%w: a quote is opened and not closed within %d bytes", ErrShape, mostInRow)
		}
		if open, err = r.split(text, open); err != nil {
			return nil, first, err
		}
		if !open {
			return r.cells(), first, nil
		}
	}
}

// split appends the cells of one line to the row. It reports whether the line ends inside quotes.
func (r *csvReader) split(line []byte, open bool) (bool, error) {
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
				if bytes.IndexByte(cell, '"') >= 0 {
					return false, shape(r.line, "a quote inside a cell: put the cell in quotes and write its quotes twice")
				}
				if bytes.IndexByte(cell, '\r') >= 0 {
					return false, shape(r.line, "a bare carriage return: save the file with LF or CRLF line ends")
				}
				r.row = append(r.row, cell...)
				r.ends = append(r.ends, len(r.row))
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
			r.row = append(append(r.row, line[i:]...), '\n')
			return true, nil
		}
		r.row = append(r.row, line[i:i+end]...)
		i += end + 1
		switch {
		case i < len(line) && line[i] == '"':
			r.row = append(r.row, '"')
			i++
			continue
		case i == len(line):
			r.ends = append(r.ends, len(r.row))
			return false, nil
		case line[i] != r.comma:
			return false, shape(r.line, "text behind a closing quote: write the quotes inside a cell twice")
		}
		r.ends = append(r.ends, len(r.row))
		i++
		open = false
	}
}

func (r *csvReader) cells() []string {
	text := string(r.row)
	out := make([]string, len(r.ends))
	start := 0
	for i, end := range r.ends {
		out[i] = text[start:end]
		start = end
	}
	return out
}

var errLong = fmt.Errorf("%w: a line of more than %d bytes: has the file lost its line ends?", ErrShape, mostInRow)

// readLine returns the next line without its end, decoded. The slice holds until the next call.
func (r *csvReader) readLine() ([]byte, error) {
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
		return r.text.decode(part), nil
	}
}

// badUTF8 returns the first byte of s that is no part of UTF-8.
func badUTF8(s string) (byte, bool) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return s[i], true
		}
		i += n
	}
	return 0, false
}
