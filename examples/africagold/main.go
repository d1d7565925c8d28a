// Africagold shows what the importers of Africa's gold record, year by year and by origin; which places send more than they are said to
// mine; the sum over Africa; and how that compares with published estimates.
//
//	go run ./examples/africagold
//	go run ./examples/africagold -period 2020-2023 -place TGO,BEN,TCD -all
//	go run ./examples/africagold -explain gold/TGO/2022
package main

import (
	"context"
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/africagold"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
)

func main() { os.Exit(cli.Main(program(), os.Args[1:], os.Stdout, os.Stderr)) }

func program() cli.Program {
	return cli.Program{
		Name:     "africagold",
		About:    "how much gold do importers record from Africa, and how much of it does Africa's recorded output not explain?",
		Data:     []datasets.Source{africagold.Package()},
		Sections: sections,
	}
}

// sections are the answer, the reader's first question first.
func sections(ctx context.Context, in cli.Inputs) ([]report.Section, error) {
	a, err := newAnswer(ctx, in)
	if err != nil {
		return nil, err
	}
	recorded, err := a.recorded(ctx)
	if err != nil {
		return nil, err
	}
	places, err := a.places()
	if err != nil {
		return nil, err
	}
	sums, err := a.sums()
	if err != nil {
		return nil, err
	}
	published, err := a.published(ctx, recorded, sums)
	if err != nil {
		return nil, err
	}
	origins, err := a.byOrigin(recorded)
	if err != nil {
		return nil, err
	}
	out := []report.Section{a.introduction(recorded, places, sums), a.byImporter(recorded), origins}
	out = append(out, a.placeSections(places)...)
	out = append(out, a.africa(sums)...)
	out = append(out, published...)
	return append(out, a.closing()), nil
}
