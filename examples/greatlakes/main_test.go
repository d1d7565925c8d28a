package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mineralflows/mineralflows/examples/internal/cli"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func call(args ...string) (status int, out, errs string) {
	var stdout, stderr bytes.Buffer
	status = cli.Main(program(), args, &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

// digits matches a number with more than three significant digits, as JSON and CSV write it.
var digits = regexp.MustCompile(`-?\b\d+\.\d+(e[+-]?\d+)?\b`)

// three rounds every decimal number of a text to three significant digits: processors differ in the last bits.
func three(s string) string {
	return digits.ReplaceAllStringFunc(s, func(n string) string {
		x, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return n
		}
		return strconv.FormatFloat(x, 'g', 3, 64)
	})
}

func TestGolden(t *testing.T) {
	for _, c := range []struct {
		name, args string
		round      bool
	}{
		{"default.txt", "", false},
		{"default.md", "-format markdown", false},
		{"tantalum-rwanda.csv", "-format csv -mineral tantalum -place RWA", true},
		{"gold-uganda.json", "-format json -mineral gold -place UGA -period 2019-2020", true},
		{"explain-gold-uganda-2019.txt", "-explain gold/UGA/2019", false},
		{"list-tungsten-burundi.txt", "-list -mineral tungsten -place BDI", false},
		{"aside-tantalum.txt", "-aside -mineral tantalum", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := call(strings.Fields(c.args)...)
			require.Equal(t, 0, status, errs)
			require.Empty(t, errs)
			if c.round {
				out = three(out)
			}
			name := filepath.Join("testdata", c.name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(name, []byte(out), 0o644))
			}
			want, err := os.ReadFile(name)
			require.NoError(t, err, "go test ./examples/... -update writes it")
			require.Equal(t, string(want), out)
		})
	}
}

func TestNoLineIsWiderThanAPage(t *testing.T) {
	for _, args := range []string{"", "-all", "-aside"} {
		status, out, errs := call(strings.Fields(args)...)
		require.Equal(t, 0, status, errs)
		for i, line := range strings.Split(out, "\n") {
			require.LessOrEqual(t, utf8.RuneCountInString(line), 100, "%s: line %d: %s", args, i+1, line)
		}
	}
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
