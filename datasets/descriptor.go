package datasets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets/internal/delimited"
	"github.com/mineralflows/mineralflows/flows"
)

const (
	descriptorName = "datapackage.json"
	mostInFile     = 16 << 20 // bytes of a descriptor
)

// descriptor is what the reader takes from a datapackage.json; all else in it is for other programs.
type descriptor struct {
	Name       string            `json:"name"`
	Encoding   string            `json:"encoding"`
	Places     string            `json:"places"`
	Minerals   map[string]string `json:"minerals"`
	Substances []string          `json:"substances"` // further bases, such as an oxide: "Li2O"
	Resources  []resource        `json:"resources"`
}

type resource struct {
	Name     string   `json:"name"`
	Path     pathList `json:"path"`
	Encoding string   `json:"encoding"`
	Dialect  struct {
		Delimiter string `json:"delimiter"`
	} `json:"dialect"`
}

// pathList is one path or several.
type pathList []string

func (p *pathList) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*p = pathList{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return errors.New("path: want a text or a list of texts")
	}
	*p = many
	return nil
}

// readDescriptor returns the descriptor of a package, or everything that is wrong with it.
func readDescriptor(fsys fs.FS, prefix string) (descriptor, []error) {
	refuse := func(line int, format string, args ...any) error {
		return &RowError{Pos: flows.Pos{File: prefix + descriptorName, Line: line}, Err: fmt.Errorf("%w: "+format, append([]any{ErrDescriptor}, args...)...)}
	}
	if fsys == nil {
		return descriptor{}, []error{refuse(0, "the package has no folder: Package.FS is nil")}
	}
	text, err := readAll(fsys, descriptorName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return descriptor{}, []error{refuse(0, "%w: a data package needs a %s beside its tables, which lists them", err, descriptorName)}
	case err != nil:
		return descriptor{}, []error{refuse(0, "%w", err)}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(bytes.TrimSpace(text)) == 0 {
		return descriptor{}, []error{refuse(0, "the file is empty")}
	}
	var d descriptor
	if err := json.Unmarshal(text, &d); err != nil {
		return descriptor{}, []error{refuse(lineOf(text, err), "%w", err)}
	}
	var bad []error
	for _, err := range append(misspelt(text), d.check(fsys)...) {
		bad = append(bad, refuse(0, "%w", err))
	}
	return d, bad
}

// misspelt finds a key of this format that lacks its last letter: it would be passed over, as every key of other programs is, and the
// rows that rest on it would be called bad one by one.
func misspelt(text []byte) []error {
	var all map[string]json.RawMessage
	if json.Unmarshal(text, &all) != nil {
		return nil
	}
	var bad []error
	for _, key := range []string{"minerals", "substances", "resources", "places"} {
		if one := strings.TrimSuffix(key, "s"); all[one] != nil && all[key] == nil {
			bad = append(bad, fmt.Errorf("%q: write %q", one, key))
		}
	}
	return bad
}

func readAll(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostInFile+1))
	if len(b) > mostInFile {
		return nil, fmt.Errorf("the file is larger than %d bytes", mostInFile)
	}
	return b, err
}

// lineOf is the line that an error of package json points at, 0 if it points nowhere.
func lineOf(text []byte, err error) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(-1)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	if at < 0 || at > int64(len(text)) {
		return 0
	}
	return 1 + bytes.Count(text[:at], []byte("\n"))
}

func (d *descriptor) check(fsys fs.FS) []error {
	var bad []error
	refuse := func(format string, args ...any) { bad = append(bad, fmt.Errorf(format, args...)) }
	if d.Places != "" && d.Places != "free" {
		refuse("places: %q; the only word known is \"free\"", d.Places)
	}
	for _, m := range slices.Sorted(maps.Keys(d.Minerals)) {
		if !isName(m) {
			refuse("minerals: %q: write a mineral in lower-case letters, digits and -", m)
		}
		if b := flows.Basis(d.Minerals[m]); !b.Substance() || strings.TrimSpace(string(b)) != string(b) {
			refuse("minerals: %q: %q is no substance to state results in", m, b)
		}
	}
	for _, b := range d.Substances {
		if !flows.Basis(b).Substance() || strings.TrimSpace(b) != b {
			refuse("substances: %q is no substance", b)
		}
	}
	if len(d.Resources) == 0 {
		refuse("it lists no resources: a data package needs at least the table origins and one of claims")
	}
	seen := map[string]bool{}
	for i, r := range d.Resources {
		switch {
		case r.Name == "":
			refuse("resource %d has no name", i+1)
		case !slices.Contains(tableNames(), r.Name):
			refuse("resource %q is no table; %s", r.Name, suggest(r.Name, tableNames()))
		case seen[r.Name]:
			refuse("resource %q is listed twice: list its files in one path", r.Name)
		}
		seen[r.Name] = true
		bad = append(bad, r.check()...)
		if _, err := delimited.DecoderFor(r.encoding(d)); err != nil {
			refuse("resource %q: %w", r.Name, err)
		}
	}
	if len(bad) > 0 {
		return bad
	}
	if !seen["origins"] {
		refuse("%w: no resource is named origins, and every figure has an origin", ErrTable)
	}
	return append(bad, d.unlisted(fsys, seen)...)
}

func (r *resource) check() []error {
	var bad []error
	if len(r.Path) == 0 {
		bad = append(bad, fmt.Errorf("resource %q has no path", r.Name))
	}
	for _, p := range r.Path {
		switch {
		case strings.Contains(p, "://"):
			bad = append(bad, fmt.Errorf("resource %q: path %q: nothing is read from the network; put the file into the folder", r.Name, p))
		case !fs.ValidPath(p) || p == ".":
			bad = append(bad, fmt.Errorf("resource %q: path %q: want a path inside the folder, parts joined by /", r.Name, p))
		}
	}
	if c := r.Dialect.Delimiter; len(c) > 1 || c == `"` || c == "\n" || c == "\r" || c != "" && c[0] >= 0x80 {
		bad = append(bad, fmt.Errorf("resource %q: delimiter %q: want one character", r.Name, c))
	}
	return bad
}

// unlisted finds tables that stand in the folder and would be passed over.
func (d *descriptor) unlisted(fsys fs.FS, listed map[string]bool) []error {
	paths := map[string]bool{}
	for _, r := range d.Resources {
		for _, p := range r.Path {
			paths[path.Clean(p)] = true
		}
	}
	var bad []error
	for _, t := range tableNames() {
		for _, file := range []string{t + ".csv", t + ".csv.gz"} {
			if listed[t] || paths[file] {
				continue
			}
			if _, err := fs.Stat(fsys, file); err == nil {
				bad = append(bad, fmt.Errorf("%w: %s stands in the folder and is no resource: list it or take it away", ErrTable, file))
			}
		}
	}
	return bad
}

func (r *resource) encoding(d *descriptor) string {
	if r.Encoding != "" {
		return r.Encoding
	}
	return d.Encoding
}

func (r *resource) comma() byte {
	if r.Dialect.Delimiter == "" {
		return ','
	}
	return r.Dialect.Delimiter[0]
}

// isName reports whether s is a free name: a lower-case letter, then lower-case letters, digits, - _ and .
func isName(s string) bool {
	for i, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'):
		default:
			return false
		}
	}
	return s != ""
}
