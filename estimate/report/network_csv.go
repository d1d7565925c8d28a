package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
)

// NetworkCSV writes one row per flow, with the columns that the package documentation lists. An empty field is a missing figure. Every row
// carries J, its degrees of freedom and its probability for the network that the flow belongs to, empty where there are no tests.
func NetworkCSV(w io.Writer, r *estimate.Result) error {
	if err := complete(r); err != nil {
		return err
	}
	var b strings.Builder
	c := csv.NewWriter(&b)
	head := []string{"scenario", "mineral", "period", "from", "to", "channel", "part", "basis"}
	for _, q := range []string{"claimed", "prior", "estimate"} {
		for _, s := range []string{"mean", "sd", "median", "lo", "hi"} {
			head = append(head, q+"_"+s)
		}
	}
	head = append(head, "claimed_bound", "bound", "prob_positive", "z", "vdi_local", "least", "unobserved", "at_zero", "claims", "J", "df", "p", "level")
	if err := c.Write(head); err != nil {
		return err
	}
	for i := range r.Flows {
		if err := c.Write(networkRow(r, &r.Flows[i])); err != nil {
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

func networkRow(r *estimate.Result, f *estimate.FlowEstimate) []string {
	row := []string{r.Scenario, string(f.Mineral), f.Period.String(), string(f.From), string(f.To), string(f.Channel), f.Part, string(f.Basis)}
	claimed := ""
	for _, v := range []*estimate.Value{f.Claimed, f.Prior, &f.Estimate} {
		known := v != nil
		if !known {
			v = &estimate.Value{}
		}
		for _, x := range []float64{v.Mean, v.SD, v.Median, v.Lo, v.Hi} {
			row = append(row, field(x, known))
		}
	}
	if f.Claimed != nil {
		claimed = f.Claimed.Bound.String()
	}
	optional := func(x *float64) string {
		if x == nil {
			return ""
		}
		return field(*x, true)
	}
	row = append(row, claimed, f.Estimate.Bound.String(), field(f.Estimate.ProbPositive, true), optional(f.Z), optional(f.Local), optional(f.Least),
		strconv.FormatBool(f.Unobserved), strconv.FormatBool(f.ActiveBound), strconv.Itoa(len(f.Claims)))
	j, df, p := "", "", ""
	if r.Tests != nil {
		for _, n := range r.Tests.Networks {
			if n.Mineral == f.Mineral && n.Period == f.Period {
				j, df, p = field(n.J, true), strconv.Itoa(n.DF), field(n.P, true)
			}
		}
	}
	return append(row, j, df, p, field(r.Options.Level, true))
}
