"""Instants and reporting days: the day of an instant, the first instant of a day, lengths.

Some systems write the calendar's first or last day where they know none. A zone that would shift
such an instant out of the years 1 to 9999 leaves it on that day.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

MICROSECONDS_PER_DAY = 86_400_000_000


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


def start_of_day(day: pl.Expr, timezone: str) -> pl.Expr:
    """Find the first instant, in UTC, of a day of the reporting time zone.

    A midnight that exists twice is the first; where the clocks skip midnight, the day begins an
    hour later.
    """
    midnight = day.cast(pl.Datetime("us"))
    return pl.coalesce(
        _read_local(midnight, timezone), _read_local(midnight.dt.offset_by("1h"), timezone)
    )


def last_instant_before(day: pl.Expr, timezone: str) -> pl.Expr:
    """Find the last instant, in UTC, before a day of the reporting time zone."""
    return start_of_day(day, timezone) - pl.duration(microseconds=1)


def microseconds(days: float) -> int:
    """Turn a length of time in days into whole microseconds."""
    return round(days * MICROSECONDS_PER_DAY)


def in_days(length: pl.Expr) -> pl.Expr:
    """Turn a length of time into days, whole ones and the rest apart.

    Polars multiplies by the inverse of a constant where a column has several rows, and divides
    where it has one: this gives one answer, however rows are cut, and whole days exactly.
    """
    whole = length.dt.total_microseconds()
    rest = (whole % MICROSECONDS_PER_DAY) * (1 / MICROSECONDS_PER_DAY)
    return whole // MICROSECONDS_PER_DAY + rest


def _read_local(local: pl.Expr, timezone: str) -> pl.Expr:
    """Read a local time as a UTC instant; null where the clocks skip it."""
    return local.dt.replace_time_zone(
        timezone, ambiguous="earliest", non_existent="null"
    ).dt.convert_time_zone("UTC")
