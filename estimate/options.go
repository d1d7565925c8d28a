package estimate

import (
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
)

// Side says whose figure a balance takes where exporter and importer both speak.
type Side string

// The sides. The zero value is the default: Greater for the outflow, Corroborated for the inflow.
const (
	Greater      Side = "greater"      // the declared side, unless P(mirrored > declared) >= Level: mineral that either side recorded did move
	Pooled       Side = "pooled"       // declared and mirrored as two opinions of equal weight
	Corroborated Side = "corroborated" // inflow only: what its origin confirms, the smaller figure where both speak
)

// Declared and Mirrored name a Side and the Quantity of that side alike: what the place itself declares (for the inflow: what the
// receiver declares), and what its partners record. They are untyped so that they serve as both.
const (
	Declared = "declared"
	Mirrored = "mirrored"
)

// Options of a model. The zero value is the default: seed 0, 8,192 draws, 90 % ranges, the greater side, opinions pooled.
type Options struct {
	Seed            uint64
	Draws           int     // 0: 8192
	Level           float64 // 0: 0.90
	Outflow, Inflow Side
	Pool            Pool                  // nil: OpinionPool{}
	AsOf            string                // only claims published by this ISO date, and of rates the editions out by then where there are such; "": everything
	Prorate         bool                  // share fiscal and rolling years out over calendar years
	SetAside        bool                  // set a figure aside, with the warning no-rate, that no rate carries to tonnes; false: it is an error
	Progress        func(done, total int) // how far a run is: in cells, or in draws of flows of a posterior; called by several goroutines at a time
}

// The defaults.
const (
	defaultDraws = 8192
	defaultLevel = 0.90
)

func (o Options) withDefaults() (Options, error) {
	if o.Draws == 0 {
		o.Draws = defaultDraws
	}
	if o.Level == 0 {
		o.Level = defaultLevel
	}
	if o.Outflow == "" {
		o.Outflow = Greater
	}
	if o.Inflow == "" {
		o.Inflow = Corroborated
	}
	if o.Pool == nil {
		o.Pool = OpinionPool{}
	}
	switch {
	case o.Draws < 16 || o.Draws > 1<<24:
		return o, fmt.Errorf("draws: %d is not between 16 and %d", o.Draws, 1<<24)
	case !(o.Level > 0 && o.Level < 1):
		return o, fmt.Errorf("level: %g is not between 0 and 1", o.Level)
	case !slices.Contains([]Side{Greater, Declared, Mirrored, Pooled}, o.Outflow):
		return o, fmt.Errorf("outflow: %q; want greater, declared, mirrored or pooled", o.Outflow)
	case !slices.Contains([]Side{Corroborated, Declared}, o.Inflow):
		return o, fmt.Errorf("inflow: %q; want corroborated or declared", o.Inflow)
	}
	if o.AsOf != "" && !flows.IsDate(o.AsOf) {
		return o, fmt.Errorf("as of: %q; want 2024, 2024-03 or 2024-03-11", o.AsOf)
	}
	return o, nil
}

// Quantity names one number of a balance. All are in tonnes of the balance's basis but Share (a fraction), ValueUSD (current US
// dollars) and ImpliedGrade (tonnes per tonne, Balance.Grade says of what). Declared and Mirrored are quantities too.
type Quantity string

// The quantities of a balance. A missing one is a missing figure, never zero.
const (
	Surplus      Quantity = "surplus"       // recorded outflow + use + stock build-up - output - confirmed inflow
	Output       Quantity = "output"        // mine output, from sources independent of exports
	Outflow      Quantity = "outflow"       // recorded outflow of the side used
	Inflow       Quantity = "inflow"        // inflow that is subtracted
	Use          Quantity = "use"           // domestic use
	Stock        Quantity = "stock"         // net flow into stocks
	OutputGap    Quantity = "output_gap"    // declared - output
	TradeGap     Quantity = "trade_gap"     // mirrored - declared, whichever side was used
	Share        Quantity = "share"         // surplus / outflow
	ValueUSD     Quantity = "value_usd"     // surplus at the market price of the period
	Floor        Quantity = "floor"         // outflow used - declared: unexplained even if all that was declared had been mined at home
	ImpliedGrade Quantity = "implied_grade" // the grade at which a derived output would equal the declared outflow
)

// Quantities lists the quantities in the order of a report.
func Quantities() []Quantity {
	return []Quantity{Outflow, Declared, Mirrored, Output, Inflow, Use, Stock, Surplus, Share, ValueUSD, OutputGap, TradeGap, Floor, ImpliedGrade}
}

// What an estimate warns of. errors.Is(w, ErrCircular) asks for a kind.
const (
	ErrCircular          flows.Code = "circular"            // the only output figures were computed from exports
	ErrNoOutput          flows.Code = "no-output"           // no output figure at all
	ErrPartial           flows.Code = "partial"             // pieces of a figure are missing: a floor
	ErrCeiling           flows.Code = "ceiling"             // only the most that a figure can be is stated
	ErrOneSided          flows.Code = "one-sided"           // partners are incomplete, or only one side speaks: a floor
	ErrConflict          flows.Code = "conflict"            // disjoint ranges within one term
	ErrBound             flows.Code = "bound"               // a published bound is probably violated
	ErrIndeterminate     flows.Code = "indeterminate"       // a floor meets a ceiling
	ErrUnconfirmed       flows.Code = "unconfirmed-inflow"  // an inflow that only its receiver declares
	ErrProrated          flows.Code = "prorated"            // fiscal or rolling years were shared out
	ErrReExport          flows.Code = "re-export"           // a re-export or the inflow it came from, of which only one is known
	ErrReconciled        flows.Code = "reconciled"          // neither side speaks: a third party's figure is used
	ErrFallback          flows.Code = "fallback"            // a pooling rule could not be applied and the mixture was used
	ErrFirstOrder        flows.Code = "first-order"         // first-order propagation and the draws differ by more than 5 %
	ErrInflowExceedsRise flows.Code = "inflow-exceeds-rise" // a scenario brings in more than recorded outflow rose
	ErrNoRate            flows.Code = "no-rate"             // a figure is set aside, or a measure of a gap missing, because a rate is
	ErrRegion            flows.Code = "region"              // what a region drops, and what it cannot see
)

// Warning is what a reader of a result must know.
type Warning = flows.Warning
