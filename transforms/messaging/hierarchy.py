"""Campaign > dispatch > message: what every message is called, and what it belongs to.

A level that a source does not have is implied (SPEC §6.1): a campaign without dispatches or
messages has one of each that bears its id and name, a dispatch without messages one message.
"""

import polars as pl

from contracts.facts.send_facts import CHANNEL_CODES
from contracts.feeds import Campaigns, Dispatches, Messages
from contracts.vocabulary import NO_CAMPAIGN
from transforms.common.keys import IMPLIED_BY_DISPATCH, IMPLIED_MESSAGE, MESSAGE, hash_id

CODES = {str(channel): code for channel, code in CHANNEL_CODES.items()}
NAMES = {code: channel for channel, code in CODES.items()}


def describe_messages(
    messages: pl.LazyFrame,
    dispatches: pl.LazyFrame,
    campaigns: pl.LazyFrame,
    references: pl.LazyFrame,
    default_channel: str | None,
) -> pl.LazyFrame:
    """One row per message that an asset describes, a send or event names, or a level implies.

    Args:
        messages: Canonical messages, latest versions, `cost` in the reporting currency.
        dispatches: Canonical dispatches, likewise.
        campaigns: Canonical campaigns, likewise.
        references: The messages that sends and events name (`slim.merge_references`).
        default_channel: Of messages for which nothing names a channel.

    Returns:
        `message` (its key), its ids and own columns, the dispatch and campaign that it belongs to,
        and whether it `is_described`.
    """
    referred = references.select(
        "message",
        "org_id",
        "message_id",
        referred_campaign="campaign_id",
        referred_channel=pl.col("channel").replace_strict(NAMES, return_dtype=pl.String),
    )
    described = _described(messages, referred)
    is_unknown = pl.col("referred_campaign").is_null() & pl.col("message_id").is_null()
    undescribed = referred.filter(pl.col("message_id").is_not_null() | is_unknown).join(
        described, on="message", how="anti"
    )
    unnamed = undescribed.select(
        "message",
        "org_id",
        "message_id",
        "referred_channel",
        campaign_id="referred_campaign",
    )
    implied = pl.concat(
        [
            _implied_by_dispatches(dispatches, messages),
            _implied_by_campaigns(campaigns, dispatches, messages, referred),
        ],
        how="diagonal",
    )
    claimed, implied = _claim_implied(unnamed, implied)
    return (
        pl.concat([described, claimed, implied], how="diagonal")
        .pipe(_belong, dispatches, campaigns)
        .with_columns(pl.col("channel").fill_null(pl.lit(default_channel, pl.String)))
        .pipe(_tell_apart)
    )


