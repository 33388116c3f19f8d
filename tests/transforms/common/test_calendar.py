"""The reporting day of an instant, at the ends of the calendar too."""

from datetime import date, datetime

import polars as pl
import pytest

from transforms.common.calendar import find_day, reporting_day


@pytest.mark.parametrize(
    ("at", "timezone", "day"),
    [
        ("2026-03-01T04:59:59Z", "America/New_York", date(2026, 2, 28)),
        ("2026-03-01T05:00:00Z", "America/New_York", date(2026, 3, 1)),
        ("2026-03-01T00:00:00Z", "UTC", date(2026, 3, 1)),
        ("0001-01-01T00:00:00Z", "America/New_York", date.min),
        ("0001-01-01T00:00:00Z", "Asia/Tokyo", date.min),
        ("9999-12-31T23:59:59Z", "America/New_York", date.max),
        ("9999-12-31T23:59:59Z", "Asia/Tokyo", date.max),
    ],
)
def test_a_day_is_that_of_the_zone_and_in_the_calendar(at: str, timezone: str, day: date) -> None:
    instants = pl.Series([datetime.fromisoformat(at)], dtype=pl.Datetime("us", "UTC"))
    found = pl.LazyFrame({"at": instants}).select(reporting_day(pl.col("at"), timezone))
    assert found.collect().item() == day
    assert find_day(at, timezone) == day


def test_a_day_without_a_time_is_that_day() -> None:
    assert find_day("2026-03-01", "Asia/Tokyo") == date(2026, 3, 1)
