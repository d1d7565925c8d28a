package cli

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mineralflows/mineralflows/estimate/report"
)

// write renders a report and sends it to -o or to stdout. A file is replaced as a whole or not at all.
func (s *settings) write(stdout io.Writer, render Renderer) error {
	o := report.Options{All: s.all, Color: s.out == "" && s.colours(stdout)}
	var b bytes.Buffer
	if err := render(&b, o); err != nil {
		return err
	}
	if s.out == "" {
		_, err := stdout.Write(b.Bytes())
		return err
	}
	return replace(s.out, b.Bytes())
}

// replace writes a new file beside name and renames it. Writing in place would leave half a file behind where the disk is full.
func replace(name string, content []byte) (err error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("-o %s: it is a folder; want a file", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("-o: %w", err)
		}
	}()
	if _, err = f.Write(content); err != nil {
		f.Close()
		return err
	}
	if err = f.Chmod(modeOf(name)); err != nil {
		f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// modeOf keeps the permissions of a file that is replaced; a temporary file would be its owner's alone.
func modeOf(name string) fs.FileMode {
	if info, err := os.Stat(name); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

// colours reports whether w shows them: a terminal that is not dumb, and no NO_COLOR (https://no-color.org).
func (s *settings) colours(w io.Writer) bool {
	env := s.env
	if env == nil {
		env = os.Getenv
	}
	return env("NO_COLOR") == "" && env("TERM") != "dumb" && terminal(w)
}

// terminal reports whether w is a character device.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
