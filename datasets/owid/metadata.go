package owid

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

// mostMetadata is how many bytes metadata may have; those of a chart with fifty columns have some 100,000.
const mostMetadata = 16 << 20

// metadata are what a chart says of itself.
type metadata struct {
	Chart struct {
		Title            string `json:"title"`
		OriginalChartURL string `json:"originalChartUrl"`
	} `json:"chart"`
	Columns        map[string]indicator `json:"columns"`
	DateDownloaded string               `json:"dateDownloaded"`
}

// indicator is what is said of one column.
type indicator struct {
	TitleShort    string `json:"titleShort"`
	ShortName     string `json:"shortName"`
	Unit          string `json:"unit"`
	ShortUnit     string `json:"shortUnit"`
	LastUpdated   string `json:"lastUpdated"`
	CitationShort string `json:"citationShort"`
}

// of finds the indicator of a column by its long name, which is the key, or its short name. The key is the long name also where the table
// has short ones.
func (m *metadata) of(column string) (name string, found indicator, ok bool) {
	if m == nil {
		return "", indicator{}, false
	}
	for key, i := range m.Columns {
		if strings.EqualFold(adapter.Trim(key), column) || i.ShortName != "" && strings.EqualFold(i.ShortName, column) {
			if !ok || key < name {
				name, found, ok = key, i, true
			}
		}
	}
	return name, found, ok
}

// metadata reads those of a table; nil where there are none.
func (r *reader) metadata(f adapter.File) (*metadata, error) {
	if f.FS() == nil {
		if r.Source.Metadata == nil {
			return nil, nil
		}
		return r.parse(r.Source.Metadata)
	}
	base := f.Path
	for _, end := range []string{".gz", ".csv"} {
		if strings.HasSuffix(strings.ToLower(base), end) {
			base = base[:len(base)-len(end)]
		}
	}
	for _, name := range []string{base + ".metadata.json", base + ".metadata.json.gz"} {
		m, err := r.parse(func() (io.ReadCloser, error) { return f.FS().Open(name) })
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return m, nil
	}
	return nil, nil
}

func (r *reader) parse(open func() (io.ReadCloser, error)) (*metadata, error) {
	in, file, err := r.run.Text(adapter.Opened("", open))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return parseMetadata(in)
}

func parseMetadata(in *bufio.Reader) (*metadata, error) {
	text, err := io.ReadAll(io.LimitReader(in, mostMetadata+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > mostMetadata:
		return nil, fmt.Errorf("%w: more than %d bytes: these are no metadata of a chart", datasets.ErrShape, mostMetadata)
	}
	var m metadata
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(text, &m); {
	case errors.As(err, &wrong):
		return nil, fmt.Errorf("%w: %s is not what the metadata of a chart have there", datasets.ErrShape, cmp.Or(wrong.Field, wrong.Value))
	case err != nil:
		return nil, adapter.ExplainJSON(err)
	case m.Columns == nil:
		return nil, fmt.Errorf("%w: no columns: these are no metadata of a chart", datasets.ErrShape)
	}
	return &m, nil
}

var citedYear = regexp.MustCompile(`\((?:[^()]*\D)?((?:19|20)\d\d)\)`)

// date is when the figures were published: the year of the citation where it names one, else what is known.
func (m *metadata) date(i indicator) string {
	year := ""
	for _, c := range citedYear.FindAllStringSubmatch(i.CitationShort, -1) {
		if year != "" && year != c[1] {
			year = ""
			break
		}
		year = c[1]
	}
	all := []string{year, i.LastUpdated}
	if m != nil {
		all = append(all, m.DateDownloaded)
	}
	for _, date := range all {
		if flows.IsDate(date) {
			return date
		}
	}
	return ""
}

// unitOf reads a unit of mass. content reports whether it says that it is of contained metal. Tonnes of something's equivalent are no mass of
// what was mined.
func unitOf(text string) (u adapter.Unit, content, ok bool) {
	word, rest, _ := strings.Cut(strings.ToLower(strings.Join(strings.Fields(text), " ")), " of ")
	if strings.Contains(rest, "equivalent") {
		return u, false, false
	}
	content = strings.Contains(rest, "content") || strings.Contains(rest, "contained")
	if head, tail, bracket := strings.Cut(word, " ("); bracket {
		word = head
		content = content || strings.Contains(tail, "content")
	}
	switch word {
	case "t", "tonnes", "tonne", "metric tons", "metric tonnes", "tons":
		return adapter.Unit{Tonnes: float64(flows.Tonne), Symbol: "t"}, content, true
	case "kg", "kilograms", "kilogram":
		return adapter.Unit{Tonnes: float64(flows.Kilogram), Symbol: "kg"}, content, true
	case "kt", "thousand tonnes", "kilotonnes", "thousand metric tons":
		return adapter.Unit{Tonnes: float64(flows.Kilotonne), Symbol: "kt"}, content, true
	case "mt", "million tonnes", "million metric tons":
		return adapter.Unit{Tonnes: 1e6, Symbol: "Mt"}, content, true
	}
	return u, false, false
}
