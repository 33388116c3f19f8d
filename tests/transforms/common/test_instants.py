"""When days begin."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from transforms.common.calendar import start_of_day


@pytest.mark.parametrize(
    ("day", "timezone", "start"),
    [
        (date(2026, 1, 1), "UTC", datetime(2026, 1, 1, tzinfo=UTC)),
        (date(2026, 1, 1), "America/New_York", datetime(2026, 1, 1, 5, tzinfo=UTC)),
        (date(2026, 7, 1), "Asia/Kolkata", datetime(2026, 6, 30, 18, 30, tzinfo=UTC)),
        # The clocks skipped midnight, so the day began at one o'clock.
        (date(2018, 11, 4), "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # Midnight came twice, and the first one counts.
        (date(2018, 11, 4), "America/Havana", datetime(2018, 11, 4, 4, tzinfo=UTC)),
        (None, "UTC", None),
    ],
)
def test_day_begins_at_its_first_instant(
    day: date | None, timezone: str, start: datetime | None
) -> None:
    frame = pl.DataFrame({"day": [day]}, {"day": pl.Date})
    assert frame.select(start_of_day(pl.col("day"), timezone)).item() == start
