"""Sums of a table's figures by the day, read once for the headlines and charts of all periods."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from flows.page.figures import RATE, Cell, figure, plain
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import DAY, SnapshotTables
from flows.page.views import Headline
from transforms.common.rates import divide_numbers, sum_known

Ratios = Mapping[str, tuple[str, str, str]]
"""Title -> the column above, the column below, and how the ratio is written."""


@dataclass(frozen=True)
class DaySums:
    """Sums of a table by its days, where it has days.

    Attributes:
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


def parts_of_ratio(title: str) -> tuple[str, str]:
    """What sums call the two figures of a ratio, over the rows that have both (`sum_ratios`)."""
    return f"{title}, above", f"{title}, below"


def sum_ratios(ratios: Ratios, given: Collection[str]) -> list[pl.Expr]:
    """Sums of what ratios divide, over the rows that have both.

    Revenue of days of which no spend is known is not divided by the spend of others.

    Args:
        given: The columns of the rows; of rows that are such sums, these are added up.
    """
    sums: list[pl.Expr] = []
    for title, (*parts, _) in ratios.items():
        names, both = parts_of_ratio(title), pl.all_horizontal(pl.col(parts).is_not_null())
        if {*names} <= {*given}:
            sums += sum_known(names)
        elif {*parts} <= {*given}:
            sums += [
                pl.when(both.any()).then(pl.col(part).filter(both).sum()).alias(name)
                for part, name in zip(parts, names, strict=True)
            ]
    return sums


def make_headlines(
    days: DaySums, titles: Mapping[str, str], period: ReportPeriod, ratios: Ratios
) -> tuple[Headline, ...]:
    """Make headline figures: sums over all rows of a period, beside the period before.

    Args:
        ratios: Ratios of sums over the rows that have both: revenue is not divided by the spend of
            other platforms.
    """
    table, summed = days.table, list(titles)
    before = period.before()
    now = days.sum(summed, period)
    if before and not _reaches(days, before):
        before = None
    then = days.sum(summed, before) if before else {}
    headlines = [
        Headline(
            titles[name],
            figure(table, period.key(), name, now[name]),
            figure(table, before.key(), name, then[name]) if before else None,
            _change(now[name], then.get(name)),
        )
        for name in titles
        if now.get(name) is not None
    ]
    for title, (above, below, kind) in ratios.items():
        value = _divide(days, above, below, period)
        if value is not None:
            old = _divide(days, above, below, before) if before else None
            headlines.append(
                Headline(title, plain(value, kind), plain(old, kind) if before else None)
            )
    return tuple(headlines)


def _divide(days: DaySums, above: str, below: str, period: ReportPeriod) -> float | None:
    sums = days.knowing(above, below).sum([above, below], period)
    return divide_numbers(sums.get(above), sums.get(below))


def _reaches(days: DaySums, period: ReportPeriod) -> bool:
    """Whether the figures of a table begin early enough to tell the whole of a period."""
    first: Any = days.rows[DAY].min()
    return first is not None and period.first is not None and first <= period.first


def _change(now: Any, then: Any) -> Cell | None:
    difference = divide_numbers(now, then)
    if difference is None:
        return None
    cell = plain(difference - 1, RATE)
    sign = "+" if difference > 1 else ""
    return Cell(f"{sign}{cell.text}", cell.kind, cell.value)
