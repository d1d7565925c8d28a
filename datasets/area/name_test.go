package area_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/flows"
)

var everybody = area.Publisher("")

var publishers = []area.Publisher{everybody, area.Comtrade, area.BACI, area.USGS, area.BGS, area.WMD, area.OWID, area.EITI, "somebody"}

// Spellings, with what differs from the table's own.
func TestByName(t *testing.T) {
	for name, want := range map[string]flows.Place{
		"Rwanda": "RWA", "RWANDA": "RWA", "  Rwanda ": "RWA", "Rwanda\u00a0": "RWA",
		"Côte d'Ivoire": "CIV", "Côte d’Ivoire": "CIV", "Cote d'Ivoire": "CIV", "COTE D'IVOIRE": "CIV", "Côte d`Ivoire": "CIV", "Côte d´Ivoire": "CIV",
		"Cote dIvoire": "CIV", "Cote d Ivoire": "CIV", "Côte-d'Ivoire": "CIV", "Ivory Coast": "CIV", "Republic of Côte d'Ivoire": "CIV",
		"Co\u0302te d'Ivoire":                "CIV", // the accent behind its letter
		"CÃ´te d'Ivoire":                     "CIV", // UTF-8 encoded twice, as in BACI's country table
		"CÃ´te dâ€™Ivoire":                   "CIV",
		"RÃ©publique dÃ©mocratique du Congo": "COD",
		"C\xf4te d'Ivoire":                   "CIV", // Windows-1252, as in Comtrade's web downloads
		"C\xf4te d\x92Ivoire":                "CIV", // and in USGS' file of 2026
		"Turkey":                             "TUR",
		"Türkiye":                            "TUR",
		"Turkiye":                            "TUR",
		"TÃ¼rkiye":                           "TUR",
		"TÜRKİYE":                            "TUR",
		"CuraÃ§ao":                           "CUW",
		"Saint BarthÃ©lemy":                  "BLM",
		"Ã…land Islands":                     "ALA",
		"Sao Tome and Principe":              "STP", "São Tomé & Príncipe": "STP",
		"Swaziland": "SWZ", "Eswatini": "SWZ", "the Kingdom of Eswatini": "SWZ",
		"Cabo Verde": "CPV", "Cape Verde": "CPV",
		"Burma": "MMR", "Myanmar": "MMR",
		"UAE": "ARE", "U.A.E.": "ARE", "United Arab Emirates (the)": "ARE",
		"Tanzania, United Rep. of": "TZA", "United Rep. of Tanzania": "TZA", "Tanzania": "TZA", "United Republic of Tanzania (the)": "TZA",
		"Korea, Republic of": "KOR", "Rep. of Korea": "KOR", "Korea (Rep. of)": "KOR", "Korea, South": "KOR", "South Korea": "KOR", "Korea, Rep.": "KOR",
		"Korea, North": "PRK", "Korea, Dem. P.R. of": "PRK", "Dem. People's Rep. of Korea": "PRK", "Korea, Dem. People’s Rep.": "PRK", "D.P.R.K.": "PRK",
		"St. Lucia": "LCA", "Saint Lucia": "LCA", "St Vincent & the Grenadines": "VCT", "Sint Maarten (Dutch part)": "SXM",
		"Cayman Isds": "CYM", "Cayman Islands": "CYM", "Marshall Islands (the)": "MHL", "Christmas Island": "CXR",
		"Bosnia-Herzegovina": "BIH", "Bosnia and Herzegovina": "BIH",
		"Gambia, The": "GMB", "The Bahamas": "BHS", "Holy See (the) *": "VAT", "Niue **": "NIU",
		"Hong Kong, China": "HKG", "China, Hong Kong SAR": "HKG", "United\u00a0States": "USA", "United States of America": "USA", "U.S.": "USA", "USA": "USA",
		"Lao People's Dem. Rep.": "LAO", "Lao Peoples Democratic Republic": "LAO", "Russia ": "RUS", "Viet Nam": "VNM", "Vietnam": "VNM",
		"Czech Republic": "CZE", "Macedonia": "MKD", "Taiwan": "TWN", "Monaco": "MCO", "Timor-Leste": "TLS", "Kyrgyz Republic": "KGZ",
		"Guinea (Conakry)": "GIN", "Guinea-Bissau": "GNB", "Guinea Bissau": "GNB", "Equatorial Guinea": "GNQ", "Guinea, Equatorial": "GNQ", "Papua New Guinea": "PNG",
		"Niger": "NER", "Nigeria": "NGA", "Dominica": "DMA", "Dominican Rep.": "DOM", "Sudan": "SDN", "South Sudan": "SSD", "Sudan, South": "SSD",
		"Soviet Union": "ARM+AZE+BLR+EST+GEO+KAZ+KGZ+LTU+LVA+MDA+RUS+TJK+TKM+UKR+UZB", "Former Sudan": "SDN+SSD", "Belgium-Luxembourg": "BEL+LUX",
	} {
		for _, p := range publishers {
			a, err := p.ByName(name)
			require.NoError(t, err, name)
			require.Equal(t, want, a.Place, "%s of %q", name, p)
		}
	}
}

