package estimate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// Mirror compares what the two ends of a flow say of it: mirror statistics. For every flow of which exporter and importer both speak,
// and for a place's declared total against the sum of its partners' records, it gives
//
//	gap = importer's figure - exporter's figure
//
// twice, side by side: in tonnes of the mineral's substance, and in current US dollars free on board, importers' values less freight
// and insurance. Both signs mean something: a positive gap is mineral that the exporter did not declare, or an import with a false
// origin; a negative one mineral that was declared and did not arrive under that name. Nothing is weighted away and nothing removed.
//
// The figures are those of [MassBalance]: editions, wholes and parts, pools, bounds, shared rates. Tonnes are tonnes where they are
// stated, and dollars over the price only where they are not; freight applies to dollars alone. One grade, price or freight rate is the
// same draw on both sides, so it widens the gap only as far as it applies to one of them.
//
// Mirror is no [Estimator]: a Result has one row for a place's balance, and a gap belongs to two claims on one flow, with or without a
// balance around it. So it has a result of its own.
type Mirror struct {
	// Cells are the places and periods whose trade is compared, exports and imports. Nil: all of [MirrorCells]. A cell whose place is
	// a union is a region: a flow inside it is dropped from both sides, whatever its two ends say.
	Cells []flows.Cell

	// Lag is the months between leaving and arrival: three for a ship from Dar es Salaam or Mombasa to a smelter in Asia. The importer's
	// figure is then that of the exporter's period moved by Lag. It is exact where the importer's months or quarters tile that period;
	// from annual figures it is a mix of adjacent years by months, widened by */1.15, with the warning `prorated`.
	Lag int

	// Except names the parts of flows without which the gap is shown once more. Nil: those of [Exceptions].
	Except []string

	// Band is the ratio of a unit value to the market price outside which it is marked. Zero: 0.5 to 1.1 ([UnitValue]).
	Band [2]float64
}

// Exception is a part of a flow that explains a gap without anything being amiss: it crosses a border in one country's books and not
// in the other's. A data package states one in the column `part`, beside the whole or as one of its parts.
type Exception struct{ Part, Meaning string }

// Exceptions are the named exceptions. Ore against metal needs no name: a part that one side counts and the other, stated in parts
// too, does not (HS 260900 against HS 800120) is excepted in any case.
func Exceptions() []Exception {
	return []Exception{
		{"bonded", "goods in a bonded warehouse"},
		{"HS 710820", "monetary gold"},
		{"monetary", "monetary gold"},
		{"re-export", "re-exports"},
		{"transit", "goods in transit"},
	}
}

// What a mirror warns of, beside the codes of [MassBalance].
const (
	ErrParts     flows.Code = "parts"     // the two sides count different parts of a flow
	ErrFewMirror flows.Code = "few-flows" // too few flows for the reliability of reporters
)

// onlyOneSide is the code of a claim that no figure of the other side stands against.
const onlyOneSide flows.Code = "one-side"

// GapKind says what is compared.
type GapKind string

// The kinds of gap.
const (
	FlowGap   GapKind = "flow"    // one flow: what its exporter declares against what its importer records
	ExportGap GapKind = "exports" // place>world: what the place declares in total against the sum of what its partners record
	ImportGap GapKind = "imports" // world>place: the sum of what its partners declare against what the place records in total
)

// Gap is one flow and period, seen from both ends. Period is the exporter's; the importer's is Lag months later.
type Gap struct {
	flows.Flow
	Kind       GapKind
	Basis      flows.Basis   // the substance of the tonnes
	Tonnes     *Compared     // nil: missing; a warning says why
	USD        *Compared     // free on board; nil where not both sides state dollars
	Worth      *Value        // the gap in tonnes at the market price of the period, in current US dollars; nil without a price
	Exceptions []Excepted    // parts that may explain it
	Noise      *Noise        // the gap against those of the other periods; nil where there are fewer than three
	Weight     *float64      // BACI's weight of the exporter's figure in a reconciled one; nil where a reporter has no variance
	Claims     []flows.Claim // on both sides
	Warnings   []Warning
}

// Compared is one measure of a gap: both sides, and the difference draw by draw.
type Compared struct {
	Exporter, Importer Stated
	Gap                *Value // importer - exporter, with the probability that it is positive; nil where a floor meets a floor
	Relative           *Value // gap / importer's figure
	Without            *Value // the gap without the excepted parts; nil where there are none
}

// Stated is what one side says, with the claims behind it.
type Stated struct {
	Value
	Used []Used
}

// Excepted is an excepted part of a gap, in tonnes; nil on the side that does not state it.
type Excepted struct {
	Exception
	Exporter, Importer *Value
}

// MirrorResult is what Mirror finds.
type MirrorResult struct {
	Scenario   string
	Options    Options
	Mirror     Mirror // the settings, defaults filled in
	Gaps       []Gap
	Series     []GapSeries
	Reporters  []Reliability
	UnitValues []UnitValue
	Aside      []flows.Aside // claims on trade that entered no gap, each once, with the reason
	Origins    []*flows.Origin
	Warnings   []Warning // of the comparison as a whole, and of the ledger
}

