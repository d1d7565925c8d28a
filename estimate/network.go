package estimate

import "github.com/mineralflows/mineralflows/flows"

// FlowEstimate is what a network estimator says of one flow, in the substance that the mineral's results are stated in.
type FlowEstimate struct {
	flows.Flow                // an unrecorded corridor flow has the channel Unrecorded
	Basis       flows.Basis   // the substance of the masses below
	Claimed     *Value        // what the claims alone say; nil where nobody claims anything
	Prior       *Value        // before the data; nil for an estimator without priors
	Estimate    Value         // with the balances closed
	Z           *float64      // how far the claims had to move, in standard deviations of that move; nil where nothing was moved
	Local       *float64      // VDI 2048's local test, against 1.96; nil unless [Reconcile].Local asks for it, and where nothing was moved
	Unobserved  bool          // the data and the balances do not determine it
	Claims      []flows.Claim // what went in
	ActiveBound bool          // it is held at zero: its standard deviation is that of the active set
	Least       *float64      // the least that closes the balances with every other claim where it was reconciled; nil where somebody claims the flow
}

// Tests says whether the claims and the balances of a network agree.
type Tests struct {
	J       float64 // weighted sum of squared adjustments
	DF      int     // degrees of freedom: the rank of the balances that the data can test, and flows that are held at zero
	P       float64 // probability of a larger J where claims and balances agree, errors that several networks share (a grade, an origin's bias) taken for independent
	Largest Test    // the test that speaks loudest against them
	All     []Test  // every test, the strongest first

	Networks []NetworkTest // J is the sum of theirs, without those that overlap
	Suspects []Test        // gross errors found one after the other, each with those before it allowed for
}

// NetworkTest is the test of one mineral and period as a whole.
type NetworkTest struct {
	Mineral flows.Mineral
	Period  flows.Period
	J       float64
	DF      int
	P       float64

	Overlaps bool // it shares months with one that is in the sum, and is not: half a year and its year are tested on the same claims
}

// Test is one test for a gross error.
type Test struct {
	Kind       string      // "measurement", "nodal", "bias", "leak"; "predictive" of a posterior
	Flow       *flows.Flow // of a flow; nil for the balance of a place
	Cell       *flows.Cell // of the balance of a place, or of a union of places that share flows which nobody measures; nil for a flow
	Statistic  float64     // standard normal for measurement and nodal; chi-square with one degree of freedom for bias and leak
	Critical   float64     // at the level of the test as a whole (Sidak)
	P          float64     // probability of a larger statistic for this test alone
	Magnitude  float64     // estimated size of the error in tonnes, of a leak what goes out beyond what comes in; 0 where the test gives none
	Equivalent []string    // what cannot be told apart from it: parallel flows

	Claims []flows.Claim // what is tested; nil for the balance of a place
	Says   float64       // what they say in tonnes. Without the error it is Says - Magnitude: what all else leads to expect
}

// Diagnostics says whether the chains of a posterior can be trusted.
type Diagnostics struct {
	Chains, Draws, Warmup  int
	MaxRhat                float64 // rank-normalised, split and folded
	MinESSBulk, MinESSTail float64
	Divergences            int
	MinEBFMI               float64
	Worst                  string // the parameter with the largest R-hat
	StepSizes              []float64
}
