package dist_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows/dist"
)

func must(d dist.Dist, err error) func(*testing.T) dist.Dist {
	return func(t *testing.T) dist.Dist {
		t.Helper()
		require.NoError(t, err)
		return d
	}
}

func TestParseBuildsWhatItsConstructorsBuild(t *testing.T) {
	for text, want := range map[string]func(*testing.T) dist.Dist{
		"950":            must(dist.Exactly(950), nil),
		"0":              must(dist.Exactly(0), nil),
		"800..1200":      must(dist.Between(800, 1200)),
		"800..950..1200": must(dist.Around(800, 950, 1200)),
		"800 to 1200":    must(dist.To(800, 1200)),
		"950 +- 60":      must(dist.PlusMinus(950, 60)),
		"950 */ 1.3":     must(dist.Factor(950, 1.3)),
		"0.5e-3..1E2":    must(dist.Between(0.0005, 100)),
	} {
		require.Equal(t, want(t), parse(t, text), text)
	}
	for text, want := range map[string]func(*testing.T) dist.Dist{
		"-5":         must(dist.Exactly(-5), nil),
		"-20..35":    must(dist.Between(-20, 35)),
		"-10 to 30":  must(dist.To(-10, 30)),
		"-20 +- 60":  must(dist.PlusMinusAny(-20, 60)),
		"950 +- 60":  must(dist.PlusMinusAny(950, 60)),
		"950 */ 1.3": must(dist.Factor(950, 1.3)),
	} {
		d, err := dist.ParseAny(text)
		require.NoError(t, err)
		require.Equal(t, want(t), d, text)
	}
	for text, want := range map[string]func(*testing.T) dist.Dist{
		"*/1.3":      must(dist.Factor(1, 1.3)),
		"*/ 1.3":     must(dist.Factor(1, 1.3)),
		"+-6 %":      must(dist.PlusMinus(1, 0.06)),
		"+- 6%":      must(dist.PlusMinus(1, 0.06)),
		"±6 %":       must(dist.PlusMinus(1, 0.06)),
		"+/-6%":      must(dist.PlusMinus(1, 0.06)),
		"1":          must(dist.Exactly(1), nil),
		"0.7..1":     must(dist.Between(0.7, 1)),
		"0.9..1..2":  must(dist.Around(0.9, 1, 2)),
		"0.8 to 1.1": must(dist.To(0.8, 1.1)),
		"1 */ 1.3":   must(dist.Factor(1, 1.3)),
		"1 +- 0.06":  must(dist.PlusMinus(1, 0.06)),
	} {
		d, err := dist.ParseSpread(text)
		require.NoError(t, err)
		require.Equal(t, want(t), d, text)
	}
}

