"""What channels, campaigns, ads and messages earned: sums over credited touches (SPEC §6.5)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Rows, columns, key, polars_schema
from contracts.facts.order_facts import (
    DayCosts,
    MessageOrders,
    NamedCampaigns,
    PathEnds,
    PricedOrders,
    RankedTouches,
    SessionOrders,
)
from contracts.reports.attribution import (
    DIRECT,
    CampaignAttribution,
    CampaignCredit,
    ChannelAttribution,
    CreditedOrder,
    CreditedTouch,
    campaign_credits_contract,
    revenue_column,
)
from contracts.vocabulary import NO_CAMPAIGN
from transforms.common.rates import divide, sum_known

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


def sum_campaigns(
    credited: Rows[CreditedOrder],
    ranked: Rows[RankedTouches],
    ends: Rows[PathEnds],
    models: Sequence[str],
) -> pl.LazyFrame:
    """Sum credits by day, channel and campaign; orders that no touch led to are `(direct)`.

    Args:
        credited: Of the same models.

    Returns:
        `campaign_credits_contract(models)`, in no order; additive over any split of the orders.
    """
    is_refund = pl.col(PathEnds.is_refund)
    touched = credited.select(
        *key(CampaignCredit),
        *(
            pl.when(is_refund).then(pl.lit(0, TYPES[CREDITED])).otherwise(model).alias(model)
            for model in models
        ),
        *(revenue_column(model) for model in models),
    )
    untouched = (
        ends.filter(~pl.col(PathEnds.is_open))
        .join(ranked, on=RankedTouches.end_no, how="anti")
        .select(
            *CHANNEL_GRAIN[:2],
            pl.lit(DIRECT).alias(CampaignAttribution.channel),
            *((~is_refund).cast(pl.Int64).cast(TYPES[CREDITED]).alias(model) for model in models),
            *(pl.col(PricedOrders.revenue).alias(revenue_column(model)) for model in models),
        )
    )
    return pl.concat([touched, untouched], how="diagonal").pipe(_add_up, models)


def add_up_campaigns(parts: pl.LazyFrame, models: Sequence[str]) -> pl.LazyFrame:
    """Add up the sums of several people's orders, as `campaign_credits_contract(models)`."""
    return _add_up(parts, models).sort(key(CampaignCredit))


def report_channel_attribution(
    earned: pl.LazyFrame, costs: Rows[DayCosts], models: Sequence[str]
) -> Rows[ChannelAttribution]:
    """Sum credits by day, channel and model.

    Every model has a row wherever one has, so that models can be compared; the orders and the
    revenue of a model add up to those of all conversions.

    Args:
        earned: `campaign_credits_contract(models)`.
        costs: `org_id, date_day, channel, platform, campaign_id, cost`; rows of one key add up.

    Returns:
        Sorted by its key.
    """
    return (
        _weigh_costs(earned, costs, CHANNEL_GRAIN, models)
        .select(columns(ChannelAttribution))
        .sort(*CHANNEL_GRAIN, CampaignAttribution.model)
    )


def report_campaign_attribution(
    earned: pl.LazyFrame, costs: Rows[DayCosts], names: Rows[NamedCampaigns], models: Sequence[str]
) -> Rows[CampaignAttribution]:
    """Sum credits by day, channel, platform, campaign and model.

    Args:
        earned: `campaign_credits_contract(models)`.
        costs: `org_id, date_day, channel, platform, campaign_id, cost`; rows of one key add up.
        names: `org_id, platform, campaign_id, campaign_name`, one row per campaign; the platform of
            a campaign of messages is null.

    Returns:
        Sorted by its key.
    """
    named = pl.col(CampaignAttribution.campaign_name)
    nameless = pl.col(CampaignAttribution.campaign_id).is_null()
    return (
        _weigh_costs(earned, costs, [*CHANNEL_GRAIN, *CAMPAIGN], models)
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


def count_orders_by_session(credited: Rows[CreditedOrder]) -> Rows[SessionOrders]:
    """Sum the orders whose last touch was a session.

    Returns:
        Sorted by its key: joined to sessions, they fall into whatever row the session falls into.
    """
    is_session = pl.col(CreditedTouch.session_id).is_not_null()
    return _take_last_touches(credited).filter(is_session).pipe(add_up_orders, key(SessionOrders))


def count_orders_by_message(credited: Rows[CreditedOrder]) -> Rows[MessageOrders]:
    """Sum the orders whose last touch was a message.

    Returns:
        Sorted by its key; a touch that names no message is one of its channel.
    """
    is_message = pl.col(CreditedTouch.session_id).is_null()
    named = pl.col(CreditedTouch.channel).is_not_null()
    return (
        _take_last_touches(credited)
        .filter(is_message, named)
        .pipe(add_up_orders, key(MessageOrders))
    )


def add_up_orders(parts: pl.LazyFrame, grain: list[str]) -> pl.LazyFrame:
    """Whole orders and their revenue by grain, sorted."""
    return (
        parts.group_by(grain)
        .agg(pl.col(ORDERS).sum(), pl.col(REVENUE).sum().cast(TYPES[REVENUE]))
        .sort(grain)
    )


def _take_last_touches(credited: Rows[CreditedOrder]) -> pl.LazyFrame:
    """One row per order with its last touch, its whole revenue, and 1 or (a refund) 0 orders."""
    is_last = pl.col(CreditedOrder.touch_position) == pl.col(CreditedOrder.touches)
    return credited.filter(is_last).with_columns(
        (~pl.col(CreditedOrder.is_refund)).cast(pl.Int64).alias(ORDERS)
    )


def _add_up(parts: pl.LazyFrame, models: Sequence[str]) -> pl.LazyFrame:
    schema = polars_schema(campaign_credits_contract(models))
    sums = [name for name in schema if name not in key(CampaignCredit)]
    return (
        parts.group_by(key(CampaignCredit))
        .agg(pl.col(sums).sum())
        .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    )


def _weigh_costs(
    earned: pl.LazyFrame, costs: pl.LazyFrame, grain: list[str], models: Sequence[str]
) -> pl.LazyFrame:
    """Sum credits and costs by grain, then set the models one below the other."""
    spent = costs.select(*key(CampaignCredit), pl.col(COST).cast(TYPES[COST]))
    sums = (
        pl.concat([earned, spent], how="diagonal")
        .group_by(grain)
        .agg(
            *(pl.col(model).sum().cast(TYPES[CREDITED]) for model in models),
            *(pl.col(revenue_column(model)).sum().cast(TYPES[REVENUE]) for model in models),
            *(cost.cast(TYPES[COST]) for cost in sum_known([COST])),
        )
    )
    return pl.concat(
        sums.select(
            *grain,
            pl.lit(model).alias(CampaignAttribution.model),
            pl.col(model).alias(CREDITED),
            pl.col(revenue_column(model)).alias(REVENUE),
            COST,
            divide(revenue_column(model), COST).alias(CampaignAttribution.roas),
        )
        for model in models
    )
