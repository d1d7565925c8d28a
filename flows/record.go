package flows

import (
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/flows/dist"
)

// Channel says how the mineral moves.
type Channel string

// The two channels.
const (
	Recorded   Channel = ""
	Unrecorded Channel = "unrecorded"
)

// Flow is one physical movement. Ground -> RWA is Rwanda's mine output, RWA -> ARE a shipment, RWA -> World all its exports together.
// It is comparable.
type Flow struct {
	Mineral  Mineral
	Period   Period
	From, To Place
	Channel  Channel
	Part     string // "" the whole; else one of several disjoint parts: "artisanal", "metal", "HS 710813", "re-export"; "HS 710813/re-export" is a part of the part "HS 710813"
}

// String is "gold 2019 UGA>ARE", with the channel and part behind it where there are any.
func (f Flow) String() string {
	s := fmt.Sprintf("%s %s %s>%s", f.Mineral, f.Period, f.From, f.To)
	if f.Channel != Recorded {
		s += " " + string(f.Channel)
	}
	if f.Part != "" {
		s += " (" + f.Part + ")"
	}
	return s
}

// Subject is the place that the flow is about: where it comes from, or, where that is a boundary, where it goes.
func (f Flow) Subject() Place {
	if f.From.Boundary() {
		return f.To
	}
	return f.From
}

// Cell is one balance, one row of a result.
type Cell struct {
	Mineral Mineral
	Period  Period
	Place   Place
}

// String is "gold/UGA/2019".
func (c Cell) String() string { return fmt.Sprintf("%s/%s/%s", c.Mineral, c.Place, c.Period) }

// Evidence is how a figure came about.
type Evidence string

// The kinds of evidence. Reported is the default of a data package.
const (
	Reported  Evidence = "reported"  // a statistic that its producer collected
	Estimated Evidence = "estimated" // an agency's or an expert's estimate
	Derived   Evidence = "derived"   // computed from the other side of the balance: it says nothing new
	Testimony Evidence = "testimony" // what a witness says; it enters only through a scenario
	Capacity  Evidence = "capacity"  // the most that could be produced
)

// Bound says whether an amount is about its value, or only bounded by it.
type Bound int8

// The bounds.
const (
	About Bound = iota
	AtLeast
	AtMost
)

// String is "", "floor" or "ceiling".
func (b Bound) String() string {
	switch b {
	case AtLeast:
		return "floor"
	case AtMost:
		return "ceiling"
	}
	return ""
}

// Amount is how much an origin says that a flow carries: tonnes in a mass basis, dollars in a dollar basis, a fraction of another
// flow in the basis Share.
type Amount struct {
	Value dist.Dist
	Basis Basis
	Bound Bound
	Of    *Flow  // the flow that a Share is a part of; its mineral and period are the claim's
	Text  string // as the dataset has it
}

// Origin is where a figure was published.
type Origin struct {
	ID        string
	Producer  string // who measured (Bank of Uganda), not who reprinted it
	Title     string // where it was printed
	Version   string // a label of the edition; Published decides which is later
	Published string // an ISO 8601 date, at the precision that is known: 2024, 2024-03 or 2024-03-11
	Undated   bool   // nothing says when it was published: Published is the day on which its file was last changed, or copied
	Accessed  string
	URL       string
	License   string
	Note      string
	Complete  []string  // of what its pieces together are the whole: "parts", "partners", "sites"
	Spread    dist.Dist // a factor around 1 for each bare number, independent from number to number; nil: none stated
	Bias      dist.Dist // a factor around 1, one draw for all its producer's figures of a mineral and place; nil: none
}

// Whole reports whether the origin says that its pieces of the given kind ("parts", "partners", "sites") are all there are.
func (o *Origin) Whole(kind string) bool {
	for _, k := range o.Complete {
		if k == kind {
			return true
		}
	}
	return false
}

// Record is one row of a dataset: a Claim, Rate, Corridor, Event, Site, Commodity, Published or Change.
type Record interface{ record() }

// Claim is what one origin says about one flow. Two claims about one flow are mirror statistics.
type Claim struct {
	Flow
	Reporter Place // whose statistics: exporter and importer may both speak; "" nobody's in particular
	Amount   Amount
	Evidence Evidence
	Origin   *Origin
	Locator  string // table, page, paragraph
	Scenario string // "" always; else it holds only in that scenario
	Pos      Pos
	Note     string
}

// Rate is so much Of one basis Per unit of another: a grade (Ta2O5 per gross), a price (USD-spot per Au, in dollars a tonne), the
// share of it that a trade declares (USD per USD-spot), freight and insurance (USD-cif per USD).
type Rate struct {
	Mineral     Mineral
	Place       Place  // "" holds everywhere
	Period      Period // zero holds always
	Part        string
	Of, Per     Basis
	Value       dist.Dist
	Independent bool // its error is new in every period (market prices); else one error is shared over all periods
	Origin      *Origin
	Locator     string
	Scenario    string
	Text        string // as the dataset has it
	Pos         Pos
	Note        string
}

// String is "Ta2O5 per gross", with place, part and period behind it where they are given.
func (r Rate) String() string {
	s := fmt.Sprintf("%s %s per %s", r.Mineral, r.Of, r.Per)
	if r.Place != "" {
		s += " in " + string(r.Place)
	}
	if r.Part != "" {
		s += " (" + r.Part + ")"
	}
	if !r.Period.IsZero() {
		s += " " + r.Period.String()
	}
	return s
}

// Corridor is a route that unrecorded mineral may take.
type Corridor struct {
	Mineral  Mineral
	From, To Place
	Origin   *Origin
	Pos      Pos
	Note     string
}

// Event is something dated that may have moved a flow: a ban, a levy, a refinery's opening.
type Event struct {
	Date    string // ISO 8601, at the precision that is known
	Place   Place
	Mineral Mineral
	Title   string
	Origin  *Origin
	Pos     Pos
}

// Site is a named place that is no country ("COD/rubaya"), or a group of places.
type Site struct {
	Place   Place
	Name    string
	Members []Place
	Pos     Pos
	Note    string
}

// Drawn reports whether a package made the place up ("places": "free": a plant's stream, a depot): it is neither a country, nor a site or
// a group of these.
func (s *Site) Drawn() bool {
	p := string(s.Place)
	return len(s.Members) == 0 && !strings.Contains(p, "/") && p == strings.ToLower(p)
}

// Commodity is a mineral with the substance that its results are stated in.
type Commodity struct {
	Mineral   Mineral
	Substance Basis
	HS        []string
	Pos       Pos
}

// Published is a published estimate to compare a result with.
type Published struct {
	ID, Who, Date string // Date as Origin.Published
	Flow          Flow
	What          string  // what was estimated, in words
	Amount        *Amount // nil where none was printed
	Method        string
	Origin        *Origin
	Locator       string
	Note          string
	Pos           Pos
}

// Change is one row of scenarios.csv. Action is set, drop, treat, outflow, inflow or note.
type Change struct {
	Scenario, Action, Target, Value, Who, Note string
	Pos                                        Pos
}

func (Claim) record()     {}
func (Rate) record()      {}
func (Corridor) record()  {}
func (Event) record()     {}
func (Site) record()      {}
func (Commodity) record() {}
func (Published) record() {}
func (Change) record()    {}
