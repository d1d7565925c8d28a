package usgs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/xlsx"
)

// yearColumn is a column of figures. What stands between it and the next one, at end, are the footnotes of its figures; end is 0 for the last.
type yearColumn struct {
	column, end, year int
	estimated         bool // its head says so: 2013e
}

var yearCell = regexp.MustCompile(`^((?:19|20)\d\d)(?:\.0)?([a-z, ]*)$`)

// yearsOf finds a header: at least two years.
func yearsOf(r xlsx.Row) []yearColumn {
	var out []yearColumn
	for i, c := range r.Cells {
		if m := yearCell.FindStringSubmatch(adapter.Trim(c.Text)); m != nil {
			y, err := strconv.Atoi(m[1])
			if err == nil {
				out = append(out, yearColumn{column: i, year: y, estimated: marked(m[2])})
			}
		}
	}
	if len(out) < 2 {
		return nil
	}
	for i := range out[1:] {
		out[i].end = out[i+1].column
	}
	return out
}

// ofContent picks the columns to read where several stand for a year, side by side under headings such as "Gross weight", "Niobium content" and
// "Tantalum content": those of the commodity's own content. The gross weight beside them is that of all minerals that hold some of it, tin
// concentrate among them, and no grade fits it.
func (t *worldTable) ofContent(years []yearColumn) ([]yearColumn, error) {
	seen := map[int]bool{}
	for _, y := range years {
		seen[y.year] = true
	}
	if len(seen) == len(years) {
		return years, nil
	}
	var out []yearColumn
	var headings []string
	once := map[int]bool{}
	for _, y := range years {
		heading := ""
		for i := min(y.column, len(t.above.Cells)-1); i >= 0 && heading == ""; i-- {
			heading = adapter.Trim(t.above.Cell(i).Text)
		}
		if len(headings) == 0 || headings[len(headings)-1] != heading {
			headings = append(headings, heading)
		}
		if of, ok := t.commodity.basisOf(heading); ok && of.Substance() && strings.Contains(strings.ToLower(heading), "content") && !once[y.year] {
			once[y.year] = true
			out = append(out, y)
			t.words = heading
		}
	}
	if len(once) != len(seen) {
		return nil, fmt.Errorf("%w: several columns for a year, and none of the headings %q above them is the content of %s", datasets.ErrColumn, headings, t.commodity.Name)
	}
	return out, nil
}

// isHeading reports whether a row is the one above the years, on a further page: "Gross weight", "Tantalum content".
func (t *worldTable) isHeading(r xlsx.Row) bool {
	found := false
	for i, c := range r.Cells {
		text := strings.ToLower(adapter.Trim(c.Text))
		weight := strings.Contains(text, "content") || strings.Contains(text, "gross weight")
		if text != "" && (i == 0 || !weight) {
			return false
		}
		found = found || weight
	}
	return found
}
