package datasets

import (
	"slices"
	"strings"
	"time"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// origin reads a row of the table origins.
func (p *packageReader) origin(r *row) {
	o := &flows.Origin{
		ID:        r.need("id"),
		Producer:  r.need("producer"),
		Title:     r.need("title"),
		Version:   r.cell("version"),
		Published: r.date("published", true),
		Accessed:  r.date("accessed", false),
		URL:       r.cell("url"),
		License:   r.cell("license"),
		Note:      r.cell("note"),
		Complete:  r.complete(),
		Spread:    r.factor("spread"),
		Bias:      r.factor("bias"),
	}
	p.unique(r, "origin", "id", o.ID)
	if o.ID == "" {
		p.lost = true
		return
	}
	if _, known := p.origins[o.ID]; known {
		return
	}
	p.origins[o.ID] = o
	if r.bad() {
		p.origins[o.ID] = nil // known, so that what names it is not said to name nothing
	}
}

// factor reads a factor around 1; nil where the cell is empty.
func (r *row) factor(column string) dist.Dist {
	s := r.cell(column)
	if s == "" {
		return nil
	}
	d, err := dist.ParseSpread(s)
	switch {
	case err != nil && s[0] >= '0' && s[0] <= '9' && strings.HasSuffix(s, "%"):
		r.fail(column, because(dist.ErrSpread, "write +-%s", s))
	case err != nil:
		r.fail(column, withoutText(err, s))
	default:
		return d
	}
	return nil
}

// complete reads of what an origin's pieces together are the whole.
func (r *row) complete() []string {
	known := []string{"parts", "partners", "sites"}
	words := strings.Fields(r.cell("complete"))
	for _, w := range words {
		if !slices.Contains(known, w) {
			r.fail("complete", oneOf(w, known))
		}
	}
	if len(words) == 0 {
		return nil
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// date reads an ISO 8601 date as precise as it is known.
func (r *row) date(column string, required bool) string {
	s := r.cell(column)
	if s == "" && !required {
		return ""
	}
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if _, err := time.Parse(layout, s); err == nil {
			return s
		}
	}
	r.fail(column, because(ErrDate, "want 2024, 2024-03 or 2024-03-11, as precise as it is known"))
	return ""
}

// site reads a row of the table places.
func (p *packageReader) site(r *row) flows.Record {
	s := flows.Site{Place: flows.Place(r.need("place")), Name: r.need("name"), Note: r.cell("note"), Pos: r.pos}
	p.unique(r, "place", "place", string(s.Place))
	if s.Place.Boundary() || s.Place.IsUnion() {
		r.fail("place", because(flows.ErrPlace, "a boundary place or a union needs no row: it is known"))
	}
	for _, m := range strings.FieldsFunc(r.cell("members"), func(c rune) bool { return c == ' ' || c == '+' }) {
		s.Members = append(s.Members, flows.Place(m))
		if err := p.declare(flows.Place(m), r.pos); err != nil {
			r.fail("members", err)
		}
	}
	if c := s.Place.Country(); c != s.Place {
		if err := p.declare(c, r.pos); err != nil {
			r.fail("place", err)
		}
	}
	p.sites[s.Place] = true
	return s
}