// Estimate compares, on as many processors as the program may use; the result does not depend on their number. What is asked for moves
// no number either: the noise of a series and the reliability of reporters are those of all the trade in the minerals asked about. It
// returns flows.Errors where nothing of a cell can be compared, in tonnes or in dollars, for lack of rates, and what ctx.Err says when
// cancelled. Where only some flows of a place lack a rate, their figures are set aside and the others compared.
func (e Mirror) Estimate(ctx context.Context, m *Model) (*MirrorResult, error) {
	e, err := e.withDefaults(m)
	if err != nil {
		return nil, err
	}
	run := e.run(m.ledger)
	done := make([]*mirroredCell, len(run.cells))
	if err := m.overCells(ctx, run.cells, func(w *worker, i int) error {
		out, err := run.cell(w, run.cells[i])
		done[i] = out
		return err
	}); err != nil {
		return nil, err
	}
	r := &MirrorResult{Scenario: m.name, Options: m.opt, Mirror: e}
	all := distinct(done)
	pairs := slices.DeleteFunc(slices.Clone(all), func(p *pair) bool { return !p.asked })
	measureNoise(all, m.opt.Level)
	if r.Series, err = series(ctx, m, pairs); err != nil {
		return nil, err
	}
	var found []Warning
	r.Reporters, found = reliability(all)
	for _, p := range pairs {
		p.gap.Weight = exporterWeight(r.Reporters, &p.gap)
		r.Gaps = append(r.Gaps, p.gap)
	}
	asked := e.scope()
	if r.UnitValues, err = e.unitValues(ctx, m, asked); err != nil {
		return nil, err
	}
	r.Aside = asked.aside(m, done, pairs)
	r.Warnings = slices.Concat(found, m.ledger.Warnings())
	r.Origins = originsOf(r)
	return r, nil
}

// The default band: a lot is not worth more than the metal in it but for the days of its price, and traders pay 70 to 95 % of the metal
// in a concentrate of tin (quoted of 2010 to 2024 in the Great Lakes); half is below all of them.
const (
	defaultBandLo = 0.5
	defaultBandHi = 1.1
)

// longestLag bounds Lag: what has not arrived after two years has not arrived.
const longestLag = 24

func (e Mirror) withDefaults(m *Model) (Mirror, error) {
	if e.Lag < 0 || e.Lag > longestLag {
		return e, fmt.Errorf("lag: %d months; want 0 to %d", e.Lag, longestLag)
	}
	if e.Band == ([2]float64{}) {
		e.Band = [2]float64{defaultBandLo, defaultBandHi}
	}
	if !(e.Band[0] > 0 && e.Band[0] < e.Band[1]) {
		return e, fmt.Errorf("band: %g to %g; want two positive ratios, the lower one first", e.Band[0], e.Band[1])
	}
	if e.Except == nil {
		for _, x := range Exceptions() {
			e.Except = append(e.Except, x.Part)
		}
	}
	e.Except = slices.Compact(slices.Sorted(slices.Values(e.Except)))
	if e.Cells == nil {
		e.Cells = slices.Collect(MirrorCells(m.ledger))
	}
	e.Cells = slices.Clone(e.Cells)
	slices.SortFunc(e.Cells, flows.CompareCells)
	e.Cells = slices.Compact(e.Cells)
	for _, c := range e.Cells {
		if m.ledger.Substance(c.Mineral) == "" {
			return e, fmt.Errorf("%s: unknown mineral %q", c, c.Mineral)
		}
	}
	return e, nil
}

// meaning is what an excepted part is.
func meaning(part string) string {
	for _, x := range Exceptions() {
		if x.Part == part {
			return x.Meaning
		}
	}
	return part
}

// distinct puts the pairs of all cells in order, each once: a flow may stand in the cells of both its ends.
func distinct(done []*mirroredCell) []*pair {
	var out []*pair
	for _, d := range done {
		out = append(out, d.pairs...)
	}
	slices.SortStableFunc(out, func(a, b *pair) int { return compareGaps(&a.gap, &b.gap) })
	return slices.CompactFunc(out, func(a, b *pair) bool { return compareGaps(&a.gap, &b.gap) == 0 })
}

// compareGaps orders gaps by mineral, kind, ends and period, so that a series stands together.
func compareGaps(a, b *Gap) int {
	return cmp.Or(strings.Compare(string(a.Mineral), string(b.Mineral)), strings.Compare(string(a.Kind), string(b.Kind)),
		strings.Compare(string(a.From), string(b.From)), strings.Compare(string(a.To), string(b.To)), a.Period.Compare(b.Period))
}

// originsOf lists the origins of all claims and rates that went in.
func originsOf(r *MirrorResult) []*flows.Origin {
	origins := map[string]*flows.Origin{}
	add := func(used []Used) {
		for _, u := range used {
			origins[u.Claim.Origin.ID] = u.Claim.Origin
			for _, s := range u.Steps {
				for _, rate := range append(s.Among, s.Rate) {
					if rate.Origin != nil {
						origins[rate.Origin.ID] = rate.Origin
					}
				}
			}
		}
	}
	for i := range r.Gaps {
		for _, c := range []*Compared{r.Gaps[i].Tonnes, r.Gaps[i].USD} {
			if c != nil {
				add(c.Exporter.Used)
				add(c.Importer.Used)
			}
		}
	}
	for i := range r.UnitValues {
		u := &r.UnitValues[i]
		origins[u.Quantity.Origin.ID], origins[u.Money.Origin.ID] = u.Quantity.Origin, u.Money.Origin
	}
	var out []*flows.Origin
	for _, id := range sortedKeys(origins) {
		out = append(out, origins[id])
	}
	return out
}
