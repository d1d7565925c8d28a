package estimate_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// BenchmarkPosterior estimates 12 places with 30 flows (12 outputs, 12 exports, 6 corridors) in one year, on one core: outputs known within
// */1.64, exports within */1.18, a bias of each producer, stocks of a month. ESS/s is the effective draws of the worst flow, of bulk and tails
// the fewer, in a second of all that Estimate does, warm-up, diagnostics and predictive checks included; sampled/s the same for 4 chains of
// 5,000 draws, where the warm-up counts less.
func BenchmarkPosterior(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	countries := []flows.Place{"BDI", "CAF", "COD", "COG", "KEN", "MOZ", "RWA", "SSD", "TZA", "UGA", "ZAF", "ZMB"}
	var records []flows.Record
	for i, p := range countries {
		out := claim("tin 2020 ground>XXX", fmt.Sprintf("%d */ 1.64", 100+37*(i%5)), flows.Sn, origin("survey"))
		out.To = p
		exports := claim("tin 2020 XXX>world", fmt.Sprintf("%d */ 1.18", 150+29*(i%7)), flows.Sn, origin("customs"), by(p))
		exports.From = p
		records = append(records, out, exports)
		if i%2 == 1 {
			records = append(records, tinCorridor(countries[i-1], p))
		}
	}
	m := modelOf(b, estimate.Options{}, records...)
	for _, draws := range []int{1000, 5000} {
		b.Run(fmt.Sprintf("places=12/flows=30/draws=%d", draws), func(b *testing.B) {
			total := 0.0
			for b.Loop() {
				r := posterior(b, estimate.Posterior{Draws: draws}, m)
				total += math.Min(r.Chains.MinESSBulk, r.Chains.MinESSTail)
			}
			b.ReportMetric(total/b.Elapsed().Seconds(), "ESS/s")
		})
	}
}
