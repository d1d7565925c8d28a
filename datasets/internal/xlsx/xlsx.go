// Package xlsx reads the cells of Excel workbooks (.xlsx, .xlsm) as publishers ship them: ISO/IEC 29500 (Office Open XML), in its
// transitional and its strict form.
//
// It reads values and nothing else, one row at a time, so that memory does not grow with a sheet. A number is the text that the
// workbook stores, a formula the value that was stored with it, a string the text without its looks. What belongs to no cell (widths,
// tables, charts, merged ranges, content types) is not looked at, and can therefore not be wrong.
//
// A workbook is a file from somebody else: each of its parts has a limit, and what exceeds one is refused with its name.
package xlsx

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What can be wrong with a workbook. The error says it in words; these tell the kinds apart.
var (
	ErrNoWorkbook = errors.New("no .xlsx workbook")
	ErrDamaged    = errors.New("the workbook is damaged")
	ErrLimit      = errors.New("the workbook is too large")
	ErrNoSheet    = errors.New("no such sheet")
)

// Error says where in a workbook something is wrong.
type Error struct {
	Sheet string // "" where it is no sheet that is wrong
	Row   int    // the row that was read, counted from 1; 0 before the first
	Err   error
}

// Error returns, for example, `sheet "Annual Prices (Nominal)", row 7: the workbook is damaged: ...`.
func (e *Error) Error() string {
	switch {
	case e.Sheet == "":
		return e.Err.Error()
	case e.Row == 0:
		return fmt.Sprintf("sheet %q: %v", e.Sheet, e.Err)
	}
	return fmt.Sprintf("sheet %q, row %d: %v", e.Sheet, e.Row, e.Err)
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// Sheet is a worksheet. Its name is as written: some end in blanks.
type Sheet struct {
	Name   string
	Hidden bool
	part   string // "" where the workbook does not say
}

// Workbook is an open workbook. Its methods may be called at the same time, except Close.
type Workbook struct {
	parts   parts
	file    io.Closer // nil where there is none to close
	limits  limits
	sheets  []Sheet
	strings sharedStrings
	dates   []bool // per cell format: whether it shows a number as a date or time
	from04  bool   // days are counted from 1904
}

// Open reads what all sheets share (their names, the strings, the formats), but no sheet. The reader must stay open.
func Open(r io.ReaderAt, size int64) (*Workbook, error) { return open(r, size, ordinary()) }

func open(r io.ReaderAt, size int64, l limits) (*Workbook, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are only compared here, never used as paths
		return nil, &Error{Err: explain(r, size, err)}
	}
	w := &Workbook{parts: newParts(z), limits: l}
	if err := w.read(); err != nil {
		return nil, &Error{Err: err}
	}
	return w, nil
}

// Sheets returns the worksheets in their order. Sheets that hold no cells (charts, dialogs) are left out.
func (w *Workbook) Sheets() []Sheet { return append([]Sheet(nil), w.sheets...) }

// Close closes the file that OpenFS opened.
func (w *Workbook) Close() error {
	if w.file == nil {
		return nil
	}
	return w.file.Close()
}

// read finds the parts of the workbook by their relationships, since their names are free.
func (w *Workbook) read() error {
	main, err := w.mainPart()
	if err != nil {
		return err
	}
	related, err := w.relationships(main)
	if err != nil {
		return err
	}
	if err := w.readMain(main, related); err != nil {
		return err
	}
	for _, r := range related {
		switch {
		case r.is("sharedStrings"):
			err = w.readStrings(r.part)
		case r.is("styles"):
			err = w.readStyles(r.part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readMain reads the list of sheets.
func (w *Workbook) readMain(part string, related []relationship) error {
	s, err := w.scan(part, w.limits.part)
	if err != nil {
		return err
	}
	defer s.close()
	root, err := s.root("workbook")
	switch {
	case root.Name.Local == "":
		return err
	case err != nil:
		return fmt.Errorf("%w: its main part %q holds none: is it a text document or a presentation?", ErrNoWorkbook, part)
	}
	for {
		e, more, err := s.child(root)
		switch {
		case err != nil:
			return err
		case !more:
			return s.drain()
		case e.Name.Local == "sheets":
			err = w.readSheets(s, e, related)
		case e.Name.Local == "workbookPr":
			w.from04 = isTrue(attribute(e, "date1904"))
			err = s.skip(e)
		default:
			err = s.skip(e)
		}
		if err != nil {
			return err
		}
	}
}

func (w *Workbook) readSheets(s *scanner, list element, related []relationship) error {
	for {
		e, more, err := s.child(list)
		if err != nil || !more {
			return err
		}
		sheet := Sheet{Name: attribute(e, "name"), Hidden: strings.HasSuffix(strings.ToLower(attribute(e, "state")), "hidden")} // or veryHidden
		cells := true
		for _, r := range related {
			if r.id == reference(e) {
				sheet.part = r.part
				cells = !(r.is("chartsheet") || r.is("dialogsheet"))
			}
		}
		for _, other := range w.sheets {
			if strings.EqualFold(other.Name, sheet.Name) {
				return fmt.Errorf("%w: two of its sheets are named %q", ErrDamaged, sheet.Name)
			}
		}
		if cells && e.Name.Local == "sheet" {
			w.sheets = append(w.sheets, sheet)
		}
		if len(w.sheets) > w.limits.sheets {
			return fmt.Errorf("%w: more than %d sheets", ErrLimit, w.limits.sheets)
		}
		if err := s.skip(e); err != nil {
			return err
		}
	}
}

// sheet finds a sheet by its name as written.
func (w *Workbook) sheet(name string) (Sheet, error) {
	var names []string
	for _, s := range w.sheets {
		if s.Name == name {
			return s, nil
		}
		names = append(names, fmt.Sprintf("%q", s.Name))
	}
	const most = 20
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more", len(names)-most))
	}
	return Sheet{}, fmt.Errorf("%w; the workbook has %s", ErrNoSheet, strings.Join(names, ", "))
}
