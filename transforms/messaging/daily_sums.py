"""Send facts and events to sums by message and day: additive, so that buckets merge by adding."""

import polars as pl
from polars.lazyframe.group_by import LazyGroupBy

from contracts.channels import RunChannels, name_codes
from contracts.columns import Rows, columns, key
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_facts import CountedEvents, SendFacts
from contracts.facts.messaging.send_keys import LinkTexts
from contracts.facts.messaging.send_sums import (
    AssumedBases,
    ChannelDays,
    ChannelLinks,
    DeliveryCounts,
    MessageDays,
    MessageLinks,
)
from contracts.vocabulary import Action
from transforms.common.calendar import reporting_day
from transforms.common.rates import COUNTS
from transforms.messaging.additive_sums import SUMS, add_up
from transforms.messaging.delivery_basis import assume_deliveries, channel_of_basis
from transforms.messaging.delivery_counts import FIRST_TIMES
from transforms.messaging.send_facts import BOUNCED, DELIVERED, FAILED, HARD, QUEUED, SENT, SOFT

MESSAGE = [SendFacts.message_key, SendFacts.basis_key]
EVERY_TIME = {Counts.opens: Action.OPENED, Counts.clicks: Action.CLICKED}
"""Count of events -> their action; what other events tell is counted once a send."""


def sum_message_days(
    facts: Rows[SendFacts], events: Rows[CountedEvents], timezone: str
) -> pl.LazyFrame:
    """One row per message, channel and day: what happened on it.

    Args:
        facts: Of a group of buckets.
        events: Of the same group.

    Returns:
        `MessageDays`. Uniques are counted on the day of the first, so that the days add up.
    """
    status, bounce = pl.col(SendFacts.status_code), pl.col(SendFacts.bounce_code)
    sent_at = pl.col(SendFacts.sent_at)
    sends = facts.filter(~pl.col(SendFacts.is_holdout))
    # Nothing is assumed of events: they count under a basis that names their channel alone.
    own = events.with_columns(
        pl.col(CountedEvents.channel_code).cast(pl.UInt64).alias(SendFacts.basis_key)
    )
    parts = [
        _on_day(sends, pl.col(SendFacts.sent_day)).agg(
            pl.len().alias(Counts.sends),
            (status == QUEUED).sum().alias(Counts.queued),
            (status == SENT).sum().alias(Counts.sent),
            (status == SENT).sum().alias(DeliveryCounts.assumable),
            pl.col(SendFacts.has_receipt).sum().alias(DeliveryCounts.receipts),
            (status == FAILED).sum().alias(Counts.failed),
            sent_at.min().alias(MessageDays.first_sent_at),
            sent_at.max().alias(MessageDays.last_sent_at),
        ),
        _on_day(facts.filter(SendFacts.is_holdout), pl.col(SendFacts.sent_day)).agg(
            pl.len().alias(Counts.holdout)
        ),
        _on_day(sends.filter(status == DELIVERED), pl.col(SendFacts.delivered_day)).agg(
            pl.len().alias(Counts.delivered)
        ),
        _on_day(sends.filter(status == BOUNCED), pl.col(SendFacts.bounced_day)).agg(
            pl.len().alias(Counts.bounced),
            (bounce == HARD).sum().alias(Counts.hard_bounces),
            (bounce == SOFT).sum().alias(Counts.soft_bounces),
            (bounce == 0).sum().alias(Counts.other_bounces),
        ),
        *(
            _on_day(
                sends.filter(pl.col(at).is_not_null()), reporting_day(pl.col(at), timezone)
            ).agg(pl.len().alias(count))
            for count, at in FIRST_TIMES.items()
        ),
        *(
            _on_day(
                own.filter(pl.col(CountedEvents.action_code) == ACTION_CODES[action]),
                reporting_day(pl.col(CountedEvents.occurred_at), timezone),
            ).agg(pl.len().alias(count))
            for count, action in EVERY_TIME.items()
        ),
    ]
    return add_up(pl.concat(parts, how="diagonal_relaxed"), SUMS["days"])


def _on_day(rows: pl.LazyFrame, day: pl.Expr) -> LazyGroupBy:
    return rows.group_by(*MESSAGE, day.alias(MessageDays.date_day))


def sum_links(events: Rows[CountedEvents]) -> Rows[MessageLinks]:
    """One row per message, channel and link: its clicks, and the sends with one.

    Args:
        events: Of a group of buckets.
    """
    is_click = pl.col(CountedEvents.action_code) == ACTION_CODES[Action.CLICKED]
    at, unit = pl.col(CountedEvents.occurred_at), pl.col(CountedEvents.unit_key)
    return (
        events.filter(is_click, pl.col(CountedEvents.link_key).is_not_null())
        .group_by(key(MessageLinks))
        .agg(
            pl.len().cast(pl.Int64).alias(MessageLinks.clicks),
            unit.n_unique().cast(pl.Int64).alias(MessageLinks.unique_clicks),
            at.min().alias(MessageLinks.first_clicked_at),
            at.max().alias(MessageLinks.last_clicked_at),
        )
        .select(columns(MessageLinks))
    )


def name_days(
    days: Rows[MessageDays], assumed: Rows[AssumedBases], channels: RunChannels
) -> Rows[ChannelDays]:
    """Count assumed deliveries, and name the channels of the sums by day.

    Args:
        days: Over all sends.
    """
    code = channel_of_basis().alias(ChannelDays.channel)
    return (
        assume_deliveries(days, assumed)
        .with_columns(code)
        .group_by(key(ChannelDays))
        .agg(
            pl.col(*COUNTS, ChannelDays.assumed_sends).sum(),
            pl.col(ChannelDays.first_sent_at).min(),
            pl.col(ChannelDays.last_sent_at).max(),
        )
        .with_columns(name_codes(channels, ChannelDays.channel))
        .select(columns(ChannelDays))
    )


def name_links(
    links: Rows[MessageLinks], texts: Rows[LinkTexts], channels: RunChannels
) -> Rows[ChannelLinks]:
    """Name the channels and the links of the sums by link.

    Args:
        links: Over all sends.
    """
    named = name_codes(channels, MessageLinks.channel_code).alias(ChannelLinks.channel)
    return (
        links.join(texts, on=MessageLinks.link_key, how="inner", validate="m:1")
        .with_columns(named)
        .select(columns(ChannelLinks))
    )
