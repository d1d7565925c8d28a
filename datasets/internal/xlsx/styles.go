package xlsx

import (
	"fmt"
	"strconv"
	"strings"
)

// readStyles finds the cell formats that show a number as a date.
func (w *Workbook) readStyles(part string) error {
	s, err := w.scan(part, w.limits.part)
	if err != nil {
		return err
	}
	defer s.close()
	root, err := s.root("styleSheet")
	if err != nil {
		return err
	}
	own := map[string]bool{} // number formats of the workbook: whether they show dates
	var used []string        // per cell format, its number format
	for {
		list, more, err := s.child(root)
		switch {
		case err != nil:
			return err
		case !more:
			for _, id := range used {
				date, ok := own[id]
				w.dates = append(w.dates, ok && date || !ok && builtinDate(id))
			}
			return s.drain()
		case list.Name.Local != "numFmts" && list.Name.Local != "cellXfs":
			if err := s.skip(list); err != nil {
				return err
			}
			continue
		}
		for {
			e, more, err := s.child(list)
			if err != nil {
				return err
			}
			if !more {
				break
			}
			switch id := attribute(e, "numFmtId"); e.Name.Local {
			case "numFmt":
				own[id] = showsDate(attribute(e, "formatCode"))
			case "xf":
				used = append(used, id)
			}
			if len(own) > w.limits.formats || len(used) > w.limits.formats {
				return s.fail(fmt.Errorf("%w: more than %d formats", ErrLimit, w.limits.formats))
			}
			if err := s.skip(e); err != nil {
				return err
			}
		}
	}
}

// isDate reports whether the format with this number shows dates.
func (w *Workbook) isDate(style string) bool {
	if style == "" {
		style = "0"
	}
	i, err := strconv.Atoi(style)
	return err == nil && i >= 0 && i < len(w.dates) && w.dates[i]
}

// builtinDate knows the number formats that no workbook writes out (ISO/IEC 29500-1, 18.8.30): dates and times, and those of East
// Asian languages.
func builtinDate(id string) bool {
	n, err := strconv.Atoi(id)
	if err != nil {
		return false
	}
	return n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58
}

// showsDate reports whether the first section of a number format holds a day, month, year, hour, minute or second. Text in quotes,
// behind a backslash or as padding says nothing, nor does a colour, a condition or a locale in brackets; an elapsed time does.
func showsDate(code string) bool {
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return false
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return false
			}
			i += 1 + end
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return false
			}
			if inside := strings.ToLower(code[i+1 : i+end]); inside != "" && strings.Trim(inside, inside[:1]) == "" && strings.Contains("hms", inside[:1]) {
				return true // [h], [mm], [ss]
			}
			i += end
		case 'd', 'D', 'm', 'M', 'y', 'Y', 'h', 'H', 's', 'S':
			return true
		}
	}
	return false
}
