package xlsx

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets/internal/samples"
)

// Each case is the content of sheetData and what is read from it.
func TestCells(t *testing.T) {
	for name, c := range map[string]struct{ rows, want string }{
		"numbers as stored":          {`<row r="1"><c r="A1"><v>1799.62916666667</v></c><c r="B1" t="n"><v> 30.411000000000001 </v></c></row>`, "1: number 1799.62916666667 | number 30.411000000000001\n"},
		"a gap, in cells and rows":   {`<row r="2"><c r="B2"><v>1</v></c></row><row r="9"><c r="D9"><v>2</v></c></row>`, "2: | number 1\n9: | | | number 2\n"},
		"no r attributes":            {`<row><c><v>1</v></c><c/><c><v>2</v></c></row><row><c><v>3</v></c></row>`, "1: number 1 | | number 2\n2: number 3\n"},
		"r on some":                  {`<row r="3"><c r="C3"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>`, "3: | | number 1 | number 2\n4: number 3\n"},
		"cells out of order":         {`<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row>`, "1: number 1 | | number 3\n"},
		"a row does not hold others": {`<row r="1"><c r="A1"><v>1</v></c><c r="D1"><v>4</v></c></row><row r="2"><c r="D2"><v>5</v></c></row>`, "1: number 1 | | | number 4\n2: | | | number 5\n"},
		"shared":                     {`<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c><c t="s"/></row>`, "1: string Tin | string Gold\n"},
		"inline":                     {`<row><c t="inlineStr"><is><t>Gold</t></is></c><c><is><t>Tin</t></is></c><c t="inlineStr"><v>W</v></c></row>`, "1: string Gold | string Tin | string W\n"},
		"rich text, how it sounds":   {`<row><c t="inlineStr"><is><r><t xml:space="preserve">Ta </t></r><r><rPr><b/></rPr><t>(Ta2O5)</t></r><rPh sb="0" eb="1"><t>TANTARU</t></rPh><phoneticPr fontId="1"/></is></c></row>`, "1: string Ta (Ta2O5)\n"},
		"blanks at the ends":         {`<row><c t="inlineStr"><is><t xml:space="preserve"> Urea </t></is></c><c t="inlineStr"><is><t> Urea </t></is></c><c t="str"><v> Urea </v></c></row>`, "1: string  Urea  | string Urea | string  Urea \n"},
		"escapes":                    {`<row><c t="str"><v>a_x000A_b &amp; _x005F_x0041_ _xD835__xDC00_ _x00ZZ_ _xD835_</v></c></row>`, "1: string a\nb & _x0041_ 𝐀 _x00ZZ_ \ufffd\n"},
		"CDATA, comment, entity":     {`<row><c t="str"><v><![CDATA[a<b]]><!-- no -->&#8230;</v></c></row>`, "1: string a<b…\n"},
		"bool, error":                {`<row><c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="e"><v>#N/A</v></c></row>`, "1: bool TRUE | bool FALSE | error #N/A\n"},
		"formulas":                   {`<row><c><f>1+1</f><v>2</v></c><c t="str"><f>A1</f><v>x</v></c><c><f>1+1</f></c><c><f>1+1</f><v/></c><c t="str"><f>""</f><v></v></c></row>`, "1: number 2 | string x | formula  | formula \n"},
		"dates by format":            {`<row><c s="1"><v>44197</v></c><c s="2"><v>44197.5</v></c><c s="0"><v>1</v></c><c s="77"><v>2</v></c><c t="d"><v>2021-03-04</v></c></row>`, "1: date 44197 | date 44197.5 | number 1 | number 2 | date 2021-03-04\n"},
		"formats alone":              {`<row r="1"><c r="A1" s="1"/><c r="EL1" s="1"/></row><row r="2"><c r="A2"><v>1</v></c>` + strings.Repeat(`<c s="1"/>`, 60) + `</row>`, "2: number 1\n"},
		"what else may stand there":  {`<row r="1"><c r="A1"><v>1</v><extLst><ext><v>9</v></ext></extLst></c><extLst/></row><other/>`, "1: number 1\n"},
		"the last cell of a sheet":   {`<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`, "1048576:" + strings.Repeat(" |", 16383) + " number 1\n"},
		"nothing":                    {``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(opened(t, book(c.rows)), "S")
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

// The same cells in every form in which a package may be written.
func TestForms(t *testing.T) {
	const rows, want = `<row><c t="s"><v>0</v></c><c s="1"><v>44197</v></c></row>`, "1: string Gold | date 44197\n"
	prefixed := strings.NewReplacer("</", "</x:", "<?", "<?", "<", "<x:", "xmlns=", "xmlns:x=")
	strict := strings.NewReplacer(nsMain, "http://purl.oclc.org/ooxml/spreadsheetml/main", nsRel, "http://purl.oclc.org/ooxml/officeDocument/relationships")
	all := func(r *strings.Replacer) map[string]string {
		b := book(rows)
		for name, text := range b {
			b[name] = r.Replace(text)
		}
		return b
	}
	moved := book(rows)
	moved["xl/any where/Tabelle-1.xml"] = moved["xl/worksheets/sheet1.xml"]
	moved["Other/STRINGS.xml"] = moved["xl/sharedStrings.xml"]
	with(moved, "xl/worksheets/sheet1.xml", "", "xl/sharedStrings.xml", "", "xl/_rels/workbook.xml.rels",
		rels("worksheet", "/xl/any%20where/tabelle-1.xml", "sharedStrings", "../other/strings.xml", "styles", "./styles.xml"))
	backslashes := map[string]string{}
	for name, text := range book(rows) {
		backslashes[strings.ReplaceAll(name, "/", `\`)] = text
	}
	for name, b := range map[string]map[string]string{
		"as usual":              book(rows),
		"prefixed names":        all(prefixed),
		"strict":                all(strict),
		"odd and absolute":      moved,
		"backslashes":           backslashes,
		"no root relationships": with(book(rows), "_rels/.rels", ""),
		"byte order mark":       with(book(rows), "xl/worksheets/sheet1.xml", "\ufeff"+sheetXML(rows)),
		"content types wrong":   with(book(rows), "[Content_Types].xml", "<Types><Default Extension='xml' ContentType='text/plain'/></Types>"),
		"a table twice":         with(book(rows), "xl/tables/table1.xml", `<table id="1" name="T"/>`, "xl/tables/table2.xml", `<table id="2" name="T"/>`),
		"two tables of cells":   with(book(rows), "xl/worksheets/sheet1.xml", strings.Replace(sheetXML(rows), "</sheetData>", "</sheetData><sheetData><row><c><v>9</v></c></row></sheetData>", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(opened(t, b), "S")
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestSheets(t *testing.T) {
	w := opened(t, with(book(""),
		"xl/workbook.xml", fmt.Sprintf(`<workbook xmlns="%s" xmlns:r="%s"><workbookPr date1904="1"/><sheets><sheet name="AFOSHEET" state="hidden" r:id="r1"/>`+
			`<sheet name="Steam Coal " r:id="r1"/><sheet name="Chart" r:id="r2"/><sheet name="Very" state="veryHidden" r:id="r1"/><sheet name="Gone" r:id="r9"/></sheets></workbook>`, nsMain, nsRel),
		"xl/_rels/workbook.xml.rels", rels("worksheet", "worksheets/sheet1.xml", "chartsheet", "chartsheets/sheet1.xml")))
	var got []string
	for _, s := range w.Sheets() {
		got = append(got, fmt.Sprintf("%q %t", s.Name, s.Hidden))
	}
	require.Equal(t, []string{`"AFOSHEET" true`, `"Steam Coal " false`, `"Very" true`, `"Gone" false`}, got)
	_, err := read(w, "Steam Coal")
	require.ErrorIs(t, err, ErrNoSheet)
	require.EqualError(t, err, `sheet "Steam Coal": no such sheet; the workbook has "AFOSHEET", "Steam Coal ", "Very", "Gone"`)
	_, err = read(w, "Gone")
	require.ErrorIs(t, err, ErrDamaged)
}

func TestColumnName(t *testing.T) {
	for name, i := range map[string]int{"A": 0, "Z": 25, "AA": 26, "AZ": 51, "BQ": 68, "ZZ": 701, "AAA": 702, "XFD": 16383} { // 26, 26+26*26, ...
		require.Equal(t, name, ColumnName(i))
		column, rest := columnOf(strings.ToLower(name) + "12")
		require.Equal(t, i, column)
		require.Equal(t, "12", rest)
	}
	for i := range mostColumns {
		column, _ := columnOf(ColumnName(i))
		require.Equal(t, i, column)
	}
}

// ISO/IEC 29500-1, 18.17.4.1 to 3: serial 1 is 1900-01-01, 61 is 1900-03-01, 2,958,465 is 9999-12-31; from 1904, 0 is 1904-01-01.
func TestTime(t *testing.T) {
	from00, from04 := &Workbook{}, &Workbook{from04: true}
	for _, c := range []struct {
		w          *Workbook
		text, want string
	}{
		{from00, "0", "1899-12-31T00:00:00"}, {from00, "1", "1900-01-01T00:00:00"}, {from00, "59", "1900-02-28T00:00:00"}, {from00, "61", "1900-03-01T00:00:00"},
		{from00, "44197", "2021-01-01T00:00:00"}, {from00, "44197.5", "2021-01-01T12:00:00"}, {from00, "44196.999999999", "2021-01-01T00:00:00"},
		{from00, "2958465", "9999-12-31T00:00:00"}, {from04, "0", "1904-01-01T00:00:00"}, {from04, "42735", "2021-01-01T00:00:00"}, // 44197 - 1462
		{from00, "2021-03-04", "2021-03-04T00:00:00"}, {from00, "2021-03-04T05:06:07", "2021-03-04T05:06:07"},
	} {
		at, err := c.w.Time(Cell{Date, c.text})
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, at.Format("2006-01-02T15:04:05"), c.text)
	}
	for _, text := range []string{"60", "-1", "2958466", "NaN", "1e300", "soon", ""} {
		_, err := from00.Time(Cell{Date, text})
		require.ErrorIs(t, err, ErrNoDate, text)
	}
	_, err := from00.Time(Cell{String, "1"})
	require.ErrorIs(t, err, ErrNoDate)
}

func TestShowsDate(t *testing.T) {
	for _, code := range []string{"yyyy", "d-mmm-yy", `[$-409]d\-mmm\-yy;@`, "[h]:mm", "[mm]", "h:mm AM/PM", `"on" d`, "[Red]d"} {
		require.True(t, showsDate(code), code)
	}
	for _, code := range []string{"", "General", "0.00E+00", "#,##0.0", `0.0" days"`, `0\d`, "[Red]0", "[$USD] 0", "_d0", "*d0", "0;d", `"open d`, "[h", "[]0", "@"} {
		require.False(t, showsDate(code), code)
	}
	for id, want := range map[string]bool{"0": false, "13": false, "14": true, "22": true, "37": false, "45": true, "48": false, "": false} {
		require.Equal(t, want, builtinDate(id), id)
	}
}

// A workbook is found in a folder, in a zip that cannot be read at random, and packed with gzip.
func TestOpenFS(t *testing.T) {
	text := zipped(t, book(`<row><c><v>1</v></c></row>`))
	var packed, outer bytes.Buffer
	g := gzip.NewWriter(&packed)
	_, err := g.Write(text)
	require.NoError(t, err)
	require.NoError(t, g.Close())
	z := zip.NewWriter(&outer)
	f, err := z.Create("prices.xls") // the name says nothing
	require.NoError(t, err)
	_, err = f.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	inZip, err := zip.NewReader(bytes.NewReader(outer.Bytes()), int64(outer.Len()))
	require.NoError(t, err)

	folder := fstest.MapFS{"prices.xls": {Data: text}, "prices.xlsx.gz": {Data: packed.Bytes()}, "cut.gz": {Data: packed.Bytes()[:packed.Len()-20]}, "d/e": {}}
	for range 2 {
		for _, name := range []string{"prices.xls", "prices.xlsx.gz"} {
			w, err := OpenFS(folder, name)
			require.NoError(t, err)
			got, err := read(w, "S")
			require.NoError(t, err)
			require.Equal(t, "1: number 1\n", got)
			require.NoError(t, w.Close())
		}
	}
	w, err := OpenFS(inZip, "prices.xls")
	require.NoError(t, err)
	require.NoError(t, w.Close())

	l := ordinary()
	l.memory = int64(len(text)) - 1
	for name, in := range map[string]fs.FS{"prices.xls": inZip, "prices.xlsx.gz": folder} {
		f, err := in.Open(name)
		require.NoError(t, err)
		_, err = openFile(f, l)
		require.ErrorIs(t, err, ErrLimit)
	}
	_, err = OpenFS(folder, "cut.gz")
	require.ErrorIs(t, err, ErrDamaged)
	_, err = OpenFS(folder, "d")
	require.ErrorIs(t, err, ErrNoWorkbook)
	_, err = OpenFS(folder, "none.xlsx")
	require.ErrorContains(t, err, "none.xlsx")
}

func TestReadsStopAndRunTogether(t *testing.T) {
	var rows strings.Builder
	for range 20000 {
		rows.WriteString(`<row><c><v>1</v></c></row>`)
	}
	w := opened(t, book(rows.String()))
	for range w.Rows(context.Background(), "S") {
		break
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var last error
	for _, err := range w.Rows(ctx, "S") {
		cancel()
		n++
		last = err
	}
	require.Equal(t, 2, n)
	require.Equal(t, context.Canceled, last)

	var wait sync.WaitGroup
	for range 3 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			got, err := read(w, "S")
			if err != nil || strings.Count(got, "\n") != 20000 {
				t.Errorf("%d rows, %v", strings.Count(got, "\n"), err)
			}
		}()
	}
	wait.Wait()
}

// Figures that World Mining Data 2024 and the World Bank's Pink Sheet print.
func TestGenuineFigures(t *testing.T) {
	for _, c := range []struct{ folder, file, sheet, first, want string }{
		{"wmd-xlsx", "6.5. Share_of_World_Mineral_Production_2022_by_Countries.xlsx", "Tantalum (Ta2O5)", "Rwanda", "300"},
		{"wmd-xlsx", "6.5. Share_of_World_Mineral_Production_2022_by_Countries.xlsx", "Tantalum (Ta2O5)", "Total", "1726"},
		{"wmd-xlsx", "6.5. Share_of_World_Mineral_Production_2022_by_Countries.xlsx", "Tungsten (W)", "Rwanda", "1610"},
		{"wmd-xlsx", "6.5. Share_of_World_Mineral_Production_2022_by_Countries.xlsx", "Gold", "Total", "3323144"},
		{"wmd-xlsx", "6.5. Share_of_World_Mineral_Production_2022_by_Countries.xlsx", "Tin", "Rwanda", "3115"},
		{"wmd-xlsx", "6.1. Total_World_Production.xlsx", "6.1.1.by Continents", "Total", "17896899617"},
		{"worldbank-pinksheet", "2025-02/CMO-Historical-Data-Monthly.xlsx", "Monthly Prices", "2025M01", "2709.69"},
		{"worldbank-pinksheet", "2022-04/CMO-Historical-Data-Annual.xlsx", "Annual Prices (Nominal)", "2021", "1799.62916666667"},
		{"worldbank-pinksheet", "2022-04/CMO-Historical-Data-Annual.xlsx", "Annual Prices (Real)", "2021", "1789.4149702544"},
	} {
		w, err := OpenFS(os.DirFS(samples.Dir(t, c.folder)), c.file)
		require.NoError(t, err)
		var found []string
		for row, err := range w.Rows(context.Background(), c.sheet) {
			require.NoError(t, err)
			var texts []string
			for _, cell := range row.Cells {
				text := strings.TrimSpace(cell.Text)
				if x, err := strconv.ParseFloat(text, 64); err == nil {
					text = strconv.FormatFloat(x, 'f', -1, 64)
					if s := strconv.FormatFloat(x, 'g', 15, 64); !strings.Contains(s, "e") {
						text = s // the fifteen digits that a spreadsheet shows
					}
				}
				texts = append(texts, text)
			}
			if slices.Contains(texts, c.first) {
				found = append(found, texts...)
			}
		}
		require.Contains(t, found, c.want, "%s, %s", c.sheet, c.first)
		require.NoError(t, w.Close())
	}
}
