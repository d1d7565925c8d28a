package pinksheet

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Source is a datasets.Source of the World Bank's workbooks. FS or Open is required, the zero value of all else is the default.
type Source struct {
	FS   fs.FS                         // a folder: its workbooks (.xlsx, also such as are named .xls, and .gz of both), those of folders below it included
	Open func() (io.ReadCloser, error) // or one workbook, opened anew for each read
	Name string                        // the name of that workbook; with FS, what positions put before a file's path

	Series    []Series        // nil: SeriesByDefault()
	Published string          // when the workbooks were published: 2024, 2024-03 or 2024-03-11; "": see the package's documentation
	Stats     *datasets.Stats // if not nil, the counts of the last read
}

// Series is a column of prices.
type Series struct {
	Mineral flows.Mineral
	Name    string      // as the row of names has it: "Gold"
	Unit    string      // as the row of units has it, brackets left out: "$/troy oz", "$/mt" or "$/kg"
	Per     flows.Basis // the substance that is priced: Au

	// Factors around 1 for each price. nil: for gold and tin as the package's documentation reasons, an error for another mineral.
	Monthly, Annual dist.Dist
}

// SeriesByDefault returns gold and tin.
func SeriesByDefault() []Series {
	return []Series{
		{Mineral: flows.Gold, Name: "Gold", Unit: "$/troy oz", Per: flows.Au},
		{Mineral: flows.Tin, Name: "Tin", Unit: "$/mt", Per: flows.Sn},
	}
}

// Records yields a rate for each price, workbook by workbook and row by row.
func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.Stats, func(run *adapter.Run) {
		wanted := s.Series
		if wanted == nil {
			wanted = SeriesByDefault()
		}
		r := &reader{Source: s, run: run, origins: map[string]*flows.Origin{}}
		for _, series := range wanted {
			p, err := pricedSeries(series)
			if err != nil {
				run.Fail(flows.Pos{File: s.Name}, err)
				return
			}
			r.series = append(r.series, p)
			if !slices.ContainsFunc(flows.Commodities(), func(b flows.Commodity) bool { return b.Mineral == series.Mineral }) {
				run.Extra(flows.Commodity{Mineral: series.Mineral, Substance: series.Per, Pos: flows.Pos{File: s.Name + "pinksheet.Source"}})
			}
		}
		for _, f := range run.Files(adapter.Input{FS: s.FS, Open: s.Open, Name: s.Name, Match: isWorkbook, What: "workbooks of the World Bank (CMO-Historical-Data-Monthly.xlsx)"}) {
			if run.Done() {
				return
			}
			r.workbook(f)
		}
	})
}

// isWorkbook goes by the name, for what a file of that name is else shall be said.
func isWorkbook(p string) bool {
	base := strings.TrimSuffix(strings.ToLower(path.Base(p)), ".gz")
	switch path.Ext(base) {
	case ".xlsx", ".xls", ".xlsm":
		return true
	}
	return false
}

// priced is a series with its spreads and its unit.
type priced struct {
	Series
	unit            unit
	monthly, annual dist.Dist
}

func pricedSeries(s Series) (priced, error) {
	p := priced{Series: s, monthly: s.Monthly, annual: s.Annual}
	var ok bool
	if p.unit, ok = unitOf(s.Unit); !ok {
		return p, fmt.Errorf("series %q: %w: %q is no price of a mass; known are $/troy oz, $/mt, $/kg", s.Name, datasets.ErrUnit, s.Unit)
	}
	monthly, annual := spreadOf(s.Mineral)
	for _, want := range []struct {
		have  *dist.Dist
		usual string
		name  string
	}{{&p.monthly, monthly, "Monthly"}, {&p.annual, annual, "Annual"}} {
		if *want.have != nil {
			continue
		}
		if want.usual == "" {
			return p, fmt.Errorf("series %q: %w: set Series.%s (a factor of 1 for an exact price)", s.Name, datasets.ErrNoSpread, want.name)
		}
		var err error
		if *want.have, err = dist.ParseSpread(want.usual); err != nil {
			return p, err
		}
	}
	return p, nil
}

// spreadOf is how far a trade's price lies from the average of its month and of its year: see the package's documentation.
func spreadOf(m flows.Mineral) (monthly, annual string) {
	switch m {
	case flows.Gold:
		return "*/1.02", "*/1.03"
	case flows.Tin:
		return "*/1.03", "*/1.06"
	}
	return "", ""
}

// unit is what a price is per.
type unit struct {
	symbol string // as in a data package: /ozt
	mass   flows.Mass
}

func unitOf(text string) (unit, bool) {
	switch plain(text) {
	case "$/troy oz":
		return unit{"/ozt", flows.TroyOunce}, true
	case "$/mt":
		return unit{"/t", flows.Tonne}, true
	case "$/kg":
		return unit{"/kg", flows.Kilogram}, true
	}
	return unit{}, false
}

// plain is what names and units have in common between editions: no case, no blanks or asterisks at the ends, no brackets around a unit.
func plain(text string) string {
	text = strings.Trim(text, " \t\r\n\u00a0*")
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		text = text[1 : len(text)-1]
	}
	return strings.ToLower(strings.Join(strings.Fields(text), " "))
}
