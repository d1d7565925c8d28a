package flows

import (
	"errors"
	"fmt"
	"strings"
)

// Pos is the place in a file that a record was read from. It survives parsing, so that a later check can point at the row.
type Pos struct {
	File string
	Line int
}

// String is "file:line", or "file", or "" for a record made in code.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// What a ledger refuses. A RecordError wraps one of them.
var (
	ErrNoBasis   = errors.New("amount without a basis")
	ErrBasis     = errors.New("unknown basis")
	ErrAmount    = errors.New("bad amount")
	ErrPlace     = errors.New("unknown place")
	ErrSelf      = errors.New("a flow from a place to itself")
	ErrPeriod    = errors.New("bad period")
	ErrMineral   = errors.New("unknown mineral")
	ErrEvidence  = errors.New("unknown evidence")
	ErrOrigin    = errors.New("bad origin")
	ErrDuplicate = errors.New("the same claim twice")
	ErrRate      = errors.New("bad rate")
	ErrScenario  = errors.New("bad scenario")
	ErrChannel   = errors.New("unknown channel")
)

// RecordError names the record that a ledger refused and why.
type RecordError struct {
	Pos     Pos
	Subject string // the flow and its origin, or the rate
	Err     error
}

func (e *RecordError) Error() string {
	var b strings.Builder
	if s := e.Pos.String(); s != "" {
		b.WriteString(s + ": ")
	}
	if e.Subject != "" {
		b.WriteString(e.Subject + ": ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

func (e *RecordError) Unwrap() error { return e.Err }

// Errors is everything that was wrong with one load, so that all of it can be mended at once.
type Errors []error

// shownErrors is how many errors are printed in full; a wrong column would otherwise print one line a row.
const shownErrors = 20

func (e Errors) Error() string {
	var b strings.Builder
	for i, err := range e {
		if i == shownErrors {
			fmt.Fprintf(&b, "\nand %d more", len(e)-shownErrors)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(err.Error())
	}
	return b.String()
}

// Unwrap lets errors.Is and errors.As look at each error.
func (e Errors) Unwrap() []error { return e }

// Code names a kind of warning. It is an error itself, so that errors.Is finds it.
type Code string

func (c Code) Error() string { return string(c) }

// What a ledger warns of, and why it sets claims aside.
const (
	LooksDerived     Code = "looks-derived"      // an output that equals, or stands in one ratio to, a recorded outflow
	PartsExceedWhole Code = "parts-exceed-whole" // the parts of a flow sum to more than its whole, beyond both ranges
	EditionTie       Code = "edition-tie"        // two figures of one producer published on one date
	UndatedEdition   Code = "undated-edition"    // a figure that beats another edition by the date of its file alone

	Superseded   Code = "superseded"    // an earlier edition of the same producer's figure
	UnitValue    Code = "unit-value"    // dollars beside tonnes of the same producer: a check, not a second figure
	GradeCheck   Code = "grade-check"   // one figure of one edition in a second basis: a check of the grade, not a second figure
	PartOfWhole  Code = "part-of-whole" // a part, month, site or member of a union whose whole, or a fuller set of pieces, is stated
	OutOfPeriod  Code = "period"        // the claim's period is not inside the balance's
	IsDerived    Code = "derived"       // computed from the other side of the balance
	IsTestimony  Code = "testimony"     // it enters only through a scenario
	IsUnrecorded Code = "unrecorded"    // an unrecorded flow is no term of a balance of records; it enters through a scenario
	Inside       Code = "inside"        // both ends lie inside the balance's place
	Wider        Code = "wider"         // stated of a union, or of the country of a site: how much of it is the place's is not said
	Unbalanced   Code = "unbalanced"    // a period that has no row of its own
)

// Warning is something that a reader of a result must know. errors.Is(w, LooksDerived) asks for its kind.
type Warning struct {
	Code   Code
	Text   string
	Claims []Claim
}

func (w Warning) Error() string { return string(w.Code) + ": " + w.Text }
func (w Warning) Unwrap() error { return w.Code }
