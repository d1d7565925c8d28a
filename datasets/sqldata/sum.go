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
	all, digits := new(big.Rat), 0
	for _, p := range parts {
		cell := p.cells[f]
		x, stated, wrong := trade.Amount(cell)
		if wrong != nil {
			r.run.Bad(r.pos, r.layout[f].name, cell, wrong)
			err = wrong
			continue
		}
		if !stated {
			silent += p.count
			continue
		}
		if strings.ContainsAny(cell, "eE") {
			cell = strconv.FormatFloat(x, 'f', -1, 64)
		}
		part, ok := new(big.Rat).SetString(cell)
		if !ok {
			r.run.Bad(r.pos, r.layout[f].name, cell, errFinite)
			return "", 0, errFinite
		}
		if _, behind, ok := strings.Cut(cell, "."); ok {
			digits = max(digits, len(behind))
		}
		all.Add(all, part.Mul(part, new(big.Rat).SetInt64(p.count)))
	}
	if err != nil || silent > 0 {
		return "", silent, err
	}
	return all.FloatString(digits), 0, nil
}
