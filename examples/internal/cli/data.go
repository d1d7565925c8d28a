package cli

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/africagold"
	"github.com/mineralflows/mineralflows/datasets/baci"
	"github.com/mineralflows/mineralflows/datasets/bgs"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/pinksheet"
	"github.com/mineralflows/mineralflows/datasets/usgs"
	"github.com/mineralflows/mineralflows/datasets/wmd"
	"github.com/mineralflows/mineralflows/flows"
)

// builtIn is a dataset that -data knows by name.
type builtIn struct {
	name, about string
	data        datasets.Package
}

func builtIns() []builtIn {
	return []builtIn{
		{"greatlakes", "gold, tantalum, tin and tungsten of the African Great Lakes", greatlakes.Package()},
		{"africagold", "the gold that importers record from all of Africa", africagold.Package()},
	}
}

// place is where a publisher's files stand.
type place struct {
	fs        fs.FS
	prefix    string // before the files' names, in messages
	published string // when they were published, as the user says; "": as the files say
}

// format is a publisher's format that -data reads, by the word before the colon.
type format struct {
	name, about string
	source      func(place, *datasets.Stats) datasets.Source
}

func formats() []format {
	return []format{
		{"baci", "yearly files of CEPII's BACI", func(p place, n *datasets.Stats) datasets.Source {
			return baci.Source{FS: p.fs, Name: p.prefix, Published: p.published, Stats: n}
		}},
		{"bgs", "World Mineral Statistics of the British Geological Survey, GeoJSON or CSV", func(p place, n *datasets.Stats) datasets.Source {
			return bgs.Source{FS: p.fs, Name: p.prefix, Published: p.published, Stats: n}
		}},
		{"comtrade", "UN Comtrade: answers of its API, bulk files, web downloads", func(p place, n *datasets.Stats) datasets.Source {
			return comtrade.Source{FS: p.fs, Name: p.prefix, Published: p.published, Stats: n}
		}},
		{"pinksheet", "the World Bank's workbooks of commodity prices", func(p place, n *datasets.Stats) datasets.Source {
			return pinksheet.Source{FS: p.fs, Name: p.prefix, Published: p.published, Stats: n}
		}},
		{"usgs", "USGS: world tables of Mineral Commodity Summaries and Minerals Yearbook", func(p place, n *datasets.Stats) datasets.Source {
			return usgs.Source{FS: p.fs, Name: p.prefix, Published: p.published, Stats: n}
		}},
		{"wmd", "World Mining Data's workbooks of production by country", func(p place, n *datasets.Stats) datasets.Source {
			return wmd.Source{FS: p.fs, Name: p.prefix, Published: p.published, Stats: n}
		}},
	}
}

// wantData says in one line what -data takes.
func wantData() string {
	var names, words []string
	for _, b := range builtIns() {
		names = append(names, b.name)
	}
	for _, f := range formats() {
		words = append(words, f.name+":")
	}
	return fmt.Sprintf("want the folder of a data package, %s, or %s before a folder or file", strings.Join(names, ", "), oneOf(words))
}

// dataUsage lists it, for -help.
func dataUsage() string {
	var b strings.Builder
	line := func(name, about string) { fmt.Fprintf(&b, "  %-18s %s\n", name, about) }
	line("FOLDER", "a data package: CSV tables and the datapackage.json that lists them")
	for _, d := range builtIns() {
		line(d.name, "built in: "+d.about)
	}
	for _, f := range formats() {
		line(f.name+":PLACE", f.about+"; a folder, a file or a zip of files")
	}
	line("...PLACE@DATE", "when these files were published, 2024, 2024-03 or 2024-03-11: of two editions the later speaks. Without it,")
	line("", "what the files say, or else the day on which each was last changed or copied; such files are named")
	return b.String()
}

// source is one source of a run.
type source struct {
	datasets.Source
	label string          // of a publisher's files: "comtrade:DIR"
	count *datasets.Stats // nil for a data package, all of whose rows are kept or refused
}

// sources are the built-in data, or what -data names in their place.
func (s *settings) sources(p Program) ([]source, error) {
	var out []source
	if len(s.data) == 0 {
		for _, d := range p.Data {
			out = append(out, source{Source: d})
		}
	}
	for _, v := range s.data {
		src, err := s.source(v)
		if err != nil {
			return nil, err
		}
		out = append(out, src)
	}
	for _, d := range p.Add {
		out = append(out, source{Source: d})
	}
	return out, nil
}

func (s *settings) source(v string) (source, error) {
	for _, d := range builtIns() {
		if v == d.name {
			return source{Source: d.data}, nil
		}
	}
	word, path, ok := strings.Cut(v, ":")
	if !ok || len(word) == 1 { // one letter is a drive
		return s.folder(v)
	}
	for _, f := range formats() {
		if word != f.name {
			continue
		}
		path, published, err := dated(v, path)
		if err != nil {
			return source{}, err
		}
		p, err := s.placeOf(v, path)
		if err != nil {
			return source{}, err
		}
		p.published = published
		count := &datasets.Stats{}
		return source{f.source(p, count), v, count}, nil
	}
	if word == "owid" {
		return source{}, misuse("-data %s: a chart of Our World in Data does not say who measured nor of what its tonnes are: read it in a program, with owid.Source; here %s", v, wantData())
	}
	return source{}, misuse("-data %s: %s is no format; %s", v, word, wantData())
}

