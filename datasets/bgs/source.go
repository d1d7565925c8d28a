package bgs

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

// Source is a datasets.Source of files of the World Mineral Statistics. FS or Open is required, the zero value of all else is the default.
type Source struct {
	FS   fs.FS                         // a folder: its files named *.json, *.geojson and *.csv, packed (.gz) or not, those of folders below it included
	Open func() (io.ReadCloser, error) // or one file, opened anew for each read
	Name string                        // the name of that file; with FS, what positions put before a file's path

	Commodities []Commodity       // nil: Commodities()
	Published   string            // when the files were downloaded: 2024, 2024-03 or 2024-03-11; "": as the file says, else the day on which it was last changed (Stats.Undated)
	Derived     []datasets.Series // output that was computed from exports, beside what notes say; nil: DerivedByDefault()
	Spread      dist.Dist         // a factor around 1 for each figure; nil: see the package's documentation
	Stats       *datasets.Stats   // if not nil, the counts of the last read
}

// Commodity is what some rows of the table are about.
type Commodity struct {
	Mineral flows.Mineral
	Name    string      // bgs_commodity_trans, in any case: "tin, mine"
	Form    string      // bgs_sub_commodity_trans, whatever its punctuation: "Columbite-tantalite-Ta content"; "": rows without one
	Kind    Kind        // bgs_statistic_type_trans
	Content flows.Basis // what units that say content are tonnes of: Sn; "": no such units are expected
	Plain   flows.Basis // what other units are tonnes of: Gross; "": no such units are expected
	Part    string      // the part of the flow that it is; "" the whole
}

// Kind is what of a commodity is counted.
type Kind int8

// The kinds of statistics.
const (
	Production Kind = iota
	Imports
	Exports
)

// String is as BGS writes it: "Production".
func (k Kind) String() string {
	switch k {
	case Production:
		return "Production"
	case Imports:
		return "Imports"
	case Exports:
		return "Exports"
	}
	return "no kind of statistics"
}

// Commodities returns what is read by default: mine output.
func Commodities() []Commodity {
	const coltan = "tantalum and niobium minerals"
	return []Commodity{
		{Mineral: flows.Gold, Name: "gold, mine", Content: flows.Au, Plain: flows.Au},
		{Mineral: flows.Tin, Name: "tin, mine", Content: flows.Sn},
		{Mineral: flows.Tungsten, Name: "tungsten, mine", Content: flows.W},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Columbite-tantalite", Plain: flows.Gross, Part: "columbite-tantalite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Columbite-tantalite-Ta content", Content: flows.Ta, Plain: flows.Ta, Part: "columbite-tantalite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Tantalite", Plain: flows.Gross, Part: "tantalite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Tantalite -Ta content", Content: flows.Ta, Plain: flows.Ta, Part: "tantalite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Columbite- Ta content", Content: flows.Ta, Plain: flows.Ta, Part: "columbite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Microlite", Plain: flows.Gross, Part: "microlite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Djalmaite", Plain: flows.Gross, Part: "djalmaite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Struverite", Plain: flows.Gross, Part: "struverite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Struverite (Ta content)", Content: flows.Ta, Plain: flows.Ta, Part: "struverite"},
		{Mineral: flows.Tantalum, Name: coltan, Form: "Tantalum & Niobium (Ta content)", Content: flows.Ta, Plain: flows.Ta, Part: "tantalum and niobium ore"},
	}
}

// Trade returns imports and exports of ores, and of unwrought tin, all gross. Read them instead of UN Comtrade's, not beside them.
func Trade() []Commodity {
	var out []Commodity
	for _, kind := range []Kind{Imports, Exports} {
		for _, c := range []struct {
			mineral flows.Mineral
			name    string
			forms   []string
		}{
			{flows.Tin, "tin", []string{"Concentrates", "Unwrought", "Unwrought alloys"}},
			{flows.Tungsten, "tungsten", []string{"Ores & concentrates", "Wolframite ores & concentrates", "Scheelite ores & concentrates"}},
			{flows.Tantalum, "tantalum and niobium", []string{"Columbite-tantalite", "Columbite & tantalite", "Niobium & tantalum ores", "Tantalum concentrates", "Tantalum ores & concentrates"}},
		} {
			for _, form := range c.forms {
				out = append(out, Commodity{Mineral: c.mineral, Name: c.name, Form: form, Kind: kind, Plain: flows.Gross, Part: strings.ToLower(form)})
			}
		}
	}
	return out
}

// DerivedByDefault returns the output that is known to follow exports although BGS does not say so.
func DerivedByDefault() []datasets.Series {
	since2017 := years(2017, 9999) // the figures of after 2019 were not tested: one series, until it is shown to have changed
	return []datasets.Series{
		{Mineral: flows.Gold, Place: "RWA", Period: since2017},
		{Mineral: flows.Gold, Place: "BDI", Period: years(2012, 2013)},
		{Mineral: flows.Gold, Place: "TGO", Period: years(2012, 2019)},
		{Mineral: flows.Tin, Place: "RWA", Period: years(2011, 2013)},
		{Mineral: flows.Tin, Place: "COD", Period: years(2009, 2009)},
	}
}

func years(first, last int) flows.Period {
	p, err := flows.Span(flows.Year(first), flows.Year(last))
	if err != nil {
		return flows.Year(first)
	}
	return p
}

// Records yields a claim for each figure of the commodities, file by file and row by row.
func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.Stats, func(run *adapter.Run) {
		r := newReader(s, run)
		for _, f := range run.Files(adapter.Input{FS: s.FS, Open: s.Open, Name: s.Name, Match: isTable, What: "files of the World Mineral Statistics (*.json, *.geojson, *.csv)"}) {
			if run.Done() {
				return
			}
			r.read(f)
		}
		r.checkPages()
	})
}

func isTable(p string) bool {
	switch path.Ext(strings.TrimSuffix(strings.ToLower(p), ".gz")) {
	case ".json", ".geojson", ".csv":
		return true
	}
	return false
}
