"""Canonical sends, events and sessions as activities: with their contact, message and campaign."""

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.activities import ContactSends, MessageEvents, Visits
from contracts.facts.ad_facts import AdNames
from contracts.facts.send_facts import CHANNEL_CODES
from contracts.feeds import Events, Sends
from contracts.vocabulary import INTERACTIONS, Action, AdLevel, Channel, SendStatus
from transforms.ads.entities import EntityDays, list_spending
from transforms.common.keys import MESSAGE, SEND, hash_email, hash_id
from transforms.messaging.bot_detection import flag_machines
from transforms.messaging.send_keys import message_key

CHANNEL_OF_TYPE = {name: str(channel) for name, (channel, _) in INTERACTIONS.items()}
BARE_ACTIONS = [str(action) for action in Action]
NAMES = [
    "message_name",
    "dispatch_id",
    "campaign_id",
    "campaign_name",
]
SEND_KEY = ["org_id", Sends.send_id]
PAIR = 10
"""Seed of the hash of a message and a contact, where events name no send."""


def name_contacts(rows: pl.LazyFrame, emails: pl.LazyFrame) -> pl.LazyFrame:
    """Put the contact in the place of the e-mail address that names it; drop the address."""
    known = emails.select("email_key", known=pl.col("contact_id"))
    return (
        rows.with_columns(email_key=hash_email())
        .join(known, on="email_key", how="left", validate="m:1")
        .with_columns(contact_id=pl.coalesce("contact_id", "known"))
        .drop("email", "email_key", "known")
    )


