package delimited_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
)

// kept reads what is left of a table where only rows with x in a column are wanted.
func kept(text string, column, width int) (rows [][]string, lines []int, passed int, faults int) {
	r := delimited.NewReader(bufio.NewReaderSize(strings.NewReader(text), 16), ',', delimited.Detect())
	r.Want(column, width, func(cell []byte) bool { return string(cell) == "x" })
	for {
		row, err := r.Read()
		passed += r.Passed()
		var bad *delimited.ShapeError
		switch {
		case err == io.EOF:
			return rows, lines, passed, faults
		case errors.As(err, &bad):
			faults++
		case err != nil:
			panic(err)
		default:
			rows, lines = append(rows, row.Strings()), append(lines, row.Line)
		}
	}
}

// Rows that nobody wants are counted, and only them: what is not of sound shape is returned, for somebody to say what is wrong with it.
func TestWant(t *testing.T) {
	rows, lines, passed, faults := kept("a,x,b\na,y,b\r\n\na,y,b,\na,y\n\"a\",y,b\na,y,b,c\na,\"y,b\na,y,b,,\na,y\rz,b\na,x,b", 1, 3)
	require.Equal(t, [][]string{{"a", "x", "b"}, {"a", "y"}, {"a", "y", "b"}, {"a", "y", "b", "c"}}, rows[:4])
	require.Equal(t, []int{1, 5, 6, 7}, lines[:4])
	require.Equal(t, 2, passed) // lines 2 and 4; the quote that line 8 opens is never closed
	require.Equal(t, 1, faults)
}

// A reader that passes over rows gives those that one without a filter gives and the filter keeps.
func FuzzWant(f *testing.F) {
	f.Add("a,x,b\nxxxxxxxxxxxxxxxxxxxxxxxxxx,y,b\n,,\n", uint8(1), uint8(3))
	f.Add("x,\n", uint8(0), uint8(2))
	f.Add(",,,,,,,,,,,,x,\n", uint8(12), uint8(14))
	f.Fuzz(func(t *testing.T, text string, column, width uint8) {
		if int(column) >= int(width) {
			return
		}
		got, _, passed, faults := kept(text, int(column), int(width))
		all := delimited.NewReader(bufio.NewReader(strings.NewReader(text)), ',', delimited.Detect())
		var want [][]string
		rows, wantFaults := 0, 0
		for {
			row, err := all.Read()
			var bad *delimited.ShapeError
			if errors.As(err, &bad) {
				wantFaults++
				continue
			}
			if err != nil {
				break
			}
			rows++
			want = append(want, row.Strings())
		}
		require.Equal(t, rows, len(got)+passed)
		require.Equal(t, wantFaults, faults)
		sound := func(row []string) bool {
			for len(row) > int(width) && row[len(row)-1] == "" {
				row = row[:len(row)-1]
			}
			return len(row) == int(width)
		}
		for _, row := range want { // what is got is want without some sound rows that have no x in the column
			if len(got) > 0 && strings.Join(got[0], "\x00") == strings.Join(row, "\x00") {
				got = got[1:]
				continue
			}
			require.True(t, sound(row) && row[column] != "x" && row[column] != "", "%q", row)
		}
		require.Empty(t, got)
	})
}

func TestAhead(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 200_000)
	for _, r := range []io.Reader{bytes.NewReader(text), iotest.HalfReader(bytes.NewReader(text)), iotest.DataErrReader(bytes.NewReader(text))} {
		a := delimited.Ahead(r)
		got, err := io.ReadAll(a)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, got))
		require.NoError(t, a.Close())
		require.NoError(t, a.Close())
	}

	// An error comes behind the text before it, and again.
	broken := errors.New("broken")
	a := delimited.Ahead(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)))
	for range 2 {
		got, err := io.ReadAll(a)
		require.ErrorIs(t, err, broken)
		require.Contains(t, []string{"abc", ""}, string(got))
	}
	require.NoError(t, a.Close())

	// Closed in the middle, it reads no more.
	var reads int
	a = delimited.Ahead(reader(func(p []byte) (int, error) { reads++; return len(p), nil }))
	_, err := a.Read(make([]byte, 10))
	require.NoError(t, err)
	require.NoError(t, a.Close())
	n := reads
	time.Sleep(10 * time.Millisecond)
	require.Equal(t, n, reads)
	_, err = a.Read(make([]byte, 10))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

type reader func(p []byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }
