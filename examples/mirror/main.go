// Mirror sets what exporters declare beside what importers record of the same mineral: the gap of each flow and year in tonnes of metal
// and in dollars, how it compares with the noise of mirror statistics, and whose figures are how reliable.
//
//	go run ./examples/mirror
//	go run ./examples/mirror -mineral tin -place COD+RWA -lag 3
//	go run ./examples/mirror -mineral gold -place UGA -all
//	go run ./examples/mirror -aside
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
)

func main() { os.Exit(cli.Main(program(), os.Args[1:], os.Stdout, os.Stderr)) }

func program() cli.Program {
	var m estimate.Mirror
	return cli.Program{
		Name:    "mirror",
		About:   "do exporters and importers of gold, tantalum, tin and tungsten record the same trade?",
		Data:    []datasets.Source{greatlakes.Package()},
		Cells:   estimate.MirrorCells,
		Without: []string{"explain", "outflow", "inflow"},
		Flags:   func(set *flag.FlagSet) { flags(set, &m) },
		Answer: func(ctx context.Context, q cli.Question) (cli.Renderer, error) {
			m.Cells = q.Cells
			r, err := m.Estimate(ctx, q.Model)
			if err != nil {
				return nil, err
			}
			return func(w io.Writer, o report.Options) error { return write(w, r, q, o) }, nil
		},
	}
}

func flags(set *flag.FlagSet, m *estimate.Mirror) {
	set.Func("lag", "`MONTHS` between leaving and arrival, 0 to 24 (default 0); 3 for ships to Asia", func(v string) (err error) {
		if m.Lag, err = strconv.Atoi(v); err != nil || m.Lag < 0 || m.Lag > 24 {
			return errors.New("want a whole number from 0 to 24")
		}
		return nil
	})
	set.Func("except", "also show the gap without these `PARTS`, or none (default bonded,HS 710820,monetary,re-export,transit)", func(v string) error {
		m.Except = []string{}
		if v == "none" {
			return nil
		}
		for _, part := range strings.Split(v, ",") {
			if part = strings.TrimSpace(part); part == "" {
				return errors.New("want names of parts, parted by commas, or none")
			}
			m.Except = append(m.Except, part)
		}
		return nil
	})
	set.Func("band", "mark unit values outside this `RANGE` of the market price (default 0.5..1.1)", func(v string) error {
		lo, hi, _ := strings.Cut(v, "..")
		var errs [2]error
		m.Band[0], errs[0] = strconv.ParseFloat(lo, 64)
		m.Band[1], errs[1] = strconv.ParseFloat(hi, 64)
		if errors.Join(errs[:]...) != nil || !(m.Band[0] > 0 && m.Band[0] < m.Band[1]) {
			return errors.New("want two positive ratios, the lower one first: 0.5..1.1")
		}
		return nil
	})
}

func write(w io.Writer, r *estimate.MirrorResult, q cli.Question, o report.Options) error {
	switch {
	case q.Aside:
		return report.MirrorAside(w, r, o)
	case q.Format == "csv":
		return report.MirrorCSV(w, r)
	case q.Format == "json":
		return report.MirrorJSON(w, r)
	case q.Format == "markdown":
		return report.MirrorMarkdown(w, r, o)
	}
	return report.MirrorText(w, r, o)
}
