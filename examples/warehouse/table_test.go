package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/comtrade"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/flows"
)

// columns are those of the table: UN Comtrade's that are read, and some that are not.
var columns = strings.Fields("typeCode freqCode period reporterCode flowCode partnerCode partner2Code classificationCode isOriginalClassification cmdCode customsCode " +
	"motCode qtyUnitCode qty isQtyEstimated netWgt isNetWgtEstimated cifvalue fobvalue primaryValue")

const published = "2024-03-11"

// world is a table of invented figures in the shape of UN Comtrade: the region's reports and those of its partners, of all goods, with the parts of
// each total beside it. Cells are text, as in a file; "" is not known.
func world() [][]string {
	rng := rand.New(rand.NewPCG(1, 2))
	amount := func(most int) string { // as few digits as it takes: a database that keeps binary numbers does not know of noughts at the end
		return strconv.FormatFloat(float64(rng.IntN(most*1000))/1000, 'f', -1, 64)
	}
	codes := []string{"260900", "261100", "261590", "261690", "710811", "710812", "710813", "800110", "800120", "810320", "010121", "090111", "270900", "2609", "TOTAL"}
	region, partners := []int{108, 180, 646, 800, 834}, []int{0, 156, 458, 699, 757, 784, 842, 899, 4}
	var rows [][]string
	add := func(period string, reporter, partner int, flow, code string) {
		weight, value, estimated := amount(4_000_000), amount(60_000_000), "false"
		gold := strings.HasPrefix(code, "71081") // the one mineral of which dollars can become tonnes
		switch n := rng.IntN(8); {
		case n == 0 && gold:
			weight = ""
		case n == 1 && gold:
			weight = "0"
		case n == 2:
			estimated = "true"
		case n == 3:
			value = ""
		}
		cif, fob := "", value
		if flow == "M" || flow == "RM" {
			cif, fob = value, ""
		}
		row := func(customs, transport string, partner2 int, weight, value string) {
			rows = append(rows, []string{"C", "A", period, fmt.Sprint(reporter), flow, fmt.Sprint(partner), fmt.Sprint(partner2), "H5", "true", code, customs, transport, "8",
				weight, "false", weight, estimated, cif, fob, value})
		}
		row("C00", "0", 0, weight, value)
		if rng.IntN(2) == 0 { // the parts of the total
			row("C01", "0", 0, amount(1000), amount(1000))
			row("C00", "1000", 0, amount(1000), amount(1000))
			row("C00", "0", 251, amount(1000), amount(1000))
		}
	}
	for _, code := range codes {
		for year := 2014; year <= 2016; year++ {
			for _, country := range region {
				for _, partner := range partners {
					for _, flow := range []string{"X", "M", "RX", "DX"} {
						if rng.IntN(3) > 0 {
							add(fmt.Sprint(year), country, partner, flow, code)
						}
					}
					if partner != 0 && partner != 899 {
						add(fmt.Sprint(year), partner, country, "M", code)
					}
				}
			}
		}
		add("201905", 646, 784, "X", code)
	}
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}

// written writes rows as a file of tab-separated text and returns its folder.
func written(t testing.TB, rows [][]string) string {
	t.Helper()
	var b strings.Builder
	for _, r := range append([][]string{columns}, rows...) {
		b.WriteString(strings.Join(r, "\t") + "\n")
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "comtrade.txt"), []byte(b.String()), 0o644))
	return dir
}

// read returns the claims of a source without their positions, in an order of their own.
func read(t testing.TB, s datasets.Source, q datasets.Query) []flows.Claim {
	t.Helper()
	var claims []flows.Claim
	for r, err := range s.Records(context.Background(), q) {
		require.NoError(t, err)
		c := r.(flows.Claim)
		c.Pos = flows.Pos{}
		claims = append(claims, c)
	}
	slices.SortFunc(claims, func(a, b flows.Claim) int {
		key := func(c flows.Claim) string { return c.Locator + c.Flow.String() + string(c.Amount.Basis) }
		return strings.Compare(key(a), key(b))
	})
	return claims
}

// greatLakes is the estimate over the built-in data and a trade table.
func greatLakes(t testing.TB, s datasets.Source) *estimate.Result {
	t.Helper()
	ledger, err := datasets.Load(context.Background(), datasets.Query{}, greatlakes.Package(), s)
	require.NoError(t, err)
	model, err := estimate.NewModel(ledger, estimate.Options{Draws: 512})
	require.NoError(t, err)
	result, err := estimate.MassBalance{}.Estimate(context.Background(), model)
	require.NoError(t, err)
	return result
}

// fromFiles is what package comtrade makes of the world's rows, written to a file: made once, for all engines.
var fromFiles struct {
	once   sync.Once
	claims []flows.Claim
	result *estimate.Result
}

// sameAsFiles fails t unless a table of the world's rows gives what a file of them gives, in every bit: claims, and all draws of the estimate.
func sameAsFiles(t *testing.T, table sqldata.Source) {
	t.Helper()
	claims := sameClaims(t, table)
	a, b := fromFiles.result, greatLakes(t, table)
	require.Greater(t, len(a.Balances), 100)
	require.Equal(t, len(a.Balances), len(b.Balances))
	draws := 0
	for i, x := range a.Balances {
		y := b.Balances[i]
		require.Equal(t, x.Cell, y.Cell)
		require.Equal(t, x.Values, y.Values)
		for q := range x.Values {
			p, err := a.Draws(x.Cell, q)
			require.NoError(t, err)
			r, err := b.Draws(y.Cell, q)
			require.NoError(t, err)
			require.Equal(t, len(p), len(r))
			for j := range p {
				require.Equal(t, math.Float64bits(p[j]), math.Float64bits(r[j]), "%s %s, draw %d", x.Cell, q, j)
			}
			draws += len(p)
		}
	}
	t.Logf("%d claims, %d balances, %d draws: every bit the same", claims, len(b.Balances), draws)
}

// sameClaims fails t unless a table of the world's rows gives the claims of a file of them, in every bit. It returns how many there are.
func sameClaims(t *testing.T, table sqldata.Source) int {
	t.Helper()
	fromFiles.once.Do(func() {
		memory := comtrade.Source{FS: os.DirFS(written(t, world())), Published: published}
		fromFiles.claims = read(t, memory, datasets.Query{})
		fromFiles.result = greatLakes(t, memory)
	})
	want, got := fromFiles.claims, read(t, table, datasets.Query{})
	require.Greater(t, len(want), 5000)
	require.Equal(t, len(want), len(got))
	for i := range want {
		require.True(t, reflect.DeepEqual(want[i], got[i]), "\nwant %+v\ngot  %+v", want[i], got[i])
	}
	return len(got)
}

// the questions that a balance asks: one mineral, some places, some years.
func tin2015() datasets.Query {
	return datasets.Query{Minerals: []flows.Mineral{flows.Tin}, Places: []flows.Place{"RWA"}, Period: flows.Year(2015)}
}

// onSource is a source over the table of a database.
func onSource(db sqldata.Querier, d sqldata.Dialect, table string) sqldata.Source {
	return sqldata.Source{DB: db, Dialect: d, Table: table, Origin: flows.Origin{Published: published}}
}
