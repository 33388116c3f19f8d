"""What messages cost, in the reporting currency."""

import polars as pl

from contracts.columns import Rows, polars_schema
from contracts.feeds import AdStats, Campaigns, Dispatches, ExchangeRates, Messages
from transforms.common.calendar import reporting_day
from transforms.common.currency import RATE, convert, find_rates, round_amounts

COST = polars_schema(Messages)[Messages.cost]
COST_DAY = AdStats.date_day
"""The day whose rate prices a cost; null where neither message, dispatch nor campaign has one."""
OF_DISPATCH, OF_CAMPAIGN = "day of dispatch", "day of campaign"
VIA_DISPATCH = "campaign of dispatch"


def price_messages(rated: pl.LazyFrame) -> pl.LazyFrame:
    """Bring the cost of messages into the reporting currency.

    Args:
        rated: Messages with the rate of their cost (`rate_messages`).

    Returns:
        The same rows, in no order; the cost is null where it has no rate.
    """
    cost = round_amounts(convert(Messages.cost)).cast(COST)
    return rated.with_columns(cost.alias(Messages.cost)).drop(COST_DAY, RATE)


def rate_messages(
    messages: Rows[Messages],
    dispatches: Rows[Dispatches],
    campaigns: Rows[Campaigns],
    exchange_rates: Rows[ExchangeRates] | None,
    currency: str,
    timezone: str,
) -> pl.LazyFrame:
    """Add the day on which messages go out, and the rate of their cost's currency on it.

    The day is the message's own, else its dispatch's, else its campaign's, as far as they say when
    they go out; else the one on which the message was created.

    Args:
        messages: A cost without a currency is in the reporting currency.
        timezone: The reporting time zone, which decides an instant's day.

    Returns:
        The same rows, in no order, with `COST_DAY` and the rate; both can be null.
    """
    of_dispatch = dispatches.select(
        Dispatches.org_id,
        Dispatches.dispatch_id,
        pl.col(Dispatches.campaign_id).alias(VIA_DISPATCH),
        pl.coalesce(
            Dispatches.attribution_start_date,
            reporting_day(pl.col(Dispatches.dispatched_at), timezone),
        ).alias(OF_DISPATCH),
    )
    of_campaign = campaigns.select(
        Campaigns.org_id,
        Campaigns.campaign_id,
        reporting_day(pl.col(Campaigns.sent_at), timezone).alias(OF_CAMPAIGN),
    )
    day = pl.coalesce(
        Messages.send_date,
        Messages.attribution_start_date,
        reporting_day(pl.col(Messages.start_at), timezone),
        OF_DISPATCH,
        OF_CAMPAIGN,
        reporting_day(pl.col(Messages.created_at), timezone),
    )
    return (
        messages.join(
            of_dispatch, on=[Messages.org_id, Messages.dispatch_id], how="left", validate="m:1"
        )
        .with_columns(pl.coalesce(VIA_DISPATCH, Messages.campaign_id).alias(VIA_DISPATCH))
        .join(
            of_campaign,
            left_on=[Messages.org_id, VIA_DISPATCH],
            right_on=[Campaigns.org_id, Campaigns.campaign_id],
            how="left",
            validate="m:1",
        )
        .with_columns(day.alias(COST_DAY))
        .drop(OF_DISPATCH, OF_CAMPAIGN, VIA_DISPATCH)
        .pipe(find_rates, exchange_rates, currency)
    )
