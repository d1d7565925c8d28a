// Package clitest runs an example program in a test, and holds what it prints against golden files.
package clitest

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mineralflows/mineralflows/examples/internal/cli"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Call runs a program as its main function does, made anew: its flags keep what they were given.
func Call(program func() cli.Program, args ...string) (status int, out, errs string) {
	var stdout, stderr bytes.Buffer
	status = cli.Main(program(), args, &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

// Golden is what a program is to print for some arguments: the file testdata/NAME.golden. JSON and CSV, whose numbers have all their digits, are
// compared to three of them.
type Golden struct{ Name, Args string }

// TestGoldens runs a program for each golden and compares. go test ./examples/... -update writes them anew.
func TestGoldens(t *testing.T, program func() cli.Program, all ...Golden) {
	t.Helper()
	for _, g := range all {
		t.Run(g.Name, func(t *testing.T) {
			status, out, errs := Call(program, strings.Fields(g.Args)...)
			if status != 0 || errs != "" {
				t.Fatalf("exit status %d, want 0 and no word on standard error: %s", status, errs)
			}
			if ext := filepath.Ext(g.Name); ext == ".json" || ext == ".csv" {
				out = three(out)
			}
			name := filepath.Join("testdata", g.Name+".golden")
			if *update {
				if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(name, []byte(out), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatalf("%v; go test ./examples/... -update writes it", err)
			}
			differs(t, string(want), out)
		})
	}
}

// differs fails with the first line in which two texts differ.
func differs(t *testing.T, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d differs:\n got %s\nwant %s", i+1, b[i], a[i])
		}
	}
	t.Fatalf("%d lines, want %d", len(b), len(a))
}

// FitsAPage fails where a line of what a program prints for one of the arguments is wider than 100 characters.
func FitsAPage(t *testing.T, program func() cli.Program, args ...string) {
	t.Helper()
	for _, a := range args {
		status, out, errs := Call(program, strings.Fields(a)...)
		if status != 0 {
			t.Fatalf("%s: exit status %d: %s", a, status, errs)
		}
		for i, line := range strings.Split(out, "\n") {
			if n := utf8.RuneCountInString(line); n > 100 {
				t.Errorf("%s: line %d has %d characters: %s", a, i+1, n, line)
			}
		}
	}
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
