package area_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Codes of UN Comtrade that are not the ISO 3166-1 numeric code of the place (UN Comtrade, reporter list; M49).
func TestCodesThatDifferFromISO(t *testing.T) {
	for _, c := range []struct {
		code, iso int
		place     flows.Place
	}{
		{842, 840, "USA"}, {251, 250, "FRA"}, {757, 756, "CHE"}, {699, 356, "IND"}, {579, 578, "NOR"},
		{180, 180, "COD"}, {178, 178, "COG"}, {646, 646, "RWA"}, {800, 800, "UGA"}, {108, 108, "BDI"}, {834, 834, "TZA"},
		{784, 784, "ARE"}, {156, 156, "CHN"}, {344, 344, "HKG"}, {764, 764, "THA"}, {458, 458, "MYS"}, {158, 158, "TWN"},
		{380, 380, "ITA"}, {381, 380, "ITA"}, // the second in Comtrade's lists before API v1
	} {
		a, err := area.ByCode(c.code)
		require.NoError(t, err)
		require.Equal(t, area.Country, a.Kind, a)
		require.Equal(t, c.place, a.Place)
		require.Equal(t, c.iso, a.ISO, a)
		byISO, err := area.ByCode(c.iso)
		require.NoError(t, err, "a file that has the ISO number in place of Comtrade's")
		require.Equal(t, c.place, byISO.Place)
	}
}

// Dated entries of UN Comtrade's reporter list, and what became of them (ISO 3166-3).
func TestDatedCodes(t *testing.T) {
	for _, c := range []struct {
		code, from, to int
		kind           area.Kind
		part           bool
		place          flows.Place
	}{
		{841, 0, 1980, area.Country, false, "USA"},
		{842, 1981, 0, area.Country, false, "USA"},
		{356, 0, 1974, area.Country, false, "IND"},
		{699, 1975, 0, area.Country, false, "IND"},
		{729, 2011, 0, area.Country, false, "SDN"},
		{736, 0, 2011, area.Former, false, "SDN+SSD"},
		{58, 0, 1998, area.Former, false, "BEL+LUX"},
		{200, 0, 1992, area.Former, false, "CZE+SVK"},
		{230, 1976, 1992, area.Former, false, "ERI+ETH"},
		{231, 1993, 0, area.Country, false, "ETH"},
		{530, 1986, 2010, area.Former, false, "BES+CUW+SXM"},
		{588, 0, 1971, area.Former, false, "BGD+PAK"},
		{711, 0, 1999, area.Former, false, "BWA+LSO+NAM+SWZ+ZAF"},
		{717, 0, 1964, area.Former, false, "MWI+ZMB+ZWE"},
		{810, 0, 1990, area.Former, false, "ARM+AZE+BLR+EST+GEO+KAZ+KGZ+LTU+LVA+MDA+RUS+TJK+TKM+UKR+UZB"},
		{890, 0, 1991, area.Former, false, "BIH+HRV+MKD+MNE+SRB+SVN"},
		{891, 1992, 2006, area.Former, false, "MNE+SRB"},
		{278, 0, 1990, area.Former, true, "DEU"},
		{280, 0, 1990, area.Former, true, "DEU"},
		{720, 0, 1990, area.Former, true, "YEM"},
		{886, 0, 1990, area.Former, true, "YEM"},
	} {
		a, err := area.ByCode(c.code)
		require.NoError(t, err)
		require.Equal(t, c.kind, a.Kind, a)
		require.Equal(t, c.place, a.Place, a)
		require.Equal(t, []any{c.part, c.from, c.to}, []any{a.Part, a.From, a.To}, a)
		require.Equal(t, c.to == 0, a.Holds(2024), a)
		require.Equal(t, c.from == 0, a.Holds(1960), a)
	}
	sudan, err := area.ByCode(736)
	require.NoError(t, err)
	require.True(t, sudan.Holds(2011) && !sudan.Holds(2012))
}

// What is no place: residuals, groups, and an area without an ISO code.
func TestNoPlace(t *testing.T) {
	for _, c := range []struct {
		code  int
		alpha string
		name  string
		kind  area.Kind
	}{
		{0, "W00", "World", area.Residual},
		{490, "S19", "Other Asia, nes", area.Residual},
		{577, "F19", "Other Africa, nes", area.Residual},
		{568, "E19", "Other Europe, nes", area.Residual},
		{636, "A79", "Rest of America, nes", area.Residual},
		{473, "A79", "LAIA, nes", area.Residual},
		{637, "A59", "North America and Central America, nes", area.Residual},
		{697, "R20", "Europe EFTA, nes", area.Residual},
		{492, "MCO", "Europe EU, nes", area.Residual}, // ISO's number and letters for Monaco
		{837, "X1", "Bunkers", area.Residual},
		{838, "X2", "Free Zones", area.Residual},
		{839, "XX", "Special Categories", area.Residual},
		{899, "_X", "Areas, nes", area.Residual},
		{412, "_KS", "Kosovo", area.Residual},
		{97, "EUR", "European Union", area.Group},
		{975, "R4", "ASEAN", area.Group},
	} {
		a, err := area.ByCode(c.code)
		require.NoError(t, err)
		require.Equal(t, c.kind, a.Kind, a)
		require.Equal(t, c.alpha, a.Alpha, a)
		require.Equal(t, c.name, a.Name)
		require.Empty(t, a.Place, "%s is no place", a)
		require.Zero(t, a.ISO)
	}
}

