// Package samples finds genuine files of publishers for the tests of their formats. They belong to their publishers and are not part
// of the repository.
package samples

import (
	"os"
	"path/filepath"
	"testing"
)

// variable names the environment variable that holds the folder with the files, one folder a publisher and format.
const variable = "MINERALFLOWS_SAMPLES"

// Dir returns a folder of genuine files, such as "usgs-mcs-2025". The test is skipped where the environment names no folder at all; where
// it names one, a missing file fails the test.
func Dir(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv(variable)
	if root == "" {
		t.Skipf("genuine files are read where %s names their folder", variable)
	}
	dir := filepath.Join(root, name)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Fatalf("%s=%s: there is no folder %s in it", variable, root, name)
	}
	return dir
}
