// Package owid reads charts of Our World in Data as its grapher serves them for download: a table, and the metadata that say what it holds.
//
//	datasets.Load(ctx, datasets.Query{}, owid.Source{FS: os.DirFS("owid"), Columns: []owid.Column{
//		{Name: "gold_production", Mineral: flows.Gold, Basis: flows.Au, Producer: "USGS"},
//	}})
//
// # Files
//
//	gold-production.csv            Entity, Code, Year, and a column an indicator, with its long or its short name
//	gold-production.metadata.json  for each column its unit, shortUnit, shortName, titleShort, citationShort, lastUpdated; dateDownloaded
//
// Both are served beside each other, at ourworldindata.org/grapher/gold-production.csv and .metadata.json, and lie so in the archive that the
// page offers. Keep them in one folder under one name. Either may be packed with gzip.
//
// # What a column means
//
// Our World in Data publishes what others measured, in columns whose names bind nobody: "lithium_production_kt" holds tonnes. So the
// reader is told which column is the mine output of which mineral, of what its tonnes are, and who measured it (Column); nothing is
// guessed, and there is no default. The unit is that of the metadata. A column without metadata and without Column.Unit is refused,
// and so is one whose metadata contradict it.
//
// The figures are as a chart shows them: a conversion that the metadata name (conversionFactor) is applied already.
//
// Column.Producer is who measured, the name that other readers give: "USGS", "British Geological Survey". Then a reprint is an edition of
// the producer's figures and not a second opinion. Its date is the year of the citation, "USGS (2024)", where that states one and no
// other, since a reprint is no later than what it reprints; else the day on which the indicator was last updated, or was downloaded. Where
// the metadata say none of these, it is the day on which the file was last changed, and the origin is undated: set Source.Published.
//
// # Rows
//
//	Code empty        a continent, a group by income, the rest of the world: dropped and counted
//	OWID_WRL ...      the world, and areas without an ISO 3166-1 code (OWID_KOS, Kosovo): dropped and counted
//	OWID_CZS ...      a state that is no more: its successors together
//	empty cell        no figure
//	0                 anywhere from 0 to half a unit, since a rounded zero and a nil look alike
//
// Where a row names another country than its code does, it is an error.
//
// # What is known to be derived
//
// Unless Source.Derived says otherwise, output that follows exports is that of the producer's own reader: packages usgs, bgs and wmd.
//
// # Spread
//
// None is stated. The default is 90 % within a factor of 1.43 for gold and 1.63 for all else, as package greatlakes reasons in the notes of
// its origins; a column may state its own.
package owid
