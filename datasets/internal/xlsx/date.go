package xlsx

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// ErrNoDate says that a cell is no date.
var ErrNoDate = errors.New("no date")

// Time is the date and time of a cell whose Kind is Date or Number, without a zone (it is given as UTC), to the millisecond. It counts
// days as the workbook does: from 1900 with a 29 February that never was (ISO/IEC 29500-1, 18.17.4.1), or from 1904.
func (w *Workbook) Time(c Cell) (time.Time, error) {
	if c.Kind != Date && c.Kind != Number {
		return time.Time{}, fmt.Errorf("%w: %q", ErrNoDate, c.Text)
	}
	days, err := strconv.ParseFloat(c.Text, 64)
	if err != nil {
		for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
			if t, err := time.Parse(layout, c.Text); err == nil {
				return t.UTC(), nil
			}
		}
		return time.Time{}, fmt.Errorf("%w: %q", ErrNoDate, c.Text)
	}
	const last = 2958466 // the day behind 9999-12-31
	zero := time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case !(days >= 0 && days < last): // NaN, too
		return time.Time{}, fmt.Errorf("%w: the day %q of a workbook", ErrNoDate, c.Text)
	case w.from04:
	case days < 60:
		zero = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	case days < 61:
		return time.Time{}, fmt.Errorf("%w: the day %q of a workbook is 1900-02-29, which never was", ErrNoDate, c.Text)
	default:
		zero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	}
	whole, part := math.Modf(days)
	return zero.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*24*60*60*1000)) * time.Millisecond), nil
}