func TestUnknownCode(t *testing.T) {
	for _, code := range []int{-1, 1, 999, 1 << 40} {
		_, err := area.ByCode(code)
		var unknown *area.UnknownError
		require.ErrorAs(t, err, &unknown)
		require.ErrorIs(t, err, flows.ErrPlace)
		require.ErrorContains(t, err, "unknown UN Comtrade code \""+fmt.Sprint(code)+"\"")
	}
}

func TestByAlpha(t *testing.T) {
	for letters, want := range map[string]int{
		"RWA": 646, " cod ": 180, "COG": 178, "USA": 842, "FRA": 251, "CHE": 757, "IND": 699, "NOR": 579, "ITA": 380, "TWN": 158, "S19": 490, "W00": 0, "_X": 899,
		// Shared by an area of today and one before it.
		"BEL": 56, "DEU": 276, "SDN": 729, "ETH": 231, "YEM": 887, "VNM": 704, "PAK": 586, "PAN": 591, "KNA": 659,
		// ISO's letters for Monaco, which Comtrade gives to a residual.
		"MCO": -1,
		// No more in use (ISO 3166-3); ROM until 2002.
		"ZAR": 180, "ROM": 642, "TMP": 626, "BUR": 104, "HVO": 854, "DHY": 204, "RHO": 716, "SUN": 810, "CSK": 200, "DDR": 278, "SCG": 891,
		"WLD": 0, "OWID_WRL": 0, "OWID_CZS": 200, "OWID_KOS": 412,
	} {
		a, err := area.ByAlpha(letters)
		require.NoError(t, err, letters)
		require.Equal(t, want, a.Code, letters)
	}
	for letters, want := range map[string][]int{"A79": {473, 636}, "ANT": {530, 532}, "YUG": {890, 891}} {
		_, err := area.ByAlpha(letters)
		require.Equal(t, want, candidates(t, err), letters)
	}
	for _, letters := range []string{"", " ", "ZZZ", "RW", "RWAN"} {
		_, err := area.ByAlpha(letters)
		var unknown *area.UnknownError
		require.ErrorAs(t, err, &unknown, letters)
	}
}

// candidates are the codes of an AmbiguousError.
func candidates(t *testing.T, err error) []int {
	t.Helper()
	var ambiguous *area.AmbiguousError
	require.ErrorAs(t, err, &ambiguous)
	require.ErrorIs(t, err, flows.ErrPlace)
	var codes []int
	for _, a := range ambiguous.Candidates {
		codes = append(codes, a.Code)
	}
	return codes
}

// The table as a whole: one area a code, one name an area, every country's letters its own.
func TestTable(t *testing.T) {
	seen, names, places := map[int]bool{}, map[string]bool{}, map[flows.Place]bool{}
	all := area.All()
	require.Greater(t, len(all), 300)
	require.True(t, slices.IsSortedFunc(all, func(a, b area.Area) int { return a.Code - b.Code }))
	for _, a := range all {
		require.False(t, seen[a.Code], "code %d twice", a.Code)
		require.False(t, names[a.Name], "name %s twice", a.Name)
		seen[a.Code], names[a.Name] = true, true

		again, err := area.ByName(a.Name)
		require.NoError(t, err)
		require.Equal(t, a, again, "a name leads back to its area")
		if a.Code >= 0 {
			again, err = area.ByCode(a.Code)
			require.NoError(t, err)
			require.Equal(t, a, again)
		}

		switch a.Kind {
		case area.Country:
			require.Equal(t, a.Alpha, string(a.Place), a)
			require.NotZero(t, a.ISO, a)
			require.False(t, a.Part, a)
			usual, err := area.ByAlpha(a.Alpha)
			require.NoError(t, err)
			require.Equal(t, a.Place, usual.Place)
			places[a.Place] = true
		case area.Former:
			require.NotEmpty(t, a.Place, a)
			require.Equal(t, flows.Union(a.Place), a.Place, "sorted and without repeats")
			require.Equal(t, a.Part, !a.Place.IsUnion(), "%s: what has one successor was a part of it", a)
		case area.Residual, area.Group:
			require.Empty(t, a.Place, a)
		default:
			require.Fail(t, "no kind", "%s", a)
		}
		require.True(t, a.To == 0 || a.From <= a.To, a)
	}
	require.Len(t, places, 249, "every officially assigned code of ISO 3166-1")
}

// Every place is one that a ledger takes.
func TestPlacesAreThoseOfFlows(t *testing.T) {
	origin := &flows.Origin{ID: "test", Producer: "test", Published: "2024"}
	var records []flows.Record
	for _, a := range area.All() {
		if a.Kind == area.Country || a.Kind == area.Former {
			records = append(records, flows.Claim{
				Flow:    flows.Flow{Mineral: flows.Gold, Period: flows.Year(2020), From: flows.Ground, To: a.Place},
				Amount:  flows.Amount{Value: dist.Exactly(1), Basis: flows.Au},
				Origin:  origin,
				Locator: fmt.Sprint(a.Code),
			})
		}
	}
	_, err := flows.NewLedger(slices.Values(records))
	require.NoError(t, err)

	refused := flows.Claim{
		Flow:   flows.Flow{Mineral: flows.Gold, Period: flows.Year(2020), From: flows.Ground, To: "XKX"},
		Amount: flows.Amount{Value: dist.Exactly(1), Basis: flows.Au}, Origin: origin,
	}
	_, err = flows.NewLedger(slices.Values([]flows.Record{refused}))
	require.True(t, errors.Is(err, flows.ErrPlace), "the ledger does look: Kosovo has no ISO code")
}
