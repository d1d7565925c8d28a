package adapter

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
	"github.com/mineralflows/mineralflows/flows"
)

// Input is where a format is read from: the matching files of FS, or what Open returns.
type Input struct {
	FS    fs.FS
	Open  func() (io.ReadCloser, error) // one file, opened anew for each read
	Name  string                        // of that file; with FS, what positions put before a file's path
	Match func(path string) bool        // which files of FS are of this format
	What  string                        // what is looked for, for messages: "BACI yearly files (BACI_HS92_Y2022_V202501.csv)"
}

// File is one file of an input.
type File struct {
	Path     string // inside FS, or Input.Name
	Name     string // as positions name it
	Modified string // the day it was last changed as 2006-01-02, "" where that is not known
	fsys     fs.FS
	open     func() (io.ReadCloser, error)
}

// Opened is a file that a function opens, such as one beside a file of an input.
func Opened(name string, open func() (io.ReadCloser, error)) File {
	return File{Path: name, Name: name, open: open}
}

// Base is the last element of the file's path.
func (f File) Base() string { return path.Base(f.Path) }

// Pos is a place in the file.
func (f File) Pos(line int) flows.Pos { return flows.Pos{File: f.Name, Line: line} }

// Open opens the file as it is.
func (f File) Open() (io.ReadCloser, error) { return f.open() }

// FS is the file system that the file stands in at f.Path; nil for a file that a function opens.
func (f File) FS() fs.FS { return f.fsys }

// Files returns the input's files in the order of their paths. That there are none is an error of the read.
func (r *Run) Files(in Input) []File {
	switch {
	case in.FS != nil && in.Open != nil:
		r.Fail(flows.Pos{File: in.Name}, errors.New("a folder and a file are given: set FS or Open, not both"))
		return nil
	case in.Open != nil:
		name := in.Name
		if name == "" {
			name = "input"
		}
		return []File{{Path: name, Name: name, open: in.Open}}
	case in.FS == nil:
		r.Fail(flows.Pos{File: in.Name}, errors.New("nothing to read: set FS or Open"))
		return nil
	}
	var out []File
	var others []string
	err := fs.WalkDir(in.FS, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case r.cancelled():
			return fs.SkipAll
		case d.IsDir(), hidden(path.Base(p)):
			return nil
		case !in.Match(p):
			others = append(others, p)
			return nil
		}
		f := File{Path: p, Name: path.Join(in.Name, p), fsys: in.FS, open: func() (io.ReadCloser, error) { return in.FS.Open(p) }}
		if info, err := d.Info(); err == nil && info.ModTime().After(noTime) {
			f.Modified = info.ModTime().UTC().Format("2006-01-02")
		}
		out = append(out, f)
		return nil
	})
	switch {
	case r.done:
		return nil
	case err != nil:
		r.Fail(flows.Pos{File: in.Name}, err)
	case len(out) == 0:
		holds := "it is empty"
		if len(others) > 0 {
			holds = "it has " + listed(others)
		}
		r.Fail(flows.Pos{File: in.Name}, &none{fmt.Sprintf("the folder holds no %s; %s", in.What, holds)})
	}
	return out
}

// noTime is the last day that stands for no time: archives and images that are made to be the same each time have the first of Unix (1970)
// or of zip (1980).
var noTime = time.Date(1980, 1, 2, 0, 0, 0, 0, time.UTC)

// hidden reports whether a file is no user's own: what systems keep beside files, and Excel's lock of an open workbook.
func hidden(base string) bool { return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$") }

// none says that a folder has no file of a format. It is fs.ErrNotExist.
type none struct{ text string }

func (e *none) Error() string { return e.text }
func (e *none) Unwrap() error { return fs.ErrNotExist }

// Text opens the file, unpacked and without a byte order mark. A damaged gzip file is met where the damage is. A packed file is unpacked
// while it is read, in a goroutine that ends when the file is closed.
func (r *Run) Text(f File) (*bufio.Reader, io.Closer, error) {
	c, err := f.open()
	if err != nil {
		return nil, nil, err
	}
	in, packed, err := delimited.Plain(r.ctx, c)
	switch {
	case err != nil:
		c.Close()
		return nil, nil, err
	case packed:
		ahead := delimited.Ahead(in)
		return bufio.NewReaderSize(ahead, 64<<10), both{ahead, c}, nil
	}
	return in, c, nil
}

// both closes what reads ahead, then the file that it reads.
type both struct{ first, second io.Closer }

func (b both) Close() error { return errors.Join(b.first.Close(), b.second.Close()) }

// Date is when a file was published.
type Date struct {
	Day     string // 2024, 2024-03 or 2024-03-11
	Undated bool   // nobody says so: it is the day on which the file was last changed
}

// ID is the date in the id of an origin. What an origin says follows from its id, and that a date is the file's own is part of it.
func (d Date) ID() string {
	if d.Undated {
		return d.Day + "-undated"
	}
	return d.Day
}

// Version is that of an edition that has no other name than its date.
func (d Date) Version() string {
	if d.Undated {
		return "undated, file of " + d.Day
	}
	return "as of " + d.Day
}

// Published is when a file was published: what the user says, else what the file says of itself, else the day it was last changed, which for
// a download is the day of the download and for a copy that of the copy; the stats name such a file if rows of it are kept. It is an error
// where none of them is known, for editions are told apart by it. It is asked for before the first row of the file is kept.
func (r *Run) Published(set, stated string, f File) (Date, error) {
	d := Date{Day: cmp.Or(set, stated, f.Modified), Undated: set == "" && stated == ""}
	switch {
	case d.Day == "":
		return d, fmt.Errorf("%w: set Published (2024, 2024-03 or 2024-03-11)", datasets.ErrUndated)
	case !flows.IsDate(d.Day):
		return d, fmt.Errorf("published: %q: want 2024, 2024-03 or 2024-03-11", d.Day)
	}
	r.undated, r.day = "", d.Day
	if d.Undated {
		r.undated = f.Name
	}
	return d, nil
}
