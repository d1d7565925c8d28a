package datasets

import (
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

func evidences() []string {
	return []string{string(flows.Reported), string(flows.Estimated), string(flows.Derived), string(flows.Testimony), string(flows.Capacity)}
}

// claim reads a row of the table claims.
func (p *packageReader) claim(r *row) flows.Record {
	c := flows.Claim{
		Flow: flows.Flow{
			Mineral: p.mineral(r),
			From:    p.place(r, "from", true),
			To:      p.place(r, "to", true),
			Channel: flows.Channel(r.cell("channel")),
			Part:    r.cell("part"),
		},
		Reporter: p.place(r, "reporter", false),
		Evidence: r.evidence(),
		Origin:   p.source(r),
		Locator:  r.cell("locator"),
		Scenario: r.cell("scenario"),
		Pos:      r.pos,
		Note:     r.cell("note"),
	}
	c.Period = p.period(r, c.Evidence != flows.Capacity)
	if c.Channel != flows.Recorded && c.Channel != flows.Unrecorded {
		r.fail("channel", oneOf(string(c.Channel), []string{string(flows.Unrecorded)}))
	}
	c.Amount.Basis = p.basis(r, "basis")
	c.Amount.Of = p.shareOf(r, c)
	p.amount(r, &c)
	return c
}

func (r *row) evidence() flows.Evidence {
	s := r.cell("evidence")
	if s == "" {
		return flows.Reported
	}
	if !slices.Contains(evidences(), s) {
		r.fail("evidence", because(flows.ErrEvidence, "%s", suggest(s, evidences())))
	}
	return flows.Evidence(s)
}

// amount reads the columns amount and spread. Where the row is bad already, a second complaint about its amount would mislead.
func (p *packageReader) amount(r *row, c *flows.Claim) {
	c.Amount.Text = r.need("amount")
	spread := r.factor("spread")
	if c.Amount.Text == "" || c.Amount.Basis == "" {
		return
	}
	f, err := readAmount(c.Amount.Text, c.Amount.Basis, c.Period, c.To == flows.Stock)
	if err != nil {
		r.fail("amount", err)
		return
	}
	c.Amount.Bound = f.bound
	if c.Origin == nil || r.bad() {
		return
	}
	if c.Amount.Value, err = f.spread(spread, c.Origin.Spread); err != nil {
		column := "amount"
		if spread != nil {
			column = "spread"
		}
		r.fail(column, err)
		return
	}
	if c.Amount.Basis == flows.Share && c.Amount.Value.Quantile(0.05) > 1 {
		r.fail("amount", because(flows.ErrAmount, "a share is a fraction of 1, or ends in %%"))
	}
}

// shareOf reads the flow that a share is a part of: "RWA>world" or "RWA>world (artisanal)".
func (p *packageReader) shareOf(r *row, c flows.Claim) *flows.Flow {
	s := r.cell("of")
	switch {
	case s == "" && c.Amount.Basis == flows.Share:
		r.fail("of", because(flows.ErrAmount, "a share needs the flow that it is a part of: RWA>world"))
		return nil
	case s == "":
		return nil
	case c.Amount.Basis != flows.Share:
		r.fail("of", because(flows.ErrAmount, "only a share is a part of another flow: leave the column empty, or write basis share"))
		return nil
	}
	of := flows.Flow{Mineral: c.Mineral, Period: c.Period}
	ends := s
	if i := strings.IndexByte(s, '('); i >= 0 && strings.HasSuffix(s, ")") {
		ends, of.Part = strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:len(s)-1])
	}
	from, to, ok := strings.Cut(ends, ">")
	of.From, of.To = flows.Place(strings.TrimSpace(from)), flows.Place(strings.TrimSpace(to))
	if !ok || of.From == "" || of.To == "" || strings.ContainsAny(ends, "()") || strings.Contains(to, ">") {
		r.fail("of", because(flows.ErrAmount, "want a flow such as RWA>world or RWA>world (artisanal)"))
		return nil
	}
	for _, end := range []flows.Place{of.From, of.To} {
		if err := p.declare(end, r.pos); err != nil {
			r.fail("of", err)
		}
	}
	return &of
}
