package comtrade

// field is a column of UN Comtrade that is read.
type field int

const (
	typeCode field = iota
	period
	reporter
	flow
	partner
	partner2
	classification
	isOriginal
	commodity
	customs
	transport
	qtyUnit
	qty
	isQtyEstimated
	netWgt
	isNetWgtEstimated
	cif
	fob
	value
	fields // how many there are
)

// names are the columns as the API writes them. Its reference list spells some with other capitals (cifValue, isnetWgtEstimated): case does not
// matter.
var names = [fields]string{
	"typeCode", "period", "reporterCode", "flowCode", "partnerCode", "partner2Code", "classificationCode", "isOriginalClassification", "cmdCode",
	"customsCode", "motCode", "qtyUnitCode", "qty", "isQtyEstimated", "netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue", "primaryValue",
}

// required are the columns without which a row says nothing.
var required = []field{period, reporter, flow, partner, classification, commodity, value}

// row is one row of a file, in whatever form.
type row interface {
	text(f field) string // the cell, "" where it is empty, null or not there
	bad(f field, err error)
}

func (f field) String() string { return names[f] }
