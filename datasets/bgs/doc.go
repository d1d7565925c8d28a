// Package bgs reads the World Mineral Statistics of the British Geological Survey: what each country mined, imported and exported, year by
// year since 1970.
//
//	datasets.Load(ctx, datasets.Query{}, bgs.Source{FS: os.DirFS("bgs")}, greatlakes.Package())
//
// # Files
//
// The table is served as an OGC API (https://ogcapi.bgs.ac.uk/collections/world-mineral-statistics/items), as GeoJSON or as CSV. Save what it
// answers as it comes: whole or in pages, of one commodity or of all, packed or not. The form is told by the content, columns and
// properties are found by name, in any order and case. All that say what a figure is must be there: bgs_statistic_type_trans,
// bgs_commodity_trans, bgs_sub_commodity_trans, country_trans, year, quantity, units, data_precision_description and
// concat_figure_notes_text. Without the last two a nil looks like a trace, and exports look like output.
//
// Pages of GeoJSON say how many features there are in all (numberMatched). Where the pages of one question do not hold as many, one of them
// is missing or stands twice: an error. A CSV says nothing of the kind.
//
// # What becomes a claim
//
//	Production   ground>country
//	Exports      country>world, by the statistics of the country
//	Imports      world>country, by the statistics of the country
//
// which rows is the matter of Source.Commodities. The default is mine output of gold, tin, tungsten and tantalum. The table of trade names
// no partners, and its figures are those that customs report to UN Comtrade as well: one measurement must not speak twice, so it is read
// only where it is asked for (Trade).
//
// The basis is that of the units: "tonnes (metal content)" are tonnes of the metal. Where they say no more than "kilograms" or "tonnes
// (metric)", it is that of the commodity: gold is contained gold, and columbite-tantalite is gross. BGS counts tantalum and niobium by
// mineral, gross and in later years also by content: bgs_sub_commodity_trans is "Columbite-tantalite" and "Columbite-tantalite-Ta content".
// Each mineral is a part of a country's tantalum, and together they are its whole. What niobium ore (columbite, pyrochlore) holds of
// tantalum is in it only where BGS states it. A note such as "Nb2O5 content." at the figure beats the table.
//
// # Tokens
//
//	Nil (nothing produced)                     exactly zero
//	Quantity is more than 0 but less than 0.5  anywhere from 0 to half a unit
//	0 with neither                             the same: a rounded zero
//	Figures not available, empty               dropped and counted
//
// The notes of a figure tell the rest. "Estimates." makes it estimated. A note that mentions exports ("Exports.", "Estimates based on reported
// exports.", "Sn content of ore plus metal exported.") makes it derived, since output that was counted at the border cannot test exports.
// A fiscal year ("Years ended 30 June of that stated.", "Fiscal years ending 31 May of the year following that stated.") is the twelve
// months that it names, to the nearest end of a month: 20 March is taken as the end of March. All notes are kept.
//
// # Countries
//
// A country is the one of its name. The letters beside it are not used: BGS gives COD to both Congos. A state that is no more is its
// successors together; of one that was a part of today's country (West Germany) the figures are dropped and counted.
//
// # What is known to be derived
//
// DerivedByDefault lists output that follows exports although no note says so, found in the built-in datasets (package greatlakes, DATA.md;
// package africagold): Rwanda's gold since 2017, which is 1.08 to 1.16 of what the United Arab Emirates record from there, and tin of
// 2011 to 2013, 0.750 of declared gross exports; DR Congo's tin of 2009, 0.550 of them; Burundi's gold of 2012 and 2013; Togo's gold of
// 2012 to 2019, 1.37 to 1.86 of what importers record.
//
// # Editions and spread
//
// The table has no editions, it changes. A file's date is that of the answer (timeStamp), else the day on which the file was last changed, and
// the origin is undated: a CSV says nothing of its day, and a copied file looks new. Set Source.Published to tell better. BGS states no
// uncertainty. The default is 90 % within a factor of 1.43 for gold and 1.63 for all else, as package greatlakes reasons in the notes of its
// origins.
//
// Note: no genuine page of GeoJSON was at hand. The shape is that of the standard (OGC API - Features) and of the programs that read it.
package bgs
