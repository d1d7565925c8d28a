package datasets

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// rate reads a row of the table rates.
func (p *packageReader) rate(r *row) flows.Record {
	rate := flows.Rate{
		Mineral:     p.mineral(r),
		Place:       p.place(r, "place", false),
		Period:      p.period(r, false),
		Part:        r.cell("part"),
		Of:          p.basis(r, "of"),
		Per:         p.basis(r, "per"),
		Independent: r.yes("independent"),
		Origin:      p.source(r),
		Locator:     r.cell("locator"),
		Scenario:    r.cell("scenario"),
		Text:        r.need("value"),
		Pos:         r.pos,
		Note:        r.cell("note"),
	}
	if rate.Text == "" || rate.Of == "" || rate.Per == "" {
		return rate
	}
	f, err := readRate(rate.Text, rate.Of, rate.Per)
	if err != nil {
		r.fail("value", err)
		return rate
	}
	if rate.Origin == nil || r.bad() {
		return rate
	}
	if rate.Value, err = f.spread(nil, rate.Origin.Spread); errors.Is(err, ErrNoSpread) {
		err = fmt.Errorf("%w: write a range such as 0.55..0.65..0.70 or 400 */ 1.1 /kg, or a spread on its origin (1 for an exact number)", ErrNoSpread)
	}
	if err != nil {
		r.fail("value", err)
	}
	return rate
}

// yes reads a cell that says true, or false, or nothing.
func (r *row) yes(column string) bool {
	s := r.cell(column)
	switch strings.ToLower(s) { // spreadsheets shout: TRUE
	case "true":
		return true
	case "", "false":
		return false
	}
	r.fail(column, oneOf(s, []string{"true", "false"}))
	return false
}
