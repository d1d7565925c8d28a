package baci_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/flows"
)

// read returns the claims and the errors of a source.
func read(s baci.Source, q datasets.Query) (claims []flows.Claim, bad []error) {
	for r, err := range s.Records(context.Background(), q) {
		if err != nil {
			bad = append(bad, err)
		} else {
			claims = append(claims, r.(flows.Claim))
		}
	}
	return claims, bad
}

func folder(t testing.TB, name string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir("testdata/" + name)
	require.NoError(t, err)
	for _, e := range entries {
		text, err := os.ReadFile("testdata/" + name + "/" + e.Name())
		require.NoError(t, err)
		out[e.Name()] = string(text)
	}
	return out
}

func mapFS(files map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

func opener(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

func TestSource(t *testing.T) {
	for _, name := range []string{"v202501", "v202301"} {
		datasetstest.TestSource(t, baci.Source{FS: os.DirFS("testdata/" + name)})
	}
	datasetstest.TestSource(t, baci.Source{FS: os.DirFS("testdata"), Version: "v202301", Name: "mine"})
}

// Each line of the file, and what becomes of it.
func TestClaims(t *testing.T) {
	var stats datasets.Stats
	claims, bad := read(baci.Source{FS: os.DirFS("testdata/v202501"), Stats: &stats}, datasets.Query{})
	require.Empty(t, bad)
	var got []string
	for _, c := range claims {
		got = append(got, fmt.Sprintf("%d %s: %s %s%s", c.Pos.Line, c.Flow, c.Amount.Text, c.Amount.Basis, map[flows.Bound]string{flows.AtMost: " at most"}[c.Amount.Bound]))
		require.Equal(t, flows.Estimated, c.Evidence)
		require.Empty(t, c.Reporter)
	}
	require.Equal(t, []string{
		"3 gold 2022 BDI>ARE (HS 710812): 0.812 t gross",
		"3 gold 2022 BDI>ARE (HS 710812): 41230.500 k USD",
		"4 tin 2022 COD>CHN (HS 260900): 9120.400 t gross",
		"4 tin 2022 COD>CHN (HS 260900): 151200.125 k USD",
		"7 tantalum 2022 RWA>CHN (HS 261590): 412.600 t gross at most",
		"7 tantalum 2022 RWA>CHN (HS 261590): 20110.750 k USD at most",
		"8 tantalum 2022 RWA>KAZ (HS 261590): 3120.000 k USD at most", // no quantity
		"9 tin 2022 RWA>MYS (HS 260900): 1210.000 t gross",
		"9 tin 2022 RWA>MYS (HS 260900): 24018.332 k USD",
		"10 tungsten 2022 RWA>CHE (HS 261100): 7.450 t gross",
		"10 tungsten 2022 RWA>CHE (HS 261100): 96.120 k USD",
		"12 gold 2022 UGA>ARE (HS 710812): 31.007 t gross",
		"12 gold 2022 UGA>ARE (HS 710812): 1822300.905 k USD",
		"13 gold 2022 UGA>ARE (HS 710813): 0.000 t gross",
		"13 gold 2022 UGA>ARE (HS 710813): 5.250 k USD",
		"14 tantalum 2022 USA>CHN (HS 810320): 9.870 t Ta",
		"14 tantalum 2022 USA>CHN (HS 810320): 3310.000 k USD",
	}, got)
	require.Equal(t, "15 rows: 9 kept, 1 exporter is no place: Other Asia, nes (490), 1 from a place to itself, "+
		"1 importer is no place: Areas, nes (899), 1 importer is no place: Other Asia, nes (490), 2 other commodity", stats.String())

	first := claims[0]
	require.Equal(t, flows.Pos{File: "BACI_HS22_Y2022_V202501.csv", Line: 3}, first.Pos)
	require.Equal(t, "HS 710812 (HS22), exporter 108, importer 784, 2022", first.Locator)
	o := *first.Origin
	require.Contains(t, o.Note, "free on board")
	o.Note, o.URL = "", ""
	require.Equal(t, flows.Origin{ID: "baci-hs22-2022-v202501", Producer: "CEPII", Title: "BACI, HS 2022, year 2022", Version: "V202501", Published: "2025-01",
		License: "Etalab Open Licence 2.0", Complete: []string{"parts"}}, o)
}

// In HS 1992 tantalum is 810310. A former state's flows are its successors', and those of West Germany are not all of Germany's.
func TestFirstRevision(t *testing.T) {
	var stats datasets.Stats
	claims, bad := read(baci.Source{FS: os.DirFS("testdata/v202301"), Stats: &stats}, datasets.Query{})
	require.Empty(t, bad)
	var got []string
	for _, c := range claims {
		got = append(got, fmt.Sprintf("%d %s: %s", c.Pos.Line, c.Flow, c.Amount.Text))
	}
	require.Equal(t, []string{
		"2 tantalum 1998 BEL+LUX>GBR (HS 810310): 1.200 t", "2 tantalum 1998 BEL+LUX>GBR (HS 810310): 120.500 k",
		"4 tantalum 1998 RWA>BEL (HS 261590): 55.000 t", "4 tantalum 1998 RWA>BEL (HS 261590): 510.000 k",
		"5 gold 1998 SDN+SSD>ARE (HS 710812): 0.105 t", "5 gold 1998 SDN+SSD>ARE (HS 710812): 900.250 k",
		"6 tantalum 1998 USA>DEU (HS 810310): 9120.000 k",
	}, got)
	require.Equal(t, "5 rows: 4 kept, 1 exporter is only a part of a place: Fed. Rep. of Germany (...1990) (280)", stats.String())

	// The same rows as a file of HS 2022, where the code means nothing.
	text := folder(t, "v202301")["BACI_HS92_Y1998_V202301.csv"]
	claims, bad = read(baci.Source{Open: opener(text), Revision: "HS22", Version: "V202301"}, datasets.Query{Minerals: []flows.Mineral{flows.Tantalum}})
	require.Empty(t, bad)
	require.Len(t, claims, 2)
	require.Equal(t, "HS 261590", claims[0].Part)
}

func TestBadRows(t *testing.T) {
	s := baci.Source{FS: os.DirFS("testdata/bad")}
	var want []flows.Pos
	for line := 3; line <= 19; line++ {
		if line != 9 && line != 16 { // an empty line, and one that is right
			want = append(want, flows.Pos{File: "BACI_HS22_Y2022_V202501.csv", Line: line})
		}
	}
	datasetstest.TestBadRows(t, s, want...)
	_, bad := read(s, datasets.Query{Minerals: []flows.Mineral{"nothing"}}) // whatever is asked for
	require.Len(t, bad, len(want))
	for i, says := range []string{
		`:3: column k: "80211": bad row: five digits: a tool read the column as a number and lost the zero in front; have it read k as text`,
		`:4: column v: "        0.000": bad row: a flow of nothing, and BACI lists strictly positive flows only`,
		`:5: column v: "           NA": bad row: not a number: write 1200 or 1.2, with a point and no comma (and NA for no quantity)`,
		`:6: column v: "       -3.114": bad row: negative, and BACI lists strictly positive flows only`,
		`:7: column q: "       -0.500": bad row: negative`,
		`:8: column q: "           na": bad row: not a number`,
		`:10: column t: "2021": bad row: the file's name says 2022`,
		`:11: column i: "AFG": bad row: want a whole number, the country's code in CEPII's country table`,
		`:12: column j: "": bad row: want a whole number`,
		`:13: column k: "08021x": bad row: want six digits of the Harmonized System`,
		`:14: bad row: 5 cells where the header has 6`,
		`:15: bad row: 8 cells where the header has 6`,
		`:17: column j: "997": unknown UN Comtrade code "997"`,
		`:18: column i: "998": unknown UN Comtrade code "998"`,
		`:19: bad row: 1 cells where the header has 6`,
	} {
		require.ErrorContains(t, bad[i], says)
	}
}

// A file that is not one of BACI is not read to its end.
func TestTooManyBadRows(t *testing.T) {
	for _, header := range []string{"t,i,j,k,v,q\n", "i,t,j,k,v,q\n"} {
		var stats datasets.Stats
		s := baci.Source{Open: opener(header + strings.Repeat("x\n", 300_000)), Name: "BACI_HS22_Y2022_V202501.csv", Stats: &stats}
		_, bad := read(s, datasets.Query{})
		require.Len(t, bad, 1001)
		require.ErrorContains(t, bad[1000], "BACI_HS22_Y2022_V202501.csv:1001: 1000 bad rows: the rest of the file is not read")
		require.Equal(t, "1000 rows: 0 kept, 1000 bad", stats.String())
	}
}
