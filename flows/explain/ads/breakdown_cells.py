"""Figures of `ads/breakdown_report`: an entity's stats by keyword, place, device."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.facts.ads.ad_stats import PlacedStats, StatsRates
from contracts.reports.ads import BreakdownReport
from flows.catalog.exchange_rates import rates_of
from flows.explain.ads.level_cells import NO_METRIC, explain_ratio
from flows.explain.ads.stats_rows import (
    OF_PLATFORM,
    STATS,
    AdStatsRows,
    are_of,
    list_stats_left_out,
    of_table,
    scan_labelled,
)
from flows.explain.cells import AskedCell
from flows.explain.explanation import (
    NOTHING,
    Explanation,
    Operand,
    absorb_rounding,
    add_up,
    count_rows,
)
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import scan_given
from transforms.ads.daily_stats import OF_RATE, find_stats_rates
from transforms.ads.levels import DAY, PARENTS
from transforms.ads.ratios import STATS_RATIOS, THOUSANDS
from transforms.ads.speakers import adds_to
from transforms.common.currency import AMOUNTS, convert, round_amounts
from transforms.common.rates import divide_numbers
from transforms.common.shared_texts import write_out_texts
from transforms.explain.row_places import ROW_PLACE
from transforms.reports.ad_breakdowns import GRAIN, name_breakdowns

B = BreakdownReport
TABLE = "ad_breakdowns"
ENTITY_SPEND = "entity_spend"


@dataclass(frozen=True)
class BreakdownCells:
    """Explains `ads/breakdown_report`."""

    rows: AdStatsRows

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be."""
        if cell.column in STATS_RATIOS:
            names = STATS_RATIOS[cell.column]
            parts = [self._explain_sum(cell, name) for name in names]
            return explain_ratio(cell, names, parts, THOUSANDS.get(cell.column, 1))
        if cell.column == B.spend_share:
            return self._explain_share(cell)
        return self._explain_sum(cell, cell.column)

    def _explain_sum(self, cell: AskedCell, column: str) -> Explanation:
        row = cell.row
        words = f"the sum of {column} of the rows of this entity, kind and value"
        left_out = list_stats_left_out(
            self.rows.run, TABLE, row, [*OF_PLATFORM, *PARENTS, B.kind, B.value]
        )
        if row[column] is None:
            return Explanation(f"{words}: {NO_METRIC}", excluded=left_out)
        found = self._find_rows(row).filter(pl.col(column).is_not_null())
        why = pl.lit("a row of this entity, kind and value")
        rows = count_rows(found, TABLE, pl.col(column), why)
        if column in AMOUNTS:
            rows = absorb_rounding(rows, row[column])
        return Explanation(words, rows, excluded=left_out)

    def _explain_share(self, cell: AskedCell) -> Explanation:
        part = self._explain_sum(cell, B.spend)
        row = cell.row
        spent = self._list_entity_spend(row)
        total = add_up(spent) if spent.height else None
        operands = (Operand(B.spend, row[B.spend], part.rows), Operand(ENTITY_SPEND, total, spent))
        return Explanation(
            "spend / the spend of the entity on that day, by the feed that speaks for it",
            operands=operands,
            excluded=part.excluded,
            expected=divide_numbers(row[B.spend], total),
        )

    def _find_rows(self, row: Mapping[str, Any]) -> pl.LazyFrame:
        """The rows of breakdowns of a report's row, amounts in the reporting currency."""
        placed = self.rows.place(row)
        currency = self.rows.run.config.workspace.currency
        given = scan_labelled(placed.catalog, TABLE).filter(pl.col(DAY) == row[DAY])
        named = name_breakdowns(given, placed.versions, (ROW_PLACE,)).collect().lazy()
        accounts = scan_given(placed.catalog, "ad_accounts")
        rates = find_stats_rates(named, accounts, rates_of(placed.catalog), currency)
        priced = named.join(
            materialize(rates, StatsRates), on=OF_RATE, how="left", nulls_equal=True, validate="m:1"
        ).with_columns(round_amounts(convert(AMOUNTS, StatsRates.rate)))
        return priced.pipe(write_out_texts).filter(*are_of(row, GRAIN))

    def _list_entity_spend(self, row: Mapping[str, Any]) -> pl.DataFrame:
        """The stats of the finest entity that a row of breakdowns names."""
        rank = max((n for n, by in enumerate(PARENTS) if row[by] is not None), default=None)
        if rank is None:
            return NOTHING
        stats = self.rows.place(row).stats.filter(adds_to(rank), of_table() == STATS)
        own = write_out_texts(stats).filter(*are_of(row, [*OF_PLATFORM, PARENTS[rank]]))
        why = pl.lit("stats that speak for the entity on that day")
        return count_rows(own, STATS, pl.col(PlacedStats.spend), why)
