"""Orders in one currency, and which of them count."""

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.facts.activities import PricedOrders
from contracts.feeds import ExchangeRates, Orders
from transforms.common.calendar import reporting_day

ORDER_ROW = "order_row"
"""Number of an order that counts: `Touches.order_row`."""

VOID_STATUSES = (
    "cancelled",
    "canceled",
    "charged_back",
    "chargeback",
    "declined",
    "expired",
    "failed",
    "refunded",
    "rejected",
    "returned",
    "void",
    "voided",
)
"""Order states, in lower case with `_` between words, that bring no revenue.

A partly refunded order counts in full: the shop's own row of negative revenue corrects it.
"""


def price_orders(
    orders: pl.LazyFrame, exchange_rates: pl.LazyFrame, currency: str, timezone: str
) -> pl.LazyFrame:
    """Bring orders into the reporting currency and say which of them count.

    A rate is valid from its day until the next rate of its currency. Revenue is null where no rate
    is valid on the order's day: such an order is no conversion, and is for the caller to reject.
    Rounding is half away from zero, to four decimals.

    Args:
        orders: canonical orders, one row per order.
        exchange_rates: canonical rates, one row per currency and day.
        currency: the reporting currency; orders without a currency are in it.
        timezone: the reporting time zone.

    Returns:
        `PricedOrders`: one row per order, in the order of its key.
    """
    dated = orders.with_columns(
        reporting_day(pl.col(Orders.ordered_at), timezone).alias(PricedOrders.date_day),
        pl.col(Orders.currency).str.strip_chars().str.to_uppercase().fill_null(currency),
    )
    rates = _rates_of_days(dated, exchange_rates)
    own = pl.col(Orders.currency) == currency
    converted = (
        (pl.col(Orders.revenue).cast(pl.Decimal(38, 12)) * pl.col(ExchangeRates.rate))
        .round(4, mode="half_away_from_zero")
        .cast(polars_schema(PricedOrders)[PricedOrders.revenue])
    )
    state = (
        pl.col(Orders.status).str.strip_chars().str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    )
    is_void = state.is_in(VOID_STATUSES).fill_null(value=False)
    return (
        dated.join(
            rates,
            on=[Orders.org_id, Orders.currency, PricedOrders.date_day],
            how="left",
            validate="m:1",
        )
        .with_columns(pl.when(own).then(pl.col(Orders.revenue)).otherwise(converted))
        .with_columns(
            (pl.col(Orders.revenue).is_not_null() & ~is_void).alias(PricedOrders.is_conversion),
            (pl.col(Orders.revenue) < 0).fill_null(value=False).alias(PricedOrders.is_refund),
        )
        .select(columns(PricedOrders))
        .sort(PricedOrders.org_id, PricedOrders.order_id)
    )


def number_orders(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Number the orders that count, in the order of their key, by `order_row`.

    Args:
        orders: `PricedOrders`.
    """
    return (
        orders.filter(pl.col(PricedOrders.is_conversion))
        .sort(PricedOrders.org_id, PricedOrders.order_id)
        .with_row_index(ORDER_ROW)
    )


def count_orders(orders: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """Count conversions and add up their revenue.

    Args:
        orders: `PricedOrders`.
        by: the columns of the grain, such as organization and contact.

    Returns:
        One row per grain: `orders` (refunds count none) and `revenue`.
    """
    return (
        orders.filter(pl.col(PricedOrders.is_conversion))
        .group_by(by)
        .agg(
            (~pl.col(PricedOrders.is_refund)).sum().cast(pl.Int64).alias("orders"),
            pl.col(PricedOrders.revenue).sum().cast(pl.Decimal(18, 4)),
        )
        .sort(by)
    )


def _rates_of_days(dated: pl.LazyFrame, exchange_rates: pl.LazyFrame) -> pl.LazyFrame:
    """One row per organization, currency and day of an order, with the rate valid on it."""
    grain = [Orders.org_id, Orders.currency]
    return (
        dated.select(*grain, PricedOrders.date_day)
        .unique()
        .sort(PricedOrders.date_day)
        .join_asof(
            exchange_rates.select(*grain, ExchangeRates.date_day, pl.col(ExchangeRates.rate)).sort(
                ExchangeRates.date_day
            ),
            on=ExchangeRates.date_day,
            by=grain,
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(pl.col(ExchangeRates.rate).cast(pl.Decimal(38, 12)))
    )
