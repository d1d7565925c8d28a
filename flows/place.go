package flows

import (
	"fmt"
	"slices"
	"strings"
)

// Place is where mineral is: a country by its ISO 3166-1 alpha-3 code "RWA"; a site or province "COD/rubaya"; a sorted union of
// countries "BDI+COD+RWA"; or one of the boundary places.
type Place string

// The boundary of every balance.
const (
	Ground Place = "ground" // where mine output comes from
	Use    Place = "use"    // domestic use
	Stock  Place = "stock"  // stocks; a net flow into them may be negative
	World  Place = "world"  // all other countries together
)

// Boundary reports whether p is ground, use, stock or world.
func (p Place) Boundary() bool { return p == Ground || p == Use || p == Stock || p == World }

// Country is the place that a site belongs to, and p itself for any other place, a union of sites included.
func (p Place) Country() Place {
	if p.IsUnion() {
		return p
	}
	country, _, _ := strings.Cut(string(p), "/")
	return Place(country)
}

// IsUnion reports whether p is a union of places.
func (p Place) IsUnion() bool { return strings.IndexByte(string(p), '+') >= 0 }

// Members returns the places that p unites, or p alone.
func (p Place) Members() []Place {
	if !p.IsUnion() {
		return []Place{p}
	}
	parts := strings.Split(string(p), "+")
	out := make([]Place, len(parts))
	for i, s := range parts {
		out[i] = Place(s)
	}
	return out
}

// Union is the place that unites the given ones, sorted and without repeats.
func Union(places ...Place) Place {
	var all []string
	for _, p := range places {
		for _, m := range p.Members() {
			all = append(all, string(m))
		}
	}
	slices.Sort(all)
	return Place(strings.Join(slices.Compact(all), "+"))
}

// Within reports whether p lies inside q: the same place, a site of it, a member of a union, or a union of members.
func (p Place) Within(q Place) bool {
	if p == q {
		return true
	}
	if p.Boundary() || q.Boundary() {
		return false
	}
	if !p.IsUnion() && !q.IsUnion() {
		return p.Country() == q
	}
	members := q.Members()
	for _, m := range p.Members() {
		if !slices.Contains(members, m.Country()) && !slices.Contains(members, m) {
			return false
		}
	}
	return true
}

// overlaps reports whether p and q share a place: one lies inside the other, or members of theirs do.
func (p Place) overlaps(q Place) bool {
	for _, a := range p.Members() {
		for _, b := range q.Members() {
			if a.Within(b) || b.Within(a) {
				return true
			}
		}
	}
	return false
}

// checkPlace says what is wrong with p, given the sites that the data declare.
func checkPlace(p Place, sites map[Place]bool) error {
	switch {
	case p == "":
		return fmt.Errorf("%w: empty", ErrPlace)
	case p.Boundary(), sites[p]:
		return nil
	case p.IsUnion():
		members := p.Members()
		if !slices.IsSorted(members) || len(slices.Compact(slices.Clone(members))) != len(members) {
			return fmt.Errorf("%w: %q: write a union sorted and without repeats: %q", ErrPlace, p, Union(p))
		}
		for _, m := range members {
			if m.Boundary() {
				return fmt.Errorf("%w: %q: %s cannot be part of a union", ErrPlace, p, m)
			}
			if m != m.Country() && slices.Contains(members, m.Country()) {
				return fmt.Errorf("%w: %q: %s lies inside %s", ErrPlace, p, m, m.Country())
			}
			if err := checkPlace(m, sites); err != nil {
				return err
			}
		}
		return nil
	case strings.Contains(string(p), "/"):
		return fmt.Errorf("%w: site %q has no row in places.csv", ErrPlace, p)
	case isCountry(string(p)):
		return nil
	}
	if up := strings.ToUpper(string(p)); isCountry(up) {
		return fmt.Errorf("%w: %q; did you mean %q?", ErrPlace, p, up)
	}
	return fmt.Errorf("%w: %q is no ISO 3166-1 alpha-3 code, no boundary (ground, use, stock, world) and no row of places.csv", ErrPlace, p)
}
