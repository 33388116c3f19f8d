"""Canonical sends, events and sessions as activities: with their contact, message and campaign."""

import polars as pl

from contracts.channels import OTHER_CHANNEL, RunChannels
from contracts.columns import columns, polars_schema
from contracts.facts.activities import ContactSends, ContactSessions, MessageEvents
from contracts.facts.ad_facts import AdNames
from contracts.facts.hierarchy import DescribedMessages
from contracts.facts.order_facts import NamedCampaigns
from contracts.facts.send_keys import AddressOwners
from contracts.feeds import Events, Sends
from contracts.vocabulary import Action, AdLevel, Channel, SendStatus
from transforms.common.keys import MESSAGE, MESSAGE_AND_CONTACT, SEND, hash_email, hash_id
from transforms.messaging.bot_detection import flag_machines
from transforms.messaging.send_keys import message_key_of_send

ORG_ID, CONTACT_ID = Events.org_id, Events.contact_id
SEND_ID, MESSAGE_ID, EVENT_TYPE = Events.send_id, Events.message_id, Events.event_type
CHANNEL = MessageEvents.channel
MESSAGE_KEY = DescribedMessages.message_key
NAMES = [
    MessageEvents.message_name,
    MessageEvents.dispatch_id,
    MessageEvents.campaign_id,
    MessageEvents.campaign_name,
]
WINDOW = [ContactSends.window_start, ContactSends.window_days]
SEND_KEY = [ORG_ID, SEND_ID]
BARE_ACTIONS = [str(action) for action in Action]
SENT_EVENT = "sent event"
MAILED = f"{Channel.DIRECT_MAIL}_{Action.SENT}"


def name_contacts(rows: pl.LazyFrame, emails: pl.LazyFrame) -> pl.LazyFrame:
    """Put the contact in the place of the e-mail address that names it; drop the address."""
    email_key, owner = AddressOwners.email_key, "owner"
    owners = emails.select(email_key, pl.col(AddressOwners.contact_id).alias(owner))
    return (
        rows.with_columns(hash_email().alias(email_key))
        .join(owners, on=email_key, how="left", validate="m:1")
        .with_columns(pl.coalesce(CONTACT_ID, owner).alias(CONTACT_ID))
        .drop(Sends.email, email_key, owner)
    )


def describe_sends(
    sends: pl.LazyFrame, events: pl.LazyFrame, messages: pl.LazyFrame
) -> pl.LazyFrame:
    """Sends with the names of their message, dispatch and campaign, and the time of their sending.

    Args:
        sends: Canonical sends, contacts named (`name_contacts`).
        events: `MessageEvents`.
        messages: `DescribedMessages`.

    Returns:
        `ContactSends`, in no order. A send without sent_at has the time of its first `sent` event,
        else its created_at, else that of its message, dispatch or campaign (SPEC §6.1).
    """
    planned_at = DescribedMessages.planned_at
    own = messages.select(MESSAGE_KEY, MESSAGE_ID, *NAMES, CHANNEL, *WINDOW, planned_at)
    timeless = sends.filter(pl.col(Sends.sent_at).is_null()).select(SEND_KEY)
    sent = (
        events.filter(pl.col(EVENT_TYPE).str.ends_with(f"_{Action.SENT}"))
        .join(timeless, on=SEND_KEY, how="semi")
        .group_by(SEND_KEY)
        .agg(pl.col(MessageEvents.occurred_at).min().alias(SENT_EVENT))
    )
    return (
        sends.join(sent, on=SEND_KEY, how="left", validate="m:1")
        .with_columns(message_key_of_send().alias(MESSAGE_KEY))
        .drop(Sends.message_id, Sends.campaign_id)
        .join(own, on=MESSAGE_KEY, how="left", validate="m:1")
        .with_columns(
            pl.coalesce(Sends.sent_at, SENT_EVENT, Sends.created_at, planned_at).alias(
                ContactSends.sent_at
            ),
            pl.col(Sends.is_holdout).fill_null(value=False),
            pl.lit(value=False).alias(ContactSends.is_of_event),
        )
        .select(columns(ContactSends))
    )


