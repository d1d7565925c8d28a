package estimatetest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

var years = [...]int{2018, 2019, 2020}

// place is a country of the test world, with who counts its output and where its confirmed inflow comes from ("" for none).
type place struct {
	code     flows.Place
	producer string
	from     flows.Place
}

func places() []place {
	return []place{{"RWA", "USGS", "COD"}, {"UGA", "BGS", "TZA"}, {"BDI", "WMD", "COD"}}
}

func source(id string) *flows.Origin {
	return &flows.Origin{ID: id, Producer: id, Published: "2024"}
}

// factor is log-normal. With a positive median and k above 1 there is always one.
func factor(median, k float64) dist.Dist {
	d, err := dist.Factor(median, k)
	if err != nil {
		return dist.Exactly(median)
	}
	return d
}

// claims are those of one place and year, in tonnes of tin: declared exports, output, and inflow as its origin declares it.
func (p place) claims(year int, exports, output, inflow dist.Dist) []flows.Record {
	claim := func(from, to, reporter flows.Place, producer string, d dist.Dist) flows.Record {
		return flows.Claim{Flow: flows.Flow{Mineral: flows.Tin, Period: flows.Year(year), From: from, To: to}, Reporter: reporter,
			Amount: flows.Amount{Value: d, Basis: flows.Sn}, Origin: source(producer)}
	}
	out := []flows.Record{claim(p.code, flows.World, p.code, "customs "+string(p.code), exports), claim(flows.Ground, p.code, "", p.producer, output)}
	if inflow != nil {
		out = append(out, claim(p.from, p.code, p.from, "customs "+string(p.from), inflow))
	}
	return out
}

// world is three countries over three years, each figure with a factor of its own.
func world() []flows.Record {
	r := rand.New(rand.NewPCG(1, 1))
	var out []flows.Record
	for _, p := range places() {
		for _, y := range years {
			size := 100 + 900*r.Float64()
			out = append(out, p.claims(y, factor(size, 1.2), factor(size*r.Float64(), 1.5), factor(size*0.2*r.Float64(), 1.4))...)
		}
	}
	return out
}

// changed applies a change to every claim of records.
func changed(records []flows.Record, change func(flows.Claim) flows.Claim) []flows.Record {
	out := make([]flows.Record, len(records))
	for i, r := range records {
		out[i] = r
		if c, ok := r.(flows.Claim); ok {
			out[i] = change(c)
		}
	}
	return out
}

// scaled multiplies the claims that pass by k.
func scaled(records []flows.Record, k float64, pass func(flows.Claim) bool) []flows.Record {
	return changed(records, func(c flows.Claim) flows.Claim {
		if d, err := dist.Scale(c.Amount.Value, k); err == nil && pass(c) {
			c.Amount.Value = d
		}
		return c
	})
}

// planted makes n worlds that do not touch each other, each a place of its own, and the true surplus of each. Truth comes first: output
// P, an inflow I and a surplus S, so that exports are P + I + S. What is published then is the truth times an error: log-normal with 90 %
// inside */k, drawn anew for each figure and for the grade that turns gross exports into tin. The claims state that same k.
func planted(n int) ([]flows.Record, map[flows.Cell]float64) {
	r := rand.New(rand.NewPCG(20, 26))
	published := func(truth, k float64) dist.Dist {
		const z95 = 1.6448536269514722
		return factor(truth*math.Exp(math.Log(k)/z95*r.NormFloat64()), k)
	}
	var records []flows.Record
	truth := map[flows.Cell]float64{}
	for i := range n {
		p := place{code: flows.Place(fmt.Sprintf("p%05d", i)), producer: "survey", from: flows.Place(fmt.Sprintf("q%05d", i))}
		records = append(records, flows.Site{Place: p.code, Name: string(p.code)}, flows.Site{Place: p.from, Name: string(p.from)})
		output, inflow, surplus := 100*math.Exp(r.NormFloat64()), 30*math.Exp(r.NormFloat64()), 150*math.Exp(r.NormFloat64())
		const grade = 0.6
		figures := p.claims(2020, published((output+inflow+surplus)/grade, 1.2), published(output, 1.5), published(inflow, 1.4))
		exports := figures[0].(flows.Claim)
		exports.Amount.Basis = flows.Gross
		figures[0] = exports
		records = append(records, figures...)
		records = append(records, flows.Rate{Mineral: flows.Tin, Place: p.code, Of: flows.Sn, Per: flows.Gross, Value: published(grade, 1.1), Origin: source("assay " + string(p.code))})
		truth[flows.Cell{Mineral: flows.Tin, Place: p.code, Period: flows.Year(2020)}] = surplus
	}
	return records, truth
}
