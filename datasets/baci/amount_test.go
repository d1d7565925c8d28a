package baci

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// The defaults are those of the pedigree matrix: GSD^2 = exp(sqrt(ln(1.05)^2 + ln(U)^2)) with U of the empirical column of reliability, 1.54
// for score 2 and 1.61 for score 3. The logarithm has the standard deviation ln(GSD), so that 90 % lie within a factor of GSD^1.645.
func TestFactors(t *testing.T) {
	for factor, u := range map[float64]float64{valueFactor: 1.54, massFactor: 1.61} {
		gsd2 := math.Exp(math.Sqrt(math.Pow(math.Log(1.05), 2) + math.Pow(math.Log(u), 2)))
		require.InDelta(t, factor, math.Pow(gsd2, 1.644854/2), 0.005)
	}
}

func TestUncertain(t *testing.T) {
	// 9120.400 t: 90 % within 9120.4/1.48 .. 9120.4*1.48. Rounding adds nothing that four digits show.
	d, err := uncertain(9120.4, rounding([]byte("9120.400")), flows.About, nil, 1.48)
	require.NoError(t, err)
	require.InEpsilon(t, 9120.4/1.48, d.Quantile(0.05), 1e-6)
	require.InEpsilon(t, 9120.4*1.48, d.Quantile(0.95), 1e-6)

	// 0.001 t is anything from 0.0005 to 0.0015 t: a number within +-0.5 of 1, of variance 0.25/3. ln(1.48)/1.64485 = 0.23834; its square
	// 0.056807, and ln(1 + 0.25/3) = 0.080043; the root of their sum 0.36993; exp(1.64485*0.36993) = 1.838.
	d, err = uncertain(0.001, rounding([]byte("0.001")), flows.About, nil, 1.48)
	require.NoError(t, err)
	require.InEpsilon(t, 0.001*1.838, d.Quantile(0.95), 1e-9)

	// Nothing in three digits behind the point: up to half of the last one.
	d, err = uncertain(0, rounding([]byte("0.000")), flows.About, nil, 1.48)
	require.NoError(t, err)
	require.Equal(t, 0.0, d.Quantile(0))
	require.Equal(t, 0.0005, d.Quantile(1))

	// A user's own.
	own, err := dist.Factor(1, 3)
	require.NoError(t, err)
	d, err = uncertain(0.001, rounding([]byte("0.001")), flows.About, own, 1.48)
	require.NoError(t, err)
	require.InEpsilon(t, 0.003, d.Quantile(0.95), 1e-12)

	// The most that there can be is a number.
	d, err = uncertain(412.6, rounding([]byte("412.6")), flows.AtMost, own, 1.48)
	require.NoError(t, err)
	require.Equal(t, dist.Exactly(412.6), d)
	d, err = uncertain(0, rounding([]byte("0")), flows.AtMost, nil, 1.48)
	require.NoError(t, err)
	require.Equal(t, dist.Exactly(0.0005), d)
}

func TestRounding(t *testing.T) {
	for printed, want := range map[string]float64{"0.500": 0.0005, "0.5": 0.0005, "7": 0.0005, "47.550": 0.0005, "1.23456": 0.000005, "1e+05": 0.0005, "1.5e-4": 0.000005, "1.5E2": 0.0005} {
		require.InEpsilon(t, want, rounding([]byte(printed)), 1e-12, printed)
	}
}
