package baci_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/flows"
)

const yearly = "BACI_HS22_Y2022_V202501.csv"

// One file in every form that it may have come in gives the same claims.
func TestForms(t *testing.T) {
	text := folder(t, "v202501")[yearly]
	want, bad := read(baci.Source{Open: opener(text), Name: yearly}, datasets.Query{})
	require.Empty(t, bad)
	require.Len(t, want, 17)
	other := strings.NewReplacer("t,i,j,k,v,q\n", "Q;V;note;k;J;I;T\n")
	var swapped strings.Builder
	for line := range strings.Lines(text) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), ",")
		if c[0] == "t" {
			swapped.WriteString(other.Replace(line))
			continue
		}
		fmt.Fprintf(&swapped, "%s;%s;x;%q;%s;%s;%s\n", c[5], c[4], c[3], c[2], c[1], c[0])
	}
	for name, form := range map[string]string{
		"packed":             packed(t, text),
		"byte order mark":    "\ufeff" + text,
		"CRLF":               strings.ReplaceAll(text, "\n", "\r\n"),
		"no end":             strings.TrimSuffix(text, "\n"),
		"no blanks":          strings.ReplaceAll(text, " ", ""),
		"upper case, quotes": strings.Replace(text, "t,i,j,k,v,q", `"T","I ","J","K","V", Q`, 1),
		"other order":        swapped.String(),
		"column more":        strings.ReplaceAll(text, "\n", ",x\n"),
		"blanks behind":      strings.ReplaceAll(text, "\n", " \n"),
	} {
		got, bad := read(baci.Source{Open: opener(form), Name: yearly}, datasets.Query{})
		require.Empty(t, bad, name)
		require.Equal(t, want, got, name)
	}
}

// What the name of a file says can be said by the source instead.
func TestNameless(t *testing.T) {
	text := folder(t, "v202501")[yearly]
	want, _ := read(baci.Source{Open: opener(text), Name: yearly}, datasets.Query{})
	got, bad := read(baci.Source{Open: opener(text), Revision: "hs2022", Version: "v202501"}, datasets.Query{})
	require.Empty(t, bad)
	for i := range got {
		require.Equal(t, "input", got[i].Pos.File)
		got[i].Pos.File = yearly
	}
	require.Equal(t, want, got)

	got, bad = read(baci.Source{Open: opener(text), Name: yearly, Version: "V202401b", Published: "2024-04-09"}, datasets.Query{})
	require.Empty(t, bad)
	require.Equal(t, "V202401b", got[0].Origin.Version)
	require.Equal(t, "2024-04-09", got[0].Origin.Published)
	require.Equal(t, "baci-hs22-2022-v202401b", got[0].Origin.ID)

	for says, s := range map[string]baci.Source{
		"input: nothing says in which revision of the Harmonized System the file is":                                 {Open: opener(text), Version: "V202501"},
		"input: nothing says when the file was published: set Published":                                             {Open: opener(text), Revision: "HS22"},
		`unknown word: Revision: unknown revision "HS21" of the Harmonized System`:                                   {Open: opener(text), Revision: "HS21"},
		`unknown word: Lines: code "2609": want six digits`:                                                          {Open: opener(text), Name: yearly, Lines: []hs.Line{{Code: "2609"}}},
		`unknown word: Version "2025": want V202501`:                                                                 {Open: opener(text), Version: "2025"},
		`published: "2025-13": want 2024`:                                                                            {Open: opener(text), Name: "BACI_HS22_Y2022_V202513.csv"},
		"the folder holds no yearly files of BACI in HS17 of version V202501 (named as BACI_HS22_Y2022_V202501.csv)": {FS: os.DirFS("testdata/v202501"), Revision: "HS17", Version: "V202501"},
		`unknown revision "HS21"`:                                                                                    {FS: mapFS(map[string]string{"BACI_HS21_Y2022_V202501.csv": text})},
		"nothing to read: set FS or Open":                                                                            {},
	} {
		_, bad := read(s, datasets.Query{})
		require.Len(t, bad, 1)
		require.ErrorContains(t, bad[0], says)
	}
}

// What cannot be read is an error with its place, not a shorter file.
func TestDamaged(t *testing.T) {
	text := folder(t, "v202501")[yearly]
	cut := packed(t, strings.Repeat(text, 50))
	long := text + strings.Repeat("1", 600_000)
	for says, form := range map[string]string{
		yearly + ":1: bad row: the file is empty":                        "",
		yearly + ":17: bad row: a line of more than 262144 bytes":        long,
		"the gzip file is cut short":                                     cut[:len(cut)/2],
		yearly + ": bad encoding: the file is UTF-16":                    "\xff\xfet\x00",
		yearly + ":1: bad column: no column v, q among t, i, j, k, x, y": "t,i,j,k,x,y\n",
	} {
		_, bad := read(baci.Source{Open: opener(form), Name: yearly}, datasets.Query{})
		require.NotEmpty(t, bad, says)
		require.ErrorContains(t, bad[len(bad)-1], says)
	}
	broken := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(text), failing{io.ErrUnexpectedEOF})), nil
	}
	claims, bad := read(baci.Source{Open: broken, Name: yearly}, datasets.Query{})
	require.Len(t, claims, 17)
	require.Len(t, bad, 1)
	require.ErrorIs(t, bad[0], io.ErrUnexpectedEOF)
	require.ErrorContains(t, bad[0], yearly+":17: ")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A year in two revisions would be counted twice, for what is one code in one is another in the next. Two versions may stand side by side.
