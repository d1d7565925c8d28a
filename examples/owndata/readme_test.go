package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	return string(text)
}

// The Go block of the README must compile as it stands. An overlay puts it into the module without writing it there.
func TestReadmeCompiles(t *testing.T) {
	block := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(readme(t))
	require.Len(t, block, 2)
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(source, []byte(block[1]), 0o644))
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, "examples", "readme", "main.go"): source}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644))
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, "readme"), "./examples/readme")
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
}

// The result table of the README must be what the program prints.
func TestReadmeShowsTheResult(t *testing.T) {
	golden, err := os.ReadFile("../greatlakes/testdata/default.txt.golden")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```\n(Gold, tonnes of Au.*?)```").FindStringSubmatch(readme(t))
	require.Len(t, block, 2)
	for _, line := range strings.Split(strings.TrimSpace(block[1]), "\n") {
		require.Contains(t, string(golden), line)
	}
}
