package baci_test

import (
	"bufio"
	"io"
	"math"
	"math/rand/v2"
	"runtime/metrics"
	"slices"
	"strconv"

	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/flows"
)

// generator makes rows of a yearly file as the genuine ones are: all countries, 5,384 codes in equal shares (as many as HS 2017 has), values
// spread over nine orders of magnitude with three digits behind the point, and no quantity in every fiftieth row. It keeps the sums of what is wanted.
type generator struct {
	rng    *rand.Rand
	places []string
	codes  []string
	wanted map[string]bool
	padded bool // numbers 13 wide, as CEPII writes them; else without blanks

	rows, kept        int
	thousands, tonnes float64 // of the rows of wanted codes
	whole             []byte  // of a number, for pad
}

func newGenerator(padded bool) *generator {
	g := &generator{rng: rand.New(rand.NewPCG(1, 2)), padded: padded, wanted: map[string]bool{}}
	seen := map[flows.Place]bool{}
	for _, a := range area.All() {
		if a.Kind == area.Country && a.Code > 0 && a.Holds(2022) && !seen[a.Place] {
			seen[a.Place] = true
			g.places = append(g.places, strconv.Itoa(a.Code))
		}
	}
	for _, c := range flows.Commodities() {
		for _, code := range hs.Core(c.Mineral, hs.H6) {
			g.wanted[code] = true
			g.codes = append(g.codes, code)
		}
	}
	for n := 10121; len(g.codes) < 5384; n += 181 {
		if code := strconv.Itoa(1e6 + n)[1:]; !g.wanted[code] {
			g.codes = append(g.codes, code)
		}
	}
	return g
}

// row appends one row.
func (g *generator) row(b []byte) []byte {
	code := g.codes[g.rng.IntN(len(g.codes))]
	i := g.rng.IntN(len(g.places))
	j := (i + 1 + g.rng.IntN(len(g.places)-1)) % len(g.places) // another one
	v := 1 + int64(math.Exp(9.5+2.8*g.rng.NormFloat64()))      // thousandths of v and of q
	q := int64(float64(v) * g.rng.ExpFloat64() / 4)
	b = append(append(append(append(b, "2022,"...), g.places[i]...), ','), g.places[j]...)
	b = append(append(append(b, ','), code...), ',')
	b = append(g.number(b, v), ',')
	missing := g.rows%50 == 0
	if missing {
		b = g.pad(b, 2)
		b = append(b, "NA\n"...)
	} else {
		b = append(g.number(b, q), '\n')
	}
	g.rows++
	if g.wanted[code] {
		g.kept++
		g.thousands += float64(v) / 1000
		if !missing {
			g.tonnes += float64(q) / 1000
		}
	}
	return b
}

func (g *generator) pad(b []byte, width int) []byte {
	if g.padded && width < 13 {
		b = append(b, "             "[:13-width]...)
	}
	return b
}

// number appends n thousandths.
func (g *generator) number(b []byte, n int64) []byte {
	g.whole = strconv.AppendInt(g.whole[:0], n/1000, 10)
	b = g.pad(b, len(g.whole)+4)
	b = append(b, g.whole...)
	n %= 1000
	return append(b, '.', byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
}

// write writes a file of so many rows.
func (g *generator) write(w io.Writer, rows int) error {
	out := bufio.NewWriterSize(w, 1<<20)
	out.WriteString("t,i,j,k,v,q\n")
	var b []byte
	for range rows {
		b = g.row(b[:0])
		out.Write(b)
	}
	return out.Flush()
}

// peak is the most memory that the program has had from the system, as far as it looked.
type peak struct {
	most    uint64
	samples []metrics.Sample
}

func newPeak() *peak {
	return &peak{samples: []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}}
}

func (p *peak) look() {
	metrics.Read(p.samples)
	p.most = max(p.most, p.samples[0].Value.Uint64()-p.samples[1].Value.Uint64())
}

func (p *peak) MiB() float64 { return float64(p.most) / (1 << 20) }

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
