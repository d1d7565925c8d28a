package flows

import (
	"fmt"
)

func (v *validator) claim(c *Claim) {
	if c.Evidence == "" {
		c.Evidence = Reported
	}
	about := claimSubject{c}
	v.mineral(c.Pos, about, c.Mineral)
	v.place(c.Pos, about, c.From, c.To)
	if c.Reporter != "" {
		v.place(c.Pos, about, c.Reporter)
	}
	v.basis(c.Pos, about, c.Amount.Basis)
	v.origin(c.Pos, about, &c.Origin)
	switch {
	case c.From == c.To:
		v.refuse(c.Pos, about, ErrSelf)
	case (c.From.IsUnion() || c.To.IsUnion()) && c.From.overlaps(c.To):
		v.refuse(c.Pos, about, fmt.Errorf("%w: the union holds the other end", ErrSelf))
	case againstFlow(c.From, c.To):
		v.refuse(c.Pos, about, fmt.Errorf("%w: nothing flows into the ground or out of use or stock; a draw on stocks is a negative flow into them", ErrPlace))
	}
	if c.Period.IsZero() && c.Evidence != Capacity {
		v.refuse(c.Pos, about, fmt.Errorf("%w: none given", ErrPeriod))
	}
	switch c.Evidence {
	case Reported, Estimated, Derived, Testimony, Capacity:
	default:
		v.refuse(c.Pos, about, fmt.Errorf("%w: %q; known are reported, estimated, derived, testimony, capacity", ErrEvidence, c.Evidence))
	}
	if c.Channel != Recorded && c.Channel != Unrecorded {
		v.refuse(c.Pos, about, fmt.Errorf("%w: %q; want nothing or %q", ErrChannel, c.Channel, Unrecorded))
	}
	v.amount(c, about)
}

// belowZero is how rarely a mass may come out negative: a normal distribution of another library passes as a mass while no draw of
// it is likely to.
const belowZero = 1e-6

func (v *validator) amount(c *Claim, about subject) {
	a := c.Amount
	if a.Value == nil {
		v.refuse(c.Pos, about, fmt.Errorf("%w: none given", ErrAmount))
		return
	}
	lo, median, hi := span(a.Value)
	switch {
	case !finite(lo) || !finite(median) || !finite(hi):
		v.refuse(c.Pos, about, fmt.Errorf("%w: %s is not a finite number", ErrAmount, shown(a.Text, median)))
	case lo > hi:
		v.refuse(c.Pos, about, fmt.Errorf("%w: %s is upside down", ErrAmount, shown(a.Text, median)))
	case c.To != Stock && quantile(a.Value, belowZero) < 0:
		v.refuse(c.Pos, about, fmt.Errorf("%w: %s is negative, or can be; only a net flow into stock may be", ErrAmount, shown(a.Text, median)))
	}
	if a.Bound != About && a.Bound != AtLeast && a.Bound != AtMost {
		v.refuse(c.Pos, about, fmt.Errorf("%w: there is no bound %d", ErrAmount, a.Bound))
	}
	if a.Basis == Share {
		switch {
		case a.Of == nil:
			v.refuse(c.Pos, about, fmt.Errorf("%w: a share needs the flow that it is a part of (column of)", ErrAmount))
		case a.Of.Mineral != c.Mineral || a.Of.Period != c.Period:
			v.refuse(c.Pos, about, fmt.Errorf("%w: a share is a part of a flow of the same mineral and period", ErrAmount))
		case lo > 1:
			v.refuse(c.Pos, about, fmt.Errorf("%w: a share of %s is more than the whole", ErrAmount, shown(a.Text, median)))
		default:
			v.place(c.Pos, about, a.Of.From, a.Of.To)
		}
	} else if a.Of != nil {
		v.refuse(c.Pos, about, fmt.Errorf("%w: only a share is a part of another flow", ErrAmount))
	}
}

// shown is an amount as its dataset has it, or for one made in code its median.
func shown(text string, median float64) string {
	if text == "" {
		return fmt.Sprint(median)
	}
	return fmt.Sprintf("%q", text)
}

