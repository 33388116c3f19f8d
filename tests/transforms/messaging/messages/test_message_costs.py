"""What messages cost, in the reporting currency."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.feeds import Campaigns, Dispatches, ExchangeRates, Messages
from transforms.messaging.messages.message_costs import price_messages, rate_messages

RATES = pl.LazyFrame(
    [
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 7, 1), "rate": Decimal("1.1")},
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 7, 9), "rate": Decimal("1.2")},
    ],
    schema=polars_schema(ExchangeRates),
)


NEW_YORK = "America/New_York"
LATE = datetime(2026, 7, 9, 2, tzinfo=UTC)
"""The evening of 8 July in New York."""


def price(
    message: dict[str, object],
    dispatch: dict[str, object] | None = None,
    campaign: dict[str, object] | None = None,
    timezone: str = "UTC",
) -> Decimal | None:
    """What a message of dispatch d and of campaign k costs that costs 10."""
    of_message = {"org_id": "o", "message_id": "m", "name": "m", "cost": Decimal(10)}
    of_dispatch = {"org_id": "o", "dispatch_id": "d", "name": "d"}
    of_campaign = {"org_id": "o", "campaign_id": "k", "name": "k"}
    return (
        rate_messages(
            pl.LazyFrame([of_message | message], schema=polars_schema(Messages)),
            pl.LazyFrame([of_dispatch | (dispatch or {})], schema=polars_schema(Dispatches)),
            pl.LazyFrame([of_campaign | (campaign or {})], schema=polars_schema(Campaigns)),
            RATES,
            "USD",
            timezone,
        )
        .pipe(price_messages)
        .collect()
        .get_column("cost")
        .item()
    )


@pytest.mark.parametrize(
    ("currency", "send_date", "expected"),
    [
        (None, None, "10.0000"),
        ("USD", date(2026, 7, 5), "10.0000"),
        ("EUR", date(2026, 7, 5), "11.0000"),
        ("eur ", date(2026, 7, 9), "12.0000"),
        ("EUR", date(2026, 6, 30), None),
        ("EUR", None, None),
        ("GBP", date(2026, 7, 5), None),
    ],
)
def test_a_cost_is_priced_on_the_day_it_goes_out(
    currency: str | None, send_date: date | None, expected: str | None
) -> None:
    priced = price({"currency": currency, "send_date": send_date})
    assert priced == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("message", "dispatch", "campaign", "expected"),
    [
        ({"start_at": LATE}, {}, {}, "11.0000"),
        ({"dispatch_id": "d"}, {"dispatched_at": LATE}, {}, "11.0000"),
        ({"dispatch_id": "d"}, {"attribution_start_date": date(2026, 7, 9)}, {}, "12.0000"),
        ({"campaign_id": "k"}, {}, {"sent_at": LATE}, "11.0000"),
        ({"dispatch_id": "d"}, {"campaign_id": "k"}, {"sent_at": LATE}, "11.0000"),
        (
            {"dispatch_id": "d", "send_date": date(2026, 7, 9)},
            {"dispatched_at": LATE},
            {},
            "12.0000",
        ),
        (
            {"dispatch_id": "d", "created_at": datetime(2026, 6, 1, tzinfo=UTC)},
            {"dispatched_at": LATE},
            {},
            "11.0000",
        ),
        ({"created_at": LATE}, {"dispatched_at": LATE}, {"sent_at": LATE}, "11.0000"),
        ({"dispatch_id": "other"}, {"dispatched_at": LATE}, {"sent_at": LATE}, None),
    ],
)
def test_the_day_is_the_messages_own_its_dispatchs_or_its_campaigns(
    message: dict[str, object],
    dispatch: dict[str, object],
    campaign: dict[str, object],
    expected: str | None,
) -> None:
    priced = price({"currency": "EUR"} | message, dispatch, campaign, NEW_YORK)
    assert priced == (None if expected is None else Decimal(expected))
