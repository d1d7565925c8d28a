package area

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/mineralflows/mineralflows/datasets/internal/nearest"
	"github.com/mineralflows/mineralflows/flows"
)

//go:embed areas.csv
var areasCSV string

//go:embed aliases.csv
var aliasesCSV string

//go:embed letters.csv
var lettersCSV string

// loaded reads the tables once. They are part of the program, so that an error of theirs is a mistake of this package, and a test's to find.
var loaded = sync.OnceValues(func() (*table, error) { return load(areasCSV, aliasesCSV, lettersCSV) })

// table is the three files, indexed. It is never changed after load; an int in it is an index of areas.
type table struct {
	areas   []Area // in the order of the codes
	codes   map[int]int
	letters map[string][]int
	names   map[string]spelled
	texts   []text // every spelling, as it stands in the files
}

// spelled is what one name means.
type spelled struct {
	everybody []int
	publisher map[Publisher][]int // to those who mean something of their own
}

// by is what the publisher means.
func (s spelled) by(p Publisher) []int {
	if own := s.publisher[p]; len(own) > 0 {
		return own
	}
	return s.everybody
}

type text struct {
	name       string
	publishers []Publisher // nil: everybody
}

var kinds = [...]string{"country", "former", "residual", "group"}

func load(areas, aliases, letters string) (*table, error) {
	t := &table{codes: map[int]int{}, letters: map[string][]int{}, names: map[string]spelled{}}
	instead := map[int]bool{} // codes that stand for a place which another code is the usual one of
	err := rows("areas.csv", areas, func(r row) error {
		a := Area{
			Code: r.number("code"), ISO: r.number("iso"), Alpha: r.cell("alpha"), Name: r.cell("name"), Place: flows.Place(r.cell("place")),
			Kind: Kind(slices.Index(kinds[:], r.cell("kind")) + 1), Part: r.cell("part") != "", From: r.number("from"), To: r.number("to"), Note: r.cell("note"),
		}
		if _, twice := t.codes[a.Code]; twice || a.Kind == 0 || a.Name == "" {
			return fmt.Errorf("a code twice, an unknown kind or no name")
		}
		t.codes[a.Code] = len(t.areas)
		instead[a.Code] = r.cell("instead") != ""
		t.areas = append(t.areas, a)
		t.spell(a.Name, a.Code, nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, a := range t.areas {
		if !instead[a.Code] {
			t.letters[a.Alpha] = append(t.letters[a.Alpha], i)
		}
	}
	err = rows("letters.csv", letters, func(r row) error {
		i, ok := t.codes[r.number("code")]
		if !ok {
			return fmt.Errorf("no row of areas.csv has this code")
		}
		t.letters[r.cell("letters")] = append(t.letters[r.cell("letters")], i)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for letters, found := range t.letters {
		t.letters[letters] = t.ofToday(found)
	}
	err = rows("aliases.csv", aliases, func(r row) error {
		code := r.number("code")
		if _, ok := t.codes[code]; !ok {
			return fmt.Errorf("no row of areas.csv has this code")
		}
		var publishers []Publisher
		for _, p := range strings.Fields(r.cell("publishers")) {
			publishers = append(publishers, Publisher(p))
		}
		t.spell(r.cell("spelling"), code, publishers)
		return nil
	})
	return t, err
}

// ofToday narrows the areas of the same letters to the country that still is: BEL is Belgium (56), not Belgium-Luxembourg (58).
func (t *table) ofToday(found []int) []int {
	for _, i := range found {
		if a := t.areas[i]; a.Kind == Country && a.To == 0 {
			return []int{i}
		}
	}
	return found
}

// spell says that name means the area of the code: to the publishers, or to everybody where there are none.
func (t *table) spell(name string, code int, publishers []Publisher) {
	k, i := key(name), t.codes[code]
	s := t.names[k]
	if publishers == nil && !slices.Contains(s.everybody, i) {
		s.everybody = append(s.everybody, i)
	}
	for _, p := range publishers {
		if s.publisher == nil {
			s.publisher = map[Publisher][]int{}
		}
		s.publisher[p] = append(s.publisher[p], i)
	}
	t.names[k] = s
	t.texts = append(t.texts, text{name, publishers})
}

// nearest is the spelling, of those that the publisher can mean, that a mistyped one is near to.
func (t *table) nearest(name string, p Publisher) string {
	var known []string
	for _, x := range t.texts {
		if x.publishers == nil || slices.Contains(x.publishers, p) {
			known = append(known, x.name)
		}
	}
	return nearest.Word(strings.Join(strings.Fields(name), " "), known)
}

// ambiguous is the error of a name that several areas bear.
func (t *table) ambiguous(name string, found []int) error {
	found = slices.Sorted(slices.Values(found))
	e := &AmbiguousError{Name: name}
	for _, i := range found {
		e.Candidates = append(e.Candidates, t.areas[i])
	}
	return e
}

// row is one row of a table, by column. The first cell that is no number is kept in bad.
type row struct {
	columns, cells []string
	bad            *error
}

func (r row) cell(column string) string {
	if i := slices.Index(r.columns, column); i >= 0 {
		return r.cells[i]
	}
	*r.bad = fmt.Errorf("no column %s", column)
	return ""
}

// number is the whole number of a cell, 0 for an empty one.
func (r row) number(column string) int {
	s := r.cell(column)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		*r.bad = err
	}
	return n
}

// rows reads one of the embedded tables.
func rows(name, content string, each func(row) error) error {
	d := csv.NewReader(strings.NewReader(content))
	d.Comment = '#'
	all, err := d.ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, cells := range all[min(1, len(all)):] {
		var bad error
		err := each(row{columns: all[0], cells: cells, bad: &bad})
		if bad != nil {
			err = bad
		}
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", name, i+1, err)
		}
	}
	return nil
}
