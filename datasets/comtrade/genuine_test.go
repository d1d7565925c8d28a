package comtrade_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
	"github.com/mineralflows/mineralflows/flows"
)

// genuine is one genuine file, dated.
func genuine(t *testing.T, dir, name string) comtrade.Source {
	t.Helper()
	text, err := os.ReadFile(samples.Dir(t, dir) + "/" + name)
	require.NoError(t, err)
	return comtrade.Source{FS: fstest.MapFS{name: {Data: text}}, Published: "2024", Lines: allGoods()}
}

// dollars are the values of claims by flow.
func dollars(claims []flows.Claim) map[string]string {
	out := map[string]string{}
	for _, c := range claims {
		out[string(c.From+">"+c.To)+" "+c.Period.String()+" "+string(c.Amount.Basis)+" by "+string(c.Reporter)] = c.Amount.Text
	}
	return out
}

func TestGenuineAnswer(t *testing.T) {
	claims, errs := read(t, genuine(t, "comtrade-api-json", "HS-60a6ad.json"), datasets.Query{})
	require.Empty(t, errs)
	got := dollars(claims)
	require.Len(t, got, 4)
	require.Equal(t, "6804128143.0", got["ARG>CHN 2010 USD-cif by CHN"])
	require.Equal(t, "68047133397.0", got["CHN>DEU 2010 USD by CHN"])
	for _, c := range claims {
		require.Contains(t, c.Locator, "HS TOTAL (H3), ")
		require.False(t, strings.HasSuffix(c.Amount.Text, "kg"), "mass is null")
	}
}

func TestGenuineOthers(t *testing.T) {
	for name, says := range map[string]string{
		"bulk-list-HS-4f1d0f.json": "a list of bulk files",
		"legacy-success_data.json": "an answer of the API before 2022",
	} {
		_, errs := read(t, genuine(t, "comtrade-api-json", name), datasets.Query{})
		require.Len(t, errs, 1)
		require.Contains(t, errs[0], says)
	}
	claims, errs := read(t, genuine(t, "comtrade-api-json", "error-HS-a503f3.json"), datasets.Query{})
	require.Empty(t, claims)
	require.Empty(t, errs)
	_, errs = read(t, genuine(t, "comtrade-reference-json", "Reporters.json"), datasets.Query{})
	require.Len(t, errs, 1)
	require.Contains(t, errs[0], "a reference list")
}

func TestGenuineDownload(t *testing.T) {
	s := genuine(t, "comtrade-web-csv", "TradeData.csv")
	var stats datasets.Stats
	s.Stats = &stats
	claims, errs := read(t, s, datasets.Query{})
	require.Empty(t, errs)
	require.Equal(t, 1352, stats.Rows)
	require.Zero(t, stats.Bad)
	got := dollars(claims)
	require.Equal(t, "2715997517261", got["world>CHN 2022 USD-cif by CHN"])
	require.Equal(t, "257035799", got["BEN>CHN 2022 USD-cif by CHN"])
	require.Equal(t, "135314870", got["USA>ZMB 2022 USD by USA"])
	// One is China's imports from China, 122.9 bn USD.
	require.Equal(t, "1352 rows: 1330 kept, 1 from a place to itself, goods that came back, 4 partner is no place: Areas, nes (899), "+
		"1 partner is no place: Bunkers (837), 2 partner is no place: LAIA, nes (473), 2 partner is no place: North America and Central America, nes (637), "+
		"4 partner is no place: Other Africa, nes (577), 6 partner is no place: Other Asia, nes (490), 2 partner is no place: Other Europe, nes (568)", stats.String())
	// 677 rows of imports and 675 of exports, of which 11 each are dropped; all are values, for every net weight is 0 or empty.
	imports := 0
	for _, c := range claims {
		if c.To == c.Reporter {
			imports++
		}
	}
	require.Equal(t, []int{677 - 11, 675 - 11}, []int{imports, len(claims) - imports})
}

func TestGenuineServices(t *testing.T) {
	s := genuine(t, "comtrade-web-csv", "TradeData_Services.csv")
	var stats datasets.Stats
	s.Stats = &stats
	s.Lines[0].Code = "S"
	claims, errs := read(t, s, datasets.Query{})
	require.Empty(t, errs)
	require.Empty(t, claims)
	require.Equal(t, "120 rows: 0 kept, 4 other commodity, 116 services", stats.String())
}
