package dist

// Dist is an uncertain number. The types of gonum's stat/distuv satisfy it as
// they are.
//
// Quantile returns the value that is not exceeded with probability p; it does
// not fall as p rises, save by rounding. The distributions of this package
// return NaN for a p outside [0, 1] and an infinity at 0 or 1 only where their
// range has no end; they are comparable with ==, and print (fmt.Stringer) in
// the notation that [Parse] or [ParseAny] reads.
type Dist interface {
	Quantile(p float64) float64
	Mean() float64
	StdDev() float64
}

// z95 is the standard normal quantile of 0.95: 90 % of a normal lie within
// z95 standard deviations of its mean.
const z95 = 1.644853626951472714863848907991632136

// almostOne is the largest float64 below 1. A distribution whose quantile there
// is finite is finite at every probability but 1 itself.
const almostOne = 1 - 1.0/(1<<53)
