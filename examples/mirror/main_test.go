package main

import (
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/examples/internal/cli/clitest"
	"github.com/stretchr/testify/require"
)

func call(args ...string) (status int, out, errs string) { return clitest.Call(program, args...) }

func TestGolden(t *testing.T) {
	clitest.TestGoldens(t, program,
		clitest.Golden{Name: "default.txt", Args: ""},
		clitest.Golden{Name: "gold-uganda.md", Args: "-format markdown -mineral gold -place UGA"},
		clitest.Golden{Name: "tin-lag.txt", Args: "-mineral tin -place COD+RWA -period 2010-2014 -lag 3"},
		clitest.Golden{Name: "tin.csv", Args: "-format csv -mineral tin -place COD+RWA"},
		clitest.Golden{Name: "gold-rwanda-2018.json", Args: "-format json -mineral gold -place RWA -period 2018"},
		clitest.Golden{Name: "aside-tungsten.txt", Args: "-aside -mineral tungsten"},
		clitest.Golden{Name: "help.txt", Args: "-help"},
	)
}

func TestNoLineIsWiderThanAPage(t *testing.T) {
	clitest.FitsAPage(t, program, "", "-all", "-aside", "-prorate -all -lag 3")
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
