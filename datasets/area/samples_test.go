package area_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/area"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
)

// notAreas are the rows of genuine files whose label is no area of anybody's list: continents, groups, and commodities.
var notAreas = []string{
	// USGS
	"United States and Canada", "World total (rounded) 10", "World total (rounded), natural", "World total (rounded), synthetic",
	// Our World in Data
	"Africa", "Asia", "Europe", "North America", "South America", "Oceania", "High-income countries", "Lower-middle-income countries",
	"Upper-middle-income countries", "NATO members", "Rest of World (EI)", "OECD - All", "OECD - America", "OECD - Europe", "OECD - Pacific",
	"Developing - Africa", "Developing - All", "Developing -Asia", "Developing -Middle East", "Developing -West. Hem.",
}

// tokens are the countries of genuine files as they stand there, raw bytes included.
func tokens(t *testing.T, path, column string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	r.FieldsPerRecord, r.LazyQuotes = -1, true // Comtrade's rows have a field more than the header
	rows, err := r.ReadAll()
	require.NoError(t, err, path)
	at := slices.IndexFunc(rows[0], func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), column) })
	require.GreaterOrEqual(t, at, 0, "%s has no column %s", path, column)
	var out []string
	for _, row := range rows[1:] {
		if strings.TrimSpace(row[at]) != "" {
			out = append(out, row[at])
		}
	}
	require.NotEmpty(t, out, path)
	return out
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, paths, "%s/%s", dir, pattern)
	return paths
}

// resolve requires that every token is an area or known to be none. A remark in parentheses behind a name is for the reader of the
// format to take off: here it is taken off where the name with it is unknown.
func resolve(t *testing.T, p area.Publisher, names []string) map[string]area.Area {
	t.Helper()
	found := map[string]area.Area{}
	for _, name := range names {
		a, err := p.ByName(name)
		if before, _, ok := strings.Cut(name, " ("); err != nil && ok {
			a, err = p.ByName(before)
		}
		if err != nil {
			plain := strings.TrimSpace(strings.ReplaceAll(name, "\u00a0", " "))
			require.Contains(t, notAreas, plain, "%s: %v", p, err)
			continue
		}
		found[name] = a
	}
	return found
}

func TestGenuineUSGS(t *testing.T) {
	for _, dir := range []string{"usgs-mcs-csv-2022-2024", "usgs-mcs-2025", "usgs-mcs-2026"} {
		for _, path := range glob(t, samples.Dir(t, dir), "*.csv") {
			found := resolve(t, area.USGS, tokens(t, path, "Country"))
			for name, a := range found {
				switch {
				case strings.HasPrefix(name, "World"):
					require.Zero(t, a.Code, name)
				case strings.HasPrefix(name, "Other"):
					require.Equal(t, 899, a.Code, name)
				default:
					require.Equal(t, area.Country, a.Kind, name)
				}
				if strings.Contains(name, "Congo") {
					require.Equal(t, "Congo (Kinshasa)", name)
					require.EqualValues(t, "COD", a.Place)
				}
			}
		}
	}
}

// BGS gives three letters as well, so the name is checked against them.
func TestGenuineBGS(t *testing.T) {
	for _, path := range glob(t, samples.Dir(t, "bgs-csv"), "*.csv") {
		names, letters := tokens(t, path, "country_trans"), columnPair(t, path, "country_trans", "country_iso3_code")
		for name, a := range resolve(t, area.BGS, names) {
			if letters[name] == "" {
				require.Equal(t, "Rhodesia", name, "the only one without letters")
				continue
			}
			byLetters, err := area.ByAlpha(letters[name])
			switch name {
			case "German Federal Republic": // BGS gives it the letters of today
				require.Equal(t, 280, a.Code)
			case "Yugoslavia": // two states had the letters YUG
				require.Equal(t, []int{890, 891}, candidates(t, err))
				require.Equal(t, 890, a.Code)
			default:
				require.NoError(t, err)
				require.Equal(t, byLetters, a, name)
			}
		}
	}
}

// columnPair maps the cells of one column to those of another in the same row.
func columnPair(t *testing.T, path, from, to string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	require.NoError(t, err)
	i, j := slices.Index(rows[0], from), slices.Index(rows[0], to)
	require.True(t, i >= 0 && j >= 0, "%s: no columns %s and %s", path, from, to)
	out := map[string]string{}
	for _, row := range rows[1:] {
		out[row[i]] = row[j]
	}
	return out
}

func TestGenuineOWID(t *testing.T) {
	for _, path := range glob(t, samples.Dir(t, "owid-grapher"), "*.csv") {
		found := resolve(t, area.OWID, tokens(t, path, "Entity"))
		if strings.Contains(path, "regional") || strings.Contains(path, "revenues-national") {
			continue // no codes
		}
		codes := columnPair(t, path, "Entity", "Code")
		for name, a := range found {
			byCode, err := area.ByAlpha(codes[name])
			require.NoError(t, err, name)
			require.Equal(t, byCode, a, name)
		}
	}
	for _, path := range glob(t, samples.Dir(t, filepath.Join("frictionless", "owid-mineral-production-bgs-2016")), "*.csv") {
		resolve(t, area.OWID, tokens(t, path, "Entity"))
	}
}

