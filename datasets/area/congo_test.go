package area_test

import (
	_ "embed"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/area"
)

//go:embed aliases.csv
var aliases string

const (
	brazzaville = 178 // the Republic of the Congo, COG
	kinshasa    = 180 // the Democratic Republic of the Congo, COD
)

// As each publisher writes the two.
func TestTheCongosOfEachPublisher(t *testing.T) {
	for p, names := range map[area.Publisher][2]string{
		area.Comtrade: {"Congo", "Dem. Rep. of the Congo"},
		area.BACI:     {"Congo", "Dem. Rep. of the Congo"},
		area.USGS:     {"Congo (Brazzaville)", "Congo (Kinshasa)"},
		area.BGS:      {"Congo", "Congo, Democratic Republic"}, // with the letters COD for both
		area.WMD:      {"Congo, Rep.", "Congo, D.R."},
		area.OWID:     {"Congo", "Democratic Republic of Congo"},
		area.EITI:     {"Republic of the Congo", "Democratic Republic of Congo"},
	} {
		a, err := p.ByName(names[0])
		require.NoError(t, err)
		require.Equal(t, brazzaville, a.Code, "%s of %s", names[0], p)
		a, err = p.ByName(names[1])
		require.NoError(t, err)
		require.Equal(t, kinshasa, a.Code, "%s of %s", names[1], p)
	}
}

// No spelling of one is the other to anybody, however it is written.
func TestTheCongosAreNeverSwapped(t *testing.T) {
	r := csv.NewReader(strings.NewReader(aliases))
	r.Comment = '#'
	rows, err := r.ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"code", "spelling", "publishers", "source"}, rows[0])

	meant := map[string]int{ // both names of areas.csv, and spellings that no table has
		"Congo (Brazzaville)": brazzaville, "Dem. Rep. of the Congo": kinshasa,
		"Congo, Rep. of": brazzaville, "Congo, the Republic of the": brazzaville, "Republic of Congo": brazzaville, "Rep of Congo": brazzaville,
		"Congo-Brazzaville": brazzaville, "Brazzaville (Congo)": brazzaville, "CONGO REPUBLIC": brazzaville, "Rep. Congo": brazzaville, "Congo Rep": brazzaville,
		"Congo, People's Republic of the": brazzaville,
		"DRC":                             kinshasa, "D.R.C.": kinshasa, "DR Congo": kinshasa, "D.R. Congo": kinshasa, "D. R. Congo": kinshasa, "Congo DR": kinshasa, "Congo, DRC": kinshasa, "Congo (DRC)": kinshasa,
		"Congo, Dem. Rep.": kinshasa, "Congo, Dem.Rep.": kinshasa, "Dem. Rep. Congo": kinshasa, "Democratic Rep. of the Congo": kinshasa, "Congo, Democratic Republic of the": kinshasa,
		"Congo (the Democratic Republic of the)": kinshasa, "Congo (Democratic Republic)": kinshasa, "Republic of the Congo, Democratic": kinshasa, "The Democratic Republic of The Congo": kinshasa,
		"Congo-Kinshasa": kinshasa, "CONGO, KINSHASA": kinshasa, "Democratic Congo": kinshasa, "Congo, Democratic": kinshasa, "Zaïre": kinshasa, "Zaire, Republic of": kinshasa,
		"RDC": kinshasa, "RD Congo": kinshasa, "R.D. Congo": kinshasa, "Congo (RDC)": kinshasa, "République démocratique du Congo": kinshasa,
	}
	of := map[string][]int{} // codes per spelling of aliases.csv
	for _, row := range rows[1:] {
		code, err := strconv.Atoi(row[0])
		require.NoError(t, err)
		of[row[1]] = append(of[row[1]], code)
		for _, p := range strings.Fields(row[2]) {
			require.Contains(t, publishers, area.Publisher(p), "%s: a publisher that the package names", row[1])
		}
	}
	for spelling, codes := range of {
		slices.Sort(codes)
		if codes = slices.Compact(codes); len(codes) == 1 && (codes[0] == brazzaville || codes[0] == kinshasa) {
			meant[spelling] = codes[0]
		}
	}
	require.Greater(t, len(meant), 50)

	for spelling, want := range meant {
		for _, written := range writings(spelling) {
			for _, p := range publishers {
				a, err := p.ByName(written)
				require.NoError(t, err, "%q as %q by %s", spelling, written, p)
				require.Equal(t, want, a.Code, "%q as %q by %s", spelling, written, p)
			}
		}
	}

	// Spellings that tell nothing stay refused, or are the publisher's own Congo: never Kinshasa.
	for _, spelling := range []string{"Congo", "the Congo", "Congo (the)", "CONGO", "congo.", "Congo*"} {
		for _, p := range publishers {
			a, err := p.ByName(spelling)
			if err == nil {
				require.Equal(t, brazzaville, a.Code, "%s of %s", spelling, p)
				require.Contains(t, []area.Publisher{area.Comtrade, area.BACI, area.OWID, area.BGS}, p)
			}
		}
	}
	for _, spelling := range []string{"Congo Free State", "Congos", "Kongo", "Dem. Rep.", "Republic", "Kinshasa and Brazzaville", "Congo (Kinshasa) and Congo (Brazzaville)"} {
		for _, p := range publishers {
			_, err := p.ByName(spelling)
			require.Error(t, err, spelling)
		}
	}
}

// writings are ways in which a file may hold a name: capitals, other blanks, its words reversed.
func writings(name string) []string {
	reversed := strings.Fields(name)
	slices.Reverse(reversed)
	return []string{
		name, strings.ToUpper(name), strings.ToLower(name), "\t" + strings.ReplaceAll(name, " ", "\u00a0") + "  ", strings.ReplaceAll(name, " ", "  "),
		strings.Join(reversed, " "), "The " + name,
	}
}

// Nor are the letters.
func TestLettersOfTheCongos(t *testing.T) {
	for letters, want := range map[string]int{"COD": kinshasa, "ZAR": kinshasa, "COG": brazzaville} {
		a, err := area.ByAlpha(letters)
		require.NoError(t, err)
		require.Equal(t, want, a.Code)
	}
}
