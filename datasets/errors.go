package datasets

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
	"github.com/mineralflows/mineralflows/datasets/internal/nearest"
	"github.com/mineralflows/mineralflows/flows"
)

// RowError says what is wrong with one row or one cell of a table, and where it stands.
type RowError struct {
	Pos    flows.Pos
	Column string // "" where the row as a whole is wrong
	Value  string // the cell as written
	Err    error
}

// Error returns, for example, `claims.csv:12: column amount: "1,200": not a number (write 1200 or 1.2: no comma in a number)`.
func (e *RowError) Error() string {
	var b strings.Builder
	if at := e.Pos.String(); at != "" {
		b.WriteString(at + ": ")
	}
	if e.Column != "" {
		b.WriteString("column " + e.Column + ": " + quoted(e.Value) + ": ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns what is wrong.
func (e *RowError) Unwrap() error { return e.Err }

// What a table can get wrong before any of its cells is read. A RowError wraps one of them, or one of package flows or dist.
var (
	ErrDescriptor = errors.New("bad descriptor")
	ErrTable      = errors.New("missing table")
	ErrColumn     = errors.New("bad column")
	ErrShape      = delimited.ErrShape
	ErrEncoding   = delimited.ErrEncoding
	ErrUnit       = errors.New("bad unit")
	ErrNoSpread   = errors.New("a bare number without a spread")
	ErrEmptyCell  = errors.New("empty, and required")
	ErrWord       = errors.New("unknown word")
	ErrTwice      = errors.New("an id that is taken")
	ErrDate       = errors.New("bad date")
	ErrUndated    = errors.New("nothing says when the file was published")
)

// quoted shows a cell in a message: a cell can be a whole file that lost its line ends.
func quoted(s string) string {
	const most = 60
	if len(s) <= most {
		return strconv.Quote(s)
	}
	cut := strings.ToValidUTF8(s[:most], "")
	return strconv.Quote(cut) + "..."
}

// oneOf says that word is none of those that are known.
func oneOf(word string, known []string) error {
	return fmt.Errorf("%w; %s", ErrWord, suggest(word, known))
}

// suggest says which of the known words is meant, or lists them.
func suggest(word string, known []string) string {
	if n := nearest.Word(word, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return "known are " + strings.Join(known, ", ")
}

// because adds to a reason what to do about it.
func because(reason error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", reason, fmt.Sprintf(format, args...))
}
