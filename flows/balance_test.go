package flows_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/flows"
	"github.com/mineralflows/mineralflows/flows/dist"
)

// A whole is never added to its parts. All claims are about Rwanda's tin of 2012 by one producer unless a case says otherwise.
func TestWholeAndParts(t *testing.T) {
	o := origin("RMB")
	parts := origin("RMB-parts")
	parts.Producer, parts.Complete = "RMB", []string{"parts"}
	sites := origin("RMB-sites")
	sites.Producer, sites.Complete = "RMB", []string{"sites"}
	rutongo := flows.Site{Place: "RWA/rutongo", Name: "Rutongo"}
	gatumba := flows.Site{Place: "RWA/gatumba", Name: "Gatumba"}
	x := func(period string, amount float64, changes ...change) flows.Claim {
		return claim("tin "+period+" RWA>world", amount, flows.Sn, o, append(changes, by("RWA"))...)
	}
	months := func(from, to int, amount float64, basis flows.Basis) []flows.Record {
		var out []flows.Record
		for m := from; m <= to; m++ {
			out = append(out, claim(fmt.Sprintf("tin 2012-%02d RWA>world", m), amount, basis, o, by("RWA")))
		}
		return out
	}
	made := func(o *flows.Origin, from, part string, amount float64) flows.Claim {
		c := claim("tin 2012 "+from+">world", amount, flows.Sn, o, by("RWA"))
		c.Part = part
		return c
	}
	join := func(sets ...[]flows.Record) (out []flows.Record) {
		for _, s := range sets {
			out = append(out, s...)
		}
		return out
	}
	one := func(r ...flows.Record) []flows.Record { return r }

	for name, c := range map[string]struct {
		records  []flows.Record
		sum      float64 // of the statement's claims
		pieces   int
		complete bool
		missing  string
	}{
		"the year":                      {one(x("2012", 100)), 100, 1, true, ""},
		"year beside months":            {join(one(x("2012", 100)), months(1, 12, 9, flows.Sn)), 100, 1, true, ""},
		"twelve months":                 {months(1, 12, 9, flows.Sn), 12 * 9, 12, true, ""},
		"months and quarters":           {join(months(1, 6, 9, flows.Sn), one(x("2012-Q3", 30), x("2012-Q4", 40))), 6*9 + 30 + 40, 8, true, ""},
		"quarters beside their months":  {join(months(1, 12, 9, flows.Sn), one(x("2012-Q1", 30), x("2012-Q2", 31), x("2012-Q3", 32), x("2012-Q4", 33))), 30 + 31 + 32 + 33, 4, true, ""},
		"nine months and three":         {one(x("2012-01..2012-09", 80), x("2012-10..2012-12", 25)), 105, 2, true, ""},
		"nine months":                   {one(x("2012-01..2012-09", 80)), 80, 1, false, "9 of 12 months"},
		"nine months over the last six": {one(x("2012-01..2012-09", 80), x("2012-07..2012-12", 50)), 80, 1, false, "9 of 12 months"},
		"overlapping, eleven beat nine": {join(one(x("2012-01..2012-09", 80)), months(2, 12, 9, flows.Sn)), 80 + 3*9, 4, true, ""},
		"five scattered months":         {join(months(1, 2, 9, flows.Sn), months(5, 7, 9, flows.Sn)), 5 * 9, 5, false, "5 of 12 months"},
		"year in dollars, months in tonnes": {
			join(one(claim("tin 2012 RWA>world", 2e6, flows.USD, o, by("RWA"))), months(1, 12, 9, flows.Sn)), 12 * 9, 12, true, ""},
		"year in dollars, nine months in tonnes": {
			join(one(claim("tin 2012 RWA>world", 2e6, flows.USD, o, by("RWA"))), months(1, 9, 9, flows.Sn)), 2e6, 1, true, ""},
		"tonnes to June, dollars from July": {join(months(1, 6, 9, flows.Sn), months(7, 12, 2e5, flows.USD)), 6*9 + 6*2e5, 12, true, ""},
		"tonnes and dollars of one month":   {join(months(1, 12, 9, flows.Sn), months(3, 3, 2e5, flows.USD)), 12 * 9, 12, true, ""},
		"parts":                             {one(made(o, "RWA", "artisanal", 60), made(o, "RWA", "industrial", 30)), 90, 2, false, "only parts: artisanal, industrial"},
		"parts that are all":                {one(made(parts, "RWA", "artisanal", 60), made(parts, "RWA", "industrial", 30)), 90, 2, true, ""},
		"parts beside the whole":            {one(x("2012", 100), made(parts, "RWA", "artisanal", 60), made(parts, "RWA", "industrial", 30)), 100, 1, true, ""},
		"one part that is not all":          {one(made(parts, "RWA", "artisanal", 60), made(o, "RWA", "industrial", 30)), 90, 2, false, "only parts: artisanal, industrial"},
		"a small part and nine months":      {one(x("2012-01..2012-09", 80), made(o, "RWA", "metal", 5)), 80, 1, false, "9 of 12 months"},
		"a large part and one month":        {one(x("2012-01", 7), made(o, "RWA", "metal", 50)), 50, 1, false, "only parts: metal"},
		"a part with months missing": {
			one(claim("tin 2012-Q1 RWA>world", 6, flows.Sn, parts, by("RWA"), part("metal"))), 6, 1, false, "only parts: metal (metal: 3 of 12 months)"},
		"a year's part in dollars, nine months": {
			one(x("2012-01..2012-09", 80), claim("tin 2012 RWA>world", 2e6, flows.USD, o, by("RWA"), part("metal"))), 2e6, 1, false, "only parts: metal"},
		"a quarter's part in dollars, nine months": {
			one(x("2012-01..2012-09", 80), claim("tin 2012-Q1 RWA>world", 2e6, flows.USD, o, by("RWA"), part("metal"))), 80, 1, false, "9 of 12 months"},
		"a part of a part": {
			one(made(o, "RWA", "HS 710812", 60), made(o, "RWA", "HS 710812/re-export", 45), made(o, "RWA", "HS 710813", 30)), 90, 2, false, "only parts: HS 710812, HS 710813"},
		"a part of a part alone":                  {one(made(o, "RWA", "HS 710812/re-export", 45), made(o, "RWA", "HS 710813", 30)), 75, 2, false, "only parts: HS 710812/re-export, HS 710813"},
		"a part of a part beside the whole":       {one(x("2012", 100), made(parts, "RWA", "HS 710812/re-export", 45)), 100, 1, true, ""},
		"a year's part of a part in months of it": {one(x("2012-01..2012-06", 30, part("ore")), x("2012-07..2012-12", 31, part("ore")), x("2012", 45, part("ore/re-export"))), 61, 2, false, "only parts: ore"},
		"a part of a part over a month it lacks":  {one(x("2012-01", 5, part("ore")), x("2012-02", 4, part("ore/re-export"))), 9, 2, false, "only parts: ore, ore/re-export (ore: 1 of 12 months; ore/re-export: 1 of 12 months)"},
		"sites":                                   {one(rutongo, gatumba, made(o, "RWA/rutongo", "", 20), made(o, "RWA/gatumba", "", 10)), 30, 2, false, "only parts: RWA/gatumba, RWA/rutongo"},
		"sites that are all":                      {one(rutongo, gatumba, made(sites, "RWA/rutongo", "", 20), made(sites, "RWA/gatumba", "", 10)), 30, 2, true, ""},
		"sites, but only parts all":               {one(rutongo, made(parts, "RWA/rutongo", "", 20)), 20, 1, false, "only parts: RWA/rutongo"},
		"a site beside its country":               {one(rutongo, x("2012", 100), made(o, "RWA/rutongo", "", 20)), 100, 1, true, ""},
		"a site beside its parts":                 {one(rutongo, made(o, "RWA/rutongo", "", 20), made(o, "RWA/rutongo", "metal", 15)), 20, 1, false, "only parts: RWA/rutongo"},
		"sites are no further parts":              {one(rutongo, made(o, "RWA/rutongo", "", 20), made(o, "RWA", "artisanal", 60), made(o, "RWA", "industrial", 30)), 90, 2, false, "only parts: artisanal, industrial"},
	} {
		t.Run(name, func(t *testing.T) {
			b := balance(ledgerOf(t, c.records...), "tin/RWA/2012")
			for range 2 { // a balance's claims give the same statement when they are put together again
				all := b.Statements(b.Declared)
				require.Len(t, all, 1)
				s := all[0]
				require.Equal(t, flows.Place("RWA"), s.From)
				require.Len(t, s.Claims, c.pieces)
				sum := 0.0
				for _, m := range medians(s.Claims) {
					sum += m
				}
				require.Equal(t, c.sum, sum)
				require.Equal(t, c.complete, s.Complete)
				require.Equal(t, c.missing, s.Missing)
				require.ElementsMatch(t, s.Claims, b.Declared)
				b.Declared = s.Claims
			}
			figures := 0
			for _, r := range c.records {
				if _, ok := r.(flows.Claim); ok {
					figures++
				}
			}
			require.Equal(t, figures, len(b.Declared)+len(b.Aside), "a claim neither speaks nor is set aside")
		})
	}
}

