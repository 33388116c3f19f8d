"""Orders in one currency, and which of them count, by what a shop calls their states."""

import polars as pl

from contracts.columns import Rows, columns, polars_schema
from contracts.facts.order_facts import PricedOrders, UnknownOrderStates
from contracts.feeds import ExchangeRates, Orders
from contracts.reference.order_words import CANCELLED_WORDS, REFUNDED_WORDS, SOLD_WORDS
from transforms.common.calendar import reporting_day
from transforms.common.currency import (
    convert,
    find_rates,
    find_unrated,
    normalize_currency,
    round_amounts,
)

ORG_ID, ORDER_ID, REVENUE = PricedOrders.org_id, PricedOrders.order_id, PricedOrders.revenue
HAS_REFUND, STATE = "has_refund", "state"
OF_CONTACT, OF_DEVICE, OF_INSTANT = "of_contact", "of_device", "of_instant"
OF_CONVERSION = "of_conversion"


def price_orders(
    orders: Rows[Orders], exchange_rates: Rows[ExchangeRates] | None, currency: str, timezone: str
) -> Rows[PricedOrders]:
    """Bring orders into the reporting currency and say which of them count.

    What was `refunded` is taken off an order's revenue. A row with `refund_of` takes an order back:
    its amount is negative whatever its sign in the feed, it has the contact, device and touches of
    that order, and it brings nothing where the order itself brings nothing. Of an order that no
    feed has, a refund keeps what it says itself.

    A rate is valid from its day until the next rate of its currency. Revenue is null where no rate
    is valid on the order's day: such an order is not a conversion, and is for the caller to reject.
    Rounding is half away from zero, to four decimals.

    Args:
        currency: the reporting currency; orders without a currency are in it.

    Returns:
        One row per order, in the order of its key.
    """
    dated = orders.with_columns(
        reporting_day(pl.col(Orders.ordered_at), timezone).alias(PricedOrders.date_day),
        normalize_currency(pl.col(Orders.currency)).fill_null(currency),
    )
    own = pl.col(Orders.currency) == currency
    converted = round_amounts(convert(REVENUE)).cast(polars_schema(PricedOrders)[REVENUE])
    return (
        dated.pipe(find_rates, exchange_rates, currency)
        .with_columns(_net_amount().alias(REVENUE))
        .with_columns(pl.when(own).then(pl.col(REVENUE)).otherwise(converted).alias(REVENUE))
        .pipe(_judge_orders)
        .pipe(_follow_refunds)
        .select(columns(PricedOrders))
        .sort(ORG_ID, ORDER_ID)
    )


def find_unpriced(
    orders: Rows[Orders], exchange_rates: Rows[ExchangeRates] | None, currency: str, timezone: str
) -> pl.LazyFrame:
    """Find the orders that `price_orders` cannot price: of their currency no rate is valid.

    Args:
        orders: With whatever columns besides.
        currency: the reporting currency; orders without a currency are in it.

    Returns:
        These orders, in no order.
    """
    day = reporting_day(pl.col(Orders.ordered_at), timezone).alias(PricedOrders.date_day)
    unrated = find_unrated(orders.with_columns(day), exchange_rates, currency)
    return unrated.drop(PricedOrders.date_day)


def count_orders(orders: Rows[PricedOrders], by: list[str]) -> pl.LazyFrame:
    """Count conversions and add up their revenue.

    Args:
        by: the columns of the grain, such as organization and contact.

    Returns:
        One row per grain: `orders` (refunds count none) and `revenue`.
    """
    return (
        orders.filter(pl.col(PricedOrders.is_conversion))
        .group_by(by)
        .agg(
            (~pl.col(PricedOrders.is_refund)).sum().cast(pl.Int64).alias("orders"),
            pl.col(REVENUE).sum().cast(pl.Decimal(18, 4)),
        )
        .sort(by)
    )


def _net_amount() -> pl.Expr:
    """What a row brings in its own currency; a refund's amount is negative, whatever its sign."""
    amount = pl.col(Orders.revenue)
    given_back = pl.col(Orders.refunded).abs().fill_null(0)
    return (
        pl.when(pl.col(Orders.refund_of).is_not_null())
        .then(-amount.abs())
        .otherwise(amount - given_back)
        .cast(polars_schema(Orders)[Orders.revenue])
    )


