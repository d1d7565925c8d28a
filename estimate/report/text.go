package report

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// width is the number of columns that no line of a text report exceeds.
const width = 100

// ANSI sequences. Nothing but weight and dimness: colours mean different things to different readers, and none to some.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

// Text writes the report as tables of at most 100 columns.
func Text(w io.Writer, r Report, o Options) error { return writeText(w, content(r, o), o) }

// writeText lays blocks out as text.
func writeText(w io.Writer, blocks []block, o Options) error {
	p := &printer{color: o.Color}
	for i, b := range blocks {
		switch b := b.(type) {
		case heading:
			if i > 0 {
				p.line("")
			}
			p.styled(bold, wrap(string(b), "", "")...)
		case paragraph:
			p.styled("", wrap(string(b), "", "")...)
		case table:
			p.table(b)
		case notes:
			for _, n := range b {
				mark := "[" + n.mark + "] "
				p.styled(dim, wrap(n.text, mark, strings.Repeat(" ", utf8.RuneCountInString(mark)))...)
			}
		}
	}
	return p.to(w)
}

// printer collects lines and writes them at once, so that a write error needs one check.
type printer struct {
	b     strings.Builder
	color bool
}

func (p *printer) to(w io.Writer) error {
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (p *printer) line(s string) {
	p.b.WriteString(strings.TrimRight(s, " "))
	p.b.WriteByte('\n')
}

func (p *printer) styled(style string, lines ...string) {
	for _, s := range lines {
		if p.color && style != "" && s != "" {
			s = style + strings.TrimRight(s, " ") + reset
		}
		p.line(s)
	}
}

// wrap breaks text into lines of at most width columns; a single word longer than that keeps a line of its own.
func wrap(text, head, indent string) []string {
	var lines []string
	line, empty := head, true
	for _, word := range strings.Fields(text) {
		gap := 1
		if empty {
			gap = 0
		}
		if !empty && utf8.RuneCountInString(line)+gap+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line, gap = indent, 0
		}
		line += strings.Repeat(" ", gap) + word
		empty = false
	}
	return append(lines, line)
}

// labelMax is the widest label that keeps its column in a table that is too wide; longer ones get a line of their own above their row.
const labelMax = 12

// layout is where the columns of a table stand.
type layout struct {
	table
	cells  [][]string
	above  []string // labels that are too long for their column
	folded []bool   // columns that stand below their rows
	widths []int    // 0 for a column that is not printed
	gap    int      // between columns
}

// lay finds a layout of at most width columns: with narrow gaps where wide ones don't fit, then with long labels above their rows, then
// by folding columns below their rows, the emptiest first and the marks last.
func lay(t table) *layout {
	l := &layout{table: t, folded: make([]bool, len(t.columns)), above: make([]string, len(t.rows))}
	for _, r := range t.rows {
		l.cells = append(l.cells, slices.Clone(r.cells))
	}
	if l.fits() {
		return l
	}
	for i, r := range t.rows {
		for j, c := range r.cells {
			if t.columns[j].label() && utf8.RuneCountInString(c) > labelMax {
				l.above[i] = strings.TrimSpace(l.above[i] + "  " + c)
				l.cells[i][j] = ""
			}
		}
	}
	for !l.fits() {
		next := -1
		for j, c := range t.columns {
			if c.fold > 0 && !l.folded[j] && (next < 0 || l.filled(j) < l.filled(next) || l.filled(j) == l.filled(next) && c.fold > t.columns[next].fold) {
				next = j
			}
		}
		if last := len(t.columns) - 1; next < 0 && !l.folded[last] {
			next = last
		}
		if next < 0 {
			break
		}
		l.folded[next] = true
	}
	return l
}

// filled is the number of rows in which a column holds something.
func (l *layout) filled(j int) int {
	n := 0
	for i := range l.cells {
		if s := l.cells[i][j]; s != "" && s != missing {
			n++
		}
	}
	return n
}

// fits measures the table, with the wider gap that fits, and says whether one does.
func (l *layout) fits() bool {
	l.measure()
	for l.gap = 2; l.gap > 0; l.gap-- {
		if l.total() <= width {
			return true
		}
	}
	l.gap = 1
	return false
}

// measure sets the widths. A column that may fold and is empty in every row is not printed.
func (l *layout) measure() {
	l.widths = make([]int, len(l.columns))
	for j, c := range l.columns {
		if l.folded[j] {
			continue
		}
		used := c.fold == 0
		for _, line := range strings.Split(c.head, "\n") {
			l.widths[j] = max(l.widths[j], utf8.RuneCountInString(line))
		}
		for i := range l.cells {
			s := l.cells[i][j]
			used = used || s != "" && s != missing
			l.widths[j] = max(l.widths[j], utf8.RuneCountInString(s))
		}
		if !used {
			l.widths[j] = 0
		}
	}
}

func (l *layout) total() int {
	n := -l.gap
	for _, w := range l.widths {
		if w > 0 {
			n += w + l.gap
		}
	}
	return n
}

// line sets cells into their columns.
func (l *layout) line(cell func(j int) string) string {
	var b strings.Builder
	for j, c := range l.columns {
		if l.widths[j] == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(strings.Repeat(" ", l.gap))
		}
		s := cell(j)
		space := strings.Repeat(" ", max(l.widths[j]-utf8.RuneCountInString(s), 0))
		if c.left {
			b.WriteString(s + space)
		} else {
			b.WriteString(space + s)
		}
	}
	return b.String()
}

// table prints t.
func (p *printer) table(t table) {
	l := lay(t)
	for i := range 2 { // a head of one line stands in the second
		head := l.line(func(j int) string {
			upper, lower, two := strings.Cut(t.columns[j].head, "\n")
			switch {
			case !two && i == 0:
				return ""
			case two && i == 1:
				return lower
			}
			return upper
		})
		if strings.TrimSpace(head) != "" {
			p.styled(dim, head)
		}
	}
	for i, r := range t.rows {
		style := ""
		if r.strong {
			style = bold
		}
		if l.above[i] != "" {
			p.styled(style, wrap(l.above[i], "", "")...)
		}
		if line := l.line(func(j int) string { return l.cells[i][j] }); l.above[i] == "" || strings.TrimSpace(line) != "" { // else a title
			p.styled(style, line)
		}
		var rest []string
		for j, c := range t.columns {
			if s := l.cells[i][j]; l.folded[j] && s != "" && s != missing {
				rest = append(rest, strings.TrimSpace(strings.ReplaceAll(c.head, "\n", " ")+" "+s))
			}
		}
		if len(rest) > 0 {
			p.styled("", wrap(strings.Join(rest, ", "), "    ", "    ")...)
		}
		for _, s := range r.below {
			p.styled("", wrap(s, "    ", "      ")...)
		}
	}
}
