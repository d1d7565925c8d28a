package comtrade_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/flows"
)

func load(t *testing.T, sources ...datasets.Source) *flows.Ledger {
	t.Helper()
	l, err := datasets.Load(context.Background(), datasets.Query{}, sources...)
	require.NoError(t, err)
	return l
}

func cell(m flows.Mineral, p flows.Place, year int) flows.Cell {
	return flows.Cell{Mineral: m, Period: flows.Year(year), Place: p}
}

// said is what the statements of one side come to: producer, partner, bound, sum of the medians, whether it is all.
func said(b flows.Balance, side []flows.Claim) (out []string) {
	for _, s := range b.Statements(side) {
		sum := 0.0
		for _, c := range s.Claims {
			sum += c.Amount.Value.Quantile(0.5)
		}
		out = append(out, fmt.Sprintf("%s %s>%s %s%.6g %s %v", s.Producer, s.From, s.To, s.Bound, sum, s.Claims[0].Amount.Basis, s.Complete))
	}
	return out
}

// A later release of a reporter's year is another edition of the same figure: it speaks, and the change is a revision.
func TestVintages(t *testing.T) {
	l := load(t, comtrade.Source{FS: folder(t, map[string]string{
		"COMTRADE-FINAL-CA8002019H5[2021-02-01].gz": asBulk(cells{"netWgt": "10000", "primaryValue": "54000"}),
		"COMTRADE-FINAL-CA8002019H5[2024-03-11].gz": asBulk(cells{"netWgt": "12000", "primaryValue": "54000"}),
	})})
	b := l.Balance(cell(flows.Gold, "UGA", 2019))
	require.Equal(t, []string{"trade statistics of Uganda UGA>ARE 12 gross true"}, said(b, b.Declared))
	require.Len(t, l.Revisions(), 2)                                                    // the mass, and the value, which did not change
	require.InDelta(t, 0.182322, max(l.Revisions()[0].Log, l.Revisions()[1].Log), 1e-6) // ln(12 / 10)
	require.Empty(t, l.Warnings())
}

// Ore and metal are two parts with two bases, which are added; a re-export is inside the export of its line and is not.
func TestParts(t *testing.T) {
	rows := []cells{
		{"netWgt": "12000"}, {"flowCode": "RX", "netWgt": "11000"}, {"cmdCode": "710813", "netWgt": "500"},
		{"cmdCode": "260900", "netWgt": "7000"}, {"cmdCode": "800110", "netWgt": "2000"}, {"cmdCode": "8001", "netWgt": "2000"},
		{"cmdCode": "261590", "netWgt": "3000"},
	}
	l := load(t, comtrade.Source{FS: forms(t, rows...)["bulk"]})
	gold, tin, tantalum := l.Balance(cell(flows.Gold, "UGA", 2019)), l.Balance(cell(flows.Tin, "UGA", 2019)), l.Balance(cell(flows.Tantalum, "UGA", 2019))
	require.Equal(t, []string{"trade statistics of Uganda UGA>ARE 12.5 gross true"}, said(gold, gold.Declared))
	require.Equal(t, []string{"trade statistics of Uganda UGA>ARE ceiling3 gross true"}, said(tantalum, tantalum.Declared))
	require.Len(t, tin.Declared, 2)
	require.Equal(t, []flows.Basis{flows.Gross, flows.Sn}, []flows.Basis{tin.Declared[0].Amount.Basis, tin.Declared[1].Amount.Basis})

	// An answer of the API may hold some lines only: what it says is a floor, and a ceiling of a part says nothing of the whole.
	l = load(t, comtrade.Source{FS: forms(t, rows...)["json"]})
	gold, tantalum = l.Balance(cell(flows.Gold, "UGA", 2019)), l.Balance(cell(flows.Tantalum, "UGA", 2019))
	require.Equal(t, []string{"trade statistics of Uganda UGA>ARE 12.5 gross false"}, said(gold, gold.Declared))
	require.Empty(t, said(tantalum, tantalum.Declared))
}

// The months of a year and the year may stand side by side.
func TestMonths(t *testing.T) {
	l := load(t, comtrade.Source{FS: forms(t, cells{"netWgt": "12000"}, cells{"period": "201905", "netWgt": "900"})["bulk"]})
	b := l.Balance(cell(flows.Gold, "UGA", 2019))
	require.Equal(t, []string{"trade statistics of Uganda UGA>ARE 12 gross true"}, said(b, b.Declared))
}

// What package greatlakes quotes from UN Comtrade has the producer and the part of a file of UN Comtrade, which is then another edition of the
// same figure: of the UAE's imports of Ugandan gold in 2019 greatlakes knows dollars (1713.5 M USD), the later file brings the mass, which
// speaks in their place, and nothing is counted twice.
func TestBesideGreatlakes(t *testing.T) {
	emirates := cells{"reporterCode": "784", "flowCode": "M", "partnerCode": "800", "netWgt": "31000", "primaryValue": "1713491887", "cifvalue": "1713491887"}
	uganda := cell(flows.Gold, "UGA", 2019)
	alone := load(t, greatlakes.Package()).Balance(uganda)
	require.Equal(t, []string{"UAE customs UGA>ARE 1.71349e+09 USD-cif true"}, said(alone, alone.Mirrored))
	b := load(t, greatlakes.Package(), comtrade.Source{FS: forms(t, append([]cells{emirates}, sound...)...)["json"]}).Balance(uganda)
	require.Equal(t, []string{"UAE customs UGA>ARE 31 gross false"}, said(b, b.Mirrored))
	why := map[flows.Code]int{}
	for _, a := range b.Aside {
		if a.Part == "HS 710812" && a.Origin.Producer == "UAE customs" {
			why[a.Code]++
		}
	}
	require.Equal(t, map[flows.Code]int{flows.Superseded: 1, flows.UnitValue: 1}, why) // the older dollars, and the newer beside their tonnes
}
