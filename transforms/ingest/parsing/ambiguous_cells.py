"""Days and numbers that could be read otherwise as well: 05/02/2026 and 1.234.

A day may stand before the month, or have no time; a point may group thousands.
"""

import re
from typing import NamedTuple

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import ExchangeRates
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.row_completion import TEXT_OF

MONTH_FIRST = "%m/%d/%Y"
"""The format of a source whose files may come with the day first from elsewhere."""
PARTS = r"^\s*(\d{1,2})/(\d{1,2})/\d{4}"
MONTHS = 12
GROUPED = r"^\D*[1-9]\d{0,2}\.\d{3}\D*$"
"""A number of which three digits follow the point, and at most three stand before it."""
FIRST_ROWS = 1_000
"""Where most files have shown what their points are."""


class DayOrders(NamedTuple):
    """How many days of a column could be read in either order, and how many say theirs."""

    either: int = 0
    sure: int = 0


def count_day_orders(cells: pl.Series) -> DayOrders:
    """Count the days of a column that is read with the month first.

    Args:
        cells: The text of days; what is no such text counts for neither.
    """
    parts = cells.str.extract_groups(PARTS).struct.unnest().cast(pl.Int64)
    first, second = pl.col("1"), pl.col("2")
    in_month = second <= MONTHS
    counts = parts.select(
        ((first <= MONTHS) & in_month & (first != second)).sum().alias("either"),
        (~in_month).sum().alias("sure"),
    )
    return DayOrders(*counts.row(0))


def is_day_alone(form: str | tuple[str, ...] | None) -> bool:
    """Whether stamps of a format, or of each of several, have no time of the day."""
    forms = (form,) if isinstance(form, str) else form or ("%H",)
    return not any(re.search(r"%[-_0]?[HIklMSTRrcXs+]", one) for one in forms)


class Points(NamedTuple):
    """How many cells have a point that could be either, and whether one shows what points are."""

    either: int = 0
    is_shown: bool = False


def count_points(parsed: pl.DataFrame, resolved: ResolvedMapping, *, of_counts: bool) -> Points:
    """Count the numbers that are read with a decimal point and could be a thousand times as much.

    One with another number of digits behind its point shows that no point groups them. A rate of
    currencies has three digits behind it as often as not.

    Args:
        parsed: Rows with the text of their parsed columns (`parse_rows`).
        of_counts: Only whole numbers could be so much: amounts are known to have decimal points.
    """
    if resolved.table is ExchangeRates:
        return Points()
    texts = {
        name: text
        for name, dtype in polars_schema(resolved.table).items()
        if dtype.is_numeric() and name not in resolved.mapping.units
        if (text := parsed.get_column(TEXT_OF + name)).dtype == pl.String
    }
    if any(_shows_point(text.head(FIRST_ROWS)) for text in texts.values()):
        return Points(is_shown=True)
    if any(_shows_point(text) for text in texts.values()):
        return Points(is_shown=True)
    schema = polars_schema(resolved.table)
    may_be_either = [
        text for name, text in texts.items() if schema[name] == pl.Int64 or not of_counts
    ]
    return Points(either=sum(int(text.str.contains(GROUPED).sum()) for text in may_be_either))


def _shows_point(cells: pl.Series) -> bool:
    pointed = cells.filter(cells.str.contains(".", literal=True))
    return not pointed.str.contains(GROUPED).all()
