package flows_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Tantalum of DR Congo in 2024, as USGS printed it in two editions, and an export: a ledger, one balance, and how far the producer
// corrected itself.
func Example() {
	first := &flows.Origin{ID: "USGS-MCS2025", Producer: "USGS", Title: "Mineral Commodity Summaries 2025", Published: "2025-01"}
	second := &flows.Origin{ID: "USGS-MCS2026", Producer: "USGS", Title: "Mineral Commodity Summaries 2026", Published: "2026-02"}
	ministry := &flows.Origin{ID: "MINES-2024", Producer: "Ministry of Mines", Title: "RDC: exportations de coltan record en 2024", Published: "2024"}
	output := flows.Flow{Mineral: flows.Tantalum, Period: flows.Year(2024), From: flows.Ground, To: "COD"}
	months, err := flows.ParsePeriod("2024-01..2024-09")
	if err != nil {
		fmt.Println(err)
		return
	}

	ledger, err := flows.NewLedger(slices.Values([]flows.Record{
		flows.Claim{Flow: output, Amount: flows.Amount{Value: dist.Exactly(880), Basis: flows.Ta}, Origin: first},
		flows.Claim{Flow: output, Amount: flows.Amount{Value: dist.Exactly(1270), Basis: flows.Ta}, Origin: second},
		flows.Claim{
			Flow:     flows.Flow{Mineral: flows.Tantalum, Period: months, From: "COD", To: flows.World},
			Reporter: "COD",
			Amount:   flows.Amount{Value: dist.Exactly(2485), Basis: flows.Gross},
			Origin:   ministry,
		},
	}))
	if err != nil {
		fmt.Println(err)
		return
	}

	b := ledger.Balance(flows.Cell{Mineral: flows.Tantalum, Place: "COD", Period: flows.Year(2024)})
	for _, s := range append(b.Statements(b.Output), b.Statements(b.Declared)...) {
		c := s.Claims[0]
		fmt.Printf("%s>%s: %g t %s, %s, complete: %v %q\n", s.From, s.To, c.Amount.Value.Mean(), c.Amount.Basis, s.Producer, s.Complete, s.Missing)
	}
	for _, a := range b.Aside {
		fmt.Printf("aside (%s): %g t, %s\n", a.Code, a.Amount.Value.Mean(), a.Why)
	}
	for _, r := range ledger.Revisions() {
		fmt.Printf("%s moved by ln(%g/%g) = %.3f\n", r.Producer, r.Last.Amount.Value.Mean(), r.First.Amount.Value.Mean(), r.Log)
	}
	// Output:
	// ground>COD: 1270 t Ta, USGS, complete: true ""
	// COD>world: 2485 t gross, Ministry of Mines, complete: false "9 of 12 months"
	// aside (superseded): 880 t, USGS-MCS2026 of USGS (2026-02) supersedes USGS-MCS2025 of 2025-01
	// USGS moved by ln(1270/880) = 0.367
}

// What a ledger refuses comes as one error that names every row.
func ExampleNewLedger() {
	bgs := &flows.Origin{ID: "BGS", Producer: "BGS", Published: "2021"}
	_, err := flows.NewLedger(slices.Values([]flows.Record{
		flows.Claim{
			Flow:   flows.Flow{Mineral: flows.Tin, Period: flows.Year(2012), From: flows.Ground, To: "rwa"},
			Amount: flows.Amount{Value: dist.Exactly(3477)},
			Origin: bgs,
			Pos:    flows.Pos{File: "claims.csv", Line: 14},
		},
	}))
	fmt.Println(err)
	fmt.Println(errors.Is(err, flows.ErrNoBasis), errors.Is(err, flows.ErrPlace), errors.Is(err, flows.ErrAmount))
	// Output:
	// claims.csv:14: tin 2012 ground>rwa by BGS: unknown place: "rwa"; did you mean "RWA"?
	// claims.csv:14: tin 2012 ground>rwa by BGS: amount without a basis
	// true true false
}

// Tin output that is three quarters of gross exports, three years running, was computed from them.
func ExampleLedger_Warnings() {
	bgs := &flows.Origin{ID: "BGS", Producer: "BGS", Published: "2021"}
	itri := &flows.Origin{ID: "ITRI", Producer: "ITRI", Published: "2014"}
	var records []flows.Record
	for i, t := range [][2]float64{{5214, 6952}, {3477, 4637}, {3671, 4895}} {
		output := flows.Flow{Mineral: flows.Tin, Period: flows.Year(2011 + i), From: flows.Ground, To: "RWA"}
		exports := flows.Flow{Mineral: flows.Tin, Period: flows.Year(2011 + i), From: "RWA", To: flows.World}
		records = append(records,
			flows.Claim{Flow: output, Amount: flows.Amount{Value: dist.Exactly(t[0]), Basis: flows.Sn}, Origin: bgs},
			flows.Claim{Flow: exports, Reporter: "RWA", Amount: flows.Amount{Value: dist.Exactly(t[1]), Basis: flows.Gross}, Origin: itri})
	}
	ledger, err := flows.NewLedger(slices.Values(records))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range ledger.Warnings() {
		fmt.Println(w)
	}
	// Output:
	// looks-derived: tin ground>RWA: the output that BGS states is 0.750 of the outflow RWA>world that ITRI states in each of 3 periods from 2011 to 2013
}

func ExampleParsePeriod() {
	for _, s := range []string{"2023", "2023-Q1", "2023-07..2024-06", "2023-13"} {
		p, err := flows.ParsePeriod(s)
		fmt.Println(p, p.Months(), err)
	}
	// Output:
	// 2023 12 <nil>
	// 2023-Q1 3 <nil>
	// 2023-07..2024-06 12 <nil>
	//  0 period "2023-13": want 2023, 2023-Q1, 2023-05 or 2023-04..2024-03
}
