package adapter

import (
	"errors"
	"slices"

	"github.com/mineralflows/mineralflows/datasets/internal/xlsx"
	"github.com/mineralflows/mineralflows/flows"
)

// Sheet is a sheet of a workbook that is read.
type Sheet struct {
	Name  string // as written
	Saved string // the day on which the workbook was last saved, as it says itself; "" where it does not
}

// Workbook reads the sheets of a workbook that are not hidden, one after the other. begin is given a sheet and returns what is called for
// each of its rows; nil passes over the sheet.
func (r *Run) Workbook(f File, begin func(Sheet) func(xlsx.Row)) {
	in, err := f.Open()
	if err != nil {
		r.Fail(f.Pos(0), err)
		return
	}
	book, err := xlsx.OpenFile(in)
	if err != nil {
		r.Fail(f.Pos(0), err)
		return
	}
	defer book.Close()
	saved := book.Saved()
	for _, s := range book.Sheets() {
		if s.Hidden {
			continue
		}
		use := begin(Sheet{s.Name, saved})
		if r.done {
			return
		}
		if use == nil {
			continue
		}
		for row, err := range book.Rows(r.ctx, s.Name) {
			if err != nil {
				var at *xlsx.Error
				line := 0
				if errors.As(err, &at) {
					line, err = at.Row, at.Err
				}
				r.Fail(f.SheetPos(s.Name, line), err)
				return
			}
			use(row)
			if r.done {
				return
			}
			if r.GaveUp(f.SheetPos(s.Name, row.Number)) {
				break
			}
		}
	}
}

// SheetPos is a place in a sheet of a workbook.
func (f File) SheetPos(sheet string, row int) flows.Pos {
	return flows.Pos{File: f.Name + "/" + sheet, Line: row}
}

// Mineral yields the commodity of a mineral that is not built in. source is the name of the reader that was told of it, for positions.
func (r *Run) Mineral(m flows.Mineral, substance flows.Basis, source string) {
	if !slices.ContainsFunc(flows.Commodities(), func(b flows.Commodity) bool { return b.Mineral == m }) {
		r.Extra(flows.Commodity{Mineral: m, Substance: substance, Pos: flows.Pos{File: source}})
	}
}
