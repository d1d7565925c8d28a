package estimate

import (
	"context"
	"fmt"
	"math"

	"github.com/mineralflows/mineralflows/flows"
)

// Posterior estimates everything in a network at once: output, recorded flows, unrecorded corridor flows, stock changes, and the bias of
// each producer, for one mineral, a set of places and a run of periods. Its result are joint draws from
//
//	claim x bias x rates = flow x error       log-normal errors, one for each claim; heavier tails with Priors.ClaimTails
//	inflow - outflow = stock change           at each place and in each period, exactly
//
// given the claims and the priors below. Per place and period the [Surplus] is what all unrecorded corridors bring, less what they take.
//
// # Claims
//
// Every claim that [MassBalance] would use is a reading, of both sides of a trade alike: declared, mirrored, and a third party's where
// neither side speaks. A shipment between two places of the set is one flow, which leaves the one and enters the other. Bounds and
// incomplete figures are censored: the likelihood of "at least b" is the probability that the flow exceeds b, given the claim's spread;
// of "at most b", of a capacity, and of a rounded zero such as 0..0.5, that it stays below. Derived claims say nothing new and are left out;
// testimony, and what is said about unrecorded flows, enters only through a scenario. Inflow from outside the set that only its receiver
// declares is left out unless Options.Inflow is Declared. A flow of which nobody says more than nil is held at zero; beside another figure
// nil is left out, for no log-normal reaches both. Each is a warning.
//
// Amounts and rates of any distribution enter as the log-normal with their median and their 90 % range. Grades and prices are parameters
// of their own, with their distribution as prior, because many claims share one: a grade that is wrong is wrong in every year.
//
// # Unknown flows
//
// Where something is claimed of a place's output or outflow in a period, it has both in that period, and where it names partners but no
// total also a flow to others. Where nothing is claimed about such a flow the prior speaks, with the balance; the estimate is marked
// Unobserved where it is hardly other than the prior. A place and period of which nothing is claimed has no balance: whatever comes in may
// leave.
//
// Options.Outflow and Options.Pool play no part: both sides and all producers are read, each with its error and its bias.
type Posterior struct {
	Mineral   flows.Mineral    // "": the one mineral of the ledger
	Places    []flows.Place    // whose balances close; nil: those with a claim on their output and one on their outflow
	Periods   []flows.Period   // of one length as a rule; nil: the calendar years of which the ledger says something about Places
	Corridors []flows.Corridor // routes of unrecorded mineral, one end in Places; nil: those of the ledger
	Priors    Priors

	Chains     int     // 0: 4
	Warmup     int     // draws a chain that are thrown away; 0: 1000
	Draws      int     // draws a chain; 0: such that all chains together have those of the model's options
	Acceptance float64 // mean acceptance that the step size is tuned to; 0: 0.95
	MaxDepth   int     // a trajectory has at most 2^MaxDepth steps; 0: 10
}

