"""Days that could be read with the day before the month as well, 05/02/2026, or have no time."""

import re
from typing import NamedTuple

import polars as pl

MONTH_FIRST = "%m/%d/%Y"
"""The format of a source whose files may come with the day first from elsewhere."""
PARTS = r"^\s*(\d{1,2})/(\d{1,2})/\d{4}"
MONTHS = 12


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
