package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/examples/internal/cli/clitest"
	"github.com/stretchr/testify/require"
)

func call(args ...string) (status int, out, errs string) { return clitest.Call(program, args...) }

func TestGolden(t *testing.T) {
	clitest.TestGoldens(t, program,
		clitest.Golden{Name: "default.txt", Args: ""},
		clitest.Golden{Name: "default.md", Args: "-format markdown"},
		clitest.Golden{Name: "tantalum-rwanda.csv", Args: "-format csv -mineral tantalum -place RWA"},
		clitest.Golden{Name: "gold-uganda.json", Args: "-format json -mineral gold -place UGA -period 2019-2020"},
		clitest.Golden{Name: "explain-gold-uganda-2019.txt", Args: "-explain gold/UGA/2019"},
		clitest.Golden{Name: "list-tungsten-burundi.txt", Args: "-list -mineral tungsten -place BDI"},
		clitest.Golden{Name: "aside-tantalum.txt", Args: "-aside -mineral tantalum"},
	)
}

func TestNoLineIsWiderThanAPage(t *testing.T) {
	clitest.FitsAPage(t, program, "", "-all", "-aside")
}

// What -explain prints is enough to compute the central value by hand: every line of arithmetic gives its result, and so does the sum.
func TestExplainCanBeRecomputed(t *testing.T) {
	number := func(s string) float64 {
		x, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
		require.NoError(t, err, s)
		return x
	}
	// "1,713,491,887.33 USD-cif / 1.01383 / 0.978727 / 44,753,800 = 38.5855"
	line := regexp.MustCompile(`^ {6}= ([\d.,]+) [^=]*?((?: [x/] [\d.,]+)+)(?: of its months)? = ([\d.,]+) t `)
	step := regexp.MustCompile(` ([x/]) ([\d.,]+)`)
	// "surplus = 38.5855 - 0.006 = 38.5795 t Au"
	sum := regexp.MustCompile(`\n  (?:surplus|floor|outflow) = ([^=(]+) = (-?[\d.,]+) t `)
	for _, cell := range []string{"gold/UGA/2019", "gold/RWA/2016", "gold/RWA/2018", "tantalum/COD/2022", "tantalum/RWA/2013", "tin/RWA/2013", "tin/COD+RWA/2013"} {
		t.Run(cell, func(t *testing.T) {
			status, out, errs := call("-explain", cell)
			require.Equal(t, 0, status, errs)
			conversions := 0
			for _, l := range strings.Split(out, "\n") {
				m := line.FindStringSubmatch(l)
				if m == nil {
					continue
				}
				x := number(m[1])
				for _, s := range step.FindAllStringSubmatch(m[2], -1) {
					if s[1] == "x" {
						x *= number(s[2])
					} else {
						x /= number(s[2])
					}
				}
				require.InEpsilon(t, number(m[3]), x, 5e-6, l)
				conversions++
			}
			require.Positive(t, conversions, "no line of arithmetic in\n%s", out)
			m := sum.FindStringSubmatch(out)
			require.NotNil(t, m, "no sum in\n%s", out)
			x, sign := 0.0, 1.0
			for _, word := range strings.Fields(m[1]) {
				switch word {
				case "+":
					sign = 1
				case "-":
					sign = -1
				default:
					x += sign * number(word)
				}
			}
			require.InEpsilon(t, number(m[2]), x, 1e-4)
		})
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"-place UGD", 1, "greatlakes: nothing matches -place UGD; nearest: UGA"},
		{"-mineral unobtainium", 1, "greatlakes: nothing matches -mineral unobtainium; known are gold, tantalum, tin, tungsten\n"},
		{"-period 1950", 1, "greatlakes: nothing matches -period 1950; nearest: "},
		{"-explain gold/UGA/1950", 1, "greatlakes: nothing matches -explain gold/UGA/1950; nearest: gold/UGA/"},
		{"-data testdata/none", 1, "greatlakes: -data: "},
		{"-o testdata/none/x", 1, "greatlakes: -o: "},
		{"-outflow both", 2, "greatlakes: -outflow \"both\": want declared, mirrored, greater or pooled\n"},
		{"-scenario none", 2, "greatlakes: -scenario none: unknown; want "},
		{"-silver", 2, "greatlakes: -silver: unknown flag; "},
		{"gold", 2, "greatlakes: \"gold\": takes no arguments, only flags; -help lists them\n"},
	} {
		t.Run(c.args, func(t *testing.T) {
			status, out, errs := call(strings.Fields(c.args)...)
			require.Equal(t, c.status, status, errs)
			require.Empty(t, out)
			require.True(t, strings.HasPrefix(errs, c.says), errs)
			require.Equal(t, 1, strings.Count(errs, "\n"), "one line")
		})
	}
}
