package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// settings is a command line, read and checked.
type settings struct {
	data             []string
	minerals, places []string
	periods          []flows.Period
	scenario         string
	options          estimate.Options
	list, all, aside bool
	explain          *flows.Cell
	format, out      string

	env func(string) string // the environment; nil: the process's
}

var errHelp = errors.New("help asked for")

// parse reads a command line. Its errors are usageErrors of one line, or errHelp.
func parse(p Program, args []string) (*settings, error) {
	s := &settings{format: "text"}
	set := s.flagsOf(p)
	if err := set.Parse(args); err != nil {
		return nil, explainFlagError(set, err)
	}
	if set.NArg() > 0 {
		return nil, misuse("%q: takes no arguments, only flags; -help lists them", set.Arg(0))
	}
	var modes []string
	for _, m := range []struct {
		on   bool
		name string
	}{{s.list, "-list"}, {s.aside, "-aside"}, {s.explain != nil, "-explain"}} {
		if m.on {
			modes = append(modes, m.name)
		}
	}
	switch {
	case len(modes) > 1:
		return nil, misuse("%s: one at a time", strings.Join(modes, " and "))
	case len(modes) == 1 && s.format != "text":
		return nil, misuse("%s writes text only; want -format text", modes[0])
	}
	return s, nil
}

// flagsOf declares the flags of a program: those of all programs that mean something to it, and its own.
func (s *settings) flagsOf(p Program) *flag.FlagSet {
	common := s.flags(p.Name)
	if p.Flags == nil && p.Without == nil {
		return common
	}
	set := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = common.Usage
	common.VisitAll(func(f *flag.Flag) {
		if !slices.Contains(p.Without, f.Name) {
			set.Var(f.Value, f.Name, f.Usage)
		}
	})
	if p.Flags != nil {
		p.Flags(set)
	}
	return set
}

// flags declares the flags. Every value is read by a function of its own, so that messages say what is allowed.
func (s *settings) flags(name string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	list := func(name, usage string, to *[]string) {
		set.Func(name, usage, func(v string) error {
			words, err := words(v)
			*to = append(*to, words...)
			return err
		})
	}
	boolean := func(name, usage string, to *bool) {
		set.BoolFunc(name, usage, func(v string) (err error) {
			if *to, err = strconv.ParseBool(v); err != nil {
				return errors.New("want true or false")
			}
			return nil
		})
	}
	set.Func("data", "read the data package in folder `DIR` in place of the built-in data (repeatable)", func(v string) error {
		if v == "" {
			return errors.New("want a folder that holds a datapackage.json")
		}
		s.data = append(s.data, v)
		return nil
	})
	list("mineral", "only these `MINERALS`: gold,tin", &s.minerals)
	list("place", "only these `PLACES`: UGA,RWA, or a union as one: COD+RWA", &s.places)
	set.Func("period", "only these `PERIODS`: 2019, 2016-2021, 2023-Q1", func(v string) error {
		words, err := words(v)
		if err != nil {
			return err
		}
		for _, w := range words {
			p, err := period(w)
			if err != nil {
				return err
			}
			s.periods = append(s.periods, p)
		}
		return nil
	})
	set.Func("scenario", "run everything under scenario `NAME`", func(v string) error {
		if v == "" {
			return errors.New("want the name of a scenario; -list shows them")
		}
		s.scenario = v
		return nil
	})
	sides := func(name, usage string, to *estimate.Side, allowed ...estimate.Side) {
		set.Func(name, usage, func(v string) error {
			if !slices.Contains(allowed, estimate.Side(v)) {
				var names []string
				for _, a := range allowed {
					names = append(names, string(a))
				}
				return fmt.Errorf("want %s", oneOf(names))
			}
			*to = estimate.Side(v)
			return nil
		})
	}
	sides("outflow", "whose exports: `SIDE` declared, mirrored, greater or pooled (default greater)", &s.options.Outflow, estimate.Declared, estimate.Mirrored, estimate.Greater, estimate.Pooled)
	sides("inflow", "which imports are subtracted: `SIDE` corroborated or declared (default corroborated)", &s.options.Inflow, estimate.Corroborated, estimate.Declared)
	set.Func("pool", "how producers are joined: `RULE` mixture, random-effects or prefer=ID,... (default mixture)", func(v string) error {
		ids, prefer := strings.CutPrefix(v, "prefer=")
		switch {
		case v == "mixture":
			s.options.Pool = estimate.OpinionPool{}
		case v == "random-effects":
			s.options.Pool = estimate.RandomEffects{}
		case prefer && ids != "":
			s.options.Pool = estimate.Prefer(strings.Split(ids, ","))
		default:
			return errors.New("want mixture, random-effects or prefer=ID, several parted by commas")
		}
		return nil
	})
	set.Func("asof", "only claims published by `DATE`: 2024, 2024-03 or 2024-03-11", func(v string) error {
		if !flows.IsDate(v) {
			return errors.New("want 2024, 2024-03 or 2024-03-11")
		}
		s.options.AsOf = v
		return nil
	})
	boolean("prorate", "share fiscal and rolling years out over calendar years", &s.options.Prorate)
	boolean("list", "list cells, scenarios, variables and origins", &s.list)
	boolean("all", "show every row, not only the strongest", &s.all)
	boolean("aside", "list the claims that were set aside and the cells without a row, with the reasons", &s.aside)
	set.Func("seed", "seed of the draws, a whole `NUMBER` (default 0)", func(v string) (err error) {
		if s.options.Seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			return errors.New("want a whole number from 0 on")
		}
		return nil
	})
	set.Func("draws", "`NUMBER` of joint draws, 16 to 16777216 (default 8192)", func(v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 16 || n > 1<<24 {
			return errors.New("want a whole number from 16 to 16777216")
		}
		s.options.Draws = n
		return nil
	})
	set.Func("level", "probability that a range holds, a `NUMBER` between 0 and 1 (default 0.9)", func(v string) error {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || !(x > 0 && x < 1) {
			return errors.New("want a number between 0 and 1, such as 0.9")
		}
		s.options.Level = x
		return nil
	})
	set.Func("format", "write `FORMAT` text, markdown, csv or json (default text)", func(v string) error {
		formats := []string{"text", "markdown", "csv", "json"}
		if !slices.Contains(formats, v) {
			return fmt.Errorf("want %s", oneOf(formats))
		}
		s.format = v
		return nil
	})
	set.Func("o", "write to `FILE`, which is replaced only when all is written", func(v string) error {
		if v == "" {
			return errors.New("want the name of a file")
		}
		s.out = v
		return nil
	})
	set.Func("explain", "show everything behind one `CELL`: gold/UGA/2019", func(v string) error {
		c, err := cell(v)
		s.explain = &c
		return err
	})
	return set
}

