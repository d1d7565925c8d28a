package comtrade

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// Source reads files of UN Comtrade. It is a datasets.Source. Its zero value has nothing to read: set FS or Open.
type Source struct {
	FS   fs.FS                         // a folder: all its files named .json, .csv, .tsv, .txt or .gz, in any depth
	Open func() (io.ReadCloser, error) // or one file, opened anew for each read
	Name string                        // of that file, which may say its date; with FS, what positions put before a path

	// Published is when the files were published: 2024, 2024-03 or 2024-03-11. "": the date in the name of a bulk file or of a
	// download from the web page, else the day on which the file was last changed (Stats.Undated).
	Published string

	// Lines are the lines of the Harmonized System that are read; nil: those of ore and unwrought metal (Core) of every
	// mineral.
	Lines []hs.Line

	// Complete says what files other than bulk files hold all of: "parts" where all core lines were asked for. Bulk files do.
	Complete []string

	// Spread is a factor around 1 for masses and values that were reported; nil: */1.10 for masses, */1.08 for values.
	Spread dist.Dist

	// EstimatedSpread is that for masses that UN Comtrade estimated; nil: */2.
	EstimatedSpread dist.Dist

	// Producers names who measured, by reporter. A reporter that is not in it has the name under which package greatlakes knows it (UAE
	// customs), or else "trade statistics of" and its name.
	Producers map[flows.Place]string

	Stats *datasets.Stats // where to count what became of the rows; nil: nowhere. A later read overwrites it
}

// Records yields the claims of the files, in the order of the files and their rows, as package comtrade describes.
func (s Source) Records(ctx context.Context, q datasets.Query) iter.Seq2[flows.Record, error] {
	return adapter.Records(ctx, q, s.Stats, func(r *adapter.Run) {
		p, err := s.reading(r)
		if err != nil {
			r.Fail(flows.Pos{File: s.Name}, err)
			return
		}
		for _, f := range r.Files(adapter.Input{FS: s.FS, Open: s.Open, Name: s.Name, Match: matches, What: "files of UN Comtrade (.json, .csv, .tsv, .txt, .gz)"}) {
			if r.Done() {
				return
			}
			p.file(f)
		}
	})
}

// required are the columns without which a row says nothing.
var required = trade.Required()

// reading is one read of a source.
type reading struct {
	*trade.Reading
	run    *adapter.Run
	source Source
}

func (s Source) reading(r *adapter.Run) (*reading, error) {
	common := trade.UNComtrade()
	common.Complete = s.Complete
	p, err := trade.New(r, trade.Options{Lines: s.Lines, Spread: s.Spread, EstimatedSpread: s.EstimatedSpread, Producers: s.Producers, Origin: common})
	return &reading{p, r, s}, err
}

func matches(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".csv", ".tsv", ".txt", ".gz":
		return true
	}
	return false
}

var errTariffLines = fmt.Errorf("%w: tariff lines, a country's own codes by customs procedure: they are no totals; download the final data", datasets.ErrShape)

// bulkNames are how bulk files are named: COMTRADE-FINAL-CA800201900H5[2024-03-11].gz by the United Nations' client (or FINALCLASSIC), for data,
// type, frequency, reporter, period, classification and the day of release; C_A_32_196201_S1_O.txt.gz by the server. What was asked for as a
// batch has a name of its own, and does not hold everything.
var bulkNames = regexp.MustCompile(`^COMTRADE-FINAL(?:CLASSIC)?-[CS][AM]\d{3}(?:\d{4}|\d{6})[A-Z]\w*(?:\[([\d-]+)\])?\.|^C_[AM]_\d+_\d+_\w+\.TXT`)

// webNames are how the web page names a download: TradeData_1_21_2026_21_51_10.csv, month, day, year and time.
var webNames = regexp.MustCompile(`^TRADEDATA_(\d{1,2}_\d{1,2}_\d{4})_\d{1,2}_\d{1,2}_\d{1,2}\D`)

// dayOfDownload is the day in the name of a download from the web page, "" where there is none.
func dayOfDownload(name string) string {
	m := webNames.FindStringSubmatch(name)
	if m == nil {
		return ""
	}
	day, err := time.Parse("1/2/2006", strings.ReplaceAll(m[1], "_", "/"))
	if err != nil {
		return ""
	}
	return day.Format("2006-01-02")
}

// vintageOf reads a file's name and date.
func (p *reading) vintageOf(f adapter.File) (trade.Vintage, error) {
	name := strings.ToUpper(f.Base())
	if strings.HasPrefix(name, "COMTRADE-TARIFFLINE") {
		return trade.Vintage{}, errTariffLines
	}
	m := bulkNames.FindStringSubmatch(name)
	stated := dayOfDownload(name)
	if m != nil {
		stated = m[1]
	}
	date, err := p.run.Published(p.source.Published, stated, f)
	return trade.Vintage{Date: date, Bulk: m != nil}, err
}

// file reads one file, whichever of the three forms it has.
func (p *reading) file(f adapter.File) {
	v, err := p.vintageOf(f)
	if err != nil {
		p.run.Fail(f.Pos(0), err)
		return
	}
	in, c, err := p.run.Text(f)
	if err != nil {
		p.run.Fail(f.Pos(0), err)
		return
	}
	defer c.Close()
	if isJSON(in) {
		p.json(f, in, v)
		return
	}
	p.table(f, in, v)
}

// isJSON reports whether a file starts as JSON does, behind white space.
func isJSON(in *bufio.Reader) bool {
	head, _ := in.Peek(512)
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// table reads tab-separated text and CSV.
func (p *reading) table(f adapter.File, in *bufio.Reader, v trade.Vintage) {
	format := adapter.Format{Wanted: &adapter.Wanted{Column: trade.Commodity.String(), Want: p.Wants, Reason: trade.OtherCommodity}}
	for _, f := range required {
		format.Required = append(format.Required, f.String())
	}
	p.run.TableOf(f, in, format, func(h adapter.Header) func(*adapter.Cells) {
		if h.Find("flowCategory") >= 0 {
			p.run.Fail(f.Pos(1), errTariffLines)
			return nil
		}
		var r textRow
		for f := range trade.Fields {
			r.at[f] = h.Find(f.String())
		}
		return func(c *adapter.Cells) {
			r.cells = c
			p.Take(&r, c.Pos, v)
		}
	})
}

// textRow is a row of text.
type textRow struct {
	cells *adapter.Cells
	at    [trade.Fields]int
}

func (r *textRow) Text(f trade.Field) string    { return r.cells.Text(r.at[f]) }
func (r *textRow) Bad(f trade.Field, err error) { r.cells.Bad(r.at[f], err) }
