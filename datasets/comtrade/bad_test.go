package comtrade_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/datasets/datasetstest"
	"github.com/mineralflows/mineralflows/flows"
)

// bad are rows with one bad cell each, and what is said of it.
var bad = []struct {
	row            cells
	column, reason string
}{
	{cells{"period": "2019-05"}, "period", "write a year as 2022, a month as 202205"},
	{cells{"period": "201913"}, "period", "write a year as 2022, a month as 202205"},
	{cells{"period": "19"}, "period", "write a year as 2022, a month as 202205"},
	{cells{"classificationCode": "HS"}, "classificationCode", "take the row's (H0 to H6)"},
	{cells{"classificationCode": ""}, "classificationCode", "unknown revision"},
	{cells{"classificationCode": "H7"}, "classificationCode", `unknown revision "H7"`}, // of 2028: what its codes mean is not known
	{cells{"cmdCode": "710812.0"}, "cmdCode", "a tool read the column as a number"},
	{cells{"cmdCode": "710812.00"}, "cmdCode", "a tool read the column as a number"},
	{cells{"motCode": "0.0"}, "motCode", "a tool read the column as a number"},
	{cells{"partnerCode": "784.0"}, "partnerCode", "a tool read the column as a number"},
	{cells{"reporterCode": "4711"}, "reporterCode", `unknown UN Comtrade code "4711"`},
	{cells{"partnerCode": "-7"}, "partnerCode", `unknown UN Comtrade code "-7"`},
	{cells{"flowCode": "Z"}, "flowCode", "a flow is M, X, RX, RM, DX, FM, MIP, XIP, MOP or XOP"},
	{cells{"netWgt": "-12000"}, "netWgt", "a mass or a value is not negative"},
	{cells{"qty": "1e999"}, "qty", "not a number"},
	{cells{"primaryValue": "-0.5"}, "primaryValue", "a mass or a value is not negative"},
	{cells{"fobvalue": "-5"}, "fobvalue", "a mass or a value is not negative"},
	{cells{"isNetWgtEstimated": "7", "netWgt": "5"}, "isNetWgtEstimated", "want true or false"},
}

// Every bad row is reported, and only they are.
func TestBadRows(t *testing.T) {
	var rows []cells
	for _, b := range bad {
		rows = append(rows, cells{"netWgt": "1", "partnerCode": itoa(24 + 4*len(rows)), "cmdCode": "260100"}, b.row)
	}
	for form, fsys := range forms(t, rows...) {
		var at []flows.Pos
		for i := range bad {
			at = append(at, map[string]flows.Pos{
				"bulk": {File: bulkName, Line: 2*i + 3}, "json": {File: jsonName, Line: 2*i + 2}, "web": {File: webName, Line: 2*i + 3}}[form])
		}
		var stats datasets.Stats
		datasetstest.TestBadRows(t, comtrade.Source{FS: fsys, Stats: &stats}, at...)
		require.Equal(t, len(bad), stats.Bad)
		_, errs := read(t, comtrade.Source{FS: fsys}, datasets.Query{})
		for i, b := range bad {
			require.Contains(t, strings.ToLower(errs[i]), "column "+strings.ToLower(b.column)+": ", form)
			require.Contains(t, errs[i], b.reason, form)
		}
	}
}

// A row of another commodity has its number of cells checked, and nothing else.
func TestShape(t *testing.T) {
	bulk := asBulk(cells{"cmdCode": "010121", "netWgt": "many"}, cells{"cmdCode": "010121"}, cells{"cmdCode": "010121"}, cells{"netWgt": "5"})
	lines := strings.SplitAfter(bulk, "\n")
	lines[2] = strings.Replace(lines[2], "\t", "", 1)
	lines[3] = strings.TrimSuffix(lines[3], "\n") + "\t7\n"
	var stats datasets.Stats
	s := comtrade.Source{FS: folder(t, map[string]string{bulkName: strings.Join(lines, "")}), Stats: &stats}
	_, errs := read(t, s, datasets.Query{})
	require.Equal(t, []string{bulkName + ":3: bad row: 35 cells where the header has 36", bulkName + ":4: bad row: 37 cells where the header has 36"}, errs)
	require.Equal(t, "4 rows: 1 kept, 2 bad, 1 other commodity", stats.String())
}

