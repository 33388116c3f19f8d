"""Orders in one currency, and which of them count."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.facts.order_facts import PricedOrders
from contracts.feeds import ExchangeRates, Orders
from tests.support.frames import frame
from transforms.attribution.orders import count_orders, find_unpriced, price_orders

AT = datetime(2026, 3, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def price(*orders: dict[str, Any]) -> pl.DataFrame:
    """Orders of contact 1, priced in dollars of New York."""
    rates = [
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 3, 1), "rate": Decimal("1.1")},
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 3, 2), "rate": Decimal("1.2")},
        {"org_id": "p", "currency": "GBP", "date_day": date(2026, 1, 1), "rate": Decimal("1.5")},
    ]
    rows = [
        {"org_id": "o", "order_id": f"A{n}", "contact_id": "1", "ordered_at": AT} | row
        for n, row in enumerate(orders)
    ]
    return price_orders(
        frame(Orders, rows), frame(ExchangeRates, rates), "USD", "America/New_York"
    ).collect()


@pytest.mark.parametrize(
    ("order", "revenue"),
    [
        ({"revenue": Decimal("10.0001"), "currency": "USD"}, Decimal("10.0001")),
        ({"revenue": Decimal("10.0001")}, Decimal("10.0001")),
        ({"revenue": Decimal("10.0015"), "currency": "EUR"}, Decimal("11.0017")),
        (
            {"revenue": Decimal(10), "currency": "eur", "ordered_at": AT.replace(day=9)},
            Decimal(12),
        ),
        ({"revenue": Decimal(10), "currency": "EUR", "ordered_at": AT.replace(month=2)}, None),
        ({"revenue": Decimal(10), "currency": "GBP"}, None),
        ({"revenue": Decimal(10), "currency": "GBP", "org_id": "p"}, Decimal(15)),
    ],
)
def test_revenue_is_at_the_rate_valid_on_the_local_day(
    order: dict[str, Any], revenue: Decimal | None
) -> None:
    """3 o'clock UTC on 2 March is 1 March in New York; a rate holds until the next."""
    result = price(order)
    assert result.schema == polars_schema(PricedOrders)
    assert result["revenue"].to_list() == [revenue]
    assert result["is_conversion"].to_list() == [revenue is not None]


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (None, True),
        ("paid", True),
        ("partially_refunded", True),
        ("Partially refunded", True),
        ("refunded", False),
        (" Cancelled ", False),
        ("canceled", False),
        ("VOIDED", False),
        ("charged-back", False),
    ],
)
def test_cancelled_and_refunded_orders_do_not_count(status: str | None, *, counts: bool) -> None:
    """The shop's words are compared trimmed and in any case."""
    result = price({"revenue": Decimal(1), "status": status})
    assert result["is_conversion"].to_list() == [counts]


def test_a_refunded_order_of_which_0_is_said_to_be_given_back_does_not_count() -> None:
    """A shop that never fills the amount writes 0.00 beside `refunded` and `charged back`."""
    result = price(
        {"revenue": Decimal(1), "status": "refunded", "refunded": Decimal(0)},
        {"revenue": Decimal(1), "status": "charged back", "refunded": Decimal(0)},
        {"revenue": Decimal(1), "status": "paid", "refunded": Decimal(0)},
    )
    assert result["is_conversion"].to_list() == [False, False, True]


ORDER = {"order_id": "100", "revenue": Decimal(100), "contact_id": "1", "anonymous_id": "d1"}
REFUND = {"order_id": "101", "refund_of": "100", "contact_id": None, "ordered_at": AT + DAY}


