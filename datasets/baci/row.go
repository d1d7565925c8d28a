package baci

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/mineralflows/mineralflows/datasets"
)

// The columns of a yearly file.
const (
	colT = iota // year
	colI        // exporter
	colJ        // importer
	colK        // product, six digits of the HS
	colV        // value, thousand current US dollars
	colQ        // quantity, metric tonnes
	columns
)

// names are the columns as CEPII writes them.
var names = [columns]string{"t", "i", "j", "k", "v", "q"}

// row is one row that is right. Its slices are those of the line.
type row struct {
	blank    bool // a line without any cell: no row
	year     int
	from, to int    // BACI's codes of countries
	code     []byte // six digits
	value    []byte // a positive number, as printed
	quantity []byte // a number, as printed; nil for none
}

// fault is what is wrong with a row: with one cell, or with the row as a whole (column -1).
type fault struct {
	column int
	cell   string
	err    error
}

// read takes one line without its end apart. Years other than year are wrong where it is not 0.
func read(line []byte, year int) (row, *fault) {
	var cells [columns][]byte
	line = bytes.TrimSuffix(line, []byte("\r"))
	n, blank, full := 0, true, false // full: a cell behind the last column is not empty
	for rest, more := line, true; more; n++ {
		var cell []byte
		cell, rest, more = bytes.Cut(rest, []byte(","))
		cell = unquoted(cell)
		blank = blank && len(trim(cell)) == 0
		if n < columns {
			cells[n] = cell
		} else if len(cell) > 0 {
			full = true
		}
	}
	switch {
	case blank:
		return row{blank: true}, nil
	case n < columns, full:
		return row{}, &fault{-1, "", fmt.Errorf("%w: %d cells where the header has %d", datasets.ErrShape, n, columns)}
	}
	return check(&cells, year)
}

// unquoted takes the quotes off a cell that is in quotes. Quotes inside it stay, and are no part of a number.
func unquoted(cell []byte) []byte {
	if n := len(cell); n > 1 && cell[0] == '"' && cell[n-1] == '"' {
		return cell[1 : n-1]
	}
	return cell
}

func trim(cell []byte) []byte { return bytes.Trim(cell, " \t\u00a0") }

// check reads the cells of a row.
func check(cells *[columns][]byte, year int) (row, *fault) {
	var r row
	var err error
	bad := func(column int, err error) (row, *fault) { return row{}, &fault{column, string(cells[column]), err} }
	if r.year, err = integer(trim(cells[colT])); err != nil || r.year < 1000 || r.year > 9999 {
		return bad(colT, errYear)
	}
	if year != 0 && r.year != year {
		return bad(colT, fmt.Errorf("%w: the file's name says %d", datasets.ErrShape, year))
	}
	if r.from, err = integer(trim(cells[colI])); err != nil {
		return bad(colI, err)
	}
	if r.to, err = integer(trim(cells[colJ])); err != nil {
		return bad(colJ, err)
	}
	r.code = trim(cells[colK])
	if err := checkCode(r.code); err != nil {
		return bad(colK, err)
	}
	r.value = trim(cells[colV])
	switch x, err := number(r.value); {
	case err != nil:
		return bad(colV, err)
	case x == 0:
		return bad(colV, errNothing)
	}
	r.quantity = trim(cells[colQ])
	if string(r.quantity) == "NA" {
		r.quantity = nil
	} else if _, err := number(r.quantity); err != nil {
		return bad(colQ, err)
	}
	return r, nil
}

// What a cell can get wrong.
var (
	errYear    = fmt.Errorf("%w: want a year of four digits", datasets.ErrShape)
	errCountry = fmt.Errorf("%w: want a whole number, the country's code in CEPII's country table", datasets.ErrShape)
	errDigits  = fmt.Errorf("%w: want six digits of the Harmonized System", datasets.ErrShape)
	errFive    = fmt.Errorf("%w: five digits: a tool read the column as a number and lost the zero in front; have it read k as text",
		datasets.ErrShape)
	errNothing = fmt.Errorf("%w: a flow of nothing, and BACI lists strictly positive flows only", datasets.ErrShape)
	errNumber  = fmt.Errorf("%w: not a number: write 1200 or 1.2, with a point and no comma (and NA for no quantity)", datasets.ErrShape)
	errSign    = fmt.Errorf("%w: negative, and BACI lists strictly positive flows only", datasets.ErrShape)
	errSize    = fmt.Errorf("%w: the number is too large", datasets.ErrShape)
)

// integer reads a whole number without a sign.
func integer(s []byte) (int, error) {
	if len(s) == 0 || len(s) > 9 {
		return 0, errCountry
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, errCountry
		}
		n = 10*n + int(c-'0')
	}
	return n, nil
}

// checkCode says what is wrong with a code of the HS.
func checkCode(s []byte) error {
	digits := len(s) > 0
	for _, c := range s {
		digits = digits && c >= '0' && c <= '9'
	}
	switch {
	case digits && len(s) == 6:
		return nil
	case digits && len(s) == 5:
		return errFive
	}
	return errDigits
}

// number reads a number without a sign: digits, a point among or beside them, an exponent.
func number(s []byte) (float64, error) {
	switch {
	case len(s) == 0:
		return 0, datasets.ErrEmptyCell
	case !isNumber(s):
		if s[0] == '-' && isNumber(s[1:]) {
			return 0, errSign
		}
		return 0, errNumber
	}
	x, err := strconv.ParseFloat(string(s), 64)
	if err != nil {
		return 0, errSize
	}
	return x, nil
}

// isNumber keeps out what strconv reads beyond decimal numbers: NaN, Inf, hexadecimals, underscores, signs.
func isNumber(s []byte) bool {
	whole, s := digitsOf(s)
	fraction := 0
	if len(s) > 0 && s[0] == '.' {
		fraction, s = digitsOf(s[1:])
	}
	if whole+fraction == 0 {
		return false
	}
	if len(s) > 0 && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n := 0
		if n, s = digitsOf(s); n == 0 {
			return false
		}
	}
	return len(s) == 0
}

// digitsOf counts the digits at the start of s and returns what stands behind them.
func digitsOf(s []byte) (int, []byte) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n, s[n:]
}

// decimals is how many digits a number has behind its point, less for an exponent that moves the point to the right.
func decimals(s []byte) int {
	mantissa, exponent, _ := bytes.Cut(bytes.ToLower(s), []byte("e"))
	n := 0
	if i := bytes.IndexByte(mantissa, '.'); i >= 0 {
		n = len(mantissa) - i - 1
	}
	e, _ := strconv.Atoi(string(exponent))
	return n - e
}
