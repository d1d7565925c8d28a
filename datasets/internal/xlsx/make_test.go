package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	nsMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsRel  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	nsPack = "http://schemas.openxmlformats.org/package/2006/relationships"
)

// book is the parts of a workbook with one sheet "S" that each test changes.
func book(rows string) map[string]string {
	return map[string]string{
		"_rels/.rels":                rels("officeDocument", "xl/workbook.xml"),
		"xl/workbook.xml":            fmt.Sprintf(`<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`, nsMain, nsRel),
		"xl/_rels/workbook.xml.rels": rels("worksheet", "worksheets/sheet1.xml", "sharedStrings", "sharedStrings.xml", "styles", "styles.xml"),
		"xl/worksheets/sheet1.xml":   sheetXML(rows),
		"xl/sharedStrings.xml":       fmt.Sprintf(`<sst xmlns="%s"><si><t>Gold</t></si><si><t>Tin</t></si></sst>`, nsMain),
		"xl/styles.xml": fmt.Sprintf(`<styleSheet xmlns="%s"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/></numFmts>`+
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs></styleSheet>`, nsMain),
	}
}

func sheetXML(rows string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\r\n"+`<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>`, nsMain, rows)
}

// rels writes relationships r1, r2 ... of types and targets.
func rels(typeAndTarget ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<Relationships xmlns="%s">`, nsPack)
	for i := 0; i+1 < len(typeAndTarget); i += 2 {
		fmt.Fprintf(&b, `<Relationship Id="r%d" Type="%s/%s" Target="%s"/>`, i/2+1, nsRel, typeAndTarget[i], typeAndTarget[i+1])
	}
	return b.String() + `</Relationships>`
}

// with changes parts, "" takes one out.
func with(parts map[string]string, nameAndText ...string) map[string]string {
	for i := 0; i+1 < len(nameAndText); i += 2 {
		parts[nameAndText[i]] = nameAndText[i+1]
		if nameAndText[i+1] == "" {
			delete(parts, nameAndText[i])
		}
	}
	return parts
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(parts[name]))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func opened(t testing.TB, parts map[string]string) *Workbook {
	t.Helper()
	w, err := openBytes(zipped(t, parts), ordinary())
	require.NoError(t, err)
	return w
}

func openBytes(text []byte, l limits) (*Workbook, error) {
	return open(bytes.NewReader(text), int64(len(text)), l)
}

// read writes a sheet out: "2: number 5 | | string Gold", a row a line, and the error that ended it.
func read(w *Workbook, sheet string) (string, error) {
	var b strings.Builder
	for row, err := range w.Rows(context.Background(), sheet) {
		if err != nil {
			return b.String(), err
		}
		fmt.Fprintf(&b, "%d:", row.Number)
		for i, c := range row.Cells {
			if i > 0 {
				b.WriteString(" |")
			}
			if c.Kind != Empty {
				fmt.Fprintf(&b, " %s %s", kinds[c.Kind], c.Text)
			}
		}
		b.WriteString("\n")
	}
	return b.String(), nil
}

var kinds = map[Kind]string{Number: "number", Date: "date", String: "string", Bool: "bool", ErrorValue: "error", Formula: "formula"}
