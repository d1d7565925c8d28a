package xlsx

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
)

// parts are the files in the zip, by their names without case. A nil file stands in it twice.
type parts map[string]*zip.File

func newParts(z *zip.Reader) parts {
	p := parts{}
	for _, f := range z.File {
		key := partKey(f.Name)
		if _, twice := p[key]; twice {
			p[key] = nil
			continue
		}
		p[key] = f
	}
	return p
}

// partKey is what names of one part have in common: they are compared without case (ISO/IEC 29500-2), and some zip writers put
// backslashes.
func partKey(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (p parts) has(name string) bool {
	_, ok := p[partKey(name)]
	return ok
}

// open opens a part that may unpack to most bytes.
func (p parts) open(name string, most int64) (io.ReadCloser, error) {
	f, ok := p[partKey(name)]
	if !ok {
		if plain, err := url.PathUnescape(name); err == nil {
			f, ok = p[partKey(plain)]
		}
	}
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: it has no part %s", ErrDamaged, name)
	case f == nil:
		return nil, fmt.Errorf("%w: its part %s stands in it twice", ErrDamaged, name)
	case f.Flags&1 != 0:
		return nil, fmt.Errorf("%w: its parts are encrypted: save it without a password", ErrNoWorkbook)
	case f.UncompressedSize64 > uint64(most):
		return nil, fmt.Errorf("%w: %s unpacks to %d bytes, more than %d", ErrLimit, name, f.UncompressedSize64, most)
	}
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, fmt.Errorf("%w: it is packed with the zip method %d, which is not read here: save it in a spreadsheet program", ErrNoWorkbook, f.Method)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrDamaged, name, err)
	}
	return r, nil
}

// relationship points from one part to another.
type relationship struct{ id, kind, part string }

// is compares the last word of the type, which the transitional and the strict form share.
func (r relationship) is(kind string) bool { return path.Base(r.kind) == kind }

// relationships reads where a part points to; none where it has no relationships.
func (w *Workbook) relationships(part string) ([]relationship, error) {
	dir, name := path.Split(part)
	list := dir + "_rels/" + name + ".rels"
	if !w.parts.has(list) {
		return nil, nil
	}
	s, err := w.scan(list, w.limits.part)
	if err != nil {
		return nil, err
	}
	defer s.close()
	root, err := s.root("Relationships")
	if err != nil {
		return nil, err
	}
	var all []relationship
	for {
		e, more, err := s.child(root)
		switch {
		case err != nil:
			return nil, err
		case !more:
			return all, s.drain()
		}
		if !strings.EqualFold(attribute(e, "TargetMode"), "External") {
			all = append(all, relationship{attribute(e, "Id"), attribute(e, "Type"), resolve(dir, attribute(e, "Target"))})
		}
		if len(all) > 4*w.limits.sheets {
			return nil, fmt.Errorf("%w: more than %d relationships", ErrLimit, 4*w.limits.sheets)
		}
		if err := s.skip(e); err != nil {
			return nil, err
		}
	}
}

// resolve is the name of the part that a target means, seen from a folder.
func resolve(dir, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if !strings.HasPrefix(target, "/") {
		target = path.Join("/", dir, target)
	}
	return strings.TrimPrefix(path.Clean(target), "/")
}

// mainPart is the part that the package starts from.
func (w *Workbook) mainPart() (string, error) {
	related, err := w.relationships("")
	if err != nil {
		return "", err
	}
	for _, r := range related {
		if !r.is("officeDocument") {
			continue
		}
		if strings.HasSuffix(strings.ToLower(r.part), ".bin") {
			return "", fmt.Errorf("%w: a binary workbook (.xlsb): save it as .xlsx", ErrNoWorkbook)
		}
		return r.part, nil
	}
	const usual = "xl/workbook.xml"
	switch {
	case w.parts.has(usual):
		return usual, nil
	case w.parts.has("mimetype") && w.parts.has("content.xml"):
		return "", fmt.Errorf("%w: an OpenDocument spreadsheet (.ods): save it as .xlsx", ErrNoWorkbook)
	}
	for name := range w.parts {
		if strings.HasSuffix(name, ".xlsx") {
			return "", fmt.Errorf("%w: a zip with a workbook inside it: unpack it first", ErrNoWorkbook)
		}
	}
	return "", fmt.Errorf("%w: a zip without one", ErrNoWorkbook)
}
