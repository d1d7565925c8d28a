package estimate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// prorateSpread is the factor by which a prorated figure is widened: 90 % within */1.15, for trade is not spread evenly over months.
const prorateSpread = 1.15

// prorate shares fiscal and rolling years out over the calendar year of the balance, by months, where adjacent periods of one
// producer cover it and the producer states no figure for the year itself.
func (c *compiler) prorate() {
	if c.bal.Period.IsYear() {
		c.shareOut()
	}
}

// shareOut does the same for any period.
func (c *compiler) shareOut() {
	type flowKey struct {
		role     flows.Role
		from, to flows.Place
		producer string
	}
	candidates := map[flowKey][]flows.Claim{}
	var keys []flowKey
	for _, a := range c.bal.Aside {
		role, ok := flows.RoleOf(&a.Claim, c.bal.Place)
		usable := a.Evidence != flows.Derived && (a.Evidence != flows.Testimony || a.Scenario != "") && a.Channel == flows.Recorded
		if a.Code != flows.OutOfPeriod || !ok || !usable || a.Part != "" || a.Amount.Bound != flows.About || a.From != a.From.Country() || a.To != a.To.Country() {
			continue
		}
		k := flowKey{role, a.From, a.To, a.Origin.Producer}
		if candidates[k] == nil {
			keys = append(keys, k)
		}
		candidates[k] = append(candidates[k], a.Claim)
	}
	slices.SortFunc(keys, func(a, b flowKey) int {
		return strings.Compare(fmt.Sprint(int(a.role), a.from, a.to, a.producer), fmt.Sprint(int(b.role), b.from, b.to, b.producer))
	})
	c.prorated = map[flows.Role][]statement{}
	for _, k := range keys {
		if c.states(k.role, k.from, k.to, k.producer) {
			continue
		}
		for _, money := range []bool{false, true} { // tonnes beat dollars
			tiles := tile(candidates[k], c.bal.Period, money)
			if tiles == nil {
				continue
			}
			s := statement{Statement: flows.Statement{Producer: k.producer, From: k.from, To: k.to, Claims: tiles, Complete: true}}
			for _, t := range tiles {
				s.weights = append(s.weights, float64(t.Period.Overlap(c.bal.Period))/float64(t.Period.Months()))
			}
			factor, err := dist.Factor(1, prorateSpread)
			if err != nil {
				continue
			}
			name := Var(fmt.Sprintf("prorate/%s/%s>%s/%s", c.bal.Cell, k.from, k.to, k.producer))
			s.widen = c.m.common("prorate", name, factor, nil)
			c.prorated[k.role] = append(c.prorated[k.role], s)
			break
		}
	}
}

// joinPeriods lists the periods of claims.
func joinPeriods(claims []flows.Claim) string {
	names := make([]string, len(claims))
	for i := range claims {
		names[i] = claims[i].Period.String()
	}
	return joinNames(names)
}

// states reports whether a producer states the whole flow for the period itself.
func (c *compiler) states(role flows.Role, from, to flows.Place, producer string) bool {
	for _, s := range c.bal.Statements(c.side(role)) {
		if s.From == from && s.To == to && s.Producer == producer && s.Complete && s.Bound == flows.About {
			return true
		}
	}
	return false
}

// tile picks claims that follow each other without gap or overlap and cover period, nil where there are none. Of two that start
// alike the later edition counts.
func tile(claims []flows.Claim, period flows.Period, money bool) []flows.Claim {
	var out []flows.Claim
	for covered := 0; covered < period.Months(); {
		best := -1
		for i := range claims {
			c := &claims[i]
			start := period.Offset(c.Period)
			begins := start == covered || covered == 0 && start < 0
			if c.Amount.Basis.Money() != money || c.Amount.Basis == flows.Share || !begins {
				continue
			}
			scenario := best >= 0 && claims[best].Scenario != ""
			if best < 0 || c.Scenario != "" && !scenario || (c.Scenario != "") == scenario && later(c.Origin, claims[best].Origin) {
				best = i
			}
		}
		if best < 0 {
			return nil
		}
		out = append(out, claims[best])
		covered += claims[best].Period.Overlap(period)
	}
	return out
}
