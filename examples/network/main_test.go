package main

import (
	"encoding/json"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/examples/internal/cli/clitest"
	"github.com/stretchr/testify/require"
)

func call(args ...string) (status int, out, errs string) { return clitest.Call(program, args...) }

// Reconciliation draws nothing by chance, so that its goldens hold numbers. Those of a posterior would differ between processors.
func TestGolden(t *testing.T) {
	clitest.TestGoldens(t, program,
		clitest.Golden{Name: "reconcile.txt", Args: "-method reconcile"},
		clitest.Golden{Name: "reconcile-gold.md", Args: "-method reconcile -mineral gold -format markdown"},
		clitest.Golden{Name: "reconcile-tin.json", Args: "-method reconcile -mineral tin -period 2013 -format json"},
		clitest.Golden{Name: "reconcile-tantalum.csv", Args: "-method reconcile -mineral tantalum -format csv"},
		clitest.Golden{Name: "help.txt", Args: "-help"},
	)
}

func TestNoLineIsWiderThanAPage(t *testing.T) {
	clitest.FitsAPage(t, program, "-method reconcile", "-method reconcile -all", few+"-mineral gold -period 2022-2023", few+"-mineral tantalum -scenario rwanda-coltan-rubaya -all")
}

// The first screen says of each mineral where from, where to, how sure, and what the prior did; the rest stands below, in this order.
func TestPosteriorText(t *testing.T) {
	status, out, errs := call(strings.Fields(few)...)
	require.Equal(t, 0, status, errs)
	at := 0
	for _, s := range []string{
		"Where unrecorded gold, tantalum and tin came from, and where it went\n", "Gold, tonnes of Au, 2019-2024\n", "sd before,  sd after,", "rests on\n",
		"\nCOD > BDI ", "\nCOD > RWA ", "\nCOD > UGA ", "\nCOD > all ", "\nTZA > ARE ", "\nTZA > KEN ", "\nChains: R-hat ",
		"Tantalum, tonnes of Ta, 2018-2024\n", "\nCOD > RWA ", "Tin, tonnes of Sn, 2008-2015, 2017, 2021-2024\n", "\nCOD > RWA ",
		"Each route in each year", "\nCOD > BDI  2019 ", "\nCOD > UGA  2024 ", "Who sends and who receives", "no output figure: 2019-2024",
		"The claims that conflict most", "What is said of unrecorded flows", "What the networks hold, and what is left out",
		"No network of tungsten: not asked for; -mineral tungsten does.", "What to know", "r-hat: ", "ess: ",
	} {
		i := strings.Index(out[at:], s)
		require.GreaterOrEqual(t, i, 0, "%q after %q", s, out[max(at-40, 0):at])
		at += i + len(s) - 1
	}
	require.Less(t, strings.Count(out[:strings.Index(out, "Each route in each year")], "\n"), 38) // one screen
	require.Equal(t, 5*6+7+13, len(regexp.MustCompile(`(?m)^[A-Z]{3} > [A-Z]{3}  \d{4} `).FindAllString(out, -1)))
	status, md, errs := call(strings.Fields(few + "-mineral tantalum -format markdown")...)
	require.Equal(t, 0, status, errs)
	require.Contains(t, md, "# Where unrecorded tantalum came from")
	require.Contains(t, md, "| COD &gt; RWA | ")
}

type document struct {
	Schema string
	Flows  []struct {
		Mineral, Period, From, To, Channel, Part string
		Claimed, Prior                           *summary
		Estimate                                 summary
		Z                                        *float64
		Claims                                   []any
	}
	Places      []struct{ Mineral, Place, Period string }
	Tests       struct{ J, P float64 }
	Diagnostics *struct {
		MaxRhat float64 `json:"max_rhat"`
		ESSBulk float64 `json:"min_ess_bulk"`
		ESSTail float64 `json:"min_ess_tail"`
	}
	Warnings []struct{ Code, Text string }
}

type summary struct{ Mean, SD, Lo, Median, Hi float64 }

func read(t *testing.T, args string) (d document, raw map[string]any) {
	t.Helper()
	status, out, errs := call(append(strings.Fields(args), "-format", "json")...)
	require.Equal(t, 0, status, errs)
	require.NoError(t, json.Unmarshal([]byte(out), &d))
	require.NoError(t, json.Unmarshal([]byte(out), &raw))
	return d, raw
}

