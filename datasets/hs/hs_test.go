package hs_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
	"github.com/mineralflows/mineralflows/flows"
)

var revisions = []hs.Revision{hs.H0, hs.H1, hs.H2, hs.H3, hs.H4, hs.H5, hs.H6}

func all() []hs.Line {
	var out []hs.Line
	for _, c := range flows.Commodities() {
		out = append(out, hs.Lines(c.Mineral)...)
	}
	return out
}

// one is the line of a code in a revision that holds one mineral there.
func one(t *testing.T, code string, r hs.Revision) hs.Line {
	t.Helper()
	found := hs.Find(code, r)
	require.Len(t, found, 1, "%s in %s", code, r)
	return found[0]
}

// The traps of the codes of these minerals, one by one.
func TestTraps(t *testing.T) {
	for _, r := range revisions {
		// Coltan is one code with niobium and vanadium ores: its weight bounds that of tantalum ore.
		coltan := one(t, "261590", r)
		require.Equal(t, []any{flows.Tantalum, hs.Ore, flows.Gross, flows.AtMost, true}, []any{coltan.Mineral, coltan.Form, coltan.Basis, coltan.Bound, coltan.Core})
		require.Contains(t, coltan.Note, "niobium and vanadium")

		// Ores are weighed as shipped, unwrought tin that is not alloyed is tin, an alloy at most.
		require.Equal(t, flows.Gross, one(t, "260900", r).Basis)
		require.Equal(t, flows.Gross, one(t, "261100", r).Basis)
		require.Equal(t, flows.Sn, one(t, "800110", r).Basis)
		alloy := one(t, "800120", r)
		require.Equal(t, []any{flows.Sn, flows.AtMost, true}, []any{alloy.Basis, alloy.Bound, alloy.Core})
		require.Equal(t, hs.Scrap, one(t, "800200", r).Form)

		// Doré stands under 710812, so that no weight of gold is fine; monetary gold is no core; ores of gold stand with those of platinum.
		for _, code := range []string{"710811", "710812", "710813"} {
			l := one(t, code, r)
			require.Equal(t, []any{hs.Metal, flows.Gross, flows.About, true}, []any{l.Form, l.Basis, l.Bound, l.Core})
		}
		require.Contains(t, one(t, "710812", r).Note, "doré")
		monetary := one(t, "710820", r)
		require.Equal(t, hs.Monetary, monetary.Form)
		require.False(t, monetary.Core)
		require.Equal(t, flows.AtMost, one(t, "261690", r).Bound)
		require.Equal(t, flows.AtMost, one(t, "711890", r).Bound)
		require.Equal(t, flows.AtMost, one(t, "711590", r).Bound)

		// Oxides of tantalum and of tin are the rest of one heading.
		oxides := hs.Find("282590", r)
		require.Len(t, oxides, 2)
		for _, l := range oxides {
			require.Equal(t, []any{hs.Oxide, flows.AtMost, false}, []any{l.Form, l.Bound, l.Core})
		}
	}

	// HS 2002 split scrap of tantalum from 810310, and the code with it.
	for _, r := range []hs.Revision{hs.H0, hs.H1} {
		require.Contains(t, one(t, "810310", r).Note, "with waste and scrap")
		require.Equal(t, []string{"261590", "810310"}, hs.Core(flows.Tantalum, r))
		require.Empty(t, hs.Find("810320", r))
		require.Empty(t, hs.Find("810330", r))
		require.Equal(t, hs.Scrap, one(t, "711210", r).Form)
		require.Empty(t, hs.Find("711291", r))
		require.Equal(t, flows.AtMost, one(t, "262090", r).Bound)
		require.Empty(t, hs.Find("262099", r))
	}
	for _, r := range revisions[hs.H2:] {
		require.Empty(t, hs.Find("810310", r))
		require.Equal(t, flows.Ta, one(t, "810320", r).Basis)
		require.Equal(t, hs.Scrap, one(t, "810330", r).Form)
		require.Equal(t, []string{"261590", "810320"}, hs.Core(flows.Tantalum, r))
		require.Empty(t, hs.Find("711210", r))
		require.Equal(t, hs.Scrap, one(t, "711291", r).Form)
		require.Equal(t, flows.AtMost, one(t, "711230", r).Bound)
		require.Empty(t, hs.Find("262090", r))
		require.Equal(t, flows.AtMost, one(t, "262099", r).Bound)
	}

	// HS 2022 split 810390.
	require.Equal(t, hs.Article, one(t, "810390", hs.H5).Form)
	require.Empty(t, hs.Find("810390", hs.H6))
	require.Equal(t, hs.Article, one(t, "810391", hs.H6).Form)
	require.Equal(t, hs.Article, one(t, "810399", hs.H6).Form)
	require.Empty(t, hs.Find("810399", hs.H5))
}

