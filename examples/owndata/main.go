// Owndata reads a folder of two CSV tables with a descriptor, adds one claim in code, and prints a result. The figures are invented.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

func main() {
	if err := run(context.Background(), "examples/owndata/data", os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "owndata:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder string, w io.Writer) error {
	stocks, err := dist.Between(50, 120)
	if err != nil {
		return err
	}
	depots := flows.Claim{ // what the depots held back, from interviews
		Flow:   flows.Flow{Mineral: "lithium", Period: flows.Year(2023), From: "NGA", To: flows.Stock},
		Amount: flows.Amount{Value: stocks, Basis: "Li", Text: "50..120"},
		Origin: &flows.Origin{ID: "interviews", Producer: "The author", Title: "Invented interviews at depots", Published: "2024-06"},
	}
	ledger, err := datasets.Load(ctx, datasets.Query{}, datasets.Package{FS: os.DirFS(folder)}, datasets.Records{depots})
	if err != nil {
		return err
	}
	model, err := estimate.NewModel(ledger, estimate.Options{})
	if err != nil {
		return err
	}
	result, err := estimate.MassBalance{}.Estimate(ctx, model)
	if err != nil {
		return err
	}
	return report.Text(w, report.Report{Result: result}, report.Options{})
}
