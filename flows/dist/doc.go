// Package dist holds uncertain numbers, named by what the author of a figure
// knows about it and not by the parameters of a formula.
//
//	what is known                        notation         constructor           distribution
//	the number itself                    950              Exactly(950)          constant
//	hard ends, nothing between           800..1200        Between(800, 1200)    uniform
//	hard ends and a best guess           800..950..1200   Around(800,950,1200)  PERT (scaled beta, lambda 4)
//	5th and 95th percentile              800 to 1200      To(800, 1200)         log-normal; normal where lo < 0
//	mean and standard deviation          950 +- 60        PlusMinus(950, 60)    normal, conditioned on >= 0
//	right to within a factor, 90 %       950 */ 1.3       Factor(950, 1.3)      log-normal
//	a factor around 1, for any number    */1.3            Factor(1, 1.3)        by ParseSpread
//	a relative standard deviation        +-6 %            PlusMinus(1, 0.06)    by ParseSpread
//
// "±" and "+/-" are read as "+-". [Parse] reads the whole text or returns an
// error that says what is wrong and what to write instead.
//
// # Equations
//
// z is the standard normal quantile, Phi its distribution function, phi its
// density and z95 = z(0.95) = 1.6449.
//
//	uniform     Q(p) = lo + (hi-lo) p
//	            mean = (lo+hi)/2                      sd = (hi-lo)/sqrt(12)
//	PERT        x = lo + (hi-lo) B,  B ~ Beta(alpha, beta)
//	            alpha = 1 + 4 (mode-lo)/(hi-lo)       beta = 1 + 4 (hi-mode)/(hi-lo)
//	            mean = (lo + 4 mode + hi)/6           sd^2 = (mean-lo)(hi-mean)/7
//	log-normal  Q(p) = median exp(s z(p))             s = ln(k)/z95
//	            mean = median exp(s^2/2)              sd = mean sqrt(exp(s^2)-1)
//	            "lo to hi": median = sqrt(lo hi), k = sqrt(hi/lo)
//	normal >= 0 Q(p) = m + sd z(a + p (1-a))          a = Phi(-m/sd), the part below zero
//	            mean = m + sd l                       l = phi(m/sd)/(1-a)
//	            sd'^2 = sd^2 (1 - l m/sd - l^2)
//
// From a mean m and a coefficient of variation c, a log-normal has
// s^2 = ln(1+c^2) and median m/sqrt(1+c^2).
//
// # Signs
//
// A mass is never negative. A normal is therefore conditioned on >= 0: its
// quantile is renormalised, not clipped, so that no lump of probability sits at
// zero; it is refused where more than a fifth of it would be lost. Net flows to
// stock may be negative; [ParseAny] and [PlusMinusAny] are for them alone.
//
// # Units
//
// A Dist has no unit of its own. [Scale] converts one into another unit and
// keeps its kind; [Spread] joins a bare number with a factor around 1.
//
// # Sources
//
// Malcolm, Roseboom, Clark, Fazar (1959), Application of a technique for
// research and development program evaluation, Operations Research 7(5),
// doi:10.1287/opre.7.5.646 (PERT). Johnson, Kotz, Balakrishnan (1994),
// Continuous Univariate Distributions 1, chapters 13 (truncated normal) and 14
// (log-normal). Wichura (1988), Algorithm AS 241, doi:10.2307/2347330 (the
// normal quantile, as implemented by gonum).
package dist
