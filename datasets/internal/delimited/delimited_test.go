package delimited_test

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
)

func rows(t *testing.T, text string, comma byte) (all [][]string, lines []int) {
	t.Helper()
	r := delimited.NewReader(bufio.NewReader(strings.NewReader(text)), comma, delimited.Detect())
	for {
		row, err := r.Read()
		if err == io.EOF {
			return all, lines
		}
		require.NoError(t, err)
		cells := row.Strings()
		require.Len(t, cells, row.Len())
		for i, c := range cells {
			require.Equal(t, c, string(row.Bytes(i)))
		}
		all, lines = append(all, cells), append(lines, row.Line)
	}
}

// Each line is read as UTF-8 if it is that, and as Windows-1252 if not.
func TestDetect(t *testing.T) {
	all, lines := rows(t, "C\xf4te d'Ivoire\t5\nCôte d’Ivoire\t6\n\nC\xf4te d\x92Ivoire\t\"7\t\xbd\nunit\"\nlast\t", '\t')
	require.Equal(t, [][]string{{"Côte d'Ivoire", "5"}, {"Côte d’Ivoire", "6"}, {"Côte d’Ivoire", "7\t½\nunit"}, {"last", ""}}, all)
	require.Equal(t, []int{1, 2, 4, 6}, lines)
}

// A reader never panics, never ends early without an error, and gives back what a writer of RFC 4180 wrote.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,\"b\"\"c\nd\",e\r\n", "\"a\nb", "a\"b,c\n", "\xff\xfe,\n", "a,\rb\n", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := delimited.NewReader(bufio.NewReaderSize(strings.NewReader(text), 16), ',', delimited.Detect())
		var again strings.Builder
		var want [][]string
		for n := 0; ; n++ {
			require.LessOrEqual(t, n, len(text)+1)
			row, err := r.Read()
			var bad *delimited.ShapeError
			if errors.As(err, &bad) {
				continue
			}
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
				break
			}
			cells := row.Strings()
			want = append(want, cells)
			for i, c := range cells {
				if i > 0 {
					again.WriteByte(',')
				}
				again.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
			}
			again.WriteByte('\n')
		}
		got, _ := rows(t, again.String(), ',')
		if !strings.Contains(text, "\r") && utf8.ValidString(again.String()) { // a line end inside quotes is read as LF
			require.Equal(t, want, got)
		}
	})
}

// A file whose lines end in carriage returns alone is one line; what is wrong with it is said, and not that its quotes are.
func TestBareReturns(t *testing.T) {
	for _, text := range []string{"a,b\r1,2\r", "a,b\r\"1\",\"2\"\r", "\"a\",\"b\"\r\"1\",\"2\"\r"} {
		r := delimited.NewReader(bufio.NewReader(strings.NewReader(text)), ',', delimited.Detect())
		_, err := r.Read()
		require.ErrorContains(t, err, "a bare carriage return: save the file with LF or CRLF line ends")
	}
}
