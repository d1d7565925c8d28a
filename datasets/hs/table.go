package hs

import "github.com/mineralflows/mineralflows/flows"

// lines is the table. What is said of a code's weight in Basis and Bound is of the whole code, not of the part of it that is the mineral.
var lines = []Line{
	// Tin.
	{"260900", flows.Tin, Ore, H0, H6, flows.Gross, flows.About, true, "concentrate as shipped, not its tin"},
	{"282590", flows.Tin, Oxide, H0, H6, flows.Gross, flows.AtMost, false, residual},
	{"800110", flows.Tin, Metal, H0, H6, flows.Sn, flows.About, true, "not alloyed"},
	{"800120", flows.Tin, Metal, H0, H6, flows.Sn, flows.AtMost, true, "alloys: their weight is the most that their tin can be"},
	{"800200", flows.Tin, Scrap, H0, H6, flows.Gross, flows.About, false, ""},
	{"800300", flows.Tin, Article, H0, H6, flows.Gross, flows.About, false, "bars, rods, profiles, wire"},
	{"800400", flows.Tin, Article, H0, H2, flows.Gross, flows.About, false, "plates, sheets, strip; in 800700 since HS 2007"},
	{"800500", flows.Tin, Article, H1, H2, flows.Gross, flows.About, false, "foil, powders and flakes; in 800700 since HS 2007"},
	{"800510", flows.Tin, Article, H0, H0, flows.Gross, flows.About, false, "foil; in 800500 in HS 1996"},
	{"800520", flows.Tin, Article, H0, H0, flows.Gross, flows.About, false, "powders and flakes; in 800500 in HS 1996"},
	{"800600", flows.Tin, Article, H0, H2, flows.Gross, flows.About, false, "tubes and pipes; in 800700 since HS 2007"},
	{"800700", flows.Tin, Article, H0, H2, flows.Gross, flows.About, false, "other articles"},
	{"800700", flows.Tin, Article, H3, H6, flows.Gross, flows.About, false, "with the plates, foil, powders and tubes of before"},

	// Tungsten.
	{"261100", flows.Tungsten, Ore, H0, H6, flows.Gross, flows.About, true, "concentrate as shipped, not its tungsten"},
	{"810110", flows.Tungsten, Metal, H0, H6, flows.W, flows.About, false, "powder"},
	{"810191", flows.Tungsten, Metal, H0, H1, flows.W, flows.About, false, "unwrought, with waste and scrap, which HS 2002 moved to 810197"},
	{"810192", flows.Tungsten, Article, H0, H1, flows.Gross, flows.About, false, "bars, rods, profiles, plates, foil; 810195 in HS 2002"},
	{"810193", flows.Tungsten, Article, H0, H1, flows.Gross, flows.About, false, "wire; 810196 since HS 2002"},
	{"810194", flows.Tungsten, Metal, H2, H6, flows.W, flows.About, false, "unwrought"},
	{"810195", flows.Tungsten, Article, H2, H2, flows.Gross, flows.About, false, "bars, rods, profiles, plates, foil; in 810199 since HS 2007"},
	{"810196", flows.Tungsten, Article, H2, H6, flows.Gross, flows.About, false, "wire"},
	{"810197", flows.Tungsten, Scrap, H2, H6, flows.Gross, flows.About, false, "in 810191 before HS 2002"},
	{"810199", flows.Tungsten, Article, H0, H2, flows.Gross, flows.About, false, "other articles"},
	{"810199", flows.Tungsten, Article, H3, H6, flows.Gross, flows.About, false, "with the bars, rods, profiles, plates and foil of before"},

	// Tantalum.
	{"261590", flows.Tantalum, Ore, H0, H6, flows.Gross, flows.AtMost, true,
		"coltan with niobium and vanadium ores; only codes of single countries split it (US 2615.90.30 synthetic concentrates, 2615.90.60 other)"},
	{"262090", flows.Tantalum, Slag, H0, H1, flows.Gross, flows.AtMost, false, residual + "; slags with tantalum and niobium among it"},
	{"262099", flows.Tantalum, Slag, H2, H6, flows.Gross, flows.AtMost, false, residual + "; slags with tantalum and niobium among it"},
	{"282590", flows.Tantalum, Oxide, H0, H6, flows.Gross, flows.AtMost, false, residual},
	{"810310", flows.Tantalum, Metal, H0, H1, flows.Ta, flows.About, true, "unwrought and powder, with waste and scrap, which HS 2002 moved to 810330"},
	{"810320", flows.Tantalum, Metal, H2, H6, flows.Ta, flows.About, true, "unwrought and powder"},
	{"810330", flows.Tantalum, Scrap, H2, H6, flows.Gross, flows.About, false, "in 810310 before HS 2002"},
	{"810390", flows.Tantalum, Article, H0, H5, flows.Gross, flows.About, false, "no code of HS 2022, which has 810391 and 810399"},
	{"810391", flows.Tantalum, Article, H6, H6, flows.Gross, flows.About, false, "crucibles; in 810390 before"},
	{"810399", flows.Tantalum, Article, H6, H6, flows.Gross, flows.About, false, "other than crucibles; in 810390 before"},

	// Gold.
	{"261690", flows.Gold, Ore, H0, H6, flows.Gross, flows.AtMost, true, "ores of all precious metals but silver"},
	{"710811", flows.Gold, Metal, H0, H6, flows.Gross, flows.About, true, "powder"},
	{"710812", flows.Gold, Metal, H0, H6, flows.Gross, flows.About, true, "unwrought: doré, which has no code of its own, beside fine gold"},
	{"710813", flows.Gold, Metal, H0, H6, flows.Gross, flows.About, true, "semi-manufactured"},
	{"710820", flows.Gold, Monetary, H0, H6, flows.Gross, flows.About, false, "many statistics leave it out"},
	{"711210", flows.Gold, Scrap, H0, H1, flows.Gross, flows.About, false, "with metal clad with gold and with ash, which HS 2002 moved to 711230; known for mined gold declared as scrap"},
	{"711230", flows.Gold, Scrap, H2, H6, flows.Gross, flows.AtMost, false, "ash with any precious metal"},
	{"711291", flows.Gold, Scrap, H2, H6, flows.Gross, flows.About, false,
		"with metal clad with gold; known for mined gold declared as scrap; HS 2022 has electronic waste under 8549"},
	{"711590", flows.Gold, Article, H0, H6, flows.Gross, flows.AtMost, false, "articles of any precious metal that no other code names"},
	{"711890", flows.Gold, Article, H0, H6, flows.Gross, flows.AtMost, false, "gold coin, and legal tender of any metal"},
}

// residual is the note of codes that hold what no other code of their heading does.
const residual = "residual: whatever no other code of its heading names"

// became holds, per code, those that later revisions moved its goods to, as far as both are in the table.
var became = map[string][]string{
	"262090": {"262099"},
	"711210": {"711230", "711291"},
	"800400": {"800700"},
	"800500": {"800700"},
	"800510": {"800500"},
	"800520": {"800500"},
	"800600": {"800700"},
	"810191": {"810194", "810197"},
	"810192": {"810195"},
	"810193": {"810196"},
	"810195": {"810199"},
	"810310": {"810320", "810330"},
	"810390": {"810391", "810399"},
}