// circularShares refuses a share of a flow that is itself known only as a share of the first, directly or through others.
func (v *validator) circularShares() {
	of := map[Flow][]Flow{}
	for i := range v.l.claims {
		if c := &v.l.claims[i]; c.Amount.Basis == Share && c.Amount.Of != nil {
			of[c.Flow] = append(of[c.Flow], *c.Amount.Of)
		}
	}
	if len(of) == 0 {
		return
	}
	for i := range v.l.claims {
		c := &v.l.claims[i]
		if c.Amount.Basis != Share || c.Amount.Of == nil {
			continue
		}
		seen := map[Flow]bool{}
		for todo := []Flow{*c.Amount.Of}; len(todo) > 0; {
			f := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if f == c.Flow {
				v.refuse(c.Pos, claimSubject{c}, fmt.Errorf("%w: a share that comes back to its own flow", ErrAmount))
				break
			}
			if !seen[f] {
				seen[f] = true
				todo = append(todo, of[f]...)
			}
		}
	}
}

// duplicates relies on claims and rates being sorted: equal ones stand side by side but for what does not identify them.
func (v *validator) duplicates() {
	for i := 1; i < len(v.l.claims); i++ {
		a, b := &v.l.claims[i-1], &v.l.claims[i]
		same := a.Flow == b.Flow && a.Reporter == b.Reporter && originID(a.Origin) == originID(b.Origin) && a.Amount.Basis == b.Amount.Basis &&
			a.Amount.Bound == b.Amount.Bound && a.Locator == b.Locator && a.Scenario == b.Scenario
		if same {
			v.refuse(b.Pos, claimSubject{b}, fmt.Errorf("%w: it stands at %s already", ErrDuplicate, orCode(a.Pos)))
		}
	}
	for i := 1; i < len(v.l.rates); i++ {
		a, b := &v.l.rates[i-1], &v.l.rates[i]
		same := a.Mineral == b.Mineral && a.Place == b.Place && a.Part == b.Part && a.Of == b.Of && a.Per == b.Per && a.Period == b.Period &&
			originID(a.Origin) == originID(b.Origin) && a.Scenario == b.Scenario
		if same {
			v.refuse(b.Pos, named(b.String()+" by "+originID(b.Origin)), fmt.Errorf("%w: the rate stands at %s already", ErrDuplicate, orCode(a.Pos)))
		}
	}
}

func orCode(p Pos) string {
	if s := p.String(); s != "" {
		return s
	}
	return "another record made in code"
}

func (v *validator) rate(r *Rate) {
	v.mineral(r.Pos, r, r.Mineral)
	if r.Place != "" {
		v.place(r.Pos, r, r.Place)
	}
	v.basis(r.Pos, r, r.Of)
	v.basis(r.Pos, r, r.Per)
	v.origin(r.Pos, r, &r.Origin)
	if r.Of == r.Per {
		v.refuse(r.Pos, r, fmt.Errorf("%w: of and per are both %s", ErrRate, r.Of))
	}
	if r.Of == Share || r.Per == Share {
		v.refuse(r.Pos, r, fmt.Errorf("%w: a share is no basis to convert", ErrRate))
	}
	if r.Value == nil {
		v.refuse(r.Pos, r, fmt.Errorf("%w: no value", ErrRate))
		return
	}
	lo, median, hi := span(r.Value)
	switch {
	case !(lo > 0) || !finite(hi) || lo > hi:
		v.refuse(r.Pos, r, fmt.Errorf("%w: %s must be positive and finite", ErrRate, shown(r.Text, median)))
	case r.Of.Substance() && r.Per == Gross && median > 1, r.Of == Gross && r.Per.Substance() && median < 1:
		v.refuse(r.Pos, r, fmt.Errorf("%w: %s would make more %s than the product weighs; a grade is a fraction, not per cent", ErrRate, shown(r.Text, median), substanceOf(r)))
	}
}

func substanceOf(r *Rate) Basis {
	if r.Of == Gross {
		return r.Per
	}
	return r.Of
}
