package comtrade

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
	"github.com/mineralflows/mineralflows/flows"
)

// answer reads one answer of the API: an object with the rows in data, the number of them in count, and what went wrong in error. It reads row
// by row, so that memory does not grow with the file.
type answer struct {
	*reading
	file    adapter.File
	vintage trade.Vintage
	text    *adapter.JSON
	row     jsonRow
	rows    int
	hasData bool
	count   int // -1: not stated
}

func (p *reading) json(f adapter.File, in *bufio.Reader, v trade.Vintage) {
	a := &answer{reading: p, file: f, vintage: v, text: adapter.NewJSON(in, "answer of UN Comtrade"), count: -1}
	a.row.answer = a
	if err := a.read(); err != nil && !p.run.Done() {
		p.run.Fail(f.Pos(a.rows), adapter.ExplainJSON(err))
	}
}

func (a *answer) read() error {
	if err := a.text.Open('{', "the answer is no JSON object with the list data"); err != nil {
		return err
	}
	for a.text.More() {
		key, err := a.text.Token()
		if err != nil {
			return err
		}
		switch strings.ToLower(fmt.Sprint(key)) {
		case "data":
			if err := a.text.Open('[', "data is no list of rows"); err != nil {
				return err
			}
			if err := a.list(); err != nil || a.run.Done() {
				return err
			}
		case "count":
			var n *int
			if err := a.text.Decode(&n); err != nil {
				return err
			}
			if n != nil {
				a.count = *n
			}
		case "error":
			if err := a.complaint(); err != nil {
				return err
			}
		case "validation", "dataset":
			return fmt.Errorf("%w: an answer of the API before 2022 (validation, dataset; rtCode, ptCode, rgCode): its codes and units are others; ask version 1 for the data",
				datasets.ErrShape)
		case "results":
			return fmt.Errorf("%w: a reference list (results), no data", datasets.ErrShape)
		default:
			if err := a.text.Decode(&a.row.raw); err != nil {
				return err
			}
		}
	}
	if _, err := a.text.Token(); err != nil {
		return err
	}
	return a.whole()
}

// whole checks the answer against what it says of itself.
func (a *answer) whole() error {
	switch {
	case !a.hasData:
		return fmt.Errorf("%w: no list data: this is no answer of UN Comtrade's API, version 1", datasets.ErrShape)
	case a.count > a.rows:
		return fmt.Errorf("%w: count says %d rows and data has %d: the answer is not whole (countOnly?)", datasets.ErrShape, a.count, a.rows)
	}
	if _, err := a.text.Token(); err != io.EOF {
		return fmt.Errorf("%w: text behind the answer: one answer a file", datasets.ErrShape)
	}
	return nil
}

// complaint reads the text in error, which is empty where all is well.
func (a *answer) complaint() error {
	var text any
	if err := a.text.Decode(&text); err != nil {
		return err
	}
	if text == nil || text == "" {
		return nil
	}
	s := strings.ToValidUTF8(fmt.Sprint(text), "")
	return fmt.Errorf("UN Comtrade answered with an error: %q", s[:min(len(s), 200)])
}

// list reads the rows.
func (a *answer) list() error {
	a.hasData = true
	for a.text.More() && !a.run.Done() {
		a.rows++
		if err := a.text.Decode(&a.row.raw); err != nil {
			return err
		}
		err := a.row.split()
		switch {
		case a.row.has["fileUrl"]:
			return fmt.Errorf("%w: a list of bulk files (fileUrl), not the data: download the files that it names", datasets.ErrShape)
		case a.row.has["flowCategory"]:
			return errTariffLines
		}
		a.run.Row()
		if a.run.Done() {
			return nil
		}
		pos, missing := a.file.Pos(a.rows), a.row.missing()
		switch {
		case err != nil:
			a.run.Bad(pos, "", "", err)
		case missing != "":
			a.run.Bad(pos, "", "", fmt.Errorf("%w: row %d of data has no %s", datasets.ErrColumn, a.rows, missing))
		default:
			a.row.pos = pos
			a.Take(&a.row, pos, a.vintage)
		}
		if a.run.GaveUp(pos) {
			return nil
		}
	}
	if a.run.Done() {
		return nil
	}
	_, err := a.text.Token()
	return err
}

// jsonRow is one row of data.
type jsonRow struct {
	answer *answer
	pos    flows.Pos
	raw    json.RawMessage
	cells  [trade.Fields][]byte // the values as they stand in raw
	there  [trade.Fields]bool   // which of them there are
	has    map[string]bool      // of the names that tell other lists apart, those that stand in the row
}

// split finds the cells of a row, which is a flat object of sound JSON: the decoder has seen to that.
func (r *jsonRow) split() error {
	r.cells, r.there = [trade.Fields][]byte{}, [trade.Fields]bool{}
	clear(r.has)
	text := bytes.TrimSpace(r.raw)
	if len(text) == 0 || text[0] != '{' {
		return fmt.Errorf("%w: row %d of data is no object", datasets.ErrShape, r.answer.rows)
	}
	for name, cell := range adapter.Members(text) {
		if cell[0] == '{' || cell[0] == '[' {
			return fmt.Errorf("%w: row %d of data: %q holds a list or an object", datasets.ErrShape, r.answer.rows, name)
		}
		if !r.set(name, cell) {
			return fmt.Errorf("%w: row %d of data has %q twice", datasets.ErrShape, r.answer.rows, name)
		}
	}
	return nil
}

// set keeps the cell of one name. It reports false for the second of two that are read.
func (r *jsonRow) set(name, cell []byte) bool {
	for f := range trade.Fields {
		if is := f.String(); len(is) == len(name) && (is == string(name) || strings.EqualFold(is, string(name))) {
			if r.there[f] {
				return false
			}
			r.there[f], r.cells[f] = true, cell
			return true
		}
	}
	switch string(name) {
	case "fileUrl", "flowCategory":
		if r.has == nil {
			r.has = map[string]bool{}
		}
		r.has[string(name)] = true
	}
	return true
}

func (r *jsonRow) missing() string {
	for _, f := range required {
		if !r.there[f] {
			return f.String()
		}
	}
	return ""
}

// Text is a cell: what a string holds, a number as it is written, true, false; "" for null.
func (r *jsonRow) Text(f trade.Field) string {
	cell := r.cells[f]
	switch {
	case len(cell) == 0 || string(cell) == "null":
		return ""
	case cell[0] == '"':
		if bytes.IndexByte(cell, '\\') < 0 {
			return adapter.Trim(string(cell[1 : len(cell)-1]))
		}
		var s string
		if json.Unmarshal(cell, &s) != nil {
			return string(cell)
		}
		return adapter.Trim(s)
	}
	return string(cell)
}

func (r *jsonRow) Bad(f trade.Field, err error) {
	r.answer.run.Bad(r.pos, f.String(), r.Text(f), fmt.Errorf("row %d of data: %w", r.answer.rows, err))
}
