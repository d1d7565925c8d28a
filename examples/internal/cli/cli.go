// Package cli gives the example programs one command line: the same flags, messages and exit statuses.
//
// The exit status is 0 where a result was written, 2 where the command line is wrong (one line says what is allowed), and 1 where the
// data are bad, a filter matches nothing, or the result could not be written; 130 after an interrupt.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// Program is an example program: what it is called, what it reads, and what it adds to that in code.
type Program struct {
	Name      string
	About     string              // one line: what it answers
	Data      []datasets.Source   // what is read without -data
	Add       []datasets.Source   // what is read in any case
	Scenarios []estimate.Scenario // beside those of the data

	// Sections are what the program itself says in text and Markdown, in place of the strongest rows; with -all the rows follow.
	// nil: there are rows alone.
	Sections func(context.Context, Inputs) ([]report.Section, error)

	// A program that answers another question than the mass balance sets these.
	Cells   func(*flows.Ledger) iter.Seq[flows.Cell]          // what can be asked for; nil: the ledger's balances
	Flags   func(*flag.FlagSet)                               // flags of its own
	Without []string                                          // flags that mean nothing to it
	Answer  func(context.Context, Question) (Renderer, error) // nil: the mass balance
}

// Inputs are what a program makes its sections from.
type Inputs struct {
	Model    *estimate.Model    // without the scenario
	Scenario *estimate.Scenario // of -scenario, nil for none
	Cells    []flows.Cell       // those that the filters keep
}

// Question is what a command line asks.
type Question struct {
	Model    *estimate.Model    // under the scenario of -scenario
	Base     *estimate.Model    // without it
	Scenario *estimate.Scenario // nil for none
	Cells    []flows.Cell       // those that the filters keep
	Format   string             // text, markdown, csv or json
	Aside    bool               // what was left out, in place of the answer
	Stage    func(name string)  // says on a terminal what is being done, where an answer takes several runs
}

// Renderer writes an answer.
type Renderer func(io.Writer, report.Options) error

// cells are those that can be asked for.
func (p *Program) cells(l *flows.Ledger) []flows.Cell {
	if p.Cells != nil {
		return slices.Collect(p.Cells(l))
	}
	return slices.Collect(l.Cells())
}

// Exit statuses.
const (
	done        = 0
	failed      = 1
	misused     = 2
	interrupted = 130 // as a shell says it: 128 and the signal's number
)

// Main runs a program and returns its exit status. An interrupt ends the run.
func Main(p Program, args []string, stdout, stderr io.Writer) int {
	s, err := parse(p, args)
	if errors.Is(err, errHelp) {
		fmt.Fprint(stdout, usage(p))
		return done
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		err = run(ctx, p, s, stdout, stderr)
	}
	if err == nil {
		return done
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(stderr, "%s: interrupted\n", p.Name)
		return interrupted
	}
	fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
	var u usageError
	if errors.As(err, &u) {
		return misused
	}
	return failed
}

// usageError is a wrong command line.
type usageError string

func (e usageError) Error() string { return string(e) }

// Misuse is the error of a command line that a program of its own finds wrong.
func Misuse(format string, args ...any) error { return misuse(format, args...) }

