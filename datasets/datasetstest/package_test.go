package datasetstest

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
)

// tables is a small dataset in good order.
func tables() fstest.MapFS {
	fields := func(names ...string) string {
		for i, n := range names {
			names[i] = `{"name":"` + n + `","type":"string","description":"d"}`
		}
		return `"schema":{"fields":[` + strings.Join(names, ",") + `]}`
	}
	return fstest.MapFS{
		"datapackage.json": {Data: []byte(`{"name":"small","title":"T","version":"0.1.0","licenses":[{"title":"L"}],"sources":[{"title":"S"}],"resources":[
{"name":"origins","path":"origins.csv","description":"d",` + fields("id", "producer", "title", "published", "spread", "note") + `},
{"name":"claims","path":"claims.csv","description":"d",` + fields("mineral", "period", "from", "to", "amount", "basis", "origin", "locator") + `}]}`)},
		"origins.csv": {Data: []byte("id,producer,title,published,spread,note\nm,Ministry,Report,2021,*/1.1,two prints\n")},
		"claims.csv":  {Data: []byte("mineral,period,from,to,amount,basis,origin,locator\ntin,2020,ground,RWA,5 t,Sn,m,page 1\n")},
	}
}

func complaints(fsys fstest.MapFS) string {
	var h heard
	checkDescriptor(&h, fsys)
	checkCitations(&h, datasets.Package{FS: fsys})
	return strings.Join(h.complaints, "\n")
}

func TestPackageInGoodOrder(t *testing.T) { TestPackage(t, datasets.Package{FS: tables()}) }

func TestWhatAPackageIsToldOff(t *testing.T) {
	for _, c := range []struct{ file, old, new, says string }{
		{"datapackage.json", `"version":"0.1.0"`, `"version":"1"`, "a version such as 0.1.0"},
		{"datapackage.json", `"description":"d","schema"`, `"description":"","schema"`, "has no description"},
		{"datapackage.json", `{"name":"locator","type":"string"`, `{"name":"place","type":"string"`, "its descriptor"},
		{"datapackage.json", `{"name":"period","type":"string"`, `{"name":"period","constraints":{"pattern":"^19"}`, `"2020": not of the pattern ^19`},
		{"datapackage.json", `{"name":"basis","type":"string"`, `{"name":"basis","constraints":{"enum":["W"]}`, `"Sn": not in the list`},
		{"datapackage.json", `"path":"claims.csv"`, `"path":"claim.csv"`, "claim.csv: open claim.csv"},
		{"claims.csv", "page 1", "", "claims.csv:2: no place in the origin"},
		{"claims.csv", "page 1", " page 1", `column locator: " page 1": space around it`},
		{"claims.csv", "\n", "\r\n", "line feed alone"},
		{"origins.csv", "two prints", "", "origin m does not say how its spread was reasoned"},
	} {
		fsys := tables()
		text := strings.Replace(string(fsys[c.file].Data), c.old, c.new, 1)
		require.NotEqual(t, string(fsys[c.file].Data), text, c.old)
		fsys[c.file] = &fstest.MapFile{Data: []byte(text)}
		require.Contains(t, complaints(fsys), c.says, c.new)
	}
	fsys := tables()
	fsys["more.csv"] = &fstest.MapFile{Data: []byte("a\n")}
	require.Contains(t, complaints(fsys), "more.csv")
}
