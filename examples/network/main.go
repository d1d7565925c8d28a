// Network asks of gold, tantalum and tin: who did the mineral come from that no record explains, and where did it go? It says how sure that
// is, which claims conflict most, and how much of the answer was assumed rather than claimed.
//
//	go run ./examples/network
//	go run ./examples/network -mineral gold -method reconcile
//	go run ./examples/network -mineral tantalum -scenario rwanda-coltan-rubaya
//	go run ./examples/network -mineral gold -places COD,UGA -period 2016-2019 -corridors COD>UGA,world>UGA
//
// On two cores it samples for about 30 seconds by default, gold for half of that, gold of all places and years for one or two minutes, and
// solves in a tenth of a second with -method reconcile. A terminal is told how long the rest takes; control-C ends it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
	"github.com/mineralflows/mineralflows/flows"
)

func main() { os.Exit(cli.Main(program(), os.Args[1:], os.Stdout, os.Stderr)) }

// request is what the program's own flags ask for.
type request struct {
	routes                cli.Routes
	reconcile, compare    bool
	chains, warmup, draws int             // draws 0: by the size of the network
	acceptance            float64         // 0: the estimator's
	tails                 int             // degrees of freedom of claims' errors, 0: normal
	places                []flows.Place   // of -places
	given                 map[string]bool // the flags on the command line
	priors                estimate.Priors // of -prior
	apart                 bool            // each prior halved and doubled by itself
}

func program() cli.Program {
	r := request{chains: 4, warmup: 1000}
	var set *flag.FlagSet
	return cli.Program{
		Name:    "network",
		About:   "who did unrecorded gold, tantalum and tin come from, where did it go, and how sure is that?",
		Data:    []datasets.Source{greatlakes.Package()},
		Cells:   cli.NetworkCells,
		Without: []string{"explain"},
		Flags:   func(f *flag.FlagSet) { set = f; r.flags(f) },
		Answer: func(ctx context.Context, q cli.Question) (cli.Renderer, error) {
			r.given = map[string]bool{}
			set.Visit(func(f *flag.Flag) { r.given[f.Name] = true })
			return r.answer(ctx, q)
		},
	}
}

// flags declares the program's own flags.
func (r *request) flags(set *flag.FlagSet) {
	r.routes.Flag(set)
	place := set.Lookup("place")
	set.Func("places", "the network: balances of exactly these `PLACES` are closed, COD,UGA, or a union as one: COD+RWA", func(v string) error {
		for _, p := range strings.Split(v, ",") {
			r.places = append(r.places, flows.Union(flows.Place(strings.ToUpper(strings.TrimSpace(p)))))
		}
		return place.Value.Set(v)
	})
	set.Func("method", "`METHOD` posterior or reconcile (default posterior)", func(v string) error {
		if v != "posterior" && v != "reconcile" {
			return errors.New("want posterior or reconcile")
		}
		r.reconcile = v == "reconcile"
		return nil
	})
	boolean := func(name, usage string, to *bool) {
		set.BoolFunc(name, usage, func(v string) (err error) {
			if *to, err = strconv.ParseBool(v); err != nil {
				return errors.New("want true or false")
			}
			return nil
		})
	}
	boolean("compare", "also leave out each route in turn: do the claims speak for it? (minutes)", &r.compare)
	boolean("apart", "also halve and double each prior by itself: which of them does it? (minutes)", &r.apart)
	set.Func("prior", "what is assumed before any claim: `PRIORS` corridor=2,stock=off (the table of them says which there are)", r.setPriors)
	count := func(name, usage string, least, most int, to *int) {
		set.Func(name, usage, func(v string) error {
			n, err := strconv.Atoi(v)
			if err != nil || n < least || n > most {
				return fmt.Errorf("want a whole number from %d to %d", least, most)
			}
			*to = n
			return nil
		})
	}
	count("chains", "`NUMBER` of chains of a posterior (default 4)", 1, 64, &r.chains)
	count("warmup", "`NUMBER` of draws of each chain that are thrown away (default 1000)", 20, 100000, &r.warmup)
	count("tails", "a claim may be badly wrong: errors are Student's t of so many degrees of freedom (`NUMBER`, 4 is usual; default: normal)", 1, 1000, &r.tails)
	count("sample", "`NUMBER` of draws of each chain that are kept (default 600 to 1500, more for a smaller network)", 4, 100000, &r.draws)
	set.Func("acceptance", "mean acceptance that steps are tuned to, a `NUMBER` below 1: nearer to it fewer divergences, and slower (default 0.95)", func(v string) error {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || !(x > 0 && x < 1) {
			return errors.New("want a number between 0 and 1, such as 0.99")
		}
		r.acceptance = x
		return nil
	})
}

// check refuses flags that mean nothing to the method.
func (r *request) check() error {
	for _, f := range []struct {
		name      string
		reconcile bool // means something to this method only
		instead   string
	}{
		{"pool", true, "a posterior weighs each claim by its spread"},
		{"draws", true, "want -sample, -chains and -warmup"},
		{"chains", false, "reconciliation draws nothing"},
		{"warmup", false, "reconciliation draws nothing"},
		{"sample", false, "reconciliation draws nothing"},
		{"acceptance", false, "reconciliation draws nothing"},
		{"compare", false, "it has no predictive density"},
		{"prior", false, "it assumes nothing of what it does not measure"},
		{"apart", false, "it has no priors"},
		{"tails", false, "least squares are those of normal errors"},
	} {
		if r.given[f.name] && f.reconcile != r.reconcile {
			return cli.Misuse("-%s: means nothing to -method %s: %s", f.name, r.method(), f.instead)
		}
	}
	return nil
}

func (r *request) method() string {
	if r.reconcile {
		return "reconcile"
	}
	return "posterior"
}

// answer estimates and returns what writes it. With -aside nothing is estimated but what is needed to say what was left out.
func (r *request) answer(ctx context.Context, q cli.Question) (cli.Renderer, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name  string
		asked bool
	}{{"compare", r.compare}, {"apart", r.apart}} {
		if f.asked && !r.wide(q) {
			return nil, cli.Misuse("-%s: is written as text and Markdown only", f.name)
		}
	}
	s, err := r.study(ctx, q)
	if err != nil {
		return nil, err
	}
	if q.Aside || q.Format == "csv" || q.Format == "json" {
		return func(w io.Writer, o report.Options) error { return cli.WriteNetwork(w, s.result, q, o) }, nil
	}
	return func(w io.Writer, o report.Options) error {
		sections, err := s.sections(o.All)
		if err != nil {
			return err
		}
		if q.Format == "markdown" {
			return report.Markdown(w, report.Report{Sections: sections}, o)
		}
		return report.Text(w, report.Report{Sections: sections}, o)
	}, nil
}