// Priors are what is assumed before the claims. The zero value is the default. Those of flows and stocks are printed beside their posterior
// ([FlowEstimate].Prior), because with few claims they drive the answer, and AtPriorScale shows what all of them do together; each does
// by itself what a run with half and with twice its field shows.
//
// The kinds of priors are those of the literature that stands beside them. Their scales are choices of this library and were measured by
// nobody: what they are near to is said.
type Priors struct {
	// FlowLogSD is the standard deviation of the logarithm of outputs and recorded flows, log-normal around what is claimed of them over
	// all periods (of an output that nobody claims, around the outflow). 0: 2, which is 90 % within */27. +Inf: flat in the logarithm, no
	// information. What leaves a place is what there is: its outflow, or the part of it that goes to partners that nobody names, has no
	// prior of its own but what those of the other flows and the stock change leave.
	//
	// Source: Wang et al. (2024), Journal of Industrial Ecology 28, 1409, doi:10.1111/jiec.13550, whose prior has a variance of 40 times the
	// squared mean; a log-normal with that has sqrt(ln 41) = 1.93.
	FlowLogSD float64
	// BiasLogSD is the standard deviation of the logarithm of a producer's bias, shared by all its claims of a place, where its origin
	// states none. 0: 0.15, which is 90 % within */1.28. Negative: none.
	//
	// A choice. With a claim of about that spread it makes up 0.21; figures of middling to poor reliability in inventories were found to have
	// 0.22 to 0.26 in all (Ciroth, Muller, Weidema, Lesage 2016, International Journal of Life Cycle Assessment 21, 1338: half the logarithms
	// of the 95 % factors 1.54 to 1.69).
	BiasLogSD float64
	// ClaimLogSD is the spread of a claim that states none. 0: 0.05. For a stock change it is that part of its size.
	//
	// A choice, beside the bias: Wang et al. (2024) take 0.1 in all.
	ClaimLogSD float64
	// ClaimTails are the degrees of freedom of Student's t, which claims' errors then have instead of a normal, on the same logarithmic
	// scale, and with the same 90 % range: what a source says of its spread stays, and only what lies beyond is less unlikely. Two claims
	// of which one must be badly wrong are no longer averaged: the posterior holds what each of them says, and chains may find it hard to
	// go from one to the other (warning [ErrRhat]). 4 is usual (Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., chapter 17), 1
	// the least that is taken, and above 30 it is all but the normal. 0: normal.
	ClaimTails float64
	// StockMonths is the standard deviation of a stock change, normal around zero, in months of the place's median outflow. 0: 1. Negative:
	// there are no stocks, and the largest flow that leaves the set from a place is what is left of the others.
	//
	// A choice: as much as waits for a month to be shipped.
	StockMonths float64
	// CorridorScale is the scale of a corridor's half-normal prior, as a multiple of the origin's median outflow as its claims have it
	// (of the destination's, where the origin's is unknown). 0: 1.
	//
	// Source of the kind: Gelman (2006), Bayesian Analysis 1, 515, doi:10.1214/06-BA117A, on scales that cannot be negative. The scale is a
	// choice: as much again as is declared is ordinary, and three times as much is not.
	CorridorScale float64
	// Scales overrides that for a corridor: tonnes a year.
	Scales map[Route]float64
	// RestScale is the scale of the half-normal prior of what comes in from partners that nobody names where a total is claimed, and of
	// members of a union that nobody names, as a multiple of the place's median outflow. 0: 1.
	//
	// The kind and the choice are those of CorridorScale.
	RestScale float64
	// WalkLogSD is the scale of a corridor's change from year to year, Student's t with four degrees of freedom: a heavy tail, so that a
	// war can make it jump. It is a change of the logarithm while the flow is small beside the scale of its prior, and in units of that
	// scale above. 0: 0.5. Negative: years do not know of each other, and each has the half-normal.
	//
	// Source of the kind: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., chapter 17. The scale is a choice: half of all changes are
	// within a factor of exp(0.74 x 0.5) = 1.45, and one in ten is beyond exp(2.13 x 0.5) = 2.9.
	WalkLogSD float64
}

// Route is a corridor without its mineral.
type Route struct{ From, To flows.Place }

// Times returns priors whose scales are k times as wide: those of corridors, other partners, stocks, biases, flows and changes. What
// is switched off stays so.
func (p Priors) Times(k float64) Priors {
	p = p.withDefaults()
	for _, x := range []*float64{&p.FlowLogSD, &p.BiasLogSD, &p.StockMonths, &p.CorridorScale, &p.RestScale, &p.WalkLogSD} {
		if *x > 0 {
			*x *= k
		}
	}
	scales := map[Route]float64{}
	for r, s := range p.Scales {
		scales[r] = k * s
	}
	p.Scales = scales
	return p
}

func (p Priors) withDefaults() Priors {
	for _, d := range []struct {
		x    *float64
		zero float64
	}{{&p.FlowLogSD, 2}, {&p.BiasLogSD, 0.15}, {&p.ClaimLogSD, 0.05}, {&p.StockMonths, 1}, {&p.CorridorScale, 1}, {&p.RestScale, 1}, {&p.WalkLogSD, 0.5}} {
		if *d.x == 0 {
			*d.x = d.zero
		}
	}
	return p
}

func (p Priors) check() error {
	for _, d := range []struct {
		name     string
		x        float64
		infinite bool // may be
		negative bool // may be
	}{{"FlowLogSD", p.FlowLogSD, true, false}, {"BiasLogSD", p.BiasLogSD, false, true}, {"ClaimLogSD", p.ClaimLogSD, false, false},
		{"StockMonths", p.StockMonths, false, true}, {"CorridorScale", p.CorridorScale, false, false}, {"RestScale", p.RestScale, false, false},
		{"WalkLogSD", p.WalkLogSD, false, true}} {
		if math.IsNaN(d.x) || math.IsInf(d.x, 0) && !d.infinite || d.x < 0 && !d.negative {
			return fmt.Errorf("prior %s: %g is out of range", d.name, d.x)
		}
	}
	if !(p.ClaimTails == 0 || p.ClaimTails >= 1 && p.ClaimTails <= 1000) {
		return fmt.Errorf("prior ClaimTails: %g degrees of freedom: want 1 to 1000, or 0 for normal errors", p.ClaimTails)
	}
	for r, s := range p.Scales {
		if !(s > 0) || math.IsInf(s, 0) {
			return fmt.Errorf("prior scale of %s>%s: %g; want a positive number of tonnes a year", r.From, r.To, s)
		}
	}
	return nil
}

