package estimate

import (
	"fmt"
	"strings"
	"sync"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// input is one uncertain input: a distribution and the stream that orders its draws. Rates of one origin share a stream over their
// periods, each period with its own distribution.
type input struct {
	name   Var
	stream Var // equals name but for rates of one origin in several periods
	kind   string
	text   string
	value  dist.Dist
	origin *flows.Origin
	pos    flows.Pos
	shared bool // used by many cells: its draws are kept while a group of cells is worked on

	scale    float64
	constant bool
	shape    string // key of the unit shape's table; "" for a distribution of another package
}

// newInput makes an input.
func newInput(kind string, name Var, value dist.Dist, text string, origin *flows.Origin, pos flows.Pos) *input {
	in := &input{name: name, stream: name, kind: kind, text: text, value: value, origin: origin, pos: pos, scale: 1}
	if s, ok := dist.ShapeOf(value); ok {
		in.scale, in.shape = s.Scale, s.Key
		in.constant = value.StdDev() == 0
	}
	return in
}

func (in *input) median() float64 { return in.value.Quantile(0.5) }

// tables keeps the quantile tables of unit shapes, and their summaries: inputs with one spread share one table, which is most of a
// trade dataset.
type tables struct {
	n         int
	mu        sync.Mutex
	kept      map[string][]float64
	summaries map[string]Value
	orders    map[Var][]uint32
}

func newTables(n int) *tables {
	return &tables{n: n, kept: map[string][]float64{}, summaries: map[string]Value{}, orders: map[Var][]uint32{}}
}

// keptTables bounds the memory of the tables: 64 of 8,192 numbers are 4 MiB. Shapes beyond are computed anew for each use, to the
// same bits.
const keptTables = 64

func (t *tables) of(in *input) []float64 {
	unit := in.value
	if in.shape != "" {
		t.mu.Lock()
		kept, ok := t.kept[in.shape]
		t.mu.Unlock()
		if ok {
			return kept
		}
		s, _ := dist.ShapeOf(in.value)
		unit = s.Unit
	}
	table := make([]float64, t.n)
	dist.Midpoints(unit, table)
	if in.shape != "" {
		t.mu.Lock()
		if len(t.kept) < keptTables {
			t.kept[in.shape] = table
		}
		t.mu.Unlock()
	}
	return table
}

// keptOrders is the memory, in bytes, that orders of draws may take: 256 of them at 8,192 draws. Sums and scenarios need not shuffle
// those again, which saves the built-in dataset's report a fifth of its time.
const keptOrders = 8 << 20

// order is the order in which a stream puts the slices of its input. It stands in own unless the tables keep it; then it is shared and
// must not be written to.
func (t *tables) order(seed uint64, stream Var, own []uint32) []uint32 {
	t.mu.Lock()
	kept, ok := t.orders[stream]
	room := 4*t.n*(len(t.orders)+1) <= keptOrders
	t.mu.Unlock()
	if ok {
		return kept
	}
	if room {
		own = make([]uint32, t.n)
	}
	shuffle(newStream(seed, stream), own)
	if room {
		t.mu.Lock()
		t.orders[stream] = own
		t.mu.Unlock()
	}
	return own
}

// summary describes one input by its table.
func (t *tables) summary(in *input, s *summarizer) Value {
	if in.constant {
		m := in.median()
		v := Value{Summary: Summary{m, 0, m, m, m, m, m, s.level}}
		if m > 0 {
			v.ProbPositive = 1
		}
		return v
	}
	t.mu.Lock()
	v, ok := t.summaries[in.shape]
	t.mu.Unlock()
	if ok && in.shape != "" {
		return v.times(in.scale)
	}
	v = s.ascending(t.of(in))
	if in.shape != "" {
		t.mu.Lock()
		if len(t.summaries) < 1<<16 {
			t.summaries[in.shape] = v
		}
		t.mu.Unlock()
	}
	return v.times(in.scale)
}

// The names of variables. They hold content only, never a position in a file.

func claimVar(c *flows.Claim) Var {
	part := c.Part
	if c.Channel != flows.Recorded {
		part = strings.TrimSuffix(string(c.Channel)+"|"+part, "|")
	}
	var b strings.Builder
	b.Grow(96)
	for i, s := range []string{"claim", string(c.Mineral), c.Period.String(), string(c.From) + ">" + string(c.To), part, "by " + string(c.Reporter), c.Origin.ID, string(c.Amount.Basis)} {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(s)
	}
	if c.Amount.Bound != flows.About {
		b.WriteString("/" + c.Amount.Bound.String())
	}
	return Var(b.String())
}

func rateVar(r *flows.Rate) Var {
	place := string(r.Place)
	if r.Part != "" {
		place += ":" + r.Part
	}
	name := fmt.Sprintf("rate/%s/%s/%s per %s/%s", r.Mineral, place, r.Of, r.Per, r.Origin.ID)
	if r.Independent && !r.Period.IsZero() {
		name += "/" + r.Period.String()
	}
	return Var(name)
}

func biasVar(m flows.Mineral, p flows.Place, producer string) Var {
	return Var(fmt.Sprintf("bias/%s/%s/%s", m, p, producer))
}

func poolVar(m flows.Mineral, p flows.Place, producer string) Var {
	return Var(fmt.Sprintf("pool/%s/%s/%s", m, p, producer))
}
