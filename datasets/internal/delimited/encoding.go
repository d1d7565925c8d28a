package delimited

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Decoder turns the bytes of one line into UTF-8. The zero value leaves them as they are.
type Decoder struct {
	high   []rune // what the bytes 0x80 to 0x9F mean; nil: the text is UTF-8
	detect bool   // only lines that are not UTF-8 are decoded
	buf    []byte
}

// Detect is the decoder of a publisher that does not say: a line that is UTF-8 stays as it is, any other is Windows-1252, of which ISO
// 8859-1 is a part but for control codes. It decides line by line, so that a file need not be read twice.
func Detect() Decoder { return Decoder{high: []rune(windows1252), detect: true} }

// DecoderFor knows the encodings that spreadsheets in Western languages save in.
func DecoderFor(encoding string) (Decoder, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return Decoder{}, nil
	case "windows-1252", "cp1252":
		return Decoder{high: []rune(windows1252)}, nil
	case "iso-8859-1", "latin-1", "latin1":
		return Decoder{high: []rune(latin1)}, nil
	}
	return Decoder{}, fmt.Errorf("%w: %q; known are utf-8, windows-1252, iso-8859-1", ErrEncoding, encoding)
}

// decode returns line in UTF-8. The slice holds until the next call. A byte without a meaning stays as it is, so that
// the check for UTF-8 names its row.
func (d *Decoder) decode(line []byte) []byte {
	if d.high == nil || d.detect && utf8.Valid(line) {
		return line
	}
	d.buf = d.buf[:0]
	for _, c := range line {
		switch {
		case c < 0x80:
			d.buf = append(d.buf, c)
		case c >= 0xA0:
			d.buf = utf8.AppendRune(d.buf, rune(c))
		case d.high[c-0x80] == utf8.RuneError:
			d.buf = append(d.buf, c)
		default:
			d.buf = utf8.AppendRune(d.buf, d.high[c-0x80])
		}
	}
	return d.buf
}

// windows1252 is what the bytes 0x80 to 0x9F mean in Windows code page 1252, as the Unicode Consortium maps it
// (MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT), with U+FFFD for the five that are not assigned. All else is as in ISO 8859-1.
const windows1252 = "\u20ac\ufffd\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\ufffd\u017d\ufffd" +
	"\ufffd\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\ufffd\u017e\u0178"

// latin1 has control codes there, which no table holds: a file that has them is windows-1252.
const latin1 = "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd" +
	"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd"
