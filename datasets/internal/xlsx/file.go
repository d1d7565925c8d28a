package xlsx

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// OpenFS opens a workbook of a file system. Close it.
func OpenFS(fsys fs.FS, name string) (*Workbook, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	return OpenFile(f)
}

// OpenFile opens a file, which closes with the workbook; where it is none, it closes at once. A file that cannot be read at random (one
// in a zip), that does not know its size, or that is packed with gzip is read into memory, up to 256 MiB.
func OpenFile(f io.ReadCloser) (*Workbook, error) { return openFile(f, ordinary()) }

func openFile(f io.ReadCloser, l limits) (*Workbook, error) {
	r, size, err := atRandom(f, l)
	if err == nil {
		var w *Workbook
		if w, err = open(r, size, l); err == nil {
			w.file = f
			return w, nil
		}
	}
	f.Close()
	return nil, err
}

func atRandom(f io.Reader, l limits) (io.ReaderAt, int64, error) {
	if s, ok := f.(interface{ Stat() (fs.FileInfo, error) }); ok {
		info, err := s.Stat()
		switch {
		case err != nil:
			return nil, 0, err
		case info.IsDir():
			return nil, 0, &Error{Err: fmt.Errorf("%w: a folder", ErrNoWorkbook)}
		}
		if r, ok := f.(io.ReaderAt); ok {
			head := make([]byte, len(gzipMagic))
			if _, err := r.ReadAt(head, 0); err != nil || !bytes.Equal(head, gzipMagic) {
				return r, info.Size(), nil
			}
		}
	}
	text, err := readWhole(f, l.memory)
	if err != nil {
		return nil, 0, &Error{Err: err}
	}
	return bytes.NewReader(text), int64(len(text)), nil
}

var gzipMagic = []byte{0x1f, 0x8b}

// readWhole reads a file, unpacked, up to most bytes.
func readWhole(f io.Reader, most int64) ([]byte, error) {
	text, err := readMost(f, most)
	if err != nil || !bytes.HasPrefix(text, gzipMagic) {
		return text, err
	}
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: its gzip: %v", ErrDamaged, err)
	}
	text, err = readMost(z, most)
	if err != nil && !errors.Is(err, ErrLimit) {
		err = fmt.Errorf("%w: its gzip: %v", ErrDamaged, err)
	}
	return text, err
}

func readMost(r io.Reader, most int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%w: more than %d bytes to be read into memory: put the file itself into a folder", ErrLimit, most)
	}
	return text, err
}