// The most that a part can be bounds the whole where the parts are all there are: with 60 t of metal and at most 30 t of ore, a flow is
// at least 60 t and at most 90 t.
func TestMostOfAPart(t *testing.T) {
	all := origin("customs")
	all.Complete = []string{"parts"}
	x := func(o *flows.Origin, part string, amount float64, b flows.Bound) flows.Claim {
		c := claim("tantalum 2012 RWA>world", amount, flows.Ta, o, by("RWA"), bound(b))
		c.Part = part
		return c
	}
	type says struct {
		bound    flows.Bound
		sum      float64
		complete bool
	}
	for name, c := range map[string]struct {
		claims []flows.Claim
		want   []says
	}{
		"ore at most":              {[]flows.Claim{x(all, "ore", 30, flows.AtMost)}, []says{{flows.AtMost, 30, true}}},
		"ore at most and metal":    {[]flows.Claim{x(all, "ore", 30, flows.AtMost), x(all, "metal", 60, flows.About)}, []says{{flows.AtMost, 90, true}, {flows.About, 60, false}}},
		"two at most":              {[]flows.Claim{x(all, "ore", 30, flows.AtMost), x(all, "slag", 5, flows.AtMost)}, []says{{flows.AtMost, 35, true}}},
		"not all parts":            {[]flows.Claim{x(origin("x"), "ore", 30, flows.AtMost), x(origin("x"), "metal", 60, flows.About)}, []says{{flows.About, 60, false}}},
		"the whole is stated":      {[]flows.Claim{x(all, "ore", 30, flows.AtMost), x(all, "", 80, flows.About)}, []says{{flows.About, 80, true}}},
		"at least says less":       {[]flows.Claim{x(all, "ore", 30, flows.AtLeast)}, []says{{flows.AtLeast, 30, false}}},
		"no bound: all parts sum":  {[]flows.Claim{x(all, "ore", 30, flows.About), x(all, "metal", 60, flows.About)}, []says{{flows.About, 90, true}}},
		"a month of it at most":    {[]flows.Claim{claim("tantalum 2012-01 RWA>world", 30, flows.Ta, all, by("RWA"), part("ore"), bound(flows.AtMost))}, nil},
		"its re-export at most":    {[]flows.Claim{x(all, "ore", 30, flows.AtMost), x(all, "ore/re-export", 7, flows.AtMost)}, []says{{flows.AtMost, 30, true}}},
		"re-export of a known ore": {[]flows.Claim{x(all, "ore", 30, flows.About), x(all, "ore/re-export", 7, flows.About)}, []says{{flows.About, 30, true}}},
	} {
		t.Run(name, func(t *testing.T) {
			var records []flows.Record
			for _, k := range c.claims {
				records = append(records, k)
			}
			b := balance(ledgerOf(t, records...), "tantalum/RWA/2012")
			var got []says
			for _, s := range b.Statements(b.Declared) {
				sum := 0.0
				for _, m := range medians(s.Claims) {
					sum += m
				}
				got = append(got, says{s.Bound, sum, s.Complete})
			}
			require.ElementsMatch(t, c.want, got)
		})
	}
}

