package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// What is no workbook is named in words, with what to do.
func TestForeignFiles(t *testing.T) {
	ole := func(stream string) string {
		b := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 200000)...)
		for _, u := range utf16.Encode([]rune(stream)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return string(append(b, make([]byte, 1000)...))
	}
	whole := string(zipped(t, book(`<row><c><v>1</v></c></row>`)))
	for want, text := range map[string]string{
		"the file is empty":                       "",
		"an old .xls file: save it as .xlsx":      ole("Workbook"),
		"an encrypted workbook":                   ole("EncryptedPackage"),
		"a text file, perhaps CSV":                "mineral,period\ngold,2019\n",
		"a web page, perhaps an error":            "\n<!DOCTYPE html><title>404</title>",
		"an XML file, perhaps of Excel 2003":      `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`,
		"a PDF file":                              "%PDF-1.7\n\x00",
		"a gzip file: unpack it":                  "\x1f\x8b\x08\x00\x00",
		"neither a zip nor":                       "\x00\x01\x02",
		"its zip is cut short or altered":         whole[:len(whole)-30],
		"an OpenDocument spreadsheet (.ods)":      string(zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"})),
		"a zip with a workbook inside":            string(zipped(t, map[string]string{"a/prices.xlsx": whole})),
		"a zip without one":                       string(zipped(t, map[string]string{"a.csv": "a,b"})),
		"a binary workbook (.xlsb)":               string(zipped(t, map[string]string{"_rels/.rels": rels("officeDocument", "xl/workbook.bin")})),
		"is it a text document or a presentation": string(zipped(t, map[string]string{"_rels/.rels": rels("officeDocument", "word/document.xml"), "word/document.xml": "<document/>"})),
	} {
		_, err := openBytes([]byte(text), ordinary())
		require.ErrorContains(t, err, want)
		kind := ErrNoWorkbook
		if strings.Contains(want, "cut short") {
			kind = ErrDamaged
		}
		require.ErrorIs(t, err, kind)
	}
}

// Damage is reported with the sheet and the row, and rows before it are read.
func TestDamage(t *testing.T) {
	const good = `<row r="1"><c r="A1"><v>1</v></c></row>`
	for want, rows := range map[string]string{
		`row 1: the workbook is damaged: row 1 stands behind row 1`:                          good + good,
		`row 1: the workbook is damaged: "x" is no number of a row`:                          good + `<row r="x"/>`,
		`row 3: the workbook is damaged: a cell "B2" in row 3`:                               good + `<row r="3"><c r="B2"/></row>`,
		`row 2: the workbook is damaged: a cell "7" in row 2`:                                good + `<row r="2"><c r="7"/></row>`,
		`row 2: the workbook is damaged: the cell A2 stands in it twice`:                     good + `<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>`,
		`row 2: cell A2: the workbook is damaged: it refers to the string "7"; there are 2`:  good + `<row><c t="s"><v>7</v></c></row>`,
		`row 2: cell A2: the workbook is damaged: it refers to the string "-1"; there are 2`: good + `<row><c t="s"><v>-1</v></c></row>`,
		`row 2: cell B2: the workbook is damaged: a cell of the unknown type "z"`:            good + `<row><c/><c t="z"><v>1</v></c></row>`,
		`row 2: the workbook is damaged: xl/worksheets/sheet1.xml: </c> closes <row>`:        good + `<row></c></row>`,
		`row 1: the workbook is damaged: xl/worksheets/sheet1.xml: XML syntax error`:         good + `<row r=></row>`,
		`row 1: the workbook is too large: a row 1048577`:                                    good + `<row r="1048577"/>`,
		`row 2: the workbook is too large: more than 16384 columns`:                          good + `<row><c r="XFE2"/></row>`,
		`row 3: the workbook is too large: more than 16384 columns`:                          good + `<row r="3"><c r="XFD3"/><c/></row>`,
	} {
		got, err := read(opened(t, book(rows)), "S")
		require.ErrorContains(t, err, `sheet "S", `+want)
		require.Equal(t, "1: number 1\n", got)
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "S", e.Sheet)
	}
	for want, b := range map[string]map[string]string{
		"it has no part xl/worksheets/sheet1.xml":                  with(book(""), "xl/worksheets/sheet1.xml", ""),
		"sheet1.xml: it holds a <html> where a <worksheet>":        with(book(""), "xl/worksheets/sheet1.xml", "<html/>"),
		"sheet1.xml is cut short":                                  with(book(""), "xl/worksheets/sheet1.xml", sheetXML(good)[:len(sheetXML(good))-len("</sheetData></worksheet>")-3]),
		"sheet1.xml is cut short: fetch":                           with(book(""), "xl/worksheets/sheet1.xml", sheetXML(good)[:len(sheetXML(good))-len("</sheetData></worksheet>")]),
		"elements within each other more than 256 deep":            book(strings.Repeat("<a>", 300) + strings.Repeat("</a>", 300)),
		"a tag or a text of more than 1048576 bytes":               book(`<row><c><f>` + strings.Repeat("1", 1<<21) + `</f></c></row>`),
		"a cell with more than 98301 bytes of text":                book(`<row><c t="str"><v>` + strings.Repeat("1", 98302) + `</v></c></row>`),
		`declared but Decoder.CharsetReader is nil`:                with(book(""), "xl/worksheets/sheet1.xml", `<?xml version="1.0" encoding="windows-1252"?><worksheet/>`),
		"a tag or a text of more than 1048576 bytes (xl/worksheet": book(`<row a="` + strings.Repeat("1", 1<<21) + `"/>`),
	} {
		_, err := read(opened(t, b), "S")
		require.ErrorContains(t, err, want)
	}
	for want, b := range map[string]map[string]string{
		"it has no part xl/sharedStrings.xml": with(book(""), "xl/sharedStrings.xml", ""),
		"xl/styles.xml is cut short":          with(book(""), "xl/styles.xml", "<styleSheet><cellXfs><xf>"),
		"two of its sheets are named": with(book(""), "xl/workbook.xml",
			`<workbook><sheets><sheet name="S"/><sheet name="s"/></sheets></workbook>`),
		"elements within each other": with(book(""), "xl/workbook.xml", `<workbook>`+strings.Repeat("<a>", 1e5)),
	} {
		_, err := openBytes(zipped(t, b), ordinary())
		require.ErrorContains(t, err, want)
	}
}

