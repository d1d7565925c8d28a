package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// MirrorText writes a mirror as tables of at most 100 columns: the gaps of each mineral, flow by flow and period by period, what is left of
// them over the periods, how far reporters agree with their partners, and the unit values that are odd.
func MirrorText(w io.Writer, r *estimate.MirrorResult, o Options) error {
	return writeText(w, mirrorContent(r, o), o)
}

// MirrorMarkdown writes the same as GitHub tables.
func MirrorMarkdown(w io.Writer, r *estimate.MirrorResult, o Options) error {
	return writeMarkdown(w, mirrorContent(r, o))
}

// MirrorAside writes the claims on trade that entered no gap, by reason.
func MirrorAside(w io.Writer, r *estimate.MirrorResult, o Options) error {
	p := &printer{color: o.Color}
	p.styled(bold, fmt.Sprintf("%s on trade in no gap", count(len(r.Aside), "claim")))
	byCode := map[flows.Code][]flows.Aside{}
	var codes []flows.Code
	for _, a := range r.Aside {
		if byCode[a.Code] == nil {
			codes = append(codes, a.Code)
		}
		byCode[a.Code] = append(byCode[a.Code], a)
	}
	slices.Sort(codes)
	for _, code := range codes {
		p.head(string(code))
		for i := range byCode[code] {
			a := &byCode[code][i]
			p.styled("", wrap(claimLine(&a.Claim), "  ", "    ")...)
			p.styled(dim, wrap(a.Why, "    ", "    ")...)
		}
	}
	return p.to(w)
}

func mirrorContent(r *estimate.MirrorResult, o Options) []block {
	title := "What exporters declare, and what importers record of it"
	if r.Scenario != "" {
		title += ", under the scenario " + r.Scenario
	}
	blocks := []block{
		heading(title),
		paragraph("gap = importer's figure - exporter's. Positive: not declared where it left, or imported under a false origin; negative: declared, and not recorded on arrival under that name. Freight, grades, prices, transit and bad statistics may explain either."),
	}
	if len(r.Gaps) == 0 {
		blocks = append(blocks, paragraph("There is no flow of which both ends speak."))
	}
	for _, m := range mirrorMinerals(r) {
		blocks = append(blocks, mirrorMineral(r, m, o)...)
	}
	blocks = append(blocks, mirrorSeries(r)...)
	blocks = append(blocks, mirrorReporters(r)...)
	blocks = append(blocks, mirrorUnits(r, o)...)
	if len(r.Warnings) > 0 {
		var n notes
		for i, w := range r.Warnings {
			n = append(n, note{fmt.Sprint(i + 1), sentence(w)})
		}
		blocks = append(blocks, heading("Warnings on the data as a whole"), n)
	}
	return append(blocks, heading(fmt.Sprintf("%s from %s in %s; %s in none (-aside lists them)", count(mirrorClaims(r), "claim"),
		count(publishers(r.Origins), "publisher"), count(len(r.Gaps), "gap"), count(len(r.Aside), "claim"))), mirrorClosing(r))
}

