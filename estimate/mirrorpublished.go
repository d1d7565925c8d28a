package estimate

import "math"

// What others compute from mirror statistics, as published, so that a result can be set beside theirs. The numbers of both methods are
// rounded or made of assumptions that this library does not make; it says which.

// VarianceFactor is BACI's h(s) = exp(s^2) (exp(s^2) - 1), the variance of a log-normal report over the square of the true value, for a
// reporter whose logarithms have standard deviation s (Gaulier and Zignago 2010, CEPII working paper 2010-23, equations 1 to 5).
func VarianceFactor(s float64) float64 { return math.Exp(s*s) * math.Expm1(s*s) }

// BACIWeight is the weight of the exporter's report in BACI's reconciled value w x export + (1-w) x import, that which makes its variance
// least: h(sImporter) / (h(sExporter) + h(sImporter)). Two reporters without any error weigh alike.
func BACIWeight(sExporter, sImporter float64) float64 {
	x, m := VarianceFactor(sExporter), VarianceFactor(sImporter)
	if x+m == 0 {
		return 0.5
	}
	return m / (x + m)
}

// MeanReportingDistance is the expectation of |ln(V_i/V_j)| over two log-normal reports of one value: sqrt(2/pi (s_i^2 + s_j^2)).
func MeanReportingDistance(si, sj float64) float64 { return math.Sqrt(2/math.Pi) * math.Hypot(si, sj) }

// SmallestSigma is where SigmaOfDistance is clipped: a percent, which no customs office is known to be better than.
const SmallestSigma = 0.01

// SigmaOfDistance is BACI's s of a reporter from its least-squares mean reporting distance, the smallest of all reporters' and the standard
// error of its own: pi/2 (distance - smallest - 2 stderr), footnote 22. It is negative for the best reporters, where it means nothing, and
// so clipped at SmallestSigma.
func SigmaOfDistance(distance, smallest, stderr float64) float64 {
	return max(SmallestSigma, unclippedSigma(distance, smallest, stderr))
}

func unclippedSigma(distance, smallest, stderr float64) float64 {
	return math.Pi / 2 * (distance - smallest - 2*stderr)
}

// CIFModel is BACI's fitted ratio of an import's value with cost, insurance and freight to its value free on board, without the effects of
// years (Gaulier and Zignago 2010, table 1):
//
//	ln ratio = Intercept + LnDist ln d + LnDistSq (ln d)^2 + LnUV ln(unit value) + Contiguity + LandlockedImporter + LandlockedExporter
//
// with d in kilometres. It helps to make a rate `USD-cif per USD` where a dataset has none; for high values over short distances it falls
// below 1, and its coefficients are printed to two or three decimals, good to about two points.
type CIFModel struct {
	Intercept, LnDist, LnDistSq, LnUV                  float64
	Contiguity, LandlockedImporter, LandlockedExporter float64
}

// CIFModels are BACI's specifications I and II.
func CIFModels() (one, two CIFModel) {
	return CIFModel{0.534, -0.178, 0.014, -0.032, -0.066, 0.066, -0.021}, CIFModel{0.320, -0.110, 0.010, -0.032, -0.044, 0.049, -0.009}
}

// CIFRoute is what the model asks about a shipment.
type CIFRoute struct {
	Kilometres         float64
	UnitValue          float64 // the product's median over the world, in BACI's units: thousand US dollars a tonne
	Contiguous         bool
	LandlockedExporter bool
	LandlockedImporter bool
}

// DistanceEffect is what the distance adds to the logarithm of the ratio.
func (m CIFModel) DistanceEffect(kilometres float64) float64 {
	d := math.Log(kilometres)
	return m.LnDist*d + m.LnDistSq*d*d
}

// Ratio is CIF over FOB.
func (m CIFModel) Ratio(r CIFRoute) float64 {
	ln := m.Intercept + m.DistanceEffect(r.Kilometres) + m.LnUV*math.Log(r.UnitValue)
	for _, dummy := range []struct {
		on bool
		by float64
	}{{r.Contiguous, m.Contiguity}, {r.LandlockedImporter, m.LandlockedImporter}, {r.LandlockedExporter, m.LandlockedExporter}} {
		if dummy.on {
			ln += dummy.by
		}
	}
	return math.Exp(ln)
}

// WeightedGap is the gap of Global Financial Integrity: the import less freight, never more than it was, minus the export, times the
// smaller quantity over the larger one. (Its programs, github.com/sherrisherry/GFI-Projects.) The weight is meant to keep errors of
// quantity out of a gap in value. Mineral that is missing on one side is such an "error": of 10 t declared and 200 t recorded it leaves
// five percent of the gap. So nothing here uses it, and it stands for comparison with those who do.
func WeightedGap(importCIF, exportFOB, importTonnes, exportTonnes, cifOverFOB float64) (gap, weight float64) {
	weight = min(importTonnes, exportTonnes) / max(importTonnes, exportTonnes)
	return min(importCIF, importCIF/cifOverFOB) - exportFOB, weight
}

// GehlharLimit is the share of the importer's figure within which two reports agree (Gehlhar 1996, Reconciling Bilateral Trade Data for Use
// in GTAP, docs.lib.purdue.edu/gtaptp/11).
const GehlharLimit = 0.20

// agree reports whether |M - X|/M is within Gehlhar's limit; M is less freight already.
func agree(exporter, importer float64) bool {
	return math.Abs(importer-exporter) <= GehlharLimit*importer
}
