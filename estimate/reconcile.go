package estimate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// Reconcile closes the balances of many places at once: flows that are claimed move as little as their uncertainty allows, so that in
// every place what comes in goes out,
//
//	output + inflow + corridors in = outflow + use + stock build-up + corridors out
//
//	minimise (x - y)' V^-1 (x - y)   subject to the balances and x >= 0
//
// in tonnes of the mineral's substance, with one network per mineral and period. Each is closed by itself: what a grade or an origin's bias
// got wrong in one year is not learnt from another. [Tests].J is their sum over periods that do not overlap, and its probability takes them
// for independent: where they share such an error, several years that fail together are less evidence than it says.
//
// # What is measured
//
// Each flow is measured once: by the side and pool that Options ask for, as in [MassBalance], so that what a place leaves open before
// anything moves is its surplus. Averaging both sides of a trade was rejected: where a partner records three times what was declared, the
// average is a figure that nobody stands for. y are the means of the draws and V their covariance, so that a grade or a bias that several
// flows share moves them together. A flow of which a floor or a ceiling is all that is known has that much and an unmeasured rest; a share
// of another flow of the network is a product, share times flow, and both may move.
//
// A factor that figures share is uncertain by a share of each as claimed. Where they conflict far beyond what is each one's own, least squares
// makes a low factor explain the difference, and may put both below what is claimed of either (Peelle's puzzle: D'Agostini 1994, Nucl. Instrum.
// Methods A 346, 306, doi:10.1016/0168-9002(94)90719-6). J is large then, and the flows are no answer; a [Posterior] has such factors on the
// logarithmic scale, where this does not happen. (A covariance of the flows as reconciled, made anew until it is, was tried: it depends
// on what else a factor is shared with, and does not settle where many claims conflict.)
//
// # Corridors
//
// A corridor is an unrecorded flow that nobody measures. It carries what closes the balances and nothing where they close without.
// Without corridors this is a test of consistency and nothing else: least squares then spreads missing mineral over honest flows, and the
// warning ErrConsistency says so. Where balances don't determine a corridor (mineral may pass through a place that could also be where it
// stays) the estimate is a floor: the least that it can carry with every claimed flow where it was reconciled ([FlowEstimate.Least]).
//
// # Which places
//
// A balance is closed in each place that has figures of both what comes in (output, inflow) and what goes out, and in each that a corridor
// touches and that has either. All other places are the border of the network. A country that declares no total, and whose partners are not
// known to be complete, has an unmeasured rest of outflow; one that a corridor touches and that has no output figure has unmeasured output.
// The places of a plant ("places": "free") have neither: their flows are complete as drawn, and so a place that a corridor leads out of is
// closed even where nothing that leaves it, or nothing at all, is measured. A union is a region: flows inside it are dropped.
//
// References: package lsq, and Narasimhan, Jordache (2000), Data Reconciliation and Gross Error Detection.
type Reconcile struct {
	Cells     []flows.Cell     // whose balances are closed; nil: those of the ledger. Those of one mineral and period must not overlap
	Corridors []flows.Corridor // nil: those of the ledger; empty but not nil: none

	// Local asks for the local test of VDI 2048 Part 1 (2000) beside the measurement test: each figure's move over
	// sqrt(max(var(move), var(figure)/10)), against 1.96. The floor keeps figures that the balances hardly test from being rejected for
	// next to nothing. [FlowEstimate].Local.
	Local bool
}

// What Reconcile warns of, and what its errors are: errors.Is(err, ErrInfeasible).
const (
	ErrConsistency flows.Code = "consistency" // there is no corridor: the flows are tested, and none is found
	ErrGrossError  flows.Code = "gross-error" // claims and balances disagree beyond their uncertainty
	ErrUntested    flows.Code = "untested"    // nothing is measured twice: the balances cannot disagree
	ErrUnobserved  flows.Code = "unobserved"  // flows that neither claims nor balances determine

	ErrInfeasible   flows.Code = "infeasible"          // no flows of zero or more close these balances
	ErrNowhere      flows.Code = "corridor-to-nowhere" // a corridor that touches no balance
	ErrNoClaim      flows.Code = "no-claim"            // a place of which nothing is known; a warning where what is known makes no balance
	ErrCellsOverlap flows.Code = "cells-overlap"       // two cells that hold the same place
	ErrSingular     flows.Code = "singular-covariance" // several figures with one and the same error
	ErrZeroSpread   flows.Code = "zero-spread"         // figures without a spread that contradict each other
	ErrNoNetwork    flows.Code = "no-network"          // no place has both what comes in and what goes out
)

// NetworkError is a network that cannot be reconciled.
type NetworkError struct {
	Code     flows.Code
	Mineral  flows.Mineral
	Period   flows.Period // zero where it holds for all
	Balances []flows.Cell // that the error is about; nil where it is about flows
	Text     string       // what is wrong and what to do
	Err      error        // what the solver said; nil
}

func (e *NetworkError) Error() string {
	where := string(e.Mineral)
	if !e.Period.IsZero() {
		where += " " + e.Period.String()
	}
	return strings.TrimSpace(where) + ": " + e.Text
}

// Unwrap lets errors.Is find the code, and errors.As what the solver said.
func (e *NetworkError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Err}
}

