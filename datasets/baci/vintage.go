package baci

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/datasets/internal/adapter"
	"github.com/mineralflows/mineralflows/flows"
)

// vintage is what is known of a file as a whole.
type vintage struct {
	revision string // HS92 to HS22, "" where it is not known
	year     int    // of all its rows, 0 where the name does not say
	version  string // V202501, "" where it is not known
	date     adapter.Date
}

// named is how CEPII names its files. A letter behind the month marks a correction: V202401b.
var named = regexp.MustCompile(`(?i)^BACI_(HS\d\d)_Y(\d{4})_(V\d{6}[a-z]?)\.csv(?:\.gz)?$`)

// versioned is how CEPII names its versions, by year and month.
var versioned = regexp.MustCompile(`^V(\d{4})(\d\d)[a-z]?$`)

// parseName reads a file's name.
func parseName(base string) (v vintage, ok bool) {
	m := named.FindStringSubmatch(base)
	if m == nil {
		return vintage{}, false
	}
	year, err := strconv.Atoi(m[2])
	return vintage{revision: strings.ToUpper(m[1]), year: year, version: version(m[3])}, err == nil
}

// version writes a version as CEPII does: V202401b.
func version(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
}

// wanted is what a source is set to, "" for what is not set.
type wanted struct{ revision, version string }

func (s Source) wanted() (w wanted, err error) {
	if s.Revision != "" {
		r, err := hs.ParseRevision(s.Revision)
		if err != nil {
			return w, fmt.Errorf("%w: Revision: %w", datasets.ErrWord, err)
		}
		w.revision = nameOf(r)
	}
	if w.version = version(s.Version); w.version != "" && !versioned.MatchString(w.version) {
		return w, fmt.Errorf("%w: Version %q: want V202501", datasets.ErrWord, s.Version)
	}
	return w, nil
}

// nameOf is CEPII's name of a revision: HS92.
func nameOf(r hs.Revision) string { return fmt.Sprintf("HS%02d", r.Year()%100) }

// match reports whether a file of a folder is asked for, by its name.
func (w wanted) match(base string) bool {
	v, ok := parseName(base)
	return ok && (w.revision == "" || v.revision == w.revision) && (w.version == "" || v.version == w.version)
}

// what says what match looks for.
func (w wanted) what() string {
	what := "yearly files of BACI"
	if w.revision != "" {
		what += " in " + w.revision
	}
	if w.version != "" {
		what += " of version " + w.version
	}
	return what + " (named as BACI_HS22_Y2022_V202501.csv)"
}

var errRevision = errors.New("nothing says in which revision of the Harmonized System the file is: " +
	"set Revision (HS92 to HS22), or Name as CEPII names it")

// vintage is what a file's name and the source say of it. It returns false where the file is not to be read: the query asks for other
// years, or, having reported why, where it cannot be used.
func (p *reading) vintage(f adapter.File) (vintage, bool) {
	v, _ := parseName(f.Base())
	if p.wanted.revision != "" {
		v.revision = p.wanted.revision
	}
	if p.wanted.version != "" {
		v.version = p.wanted.version
	}
	if asked := p.run.Query().Period; v.year != 0 && !asked.IsZero() && asked.Overlap(flows.Year(v.year)) == 0 {
		return v, false
	}
	if v.revision == "" {
		p.run.Fail(f.Pos(0), errRevision)
		return v, false
	}
	stated := ""
	if m := versioned.FindStringSubmatch(v.version); m != nil {
		stated = m[1] + "-" + m[2]
	}
	var err error
	if v.date, err = p.run.Published(p.source.Published, stated, f); err == nil {
		err = p.once(f, v)
	}
	if err != nil {
		p.run.Fail(f.Pos(0), err)
	}
	return v, err == nil
}

// oneYear is in which files a year was read.
type oneYear struct {
	revision, file string
	versions       []string
}

// once sees to it that a year is read in one revision, and in one version once. What stands under one code in a revision may stand under
// two in another, so that the ledger would add up both.
func (p *reading) once(f adapter.File, v vintage) error {
	if v.year == 0 {
		return nil
	}
	had, ok := p.years[v.year]
	switch {
	case ok && had.revision != v.revision:
		return fmt.Errorf("%w: the trade of %d is read in %s already (%s): set Revision, or it is counted twice",
			flows.ErrDuplicate, v.year, had.revision, had.file)
	case ok && slices.Contains(had.versions, v.version):
		return fmt.Errorf("%w: %s of %d is read already (%s)", flows.ErrDuplicate, v.version, v.year, had.file)
	}
	p.years[v.year] = oneYear{v.revision, f.Name, append(had.versions, v.version)}
	return nil
}
