package xlsx

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// sharedStrings are the strings that cells refer to by number. They are kept as one text: a million short strings of their own would
// take several times the memory.
type sharedStrings struct {
	text string
	ends []int
}

func (s *sharedStrings) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	start := 0
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.text[start:s.ends[i]], true
}

func (w *Workbook) readStrings(part string) error {
	s, err := w.scan(part, w.limits.part)
	if err != nil {
		return err
	}
	defer s.close()
	root, err := s.root("sst")
	if err != nil {
		return err
	}
	var all, one []byte
	var ends []int
	space := keepsSpace(root, false)
	for {
		e, more, err := s.child(root)
		switch {
		case err != nil:
			return err
		case !more:
			w.strings = sharedStrings{string(all), ends}
			return s.drain()
		case e.Name.Local != "si":
			if err := s.skip(e); err != nil {
				return err
			}
			continue
		}
		if one, err = s.richText(e, one[:0], space); err != nil {
			return err
		}
		all = append(all, one...)
		ends = append(ends, len(all))
		if len(ends) > w.limits.strings || int64(len(all)) > w.limits.stringBytes {
			return s.fail(fmt.Errorf("%w: more than %d shared strings or %d bytes of them", ErrLimit, w.limits.strings, w.limits.stringBytes))
		}
	}
}

// richText appends the text of a shared or inline string: its <t>, or those of its runs <r>. How it is to be pronounced (<rPh>) is no
// part of it.
func (s *scanner) richText(e element, buf []byte, space bool) ([]byte, error) {
	space = keepsSpace(e, space)
	for {
		c, more, err := s.child(e)
		if err != nil || !more {
			return buf, err
		}
		switch c.Name.Local {
		case "t":
			buf, err = s.plainText(c, buf, space)
		case "r":
			buf, err = s.richText(c, buf, space)
		default:
			err = s.skip(c)
		}
		if err != nil {
			return buf, err
		}
	}
}

// plainText appends the text of a <t>. Blanks at its ends count only where xml:space says so, as in Excel.
func (s *scanner) plainText(e element, buf []byte, space bool) ([]byte, error) {
	start := len(buf)
	buf, err := s.text(e, buf)
	if err != nil {
		return buf, err
	}
	text := buf[start:]
	if !keepsSpace(e, space) {
		text = bytes.Trim(text, " \t\r\n")
	}
	return append(buf[:start], unescape(text)...), nil
}

// unescape replaces what XML cannot hold and a string writes as _xHHHH_: a UTF-16 unit (ISO/IEC 29500-1, 22.9.2.19). The underscore
// itself is _x005F_ where it would start one.
func unescape(text []byte) []byte {
	if !bytes.Contains(text, []byte("_x")) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		u, ok := escaped(text[i:])
		if !ok {
			out = append(out, text[i])
			i++
			continue
		}
		i += escapeLength
		if utf16.IsSurrogate(u) {
			second, ok := escaped(text[i:])
			if both := utf16.DecodeRune(u, second); ok && both != utf8.RuneError {
				u = both
				i += escapeLength
			}
		}
		out = utf8.AppendRune(out, u) // half a pair becomes U+FFFD
	}
	return out
}

const escapeLength = len("_x005F_")

func escaped(s []byte) (rune, bool) {
	if len(s) < escapeLength || s[0] != '_' || s[1] != 'x' || s[escapeLength-1] != '_' {
		return 0, false
	}
	u, err := strconv.ParseUint(string(s[2:escapeLength-1]), 16, 16)
	return rune(u), err == nil
}
