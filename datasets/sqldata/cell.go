package sqldata

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
)

// printed is a value as text: numbers as the shortest decimals that stand for them and without an exponent, days as 2006-01-02, "" for NULL.
func printed(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case float64:
		return number(v, 64)
	case float32:
		return number(float64(v), 32)
	case time.Time:
		return v.Format(time.DateOnly), nil
	case *big.Rat:
		const most = 80 // digits behind the point of a number of BigQuery
		s := v.FloatString(most)
		return strings.TrimRight(strings.TrimRight(s, "0"), "."), nil
	case driver.Valuer:
		inner, err := v.Value()
		if err != nil {
			return "", err
		}
		if _, again := inner.(driver.Valuer); !again {
			return printed(inner)
		}
	case fmt.Stringer: // the drivers' own decimals, *big.Int
		return v.String(), nil
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return strconv.FormatInt(r.Int(), 10), nil
	case r.CanUint():
		return strconv.FormatUint(r.Uint(), 10), nil
	case r.Kind() == reflect.Bool:
		return strconv.FormatBool(r.Bool()), nil
	case r.Kind() == reflect.String:
		return r.String(), nil
	case r.Kind() == reflect.Pointer && !r.IsNil():
		return printed(r.Elem().Interface())
	case r.Kind() == reflect.Pointer:
		return "", nil
	}
	return "", fmt.Errorf("the driver hands over a %T: cast the column in a Query", v)
}

var errFinite = errors.New("not a finite number")

func number(x float64, bits int) (string, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Sprint(x), errFinite
	}
	return strconv.FormatFloat(x, 'f', -1, bits), nil
}

var (
	errWhole  = errors.New("a code is a whole number")
	errTyped  = errors.New("a binary number in a column without a type, which the engine compares as text: cast it to a whole number in a Query")
	errBlanks = errors.New("blanks around it: the engine does not find it; trim the column in a Query")
)

// cell is a value as UN Comtrade writes it. The text is there even if it is wrong, to be shown.
func (c column) cell(v any) (string, error) {
	if x, ok := v.(float64); ok && c.single && float64(float32(x)) == x {
		v = float32(x)
	}
	s, err := printed(v)
	if err != nil || s == "" {
		return s, err
	}
	if name := strings.ToUpper(c.typ); strings.HasPrefix(name, "BPCHAR") || strings.HasPrefix(name, "CHAR") || strings.HasPrefix(name, "NCHAR") {
		s = strings.TrimRight(s, " ") // of fixed width
	}
	switch c.field {
	case trade.NetWgt, trade.Qty, trade.Value, trade.CIF, trade.FOB:
		if s = strings.TrimSpace(s); c.class == decimal && strings.Contains(s, ".") && !strings.ContainsAny(s, "eE") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".") // 1.0 and 1.00 are one value, of which an engine that groups shows either
		}
		return s, nil
	case trade.IsNetWgtEstimated, trade.IsQtyEstimated, trade.IsOriginal:
		return strings.TrimSpace(s), nil
	}
	_, binary := v.(float64)
	switch {
	case strings.TrimSpace(s) != s:
		return s, errBlanks
	case c.class == unknown && binary:
		return s, errTyped
	case !c.class.number():
		return s, nil
	}
	if head, tail, ok := strings.Cut(s, "."); ok { // a decimal, as Snowflake's NUMBER
		if strings.Trim(tail, "0") != "" {
			return s, errWhole
		}
		s = head
	}
	if strings.Trim(s, "0123456789") != "" { // SQLite keeps text in a column of numbers
		return s, errWhole
	}
	if c.field == trade.Commodity {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			return s, errWhole
		}
		s = fmt.Sprintf("%06d", n) // numbers have lost the noughts in front
	}
	return s, nil
}

// periodOf is the period of a row as UN Comtrade writes it, 2019 or 201905. What is neither is left as it is, and refused as one.
func periodOf(period, month string, c class, dates Dates) (string, error) {
	if c == date {
		day, err := time.Parse(time.DateOnly, period[:min(len(period), len(time.DateOnly))])
		switch {
		case period == "":
			return "", nil
		case err != nil:
			return "", fmt.Errorf("%w: want a day as 2019-05-17", datasets.ErrDate)
		case dates == Year:
			return day.Format("2006"), nil
		}
		return day.Format("200601"), nil
	}
	if len(period) == len("2019-05") && period[4] == '-' {
		period = period[:4] + period[5:]
	}
	switch month {
	case "", "0", "52": // UN Comtrade's month of a year
		return period, nil
	}
	m, err := strconv.Atoi(month)
	if err != nil || m < 1 || m > 12 || len(period) != len("2019") {
		return "", fmt.Errorf("%w: a month is 1 to 12 beside a year, and 0, 52 or NULL for the whole year", datasets.ErrDate)
	}
	return fmt.Sprintf("%s%02d", period, m), nil
}
