package xlsx

// ColumnName is the name of a column that is counted from 0: A, Z, AA ... XFD.
func ColumnName(i int) string {
	var b [8]byte
	at := len(b)
	for i++; i > 0 && at > 0; i = (i - 1) / 26 {
		at--
		b[at] = byte('A' + (i-1)%26)
	}
	return string(b[at:])
}

// columnOf parts "BQ12" into its column, counted from 0, and "12". The column is -1 where there is none, and at least mostColumns
// where it lies beyond the last.
func columnOf(ref string) (column int, rest string) {
	n := 0
	for n < len(ref) {
		c := ref[n]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' {
			break
		}
		if column = 26*column + int(c-'A') + 1; column > mostColumns {
			column = mostColumns + 1
		}
		n++
	}
	return column - 1, ref[n:]
}