def describe_events(
    events: pl.LazyFrame,
    sends: pl.LazyFrame,
    messages: pl.LazyFrame,
    channels: RunChannels,
    sends_of_messages: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """Events with their contact, message and campaign, machines' ones flagged.

    Complete for any split of the rows by organization and send, and of the events that name none by
    organization, message and contact.

    Args:
        events: Canonical events, contacts named as far as the events themselves do.
        sends: Canonical sends, contacts named.
        messages: `DescribedMessages`.
        channels: The channels of the run.
        sends_of_messages: The same sends, split by message and contact; None where nothing is
            split.

    Returns:
        `MessageEvents`, in no order. An event of a send is of its contact and message; a bare
        action takes its message's channel, or that of what no feed gives a channel.
    """
    of_send = sends.select(
        *SEND_KEY,
        message_key_of_send().alias("send_message"),
        pl.col(CONTACT_ID).alias("send_contact"),
    )
    own = messages.select(
        MESSAGE_KEY, CHANNEL, *NAMES, pl.col(MESSAGE_ID).alias("described_message")
    )
    channel_of_type = {name: channel for name, (channel, _) in channels.interactions.items()} | {
        f"{OTHER_CHANNEL}_{action}": OTHER_CHANNEL for action in Action
    }
    by_message = sends if sends_of_messages is None else sends_of_messages
    is_bare = pl.col(EVENT_TYPE).is_in(BARE_ACTIONS)
    of_message = pl.col(CHANNEL).fill_null(OTHER_CHANNEL)
    of_type = pl.col(EVENT_TYPE).replace_strict(
        channel_of_type, default=None, return_dtype=pl.String
    )
    return (
        events.pipe(_flag_machines, sends, by_message)
        .join(of_send, on=SEND_KEY, how="left", validate="m:1")
        .with_columns(
            pl.coalesce("send_message", hash_id(MESSAGE_ID, seed=MESSAGE)).alias(MESSAGE_KEY),
            pl.coalesce(CONTACT_ID, "send_contact").alias(CONTACT_ID),
        )
        .join(own, on=MESSAGE_KEY, how="left", validate="m:1")
        .with_columns(
            pl.when(is_bare)
            .then(pl.format("{}_{}", of_message, EVENT_TYPE))
            .otherwise(EVENT_TYPE)
            .alias(EVENT_TYPE),
            pl.when(is_bare).then(of_message).otherwise(of_type).alias(CHANNEL),
            pl.coalesce("described_message", MESSAGE_ID).alias(MESSAGE_ID),
        )
        .select(columns(MessageEvents))
    )


def _flag_machines(
    events: pl.LazyFrame, sends: pl.LazyFrame, sends_of_messages: pl.LazyFrame
) -> pl.LazyFrame:
    """Flag machines among the events of a send; of events that name none, of message and contact.

    The clicks of a send are known by a hash of it, in the place of its id.
    """
    of_send, of_message = hash_id(SEND_ID, seed=SEND), _hash_message_and_contact()
    deliveries = pl.concat(
        [
            rows.filter(pl.col(Sends.delivered_at).is_not_null()).select(
                ORG_ID, by.alias(SEND_ID), Sends.delivered_at
            )
            for rows, by in ((sends, of_send), (sends_of_messages, of_message))
        ]
    )
    return (
        events.with_columns(
            pl.coalesce(of_send, of_message).alias(SEND_ID), pl.col(SEND_ID).alias("named_send")
        )
        .pipe(flag_machines, deliveries.filter(pl.col(SEND_ID).is_not_null()))
        .with_columns(pl.col("named_send").alias(SEND_ID))
        .drop("named_send")
    )


def _hash_message_and_contact() -> pl.Expr:
    """A hash of organization, message and contact; null where one of the two is."""
    named = (pl.col(MESSAGE_ID), pl.col(CONTACT_ID))
    whole = pl.struct(ORG_ID, *named).hash(MESSAGE_AND_CONTACT)
    return pl.when(*(one.is_not_null() for one in named)).then(whole)


def add_direct_mail(
    sends: pl.LazyFrame, events: pl.LazyFrame, messages: pl.LazyFrame
) -> pl.LazyFrame:
    """Add the direct mail that only events show to the sends, with its window.

    Args:
        sends: `ContactSends`.
        events: `MessageEvents`.
        messages: `DescribedMessages`.

    Returns:
        `ContactSends`, in no order; those added are marked as `is_of_event` and have the id of the
        event that shows them. Two events of one instant are one send.
    """
    windows = messages.filter(pl.col(MESSAGE_ID).is_not_null()).select(ORG_ID, MESSAGE_ID, *WINDOW)
    who = [ORG_ID, MESSAGE_ID, CONTACT_ID]
    shown = (
        events.filter(pl.col(EVENT_TYPE) == MAILED, pl.col(CONTACT_ID).is_not_null())
        .join(sends.select(who).unique(), on=who, how="anti")
        .group_by(*who, pl.col(MessageEvents.occurred_at).alias(ContactSends.sent_at))
        .agg(pl.col(MessageEvents.event_id).min().alias(SEND_ID), pl.col(*NAMES, CHANNEL).max())
        .join(windows, on=[ORG_ID, MESSAGE_ID], how="left", validate="m:1")
        .with_columns(
            pl.lit(str(SendStatus.SENT)).alias(ContactSends.status),
            pl.lit(value=False).alias(ContactSends.is_holdout),
            pl.lit(value=True).alias(ContactSends.is_of_event),
        )
    )
    return pl.concat([sends, shown.select(columns(ContactSends))])


def describe_sessions(sessions: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    """Session facts with the names of their ad and its campaign, as they are now.

    Args:
        sessions: `SessionFacts`, contacts filled in.
        names: `AdNames`.

    Returns:
        `ContactSessions`, in no order.
    """
    platform = [ORG_ID, ContactSessions.platform]
    ads = _name_latest(names, AdLevel.AD, ContactSessions.ad_id, ContactSessions.ad_name)
    return (
        sessions.join(
            name_campaigns(names),
            on=[*platform, ContactSessions.campaign_id],
            how="left",
            validate="m:1",
        )
        .join(ads, on=[*platform, ContactSessions.ad_id], how="left", validate="m:1")
        .select(polars_schema(ContactSessions).names())
    )


def name_campaigns(names: pl.LazyFrame) -> pl.LazyFrame:
    """One row per organization, platform and ad campaign: its `campaign_name` as it is now."""
    return _name_latest(
        names, AdLevel.CAMPAIGN, NamedCampaigns.campaign_id, NamedCampaigns.campaign_name
    )


def _name_latest(names: pl.LazyFrame, level: AdLevel, by: str, named: str) -> pl.LazyFrame:
    return (
        names.filter(
            pl.col(AdNames.level) == level,
            pl.col(AdNames.name).is_not_null(),
            pl.col(by).is_not_null(),
        )
        .sort(AdNames.valid_from, AdNames.name, nulls_last=False)
        .group_by(AdNames.org_id, AdNames.platform, by, maintain_order=True)
        .agg(pl.col(AdNames.name).last().alias(named))
    )
