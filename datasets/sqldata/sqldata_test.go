package sqldata_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

// read returns the claims and the errors of a source.
func read(s datasets.Source, q datasets.Query) (claims []flows.Claim, errs []error) {
	for r, err := range s.Records(context.Background(), q) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		claims = append(claims, r.(flows.Claim))
	}
	return claims, errs
}

// shown is a claim on a line.
func shown(claims []flows.Claim) []string {
	var out []string
	for _, c := range claims {
		s := fmt.Sprintf("%s by %s: %s = %.6g %s, %s", c.Flow, c.Reporter, c.Amount.Text, c.Amount.Value.Quantile(0.5), c.Amount.Basis, c.Evidence)
		if c.Amount.Bound == flows.AtMost {
			s += ", ceiling"
		}
		out = append(out, s)
	}
	return out
}

// several are rows of every kind.
func several() []map[string]any {
	return []map[string]any{
		export("netWgt", 12000.5, "primaryValue", 54000.0),
		export("flowCode", "RX", "netWgt", 11000.0),
		export("partnerCode", int64(0), "netWgt", 12000.5),
		export("cmdCode", "710813", "netWgt", 12.0, "isNetWgtEstimated", true),
		export("cmdCode", "261590", "period", int64(2020), "netWgt", 12.0),
		export("cmdCode", "260900", "flowCode", "M", "partnerCode", int64(180), "primaryValue", 1713491887.33, "cifvalue", 1713491887.33),
		export("cmdCode", "800110", "period", int64(201905), "partnerCode", int64(384), "qty", 3.25),
		export("partnerCode", int64(899), "netWgt", 3.0),
		export("partnerCode", int64(757), "primaryValue", 0.1, "isOriginalClassification", false),
	}
}

func TestSource(t *testing.T) { datasetstest.TestSource(t, over(t, tableOf(several()...))) }

// A table gives the claims that a file of the same rows does, in every bit: only the position differs.
func TestSameAsFiles(t *testing.T) {
	var file strings.Builder
	file.WriteString(strings.Join(columns, ","))
	for _, r := range several() {
		for i, c := range columns {
			file.WriteString([]string{",", "\n"}[map[bool]int{true: 1}[i == 0]])
			if r[c] != nil {
				fmt.Fprint(&file, asText(r[c]))
			}
		}
	}
	want, errs := read(comtrade.Source{FS: fstest.MapFS{"t.csv": {Data: []byte(file.String())}}, Published: "2024-03-11"}, datasets.Query{})
	require.Empty(t, errs)
	var stats datasets.Stats
	s := over(t, tableOf(several()...))
	s.Stats = &stats
	got, errs := read(s, datasets.Query{})
	require.Empty(t, errs)
	require.Len(t, got, 9)
	require.Equal(t, "trade.comtrade[2019 800 M 180 H5 260900]", got[0].Pos.String())
	require.ElementsMatch(t, unplaced(want), unplaced(got))
	require.Equal(t, "9 rows: 8 kept, 1 partner is no place: Areas, nes (899)", stats.String())
}

