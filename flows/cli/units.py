"""Figures of a table as people read them on a terminal: in units, and days as a line."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import polars as pl

from flows.errors import CampaignReportsError
from flows.page.figures import COUNT, MONEY, RATE, kind_of
from flows.page.report_periods import days_before
from flows.page.snapshot_tables import DAY

BARS = "▁▂▃▄▅▆▇█"
MOST_DAYS = 60
"""How many days a line shows at most, the last ones."""
MOST_LINES = 3
SMALL = 1
"""Below this amounts show four decimals."""
Figure = int | float | Decimal


def find_currency(workspace: Path) -> str:
    """The currency of a workspace's reports; empty where its configuration cannot be read.

    What reads configurations is slow to import, and imported here alone.
    """
    try:
        loading = import_module("flows.config.loading")
        return loading.load_workspace(workspace).config.workspace.currency
    except CampaignReportsError:
        return ""


def in_units(currency: str) -> Callable[[str, object], str | None]:
    """What writes a column's figure in its unit, and leaves what is not a figure alone (None)."""

    def write(column: str, value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        kind = kind_of(column, value)
        if kind == COUNT:
            return f"{value:,}"
        if kind == RATE:
            return f"{float(value) * 100:.1f} %"
        if kind == MONEY:
            is_small = value != 0 and abs(value) < SMALL
            return f"{value:,.{4 if is_small else 2}f} {currency}".rstrip()
        if value == int(value):
            return f"{int(value):,}"
        return f"{value:,.{4 if abs(value) < SMALL else 2}f}"

    return write


def draw_days(rows: pl.LazyFrame, columns: Sequence[str]) -> list[str]:
    """Draw the sums of the first columns that have any, one line each, over the last days.

    Returns:
        As `sends  2026-01-05 ▁▃█ 2026-01-07`; none for a single day.
    """
    sums = (
        rows.filter(pl.col(DAY).is_not_null())
        .group_by(DAY)
        .agg(pl.col(columns).sum())
        .sort(DAY)
        .collect()
    )
    if sums.height < 2:  # noqa: PLR2004 - one day is not a line
        return []
    last: date = sums[DAY][-1]
    first: date = max(sums[DAY][0], days_before(last, MOST_DAYS - 1))
    shown = [name for name in columns if sums[name].max() or 0][:MOST_LINES]
    margin = max(map(len, shown), default=0)
    return [
        f"{name:<{margin}}  {first} {_draw(dict(sums.select(DAY, name).iter_rows()), first, last)}"
        f" {last}"
        for name in shown
    ]


def _draw(values: Mapping[date, Figure], first: date, last: date) -> str:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    shown = [max(float(values.get(day) or 0), 0.0) for day in days]
    top = max(shown) or 1.0
    return "".join(BARS[round(value / top * (len(BARS) - 1))] for value in shown)
