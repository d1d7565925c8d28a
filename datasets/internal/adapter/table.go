package adapter

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
	"github.com/mineralflows/mineralflows/flows"
)

// Format is what is known of a table before it is read. Its encoding is detected: UTF-8, with or without a byte order mark, or else
// Windows-1252. Rows of empty cells only are passed over.
type Format struct {
	Comma    byte     // what parts the cells; 0: the tab, comma or semicolon that stands most often in the header
	Required []string // columns that must be there, in any case
	Wanted   *Wanted  // nil: every row
}

// Wanted is which rows of a table of everything are of interest, told by one cell. All others are counted as dropped without being looked
// at, but for the number of their cells: that is ten times as fast, and allocates nothing.
type Wanted struct {
	Column string                 // one of the required columns
	Want   func(cell []byte) bool // the cell as it stands in the file; it may say yes to what is dropped later
	Reason string                 // why the others are dropped: "other commodity"
}

// Header finds columns by name, without regard to case and to the space around them.
type Header struct {
	Names []string // as written, trimmed
	at    map[string]int
	twice []string // names that two columns bear
}

// NewHeader returns the header of a row of names. Of two columns of one name the first is found; a table with such is refused.
func NewHeader(names []string) Header {
	h := Header{at: map[string]int{}}
	for i, n := range names {
		n = Trim(n)
		h.Names = append(h.Names, n)
		switch _, twice := h.at[strings.ToLower(n)]; {
		case n == "": // publishers pad their headers
		case twice:
			h.twice = append(h.twice, n)
		default:
			h.at[strings.ToLower(n)] = i
		}
	}
	return h
}

// Find returns the column of the first of the names that there is, -1 for none.
func (h Header) Find(names ...string) int {
	for _, n := range names {
		if i, ok := h.at[strings.ToLower(n)]; ok {
			return i
		}
	}
	return -1
}

// Trim takes the white space off both ends of a cell, no-break spaces included.
func Trim(s string) string { return strings.Trim(s, " \t\r\n\u00a0") }

// Cells is one row of a table. It holds until the next one is read.
type Cells struct {
	run    *Run
	header Header
	row    *delimited.Row
	Pos    flows.Pos
}

// Bytes is the cell of a column, nil where the table has no such column (-1) or the row ends before it.
func (c *Cells) Bytes(column int) []byte {
	if column < 0 || column >= c.row.Len() {
		return nil
	}
	return bytes.Trim(c.row.Bytes(column), " \t\u00a0")
}

// Text is the cell of a column as a copy, trimmed; "" where the table has no such column.
func (c *Cells) Text(column int) string { return string(c.Bytes(column)) }

// Raw is the cell as written.
func (c *Cells) Raw(column int) string {
	if column < 0 || column >= c.row.Len() {
		return ""
	}
	return string(c.row.Bytes(column))
}

// Column is the name of a column.
func (c *Cells) Column(column int) string {
	if column < 0 || column >= len(c.header.Names) {
		return ""
	}
	return c.header.Names[column]
}

// Bad reports what is wrong with the cell of a column.
func (c *Cells) Bad(column int, err error) {
	c.run.Bad(c.Pos, c.Column(column), c.Raw(column), err)
}

// Table reads a table of text. bind is given the header and returns what is called for each row; it returns nil, having reported why,
// where the table cannot be used.
func (r *Run) Table(f File, format Format, bind func(Header) func(*Cells)) {
	in, file, err := r.Text(f)
	if err != nil {
		r.Fail(f.Pos(0), err)
		return
	}
	defer file.Close()
	r.TableOf(f, in, format, bind)
}

