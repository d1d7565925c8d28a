package flows_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// quantiles is a distribution that == cannot compare.
type quantiles []float64

func (q quantiles) Quantile(p float64) float64 { return q[int(p*float64(len(q)-1))] }
func (q quantiles) Mean() float64              { return q[len(q)/2] }
func (q quantiles) StdDev() float64            { return 1 }

func TestRefusals(t *testing.T) {
	o := origin("USGS")
	ok := claim("tin 2012 RWA>world", 5, flows.Sn, o)
	rate := flows.Rate{Mineral: flows.Tin, Of: flows.Sn, Per: flows.Gross, Value: dist.Exactly(0.7), Origin: o, Pos: flows.Pos{File: "rates.csv", Line: 9}}
	with := func(r flows.Rate, f func(*flows.Rate)) flows.Rate { f(&r); return r }
	other := *o
	other.Producer = "BGS"
	of := flowOf("tin 2012 RWA>world")

	for name, c := range map[string]struct {
		records []flows.Record
		want    error
		message string // a part of it
	}{
		"no basis":            {[]flows.Record{claim("tin 2012 RWA>world", 5, "", o, line(7))}, flows.ErrNoBasis, "claims.csv:7: tin 2012 RWA>world by USGS"},
		"unknown basis":       {[]flows.Record{claim("tin 2012 RWA>world", 5, "tin", o)}, flows.ErrBasis, `"tin"; known are Au, Nb`},
		"negative mass":       {[]flows.Record{claim("tin 2012 RWA>world", -5, flows.Sn, o)}, flows.ErrAmount, "claims.csv:2: tin 2012 RWA>world by USGS: bad amount: -5 is negative"},
		"NaN":                 {[]flows.Record{claim("tin 2012 RWA>world", math.NaN(), flows.Sn, o)}, flows.ErrAmount, "not a finite"},
		"infinite":            {[]flows.Record{claim("tin 2012 RWA>world", math.Inf(1), flows.Sn, o)}, flows.ErrAmount, "not a finite"},
		"upside down":         {[]flows.Record{claim("tin 2012 RWA>world", 0, flows.Sn, o, value(distuv.Uniform{Min: 9, Max: 3}))}, flows.ErrAmount, "upside down"},
		"no amount":           {[]flows.Record{claim("tin 2012 RWA>world", 0, flows.Sn, o, value(nil))}, flows.ErrAmount, "none given"},
		"often negative":      {[]flows.Record{claim("tin 2012 RWA>world", 0, flows.Sn, o, value(distuv.Normal{Mu: 5, Sigma: 3}))}, flows.ErrAmount, "negative"},
		"panicking":           {[]flows.Record{claim("tin 2012 RWA>world", 0, flows.Sn, o, value(quantiles{}))}, flows.ErrAmount, "not a finite"},
		"no bound":            {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, o, bound(7))}, flows.ErrAmount, "no bound 7"},
		"unknown code":        {[]flows.Record{claim("tin 2012 XKX>world", 5, flows.Sn, o)}, flows.ErrPlace, `"XKX" is no ISO 3166-1 alpha-3 code`},
		"lower case":          {[]flows.Record{claim("tin 2012 rwa>world", 5, flows.Sn, o)}, flows.ErrPlace, `did you mean "RWA"?`},
		"undeclared site":     {[]flows.Record{claim("tin 2012 COD/bisie>world", 5, flows.Sn, o)}, flows.ErrPlace, "no row in places.csv"},
		"unsorted union":      {[]flows.Record{claim("tin 2012 RWA+BDI>world", 5, flows.Sn, o)}, flows.ErrPlace, `"BDI+RWA"`},
		"union of one twice":  {[]flows.Record{claim("tin 2012 RWA+RWA>world", 5, flows.Sn, o)}, flows.ErrPlace, "without repeats"},
		"half a union":        {[]flows.Record{claim("tin 2012 +RWA>world", 5, flows.Sn, o)}, flows.ErrPlace, "empty"},
		"world in a union":    {[]flows.Record{claim("tin 2012 RWA+world>MYS", 5, flows.Sn, o)}, flows.ErrPlace, "cannot be part of a union"},
		"reporter":            {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, o, by("XXX"))}, flows.ErrPlace, "XXX"},
		"to itself":           {[]flows.Record{claim("tin 2012 RWA>RWA", 5, flows.Sn, o)}, flows.ErrSelf, "claims.csv:2"},
		"to its union":        {[]flows.Record{claim("tin 2012 RWA>BDI+RWA", 5, flows.Sn, o)}, flows.ErrSelf, "the union holds"},
		"into the ground":     {[]flows.Record{claim("tin 2012 RWA>ground", 5, flows.Sn, o)}, flows.ErrPlace, "nothing flows into the ground"},
		"out of stock":        {[]flows.Record{claim("tin 2012 stock>RWA", 5, flows.Sn, o)}, flows.ErrPlace, "negative flow"},
		"no period":           {[]flows.Record{claim("tin - RWA>world", 5, flows.Sn, o)}, flows.ErrPeriod, "none given"},
		"mineral":             {[]flows.Record{claim("cobalt 2012 COD>world", 5, flows.Gross, o)}, flows.ErrMineral, "known are gold, tantalum, tin, tungsten"},
		"evidence":            {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, o, evidence("guess"))}, flows.ErrEvidence, `"guess"`},
		"channel":             {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, o, func(c *flows.Claim) { c.Channel = "smuggled" })}, flows.ErrChannel, "smuggled"},
		"no origin":           {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, nil)}, flows.ErrOrigin, "none given"},
		"no producer":         {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, &flows.Origin{ID: "x", Published: "2024"})}, flows.ErrOrigin, "no producer"},
		"no date":             {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, &flows.Origin{ID: "x", Producer: "x"})}, flows.ErrOrigin, "no date"},
		"date in words":       {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, &flows.Origin{ID: "x", Producer: "x", Published: "May 2024"})}, flows.ErrOrigin, "want 2024, 2024-03"},
		"a spread of zero":    {[]flows.Record{claim("tin 2012 RWA>world", 5, flows.Sn, &flows.Origin{ID: "x", Producer: "x", Published: "2024", Spread: dist.Exactly(0)})}, flows.ErrOrigin, "positive factor"},
		"two contents":        {[]flows.Record{ok, claim("tin 2013 RWA>world", 5, flows.Sn, &other, line(3))}, flows.ErrOrigin, `claims.csv:3: tin 2013 RWA>world by USGS: bad origin: id "USGS" has two contents`},
		"twice":               {[]flows.Record{ok, claim("tin 2012 RWA>world", 6, flows.Sn, o, line(40))}, flows.ErrDuplicate, "claims.csv:40: tin 2012 RWA>world by USGS: the same claim twice: it stands at claims.csv:2 already"},
		"a share of nothing":  {[]flows.Record{claim("tin 2012 RWA>MYS", 0.5, flows.Share, o)}, flows.ErrAmount, "column of"},
		"a share above one":   {[]flows.Record{claim("tin 2012 RWA>MYS", 1.5, flows.Share, o, shareOf(of))}, flows.ErrAmount, "more than the whole"},
		"another year's part": {[]flows.Record{claim("tin 2011 RWA>MYS", 0.5, flows.Share, o, shareOf(of))}, flows.ErrAmount, "same mineral and period"},
		"a mass of a flow":    {[]flows.Record{claim("tin 2012 RWA>MYS", 5, flows.Sn, o, shareOf(of))}, flows.ErrAmount, "only a share"},
		"a circle of shares": {[]flows.Record{claim("tin 2012 RWA>MYS", 0.5, flows.Share, o, shareOf(of)),
			claim("tin 2012 RWA>world", 0.5, flows.Share, o, shareOf(flowOf("tin 2012 RWA>MYS")))}, flows.ErrAmount, "comes back"},
		"rate of itself":   {[]flows.Record{with(rate, func(r *flows.Rate) { r.Of = flows.Gross })}, flows.ErrRate, "rates.csv:9: tin gross per gross"},
		"rate of zero":     {[]flows.Record{with(rate, func(r *flows.Rate) { r.Value = dist.Exactly(0) })}, flows.ErrRate, "positive"},
		"rate of nothing":  {[]flows.Record{with(rate, func(r *flows.Rate) { r.Value = nil })}, flows.ErrRate, "no value"},
		"grade in percent": {[]flows.Record{with(rate, func(r *flows.Rate) { r.Value = dist.Exactly(70) })}, flows.ErrRate, "a grade is a fraction"},
		"rate of a share":  {[]flows.Record{with(rate, func(r *flows.Rate) { r.Of = flows.Share })}, flows.ErrRate, "no basis to convert"},
		"rate twice":       {[]flows.Record{rate, with(rate, func(r *flows.Rate) { r.Pos.Line = 12 })}, flows.ErrDuplicate, "rates.csv:12: tin Sn per gross by USGS: the same claim twice: the rate stands at rates.csv:9 already"},
		"rate's basis":     {[]flows.Record{with(rate, func(r *flows.Rate) { r.Per = "EUR" })}, flows.ErrBasis, "EUR"},
		"corridor":         {[]flows.Record{flows.Corridor{Mineral: flows.Tin, From: "COD", To: "COD", Origin: o}}, flows.ErrSelf, "corridor COD>COD"},
		"corridor down":    {[]flows.Record{flows.Corridor{Mineral: flows.Tin, From: "COD", To: flows.Ground, Origin: o}}, flows.ErrPlace, "no route leads into the ground"},
		"corridor to none": {[]flows.Record{flows.Corridor{Mineral: flows.Tin, From: "COD", To: flows.Stock, Origin: o}}, flows.ErrPlace, "to or from stock"},
		"substance":        {[]flows.Record{flows.Commodity{Mineral: flows.Tin, Substance: "SnO2"}}, flows.ErrMineral, "stated in Sn already"},
		"dollars as metal": {[]flows.Record{flows.Commodity{Mineral: "cobalt", Substance: flows.USD}}, flows.ErrBasis, "cannot be stated"},
		"published id":     {[]flows.Record{flows.Published{ID: "a", Origin: o}, flows.Published{ID: "a", Origin: o}}, flows.ErrDuplicate, "the id stands at"},
		"scenario":         {[]flows.Record{flows.Change{Scenario: "low", Action: "multiply"}}, flows.ErrScenario, `action "multiply"`},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := flows.NewLedger(slices.Values(c.records))
			require.Nil(t, l)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.message)
			var record *flows.RecordError
			require.ErrorAs(t, err, &record)
		})
	}
}

