package sqldata

import (
	"database/sql"
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/internal/trade"
)

// Columns says in which column each thing stands. Case matters only where names differ by nothing else. What the table does not have, a Query
// adds: SELECT *, 'H5' AS classification, 'X' AS flow FROM shipments.
type Columns struct {
	// These must be there.
	Period         string `json:"period"`         // 2019, 201905, 2019-05, or a date (Source.Dates)
	Reporter       string `json:"reporter"`       // whose statistics: a code of UN Comtrade, or letters (Source.Areas)
	Flow           string `json:"flow"`           // X, M, RX or RM
	Partner        string `json:"partner"`        // as the reporter; 0, or W00, is the world
	Classification string `json:"classification"` // the revision of the Harmonized System: H0 to H6, HS17 or HS2017
	Commodity      string `json:"commodity"`      // six digits

	// And one of these.
	Weight   string `json:"weight,omitempty"`   // net, in kg; 0 is not known
	Quantity string `json:"quantity,omitempty"` // in the unit of QuantityUnit
	Value    string `json:"value,omitempty"`    // in US dollars; 0 is not known

	// These may be. A column that tells totals from their parts must be named, or the parts are there twice.
	Month             string `json:"month,omitempty"`             // 1 to 12 beside a year in Period; NULL, 0 and 52 are the whole year
	WeightEstimated   string `json:"weightEstimated,omitempty"`   // true where the publisher estimated the weight
	QuantityUnit      string `json:"quantityUnit,omitempty"`      // UN Comtrade's: 8 kg, 15 g, 21 1000 kg, 13 carat
	QuantityEstimated string `json:"quantityEstimated,omitempty"` //
	CIF               string `json:"cif,omitempty"`               // in US dollars; an import with FOB and without CIF is valued free on board
	FOB               string `json:"fob,omitempty"`               //
	Original          string `json:"original,omitempty"`          // false where the publisher converted the row from another revision
	Type              string `json:"type,omitempty"`              // S for services
	Customs           string `json:"customs,omitempty"`           // the customs procedure: only C00, all of them, is read
	Transport         string `json:"transport,omitempty"`         // the mode of transport: only 0, all of them, is read
	Partner2          string `json:"partner2,omitempty"`          // the second partner: only 0, all of them, is read
}

// Comtrade returns the columns of UN Comtrade's bulk files and of its API, under their names there.
func Comtrade() Columns {
	return Columns{
		Period: trade.Period.String(), Reporter: trade.Reporter.String(), Flow: trade.FlowCode.String(), Partner: trade.Partner.String(),
		Classification: trade.Classification.String(), Commodity: trade.Commodity.String(), Weight: trade.NetWgt.String(), Quantity: trade.Qty.String(),
		Value: trade.Value.String(), WeightEstimated: trade.IsNetWgtEstimated.String(), QuantityUnit: trade.QtyUnit.String(),
		QuantityEstimated: trade.IsQtyEstimated.String(), CIF: trade.CIF.String(), FOB: trade.FOB.String(), Original: trade.IsOriginal.String(),
		Type: trade.TypeCode.String(), Customs: trade.Customs.String(), Transport: trade.Transport.String(), Partner2: trade.Partner2.String(),
	}
}

// month is the field that UN Comtrade's files have inside the period.
const month = trade.Fields

// cells are by field, the month behind the others.
type cells [trade.Fields + 1]string

func (c Columns) names() cells {
	return cells{
		trade.Period: c.Period, trade.Reporter: c.Reporter, trade.FlowCode: c.Flow, trade.Partner: c.Partner, trade.Classification: c.Classification,
		trade.Commodity: c.Commodity, trade.NetWgt: c.Weight, trade.Qty: c.Quantity, trade.Value: c.Value, trade.IsNetWgtEstimated: c.WeightEstimated,
		trade.QtyUnit: c.QuantityUnit, trade.IsQtyEstimated: c.QuantityEstimated, trade.CIF: c.CIF, trade.FOB: c.FOB, trade.IsOriginal: c.Original,
		trade.TypeCode: c.Type, trade.Customs: c.Customs, trade.Transport: c.Transport, trade.Partner2: c.Partner2, month: c.Month,
	}
}

