// Package wmd reads World Mining Data, the workbooks that the Austrian Federal Ministry of Finance and the World Mining Congress publish each
// year: what each country mined.
//
//	datasets.Load(ctx, datasets.Query{}, wmd.Source{FS: os.DirFS("wmd")}, greatlakes.Package())
//
// # Workbooks
//
//	6.4  production by country, a sheet a mineral, five years: Country, unit, 2018 ... 2022, data source
//	6.5  share of world production, a sheet a mineral, one year: Rank 2022, Rank 2021, Country, unit, Production 2022, Share in % ...
//
// Both are found by the text of their headers, not by names of files or places of columns. Every figure becomes a claim ground>country.
// Sheets of other minerals, the row Total, and tables that are not of one mineral by country are dropped and counted: all of 6.1 (all
// minerals together, by continents, groups and countries), the continents and groups of 6.2 and 6.3, and 6.6, which has a sheet a country.
//
// Note: no genuine 6.4 was at hand. Its shape is the one that other programs which read it describe; 6.1 and 6.5 were read.
//
// # What a figure is
//
// Of what it is stands in the name of the sheet and nowhere else: "Tantalum (Ta2O5)" is the oxide, not the metal, "Tungsten (W)" the metal,
// "Beryllium (conc.)" gross. A sheet without brackets ("Tin", "Gold") is of the contained metal, Commodity.Basis. The unit stands in each
// row: metr. t, kg for gold, ct for diamonds. The year stands in the header, or else in the title.
//
// A printed 0 is anywhere from 0 to half a unit, since World Mining Data does not tell nothing from little. Only 6.4 says which figures
// are estimated (data source e; r is reported, p provisional). Where both are read, what 6.5 repeats of 6.4 is dropped and counted.
//
// # Editions
//
// A workbook does not say its edition. It holds figures up to two years before: the one of 2024 ends in 2022. Set Source.Edition where that
// is not so. The edition's year is its date.
//
// # What is known to be derived
//
// DerivedByDefault lists output that follows exports, as the built-in datasets found (package greatlakes, DATA.md; package africagold):
// Rwanda's gold, 2,163 kg in 2018, which is the declared export to the kilogram, and 2,000 kg in each year since, the same carried forward;
// Rwanda's tungsten, of which the exports-based figures of USGS are 0.87 in three years; DR Congo's gold of 2021, 31,421 kg beside exports
// of 31.4 t; Togo's gold of 2018, which is that of the British Geological Survey and follows trade.
//
// # Spread
//
// None is stated. The default is 90 % within a factor of 1.43 for gold and 1.63 for all else, and of 1.54 and 1.73 for what is estimated, as
// package greatlakes reasons in the notes of its origins.
package wmd