func TestNegativeOnlyIntoStock(t *testing.T) {
	l := ledgerOf(t, claim("tin 2012 RWA>stock", -5, flows.Sn, origin("a")))
	require.Equal(t, []float64{-5}, medians(balance(l, "tin/RWA/2012").Stock))
	ledgerOf(t, claim("tin 2012 RWA>world", math.Copysign(0, -1), flows.Sn, origin("a"))) // minus zero is zero
}

// Everything that is wrong comes at once, in the order of the file, the first twenty in full.
func TestErrorsAreCounted(t *testing.T) {
	var records []flows.Record
	for i := range 25 {
		records = append(records, claim(fmt.Sprintf("tin %d RWA>RWA", 2000+i), 1, flows.Sn, origin("a"), line(100-i)))
	}
	_, err := flows.NewLedger(slices.Values(records))
	var all flows.Errors
	require.True(t, errors.As(err, &all))
	require.Len(t, all, 25)
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 21)
	require.Contains(t, lines[0], "claims.csv:76:")
	require.Equal(t, "and 5 more", lines[20])
}

// Distributions of other libraries need not be comparable, and huge figures are figures.
func TestForeignDistributions(t *testing.T) {
	many := quantiles{1, 2, 3}
	l := ledgerOf(t,
		claim("gold 2018 ground>RWA", 0, flows.Au, origin("a"), value(many)),
		claim("gold 2018 RWA>world", 0, flows.Au, origin("a"), value(many), by("RWA")),
		claim("gold 2018 RWA>ARE", 0, flows.Au, origin("b"), value(distuv.LogNormal{Mu: 1, Sigma: 0.2}), by("ARE")),
		claim("gold 2018 RWA>CHE", 0, flows.Au, origin("b"), value(distuv.Normal{Mu: 950, Sigma: 60}), by("CHE")),
		claim("gold 2018 RWA>IND", math.MaxFloat64, flows.Au, origin("b"), by("IND")),
		claim("gold 2018-01 RWA>IND", math.MaxFloat64, flows.Au, origin("b"), by("IND")),
		claim("gold 2018-02 RWA>IND", math.MaxFloat64, flows.Au, origin("b"), by("IND")),
	)
	again := ledgerOf(t, slices.Collect(l.Records())...)
	require.Equal(t, l, again)
	b := balance(l, "gold/RWA/2018")
	require.Len(t, b.Mirrored, 3)
	require.Len(t, b.Output, 1)
	require.True(t, slices.ContainsFunc(l.Warnings(), func(w flows.Warning) bool { return errors.Is(w, flows.LooksDerived) }))
}

func TestBasisError(t *testing.T) {
	err := &flows.BasisError{Mineral: flows.Tantalum, Have: flows.Gross, Want: flows.Ta, Pos: flows.Pos{File: "claims.csv", Line: 12}, Missing: "Ta2O5 per gross in RWA for 2024"}
	require.EqualError(t, err, "claims.csv:12: tantalum: no rate leads from gross to Ta: Ta2O5 per gross in RWA for 2024")
}