// Two areas bear the name.
func TestAmbiguousNames(t *testing.T) {
	for name, want := range map[string][]int{
		"Congo": {178, 180}, "the Congo": {178, 180}, "CONGO": {178, 180},
		"Guinea": {226, 324, 598, 624}, "Korea": {408, 410}, "Virgin Islands": {92, 850}, "St. Martin": {534, 663},
		"Yugoslavia": {890, 891}, "Rhodesia": {716, 717},
	} {
		_, err := area.ByName(name)
		require.Equal(t, want, candidates(t, err), name)
	}
	_, err := area.ByName("Congo")
	require.EqualError(t, err, `"Congo" can be Congo (Brazzaville) (178) or Dem. Rep. of the Congo (180); write which`)

	for _, c := range []struct {
		name string
		code int
		by   []area.Publisher // those who mean it; all others are refused
	}{
		{"Congo", 178, []area.Publisher{area.Comtrade, area.BACI, area.BGS, area.OWID}},
		{"Guinea", 324, []area.Publisher{area.Comtrade, area.BACI, area.USGS, area.BGS, area.WMD, area.OWID, area.EITI}},
		{"Yugoslavia", 890, []area.Publisher{area.BGS}},
		{"Rhodesia", 716, []area.Publisher{area.BGS}},
		{"Korea", 0, nil},
	} {
		for _, p := range publishers {
			a, err := p.ByName(c.name)
			if !contains(c.by, p) {
				candidates(t, err)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, c.code, a.Code, "%s of %s", c.name, p)
		}
	}
}

func contains(all []area.Publisher, p area.Publisher) bool {
	for _, q := range all {
		if p == q {
			return true
		}
	}
	return false
}

func TestAggregates(t *testing.T) {
	for _, c := range []struct {
		p    area.Publisher
		name string
		code int
	}{
		{everybody, "World", 0}, {area.USGS, "World total (rounded)", 0}, {area.USGS, "World total", 0}, {area.WMD, "Total", 0},
		{area.USGS, "Other countries", 899}, {area.USGS, "Other Countries", 899}, {area.USGS, "Other", 899},
		{everybody, "Other Asia, nes", 490}, {everybody, "Other Asia, not elsewhere specified", 490}, {everybody, "Areas, nes", 899},
		{everybody, "Europe EU, nes", 492}, {everybody, "European Union", 97}, {everybody, "Bunkers", 837}, {everybody, "Kosovo", 412},
	} {
		a, err := c.p.ByName(c.name)
		require.NoError(t, err)
		require.Equal(t, c.code, a.Code, c.name)
		require.Empty(t, a.Place)
	}
	for _, name := range []string{"Total", "Other", "Other countries"} {
		_, err := area.ByName(name)
		require.Error(t, err, "%s means nothing without its table", name)
	}
}

// Nothing is guessed.
func TestUnknownNames(t *testing.T) {
	for name, near := range map[string]string{
		"Ruanda": "Rwanda", "Ugand": "Uganda", "Tanzanai": "Tanzania", "Congo (Kinshassa)": "Congo (Kinshasa)",
		"": "", "  ": "", "the": "", "Atlantis": "", "Mars": "Mali", strings.Repeat("Rwanda", 100): "", "China7": "China", "United States and Canada": "",
		"Africa": "", "7": "", "\xff\xfe": "",
	} {
		_, err := area.ByName(name)
		var unknown *area.UnknownError
		require.ErrorAs(t, err, &unknown, name)
		require.ErrorIs(t, err, flows.ErrPlace)
		require.Equal(t, name, unknown.Value)
		if name != "Mars" && name != "Africa" {
			require.Equal(t, near, unknown.Nearest, name)
		}
	}
	_, err := area.ByName("Ruanda")
	require.EqualError(t, err, `unknown area "Ruanda"; did you mean "Rwanda"?`)
	_, err = area.ByName(strings.Repeat("x", 1<<20))
	require.Less(t, len(err.Error()), 200)
}

func FuzzByName(f *testing.F) {
	for _, s := range []string{"Congo", "Congo, D.R.", "Côte d’Ivoire", "CÃ´te dâ€™Ivoire", "C\xf4te", "'s", "d'", "U.S.S.R.", "Korea, Dem. P.R. of", "TÜRKİYE", "Ã", "Â\u00a0", "Congo,\xa0", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		meant := map[int]bool{}
		for _, p := range publishers {
			a, err := p.ByName(name)
			if err == nil {
				meant[a.Code] = true
				again, err := p.ByName(" " + name + "\t")
				require.NoError(t, err)
				require.Equal(t, a, again, "blanks change nothing")
				continue
			}
			require.ErrorIs(t, err, flows.ErrPlace)
			require.NotEmpty(t, err.Error())
		}
		require.False(t, meant[178] && meant[180], "%q is one Congo to one and the other to another", name)
	})
}

func TestIn(t *testing.T) {
	for _, c := range []struct {
		name string
		year int
		want flows.Place
	}{
		{"Sudan", 2008, "SDN+SSD"}, {"Sudan", 2020, "SDN"}, {"Ethiopia", 1990, "ERI+ETH"}, {"Ethiopia", 1993, "ETH"}, {"Rwanda", 1970, "RWA"},
		{"Germany", 1989, "DEU"}, // no former state has its letters as a whole
		{"Czechoslovakia", 2000, "CZE+SVK"},
	} {
		a, err := area.ByName(c.name)
		require.NoError(t, err)
		require.Equal(t, c.want, a.In(c.year).Place, "%s in %d", c.name, c.year)
	}
}
