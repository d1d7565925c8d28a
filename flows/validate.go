package flows

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/mineralflows/mineralflows/flows/dist"
)

// validator collects everything that is wrong with a ledger's records.
type validator struct {
	l       *Ledger
	sites   map[Place]bool
	known   map[Basis]bool
	places  map[Place]error // verdicts, since a ledger names few places many times
	origins map[string]*Origin
	errs    Errors
}

func newValidator(l *Ledger) *validator {
	v := &validator{l: l, sites: map[Place]bool{}, known: map[Basis]bool{}, places: map[Place]error{}, origins: map[string]*Origin{}}
	for _, b := range Bases() {
		v.known[b] = true
	}
	for _, c := range slices.Concat(Commodities(), l.commodities) {
		v.commodity(c)
	}
	for _, s := range l.sites {
		v.sites[s.Place] = true
	}
	return v
}

// subject is what a refusal is about, in words that are only made when there is one.
type subject interface{ String() string }

type named string

func (n named) String() string { return string(n) }

type claimSubject struct{ *Claim }

func (s claimSubject) String() string {
	if s.Origin == nil {
		return s.Flow.String()
	}
	return s.Flow.String() + " by " + s.Origin.ID
}

func (v *validator) refuse(pos Pos, about subject, err error) {
	refused := &RecordError{pos, about.String(), err}
	if n := len(v.errs); n > 0 && v.errs[n-1].Error() == refused.Error() { // one slip in two columns of a row
		return
	}
	v.errs = append(v.errs, refused)
}

func (v *validator) run() {
	for i := range v.l.claims {
		v.claim(&v.l.claims[i])
	}
	v.duplicates()
	v.circularShares()
	for i := range v.l.rates {
		v.rate(&v.l.rates[i])
	}
	v.others()
	slices.SortStableFunc(v.errs, func(a, b error) int { return comparePos(posOf(a), posOf(b)) })
}

// others checks the records that are no figures of a balance.
func (v *validator) others() {
	for i, s := range v.l.sites {
		about := named("place " + string(s.Place))
		v.place(s.Pos, about, s.Place.Country())
		v.place(s.Pos, about, s.Members...)
		if s.Place.Boundary() || s.Place.IsUnion() {
			v.refuse(s.Pos, about, fmt.Errorf("%w: a boundary or a union needs no row of its own", ErrPlace))
		}
		if i > 0 && v.l.sites[i-1].Place == s.Place && !slices.Equal(v.l.sites[i-1].Members, s.Members) {
			v.refuse(s.Pos, about, fmt.Errorf("%w: it has other members at %s", ErrPlace, orCode(v.l.sites[i-1].Pos)))
		}
	}
	for i := range v.l.corridors {
		c := &v.l.corridors[i]
		about := named(fmt.Sprintf("corridor %s>%s", c.From, c.To))
		v.place(c.Pos, about, c.From, c.To)
		v.mineral(c.Pos, about, c.Mineral)
		v.origin(c.Pos, about, &c.Origin)
		switch {
		case c.From == c.To:
			v.refuse(c.Pos, about, ErrSelf)
		case againstFlow(c.From, c.To) || c.To == Stock:
			v.refuse(c.Pos, about, fmt.Errorf("%w: no route leads into the ground, out of use, or to or from stock", ErrPlace))
		}
	}
	for i := range v.l.events {
		e := &v.l.events[i]
		about := named("event " + e.Title)
		if err := checkDate(e.Date); err != nil {
			v.refuse(e.Pos, about, err)
		}
		if e.Place != "" {
			v.place(e.Pos, about, e.Place)
		}
		if e.Mineral != "" {
			v.mineral(e.Pos, about, e.Mineral)
		}
		v.origin(e.Pos, about, &e.Origin)
	}
	for i := range v.l.published {
		p := &v.l.published[i]
		about := named("published " + p.ID)
		v.origin(p.Pos, about, &p.Origin)
		if i > 0 && p.ID != "" && v.l.published[i-1].ID == p.ID {
			v.refuse(p.Pos, about, fmt.Errorf("%w: the id stands at %s already", ErrDuplicate, orCode(v.l.published[i-1].Pos)))
		}
		for _, end := range [...]Place{p.Flow.From, p.Flow.To} {
			if end != "" {
				v.place(p.Pos, about, end)
			}
		}
	}
	for _, c := range v.l.changes {
		if c.Scenario == "" {
			v.refuse(c.Pos, named("scenario"), fmt.Errorf("%w: it has no name", ErrScenario))
		}
		switch c.Action {
		case "set", "drop", "treat", "outflow", "inflow", "note":
		default:
			v.refuse(c.Pos, named("scenario "+c.Scenario), fmt.Errorf("%w: action %q; known are set, drop, treat, outflow, inflow, note", ErrScenario, c.Action))
		}
	}
}

// againstFlow reports whether mineral would have to come out of where it ends, or go to where it begins.
func againstFlow(from, to Place) bool { return to == Ground || from == Use || from == Stock }

func posOf(err error) Pos {
	if r, ok := err.(*RecordError); ok {
		return r.Pos
	}
	return Pos{}
}

