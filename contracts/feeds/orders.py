"""Orders, and the rates that make their currencies one."""

from typing import Annotated

import polars as pl

from contracts.columns import Day, Instant, Money, Text, amount, column
from contracts.feeds.base import ATTRIBUTES, IDENTIFYING_EMAIL, Feed

CURRENCY_PATTERN = r"^[A-Z]{3}$"


class Orders(Feed):
    """One row per order: a conversion with revenue; one that names nobody is nobody known's."""

    order_id: Text = column("the order", key=True, required=True)
    ordered_at: Instant = column("when it was placed", required=True)
    contact_id: Text = column("who ordered", references="contacts.contact_id")
    email: Text = column(IDENTIFYING_EMAIL)
    anonymous_id: Text = column("cookie or device, where the person was not known")
    revenue: Money = column("what it brought, in `currency`", amount(), required=True)
    refunded: Money = column(
        "what of it was given back, in `currency`; taken off revenue", amount()
    )
    refund_of: Text = column(
        "the order that this row takes back, its amount being negative",
        references="orders.order_id",
    )
    cancelled_at: Instant = column("when it was cancelled; such an order brings nothing")
    currency: Text = column("currency of `revenue`; the workspace's where empty")
    status: Text = column("state of the order, in the shop's words")
    attributes: Text = column(ATTRIBUTES)


class ExchangeRates(Feed):
    """One row per currency and day: its rate into the reporting currency."""

    currency: Text = column("the currency", key=True, required=True, str_matches=CURRENCY_PATTERN)
    date_day: Day = column("from which day the rate is valid", key=True, required=True)
    rate: Annotated[pl.Decimal, 18, 8] = column(
        "one unit of `currency` in the reporting currency", required=True, gt=0
    )
    attributes: Text = column(ATTRIBUTES)
