"""Send facts and events to sums by message and day: additive, so that buckets merge by adding."""

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.facts.send_counts import Counts
from contracts.facts.send_facts import ACTION_CODES, MessageDays, MessageLinks
from contracts.vocabulary import Action
from transforms.common.calendar import reporting_day
from transforms.messaging.send_facts import BOUNCED, DELIVERED, FAILED, HARD, QUEUED, SENT, SOFT

KEY = ("message", "channel", "date_day")
COUNTS = columns(Counts)


def sum_message_days(facts: pl.LazyFrame, placed: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """One row per message, channel and day: what happened on it.

    Args:
        facts: Send facts of a bucket.
        placed: The same bucket's events (`sends.place_events`).
        timezone: The reporting time zone.

    Returns:
        `MessageDays`. Uniques are counted on the day of the first, so that the days add up.
    """
    status, real = pl.col("status"), ~pl.col("is_holdout")
    day_of = {
        "human_unique_opens": "first_human_open_at",
        "unique_opens": "first_open_at",
        "human_unique_clicks": "first_human_click_at",
        "unique_clicks": "first_click_at",
        "unsubscribes": "unsubscribed_at",
        "complaints": "complained_at",
        "replies": "replied_at",
    }
    sends = facts.filter(real)
    by_sent_day = sends.group_by("message", "channel", date_day="sent_day").agg(
        sends=pl.len(),
        queued=(status == QUEUED).sum(),
        sent=(status == SENT).sum(),
        failed=(status == FAILED).sum(),
        first_sent_at=pl.col("sent_at").min(),
        last_sent_at=pl.col("sent_at").max(),
    )
    held_out = (
        facts.filter(~real)
        .group_by("message", "channel", date_day="sent_day")
        .agg(holdout=pl.len())
    )
    delivered = (
        sends.filter(status == DELIVERED)
        .group_by("message", "channel", date_day="delivered_day")
        .agg(delivered=pl.len())
    )
    bounced = (
        sends.filter(status == BOUNCED)
        .group_by("message", "channel", date_day="bounced_day")
        .agg(
            bounced=pl.len(),
            hard_bounces=(pl.col("hardness") == HARD).sum(),
            soft_bounces=(pl.col("hardness") == SOFT).sum(),
        )
    )
    uniques = [
        sends.filter(pl.col(at).is_not_null())
        .group_by("message", "channel", date_day=reporting_day(pl.col(at), timezone))
        .agg(pl.len().alias(name))
        for name, at in day_of.items()
    ]
    every = [
        placed.filter(pl.col("action") == ACTION_CODES[action])
        .group_by("message", "channel", date_day=reporting_day(pl.col("at"), timezone))
        .agg(pl.len().alias(name))
        for name, action in (("opens", Action.OPENED), ("clicks", Action.CLICKED))
    ]
    return add_message_days(
        pl.concat(
            [by_sent_day, held_out, delivered, bounced, *uniques, *every], how="diagonal_relaxed"
        )
    )


def add_message_days(parts: pl.LazyFrame) -> pl.LazyFrame:
    """Add the sums of several parts of the sends."""
    return (
        parts.group_by(KEY)
        .agg(
            *(pl.col(name).sum().cast(pl.Int64) for name in COUNTS),
            pl.col("first_sent_at").min(),
            pl.col("last_sent_at").max(),
        )
        .select(polars_schema(MessageDays).names())
    )


def sum_links(placed: pl.LazyFrame) -> pl.LazyFrame:
    """One row per message, channel and link: its clicks, and the sends with one."""
    return (
        placed.filter(pl.col("action") == ACTION_CODES[Action.CLICKED], pl.col("url").is_not_null())
        .group_by("message", "channel", "url", "unit")
        .agg(clicks=pl.len(), first=pl.col("at").min(), last=pl.col("at").max())
        .group_by("message", "channel", "url")
        .agg(
            clicks=pl.col("clicks").sum(),
            unique_clicks=pl.len(),
            first_clicked_at=pl.col("first").min(),
            last_clicked_at=pl.col("last").max(),
        )
    )


def add_links(parts: pl.LazyFrame) -> pl.LazyFrame:
    """Add the links of several parts of the sends."""
    return (
        parts.group_by("message", "channel", "url")
        .agg(
            pl.col("clicks").sum().cast(pl.Int64),
            pl.col("unique_clicks").sum().cast(pl.Int64),
            pl.col("first_clicked_at").min(),
            pl.col("last_clicked_at").max(),
        )
        .select(polars_schema(MessageLinks).names())
    )
