package flows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// worldRecords are 45,000 claims: output, exports and imports of 3 minerals in 200 countries over 25 years, and a grade a country.
func worldRecords(tb testing.TB) []flows.Record {
	var codes []flows.Place
	for _, c := range strings.Fields(twoHundred) {
		codes = append(codes, flows.Place(c))
	}
	wide, err := dist.Factor(100, 1.5)
	require.NoError(tb, err)
	grade, err := dist.Around(0.2, 0.3, 0.4)
	require.NoError(tb, err)
	o := &flows.Origin{ID: "made", Producer: "made", Published: "2024"}
	var out []flows.Record
	for m, mineral := range []flows.Mineral{flows.Tantalum, flows.Tin, flows.Tungsten} {
		for i, p := range codes {
			out = append(out, flows.Rate{Mineral: mineral, Place: p, Of: []flows.Basis{flows.Ta, flows.Sn, flows.W}[m], Per: flows.Gross, Value: grade, Origin: o})
			for y := 2000; y < 2025; y++ {
				claim := func(from, to, by flows.Place) {
					amount, err := dist.Scale(wide, 1+float64((len(out)*7919)%99991)/10)
					require.NoError(tb, err)
					out = append(out, flows.Claim{Flow: flows.Flow{Mineral: mineral, Period: flows.Year(y), From: from, To: to}, Reporter: by,
						Amount: flows.Amount{Value: amount, Basis: flows.Gross}, Origin: o})
				}
				claim(flows.Ground, p, p)
				claim(p, flows.World, p)
				claim(p, codes[(i+1)%len(codes)], codes[(i+1)%len(codes)])
			}
		}
	}
	return out
}

// The ledger of 45,000 claims, every check included: 0.4 s on a shared two-core AMD EPYC.
func BenchmarkNewLedger(b *testing.B) {
	records := worldRecords(b)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, err := flows.NewLedger(slices.Values(records)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(records))*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// One balance of that ledger, its statements included: 20 microseconds there.
func BenchmarkBalance(b *testing.B) {
	l, err := flows.NewLedger(slices.Values(worldRecords(b)))
	require.NoError(b, err)
	cells := slices.Collect(l.Cells())
	require.Len(b, cells, 3*200*25)
	b.ReportAllocs()
	b.ResetTimer()
	i := 0
	for b.Loop() {
		bal := l.Balance(cells[i%len(cells)])
		if len(bal.Statements(bal.Declared)) != 1 {
			b.Fatal(fmt.Sprint(bal.Cell))
		}
		i++
	}
}

// twoHundred are the first codes of ISO 3166-1 alpha-3.
const twoHundred = `
ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR
BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL
COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK
FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV
HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO
LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG
MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN
PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE
`
