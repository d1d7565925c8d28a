package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// A block is a piece of a report that a format lays out in its own way: heading, paragraph, table or notes.
type block interface{ block() }

type heading string

type paragraph string

// column of a table. Its head may have two lines. Where a table is too wide, Text moves columns below their rows: the emptiest
// first, of those that are alike the one with the highest fold; 0 never moves.
type column struct {
	head string
	left bool
	fold int
}

// label reports whether the column names the row.
func (c column) label() bool {
	return c.head == "mineral" || c.head == "place\nperiod" || c.head == "place" || c.head == "input"
}

type row struct {
	cells  []string
	below  []string // lines that belong to the row
	strong bool
}

type table struct {
	columns []column
	rows    []row
}

// notes explain the marks of the tables before them.
type notes []note

type note struct{ mark, text string }

func (heading) block()   {}
func (paragraph) block() {}
func (table) block()     {}
func (notes) block()     {}

// marks gives each warning a letter and keeps one note for each text.
type marks struct {
	notes notes
	seen  map[string]string
}

func (m *marks) of(warnings []estimate.Warning) string {
	var out []string
	for _, w := range warnings {
		key := string(w.Code) + "\x00" + w.Text
		mark, ok := m.seen[key]
		if !ok {
			if m.seen == nil {
				m.seen = map[string]string{}
			}
			mark = letters(len(m.notes))
			m.seen[key] = mark
			m.notes = append(m.notes, note{mark, sentence(w)})
		}
		if !slices.Contains(out, mark) {
			out = append(out, mark)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "[" + strings.Join(out, " ") + "]"
}

// letters counts a, b, ... z, aa, ab, ...
func letters(i int) string {
	s := string(rune('a' + i%26))
	if i >= 26 {
		return letters(i/26-1) + s
	}
	return s
}

func sentence(w estimate.Warning) string {
	if w.Text == "" {
		return string(w.Code)
	}
	return string(w.Code) + ": " + w.Text
}

// content is the report as Text and Markdown show it.
func content(r Report, o Options) []block {
	blocks := sections(r.Sections)
	if r.Result == nil {
		return blocks
	}
	blocks = append(blocks, introduction(r.Result)...)
	for _, m := range minerals(r.Result) {
		blocks = append(blocks, mineral(r.Result, m, o)...)
	}
	blocks = append(blocks, totals(r, o)...)
	blocks = append(blocks, scenarios(r, o)...)
	return append(blocks, closing(r)...)
}

func introduction(r *estimate.Result) []block {
	title := "Recorded mineral outflow that the place's own output does not explain"
	if r.Scenario != "" {
		title += ", under the scenario " + r.Scenario
	}
	return []block{
		heading(title),
		paragraph("surplus = recorded outflow + use + stock build-up - own output - inflow that its origin confirms."),
		paragraph("Unexplained, not \"smuggled\": stocks, grade, unreported mines, transit or bad data may explain it."),
	}
}

func minerals(r *estimate.Result) []flows.Mineral {
	var out []flows.Mineral
	for i := range r.Balances {
		out = append(out, r.Balances[i].Mineral)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mineral is the section of one mineral: the rows with a surplus, then those that have only a floor, then the warnings of the rows shown.
func mineral(r *estimate.Result, m flows.Mineral, o Options) []block {
	var with, without []*estimate.Balance
	for i := range r.Balances {
		b := &r.Balances[i]
		switch _, ok := b.Value(estimate.Surplus); {
		case b.Mineral != m:
		case ok:
			with = append(with, b)
		default:
			without = append(without, b)
		}
	}
	slices.SortStableFunc(with, strongest)
	slices.SortStableFunc(without, strongest)
	var basis flows.Basis
	if len(with) > 0 {
		basis = with[0].Basis
	} else {
		basis = without[0].Basis
	}
	blocks := []block{heading(fmt.Sprintf("%s, tonnes of %s", strings.ToUpper(string(m[:1]))+string(m[1:]), basis))}
	var mk marks
	if len(with) > 0 {
		t := surplusTable(r.Options.Level)
		top := first(with, o)
		for _, b := range top {
			t.rows = append(t.rows, surplusRow(b, &mk))
		}
		blocks = append(append(blocks, t), more(len(with)-len(top))...)
	}
	if len(without) > 0 {
		blocks = append(blocks, paragraph("No surplus where no output figure is independent of exports. Floor = outflow - declared: unexplained even if all that was declared had been mined at home."))
		t := floorTable(r.Options.Level)
		top := first(without, o)
		for _, b := range top {
			t.rows = append(t.rows, floorRow(b, &mk))
		}
		blocks = append(append(blocks, t), more(len(without)-len(top))...)
	}
	if len(mk.notes) > 0 {
		blocks = append(blocks, mk.notes)
	}
	return blocks
}

func first[T any](all []T, o Options) []T {
	if o.All || len(all) <= shown {
		return all
	}
	return all[:shown]
}

func more(n int) []block {
	if n <= 0 {
		return nil
	}
	return []block{paragraph(fmt.Sprintf("and %d more; -all shows them", n))}
}

func surplusTable(lvl float64) table {
	return table{columns: []column{
		{head: "place\nperiod", left: true}, {head: "outflow"}, {head: "side", left: true}, {head: "output"},
		{head: "surplus"}, {head: level(lvl) + " range", left: true}, {head: "P(>0)"}, {head: "share", fold: 2}, {head: "USD", fold: 1},
		{head: "output\ngap", fold: 4}, {head: "trade\ngap", fold: 3}, {head: "", left: true},
	}}
}

func surplusRow(b *estimate.Balance, mk *marks) row {
	v, _ := b.Value(estimate.Surplus)
	out := row{
		cells: []string{
			label(b.Cell), median(b, estimate.Outflow, tonnes), outflowSide(b), median(b, estimate.Output, tonnes),
			sign(v.Bound) + tonnes(v.Median), span(v.Summary, tonnes), probability(v.ProbPositive, v.Bound), unsigned(b, estimate.Share, share),
			unsigned(b, estimate.ValueUSD, dollars), median(b, estimate.OutputGap, signed), median(b, estimate.TradeGap, signed), mk.of(b.Warnings),
		},
		strong: v.Lo > 0 && v.Bound != flows.AtMost,
	}
	for _, a := range b.Alternatives {
		out.below = append(out.below, alternative(a))
	}
	return out
}

// alternative is the surplus if one producer alone were right.
func alternative(a estimate.Alternative) string {
	return fmt.Sprintf("%s by %s alone: surplus %s (%s), P %s", name(a.Quantity), a.Producer,
		sign(a.Surplus.Bound)+tonnes(a.Surplus.Median), span(a.Surplus.Summary, tonnes), probability(a.Surplus.ProbPositive, a.Surplus.Bound))
}

func floorTable(lvl float64) table {
	return table{columns: []column{
		{head: "place\nperiod", left: true}, {head: "outflow"}, {head: "side", left: true}, {head: "declared"}, {head: "floor"},
		{head: level(lvl) + " range", left: true}, {head: "P(>0)"}, {head: "trade\ngap", fold: 1}, {head: "implied grade", left: true, fold: 2}, {head: "", left: true},
	}}
}

func floorRow(b *estimate.Balance, mk *marks) row {
	floor, rng, p := missing, missing, missing
	v, ok := b.Value(estimate.Floor)
	if ok {
		bound := v.Bound
		if bound == flows.About {
			bound = flows.AtLeast // a floor of the surplus, even where outflow and declared are known
		}
		floor, rng, p = tonnes(v.Median), span(v.Summary, tonnes), probability(v.ProbPositive, bound)
	}
	grade := missing
	if g, ok := b.Value(estimate.ImpliedGrade); ok {
		grade = strings.TrimSpace(percent(g.Median) + " " + b.Grade)
	}
	return row{cells: []string{
		label(b.Cell), median(b, estimate.Outflow, tonnes), outflowSide(b), median(b, estimate.Declared, tonnes), floor, rng, p,
		median(b, estimate.TradeGap, signed), grade, mk.of(b.Warnings),
	}, strong: ok && v.Lo > 0}
}

// outflowSide is the side of an outflow, if there is one.
func outflowSide(b *estimate.Balance) string {
	if _, ok := b.Value(estimate.Outflow); !ok {
		return missing
	}
	return side(b.Side)
}

func median(b *estimate.Balance, q estimate.Quantity, unit func(float64) string) string {
	v, ok := b.Value(q)
	if !ok {
		return missing
	}
	return sign(v.Bound) + unit(v.Median)
}

// unsigned is median without the sign of a floor or ceiling, for what is the surplus's own bound again.
func unsigned(b *estimate.Balance, q estimate.Quantity, unit func(float64) string) string {
	if v, ok := b.Value(q); ok {
		return unit(v.Median)
	}
	return missing
}

// label is the place and period of a row.
func label(c flows.Cell) string { return string(c.Place) + " " + c.Period.String() }

func totals(r Report, o Options) []block {
	if len(r.Totals) == 0 {
		return nil
	}
	t := table{columns: []column{
		{head: "mineral", left: true}, {head: "place", left: true}, {head: "of", left: true}, {head: "sum"}, {head: level(r.Result.Options.Level) + " range", left: true},
		{head: "P(>0)"}, {head: "outflow", fold: 2}, {head: "USD", fold: 1}, {head: "years", left: true, fold: 3},
	}}
	for _, x := range r.Totals {
		total, rng, p, usd, outflow := missing, missing, missing, missing, missing
		strong := false
		if v := x.Value; v != nil {
			bound := v.Bound
			if x.Quantity == estimate.Floor && bound == flows.About {
				bound = flows.AtLeast
			}
			total, rng, p = sign(v.Bound)+tonnes(v.Median), span(v.Summary, tonnes), probability(v.ProbPositive, bound)
			strong = v.Lo > 0 && v.Bound != flows.AtMost
		}
		if x.ValueUSD != nil {
			usd = dollars(x.ValueUSD.Median)
		}
		if x.Outflow != nil {
			outflow = sign(x.Outflow.Bound) + tonnes(x.Outflow.Median)
		}
		t.rows = append(t.rows, row{
			cells:  []string{string(x.Mineral), string(x.Place), name(x.Quantity), total, rng, p, outflow, usd, run(x.Periods)},
			strong: strong,
		})
	}
	return []block{
		heading("Sums over years, tonnes"),
		paragraph("Summed draw by draw: an error that the years share does not average out. Deficits are subtracted. There is no sum where the floor of one year meets the ceiling of another."),
		t,
	}
}

func scenarios(r Report, o Options) []block {
	if len(r.Scenarios) == 0 {
		return nil
	}
	blocks := []block{
		heading("Scenarios, tonnes"),
		paragraph("The difference from the baseline is taken on the same draws, so its range is its own and mostly narrower than either surplus's. A difference of 0 with a range: most draws follow a producer whom the scenario leaves alone."),
	}
	var mk marks
	for i := 0; i < len(r.Scenarios); {
		j := i
		for j < len(r.Scenarios) && r.Scenarios[j].Scenario.Name == r.Scenarios[i].Scenario.Name {
			j++
		}
		group := r.Scenarios[i:j]
		i = j
		s := group[0].Scenario
		about := s.Name
		if s.Who != "" {
			about += " (" + s.Who + ")"
		}
		if s.Note != "" {
			about += ": " + s.Note
		}
		t := table{columns: []column{
			{head: "mineral", left: true}, {head: "place\nperiod", left: true}, {head: "surplus"}, {head: level(r.Result.Options.Level) + " range", left: true},
			{head: "P(>0)"}, {head: "difference"}, {head: "its range", left: true, fold: 1}, {head: "", left: true},
		}}
		top := telling(group, o)
		for _, c := range top {
			surplus, rng, p, diff, diffRange := missing, missing, missing, missing, missing
			if v := c.Surplus; v != nil {
				surplus, rng, p = sign(v.Bound)+tonnes(v.Median), span(v.Summary, tonnes), probability(v.ProbPositive, v.Bound)
			}
			if v := c.Difference; v != nil {
				diff, diffRange = signed(v.Median), span(v.Summary, signed)
			}
			t.rows = append(t.rows, row{cells: []string{string(c.Cell.Mineral), label(c.Cell), surplus, rng, p, diff, diffRange, mk.of(c.Warnings)}})
		}
		blocks = append(blocks, paragraph(about), t)
		blocks = append(blocks, more(len(group)-len(top))...)
	}
	if len(mk.notes) > 0 {
		blocks = append(blocks, mk.notes)
	}
	return blocks
}

// shownOfScenario is the number of cells of a scenario that are printed without Options.All.
const shownOfScenario = 5

// telling picks the cells of a scenario that say most, in their order: those with a warning, then those that get a surplus which the
// baseline does not have, then those that change most for their range.
func telling(group []estimate.Comparison, o Options) []estimate.Comparison {
	if o.All || len(group) <= shownOfScenario {
		return group
	}
	weight := func(c *estimate.Comparison) float64 {
		switch {
		case len(c.Warnings) > 0:
			return math.Inf(1)
		case c.Difference == nil && c.Surplus != nil:
			return 1e9 + c.Surplus.ProbPositive // before every difference
		case c.Difference != nil && c.Difference.SD > 0:
			return math.Abs(c.Difference.Median) / c.Difference.SD
		}
		return -1
	}
	order := make([]int, len(group))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight(&group[b]), weight(&group[a])) })
	order = order[:shownOfScenario]
	slices.Sort(order)
	var out []estimate.Comparison
	for _, i := range order {
		out = append(out, group[i])
	}
	return out
}

func closing(report Report) []block {
	r := report.Result
	var blocks []block
	if len(r.Warnings) > 0 {
		var n notes
		for i, w := range r.Warnings {
			n = append(n, note{fmt.Sprint(i + 1), sentence(w)})
		}
		blocks = append(blocks, heading("Warnings on the data as a whole"), n)
	}
	return append(blocks,
		heading(fmt.Sprintf("%s from %s went in; %d set aside, %d unbalanced (-aside lists them)",
			count(r.Figures, "figure"), count(publishers(r.Origins), "publisher"), len(r.Aside), len(r.Unbalanced))),
		paragraph(fmt.Sprintf("Numbers are medians of %s joint draws (seed %d). Sides: decl., what the place declares; mirr., what its partners record; "+
			"mix, by partner; pool, both; 3rd, a third party. >= is a floor, for partners or months that were not heard; inflow that is listed and not subtracted would "+
			"lower it. <= is a ceiling, %s no figure.%s", commas(fmt.Sprint(r.Options.Draws)), r.Options.Seed, missing, settings(r.Options))))
}

// settings names the options that differ from the default, so that a saved table says what it is.
func settings(o estimate.Options) string {
	var set []string
	if o.Outflow != estimate.Greater && o.Outflow != "" {
		set = append(set, "outflow "+string(o.Outflow))
	}
	if o.Inflow != estimate.Corroborated && o.Inflow != "" {
		set = append(set, "inflow "+string(o.Inflow))
	}
	if o.Pool != nil && o.Pool.String() != (estimate.OpinionPool{}).String() {
		set = append(set, "pool "+o.Pool.String())
	}
	if o.AsOf != "" {
		set = append(set, "claims published by "+o.AsOf+" (rates, the instruments, of any date)")
	}
	if o.Prorate {
		set = append(set, "fiscal and rolling years prorated")
	}
	if len(set) == 0 {
		return ""
	}
	return " Set: " + strings.Join(set, "; ") + "."
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return commas(fmt.Sprint(n)) + " " + what
}
