package estimate

import (
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// reExport is the part of a flow that came from elsewhere and left again.
const reExport = "re-export"

// reExports keeps a re-export and the inflow it came from together: both count, or neither. A declared or mirrored re-export whose
// inflow is not confirmed is set aside, and so is a re-exported inflow where the outflow is stated in parts that leave re-exports out.
// A whole that holds re-exports cannot be taken apart and stays as it is.
func (c *compiler) reExports() {
	isPart := func(k flows.Claim) bool { return k.Part == reExport || strings.HasSuffix(k.Part, "/"+reExport) }
	out, in, whole := 0, 0, false
	for _, side := range [][]flows.Claim{c.bal.Declared, c.bal.Mirrored, c.bal.Reconciled} {
		for _, k := range side {
			whole = whole || k.Part == ""
			if isPart(k) {
				out++
			}
		}
	}
	for _, side := range [][]flows.Claim{c.bal.InflowDeclared, c.bal.InflowMirrored, c.bal.InflowReconciled} {
		for _, k := range side {
			if isPart(k) {
				in++
			}
		}
	}
	if out == 0 && in == 0 {
		return
	}
	counted := false
	for _, u := range c.inflow().used {
		counted = counted || !u.check && isPart(u.atom.claim)
	}
	switch {
	case out > 0 && !counted:
		for _, side := range []*[]flows.Claim{&c.bal.Declared, &c.bal.Mirrored, &c.bal.Reconciled} {
			c.setAside(side, isPart, "the inflow that was re-exported is not confirmed: neither counts")
		}
	case counted && out == 0 && !whole:
		for _, side := range []*[]flows.Claim{&c.bal.InflowDeclared, &c.bal.InflowMirrored, &c.bal.InflowReconciled} {
			c.setAside(side, isPart, "the outflow is stated without re-exports: neither counts")
		}
	}
}

// setAside moves the claims that match from a side to those set aside.
func (c *compiler) setAside(side *[]flows.Claim, match func(flows.Claim) bool, why string) {
	var kept []flows.Claim
	for _, k := range *side {
		if match(k) {
			c.bal.Aside = append(c.bal.Aside, flows.Aside{Claim: k, Code: ErrReExport, Why: why})
			continue
		}
		kept = append(kept, k)
	}
	*side = kept
}