@pytest.mark.parametrize(
    ("order", "refund", "brought", "count"),
    [
        ({}, {"revenue": Decimal(-30)}, [100, -30], 1),
        ({}, {"revenue": Decimal(30)}, [100, -30], 1),
        ({"refunded": Decimal(25)}, {"revenue": Decimal(-10)}, [75, -10], 1),
        ({"status": "refunded"}, {"revenue": Decimal(-100)}, [100, -100], 1),
        ({"status": "refunded", "refunded": 0}, {"revenue": Decimal(-100)}, [100, -100], 1),
        ({"status": "cancelled"}, {"revenue": Decimal(-100)}, [None, None], 0),
        ({"cancelled_at": AT}, {"revenue": Decimal(-100)}, [None, None], 0),
        ({}, {"revenue": Decimal(-30), "status": "refunded"}, [100, -30], 1),
        ({}, {"revenue": Decimal(-30), "status": "failed"}, [100, None], 1),
        ({}, {"revenue": Decimal(0)}, [100, 0], 1),
    ],
)
def test_a_refund_takes_its_order_back(
    order: dict[str, Any], refund: dict[str, Any], brought: list[int | None], count: int
) -> None:
    """On its own day, with the order's contact, device and instant, and as no order."""
    result = price(ORDER | order, REFUND | refund)
    amounts = [row["revenue"] if row["is_conversion"] else None for row in result.to_dicts()]
    assert amounts == [None if amount is None else Decimal(amount) for amount in brought]
    who = result.select("contact_id", "anonymous_id", "credited_at", "date_day").rows()
    assert who == [("1", "d1", AT, date(2026, 3, 1)), ("1", "d1", AT, date(2026, 3, 2))]
    orders = result.filter("is_conversion", ~pl.col("is_refund"))
    assert orders.height == count


def test_what_was_refunded_is_taken_off_revenue() -> None:
    """At its currency's rate of the day, of whatever sign; a whole order's worth leaves 0."""
    result = price(
        {"revenue": Decimal("10.00"), "refunded": Decimal("2.50"), "currency": "EUR"},
        {"revenue": Decimal(10), "refunded": Decimal(10), "status": "refunded"},
        {"revenue": Decimal(10), "refunded": Decimal(-4)},
    )
    assert result["revenue"].to_list() == [Decimal("8.25"), Decimal(0), Decimal(6)]
    assert result["is_conversion"].to_list() == [True, True, True]


def test_a_refund_of_an_unknown_order_keeps_what_it_says() -> None:
    """And so does a row that names itself."""
    result = price(
        {"revenue": Decimal(-5), "refund_of": "unknown", "contact_id": "7"},
        {"order_id": "8", "revenue": Decimal(-6), "refund_of": "8", "contact_id": "9"},
    )
    assert result["contact_id"].to_list() == ["9", "7"]
    assert result["credited_at"].to_list() == [AT, AT]
    assert result["is_conversion"].to_list() == [True, True]


def test_an_order_of_nobody_known_counts() -> None:
    """Cash on delivery bears no name: it is an order all the same."""
    result = price({"revenue": Decimal(10), "contact_id": None})
    assert result["is_conversion"].to_list() == [True]


def test_refund_takes_revenue_and_counts_no_order() -> None:
    """A row of negative revenue."""
    priced = price({"revenue": Decimal(10)}, {"revenue": Decimal("-2.5")})
    counted = count_orders(priced.lazy(), ["org_id", "contact_id"]).collect()
    assert counted.rows() == [("o", "1", 1, Decimal("7.5"))]


def test_an_order_without_a_rate_is_one_that_gets_no_price() -> None:
    """Whatever a currency looks like, and though rates are those of an organization and a day."""
    currencies = [None, "", "USD", " usd ", "EUR", " eur", "CHF", "GBP"]
    rows = [
        {
            "org_id": org,
            "order_id": f"{org}{at:%d}{currency}",
            "ordered_at": at,
            "revenue": Decimal(1),
        }
        | {"currency": currency}
        for org in ("o", "p")
        for at in (AT, AT - 9 * DAY)
        for currency in currencies
    ]
    rates = frame(
        ExchangeRates,
        [{"org_id": "o", "currency": "Eur ", "date_day": date(2026, 3, 1), "rate": Decimal(2)}],
    )
    orders = frame(Orders, rows)
    priced = price_orders(orders, rates, "USD", "UTC").filter(pl.col("revenue").is_null())
    found = find_unpriced(orders, rates, "USD", "UTC")
    expected = {*priced.collect().get_column("order_id")}
    assert len(expected) == 14
    assert {*found.collect().get_column("order_id")} == expected
    assert found.collect_schema() == orders.collect_schema()
