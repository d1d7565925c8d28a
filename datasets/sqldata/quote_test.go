package sqldata

import (
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/internal/trade"
)

func TestQuote(t *testing.T) {
	for d, want := range map[Dialect]string{
		PostgreSQL: "\"a\"\"b`c]d\\e\"", DuckDB: "\"a\"\"b`c]d\\e\"", Trino: "\"a\"\"b`c]d\\e\"", Snowflake: "\"a\"\"b`c]d\\e\"",
		SQLite: "`a\"b``c]d\\e`", MySQL: "`a\"b``c]d\\e`", SQLServer: "[a\"b`c]]d\\e]", ClickHouse: "`a\"b\\`c]d\\\\e`", BigQuery: "`a\"b\\`c]d\\\\e`",
	} {
		got, err := d.quote("a\"b`c]d\\e")
		require.NoError(t, err)
		require.Equal(t, want, got, d)
	}
	for _, bad := range []string{"", "a\x00", "a\nb", "a\xff", strings.Repeat("a", 301)} {
		_, err := PostgreSQL.quote(bad)
		require.ErrorIs(t, err, errName, bad)
	}
}

func TestTable(t *testing.T) {
	for name, want := range map[string]string{
		"comtrade":                      `"comtrade"`,
		"trade.comtrade":                `"trade"."comtrade"`,
		"w.trade.comtrade":              `"w"."trade"."comtrade"`,
		`trade."com.trade"`:             `"trade"."com.trade"`,
		`"a""b".c`:                      `"a""b"."c"`,
		`my trade`:                      `"my trade"`,
		`t; DROP TABLE t --`:            `"t; DROP TABLE t --"`,
		`t" WHERE 1=1; --`:              `"t"" WHERE 1=1; --"`,
		`data/*.parquet`:                "", // a dot parts
		`"data/*.parquet"`:              `"data/*.parquet"`,
		`"t" WHERE 1=1; --"`:            "",
		`"t`:                            "",
		`.t`:                            "",
		`t.`:                            "",
		`"".t`:                          "",
		"t\x00":                         "",
		strings.Repeat("a", 301) + `.b`: "",
	} {
		got, err := PostgreSQL.table(name)
		if want == "" && name != `data/*.parquet` {
			require.Error(t, err, name)
			continue
		}
		require.NoError(t, err, name)
		if name != `data/*.parquet` {
			require.Equal(t, want, got)
		} else {
			require.Equal(t, `"data/*"."parquet"`, got)
		}
	}
}

// unquote reads a quoted identifier from the start of a text as the engine does, and returns what is behind it.
func unquote(d Dialect, s string) (name, rest string, ok bool) {
	end := map[Dialect]byte{SQLite: '`', MySQL: '`', ClickHouse: '`', BigQuery: '`', SQLServer: ']'}[d]
	if end == 0 {
		end = '"'
	}
	backslash := d == ClickHouse || d == BigQuery
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case backslash && s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == end && !backslash && i+1 < len(s) && s[i+1] == end:
			i++
			b.WriteByte(end)
		case s[i] == end:
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// Whatever a name holds, the engine reads one identifier, the name itself, and what stands behind it as it was.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"comtrade", `a"b`, "a`b", "a]b", `a\`, "a\\`", `";--`, "`` ]] \"\" \\\\", "é", "a.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, d := range Dialects() {
			quoted, err := d.quote(name)
			if err != nil {
				require.True(t, name == "" || len(name) > mostInName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }), name)
				continue
			}
			got, rest, ok := unquote(d, quoted+" WHERE x")
			require.True(t, ok)
			require.Equal(t, name, got)
			require.Equal(t, " WHERE x", rest)
		}
	})
}

// The name of a table is an error, or identifiers with dots between them.
func FuzzTable(f *testing.F) {
	for _, s := range []string{"trade.comtrade", `trade."com.trade"`, `"a""b".c`, `"`, `"".a`, `a"b.c`, "a..b", `"a"b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, d := range Dialects() {
			quoted, err := d.table(name)
			if err != nil {
				continue
			}
			rest := quoted + "|"
			for {
				var ok bool
				_, rest, ok = unquote(d, rest)
				require.True(t, ok)
				if rest == "|" {
					break
				}
				require.Equal(t, byte('.'), rest[0])
				rest = rest[1:]
			}
		}
	})
}

// A sum is that of the decimals as fractions.
func FuzzSum(f *testing.F) {
	f.Add("0.1", "20.25", uint8(3))
	f.Add("1", ".5", uint8(0))
	f.Add("007.", "+0.0000000000000000000001", uint8(255))
	f.Fuzz(func(t *testing.T, a, b string, n uint8) {
		var s sumOf
		want := new(big.Rat)
		for _, cell := range []string{a, b} {
			if _, stated, err := trade.Amount(cell); err != nil || !stated || strings.ContainsAny(cell, "eE") || len(cell) > 400 {
				return
			}
			s.add(cell, int64(n))
			x, ok := new(big.Rat).SetString(cell)
			require.True(t, ok, cell)
			want.Add(want, x.Mul(x, new(big.Rat).SetInt64(int64(n))))
		}
		got, ok := new(big.Rat).SetString(s.String())
		require.True(t, ok, s.String())
		require.Zero(t, want.Cmp(got), "%s is not %s", got, want)
	})
}
