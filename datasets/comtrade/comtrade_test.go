package comtrade_test

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/datasets/hs"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

func itoa(n int) string { return strconv.Itoa(n) }

// The names of a bulk file, of an answer of the API and of a download from the web page.
const (
	bulkName = "COMTRADE-FINAL-CA8002019H5[2024-03-11].gz"
	jsonName = "answer.json"
	webName  = "TradeData_3_11_2024_14_5_22.csv"
)

// day is when the files without a date in their name were last changed.
var day = time.Date(2024, 3, 11, 9, 0, 0, 0, time.UTC)

func folder(t testing.TB, files map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, text := range files {
		data := []byte(text)
		if strings.HasSuffix(name, ".gz") {
			data = packed(t, text)
		}
		out[name] = &fstest.MapFile{Data: data, ModTime: day}
	}
	return out
}

// forms are rows in each of the three forms.
func forms(t testing.TB, rows ...cells) map[string]fs.FS {
	return map[string]fs.FS{
		"bulk": folder(t, map[string]string{bulkName: asBulk(rows...)}),
		"json": folder(t, map[string]string{jsonName: asJSON(rows...)}),
		"web":  folder(t, map[string]string{webName: asWeb(rows...)}),
	}
}

// read is all that a source yields, its claims one a line: flow, part, text, basis, evidence, range.
func read(t testing.TB, s comtrade.Source, q datasets.Query) (claims []flows.Claim, errs []string) {
	t.Helper()
	for r, err := range s.Records(context.Background(), q) {
		if err != nil {
			errs = append(errs, err.Error())
			continue
		}
		claims = append(claims, r.(flows.Claim))
	}
	return claims, errs
}

func shown(claims []flows.Claim) (out []string) {
	for _, c := range claims {
		v := c.Amount.Value
		s := fmt.Sprintf("%s by %s: %s = %.6g %s, %s", c.Flow, c.Reporter, c.Amount.Text, v.Quantile(0.5), c.Amount.Basis, c.Evidence)
		if c.Amount.Bound != flows.About {
			s += ", " + c.Amount.Bound.String()
		}
		if hi := v.Quantile(0.95) / v.Quantile(0.5); hi > 1 {
			s += fmt.Sprintf(" */%.3g", hi)
		}
		out = append(out, s)
	}
	return out
}

