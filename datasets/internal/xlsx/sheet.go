package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// Kind is what a cell holds.
type Kind int8

// The kinds. A cell that shows nothing is Empty, also where it holds a format or an empty string.
const (
	Empty      Kind = iota
	Number          // Text as the workbook stores it, such as 1799.62916666667 or 30.411000000000001: it is not rounded to what is shown
	Date            // a number that its format shows as a date or a time, or a date in ISO 8601: see Time. A year can be one, too
	String          // Text as written, with its blanks
	Bool            // Text is TRUE or FALSE
	ErrorValue      // Text is #N/A, #REF! ...
	Formula         // a formula whose value was not stored with it: open the workbook in a spreadsheet program and save it
)

// Cell is one cell. Of a merged range the first cell holds the value, the others are empty.
type Cell struct {
	Kind Kind
	Text string
}

// Row is a row of which a cell shows something. Number counts from 1, as spreadsheets do. Cells are by column, from A to the last that
// shows something; those between are Empty. The slice holds until the next row.
type Row struct {
	Number int
	Cells  []Cell
}

// Cell returns the cell of a column, counted from 0; Empty behind the last.
func (r Row) Cell(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// Rows reads a sheet, named as in Sheets, row by row. Rows that show nothing are left out. An error ends the reading: an *Error with
// the sheet and the row, or ctx.Err(). That a part's bytes are whole is known at its end only: an error can come behind the last row.
func (w *Workbook) Rows(ctx context.Context, sheet string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		r := sheetReader{w: w, cells: make([]Cell, 0, 64)}
		err := r.open(ctx, sheet)
		if err == nil {
			defer r.scan.close()
			err = r.rows(ctx, yield)
		}
		switch {
		case err == nil || err == errStopped:
		case ctx.Err() != nil:
			yield(Row{}, ctx.Err())
		default:
			yield(Row{}, &Error{Sheet: sheet, Row: r.row, Err: err})
		}
	}
}

// errStopped says that the reader wants no more.
var errStopped = fmt.Errorf("stopped")

type sheetReader struct {
	w     *Workbook
	scan  *scanner
	root  element
	row   int
	cells []Cell // zero but for those in used
	used  []int
	last  int // the last column read
	buf   []byte
}

func (r *sheetReader) open(ctx context.Context, name string) error {
	sheet, err := r.w.sheet(name)
	if err != nil {
		return err
	}
	if sheet.part == "" {
		return fmt.Errorf("%w: it does not say where this sheet is stored", ErrDamaged)
	}
	if r.scan, err = r.w.scanWith(ctx, sheet.part, r.w.limits.sheet); err != nil {
		return err
	}
	if r.root, err = r.scan.root("worksheet"); err != nil {
		r.scan.close()
	}
	return err
}

func (r *sheetReader) rows(ctx context.Context, yield func(Row, error) bool) error {
	for {
		e, more, err := r.scan.child(r.root)
		switch {
		case err != nil:
			return err
		case !more:
			return r.scan.drain()
		case e.Name.Local != "sheetData":
			if err := r.scan.skip(e); err != nil {
				return err
			}
			continue
		}
		for {
			e, more, err := r.scan.child(e)
			switch {
			case err != nil:
				return err
			case !more:
				return r.scan.drain()
			case e.Name.Local != "row":
				if err := r.scan.skip(e); err != nil {
					return err
				}
				continue
			}
			if err := r.readRow(e); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if cells := r.shown(); len(cells) > 0 && !yield(Row{r.row, cells}, nil) {
				return errStopped
			}
		}
	}
}

// shown returns the cells of the row up to the last that shows something.
func (r *sheetReader) shown() []Cell {
	end := 0
	for _, i := range r.used {
		end = max(end, i+1)
	}
	return r.cells[:end]
}

