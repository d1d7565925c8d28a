package datasets

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/internal/nearest"
	"github.com/mineralflows/mineralflows/flows"
)

// Package is a Source: a data package, in the form that the documentation of this package describes. FS is its folder: os.DirFS, an
// embed.FS, a *zip.Reader.
//
// Every row is read and checked in every read, whatever the query asks for.
type Package struct {
	FS   fs.FS
	Name string // where several packages are read: what positions and messages put before a file's name, "mine" for mine/claims.csv
}

// Records yields what the package's tables hold, table by table and row by row. Records of one read that name one origin share one
// *flows.Origin.
func (p Package) Records(ctx context.Context, q Query) iter.Seq2[flows.Record, error] {
	return func(yield func(flows.Record, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return
		}
		d, bad := readDescriptor(p.FS, p.prefix())
		for _, err := range bad {
			if !yield(nil, err) {
				return
			}
		}
		if len(bad) > 0 {
			return
		}
		r := newPackageReader(ctx, p, d, func(rec flows.Record, err error) bool {
			return err == nil && !q.Keeps(rec) || yield(rec, err)
		})
		r.run()
	}
}

func (p Package) prefix() string {
	if p.Name == "" {
		return ""
	}
	return p.Name + "/"
}

// packageReader is one read of a package.
type packageReader struct {
	ctx    context.Context
	fsys   fs.FS
	prefix string // of file names in positions
	d      descriptor
	yield  func(flows.Record, error) bool // false: stop

	minerals []string
	bases    []string
	sites    map[flows.Place]bool
	origins  map[string]*flows.Origin // nil for one whose own row is bad
	lost     bool                     // rows of origins could not be read: an id may be unknown for that
	unknown  map[string]string        // ids of no origin, with the nearest that there is
	ids      map[string]flows.Pos     // of origins, places and published estimates
	found    []flows.Site             // free places that the row at hand names first
}

func newPackageReader(ctx context.Context, p Package, d descriptor, yield func(flows.Record, error) bool) *packageReader {
	r := &packageReader{ctx: ctx, fsys: p.FS, prefix: p.prefix(), d: d, yield: yield, sites: map[flows.Place]bool{}, origins: map[string]*flows.Origin{},
		unknown: map[string]string{}, ids: map[string]flows.Pos{}}
	for _, c := range flows.Commodities() {
		r.minerals = append(r.minerals, string(c.Mineral))
	}
	for _, b := range flows.Bases() {
		r.bases = append(r.bases, string(b))
	}
	for m, b := range d.Minerals {
		r.minerals, r.bases = append(r.minerals, m), append(r.bases, b)
	}
	r.bases = append(r.bases, d.Substances...)
	slices.Sort(r.minerals)
	slices.Sort(r.bases)
	return r
}

func (p *packageReader) run() {
	for _, m := range slices.Sorted(maps.Keys(p.d.Minerals)) {
		if !p.yield(flows.Commodity{Mineral: flows.Mineral(m), Substance: flows.Basis(p.d.Minerals[m]), Pos: flows.Pos{File: p.prefix + descriptorName}}, nil) {
			return
		}
	}
	for _, s := range slices.Sorted(slices.Values(p.d.Substances)) {
		if !p.yield(flows.Commodity{Substance: flows.Basis(s), Pos: flows.Pos{File: p.prefix + descriptorName}}, nil) {
			return
		}
	}
	for _, t := range tables() {
		for i := range p.d.Resources {
			res := &p.d.Resources[i]
			if res.Name != t.name {
				continue
			}
			for _, file := range res.Path {
				if !p.file(t, res, file) {
					return
				}
			}
		}
	}
}

// file reads one file. It reports whether to go on with the next.
func (p *packageReader) file(t table, res *resource, file string) bool {
	r, errs := openTable(p.ctx, p.fsys, p.prefix, file, t, res, res.encoding(&p.d))
	if len(errs) > 0 {
		p.lost = p.lost || t.name == "origins"
		return p.report(errs)
	}
	defer r.close()
	for {
		w, goOn, err := r.next()
		switch {
		case p.ctx.Err() != nil:
			p.yield(nil, p.ctx.Err())
			return false
		case err == io.EOF:
			return true
		case err != nil:
			p.lost = p.lost || t.name == "origins"
			if !p.yield(nil, err) {
				return false
			}
			if !goOn {
				return true
			}
			continue
		}
		rec := p.record(t.name, w)
		for _, s := range p.found {
			if !p.yield(s, nil) {
				return false
			}
		}
		p.found = p.found[:0]
		switch {
		case w.bad():
			if !p.report(w.errs) {
				return false
			}
		case rec != nil && !w.drop:
			if !p.yield(rec, nil) {
				return false
			}
		}
	}
}

