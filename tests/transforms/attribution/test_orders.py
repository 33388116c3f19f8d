"""Orders in one currency, and which of them count."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.facts.activities import PricedOrders
from contracts.feeds import ExchangeRates, Orders
from tests.support.frames import frame
from transforms.attribution.orders import count_orders, price_orders

AT = datetime(2026, 3, 2, 3, tzinfo=UTC)


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
        ({"revenue": Decimal("10.0005"), "currency": "EUR"}, Decimal("11.0006")),
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


def test_refund_takes_revenue_and_counts_no_order() -> None:
    """A row of negative revenue."""
    priced = price({"revenue": Decimal(10)}, {"revenue": Decimal("-2.5")})
    counted = count_orders(priced.lazy(), ["org_id", "contact_id"]).collect()
    assert counted.rows() == [("o", "1", 1, Decimal("7.5"))]
