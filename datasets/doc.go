// Package datasets is where claims come from: sources of records, a loader that joins them into one validated ledger, and the
// reader of data packages.
//
// A [Source] is a value that yields records. [Package] is one (a folder of CSV tables), [Records] another (claims made in code),
// and every publisher's format has its own in a package below this one. [Load] reads any number of them:
//
//	ledger, err := datasets.Load(ctx, datasets.Query{}, greatlakes.Package(), datasets.Package{FS: os.DirFS("mine")})
//
// # A data package
//
// A data package is a folder (a directory, an embedded one, a zip: any fs.FS) that holds a datapackage.json in the form of the
// Frictionless Data Package v2 (https://datapackage.org/standard/data-package/) and CSV tables, which pandas, R, Excel and DuckDB
// open as they are. The least that the descriptor needs is
//
//	{"name": "mine", "resources": [
//	  {"name": "origins", "path": "origins.csv"},
//	  {"name": "claims", "path": "claims.csv"}]}
//
// A resource's name says which table it is; its path may be a list of files of one table. These keys of the descriptor are read as well:
//
//	minerals   {"cobalt": "Co"}: further minerals and the substance that their results are stated in
//	places     "free": any name in lower-case letters, digits, - _ and . is a place: a plant's streams, a chain of depots
//	encoding   "windows-1252" or "iso-8859-1", of the package or of one resource; else a table is UTF-8
//	dialect    {"delimiter": ";"}, of one resource; else cells are parted by commas
//
// These are the tables and their columns, the required ones marked with *. Columns may stand in any order, and those that are not
// required may be left out. An unknown column is an error.
//
//	origins    id* producer* title* version published* accessed url license spread bias complete note
//	claims     mineral* period* from* to* channel part reporter amount* basis* of spread evidence origin* locator scenario note
//	rates      mineral* place period part of* per* value* independent origin* locator scenario note
//	corridors  mineral* from* to* origin* note
//	events     date* place mineral title* origin*
//	places     place* name* members note
//	published  id* who* published* mineral* from to period what* amount basis method origin* locator note
//	scenarios  scenario* action* target value who note
//
// What the columns hold:
//
//	id, origin    an origin's name, and a reference to it. Every figure has one. One origin is one publication
//	producer      who measured (Bank of Uganda), not who reprinted it: that is the title
//	published     when it was published: 2024, 2024-03 or 2024-03-11, as precise as it is known. The latest edition speaks
//	spread        a factor around 1 for each bare number: */1.3 (90 % within that factor), +-6 %, or 1 for an exact number
//	bias          a factor around 1 that all figures of the origin's producer share, for a mineral and place
//	complete      the words parts, partners, sites: the origin's parts (partners, sites) together are the whole
//	mineral       tantalum, tin, tungsten, gold, or one of the descriptor's minerals
//	period        2023, 2023-Q1, 2023-05, 2023-04..2024-03. Only a capacity needs none
//	from, to      an ISO 3166-1 alpha-3 code RWA; a site COD/rubaya of the table places; a sorted union BDI+COD+RWA; or ground,
//	              use, stock, world. Mine output is ground to RWA, all exports are RWA to world. In the table published
//	              an end may be empty: the estimate does not name it
//	channel       empty, or unrecorded
//	part          empty for the whole, else the name of one of several disjoint parts: artisanal, industrial, HS 710813. What crosses
//	              a border in one country's books only is named bonded, monetary (or HS 710820), re-export, transit
//	reporter      whose statistics: exporter and importer may both speak
//	basis         of what the amount is an amount: gross, USD, USD-cif, USD-spot, share, or a substance (Ta, Ta2O5, Sn, W, WO3, Au ...)
//	of            the flow that a share is a part of: RWA>world, or RWA>world (artisanal)
//	evidence      reported (the default), estimated, derived, testimony, capacity
//	locator       table, page, paragraph
//	scenario      empty for what holds always, else the scenario that it holds in
//	of, per       in rates: so much of one basis per unit of another, Ta2O5 per gross, USD-spot per Au
//	independent   true where a rate's error is new in every period (market prices); else one error is shared over all periods
//	members       the places of a group, with spaces or + between them
//	action        set (target: a variable, value: a number or range), drop or treat (target: an origin or a claim, value: an
//	              evidence), outflow or inflow (value: greater, declared, mirrored, pooled, corroborated), note
//
// # Amounts
//
// An amount is shown as its source prints it: a number or a range in the notation of package dist, and a unit behind it.
//
//	950 t            takes the spread of its row or its origin; without either it is an error
//	800..1200        anywhere in the range, nothing outside
//	800..950..1200   a hard range with a best guess
//	800 to 1200 kg   5th to 95th percentile
//	950 +- 60        mean and standard deviation
//	950 */ 1.3       90 % within that factor
//	>=120 t, <=50 M  a bound
//	0                an exact nil, for one that was counted; a rounded one is 0..0.5 kg, half of the last unit
//
// Without a unit an amount is in tonnes, or in dollars in a dollar basis. Units are converted exactly:
//
//	mass             t kg g lb ozt kt
//	money            k M bn tn (10^3, 10^6, 10^9, 10^12), in a dollar basis alone
//	per time         /month /week /yr, times the months of the period (12 for a capacity without a period); a week is 7 days of a
//	                 year of 365.25
//	rates            /t /kg /g /lb /ozt, so much per mass of the basis in column per: 1392.5 /ozt
//	fractions        %, for shares and for rates
//
// Only a net flow to stock may be negative.
//
// # Errors
//
// A bad row is a [RowError] with file, line, column and the cell as written. All bad rows of a load are reported together; none is
// skipped in silence, whatever the query asks for. A row holds at most one mebibyte, so that a file that has lost its line ends
// cannot fill the memory. Tables may be compressed with gzip, whatever they are called.
package datasets
