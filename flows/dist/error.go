package dist

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Reason is the rule that a refused text or number broke. It is itself an
// error: errors.Is(err, dist.ErrUpsideDown).
type Reason string

// Error returns the reason in words.
func (r Reason) Error() string { return string(r) }

// The reasons for which a text or a set of numbers is no distribution.
const (
	ErrEmpty      Reason = "empty"
	ErrNotNumber  Reason = "not a number"
	ErrNotFinite  Reason = "not finite"
	ErrNotation   Reason = "no such notation"
	ErrBound      Reason = "a bound is not a distribution"
	ErrUpsideDown Reason = "upside down"
	ErrNoWidth    Reason = "no width"
	ErrOutside    Reason = "best guess outside its range"
	ErrNegative   Reason = "negative"
	ErrBelowZero  Reason = "too much below zero"
	ErrZero       Reason = "a zero has no factor"
	ErrFactor     Reason = "not a factor above 1"
	ErrSpread     Reason = "not a factor around 1"
	ErrTooWide    Reason = "too wide"
)

// Error says which text or numbers were refused, why, and what to write
// instead. Text is as written; for a constructor it is its arguments in the
// notation of [Parse].
type Error struct {
	Text   string
	Reason Reason
	Advice string
}

// Error returns "reason: text (advice)", for example
// "upside down: 1200..800 (write the smaller number first)".
func (e *Error) Error() string {
	s := string(e.Reason)
	if e.Text != "" {
		s += ": " + printable(e.Text)
	}
	if e.Advice != "" {
		s += " (" + e.Advice + ")"
	}
	return s
}

// Unwrap returns the Reason.
func (e *Error) Unwrap() error { return e.Reason }

func refuse(text string, r Reason, advice string) error {
	return &Error{Text: text, Reason: r, Advice: advice}
}

// about returns err with its text replaced by what the author wrote, so that
// the message shows the cell and not a rendering of the numbers in it.
func about(text string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return &Error{Text: text, Reason: e.Reason, Advice: e.Advice}
	}
	return err
}

// printable shortens a text for a message and quotes it where it holds
// something that cannot be seen.
func printable(s string) string {
	const most = 60 // runes; a cell can be a whole file that lost its line ends
	if len(s) > 4*most {
		s = strings.ToValidUTF8(s[:4*most], "?")
	}
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "..."
	}
	for _, r := range s {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return strconv.Quote(s)
		}
	}
	return s
}

// number formats x so that it reads back as the same float64, without an
// exponent where a person would write none.
func number(x float64) string {
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e15) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// inUnit reports whether p is a probability.
func inUnit(p float64) bool { return p >= 0 && p <= 1 }