// Asking for tantalum finds all its variants.
func TestCodes(t *testing.T) {
	require.Equal(t, []string{"261590", "262090", "262099", "282590", "810310", "810320", "810330", "810390", "810391", "810399"}, hs.Codes(flows.Tantalum))
	require.Equal(t, []string{"261590", "262090", "282590", "810310", "810390"}, hs.Codes(flows.Tantalum, hs.H0))
	require.Equal(t, []string{"261590", "262099", "282590", "810320", "810330", "810391", "810399"}, hs.Codes(flows.Tantalum, hs.H6))
	require.Equal(t, hs.Codes(flows.Tantalum), hs.Codes(flows.Tantalum, revisions...))
	require.Equal(t, []string{"261590", "810310", "810320"}, hs.Core(flows.Tantalum))
	require.Empty(t, hs.Codes("cobalt"))
	require.Empty(t, hs.Lines("cobalt"))
	require.Empty(t, hs.Find("", hs.H0))
	require.Empty(t, hs.Find("TOTAL", hs.H0))
	require.Empty(t, hs.Find("8103", hs.H5), "a heading of four digits is no code")
}

// What a balance counts is what flows says, and the code that tantalum metal had before 2002.
func TestCoreIsThatOfFlows(t *testing.T) {
	for _, c := range flows.Commodities() {
		want := slices.Clone(c.HS)
		if c.Mineral == flows.Tantalum {
			want = append(want, "810310")
		}
		slices.Sort(want)
		require.Equal(t, want, hs.Core(c.Mineral), c.Mineral)
		for _, l := range hs.Lines(c.Mineral) {
			if l.Core {
				require.Contains(t, []hs.Form{hs.Ore, hs.Metal}, l.Form, l.Code)
				require.Contains(t, []flows.Basis{flows.Gross, c.Substance}, l.Basis, l.Code)
			}
		}
	}
}

func TestTable(t *testing.T) {
	for _, l := range all() {
		require.Regexp(t, `^[0-9]{6}$`, l.Code)
		require.LessOrEqual(t, l.First, l.Last, l.Code)
		require.Contains(t, flows.Bases(), l.Basis, l.Code)
		if l.Form != hs.Metal {
			require.Equal(t, flows.Gross, l.Basis, "%s: only metal is weighed as metal", l.Code)
		}
		for r := l.First; r <= l.Last; r++ {
			require.Contains(t, hs.Find(l.Code, r), l)
		}
	}
	for _, c := range flows.Commodities() {
		lines := hs.Lines(c.Mineral)
		require.True(t, slices.IsSortedFunc(lines, func(a, b hs.Line) int {
			if d := strings.Compare(a.Code, b.Code); d != 0 {
				return d
			}
			return int(a.First - b.First)
		}), c.Mineral)
		for i, l := range lines { // a code means one thing at a time
			for _, k := range lines[i+1:] {
				require.False(t, l.Code == k.Code && l.First <= k.Last && k.First <= l.Last, "%s twice", l.Code)
			}
		}
	}
}

func TestOverlap(t *testing.T) {
	// Two codes of one revision share no goods, so that the core of a mineral can be added.
	for _, r := range revisions {
		for _, c := range flows.Commodities() {
			codes := hs.Core(c.Mineral, r)
			require.NotEmpty(t, codes)
			for i, a := range codes {
				for _, b := range codes[i+1:] {
					require.False(t, hs.Overlap(one(t, a, r), one(t, b, r)), "%s and %s in %s", a, b, r)
				}
			}
		}
	}
	// From the correlation tables of the UN Statistics Division: which codes of an earlier revision hold goods of which of a later one.
	for _, c := range []struct {
		old   string
		in    hs.Revision
		new   string
		since hs.Revision
		want  bool
	}{
		{"810310", hs.H1, "810320", hs.H2, true},
		{"810310", hs.H1, "810330", hs.H2, true},
		{"810310", hs.H1, "810390", hs.H2, false},
		{"711210", hs.H1, "711291", hs.H2, true},
		{"711210", hs.H1, "711230", hs.H2, true},
		{"810191", hs.H1, "810194", hs.H2, true},
		{"810191", hs.H1, "810197", hs.H2, true},
		{"810191", hs.H1, "810196", hs.H2, false},
		{"810193", hs.H1, "810196", hs.H2, true},
		{"810195", hs.H2, "810199", hs.H3, true},
		{"810192", hs.H1, "810199", hs.H3, true}, // by way of 810195
		{"800510", hs.H0, "800700", hs.H3, true}, // by way of 800500
		{"800400", hs.H2, "800700", hs.H3, true},
		{"262090", hs.H1, "262099", hs.H2, true},
		{"810390", hs.H5, "810391", hs.H6, true},
		{"810390", hs.H5, "810399", hs.H6, true},
		{"810310", hs.H0, "810391", hs.H6, false},
		{"810310", hs.H1, "711291", hs.H2, false},
	} {
		a, b := one(t, c.old, c.in), one(t, c.new, c.since)
		require.Equal(t, c.want, hs.Overlap(a, b), "%s and %s", c.old, c.new)
		require.Equal(t, c.want, hs.Overlap(b, a), "%s and %s", c.new, c.old)
	}
	// One weight that holds two minerals is still one weight.
	oxides := hs.Find("282590", hs.H5)
	require.Len(t, oxides, 2)
	require.True(t, hs.Overlap(oxides[0], oxides[1]))
	require.True(t, hs.Overlap(oxides[0], oxides[0]))
}

