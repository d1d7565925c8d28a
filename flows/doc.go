// Package flows holds what is claimed about minerals: who says how much of what moved from where to where, when. It is the vocabulary
// of the project, and a validated [Ledger] of such claims.
//
// # The question
//
// A country exports more of a mineral than it digs out of its own ground. How much more? For one mineral, one place and one period,
//
//	surplus = recorded outflow + domestic use + stock build-up - mine output - inflow that its origin confirms
//
// with all terms in tonnes of one substance. A positive surplus is mineral that the records do not explain, a negative one is
// mineral that left unrecorded or output that was overstated. This package gathers the terms ([Ledger.Balance]); package estimate
// computes the surplus, its range and its probability.
//
// # Flows and claims
//
// A [Flow] is one physical movement: ground>RWA is Rwanda's mine output, RWA>ARE a shipment, RWA>world all its exports together. A
// [Claim] is what one [Origin] says about one flow. Two claims about one flow are mirror statistics. A claim by the origin of the
// flow (or, from ground and to use or stock, by anybody) is declared, one by its destination is mirrored, one by neither reconciled.
//
// # Units and bases
//
// A mass is in metric tonnes ([Mass] has the units), money in current US dollars. Every amount says of what it is an amount: its
// [Basis]. Gross tonnes of concentrate, contained Ta2O5 and contained Ta are three bases, and claims in different bases are never
// compared without a [Rate] between them: *[BasisError]. The shares of metals in their oxides are built in and exact ([Oxides]).
//
// # Rules of the ledger
//
// Refused, with a *[RecordError] that names file and line; all refusals come in one [Errors]: an amount without a basis, a negative
// mass (only a net flow into stock may be negative), what is not finite, an unknown code or place, a flow from a place to itself,
// the same claim twice, one origin id with two contents. A figure that two files state alike in every column is one figure, for two
// datasets may quote one publication; in two ways, or twice in one file, it is refused.
//
// Whole and parts: the months of a year, the sites of a country, the members of a union, the parts of a flow. A whole is never added
// to its parts. Of one producer the whole wins; without it the sum of the parts is a floor, complete only where the origin says so
// ([Origin.Complete]). A part may have parts of its own ("HS 710812/re-export"), under the same rule. The most that a part can be bounds
// the whole only where its origin says that its parts are all there are. Months and quarters that make up a year stand for it. Partners
// stand beside World, for trade is compared partner by partner. Parts that exceed their whole by more than both ranges give the warning
// [PartsExceedWhole].
//
// Editions: per producer, flow and part the latest publication date wins and tonnes beat dollars, unless their origin estimated them beside
// dollars that were reported and rates lead from them there and then; what loses is kept in [Balance.Aside] with the reason. An edition that
// is derived, or that states all parts of what was one figure, supersedes the earlier ones too. [Ledger.Revisions] measures a
// producer's noise by its own corrections. Two figures of one date give [EditionTie]; a figure that beats
// another by the date of its file alone gives [UndatedEdition].
//
// Looks derived: an output within 0.1 % of a recorded outflow of its period, or in one ratio to it in three or more consecutive periods,
// was probably computed from it and cannot test it: [LooksDerived].
//
// Derived figures never speak in a balance. Testimony and unrecorded inflow speak only in a scenario ([Ledger.Under]); unrecorded
// outflow never does, for it is no part of the recorded one. What is stated of a union says nothing of one of its members.
//
// The order in which records arrive leaves no trace.
//
// # Reference
//
// Balances over measured flows: Narasimhan, Jordache (2000), Data Reconciliation and Gross Error Detection, Gulf Publishing, chapter 1.
// Atomic weights: Prohaska and others (2022), Pure and Applied Chemistry 94, 573, doi:10.1515/pac-2019-0603.
package flows
