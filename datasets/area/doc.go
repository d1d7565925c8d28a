// Package area says which place a publisher means: by a UN Comtrade code (which is also that of BACI), by a name, or by three letters.
//
//	area.ByCode(842)                        USA: Comtrade's code, not the 840 of ISO 3166-1
//	area.ByName("Congo, D.R.")              COD
//	area.USGS.ByName("Guinea")              GIN; area.ByName("Guinea") is refused, as four countries bear it
//	area.ByAlpha("ZAR")                     COD, which was ZAR until 1997
//
// # What an area is
//
// An [Area] is one entry of UN Comtrade's lists of reporters and partners, with the years in which it holds. There are four kinds, and
// only the first two are places:
//
//   - A [Country] has one ISO 3166-1 code, its Place. (So do Puerto Rico or Hong Kong: countries and areas, as the United Nations say.)
//   - A [Former] state's Place unites its successors: "CZE+SVK". Of one that was only a part of its successor Place is the whole, and Part is
//     set: West Germany (280) is not all of DEU, so that its figures are no figures of DEU.
//   - A [Residual] is what was not specified: "Areas, nes" (899), "Other Asia, nes" (490, where Comtrade keeps Taiwan), bunkers (837), free
//     zones (838), special categories (839), and the world (0), which is everybody. Its Place is empty: it is never a place. So is that of
//     an area without an ISO 3166-1 code: Kosovo.
//   - A [Group] is a union of countries whose members change: the EU (97), ASEAN (975). Its Place is empty too.
//
// Codes that differ from ISO 3166-1 numeric: 842 USA (840), 251 France (250), 757 Switzerland (756), 699 India (356), 579 Norway (578). The ISO
// numbers are in the table as well, with the same place. 492 is not Monaco, as in ISO, but "Europe EU, nes"; Comtrade counts Monaco
// under France, and its Code here is -1.
//
// # Names
//
// The order of the words, case, accents, apostrophes, punctuation, blanks of any kind, "the", "of", "and" or "&", and the usual abbreviations
// (Rep., Dem., St., Isds) do not matter: "Tanzania, United Rep. of" is "United Republic of Tanzania". UTF-8 that was encoded twice
// ("CÃ´te d'Ivoire", as in BACI's own table) and Windows-1252 read as UTF-8 are mended. Nothing else is guessed: a name that is not in the
// table is an [UnknownError], which may suggest one. Footnote marks and remarks behind a name ("China7", "United States (crude)") are the
// business of the format's reader.
//
// A name that two areas bear is an [AmbiguousError] with the candidates: Congo, Guinea, Korea, Virgin Islands, Yugoslavia. A [Publisher] that
// is known to mean one of them by it resolves it: Congo is the Republic of the Congo (COG) in Comtrade, BACI, BGS and Our World in Data. So read a
// publisher's files with the publisher's own ByName, and what a person typed with the package's.
//
// A name means the area of today. "Sudan" is the Sudan of after July 2011; figures of before are those of "Sudan (...2011)", 736: see
// [Area.In]. [Area.Holds] tells which years a code is for.
//
// # Sources
//
// areas.csv, aliases.csv and letters.csv beside this file say in their first lines where each column was read: UN Comtrade's reporter and
// partner lists, ISO 3166-1 as the UN Statistics Division lists it (Standard country or area codes for statistical use, M49), ISO 3166-3,
// CEPII's country table of BACI V202501, and the spellings in the files of USGS, BGS, World Mining Data, Our World in Data and EITI.
package area
