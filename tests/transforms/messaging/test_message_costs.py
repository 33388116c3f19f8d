"""What messages cost, in the reporting currency."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.feeds import ExchangeRates, Messages
from transforms.messaging.message_costs import price_messages

RATES = pl.LazyFrame(
    [
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 7, 1), "rate": Decimal("1.1")},
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 7, 9), "rate": Decimal("1.2")},
    ],
    schema=polars_schema(ExchangeRates),
)


@pytest.mark.parametrize(
    ("currency", "send_date", "expected"),
    [
        (None, None, "10.0000"),
        ("USD", date(2026, 7, 5), "10.0000"),
        ("EUR", date(2026, 7, 5), "11.0000"),
        ("eur ", date(2026, 7, 9), "12.0000"),
        ("EUR", date(2026, 6, 30), None),
        ("GBP", date(2026, 7, 5), None),
    ],
)
def test_a_cost_is_priced_on_the_day_it_goes_out(
    currency: str | None, send_date: date | None, expected: str | None
) -> None:
    message = {
        "org_id": "o",
        "message_id": "m",
        "name": "m",
        "cost": Decimal(10),
        "currency": currency,
        "send_date": send_date,
    }
    messages = pl.LazyFrame([message], schema=polars_schema(Messages))
    priced = price_messages(messages, RATES, "USD").collect().get_column("cost").item()
    assert priced == (None if expected is None else Decimal(expected))
