"""The rate of an amount: the latest of its currency at or before its day."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.feeds import AdStats, ExchangeRates
from tests.support.frames import frame
from transforms.common.currency import RATE, find_rates

QUOTED = frame(
    ExchangeRates,
    [
        {"org_id": "o", "currency": "eur ", "date_day": date(2026, 3, 1), "rate": Decimal("1.1")},
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 3, 9), "rate": Decimal("1.2")},
    ],
)


@pytest.mark.parametrize(
    ("org_id", "currency", "day", "rate"),
    [
        ("o", "USD", 1, "1"),
        ("o", None, 1, "1"),
        ("o", " Eur", 8, "1.1"),
        ("o", "EUR", 9, "1.2"),
        ("o", "EUR", 31, "1.2"),
        ("o", "GBP", 9, None),
        ("p", "EUR", 9, None),
    ],
)
def test_the_latest_rate_at_or_before_the_day(
    org_id: str, currency: str | None, day: int, rate: str | None
) -> None:
    row = {"org_id": org_id, "currency": currency, "date_day": date(2026, 3, day)}
    found = find_rates(frame(AdStats, [row]), QUOTED, "USD").collect()
    assert found[RATE].to_list() == [rate and Decimal(rate)]


def test_before_its_first_day_a_currency_has_no_rate() -> None:
    row = {"org_id": "o", "currency": "EUR", "date_day": date(2026, 2, 28)}
    assert find_rates(frame(AdStats, [row]), QUOTED, "USD").collect()[RATE].to_list() == [None]


def test_without_rates_only_the_reporting_currency_has_one() -> None:
    rows = [{"org_id": "o", "currency": code} for code in ("EUR", "usd", None)]
    found = find_rates(frame(AdStats, rows), None, "USD").collect()
    assert found[RATE].to_list() == [None, 1, 1]
