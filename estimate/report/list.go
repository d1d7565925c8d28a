package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Listing is what List writes: what can be asked for, and what it rests on.
type Listing struct {
	Cells     []flows.Cell
	Scenarios []estimate.Scenario
	Variables []estimate.Variable
	Origins   []*flows.Origin
}

// List writes one line per mineral and place with its periods, then per scenario, per uncertain input and per origin. Lines are as long as
// they must be, so that a search finds a name and its content on one line.
func List(w io.Writer, l Listing, o Options) error {
	p := &printer{color: o.Color}
	p.styled(bold, count(len(l.Cells), "cell")+" (name one as mineral/place/period)")
	for i := 0; i < len(l.Cells); {
		j := i
		var periods []flows.Period
		for j < len(l.Cells) && l.Cells[j].Mineral == l.Cells[i].Mineral && l.Cells[j].Place == l.Cells[i].Place {
			periods = append(periods, l.Cells[j].Period)
			j++
		}
		p.line(fmt.Sprintf("%s/%s  %s", l.Cells[i].Mineral, l.Cells[i].Place, years(periods)))
		i = j
	}
	p.head(count(len(l.Scenarios), "scenario"))
	for _, s := range l.Scenarios {
		p.line(joined(s.Name, s.Who, s.Note))
	}
	p.head(count(len(l.Variables), "variable"))
	for _, v := range l.Variables {
		text := v.Text
		if text == "" {
			text = missing
		}
		period := ""
		if !v.Period.IsZero() && v.Kind == "rate" {
			period = v.Period.String()
		}
		at := ""
		if s := v.Pos.String(); s != "" {
			at = "[" + s + "]"
		}
		p.line(joined(string(v.Var), period, fmt.Sprintf("%s = %s (%s to %s)", text, plain(v.Median, 4), plain(v.Lo, 4), plain(v.Hi, 4)), at))
	}
	p.head(count(len(l.Origins), "origin"))
	for _, o := range l.Origins {
		p.line(joined(o.ID, o.Producer, o.Title, o.Version, o.Published, o.URL, o.License))
	}
	return p.to(w)
}

// joined puts two spaces between what is not empty.
func joined(parts ...string) string {
	var kept []string
	for _, s := range parts {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, "  ")
}
