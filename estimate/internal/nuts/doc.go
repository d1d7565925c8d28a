// Package nuts draws from a probability density whose gradient is known, with the No-U-Turn sampler, and says whether the draws can be
// trusted.
//
// # Method
//
// Hamiltonian dynamics on H(x, p) = -log density(x) + p' W p / 2, with W a diagonal estimate of the variances of x (the inverse mass),
// run in coordinates in which W is one.
// A trajectory doubles forwards or backwards at random until it turns back on itself, or a step diverges; the next draw is taken from
// it with probability proportional to exp(-H), later halves preferred (multinomial sampling). The criterion is the generalized one:
// at both ends the momentum points along the sum of all momenta, with the two checks across the joint of a doubled trajectory.
//
// Warm-up is Stan's: 75 draws that only tune the step size, windows of 25, 50, 100 ... draws whose variances become W, and 50 more for
// the step size. Step sizes follow dual averaging towards a mean acceptance of 0.8. With a warm-up shorter than 150 draws the three
// phases take 15, 75 and 10 % of it.
//
// # Reproducibility
//
// Each chain has a random stream of its own, which the caller gives, and shares nothing: the draws do not depend on how many chains
// run at a time.
//
// # Diagnostics
//
// [Rhat] is the rank-normalized split R-hat, the larger of the plain and the folded one; [BulkESS] and [TailESS] are effective sample
// sizes on ranks and at the 5 and 95 % quantiles; [Run] keeps divergences, trajectories that reached the greatest depth, and energies,
// of which [EBFMI] says whether momenta are renewed fast enough.
//
// # References
//
// Hoffman, Gelman (2014), Journal of Machine Learning Research 15, 1593: the sampler, dual averaging.
// Betancourt (2017), A Conceptual Introduction to Hamiltonian Monte Carlo, doi:10.48550/arXiv.1701.02434: multinomial sampling, the
// generalized criterion, divergences.
// Betancourt (2016), Diagnosing Suboptimal Cotangent Disintegrations in Hamiltonian Monte Carlo, doi:10.48550/arXiv.1604.00695: E-BFMI.
// Vehtari, Gelman, Simpson, Carpenter, Bürkner (2021), Bayesian Analysis 16, 667, doi:10.1214/20-BA1221: R-hat, bulk and tail ESS.
// Stan Development Team, Stan Reference Manual, "MCMC sampling": the windows of the warm-up.
package nuts