def describe_sends(sends: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Sends with the names of their message, dispatch and campaign.

    Args:
        sends: Canonical sends, contacts named (`name_contacts`).
        messages: Every message (`hierarchy.describe_messages`).

    Returns:
        `ContactSends`, in no order.
    """
    own = messages.select("message", "message_id", *NAMES, "channel", "window_start", "window_days")
    return (
        sends.with_columns(message=message_key())
        .drop(Sends.message_id, Sends.campaign_id)
        .join(own, on="message", how="left", validate="m:1")
        .with_columns(pl.col(Sends.is_holdout).fill_null(value=False))
        .select(polars_schema(ContactSends).names())
    )


def describe_events(
    events: pl.LazyFrame,
    sends: pl.LazyFrame,
    messages: pl.LazyFrame,
    sends_of_pairs: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """Events with their contact, message and campaign, machines' ones flagged.

    Complete for any split of the rows by organization and send, and of the events that name none by
    organization, message and contact.

    Args:
        events: Canonical events, contacts named as far as the events themselves do.
        sends: Canonical sends, contacts named.
        messages: Every message (`hierarchy.describe_messages`).
        sends_of_pairs: The same sends, split by message and contact; None where nothing is split.

    Returns:
        `MessageEvents`, in no order. An event of a send is of its contact and message; a bare
        action takes its message's channel.
    """
    of_send = sends.select(
        *SEND_KEY,
        send_message=message_key(),
        send_contact=Sends.contact_id,
    )
    own = messages.select("message", "channel", *NAMES, described_message=pl.col("message_id"))
    is_bare = pl.col(Events.event_type).is_in(BARE_ACTIONS) & pl.col("channel").is_not_null()
    return (
        events.pipe(_flag_machines, sends, sends if sends_of_pairs is None else sends_of_pairs)
        .join(of_send, on=SEND_KEY, how="left", validate="m:1")
        .with_columns(
            message=pl.coalesce("send_message", hash_id(Events.message_id, seed=MESSAGE)),
            contact_id=pl.coalesce("contact_id", "send_contact"),
        )
        .join(own, on="message", how="left", validate="m:1")
        .with_columns(
            event_type=pl.when(is_bare)
            .then(pl.format("{}_{}", "channel", "event_type"))
            .otherwise("event_type"),
            message_id=pl.coalesce("described_message", "message_id"),
        )
        .with_columns(
            channel=pl.col("event_type").replace_strict(
                CHANNEL_OF_TYPE, default=None, return_dtype=pl.String
            )
        )
        .select(polars_schema(MessageEvents).names())
    )


def _flag_machines(
    events: pl.LazyFrame, sends: pl.LazyFrame, sends_of_pairs: pl.LazyFrame
) -> pl.LazyFrame:
    """Flag machines among the events of a send; of events that name none, of message and contact.

    The clicks of a send are told by a hash of it, in the place of its id.
    """
    send, pair = hash_id(Events.send_id, seed=SEND), _hash_message_and_contact()
    deliveries = pl.concat(
        [
            rows.filter(pl.col(Sends.delivered_at).is_not_null()).select(
                "org_id", by.alias(Events.send_id), Sends.delivered_at
            )
            for rows, by in ((sends, send), (sends_of_pairs, pair))
        ]
    )
    return (
        events.with_columns(pl.coalesce(send, pair).alias(Events.send_id), named_send="send_id")
        .pipe(flag_machines, deliveries.filter(pl.col(Events.send_id).is_not_null()))
        .with_columns(pl.col("named_send").alias(Events.send_id))
        .drop("named_send")
    )


def _hash_message_and_contact() -> pl.Expr:
    """A hash of organization, message and contact; null where one of the two is."""
    pair = (pl.col(Events.message_id), pl.col(Events.contact_id))
    whole = pl.struct("org_id", *pair).hash(PAIR)
    return pl.when(*(one.is_not_null() for one in pair)).then(whole)


def add_mailings(sends: pl.LazyFrame, events: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Add the direct mail that only events tell of to the sends, with its window.

    Args:
        sends: `ContactSends`.
        events: `MessageEvents`.
        messages: Every message, with the attribution window.
    """
    windows = messages.filter(pl.col("message_id").is_not_null()).select(
        "org_id", "message_id", "window_start", "window_days"
    )
    keys = ["org_id", "message_id", "contact_id"]
    mailed = (
        events.filter(
            pl.col(MessageEvents.event_type) == f"{Channel.DIRECT_MAIL}_{Action.SENT}",
            pl.col(MessageEvents.contact_id).is_not_null(),
        )
        .join(sends.select(keys).unique(), on=keys, how="anti")
        .group_by(keys)
        .agg(
            pl.col("event_id").sort_by("occurred_at", "event_id").first().alias("send_id"),
            pl.col(*NAMES, "channel").max(),
            sent_at=pl.col("occurred_at").min(),
        )
        .join(windows, on=["org_id", "message_id"], how="left", validate="m:1")
        .with_columns(status=pl.lit(str(SendStatus.SENT)), is_holdout=pl.lit(value=False))
    )
    return pl.concat([sends, mailed.select(polars_schema(ContactSends).names())])


def describe_visits(sessions: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    """Session facts with the names of their ad and its campaign, as they are now.

    Args:
        sessions: `SessionFacts`, contacts filled in.
        names: `AdNames`.

    Returns:
        `Visits`, in no order.
    """
    platform = ["org_id", "platform"]
    return (
        sessions.join(
            name_campaigns(names),
            on=[*platform, "campaign_id"],
            how="left",
            validate="m:1",
        )
        .join(
            _name_latest(names, AdLevel.AD, "ad_id", "ad_name"),
            on=[*platform, "ad_id"],
            how="left",
            validate="m:1",
        )
        .select(polars_schema(Visits).names())
    )


def name_campaigns(names: pl.LazyFrame) -> pl.LazyFrame:
    """One row per organization, platform and ad campaign: its `campaign_name` as it is now."""
    return _name_latest(names, AdLevel.CAMPAIGN, "campaign_id", "campaign_name")


def _name_latest(names: pl.LazyFrame, level: AdLevel, by: str, named: str) -> pl.LazyFrame:
    return (
        names.filter(
            pl.col(AdNames.level) == level,
            pl.col(AdNames.name).is_not_null(),
            pl.col(by).is_not_null(),
        )
        .sort(AdNames.valid_from, AdNames.name, nulls_last=False)
        .group_by("org_id", "platform", by, maintain_order=True)
        .agg(pl.col(AdNames.name).last().alias(named))
    )


def list_costs(days: pl.LazyFrame, rows: pl.LazyFrame, stats: EntityDays) -> pl.LazyFrame:
    """What messages and ads cost, by day, channel, platform and campaign.

    A message's cost stands on its first day of sending; on none where it was never sent.

    Args:
        days: Sums by message and day.
        rows: The message rows of every channel, with `message`, `channel` and `cost`.
        stats: `DailyStats` and their entities.
    """
    codes = {str(channel): code for channel, code in CHANNEL_CODES.items()}
    first = (
        days.filter(pl.col("sends") > 0)
        .group_by("message", "channel")
        .agg(pl.col("date_day").min())
        .with_columns(
            pl.col("channel").replace_strict(
                {code: channel for channel, code in codes.items()}, return_dtype=pl.String
            )
        )
    )
    of_messages = (
        rows.filter(pl.col("cost").is_not_null())
        .join(first, on=["message", "channel"], how="left", validate="1:1")
        .select(
            "org_id",
            "date_day",
            "channel",
            pl.lit(None, pl.String).alias("platform"),
            "campaign_id",
            "cost",
        )
    )
    spending = stats.among(list_spending(stats.entities))
    of_ads = spending.rows().select(
        "org_id",
        "date_day",
        pl.lit(str(Channel.ADS)).alias("channel"),
        "platform",
        "campaign_id",
        pl.col("spend").alias("cost"),
    )
    return pl.concat([of_messages, of_ads])
