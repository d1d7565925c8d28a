package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/estimate"
	"github.com/mineralflows/mineralflows/estimate/report"
	"github.com/mineralflows/mineralflows/flows"
)

// network is two flows: Rwanda's exports, which moved from 120 to 116, and a corridor that carries at least 20.
func network() *estimate.Result {
	exports := flows.Flow{Mineral: "tin", Period: flows.Year(2020), From: "RWA", To: flows.World}
	through := flows.Flow{Mineral: "tin", Period: flows.Year(2020), From: "COD", To: "RWA", Channel: flows.Unrecorded}
	claimed, z, least := about(120), -1.79, 20.0
	carried := floorOf(20)
	test := estimate.Test{Kind: "leak", Cell: &flows.Cell{Mineral: "tin", Period: flows.Year(2020), Place: "RWA"}, Statistic: 3.2, Critical: 3.84, P: 0.0736, Magnitude: 20, Equivalent: []string{"RWA>world"}}
	return &estimate.Result{
		Options: estimate.Options{Level: 0.9, Draws: 8192},
		Flows: []estimate.FlowEstimate{
			{Flow: exports, Basis: flows.Sn, Claimed: &claimed, Estimate: about(116), Z: &z, Claims: []flows.Claim{{Flow: exports, Amount: flows.Amount{Text: "120 +- 5", Basis: flows.Sn}, Origin: comtrade}}},
			{Flow: through, Basis: flows.Sn, Estimate: carried, Least: &least, Unobserved: true},
		},
		Balances: []estimate.Balance{{Cell: flows.Cell{Mineral: "tin", Period: flows.Year(2020), Place: "RWA"}, Basis: flows.Sn, Values: map[estimate.Quantity]estimate.Value{estimate.Surplus: about(20)}}},
		Tests:    &estimate.Tests{J: 3.2, DF: 1, P: 0.0736, Largest: test, All: []estimate.Test{test}, Networks: []estimate.NetworkTest{{Mineral: "tin", Period: flows.Year(2020), J: 3.2, DF: 1, P: 0.0736}}},
		Warnings: []estimate.Warning{{Code: estimate.ErrUnobserved, Text: "COD>RWA unrecorded"}},
	}
}

func TestNetworkText(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.NetworkText(&b, network(), report.Options{}))
	text := b.String()
	for _, want := range []string{
		"J = 3.20 on 1 degree of freedom, P = 0.074. Largest test: leak, the balance of tin/RWA/2020, 3.20",
		"20.0 t more going out than coming in; not to be told from RWA>world.",
		"Tin, tonnes of Sn\n",
		"COD > RWA, unrecorded  2020      >=20.0  —               —  not determined\n",
		"RWA > world  2020        120  7.20       116  6.96  -1.79\n",
		"[a] unobserved: COD>RWA unrecorded\n",
	} {
		require.Contains(t, text, want)
	}
	for _, line := range strings.Split(text, "\n") {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 100)
	}
	b.Reset()
	require.NoError(t, report.NetworkMarkdown(&b, network(), report.Options{}))
	require.Contains(t, b.String(), "| RWA &gt; world | 2020 | 120 | 7.20 | 116 | 6.96 | -1.79 |")
}

// The JSON has the fields of the schema, by name.
func TestNetworkJSON(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.NetworkJSON(&b, network()))
	var n struct {
		Schema                string
		Flows                 []map[string]any
		Places                []map[string]any
		Tests                 map[string]any
		Diagnostics, Warnings any
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &n))
	require.Equal(t, "mineralflows/network/v1", n.Schema)
	f := n.Flows[0]
	require.Equal(t, []any{"tin", "2020", "RWA", "world", "", -1.79}, []any{f["mineral"], f["period"], f["from"], f["to"], f["channel"], f["z"]})
	require.Equal(t, 120.0, f["claimed"].(map[string]any)["median"])
	require.Equal(t, 116.0, f["estimate"].(map[string]any)["mean"])
	c := n.Flows[1]
	require.Equal(t, []any{"unrecorded", nil, nil, 20.0, true, "floor"}, []any{c["channel"], c["claimed"], c["z"], c["least"], c["unobserved"], c["bound"]})
	require.Equal(t, []any{3.2, 1.0, 0.0736}, []any{n.Tests["J"], n.Tests["df"], n.Tests["p"]})
	require.Equal(t, "tin/RWA/2020", n.Tests["largest"].(map[string]any)["place"])
	require.Equal(t, "RWA", n.Places[0]["place"])
	require.Equal(t, 20.0, n.Places[0]["surplus"].(map[string]any)["median"])
	require.Nil(t, n.Diagnostics)

	r := network()
	r.Tests, r.Chains = nil, &estimate.Diagnostics{Chains: 4, Draws: 1000, Warmup: 1000, MaxRhat: 1.002, MinESSBulk: 1500, MinESSTail: 900}
	b.Reset()
	require.NoError(t, report.NetworkJSON(&b, r))
	require.Contains(t, strings.Join(strings.Fields(b.String()), ""), `"tests":null,"diagnostics":{"max_rhat":1.002,"min_ess_bulk":1500,"min_ess_tail":900,"divergences":0}`)
	b.Reset()
	require.NoError(t, report.NetworkText(&b, r, report.Options{}))
	require.Contains(t, b.String(), "4 chains of 1,000 draws after 1,000: R-hat at most 1.002, effective sample size at least 1,500\n(bulk) and 900 (tail), 0 divergences.")
}

func TestNetworkCSV(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.NetworkCSV(&b, network()))
	rows, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	at := func(row int, column string) string { return rows[row][slices.Index(rows[0], column)] }
	require.Equal(t, []string{"120", "116", "-1.79", "", "3.2", "1"}, []string{at(1, "claimed_mean"), at(1, "estimate_mean"), at(1, "z"), at(1, "least"), at(1, "J"), at(1, "df")})
	require.Equal(t, []string{"", "20", "floor", "true"}, []string{at(2, "claimed_mean"), at(2, "least"), at(2, "bound"), at(2, "unobserved")})
}

// Without J, degrees of freedom and the largest test there is no table, nor with a number that is none.
func TestNetworkRefusals(t *testing.T) {
	bare, nan := network(), network()
	bare.Tests = nil
	nan.Flows[1].Estimate.Hi = math.NaN()
	for _, write := range []func(io.Writer, *estimate.Result) error{
		func(w io.Writer, r *estimate.Result) error { return report.NetworkText(w, r, report.Options{}) },
		func(w io.Writer, r *estimate.Result) error { return report.NetworkMarkdown(w, r, report.Options{}) },
		report.NetworkCSV, report.NetworkJSON,
	} {
		var b bytes.Buffer
		require.ErrorContains(t, write(&b, bare), "without J, degrees of freedom and the largest test")
		require.ErrorContains(t, write(&b, nan), "tin 2020 COD>RWA unrecorded: the estimate is not a finite number (NaN)")
		require.Empty(t, b.String())
	}
}
