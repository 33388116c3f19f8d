"""Campaign > dispatch > message: what every message is called, and what it belongs to (SPEC §6.1).

A level that a source does not have is implied (`implied_messages`).
"""

import polars as pl

from contracts.channels import OTHER_CHANNEL
from contracts.columns import Rows, columns
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_keys import MessageReferences
from contracts.feeds import Campaigns, Dispatches, Messages
from contracts.vocabulary import NO_CAMPAIGN
from transforms.common.calendar import start_of_day
from transforms.common.keys import MESSAGE, hash_id
from transforms.messaging.messages.implied_messages import (
    BY_CAMPAIGN,
    BY_DISPATCH,
    CAMPAIGN_KEY,
    IMPLIED_BY,
    REFERRED_CAMPAIGN,
    REFERRED_CHANNEL,
    REFERRED_LAST,
    claim_implied,
    imply_messages,
)

OF_DISPATCH, OF_CAMPAIGN = "{} of dispatch", "{} of campaign"
IMPLIED_DISPATCH, CLAIM, DISPATCH_CLAIM = "has implied", "claim", "claim of dispatch"


def describe_messages(
    messages: Rows[Messages],
    dispatches: Rows[Dispatches],
    campaigns: Rows[Campaigns],
    references: Rows[MessageReferences],
    timezone: str,
) -> pl.LazyFrame:
    """One row per message that an asset describes, a send or event names, or a level implies.

    Args:
        messages: Latest versions, `cost` in the reporting currency.
        timezone: The reporting time zone, in which a send_date begins.

    Returns:
        `DescribedMessages`. A message's channel is its own, else its dispatch's, its campaign's,
        that of the events that name it, else `other`.
    """
    referred = references.rename(
        {
            MessageReferences.campaign_id: REFERRED_CAMPAIGN,
            MessageReferences.last_campaign_id: REFERRED_LAST,
            MessageReferences.channel: REFERRED_CHANNEL,
        }
    )
    described = _list_described(messages, referred, timezone)
    has_id = pl.col(MessageReferences.message_id).is_not_null()
    names_nothing = pl.col(REFERRED_CAMPAIGN).is_null() & ~has_id
    undescribed = (
        referred.filter(has_id | names_nothing)
        .join(described, on=DescribedMessages.message_key, how="anti")
        .with_columns(pl.col(REFERRED_CAMPAIGN).alias(DescribedMessages.campaign_id))
    )
    implied = imply_messages(messages, dispatches, campaigns, referred)
    claimed, left = claim_implied(undescribed, implied)
    return (
        pl.concat([described, claimed, left], how="diagonal")
        .pipe(_add_levels, dispatches, campaigns)
        .pipe(_tell_apart)
        .select(columns(DescribedMessages))
    )


def _list_described(
    messages: Rows[Messages], referred: pl.LazyFrame, timezone: str
) -> pl.LazyFrame:
    own = messages.select(
        Messages.org_id,
        Messages.message_id,
        Messages.variant,
        Messages.dispatch_id,
        Messages.campaign_id,
        Messages.channel,
        Messages.cost,
        Messages.attributes,
        pl.col(Messages.attribution_start_date).alias(DescribedMessages.window_start),
        pl.col(Messages.attribution_window_days).alias(DescribedMessages.window_days),
        hash_id(Messages.message_id, seed=MESSAGE).alias(DescribedMessages.message_key),
        pl.col(Messages.name).alias(DescribedMessages.message_name),
        pl.lit(value=True).alias(DescribedMessages.is_described),
        start_of_day(pl.col(Messages.send_date), timezone).alias(DescribedMessages.planned_at),
    )
    told = (REFERRED_CAMPAIGN, REFERRED_LAST, REFERRED_CHANNEL)
    fallback = referred.select(DescribedMessages.message_key, *told)
    return own.join(fallback, on=DescribedMessages.message_key, how="left", validate="1:1")


