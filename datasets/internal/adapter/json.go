package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

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

// Members are the names and values of an object of sound JSON, as they stand in it: names without their quotes, strings with them, lists and
// objects whole. Decoding a row of thirty into a map took six times as long.
func Members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		text := bytes.TrimSpace(object)
		if len(text) == 0 || text[0] != '{' {
			return
		}
		for text = next(text[1:]); len(text) > 0 && text[0] == '"'; text = next(text) {
			name := text[:endOf(text)]
			text = next(text[len(name):])
			value := text[:endOf(text)]
			if len(name) < 2 || len(value) == 0 || !yield(name[1:len(name)-1], value) {
				return
			}
			text = text[len(value):]
		}
	}
}

// next leaves out what stands between the parts of an object.
func next(text []byte) []byte {
	for i, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n', ':', ',':
		default:
			return text[i:]
		}
	}
	return nil
}

// endOf is where the value ends that text starts with.
func endOf(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i = endOfString(text, i); depth == 0 {
				return min(i+1, len(text))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			} else if depth < 0 {
				return i
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// endOfString is where the quote stands that closes the one at start.
func endOfString(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text)
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
