package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const route = "tin,COD,RWA,m\n"

// What was assumed is printed as it is set: a bias of 0.3 is good for exp(1.645 x 0.3) = 1.64 either way.
func TestAssumed(t *testing.T) {
	data := pack(t, output+exports, route)
	for args, says := range map[string][]string{
		"": {"corridor 1 x", "walk 0.5", "stock 1 mo", "bias */1.28", "rest 1 x", "flow */26.8", "claim */1.09"},
		"-prior corridor=2,stock=off -prior bias=0.3": {"corridor 2 x", "walk 0.5", "stock off", "bias */1.64", "rest 1 x", "flow */26.8", "claim */1.09"},
		"-prior walk=off,flow=off":                    {"walk off", "flow off"},
	} {
		status, out, errs := call(append([]string{"-data", data}, strings.Fields(few+args)...)...)
		require.Equal(t, 0, status, errs)
		_, section, found := strings.Cut(out, "What was assumed before any claim\n")
		require.True(t, found)
		for _, s := range says {
			require.Contains(t, strings.Join(strings.Fields(section), " "), " "+s+" ", args)
		}
	}
	_, out, _ := call("-data", data, "-method", "reconcile")
	require.NotContains(t, out, "What was assumed")
}

// With -all every prior has its line, of each route.
func TestApart(t *testing.T) {
	data := pack(t, output+exports, route)
	status, out, errs := call(append([]string{"-data", data}, strings.Fields("-chains 4 -warmup 200 -sample 200 -apart -all")...)...)
	require.Equal(t, 0, status, errs)
	_, section, found := strings.Cut(out, "Tin: sums over the years with the scale of one prior changed\n")
	require.True(t, found, out)
	for _, name := range []string{"corridor", "walk", "stock", "bias", "rest", "flow", "claim"} {
		require.Contains(t, section, "\nCOD > RWA  "+name+" ", section)
	}
}

// Every line of a route says what it rests on. 100 t that exports exceed output by, both known to a few per cent, are claimed; without an output
// figure they say no more than that at most all came over the route.
func TestEveryLineSaysWhatItRestsOn(t *testing.T) {
	draw := "-chains 4 -warmup 500 -sample 500 -prior bias=0.02 "
	tight := "tin,2020,ground,RWA,,200,*/1.02,Sn,m,\ntin,2020,RWA,world,RWA,400,*/1.02,Sn,n,\n"
	loose := "tin,2020,ground,RWA,,>=1,,Sn,m,\ntin,2020,RWA,world,RWA,400,*/1.02,Sn,n,\n"
	for _, c := range []struct{ claims, args, rests string }{{tight, "", "claims"}, {loose, "-places RWA -period 2020", "ceiling"}} {
		status, out, errs := call(append([]string{"-data", pack(t, c.claims, route)}, strings.Fields(draw+c.args)...)...)
		require.Equal(t, 0, status, errs)
		lines := 0
		for _, line := range strings.Split(out, "\n") {
			if strings.HasPrefix(line, "COD > RWA ") {
				lines++
				require.True(t, strings.HasSuffix(line, " "+c.rests), "%q", line)
			}
		}
		require.Equal(t, 2, lines, out) // the sum, and its one year
	}
}

// What is said of an unrecorded flow without a scenario is not in the estimate, and the table says so.
func TestSaidWithoutScenario(t *testing.T) {
	dir := pack(t, output+exports, route)
	claims := "mineral,period,from,to,channel,reporter,amount,spread,basis,origin,evidence\n" +
		"tin,2020,ground,RWA,,,100,*/1.2,Sn,m,\ntin,2020,RWA,world,,RWA,120,*/1.1,Sn,n,\ntin,2020,COD,RWA,unrecorded,,50,*/1.2,Sn,m,\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "claims.csv"), []byte(claims), 0o644))
	_, out, errs := call(append([]string{"-data", dir}, strings.Fields(few)...)...)
	require.Empty(t, errs)
	_, section, found := strings.Cut(out, "What is said of unrecorded flows")
	require.True(t, found)
	require.Contains(t, strings.Join(strings.Fields(section), " "), "Survey, tin 2020, t Sn; not in the estimate, which takes what is said of unrecorded flows in a scenario only")
}

