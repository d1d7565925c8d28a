package usgs

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Source is a datasets.Source of USGS' files. FS or Open is required, the zero value of all else is the default.
type Source struct {
	FS   fs.FS                         // a folder: its files named *mcs*.csv and *myb*.xlsx, packed with gzip (.gz) or not, those of folders below it included
	Open func() (io.ReadCloser, error) // or one file, opened anew for each read
	Name string                        // the name of that file; with FS, what positions put before a file's path

	Commodities []Commodity       // nil: gold, tantalum, tin and tungsten
	Edition     int               // the year of the edition, where neither the file nor its name says it
	Published   string            // when the files were published: 2024, 2024-03 or 2024-03-11; "": the edition's year, for a yearbook the day on which it was saved
	Derived     []datasets.Series // output that was computed from exports; nil: DerivedByDefault()
	Spread      dist.Dist         // a factor around 1 for each figure; nil: by mineral, see the package's documentation
	Stats       *datasets.Stats   // if not nil, the counts of the last read
}

// Commodity is a mineral as USGS' tables name it.
type Commodity struct {
	Mineral flows.Mineral
	Name    string      // "tantalum"; a whole word of the table's type or title, in any case
	Basis   flows.Basis // what its tables are in, unless they say gross weight, concentrate or usable ore: Ta
}

// Commodities returns those that are read by default.
func Commodities() []Commodity {
	return []Commodity{
		{flows.Gold, "gold", flows.Au}, {flows.Tantalum, "tantalum", flows.Ta}, {flows.Tin, "tin", flows.Sn}, {flows.Tungsten, "tungsten", flows.W},
	}
}

// DerivedByDefault returns the output that is known to follow exports.
func DerivedByDefault() []datasets.Series {
	return []datasets.Series{{Mineral: flows.Tantalum, Place: "RWA"}, {Mineral: flows.Tungsten, Place: "RWA"}}
}

// Records yields a claim for each figure of mine production, file by file and row by row.
func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.Stats, func(run *adapter.Run) {
		r := &reader{Source: s, run: run, origins: map[string]*flows.Origin{}}
		if r.Commodities == nil {
			r.Commodities = Commodities()
		}
		if r.Derived == nil {
			r.Derived = DerivedByDefault()
		}
		for _, c := range r.Commodities {
			run.Mineral(c.Mineral, c.Basis, s.Name+"usgs.Source")
		}
		for _, f := range run.Files(adapter.Input{FS: s.FS, Open: s.Open, Name: s.Name, Match: isUSGS, What: "files of USGS (mcs2023-tanta_world.csv, MCS2025_World_Data.csv, myb1-2019-tanta.xlsx)"}) {
			if run.Done() {
				return
			}
			if isWorkbook(f.Path) {
				r.yearbook(f)
			} else {
				r.summaries(f)
			}
		}
	})
}

// isUSGS goes by the name: the salient statistics of the United States, which USGS puts beside the world tables, are no world table.
func isUSGS(p string) bool {
	base := strings.ToLower(path.Base(p))
	table := strings.HasSuffix(strings.TrimSuffix(base, ".gz"), ".csv")
	return isWorkbook(p) && strings.Contains(base, "myb") || table && strings.Contains(base, "mcs") && !strings.Contains(base, "salient")
}

func isWorkbook(p string) bool {
	return strings.HasSuffix(strings.TrimSuffix(strings.ToLower(p), ".gz"), ".xlsx")
}

// reader is one read.
type reader struct {
	Source
	run     *adapter.Run
	origins map[string]*flows.Origin
}

// commodity finds the commodity whose name is a word of text.
func (r *reader) commodity(text string) (Commodity, bool) {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c < 'a' || c > 'z' }) {
		for _, c := range r.Commodities {
			if w == strings.ToLower(c.Name) {
				return c, true
			}
		}
	}
	return Commodity{}, false
}
