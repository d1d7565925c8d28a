package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Explain writes everything behind one row of r, so that a reader can find every source and compute the central value by hand: each
// claim as its source prints it, each conversion with its value and source, the arithmetic at the medians, the sums, the claims set
// aside, and what each input adds to the width of the range. Lines have at most 100 columns, but for addresses that are longer.
func Explain(w io.Writer, r *estimate.Result, x *estimate.Explanation, o Options) error {
	p := &printer{color: o.Color}
	b := x.Balance
	title := fmt.Sprintf("%s, tonnes of %s", b.Cell, b.Basis)
	if r.Scenario != "" {
		title += ", under the scenario " + r.Scenario
	}
	p.styled(bold, title)
	p.quantities(b, r.Options.Level)
	for _, a := range b.Alternatives {
		p.styled("", wrap(alternative(a), "  ", "    ")...)
	}

	e := explainer{printer: p, x: x, biases: map[estimate.Var]float64{}}
	for _, c := range x.Contributions {
		e.biases[c.Var] = c.Median
	}
	for i := range b.Terms {
		e.term(&b.Terms[i], b.Basis)
	}
	e.sums(b)
	e.rates()
	p.aside(r.Aside, b.Cell)
	e.uncertainty(r)
	if len(b.Warnings)+len(x.Warnings) > 0 {
		p.head("Warnings")
		var seen []string
		for _, w := range slices.Concat(b.Warnings, x.Warnings) {
			if s := sentence(w); !slices.Contains(seen, s) {
				seen = append(seen, s)
				p.styled("", wrap(s, "  ", "    ")...)
			}
		}
	}
	return p.to(w)
}

func (p *printer) para(s string) { p.styled("", wrap(s, "", "")...) }

func (p *printer) head(s string) {
	p.line("")
	p.styled(bold, s)
}

// quantities prints every number of the row.
func (p *printer) quantities(b *estimate.Balance, lvl float64) {
	t := table{columns: []column{{head: "quantity", left: true}, {head: "median"}, {head: level(lvl) + " range", left: true}, {head: "", left: true}}}
	for _, q := range estimate.Quantities() {
		v, ok := b.Value(q)
		if !ok {
			continue
		}
		unit, remark := tonnes, ""
		switch q {
		case estimate.Surplus:
			remark = "P(>0) " + probability(v.ProbPositive, v.Bound)
		case estimate.Share:
			unit, remark = percent, "of the outflow"
		case estimate.ImpliedGrade:
			unit, remark = percent, b.Grade
		case estimate.ValueUSD:
			unit, remark = dollars, "of the surplus"
		case estimate.OutputGap:
			unit, remark = signed, "declared - output"
		case estimate.TradeGap:
			unit, remark = signed, "mirrored - declared"
		case estimate.Floor:
			remark = "outflow - declared"
		case estimate.Outflow:
			remark = "side: " + side(b.Side)
		}
		t.rows = append(t.rows, row{cells: []string{name(q), sign(v.Bound) + unit(v.Median), span(v.Summary, unit), remark}, strong: q == estimate.Surplus})
	}
	p.table(t)
}

// explainer carries the arithmetic at the medians from the claims to the sums.
type explainer struct {
	*printer
	x      *estimate.Explanation
	biases map[estimate.Var]float64 // medians of inputs by name
	cited  []estimate.Step          // in the order of their first use
}

func (e *explainer) term(t *estimate.Term, basis flows.Basis) {
	role := "stands beside the balance"
	switch {
	case t.Sign > 0:
		role = "adds to the surplus"
	case t.Sign < 0:
		role = "is subtracted"
	}
	if !slices.ContainsFunc(t.Used, func(u estimate.Used) bool { return !u.Check }) {
		role = "listed, not counted"
	}
	e.head(fmt.Sprintf("%s: %s", name(t.Quantity), role))
	statement := ""
	for i := range t.Used {
		u := &t.Used[i]
		if i == 0 || u.Statement != statement {
			statement = u.Statement
			if statement != "" {
				e.styled("", wrap(statement, "  ", "    ")...)
			}
		}
		e.claim(u, basis)
	}
}

