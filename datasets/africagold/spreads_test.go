package africagold_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

func exactly(x float64) dist.Dist { return dist.Exactly(x) }

// factor is the 90 % factor of log changes.
func factor(logs []float64) float64 {
	square := 0.0
	for _, x := range logs {
		square += x * x
	}
	return math.Exp(1.645 * math.Sqrt(square/float64(len(logs))))
}

// The spread of the USGS's figures is that of its own revisions in this dataset; Tanzania's rows are those of the Great Lakes and keep
// theirs.
func TestSpreadOfUSGSComesFromItsRevisions(t *testing.T) {
	l := ledger(t)
	var logs []float64
	for _, r := range l.Revisions() {
		if r.Producer == "USGS" && r.Last.From == flows.Ground {
			logs = append(logs, r.Log)
		}
	}
	require.Len(t, logs, 12)
	require.InDelta(t, 1.303, factor(logs), 0.0005)
	for _, o := range l.Origins() {
		if o.ID == "usgs-mcs-2026-gold" {
			require.InDelta(t, factor(logs), o.Spread.Quantile(0.95), 0.005)
		}
	}
	for _, c := range l.Claims() {
		five := c.To == "BFA" || c.To == "GHA" || c.To == "MLI" || c.To == "ZAF"
		if c.From == flows.Ground && five && c.Scenario == "" {
			require.InDelta(t, 1.30, c.Amount.Value.Quantile(0.95)/c.Amount.Value.Quantile(0.5), 0.001, c.Pos)
		}
	}
}

// Output carried forward by a year is as uncertain as World Mining Data's own changes from 2021 to 2022, and a figure's spread of */1.43.
func TestSpreadOfCarriedOutput(t *testing.T) {
	l := ledger(t)
	of := map[flows.Place][2]float64{}
	for _, c := range l.Claims() {
		if c.Origin.ID == "wmd-2024-gold" && c.Evidence == flows.Reported && c.Period.FirstYear() >= 2021 {
			x := of[c.To]
			x[c.Period.FirstYear()-2021] = c.Amount.Value.Quantile(0.5)
			of[c.To] = x
		}
	}
	of["COD"] = [2]float64{31.421, of["COD"][1]} // derived in 2021; the change counts all the same
	var logs []float64
	for _, x := range of {
		if x[0] >= 0.1 && x[1] > 0 {
			logs = append(logs, math.Log(x[1]/x[0]))
		}
	}
	require.Len(t, logs, 28)
	require.InDelta(t, 1.90, factor(logs), 0.005)
	combined := math.Exp(math.Hypot(math.Log(factor(logs)), math.Log(1.43)))
	for _, o := range l.Origins() {
		if o.ID == "mineralflows-africa-gold-carried" {
			require.InDelta(t, combined, o.Spread.Quantile(0.95), 0.005)
		}
	}
}

// The weights that SWISSAID and Reuters print for whole years, against the dollars here: the unit values in the note of the share.
func TestUnitValues(t *testing.T) {
	l := ledger(t)
	dollars := func(importer flows.Place, year int) float64 {
		sum := 0.0
		for _, c := range imports(l) {
			if c.To == importer && c.Period == flows.Year(year) && c.Part == "HS 710812" {
				sum += c.Amount.Value.Quantile(0.5)
			}
		}
		return sum
	}
	require.InDelta(t, 0.843, 15.1e9/446/price(t, l, 2016), 0.0006) // as printed; 0.845 with the dollars here
	weight := map[flows.Place]float64{"ARE": 609.031, "CHE": 267.535, "IND": 162.364}
	usd, tonnes := 0.0, 0.0
	for importer, want := range map[flows.Place]float64{"ARE": 0.976, "CHE": 1.089, "IND": 0.938} {
		require.InDelta(t, want, dollars(importer, 2022)/weight[importer]/price(t, l, 2022), 0.0006)
		usd, tonnes = usd+dollars(importer, 2022), tonnes+weight[importer]
	}
	require.InDelta(t, 0.999, usd/tonnes/price(t, l, 2022), 0.0006)
	require.InDelta(t, 1.002, 4e9/52/price(t, l, 2024), 0.0006)
	require.InDelta(t, 1.006, 1.2e9/20.6/price(t, l, 2022), 0.0006)
}
