"""What channels, campaigns, ads and messages earned: sums over credited touches (SPEC §6.5)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import columns, key, polars_schema
from contracts.facts.order_facts import MessageOrders, PricedOrders, SessionOrders
from contracts.reports.attribution import (
    DIRECT,
    CampaignAttribution,
    ChannelAttribution,
    CreditedTouch,
    revenue_column,
)
from contracts.vocabulary import NO_CAMPAIGN

ORDER_KEY = [CreditedTouch.org_id, CreditedTouch.order_id]
CHANNEL_GRAIN = [
    CampaignAttribution.org_id,
    CampaignAttribution.date_day,
    CampaignAttribution.channel,
]
CAMPAIGN = [CampaignAttribution.platform, CampaignAttribution.campaign_id]
ORDERS, CREDITED, REVENUE, COST = (
    SessionOrders.orders,
    CampaignAttribution.credited_orders,
    CampaignAttribution.revenue,
    CampaignAttribution.cost,
)
TYPES = polars_schema(CampaignAttribution)


def report_channel_attribution(
    order_touches: pl.LazyFrame, orders: pl.LazyFrame, costs: pl.LazyFrame, models: Sequence[str]
) -> pl.LazyFrame:
    """Sum credits by day, channel and model.

    Every model has a row wherever one has, so that models can be compared; the orders and the
    revenue of a model add up to those of all conversions.

    Args:
        order_touches: the table `order_touches` of the same models.
        orders: `PricedOrders`.
        costs: `org_id, date_day, channel, platform, campaign_id, cost`; rows of one key add up.
        models: the configured models.

    Returns:
        `ChannelAttribution`, sorted by its key.
    """
    return (
        _credit_days(order_touches, orders, costs, models)
        .pipe(_sum_credits, CHANNEL_GRAIN, models)
        .select(columns(ChannelAttribution))
        .sort(*CHANNEL_GRAIN, CampaignAttribution.model)
    )


def report_campaign_attribution(
    order_touches: pl.LazyFrame,
    orders: pl.LazyFrame,
    costs: pl.LazyFrame,
    names: pl.LazyFrame,
    models: Sequence[str],
) -> pl.LazyFrame:
    """Sum credits by day, channel, platform, campaign and model.

    Args:
        order_touches: the table `order_touches` of the same models.
        orders: `PricedOrders`.
        costs: `org_id, date_day, channel, platform, campaign_id, cost`; rows of one key add up.
        names: `org_id, platform, campaign_id, campaign_name`, one row per campaign; the platform of
            a campaign of messages is null.
        models: the configured models.

    Returns:
        `CampaignAttribution`, sorted by its key.
    """
    named = pl.col(CampaignAttribution.campaign_name)
    nameless = pl.col(CampaignAttribution.campaign_id).is_null()
    return (
        _credit_days(order_touches, orders, costs, models)
        .pipe(_sum_credits, [*CHANNEL_GRAIN, *CAMPAIGN], models)
        .join(
            names.filter(pl.col(CampaignAttribution.campaign_id).is_not_null()),
            on=[CampaignAttribution.org_id, *CAMPAIGN],
            how="left",
            validate="m:1",
            nulls_equal=True,
        )
        .with_columns(
            pl.when(nameless)
            .then(pl.lit(NO_CAMPAIGN))
            .otherwise(named)
            .alias(CampaignAttribution.campaign_name)
        )
        .select(columns(CampaignAttribution))
        .sort(*CHANNEL_GRAIN, *CAMPAIGN, CampaignAttribution.model)
    )


def count_orders_by_session(order_touches: pl.LazyFrame, orders: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the orders whose last touch was a session.

    Returns:
        One row per organization and session, with `orders` and `revenue`: joined to sessions, they
        fall into whatever row the session falls into.
    """
    return (
        _take_last_touches(order_touches, orders)
        .filter(pl.col(CreditedTouch.session_id).is_not_null())
        .pipe(_sum_orders, [CreditedTouch.org_id, CreditedTouch.session_id])
    )


