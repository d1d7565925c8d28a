package estimate

import (
	"context"

	"github.com/mineralflows/mineralflows/flows"
)

// Var is the name of one uncertain input, made from its content, so that adding a dataset renames, and moves, no other input:
//
//	claim/gold/2019/UGA>ARE//by ARE/un-comtrade-are-gold/USD-cif
//	rate/tantalum/RWA/Ta2O5 per gross/ORIGIN
//	bias/gold/UGA/Bank of Uganda
//	pool/gold/UGA/BGS
type Var string

// Draws are joint draws: index i is the same joint world in every Draws of one Model. Tonnes, unless the quantity says otherwise.
type Draws []float64

// Summary describes draws. Lo and Hi are the ends of the equal-tailed range that holds Level of the probability; Q25 and Q75 the
// quartiles. SD divides by the number of draws.
type Summary struct{ Mean, SD, Lo, Q25, Median, Q75, Hi, Level float64 }

// Value is a summary with the probability that the quantity is positive. Where Bound is AtLeast the quantity is a floor, and so is
// the probability; where it is AtMost both are ceilings.
type Value struct {
	Summary
	ProbPositive float64
	Bound        flows.Bound
}

// Step is one conversion of a claim: times the rate, or divided by it. A built-in oxide factor is a Step with a Rate without origin.
type Step struct {
	Rate    flows.Rate
	Var     Var
	Inverse bool
	Median  float64
	Among   []flows.Rate // where several rates of equal rank are pooled, or averaged over months: all of them
}

// Used is one claim, carried into the result's basis. Weight is 1, or the share of the claim's months that fall into the period
// where it was prorated; Amount is the median of the claim in its own basis (tonnes or dollars) before the steps.
type Used struct {
	Claim     flows.Claim
	Statement string // which claims are summed: producer and flow; statements of one flow by several producers are pooled
	Weight    float64
	Amount    float64
	Var       Var
	Bias      Var // "" where the origin states none
	Steps     []Step
	Value     Value // in the result's basis; zero where MassBalance.Quantities left its term out
	Check     bool  // a bound beside a figure, or a figure of the side that was not used: shown, not counted
}

// Term is one side of a balance: Sign +1 adds to the surplus, -1 subtracts from it, 0 stands beside it (the side that was not used).
// Where the sides are Pooled both have +1, and the outflow follows the one or the other in each draw.
type Term struct {
	Sign     int
	Quantity Quantity
	Used     []Used
}

// Alternative is the surplus if one producer alone were right.
type Alternative struct {
	Producer string
	Quantity Quantity // which term the producers disagree on
	Surplus  Value
}

// Balance is the mass balance of one cell: one row of a result.
type Balance struct {
	flows.Cell
	Basis        flows.Basis        // the substance of all masses
	Side         Side               // whose outflow is used: Declared, Mirrored, Pooled, or Greater where it differs by partner
	Values       map[Quantity]Value // a missing key is a missing figure
	Grade        string             // what ImpliedGrade is a grade of: "Ta2O5 per gross"
	Terms        []Term
	Alternatives []Alternative // where producers conflict
	Warnings     []Warning
}

// Value returns a quantity and whether the balance has it.
func (b *Balance) Value(q Quantity) (Value, bool) { v, ok := b.Values[q]; return v, ok }

// Term returns the term of a quantity, nil where there is none.
func (b *Balance) Term(q Quantity) *Term {
	for i := range b.Terms {
		if b.Terms[i].Quantity == q {
			return &b.Terms[i]
		}
	}
	return nil
}

// Aside is a claim that did not enter a balance, with the reason.
type Aside struct {
	Cell flows.Cell
	flows.Aside
}

// Unbalanced is a cell that has claims and no row, with the reason.
type Unbalanced struct {
	flows.Cell
	Why    string
	Claims []flows.Claim
}

// Result is what an estimator returns.
type Result struct {
	Scenario   string
	Options    Options
	Balances   []Balance
	Aside      []Aside
	Unbalanced []Unbalanced
	Origins    []*flows.Origin // of the claims and rates that went in
	Figures    int             // claims and rates that went in
	Flows      []FlowEstimate  // network estimators: every flow, in order
	Tests      *Tests          // network estimators: whether claims and balances agree
	Chains     *Diagnostics    // Posterior: whether the chains can be trusted
	Warnings   []Warning       // of the ledger as a whole

	model *Model
	cells map[flows.Cell]int
	joint *jointNetwork // of Posterior: its draws
}

// Balance returns the row of a cell, nil where there is none.
func (r *Result) Balance(c flows.Cell) *Balance {
	if i, ok := r.cells[c]; ok {
		return &r.Balances[i]
	}
	return nil
}

// Estimator turns a model into a result.
type Estimator interface {
	Estimate(ctx context.Context, m *Model) (*Result, error)
}

// Contribution is what one input adds to the width of a range.
type Contribution struct {
	Var    Var
	Median float64 // of the input
	Lo, Hi float64 // its range at the result's level
	// Share is the first-order share of the variance, Var(E[Y|X])/Var(Y): what would go if the input were known. The shares sum to
	// one only where inputs act additively; what is missing is their interaction.
	Share float64
	// Slope is the elasticity of the quantity at the central values: percent per percent of the input.
	Slope float64
}

// Explanation is everything behind one row.
type Explanation struct {
	Balance       *Balance
	Quantity      Quantity // what is explained: Surplus, or Floor, or Outflow, the first that the row has
	Contributions []Contribution
	Central       float64 // the quantity computed once with every input at its median: what the printed steps give
	FirstOrder    Summary // first-order (GUM) propagation: mean at the means, SD from slopes and standard deviations
	Skew          string  // one sentence on why mean and median differ
	Warnings      []Warning
}

// Comparison is one scenario's answer for one cell beside the baseline's.
type Comparison struct {
	Scenario   Scenario
	Cell       flows.Cell
	Balance    *Balance // under the scenario; nil where it takes the row away
	Surplus    *Value   // nil where the scenario gives none
	Difference *Value   // surplus minus the baseline's, draw by draw; nil where the baseline has none
	Warnings   []Warning
}
