package xlsx

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// element is a start tag. Prefixes of names are as written: elements are told apart by where they stand, which holds for the
// transitional and the strict namespace and for any prefix.
type element = xml.StartElement

// scanner walks through the XML of one part, child by child, and holds one tag at a time.
//
// It reads raw tokens and checks itself that tags close in order: the names of a sheet's hundred thousand cells need no namespace.
type scanner struct {
	part  string
	file  io.Closer
	in    *input
	xml   *xml.Decoder
	depth int
	max   int
}

// scan opens a part.
func (w *Workbook) scan(part string, most int64) (*scanner, error) {
	return w.scanWith(context.Background(), part, most)
}

func (w *Workbook) scanWith(ctx context.Context, part string, most int64) (*scanner, error) {
	file, err := w.parts.open(part, most)
	if err != nil {
		return nil, err
	}
	in := newInput(ctx, file, most, w.limits.token)
	return &scanner{part: part, file: file, in: in, xml: xml.NewDecoder(in), max: w.limits.depth}, nil
}

func (s *scanner) close() { s.file.Close() }

// fail says what is wrong with the part.
func (s *scanner) fail(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case s.in.ctx.Err() != nil:
		return s.in.ctx.Err()
	case errors.Is(err, ErrLimit), errors.Is(err, ErrDamaged):
		return fmt.Errorf("%w (%s)", err, s.part)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		return fmt.Errorf("%w: %s is cut short: fetch it again", ErrDamaged, s.part)
	}
	return fmt.Errorf("%w: %s: %v: fetch it again, or open it in a spreadsheet program and save it", ErrDamaged, s.part, err)
}

func (s *scanner) token() (xml.Token, error) {
	s.in.token = s.in.read()
	t, err := s.xml.RawToken()
	if err != nil {
		return nil, s.fail(err)
	}
	return t, nil
}

// root returns the first element, which must have the given name.
func (s *scanner) root(name string) (element, error) {
	for {
		t, err := s.token()
		if err != nil {
			return element{}, err
		}
		if e, ok := t.(element); ok {
			if e.Name.Local != name {
				return e, s.fail(fmt.Errorf("it holds a <%s> where a <%s> belongs", e.Name.Local, name))
			}
			s.depth = 1
			return e, nil
		}
	}
}

// child returns the next element within parent, or false behind the last. Every child must be read to its end before the next.
func (s *scanner) child(parent element) (element, bool, error) {
	for {
		t, err := s.token()
		if err != nil {
			return element{}, false, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if s.depth++; s.depth > s.max {
				return t, false, s.fail(fmt.Errorf("%w: elements within each other more than %d deep", ErrLimit, s.max))
			}
			return t, true, nil
		case xml.EndElement:
			return element{}, false, s.end(parent, t)
		}
	}
}

func (s *scanner) end(e element, t xml.EndElement) error {
	s.depth--
	if t.Name != e.Name {
		return s.fail(fmt.Errorf("</%s> closes <%s>", t.Name.Local, e.Name.Local))
	}
	return nil
}

// skip reads e to its end.
func (s *scanner) skip(e element) error {
	open := []element{e}
	for len(open) > 0 {
		last := len(open) - 1
		c, more, err := s.child(open[last])
		switch {
		case err != nil:
			return err
		case more:
			open = append(open, c)
		default:
			open = open[:last]
		}
	}
	return nil
}

// text appends the text of e to buf, up to the limit of a cell, and reads e to its end. What other elements hold is no part of it.
func (s *scanner) text(e element, buf []byte) ([]byte, error) {
	for {
		t, err := s.token()
		if err != nil {
			return buf, err
		}
		switch t := t.(type) {
		case xml.CharData:
			if buf = append(buf, t...); len(buf) > mostText {
				return buf, s.fail(fmt.Errorf("%w: a cell with more than %d bytes of text", ErrLimit, mostText))
			}
		case xml.StartElement:
			s.depth++
			if err := s.skip(t); err != nil {
				return buf, err
			}
		case xml.EndElement:
			return buf, s.end(e, t)
		}
	}
}

// drain reads the part to its end without looking at it: the checksum of its bytes stands behind the last.
func (s *scanner) drain() error {
	for {
		s.in.token = s.in.read() // no token grows
		if err := s.in.fill(); err == io.EOF {
			return nil
		} else if err != nil {
			return s.fail(err)
		}
	}
}

// attribute returns the attribute that has no prefix, "" where there is none.
func attribute(e element, name string) string {
	for i := range e.Attr {
		if a := &e.Attr[i]; a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// reference returns the attribute r:id, whatever its prefix.
func reference(e element) string {
	i := slices.IndexFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == "id" && a.Name.Space != "" && a.Name.Space != "xmlns" })
	if i < 0 {
		return ""
	}
	return e.Attr[i].Value
}

// keepsSpace reads the attribute xml:space.
func keepsSpace(e element, otherwise bool) bool {
	for _, a := range e.Attr {
		if a.Name.Local == "space" && a.Name.Space == "xml" {
			return a.Value == "preserve"
		}
	}
	return otherwise
}

// isTrue reads an XML Schema boolean, and the "on" of older writers.
func isTrue(s string) bool {
	switch strings.TrimSpace(s) {
	case "1", "true", "on":
		return true
	}
	return false
}

// input hands bytes to the XML decoder. Whenever its buffer is empty it looks at the context and at what was read, in all and since the
// last token: the decoder keeps a token whole in memory. Counting single bytes would cost a fifth of the time.
type input struct {
	ctx       context.Context
	in        io.Reader
	buf       []byte
	at        int   // the next byte in buf
	before    int64 // bytes before buf
	token     int64 // where the token at hand starts
	most      int64
	mostToken int
}

func newInput(ctx context.Context, in io.Reader, most int64, mostToken int) *input {
	return &input{ctx: ctx, in: in, buf: make([]byte, 0, 32<<10), most: most, mostToken: mostToken}
}

func (i *input) read() int64 { return i.before + int64(i.at) }

// ReadByte is what the decoder calls.
func (i *input) ReadByte() (byte, error) {
	if i.at == len(i.buf) {
		if err := i.fill(); err != nil {
			return 0, err
		}
	}
	c := i.buf[i.at]
	i.at++
	return c, nil
}

// fill drops what is in the buffer and reads more.
func (i *input) fill() error {
	i.before += int64(len(i.buf))
	i.buf, i.at = i.buf[:0], 0
	switch {
	case i.ctx.Err() != nil:
		return i.ctx.Err()
	case i.before > i.most:
		return fmt.Errorf("%w: a part unpacks to more than %d bytes", ErrLimit, i.most)
	case i.before-i.token > int64(i.mostToken):
		return fmt.Errorf("%w: a tag or a text of more than %d bytes", ErrLimit, i.mostToken)
	}
	for range 100 {
		n, err := i.in.Read(i.buf[:cap(i.buf)])
		if n > 0 {
			i.buf = i.buf[:n]
			return nil // an error comes again
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// Read is there because a decoder takes a reader; it calls ReadByte.
func (i *input) Read(p []byte) (int, error) {
	if i.at == len(i.buf) {
		if err := i.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, i.buf[i.at:])
	i.at += n
	return n, nil
}
