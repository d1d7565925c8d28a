package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// arithmetic is the conversion of one claim at the medians, and its result:
//
//	1,712,856,345 USD-cif / 1.01 / 0.97 / 44,757,000 = 39.0637
//
// It prints six digits of every rate, so that what is printed gives what is computed.
func (e *explainer) arithmetic(u *estimate.Used) (string, float64) {
	if c := &u.Claim; c.Amount.Basis == flows.Share && c.Amount.Of != nil { // a part of a flow that has arithmetic of its own
		return fmt.Sprintf("%s of %s>%s, by the draws = %s", exactly(u.Amount), c.Amount.Of.From, c.Amount.Of.To, plain(u.Value.Median, 6)), u.Value.Median
	}
	value := u.Amount
	var b strings.Builder
	unit := string(u.Claim.Amount.Basis)
	if !u.Claim.Amount.Basis.Money() {
		unit = "t " + unit
	}
	b.WriteString(exactly(u.Amount) + " " + unit)
	if u.Weight != 1 && u.Weight != 0 {
		value *= u.Weight
		b.WriteString(" x " + plain(u.Weight, 6) + " of its months")
	}
	for _, s := range u.Steps {
		if s.Inverse {
			value /= s.Median
			b.WriteString(" / " + plain(s.Median, 6))
		} else {
			value *= s.Median
			b.WriteString(" x " + plain(s.Median, 6))
		}
	}
	if k, ok := e.biases[u.Bias]; ok && u.Bias != "" && k != 1 {
		value *= k
		b.WriteString(" x " + plain(k, 6) + " bias")
	}
	b.WriteString(" = " + plain(value, 6))
	return b.String(), value
}

// sums adds the terms up at the medians: claims to statements, statements of one flow to their mean, flows to terms.
func (e *explainer) sums(b *estimate.Balance) {
	e.head("Sum, every input at its median")
	sum, pooled := 0.0, false
	declared := 0.0 // in all, as the floor subtracts it
	var parts []string
	for i := range b.Terms {
		t := &b.Terms[i]
		value, text := e.termSum(t)
		if text == "" {
			continue
		}
		e.styled("", wrap(fmt.Sprintf("%s: %s", name(t.Quantity), text), "  ", "    ")...)
		pooled = pooled || strings.Contains(text, ")/")
		if t.Quantity == estimate.Declared && t.Sign >= 0 && (declared == 0 || t.Sign == 0) {
			declared = value
		}
		if t.Sign == 0 || e.x.Quantity != estimate.Surplus && !ofOutflow(t.Quantity) {
			continue
		}
		op := "+ "
		if t.Sign < 0 {
			op = "- "
		}
		part := op + plain(value, 6)
		if b.Side == estimate.Pooled && (t.Quantity == estimate.Declared || t.Quantity == estimate.Mirrored) { // two opinions of equal weight
			part, value, pooled = part+"/2", value/2, true
		}
		parts = append(parts, part)
		sum += float64(t.Sign) * value
	}
	if e.x.Quantity == estimate.Floor {
		parts = append(parts, "- "+plain(declared, 6))
		sum -= declared
	}
	total := strings.TrimPrefix(strings.Join(parts, " "), "+ ")
	result := fmt.Sprintf("%s = %s = %s t %s", name(e.x.Quantity), total, plain(e.x.Central, 6), b.Basis)
	if x := e.x.Central; x != sum && !(math.Abs(x-sum) <= 1e-6*math.Max(math.Abs(x), math.Abs(sum))) {
		result = fmt.Sprintf("%s = %s t %s (all that is counted above: %s = %s; a bound, a side chosen partner by partner, or a pooling rule makes the difference)",
			name(e.x.Quantity), plain(x, 6), b.Basis, total, plain(sum, 6))
	}
	e.styled("", wrap(result, "  ", "    ")...)
	if pooled {
		e.styled("", wrap("Where several speak about one flow, their mean stands here; each draw follows one of them.", "  ", "    ")...)
	}
}

// ofOutflow reports whether a term is part of the outflow.
func ofOutflow(q estimate.Quantity) bool {
	return q == estimate.Outflow || q == estimate.Declared || q == estimate.Mirrored
}

// termSum is a term at the medians, with its arithmetic: "(1.5 + 1.7)/2 + 3 = 4.6".
func (e *explainer) termSum(t *estimate.Term) (float64, string) {
	type flow struct{ from, to flows.Place }
	type statement struct {
		name  string
		parts []float64
	}
	var order []flow
	said := map[flow][]statement{}
	for i := range t.Used {
		u := &t.Used[i]
		if u.Check {
			continue
		}
		k := flow{u.Claim.From.Country(), u.Claim.To.Country()}
		if said[k] == nil {
			order = append(order, k)
		}
		at := slices.IndexFunc(said[k], func(s statement) bool { return s.name == u.Statement })
		if at < 0 {
			said[k] = append(said[k], statement{name: u.Statement})
			at = len(said[k]) - 1
		}
		_, v := e.arithmetic(u)
		said[k][at].parts = append(said[k][at].parts, v)
	}
	total, printed, pieces := 0.0, []string{}, 0
	for _, k := range order {
		mean := 0.0
		var each []string
		for _, s := range said[k] {
			sum := 0.0
			var adds []string
			for _, v := range s.parts {
				sum += v
				adds = append(adds, plain(v, 6))
				pieces++
			}
			mean += sum / float64(len(said[k]))
			each = append(each, strings.Join(adds, " + "))
		}
		total += mean
		if len(each) > 1 {
			printed = append(printed, fmt.Sprintf("(%s)/%d", strings.Join(each, " + "), len(each)))
		} else {
			printed = append(printed, each...)
		}
	}
	switch pieces {
	case 0:
		return 0, ""
	case 1:
		return total, plain(total, 6)
	}
	return total, strings.Join(printed, " + ") + " = " + plain(total, 6)
}

// exactly prints x with all its digits where it has at most two decimals, and eight digits of it elsewhere.
func exactly(x float64) string {
	s := plain(x, 15)
	if _, decimals, _ := strings.Cut(s, "."); len(decimals) <= 2 {
		return s
	}
	return plain(x, 8)
}
