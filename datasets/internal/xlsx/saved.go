package xlsx

import (
	"strings"
	"time"
)

// Saved is the day on which the workbook was last saved, as its properties have it (docProps/core.xml, dcterms:modified): 2025-02-04. It goes
// with the file wherever that is copied. "" where they do not say; damaged properties are no reason to refuse the cells.
func (w *Workbook) Saved() string {
	related, err := w.relationships("")
	if err != nil {
		return ""
	}
	for _, r := range related {
		if r.is("core-properties") {
			return w.savedIn(r.part)
		}
	}
	return ""
}

func (w *Workbook) savedIn(part string) string {
	s, err := w.scan(part, w.limits.part)
	if err != nil {
		return ""
	}
	defer s.close()
	root, err := s.root("coreProperties")
	if err != nil {
		return ""
	}
	for {
		e, more, err := s.child(root)
		if err != nil || !more {
			return ""
		}
		if e.Name.Local != "modified" {
			if s.skip(e) != nil {
				return ""
			}
			continue
		}
		text, err := s.text(e, nil)
		if err != nil {
			return ""
		}
		for _, layout := range []string{time.RFC3339, "2006-01-02"} { // W3CDTF
			if t, err := time.Parse(layout, strings.TrimSpace(string(text))); err == nil {
				return t.UTC().Format("2006-01-02")
			}
		}
		return ""
	}
}
