// Package hs says which codes of the Harmonized System hold tantalum (coltan), tin, tungsten and gold, from ore to metal and scrap, in each
// of its revisions, and what a net weight under such a code is a weight of.
//
// A code means something only within a revision. Customs split, merge and move headings every five years or so, and reporters change over
// in different years. A [Line] is one code with the revisions in which it means one thing:
//
//	hs.Codes(flows.Tantalum)             every code of any revision: 810310 of 1992 and 810320 of 2002 alike
//	hs.Core(flows.Tantalum, hs.H5)       what a balance counts, in HS 2017: 261590 and 810320
//	hs.Find("810390", hs.H6)             nothing: HS 2022 has 810391 and 810399 instead
//
// UN Comtrade answers a query for the classification "HS" with each reporter's own revision, so one query needs the codes of all; every row
// of the answer names its own (classificationCode). BACI's files are all of one revision, which their name tells (HS92).
//
// # Net weight
//
// Basis is what a tonne of net weight is a tonne of. Ores, doré, scrap and articles are weighed as shipped: flows.Gross. Unwrought metal that is
// not alloyed is taken for its metal: Ta, Sn, W; an alloy's weight is the most that its metal can be. Gold is always gross, because doré has no
// code of its own: 710812 holds it beside fine gold. Where a code holds other things too (coltan's also niobium and vanadium ores), Bound is
// flows.AtMost.
//
// # What was left out
//
// Zirconium ore (261510), tungstates (284180), ferro-tungsten (720280), unrefined copper (7402, which may hold gold), and slags mainly of other metals (262040,
// 262060, 262091). National codes of more than six digits are no part of the Harmonized System.
//
// # Sources
//
// Codes and texts of 1992 to 2022: UN Comtrade's lists of commodities H0 to H6; CEPII's list of products of BACI HS17 V202301; the list of HS 2022
// of the data package harmonized-system (datasets/harmonized-system). What became of a code: the correlation tables of the UN Statistics Division
// (HS 1996 to 1992, 2002 to 1996, 2007 to 2002, 2022 to 2017), https://unstats.un.org/unsd/classifications/Econ.
package hs