def _judge_orders(priced: pl.LazyFrame) -> pl.LazyFrame:
    """Add whether each row is a conversion, by its own words, and whether it takes revenue back."""
    taken_back = (
        priced.filter(pl.col(Orders.refund_of).is_not_null())
        .select(ORG_ID, pl.col(Orders.refund_of).alias(ORDER_ID))
        .unique()
        .with_columns(pl.lit(value=True).alias(HAS_REFUND))
    )
    has_amount = (
        pl.col(HAS_REFUND).fill_null(value=False)
        | (pl.col(Orders.refunded) != 0).fill_null(value=False)
        | pl.col(Orders.refund_of).is_not_null()
    )
    is_void = (
        pl.col(Orders.cancelled_at).is_not_null()
        | pl.col(STATE).is_in(CANCELLED_WORDS)
        | (pl.col(STATE).is_in(REFUNDED_WORDS) & ~has_amount)
    ).fill_null(value=False)
    takes_back = pl.col(Orders.refund_of).is_not_null() | (pl.col(REVENUE) < 0)
    return (
        priced.with_columns(fold_state(pl.col(Orders.status)).alias(STATE))
        .join(taken_back, on=[ORG_ID, ORDER_ID], how="left", validate="m:1")
        .with_columns(
            (pl.col(REVENUE).is_not_null() & ~is_void).alias(PricedOrders.is_conversion),
            takes_back.fill_null(value=False).alias(PricedOrders.is_refund),
            pl.col(Orders.ordered_at).alias(PricedOrders.credited_at),
        )
    )


def _follow_refunds(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Give refunds the contact, device and instant of the order that they take back."""
    is_refund = pl.col(Orders.refund_of).is_not_null()
    is_known = pl.col(OF_INSTANT).is_not_null()
    of_order = judged.filter(~is_refund).select(
        ORG_ID,
        pl.col(ORDER_ID).alias(Orders.refund_of),
        pl.col(PricedOrders.contact_id).alias(OF_CONTACT),
        pl.col(PricedOrders.anonymous_id).alias(OF_DEVICE),
        pl.col(PricedOrders.ordered_at).alias(OF_INSTANT),
        pl.col(PricedOrders.is_conversion).alias(OF_CONVERSION),
    )
    followed = (
        judged.filter(is_refund)
        .join(of_order, on=[ORG_ID, Orders.refund_of], how="left", validate="m:1")
        .with_columns(
            pl.when(is_known)
            .then(OF_CONTACT)
            .otherwise(PricedOrders.contact_id)
            .alias(PricedOrders.contact_id),
            pl.when(is_known)
            .then(OF_DEVICE)
            .otherwise(PricedOrders.anonymous_id)
            .alias(PricedOrders.anonymous_id),
            pl.coalesce(OF_INSTANT, PricedOrders.ordered_at).alias(PricedOrders.credited_at),
            pl.col(PricedOrders.is_conversion) & pl.col(OF_CONVERSION).fill_null(value=True),
        )
    )
    names = columns(PricedOrders)
    return pl.concat([judged.filter(~is_refund).select(names), followed.select(names)])


def fold_state(status: pl.Expr) -> pl.Expr:
    """A status as states are compared: in lower case, `_` between words, without a `wc` before it.

    WooCommerce's tables have it before each state.
    """
    folded = status.str.strip_chars().str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    return folded.str.strip_prefix("wc_").fill_null("")


def find_unknown_states(priced: Rows[PricedOrders]) -> Rows[UnknownOrderStates]:
    """Find the states that nobody knows to be a sale and that count as one.

    Returns:
        One row per state, the one with the most revenue first.
    """
    is_unknown = ~fold_state(pl.col(PricedOrders.status)).is_in(
        [*SOLD_WORDS, *CANCELLED_WORDS, *REFUNDED_WORDS]
    )
    brought = pl.col(PricedOrders.revenue).sum().cast(pl.Decimal(18, 4))
    return (
        priced.filter(pl.col(PricedOrders.is_conversion), is_unknown)
        .group_by(pl.col(PricedOrders.status).str.strip_chars().alias(UnknownOrderStates.state))
        .agg(
            pl.len().cast(pl.Int64).alias(UnknownOrderStates.orders),
            brought.alias(UnknownOrderStates.revenue),
        )
        .sort(UnknownOrderStates.revenue, UnknownOrderStates.state, descending=[True, False])
    )