func (v *validator) commodity(c Commodity) {
	if c.Substance == "" || c.Substance.Money() || c.Substance == Share {
		v.refuse(c.Pos, named(c.Mineral), fmt.Errorf("%w: results cannot be stated in %q", ErrBasis, c.Substance))
		return
	}
	if c.Mineral != "" {
		if have, ok := v.l.substance[c.Mineral]; ok && have != c.Substance {
			v.refuse(c.Pos, named(c.Mineral), fmt.Errorf("%w: results are stated in %s already, not in %s", ErrMineral, have, c.Substance))
			return
		}
		v.l.substance[c.Mineral] = c.Substance
	}
	v.known[c.Substance] = true
}

func (v *validator) place(pos Pos, about subject, places ...Place) {
	for _, p := range places {
		err, ok := v.places[p]
		if !ok {
			err = checkPlace(p, v.sites)
			v.places[p] = err
		}
		if err != nil {
			v.refuse(pos, about, err)
		}
	}
}

func (v *validator) mineral(pos Pos, about subject, m Mineral) {
	if _, ok := v.l.substance[m]; !ok {
		v.refuse(pos, about, fmt.Errorf("%w: %q; known are %s", ErrMineral, m, strings.Join(sortedNames(v.l.substance), ", ")))
	}
}

// sortedNames lists the keys of a map of names in alphabetical order.
func sortedNames[N ~string, V any](m map[N]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, string(n))
	}
	slices.Sort(names)
	return names
}

func (v *validator) basis(pos Pos, about subject, b Basis) {
	switch {
	case b == "":
		v.refuse(pos, about, ErrNoBasis)
	case !v.known[b]:
		v.refuse(pos, about, fmt.Errorf("%w: %q; known are %s", ErrBasis, b, strings.Join(sortedNames(v.known), ", ")))
	}
}

// origin checks an origin once, and that every record that names its id means the same origin. All records of a ledger then point at
// one Origin per id.
func (v *validator) origin(pos Pos, about subject, at **Origin) {
	o := *at
	if o == nil || o.ID == "" {
		v.refuse(pos, about, fmt.Errorf("%w: none given", ErrOrigin))
		return
	}
	if first, ok := v.origins[o.ID]; ok {
		if first != o && !sameOrigin(first, o) {
			v.refuse(pos, about, fmt.Errorf("%w: id %q has two contents", ErrOrigin, o.ID))
			return
		}
		*at = first
		return
	}
	v.origins[o.ID] = o
	if o.Producer == "" {
		v.refuse(pos, named("origin "+o.ID), fmt.Errorf("%w: no producer", ErrOrigin))
	}
	if err := checkDate(o.Published); err != nil {
		v.refuse(pos, named("origin "+o.ID), fmt.Errorf("%w: published: %w", ErrOrigin, err))
	}
	v.factor(pos, o, "spread", o.Spread)
	v.factor(pos, o, "bias", o.Bias)
}

func (v *validator) factor(pos Pos, o *Origin, column string, d dist.Dist) {
	if d == nil {
		return
	}
	if lo, _, hi := span(d); !(lo > 0) || !finite(hi) || lo > hi {
		v.refuse(pos, named("origin "+o.ID), fmt.Errorf("%w: %s must be a positive factor around 1", ErrOrigin, column))
	}
}

// span is the range that holds all but one in a thousand values of d, and its median. What cannot be asked (a distribution with
// parameters that make no sense panics in some libraries) is NaN.
func span(d dist.Dist) (lo, median, hi float64) {
	return quantile(d, 0.0005), quantile(d, 0.5), quantile(d, 0.9995)
}

func quantile(d dist.Dist, p float64) (q float64) {
	defer func() {
		if recover() != nil {
			q = math.NaN()
		}
	}()
	return d.Quantile(p)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// sameOrigin leaves out when it was accessed: two packages may have read one publication on two days.
func sameOrigin(a, b *Origin) bool {
	return a.ID == b.ID && a.Producer == b.Producer && a.Title == b.Title && a.Version == b.Version && a.Published == b.Published && a.Undated == b.Undated &&
		a.URL == b.URL && a.License == b.License && a.Note == b.Note && slices.Equal(a.Complete, b.Complete) &&
		reflect.DeepEqual(a.Spread, b.Spread) && reflect.DeepEqual(a.Bias, b.Bias)
}

// IsDate reports whether s is an ISO 8601 date to the year, the month or the day: 2024, 2024-03 or 2024-03-11.
func IsDate(s string) bool {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

func checkDate(s string) error {
	switch {
	case IsDate(s):
		return nil
	case s == "":
		return fmt.Errorf("no date; want 2024, 2024-03 or 2024-03-11")
	}
	return fmt.Errorf("date %q; want 2024, 2024-03 or 2024-03-11", s)
}

func (v *validator) sortedOrigins() []*Origin {
	out := make([]*Origin, 0, len(v.origins))
	for _, o := range v.origins {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b *Origin) int { return strings.Compare(a.ID, b.ID) })
	return out
}
