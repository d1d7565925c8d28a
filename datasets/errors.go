package datasets

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
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
	if n := nearest(word, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return "known are " + strings.Join(known, ", ")
}

// nearest is the known word that takes the fewest edits to reach, or "" where none is near: more than a third of it would change.
func nearest(word string, known []string) string {
	if len(word) > 64 {
		return ""
	}
	best, least := "", 1<<30
	lower := strings.ToLower(word)
	for _, k := range known {
		d := edits(lower, strings.ToLower(k))
		if d < least && 3*d <= max(len(k), 3) {
			best, least = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance of a and b, with two neighbours swapped counted as one edit.
func edits(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1)
			if a[i-1] == b[j-1] {
				row[j] = min(row[j], last[j-1])
			} else {
				row[j] = min(row[j], last[j-1]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// because adds to a reason what to do about it.
func because(reason error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", reason, fmt.Sprintf(format, args...))
}
