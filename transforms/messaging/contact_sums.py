"""Send facts to sums by contact and by segment: additive, so that buckets merge by adding."""

import polars as pl

from contracts.columns import columns, key
from contracts.facts.send_counts import Counts
from contracts.facts.send_facts import (
    ACTION_CODES,
    CHANNEL_STRIDE,
    ContactSums,
    DescribedMessages,
    EventKeys,
    SegmentSums,
    SendFacts,
)
from contracts.feeds import ListMembers
from contracts.vocabulary import Action
from transforms.common.keys import CAMPAIGN, CONTACT, hash_id
from transforms.messaging.send_facts import BOUNCED, DELIVERED, FAILED, HARD, QUEUED, SENT, SOFT

CAMPAIGN_CONTACT, CAMPAIGN_HASH = "campaign and contact", "campaign"
COUNTS = columns(Counts)
LAST_TIMES = [
    ContactSums.last_sent_at,
    ContactSums.last_delivered_at,
    ContactSums.last_opened_at,
    ContactSums.last_clicked_at,
]
OPT_OUTS = [ContactSums.unsubscribed_at, ContactSums.complained_at]
SUMS = [ContactSums.sends, ContactSums.delivered, ContactSums.opens, ContactSums.clicks]


def sum_contacts(facts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contact key: `ContactSums` over the send facts of a group of buckets."""
    status = pl.col(SendFacts.status_code)
    return (
        facts.filter(~pl.col(SendFacts.is_holdout), pl.col(SendFacts.contact_key).is_not_null())
        .group_by(SendFacts.contact_key)
        .agg(
            pl.len().cast(pl.Int64).alias(ContactSums.sends),
            (status == DELIVERED).sum().cast(pl.Int64).alias(ContactSums.delivered),
            pl.col(SendFacts.opens).sum().alias(ContactSums.opens),
            pl.col(SendFacts.clicks).sum().alias(ContactSums.clicks),
            pl.col(SendFacts.sent_at).max().alias(ContactSums.last_sent_at),
            pl.col(SendFacts.delivered_at).max().alias(ContactSums.last_delivered_at),
            pl.col(SendFacts.last_open_at).max().alias(ContactSums.last_opened_at),
            pl.col(SendFacts.last_click_at).max().alias(ContactSums.last_clicked_at),
            pl.col(OPT_OUTS).min(),
        )
        .select(columns(ContactSums))
    )


def sum_contact_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contact key that opted out by an event of no send: `ContactSums`.

    Args:
        events: `EventKeys` that name no send and no message, contacts identified.
    """
    action = pl.col(EventKeys.type_code) % CHANNEL_STRIDE

    def first(opt_out: Action) -> pl.Expr:
        return pl.col(EventKeys.occurred_at).filter(action == ACTION_CODES[opt_out]).min()

    never = pl.lit(None, pl.Datetime("us", "UTC"))
    return (
        events.filter(pl.col(EventKeys.contact_key).is_not_null())
        .group_by(EventKeys.contact_key)
        .agg(
            first(Action.UNSUBSCRIBED).alias(ContactSums.unsubscribed_at),
            first(Action.COMPLAINED).alias(ContactSums.complained_at),
        )
        .with_columns(
            *(pl.lit(0, pl.Int64).alias(name) for name in SUMS),
            *(never.alias(name) for name in LAST_TIMES),
        )
        .select(columns(ContactSums))
    )


def add_contacts(parts: pl.LazyFrame) -> pl.LazyFrame:
    """Add the sums of several parts of the sends, and of the events that name no send."""
    return (
        parts.group_by(ContactSums.contact_key)
        .agg(pl.col(SUMS).sum(), pl.col(LAST_TIMES).max(), pl.col(OPT_OUTS).min())
        .select(columns(ContactSums))
    )


def key_members(members: pl.LazyFrame) -> pl.LazyFrame:
    """One row per list member in a segment: the key of its campaign and contact, and its segment.

    Args:
        members: Canonical list members.
    """
    return members.filter(pl.col(ListMembers.segment_id).is_not_null()).select(
        ListMembers.org_id,
        ListMembers.segment_id,
        _hash_campaign_and_contact(
            hash_id(ListMembers.campaign_id, seed=CAMPAIGN),
            hash_id(ListMembers.contact_id, seed=CONTACT),
        ),
    )


def _hash_campaign_and_contact(campaign: pl.Expr, contact: pl.Expr) -> pl.Expr:
    both = pl.struct(campaign.alias("campaign"), contact.alias("contact"))
    return both.hash().alias(CAMPAIGN_CONTACT)


def sum_segments(
    facts: pl.LazyFrame, messages: pl.LazyFrame, members: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per segment: `SegmentSums` over the sends to its members. Additive over buckets.

    Args:
        facts: `SendFacts` of a group of buckets.
        messages: `DescribedMessages`.
        members: List members by campaign and contact (`key_members`).
    """
    campaign = DescribedMessages.campaign_id
    campaign_of = messages.filter(pl.col(campaign).is_not_null()).select(
        DescribedMessages.message_key, hash_id(campaign, seed=CAMPAIGN).alias(CAMPAIGN_HASH)
    )
    return (
        facts.join(campaign_of, on=SendFacts.message_key, how="inner", validate="m:1")
        .with_columns(
            _hash_campaign_and_contact(pl.col(CAMPAIGN_HASH), pl.col(SendFacts.contact_key))
        )
        .join(members, on=CAMPAIGN_CONTACT, how="inner", validate="m:1")
        .group_by(key(SegmentSums))
        .agg(count_sends())
        .select(columns(SegmentSums))
    )


def add_segments(parts: pl.LazyFrame) -> pl.LazyFrame:
    """Add the sums by segment of several parts of the sends."""
    return parts.group_by(key(SegmentSums)).agg(pl.col(COUNTS).sum()).select(columns(SegmentSums))


def count_sends() -> list[pl.Expr]:
    """The counts of SPEC §6.1 over send facts, in the order of the contract."""
    status, bounce = pl.col(SendFacts.status_code), pl.col(SendFacts.bounce_code)
    is_sent = ~pl.col(SendFacts.is_holdout)
    conditions = {
        Counts.sends: pl.lit(value=True),
        Counts.queued: status == QUEUED,
        Counts.sent: status == SENT,
        Counts.delivered: status == DELIVERED,
        Counts.bounced: status == BOUNCED,
        Counts.failed: status == FAILED,
        Counts.hard_bounces: (status == BOUNCED) & (bounce == HARD),
        Counts.soft_bounces: (status == BOUNCED) & (bounce == SOFT),
        Counts.unique_opens: pl.col(SendFacts.first_open_at).is_not_null(),
        Counts.human_unique_opens: pl.col(SendFacts.first_human_open_at).is_not_null(),
        Counts.unique_clicks: pl.col(SendFacts.first_click_at).is_not_null(),
        Counts.human_unique_clicks: pl.col(SendFacts.first_human_click_at).is_not_null(),
        Counts.unsubscribes: pl.col(SendFacts.unsubscribed_at).is_not_null(),
        Counts.complaints: pl.col(SendFacts.complained_at).is_not_null(),
        Counts.replies: pl.col(SendFacts.replied_at).is_not_null(),
    }
    counts = {
        **{name: (is_sent & condition).sum() for name, condition in conditions.items()},
        Counts.opens: pl.col(SendFacts.opens).filter(is_sent).sum(),
        Counts.clicks: pl.col(SendFacts.clicks).filter(is_sent).sum(),
        Counts.holdout: (~is_sent).sum(),
    }
    return [counts[name].cast(pl.Int64).alias(name) for name in COUNTS]
