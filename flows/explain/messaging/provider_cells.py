"""Figures of providers' own summaries, and our own counts beside them."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import MessageStats
from contracts.reports.messaging import ProviderReport
from flows.catalog.exchange_rates import rates_of
from flows.explain.cells import AskedCell
from flows.explain.explanation import Explanation, Operand, count_rows, explain_quotient
from flows.explain.left_out import list_left_out
from flows.explain.messaging.send_figures import WORDS, SendFigures
from flows.explain.messaging.send_scopes import DAY, SendScope
from flows.explain.narrowed_tables import scan_placed
from transforms.common.rates import FORMULAS
from transforms.reports.provider_stats import COUNTED, price_stats

STATS = "message_stats"
OWN = {column: count for count, column in COUNTED.items()}
"""Column of a count of ours -> the count."""
P = ProviderReport
IDS = [P.org_id, P.message_id, P.date_day]


@dataclass(frozen=True)
class ProviderCells:
    """Explains the channels' `provider_report`."""

    sends: SendFigures

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be: from the provider's row, or from our own sends beside it."""
        column = cell.column
        if column in FORMULAS:
            parts = [
                Operand(name, cell.row[name], self._list_summaries(cell, name))
                for name in FORMULAS[column]
            ]
            return explain_quotient(parts, self._list_versions(cell))
        if column in OWN:
            return self._count_own(cell, OWN[column])
        words = f"{column} as the provider's own summary of the message says it"
        if column == P.revenue:
            words += ", in the reporting currency"
        rows = self._list_summaries(cell, column)
        return Explanation(words, rows, excluded=self._list_versions(cell))

    def _count_own(self, cell: AskedCell, count: str) -> Explanation:
        """Our own count of the same message, on the same day or at all."""
        ids = {name: cell.row[name] for name in (P.org_id, P.message_id)}
        day = cell.row[P.date_day]
        scope = SendScope(ids, [cell.group], day={} if day is None else {DAY: day})
        words = f"our own count: {WORDS.get(count, f'the number of {count}')}"
        if cell.value is None:
            return Explanation(f"{words}; no feed of sends or events tells of the message then")
        rows = self.sends.list_rows(scope, count, cell.value)
        return Explanation(words, rows, excluded=self.sends.list_left_out(scope, count))

    @cached_property
    def _summaries(self) -> pl.LazyFrame:
        """Canonical `message_stats`, revenue in the reporting currency, with `row_place`."""
        catalog, currency = self.sends.run.catalog, self.sends.run.config.workspace.currency
        stats = scan_placed(catalog, STATS)
        return price_stats(stats, rates_of(catalog), currency).collect().lazy()

    def _list_summaries(self, cell: AskedCell, column: str) -> pl.DataFrame:
        own = self._summaries.filter(pl.col(column).is_not_null(), *_are_of(cell))
        why = pl.lit("the provider's own summary of the message")
        return count_rows(own, STATS, pl.col(column), why)

    def _list_versions(self, cell: AskedCell) -> pl.DataFrame:
        """Summaries of the same message and day that others put out of count."""
        day = cell.row[P.date_day]
        return list_left_out(
            self.sends.run,
            STATS,
            lambda rows: rows.filter(*_are_of(cell)),
            {str(cell.row[P.message_id])},
            "" if day is None else str(day),
        )


def _are_of(cell: AskedCell) -> list[pl.Expr]:
    types = polars_schema(ProviderReport)
    return [
        pl.col(MessageStats.channel) == cell.group,
        *(pl.col(name).eq_missing(pl.lit(cell.row[name], types[name])) for name in IDS),
    ]
