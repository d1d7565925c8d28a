package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
	"github.com/mineralflows/mineralflows/flows"
)

// table is one kind of file of a data package.
type table struct {
	name     string
	required []string
	optional []string
}

// tables returns the tables in the order in which they are read: what others refer to comes first.
func tables() []table {
	return []table{
		{"places", []string{"place", "name"}, []string{"members", "note"}},
		{"origins", []string{"id", "producer", "title", "published"}, []string{"version", "accessed", "url", "license", "spread", "bias", "complete", "note"}},
		{"claims", []string{"mineral", "period", "from", "to", "amount", "basis", "origin"}, []string{"channel", "part", "reporter", "of", "spread", "evidence", "locator", "scenario", "note"}},
		{"rates", []string{"mineral", "of", "per", "value", "origin"}, []string{"place", "period", "part", "independent", "locator", "scenario", "note"}},
		{"corridors", []string{"mineral", "from", "to", "origin"}, []string{"note"}},
		{"events", []string{"date", "title", "origin"}, []string{"place", "mineral"}},
		{"published", []string{"id", "who", "published", "mineral", "what", "origin"}, []string{"from", "to", "period", "amount", "basis", "method", "locator", "note"}},
		{"scenarios", []string{"scenario", "action"}, []string{"target", "value", "who", "note"}},
	}
}

func tableNames() []string {
	var names []string
	for _, t := range tables() {
		names = append(names, t.name)
	}
	return names
}

// row is one row of a table, with what was found wrong in it.
type row struct {
	pos     flows.Pos
	columns map[string]int
	cells   []string
	errs    []error
	drop    bool // it rests on something that has an error of its own
}

// cell returns the text of a column without the space around it, "" where the table has no such column.
func (r *row) cell(column string) string {
	i, ok := r.columns[column]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

// need returns the text of a column that may not be empty.
func (r *row) need(column string) string {
	s := r.cell(column)
	if s == "" {
		r.fail(column, ErrEmptyCell)
	}
	return s
}

func (r *row) fail(column string, err error) {
	value := ""
	if i, ok := r.columns[column]; ok {
		value = r.cells[i]
	}
	r.errs = append(r.errs, &RowError{r.pos, column, value, err})
}

func (r *row) bad() bool { return len(r.errs) > 0 }

// tableReader reads the rows of one file.
type tableReader struct {
	file    string // as positions name it
	csv     *delimited.Reader
	comma   byte
	columns map[string]int
	width   int
	close   func() error
}

// openTable opens one file of a table and reads its header. Errors come with their position.
func openTable(ctx context.Context, fsys fs.FS, prefix, file string, t table, res *resource, encoding string) (*tableReader, []error) {
	at := func(line int, err error) []error {
		if ctx.Err() != nil {
			return []error{ctx.Err()}
		}
		return []error{&RowError{Pos: flows.Pos{File: prefix + file, Line: line}, Err: err}}
	}
	text, err := delimited.DecoderFor(encoding)
	if err != nil {
		return nil, at(0, err)
	}
	in, done, err := delimited.OpenChecked(ctx, fsys, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, at(0, fmt.Errorf("%w: the resource %q of %s lists it: %w", ErrTable, t.name, descriptorName, err))
	case err != nil:
		return nil, at(0, err)
	}
	r := &tableReader{file: prefix + file, csv: delimited.NewReader(in, res.comma(), text), comma: res.comma(), close: done}
	if errs := r.header(ctx, t); len(errs) > 0 {
		done()
		return nil, errs
	}
	return r, nil
}

// header reads the first row and finds everything that is wrong with it.
func (r *tableReader) header(ctx context.Context, t table) []error {
	read, err := r.csv.Read()
	line, cells := read.Line, read.Strings()
	at := func(err error) error { return &RowError{Pos: flows.Pos{File: r.file, Line: max(line, 1)}, Err: err} }
	all := append(slices.Clone(t.required), t.optional...)
	switch {
	case ctx.Err() != nil:
		return []error{ctx.Err()}
	case err == io.EOF:
		line = 1
		return []error{at(fmt.Errorf("%w: the file is empty: its first row names the columns, of which %s are required", ErrShape, strings.Join(t.required, ", ")))}
	case err != nil:
		return []error{at(err)}
	}
	if len(cells) == 1 && r.comma == ',' && strings.ContainsAny(cells[0], ";\t") {
		return []error{at(fmt.Errorf("%w: the cells are parted by %q: save the file with commas, or give the resource a \"dialect\": {\"delimiter\": ...}",
			ErrColumn, cells[0][strings.IndexAny(cells[0], ";\t")]))}
	}
	var errs []error
	r.columns, r.width = map[string]int{}, len(cells)
	for i, name := range cells {
		name = strings.TrimSpace(name)
		_, twice := r.columns[name]
		switch {
		case twice:
			errs = append(errs, at(fmt.Errorf("%w: %q stands twice", ErrColumn, name)))
		case !slices.Contains(all, name):
			errs = append(errs, at(fmt.Errorf("%w: %q is no column of the table %s; %s", ErrColumn, name, t.name, suggest(name, all))))
		}
		r.columns[name] = i
	}
	for _, name := range t.required {
		if _, ok := r.columns[name]; !ok {
			errs = append(errs, at(fmt.Errorf("%w: no column %q; the table %s needs %s", ErrColumn, name, t.name, strings.Join(t.required, ", "))))
		}
	}
	return errs
}

// next returns the next row; io.EOF behind the last; a *RowError for a row that cannot be read, with goOn where the next one can be.
func (r *tableReader) next() (_ *row, goOn bool, _ error) {
	read, err := r.csv.Read()
	pos := flows.Pos{File: r.file, Line: read.Line}
	var bad *delimited.ShapeError
	switch {
	case err == io.EOF, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil, false, err
	case errors.As(err, &bad):
		pos.Line = bad.Line
		return nil, true, &RowError{Pos: pos, Err: err}
	case err != nil:
		return nil, false, &RowError{Pos: pos, Err: err}
	}
	cells := read.Strings()
	if len(cells) != r.width {
		return nil, true, &RowError{Pos: pos, Err: fmt.Errorf("%w: %d cells where the header has %d; a cell that holds a %q stands in quotes", ErrShape, len(cells), r.width, r.comma)}
	}
	if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return nil, true, &RowError{Pos: pos, Err: fmt.Errorf("%w: an empty row: delete the line", ErrShape)}
	}
	w := &row{pos: pos, columns: r.columns, cells: cells}
	if read.Valid() {
		return w, true, nil
	}
	for name, i := range r.columns {
		if c, isBad := delimited.BadUTF8(cells[i]); isBad {
			w.fail(name, fmt.Errorf("%w: the byte %#x is not UTF-8: save the file as CSV UTF-8, or name its encoding (\"windows-1252\") in %s", ErrEncoding, c, descriptorName))
		}
	}
	slices.SortFunc(w.errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return w, true, nil
}
