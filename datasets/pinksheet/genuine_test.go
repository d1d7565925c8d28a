package pinksheet_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/greatlakes"
	"github.com/mineralflows/mineralflows/datasets/internal/samples"
	"github.com/mineralflows/mineralflows/datasets/pinksheet"
	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// normal95 is the 95 % quantile of the standard normal distribution: 90 % lie within plus or minus as many standard deviations.
const normal95 = 1.6448536269514722

// spreads measures what the package's documentation states, over the years first to last.
func spreads(t *testing.T, price map[flows.Period]float64, first, last int) (change, monthly, scatter, annual float64) {
	t.Helper()
	var changes, variances []float64
	before := math.NaN()
	for y := first; y <= last; y++ {
		var logs []float64
		for m := 1; m <= 12; m++ {
			x, ok := price[flows.Month(y, m)]
			require.True(t, ok, "%d-%d", y, m)
			logs = append(logs, math.Log(x))
			if y > first || m > 1 {
				changes = append(changes, math.Pow(math.Log(x)-before, 2))
			}
			before = math.Log(x)
		}
		mean, variance := mean(logs), 0.0
		for _, l := range logs {
			variance += (l - mean) * (l - mean) / 12
		}
		variances = append(variances, variance)
	}
	change, scatter = math.Sqrt(mean(changes)), math.Sqrt(mean(variances))
	return change, math.Exp(normal95 * change / math.Sqrt(12)), scatter, math.Exp(normal95 * scatter / math.Sqrt(12))
}

func mean(all []float64) float64 {
	sum := 0.0
	for _, x := range all {
		sum += x
	}
	return sum / float64(len(all))
}

// The spreads that the documentation states, measured again: of gold from the prices of the built-in dataset, too.
func TestSpreads(t *testing.T) {
	builtIn := map[flows.Period]float64{}
	l, err := datasets.Load(context.Background(), datasets.Query{Minerals: []flows.Mineral{flows.Gold}}, greatlakes.Package())
	require.NoError(t, err)
	for _, r := range l.Rates() {
		if r.Origin.ID == "pink-sheet-2026-06-gold" && r.Period.Months() == 1 {
			builtIn[r.Period] = r.Value.Quantile(0.5)
		}
	}
	check := func(price map[flows.Period]float64, change, monthly, scatter, annual string) {
		c, m, s, a := spreads(t, price, 2012, 2025)
		require.Equal(t, []string{change, monthly, scatter, annual}, []string{fmt.Sprintf("%.3f", c), fmt.Sprintf("%.2f", m), fmt.Sprintf("%.3f", s), fmt.Sprintf("%.2f", a)})
	}
	check(builtIn, "0.034", "1.02", "0.066", "1.03")

	prices := map[flows.Mineral]map[flows.Period]float64{flows.Gold: {}, flows.Tin: {}}
	for _, r := range rates(t, pinksheet.Source{FS: os.DirFS(samples.Dir(t, "worldbank-pinksheet"))}) {
		if r.Origin.Published == "2026-06-02" {
			prices[r.Mineral][r.Period] = r.Value.Quantile(0.5)
		}
	}
	check(prices[flows.Gold], "0.034", "1.02", "0.066", "1.03")
	check(prices[flows.Tin], "0.059", "1.03", "0.118", "1.06")
}

// Facts of the genuine files, read by others.
func TestGenuineFiles(t *testing.T) {
	dir := samples.Dir(t, "worldbank-pinksheet")
	for _, c := range []struct {
		folder, published string
		rows              int
		gold, tin         map[string]string
	}{
		{"2022-04", "2022-04-04", 62, map[string]string{"2021": "1799.62916666667 /ozt"}, map[string]string{"2021": "32384.1483333333 /t"}},
		{"2024-09", "2024-09-04", 64, map[string]string{"2023": "1942.66583333333 /ozt"}, map[string]string{"2023": "25938.1133333333 /t"}},
		{"2025-02", "2025-02-04", 781, map[string]string{"1960-01": "35.27 /ozt", "2025-01": "2709.69 /ozt"}, map[string]string{"2025-01": "29612.36 /t"}},
		{"2026-06", "2026-06-02", 797, map[string]string{"1960-01": "35.27 /ozt", "2026-05": "4587.21 /ozt"}, map[string]string{"2026-05": "53562.79 /t"}},
	} {
		var stats datasets.Stats
		got := map[flows.Mineral]map[string]string{flows.Gold: {}, flows.Tin: {}}
		for _, r := range rates(t, pinksheet.Source{FS: os.DirFS(dir + "/" + c.folder), Stats: &stats}) {
			require.Equal(t, c.published, r.Origin.Published)
			got[r.Mineral][r.Period.String()] = r.Text
			number, _, _ := strings.Cut(r.Text, " ")
			x, err := dist.Parse(number)
			require.NoError(t, err)
			perTonne := x.Mean()
			if r.Mineral == flows.Gold {
				perTonne /= 31.1034768e-6
			}
			require.InEpsilon(t, perTonne, r.Value.Quantile(0.5), 1e-12)
		}
		require.Equal(t, datasets.Stats{Rows: c.rows, Kept: c.rows, Dropped: map[string]int{}}, stats, c.folder)
		require.Len(t, got[flows.Gold], c.rows)
		require.Len(t, got[flows.Tin], c.rows)
		for period, text := range c.gold {
			require.Equal(t, text, got[flows.Gold][period], period)
		}
		for period, text := range c.tin {
			require.Equal(t, text, got[flows.Tin][period], period)
		}
	}
	_, err := datasets.Load(context.Background(), datasets.Query{}, pinksheet.Source{FS: os.DirFS(dir)}, greatlakes.Package())
	require.NoError(t, err)
}
