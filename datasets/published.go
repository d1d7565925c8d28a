package datasets

import "github.com/mineralflows/mineralflows/flows"

// published reads a row of the table published. Its amount is what was printed: a bare number needs no spread. An end that the
// estimate does not name is empty: the gold that all of Africa did not declare.
func (p *packageReader) published(r *row) flows.Record {
	e := flows.Published{
		ID: r.need("id"), Who: r.need("who"), Date: r.date("published", true),
		Flow: flows.Flow{Mineral: p.mineral(r), From: p.place(r, "from", false), To: p.place(r, "to", false), Period: p.period(r, false)},
		What: r.need("what"), Method: r.cell("method"), Origin: p.source(r), Locator: r.cell("locator"), Note: r.cell("note"), Pos: r.pos,
	}
	p.unique(r, "published", "id", e.ID)
	text := r.cell("amount")
	if text == "" {
		return e
	}
	basis := p.basis(r, "basis")
	if basis == "" {
		return e
	}
	f, err := readAmount(text, basis, e.Flow.Period, e.Flow.To == flows.Stock)
	if err != nil {
		r.fail("amount", err)
		return e
	}
	e.Amount = &flows.Amount{Value: f.value, Basis: basis, Bound: f.bound, Text: text}
	return e
}