func (r *sheetReader) readRow(row element) error {
	number, text := r.row+1, attribute(row, "r")
	if text != "" {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		switch {
		case err != nil || n < 1:
			return fmt.Errorf("%w: %q is no number of a row", ErrDamaged, text)
		case n <= r.row:
			return fmt.Errorf("%w: row %d stands behind row %d", ErrDamaged, n, r.row)
		}
		number = n
	}
	if number > mostRows {
		return fmt.Errorf("%w: a row %d; a sheet has %d", ErrLimit, number, mostRows)
	}
	r.row, r.last = number, -1
	for _, i := range r.used { // not all of them: a row can have 16,384, and a million rows one at its end
		r.cells[i] = Cell{}
	}
	r.used = r.used[:0]
	for {
		e, more, err := r.scan.child(row)
		if err != nil || !more {
			return err
		}
		if e.Name.Local != "c" {
			if err := r.scan.skip(e); err != nil {
				return err
			}
			continue
		}
		if err := r.readCell(e); err != nil {
			return err
		}
	}
}

// readCell reads a cell and puts it in its column.
func (r *sheetReader) readCell(c element) error {
	var ref, kind, style string
	for i := range c.Attr {
		switch a := &c.Attr[i]; {
		case a.Name.Space != "":
		case a.Name.Local == "r":
			ref = a.Value
		case a.Name.Local == "t":
			kind = a.Value
		case a.Name.Local == "s":
			style = a.Value
		}
	}
	column, err := r.column(ref)
	if err != nil {
		return err
	}
	cell, err := r.content(c, kind, style)
	if err != nil {
		return fmt.Errorf("cell %s: %w", ColumnName(column)+strconv.Itoa(r.row), err)
	}
	if cell.Kind == Empty {
		return nil
	}
	for len(r.cells) <= column {
		r.cells = append(r.cells, Cell{})
	}
	if r.cells[column].Kind != Empty {
		return fmt.Errorf("%w: the cell %s stands in it twice", ErrDamaged, ColumnName(column)+strconv.Itoa(r.row))
	}
	r.cells[column] = cell
	r.used = append(r.used, column)
	return nil
}

// column is where a cell stands: where it says, else behind the one before it.
func (r *sheetReader) column(ref string) (int, error) {
	column := r.last + 1
	if ref != "" {
		var digits string
		column, digits = columnOf(ref)
		if row, err := strconv.Atoi(digits); column < 0 || err != nil || row != r.row {
			return 0, fmt.Errorf("%w: a cell %q in row %d", ErrDamaged, ref, r.row)
		}
	}
	if column >= mostColumns {
		return 0, fmt.Errorf("%w: more than %d columns", ErrLimit, mostColumns)
	}
	r.last = column
	return column, nil
}

// content reads what is in a cell.
func (r *sheetReader) content(c element, kind, style string) (Cell, error) {
	text := r.buf[:0]
	value, inline, formula := false, false, false
	for {
		e, more, err := r.scan.child(c)
		if err != nil {
			return Cell{}, err
		}
		if !more {
			break
		}
		switch {
		case e.Name.Local == "v" && !inline:
			value = true
			text, err = r.scan.text(e, text[:0])
		case e.Name.Local == "is":
			inline = true
			text, err = r.scan.richText(e, text[:0], false)
		default:
			formula = formula || e.Name.Local == "f"
			err = r.scan.skip(e)
		}
		if err != nil {
			return Cell{}, err
		}
	}
	r.buf = text
	switch {
	case inline:
		return stringCell(string(text)), nil
	case formula && (!value || len(text) == 0 && kind != "str"):
		return Cell{Kind: Formula}, nil
	case !value:
		return Cell{}, nil
	case kind == "str", kind == "inlineStr":
		return stringCell(string(unescape(text))), nil
	}
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return Cell{}, nil
	}
	switch kind {
	case "", "n":
		if r.w.isDate(style) {
			return Cell{Date, string(text)}, nil
		}
		return Cell{Number, string(text)}, nil
	case "s":
		i, err := strconv.Atoi(string(text))
		if s, ok := r.w.strings.at(i); err == nil && ok {
			return stringCell(s), nil
		}
		return Cell{}, fmt.Errorf("%w: it refers to the string %q; there are %d", ErrDamaged, text, len(r.w.strings.ends))
	case "b":
		if isTrue(string(text)) {
			return Cell{Bool, "TRUE"}, nil
		}
		return Cell{Bool, "FALSE"}, nil
	case "e":
		return Cell{ErrorValue, string(text)}, nil
	case "d":
		return Cell{Date, string(text)}, nil
	}
	return Cell{}, fmt.Errorf("%w: a cell of the unknown type %q", ErrDamaged, kind)
}

func stringCell(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{String, s}
}