// report hands errors on. That the context is cancelled is the last of them.
func (p *packageReader) report(errs []error) bool {
	if err := p.ctx.Err(); err != nil {
		p.yield(nil, err)
		return false
	}
	for _, err := range errs {
		if !p.yield(nil, err) {
			return false
		}
	}
	return true
}

// record parses one row. What is wrong is noted in the row. It returns nil for an origin, which is part of other records.
func (p *packageReader) record(table string, r *row) flows.Record {
	if r.bad() { // not UTF-8
		p.lost = p.lost || table == "origins"
		return nil
	}
	switch table {
	case "places":
		return p.site(r)
	case "origins":
		p.origin(r)
		return nil
	case "claims":
		return p.claim(r)
	case "rates":
		return p.rate(r)
	case "corridors":
		return p.corridor(r)
	case "events":
		return p.event(r)
	case "published":
		return p.published(r)
	}
	return p.change(r)
}

// mineral reads a mineral that is built in or that the descriptor names.
func (p *packageReader) mineral(r *row) flows.Mineral {
	s := r.need("mineral")
	if s != "" && !slices.Contains(p.minerals, s) {
		r.fail("mineral", because(flows.ErrMineral, "%s; a further one stands in \"minerals\" of %s", suggest(s, p.minerals), descriptorName))
	}
	return flows.Mineral(s)
}

// basis reads a basis that is built in or the substance of one of the descriptor's minerals.
func (p *packageReader) basis(r *row, column string) flows.Basis {
	s := r.cell(column)
	switch {
	case s == "":
		r.fail(column, because(flows.ErrNoBasis, "write of what it is an amount: %s", strings.Join(p.bases, ", ")))
	case !slices.Contains(p.bases, s):
		r.fail(column, because(flows.ErrBasis, "%s", suggest(s, p.bases)))
	}
	return flows.Basis(s)
}

// place reads a place. With free places a name in lower case is declared by being used.
func (p *packageReader) place(r *row, column string, required bool) flows.Place {
	s := r.cell(column)
	if s == "" {
		if required {
			r.fail(column, ErrEmptyCell)
		}
		return ""
	}
	if err := p.declare(flows.Place(s), r.pos); err != nil {
		r.fail(column, err)
	}
	return flows.Place(s)
}

// declare says what is wrong with the form of a place. Whether it exists is for the ledger, which knows all sources.
func (p *packageReader) declare(place flows.Place, pos flows.Pos) error {
	if place.IsUnion() {
		for _, m := range place.Members() {
			if err := p.declare(m, pos); err != nil {
				return err
			}
		}
		return nil
	}
	if p.d.Places != "free" || place.Boundary() || p.sites[place] {
		return nil
	}
	if c := place.Country(); c != place {
		if !isName(string(c)) {
			return nil
		}
		if err := p.declare(c, pos); err != nil {
			return err
		}
	} else if !isName(string(place)) {
		return nil
	}
	p.sites[place] = true
	p.found = append(p.found, flows.Site{Place: place, Name: string(place), Pos: pos})
	return nil
}

func (p *packageReader) period(r *row, required bool) flows.Period {
	s := r.cell("period")
	if s == "" {
		if required {
			r.fail("period", because(flows.ErrPeriod, "empty; only a capacity needs none"))
		}
		return flows.Period{}
	}
	period, err := flows.ParsePeriod(s)
	if err != nil {
		r.fail("period", because(flows.ErrPeriod, "want 2023, 2023-Q1, 2023-05 or 2023-04..2024-03, the earlier month first"))
	}
	return period
}

// source finds the origin that a row names.
func (p *packageReader) source(r *row) *flows.Origin {
	id := r.need("origin")
	if id == "" {
		return nil
	}
	o, known := p.origins[id]
	switch {
	case known && o == nil, !known && p.lost:
		r.drop = true
	case !known:
		r.fail("origin", because(flows.ErrOrigin, "no row of the table origins has this id%s", p.nearestOrigin(id)))
	}
	return o
}

func (p *packageReader) nearestOrigin(id string) string {
	n, known := p.unknown[id]
	if !known {
		n = nearest.Word(id, slices.Sorted(maps.Keys(p.origins)))
		p.unknown[id] = n
	}
	if n == "" {
		return ""
	}
	return "; did you mean \"" + n + "\"?"
}

// unique notes an id, and refuses one that stands already.
func (p *packageReader) unique(r *row, kind, column, id string) {
	if id == "" {
		return
	}
	key := kind + " " + id
	if first, ok := p.ids[key]; ok {
		r.fail(column, fmt.Errorf("%w: it stands at %s already", ErrTwice, first))
		return
	}
	p.ids[key] = r.pos
}
