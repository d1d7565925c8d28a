package wmd

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Source is a datasets.Source of workbooks of World Mining Data. FS or Open is required, the zero value of all else is the default.
type Source struct {
	FS   fs.FS                         // a folder: its files named *.xlsx, packed (.gz) or not, those of folders below it included
	Open func() (io.ReadCloser, error) // or one file, opened anew for each read
	Name string                        // the name of that file; with FS, what positions put before a file's path

	Commodities []Commodity       // nil: gold, tantalum, tin and tungsten
	Edition     int               // the year of the edition; 0: two years after the last year of a table
	Published   string            // when the files were published: 2024, 2024-03 or 2024-03-11; "": the edition's year
	Derived     []datasets.Series // output that was computed from exports; nil: DerivedByDefault()
	Spread      dist.Dist         // a factor around 1 for each figure; nil: see the package's documentation
	Stats       *datasets.Stats   // if not nil, the counts of the last read
}

// Commodity is a mineral as the sheets are named.
type Commodity struct {
	Mineral flows.Mineral
	Name    string      // of its sheets, in any case and without their brackets: "Tantalum"
	Basis   flows.Basis // what figures are tonnes of where the sheet has no brackets: Sn. A basis in brackets beats it
}

// Commodities returns those that are read by default.
func Commodities() []Commodity {
	return []Commodity{
		{flows.Gold, "Gold", flows.Au}, {flows.Tantalum, "Tantalum", flows.Ta2O5}, {flows.Tin, "Tin", flows.Sn}, {flows.Tungsten, "Tungsten", flows.W},
	}
}

// DerivedByDefault returns the output that is known to follow exports.
func DerivedByDefault() []datasets.Series {
	return []datasets.Series{
		{Mineral: flows.Gold, Place: "RWA"},
		{Mineral: flows.Gold, Place: "COD", Period: flows.Year(2021)},
		{Mineral: flows.Gold, Place: "TGO", Period: flows.Year(2018)},
		{Mineral: flows.Tungsten, Place: "RWA"},
	}
}

// Records yields a claim for each figure of a commodity, file by file, sheet by sheet and row by row.
func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.Stats, func(run *adapter.Run) {
		r := &reader{Source: s, run: run, origins: map[string]*flows.Origin{}, told: map[figure]string{}}
		if r.Commodities == nil {
			r.Commodities = Commodities()
		}
		if r.Derived == nil {
			r.Derived = DerivedByDefault()
		}
		for _, c := range r.Commodities {
			run.Mineral(c.Mineral, c.Basis, s.Name+"wmd.Source")
		}
		for _, f := range run.Files(adapter.Input{FS: s.FS, Open: s.Open, Name: s.Name, Match: isWorkbook, What: "workbooks of World Mining Data (*.xlsx)"}) {
			if run.Done() {
				return
			}
			run.Workbook(f, r.sheet(f))
		}
		for _, w := range r.later {
			if run.Done() {
				return
			}
			w.table.row(w)
		}
	})
}

// isWorkbook goes by the name.
func isWorkbook(p string) bool {
	return path.Ext(strings.TrimSuffix(strings.ToLower(p), ".gz")) == ".xlsx"
}

// reader is one read.
type reader struct {
	Source
	run     *adapter.Run
	origins map[string]*flows.Origin
	told    map[figure]string // amounts that tables with a data source give
	later   []*row            // of tables without one
}

// figure is one of an edition.
type figure struct {
	edition int
	flow    flows.Flow
	basis   flows.Basis
}

// commodity finds a commodity by the name of a sheet, and what stands in its brackets.
func (r *reader) commodity(sheet string) (c Commodity, bracket string, ok bool) {
	name, bracket, _ := strings.Cut(sheet, "(")
	for _, c := range r.Commodities {
		if strings.EqualFold(adapter.Trim(name), c.Name) {
			return c, adapter.Trim(strings.TrimSuffix(adapter.Trim(bracket), ")")), true
		}
	}
	return Commodity{}, "", false
}
