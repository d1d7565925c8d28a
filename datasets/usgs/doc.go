// Package usgs reads what the United States Geological Survey publishes of mine output: the world tables of the Mineral Commodity
// Summaries, and those of the Minerals Yearbook.
//
//	datasets.Load(ctx, datasets.Query{}, usgs.Source{FS: os.DirFS("usgs")}, greatlakes.Package())
//
// # Mineral Commodity Summaries
//
// Three generations of files are told apart by their columns:
//
//	2022 to 2024  one file a commodity, mcs2023-tanta_world.csv: Country, Type, Prod_t_2021, Prod_t_est_2022, with the unit in the name
//	2025          one file for all, MCS2025_World_Data.csv: COMMODITY, COUNTRY, TYPE, UNIT_MEAS, PROD_2023, PROD_EST_ 2024
//	from 2026     one long file for all, MCS2026_Commodities_Data.csv: Commodity, Country, Statistics, Statistics_detail, Unit, Year, Value
//
// Each figure of mine production becomes a claim ground>country in the contained substance that the table states. Rows for the world and for
// other countries together, reserves, capacities and other statistics are dropped and counted. A year stands in two or more editions, of
// which the later revises: the edition is the origin's version and its year the publication date, so that the ledger sorts them out.
//
// # Minerals Yearbook
//
// Of a workbook (myb1-2019-tanta.xlsx) the sheets are read whose title says world production of a commodity asked for, mine production or
// of concentrates; smelters, refineries and all other tables are dropped and counted. Title, unit, years, the narrow columns of footnotes
// between them, groups of rows ("Rwanda:", "Gross weight:") and their parts are found by their text, for they move from year to year.
// Whether a table is of content or of gross weight is read from its title or the heading of its rows. Of columns side by side (gross weight, niobium
// content, tantalum content) only those of the commodity's content are read. A yearbook appears years after its
// year and does not say when: Source.Published, else the day on which the workbook was last saved by its own word, else that on which the file
// was last changed (datasets.Stats.Undated).
//
// Note: no genuine workbook was at hand. The shape is the one that other programs which read these workbooks describe, and that of table 6 of
// "Niobium and Tantalum" in the Minerals Yearbook 2013 as IndexMundi prints it.
//
// # Tokens
//
//	W               withheld: unknown, dropped and counted
//	NA, empty       not available: dropped and counted
//	XX              not applicable: dropped and counted
//	(3)             see a footnote: dropped and counted
//	—, --           nil: exactly zero
//	0               rounded to zero: anywhere from 0 to half a unit. So is "Less than ½ unit"
//	>95, <100       a bound
//	e, r            estimated, revised, glued to a number or to a country's name; a digit there is a footnote
//
// A row of which all figures are missing is counted as dropped, by the first of them; a figure that is missing beside others in
// datasets.Stats.Missing.
//
// A figure is estimated where its column (Prod_t_est_2022), its note ("Also estimated in 2022", "Estimated.") or its token says so.
//
// # What is known to be derived
//
// USGS' tantalum and tungsten of Rwanda follow the country's exports: no mine-by-mine series of them is known, and the declared exports of
// 2023 hold USGS' tantalum at a grade of 31 % in one edition and of 21 % in the next (package greatlakes, DATA.md). They are marked
// flows.Derived, which keeps them from testing exports, unless Source.Derived says otherwise.
//
// # Spread
//
// USGS states none. The defaults are the publisher's own revisions, first figure to latest, as package greatlakes reasons in the notes of its
// origins: 90 % within a factor of 1.45 for tantalum, 1.70 for tin, 1.42 for tungsten, 1.12 for gold, and 1.5 for a mineral of which no
// revisions were measured.
package usgs
