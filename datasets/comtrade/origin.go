package comtrade

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

func (s Source) newReading(r *adapter.Run) (*reading, error) {
	p := &reading{run: r, source: s, lines: map[string][]hs.Line{}, whole: map[flows.Mineral]bool{}, classes: map[string]class{},
		origins: map[originKey]*flows.Origin{}, byID: map[string]*flows.Origin{}, stated: map[statedKey]stated{}, moved: map[movedKey][]moved{}}
	var err error
	if p.spreads, err = s.spreads(); err != nil {
		return nil, err
	}
	lines := s.Lines
	if lines == nil {
		lines = core()
	}
	for _, l := range lines {
		if wanted := r.Query().Minerals; len(wanted) == 0 || slices.Contains(wanted, l.Mineral) {
			p.lines[l.Code] = append(p.lines[l.Code], l)
		}
		p.whole[l.Mineral] = true
	}
	for _, l := range core() {
		p.whole[l.Mineral] = p.whole[l.Mineral] && slices.Contains(lines, l)
	}
	return p, nil
}

// core are the lines of every mineral that a balance counts.
func core() []hs.Line {
	var out []hs.Line
	for _, c := range flows.Commodities() {
		for _, l := range hs.Lines(c.Mineral) {
			if l.Core {
				out = append(out, l)
			}
		}
	}
	return out
}

// originKey is what an origin follows from.
type originKey struct {
	reporter int
	mineral  flows.Mineral
	vintage  vintage
}

// origin is that of a reporter's figures of a mineral in a vintage. Records of one read share it.
func (p *reading) origin(reporter area.Area, mineral flows.Mineral, v vintage) *flows.Origin {
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
func (p *reading) newOrigin(reporter area.Area, mineral flows.Mineral, v vintage) *flows.Origin {
	place := string(reporter.Place)
	if today, err := area.ByAlpha(place); err == nil {
		reporter = today // one office under all the codes that its country has had
	} else {
		place = fmt.Sprintf("%s-%d", place, reporter.Code)
	}
	id := strings.ToLower(fmt.Sprintf("comtrade-%s-%s-%s", place, mineral, v.published))
	if v.bulk {
		id += "-bulk"
	}
	if o, ok := p.byID[id]; ok {
		return o
	}
	o := &flows.Origin{
		ID:        id,
		Producer:  p.source.producer(reporter),
		Title:     fmt.Sprintf("UN Comtrade, trade in %s as reported by %s", mineral, reporter.Name),
		Version:   "as of " + v.published,
		Published: v.published,
		URL:       "https://comtradeplus.un.org/",
		License:   "UN Comtrade, policy on use and re-dissemination",
	}
	switch {
	case v.bulk && p.whole[mineral]:
		o.Complete = []string{"parts"}
	case !v.bulk && len(p.source.Complete) > 0:
		o.Complete = slices.Compact(slices.Sorted(slices.Values(p.source.Complete)))
	}
	p.byID[id] = o
	return o
}

// producer is who measured what a reporter states.
func (s Source) producer(reporter area.Area) string {
	if name, ok := s.Producers[reporter.Place]; ok {
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
