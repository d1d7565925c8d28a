package area

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// key is what all spellings of one name have in common: its words in alphabetical order, in plain lower-case letters, abbreviations written
// out. The order is dropped because the publishers invert names in every way ("Korea, Dem. P.R. of", "Congo, Democratic Republic"), and
// no two areas share their words: a test holds the table to that. No word that tells areas apart is dropped, so "Republic" stays.
func key(name string) string {
	name = strings.ReplaceAll(strings.ToLower(mend(name)), "not elsewhere specified", "nes")
	var kept []string
	for _, w := range words(name) {
		if full, ok := abbreviation(w); ok {
			w = full
		}
		if w != "the" && w != "of" && w != "and" {
			kept = append(kept, w)
		}
	}
	slices.Sort(kept)
	return strings.Join(kept, " ")
}

// abbreviation writes out the words that the publishers shorten, or spell in more than one way.
func abbreviation(w string) (string, bool) {
	switch w {
	case "rep":
		return "republic", true
	case "dem":
		return "democratic", true
	case "fed":
		return "federal", true
	case "fmr":
		return "former", true
	case "excl":
		return "excluding", true
	case "st", "sint":
		return "saint", true
	case "isd", "isds", "islands":
		return "island", true
	case "peoples":
		return "people", true
	}
	return "", false
}

// words cuts a name in lower case at everything that is no letter and no digit. Single letters in a row are initials, one word: D.R., U.S.S.R. The s
// of a genitive is dropped.
func words(name string) []string {
	var out []string
	var word, initials strings.Builder
	genitive := false // the word began behind an apostrophe
	flush := func() {
		if initials.Len() > 0 {
			out = append(out, initials.String())
			initials.Reset()
		}
	}
	end := func(at rune) {
		w := word.String()
		word.Reset()
		switch {
		case w == "" || genitive && w == "s":
		case len(w) == 1:
			initials.WriteString(w)
		default:
			flush()
			out = append(out, w)
		}
		genitive = apostrophe(at)
	}
	for _, r := range name {
		switch p := plain(r); {
		case unicode.Is(unicode.Mn, r): // an accent that stands behind its letter
		case p != "":
			word.WriteString(p)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word.WriteRune(r)
		default:
			end(r)
		}
	}
	end(' ')
	flush()
	return out
}

func apostrophe(r rune) bool { return strings.ContainsRune("'’‘ʼ`´′", r) }

// plain is a Latin letter without its accent, "" for what is none.
func plain(r rune) string {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return string(r)
	}
	const accented = "aàáâãäåāăą cçćč dďđ eèéêëēėęě gğ iìíîïīįı lł nñńň oòóôõöøō rř sśšş tţť uùúûüūůű yýÿ zźżž"
	i := strings.IndexRune(accented, r)
	if i < 0 || r == ' ' {
		return ""
	}
	at := strings.LastIndexByte(accented[:i], ' ') + 1
	return accented[at : at+1]
}

// mend undoes two accidents of encoding: Windows-1252 that was never decoded, which is no valid UTF-8, and UTF-8 that was taken for
// Windows-1252 and encoded again ("CÃ´te d'Ivoire", in BACI's own country table). No genuine name holds the pairs that it looks for.
func mend(name string) string {
	if !utf8.ValidString(name) {
		name = decode(name)
	}
	if !strings.ContainsAny(name, "ÂÃÄÅâ") {
		return name
	}
	// Second bytes that Windows-1252 shows as something else than ISO 8859-1.
	name = strings.NewReplacer("â€™", "’", "â€˜", "‘", "Ã…", "Å").Replace(name)
	out := make([]rune, 0, len(name))
	for _, r := range name {
		if n := len(out); n > 0 && out[n-1] >= 0xC2 && out[n-1] <= 0xC5 && r >= 0x80 && r <= 0xBF {
			out[n-1] = out[n-1]&0x1F<<6 | r&0x3F
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

// decode takes each byte that is no UTF-8 for the character that it is in Windows-1252. Of those that ISO 8859-1 has otherwise only the
// apostrophe occurs in names.
func decode(name string) string {
	var b strings.Builder
	for i, size := 0, 0; i < len(name); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(name[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			b.WriteRune(r)
		case name[i] == 0x92:
			b.WriteRune('’')
		default:
			b.WriteRune(rune(name[i]))
		}
	}
	return b.String()
}