// TableOf reads a table as Table does from a file that is open already, at its first row.
func (r *Run) TableOf(f File, in *bufio.Reader, format Format, bind func(Header) func(*Cells)) {
	comma := format.Comma
	if comma == 0 {
		head, _ := in.Peek(4096)
		comma = commaOf(head)
	}
	rows := delimited.NewReader(in, comma, delimited.Detect())
	first, err := rows.Read()
	switch {
	case err == io.EOF:
		r.Fail(f.Pos(1), fmt.Errorf("%w: the file is empty", datasets.ErrShape))
		return
	case err != nil:
		r.Fail(f.Pos(first.Line), err)
		return
	}
	header := NewHeader(first.Strings())
	if missing := header.missing(format.Required); len(missing) > 0 {
		advice := ""
		if len(missing) == len(format.Required) {
			advice = ": is it a file of another format, or without its header? Take it out of the folder, or put the header in its first line"
		}
		r.Fail(f.Pos(first.Line), fmt.Errorf("%w: no column %s among %s%s", datasets.ErrColumn, strings.Join(missing, ", "), listed(header.Names), advice))
		return
	}
	if len(header.twice) > 0 {
		r.Fail(f.Pos(first.Line), fmt.Errorf("%w: two columns have the name %s: keep one of them", datasets.ErrColumn, listed(header.twice)))
		return
	}
	use := bind(header)
	if use == nil {
		return
	}
	cells := &Cells{run: r, header: header}
	reason := ""
	if w := format.Wanted; w != nil {
		rows.Want(header.Find(w.Column), len(header.Names), w.Want)
		reason = w.Reason
	}
	for !r.done {
		row, err := rows.Read()
		r.Rows(rows.Passed(), reason)
		var bad *delimited.ShapeError
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &bad):
			r.Row()
			r.Bad(f.Pos(bad.Line), "", "", err)
		case err != nil:
			r.Fail(f.Pos(row.Line), err)
			return
		case empty(row):
		default:
			r.Row()
			if r.done {
				return
			}
			cells.row, cells.Pos = row, f.Pos(row.Line)
			if fault := misfit(row, len(header.Names)); fault != nil {
				r.Bad(cells.Pos, "", "", fault)
				break
			}
			if !row.Valid() {
				cells.undecoded()
				break
			}
			use(cells)
		}
		if r.GaveUp(f.Pos(rows.Line())) {
			return
		}
	}
}

// undecoded reports the cells that are neither UTF-8 nor Windows-1252.
func (c *Cells) undecoded() {
	for i := range c.row.Len() {
		if b, bad := delimited.BadUTF8(c.Raw(i)); bad {
			c.Bad(i, fmt.Errorf("%w: the byte %#x is neither UTF-8 nor Windows-1252", datasets.ErrEncoding, b))
		}
	}
}

// misfit says what is wrong with the number of cells. Publishers pad rows with empty cells beyond the header.
func misfit(row *delimited.Row, width int) error {
	n := row.Len()
	for n > width && len(row.Bytes(n-1)) == 0 {
		n--
	}
	if n == width {
		return nil
	}
	return fmt.Errorf("%w: %d cells where the header has %d", datasets.ErrShape, row.Len(), width)
}

func empty(row *delimited.Row) bool {
	for i := range row.Len() {
		if len(bytes.TrimSpace(row.Bytes(i))) > 0 {
			return false
		}
	}
	return true
}

func (h Header) missing(required []string) []string {
	var out []string
	for _, n := range required {
		if h.Find(n) < 0 {
			out = append(out, n)
		}
	}
	return out
}

// listed shows the names that a header has, not all of a file that has lost its line ends.
func listed(names []string) string {
	const most = 12
	var out []string
	for _, n := range names {
		if n = Trim(n); n != "" {
			out = append(out, strings.ToValidUTF8(n[:min(len(n), 40)], ""))
		}
	}
	if len(out) > most {
		return strings.Join(out[:most], ", ") + fmt.Sprintf(" and %d more", len(out)-most)
	}
	return strings.Join(out, ", ")
}

// commaOf is what parts the cells of a header.
func commaOf(head []byte) byte {
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	best := byte(',')
	for _, c := range []byte{'\t', ';'} {
		if bytes.Count(head, []byte{c}) > bytes.Count(head, []byte{best}) {
			best = c
		}
	}
	return best
}
