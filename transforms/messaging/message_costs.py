"""What messages cost, in the reporting currency."""

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import AdStats, Messages
from transforms.common.currency import EXACT, RATE, find_rates

COST = polars_schema(Messages)[Messages.cost]


def price_messages(
    messages: pl.LazyFrame, exchange_rates: pl.LazyFrame | None, currency: str
) -> pl.LazyFrame:
    """Bring the cost of messages into the reporting currency, by the rate of the day they go out.

    Args:
        messages: Canonical messages; a cost without a currency is in the reporting currency.
        exchange_rates: Canonical rates; None for none.
        currency: The reporting currency.

    Returns:
        The same rows, in no order; the cost is null where its currency has no rate on that day.
    """
    day = pl.coalesce(
        Messages.send_date,
        Messages.attribution_start_date,
        pl.col(Messages.start_at).dt.date(),
        pl.col(Messages.created_at).dt.date(),
    )
    exact = pl.col(Messages.cost).cast(EXACT) * pl.col(RATE).cast(EXACT)
    return (
        messages.with_columns(day.alias(AdStats.date_day))
        .pipe(find_rates, exchange_rates, currency)
        .with_columns(exact.round(4, mode="half_away_from_zero").cast(COST).alias(Messages.cost))
        .drop(AdStats.date_day, RATE)
    )
