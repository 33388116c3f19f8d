"""Headline figures: sums over all rows of a period, beside the period before."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.page.figures import RATE, Cell, divide, figure, plain
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import DAY, SnapshotTables
from flows.page.tables import Ratios, sum_known
from flows.page.views import Headline


def make_headlines(
    published: SnapshotTables,
    table: str,
    titles: Mapping[str, str],
    period: ReportPeriod,
    ratios: Ratios,
) -> tuple[Headline, ...]:
    """Make headline figures: sums over all rows of a period, beside the period before.

    Args:
        published: The snapshot.
        table: `group/table`.
        titles: Columns -> titles.
        period: The days that are summed.
        ratios: Ratios of those sums.
    """
    given = published.columns(table)
    known = [name for name in titles if name in given]
    before = period.before()
    now = _sum_rows(published, table, given, titles, ratios, period)
    if before and not _reaches(published, table, before):
        before = None
    then = _sum_rows(published, table, given, titles, ratios, before) if before else {}
    headlines = [
        Headline(
            titles[name],
            figure(table, period.key(), name, now[name]),
            figure(table, before.key(), name, then[name]) if before else None,
            _change(now[name], then.get(name)),
        )
        for name in known
        if now[name] is not None
    ]
    for title, (above, below, kind) in ratios.items():
        value = divide(now.get(above), now.get(below))
        if value is not None:
            old = divide(then.get(above), then.get(below))
            headlines.append(
                Headline(title, plain(value, kind), plain(old, kind) if before else None)
            )
    return tuple(headlines)


def _reaches(published: SnapshotTables, table: str, period: ReportPeriod) -> bool:
    """Whether the figures of a table begin early enough to tell the whole of a period."""
    first = published.scan(table).select(pl.col(DAY).min()).collect().item()
    return first is not None and period.first is not None and first <= period.first


def _sum_rows(
    published: SnapshotTables,
    table: str,
    given: Sequence[str],
    titles: Mapping[str, str],
    ratios: Ratios,
    period: ReportPeriod,
) -> dict[str, Any]:
    names = [*titles, *(name for above, below, _ in ratios.values() for name in (above, below))]
    sums = [sum_known(name) for name in dict.fromkeys(names) if name in given]
    return (
        published.scan(table).filter(period.condition()).select(sums).collect().row(0, named=True)
    )


def _change(now: Any, then: Any) -> Cell | None:
    difference = divide(now, then)
    if difference is None:
        return None
    cell = plain(difference - 1, RATE)
    sign = "+" if difference > 1 else ""
    return Cell(f"{sign}{cell.text}", cell.kind, cell.value)