// Tonnes beat dollars, but not those that were made from them: where one origin estimated the tonnes, was told the dollars, and a price is known.
func TestTonnesMadeOfDollars(t *testing.T) {
	o, other := origin("Comtrade"), edition("Comtrade", "2023")
	price := flows.Rate{Mineral: flows.Gold, Of: flows.USDSpot, Per: flows.Au, Value: dist.Exactly(5e7), Origin: o}
	cif := flows.Rate{Mineral: flows.Gold, Of: flows.USDCIF, Per: flows.USDSpot, Value: dist.Exactly(1), Origin: o}
	tonnes := func(o *flows.Origin, e flows.Evidence) flows.Claim {
		return claim("gold 2022 RWA>ARE", 7, flows.Gross, o, by("ARE"), evidence(e))
	}
	dollars := claim("gold 2022 RWA>ARE", 550e6, flows.USDCIF, o, by("ARE"), evidence(flows.Reported))
	with := func(r flows.Rate, change func(*flows.Rate)) flows.Rate { change(&r); return r }
	in2005 := with(price, func(r *flows.Rate) { r.Period = flows.Year(2005) })
	inUganda := with(cif, func(r *flows.Rate) { r.Place = "UGA" })
	ofScrap := with(cif, func(r *flows.Rate) { r.Part = "HS 711291" })
	inScenario := with(cif, func(r *flows.Rate) { r.Scenario = "other" })
	half := func(first, last int) flows.Rate {
		p, err := flows.Span(flows.Month(2022, first), flows.Month(2022, last))
		require.NoError(t, err)
		return with(price, func(r *flows.Rate) { r.Period = p })
	}
	for name, c := range map[string]struct {
		records []flows.Record
		speaks  flows.Basis
	}{
		"a price of another year only":         {[]flows.Record{tonnes(o, flows.Estimated), dollars, in2005, cif}, flows.Gross},
		"a rate of another country only":       {[]flows.Record{tonnes(o, flows.Estimated), dollars, price, inUganda}, flows.Gross},
		"a rate of another part only":          {[]flows.Record{tonnes(o, flows.Estimated), dollars, price, ofScrap}, flows.Gross},
		"a rate of another scenario only":      {[]flows.Record{tonnes(o, flows.Estimated), dollars, price, inScenario}, flows.Gross},
		"a price of half the year only":        {[]flows.Record{tonnes(o, flows.Estimated), dollars, half(1, 6), cif}, flows.Gross},
		"prices of both halves of the year":    {[]flows.Record{tonnes(o, flows.Estimated), dollars, half(1, 6), half(7, 12), cif}, flows.USDCIF},
		"estimated from reported dollars":      {[]flows.Record{tonnes(o, flows.Estimated), dollars, price, cif}, flows.USDCIF},
		"reported too":                         {[]flows.Record{tonnes(o, flows.Reported), dollars, price, cif}, flows.Gross},
		"no price leads from the dollars":      {[]flows.Record{tonnes(o, flows.Estimated), dollars, price}, flows.Gross},
		"estimated by another edition":         {[]flows.Record{tonnes(other, flows.Estimated), dollars, price, cif}, flows.Gross},
		"estimated, and nothing else is known": {[]flows.Record{tonnes(o, flows.Estimated), price, cif}, flows.Gross},
	} {
		t.Run(name, func(t *testing.T) {
			b := balance(ledgerOf(t, c.records...), "gold/RWA/2022")
			require.Len(t, b.Mirrored, 1)
			require.Equal(t, c.speaks, b.Mirrored[0].Amount.Basis)
			for _, why := range codes(b) { // the other one, where there is another
				require.Equal(t, flows.UnitValue, why)
			}
		})
	}
}