// What a posterior warns of.
const (
	ErrRhat       flows.Code = "r-hat"        // the chains disagree
	ErrESS        flows.Code = "ess"          // too few effective draws
	ErrDivergent  flows.Code = "divergences"  // parts of the posterior could not be reached
	ErrEnergy     flows.Code = "e-bfmi"       // momenta explore the energies too slowly
	ErrNoCorridor flows.Code = "no-corridor"  // no unrecorded flow may close the balances
	ErrNoSpread   flows.Code = "no-spread"    // claims without a spread were given one
	ErrNil        flows.Code = "nil"          // a flow is held at zero, or an exact zero beside other figures is left out
	ErrPriorOnly  flows.Code = "prior-only"   // the claims hardly move the estimate from its prior
	ErrMisfit     flows.Code = "misfit"       // a claim that the model cannot reconcile with the others
	ErrStrained   flows.Code = "strained"     // a bias or a rate far from what was assumed of it
	ErrLOO        flows.Code = "loo"          // leaving a claim out by weights is not reliable, and it was not refitted
	ErrOverlap    flows.Code = "overlap"      // flows that share shipments, neither part of the other: these are counted twice
	ErrNotHere    flows.Code = "not-in-model" // a claim on something that the model does not have
)

// The limits of the warnings: R-hat and effective draws after Vehtari et al. 2021, E-BFMI after Betancourt 2016.
const (
	greatestRhat = 1.01
	fewestESS    = 400
	leastEBFMI   = 0.3
)

func (p Posterior) withDefaults(m *Model) (Posterior, error) {
	set := func(x *int, d int) {
		if *x == 0 {
			*x = d
		}
	}
	set(&p.Chains, 4)
	set(&p.Warmup, 1000)
	if p.Draws == 0 && p.Chains > 0 {
		p.Draws = m.opt.Draws / p.Chains
	}
	set(&p.MaxDepth, 10)
	if p.Acceptance == 0 {
		p.Acceptance = 0.95
	}
	p.Priors = p.Priors.withDefaults()
	if p.Chains < 1 || p.Draws < 4 || p.Warmup < 20 || p.Chains > 1000 || p.Draws > 1<<20 || p.Warmup > 1<<20 {
		return p, fmt.Errorf("%d chains of %d draws after %d: want at least one chain, 4 draws and 20 before them", p.Chains, p.Draws, p.Warmup)
	}
	if p.MaxDepth < 1 || p.MaxDepth > 20 {
		return p, fmt.Errorf("depth: %d is not between 1 and 20", p.MaxDepth)
	}
	if !(p.Acceptance > 0 && p.Acceptance < 1) {
		return p, fmt.Errorf("acceptance: %g is not between 0 and 1", p.Acceptance)
	}
	return p, p.Priors.check()
}

// Estimate samples the posterior, chains in parallel; the result does not depend on the number of processors. It returns what ctx.Err
// says when it is cancelled; a [NetworkError] that names the place or corridor that has to be mended, with [ErrNoNetwork], [ErrNoClaim],
// [ErrNowhere], [ErrCellsOverlap] or, where there are no stocks, [ErrInfeasible]; flows.Errors with a *flows.BasisError for each missing
// rate; and errors that name the option that is out of range.
func (p Posterior) Estimate(ctx context.Context, m *Model) (*Result, error) {
	j, err := p.prepare(m)
	if err != nil {
		return nil, err
	}
	if err := j.sample(ctx); err != nil {
		return nil, err
	}
	return j.result(), nil
}

// prepare builds the network.
func (p Posterior) prepare(m *Model) (*jointNetwork, error) {
	p, err := p.withDefaults(m)
	if err != nil {
		return nil, err
	}
	return newJointNetwork(m, p)
}

// AtPriorScale is the same estimator with priors k times as wide (Priors.Times): run at half and at twice, it shows what they do.
func (p Posterior) AtPriorScale(k float64) Posterior {
	p.Priors = p.Priors.Times(k)
	return p
}