// claim prints one claim: what its source prints, the arithmetic, and where it stands.
func (e *explainer) claim(u *estimate.Used, basis flows.Basis) {
	c := &u.Claim
	says := fmt.Sprintf("%s: %s%s %s", c.Flow, sign(c.Amount.Bound), printed(c.Amount), evidence(c))
	if u.Check {
		says += ", a check: not counted"
	}
	e.styled("", wrap(says, "    ", "      ")...)
	text, value := e.arithmetic(u)
	if len(u.Steps) == 0 && c.Amount.Basis == basis && !strings.Contains(text, " x ") { // nothing to compute
		text = plain(value, 6)
	}
	e.styled("", wrap(text+" t "+string(basis), "      = ", "        ")...)
	if v := u.Value; v.Level > 0 {
		e.styled("", wrap(fmt.Sprintf("by the draws %s, range %s", tonnes(v.Median), span(v.Summary, tonnes)), "      ", "        ")...)
	}
	e.styled(dim, wrap(source(c.Origin, c.Locator, c.Pos), "      ", "        ")...)
	if c.Note != "" {
		e.styled(dim, wrap("note: "+c.Note, "      ", "        ")...)
	}
	for _, s := range u.Steps {
		if !slices.ContainsFunc(e.cited, func(have estimate.Step) bool { return sameRate(have.Rate, s.Rate) && len(have.Among) == len(s.Among) }) {
			e.cited = append(e.cited, s)
		}
	}
}

func sameRate(a, b flows.Rate) bool {
	return a.Origin == b.Origin && a.Pos == b.Pos && a.Of == b.Of && a.Per == b.Per && a.Place == b.Place && a.Part == b.Part && a.Period == b.Period
}

// printed is an amount as the dataset has it, with its basis.
func printed(a flows.Amount) string {
	s := strings.TrimLeft(a.Text, "<>= ")
	if s == "" && a.Value != nil {
		s = plain(a.Value.Quantile(0.5), 12)
	}
	s += " " + string(a.Basis)
	if a.Of != nil {
		s += fmt.Sprintf(" of %s>%s", a.Of.From, a.Of.To)
	}
	return s
}

func evidence(c *flows.Claim) string {
	s := "(" + string(c.Evidence)
	if c.Reporter != "" {
		s += " by " + string(c.Reporter)
	}
	if c.Scenario != "" {
		s += ", scenario " + c.Scenario
	}
	return s + ")"
}

// rates cites the source of every conversion, once.
func (e *explainer) rates() {
	if len(e.cited) == 0 {
		return
	}
	e.head("Conversions")
	for _, s := range e.cited {
		verb := "times"
		if s.Inverse {
			verb = "divided by"
		}
		if s.Rate.Origin == nil {
			e.styled("", wrap(fmt.Sprintf("%s %s %s per %s, from the atomic weights (IUPAC 2021)", verb, plain(s.Median, 6), s.Rate.Of, s.Rate.Per), "  ", "    ")...)
			continue
		}
		if len(s.Among) < 2 {
			e.styled("", wrap(fmt.Sprintf("%s %s: %s%s", verb, plain(s.Median, 6), s.Rate, asPrinted(s.Rate)), "  ", "    ")...)
			e.rateSource(&s.Rate)
			continue
		}
		e.styled("", wrap(fmt.Sprintf("%s %s: %s per %s, the mean, over producers or months, of", verb, plain(s.Median, 6), s.Rate.Of, s.Rate.Per), "  ", "    ")...)
		for i := range s.Among {
			r := &s.Among[i]
			e.styled("", wrap(fmt.Sprintf("%s: %s%s", medianOf(r.Value), *r, asPrinted(*r)), "    ", "      ")...)
			e.rateSource(r)
		}
	}
}

func (e *explainer) rateSource(r *flows.Rate) {
	e.styled(dim, wrap(source(r.Origin, r.Locator, r.Pos), "      ", "        ")...)
	if r.Note != "" {
		e.styled(dim, wrap("note: "+r.Note, "      ", "        ")...)
	}
}

func asPrinted(r flows.Rate) string {
	if r.Text == "" {
		return ""
	}
	return ", printed as " + r.Text
}

func medianOf(d dist.Dist) string {
	if d == nil {
		return missing
	}
	return plain(d.Quantile(0.5), 6)
}

// source says where a figure was published and where it stands in the dataset.
func source(o *flows.Origin, locator string, pos flows.Pos) string {
	var parts []string
	if o != nil {
		parts = append(parts, o.ID+": "+o.Producer)
		for _, s := range []string{o.Title, o.Version} {
			if s != "" {
				parts = append(parts, s)
			}
		}
		if o.Published != "" {
			parts = append(parts, "published "+o.Published)
		}
	}
	if locator != "" {
		parts = append(parts, locator)
	}
	if s := pos.String(); s != "" {
		parts = append(parts, s)
	} else {
		parts = append(parts, "made in code")
	}
	if o != nil && o.URL != "" {
		parts = append(parts, o.URL)
	}
	return strings.Join(parts, ", ")
}
