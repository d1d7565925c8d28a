package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/examples/internal/cli/clitest"
	"github.com/stretchr/testify/require"
)

func call(args ...string) (status int, out, errs string) { return clitest.Call(program, args...) }

func TestGolden(t *testing.T) {
	clitest.TestGoldens(t, program,
		clitest.Golden{Name: "turbine.txt", Args: "-data data -all"},
		clitest.Golden{Name: "turbine-local.txt", Args: "-data data -local"},
		clitest.Golden{Name: "turbine.md", Args: "-data data -format markdown"},
		clitest.Golden{Name: "turbine.csv", Args: "-data data -format csv"},
		clitest.Golden{Name: "turbine.json", Args: "-data data -format json"},
		clitest.Golden{Name: "tin.txt", Args: "-data ../../datasets/greatlakes -mineral tin -period 2010-2014"},
		clitest.Golden{Name: "tin-consistency.txt", Args: "-data ../../datasets/greatlakes -mineral tin -period 2010-2014 -corridors none"},
		clitest.Golden{Name: "gold-region.txt", Args: "-data ../../datasets/greatlakes -mineral gold -place BDI+COD+RWA+UGA -period 2019-2020 -all"},
	)
}

type network struct {
	Schema string
	Flows  []struct {
		From, To, Part string
		Estimate       struct{ Mean, SD float64 }
		Z              *float64
		Local          *float64 `json:"vdi_local"`
	}
	Tests struct {
		J       float64
		DF      int
		Largest map[string]any
	}
	Diagnostics *struct{}
}

// The program gives what VDI 2048 Part 1 prints (as reproduced in the OpenModelica User's Guide, tables of the chapter Data Reconciliation): values
// to 1e-3, half widths (1.96 standard deviations) to 0.2 %, since the package states its figures to six digits. J is 2.5370.
//
// The error that a pair of lines shares is a share of each flow in the package and one number for both in the source. So the two feedwater
// lines are parted a little differently, and are held against x = y - V A' (A V A')^-1 A y with the package's own V (own^2 + 0.012413^2 yi yj):
// 44.692734 and 44.126156, where VDI has 44.6959 and 44.1229. Their sum is VDI's.
func TestTurbineIsWhatVDIPrints(t *testing.T) {
	status, out, errs := call("-data", "data", "-local", "-format", "json")
	require.Equal(t, 0, status, errs)
	var n network
	require.NoError(t, json.Unmarshal([]byte(out), &n))
	require.Equal(t, "mineralflows/network/v1", n.Schema)
	require.Nil(t, n.Diagnostics)
	require.Equal(t, 3, n.Tests.DF)
	require.InDelta(t, 2.5370, n.Tests.J, 0.003)
	require.NotNil(t, n.Tests.Largest)
	got, local := map[string][2]float64{}, map[string]float64{}
	for _, f := range n.Flows {
		got[f.From+">"+f.To+" "+f.Part] = [2]float64{f.Estimate.Mean, 1.96 * f.Estimate.SD}
		if f.Local != nil {
			local[f.From+">"+f.To+" "+f.Part] = *f.Local
		}
	}
	// the local tests: without the floor under the denominator the seals would have 0.111 and A5 and A6 0.0039
	for name, want := range map[string]float64{"feed-pumps>feedwater FDKEL": 1.58381, "feed-pumps>feedwater FDKELL": 1.58381, "feedwater>turbine SPL": 0.40853,
		"feedwater>turbine SPLL": 0.40853, "turbine>seals ": 0.0295873, "turbine>condenser ": 0.08913, "turbine>heaters A7": 0.00387312, "turbine>heaters A6": 0.00257972,
		"turbine>heaters A5": 0.00257972, "heaters>condenser ": 0.0161013} {
		require.Contains(t, local, name)
		require.InDelta(t, want, local[name], 1e-3, name)
	}
	for name, want := range map[string][2]float64{
		"feed-pumps>feedwater FDKEL":  {44.692734, 1.61062},
		"feed-pumps>feedwater FDKELL": {44.126156, 1.61062},
		"feed-pumps>feedwater ":       {44.6959 + 44.1229, 0.613473}, // 1.96 sd of the sum, from the source's own V by the same formula
		"feedwater>turbine SPL":       {44.6426, 0.425429},
		"feedwater>turbine SPLL":      {44.3861, 0.423635},
		"turbine>seals ":              {0.524499, 0.104627},
		"turbine>condenser ":          {70.0049, 0.615089},
		"turbine>heaters A7":          {10.3642, 0.133112},
		"turbine>heaters A6":          {3.74402, 0.0566989},
		"turbine>heaters A5":          {4.39102, 0.0566989},
		"heaters>condenser ":          {18.4993, 0.137264},
		"turbine>heaters ":            {18.4993, 0.137264}, // mHDANZ, which is unmeasured there
	} {
		require.Contains(t, got, name)
		require.InDelta(t, want[0], got[name][0], 1e-3, name)
		require.InEpsilon(t, want[1], got[name][1], 0.002, name)
	}
}

