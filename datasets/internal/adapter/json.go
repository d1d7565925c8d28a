package adapter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/mineralflows/mineralflows/datasets"
)

// mostInValue is how many bytes one value of a JSON text may hold; a row of a publisher's has some 1,500. The decoder keeps a value whole
// in memory.
const mostInValue = 1 << 20

// JSON reads a JSON text value by value, so that memory does not grow with the file.
type JSON struct {
	*json.Decoder
	in *rationed
}

// NewJSON returns a reader of a text. what is the text if all is well, for messages: "answer of UN Comtrade".
func NewJSON(in io.Reader, what string) *JSON {
	r := &rationed{in: in, left: mostInValue, what: what}
	return &JSON{Decoder: json.NewDecoder(r), in: r}
}

// rationed ends a reading that needs more than is left for one value.
type rationed struct {
	in   io.Reader
	left int
	what string
}

func (r *rationed) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, fmt.Errorf("%w: a value of more than %d bytes: this is no %s", datasets.ErrShape, mostInValue, r.what)
	}
	n, err := r.in.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// Token reads the next bracket or simple value.
func (j *JSON) Token() (json.Token, error) {
	j.in.left = mostInValue
	return j.Decoder.Token()
}

// Decode reads the next value.
func (j *JSON) Decode(v any) error {
	j.in.left = mostInValue
	return j.Decoder.Decode(v)
}

// Open reads the bracket that starts a list or an object.
func (j *JSON) Open(want json.Delim, otherwise string) error {
	t, err := j.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("%w: %s", datasets.ErrShape, otherwise)
	}
	return nil
}

// ExplainJSON puts the faults of a JSON text into words.
func ExplainJSON(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return fmt.Errorf("%w: the file is cut short: download it again", datasets.ErrShape)
	case errors.As(err, &syntax): // its Offset is not one in the file
		return fmt.Errorf("%w: no JSON: %w", datasets.ErrShape, err)
	}
	return err
}
