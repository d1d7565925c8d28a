package datasets

import (
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// change reads a row of the table scenarios. Whether its target is there is for the estimator to say, which knows the variables.
func (p *packageReader) change(r *row) flows.Record {
	c := flows.Change{
		Scenario: r.need("scenario"), Action: r.need("action"), Target: r.cell("target"), Value: r.cell("value"),
		Who: r.cell("who"), Note: r.cell("note"), Pos: r.pos,
	}
	sides := []string{"greater", "declared", "mirrored", "pooled", "corroborated"}
	switch c.Action {
	case "":
	case "set":
		r.need("target")
		if r.need("value") == "" {
			break
		}
		if _, err := dist.Parse(c.Value); err != nil {
			r.fail("value", withoutText(err, c.Value))
		}
	case "drop":
		r.need("target")
		if c.Value != "" {
			r.fail("value", because(flows.ErrScenario, "drop takes no value"))
		}
	case "treat":
		r.need("target")
		if !slices.Contains(evidences(), c.Value) {
			r.fail("value", because(flows.ErrEvidence, "%s", suggest(c.Value, evidences())))
		}
	case "outflow", "inflow":
		if !slices.Contains(sides, c.Value) {
			r.fail("value", oneOf(c.Value, sides))
		}
	case "note":
		if strings.TrimSpace(c.Who+c.Note) == "" {
			r.fail("note", ErrEmptyCell)
		}
	default:
		r.fail("action", oneOf(c.Action, []string{"set", "drop", "treat", "outflow", "inflow", "note"}))
	}
	return c
}