// Estimate reconciles every network, on as many processors as the program may use; the result does not depend on their number. Balances
// holds the mass balance of each cell as the claims have it, before anything moved. It returns flows.Errors with a *NetworkError for each
// network that cannot be reconciled and a *flows.BasisError for each missing rate, and what ctx.Err says when it is cancelled.
func (e Reconcile) Estimate(ctx context.Context, m *Model) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cells := e.Cells
	if cells == nil {
		cells = apartCells(slices.Collect(m.ledger.Cells()))
	}
	for _, c := range cells {
		if m.ledger.Substance(c.Mineral) == "" {
			return nil, fmt.Errorf("%s: unknown mineral %q", c, c.Mineral)
		}
	}
	r, err := MassBalance{Cells: cells, Quantities: []Quantity{Surplus}}.Estimate(ctx, m)
	if err != nil {
		return nil, err
	}
	groups, err := groupCells(cells)
	if err != nil {
		return nil, err
	}
	corridors := e.Corridors
	if corridors == nil {
		corridors = m.ledger.Corridors()
	}
	done, errs := make([]*reconciled, len(groups)), make([]error, len(groups))
	inParallel(len(groups), func(i int) {
		if ctx.Err() != nil {
			return
		}
		w := m.newWorker()
		var n *network
		if n, errs[i] = m.network(w, groups[i], corridors); errs[i] == nil && len(n.nodes) > 0 {
			done[i], errs[i] = n.reconcile(ctx, w)
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lost := e.lost(cells, corridors, done)
	if err := joinErrors(errs); err != nil {
		return nil, err
	}
	if e.Corridors == nil && m.ledger != m.base { // a date or a scenario may have taken the claims that a corridor of the ledger touched
		for _, err := range lost {
			r.Warnings = append(r.Warnings, Warning{Code: ErrNowhere, Text: err.Error()})
		}
	} else if err := joinErrors(lost); err != nil {
		return nil, err
	}
	done = slices.DeleteFunc(done, func(d *reconciled) bool { return d == nil })
	if len(done) == 0 && len(cells) > 0 {
		r.Warnings = append(r.Warnings, Warning{Code: ErrNoNetwork, Text: "no place has figures of both what comes in and what goes out: there is nothing to reconcile"})
	}
	r.take(done, e.Local)
	return r, nil
}

// apartCells leaves out the unions whose members have cells of the same mineral and period.
func apartCells(cells []flows.Cell) []flows.Cell {
	return slices.DeleteFunc(cells, func(c flows.Cell) bool {
		return c.Place.IsUnion() && slices.ContainsFunc(cells, func(d flows.Cell) bool {
			return d != c && d.Mineral == c.Mineral && d.Period == c.Period && d.Place.Within(c.Place)
		})
	})
}

// groupCells puts cells of one mineral and period together, in order.
func groupCells(cells []flows.Cell) ([][]flows.Cell, error) {
	sorted := slices.Clone(cells)
	slices.SortFunc(sorted, func(a, b flows.Cell) int {
		return cmp.Or(strings.Compare(string(a.Mineral), string(b.Mineral)), a.Period.Compare(b.Period), strings.Compare(string(a.Place), string(b.Place)))
	})
	sorted = slices.Compact(sorted)
	var out [][]flows.Cell
	var errs flows.Errors
	for i, c := range sorted {
		if i == 0 || c.Mineral != sorted[i-1].Mineral || c.Period != sorted[i-1].Period {
			out = append(out, nil)
		}
		last := &out[len(out)-1]
		for _, d := range *last {
			if err := disjointCells([]flows.Cell{d, c}); err != nil {
				errs = append(errs, &NetworkError{Code: ErrCellsOverlap, Mineral: c.Mineral, Period: c.Period, Balances: []flows.Cell{d, c},
					Text: fmt.Sprintf("%s and %s hold the same place: mineral that moves between them would be counted twice; leave one of them out", d.Place, c.Place)})
			}
		}
		*last = append(*last, c)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return out, nil
}

// lost are the corridors that touch no balance in any period. With chosen cells the ledger's other corridors are none of their business.
func (e Reconcile) lost(cells []flows.Cell, corridors []flows.Corridor, done []*reconciled) []error {
	if e.Cells != nil && e.Corridors == nil {
		return nil
	}
	var out []error
	for i := range corridors {
		c := &corridors[i]
		if c.To == flows.Ground || c.To == flows.Stock || c.From == flows.Stock || c.From == flows.Use { // the ledger refuses its own
			out = append(out, &NetworkError{Code: ErrNowhere, Mineral: c.Mineral, Text: fmt.Sprintf("the corridor %s>%s: no route leads into the ground, out of use, or to or from stock", c.From, c.To)})
			continue
		}
		asked := slices.ContainsFunc(cells, func(k flows.Cell) bool { return k.Mineral == c.Mineral })
		touched := slices.ContainsFunc(done, func(d *reconciled) bool {
			return d != nil && d.mineral == c.Mineral && (d.nodeOf(c.From) >= 0 || d.nodeOf(c.To) >= 0)
		})
		if asked && !touched {
			text := fmt.Sprintf("the corridor %s>%s touches no balance: no period has figures of %s or of %s that it could close; leave it out, or give their output or outflow", c.From, c.To, c.From, c.To)
			if pos := c.Pos.String(); pos != "" {
				text += " (" + pos + ")"
			}
			out = append(out, &NetworkError{Code: ErrNowhere, Mineral: c.Mineral, Text: text})
		}
	}
	return out
}
