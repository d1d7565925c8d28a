package estimate

import (
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Pool joins what several producers say about one flow. The pools are OpinionPool, RandomEffects and Prefer.
type Pool interface {
	fmt.Stringer
	join(m *Model, of flowName, opinions []opinion) (n node, mix *mixNode, warnings []Warning)
}

// flowName names what opinions are about.
type flowName struct {
	flows.Cell        // whose place is the flow's subject
	label      string // the flow and who reports it: "UGA>ARE by ARE"
}

// opinion is what one producer says about one flow, in the basis of the result.
type opinion struct {
	producer string
	origins  []string
	node     node
}

// OpinionPool weighs producers equally, as a mixture: disagreement stays visible as a wide range, or a range with two humps. Which
// producer a draw follows is one variable per place, mineral and producer, shared over periods.
type OpinionPool struct{}

func (OpinionPool) String() string { return "mixture" }

func (OpinionPool) join(m *Model, of flowName, opinions []opinion) (node, *mixNode, []Warning) {
	mix := m.mixture(of.Cell, opinions)
	return mix, mix, nil
}

// mixture is the equally weighted mixture of at least two opinions.
func (m *Model) mixture(c flows.Cell, opinions []opinion) *mixNode {
	mix := &mixNode{}
	for _, o := range opinions {
		mix.names = append(mix.names, o.producer)
		mix.terms = append(mix.terms, o.node)
		mix.selectors = append(mix.selectors, m.selector(c.Mineral, c.Place, o.producer))
	}
	return mix
}

// fewestForEffects is the number of opinions below which a variance between them is not worth estimating.
const fewestForEffects = 4

// RandomEffects takes producers for noisy readings of one truth and gives their precision-weighted mean (DerSimonian and Laird, log
// scale). With fewer than four producers, or a figure that may be zero, it falls back to the mixture and says so.
type RandomEffects struct{}

func (RandomEffects) String() string { return "random-effects" }

func (RandomEffects) join(m *Model, of flowName, opinions []opinion) (node, *mixNode, []Warning) {
	mix := m.mixture(of.Cell, opinions)
	if len(opinions) < fewestForEffects {
		return mix, mix, []Warning{{Code: ErrFallback, Text: fmt.Sprintf("random effects need %d producers, here are %d: the mixture is used", fewestForEffects, len(opinions))}}
	}
	normal, err := dist.PlusMinusAny(0, 1)
	if err != nil { // a standard normal is always a distribution
		return mix, mix, nil
	}
	return effectsNode{mix, m.common("pool", poolVar(of.Mineral, of.Place, fmt.Sprintf("random effects/%s/%s", of.Period, of.label)), normal, nil)}, mix, nil
}

// Prefer takes the first named producer, or origin id, that speaks, and the mixture where none does.
type Prefer []string

func (p Prefer) String() string { return "prefer=" + strings.Join(p, ",") }

func (p Prefer) join(m *Model, of flowName, opinions []opinion) (node, *mixNode, []Warning) {
	mix := m.mixture(of.Cell, opinions)
	for _, name := range p {
		for _, o := range opinions {
			match := strings.EqualFold(o.producer, name)
			for _, id := range o.origins {
				match = match || strings.EqualFold(id, name)
			}
			if match {
				return preferredNode{mix, o.node}, mix, nil
			}
		}
	}
	return mix, mix, nil
}
