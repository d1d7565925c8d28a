package baci

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

// otherCommodity is why most rows of a file are dropped.
const otherCommodity = "other commodity"

// reading is one read of a source.
type reading struct {
	run     *adapter.Run
	source  Source
	wanted  wanted
	all     []hs.Line // that are read, of every revision
	years   map[int]oneYear
	origins map[string]*flows.Origin
	tables  map[string]countries // by path
}

func (s Source) newReading(r *adapter.Run) (*reading, error) {
	w, err := s.wanted()
	if err != nil {
		return nil, err
	}
	lines := s.Lines
	if lines == nil {
		lines = hs.CoreLines()
	}
	for _, l := range lines {
		if checkCode([]byte(l.Code)) != nil {
			return nil, fmt.Errorf("%w: Lines: code %q: want six digits", datasets.ErrWord, l.Code)
		}
	}
	return &reading{run: r, source: s, wanted: w, all: lines,
		years: map[int]oneYear{}, origins: map[string]*flows.Origin{}, tables: map[string]countries{}}, nil
}

// yearly is a file that is being read.
type yearly struct {
	*reading
	adapter.File
	vintage
	hs       hs.Revision
	lines    map[string][]hs.Line // by code, those of the file's revision
	areas    map[int]placed       // by code
	codebook countries
	whole    bool // each mineral of lines has all its core lines in them
}

// file reads one file.
func (p *reading) file(f adapter.File, v vintage) {
	revision, err := hs.ParseRevision(v.revision)
	if err != nil {
		p.run.Fail(f.Pos(0), err)
		return
	}
	y := &yearly{reading: p, File: f, vintage: v, hs: revision, areas: map[int]placed{}, codebook: p.countries(f, v)}
	y.lines, y.whole = linesIn(revision, p.all)
	in, c, err := p.run.Text(f)
	if err != nil {
		p.run.Fail(f.Pos(0), err)
		return
	}
	defer c.Close()
	if !usual(in) {
		y.table(in)
		return
	}
	y.scan(in)
}

// linesIn are the lines of one revision, by code. They are whole where each of their minerals has all its core lines among them.
func linesIn(r hs.Revision, lines []hs.Line) (byCode map[string][]hs.Line, whole bool) {
	byCode, whole = map[string][]hs.Line{}, true
	minerals := map[flows.Mineral]bool{}
	for _, l := range lines {
		if l.First <= r && r <= l.Last {
			byCode[l.Code] = append(byCode[l.Code], l)
			minerals[l.Mineral] = true
		}
	}
	for _, l := range hs.CoreLines() {
		if minerals[l.Mineral] && l.First <= r && r <= l.Last {
			whole = whole && slices.Contains(byCode[l.Code], l)
		}
	}
	return byCode, whole
}

// usual takes the header off a file where it has the columns in CEPII's order.
func usual(in *bufio.Reader) bool {
	const most = 64 // with blanks and quotes
	head, _ := in.Peek(most)
	end := bytes.IndexByte(head, '\n')
	if end < 0 {
		return false
	}
	cells := bytes.Split(head[:end], []byte(","))
	if len(cells) != columns {
		return false
	}
	for i, c := range cells {
		if !strings.EqualFold(adapter.Trim(string(unquoted(bytes.TrimRight(c, "\r")))), names[i]) {
			return false
		}
	}
	_, err := in.Discard(end + 1)
	return err == nil
}

// scan reads the rows of a file with the columns in CEPII's order.
func (y *yearly) scan(in io.Reader) {
	line := 2 // of the first row of a chunk
	chunks(in, chunkSize, scanner{codes: newCodes(slices.Collect(maps.Keys(y.lines))), year: y.year}, func(c *chunk) bool {
		y.run.Rows(0, otherCommodity) // looks at the context
		passed := 0                   // rows of other commodities up to where the reading ends
		defer func() { y.run.Rows(passed, otherCommodity) }()
		for _, m := range c.marks {
			passed += int(m.plain)
			text := c.text[m.at:c.end]
			text = text[:bytes.IndexByte(text, '\n')]
			pos := y.Pos(line + int(m.line))
			if y.run.Row(); y.run.Done() {
				return false
			}
			if r, fault := read(text, y.year); fault != nil {
				y.run.Bad(pos, fault.name(), fault.cell, fault.err)
			} else {
				y.take(r, pos)
			}
			if y.run.GaveUp(pos) || y.run.Done() {
				return false
			}
		}
		passed += int(c.plain)
		line += int(c.lines)
		if c.err != nil && c.err != io.EOF {
			y.run.Fail(y.Pos(line), c.err)
		}
		return !y.run.Done()
	})
}

// name is the column that is wrong, "" for the row as a whole.
func (f *fault) name() string {
	if f.column < 0 {
		return ""
	}
	return names[f.column]
}

// table reads a file whose columns a user's tool has put into another order, among others, or parted by other than commas.
func (y *yearly) table(in *bufio.Reader) {
	y.run.TableOf(y.File, in, adapter.Format{Required: names[:]}, func(h adapter.Header) func(*adapter.Cells) {
		var at [columns]int
		for i, n := range names {
			at[i] = h.Find(n)
		}
		return func(c *adapter.Cells) {
			var cells [columns][]byte
			for i := range cells {
				cells[i] = c.Bytes(at[i])
			}
			r, fault := check(&cells, y.year)
			switch {
			case fault != nil:
				c.Bad(at[fault.column], fault.err)
			case y.lines[string(r.code)] == nil:
				y.run.Drop(otherCommodity)
			default:
				y.take(r, c.Pos)
			}
		}
	})
}

// take makes claims of a row of a code that is wanted.
func (y *yearly) take(r row, pos flows.Pos) {
	from, err := y.place(r.from)
	if err != nil {
		y.run.Bad(pos, names[colI], fmt.Sprint(r.from), err)
		return
	}
	to, err := y.place(r.to)
	if err != nil {
		y.run.Bad(pos, names[colJ], fmt.Sprint(r.to), err)
		return
	}
	switch {
	case from.no != "":
		y.run.Drop("exporter is " + from.no)
		return
	case to.no != "":
		y.run.Drop("importer is " + to.no)
		return
	case from.place.Within(to.place) || to.place.Within(from.place):
		y.run.Drop("from a place to itself")
		return
	}
	var claims []flows.Record
	for _, l := range y.lines[string(r.code)] {
		c := flows.Claim{
			Flow:     flows.Flow{Mineral: l.Mineral, Period: flows.Year(r.year), From: from.place, To: to.place, Part: "HS " + l.Code},
			Evidence: flows.Estimated,
			Origin:   y.origin(r.year),
			Locator:  fmt.Sprintf("HS %s (%s), exporter %d, importer %d, %d", l.Code, y.revision, r.from, r.to, r.year),
			Pos:      pos,
			Note:     l.Note,
		}
		for _, f := range y.figures(r, l) {
			if f.err != nil {
				y.run.Bad(pos, names[f.column], f.cell, f.err)
				return
			}
			c.Amount = f.amount
			claims = append(claims, c)
		}
	}
	y.run.Keep(claims...)
}
