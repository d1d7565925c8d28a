package bgs

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

// page is one answer of the API. What it says of itself may stand behind the features, so that those that are asked for are kept until
// its end.
type page struct {
	*reader
	file    adapter.File
	text    *adapter.JSON
	rows    int
	kept    []*feature
	isList  bool
	matched int // numberMatched, -1: not stated
	stamp   string
	self    string // the question
	offset  string // where in all that answers it the page starts, "" where it does not say
	first   string // its first feature
}

func (r *reader) geoJSON(f adapter.File, in *bufio.Reader) {
	p := &page{reader: r, file: f, text: adapter.NewJSON(in, "page of features"), matched: -1}
	if err := p.read(); err != nil {
		if err != errGaveUp && !r.run.Done() {
			r.run.Fail(f.Pos(p.rows), adapter.ExplainJSON(err))
		}
		return
	}
	if r.run.Done() {
		return
	}
	date, err := r.run.Published(r.Published, p.stamp, f)
	if err != nil {
		r.run.Fail(f.Pos(0), err)
		return
	}
	for _, k := range p.kept {
		r.run.Row()
		if r.run.Done() {
			return
		}
		r.take(k, k.pos, date)
		if r.run.GaveUp(k.pos) {
			return
		}
	}
	r.count(p)
}

func (p *page) read() error {
	if err := p.text.Open('{', "no object: want a FeatureCollection as the API answers it"); err != nil {
		return err
	}
	for p.text.More() {
		name, err := p.text.Token()
		if err != nil {
			return err
		}
		if err := p.member(fmt.Sprint(name)); err != nil || p.run.Done() {
			return err
		}
	}
	if _, err := p.text.Token(); err != nil {
		return err
	}
	if !p.isList {
		return fmt.Errorf("%w: no list of features: this is no page of the World Mineral Statistics", datasets.ErrShape)
	}
	if _, err := p.text.Token(); err != io.EOF {
		return fmt.Errorf("%w: text behind the page: one page a file", datasets.ErrShape)
	}
	return nil
}

// member reads the value of one name of the page.
func (p *page) member(name string) error {
	switch name {
	case "features":
		if err := p.text.Open('[', "features is no list"); err != nil {
			return err
		}
		return p.features()
	case "numberMatched", "timeStamp", "links", "code", "description":
	default:
		var other json.RawMessage
		return p.text.Decode(&other)
	}
	var raw json.RawMessage
	if err := p.text.Decode(&raw); err != nil {
		return err
	}
	switch name {
	case "numberMatched":
		var n int
		if json.Unmarshal(raw, &n) == nil && n >= 0 { // "unknown", says the standard, where the server does not count
			p.matched = n
		}
	case "timeStamp":
		var s string
		if json.Unmarshal(raw, &s) == nil && len(s) >= len("2024-11-30") && flows.IsDate(s[:len("2024-11-30")]) {
			p.stamp = s[:len("2024-11-30")]
		}
	case "links":
		p.self, p.offset = questionOf(raw)
	case "code", "description":
		if !p.isList {
			return fmt.Errorf("the API answered with an error: %.200q", strings.ToValidUTF8(string(raw), ""))
		}
	}
	return nil
}

// questionOf is the address of a page without what tells pages of one question apart, and the offset among that; "" where the links do not say
// it.
func questionOf(links json.RawMessage) (self, offset string) {
	var all []struct{ Rel, Href string }
	if json.Unmarshal(links, &all) != nil {
		return "", ""
	}
	for _, l := range all {
		u, err := url.Parse(l.Href)
		if l.Rel != "self" || err != nil {
			continue
		}
		q := u.Query()
		offset = cmp.Or(q.Get("offset"), q.Get("startindex"))
		for _, page := range []string{"limit", "offset", "startindex", "f", "lang"} {
			q.Del(page)
		}
		return u.Path + "?" + q.Encode(), offset
	}
	return "", ""
}

func (p *page) features() error {
	p.isList = true
	for p.text.More() {
		var raw json.RawMessage
		p.rows++
		if err := p.text.Decode(&raw); err != nil {
			return err
		}
		if p.rows == 1 {
			p.first = string(raw)
		}
		w := &feature{run: p.run, pos: p.file.Pos(p.rows)}
		if fault := w.read(raw); fault != nil {
			p.run.Row()
			p.run.Bad(w.pos, "", "", fmt.Errorf("feature %d: %w", p.rows, fault))
		} else if _, ok := p.wanted(w); ok {
			p.kept = append(p.kept, w)
		} else {
			p.run.Row()
			p.run.Drop(p.unwanted(w))
		}
		switch {
		case p.run.Done():
			return nil
		case p.run.GaveUp(w.pos):
			return errGaveUp
		}
	}
	_, err := p.text.Token()
	return err
}

