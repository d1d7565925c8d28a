package usgs

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
)

func TestReadFigure(t *testing.T) {
	for text, want := range map[string]figure{
		"1840":               {number: 1840},
		"1,840":              {number: 1840},
		"16,000,000":         {number: 16000000},
		"12.5":               {number: 12.5},
		"         NA":        {missing: notAvailable},
		"":                   {missing: notAvailable},
		"W":                  {missing: withheld},
		"XX":                 {missing: notApplicable},
		"Moderate to large":  {missing: inWords},
		"—":                  {},
		"--":                 {},
		"0":                  {half: true},
		"Less than ½ unit.":  {half: true},
		">95":                {number: 95, bound: flows.AtLeast},
		">17,000,000":        {number: 17000000, bound: flows.AtLeast},
		"<100":               {number: 100, bound: flows.AtMost},
		"e1,200":             {number: 1200, estimated: true},
		"1,200 e":            {number: 1200, estimated: true},
		"1,200r":             {number: 1200},
		"68\u00a0":           {number: 68},
		"less than 1/2 unit": {half: true},
	} {
		got, err := readFigure(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"s", "E", "?1", "1,84", "1.840,5", "12,34,567", "12 000", "1e5", "NaN", "-5", ".", ",", "2021–24", "Large and small", "9999,000"} {
		_, err := readFigure(text)
		require.Error(t, err, text)
	}
}

// 12 kg of a table in kilograms are 0.012 t; a rounded zero of a table in thousand tonnes is anything up to 500 t.
func TestAmount(t *testing.T) {
	kg, _ := unitOf("kilograms")
	kt, _ := unitOf("thousand  metric tons")
	spread, err := spreadOf(flows.Gold)
	require.NoError(t, err)
	a, err := figure{number: 12}.amount(" 12", kg, flows.Au, spread)
	require.NoError(t, err)
	require.Equal(t, "12 kg", a.Text)
	require.InEpsilon(t, 0.012, a.Value.Quantile(0.5), 1e-15)
	require.InEpsilon(t, 0.012*1.12, a.Value.Quantile(0.95), 1e-12) // 90 % within a factor of 1.12
	a, err = figure{half: true}.amount("0", kt, flows.Au, spread)
	require.NoError(t, err)
	require.Equal(t, 500.0, a.Value.Quantile(1))
	_, ok := unitOf("million cubic meters")
	require.False(t, ok)
}

func TestAreaOf(t *testing.T) {
	for name, want := range map[string]flows.Place{
		"Congo (Kinshasa)": "COD", "Congo (Brazzaville)": "COG", "United States1": "USA", "United\u00a0States": "USA", "UnitedStates": "USA", "World excluding the United States": "", "Russia ": "RUS", "Côte d’Ivoire": "CIV",
		"Burma": "MMR", "Korea, Republic of": "KOR", "Guinea": "GIN", "Chinae": "CHN", "Mexicoe, 2": "MEX", "World total (rounded)": "", "Other Countries": "", "Chile": "CHL",
	} {
		got, glued, err := areaOf(name)
		require.NoError(t, err, name)
		require.Equal(t, want, got.Place, name)
		require.Equal(t, name == "Chinae" || name == "Mexicoe, 2", glued, name)
	}
	_, _, err := areaOf("Congo")
	require.ErrorIs(t, err, flows.ErrPlace)
	_, _, err = areaOf("Atlantis")
	require.ErrorIs(t, err, flows.ErrPlace)
}

func TestBasisOf(t *testing.T) {
	tantalum := Commodity{flows.Tantalum, "tantalum", flows.Ta}
	for words, want := range map[string]flows.Basis{
		"Mine production, tantalum content": flows.Ta, "contained tantalum": flows.Ta, "metric tons Ta content": flows.Ta, "Tantalum content4": flows.Ta, "contained content": flows.Ta,
		"tantalum contained in concentrate": flows.Ta, "recoverable content": flows.Ta, "mine production": flows.Ta, "Ta2O5 content": flows.Ta2O5,
		"Gross weight3": flows.Gross, "World production of mineral concentrates": flows.Gross,
		"niobium content": "", "Nb content": "", "Nb2O5 content": "", "contained tin": "", "niobium content and tantalum content": flows.Ta,
	} {
		got, ok := tantalum.basisOf(words)
		require.Equal(t, want, got, words)
		require.Equal(t, want != "", ok, words)
	}
}