// Both methods write one schema; what a method does not have is null.
func TestJSON(t *testing.T) {
	for method, chains := range map[string]bool{"posterior": true, "reconcile": false} {
		args := "-mineral tantalum -method " + method
		if chains {
			args += " " + few
		}
		d, raw := read(t, args)
		require.Equal(t, "mineralflows/network/v1", d.Schema)
		for _, key := range []string{"flows", "places", "tests", "diagnostics", "warnings"} {
			require.Contains(t, raw, key)
		}
		require.Equal(t, chains, d.Diagnostics != nil)
		tests := raw["tests"].(map[string]any)
		for _, key := range []string{"J", "df", "p", "largest"} {
			require.Contains(t, tests, key)
		}
		routes, places := 0, map[string]bool{}
		for _, f := range raw["flows"].([]any) {
			f := f.(map[string]any)
			for _, key := range []string{"mineral", "period", "from", "to", "channel", "claimed", "estimate", "z"} {
				require.Contains(t, f, key)
			}
			if f["channel"] == "unrecorded" {
				routes++
				require.Nil(t, f["claimed"]) // the testimony belongs to a scenario
			}
		}
		require.Equal(t, 7, routes)
		for _, p := range d.Places {
			places[p.Place] = true
		}
		require.Equal(t, map[string]bool{"COD": true, "RWA": true}, places)
	}
	all, _ := read(t, few) // three minerals in one document
	minerals := map[string]bool{}
	for _, f := range all.Flows {
		minerals[f.Mineral] = true
	}
	require.Equal(t, map[string]bool{"gold": true, "tantalum": true, "tin": true}, minerals)
	require.Greater(t, all.Diagnostics.MaxRhat, 1.0)
	require.GreaterOrEqual(t, all.Tests.P, 0.0)
	require.LessOrEqual(t, all.Tests.P, 1.0)
}

// One seed gives the same bits on any number of processors, another seed others.
func TestReproducible(t *testing.T) {
	args := strings.Fields(few + "-mineral tantalum -format json -seed 7")
	_, want, errs := call(args...)
	require.Empty(t, errs)
	was := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(was)
	for _, n := range []int{1, 3, 8} {
		runtime.GOMAXPROCS(n)
		_, out, _ := call(args...)
		require.Equal(t, want, out, n)
	}
	_, other, _ := call(strings.Fields(few + "-mineral tantalum -format json -seed 8")...)
	require.NotEqual(t, want, other)
}

// What the claims say of a route is printed with its error, and with the Pareto k of each claim that was left out. Whether the comparison is
// right is a test of package estimate; here the columns hold together.
func TestCompare(t *testing.T) {
	status, out, errs := call(strings.Fields("-compare -all -mineral tantalum -places COD,RWA -period 2021-2022 -chains 2 -warmup 400 -sample 400")...)
	require.Equal(t, 0, status, errs)
	_, section, found := strings.Cut(out, "With a route and without it\n")
	require.True(t, found, out)
	row := regexp.MustCompile(`(?m)^COD > RWA +(\S+) +(\S+) +(\S+) +(\S+) +(\d+) +(\S+) +(\d+) of (\d+)$`).FindStringSubmatch(section)
	require.NotNil(t, row, section)
	number := func(i int) float64 {
		x, err := strconv.ParseFloat(row[i], 64)
		require.NoError(t, err)
		return x
	}
	require.InDelta(t, number(1)-number(2), number(3), 0.11) // each is printed to a tenth
	require.Equal(t, 2*number(5), number(8))                 // every claim with the route, and without it
	require.Contains(t, section, "Each claim left out, with all routes\n")
	require.Equal(t, int(number(5)), len(regexp.MustCompile(`(?m)^202[12] \S+ > \S+ .* \S+ +\d+\.\d\d(  refitted)?$`).FindAllString(section, -1)), section)

	for args, says := range map[string]string{
		"-compare -method reconcile": "network: -compare: means nothing to -method reconcile: it has no predictive density\n",
		"-compare -format json":      "network: -compare: is written as text and Markdown only\n",
	} {
		status, _, errs := call(strings.Fields(args)...)
		require.Equal(t, 2, status)
		require.Equal(t, says, errs)
	}
}
