"""Reports about people: sums over the send fact by contact and by segment (SPEC §6.4)."""

import polars as pl

from contracts.columns import columns
from contracts.facts.send_facts import ACTION_CODES, CHANNEL_STRIDE
from contracts.feeds import Contacts, ListMembers, Segments
from contracts.reports.people import ContactReport, SegmentReport
from contracts.vocabulary import Action
from transforms.common.keys import CAMPAIGN, CONTACT, hash_id
from transforms.common.rates import COUNTS, add_rates
from transforms.messaging.send_facts import BOUNCED, DELIVERED, FAILED, HARD, QUEUED, SENT, SOFT
from transforms.reports.messaging import finish

PERSONAL = [c for c in columns(ContactReport) if c not in {"org_id", "contact_id"}]


def sum_contacts(facts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contact key: what was sent to it and what it did. Additive over buckets."""
    return (
        facts.filter(~pl.col("is_holdout"), pl.col("contact").is_not_null())
        .group_by("contact")
        .agg(
            sends=pl.len().cast(pl.Int64),
            delivered=(pl.col("status") == DELIVERED).sum().cast(pl.Int64),
            opens=pl.col("opens").sum(),
            clicks=pl.col("clicks").sum(),
            last_sent_at=pl.col("sent_at").max(),
            last_delivered_at=pl.col("delivered_at").max(),
            last_opened_at=pl.col("last_open_at").max(),
            last_clicked_at=pl.col("last_click_at").max(),
            unsubscribed_at=pl.col("unsubscribed_at").min(),
            complained_at=pl.col("complained_at").min(),
        )
    )


def sum_persons(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contact key that opted out by an event of no send; shaped as `sum_contacts`."""

    def first(action: Action) -> pl.Expr:
        is_action = pl.col("kind") % CHANNEL_STRIDE == ACTION_CODES[action]
        return pl.when(is_action).then(pl.col("at")).min()

    none, never = pl.lit(0, pl.Int64), pl.lit(None, pl.Datetime("us", "UTC"))
    return (
        events.filter(pl.col("contact").is_not_null())
        .group_by("contact")
        .agg(
            unsubscribed_at=first(Action.UNSUBSCRIBED),
            complained_at=first(Action.COMPLAINED),
        )
        .select(
            "contact",
            sends=none,
            delivered=none,
            opens=none,
            clicks=none,
            last_sent_at=never,
            last_delivered_at=never,
            last_opened_at=never,
            last_clicked_at=never,
            unsubscribed_at="unsubscribed_at",
            complained_at="complained_at",
        )
    )


def add_contacts(parts: pl.LazyFrame) -> pl.LazyFrame:
    """Add the sums of several parts of the sends, and the events that name no send."""
    return parts.group_by("contact").agg(
        pl.col("sends", "delivered", "opens", "clicks").sum(),
        pl.col("last_sent_at", "last_delivered_at", "last_opened_at", "last_clicked_at").max(),
        pl.col("unsubscribed_at", "complained_at").min(),
    )


def report_contacts(
    contacts: pl.LazyFrame,
    sums: pl.LazyFrame,
    visits: pl.LazyFrame | None,
    orders: pl.LazyFrame | None,
) -> pl.LazyFrame:
    """One row per contact, active or not.

    Args:
        contacts: Canonical contacts, latest versions.
        sums: One row per contact key (`add_contacts`).
        visits: One row per session with its contact; None without web feeds.
        orders: One row per organization and contact: `orders` and `revenue`; None without orders.
    """
    counts = ["sends", "delivered", "opens", "clicks"]
    person = ["org_id", Contacts.contact_id]
    sessions = (
        None if visits is None else visits.group_by(person).agg(sessions=pl.len().cast(pl.Int64))
    )
    unknown = {
        "sessions": pl.lit(None, pl.Int64),
        "orders": pl.lit(None, pl.Int64),
        "revenue": pl.lit(None, pl.Decimal(18, 4)),
    }
    rows = contacts.select(*person, contact=hash_id(Contacts.contact_id, seed=CONTACT))
    for known in (sessions, orders):
        if known is not None:
            names = [name for name in unknown if name in known.collect_schema()]
            rows = rows.join(known, on=person, how="left", validate="1:1").with_columns(
                pl.col(names).fill_null(0)
            )
            unknown = {name: lit for name, lit in unknown.items() if name not in names}
    return (
        rows.with_columns(**unknown)
        .join(sums, on="contact", how="left", validate="1:1")
        .with_columns(pl.col(counts).fill_null(0))
        .pipe(finish, ContactReport)
    )


def place_members(members: pl.LazyFrame) -> pl.LazyFrame:
    """One row per list member: the key of its campaign and contact, and its segment."""
    return members.filter(pl.col(ListMembers.segment_id).is_not_null()).select(
        "org_id",
        ListMembers.segment_id,
        member=pl.struct(
            hash_id(ListMembers.campaign_id, seed=CAMPAIGN),
            hash_id(ListMembers.contact_id, seed=CONTACT).alias("contact"),
        ).hash(),
    )


def sum_segments(
    facts: pl.LazyFrame, messages: pl.LazyFrame, members: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per segment: counts over the sends to its members. Additive over buckets.

    Args:
        facts: Send facts of a bucket.
        messages: Every message with its campaign (`hierarchy.describe_messages`).
        members: List members by campaign and contact (`place_members`).
    """
    campaign_of = messages.filter(pl.col("campaign_id").is_not_null()).select(
        "message", campaign=hash_id("campaign_id", seed=CAMPAIGN)
    )
    return (
        facts.join(campaign_of, on="message", how="inner", validate="m:1")
        .with_columns(member=pl.struct(pl.col("campaign").alias("campaign_id"), "contact").hash())
        .join(members, on="member", how="inner", validate="m:1")
        .group_by("org_id", "segment_id")
        .agg(count_sends())
    )


def add_segments(parts: pl.LazyFrame) -> pl.LazyFrame:
    """Add the sums by segment of several parts of the sends."""
    return parts.group_by("org_id", "segment_id").agg(pl.col(COUNTS).sum())


def count_sends() -> list[pl.Expr]:
    """The counts of SPEC §6.1 over send facts, in the order of the contract."""
    status, real = pl.col("status"), ~pl.col("is_holdout")
    conditions = {
        "sends": pl.lit(value=True),
        "queued": status == QUEUED,
        "sent": status == SENT,
        "delivered": status == DELIVERED,
        "bounced": status == BOUNCED,
        "failed": status == FAILED,
        "hard_bounces": (status == BOUNCED) & (pl.col("hardness") == HARD),
        "soft_bounces": (status == BOUNCED) & (pl.col("hardness") == SOFT),
        "unique_opens": pl.col("first_open_at").is_not_null(),
        "human_unique_opens": pl.col("first_human_open_at").is_not_null(),
        "unique_clicks": pl.col("first_click_at").is_not_null(),
        "human_unique_clicks": pl.col("first_human_click_at").is_not_null(),
        "unsubscribes": pl.col("unsubscribed_at").is_not_null(),
        "complaints": pl.col("complained_at").is_not_null(),
        "replies": pl.col("replied_at").is_not_null(),
    }
    counts = {name: (real & condition).sum() for name, condition in conditions.items()}
    counts["opens"] = pl.col("opens").filter(real).sum()
    counts["clicks"] = pl.col("clicks").filter(real).sum()
    counts["holdout"] = (~real).sum()
    return [counts[name].cast(pl.Int64).alias(name) for name in COUNTS]


def report_segments(
    segments: pl.LazyFrame, members: pl.LazyFrame, sums: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per segment.

    Args:
        segments: Canonical segments, latest versions.
        members: Canonical list members, latest versions.
        sums: One row per segment (`sum_segments`, added up over the buckets).
    """
    use = members.group_by("org_id", ListMembers.segment_id).agg(
        members=pl.col(ListMembers.contact_id).n_unique().cast(pl.Int64),
        campaigns_used_in=pl.col(ListMembers.campaign_id).n_unique().cast(pl.Int64),
    )
    keys = ["org_id", Segments.segment_id]
    return (
        segments.select(*keys, Segments.contact_count, segment_name=Segments.name)
        .join(use, on=keys, how="left", validate="1:1")
        .join(sums, on=keys, how="left", validate="1:1")
        .with_columns(pl.col("members", "campaigns_used_in", *COUNTS).fill_null(0))
        .pipe(add_rates)
        .pipe(finish, SegmentReport)
    )