func TestASitesOwnBalance(t *testing.T) {
	o := origin("RMB")
	l := ledgerOf(t, flows.Site{Place: "RWA/rutongo"}, flows.Site{Place: "RWA/gatumba"},
		claim("tin 2012 ground>RWA/rutongo", 20, flows.Sn, o), claim("tin 2012 ground>RWA/gatumba", 10, flows.Sn, o),
		claim("tin 2012 RWA/rutongo>RWA", 19, flows.Sn, o, by("RWA/rutongo")), claim("tin 2012 ground>RWA", 90, flows.Sn, o))
	b := balance(l, "tin/RWA/rutongo/2012")
	require.Equal(t, []float64{20}, medians(b.Output))
	require.Equal(t, []float64{19}, medians(b.Declared))
	require.True(t, b.Statements(b.Output)[0].Complete)
	require.Equal(t, []flows.Code{flows.Wider}, codes(b)) // the country's 90 t

	b = balance(l, "tin/RWA/2012")
	require.Equal(t, []float64{90}, medians(b.Output))
	require.Equal(t, []flows.Code{flows.Inside, flows.PartOfWhole}, codes(b))
}

func TestEditions(t *testing.T) {
	first, second := edition("USGS", "2025-01-31"), edition("USGS", "2026-02")
	old := claim("tantalum 2024 ground>COD", 880, flows.Ta, first)
	revised := claim("tantalum 2024 ground>COD", 1270, flows.Ta, second)

	t.Run("the latest wins", func(t *testing.T) {
		b := balance(ledgerOf(t, revised, old), "tantalum/COD/2024")
		require.Equal(t, []float64{1270}, medians(b.Output))
		require.Len(t, b.Aside, 1)
		require.Equal(t, flows.Superseded, b.Aside[0].Code)
		require.Equal(t, "USGS-2026-02 of USGS (2026-02) supersedes USGS-2025-01-31 of 2025-01-31", b.Aside[0].Why)
	})
	t.Run("another producer stays", func(t *testing.T) {
		b := balance(ledgerOf(t, old, revised, claim("tantalum 2024 ground>COD", 1551, flows.Ta2O5, origin("WMD"))), "tantalum/COD/2024")
		require.Len(t, b.Output, 2)
	})
	t.Run("tonnes beat dollars, even later ones", func(t *testing.T) {
		b := balance(ledgerOf(t, claim("gold 2019 UGA>world", 26, flows.Au, edition("BoU", "2020"), by("UGA")),
			claim("gold 2019 UGA>world", 1.26e9, flows.USD, edition("BoU", "2021"), by("UGA"))), "gold/UGA/2019")
		require.Equal(t, []float64{26}, medians(b.Declared))
		require.Equal(t, []flows.Code{flows.UnitValue}, codes(b))
	})
	t.Run("content beats gross of one edition", func(t *testing.T) {
		b := balance(ledgerOf(t, claim("tantalum 2017 RWA>world", 1000, flows.Gross, origin("BGS"), by("RWA")),
			claim("tantalum 2017 RWA>world", 250, flows.Ta, origin("BGS"), by("RWA")),
			claim("tantalum 2017 RWA>world", 305, flows.Ta2O5, origin("BGS"), by("RWA"))), "tantalum/RWA/2017")
		require.Equal(t, []float64{250}, medians(b.Declared))
		require.Equal(t, []flows.Code{flows.GradeCheck}, codes(b))
	})
	t.Run("a capacity is no edition of an output", func(t *testing.T) {
		b := balance(ledgerOf(t, old, claim("tantalum 2024 ground>COD", 3000, flows.Ta, second, evidence(flows.Capacity))), "tantalum/COD/2024")
		require.Equal(t, []float64{880, 3000}, medians(b.Output))
		s := b.Statements(b.Output)
		require.Len(t, s, 2)
		require.Equal(t, flows.AtMost, s[0].Bound)
		require.Equal(t, flows.About, s[1].Bound)
	})
	t.Run("a tie is warned of and broken by id", func(t *testing.T) {
		a, b := origin("USGS"), origin("USGS-b")
		b.Producer = "USGS"
		l := ledgerOf(t, claim("tin 2012 ground>RWA", 3600, flows.Sn, a, line(3)), claim("tin 2012 ground>RWA", 1600, flows.Sn, b, line(4)))
		require.Equal(t, []float64{1600}, medians(balance(l, "tin/RWA/2012").Output))
		require.Len(t, l.Warnings(), 1)
		require.ErrorIs(t, l.Warnings()[0], flows.EditionTie)
		require.ErrorContains(t, l.Warnings()[0], "USGS published 1600 (USGS-b, claims.csv:4) and 3600 (USGS, claims.csv:3)")
		require.Empty(t, l.Revisions())
	})
	t.Run("a file's own date that beats an edition is warned of", func(t *testing.T) {
		copied, dated := edition("UAE customs", "2026-11-26"), edition("UAE customs", "2024-06")
		copied.ID, copied.Undated = "copied", true
		records := []flows.Record{
			claim("gold 2019 UGA>ARE", 31, flows.Gross, copied, by("ARE"), line(7)), claim("gold 2019 UGA>ARE", 30, flows.Gross, dated, by("ARE")),
			claim("gold 2020 UGA>ARE", 28, flows.Gross, copied, by("ARE"), line(8)), claim("gold 2020 UGA>ARE", 27, flows.Gross, dated, by("ARE")),
			claim("gold 2021 UGA>ARE", 35, flows.Gross, copied, by("ARE"), line(9)), claim("gold 2021 UGA>ARE", 35.03, flows.Gross, dated, by("ARE")), // says the same, within 0.1 %
		}
		l := ledgerOf(t, records...)
		b := balance(l, "gold/UGA/2019")
		require.Equal(t, []float64{31}, medians(b.Mirrored))
		require.Equal(t, "copied of UAE customs (2026-11-26, the day of its file) supersedes UAE customs-2024-06 of 2024-06", b.Aside[0].Why)
		require.Len(t, l.Warnings(), 1)
		require.ErrorIs(t, l.Warnings()[0], flows.UndatedEdition)
		require.ErrorContains(t, l.Warnings()[0], "copied of UAE customs (claims.csv:7) was published: it is taken to be of 2026-11-26")
		require.ErrorContains(t, l.Warnings()[0], "supersedes UAE customs-2024-06 of 2024-06 where they differ (2)")
		require.Len(t, l.Warnings()[0].Claims, 4)
		copied.Published = "2023-01-01" // it was no later than that, and loses to what is
		require.Empty(t, ledgerOf(t, records...).Warnings())
		copied.Published, copied.Undated = "2026-11-26", false
		require.Empty(t, ledgerOf(t, records...).Warnings())
	})
	t.Run("parts of a file's own date say so where they beat a whole", func(t *testing.T) {
		copied := edition("UAE customs", "2026-11-26")
		copied.ID, copied.Undated, copied.Complete = "copied", true, []string{"parts"}
		l := ledgerOf(t, claim("gold 2019 UGA>ARE", 30, flows.Gross, edition("UAE customs", "2024-06"), by("ARE")),
			claim("gold 2019 UGA>ARE", 2, flows.Gross, copied, by("ARE"), part("HS 710812")))
		b := balance(l, "gold/UGA/2019")
		require.Equal(t, []float64{2}, medians(b.Mirrored))
		require.Equal(t, "the parts of copied of UAE customs (2026-11-26, the day of its file) supersede UAE customs-2024-06 of 2024-06", b.Aside[0].Why)
	})
	t.Run("a date known to the month beats its year", func(t *testing.T) {
		a, b := edition("Bank", "2019"), edition("Bank", "2019-02")
		l := ledgerOf(t, claim("gold 2018 ground>UGA", 12, flows.Au, a), claim("gold 2018 ground>UGA", 13.216, flows.Au, b))
		require.Equal(t, []float64{13.216}, medians(balance(l, "gold/UGA/2018").Output))
		require.Empty(t, l.Warnings())
	})
	t.Run("one figure printed twice is no tie", func(t *testing.T) {
		l := ledgerOf(t, claim("tin 2012 ground>RWA", 3600, flows.Sn, origin("USGS"), locator("table 1")),
			claim("tin 2012 ground>RWA", 3600, flows.Sn, origin("USGS"), locator("table 2")))
		require.Empty(t, l.Warnings())
		require.Len(t, balance(l, "tin/RWA/2012").Output, 1)
	})
}

