// Package pinksheet reads the World Bank's Commodity Price Data, "The Pink Sheet": monthly and annual prices of commodities since 1960, as
// Excel workbooks (CMO-Historical-Data-Monthly.xlsx, CMO-Historical-Data-Annual.xlsx).
//
//	datasets.Load(ctx, datasets.Query{}, pinksheet.Source{FS: os.DirFS("prices")}, greatlakes.Package())
//
// Each price becomes a rate: dollars at the market (USD-spot) per tonne of a metal (Au, Sn), in current US dollars, for a month or a year, at
// all places. Gold and tin are read by default. The workbooks hold no price of tantalum or tungsten.
//
// # The workbooks
//
// The sheets "Monthly Prices" and "Annual Prices (Nominal)" are read. "Annual Prices (Real)" holds constant dollars, which declared values
// cannot be divided by; it is refused. Series move from column to column between editions, and between edition and edition the headers move
// by a row or two: a series is found by its name (Gold) in one row and its unit ($/troy oz) in the next, both as text, without regard to case
// and to blanks and asterisks at their ends. A row of codes (GOLD) may follow. Data rows are those that begin with a month (1960M01) or a
// year (1960, as number or as text).
//
// A cell with "…", "..", "..." or nothing holds no price, and neither does a 0. A row without any price is dropped and counted, and so is one
// whose month or year was not over when the workbook was updated, for its average is not that of the whole. "Updated on February 04, 2025"
// above the header is the origin's publication date and version, by which editions are told apart. A workbook without such a line has for
// both the day on which it was last saved by its own word, else for its date that on which the file was last changed, and its origin is
// undated: set Source.Published.
//
// Since July 2026 the World Bank rounds the whole history to whole dollars: gold in January 1960 is 35 there and was 35.27 before. The later
// edition supersedes the earlier one, so that a folder with both reads 35. That is 0.8 % off in 1960, and 0.03 % at most since gold costs
// 1,700 dollars; who studies early years should leave the rounded editions out.
//
// # Spread
//
// The averages themselves are as good as exact. The spread is that of the price at which a trade was made, which differs from the average of
// its month or year. All figures are measured over 2012 to 2025 in the edition of June 2026, and the package's tests measure them again:
//
//	             change from month to month     monthly    scatter within a year     annual
//	gold         0.034                          */1.02     0.066                     */1.03
//	tin          0.059                          */1.03     0.118                     */1.06
//
// A price drawn anywhere in a month, between averages that lie a change c apart (root mean square in the logarithm), deviates from the
// month's average by c/sqrt 12: the standard deviation of a uniform distribution of width c. A year's trade that is spread over its months
// with a coefficient of variation of 1, as if bunched in half of them, is priced at an average that deviates from the year's by s/sqrt 12,
// where s is the standard deviation of the logarithm of the twelve monthly prices (root mean square over the years). The spread is the
// factor of 90 %, exp(1.645 sd).
//
// Trade that is bunched in fewer months differs by more: package greatlakes gives the annual average of tin */1.12, as if a year's trade were
// four lots. Series.Monthly and Series.Annual set other spreads.
package pinksheet