func TestRevisions(t *testing.T) {
	text := folder(t, "v202501")[yearly]
	files := mapFS(map[string]string{yearly: text, "BACI_HS92_Y2022_V202501.csv": text, "BACI_HS22_Y2022_V202401.csv": text, "old/" + yearly: text})
	_, bad := read(baci.Source{FS: files}, datasets.Query{})
	require.Len(t, bad, 2)
	require.ErrorContains(t, bad[0], "BACI_HS92_Y2022_V202501.csv: the same claim twice: the trade of 2022 is read in HS22 already (BACI_HS22_Y2022_V202501.csv): set Revision, or it is counted twice")
	require.ErrorContains(t, bad[1], "old/"+yearly+": the same claim twice: V202501 of 2022 is read already")

	claims, bad := read(baci.Source{FS: files, Revision: "HS92"}, datasets.Query{})
	require.Empty(t, bad)
	require.Len(t, claims, 15) // without 810320, which HS 1992 does not have
}

// Only the files of the years that are asked for are opened.
func TestYearsAskedFor(t *testing.T) {
	text := folder(t, "v202501")[yearly]
	files := mapFS(map[string]string{yearly: text, "BACI_HS22_Y2021_V202501.csv": "no table at all"})
	claims, bad := read(baci.Source{FS: files}, datasets.Query{Period: flows.Month(2022, 3)})
	require.Empty(t, bad)
	require.Len(t, claims, 17)
}

// The country table is read for what it says against package area.
func TestCountryTable(t *testing.T) {
	read := func(table string) []error {
		files := folder(t, "v202501")
		files["country_codes_V202501.csv"] = table
		files[yearly] = strings.Replace(files[yearly], "2022,108,784", "2022,997,784", 1)
		_, bad := read(baci.Source{FS: mapFS(files)}, datasets.Query{})
		return bad
	}
	const header = "country_code,country_name,country_iso2,country_iso3\n"
	unknown := yearly + `:3: column i: "997": unknown UN Comtrade code "997"`
	for table, says := range map[string][]string{
		header:                         {unknown},
		header + "997,Atlantis,,ATL\n": {unknown + `: country_codes_V202501.csv calls it "Atlantis"`},
		header + "180,Congo,CG,COG\n":  {`country_codes_V202501.csv:2: column country_iso3: "COG": bad row: code 180 is Dem. Rep. of the Congo`, unknown},
		header + "180,Congo,,\n":       {`country_codes_V202501.csv:2: column country_name: "Congo": bad row: code 180 is Dem. Rep. of the Congo, and this is Congo (Brazzaville)`, unknown},
		header + "384,CÃ´te d'Ivoire,CI,CIV\n516,Namibia,,NAM\n": {unknown},
		"country_code,name\n":        {"country_codes_V202501.csv:1: bad column: want country_code, country_name", unknown},
		header + "x,Atlantis,,ATL\n": {`country_codes_V202501.csv:2: bad row: "x" is no code of a country`, unknown},
		"":                           {"country_codes_V202501.csv:1: bad row: the file is empty", unknown},
	} {
		bad := read(table)
		require.Len(t, bad, len(says), table)
		for i := range says {
			require.ErrorContains(t, bad[i], says[i])
		}
	}
}

// endless is a file that never ends, and that says how much of it was read.
type endless struct {
	block string
	at    int
	read  int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.block[e.at:])
	e.at = (e.at + n) % len(e.block)
	e.read += n
	return n, nil
}
func (e *endless) Close() error { return nil }

// Reading stops when its context is cancelled and when its reader stops, and leaves no goroutine behind.
func TestStops(t *testing.T) {
	_, rows, _ := strings.Cut(folder(t, "v202501")[yearly], "\n")
	before := runtime.NumGoroutine()
	for _, block := range []string{rows, "2022,4,20,080211,1,1\n"} { // with rows to keep and without
		e := &endless{block: block}
		open := func() (io.ReadCloser, error) {
			return struct {
				io.Reader
				io.Closer
			}{io.MultiReader(strings.NewReader("t,i,j,k,v,q\n"), e), e}, nil
		}
		s := baci.Source{Open: open, Name: yearly}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		var last error
		for _, err := range s.Records(ctx, datasets.Query{}) {
			last = err
		}
		cancel()
		require.ErrorIs(t, last, context.DeadlineExceeded)
		if block != rows {
			continue
		}
		e.read = 0
		for range s.Records(context.Background(), datasets.Query{}) {
			break
		}
		require.Less(t, e.read, 16<<20)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "goroutines are left")
}

// A reader that panics takes no goroutine with it either: the loop's body is its own.
func TestPanickingReader(t *testing.T) {
	before := runtime.NumGoroutine()
	require.PanicsWithError(t, "mine", func() {
		for range (baci.Source{FS: os.DirFS("testdata/v202501")}).Records(context.Background(), datasets.Query{}) {
			panic(errors.New("mine"))
		}
	})
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, time.Second, time.Millisecond)
}
