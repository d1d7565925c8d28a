package xlsx

import (
	"context"
	"testing"
	"time"
)

// FuzzParts changes the XML of a workbook's parts: the zip around it is sound, so that every input reaches the readers.
func FuzzParts(f *testing.F) {
	b := book(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>44197</v></c><c t="inlineStr"><is><r><t xml:space="preserve"> a_x000A_</t></r></is></c></row>` +
		`<row><c t="b"><v>1</v></c><c><f>1</f></c><c t="e"><v>#N/A</v></c><c t="d"><v>2021-03-04</v></c></row>`)
	f.Add(b["xl/workbook.xml"], b["xl/_rels/workbook.xml.rels"], b["xl/worksheets/sheet1.xml"], b["xl/sharedStrings.xml"], b["xl/styles.xml"])
	f.Add(b["xl/workbook.xml"], b["xl/_rels/workbook.xml.rels"], `<x:worksheet xmlns:x="x"><x:sheetData><x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
		`<sst><si><t><![CDATA[a]]>&#8230;</t><rPh><t>b</t></rPh></si></sst>`, `<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs><numFmts><numFmt numFmtId="14" formatCode="[h]"/></numFmts></styleSheet>`)
	f.Fuzz(func(t *testing.T, workbook, related, sheet, strings, styles string) {
		b := with(book(""), "xl/workbook.xml", workbook, "xl/_rels/workbook.xml.rels", related, "xl/worksheets/sheet1.xml", sheet, "xl/sharedStrings.xml", strings, "xl/styles.xml", styles)
		check(t, zipped(t, b))
	})
}

// FuzzOpen changes the bytes of a file.
func FuzzOpen(f *testing.F) {
	f.Add(zipped(f, book(`<row><c t="s"><v>0</v></c></row>`)))
	f.Add(zipped(f, with(book(""), "_rels/.rels", rels("officeDocument", "xl/workbook.xml", "metadata/core-properties", "core.xml"),
		"core.xml", `<coreProperties><modified>2025-02-04T21:52:26Z</modified></coreProperties>`)))
	f.Add([]byte("PK\x05\x06"))
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	f.Fuzz(func(t *testing.T, text []byte) { check(t, text) })
}

// check reads what can be read. Rows are in order and no larger than a sheet.
func check(t *testing.T, text []byte) {
	l := ordinary()
	l.sheet, l.part = 1<<20, 1<<20
	w, err := openBytes(text, l)
	if err != nil {
		if err.Error() == "" {
			t.Fatal("an error that says nothing")
		}
		return
	}
	if day := w.Saved(); day != "" {
		if _, err := time.Parse("2006-01-02", day); err != nil {
			t.Fatalf("saved on %q", day)
		}
	}
	for _, s := range w.Sheets() {
		last := 0
		for row, err := range w.Rows(context.Background(), s.Name) {
			if err != nil {
				break
			}
			if row.Number <= last || row.Number > mostRows || len(row.Cells) == 0 || len(row.Cells) > mostColumns || row.Cells[len(row.Cells)-1].Kind == Empty {
				t.Fatalf("row %d with %d cells behind row %d", row.Number, len(row.Cells), last)
			}
			last = row.Number
			for _, c := range row.Cells {
				if c.Kind == Empty {
					continue
				}
				if at, err := w.Time(c); err == nil && (at.Year() < -1 || at.Year() > 10000) {
					t.Fatalf("%q is %v", c.Text, at)
				}
			}
		}
	}
}