def _select_levels(
    dispatches: pl.LazyFrame, campaigns: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """What messages take from their dispatch and from their campaign."""
    of_dispatch = dispatches.select(
        Dispatches.org_id,
        Dispatches.dispatch_id,
        Dispatches.type,
        Dispatches.subtype,
        pl.col(Dispatches.name).alias(DescribedMessages.dispatch_name),
        pl.col(Dispatches.attributes).alias(DescribedMessages.dispatch_attributes),
        pl.col(Dispatches.campaign_id, Dispatches.channel).name.map(OF_DISPATCH.format),
        pl.col(Dispatches.attribution_start_date).alias(
            OF_DISPATCH.format(DescribedMessages.window_start)
        ),
        pl.col(Dispatches.attribution_window_days).alias(
            OF_DISPATCH.format(DescribedMessages.window_days)
        ),
        pl.col(Dispatches.dispatched_at).alias(OF_DISPATCH.format(DescribedMessages.planned_at)),
    )
    of_campaign = campaigns.select(
        *CAMPAIGN_KEY,
        pl.col(Campaigns.name).alias(DescribedMessages.campaign_name),
        pl.col(Campaigns.status).alias(DescribedMessages.campaign_status),
        pl.col(Campaigns.attributes).alias(DescribedMessages.campaign_attributes),
        pl.col(Campaigns.channel).alias(OF_CAMPAIGN.format(Campaigns.channel)),
        pl.col(Campaigns.sent_at).alias(OF_CAMPAIGN.format(DescribedMessages.planned_at)),
    )
    return of_dispatch, of_campaign


def _add_levels(
    messages: pl.LazyFrame, dispatches: pl.LazyFrame, campaigns: pl.LazyFrame
) -> pl.LazyFrame:
    """Give every message its dispatch, campaign and channel with their names and attributes."""
    of_dispatch, of_campaign = _select_levels(dispatches, campaigns)
    names = DescribedMessages
    has_campaign, has_dispatch = (
        pl.col(name).is_not_null() for name in (names.campaign_id, names.dispatch_id)
    )
    return (
        messages.join(of_dispatch, on=[names.org_id, names.dispatch_id], how="left", validate="m:1")
        .with_columns(
            pl.coalesce(
                OF_DISPATCH.format(names.campaign_id), names.campaign_id, REFERRED_CAMPAIGN
            ).alias(names.campaign_id)
        )
        .join(of_campaign, on=CAMPAIGN_KEY, how="left", validate="m:1")
        .with_columns(
            pl.when(has_campaign)
            .then(pl.col(names.campaign_name))
            .otherwise(pl.lit(NO_CAMPAIGN))
            .alias(names.campaign_name),
            pl.coalesce(
                names.channel,
                OF_DISPATCH.format(names.channel),
                OF_CAMPAIGN.format(names.channel),
                REFERRED_CHANNEL,
                pl.lit(OTHER_CHANNEL),
            ).alias(names.channel),
            pl.coalesce(
                names.planned_at,
                OF_DISPATCH.format(names.planned_at),
                OF_CAMPAIGN.format(names.planned_at),
            ).alias(names.planned_at),
            *(
                pl.coalesce(name, OF_DISPATCH.format(name)).alias(name)
                for name in (names.window_start, names.window_days)
            ),
        )
        .with_columns(
            pl.when(has_dispatch)
            .then(pl.col(names.dispatch_name))
            .when(has_campaign)
            .then(pl.col(names.campaign_name))
            .otherwise(pl.lit(NO_CAMPAIGN))
            .alias(names.dispatch_name),
            pl.any_horizontal(
                pl.col(name) != pl.col(names.campaign_id)
                for name in (REFERRED_CAMPAIGN, REFERRED_LAST)
            ).alias(names.names_others),
            (~has_dispatch & has_campaign).alias(IMPLIED_DISPATCH),
            pl.coalesce(names.dispatch_id, names.campaign_id).alias(names.dispatch_id),
        )
    )


def _tell_apart(messages: pl.LazyFrame) -> pl.LazyFrame:
    """Prefix an implied id that a message or dispatch with a better claim bears, too.

    The claim of what a feed names is the best, then that of what a dispatch implies.
    """
    names = DescribedMessages
    best = pl.col(CLAIM).min().over(names.org_id, names.message_id)
    best_dispatch = pl.col(DISPATCH_CLAIM).min().over(names.org_id, names.dispatch_id)
    return messages.with_columns(
        pl.col(IMPLIED_BY)
        .replace_strict({BY_DISPATCH: 1, BY_CAMPAIGN: 2}, default=0, return_dtype=pl.Int8)
        .alias(CLAIM),
        pl.col(IMPLIED_DISPATCH).cast(pl.Int8).alias(DISPATCH_CLAIM),
    ).with_columns(
        pl.when(pl.col(CLAIM) > best)
        .then(pl.format("{}:{}", IMPLIED_BY, names.message_id))
        .otherwise(names.message_id)
        .alias(names.message_id),
        pl.when(pl.col(DISPATCH_CLAIM) > best_dispatch)
        .then(pl.format("campaign:{}", names.dispatch_id))
        .otherwise(names.dispatch_id)
        .alias(names.dispatch_id),
        pl.col(names.is_described).fill_null(value=False),
    )