def count_orders_by_message(order_touches: pl.LazyFrame, orders: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the orders whose last touch was a message.

    Returns:
        `MessageOrders`, sorted by its key; a touch that names no message is one of its channel.
    """
    is_message = pl.col(CreditedTouch.session_id).is_null()
    return (
        _take_last_touches(order_touches, orders)
        .filter(is_message, pl.col(CreditedTouch.channel).is_not_null())
        .pipe(_sum_orders, key(MessageOrders))
    )


def _take_last_touches(order_touches: pl.LazyFrame, orders: pl.LazyFrame) -> pl.LazyFrame:
    """One row per order with its last touch, its whole revenue, and 1 or (a refund) 0 orders."""
    return order_touches.filter(
        pl.col(CreditedTouch.touch_position) == pl.col(CreditedTouch.touches)
    ).join(
        orders.select(
            *ORDER_KEY,
            PricedOrders.revenue,
            PricedOrders.date_day,
            (~pl.col(PricedOrders.is_refund)).cast(pl.Int64).alias(ORDERS),
        ),
        on=ORDER_KEY,
        how="inner",
        validate="1:1",
    )


def _sum_orders(last_touches: pl.LazyFrame, grain: list[str]) -> pl.LazyFrame:
    """Whole orders and their revenue by grain, sorted."""
    return (
        last_touches.group_by(grain)
        .agg(pl.col(ORDERS).sum(), pl.col(REVENUE).sum().cast(TYPES[REVENUE]))
        .sort(grain)
    )


def _credit_days(
    order_touches: pl.LazyFrame, orders: pl.LazyFrame, costs: pl.LazyFrame, models: Sequence[str]
) -> pl.LazyFrame:
    """Stack credited touches, orders without touches and costs, with their day and campaign."""
    conversions = orders.filter(pl.col(PricedOrders.is_conversion)).select(
        *ORDER_KEY, PricedOrders.date_day, PricedOrders.is_refund, PricedOrders.revenue
    )
    is_refund = pl.col(PricedOrders.is_refund)
    grain = [*CHANNEL_GRAIN, *CAMPAIGN]
    touched = order_touches.join(
        conversions.drop(PricedOrders.revenue), on=ORDER_KEY, how="inner", validate="m:1"
    ).select(
        *grain,
        *(
            pl.when(is_refund).then(pl.lit(0, TYPES[CREDITED])).otherwise(model).alias(model)
            for model in models
        ),
        *(revenue_column(model) for model in models),
    )
    untouched = conversions.join(order_touches.select(ORDER_KEY), on=ORDER_KEY, how="anti").select(
        *CHANNEL_GRAIN[:2],
        pl.lit(DIRECT).alias(CampaignAttribution.channel),
        *((~is_refund).cast(pl.Int64).cast(TYPES[CREDITED]).alias(model) for model in models),
        *(pl.col(PricedOrders.revenue).alias(revenue_column(model)) for model in models),
    )
    spent = costs.select(*grain, pl.col(COST).cast(TYPES[COST]))
    return pl.concat([touched, untouched, spent], how="diagonal")


def _sum_credits(credited: pl.LazyFrame, grain: list[str], models: Sequence[str]) -> pl.LazyFrame:
    """Sum by grain, then set the models one below the other."""
    sums = credited.group_by(grain).agg(
        *(pl.col(model).sum().cast(TYPES[CREDITED]) for model in models),
        *(pl.col(revenue_column(model)).sum().cast(TYPES[REVENUE]) for model in models),
        pl.col(COST).sum().cast(TYPES[COST]),
    )
    cost = pl.col(COST).cast(pl.Float64)
    return pl.concat(
        sums.select(
            *grain,
            pl.lit(model).alias(CampaignAttribution.model),
            pl.col(model).alias(CREDITED),
            pl.col(revenue_column(model)).alias(REVENUE),
            COST,
            pl.when(cost != 0)
            .then(pl.col(revenue_column(model)).cast(pl.Float64) / cost)
            .alias(CampaignAttribution.roas),
        )
        for model in models
    )
