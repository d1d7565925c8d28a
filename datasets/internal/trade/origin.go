package trade

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Options say how rows are read.
type Options struct {
	Lines           []hs.Line // nil: those of Core, of every mineral
	Spread          dist.Dist // nil: */1.10 for masses, */1.08 for values
	EstimatedSpread dist.Dist // nil: */2
	Producers       map[flows.Place]string

	// Origin is what the origins have in common: the id and title that theirs start with, a producer of all figures or "" for each reporter's
	// own, a version or "" for the day of publication, address, licence, and what they hold all of where the vintage is no bulk file.
	Origin flows.Origin
}

// UNComtrade is what the origins of figures that were published by UN Comtrade have in common.
func UNComtrade() flows.Origin {
	return flows.Origin{
		ID: "comtrade", Title: "UN Comtrade", URL: "https://comtradeplus.un.org/", License: "UN Comtrade, policy on use and re-dissemination",
	}
}

// Vintage is what is known of a file or table as a whole.
type Vintage struct {
	adapter.Date
	Bulk bool // it holds everything that its reporter stated
}

// New returns a reading, which keeps what the run's query asks for.
func New(r *adapter.Run, o Options) (*Reading, error) {
	p := &Reading{run: r, options: o, lines: map[string][]hs.Line{}, whole: map[flows.Mineral]bool{}, classes: map[string]class{},
		origins: map[originKey]*flows.Origin{}, byID: map[string]*flows.Origin{}, stated: map[statedKey]stated{}, moved: map[movedKey][]moved{}}
	var err error
	if p.spreads, err = o.spreads(); err != nil {
		return nil, err
	}
	lines := o.lines(nil)
	for _, l := range o.lines(r.Query().Minerals) {
		p.lines[l.Code] = append(p.lines[l.Code], l)
	}
	for _, l := range lines {
		p.whole[l.Mineral] = true
	}
	for _, l := range hs.CoreLines() {
		p.whole[l.Mineral] = p.whole[l.Mineral] && slices.Contains(lines, l)
	}
	return p, nil
}

// lines are those that are read of the minerals; none: of all.
func (o Options) lines(minerals []flows.Mineral) []hs.Line {
	all := o.Lines
	if all == nil {
		all = hs.CoreLines()
	}
	return slices.DeleteFunc(slices.Clone(all), func(l hs.Line) bool { return len(minerals) > 0 && !slices.Contains(minerals, l.Mineral) })
}

// Codes are those of the lines that are read of the minerals, sorted and each once; without a mineral those of all.
func (o Options) Codes(minerals []flows.Mineral) []string { return codes(o.lines(minerals)) }

// CodesIn are those of the codes that a revision of the Harmonized System has.
func (o Options) CodesIn(r hs.Revision, minerals []flows.Mineral) []string {
	return codes(slices.DeleteFunc(o.lines(minerals), func(l hs.Line) bool { return r < l.First || l.Last < r }))
}

func codes(lines []hs.Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// originKey is what an origin follows from.
type originKey struct {
	reporter int
	mineral  flows.Mineral
	vintage  Vintage
}

// origin is that of a reporter's figures of a mineral in a vintage. Records of one read share it.
func (p *Reading) origin(reporter area.Area, mineral flows.Mineral, v Vintage) *flows.Origin {
	k := originKey{reporter.Code, mineral, v}
	o, ok := p.origins[k]
	if !ok {
		o = p.newOrigin(reporter, mineral, v)
		p.origins[k] = o
	}
	return o
}

// newOrigin returns the origin of an id, of which there is one even if its country has had several codes. What an origin says follows from its
// id, so that one id never has two contents, whatever files are read together.
func (p *Reading) newOrigin(reporter area.Area, mineral flows.Mineral, v Vintage) *flows.Origin {
	place := string(reporter.Place)
	if today, err := area.ByAlpha(place); err == nil {
		reporter = today // one office under all the codes that its country has had
	} else {
		place = fmt.Sprintf("%s-%d", place, reporter.Code)
	}
	common := p.options.Origin
	id := strings.ToLower(fmt.Sprintf("%s-%s-%s-%s", common.ID, place, mineral, v.Date.ID()))
	if v.Bulk {
		id += "-bulk"
	}
	if o, ok := p.byID[id]; ok {
		return o
	}
	o := &common
	o.ID = id
	o.Producer = cmp.Or(common.Producer, p.options.producer(reporter))
	o.Title = fmt.Sprintf("%s, trade in %s as reported by %s", common.Title, mineral, reporter.Name)
	o.Version = cmp.Or(common.Version, v.Date.Version())
	o.Published, o.Undated = v.Day, v.Undated
	if v.Bulk {
		o.Complete = nil
		if p.whole[mineral] {
			o.Complete = []string{"parts"}
		}
	} else {
		o.Complete = slices.Compact(slices.Sorted(slices.Values(common.Complete)))
	}
	p.byID[id] = o
	return o
}

// producer is who measured what a reporter states.
func (o Options) producer(reporter area.Area) string {
	if name, ok := o.Producers[reporter.Place]; ok {
		return name
	}
	switch reporter.Place { // the names that package greatlakes uses, so that its figures of UN Comtrade are editions of these
	case "ARE":
		return "UAE customs"
	case "BEL":
		return "Belgian customs"
	case "CHE":
		return "Swiss customs"
	case "IND":
		return "Indian customs"
	case "ITA":
		return "Italian customs"
	case "RWA":
		return "National Institute of Statistics of Rwanda"
	}
	return "trade statistics of " + reporter.Name
}
