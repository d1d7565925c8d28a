package adapter

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
)

// 12 kg are 0.012 t, and 90 % lies within a factor of 1.43; half a unit of a table in kilograms is half a kilogram.
func TestFigure(t *testing.T) {
	kg := Unit{float64(flows.Kilogram), "kg"}
	spread, err := Pedigree(flows.Gold, false)
	require.NoError(t, err)
	a, err := Figure{Number: 12}.Amount(" 12", kg, flows.Au, spread)
	require.NoError(t, err)
	require.Equal(t, "12 kg", a.Text)
	require.InEpsilon(t, 0.012, a.Value.Quantile(0.5), 1e-15)
	require.InEpsilon(t, 0.012*1.43, a.Value.Quantile(0.95), 1e-12)
	a, err = Figure{Half: true}.Amount("0", kg, flows.Au, spread)
	require.NoError(t, err)
	require.Equal(t, 0.0005, a.Value.Quantile(1))
	for _, f := range []Figure{{}, {Number: 95, Bound: flows.AtLeast}} {
		a, err = f.Amount("", kg, flows.Au, spread)
		require.NoError(t, err)
		require.Equal(t, f.Bound, a.Bound)
		require.Equal(t, f.Number/1000, a.Value.Quantile(0.95), "exact")
	}
}

// The factors that the built-in dataset prints in its origins.
func TestPedigree(t *testing.T) {
	for _, c := range []struct {
		mineral   flows.Mineral
		estimated bool
		factor    float64
	}{{flows.Gold, false, 1.43}, {flows.Tin, false, 1.63}, {flows.Tungsten, true, 1.73}, {flows.Gold, true, 1.54}} {
		d, err := Pedigree(c.mineral, c.estimated)
		require.NoError(t, err)
		require.InEpsilon(t, c.factor, d.Quantile(0.95), 1e-12, c)
	}
}
