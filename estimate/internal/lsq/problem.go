// Package lsq reconciles measured flows with the balances that they must obey, by weighted least squares:
//
//	minimise (x - y)' V^-1 (x - y)   subject to   A x = b,  x >= 0
//
// y are the measured values and V their covariance, x the reconciled ones. Unmeasured variables have no term in the sum: they follow
// from the balances where these determine them. A balance may hold products of two variables (a flow times a grade); they are
// linearised about the last iterate, with y kept as the anchor, until nothing moves.
//
// # Method
//
// Unmeasured variables are eliminated from the balances first (P B = 0). With R = P A, r = R y - b, S = R V R':
//
//	x = y - V R' S^-1 r,  Vx = V - V R' S^-1 R V,  J = r' S^-1 r ~ chi-square(rank R)
//
// S is factorized once, sparse, in a fill-reducing order; balances that others imply are found by their vanishing pivots and left out.
// Where variances differ by more than ten orders of magnitude S would lose the small ones: rows are then combined so that each gives one
// wide variable by surer ones. The variances need S^-1 only where S has entries: the selected inverse. Bounds are added by the dual method of Goldfarb and Idnani
// (1983), Math. Programming 27, 1, doi:10.1007/BF02591962, first many at a time: with N the bounds that hold and M = N' Vx N,
//
//	x = x0 + Vx N l,  M l = -N' x0,  l >= 0,  Vx|N = Vx - Vx N M^-1 N' Vx
//
// so that a bound costs one solve and no new factor. Where balances leave unmeasured variables open an interior point method finds the set.
// Standard deviations under bounds are those of the active set: as if it had been
// known beforehand which flows are zero.
//
// # Degrees of freedom
//
// A bound that holds a flow at zero restricts as a balance does. The squared distance from a normal point to a convex cone, given the
// face that it falls on, is chi-square with that face's codimension; so J is compared with rank + bounds that hold. It is exact where
// the true flows are zero and conservative where they are not.
//
// # References
//
// Narasimhan, Jordache (2000), Data Reconciliation and Gross Error Detection, Gulf Publishing: all of the above and the tests. Narasimhan, Mah
// (1987), AIChE J. 33, 1514, doi:10.1002/aic.690330911: generalised likelihood ratios, serial compensation. VDI 2048 Part 1 (2000): the
// local test with a floor under its denominator.
package lsq

import (
	"fmt"
	"math"
	"strings"
)

// Problem is what is measured and what must balance.
type Problem struct {
	Variables   []Variable
	Covariances []Covariance // off the diagonal of V
	Balances    []Balance
}

// Variable is one flow, or one grade, share or stock change.
type Variable struct {
	Name     string
	Measured bool
	Value    float64 // measured; of an unmeasured one in a product: where the linearisation starts
	Variance float64 // of the measured value; 0: exact
	Free     bool    // it may be negative
}

// Covariance is that of two measured values, A and B being indices of variables.
type Covariance struct {
	A, B  int
	Value float64
}

// Balance is sum of terms + sum of products = RHS.
type Balance struct {
	Name     string
	Terms    []Term
	Products []Product
	RHS      float64
	Defines  bool // it says what a variable is made of, and cannot leak
}

// Term is a variable times a coefficient.
type Term struct {
	Variable    int
	Coefficient float64
}

// Product is two variables times a coefficient.
type Product struct {
	A, B        int
	Coefficient float64
}

// InfeasibleError says that no values within their bounds close the named balances.
type InfeasibleError struct{ Balances []string }

func (e *InfeasibleError) Error() string {
	return "no flows of zero or more close the balance of " + strings.Join(e.Balances, ", ")
}

// ConflictError says that exact figures alone do not close the named balances.
type ConflictError struct {
	Balances []string
	By       float64 // what is left over
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("figures without a spread miss the balance of %s by %.4g, and nothing in it can move; give one of them a spread",
		strings.Join(e.Balances, ", "), math.Abs(e.By))
}

// CovarianceError says that the covariance of the named variables is not positive definite: one of them is a fixed combination of the others.
type CovarianceError struct{ Variables []string }

func (e *CovarianceError) Error() string {
	return fmt.Sprintf("the covariance of %s is singular: their errors are one error, so they cannot be weighed against each other; give one of them a spread of its own",
		strings.Join(e.Variables, ", "))
}

// ConvergenceError says that the linearisation of products did not settle.
type ConvergenceError struct {
	Iterations int
	Variable   string  // which still moved
	By         float64 // in the last iteration
}

func (e *ConvergenceError) Error() string {
	return fmt.Sprintf("the products did not settle in %d iterations: %s still moves by %.3g; start nearer, or measure more", e.Iterations, e.Variable, e.By)
}

// check refuses what is no problem at all.
func (p *Problem) check() error {
	for i, v := range p.Variables {
		switch {
		case math.IsNaN(v.Value) || math.IsInf(v.Value, 0):
			return fmt.Errorf("variable %s: its value is %v", v.Name, v.Value)
		case v.Measured && !(v.Variance >= 0 && !math.IsInf(v.Variance, 0)):
			return fmt.Errorf("variable %s: its variance is %v", v.Name, v.Variance)
		case v.Measured && v.Variance == 0 && v.Value < 0 && !v.Free:
			return fmt.Errorf("variable %s: exactly %g, and it may not be negative", p.Variables[i].Name, v.Value)
		}
	}
	known := func(i int) bool { return i >= 0 && i < len(p.Variables) }
	for _, c := range p.Covariances {
		if !known(c.A) || !known(c.B) || c.A == c.B || !p.Variables[c.A].Measured || !p.Variables[c.B].Measured || math.IsNaN(c.Value) || math.IsInf(c.Value, 0) {
			return fmt.Errorf("covariance of variables %d and %d: want two different measured ones and a finite value", c.A, c.B)
		}
	}
	for _, b := range p.Balances {
		ok := !math.IsNaN(b.RHS) && !math.IsInf(b.RHS, 0)
		for _, t := range b.Terms {
			ok = ok && known(t.Variable) && !math.IsNaN(t.Coefficient) && !math.IsInf(t.Coefficient, 0)
		}
		for _, t := range b.Products {
			ok = ok && known(t.A) && known(t.B) && !math.IsNaN(t.Coefficient) && !math.IsInf(t.Coefficient, 0)
		}
		if !ok {
			return fmt.Errorf("balance %s: want known variables and finite numbers", b.Name)
		}
	}
	return nil
}
