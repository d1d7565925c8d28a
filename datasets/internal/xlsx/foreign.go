package xlsx

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// explain says in words what a file is that cannot be opened as a zip.
func explain(r io.ReaderAt, size int64, err error) error {
	head := make([]byte, 4096)
	n, readErr := r.ReadAt(head, 0)
	if readErr != nil && readErr != io.EOF {
		return readErr
	}
	head = head[:n]
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"))
	starts := func(b []byte, with string) bool { return bytes.HasPrefix(b, []byte(with)) }
	what := "neither a zip nor anything else that is known"
	switch {
	case n == 0:
		what = "the file is empty"
	case starts(head, "PK"):
		return fmt.Errorf("%w: its zip is cut short or altered (%v): fetch it again", ErrDamaged, err)
	case starts(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") && holds(r, size, "EncryptedPackage"):
		what = "an encrypted workbook: save it without a password"
	case starts(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), starts(head, "\x09\x08\x10\x00"), starts(head, "\x09\x08\x08\x00"):
		what = "an old .xls file: save it as .xlsx"
	case starts(head, "\x1f\x8b"):
		what = "a gzip file: unpack it first"
	case starts(head, "%PDF"):
		what = "a PDF file"
	case starts(text, "<?xml"), starts(text, "<workbook"):
		what = "an XML file, perhaps of Excel 2003: save it as .xlsx"
	case starts(text, "<!doctype html"), starts(text, "<html"), starts(text, "<"):
		what = "a web page, perhaps an error of the server that it was fetched from: look at it in a browser"
	case isText(head):
		what = "a text file, perhaps CSV: give it its own name and read it as what it is, or save it as .xlsx"
	}
	return fmt.Errorf("%w: %s", ErrNoWorkbook, what)
}

// holds reports whether a compound file (MS-CFB) names a stream so. Its directory can lie anywhere, and names are UTF-16.
func holds(r io.ReaderAt, size int64, stream string) bool {
	var name []byte
	for _, u := range utf16.Encode([]rune(stream)) {
		name = append(name, byte(u), byte(u>>8))
	}
	const step = 64 << 10
	buf := make([]byte, step+len(name))
	for at := int64(0); at < min(size, 64<<20); at += step {
		n, err := r.ReadAt(buf, at)
		if bytes.Contains(buf[:n], name) {
			return true
		}
		if err != nil {
			return false
		}
	}
	return false
}

// isText reports whether the bytes are those of a text in UTF-8, UTF-16 or a code page of Windows.
func isText(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return true
	}
	control := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
			control++
		}
	}
	return control == 0 && (utf8.Valid(head) || bytes.ContainsAny(head, ",;\t\n"))
}
