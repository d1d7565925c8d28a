package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
)

// csvQuantities are the quantities of a CSV row, in its order.
func csvQuantities() []estimate.Quantity {
	return []estimate.Quantity{
		estimate.Output, estimate.Outflow, estimate.Inflow, estimate.Declared, estimate.Mirrored, estimate.Surplus, estimate.Floor,
		estimate.OutputGap, estimate.TradeGap, estimate.Share, estimate.ValueUSD,
	}
}

// CSV writes one row per cell, with the columns that the package documentation lists. An empty field is a missing figure. Scenarios and
// Totals are not part of it. A number that is not finite is an error that names its cell, and nothing is written.
func CSV(w io.Writer, r Report) error {
	var b strings.Builder
	c := csv.NewWriter(&b)
	if err := c.Write(csvHeader()); err != nil {
		return err
	}
	for i := range r.Result.Balances {
		row, err := csvRow(r.Result, &r.Result.Balances[i])
		if err != nil {
			return err
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func csvHeader() []string {
	head := []string{"scenario", "mineral", "place", "period", "basis", "outflow_side"}
	for _, q := range csvQuantities() {
		for _, s := range []string{"mean", "sd", "median", "lo", "hi"} {
			head = append(head, string(q)+"_"+s)
		}
		if q == estimate.Surplus {
			head = append(head, "surplus_prob_positive", "surplus_bound")
		}
	}
	return append(head, "alternatives", "claims", "warnings", "level")
}

func csvRow(r *estimate.Result, b *estimate.Balance) ([]string, error) {
	row := []string{r.Scenario, string(b.Mineral), string(b.Place), b.Period.String(), string(b.Basis), string(b.Side)}
	for _, q := range csvQuantities() {
		v, ok := b.Value(q)
		if ok {
			if err := finite(b.Cell, q, v); err != nil {
				return nil, err
			}
		}
		for _, x := range []float64{v.Mean, v.SD, v.Median, v.Lo, v.Hi} {
			row = append(row, field(x, ok))
		}
		if q == estimate.Surplus {
			row = append(row, field(v.ProbPositive, ok), v.Bound.String())
		}
	}
	var alternatives, codes []string
	for _, a := range b.Alternatives {
		if err := finite(b.Cell, estimate.Surplus, a.Surplus); err != nil {
			return nil, err
		}
		alternatives = append(alternatives, a.Producer+"="+field(a.Surplus.Median, true))
	}
	for _, w := range b.Warnings {
		codes = append(codes, string(w.Code))
	}
	return append(row, strings.Join(alternatives, "; "), strconv.Itoa(len(claims(b))), strings.Join(codes, " "), field(r.Options.Level, true)), nil
}

func field(x float64, ok bool) string {
	if !ok {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
