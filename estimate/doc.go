// Package estimate says what follows from the claims of a ledger: how much of a country's recorded mineral exports its own output does
// not explain, with a range, a probability and a trail back to every published figure.
//
// # The equation
//
//	surplus = recorded outflow + domestic use + stock build-up - mine output - inflow that its origin confirms
//
// for one mineral, one place and one period: one [Balance], computed by [MassBalance]. A positive surplus is mineral that the records do
// not explain, a negative one mineral that left unrecorded, or output that was overstated. Smuggling is one explanation beside stocks,
// grade, under-declared mines, transit and bad statistics; each of those is a [Scenario].
//
// # Units and basis
//
// All masses are metric tonnes of one substance ([Balance.Basis]: Ta, Sn, W, Au), [ValueUSD] is current US dollars, [Share] a fraction.
// A claim in another basis follows the shortest chain of rates: dollars as imported > dollars free on board > dollars at the market
// price > tonnes. Each rate is an uncertain input with a name of its own. A missing rate is a *flows.BasisError, never a guess.
//
// # Draws
//
// Every uncertain input, a [Var], has a stream of its own, keyed by seed and name, and n draws (8,192 unless [Options] says otherwise),
// one from each 1/n slice of its distribution in random order: stratified, or Latin hypercube, sampling. Draw i is one joint world: a
// grade that serves forty cells is the same number in all of them, so sums over years ([Result.Total]) and differences between
// scenarios ([Compare]) are right. Adding a dataset shifts no other draw, and the number of workers changes no bit.
//
// # Shared error
//
// Rates of one origin for one mineral, place, part and pair of bases are one error over all periods, unless the row says independent; the
// bias of an origin is one error for all its producer's figures of a mineral and place. Over N equal years a shared error gives the sum
// sqrt(N) times the range that independent ones would.
//
// # Sides, pools
//
// Exporter and importer may both speak. [Greater] takes the declared side unless the mirrored one exceeds it with a probability of
// [Options].Level, partner by partner where declarations allow. Both sides stand in every result, with [OutputGap] (declared - output)
// and [TradeGap] (mirrored - declared). Producers are pooled within a side, never across: [OpinionPool], [RandomEffects] or [Prefer].
// Inflow counts what its origin confirms, the smaller figure where both speak.
//
// # Bounds and floors
//
// A bound ("at most 50 t", a capacity, nine of twelve months, a sum over the partners that were heard) beside a figure is checked and
// changes nothing; alone it makes the surplus a floor or a ceiling, and so its probability ([Value.Bound]); both bounds of a term
// give a range; a floor with a ceiling gives no surplus. Where all output figures were computed from exports, or there is none, output is
// not taken as zero: there is no surplus, and [Floor] (outflow used - declared) is what stays unexplained even if all that was declared had
// been mined at home. What a reader must know travels with the result as typed warnings: errors.Is(w, [ErrCircular]).
//
// # Regions
//
// A union of places ("COD+RWA") is one place: a flow inside it is dropped from both sides, whatever its two ends say, and taken off the
// totals that hold it. What remains is output against what leaves the region. It cannot see ore of one member that leaves under the name
// of another, and each of its rows says so ([ErrRegion]).
//
// # Mirror statistics
//
// [Mirror] sets what exporters declare beside what importers record of the same flow,
//
//	gap = importer's figure - exporter's figure
//
// in tonnes and in dollars free on board, beside the noise floor of its series, the reliability of both reporters and their unit values.
//
// # Explanation
//
// [Result.Explain] gives every step of a row, the first-order share of each input in its variance, S = Var(E[Y|X]) / Var(Y), estimated from the
// draws themselves, and first-order propagation beside them, u^2(y) = sum of (dy/dx u(x))^2.
//
// # Networks
//
// [Reconcile] closes the balances of many places at once: every flow moves as little as its uncertainty allows, and unrecorded corridors
// carry what then is left. [Result.Flows] holds the flows, [Result.Tests] how well claims and balances agree. [Posterior] is the Bayesian
// version over a run of periods: output, trade, corridors, stock changes and producers' biases as one joint posterior, in draws, with the prior
// of each flow beside it ([FlowEstimate].Prior) and what the chains say of themselves ([Result.Chains]).
//
// # References
//
// JCGM 100:2008 (GUM), doi:10.59161/JCGM100-2008E, and JCGM 101:2008 (propagation of distributions), doi:10.59161/JCGM101-2008.
// McKay, Beckman, Conover (1979), Technometrics 21, 239, doi:10.1080/00401706.1979.10489755: stratified and Latin hypercube draws.
// DerSimonian, Laird (1986), Controlled Clinical Trials 7, 177, doi:10.1016/0197-2456(86)90046-2: random effects.
// Saltelli, Annoni, Azzini, Campolongo, Ratto, Tarantola (2010), Computer Physics Communications 181, 259,
// doi:10.1016/j.cpc.2009.09.018: first-order indices.
// Gaulier, Zignago (2010), BACI, CEPII working paper 2010-23: reporting distance, variance weights, freight.
// Gehlhar (1996), Reconciling Bilateral Trade Data for Use in GTAP, docs.lib.purdue.edu/gtaptp/11: the index of reliability.
package estimate
