// Package sqldata reads trade statistics from a table that stays in its database: any engine with a driver for database/sql. The engine
// filters and groups; what travels is the few thousand rows that a balance needs, whatever the size of the table.
//
//	db, err := sql.Open("pgx", "postgres://...") // the driver is the program's
//	ledger, err := datasets.Load(ctx, datasets.Query{Minerals: []flows.Mineral{flows.Tin}}, greatlakes.Package(), sqldata.Source{
//		DB: db, Dialect: sqldata.PostgreSQL, Table: "trade.comtrade", Origin: flows.Origin{Published: "2024-03-11"},
//	})
//
// The package knows no driver. The module examples/warehouse reads DuckDB, SQLite and PostgreSQL with it, and its README says how to do the same
// in ClickHouse, BigQuery and Trino.
//
// # What a row means
//
// What a row of UN Comtrade does; package comtrade describes it: the basis and bound of each line of the Harmonized System, re-exports as
// parts of parts, partners that are no place, estimated weights, who measured. The claims are those that comtrade.Source makes of a file of the
// same rows, in every bit but for their position.
//
// [Columns] says which column is which. Codes may be numbers or text; a number has lost the noughts in front, which cmdCode gets back. Weights are
// kg, values US dollars, of any numeric type or as text; a decimal's noughts behind the point mean nothing. NULL is what is not known, and so is 0.
// What a table writes differently is translated in a [Source.Query]:
//
//	SELECT year, iso3 AS reporter, CASE direction WHEN 'export' THEN 'X' ELSE 'M' END AS flow, ..., tonnes * 1000 AS kg FROM trade
//
// A table of CEPII's BACI, which has no reporters, is read by [BACI], as package baci reads its files.
//
// # What the engine does
//
// One statement, which [Source.Statement] shows: a filter, and a grouping by all columns that are read, with the number of rows of each group.
// The filter has the codes of the minerals that are asked for; the totals, where the table has the columns customs, transport and partner2;
// flows other than domestic exports and trade by customs procedure, which are inside X and M; the periods and the places asked for. All of it is
// plain comparisons of a column with arguments, which engines push down to the scan, the partitions and the row groups, and foreign servers. Only
// columns of which the driver does not say that they are text or numbers, such as PostgreSQL's enumerations, are cast to text for it.
//
// What the filter leaves out is not seen here: bad rows of other minerals are not reported, and [datasets.Stats] counts flows that the engine
// answered with. A code must therefore be written as the engine is asked for it (no blanks around it, areas as 4 or 004), and is refused
// otherwise where it is met: in a read of all places and periods, and where an answer is empty. Words that are no flow are let through, and reported.
//
// # Why sums are not the engine's
//
// Floating-point addition depends on the order: a parallel engine's SUM differs in its last bits from run to run, and from a file's. So
// amounts are part of what the engine groups by, equal ones are counted, and what has to be added ([Parts]: shipments, declarations) is added
// here, as the exact sum of the decimals that the amounts print as, rounded once. Neither order nor grouping, nor whether a column is DOUBLE,
// DECIMAL or text, then changes a bit. Of [Totals] nothing is added: two rows of one flow are an error, as they are in a file.
//
// A sum is not stated where one of its parts is not: an unknown weight is not nil. The claim's note says how many rows are in the sum.
//
// # What is promised
//
// Nothing that a user passes becomes SQL: names of tables and columns are quoted, and only columns that the engine lists are named; all values
// are arguments. The one exception is [Source.Query], which is the user's own SQL.
//
// A query that dies half-way is an error, never a short answer: each row says how many there are (COUNT(*) OVER ()), and nothing is yielded before
// all have come. An answer without rows is counted again, and checked for a column of commodities that holds none of the codes, and for periods and
// areas that are written in another way than they are asked for. A context that ends cancels the query in the engine, as far as the driver does.
//
// Two queries are run, and some more where the answer is empty, on connections of their own where DB is a *sql.DB: pass a *sql.Tx with a snapshot if
// the table changes meanwhile. No connection is held while records are yielded.
//
// # Positions
//
// A table has no lines. A position is the table's name and the key of the flow: trade.comtrade[2019 800 X 784 H5 710812], for period, reporter,
// flow, partner, classification and commodity, each as UN Comtrade writes it.
package sqldata
