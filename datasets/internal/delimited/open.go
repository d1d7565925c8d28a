package delimited

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// OpenChecked opens a file that may be packed. A packed one is read to its end first: its checksum stands there, and the rows of a
// damaged file would be called bad by the hundred before it is met.
func OpenChecked(ctx context.Context, fsys fs.FS, file string) (*bufio.Reader, func() error, error) {
	for checked := false; ; checked = true {
		f, err := fsys.Open(file)
		if err != nil {
			return nil, nil, err
		}
		in, packed, err := Plain(ctx, f)
		if err == nil && (checked || !packed) {
			return in, f.Close, nil
		}
		if err == nil {
			_, err = io.Copy(io.Discard, in)
		}
		f.Close()
		if err != nil {
			return nil, nil, err
		}
	}
}

// cancellable stops a reading between two chunks.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Plain returns the text of a file: unpacked, if it starts as a gzip file does, and without a byte order mark.
func Plain(ctx context.Context, f io.Reader) (_ *bufio.Reader, packed bool, _ error) {
	const chunk = 64 << 10
	in := bufio.NewReaderSize(cancellable{ctx, f}, chunk)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		packed = true
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, packed, explainGzip(err)
		}
		in = bufio.NewReaderSize(cancellable{ctx, unpacked{z}}, chunk)
	}
	head, _ := in.Peek(3)
	switch {
	case bytes.HasPrefix(head, []byte("\ufeff")):
		_, err := in.Discard(3)
		return in, packed, err
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return nil, packed, fmt.Errorf("%w: the file is UTF-16: save it as CSV UTF-8", ErrEncoding)
	case bytes.HasPrefix(head, []byte("PK\x03")):
		return nil, packed, fmt.Errorf("%w: the file is a zip archive or a workbook, no text: unpack it, or save it as CSV UTF-8", ErrEncoding)
	}
	return in, packed, nil
}

// unpacked says in words what is wrong with a gzip file.
type unpacked struct{ z *gzip.Reader }

func (u unpacked) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	if err != nil && err != io.EOF {
		err = explainGzip(err)
	}
	return n, err
}

func explainGzip(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("the gzip file is cut short: copy or pack it again (%w)", err)
	}
	return fmt.Errorf("the gzip file is damaged: copy or pack it again (%w)", err)
}
