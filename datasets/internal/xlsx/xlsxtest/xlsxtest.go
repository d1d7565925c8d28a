// Package xlsxtest writes small workbooks for the tests of formats that publishers ship as .xlsx.
package xlsxtest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"strconv"
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/datasets/internal/xlsx"
)

// Sheet is a sheet, its cells as one types them into a spreadsheet: 12 and 1e3 are numbers, '12 is a text, #N/A an error, =A1 a formula
// whose value was not stored, all else a text with its blanks. An empty cell has a format and no value; an empty row is not stored.
type Sheet struct {
	Name   string
	Hidden bool
	Rows   [][]string
}

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nsMain  = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsRels  = "http://schemas.openxmlformats.org/package/2006/relationships"
	nsCore  = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
	nsDoc   = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

// Workbook returns the bytes of a workbook, its texts shared as Excel stores them. It does not say when it was saved.
func Workbook(t testing.TB, sheets ...Sheet) []byte {
	t.Helper()
	return Saved(t, "", sheets...)
}

// Saved returns those of a workbook that was last saved at a moment, 2025-02-04T21:52:26Z; "" for none.
func Saved(t testing.TB, at string, sheets ...Sheet) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	part := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(xmlHead + text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	shared := &texts{at: map[string]int{}}
	var list, links strings.Builder
	for i, s := range sheets {
		state := ""
		if s.Hidden {
			state = ` state="hidden"`
		}
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, html.EscapeString(s.Name), i+1, state, i+1)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, nsDoc, i+1)
		part(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), fmt.Sprintf(`<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>`, nsMain, rows(s.Rows, shared)))
	}
	fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/sharedStrings" Target="sharedStrings.xml"/>`, len(sheets)+1, nsDoc)
	part("xl/sharedStrings.xml", fmt.Sprintf(`<sst xmlns="%s">%s</sst>`, nsMain, shared.xml.String()))
	part("xl/workbook.xml", fmt.Sprintf(`<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>`, nsMain, nsDoc, list.String()))
	part("xl/_rels/workbook.xml.rels", fmt.Sprintf(`<Relationships xmlns="%s">%s</Relationships>`, nsRels, links.String()))
	properties := ""
	if at != "" {
		part("docProps/core.xml", fmt.Sprintf(`<cp:coreProperties xmlns:cp="%[1]s" xmlns:dcterms="http://purl.org/dc/terms/"><dcterms:modified>%[2]s</dcterms:modified></cp:coreProperties>`, nsCore, at))
		properties = fmt.Sprintf(`<Relationship Id="rId2" Type="%s" Target="docProps/core.xml"/>`, nsCore)
	}
	part("_rels/.rels", fmt.Sprintf(`<Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/>%s</Relationships>`, nsRels, nsDoc, properties))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// texts are the shared strings.
type texts struct {
	at  map[string]int
	xml strings.Builder
}

func (s *texts) index(text string) int {
	i, ok := s.at[text]
	if !ok {
		i = len(s.at)
		s.at[text] = i
		fmt.Fprintf(&s.xml, `<si><t xml:space="preserve">%s</t></si>`, html.EscapeString(text))
	}
	return i
}

func rows(all [][]string, shared *texts) string {
	var b strings.Builder
	for n, row := range all {
		if len(row) == 0 {
			continue
		}
		fmt.Fprintf(&b, `<row r="%d">`, n+1)
		for c, text := range row {
			at := xlsx.ColumnName(c) + strconv.Itoa(n+1)
			switch {
			case text == "":
				fmt.Fprintf(&b, `<c r="%s" s="0"/>`, at)
			case isNumber(text):
				fmt.Fprintf(&b, `<c r="%s"><v>%s</v></c>`, at, text)
			case text[0] == '#':
				fmt.Fprintf(&b, `<c r="%s" t="e"><v>%s</v></c>`, at, html.EscapeString(text))
			case text[0] == '=':
				fmt.Fprintf(&b, `<c r="%s"><f>%s</f></c>`, at, html.EscapeString(text[1:]))
			default:
				fmt.Fprintf(&b, `<c r="%s" t="s"><v>%d</v></c>`, at, shared.index(strings.TrimPrefix(text, "'")))
			}
		}
		b.WriteString("</row>")
	}
	return b.String()
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && strings.ContainsAny(text[len(text)-1:], "0123456789.") // NaN and Inf are words
}
