package sqldata

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/internal/trade"
)

// sum adds the parts of a flow. It returns false, having reported why, where a cell is bad.
//
// Where some part does not state an amount, the sum is not stated: it would be too small.
func sum(r *row, parts []group, rows int64) (g group, note string, ok bool) {
	g = parts[0]
	notes := []string{"sum of " + strconv.FormatInt(rows, 10) + " rows"}
	ok = true
	for _, f := range []trade.Field{trade.NetWgt, trade.Value, trade.CIF, trade.FOB} {
		total, silent, err := total(r, parts, f)
		ok = ok && err == nil
		g.cells[f] = total
		if silent > 0 && silent < rows && (f == trade.NetWgt || f == trade.Value) {
			notes = append(notes, fmt.Sprintf("%s is not stated in %d of them", r.layout[f].name, silent))
		}
	}
	g.cells[trade.IsNetWgtEstimated] = ""
	for _, p := range parts {
		if estimated, err := trade.Flag(p.cells[trade.IsNetWgtEstimated]); err != nil || estimated {
			g.cells[trade.IsNetWgtEstimated] = p.cells[trade.IsNetWgtEstimated]
		}
		if original, err := trade.Flag(p.cells[trade.IsOriginal]); err != nil || !original && p.cells[trade.IsOriginal] != "" {
			g.cells[trade.IsOriginal] = p.cells[trade.IsOriginal]
		}
	}
	return g, strings.Join(notes, "; "), ok
}

// total adds one field of the parts, and counts those that do not state it.
//
// Amounts are added as the decimals that they are printed as, exactly, so that neither the order nor the grouping of the rows changes a bit of the
// sum, nor whether the engine keeps them as decimals, binary numbers or text: 0.1 and 0.2 are 0.3.
func total(r *row, parts []group, f trade.Field) (text string, silent int64, err error) {
	var all sumOf
	for _, p := range parts {
		cell := p.cells[f]
		x, stated, wrong := trade.Amount(cell)
		switch {
		case wrong != nil:
			r.run.Bad(r.pos, r.layout[f].name, cell, wrong)
			err = wrong
			continue
		case !stated:
			silent += p.count
			continue
		case strings.ContainsAny(cell, "eE"):
			cell = strconv.FormatFloat(x, 'f', -1, 64)
		}
		all.add(cell, p.count)
	}
	if err != nil || silent > 0 {
		return "", silent, err
	}
	return all.String(), 0, nil
}

// sumOf is an exact sum of decimals: a whole number of units of its last digit.
type sumOf struct {
	units  big.Int
	digits int // behind the point
}

// add adds a decimal without an exponent n times.
func (s *sumOf) add(decimal string, n int64) {
	whole, behind, _ := strings.Cut(strings.TrimPrefix(decimal, "+"), ".")
	var x big.Int
	x.SetString(whole+behind, 10) // package trade has seen that it is a number
	x.Mul(&x, big.NewInt(n))
	if d := len(behind) - s.digits; d > 0 {
		s.units.Mul(&s.units, power(d))
		s.digits += d
	} else if d < 0 {
		x.Mul(&x, power(-d))
	}
	s.units.Add(&s.units, &x)
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func (s *sumOf) String() string {
	text := s.units.String()
	if s.digits == 0 {
		return text
	}
	if len(text) <= s.digits {
		text = strings.Repeat("0", s.digits+1-len(text)) + text
	}
	return text[:len(text)-s.digits] + "." + text[len(text)-s.digits:]
}
