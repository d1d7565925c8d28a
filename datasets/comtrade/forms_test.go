package comtrade_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// columns are the 47 of the API and the web page, in their order and spelling.
var columns = strings.Split("typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,partnerISO,partnerDesc,"+
	"partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,"+
	"mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,"+
	"isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate", ",")

// cells is a row by column; what is not in it is as in typical.
type cells map[string]string

// typical is Uganda's export of unwrought gold to the UAE in 2019; "" is empty, null.
var typical = cells{
	"typeCode": "C", "freqCode": "A", "refPeriodId": "20190101", "refYear": "2019", "refMonth": "52", "period": "2019", "reporterCode": "800", "reporterISO": "UGA",
	"reporterDesc": "Uganda", "flowCode": "X", "flowDesc": "Export", "partnerCode": "784", "partnerISO": "ARE", "partnerDesc": "United Arab Emirates", "partner2Code": "0",
	"partner2ISO": "W00", "partner2Desc": "World", "classificationCode": "H5", "classificationSearchCode": "HS", "isOriginalClassification": "true", "cmdCode": "710812",
	"cmdDesc": "Gold; unwrought", "aggrLevel": "6", "isLeaf": "true", "customsCode": "C00", "customsDesc": "TOTAL CPC", "mosCode": "0", "motCode": "0",
	"motDesc": "TOTAL MOT", "qtyUnitCode": "8", "qtyUnitAbbr": "kg", "qty": "", "isQtyEstimated": "false", "altQtyUnitCode": "-1", "altQtyUnitAbbr": "N/A", "altQty": "",
	"isAltQtyEstimated": "false", "netWgt": "", "isNetWgtEstimated": "false", "grossWgt": "", "isGrossWgtEstimated": "false", "cifvalue": "", "fobvalue": "",
	"primaryValue": "", "legacyEstimationFlag": "0", "isReported": "true", "isAggregate": "false",
}

func (c cells) of(column string) string {
	if s, ok := c[column]; ok {
		return s
	}
	return typical[column]
}

// asJSON writes rows as the API answers: numbers and words bare, period a text, what is not known null.
func asJSON(rows ...cells) string {
	texts := " typeCode freqCode period reporterISO reporterDesc flowCode flowDesc partnerISO partnerDesc partner2ISO partner2Desc classificationCode " +
		"classificationSearchCode cmdCode cmdDesc customsCode customsDesc mosCode motDesc qtyUnitAbbr altQtyUnitAbbr "
	var b strings.Builder
	b.WriteString(`{"elapsedTime":"0.21 secs","count":` + itoa(len(rows)) + `,"data":[`)
	for i, r := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, c := range columns {
			b.WriteString([]string{"{", ","}[min(j, 1)] + `"` + c + `":`)
			switch s := r.of(c); {
			case s == "":
				b.WriteString("null")
			case strings.Contains(texts, " "+c+" "):
				b.WriteString(`"` + s + `"`)
			default:
				b.WriteString(s)
			}
		}
		b.WriteByte('}')
	}
	b.WriteString(`],"error":""}`)
	return b.String()
}

// notInBulk are the columns of descriptions, which bulk files leave out.
const notInBulk = " reporterISO reporterDesc flowDesc partnerISO partnerDesc partner2ISO partner2Desc cmdDesc customsDesc motDesc qtyUnitAbbr altQtyUnitAbbr "

// asBulk writes rows as bulk files have them: tabs, no descriptions, datasetCode in front, names in the capitals of the reference list.
func asBulk(rows ...cells) string {
	line := func(first string, cell func(column string) string) string {
		all := []string{first}
		for _, c := range columns {
			if !strings.Contains(notInBulk, " "+c+" ") {
				all = append(all, cell(c))
			}
		}
		return strings.Join(all, "\t") + "\n"
	}
	capitals := strings.NewReplacer("cifvalue", "cifValue", "fobvalue", "fobValue", "isNetWgtEstimated", "isnetWgtEstimated")
	out := line("datasetCode", capitals.Replace)
	for _, r := range rows {
		out += line("22008002019052500", r.of)
	}
	return out
}

// asWeb writes rows as the web page does: Windows-1252, values quoted, an empty cell behind the last, CRLF, and 0 for what is not known.
func asWeb(rows ...cells) string {
	var b strings.Builder
	b.WriteString(strings.Join(columns, ",") + "\r\n")
	for _, r := range rows {
		for _, c := range columns {
			s := r.of(c)
			if s == "" && strings.Contains(" qty altQty netWgt grossWgt ", " "+c+" ") {
				s = "0"
			}
			if s != "" {
				b.WriteString(`"` + strings.ReplaceAll(s, "ô", "\xf4") + `"`)
			}
			b.WriteByte(',')
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

func packed(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}
