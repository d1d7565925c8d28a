package flows

import (
	"iter"
	"slices"
)

// Ledger is a validated, sorted set of records. It is never changed after NewLedger, so any number of goroutines may read it.
// The order in which records arrive leaves no trace in it.
type Ledger struct {
	scenario    string // the scenario whose records hold beside those that always hold
	claims      []Claim
	rates       []Rate
	corridors   []Corridor
	events      []Event
	sites       []Site
	commodities []Commodity // those that the records bring; Commodities() are built in
	published   []Published
	changes     []Change
	origins     []*Origin
	substance   map[Mineral]Basis
	near        map[nearKey][]int32 // claims that touch a country, in order
	inForce     map[Mineral][]Rate
	warnings    []Warning
}

type nearKey struct {
	mineral Mineral
	place   Place
}

// NewLedger validates records and sorts them. What it refuses is returned as one Errors value that holds every refusal.
func NewLedger(records iter.Seq[Record]) (*Ledger, error) { return build(records, "") }

func build(records iter.Seq[Record], scenario string) (*Ledger, error) {
	l := &Ledger{scenario: scenario, substance: map[Mineral]Basis{}, near: map[nearKey][]int32{}, inForce: map[Mineral][]Rate{}}
	for r := range records {
		switch r := r.(type) {
		case Claim:
			l.claims = append(l.claims, r)
		case Rate:
			l.rates = append(l.rates, r)
		case Corridor:
			l.corridors = append(l.corridors, r)
		case Event:
			l.events = append(l.events, r)
		case Site:
			l.sites = append(l.sites, r)
		case Commodity:
			l.commodities = append(l.commodities, r)
		case Published:
			l.published = append(l.published, r)
		case Change:
			l.changes = append(l.changes, r)
		}
	}
	l.sort()
	l.dropRestated()
	v := newValidator(l)
	v.run()
	if len(v.errs) > 0 {
		return nil, v.errs
	}
	l.origins = v.sortedOrigins()
	l.index()
	for _, r := range l.RatesInForce() {
		l.inForce[r.Mineral] = append(l.inForce[r.Mineral], r)
	}
	now := latest(l)
	l.warnings = slices.Concat(editionTies(l), undatedEditions(l), partsExceedWhole(now), looksDerived(l, now))
	return l, nil
}

// index notes which claims touch a country, so that a balance does not read the whole ledger.
func (l *Ledger) index() {
	for i := range l.claims {
		c := &l.claims[i]
		for _, end := range [...]Place{c.From, c.To} {
			if end.Boundary() {
				continue
			}
			for _, m := range end.Members() {
				k := nearKey{c.Mineral, m.Country()}
				if at := l.near[k]; len(at) == 0 || at[len(at)-1] != int32(i) {
					l.near[k] = append(at, int32(i))
				}
			}
		}
	}
}

// Records yields every record that the ledger was made from, in its order.
func (l *Ledger) Records() iter.Seq[Record] {
	return func(yield func(Record) bool) {
		_ = yieldAll(l.commodities, yield) && yieldAll(l.sites, yield) && yieldAll(l.claims, yield) && yieldAll(l.rates, yield) &&
			yieldAll(l.corridors, yield) && yieldAll(l.events, yield) && yieldAll(l.published, yield) && yieldAll(l.changes, yield)
	}
}

func yieldAll[R Record](all []R, yield func(Record) bool) bool {
	for _, r := range all {
		if !yield(r) {
			return false
		}
	}
	return true
}

// Scenario is the name of the scenario whose records hold in this ledger, "" for none.
func (l *Ledger) Scenario() string { return l.scenario }

// Claims returns every claim, those of scenarios included, in order. The slice is the ledger's own: do not change it.
func (l *Ledger) Claims() []Claim { return l.claims }

// Rates returns every rate, those of scenarios included, in order. The slice is the ledger's own: do not change it.
// RatesInForce gives those that hold.
func (l *Ledger) Rates() []Rate { return l.rates }

// Corridors returns the routes that unrecorded mineral may take.
func (l *Ledger) Corridors() []Corridor { return l.corridors }

// Events returns the dated events.
func (l *Ledger) Events() []Event { return l.events }

// Sites returns the named places that are no countries.
func (l *Ledger) Sites() []Site { return l.sites }

// Published returns the published estimates that a result can be compared with.
func (l *Ledger) Published() []Published { return l.published }

// Changes returns the rows of scenarios.csv.
func (l *Ledger) Changes() []Change { return l.changes }

// Origins returns every origin that a record names, by id.
func (l *Ledger) Origins() []*Origin { return l.origins }

// Warnings returns what a reader of this ledger must know.
func (l *Ledger) Warnings() []Warning { return l.warnings }

// Substance is what results for a mineral are stated in: Ta for tantalum. It is "" for a mineral that nobody declared.
func (l *Ledger) Substance(m Mineral) Basis { return l.substance[m] }

// About returns the claims about exactly this flow, whoever reports it.
func (l *Ledger) About(f Flow) []Claim {
	i, _ := slices.BinarySearchFunc(l.claims, f, func(c Claim, f Flow) int { return compareFlows(c.Flow, f) })
	j := i
	for j < len(l.claims) && l.claims[j].Flow == f {
		j++
	}
	return l.claims[i:j]
}
