"""Headline figures: sums over all rows of a period, beside the period before."""

from collections.abc import Mapping
from typing import Any

from flows.page.day_sums import DaySums, Ratios
from flows.page.figures import RATE, Cell, figure, plain
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import DAY
from flows.page.views import Headline
from transforms.common.rates import divide_numbers


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