func mirrorMinerals(r *estimate.MirrorResult) []flows.Mineral {
	var out []flows.Mineral
	for i := range r.Gaps {
		out = append(out, r.Gaps[i].Mineral)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mirrorClaims counts the claims behind all gaps, each once.
func mirrorClaims(r *estimate.MirrorResult) int {
	type id struct {
		flow     flows.Flow
		reporter flows.Place
		origin   string
		basis    flows.Basis
		bound    flows.Bound
	}
	seen := map[id]bool{}
	for i := range r.Gaps {
		for _, c := range r.Gaps[i].Claims {
			seen[id{c.Flow, c.Reporter, c.Origin.ID, c.Amount.Basis, c.Amount.Bound}] = true
		}
	}
	return len(seen)
}

// mirrorMineral is the table of one mineral: whole series in order of the largest gap in them, each in order of time.
func mirrorMineral(r *estimate.MirrorResult, m flows.Mineral, o Options) []block {
	var groups [][]*estimate.Gap
	for i := range r.Gaps {
		g := &r.Gaps[i]
		if g.Mineral != m {
			continue
		}
		if n := len(groups); n > 0 && groups[n-1][0].From == g.From && groups[n-1][0].To == g.To {
			groups[n-1] = append(groups[n-1], g)
		} else {
			groups = append(groups, []*estimate.Gap{g})
		}
	}
	slices.SortStableFunc(groups, func(a, b []*estimate.Gap) int { return cmp.Compare(largestGap(b), largestGap(a)) })
	basis := groups[0][0].Basis
	t := table{columns: []column{
		{head: "period", left: true}, {head: "exporter"}, {head: "importer"}, {head: "gap"}, {head: level(r.Options.Level) + " range", left: true},
		{head: "P(>0)"}, {head: "of\nimports"}, {head: "noise", fold: 1}, {head: "gap\nUSD fob", fold: 3}, {head: "value/price\nexp. imp.", left: true, fold: 2}, {head: "", left: true},
	}}
	var mk marks
	var below int
	for i, group := range groups {
		if i >= shown && !o.All {
			below += len(group)
			continue
		}
		t.rows = append(t.rows, row{cells: append([]string{gapTitle(group[0])}, make([]string, len(t.columns)-1)...), strong: true})
		for _, g := range group {
			t.rows = append(t.rows, gapRow(r, g, &mk))
		}
	}
	blocks := []block{heading(fmt.Sprintf("%s, tonnes of %s", strings.ToUpper(string(m[:1]))+string(m[1:]), basis)), t}
	blocks = append(blocks, more(below)...)
	if len(mk.notes) > 0 {
		blocks = append(blocks, mk.notes)
	}
	return blocks
}

// largestGap is the size of the largest gap of a flow that its bound does not make say nothing: at most 30 t more, at least 30 t less.
func largestGap(group []*estimate.Gap) float64 {
	x := -1.0
	for _, g := range group {
		if g.Tonnes == nil || g.Tonnes.Gap == nil {
			continue
		}
		if v := g.Tonnes.Gap; v.Bound == flows.About || (v.Bound == flows.AtLeast) == (v.Median > 0) {
			x = max(x, math.Abs(v.Median))
		}
	}
	return x
}

// gapTitle is the line above the rows of a flow.
func gapTitle(g *estimate.Gap) string {
	flow := fmt.Sprintf("%s>%s", g.From, g.To)
	switch g.Kind {
	case estimate.ExportGap:
		return flow + ": its total against the sum of its partners"
	case estimate.ImportGap:
		return flow + ": the sum of its partners against its total"
	}
	return flow
}

// gapRow is one flow and period.
func gapRow(r *estimate.MirrorResult, g *estimate.Gap, mk *marks) row {
	exporter, importer, gap, rng, p, relative := missing, missing, missing, missing, missing, missing
	strong := false
	if c := g.Tonnes; c != nil {
		exporter, importer = sign(c.Exporter.Bound)+tonnes(c.Exporter.Median), sign(c.Importer.Bound)+tonnes(c.Importer.Median)
		if v := c.Gap; v != nil {
			gap, rng, p = sign(v.Bound)+signed(v.Median), span(v.Summary, signed), probability(v.ProbPositive, v.Bound)
			strong = v.Lo > 0 && v.Bound != flows.AtMost || v.Hi < 0 && v.Bound != flows.AtLeast
		}
		if c.Relative != nil {
			relative = share(c.Relative.Median)
		}
	}
	usd := missing
	if g.USD != nil && g.USD.Gap != nil {
		usd = plus(g.USD.Gap.Median, dollars)
	}
	noise := missing
	if g.Noise != nil {
		noise = times(g.Noise.Times)
		if g.Noise.StandsOut {
			noise += "*"
		}
	}
	units := unitOf(r, g, g.From) + " " + unitOf(r, g, g.To)
	if units == missing+" "+missing {
		units = missing
	}
	out := row{cells: []string{g.Period.String(), exporter, importer, gap, rng, p, relative, noise, usd, units, mk.of(g.Warnings)}, strong: strong}
	if g.Tonnes != nil && g.Tonnes.Without != nil {
		var parts []string
		for _, x := range g.Exceptions {
			parts = append(parts, x.Part)
		}
		v := g.Tonnes.Without
		out.below = append(out.below, fmt.Sprintf("without %s: gap %s%s (%s)", strings.Join(parts, ", "), sign(v.Bound), signed(v.Median), span(v.Summary, signed)))
	}
	return out
}

// unitLabel is "tin COD>world 2022 (artisanal)".
func unitLabel(f flows.Flow) string {
	s := fmt.Sprintf("%s %s>%s %s", f.Mineral, f.From, f.To, f.Period)
	if f.Part != "" {
		s += " (" + f.Part + ")"
	}
	return s
}

// times prints a multiple: 0.1x, 2.3x, 13x.
func times(x float64) string {
	if x < 9.95 {
		return strconv.FormatFloat(x, 'f', 1, 64) + "x"
	}
	return digits(x, 2) + "x"
}

// plus puts a sign before a positive number.
func plus(x float64, unit func(float64) string) string {
	if x > 0 {
		return "+" + unit(x)
	}
	return unit(x)
}

// unitOf is the unit value over the price that one end of a flow states of the same flow and period, with a mark where it is odd.
func unitOf(r *estimate.MirrorResult, g *estimate.Gap, end flows.Place) string {
	for i := range r.UnitValues {
		u := &r.UnitValues[i]
		if u.Flow == g.Flow && u.Place == end && u.Ratio != nil {
			s := digits(u.Ratio.Median, 2)
			if len(u.Marks) > 0 {
				s += "!"
			}
			return s
		}
	}
	return missing
}