// Codes, letters and names of BACI's country table agree with this one, its double encoding included.
func TestGenuineBACI(t *testing.T) {
	path := filepath.Join(samples.Dir(t, "baci"), "country_codes_V202501.csv")
	codes, letters := columnPair(t, path, "country_code", "country_name"), columnPair(t, path, "country_code", "country_iso3")
	require.Len(t, codes, 238)
	for code, name := range codes {
		n, err := strconv.Atoi(code)
		require.NoError(t, err)
		byCode, err := area.ByCode(n)
		require.NoError(t, err)
		byName, err := area.BACI.ByName(name)
		require.NoError(t, err)
		require.Equal(t, byCode, byName)
		require.Equal(t, letters[code], byCode.Alpha, name)
	}
}

func TestGenuineComtradeWeb(t *testing.T) {
	for _, path := range glob(t, samples.Dir(t, "comtrade-web-csv"), "*.csv") {
		for _, side := range []string{"reporter", "partner"} {
			names, letters := columnPair(t, path, side+"Code", side+"Desc"), columnPair(t, path, side+"Code", side+"ISO")
			for code, name := range names {
				n, err := strconv.Atoi(code)
				require.NoError(t, err)
				byCode, err := area.ByCode(n)
				require.NoError(t, err)
				byName, err := area.Comtrade.ByName(name) // as the bytes stand there, Windows-1252
				require.NoError(t, err)
				require.Equal(t, byCode, byName)
				require.Equal(t, strings.TrimSpace(letters[code]), byCode.Alpha, name)
			}
		}
	}
}

// The reporter list: codes, names, letters and years.
func TestGenuineReporters(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(samples.Dir(t, "comtrade-reference-json"), "Reporters.json"))
	require.NoError(t, err)
	var list struct {
		Results []struct {
			ID                                   int
			Text, ReporterNote                   string
			ReporterCodeIsoAlpha3                string
			EntryEffectiveDate, EntryExpiredDate string
			IsGroup                              bool
		}
	}
	require.NoError(t, json.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &list))
	require.Len(t, list.Results, 255)
	for _, r := range list.Results {
		byCode, err := area.ByCode(r.ID)
		require.NoError(t, err)
		byName, err := area.Comtrade.ByName(r.Text)
		require.NoError(t, err)
		require.Equal(t, byCode, byName)
		if r.ReporterNote != "" {
			byNote, err := area.Comtrade.ByName(r.ReporterNote)
			require.NoError(t, err)
			require.Equal(t, byCode, byNote)
		}
		require.Equal(t, strings.TrimSpace(r.ReporterCodeIsoAlpha3), byCode.Alpha, r.Text)
		if r.IsGroup {
			require.Empty(t, byCode.Place, r.Text)
		}
		if from := r.EntryEffectiveDate[:4]; from == "1900" {
			require.Zero(t, byCode.From, r.Text)
		} else {
			require.Equal(t, from, strconv.Itoa(byCode.From), r.Text)
		}
		if r.EntryExpiredDate == "" {
			require.Zero(t, byCode.To, r.Text)
		} else {
			require.Equal(t, r.EntryExpiredDate[:4], strconv.Itoa(byCode.To), r.Text)
		}
	}
}

func TestGenuineEITI(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(samples.Dir(t, "eiti-json"), "2017-03", "implementing_country.json"))
	require.NoError(t, err)
	var list struct {
		Data []struct{ Label, ISO3 string }
	}
	require.NoError(t, json.Unmarshal(content, &list))
	require.Len(t, list.Data, 58)
	for _, c := range list.Data {
		a, err := area.EITI.ByName(c.Label)
		require.NoError(t, err)
		require.EqualValues(t, c.ISO3, a.Place, c.Label)
	}
}

// World Mining Data: a country a row, in every sheet that has a column Country.
func TestGenuineWMD(t *testing.T) {
	for _, path := range glob(t, samples.Dir(t, "wmd-xlsx"), "*.xlsx") {
		names := countryColumns(t, path)
		require.Greater(t, len(names), 150, path)
		for name, a := range resolve(t, area.WMD, names) {
			if name == "Total" {
				require.Zero(t, a.Code)
				continue
			}
			if name == "Kosovo" {
				require.Empty(t, a.Place)
				continue
			}
			require.Equal(t, area.Country, a.Kind, name)
		}
	}
}

// countryColumns are the texts below a header Country in a workbook.
func countryColumns(t *testing.T, path string) []string {
	t.Helper()
	book, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer book.Close()
	decode := func(f *zip.File, into any) {
		r, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.NoError(t, xml.Unmarshal(content, into))
	}
	var shared struct {
		SI []struct {
			T []string `xml:"t"`
			R []string `xml:"r>t"`
		} `xml:"si"`
	}
	for _, f := range book.File {
		if f.Name == "xl/sharedStrings.xml" {
			decode(f, &shared)
		}
	}
	var out []string
	for _, f := range book.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			continue
		}
		var sheet struct {
			Cells []struct {
				At   string `xml:"r,attr"`
				Type string `xml:"t,attr"`
				V    string `xml:"v"`
			} `xml:"sheetData>row>c"`
		}
		decode(f, &sheet)
		column := ""
		for _, c := range sheet.Cells {
			if c.Type != "s" {
				continue
			}
			i, err := strconv.Atoi(c.V)
			require.NoError(t, err)
			s := strings.Join(append(shared.SI[i].T, shared.SI[i].R...), "")
			switch at := strings.TrimRight(c.At, "0123456789"); {
			case s == "Country":
				column = at
			case at == column:
				out = append(out, s)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
