package sqldata_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

// Whatever the cells hold, nothing panics, every flow is accounted for, every record is one that a ledger takes by itself, and an error says where.
func FuzzRows(f *testing.F) {
	f.Add("2019", "800", "X", "784", "H5", "12000.5", "1e3", "true", false)
	f.Add("2019-05", "UGA", "RM", "W00", "HS17", "1,200", "NaN", "perhaps", true)
	f.Add("2019-05-17", "004", "", "899", "HS", "-1", "0x10", "", true)
	f.Add(" 2019", "0800", "DX", "-1", "", "1e-999999999", "99999999999999999999999999999.5", "0", true)
	f.Fuzz(func(t *testing.T, period, reporter, flow, partner, class, weight, value, estimated string, parts bool) {
		row := func(weight string) map[string]any {
			return export("period", period, "reporterCode", reporter, "flowCode", flow, "partnerCode", partner, "classificationCode", class, "netWgt", weight,
				"primaryValue", value, "isNetWgtEstimated", estimated)
		}
		e := tableOf(row(weight))
		if parts {
			e.rows = append(e.rows, row("0.25"), row(weight))
		}
		clear(e.types) // all text
		e.types["isOriginalClassification"], e.types["partner2Code"], e.types["motCode"], e.types["qtyUnitCode"] = "BOOLEAN", "INTEGER", "INTEGER", "INTEGER"
		var stats datasets.Stats
		s := over(t, e)
		s.Stats = &stats
		if parts {
			s.Rows = sqldata.Parts
		}
		for r, err := range s.Records(context.Background(), datasets.Query{}) {
			if err != nil {
				require.Nil(t, r)
				require.ErrorContains(t, err, "trade.comtrade[")
				continue
			}
			_, err := flows.NewLedger(slices.Values([]flows.Record{r}))
			require.NoError(t, err)
			require.Contains(t, r.(flows.Claim).Pos.File, "trade.comtrade[")
		}
		settled := stats.Kept + stats.Bad
		for _, n := range stats.Dropped {
			settled += n
		}
		require.Equal(t, 1, stats.Rows)
		require.Equal(t, 1, settled)
	})
}
