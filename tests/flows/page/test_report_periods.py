"""Periods are counted back from the newest day; the calendar's ends are days of data, too."""

from datetime import date

import pytest

from flows.page.report_periods import list_periods


def test_a_period_has_as_many_days_before_it() -> None:
    week = list_periods(date(2026, 3, 10))[0]
    assert (week.first, week.last) == (date(2026, 3, 4), date(2026, 3, 10))
    before = week.before()
    assert before is not None
    assert (before.first, before.last) == (date(2026, 2, 25), date(2026, 3, 3))


@pytest.mark.parametrize("newest", [date.min, date(1, 1, 20), date.max])
def test_a_day_that_stands_for_none_draws_a_page_all_the_same(newest: date) -> None:
    """Databases write 0001-01-01 and 9999-12-31 where they know no day."""
    for period in list_periods(newest)[:2]:
        assert period.first is not None
        assert period.last == newest
        assert period.before() is not None
