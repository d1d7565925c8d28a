// Package trade is what a row of UN Comtrade means, whatever it was read from: a file, or a table of a database. A reader hands each [Row] to
// [Reading.Take]; package comtrade documents what becomes of it.
package trade

// Field is a column of UN Comtrade that is read.
type Field int

// The fields, and how many there are.
const (
	TypeCode Field = iota
	Period
	Reporter
	FlowCode
	Partner
	Partner2
	Classification
	IsOriginal
	Commodity
	Customs
	Transport
	QtyUnit
	Qty
	IsQtyEstimated
	NetWgt
	IsNetWgtEstimated
	CIF
	FOB
	Value
	Fields
)

var names = [Fields]string{
	"typeCode", "period", "reporterCode", "flowCode", "partnerCode", "partner2Code", "classificationCode", "isOriginalClassification", "cmdCode",
	"customsCode", "motCode", "qtyUnitCode", "qty", "isQtyEstimated", "netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue", "primaryValue",
}

// String is the column as the API writes it. Its reference list spells some with other capitals (cifValue, isnetWgtEstimated): case does not
// matter.
func (f Field) String() string { return names[f] }

// Required are the fields without which a row says nothing.
func Required() []Field {
	return []Field{Period, Reporter, FlowCode, Partner, Classification, Commodity, Value}
}

// Row is one row, in whatever form.
type Row interface {
	Text(f Field) string // the cell, "" where it is empty, null or not there
	Bad(f Field, err error)
}

// Noted is a Row with something more to be known of its figures.
type Noted interface {
	Row
	Note() string // "" for nothing
}