// Files that are no data of UN Comtrade, or not whole, are refused in words.
func TestRefused(t *testing.T) {
	row := asJSON(cells{"netWgt": "5"})
	for says, text := range map[string]string{
		"an answer of the API before 2022 (validation, dataset":                `{"validation":{"status":{"name":"Ok"}},"dataset":[{"rtCode":8}]}`,
		"answer.json:1: bad row: a list of bulk files (fileUrl), not the data": `{"count":1,"data":[{"fileUrl":"b07f","fileSize":"183.34 KB","period":1962}],"error":""}`,
		"a reference list (results), no data":                                  `{"more":false,"results":[]}`,
		"answer.json:1: bad row: tariff lines":                                 `{"data":[{"flowCategory":"X"}]}`,
		`UN Comtrade answered with an error: "Invalid subscription key"`:       `{"count":0,"data":[],"error":"Invalid subscription key"}`,
		"no list data":            `{"statusCode":401,"message":"Access denied"}`,
		"data is no list of rows": `{"data":{}}`,
		"the answer is no JSON object with the list data":                                    `[{"period":"2019"}]`,
		"answer.json:1: bad row: count says 12 rows and data has 1: the answer is not whole": strings.Replace(row, `"count":1`, `"count":12`, 1),
		"the file is cut short":                                                                row[:len(row)/2],
		"answer.json:1: bad row: the file is cut short":                                        row[:len(row)-3],
		"no JSON: invalid character '<'":                                                       `{"data":<html>}`,
		"answer.json:1: bad row: row 1 of data is no object":                                   `{"data":[7]}`,
		"answer.json:1: bad row: row 1 of data: \"motCode\" holds a list or an object":         strings.Replace(row, `"motCode":0`, `"motCode":[0]`, 1),
		"answer.json:1: bad column: row 1 of data has no flowCode":                             strings.Replace(row, `"flowCode"`, `"flow"`, 1),
		"answer.json:1: bad row: row 1 of data has \"NETWGT\" twice":                           strings.Replace(row, `"netWgt":5`, `"netWgt":5,"NETWGT":7`, 1),
		"text behind the answer":                                                               row + row,
		"a value of more than 1048576 bytes":                                                   `{"data":[{"cmdDesc":"` + strings.Repeat("x", 2<<20) + `"}]}`,
		"answer.json:1: bad column: no column period, reporterCode, flowCode, partnerCode, cl": "Year,Reporter\n2019,Uganda\n",
		"answer.json:1: bad row: the file is empty":                                            "",
	} {
		_, errs := read(t, comtrade.Source{FS: folder(t, map[string]string{jsonName: text})}, datasets.Query{})
		require.Len(t, errs, 1, says)
		require.Contains(t, errs[0], says)
	}
	for name, text := range map[string]string{"COMTRADE-TARIFFLINE-CA8002019H5[2024-03-11].gz": asBulk(), "tariff.txt": "flowCategory\t" + asBulk()} {
		_, errs := read(t, comtrade.Source{FS: folder(t, map[string]string{name: text})}, datasets.Query{})
		require.Len(t, errs, 1)
		require.Contains(t, errs[0], "tariff lines, a country's own codes by customs procedure")
	}
	cut := string(packed(t, asBulk(sound...)))
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(cut[:len(cut)-9])), nil }
	_, errs := read(t, comtrade.Source{Open: open, Name: bulkName}, datasets.Query{})
	require.Len(t, errs, 1)
	require.Contains(t, errs[0], "the gzip file is cut short")
}

// An answer without rows is no error; nor is a file of a header alone.
func TestEmpty(t *testing.T) {
	for _, fsys := range forms(t) {
		var stats datasets.Stats
		claims, errs := read(t, comtrade.Source{FS: fsys, Stats: &stats}, datasets.Query{})
		require.Empty(t, claims)
		require.Empty(t, errs)
		require.Zero(t, stats.Rows)
	}
}

// JSON may be written in any layout, with its names in any order and case, and numbers as text.
func TestLayouts(t *testing.T) {
	want, _ := read(t, comtrade.Source{FS: forms(t, cells{"netWgt": "12000"})["json"]}, datasets.Query{})
	plain := asJSON(cells{"netWgt": "12000"})
	for _, text := range []string{
		"\ufeff\r\n " + plain,
		strings.NewReplacer(",\"", " ,\r\n\t\"", ":", " : ").Replace(plain),
		strings.Replace(plain, `"error":""`, `"error":null,"more":{"a":[1,{}]}`, 1),
		strings.Replace(plain, `"period":"2019"`, `"period":2019`, 1),
		strings.Replace(plain, `"netWgt":12000`, `"NetWgt":"12000"`, 1),
		strings.Replace(plain, `"cmdCode":"710812"`, `"cmdCode":"\u0037\u00310812"`, 1),
		strings.Replace(plain, `"cmdDesc":"Gold; unwrought"`, `"cmdDesc":"a \"quoted\" }, {\\"`, 1),
	} {
		got, errs := read(t, comtrade.Source{FS: folder(t, map[string]string{jsonName: text})}, datasets.Query{})
		require.Empty(t, errs, text)
		require.Equal(t, want, got)
	}
}

