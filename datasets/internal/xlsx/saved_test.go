package xlsx

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSaved(t *testing.T) {
	const head = `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dcterms="http://purl.org/dc/terms/">`
	properties := func(modified string) string {
		return head + `<dcterms:created>2005-08-04T16:43:23Z</dcterms:created>` + modified + `</cp:coreProperties>`
	}
	for _, c := range []struct{ xml, want string }{
		{properties(`<dcterms:modified xsi:type="dcterms:W3CDTF">2025-02-04T21:52:26Z</dcterms:modified>`), "2025-02-04"},
		{properties(`<dcterms:modified>2025-02-04T21:52:26-05:00</dcterms:modified>`), "2025-02-05"}, // 02:52 of the next day in UTC
		{properties(`<dcterms:modified> 2025-02-04 </dcterms:modified>`), "2025-02-04"},
		{properties(`<dcterms:modified>yesterday</dcterms:modified>`), ""},
		{properties(``), ""}, // created on the publisher's template, years before
		{head, ""},
		{`<html/>`, ""},
		{"", ""}, // none
	} {
		parts := with(book(`<row r="1"><c r="A1"><v>1</v></c></row>`),
			"_rels/.rels", rels("officeDocument", "xl/workbook.xml", "metadata/core-properties", "docProps/core.xml"), "docProps/core.xml", c.xml)
		text := zipped(t, parts)
		w, err := Open(bytes.NewReader(text), int64(len(text)))
		require.NoError(t, err)
		require.Equal(t, c.want, w.Saved(), fmt.Sprint(c.xml))
		require.Len(t, w.Sheets(), 1)
	}
}
