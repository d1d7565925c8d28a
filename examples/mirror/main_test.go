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
		name  string
		args  []string
		round bool
	}{
		{"default.txt", nil, false},
		{"gold-uganda.md", []string{"-format", "markdown", "-mineral", "gold", "-place", "UGA"}, false},
		{"tin-lag.txt", []string{"-mineral", "tin", "-place", "COD+RWA", "-period", "2010-2014", "-lag", "3"}, false},
		{"tin.csv", []string{"-format", "csv", "-mineral", "tin", "-place", "COD+RWA"}, true},
		{"gold-rwanda-2018.json", []string{"-format", "json", "-mineral", "gold", "-place", "RWA", "-period", "2018"}, true},
		{"aside-tungsten.txt", []string{"-aside", "-mineral", "tungsten"}, false},
		{"help.txt", []string{"-help"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := call(c.args...)
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
	for _, args := range []string{"", "-all", "-aside", "-prorate -all -lag 3"} {
		status, out, errs := call(strings.Fields(args)...)
		require.Equal(t, 0, status, errs)
		for i, line := range strings.Split(out, "\n") {
			require.LessOrEqual(t, utf8.RuneCountInString(line), 100, "%s: line %d: %s", args, i+1, line)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-place", "UGD"}, 1, "mirror: nothing matches -place UGD; nearest: UGA"},
		{[]string{"-lag", "quarter"}, 2, "mirror: -lag \"quarter\": want a whole number from 0 to 24\n"},
		{[]string{"-lag", "30"}, 2, "mirror: -lag \"30\": want a whole number from 0 to 24\n"},
		{[]string{"-band", "2"}, 2, "mirror: -band \"2\": want two positive ratios, the lower one first: 0.5..1.1\n"},
		{[]string{"-band", "1..0.5"}, 2, "mirror: -band \"1..0.5\": want two positive ratios"},
		{[]string{"-except", "transit,,scrap"}, 2, "mirror: -except \"transit,,scrap\": want names of parts, parted by commas, or none\n"},
		{[]string{"-outflow", "declared"}, 2, "mirror: -outflow: unknown flag; "},
		{[]string{"-aside", "-format", "json"}, 2, "mirror: -aside writes text only; want -format text\n"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			status, out, errs := call(c.args...)
			require.Equal(t, c.status, status, errs)
			require.Empty(t, out)
			require.True(t, strings.HasPrefix(errs, c.says), errs)
			require.Equal(t, 1, strings.Count(errs, "\n"), "one line")
		})
	}
}