// Each row gives the same claims in all three forms.
func TestRows(t *testing.T) {
	for name, c := range map[string]struct {
		row  cells
		want []string
		drop string
	}{
		"a weight and a value": {
			row: cells{"netWgt": "12000", "primaryValue": "54000", "fobvalue": "54000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 12000 kg = 12 gross, reported */1.1",
				"gold 2019 UGA>ARE (HS 710812) by UGA: 54000 = 54000 USD, reported */1.08"}},
		"an import is valued with freight": {
			row:  cells{"flowCode": "M", "primaryValue": "54000.5", "cifvalue": "54000.5"},
			want: []string{"gold 2019 ARE>UGA (HS 710812) by UGA: 54000.5 = 54000.5 USD-cif, reported */1.08"}},
		"an import valued free on board": {
			row:  cells{"flowCode": "M", "reporterCode": "710", "primaryValue": "54000", "fobvalue": "54000"},
			want: []string{"gold 2019 ARE>ZAF (HS 710812) by ZAF: 54000 = 54000 USD, reported */1.08"}},
		"an import that says neither": {
			row:  cells{"flowCode": "M", "primaryValue": "54000"},
			want: []string{"gold 2019 ARE>UGA (HS 710812) by UGA: 54000 = 54000 USD-cif, reported */1.08"}},
		"an import with both": {
			row:  cells{"flowCode": "M", "primaryValue": "54000", "cifvalue": "54000", "fobvalue": "50000"},
			want: []string{"gold 2019 ARE>UGA (HS 710812) by UGA: 54000 = 54000 USD-cif, reported */1.08"}},
		"tin ore is gross": {
			row:  cells{"cmdCode": "260900", "netWgt": "2500"},
			want: []string{"tin 2019 UGA>ARE (HS 260900) by UGA: 2500 kg = 2.5 gross, reported */1.1"}},
		"tin is metal": {
			row:  cells{"cmdCode": "800110", "netWgt": "2500"},
			want: []string{"tin 2019 UGA>ARE (HS 800110) by UGA: 2500 kg = 2.5 Sn, reported */1.1"}},
		"coltan is the most that it can be": {
			row: cells{"cmdCode": "261590", "netWgt": "2500", "primaryValue": "90000"},
			want: []string{"tantalum 2019 UGA>ARE (HS 261590) by UGA: 2500 kg = 2.5 gross, reported, ceiling",
				"tantalum 2019 UGA>ARE (HS 261590) by UGA: 90000 = 90000 USD, reported, ceiling"}},
		"an estimated weight": {
			row: cells{"netWgt": "12000", "isNetWgtEstimated": "true", "primaryValue": "54000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 12000 kg = 12 gross, estimated */2",
				"gold 2019 UGA>ARE (HS 710812) by UGA: 54000 = 54000 USD, reported */1.08"}},
		"a reported quantity before an estimated weight": {
			row:  cells{"netWgt": "12000", "isNetWgtEstimated": "true", "qty": "11000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 11000 kg = 11 gross, reported */1.1"}},
		"a weight before a quantity": {
			row:  cells{"netWgt": "12000", "qty": "11000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 12000 kg = 12 gross, reported */1.1"}},
		"grams": { // 4200 g = 0.0042 t
			row:  cells{"qtyUnitCode": "15", "qtyUnitAbbr": "g", "qty": "4200", "isQtyEstimated": "true"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 4200 g = 0.0042 gross, estimated */2"}},
		"thousands of kilograms": {
			row:  cells{"qtyUnitCode": "21", "qty": "7.5"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 7.5 t = 7.5 gross, reported */1.1"}},
		"carats": { // 1e6 carats of 0.2 g = 200 kg
			row:  cells{"qtyUnitCode": "13", "qty": "1000000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 1000000 carat = 0.2 gross, reported */1.1"}},
		"items are no weight": {
			row:  cells{"qtyUnitCode": "5", "qty": "12", "primaryValue": "54000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 54000 = 54000 USD, reported */1.08"}},
		"a weight of 0 is missing": {
			row:  cells{"netWgt": "0", "qtyUnitCode": "-1", "qty": "0", "primaryValue": "54000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 54000 = 54000 USD, reported */1.08"}},
		"a month": {
			row:  cells{"freqCode": "M", "period": "201905", "refPeriodId": "20190501", "refMonth": "5", "netWgt": "1000"},
			want: []string{"gold 2019-05 UGA>ARE (HS 710812) by UGA: 1000 kg = 1 gross, reported */1.1"}},
		"the world": {
			row:  cells{"partnerCode": "0", "netWgt": "1000"},
			want: []string{"gold 2019 UGA>world (HS 710812) by UGA: 1000 kg = 1 gross, reported */1.1"}},
		"codes that are not of ISO 3166": {
			row:  cells{"reporterCode": "757", "flowCode": "M", "partnerCode": "842", "netWgt": "1000"},
			want: []string{"gold 2019 USA>CHE (HS 710812) by CHE: 1000 kg = 1 gross, reported */1.1"}},
		"a former state": {
			row:  cells{"partnerCode": "736", "netWgt": "1000"},
			want: []string{"gold 2019 UGA>SDN+SSD (HS 710812) by UGA: 1000 kg = 1 gross, reported */1.1"}},
		"a re-export is a part of the export": {
			row:  cells{"flowCode": "RX", "netWgt": "1000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812/re-export) by UGA: 1000 kg = 1 gross, reported */1.1"}},
		"a re-import is a part of the import": {
			row:  cells{"flowCode": "RM", "netWgt": "1000"},
			want: []string{"gold 2019 ARE>UGA (HS 710812/re-import) by UGA: 1000 kg = 1 gross, reported */1.1"}},
		"a mode of transport": {row: cells{"motCode": "1000", "netWgt": "1"}, drop: "one mode of transport of a total"},
		"a customs procedure": {row: cells{"customsCode": "C05", "netWgt": "1"}, drop: "one customs procedure of a total"},
		"a second partner":    {row: cells{"partner2Code": "276", "netWgt": "1"}, drop: "one second partner of a total"},
		"totals left empty": {
			row:  cells{"partner2Code": "", "motCode": "", "customsCode": "", "netWgt": "1000"},
			want: []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 1000 kg = 1 gross, reported */1.1"}},
		"domestic exports":     {row: cells{"flowCode": "DX", "netWgt": "1"}, drop: "domestic exports (DX): inside X"},
		"inward processing":    {row: cells{"flowCode": "MIP", "netWgt": "1"}, drop: "a kind of import or export (MIP): inside M or X"},
		"a heading":            {row: cells{"cmdCode": "7108", "netWgt": "1"}, drop: "other commodity"},
		"all goods":            {row: cells{"cmdCode": "TOTAL", "primaryValue": "1"}, drop: "other commodity"},
		"services":             {row: cells{"typeCode": "S", "primaryValue": "1"}, drop: "services"},
		"SITC":                 {row: cells{"classificationCode": "S1", "primaryValue": "1"}, drop: "classification is not the Harmonized System"},
		"areas not specified":  {row: cells{"partnerCode": "899", "netWgt": "1"}, drop: "partner is no place: Areas, nes (899)"},
		"other Asia":           {row: cells{"partnerCode": "490", "netWgt": "1"}, drop: "partner is no place: Other Asia, nes (490)"},
		"the European Union":   {row: cells{"reporterCode": "97", "netWgt": "1"}, drop: "reporter is no place: European Union (97)"},
		"goods that came back": {row: cells{"flowCode": "M", "partnerCode": "800", "netWgt": "1"}, drop: "from a place to itself, goods that came back"},
		"re-imports":           {row: cells{"flowCode": "RM", "partnerCode": "800", "netWgt": "1"}, drop: "from a place to itself, goods that came back (RM)"},
		"nothing":              {row: cells{}, drop: "neither a mass nor a value"},
	} {
		t.Run(name, func(t *testing.T) {
			for form, fsys := range forms(t, c.row) {
				var stats datasets.Stats
				claims, errs := read(t, comtrade.Source{FS: fsys, Stats: &stats}, datasets.Query{})
				require.Empty(t, errs, form)
				require.Equal(t, c.want, shown(claims), form)
				want := datasets.Stats{Rows: 1, Kept: 1, Dropped: map[string]int{}}
				if c.drop != "" {
					want.Kept, want.Dropped[c.drop] = 0, 1
				}
				if form == "json" && c.drop == "" {
					want.Undated = map[string]string{jsonName: "2024-03-11"}
				}
				require.Equal(t, want, stats, form)
			}
		})
	}
}

// sound are rows of every kind.
var sound = []cells{
	{"netWgt": "12000", "primaryValue": "54000"},
	{"flowCode": "RX", "netWgt": "11000"},
	{"partnerCode": "0", "netWgt": "12000", "primaryValue": "54000"},
	{"cmdCode": "710813", "netWgt": "12", "isNetWgtEstimated": "true"},
	{"cmdCode": "261590", "period": "2020", "netWgt": "12"},
	{"cmdCode": "260900", "flowCode": "M", "partnerCode": "180", "primaryValue": "700", "cifvalue": "700"},
	{"cmdCode": "800110", "period": "201905", "partnerDesc": "Côte d'Ivoire", "partnerCode": "384", "netWgt": "3"},
	{"cmdCode": "010121", "netWgt": "3"},
	{"partnerCode": "899", "netWgt": "3"},
}

func TestSource(t *testing.T) {
	for _, fsys := range forms(t, sound...) {
		datasetstest.TestSource(t, comtrade.Source{FS: fsys, Name: "comtrade"})
	}
}

// An origin is a reporter and mineral in one vintage.
func TestOrigin(t *testing.T) {
	for form, fsys := range forms(t, sound...) {
		claims, errs := read(t, comtrade.Source{FS: fsys}, datasets.Query{Minerals: []flows.Mineral{flows.Gold}})
		require.Empty(t, errs)
		o := *claims[0].Origin
		require.Equal(t, "2024-03-11", o.Published)
		require.Equal(t, form == "json", o.Undated) // the day is the file's own
		require.Equal(t, "trade statistics of Uganda", o.Producer)
		require.Equal(t, "UN Comtrade, trade in gold as reported by Uganda", o.Title)
		if form == "bulk" {
			require.Equal(t, "comtrade-uga-gold-2024-03-11-bulk", o.ID)
			require.Equal(t, []string{"parts"}, o.Complete)
		} else {
			require.Equal(t, "comtrade-uga-gold-2024-03-11"+map[string]string{"json": "-undated"}[form], o.ID)
			require.Empty(t, o.Complete)
		}
		require.Equal(t, "HS 710812 (H5), X, reporter 800, partner 784, 2019", claims[0].Locator)
		require.Equal(t, map[string]int{"bulk": 2, "json": 1, "web": 2}[form], claims[0].Pos.Line) // text counts lines, JSON rows
	}
	emirates := cells{"reporterCode": "784", "flowCode": "M", "partnerCode": "800", "primaryValue": "5"}
	fsys := folder(t, map[string]string{jsonName: asJSON(emirates)})
	for producer, s := range map[string]comtrade.Source{
		"UAE customs":               {FS: fsys, Complete: []string{"parts"}},
		"Federal Customs Authority": {FS: fsys, Producers: map[flows.Place]string{"ARE": "Federal Customs Authority"}, Published: "2021"},
	} {
		claims, errs := read(t, s, datasets.Query{})
		require.Empty(t, errs)
		require.Equal(t, producer, claims[0].Origin.Producer)
		require.Equal(t, s.Complete, claims[0].Origin.Complete)
	}
}

// The web page puts the day of the download into a file's name, the month first. A file that says nothing has the day on which it was last
// changed, and is said to be undated.
func TestDayOfDownload(t *testing.T) {
	for name, want := range map[string]string{
		"TradeData_1_21_2026_21_51_10.csv":     "as of 2026-01-21",
		"TradeData_11_30_2025_20_59_49(1).csv": "as of 2025-11-30",
		"tradedata_8_1_2026_20_15_32 (2).csv":  "as of 2026-08-01",
		"TradeData_30_11_2025_20_59_49.csv":    "undated, file of 2024-03-11", // no such month
		"TradeData_2_30_2025_20_59_49.csv":     "undated, file of 2024-03-11", // no such day
		"TradeData_2010_2017.csv":              "undated, file of 2024-03-11",
		"TradeData.csv":                        "undated, file of 2024-03-11",
	} {
		var stats datasets.Stats
		claims, errs := read(t, comtrade.Source{FS: folder(t, map[string]string{name: asWeb(sound[0])}), Stats: &stats}, datasets.Query{})
		require.Empty(t, errs)
		require.Equal(t, want, claims[0].Origin.Version, name)
		require.Equal(t, strings.HasPrefix(want, "undated"), stats.Undated[name] == "2024-03-11", name)
	}
}

// A subset of a mineral's core lines is not all of it, even in a bulk file.
func TestNotAllLines(t *testing.T) {
	s := comtrade.Source{FS: forms(t, sound...)["bulk"], Lines: lines(func(l hs.Line) bool { return l.Core && l.Code != "710811" })}
	claims, errs := read(t, s, datasets.Query{})
	require.Empty(t, errs)
	for _, c := range claims {
		require.Equal(t, c.Mineral != flows.Gold, c.Origin.Whole("parts"), c.Mineral)
	}
}

// A code means what its row's revision says: 810310 held scrap until 1996's, and 711210 is no code of 2017's. One that holds two minerals gives
// the most of either.
func TestRevisions(t *testing.T) {
	s := comtrade.Source{FS: forms(t,
		cells{"cmdCode": "810310", "classificationCode": "H1", "period": "2000", "netWgt": "3000"},
		cells{"cmdCode": "810310", "netWgt": "3000"},
		cells{"cmdCode": "711210", "netWgt": "3000"},
		cells{"cmdCode": "282590", "netWgt": "3000"},
	)["web"], Lines: lines(func(hs.Line) bool { return true }), Stats: &datasets.Stats{}}
	claims, errs := read(t, s, datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{"tantalum 2000 UGA>ARE (HS 810310) by UGA: 3000 kg = 3 Ta, reported */1.1",
		"tantalum 2019 UGA>ARE (HS 282590) by UGA: 3000 kg = 3 gross, reported, ceiling",
		"tin 2019 UGA>ARE (HS 282590) by UGA: 3000 kg = 3 gross, reported, ceiling"}, shown(claims))
	require.Equal(t, "4 rows: 2 kept, 2 other commodity in its revision of the Harmonized System", s.Stats.String())
}

func TestSpread(t *testing.T) {
	factor := func(k float64) dist.Dist {
		d, err := dist.Factor(1, k)
		require.NoError(t, err)
		return d
	}
	fsys := forms(t, cells{"netWgt": "12000", "primaryValue": "54000"}, cells{"partnerCode": "0", "netWgt": "12000", "isNetWgtEstimated": "true"})["json"]
	claims, errs := read(t, comtrade.Source{FS: fsys, Spread: factor(1.3), EstimatedSpread: factor(4)}, datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, []string{"gold 2019 UGA>ARE (HS 710812) by UGA: 12000 kg = 12 gross, reported */1.3",
		"gold 2019 UGA>ARE (HS 710812) by UGA: 54000 = 54000 USD, reported */1.3",
		"gold 2019 UGA>world (HS 710812) by UGA: 12000 kg = 12 gross, estimated */4"}, shown(claims))
}
