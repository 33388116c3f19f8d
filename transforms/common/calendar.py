"""The reporting day of an instant."""

import polars as pl


def reporting_day(instant: pl.Expr, timezone: str) -> pl.Expr:
    """The date of a UTC instant in the reporting time zone."""
    if timezone == "UTC":
        return instant.dt.date()
    return instant.dt.convert_time_zone(timezone).dt.date()
