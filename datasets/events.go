package datasets

import "github.com/mineralflows/mineralflows/flows"

// corridor reads a row of the table corridors.
func (p *packageReader) corridor(r *row) flows.Record {
	return flows.Corridor{
		Mineral: p.mineral(r), From: p.place(r, "from", true), To: p.place(r, "to", true),
		Origin: p.source(r), Pos: r.pos, Note: r.cell("note"),
	}
}

// event reads a row of the table events.
func (p *packageReader) event(r *row) flows.Record {
	e := flows.Event{Date: r.date("date", true), Place: p.place(r, "place", false), Title: r.need("title"), Origin: p.source(r), Pos: r.pos}
	if r.cell("mineral") != "" {
		e.Mineral = p.mineral(r)
	}
	return e
}