// errGaveUp says that what is wrong is reported already.
var errGaveUp = errors.New("too many bad rows")

// feature is one row as GeoJSON has it.
type feature struct {
	run   *adapter.Run
	pos   flows.Pos
	cells [columns]string
}

func (w *feature) text(c column) string { return w.cells[c] }
func (w *feature) bad(c column, err error) {
	w.run.Bad(w.pos, names[c], w.cells[c], fmt.Errorf("feature %d: %w", w.pos.Line, err))
}

// read finds the properties by their names.
func (w *feature) read(raw json.RawMessage) error {
	var properties []byte
	for name, value := range adapter.Members(raw) {
		if string(name) == "properties" {
			properties = value
		}
	}
	if len(properties) == 0 || properties[0] != '{' {
		return fmt.Errorf("%w: it is no object with properties", datasets.ErrShape)
	}
	there := [columns]bool{}
	for name, value := range adapter.Members(properties) {
		for c := range columns {
			if len(name) != len(names[c]) || !strings.EqualFold(string(name), names[c]) {
				continue
			}
			text, ok := simple(value)
			switch {
			case there[c]:
				return fmt.Errorf("%w: %s stands in it twice", datasets.ErrShape, names[c])
			case !ok:
				return fmt.Errorf("%w: %s holds a list or an object", datasets.ErrShape, names[c])
			}
			there[c], w.cells[c] = true, text
			break
		}
	}
	for c := range required {
		if !there[c] {
			return fmt.Errorf("%w: no property %s: ask the API for all properties", datasets.ErrColumn, names[c])
		}
	}
	return nil
}

// simple is the text of a value: what a string holds, a number as it is written, "" for null.
func simple(value []byte) (string, bool) {
	switch {
	case len(value) == 0, value[0] == '{', value[0] == '[':
		return "", false
	case string(value) == "null":
		return "", true
	case value[0] != '"':
		return string(value), true
	}
	if bytes.IndexByte(value, '\\') < 0 && utf8.Valid(value) {
		return adapter.Trim(string(value[1 : len(value)-1])), true
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return "", false
	}
	return adapter.Trim(s), true
}

// question is what several pages answer together.
type question struct {
	matched, read, pages int
	last                 flows.Pos
	starts               map[string]string // the files by where their pages start
}

// count notes how much of a question a page answers. A page that holds all of it needs no others.
func (r *reader) count(p *page) {
	if p.matched < 0 || p.matched == p.rows {
		return
	}
	id := fmt.Sprint(path.Dir(p.file.Path), " ", p.self, " ", p.matched)
	q := r.pages[id]
	if q == nil {
		q = &question{matched: p.matched, starts: map[string]string{}}
		r.pages[id] = q
	}
	start := cmp.Or(p.offset, p.first)
	if have, twice := q.starts[start]; twice && start != "" { // a page in place of one that is missing would make up the number
		r.run.Fail(p.file.Pos(0), fmt.Errorf("%w: the page of %s once more: drop one of them", datasets.ErrShape, have))
		return
	}
	q.starts[start] = p.file.Name
	q.read += p.rows
	q.pages++
	q.last = p.file.Pos(0)
}

// checkPages reports the questions of which pages are missing, or stand twice.
func (r *reader) checkPages() {
	for _, id := range slices.Sorted(maps.Keys(r.pages)) {
		switch q := r.pages[id]; {
		case r.run.Done():
			return
		case q.read < q.matched:
			r.run.Fail(q.last, fmt.Errorf("%w: numberMatched says %d features, and the pages (%d) hold %d: %d are missing; save the other pages (offset) beside it",
				datasets.ErrShape, q.matched, q.pages, q.read, q.matched-q.read))
		case q.read > q.matched:
			r.run.Fail(q.last, fmt.Errorf("%w: numberMatched says %d features, and the pages (%d) hold %d: some of it stands there twice",
				datasets.ErrShape, q.matched, q.pages, q.read))
		}
	}
}
