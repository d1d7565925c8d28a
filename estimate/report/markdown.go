package report

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes the report as GitHub tables: the blocks of Text.
func Markdown(w io.Writer, r Report, o Options) error { return writeMarkdown(w, content(r, o)) }

// writeMarkdown lays blocks out as Markdown.
func writeMarkdown(w io.Writer, blocks []block) error {
	var b strings.Builder
	for i, x := range blocks {
		switch x := x.(type) {
		case heading:
			level := "##"
			if i == 0 {
				level = "#"
			}
			fmt.Fprintf(&b, "%s %s\n\n", level, escape(string(x)))
		case paragraph:
			fmt.Fprintf(&b, "%s\n\n", escape(string(x)))
		case table:
			markdownTable(&b, x)
		case notes:
			for _, n := range x {
				fmt.Fprintf(&b, "- \\[%s\\] %s\n", n.mark, escape(n.text))
			}
			b.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

func markdownTable(b *strings.Builder, t table) {
	for _, c := range t.columns {
		fmt.Fprintf(b, "| %s ", escape(strings.ReplaceAll(c.head, "\n", " ")))
	}
	b.WriteString("|\n")
	for _, c := range t.columns {
		if c.left {
			b.WriteString("| --- ")
		} else {
			b.WriteString("| ---: ")
		}
	}
	b.WriteString("|\n")
	below := false
	for _, r := range t.rows {
		for i, c := range r.cells {
			if c = escape(c); r.strong && i == 0 {
				c = "**" + c + "**"
			}
			fmt.Fprintf(b, "| %s ", c)
		}
		b.WriteString("|\n")
		below = below || len(r.below) > 0
	}
	b.WriteByte('\n')
	if !below {
		return
	}
	for _, r := range t.rows {
		for _, s := range r.below {
			fmt.Fprintf(b, "- %s: %s\n", escape(r.cells[0]), escape(s))
		}
	}
	b.WriteByte('\n')
}

// escape keeps text from being read as markup.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`).Replace(s)
}
