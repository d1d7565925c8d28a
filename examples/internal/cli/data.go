package cli

import (
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
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/pinksheet"
	"github.com/mineralflows/mineralflows/datasets/usgs"
	"github.com/mineralflows/mineralflows/flows"
)

// builtIn are the datasets that -data knows by name.
func builtIn() map[string]datasets.Source {
	return map[string]datasets.Source{"greatlakes": greatlakes.Package(), "africagold": africagold.Package()}
}

// place is where a publisher's files stand: a folder, or one file.
type place struct {
	fs   fs.FS
	open func() (io.ReadCloser, error)
	name string // before or of the files, in messages
}

// formats are the publishers' formats that -data reads, by the word before the colon.
func formats() map[string]func(p place, count *datasets.Stats) datasets.Source {
	return map[string]func(place, *datasets.Stats) datasets.Source{
		"baci": func(p place, n *datasets.Stats) datasets.Source {
			return baci.Source{FS: p.fs, Open: p.open, Name: p.name, Stats: n}
		},
		"comtrade": func(p place, n *datasets.Stats) datasets.Source {
			return comtrade.Source{FS: p.fs, Open: p.open, Name: p.name, Stats: n}
		},
		"pinksheet": func(p place, n *datasets.Stats) datasets.Source {
			return pinksheet.Source{FS: p.fs, Open: p.open, Name: p.name, Stats: n}
		},
		"usgs": func(p place, n *datasets.Stats) datasets.Source {
			return usgs.Source{FS: p.fs, Open: p.open, Name: p.name, Stats: n}
		},
	}
}

// wantData says what -data takes.
func wantData() string {
	return fmt.Sprintf("want a folder that holds a datapackage.json, %s for the built-in data, or a publisher's files: %s, each with a folder or file behind the colon",
		oneOf(slices.Sorted(maps.Keys(builtIn()))), strings.Join(slices.Sorted(maps.Keys(formats())), ":, ")+":")
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
	if d, ok := builtIn()[v]; ok {
		return source{Source: d}, nil
	}
	format, path, ok := strings.Cut(v, ":")
	if !ok || len(format) == 1 { // one letter is a drive
		return s.folder(v)
	}
	make, ok := formats()[format]
	if !ok {
		return source{}, misuse("-data %s: %s is no format; %s", v, format, wantData())
	}
	p, err := s.placeOf(v, path)
	if err != nil {
		return source{}, err
	}
	count := &datasets.Stats{}
	return source{make(p, count), v, count}, nil
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
		return place{fs: os.DirFS(path), name: s.prefix(path)}, nil
	}
	return place{fs: only{os.DirFS(filepath.Dir(path)), filepath.Base(path)}}, nil
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

// load reads the sources and says on stderr what became of the rows of publishers' files.
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
			fmt.Fprintf(stderr, "%s: %s: %s\n", p.Name, src.label, src.count)
		}
	}
	return ledger, err
}
