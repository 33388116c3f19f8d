"""A run's tables as Prefect shows them: few rows, the most important first, values as text."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from contracts.reports.run_tables import RunChanges, RunFeeds
from flows.announcements.run_summary import RunSummary
from flows.masking import mask

ROWS_SHOWN = 200
Cell = str | int | float | bool | None
Rows = list[dict[str, Cell]]


def list_feeds(summary: RunSummary) -> Rows:
    """Every feed and table with what came of it, those with something wrong first."""
    order = [pl.col(RunFeeds.is_late), pl.col(RunFeeds.rejected_share).fill_null(0)]
    return _as_rows(summary.feeds.sort(order, descending=True, maintain_order=True))


def list_changes(summary: RunSummary) -> Rows:
    """The figures that differ from the snapshot before, the largest differences first."""
    is_of_one = summary.changes.get_column(RunChanges.org_id).n_unique() <= 1
    shown = pl.exclude(RunChanges.org_id) if is_of_one else pl.all()
    size = pl.col(RunChanges.difference).abs()
    return _as_rows(summary.changes.sort(size, descending=True, maintain_order=True).select(shown))


def list_rejects(summary: RunSummary) -> Rows:
    """How many rows of which file were rejected for which reason; of the rows nothing else."""
    return _as_rows(summary.rejects)


def say_what_is_left_out(rows: int, where: str) -> str:
    """A sentence about rows that an artifact does not show; empty where it shows all."""
    return (
        f" The first {ROWS_SHOWN:,} of {rows:,}: all are in {where}." if rows > ROWS_SHOWN else ""
    )


def _as_rows(table: pl.DataFrame) -> Rows:
    shown: Iterable[dict[str, object]] = table.head(ROWS_SHOWN).iter_rows(named=True)
    return [{name: _as_cell(value) for name, value in row.items()} for row in shown]


def _as_cell(value: object) -> Cell:
    """A value as JSON has it; amounts as text, exact and without the zeros behind.

    The name of a campaign or message may bear somebody's address ("Test for …"): it is masked.
    """
    match value:
        case None | bool() | int():
            return value
        case str():
            return mask(value)
        case float():
            return round(value, 4)
        case Decimal():
            return f"{value.normalize():f}"
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value)