func TestErrors(t *testing.T) {
	package1 := func(t *testing.T, claims, corridors string) string {
		t.Helper()
		dir := t.TempDir()
		files := map[string]string{
			"datapackage.json": `{"name":"plant","places":"free","minerals":{"water":"H2O"},"resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"},{"name":"corridors","path":"corridors.csv"}]}`,
			"origins.csv":      "id,producer,title,published\nm,Meters,Invented,2024\nn,Other meters,Invented,2024\n",
			"claims.csv":       "mineral,period,from,to,amount,spread,basis,origin\n" + claims,
			"corridors.csv":    "mineral,from,to,origin\n" + corridors,
		}
		for name, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
		return dir
	}
	for _, c := range []struct{ name, claims, corridors, args, says string }{
		{"balances that nothing closes", "water,2024,well,mill,30,1,H2O,m\nwater,2024,mill,pond,20,1,H2O,m\n", "water,spring,mill,m\n", "",
			"reconcile: water 2024: no flows of zero or more close the balance of mill; "},
		{"figures without a spread", "water,2024,well,mill,30,1,H2O,m\nwater,2024,mill,pond,20,1,H2O,m\n", "", "",
			"reconcile: water 2024: figures without a spread leave the balance of mill open by 10 t, "},
		{"a corridor to nowhere", "water,2024,well,mill,30,+-5 %,H2O,m\nwater,2024,mill,pond,30,+-5 %,H2O,m\n", "water,spring,pond,m\n", "",
			"reconcile: water: the corridor spring>pond touches no balance: "},
		{"no place with both sides", "water,2024,well,mill,30,+-5 %,H2O,m\n", "", "", "reconcile: no place has figures of both what comes in and what goes out"},
		{"an unknown route", "water,2024,well,mill,30,+-5 %,H2O,m\nwater,2024,mill,pond,30,+-5 %,H2O,m\n", "", "-corridors Spring>mill", "reconcile: -corridors: corridor Spring>mill: unknown place"},
		{"no data", "water,2024,well,mill,,+-5 %,H2O,m\n", "", "", "reconcile: claims.csv:2: column amount"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := call(append([]string{"-data", package1(t, c.claims, c.corridors)}, strings.Fields(c.args)...)...)
			require.Equal(t, 1, status)
			require.Empty(t, out)
			require.True(t, strings.HasPrefix(errs, c.says), errs)
		})
	}
	status, _, errs := call()
	require.Equal(t, 1, status)
	require.Equal(t, "reconcile: want -data DIR, a folder that holds a datapackage.json\n", errs)
	for _, c := range []struct{ args, says string }{
		{"-explain gold/UGA/2019", "reconcile: -explain: unknown flag; "},
		{"-data data -corridors COD", `reconcile: -corridors "COD": want none, or routes such as COD>UGA, several parted by commas`},
	} {
		status, _, errs := call(strings.Fields(c.args)...)
		require.Equal(t, 2, status)
		require.True(t, strings.HasPrefix(errs, c.says), errs)
	}
}

// A steam plant with a month of readings and two streams that no meter sees: a blowdown, and a bypass with a valve chamber in it. Nothing that
// leaves the chamber is measured, and all that enters it must. With the bypass shut the balances are A y = (50, 300, 100, 200) for boiler 2,
// the header, the turbine and the condenser, J = r' (A V A')^-1 r = 6.5552, and the line to the turbine carries 6092.6 +- 78.4.
func TestMonthOfAPlant(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"datapackage.json": `{"name":"steam","places":"free","minerals":{"steam":"H2O"},"resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"},{"name":"corridors","path":"corridors.csv"}]}`,
		"origins.csv":      "id,producer,title,published,spread\nmeters,Plant meters,Logbook,2024-08,+-2 %\nold,Old orifice plates,Logbook,2024-08,+-5 %\n",
		"claims.csv": `mineral,period,from,to,amount,basis,origin
steam,2024-01,water-works,boiler-1,5100,H2O,meters
steam,2024-01,water-works,boiler-2,3050,H2O,meters
steam,2024-01,boiler-1,header,5000,H2O,old
steam,2024-01,boiler-2,header,3000,H2O,old
steam,2024-01,header,turbine,6200,H2O,meters
steam,2024-01,header,process,1500,H2O,meters
steam,2024-01,turbine,condenser,6100,H2O,old
steam,2024-01,condenser,hotwell,5900,H2O,meters
`,
		"corridors.csv": "mineral,from,to,origin\nsteam,header,bypass,meters\nsteam,bypass,condenser,meters\nsteam,boiler-1,blowdown,meters\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	for _, args := range [][]string{nil, {"-period", "2024-01"}} {
		status, out, errs := call(append([]string{"-data", dir, "-format", "json"}, args...)...)
		require.Equal(t, 0, status, errs)
		var n network
		require.NoError(t, json.Unmarshal([]byte(out), &n))
		require.InDelta(t, 6.5552, n.Tests.J, 0.003) // moments of 8,192 stratified draws
		require.Equal(t, 4, n.Tests.DF)
		got := map[string][2]float64{}
		for _, f := range n.Flows {
			got[f.From+">"+f.To] = [2]float64{f.Estimate.Mean, f.Estimate.SD}
		}
		require.Len(t, got, 11)
		require.InDelta(t, 6092.565, got["header>turbine"][0], 0.05)
		require.InDelta(t, 78.417, got["header>turbine"][1], 0.05)
		require.Equal(t, [2]float64{}, got["header>bypass"])
		require.Equal(t, [2]float64{}, got["bypass>condenser"])
	}
}

// What neither claims nor balances determine is named, not made up.
func TestUnobservable(t *testing.T) {
	status, out, errs := call("-data", "../../datasets/greatlakes", "-mineral", "tin", "-period", "2018")
	require.Equal(t, 0, status, errs)
	require.Contains(t, strings.Join(strings.Fields(out), " "), "unobserved: tin 2018: neither claims nor balances determine")
}