// Who speaks decides on which side a claim stands.
func TestSides(t *testing.T) {
	type lists struct{ declared, mirrored, reconciled, inDeclared, inMirrored, inReconciled int }
	for _, c := range []struct {
		flow     string
		reporter flows.Place
		cell     string
		want     lists
	}{
		{"gold 2019 UGA>ARE", "UGA", "gold/UGA/2019", lists{declared: 1}},
		{"gold 2019 UGA>ARE", "ARE", "gold/UGA/2019", lists{mirrored: 1}},
		{"gold 2019 UGA>ARE", "", "gold/UGA/2019", lists{reconciled: 1}},
		{"gold 2019 UGA>ARE", "CHE", "gold/UGA/2019", lists{reconciled: 1}},
		{"gold 2019 UGA>ARE", "ARE+UGA", "gold/UGA/2019", lists{reconciled: 1}}, // both ends' own
		{"gold 2019 UGA>ARE", "UGA", "gold/ARE/2019", lists{inMirrored: 1}},
		{"gold 2019 UGA>ARE", "ARE", "gold/ARE/2019", lists{inDeclared: 1}},
		{"gold 2019 UGA>ARE", "", "gold/ARE/2019", lists{inReconciled: 1}},
		{"gold 2019 COD+RWA+UGA>ARE", "ARE", "gold/COD+RWA+UGA/2019", lists{mirrored: 1}},
		{"gold 2019 COD+RWA+UGA>ARE", "COD+RWA+UGA", "gold/COD+RWA+UGA/2019", lists{declared: 1}},
		{"gold 2019 COD+RWA+UGA>ARE", "RWA", "gold/COD+RWA+UGA/2019", lists{declared: 1}},
		{"gold 2019 COD+RWA+UGA>ARE", "ARE", "gold/RWA/2019", lists{}}, // not a member's
		{"gold 2019 RWA>ARE", "ARE", "gold/COD+RWA+UGA/2019", lists{mirrored: 1}},
		{"gold 2019 RWA>UGA", "UGA", "gold/COD+RWA+UGA/2019", lists{}}, // inside
		{"gold 2019 RWA>ARE+CHE", "CHE", "gold/RWA/2019", lists{mirrored: 1}},
		{"gold 2019 RWA>ARE+CHE", "ARE", "gold/CHE/2019", lists{}},
		{"gold 2019 COD/ituri>UGA", "COD", "gold/COD/2019", lists{declared: 1}},
		{"gold 2019 COD/ituri>UGA", "COD/ituri", "gold/UGA/2019", lists{inMirrored: 1}},
		{"gold 2019 COD>UGA", "COD", "gold/COD/ituri/2019", lists{}}, // not the site's
	} {
		t.Run(fmt.Sprint(c.flow, " by ", c.reporter, " in ", c.cell), func(t *testing.T) {
			l := ledgerOf(t, flows.Site{Place: "COD/ituri"}, claim(c.flow, 1, flows.Au, origin("a"), by(c.reporter)))
			b := balance(l, c.cell)
			got := lists{len(b.Declared), len(b.Mirrored), len(b.Reconciled), len(b.InflowDeclared), len(b.InflowMirrored), len(b.InflowReconciled)}
			require.Equal(t, c.want, got)
			_, ok := flows.RoleOf(&l.Claims()[0], b.Place)
			require.Equal(t, got != (lists{}), ok)
			if got == (lists{}) {
				require.Len(t, b.Aside, 1)
				require.Contains(t, []flows.Code{flows.Inside, flows.Wider}, b.Aside[0].Code)
			}
		})
	}
	b := balance(ledgerOf(t, claim("gold 2019 UGA>ARE", 1, flows.Au, origin("a"))), "gold/RWA/2019")
	require.Equal(t, flows.Balance{Cell: b.Cell}, b) // a claim that is about elsewhere leaves no trace
}

