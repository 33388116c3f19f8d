"""What a provider's own summary says of messages, with our own counts beside it (SPEC §6.1)."""

import polars as pl

from contracts.columns import Rows, columns, polars_schema
from contracts.facts.messaging.send_sums import ChannelDays, MessageRows
from contracts.feeds import ExchangeRates, MessageStats
from contracts.reports.messaging import ProviderReport
from transforms.common.currency import RATE, convert, find_rates, round_amounts
from transforms.common.rates import FORMULAS, divide
from transforms.reports.messaging import finish

REVENUE = polars_schema(ProviderReport)[ProviderReport.revenue]
COUNTED = {
    name.removeprefix("counted_"): name
    for name in columns(ProviderReport)
    if name.startswith("counted_")
}
"""Our count -> the column in which it stands beside the provider's."""
KEY = [ProviderReport.org_id, ProviderReport.message_id, ProviderReport.date_day]


def report_providers(
    stats: Rows[MessageStats], days: Rows[ChannelDays], rows: pl.LazyFrame, channel: str
) -> pl.LazyFrame:
    """One row per message and day that a provider's summary is about.

    Args:
        stats: Revenue in the reporting currency (`price_stats`).
        days: Our own counts of the same days.
        rows: The channel's `MessageRows`: our own counts of a message's whole life.
    """
    names = rows.select(MessageRows.message_key, MessageRows.org_id, MessageRows.message_id)
    of_days = (
        days.filter(
            pl.col(ChannelDays.channel) == channel, pl.col(ChannelDays.date_day).is_not_null()
        )
        .join(names, on=MessageRows.message_key, how="inner", validate="m:1")
        .select(*KEY, pl.col(list(COUNTED)).name.map(COUNTED.__getitem__))
    )
    whole = rows.select(
        MessageRows.org_id,
        MessageRows.message_id,
        pl.lit(None, pl.Date).alias(ProviderReport.date_day),
        pl.col(list(COUNTED)).name.map(COUNTED.__getitem__),
    )
    rates = [
        divide(*FORMULAS[name]).alias(name) for name in columns(ProviderReport) if name in FORMULAS
    ]
    return (
        stats.filter(pl.col(MessageStats.channel) == channel)
        .join(pl.concat([of_days, whole]), on=KEY, how="left", validate="1:1", nulls_equal=True)
        .with_columns(rates)
        .pipe(finish, ProviderReport)
    )


def price_stats(
    stats: Rows[MessageStats], exchange_rates: Rows[ExchangeRates] | None, currency: str
) -> pl.LazyFrame:
    """Bring the revenue of providers' summaries into the reporting currency.

    Args:
        stats: Revenue without a currency is in the reporting currency.

    Returns:
        The same rows, in no order; revenue is null where its currency has no rate on that day.
    """
    revenue = round_amounts(convert(MessageStats.revenue)).cast(REVENUE)
    return (
        find_rates(stats, exchange_rates, currency)
        .with_columns(revenue.alias(MessageStats.revenue))
        .drop(RATE)
    )
