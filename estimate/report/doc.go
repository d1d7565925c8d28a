// Package report writes results of package estimate: for people (Text, Markdown, Explain, Aside, List) and for programs (JSON, CSV);
// and what Mirror finds.
//
// # What the numbers are
//
//	surplus = recorded outflow + domestic use + stock build-up - mine output - inflow that its origin confirms
//
// in tonnes of the mineral's substance (Ta, Sn, W, Au), for one mineral, place and period. The surplus is what the records do not
// explain. It is not an amount smuggled: stocks, grade, under-declared mines, transit and bad statistics explain surpluses too.
//
// Text and Markdown show medians to three significant digits, with the range that holds Options.Level of the probability ("33.0 to
// 45.1"), in the order of the strength of the finding: P(surplus > 0) first, then the median. A surplus that is only a floor (part of
// the outflow is unheard) has ">=" before it and before its probability, a ceiling "<=". A row without an independent output figure has
// no surplus; it shows the floor (outflow used - declared) and the grade that a derived output figure implies. A missing figure is an
// em dash, never 0. Masses below 0.1 t are printed in kg or g with their unit; every other mass is in tonnes.
//
// # JSON
//
// JSON writes one object. The order of its fields is fixed; numbers are in tonnes of the cell's basis (share: a fraction; value_usd:
// current US dollars), in the shortest notation that reads back as the same float64. Absent is null, never 0; a list without entries
// is []. S stands for {"mean", "sd", "median", "lo", "hi"}, where lo and hi enclose "level" of the probability.
//
//	schema      "mineralflows/result/v1"
//	scenario    the scenario that the cells are computed under, "" for the baseline
//	seed, draws, level
//	cells       one object per mineral, place and period, in that order:
//	  mineral, place, period, basis
//	  output, outflow, inflow, declared, mirrored     S or null
//	  outflow_side   whose figure the outflow is: "declared", "mirrored", "pooled", "greater" (it differs by partner), or
//	               "" where neither side speaks and a third party's figure stands in
//	  surplus        S with "prob_positive" and "bound" ("" about, "floor", "ceiling"), or null
//	  floor          outflow - declared, where there is no independent output
//	  output_gap     declared - output
//	  trade_gap      mirrored - declared
//	  share          surplus / outflow
//	  value_usd      surplus at the market price of the period
//	  alternatives   [{"producer", "surplus"}], where producers conflict: the surplus if that one alone were right
//	  claims         [{"flow", "channel", "reporter", "amount", "basis", "evidence", "origin", "locator", "file", "line"}]; amount is text,
//	                 as the dataset has it; line is null for a claim made in code
//	  warnings       [{"code", "text"}]
//	scenarios   [{"name", "who", "mineral", "place", "period", "surplus", "difference"}]; surplus as in a cell, difference (S or null) is
//	            surplus minus the baseline's, draw by draw
//	origins     [{"id", "producer", "title", "version", "url", "license"}]
//
// A number that is not finite is an error that names the cell: it can't be written and must not be hidden.
//
// # Networks
//
// NetworkText, NetworkMarkdown, NetworkCSV and NetworkJSON write what a network estimator says of flows between places. None of them writes a table
// without J, its degrees of freedom and the largest test, or the diagnostics of the chains: a reconciled figure without them looks better
// than it is. NetworkJSON writes one object, S as above:
//
//	schema      "mineralflows/network/v1"
//	scenario, seed, draws, level
//	flows       one object per flow, by mineral, period, channel, ends and part:
//	  mineral, period, from, to, channel, part, basis
//	  claimed        what the claims alone say, S or null; claimed_bound "" (about), "floor" or "ceiling"
//	  prior          before the data, S or null
//	  estimate       with the balances closed, S; bound "floor" where it is the least that closes them; prob_positive
//	  z              how far the claimed figure moved, in standard deviations of such a move, or null
//	  vdi_local      the local test of VDI 2048, against 1.96, or null: it was not asked for, or nothing was moved
//	  least          the least that closes the balances, null for a flow that somebody claims
//	  unobserved     neither claims nor balances determine it
//	  at_zero        it is held at zero: its standard deviation is that of the active set
//	  claims         as in a cell
//	places      [{"mineral", "place", "period", "basis", "surplus"}]: the balances as the claims have them, surplus as in a cell
//	tests       null, or {"J", "df", "p", "largest", "suspects", "networks"}: largest (null where nothing can be tested) and suspects (gross
//	            errors, one after the other) are {"kind", "flow", "place", "statistic", "critical", "p", "magnitude", "equivalent"} with one of
//	            flow and place null; networks [{"mineral", "period", "J", "df", "p", "overlaps"}], J being the sum of those that do not overlap
//	            and p the probability of a larger one, with errors that networks share taken for independent
//	diagnostics null, or {"max_rhat", "min_ess_bulk", "min_ess_tail", "divergences"}
//	warnings    [{"code", "text"}]
//	origins     as above
//
// NetworkCSV writes one row per flow with the same names flattened (claimed_mean ... estimate_hi), the number of claims, and J, df and p of the
// network of its mineral and period.
//
// # CSV
//
// CSV writes one row per cell, in the order of the cells, with the names of the JSON fields flattened. An empty field is absent. Its
// columns are
//
//	scenario, mineral, place, period, basis, outflow_side,
//	Q_mean, Q_sd, Q_median, Q_lo, Q_hi for each Q of output, outflow, inflow, declared, mirrored, surplus, floor, output_gap, trade_gap, share, value_usd
//	(surplus_prob_positive and surplus_bound follow surplus_hi),
//	alternatives  "producer=median" in tonnes, joined by "; "
//	claims        the number of claims behind the row
//	warnings      their codes, joined by a space
//	level         the probability that lo and hi enclose
//
// # Mirror statistics
//
// MirrorText, MirrorMarkdown, MirrorJSON, MirrorCSV and MirrorAside write an estimate.MirrorResult. gap = importer's figure - exporter's, in
// tonnes of the basis and in US dollars free on board; a gap of a period is set against the noise of its series ("2.3x"; * where it stands
// out), and unit values against the price (! where one is marked). B stands for {"mean", "sd", "median", "lo", "hi", "bound"}, G for B with
// "prob_positive" before "bound".
//
//	schema      "mineralflows/mirror/v1"
//	scenario, seed, draws, level, lag_months
//	except      the excepted parts
//	band        [lowest, highest] ratio of a unit value to the price that is not marked
//	gaps        one object per flow and period, by mineral, kind, ends and period:
//	  mineral, kind ("flow", "exports", "imports": a place's total), from, to, period, basis
//	  tonnes      {"exporter": B, "importer": B, "gap": G, "relative": B, "without_exceptions": G}, each of them or the whole null;
//	              relative is gap / importer
//	  usd_fob     the same in current US dollars, importers' values less freight and insurance
//	  worth_usd   the gap in tonnes at the market price (B)
//	  exceptions  [{"part", "meaning", "exporter", "importer"}] in tonnes (B)
//	  noise       {"log_ratio", "floor", "other_periods", "times", "p", "stands_out"}
//	  baci_weight_exporter  weight of the exporter's figure, 0 to 1
//	  claims      as in a result, each with its mineral, period and part
//	  warnings    [{"code", "text"}]
//	series      [{"mineral", "kind", "from", "to", "basis", "periods", "floor", "rms", "mean_log", "sign_changes", "exporter", "importer", "gap",
//	            "relative"}]: sums over the periods, draw by draw (B)
//	reporters   [{"mineral", "kind", "reporter", "importer", "flows", "gehlhar_index", "distance", "std_err", "sigma"}]
//	unit_values [{"flow", "mineral", "period", "part", "reporter", "basis", "usd_per_tonne": B, "over_price": B, "fences", "group", "marks", "quantity",
//	            "money"}]; fences are [lowest, highest] ratio, group the number of unit values behind them, quantity and money claims
//	aside       [{"claim", "code", "why"}]: claims on trade in no gap
//	warnings    of the comparison and the data as a whole
//	origins     as in a result
//
// The columns of MirrorCSV are
//
//	scenario, mineral, kind, from, to, period, basis,
//	Q_mean, Q_sd, Q_median, Q_lo, Q_hi for each Q of exporter, importer, gap, relative, without, exporter_usd, importer_usd, gap_usd, relative_usd, worth_usd,
//	gap_prob_positive, gap_bound, noise_times, noise_p, baci_weight_exporter,
//	exceptions  the excepted parts, joined by "; "
//	claims      the number of claims on both sides
//	warnings    their codes, joined by a space
//	lag_months, level
package report