// explainFlagError puts an error of package flag into one line that says what is allowed.
func explainFlagError(set *flag.FlagSet, err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return errHelp
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		var names []string
		set.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
		if near := nearest(name, names, 1); len(near) > 0 {
			return misuse("-%s: unknown flag; did you mean -%s? Flags are -%s", name, near[0], strings.Join(names, ", -"))
		}
		return misuse("-%s: unknown flag; flags are -%s", name, strings.Join(names, ", -"))
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		f := set.Lookup(name)
		_, about := flag.UnquoteUsage(f)
		return misuse("-%s: needs a value: %s", name, about)
	}
	// invalid value "x" for flag -outflow: want ...; invalid boolean value "x" for -all: want ...
	if rest, ok := strings.CutPrefix(text, "invalid "); ok {
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "boolean "), "value ")
		if value, rest, ok := strings.Cut(rest, " for "); ok {
			name, want, _ := strings.Cut(strings.TrimPrefix(rest, "flag "), ": ")
			return misuse("%s %s: %s", name, value, want)
		}
	}
	return misuse("%s", text)
}

// words splits a comma list.
func words(v string) ([]string, error) {
	var out []string
	for _, w := range strings.Split(v, ",") {
		if w = strings.TrimSpace(w); w == "" {
			return nil, errors.New("want names, parted by commas")
		}
		out = append(out, w)
	}
	return out, nil
}

const wantPeriod = "want a year 2019, a range of years 2016-2021, a quarter 2023-Q1, a month 2023-05 or a span 2023-04..2024-03"

// period reads a period as the data write it, and a range of years with a dash.
func period(v string) (flows.Period, error) {
	if first, last, ok := strings.Cut(v, "-"); ok && len(first) == 4 && len(last) == 4 {
		v = first + ".." + last
	}
	p, err := flows.ParsePeriod(v)
	if err != nil && strings.Contains(err.Error(), "upside down") {
		return p, errors.New("the range ends before it starts")
	}
	if err != nil {
		return p, errors.New(wantPeriod)
	}
	return p, nil
}

// cell reads mineral/place/period; the place may be a site, which has a slash of its own.
func cell(v string) (flows.Cell, error) {
	mineral, rest, ok := strings.Cut(v, "/")
	i := strings.LastIndex(rest, "/")
	if !ok || i <= 0 || mineral == "" {
		return flows.Cell{}, errors.New("want mineral/place/period, such as gold/UGA/2019")
	}
	p, err := period(rest[i+1:])
	if err != nil {
		return flows.Cell{}, err
	}
	return flows.Cell{Mineral: flows.Mineral(mineral), Period: p, Place: flows.Place(rest[:i])}, nil
}

// oneOf lists what is allowed: "a, b or c".
func oneOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// usage is what -help prints.
func usage(p Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nflags:\n", p.Name, p.About)
	(&settings{}).flagsOf(p).VisitAll(func(f *flag.Flag) {
		value, about := flag.UnquoteUsage(f)
		name := "-" + f.Name
		if value != "" && !isBool(f) {
			name += " " + value
		}
		fmt.Fprintf(&b, "  %-18s %s\n", name, about)
	})
	return b.String()
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}
