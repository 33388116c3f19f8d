"""The rate of an amount: the latest of its currency at or before its day."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from contracts.feeds import AdAccounts, AdStats, ExchangeRates
from tests.support.frames import frame
from transforms.common.currency import RATE, fill_currency, find_rates

QUOTED = frame(
    ExchangeRates,
    [
        {"org_id": "o", "currency": "eur ", "date_day": date(2026, 3, 1), "rate": Decimal("1.1")},
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 3, 9), "rate": Decimal("1.2")},
        {"org_id": "o", "currency": "eur", "date_day": date(2026, 3, 9), "rate": Decimal("1.15")},
        {"org_id": "o", "currency": "USD", "date_day": date(2026, 3, 1), "rate": Decimal("0.9")},
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
    """Of two on one day the higher; the reporting currency's own is one, whatever is quoted."""
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


def test_stats_without_a_currency_have_that_of_their_account_where_it_has_a_rate() -> None:
    """Account 1 is billed in euros since the 2nd, account 2 in pounds; nobody knows account 3."""
    key = {"org_id": "o", "platform": "google_ads"}
    accounts = [
        {**key, "account_id": account, "currency": code}
        | {"updated_at": datetime(2026, 1, day, tzinfo=UTC)}
        for account, code, day in (("1", "USD", 1), ("1", " EUR", 2), ("2", "GBP", 1))
    ]
    rows = [
        {**key, "account_id": account, "currency": code, "date_day": date(2026, 3, 9)}
        for account, code in (("1", None), ("2", None), ("3", None), ("2", " sek"))
    ]
    filled = fill_currency(frame(AdStats, rows), frame(AdAccounts, accounts), QUOTED, "USD")
    found = filled.select("account_id", "currency").sort(pl.all()).collect()
    assert found.rows() == [("1", "EUR"), ("2", "SEK"), ("2", "USD"), ("3", "USD")]
