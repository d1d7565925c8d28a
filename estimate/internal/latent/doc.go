// Package latent is the Bayesian model of a network of flows: what is uncertain, the density of it given what was read, and the gradient
// of that density, written out by hand for the sampler of package nuts.
//
// # The model
//
// Flows x are positive, and shared errors z (a producer's bias, a grade, a price) are standard normal. Of the flows that enter and leave
// a node
//
//	D = sum of inflows - sum of outflows
//
// goes into stock. Balances are exact: one member of each is computed from the others. As a rule that is the stock change, the one flow
// that may be negative, with a normal prior; then every other flow is free, no constraint cuts the space that is sampled, and the
// logarithms of the flows are its coordinates, or [Group]s and [Shift]s of these. Where a node has no stock
// ([Balance].Closing), one outflow is computed instead, and has no prior of its own: what leaves is what there is. (A tight soft balance for
// each node was the alternative; it is the same as this with a stock of little width, and says what it means.)
//
// A reading y of a sum S of flows, or of its share in another sum W, is log-normal:
//
//	y + sum of c_k z_k = ln S - ln W + e,  e ~ N(0, sd)
//
// with y the logarithm of what was read. A reading that only bounds S from below has the likelihood Phi((ln S - ln W - y - c z)/sd), the
// probability that a figure with this error is exceeded; from above, the same with the other sign. A reading of a stock change is
// normal, in tonnes. With [Reading].Tails, e and the distribution function are Student's t.
//
// What leaves a node is what there is: one outflow of each balance is Left, without a prior of its own. With a prior for every flow the
// balance would make two of them speak of one amount, and the product of their densities, each falling as 1/x, draws it down: an error
// of 0.1 that twenty years share by two of its standard deviations.
//
// Flows have log-normal, flat (in the logarithm) or half-normal priors, or follow from the period before by a [Walk]
//
//	v_t = v_t-1 + scale t4,  v = ln(exp(x/s) - 1)
//
// with t4 Student's t of four degrees of freedom: changes are small as a rule, and now and then a year breaks with the one before. v is
// ln(x/s) while a flow is below its scale s, so that changes are factors, and x/s above it, so that they are tonnes. (Two others were
// tried. A walk of ln x alone has no mean, since exp of a t variable has none. A half-normal in every period beside the walk counts the
// scale once a period: tied over nineteen years it held flows between a quarter of the scale and all of it.)
//
// # References
//
// Gelman, Carlin, Stern, Dunson, Vehtari, Rubin (2013), Bayesian Data Analysis, 3rd ed., chapters 3, 5 and 17.
// Lupton, Allwood (2018), Journal of Industrial Ecology 22, 254, doi:10.1111/jiec.12698: flows and balances as one Bayesian model.
package latent