// A union's whole and its members, as Malaysia's customs might state them: 20,110 t from the region, 4,000 t of them from Rwanda.
func TestUnionBeatsItsMembers(t *testing.T) {
	o := origin("MYS customs")
	l := ledgerOf(t,
		claim("tin 2010 BDI+COD+RWA>MYS", 20110, flows.Gross, o, by("MYS")),
		claim("tin 2010 RWA>MYS", 4000, flows.Gross, o, by("MYS")),
		claim("tin 2010 ground>RWA", 2500, flows.Sn, origin("USGS")),
		claim("tin 2010 ground>COD", 7000, flows.Sn, origin("USGS")))
	region := balance(l, "tin/BDI+COD+RWA/2010")
	require.Equal(t, []float64{20110}, medians(region.Mirrored))
	require.Equal(t, []flows.Code{flows.PartOfWhole}, codes(region))
	require.ElementsMatch(t, []float64{2500, 7000}, medians(region.Output))
	member := balance(l, "tin/RWA/2010")
	require.Equal(t, []float64{4000}, medians(member.Mirrored))
	require.Equal(t, []flows.Code{flows.Wider}, codes(member))
}

func TestWhatDoesNotSpeak(t *testing.T) {
	o := origin("UN")
	l := ledgerOf(t,
		claim("tantalum 2024 ground>RWA", 500, flows.Ta, origin("USGS"), evidence(flows.Derived)),
		claim("tantalum 2024 COD>RWA", 1440, flows.Gross, o, evidence(flows.Testimony), unrecorded()),
		claim("tantalum 2024 COD>RWA", 700, flows.Gross, origin("expert"), evidence(flows.Estimated), unrecorded()),
		claim("tantalum 2024 COD>RWA", 960, flows.Gross, o, evidence(flows.Testimony), unrecorded(), in("rubaya")), // 8 months of 120 t
		claim("tantalum 2024 RWA>UGA", 50, flows.Gross, origin("expert"), evidence(flows.Estimated), unrecorded()),
		claim("tantalum 2023-07..2024-06 RWA>world", 2200, flows.Gross, origin("RMB"), by("RWA")),
		claim("tantalum 2024 RWA>world", 2390, flows.Gross, origin("NISR"), by("RWA")),
		claim("tantalum 2024 RWA>world", 9999, flows.Gross, o, by("RWA"), in("another")),
	)
	b := balance(l, "tantalum/RWA/2024")
	require.Empty(t, b.Output)
	require.Equal(t, []float64{2390}, medians(b.Declared))
	require.Empty(t, b.InflowReconciled)
	require.Equal(t, []flows.Code{flows.IsDerived, flows.OutOfPeriod, flows.IsTestimony, flows.IsUnrecorded}, codes(b))
	require.Len(t, b.Aside, 5)

	under, err := l.Under("rubaya", nil, nil)
	require.NoError(t, err)
	b = balance(under, "tantalum/RWA/2024")
	require.Equal(t, []float64{960}, medians(b.InflowReconciled))
	require.Equal(t, []float64{2390}, medians(b.Declared))
	require.Equal(t, "rubaya", under.Scenario())
	require.Empty(t, balance(under, "tantalum/COD/2024").Declared) // it left COD unrecorded
}

func TestBounds(t *testing.T) {
	o := origin("UN")
	l := ledgerOf(t,
		claim("gold 2019 ground>UGA", 12, flows.Au, o, evidence(flows.Estimated)),
		claim("gold 2019 ground>UGA", 15, flows.Au, o, bound(flows.AtMost)),
		claim("gold 2019 ground>UGA", 3, flows.Au, o, bound(flows.AtLeast), part("artisanal")),
		claim("gold 2019 ground>UGA", 9, flows.Au, o, bound(flows.AtMost), part("artisanal")),
		claim("gold - ground>UGA", 20, flows.Au, o, evidence(flows.Capacity)))
	b := balance(l, "gold/UGA/2019")
	require.Len(t, b.Output, 5)
	got := map[flows.Bound][]float64{}
	for _, s := range b.Statements(b.Output) {
		got[s.Bound] = append(got[s.Bound], medians(s.Claims)...)
		require.Equal(t, s.Bound != flows.AtLeast, s.Complete)
	}
	// The part's ceiling of 9 bounds nothing else; its floor of 3 is one of the whole.
	require.Equal(t, map[flows.Bound][]float64{flows.About: {12}, flows.AtLeast: {3}, flows.AtMost: {20, 15}}, got)
}
