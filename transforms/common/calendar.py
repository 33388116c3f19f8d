"""The reporting day of an instant.

Some systems write the calendar's first or last day where they know none. A zone that would shift
such an instant out of the years 1 to 9999 leaves it on that day.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl


def reporting_day(instant: pl.Expr, timezone: str) -> pl.Expr:
    """The date of a UTC instant in the reporting time zone."""
    if timezone == "UTC":
        return instant.dt.date()
    return instant.dt.convert_time_zone(timezone).dt.date().clip(date.min, date.max)


def find_day(at: str, timezone: str) -> date:
    """The reporting day of a day or an instant in ISO 8601, as `reporting_day` gives it."""
    if "T" not in at:
        return date.fromisoformat(at)
    instant = datetime.fromisoformat(at)
    try:
        return instant.astimezone(ZoneInfo(timezone)).date()
    except OverflowError:
        return instant.date()