def _claim_implied(
    unnamed: pl.LazyFrame, implied: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Let a message that no asset describes be the implied one whose id it bears, if it is free.

    It is not where sends name its campaign and no message: these would lose theirs.

    Returns:
        The messages that nothing describes, the implied one's names beside; the other implied ones.
    """
    keys = ["org_id", "message_id"]
    free = implied.filter("is_described", pl.col("is_sent").is_null())
    best = free.group_by(keys).agg(
        pl.col("message", "message_name", "dispatch_id", "campaign_id", "is_described")
        .sort_by("implied_by", descending=True)
        .first()
    )
    claimed = unnamed.join(best, on=keys, how="left", validate="m:1", suffix="_implied")
    left = implied.join(claimed, left_on="message", right_on="message_implied", how="anti")
    own = claimed.with_columns(campaign_id=pl.coalesce("campaign_id_implied", "campaign_id"))
    return own.drop("campaign_id_implied", "message_implied"), left.drop("is_sent")


def _described(messages: pl.LazyFrame, referred: pl.LazyFrame) -> pl.LazyFrame:
    own = messages.select(
        "org_id",
        Messages.message_id,
        Messages.variant,
        Messages.dispatch_id,
        Messages.campaign_id,
        Messages.channel,
        Messages.cost,
        Messages.attributes,
        window_start=Messages.attribution_start_date,
        window_days=Messages.attribution_window_days,
        message=hash_id(Messages.message_id, seed=MESSAGE),
        message_name=Messages.name,
        is_described=pl.lit(value=True),
    )
    fallback = referred.select("message", "referred_campaign", "referred_channel")
    return own.join(fallback, on="message", how="left", validate="1:1")


def _implied_by_dispatches(dispatches: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    return dispatches.join(messages, on=["org_id", Messages.dispatch_id], how="anti").select(
        "org_id",
        Dispatches.dispatch_id,
        message=hash_id(Dispatches.dispatch_id, seed=IMPLIED_BY_DISPATCH),
        message_id=Dispatches.dispatch_id,
        message_name=Dispatches.name,
        implied_by=pl.lit("dispatch"),
        is_described=pl.lit(value=True),
    )


def _implied_by_campaigns(
    campaigns: pl.LazyFrame,
    dispatches: pl.LazyFrame,
    messages: pl.LazyFrame,
    referred: pl.LazyFrame,
) -> pl.LazyFrame:
    """Of campaigns that have no level below, and of those that sends name without a message."""
    keys = ["org_id", Campaigns.campaign_id]
    lone = (
        campaigns.join(dispatches, on=keys, how="anti")
        .join(messages, on=keys, how="anti")
        .join(
            referred.filter(pl.col("message_id").is_not_null()),
            left_on=keys,
            right_on=["org_id", "referred_campaign"],
            how="anti",
        )
        .select(*keys, lone=pl.lit(value=True))
    )
    sent = referred.filter(
        pl.col("message_id").is_null(), pl.col("referred_campaign").is_not_null()
    ).select(
        "org_id", "referred_channel", campaign_id="referred_campaign", is_sent=pl.lit(value=True)
    )
    return (
        lone.join(sent, on=keys, how="full", coalesce=True, validate="1:1")
        .join(campaigns.select(*keys, "name"), on=keys, how="left", validate="m:1")
        .select(
            *keys,
            "referred_channel",
            message=hash_id(Campaigns.campaign_id, seed=IMPLIED_MESSAGE),
            message_id=Campaigns.campaign_id,
            message_name="name",
            implied_by=pl.lit("campaign"),
            is_described="lone",
            is_sent="is_sent",
        )
    )


def _belong(
    messages: pl.LazyFrame, dispatches: pl.LazyFrame, campaigns: pl.LazyFrame
) -> pl.LazyFrame:
    """Give every message its dispatch, campaign and channel with their names and attributes."""
    of_dispatch = dispatches.select(
        "org_id",
        Dispatches.dispatch_id,
        Dispatches.type,
        Dispatches.subtype,
        dispatch_name=Dispatches.name,
        dispatch_campaign=Dispatches.campaign_id,
        dispatch_channel=Dispatches.channel,
        dispatch_attributes=Dispatches.attributes,
        dispatch_start=Dispatches.attribution_start_date,
        dispatch_days=Dispatches.attribution_window_days,
    )
    of_campaign = campaigns.select(
        "org_id",
        Campaigns.campaign_id,
        campaign_name=Campaigns.name,
        campaign_status=Campaigns.status,
        campaign_channel=Campaigns.channel,
        campaign_attributes=Campaigns.attributes,
    )
    has_campaign = pl.col("campaign_id").is_not_null()
    is_implied = pl.col("dispatch_id").is_null() & has_campaign
    return (
        messages.join(of_dispatch, on=["org_id", "dispatch_id"], how="left", validate="m:1")
        .with_columns(
            campaign_id=pl.coalesce("dispatch_campaign", "campaign_id", "referred_campaign")
        )
        .join(of_campaign, on=["org_id", "campaign_id"], how="left", validate="m:1")
        .with_columns(
            campaign_name=pl.when(has_campaign)
            .then(pl.col("campaign_name"))
            .otherwise(pl.lit(NO_CAMPAIGN)),
            channel=pl.coalesce(
                "channel", "dispatch_channel", "campaign_channel", "referred_channel"
            ),
        )
        .with_columns(
            dispatch_name=pl.when(is_implied)
            .then(pl.col("campaign_name"))
            .when(pl.col("dispatch_id").is_null())
            .then(pl.lit(NO_CAMPAIGN))
            .otherwise(pl.col("dispatch_name")),
            dispatch_implied=is_implied,
            window_start=pl.coalesce("window_start", "dispatch_start"),
            window_days=pl.coalesce("window_days", "dispatch_days"),
            dispatch_id=pl.coalesce("dispatch_id", "campaign_id"),
        )
        .drop("dispatch_campaign", "dispatch_channel", "campaign_channel")
        .drop("referred_campaign", "referred_channel", "dispatch_start", "dispatch_days")
    )


def _tell_apart(messages: pl.LazyFrame) -> pl.LazyFrame:
    """Prefix an implied id that a message or dispatch with a better claim bears, too.

    The claim of what a feed names is the best, then that of what a dispatch implies.
    """
    claim = pl.col("implied_by").replace_strict(
        {"dispatch": 1, "campaign": 2}, default=0, return_dtype=pl.Int8
    )
    of_dispatch = pl.col("dispatch_implied").cast(pl.Int8)
    best = pl.col("claim").min().over("org_id", "message_id")
    best_dispatch = pl.col("dispatch_claim").min().over("org_id", "dispatch_id")
    return (
        messages.with_columns(claim=claim, dispatch_claim=of_dispatch)
        .with_columns(
            message_id=pl.when(pl.col("claim") > best)
            .then(pl.format("{}:{}", "implied_by", "message_id"))
            .otherwise("message_id"),
            dispatch_id=pl.when(pl.col("dispatch_claim") > best_dispatch)
            .then(pl.format("campaign:{}", "dispatch_id"))
            .otherwise("dispatch_id"),
            is_described=pl.col("is_described").fill_null(value=False),
        )
        .drop("claim", "dispatch_claim", "implied_by", "dispatch_implied")
    )
