// Package baci reads the yearly files of BACI, CEPII's database of world trade: one reconciled figure for each product that a country
// sold to another in a year, where the exporter's and the importer's own figures differ. A [Source] reads them as CEPII names them:
//
//	ledger, err := datasets.Load(ctx, datasets.Query{Minerals: []flows.Mineral{flows.Gold}},
//		greatlakes.Package(), baci.Source{FS: os.DirFS("BACI_HS22_V202501")})
//
// # A file
//
// BACI_HS22_Y2022_V202501.csv holds the trade of 2022 in the Harmonized System of 2022, as CEPII published it in January 2025 (a letter,
// V202401b, marks a correction). A file may be packed with gzip, whatever it is called, and FS may be CEPII's zip. Its columns are found
// by name:
//
//	t  year
//	i  exporter, by UN Comtrade's code (842 is the USA, 699 India)
//	j  importer
//	k  product, six digits as text: a code of five has lost its zero in front, and is an error
//	v  value, thousand current US dollars, free on board
//	q  quantity, metric tonnes; NA where it is not known
//
// Numbers may have blanks before and behind them. Every row is checked, whatever is asked for, and all that are wrong are reported.
//
// # What becomes of a row
//
// A row of a line that is read ([Source.Lines]) gives a claim for its mass, in the basis of the line, and one for its value in
// [flows.USD]: CEPII takes the costs of transport off what importers report, so that all of BACI is free on board (Gaulier and Zignago
// 2010, section 2.3). The part is the line ("HS 261100"), since the lines of a mineral are added once each is converted. What the
// revision of the file means by a code decides: 810310 in HS 1992 is unwrought tantalum with its scrap, and no code at all since HS
// 2002, where 810320 and 810330 stand for it. Coltan (261590), which holds niobium and vanadium ores too, comes as the most that its
// part can be, mass and value alike.
//
// Nobody reports these figures: they have no reporter and stand on the reconciled side, which a balance uses where both the exporter and
// the importer are silent. Their evidence is estimated.
//
// BACI lists strictly positive flows only (CEPII, Description of BACI). A value of 0 is therefore an error. A quantity of 0 is one that
// was rounded away, for figures have three digits behind the point: anything up to 0.0005 t.
//
// [datasets.Stats] counts the rows that give nothing: other commodities; what a country sold to itself; areas that are no place, such as
// 490 (Other Asia, nes, where UN Comtrade keeps Taiwan) and 899 (Areas, nes); and West Germany, which was only a part of today's.
// Belgium-Luxembourg (58, until 1998) and the Sudan of before 2011 (736) are the places of their successors together. The query's period
// leaves whole files unread.
//
// # What is complete
//
// A country's report holds all its products, and BACI publishes all of a pair of countries together: a line without a row was not
// traded, as far as either side says. The lines are therefore all the parts of a flow ([flows.Origin.Complete]: parts), if
// [Source.Lines] has every line that a balance of its mineral counts. The partners are not: a flow that is not there may also be one
// that neither side reported, rows with areas that are no place are dropped, and in the last year of a version reports are still missing
// (CEPII, FAQ of BACI). A sum over partners is a floor.
//
// # Editions
//
// Published is the month of the version. Of two versions the later speaks, flow by flow; CEPII warns against mixing them, so choose one
// ([Source.Version]) unless it is the revisions that are looked for. One year in two revisions of the Harmonized System is an error.
//
// The country table that stands beside a file (country_codes_V202501.csv, of its version or else the latest) is read to check that its
// codes mean what package area says. The code is the key there: several codes share three letters, the two of Namibia, NA, have been
// lost, and names may be UTF-8 that was encoded twice.
//
// # Uncertainty
//
// CEPII states none. Where no [Source.MassSpread] and [Source.ValueSpread] are given, the pedigree matrix does (Weidema and Wesnæs 1996),
// with the factors that Ciroth and others (2016, doi:10.1007/s11367-013-0670-5) found in data:
//
//	GSD^2 = exp(sqrt(ln(1.05)^2 + ln(U)^2))    1.05 the basic uncertainty; 90 % of a log-normal within GSD^1.645
//	value: reliability 2, checked and partly based on assumptions (costs of transport)              U = 1.54   GSD^2 = 1.544   90 %: */1.43
//	mass:  reliability 3, partly estimated (tonnes from other units or from values, not marked)     U = 1.61   GSD^2 = 1.614   90 %: */1.48
//
// The factor of the mass lies between those of a weight that was reported (*/1.10) and one that UN Comtrade estimated (*/2) in package
// comtrade, for BACI does not tell one from the other. Rounding is added: 0.001 t of gold, one kilogram, may be a half or one and a
// half.
//
// # Speed
//
// One goroutine reads, as many as there are processors (up to eight) check rows, and the rows that are wanted come in the order of the
// file. A row takes some 30 ns of one processor, a tenth of what cutting it up and parsing its numbers takes. Memory does not grow with
// the file: it is about 15 MiB. BenchmarkSource measures both over 20 million rows.
//
// # Sources
//
// Gaulier, G., Zignago, S. (2010), BACI: International Trade Database at the Product-Level, the 1994-2007 Version, CEPII Working Paper
// 2010-23. CEPII, Description of BACI and FAQ, http://www.cepii.fr/DATA_DOWNLOAD/baci/doc/DescriptionBACI.html and FAQ_BACI.html beside
// it. Licence: Etalab 2.0.
package baci
