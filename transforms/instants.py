"""Instants at which reporting days begin, and lengths of time."""

import polars as pl

MICROSECONDS_PER_DAY = 86_400_000_000


def start_of_day(day: pl.Expr, timezone: str) -> pl.Expr:
    """Find the first instant, in UTC, of a day of the reporting time zone.

    A midnight that exists twice is the first; where the clocks skip midnight, the day begins an
    hour later.
    """
    midnight = day.cast(pl.Datetime("us"))
    return pl.coalesce(
        _read_local(midnight, timezone), _read_local(midnight.dt.offset_by("1h"), timezone)
    )


def microseconds(days: float) -> int:
    """Turn a length of time in days into whole microseconds."""
    return round(days * MICROSECONDS_PER_DAY)


def _read_local(local: pl.Expr, timezone: str) -> pl.Expr:
    """Read a local time as a UTC instant; null where the clocks skip it."""
    return local.dt.replace_time_zone(
        timezone, ambiguous="earliest", non_existent="null"
    ).dt.convert_time_zone("UTC")
