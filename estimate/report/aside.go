package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// Aside writes the claims that did not enter a balance and the cells that have claims and no row, each with the reason.
func Aside(w io.Writer, r *estimate.Result, o Options) error {
	p := &printer{color: o.Color}
	p.styled(bold, fmt.Sprintf("%s set aside", count(len(r.Aside), "claim")))
	var cells []flows.Cell
	for _, a := range r.Aside {
		cells = append(cells, a.Cell)
	}
	slices.SortFunc(cells, flows.CompareCells)
	for _, c := range slices.Compact(cells) {
		p.aside(r.Aside, c)
	}
	p.line("")
	p.styled(bold, fmt.Sprintf("%s without a row", count(len(r.Unbalanced), "cell")))
	for _, u := range r.Unbalanced {
		p.styled("", wrap(fmt.Sprintf("%s: %s", u.Cell, u.Why), "", "  ")...)
		for i := range u.Claims {
			p.styled(dim, wrap(claimLine(&u.Claims[i]), "    ", "      ")...)
		}
	}
	return p.to(w)
}

// aside prints the claims set aside in one cell, each reason once.
func (p *printer) aside(all []estimate.Aside, cell flows.Cell) {
	var reasons []string
	lines := map[string][]string{}
	for i := range all {
		a := &all[i]
		if a.Cell != cell {
			continue
		}
		reason := fmt.Sprintf("%s: %s", a.Code, a.Why)
		if lines[reason] == nil {
			reasons = append(reasons, reason)
		}
		lines[reason] = append(lines[reason], claimLine(&a.Claim))
	}
	if len(reasons) > 0 {
		p.head("Set aside in " + cell.String())
	}
	for _, reason := range reasons {
		p.styled("", wrap(reason, "  ", "    ")...)
		for _, s := range lines[reason] {
			p.styled(dim, wrap(s, "    ", "      ")...)
		}
	}
}

// claimLine is a claim with its origin in one line.
func claimLine(c *flows.Claim) string {
	s := fmt.Sprintf("%s: %s%s %s, %s", c.Flow, sign(c.Amount.Bound), printed(c.Amount), evidence(c), c.Origin.ID)
	if c.Locator != "" {
		s += ", " + c.Locator
	}
	if at := c.Pos.String(); at != "" {
		s += ", " + at
	}
	return s
}