// asText is a value as a file has it.
func asText(v any) string {
	if x, ok := v.(float64); ok {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func unplaced(claims []flows.Claim) []flows.Claim {
	for i := range claims {
		claims[i].Pos = flows.Pos{}
	}
	return claims
}

// What one row may hold, as engines and drivers differ.
func TestForms(t *testing.T) {
	const kept = "gold 2019 UGA>ARE (HS 710812) by UGA: 12 kg = 0.012 gross, reported"
	gold := func(changes ...any) map[string]any { return export(append([]any{"netWgt", 12.0}, changes...)...) }
	for name, c := range map[string]struct {
		types map[string]string
		row   map[string]any
		set   func(*sqldata.Source)
		want  string
	}{
		"as it is":                        {row: gold(), want: kept},
		"codes as text":                   {types: map[string]string{"reporterCode": "VARCHAR", "partnerCode": "VARCHAR"}, row: gold("reporterCode", "800", "partnerCode", "784"), want: kept},
		"three digits":                    {types: map[string]string{"partnerCode": "VARCHAR"}, row: gold("partnerCode", "032"), want: strings.Replace(kept, "ARE", "ARG", 1)},
		"codes as numbers":                {types: map[string]string{"cmdCode": "BIGINT"}, row: gold("cmdCode", int64(710812)), want: kept},
		"decimal codes":                   {types: map[string]string{"cmdCode": "NUMBER", "partnerCode": "NUMBER"}, row: gold("cmdCode", "710812.00", "partnerCode", "784.0"), want: kept},
		"sniffed as numbers with a point": {types: map[string]string{"partnerCode": "DOUBLE"}, row: gold("partnerCode", 784.0), want: kept},
		"bytes":                           {row: gold("cmdCode", []byte("710812"), "netWgt", []byte("12")), want: kept},
		"a decimal":                       {types: map[string]string{"netWgt": "NUMERIC"}, row: gold("netWgt", "12.50"), want: strings.Replace(kept, "12 kg = 0.012", "12.5 kg = 0.0125", 1)}, // as DuckDB prints it, and a binary number
		"a whole decimal":                 {types: map[string]string{"netWgt": "NUMERIC"}, row: gold("netWgt", "1200.000"), want: strings.Replace(kept, "12 kg = 0.012", "1200 kg = 1.2", 1)},
		"a decimal without a point":       {types: map[string]string{"netWgt": "NUMERIC"}, row: gold("netWgt", "1200"), want: strings.Replace(kept, "12 kg = 0.012", "1200 kg = 1.2", 1)},
		"an amount as text":               {types: map[string]string{"netWgt": "TEXT"}, row: gold("netWgt", "12.50"), want: strings.Replace(kept, "12 kg = 0.012", "12.50 kg = 0.0125", 1)},
		"single in double precision":      {types: map[string]string{"netWgt": "FLOAT4"}, row: gold("netWgt", float64(float32(0.1))), want: strings.Replace(kept, "12 kg = 0.012", "0.1 kg = 0.0001", 1)},
		"double precision":                {types: map[string]string{"netWgt": "FLOAT8"}, row: gold("netWgt", 0.1), want: strings.Replace(kept, "12 kg = 0.012", "0.1 kg = 0.0001", 1)},
		"an enumeration":                  {types: map[string]string{"flowCode": "16384"}, row: gold("flowCode", "X"), want: kept},
		"the driver's own":                {types: map[string]string{"netWgt": "DECIMAL(18,3)"}, row: gold("netWgt", fixed("12")), want: kept},
		"a fraction":                      {types: map[string]string{"netWgt": "BIGNUMERIC"}, row: gold("netWgt", big.NewRat(25, 2)), want: strings.Replace(kept, "12 kg = 0.012", "12.5 kg = 0.0125", 1)},
		"single precision":                {types: map[string]string{"netWgt": "REAL"}, row: gold("netWgt", float32(0.1)), want: strings.Replace(kept, "12 kg = 0.012", "0.1 kg = 0.0001", 1)},
		"a large number":                  {row: gold("netWgt", 1.7134e9), want: strings.Replace(kept, "12 kg = 0.012", "1713400000 kg = 1.7134e+06", 1)},
		"unsigned":                        {types: map[string]string{"netWgt": "UBIGINT"}, row: gold("netWgt", uint64(12)), want: kept},
		"fixed width":                     {types: map[string]string{"flowCode": "BPCHAR"}, row: gold("flowCode", "X "), want: kept},
		"flags as numbers":                {types: map[string]string{"isNetWgtEstimated": "TINYINT"}, row: gold("isNetWgtEstimated", int64(1)), want: strings.Replace(kept, "reported", "estimated", 1)},
		"flags as text":                   {types: map[string]string{"isNetWgtEstimated": "VARCHAR"}, row: gold("isNetWgtEstimated", "TRUE"), want: strings.Replace(kept, "reported", "estimated", 1)},
		"a month":                         {row: gold("period", int64(201905)), want: strings.Replace(kept, "2019", "2019-05", 1)},
		"a month as text":                 {types: map[string]string{"period": "VARCHAR"}, row: gold("period", "2019-05"), want: strings.Replace(kept, "2019", "2019-05", 1)},
		"a month beside":                  {row: gold("month", int64(5)), set: beside, want: strings.Replace(kept, "2019", "2019-05", 1)},
		"month 52":                        {row: gold("month", int64(52)), set: beside, want: kept},
		"no month":                        {row: gold(), set: beside, want: kept},
		"a date, of a year":               {types: map[string]string{"period": "DATE"}, row: gold("period", day(2019, 5, 17)), set: dated(sqldata.Year), want: kept},
		"a date, of a month":              {types: map[string]string{"period": "TIMESTAMP"}, row: gold("period", day(2019, 5, 17)), set: dated(sqldata.Month), want: strings.Replace(kept, "2019", "2019-05", 1)},
		"a date as text":                  {types: map[string]string{"period": "DATE"}, row: gold("period", "2019-05-17 00:00:00"), set: dated(sqldata.Year), want: kept},
		"letters": {types: map[string]string{"reporterCode": "VARCHAR", "partnerCode": "VARCHAR", "partner2Code": "VARCHAR"},
			row: gold("reporterCode", "UGA", "partnerCode", "W00", "partner2Code", nil), set: func(s *sqldata.Source) { s.Areas = sqldata.Letters }, want: strings.Replace(kept, "ARE", "world", 1)},
		"other capitals": {row: gold(), set: func(s *sqldata.Source) {
			s.Columns = sqldata.Comtrade()
			s.Columns.Weight, s.Columns.Reporter = "NETWGT", "reportercode"
		}, want: kept},
	} {
		t.Run(name, func(t *testing.T) {
			e := tableOf(c.row)
			e.columns = append(slices.Clone(columns), "month")
			e.types["month"] = "INTEGER"
			for column, typ := range c.types {
				e.types[column] = typ
			}
			s := over(t, e)
			if c.set != nil {
				c.set(&s)
			}
			claims, errs := read(s, datasets.Query{})
			require.Empty(t, errs)
			require.Equal(t, []string{c.want}, shown(claims))
		})
	}
}

func beside(s *sqldata.Source) {
	s.Columns = sqldata.Comtrade()
	s.Columns.Month = "month"
}

func dated(d sqldata.Dates) func(*sqldata.Source) { return func(s *sqldata.Source) { s.Dates = d } }

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

// fixed is a decimal of a driver.
type fixed string

func (f fixed) String() string { return string(f) }

// What the publisher does not know is NULL, and a nought is no figure either.
func TestNothingKnown(t *testing.T) {
	var stats datasets.Stats
	s := over(t, tableOf(export(), export("partnerCode", int64(757), "netWgt", 0.0), export("partnerCode", int64(842), "netWgt", 0.0, "primaryValue", 5.0)))
	s.Stats = &stats
	claims, errs := read(s, datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{"gold 2019 UGA>USA (HS 710812) by UGA: 5 = 5 USD, reported"}, shown(claims))
	require.Equal(t, "3 rows: 1 kept, 2 neither a mass nor a value", stats.String())
}

// What is published apart from UN Comtrade says so.
func TestOrigin(t *testing.T) {
	s := over(t, tableOf(export("netWgt", 12.0)))
	claims, _ := read(s, datasets.Query{})
	require.Equal(t, flows.Origin{ID: "comtrade-uga-gold-2024-03-11", Producer: "trade statistics of Uganda", Title: "UN Comtrade, trade in gold as reported by Uganda",
		Version: "as of 2024-03-11", Published: "2024-03-11", URL: "https://comtradeplus.un.org/", License: "UN Comtrade, policy on use and re-dissemination"}, *claims[0].Origin)
	s.Origin = flows.Origin{ID: "ura", Title: "URA customs declarations", Producer: "Uganda Revenue Authority", Published: "2023", Version: "final", Complete: []string{"parts"}}
	claims, _ = read(s, datasets.Query{})
	require.Equal(t, flows.Origin{ID: "ura-uga-gold-2023", Producer: "Uganda Revenue Authority", Title: "URA customs declarations, trade in gold as reported by Uganda",
		Version: "final", Published: "2023", Complete: []string{"parts"}}, *claims[0].Origin)
}
