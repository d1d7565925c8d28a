package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pack writes a data package of tin in 2020, with a grade that is 60 %, give or take, for every place.
func pack(t *testing.T, claims, corridors string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"datapackage.json": `{"name":"tin","resources":[{"name":"origins","path":"origins.csv"},{"name":"claims","path":"claims.csv"},{"name":"rates","path":"rates.csv"},{"name":"corridors","path":"corridors.csv"}]}`,
		"origins.csv":      "id,producer,title,published\nm,Survey,Invented,2024\nn,Customs,Invented,2024\n",
		"claims.csv":       "mineral,period,from,to,reporter,amount,spread,basis,origin,evidence\n" + claims,
		"rates.csv":        "mineral,of,per,value,origin\ntin,Sn,gross,0.6 */ 1.2,m\n",
		"corridors.csv":    "mineral,from,to,origin\n" + corridors,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

const (
	output  = "tin,2020,ground,RWA,,100,*/1.2,Sn,m,\n"
	exports = "tin,2020,RWA,world,RWA,120,*/1.1,Sn,n,\n"
	// use, by two who cannot both be right
	disputed = "tin,2020,RWA,use,,5,*/1.1,Sn,m,\ntin,2020,RWA,use,,50,*/1.1,Sn,n,\n"
)

// What cannot be answered is one line that says why.
func TestBadInput(t *testing.T) {
	for _, c := range []struct{ name, claims, corridors, args, says string }{
		{"balances that no flows of zero or more close", "tin,2020,ground,RWA,,30,1,Sn,m,\ntin,2020,RWA,use,,20,1,Sn,m,\ntin,2020,RWA,world,RWA,0,,Sn,n,\n", "tin,COD,RWA,m\n", "-method reconcile",
			"network: tin 2020: no flows of zero or more close the balance of RWA; "},
		{"figures without a spread that conflict", "tin,2020,ground,RWA,,100,1,Sn,m,\ntin,2020,RWA,world,RWA,120,1,Sn,n,\n", "", "-method reconcile",
			"network: tin 2020: figures without a spread leave the balance of RWA open by 20 t, "},
		{"one error for several figures", "tin,2020,RWA,UGA,RWA,100,1,gross,n,\ntin,2020,UGA,world,UGA,110,1,gross,n,\ntin,2020,ground,UGA,,0,,Sn,m,\n", "", "-method reconcile -places UGA",
			"network: tin 2020: the figures of tin 2020 UGA>world and tin 2020 RWA>UGA have one and the same error"},
		{"a corridor to nowhere", output + exports, "tin,COD,RWA,m\n", "-corridors BDI>UGA", "network: tin: a corridor BDI>UGA leads nowhere: one of its ends must lie in [RWA]"},
		{"a corridor to nowhere, reconciled", output + exports, "tin,COD,RWA,m\n", "-method reconcile -corridors BDI>UGA", "network: tin: the corridor BDI>UGA touches no balance: "},
		{"a corridor to no place", output + exports, "", "-corridors BDI>XYZ", `network: -corridors: corridor BDI>XYZ: unknown place: "XYZ" is no ISO 3166-1 alpha-3 code`},
		{"a place without any claim", output + exports, "", "-places RWA,KEN", "network: nothing matches -place KEN; known are RWA"},
		{"a place without any claim then", output + exports + "tin,2019,ground,UGA,,5,*/1.2,Sn,m,\n", "", "-places RWA,UGA -period 2020", "network: -places UGA: nobody claims anything of it that a balance of tin could be made of in these periods"},
		{"places that overlap", output + exports + "tin,2020,ground,COD,,50,*/1.2,Sn,m,\ntin,2020,COD,world,COD,50,*/1.1,Sn,n,\n", "", "-places COD,COD+RWA", "network: tin: COD and COD+RWA overlap: "},
		{"nil all over", "tin,2020,ground,RWA,,0,,Sn,m,\ntin,2020,RWA,world,RWA,0,,Sn,n,\n", "tin,COD,RWA,m\n", "", "network: tin: every figure about RWA in 2020 is nil: there is no balance to close"},
		{"no outflow", output, "", "", "network: tin: no network (RWA: no figure of what leaves it"},
		{"no independent output", "tin,2020,ground,RWA,,120,*/1.1,Sn,m,derived\n" + exports, "", "", "network: tin: no network (RWA: no figure of its output that is independent of exports"},
		{"a bad row", "tin,2020,ground,RWA,,x,*/1.2,Sn,m,\n", "", "", "network: claims.csv:2: column amount"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := call(append([]string{"-data", pack(t, c.claims, c.corridors)}, strings.Fields(c.args)...)...)
			require.Equal(t, 1, status, out)
			require.Empty(t, out)
			require.True(t, strings.HasPrefix(errs, c.says), errs)
			require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		})
	}
	for args, says := range map[string]string{
		"-method guess":                   `network: -method "guess": want posterior or reconcile`,
		"-corridors COD":                  `network: -corridors "COD": want none, or routes such as COD>UGA`,
		"-acceptance 1":                   `network: -acceptance "1": want a number between 0 and 1, such as 0.99`,
		"-chains 0":                       `network: -chains "0": want a whole number from 1 to 64`,
		"-pool mixture":                   "network: -pool: means nothing to -method posterior: ",
		"-draws 100":                      "network: -draws: means nothing to -method posterior: want -sample, ",
		"-method reconcile -sample":       "network: -sample: needs a value: ",
		"-method reconcile -sample 100":   "network: -sample: means nothing to -method reconcile: ",
		"-prior corridor=0":               `network: -prior "corridor=0": want corridor= and a positive number`,
		"-prior walk=x":                   `network: -prior "walk=x": want walk= and a positive number, or off`,
		"-prior width=2":                  `network: -prior "width=2": want NAME=NUMBER with one of corridor, walk, stock, `,
		"-method reconcile -prior walk=1": "network: -prior: means nothing to -method reconcile: ",
		"-apart -format csv":              "network: -apart: is written as text and Markdown only",
		"-method reconcile -tails 4":      "network: -tails: means nothing to -method reconcile: least squares are those of normal errors",
		"-tails 0":                        `network: -tails "0": want a whole number from 1 to 1000`,
		"-explain tin/RWA/2020":           "network: -explain: unknown flag; ",
	} {
		status, out, errs := call(strings.Fields(args)...)
		require.Equal(t, 2, status, args)
		require.Empty(t, out)
		require.True(t, strings.HasPrefix(errs, says), errs)
	}
}

