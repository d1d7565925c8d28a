package comtrade

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
	"github.com/mineralflows/mineralflows/flows"
)

// mostInValue is how many bytes one value of an answer may hold; a row has some 1,500. The decoder keeps a value whole in memory.
const mostInValue = 1 << 20

// rationed ends a reading that needs more than is left for one value.
type rationed struct {
	in   io.Reader
	left int
}

var errRation = fmt.Errorf("%w: a value of more than %d bytes: this is no answer of UN Comtrade", datasets.ErrShape, mostInValue)

func (r *rationed) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errRation
	}
	n, err := r.in.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// answer reads one answer of the API: an object with the rows in data, the number of them in count, and what went wrong in error. It reads row
// by row, so that memory does not grow with the file.
type answer struct {
	*reading
	file    adapter.File
	vintage trade.Vintage
	in      *rationed
	decoder *json.Decoder
	row     jsonRow
	rows    int
	hasData bool
	count   int // -1: not stated
}

func (p *reading) json(f adapter.File, in *bufio.Reader, v trade.Vintage) {
	a := &answer{reading: p, file: f, vintage: v, in: &rationed{in: in}, count: -1}
	a.decoder = json.NewDecoder(a.in)
	a.row.answer = a
	if err := a.read(); err != nil && !p.run.Done() {
		p.run.Fail(f.Pos(a.rows), explain(err))
	}
}

// explain puts the faults of a JSON text into words.
func explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return fmt.Errorf("%w: the file is cut short: download it again", datasets.ErrShape)
	case errors.As(err, &syntax): // its Offset is not one in the file
		return fmt.Errorf("%w: no JSON: %w", datasets.ErrShape, err)
	}
	return err
}

func (a *answer) read() error {
	if err := a.open('{', "the answer is no JSON object with the list data"); err != nil {
		return err
	}
	for a.decoder.More() {
		a.in.left = mostInValue
		key, err := a.decoder.Token()
		if err != nil {
			return err
		}
		switch strings.ToLower(fmt.Sprint(key)) {
		case "data":
			if err := a.open('[', "data is no list of rows"); err != nil {
				return err
			}
			if err := a.list(); err != nil || a.run.Done() {
				return err
			}
		case "count":
			var n *int
			if err := a.decoder.Decode(&n); err != nil {
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
			if err := a.decoder.Decode(&a.row.raw); err != nil {
				return err
			}
		}
	}
	if _, err := a.decoder.Token(); err != nil {
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
	if _, err := a.decoder.Token(); err != io.EOF {
		return fmt.Errorf("%w: text behind the answer: one answer a file", datasets.ErrShape)
	}
	return nil
}

// open reads the bracket that starts a value.
func (a *answer) open(want json.Delim, otherwise string) error {
	a.in.left = mostInValue
	t, err := a.decoder.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("%w: %s", datasets.ErrShape, otherwise)
	}
	return nil
}

// complaint reads the text in error, which is empty where all is well.
func (a *answer) complaint() error {
	var text any
	if err := a.decoder.Decode(&text); err != nil {
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
	for a.decoder.More() && !a.run.Done() {
		a.in.left = mostInValue
		a.rows++
		if err := a.decoder.Decode(&a.row.raw); err != nil {
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
	_, err := a.decoder.Token()
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
	for text = next(text[1:]); len(text) > 0 && text[0] != '}'; text = next(text) {
		key := text[:endOf(text)]
		text = next(text[len(key):])
		cell := text[:endOf(text)]
		if len(cell) == 0 {
			return fmt.Errorf("%w: row %d of data: %s holds a list or an object", datasets.ErrShape, r.answer.rows, key)
		}
		text = text[len(cell):]
		r.set(key[1:len(key)-1], cell)
	}
	return nil
}

// set keeps the cell of one name. Of two of one name the first counts.
func (r *jsonRow) set(name, cell []byte) {
	for f := range trade.Fields {
		if is := f.String(); len(is) == len(name) && (is == string(name) || strings.EqualFold(is, string(name))) {
			if !r.there[f] {
				r.there[f], r.cells[f] = true, cell
			}
			return
		}
	}
	switch string(name) {
	case "fileUrl", "flowCategory":
		if r.has == nil {
			r.has = map[string]bool{}
		}
		r.has[string(name)] = true
	}
}

// next leaves out what stands between the parts of an object.
func next(text []byte) []byte {
	for i, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n', ':', ',':
		default:
			return text[i:]
		}
	}
	return nil
}

// endOf is where a string, a number or a word ends; 0 for a list or an object.
func endOf(text []byte) int {
	switch {
	case len(text) == 0, text[0] == '{', text[0] == '[':
		return 0
	case text[0] != '"':
		if i := bytes.IndexAny(text, ",} \t\r\n"); i >= 0 {
			return i
		}
		return len(text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
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
