package flows_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/mineralflows/mineralflows"

// mayImport holds, per layer of the module, the layers that it may import beside itself.
var mayImport = map[string][]string{
	"dist":              nil,
	"flows":             {"dist"},
	"datasets":          {"flows", "dist"},
	"estimate/internal": {"flows", "dist"},
	"estimate":          {"flows", "dist", "estimate/internal"},
	"estimate/chart":    {"flows", "dist", "estimate", "estimate/internal"},
	"estimate/report":   {"flows", "dist", "estimate", "estimate/internal"},
	"estimate/test":     {"flows", "dist", "estimate", "estimate/internal"},
	"examples":          {"flows", "dist", "datasets", "estimate", "estimate/chart", "estimate/report"},
}

// mayTest holds what third parties beside testify the tests of a package may use: a second reader to compare the first with.
var mayTest = map[string][]string{
	module + "/datasets/internal/xlsx": {"github.com/xuri/excelize/v2"},
}

// layer is the layer of a package of the module, "" for one that should not be.
func layer(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
	within := func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }
	switch {
	case path == "flows/dist":
		return "dist"
	case path == "flows", path == "estimate":
		return path
	case within("estimate/estimatetest"):
		return "estimate/test"
	}
	for _, dir := range []string{"estimate/internal", "estimate/chart", "estimate/report", "datasets", "examples"} {
		if within(dir) {
			return dir
		}
	}
	return ""
}

// forbidden says why a package must not import another, "" where it may.
func forbidden(from, to string) string {
	if to != module && !strings.HasPrefix(to, module+"/") {
		host, _, _ := strings.Cut(to, "/")
		if !strings.Contains(host, ".") || strings.HasPrefix(to, "gonum.org/v1/") {
			return "" // the standard library and gonum
		}
		return "no third party but gonum"
	}
	a, b := layer(from), layer(to)
	if a == "" || b == "" {
		return "not a place for a package"
	}
	if a == b {
		return ""
	}
	for _, ok := range mayImport[a] {
		if ok == b {
			return ""
		}
	}
	return a + " must not know " + b
}

// Imports run one way: flows/dist <- flows <- {datasets, estimate} <- examples, estimate <- {chart, report}. Tests may also use
// testify, what mayTest gives them, and any package of the module.
func TestImportsRunOneWay(t *testing.T) {
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Standard,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = ".."
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	require.NoError(t, err, problems.String())

	seen := map[string]bool{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath                         string
			Standard                           bool
			Imports, TestImports, XTestImports []string
		}
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if p.Standard {
			continue
		}
		if p.ImportPath != module && !strings.HasPrefix(p.ImportPath, module+"/") {
			require.Empty(t, forbidden(module, p.ImportPath), p.ImportPath) // what the library drags in
			continue
		}
		seen[p.ImportPath] = true
		for _, to := range p.Imports {
			require.Empty(t, forbidden(p.ImportPath, to), "%s imports %s", p.ImportPath, to)
		}
		for _, to := range append(p.TestImports, p.XTestImports...) {
			if !strings.HasPrefix(to, module) && !strings.HasPrefix(to, "github.com/stretchr/testify/") && !slices.Contains(mayTest[p.ImportPath], to) {
				require.Empty(t, forbidden(p.ImportPath, to), "a test of %s imports %s", p.ImportPath, to)
			}
		}
	}
	require.True(t, seen[module+"/flows"] && seen[module+"/flows/dist"], "go list found %v", seen)
}

// The rule itself: edges that must fail.
func TestForbiddenImports(t *testing.T) {
	in := func(s string) string { return module + "/" + s }
	for _, e := range [][2]string{
		{in("flows/dist"), in("flows")}, {in("flows"), in("datasets")}, {in("flows"), in("estimate")}, {in("datasets"), in("estimate")},
		{in("estimate"), in("datasets")}, {in("datasets/baci"), in("estimate/internal/lsq")}, {in("estimate"), in("estimate/report")},
		{in("estimate/chart"), in("estimate/report")}, {in("estimate/report"), in("datasets/greatlakes")}, {in("estimate/internal/nuts"), in("estimate")},
		{in("datasets"), in("examples/owndata")}, {in("flows"), in("util")}, {in("flows"), "github.com/stretchr/testify/require"}, {in("datasets/sqldata"), "modernc.org/sqlite"},
	} {
		require.NotEmpty(t, forbidden(e[0], e[1]), "%s imports %s", e[0], e[1])
	}
	for _, e := range [][2]string{
		{in("flows"), in("flows/dist")}, {in("datasets/greatlakes"), in("datasets")}, {in("estimate"), in("estimate/internal/lsq")}, {in("estimate/report"), in("estimate")},
		{in("examples/greatlakes"), in("datasets/greatlakes")}, {in("estimate/estimatetest"), in("estimate")}, {in("flows"), "encoding/json"}, {in("estimate"), "gonum.org/v1/gonum/mat"},
	} {
		require.Empty(t, forbidden(e[0], e[1]), "%s imports %s", e[0], e[1])
	}
}