// The two revisions of one period would be added up. The same answer saved twice counts once; two answers of one vintage that disagree are
// refused by the ledger.
func TestTwice(t *testing.T) {
	row := cells{"netWgt": "12000"}
	var stats datasets.Stats
	s := comtrade.Source{Stats: &stats, FS: folder(t, map[string]string{"a.json": asJSON(row, cells{"flowCode": "M", "netWgt": "1"}),
		"b.json": asJSON(cells{"classificationCode": "H0", "isOriginalClassification": "false", "netWgt": "12000"}, cells{"classificationCode": "H0", "partnerCode": "0", "netWgt": "7"})})}
	_, errs := read(t, s, datasets.Query{})
	require.Equal(t, []string{`b.json:1: column classificationCode: "H0": row 1 of data: the same claim twice: Uganda of 2019 stands in H5 already, at a.json:1: ` +
		`keep one of the two, or it is counted twice`}, errs)
	require.Equal(t, "4 rows: 2 kept, 1 bad, 1 a second revision of the Harmonized System (reported once)", stats.String())

	l, err := datasets.Load(context.Background(), datasets.Query{}, comtrade.Source{FS: folder(t, map[string]string{"a.json": asJSON(row), "b.json": asJSON(row)})})
	require.NoError(t, err)
	require.Len(t, l.Claims(), 1)

	other := cells{"netWgt": "13000"}
	_, err = datasets.Load(context.Background(), datasets.Query{}, comtrade.Source{FS: folder(t, map[string]string{"a.json": asJSON(row), "b.json": asJSON(other)})})
	var refused flows.Errors
	require.True(t, errors.As(err, &refused))
	require.EqualError(t, refused[0], "b.json:1: gold 2019 UGA>ARE (HS 710812) by comtrade-uga-gold-2024-03-11-undated: the same claim twice: it stands at a.json:1 already")
}

// Goods that another revision has under another code are counted once, whenever the two were published: tantalum with scrap (810310) and without
// (810320). Where the code is the same the later file is an edition of the earlier one.
func TestRevisionsOfTwoVintages(t *testing.T) {
	files := map[string]string{
		"COMTRADE-FINAL-CA1562003H1[2004-03-11].txt": asBulk(cells{"period": "2003", "reporterCode": "156", "flowCode": "M", "partnerCode": "646", "classificationCode": "H1", "cmdCode": "810310", "netWgt": "1000"},
			cells{"period": "2003", "reporterCode": "156", "flowCode": "M", "partnerCode": "646", "classificationCode": "H1", "cmdCode": "261590", "netWgt": "7"}),
		"COMTRADE-FINAL-CA1562003H2[2005-03-11].txt": asBulk(cells{"period": "2003", "reporterCode": "156", "flowCode": "M", "partnerCode": "646", "classificationCode": "H2", "cmdCode": "261590", "netWgt": "7"},
			cells{"period": "2003", "reporterCode": "156", "flowCode": "M", "partnerCode": "646", "classificationCode": "H2", "cmdCode": "810320", "netWgt": "900"},
			cells{"period": "2003", "reporterCode": "156", "flowCode": "M", "partnerCode": "180", "classificationCode": "H2", "cmdCode": "810320", "netWgt": "5"},
			cells{"period": "2004", "reporterCode": "156", "flowCode": "M", "partnerCode": "180", "classificationCode": "H2", "cmdCode": "810320", "netWgt": "5"}),
	}
	var stats datasets.Stats
	claims, errs := read(t, comtrade.Source{FS: folder(t, files), Stats: &stats}, datasets.Query{})
	require.Equal(t, []string{`COMTRADE-FINAL-CA1562003H2[2005-03-11].txt:3: column cmdCode: "810320": the same claim twice: China of 2003 stands in H1 already, which has these ` +
		`goods under 810310, at COMTRADE-FINAL-CA1562003H1[2004-03-11].txt:2: keep one of the two, or they are counted twice`}, errs)
	require.Equal(t, "6 rows: 4 kept, 1 bad, 1 a second revision of the Harmonized System (reported once)", stats.String())
	require.Len(t, claims, 4)
}

// What the United Nations converted from another revision says so.
func TestConverted(t *testing.T) {
	for _, fsys := range forms(t, cells{"isOriginalClassification": "false", "netWgt": "5"}, cells{"partnerCode": "0", "netWgt": "5"}) {
		claims, errs := read(t, comtrade.Source{FS: fsys}, datasets.Query{})
		require.Empty(t, errs)
		const converted = "; converted by the United Nations from the revision that was reported"
		require.Equal(t, claims[1].Note+converted, claims[0].Note)
	}
}