// folder is a data package.
func (s *settings) folder(dir string) (source, error) {
	switch info, err := os.Stat(dir); {
	case err != nil && datedPackage(dir):
		return source{}, misuse("-data %s: @DATE is for publishers' files; a data package says in origins.csv when each origin was published", dir)
	case err != nil:
		return source{}, fmt.Errorf("-data: %w", err)
	case !info.IsDir():
		return source{}, fmt.Errorf("-data %s: not a folder; want one that holds a datapackage.json", dir)
	}
	return source{Source: datasets.Package{FS: os.DirFS(dir), Name: s.prefix(dir)}}, nil
}

// datedPackage reports whether v is a data package with a date behind it.
func datedPackage(v string) bool {
	i := strings.LastIndexByte(v, '@')
	if i < 0 || !flows.IsDate(v[i+1:]) {
		return false
	}
	_, err := os.Stat(v[:i])
	return err == nil || slices.ContainsFunc(builtIns(), func(d builtIn) bool { return d.name == v[:i] })
}

// dated parts PLACE@DATE. A place that exists under the whole name is meant, whatever stands behind its @.
func dated(v, path string) (place, published string, err error) {
	i := strings.LastIndexByte(path, '@')
	if i < 0 {
		return path, "", nil
	}
	if _, err := os.Stat(path); err == nil {
		return path, "", nil
	}
	switch date := path[i+1:]; {
	case strings.ContainsRune(filepath.ToSlash(date), '/'): // of a folder's name
		return path, "", nil
	case !flows.IsDate(date):
		return "", "", misuse("-data %s: want a date behind the @: 2024, 2024-03 or 2024-03-11", v)
	}
	return path[:i], path[i+1:], nil
}

// placeOf finds a publisher's files.
func (s *settings) placeOf(v, path string) (place, error) {
	info, err := os.Stat(path)
	switch {
	case path == "":
		return place{}, misuse("-data %s: want a folder or file behind the colon", v)
	case err != nil:
		return place{}, fmt.Errorf("-data %s: %w", v, err)
	case info.IsDir():
		return place{fs: os.DirFS(path), prefix: s.prefix(path)}, nil
	case strings.EqualFold(filepath.Ext(path), ".zip"): // as CEPII ships a revision; it stays open while the program runs
		z, err := zip.OpenReader(path)
		switch {
		case errors.Is(err, zip.ErrFormat):
			return place{}, fmt.Errorf("-data %s: no zip archive, or one that is cut short: fetch it again (%w)", v, err)
		case err != nil:
			return place{}, fmt.Errorf("-data %s: %w", v, err)
		}
		return place{fs: z, prefix: s.prefix(path)}, nil
	}
	return place{fs: only{os.DirFS(filepath.Dir(path)), filepath.Base(path)}, prefix: s.prefix(filepath.Dir(path))}, nil
}

// prefix is what positions put before the files of a folder: two packages may each have a claims.csv.
func (s *settings) prefix(dir string) string {
	if len(s.data) < 2 {
		return ""
	}
	return filepath.ToSlash(filepath.Clean(dir))
}

// only is a folder of one file.
type only struct {
	fs.FS
	name string
}

func (o only) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(o.FS, name)
	return slices.DeleteFunc(all, func(d fs.DirEntry) bool { return d.Name() != o.name }), err
}

// load reads the sources and says on stderr what became of the rows of publishers' files. Such files hold figures that nobody asked for and no
// rate leads to tonnes: they are set aside. In a package of one's own a missing rate is an error.
func load(ctx context.Context, p Program, s *settings, stderr io.Writer) (*flows.Ledger, error) {
	sources, err := s.sources(p)
	if err != nil {
		return nil, err
	}
	all := make([]datasets.Source, len(sources))
	for i, src := range sources {
		all[i] = src.Source
	}
	ledger, err := datasets.Load(ctx, datasets.Query{}, all...)
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	for _, src := range sources {
		if src.count != nil {
			s.options.SetAside = true
			fmt.Fprintf(stderr, "%s: %s: %s\n", p.Name, src.label, src.count)
			undated(stderr, p.Name, src)
		}
	}
	if errors.Is(err, datasets.ErrUndated) {
		fmt.Fprintf(stderr, "%s: -data PLACE@DATE says when files were published, with the day of the download: -data comtrade:DIR@2025-03-01\n", p.Name)
	}
	return ledger, err
}

// undated names the files that do not say when they were published, with the day that is taken in its place: it decides which of two editions
// speaks, and a copied file looks new.
func undated(stderr io.Writer, program string, src source) {
	const most = 10
	for i, name := range slices.Sorted(maps.Keys(src.count.Undated)) {
		if i == most {
			fmt.Fprintf(stderr, "%s: and %d more files\n", program, len(src.count.Undated)-most)
			break
		}
		fmt.Fprintf(stderr, "%s: %s does not say when it was published; %s, when it was last changed, is taken\n", program, name, src.count.Undated[name])
	}
	if len(src.count.Undated) > 0 {
		fmt.Fprintf(stderr, "%s: a copied file looks new, and of two editions the later speaks: say -data %s@DATE, with the day of the download\n", program, src.label)
	}
}