// required are the fields whose columns must be there.
var required = map[trade.Field]string{
	trade.Period: "period", trade.Reporter: "reporter", trade.FlowCode: "flow", trade.Partner: "partner",
	trade.Classification: "classification", trade.Commodity: "commodity",
}

// column is a column of the table, as the engine has it.
type column struct {
	field trade.Field
	name  string // "" where there is none
	quote string
	class class
	typ   string // as the driver calls it

	single bool // its numbers are of 32 bits
}

// layout is which column each field is read from.
type layout [trade.Fields + 1]column

// has reports whether a field is read.
func (l *layout) has(f trade.Field) bool { return l[f].name != "" }

// mapping is which column each field is read from, by the user's names.
type mapping struct {
	names    cells
	keys     map[trade.Field]string // what the columns that must be there are called in messages
	optional bool                   // the others may be missing, though they have names
}

// layout finds the columns of the mapping among those of the table.
func (t table) layout(m mapping, types []*sql.ColumnType) (*layout, error) {
	var l layout
	for f, name := range m.names {
		field := trade.Field(f)
		key, required := m.keys[field]
		if name == "" {
			if required {
				return nil, fmt.Errorf("%w: Columns does not say which column is the %s", datasets.ErrColumn, key)
			}
			continue
		}
		found, err := find(types, name)
		if err != nil {
			return nil, err
		}
		if found == nil {
			if required || !m.optional {
				return nil, fmt.Errorf("%w: no column %s among %s", datasets.ErrColumn, name, listed(types))
			}
			continue
		}
		c := column{field: field, name: found.Name(), class: t.dialect.classOf(found), typ: found.DatabaseTypeName(), single: t.dialect.single(found)}
		if c.quote, err = t.dialect.quote(c.name); err != nil {
			return nil, err
		}
		if err := c.check(); err != nil {
			return nil, err
		}
		if t.areas == Letters && c.class.number() && (field == trade.Reporter || field == trade.Partner || field == trade.Partner2) {
			return nil, fmt.Errorf("%w: %s is %s, and Areas says letters", datasets.ErrColumn, c.name, c.typ)
		}
		l[f] = c
	}
	if !l.has(trade.NetWgt) && !l.has(trade.Qty) && !l.has(trade.Value) {
		return nil, fmt.Errorf("%w: no column %s, %s or %s among %s: set Columns", datasets.ErrColumn, trade.NetWgt, trade.Qty, trade.Value, listed(types))
	}
	return &l, t.dated(&l)
}

// dated says where the period's column and what a date in it stands for do not go together.
func (t table) dated(l *layout) error {
	switch c := l[trade.Period]; {
	case c.class == date && t.dates == "":
		return fmt.Errorf("%w: %s holds dates: set Dates to year or month, whichever a date stands for", datasets.ErrColumn, c.name)
	case c.class != date && t.dates != "":
		return fmt.Errorf("%w: %s is %s, no date: leave Dates empty", datasets.ErrColumn, c.name, c.typ)
	case c.class == date && l.has(month):
		return fmt.Errorf("%w: %s holds dates, which have their month: leave Month empty", datasets.ErrColumn, c.name)
	}
	return nil
}

// find returns the column of a name: the one that is spelled so, else the one that differs by case only; nil where there is none.
func find(types []*sql.ColumnType, name string) (*sql.ColumnType, error) {
	var found []*sql.ColumnType
	for _, t := range types {
		if t.Name() == name {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		for _, t := range types {
			if strings.EqualFold(t.Name(), name) {
				found = append(found, t)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%w: %d columns are named %s", datasets.ErrColumn, len(found), name)
}

// listed are the names of the columns, not all of a wide table.
func listed(types []*sql.ColumnType) string {
	const most = 20
	var names []string
	for _, t := range types {
		names = append(names, t.Name())
	}
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
