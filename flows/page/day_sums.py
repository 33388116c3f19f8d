"""Sums of a table's figures by the day, read once for the headlines and charts of all periods."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import DAY, SnapshotTables
from transforms.common.rates import sum_known

Ratios = Mapping[str, tuple[str, str, str]]
"""Title -> the column above, the column below, and how the ratio is written."""


@dataclass(frozen=True)
class DaySums:
    """Sums of a table by its days, where it has days.

    Attributes:
        table: `group/table`.
        rows: One row per day and, where asked for, group.
    """

    table: str
    rows: pl.DataFrame

    def of(self, period: ReportPeriod) -> pl.DataFrame:
        """The rows of a period."""
        return self.rows.filter(period.condition())

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return column in self.rows.columns

    def knowing(self, *columns: str) -> "DaySums":
        """The rows that have a value of each of these columns."""
        given = [name for name in columns if self.has(name)]
        return replace(self, rows=self.rows.drop_nulls(given) if given else self.rows)

    def sum(self, columns: Iterable[str], period: ReportPeriod) -> dict[str, Any]:
        """The sums over a period; None where no row has a value."""
        known = sum_known(name for name in dict.fromkeys(columns) if self.has(name))
        return self.of(period).select(known).row(0, named=True) if known else {}


def read_day_sums(
    published: SnapshotTables, table: str, columns: Collection[str], by: Collection[str] = ()
) -> DaySums:
    """Sum figures of a table by the day.

    Args:
        table: `group/table`.
        columns: The figures; those that the table does not have are left out.
        by: The columns that tell groups apart.
    """
    given = published.columns(table)
    keys = [*([DAY] if DAY in given else []), *by]
    sums = sum_known(name for name in dict.fromkeys(columns) if name in given)
    rows = published.scan(table)
    if not keys:
        return DaySums(table, rows.select(sums).collect(engine="streaming"))
    summed = rows.group_by(keys).agg(sums).collect(engine="streaming")
    return DaySums(table, summed.sort(keys))


def parts_of(ratios: Ratios) -> list[str]:
    """The columns above and below of ratios."""
    return [name for above, below, _ in ratios.values() for name in (above, below)]
