// Package comtrade reads files of UN Comtrade, the trade statistics that countries report to the United Nations: the answers of its API
// version 1 (JSON), its bulk files (tab-separated text, packed with gzip) and the downloads of its web page (CSV). A [Source] tells them apart by
// what they hold:
//
//	ledger, err := datasets.Load(ctx, datasets.Query{Minerals: []flows.Mineral{flows.Gold}},
//		greatlakes.Package(), comtrade.Source{FS: os.DirFS("comtrade")})
//
// # What becomes of a row
//
// A row is what one country, the reporter, says of its trade with one partner, in one commodity and period. It gives up to two claims: a
// mass in tonnes (column netWgt in kg, else qty in kg, g, 1000 kg or carats of 0.2 g; but what was reported before what was estimated) and a
// value in current US dollars (primaryValue).
//
//	X  export        reporter>partner, USD (free on board)        part "HS 710812"
//	M  import        partner>reporter, USD-cif                    part "HS 710812"
//	RX re-export     a part of X                                  part "HS 710812/re-export"
//	RM re-import     a part of M                                  part "HS 710812/re-import"
//
// Each line of the Harmonized System is a part of the mineral's flow, in the basis that package hs gives it: gross tonnes of tin ore
// (260900) stand beside tonnes of tin (800110), and the ledger adds them once each is converted. What a line can only bound (261590, coltan,
// holds vanadium and niobium ores too) comes as the most that its part can be, mass and value alike.
//
// Imports are valued with cost, insurance and freight (primaryValue is cifvalue then). Some countries value them free on board: where a row has
// a fobvalue and no cifvalue its value is in basis USD, as an export's is.
//
// Partner 0 is flows.World. Annual rows ("2022", month 52) and monthly ones ("202205") may stand side by side; the ledger does not add the
// months to the year. A nought is how Comtrade writes what it does not know: a mass or a value of 0 is missing, never nil.
//
// # What is dropped, and counted
//
// [datasets.Stats] counts rows by the reason for which they give nothing. Of the many rows of one flow (by customs procedure, mode of transport,
// second partner) only the total is kept: customsCode C00, motCode 0, partner2Code 0; a file without such a column, or with an empty cell in
// it, holds totals. Chapters and headings (26, 2609, TOTAL) hold the lines already, and M and X what other flows state of a kind of them: DX,
// FM, MIP, XIP, MOP, XOP. Partners that are no place ("Areas, nes", "Other Asia, nes", bunkers, free zones), reporters
// that are groups (the EU), services and classifications other than the Harmonized System (S1 to S4, BEC, EB) give no claims.
// Goods that come back to the country that they are from (China's imports from China) flow from a place to itself, and are dropped too.
//
// Column isAggregate says that a row was summed from finer ones by the United Nations. It is true, and isReported false, in every row of a genuine
// download of all goods of 2022, and the other way round in one of 2010 and in one of services: it does not tell a total from its parts, so it
// drops nothing.
//
// # Origins, editions
//
// The producer of a figure is the reporter's customs or statistics office ([Source.Producers]), so that a later file of the same reporter is
// another edition of its figure, not a second opinion, and what package greatlakes quotes from UN Comtrade is one too. An
// origin is one reporter and mineral in one vintage: [Source.Published], else the date in the name of a bulk file
// (COMTRADE-FINAL-CA800201900H5[2024-03-11].gz) or of a download from the web page (TradeData_1_21_2026_21_51_10.csv, month first), else the
// day on which the file was last changed. Nothing in an answer of the API says when it was given, so its origin is undated, and a copied file
// looks new: set Published. Of two vintages the later speaks; the ledger warns where one does by such a day alone ([flows.UndatedEdition]).
// A row that stands twice in one vintage is refused by the ledger, with both places; a reporter's period in two revisions of the Harmonized
// System is an error, for what stands under a code in one stands under two in another (711210 is 711291 and 711230 since 2002). In two
// vintages it is one only where that is so of the lines that are read.
//
// A bulk file holds everything that its reporter stated for its period, so that the lines in it are all there are (Complete: parts) if
// [Source.Lines] has the mineral's core lines. What an answer of the API or a web download holds depends on what was asked: [Source.Complete].
// Partners are never complete: what went to "Areas, nes" is in no claim but that with World.
//
// # Uncertainty
//
// UN Comtrade states none. These are the defaults, for which [Source.Spread] and [Source.EstimatedSpread] stand in:
//
//   - a mass that was reported: */1.10. The DR Congo's and Rwanda's tin exports against what all buyers record from the region, gross tonnes, 2010
//     to June 2014 (ITRI): 17289 and 20110, 15895 and 14944, 12741 and 13628, 13077 and 12138, 6588 and 6590. The logarithms of the ratios
//     are 0.1511, -0.0617, 0.0673, -0.0745 and 0.0003; their root mean square 0.0857, over sqrt 2 for one of two sides 0.0606, and
//     exp(1.645 * 0.0606) = 1.105. Single shipments between two countries scatter more than these sums.
//   - a value: */1.08. Imports of gold that partners record from Rwanda against Rwanda's declarations, 2020 to 2023: root mean square of the
//     logarithms 0.0678, over sqrt 2 0.0479, exp(1.645 * 0.0479) = 1.082 (package greatlakes, origin comtrade-uae-gold).
//   - a mass that UN Comtrade estimated (isNetWgtEstimated, isQtyEstimated): */2. It is as a rule the value divided by a standard unit value, so its
//     evidence is estimated. Where the value was reported and a price is known, the ledger lets the value speak.
//
// They cover recording, valuation and shipping lag. A false origin or a hidden shipment is no error of measurement, and is in none of them.
//
// # Positions
//
// In text the line of a [flows.Pos] is that of the file, the header being line 1. In JSON, which mostly comes as one line, it is the number of the
// row in the list data, counted from 1.
//
// # Size
//
// A row of another commodity has its cells counted and is passed over, without an allocation. A packed bulk file is read about as fast as
// gzip unpacks it, in a goroutine of its own. Memory grows with the number of reporters and periods that are kept, and not with a file of any form.
//
// # Sources
//
// Columns: UN Comtrade's list of data items (TradeDataItems, 2023-01-23). Names of bulk files: the documentation of the United Nations' own client,
// comtradeapicall, "Downloaded file name convention". Estimation of quantities: M. Reister, M. Muryawan (2009), Quantity and Weight
// Data in UN Comtrade. Terms: https://uncomtrade.org/docs/policy-on-use-and-re-dissemination/.
package comtrade
