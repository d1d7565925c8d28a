// Greatlakes shows, for gold, tantalum, tin and tungsten of the African Great Lakes, how much of the recorded outflow of each country and
// year its own output does not explain.
//
//	go run ./examples/greatlakes
//	go run ./examples/greatlakes -mineral gold -place UGA -period 2016-2021 -all
//	go run ./examples/greatlakes -explain gold/UGA/2019
package main

import (
	"os"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/examples/internal/cli"
)

func main() { os.Exit(cli.Main(program(), os.Args[1:], os.Stdout, os.Stderr)) }

func program() cli.Program {
	return cli.Program{
		Name:  "greatlakes",
		About: "how much gold, tantalum, tin and tungsten do the records of the African Great Lakes not explain?",
		Data:  []datasets.Source{greatlakes.Package()},
	}
}