// Exports of nil have no share that came over a route.
func TestNoShareOfNil(t *testing.T) {
	_, out, errs := call(append([]string{"-data", pack(t, output+"tin,2020,RWA,world,RWA,0,,Sn,n,\n", route)}, strings.Fields(few)...)...)
	require.Empty(t, errs)
	require.Regexp(t, `(?m)^COD > RWA .* — +— +`, out) // neither price nor outflow
	require.Regexp(t, `(?m)^RWA +100 +\S+ +0 `, out)
}

// Places may be written in any case and order, in a union too.
func TestPlacesInAnyCase(t *testing.T) {
	args := strings.Fields("-method reconcile -mineral tin -period 2022 -format csv -places")
	_, want, errs := call(append(args, "COD+RWA")...)
	require.Empty(t, errs)
	status, got, errs := call(append(args, "rwa+cod")...)
	require.Equal(t, 0, status, errs)
	require.Equal(t, want, got)
}

// An output of 1 t in 2019 makes one of 400 t in 2020, of which nobody says anything, improbable beforehand; but it is no claim that what
// was exported in 2020 came over the route. It may have, at most.
func TestSilentYearsRestOnNoClaims(t *testing.T) {
	claims := "tin,2019,ground,RWA,,1,*/1.02,Sn,m,\ntin,2019,RWA,world,RWA,400,*/1.02,Sn,n,\ntin,2020,RWA,world,RWA,400,*/1.02,Sn,n,\n"
	status, out, errs := call(append([]string{"-data", pack(t, claims, route)}, strings.Fields("-chains 4 -warmup 500 -sample 500 -prior bias=0.02,stock=0.2 -places RWA -period 2019-2020")...)...)
	require.Equal(t, 0, status, errs)
	require.Regexp(t, `(?m)^COD > RWA  2019 .* claims$`, out)
	require.Regexp(t, `(?m)^COD > RWA  2020 .* ceiling$`, out)
	require.Regexp(t, `(?m)^COD > RWA  [0-9]{3} .* ceiling$`, out, "half of the sum")
	require.Contains(t, out, "no output figure: 2020")
}

// All of Africa's gold is too much for a run that takes seconds: the latest year is kept, and the places of which it holds nothing are named.
func TestLargeNetwork(t *testing.T) {
	status, out, errs := call(strings.Fields("-data africagold -chains 2 -warmup 300 -sample 100")...)
	require.Equal(t, 0, status, errs)
	words := strings.Join(strings.Fields(out), " ")
	require.Contains(t, words, "Gold, tonnes of Au, 2024 ")
	require.Contains(t, words, "only so that a run takes seconds; -period asks for them")
	require.Contains(t, words, "AGO: no figure in 2024")
	require.NotContains(t, words, "NOT CONVERGED")
}

// -outflow declared and mirrored leave out the other side wherever both speak, flows to single partners too; pooled leaves out neither.
func TestOneSide(t *testing.T) {
	claims := output + exports + "tin,2020,RWA,MYS,RWA,70,*/1.1,Sn,n,\ntin,2020,RWA,MYS,MYS,90,*/1.1,Sn,m,\n"
	data := pack(t, claims, route)
	for side, want := range map[string]string{"declared": "70 120", "mirrored": "90", "pooled": "70 90 120"} {
		d, _ := read(t, few+"-data "+data+" -outflow "+side)
		var got []string
		for _, f := range d.Flows {
			for _, c := range f.Claims {
				if f.From == "RWA" {
					got = append(got, c.(map[string]any)["amount"].(string))
				}
			}
		}
		require.ElementsMatch(t, strings.Fields(want), got, side)
	}
}
