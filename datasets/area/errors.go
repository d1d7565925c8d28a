package area

import (
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// UnknownError says that no area has a code, a name or letters. It is a flows.ErrPlace.
type UnknownError struct {
	What    string // "UN Comtrade code", "area", "letters of an area"
	Value   string // as it was asked for
	Nearest string // a spelling of the table that is near, "" where none is
}

// Error returns, for example, `unknown area "Ruanda"; did you mean "Rwanda"?`.
func (e *UnknownError) Error() string {
	const most = 60 // a cell can be a whole file that lost its line ends
	value := e.Value
	if len(value) > most {
		value = strings.ToValidUTF8(value[:most], "") + "..."
	}
	s := fmt.Sprintf("unknown %s %q", e.What, value)
	if e.Nearest != "" {
		s += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	return s
}

// Unwrap returns flows.ErrPlace.
func (e *UnknownError) Unwrap() error { return flows.ErrPlace }

// AmbiguousError says that two areas or more bear a name. It is a flows.ErrPlace.
type AmbiguousError struct {
	Name       string // as it was asked for
	Candidates []Area // in the order of the codes
}

// Error returns, for example, `"Congo" can be Congo (Brazzaville) (178) or Dem. Rep. of the Congo (180); write which`.
func (e *AmbiguousError) Error() string {
	names := make([]string, len(e.Candidates))
	for i, a := range e.Candidates {
		names[i] = a.String()
	}
	return fmt.Sprintf("%q can be %s; write which", e.Name, strings.Join(names, " or "))
}

// Unwrap returns flows.ErrPlace.
func (e *AmbiguousError) Unwrap() error { return flows.ErrPlace }