func misuse(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// run reads, filters, estimates and writes.
func run(ctx context.Context, p Program, s *settings, stdout, stderr io.Writer) error {
	ledger, err := load(ctx, p, s, stderr)
	if err != nil {
		return err
	}
	known, err := estimate.Scenarios(ledger)
	if err != nil {
		return err
	}
	known = append(known, p.Scenarios...)
	chosen, err := s.pick(known)
	if err != nil {
		return err
	}
	if err := s.knowsPreferred(ledger); err != nil {
		return err
	}
	line := watch(stderr)
	s.options.Progress = line.step
	base, err := estimate.NewModel(ledger, s.options)
	if err != nil {
		return err
	}
	model := base
	if chosen != nil {
		if model, err = base.With(*chosen); err != nil {
			return err
		}
	}
	cells, err := s.cells(model.Ledger(), p.cells(model.Ledger()))
	if err != nil {
		return err
	}
	if s.list {
		return s.write(stdout, func(w io.Writer, o report.Options) error {
			return report.List(w, s.listing(model, cells, known), o)
		})
	}
	var render Renderer
	if p.Answer != nil {
		render, err = p.Answer(ctx, Question{model, base, chosen, cells, s.format, s.aside, line.stage})
	} else {
		render, err = s.estimate(ctx, p, estimate.MassBalance{Cells: cells}, base, model, known, chosen)
	}
	line.erase()
	if err != nil {
		return err
	}
	return s.write(stdout, render)
}

// estimate computes what the flags ask for and returns what writes it.
func (s *settings) estimate(ctx context.Context, p Program, e estimate.MassBalance, base, model *estimate.Model, known []estimate.Scenario, chosen *estimate.Scenario) (Renderer, error) {
	var sections []report.Section
	if p.Sections != nil && s.prose() {
		var err error
		if sections, err = p.Sections(ctx, Inputs{base, chosen, e.Cells}); err != nil || !s.all {
			return s.prosaic(report.Report{Sections: sections}), err
		}
	}
	result, err := e.Estimate(ctx, model)
	if err != nil {
		return nil, err
	}
	switch {
	case s.explain != nil:
		x, err := explain(result, *s.explain)
		return func(w io.Writer, o report.Options) error { return report.Explain(w, result, x, o) }, err
	case s.aside:
		return func(w io.Writer, o report.Options) error { return report.Aside(w, result, o) }, nil
	case len(result.Balances) == 0:
		return nil, fmt.Errorf("no row: what matches is unbalanced (%d cells); -aside says why", len(result.Unbalanced))
	}
	r := report.Report{Result: result, Sections: sections}
	if s.format == "csv" { // one row per cell: it has no place for scenarios or sums
		return func(w io.Writer, o report.Options) error { return report.CSV(w, r) }, nil
	}
	baseline := result
	if chosen != nil {
		known = []estimate.Scenario{*chosen}
		if baseline, err = e.Estimate(ctx, base); err != nil {
			return nil, err
		}
	}
	if r.Scenarios, err = estimate.Compare(ctx, e, base, baseline, known...); err != nil {
		return nil, err
	}
	if s.format == "json" {
		return func(w io.Writer, o report.Options) error { return report.JSON(w, r) }, nil
	}
	if r.Totals, err = report.Totals(result); err != nil {
		return nil, err
	}
	return s.prosaic(r), nil
}

// prose reports whether a report for people to read is asked for.
func (s *settings) prose() bool {
	return s.explain == nil && !s.aside && (s.format == "text" || s.format == "markdown")
}

// prosaic writes such a report.
func (s *settings) prosaic(r report.Report) Renderer {
	if s.format == "markdown" {
		return func(w io.Writer, o report.Options) error { return report.Markdown(w, r, o) }
	}
	return func(w io.Writer, o report.Options) error { return report.Text(w, r, o) }
}

// pick finds the scenario of -scenario, nil for none.
func (s *settings) pick(known []estimate.Scenario) (*estimate.Scenario, error) {
	if s.scenario == "" {
		return nil, nil
	}
	var names []string
	for i := range known {
		if known[i].Name == s.scenario {
			return &known[i], nil
		}
		names = append(names, known[i].Name)
	}
	if len(names) == 0 {
		return nil, misuse("-scenario %s: the data bring no scenarios", s.scenario)
	}
	if near := nearest(s.scenario, names, 3); len(near) > 0 {
		return nil, misuse("-scenario %s: unknown; nearest: %s; -list shows all %d", s.scenario, strings.Join(near, ", "), len(names))
	}
	return nil, misuse("-scenario %s: unknown; want %s", s.scenario, oneOf(names))
}

// knowsPreferred checks the names of -pool prefer=: one that nobody has would prefer nobody, in silence.
func (s *settings) knowsPreferred(l *flows.Ledger) error {
	wanted, _ := s.options.Pool.(estimate.Prefer)
	for _, w := range wanted {
		var ids, all []string
		for _, o := range l.Origins() {
			ids, all = append(ids, o.ID), append(all, o.ID, o.Producer)
		}
		if slices.ContainsFunc(all, func(name string) bool { return strings.EqualFold(name, w) }) {
			continue
		}
		slices.Sort(all)
		if near := nearest(w, slices.Compact(all), 3); len(near) > 0 {
			return misuse("-pool prefer=%s: no origin or producer; nearest: %s", w, strings.Join(near, ", "))
		}
		if len(ids) > 40 {
			return misuse("-pool prefer=%s: no origin or producer; -list shows them", w)
		}
		return misuse("-pool prefer=%s: no origin or producer; known origins are %s", w, strings.Join(ids, ", "))
	}
	return nil
}

// explain says why where there is no row to explain.
func explain(r *estimate.Result, c flows.Cell) (*estimate.Explanation, error) {
	for _, u := range r.Unbalanced {
		if u.Cell == c {
			return nil, fmt.Errorf("-explain %s: there is no row: %s", c, u.Why)
		}
	}
	x, err := r.Explain(c)
	if err != nil {
		return nil, fmt.Errorf("-explain %s: %w", c, err)
	}
	return x, nil
}

// listing is what -list shows: the cells that match, and the inputs and origins that can bear on them.
func (s *settings) listing(m *estimate.Model, cells []flows.Cell, known []estimate.Scenario) report.Listing {
	l := report.Listing{Cells: slices.Clone(cells), Scenarios: known}
	slices.SortFunc(l.Cells, flows.CompareCells)
	used := map[*flows.Origin]bool{}
	for _, v := range m.Vars() {
		if s.bears(v, cells) {
			l.Variables = append(l.Variables, v)
			used[v.Origin] = true
		}
	}
	for _, o := range m.Ledger().Origins() {
		if used[o] {
			l.Origins = append(l.Origins, o)
		}
	}
	return l
}