// Codes of HS 2022 with these metals' names, as the data package harmonized-system lists them.
func TestAgainstHS2022(t *testing.T) {
	for mineral, listed := range map[flows.Mineral][]string{
		flows.Tin:      {"260900", "800110", "800120"},
		flows.Tungsten: {"261100", "810110", "810194", "810196", "810197", "810199"},
		flows.Tantalum: {"261590", "262099", "810320", "810330", "810391", "810399"},
		flows.Gold:     {"710811", "710812", "710813", "710820", "711230", "711291"},
	} {
		require.Subset(t, hs.Codes(mineral, hs.H6), listed, mineral)
	}
}

// Every line of HS 2017 is in CEPII's list of products, and every code of the headings that are all of one mineral is in the table.
func TestGenuineHS2017(t *testing.T) {
	f, err := os.Open(filepath.Join(samples.Dir(t, "baci"), "product_codes_HS17_V202301.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	products := map[string]string{}
	for _, row := range rows[1:] {
		products[row[0]] = strings.ToLower(row[1])
	}
	for _, l := range all() {
		if l.First <= hs.H5 && hs.H5 <= l.Last {
			require.Contains(t, products, l.Code)
		} else if len(hs.Find(l.Code, hs.H5)) == 0 {
			require.NotContains(t, products, l.Code)
		}
	}
	for code, text := range products {
		for _, heading := range []string{"2609", "2611", "7108", "8001", "8002", "8003", "8007", "8101", "8103"} {
			if strings.HasPrefix(code, heading) && len(code) == 6 {
				require.NotEmpty(t, hs.Find(code, hs.H5), "%s %s", code, text)
			}
		}
	}
	require.Contains(t, products["261590"], "vanadium")
	require.Contains(t, products["710812"], "unwrought")
	require.Contains(t, products["810330"], "scrap")
}

func TestParseRevision(t *testing.T) {
	for r, names := range map[hs.Revision][]string{
		hs.H0: {"H0", "h0", "HS92", "HS1992", " H0 "}, hs.H1: {"H1", "HS96"}, hs.H2: {"H2", "HS02", "hs2002"}, hs.H3: {"H3", "HS07"},
		hs.H4: {"H4", "HS12"}, hs.H5: {"H5", "HS17"}, hs.H6: {"H6", "HS22"},
	} {
		for _, name := range names {
			got, err := hs.ParseRevision(name)
			require.NoError(t, err, name)
			require.Equal(t, r, got, name)
		}
		again, err := hs.ParseRevision(r.String())
		require.NoError(t, err)
		require.Equal(t, r, again)
	}
	for _, name := range []string{"", "H7", "H-1", "H", "HS88", "S1", "B4", "5", "H55"} {
		_, err := hs.ParseRevision(name)
		require.ErrorContains(t, err, "unknown revision", name)
	}
	_, err := hs.ParseRevision("HS")
	require.ErrorContains(t, err, "each reporter's own")
	require.Equal(t, 2017, hs.H5.Year())
	require.Zero(t, hs.Revision(9).Year())
}

func FuzzParseRevision(f *testing.F) {
	for _, s := range []string{"H5", "HS17", "HS", "HS2022", "", "H7"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := hs.ParseRevision(s)
		if err != nil {
			return
		}
		require.Contains(t, revisions, r)
		require.True(t, strings.HasPrefix(strings.ToUpper(strings.TrimSpace(s)), "H"))
	})
}
