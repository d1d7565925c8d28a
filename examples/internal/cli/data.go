package cli

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	fs     fs.FS
	prefix string // before the files' names, in messages
}

// format is a publisher's format that -data reads, by the word before the colon.
type format struct {
	name, about string
	source      func(place, *datasets.Stats) datasets.Source
}

func formats() []format {
	return []format{
		{"baci", "yearly files of CEPII's BACI", func(p place, n *datasets.Stats) datasets.Source {
			return baci.Source{FS: p.fs, Name: p.prefix, Stats: n}
		}},
		{"bgs", "World Mineral Statistics of the British Geological Survey, GeoJSON or CSV", func(p place, n *datasets.Stats) datasets.Source {
			return bgs.Source{FS: p.fs, Name: p.prefix, Stats: n}
		}},
		{"comtrade", "UN Comtrade: answers of its API, bulk files, web downloads", func(p place, n *datasets.Stats) datasets.Source {
			return comtrade.Source{FS: p.fs, Name: p.prefix, Stats: n}
		}},
		{"pinksheet", "the World Bank's workbooks of commodity prices", func(p place, n *datasets.Stats) datasets.Source {
			return pinksheet.Source{FS: p.fs, Name: p.prefix, Stats: n}
		}},
		{"usgs", "USGS: world tables of Mineral Commodity Summaries and Minerals Yearbook", func(p place, n *datasets.Stats) datasets.Source {
			return usgs.Source{FS: p.fs, Name: p.prefix, Stats: n}
		}},
		{"wmd", "World Mining Data's workbooks of production by country", func(p place, n *datasets.Stats) datasets.Source {
			return wmd.Source{FS: p.fs, Name: p.prefix, Stats: n}
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
		p, err := s.placeOf(v, path)
		if err != nil {
			return source{}, err
		}
		count := &datasets.Stats{}
		return source{f.source(p, count), v, count}, nil
	}
	return source{}, misuse("-data %s: %s is no format; %s", v, word, wantData())
}

// folder is a data package.
func (s *settings) folder(dir string) (source, error) {
	switch info, err := os.Stat(dir); {
	case err != nil:
		return source{}, fmt.Errorf("-data: %w", err)
	case !info.IsDir():
		return source{}, fmt.Errorf("-data %s: not a folder; want one that holds a datapackage.json", dir)
	}
	return source{Source: datasets.Package{FS: os.DirFS(dir), Name: s.prefix(dir)}}, nil
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
		return place{os.DirFS(path), s.prefix(path)}, nil
	case strings.EqualFold(filepath.Ext(path), ".zip"): // as CEPII ships a revision; it stays open while the program runs
		z, err := zip.OpenReader(path)
		if err != nil {
			return place{}, fmt.Errorf("-data %s: %w", v, err)
		}
		return place{z, s.prefix(path)}, nil
	}
	return place{only{os.DirFS(filepath.Dir(path)), filepath.Base(path)}, s.prefix(filepath.Dir(path))}, nil
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
		}
	}
	return ledger, err
}