// Each refused text with its reason and the words that help its author.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		text   string
		reason dist.Reason
		words  string
	}{
		{"", dist.ErrEmpty, "write a number"},
		{" \t", dist.ErrEmpty, "write a number"},
		{"1,200", dist.ErrNotNumber, "no comma"},
		{"1,2", dist.ErrNotNumber, "no comma"},
		{"1_000", dist.ErrNotNumber, "nothing between digits"},
		{"1 200", dist.ErrNotNumber, "nothing between digits"},
		{"900..1100x", dist.ErrNotNumber, "900..1100x"},
		{"900..1100 t", dist.ErrNotNumber, "900..1100 t"},
		{"950 x", dist.ErrNotNumber, "950 x"},
		{"NaN", dist.ErrNotNumber, "NaN"},
		{"nan..1", dist.ErrNotNumber, ""},
		{"Inf", dist.ErrNotNumber, ""},
		{"0..+Inf", dist.ErrNotNumber, ""},
		{"infinity", dist.ErrNotNumber, ""},
		{"1e400", dist.ErrNotFinite, "too large"},
		{"1e-400", dist.ErrNotFinite, "exact zero"},
		{"0x1p-2", dist.ErrNotNumber, ""},
		{"0x10", dist.ErrNotNumber, ""},
		{"1e", dist.ErrNotNumber, ""},
		{"1e+-5", dist.ErrNotNumber, ""},
		{"1e5.5", dist.ErrNotNumber, ""},
		{".5", dist.ErrNotNumber, "0.5"},
		{"5.", dist.ErrNotNumber, "0.5"},
		{"+5", dist.ErrNotNumber, "no plus sign"},
		{"--5", dist.ErrNotNumber, ""},
		{"-", dist.ErrNotNumber, ""},
		{"5 %", dist.ErrNotNumber, "not per cent"},
		{"950 +- 6 %", dist.ErrNotNumber, "not per cent"},
		{"800-1200", dist.ErrNotNumber, "800..1200"},
		{"800–1200", dist.ErrNotNumber, "800..1200"},
		{"−5", dist.ErrNotNumber, "write the minus sign as -"},
		{"800to1200", dist.ErrNotNumber, "with spaces"},
		{"800 to", dist.ErrNotNumber, ""},
		{"800 to 900 to 1000", dist.ErrNotNumber, ""},
		{"800..", dist.ErrNotNumber, "missing"},
		{"..1200", dist.ErrNotNumber, "missing"},
		{"..", dist.ErrNotNumber, "missing"},
		{"800...1200", dist.ErrNotNumber, "0.5"},
		{"1..2..3..4", dist.ErrNotation, "two or three"},
		{strings.Repeat("1..", 1000), dist.ErrNotation, "..."},
		{"950 +-", dist.ErrNotNumber, "missing"},
		{"+-6", dist.ErrNotNumber, "missing"},
		{"*/1.3", dist.ErrNotNumber, "missing"},
		{"950 */ 1.3 */ 2", dist.ErrNotNumber, ""},
		{"800..900 +- 5", dist.ErrNotNumber, ""},
		{"1200..800", dist.ErrUpsideDown, "upside down: 1200..800"},
		{"1200 to 800", dist.ErrUpsideDown, "upside down: 1200 to 800"},
		{"800..1300..1200", dist.ErrOutside, "likeliest"},
		{"5..5", dist.ErrNoWidth, "write one number"},
		{"5..5..5", dist.ErrNoWidth, "write one number"},
		{"5 to 5", dist.ErrNoWidth, "write one number"},
		{"5 +- 0", dist.ErrNoWidth, "write one number"},
		{"5 */ 1", dist.ErrNoWidth, "write one number"},
		{"5 */ 0.5", dist.ErrFactor, "k above 1"},
		{"0 to 5", dist.ErrZero, "0..5"},
		{"0 */ 1.3", dist.ErrZero, "a zero has no factor"},
		{"0 +- 5", dist.ErrBelowZero, "negative"},
		{"50 +- 60", dist.ErrBelowZero, "20 %"},
		{"-5", dist.ErrNegative, "stock"},
		{"-5..5", dist.ErrNegative, "stock"},
		{"-5 to 5", dist.ErrNegative, "stock"},
		{"5 +- -1", dist.ErrNegative, ""},
		{">=120", dist.ErrBound, "a bound is not a distribution: >=120"},
		{"<= 50", dist.ErrBound, "bound"},
		{">120", dist.ErrBound, "bound"},
		{"≥120", dist.ErrBound, "bound"},
		{"≤120", dist.ErrBound, "bound"},
		{"9\x00", dist.ErrNotNumber, `"9\x00"`},
	} {
		_, err := dist.Parse(c.text)
		require.ErrorIs(t, err, c.reason, "%q", c.text)
		require.ErrorContains(t, err, c.words, "%q", c.text)
		require.Less(t, len(err.Error()), 300)
		var e *dist.Error
		require.True(t, errors.As(err, &e))
		require.Equal(t, strings.TrimSpace(c.text), e.Text)
		require.NotEmpty(t, e.Advice, "%q", c.text)
	}
}

func TestParseSpreadRefuses(t *testing.T) {
	for _, c := range []struct {
		text   string
		reason dist.Reason
		words  string
	}{
		{"", dist.ErrEmpty, "*/1.3"},
		{"1.3", dist.ErrSpread, "*/1.3"},
		{"large", dist.ErrNotNumber, "*/1.3"},
		{"+-6", dist.ErrSpread, "per cent"},
		{"+-6 % ish", dist.ErrSpread, ""},
		{"+-x %", dist.ErrNotNumber, ""},
		{"+- %", dist.ErrNotNumber, "missing"},
		{"+-0 %", dist.ErrNoWidth, ""},
		{"+--6 %", dist.ErrNegative, ""},
		{"+-150 %", dist.ErrBelowZero, "factor"},
		{"*/1", dist.ErrNoWidth, ""},
		{"*/0.8", dist.ErrFactor, ""},
		{"*/1,3", dist.ErrNotNumber, "no comma"},
		{"*/", dist.ErrNotNumber, "missing"},
		{"*/1.3x", dist.ErrNotNumber, "*/1.3x"},
		{"*/NaN", dist.ErrNotNumber, ""},
		{"1.1..1.2", dist.ErrSpread, "holds 1"},
		{"5 */ 1.3", dist.ErrSpread, "holds 1"},
		{">=1", dist.ErrBound, ""},
		{"-1..2", dist.ErrNegative, ""},
	} {
		_, err := dist.ParseSpread(c.text)
		require.ErrorIs(t, err, c.reason, "%q", c.text)
		require.ErrorContains(t, err, c.words, "%q", c.text)
	}
}

func TestALongTextIsShortenedInItsError(t *testing.T) {
	_, err := dist.Parse(strings.Repeat("9a", 1<<20))
	require.ErrorIs(t, err, dist.ErrNotNumber)
	require.Less(t, len(err.Error()), 300)
}