// What can be answered in part is, with a warning in words.
func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name, claims, corridors, args string
		says                          []string
	}{
		{"an unobservable flow", exports + "tin,2020,ground,COD,,50,*/1.2,Sn,m,\n", "tin,COD,RWA,m\n", "-method reconcile -places COD,RWA -period 2020",
			[]string{"not determined", "unobserved: tin 2020: neither claims nor balances determine ", "each is given as the least that closes the balances"}},
		{"an unobservable flow of a posterior", exports + "tin,2019,RWA,world,RWA,100,*/1.1,Sn,n,\ntin,2019,ground,RWA,,100,*/1.2,Sn,m,\n", "tin,COD,RWA,m\n", few + "-places RWA -period 2019-2020",
			[]string{"no output figure: 2020"}},
		{"figures without a spread in a posterior", "tin,2020,ground,RWA,,100,1,Sn,m,\ntin,2020,RWA,world,RWA,120,1,Sn,n,\n", "tin,COD,RWA,m\n", few,
			[]string{"no-spread: tin: 2 figures state no spread: 5 % is taken"}},
		{"an exact nil in a posterior", output + exports + "tin,2020,RWA,use,,0,,Sn,m,\n", "tin,COD,RWA,m\n", few,
			[]string{"nil: tin 2020 RWA>use: Survey says nil: held at zero"}},
		{"an output of nil", "tin,2020,ground,RWA,,0,,Sn,m,\n" + exports, "tin,COD,RWA,m\n", few,
			[]string{"nil: tin 2020 ground>RWA: Survey says nil: held at zero"}},
		{"bounds alone", "tin,2020,ground,RWA,,>=100,,Sn,m,\ntin,2020,RWA,world,RWA,>=120,,Sn,n,\n", "tin,COD,RWA,m\n", few + "-places RWA -period 2020",
			[]string{"one-sided: tin RWA: only bounds are claimed"}},
		{"claims in conflict", output + disputed + exports, "tin,COD,RWA,m\n", few, []string{"the ranges are too narrow where they do; -tails 4 lets a claim be badly wrong."}},
		{"claims in conflict, of which one may be badly wrong", output + disputed + exports, "tin,COD,RWA,m\n", few + "-tails 4",
			[]string{"the errors of claims are Student's t with 4 degrees of freedom, not normal", "the ranges hold that some of them are badly wrong"}},
		{"no corridor", output + exports, "", few, []string{"No route is in this network", "no-corridor: "}},
		{"no corridor, reconciled", output + exports, "", "-method reconcile", []string{"No route is in this network", "consistency: tin 2020: no corridor "}},
		{"a route elsewhere", output + exports, "tin,COD,RWA,m\ntin,TZA,KEN,m\n", few, []string{"the route TZA > KEN: neither end is in the network"}},
		{"too few draws", output + exports, "tin,COD,RWA,m\n", "-chains 2 -warmup 20 -sample 20", []string{"ess: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := call(append([]string{"-data", pack(t, c.claims, c.corridors)}, strings.Fields(c.args)...)...)
			require.Equal(t, 0, status, errs)
			for _, s := range c.says {
				require.Contains(t, strings.Join(strings.Fields(out), " "), s)
			}
		})
	}
}