// A byte that changed on the way is found, at the latest at the end of the sheet.
func TestChecksum(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range book(`<row><c><v>1234567</v></c></row>`) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		require.NoError(t, err)
		_, err = f.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	w, err := openBytes(bytes.Replace(b.Bytes(), []byte("1234567"), []byte("1334567"), 1), ordinary())
	require.NoError(t, err)
	got, err := read(w, "S")
	require.Equal(t, "1: number 1334567\n", got)
	require.ErrorIs(t, err, ErrDamaged)
	require.ErrorContains(t, err, "checksum")
}

func TestTwiceInTheZip(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 2 {
		for name, text := range book("") {
			f, err := z.Create(name)
			require.NoError(t, err)
			_, err = f.Write([]byte(text))
			require.NoError(t, err)
		}
	}
	require.NoError(t, z.Close())
	_, err := openBytes(b.Bytes(), ordinary())
	require.ErrorContains(t, err, "stands in it twice")
}

// repeated is a part of any size that packs to nearly nothing.
type repeated struct {
	head, body, tail string
	n                int
}

// bomb writes a workbook of which one part is a repetition. claim, if not 0, is the size that the zip says it unpacks to.
func bomb(t testing.TB, part string, p repeated) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range book("") {
		f, err := z.Create(name)
		require.NoError(t, err)
		if name != part {
			_, err = io.WriteString(f, text)
			require.NoError(t, err)
			continue
		}
		_, err = io.WriteString(f, p.head)
		require.NoError(t, err)
		chunk := strings.Repeat(p.body, 1+(64<<10)/len(p.body))
		for n := 0; n < p.n; n += len(chunk) {
			_, err = io.WriteString(f, chunk)
			require.NoError(t, err)
		}
		_, err = io.WriteString(f, p.tail)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

// Parts that unpack to far more than they are end with the name of the limit, and take no memory. The limits are lowered so that the
// test is quick; it is the same code.
func TestBombs(t *testing.T) {
	l := ordinary()
	l.sheet, l.part, l.strings, l.stringBytes = 8<<20, 8<<20, 1000, 100_000
	sst := fmt.Sprintf(`<sst xmlns="%s">`, nsMain)
	for want, c := range map[string]struct {
		part string
		p    repeated
	}{
		"sheet1.xml unpacks to":                            {"xl/worksheets/sheet1.xml", repeated{`<worksheet><sheetData>`, `<row/>`, `</sheetData></worksheet>`, 9 << 20}},
		"styles.xml unpacks to":                            {"xl/styles.xml", repeated{`<styleSheet>`, `<a/>`, `</styleSheet>`, 9 << 20}},
		"more than 1000 shared strings or 100000 bytes":    {"xl/sharedStrings.xml", repeated{sst, `<si/>`, `</sst>`, 1 << 20}},
		"more than 1000 shared strings or 100000 bytes of": {"xl/sharedStrings.xml", repeated{sst, `<si><t>` + strings.Repeat("x", 9000) + `</t></si>`, `</sst>`, 1 << 20}},
		"more than 65490 formats":                          {"xl/styles.xml", repeated{`<styleSheet><cellXfs>`, `<xf/>`, `</cellXfs></styleSheet>`, 1 << 20}},
		"more than 16384 relationships":                    {"xl/_rels/workbook.xml.rels", repeated{`<Relationships>`, `<Relationship/>`, `</Relationships>`, 1 << 20}},
		"more than 4096 sheets":                            {"xl/workbook.xml", repeated{`<workbook><sheets>`, `<sheet/>`, `</sheets></workbook>`, 0}},
	} {
		if c.p.n == 0 {
			var names strings.Builder
			for i := range 5000 {
				fmt.Fprintf(&names, `<sheet name="%d"/>`, i)
			}
			c.p = repeated{c.p.head, names.String(), c.p.tail, 1}
		}
		w, err := openBytes(bomb(t, c.part, c.p), l)
		if err == nil {
			_, err = read(w, "S")
		}
		require.ErrorIs(t, err, ErrLimit, want)
		require.ErrorContains(t, err, want)
	}
}

// A zip that lies about the size of a part is read up to the limit and no further.
func TestBombThatLies(t *testing.T) {
	l := ordinary()
	l.sheet = 1 << 20
	text := bomb(t, "xl/worksheets/sheet1.xml", repeated{`<worksheet><sheetData>`, `<row/>`, `</sheetData></worksheet>`, 2 << 20})
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	require.NoError(t, err)
	for _, f := range z.File {
		if f.Name == "xl/worksheets/sheet1.xml" {
			size := binary.LittleEndian.AppendUint32(nil, uint32(f.UncompressedSize64))
			require.Positive(t, bytes.Count(text, size))
			text = bytes.ReplaceAll(text, size, binary.LittleEndian.AppendUint32(nil, 100))
		}
	}
	w, err := openBytes(text, l)
	require.NoError(t, err)
	_, err = read(w, "S")
	require.Error(t, err)
	require.True(t, strings.Contains(err.Error(), "unpacks to more than 1048576 bytes") || strings.Contains(err.Error(), "damaged"), err.Error())
}

// A sheet of 8 MiB and some 130,000 rows leaves the heap as it is.
func TestMemoryDoesNotGrow(t *testing.T) {
	text := bomb(t, "xl/worksheets/sheet1.xml", repeated{`<worksheet><sheetData>`,
		`<row><c t="s"><v>0</v></c><c><v>1799.62916666667</v></c></row>`, `</sheetData></worksheet>`, 8 << 20})
	w, err := openBytes(text, ordinary())
	require.NoError(t, err)
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n, most := 0, uint64(0)
	for row, err := range w.Rows(context.Background(), "S") {
		require.NoError(t, err)
		if n++; row.Number%20_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	require.Greater(t, n, 120_000)
	require.Less(t, int64(most)-int64(before.HeapAlloc), int64(1<<20))
}

// Damage of any kind ends in an error or in cells, never in a panic.
func TestRandomDamage(t *testing.T) {
	whole := zipped(t, book(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>44197</v></c></row>`))
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		text := bytes.Clone(whole)
		for range 1 + random.IntN(4) {
			text[random.IntN(len(text))] = byte(random.Uint32())
		}
		if random.IntN(4) == 0 {
			text = text[:random.IntN(len(text))]
		}
		if w, err := openBytes(text, ordinary()); err == nil {
			for _, s := range w.Sheets() {
				_, _ = read(w, s.Name)
			}
		}
	}
}
