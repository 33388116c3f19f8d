"""Canonical sends, events and sessions as activities: with their contact, message and campaign.

They are written with numbers in the place of contacts and messages (`number_sends`,
`number_events`); what reads them gets the texts back (`describe_sends`, `describe_events`).
"""

import polars as pl

from contracts.channels import OTHER_CHANNEL, RunChannels
from contracts.columns import columns
from contracts.facts.activities import ContactSends, MessageEvents
from contracts.facts.hierarchy import DescribedMessages
from contracts.facts.key_types import ACTION_CODES, CHANNEL_STRIDE
from contracts.facts.numbered_activities import (
    Clicks,
    FirstSentEvents,
    NumberedEvents,
    NumberedMessages,
    NumberedSends,
    SendPlaces,
)
from contracts.facts.send_keys import AddressOwners, EventKeys, SendKeys
from contracts.feeds import Events, Sends
from contracts.vocabulary import Action
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import MESSAGE, MESSAGE_AND_CONTACT, SEND, hash_email, hash_id
from transforms.messaging.send_keys import message_key_of_send
from transforms.people.person_numbers import CONTACT_KEY, CONTACT_NO, PART, number_contacts

ORG_ID, CONTACT_ID = Events.org_id, Events.contact_id
SEND_ID, MESSAGE_ID, EVENT_TYPE = Events.send_id, Events.message_id, Events.event_type
CHANNEL = MessageEvents.channel
MESSAGE_KEY, MESSAGE_NO = DescribedMessages.message_key, NumberedMessages.message_no
NAMES = [
    MessageEvents.message_name,
    MessageEvents.dispatch_id,
    MessageEvents.campaign_id,
    MessageEvents.campaign_name,
]
WINDOW = [ContactSends.window_start, ContactSends.window_days]
BARE_ACTIONS = [str(action) for action in Action]
OWN_MESSAGE, MESSAGE_OF_SEND = "own message", "message of send"
DESCRIBED, ITS_CHANNEL = "described", "its channel"
CONTACT_OF_SEND, PART_OF_SEND = "contact of send", "part of send"


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


def number_messages(messages: pl.LazyFrame) -> pl.LazyFrame:
    """Number messages (`DescribedMessages`), as `NumberedMessages`."""
    return messages.sort(MESSAGE_KEY).with_row_index(MESSAGE_NO).select(columns(NumberedMessages))


def place_sends(sends: pl.LazyFrame, people: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Find out whose each send is, and of which message: `SendPlaces`.

    Args:
        sends: `FeedSends`, contacts identified.
        people: `People`.
        messages: `NumberedMessages`.
    """
    return (
        sends.select(SendKeys.send_key, MESSAGE_KEY, CONTACT_KEY)
        .join(
            people.select(CONTACT_KEY, CONTACT_NO, PART),
            on=CONTACT_KEY,
            how="left",
            validate=STREAMED,
            build_side=HELD,
        )
        .join(
            messages.select(MESSAGE_KEY, MESSAGE_NO),
            on=MESSAGE_KEY,
            how="left",
            validate=STREAMED,
            build_side=HELD,
        )
        .select(columns(SendPlaces))
    )


def find_first_sent(events: pl.LazyFrame, sends: pl.LazyFrame) -> pl.LazyFrame:
    """Find the first `sent` event of each send without a time of its own (`FirstSentEvents`).

    Complete for any split of the rows by send.

    Args:
        events: `FeedEvents` that name their send by its id.
        sends: `FeedSends`.
    """
    is_sent = pl.col(EventKeys.type_code) % CHANNEL_STRIDE == ACTION_CODES[Action.SENT]
    timeless = sends.filter(pl.col(SendKeys.sent_at).is_null()).select(SendKeys.send_key)
    return (
        events.filter(is_sent)
        .join(timeless, on=EventKeys.send_key, how="semi")
        .group_by(FirstSentEvents.send_key)
        .agg(pl.col(EventKeys.occurred_at).min().alias(FirstSentEvents.first_sent_at))
    )


def number_sends(
    sends: pl.LazyFrame, sent: pl.LazyFrame, people: pl.LazyFrame, messages: pl.LazyFrame
) -> pl.LazyFrame:
    """Sends with the numbers of their contact and message, and the time of their sending.

    Args:
        sends: Canonical sends, contacts named (`name_contacts`).
        sent: `FirstSentEvents`.
        people: `People`.
        messages: `NumberedMessages`.

    Returns:
        `NumberedSends` and the `part` of their contact, in no order. A send without sent_at has the
        time of its first `sent` event, else its created_at, else that of its message, dispatch or
        campaign (SPEC §6.1).
    """
    planned_at = NumberedMessages.planned_at
    own = messages.select(MESSAGE_KEY, MESSAGE_NO, planned_at)
    times = (Sends.sent_at, FirstSentEvents.first_sent_at, Sends.created_at, planned_at)
    return (
        sends.with_columns(
            hash_id(SEND_ID, seed=SEND).alias(FirstSentEvents.send_key),
            message_key_of_send().alias(MESSAGE_KEY),
        )
        .join(sent, on=FirstSentEvents.send_key, how="left", validate=STREAMED, build_side=HELD)
        .join(own, on=MESSAGE_KEY, how="left", validate=STREAMED, build_side=HELD)
        .pipe(number_contacts, people)
        .with_columns(
            pl.coalesce(times).alias(NumberedSends.sent_at),
            pl.col(Sends.is_holdout).fill_null(value=False),
        )
        .select(*columns(NumberedSends), PART)
    )


def describe_sends(sends: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Numbered sends with the names of their message, dispatch and campaign.

    Args:
        sends: `NumberedSends`, contacts restored.
        messages: `NumberedMessages`.

    Returns:
        `ContactSends`, in no order.
    """
    own = messages.select(MESSAGE_NO, MESSAGE_ID, *NAMES, CHANNEL, *WINDOW)
    return (
        sends.join(own, on=MESSAGE_NO, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(pl.lit(value=False).alias(ContactSends.is_of_event))
        .select(columns(ContactSends))
    )


def add_unit_key(events: pl.LazyFrame) -> pl.LazyFrame:
    """Add by which key the clicks of one send are known: of the send, else of message and contact.

    Args:
        events: Canonical events, contacts named as far as the events themselves do.
    """
    unit = pl.coalesce(hash_id(SEND_ID, seed=SEND), _hash_message_and_contact())
    return events.with_columns(unit.alias(Clicks.unit_key))


def list_deliveries(sends: pl.LazyFrame, *, of_messages: bool) -> pl.LazyFrame:
    """List when sends say they were delivered, by `unit_key`.

    Args:
        sends: Canonical sends, contacts named.
        of_messages: Whether events know them by message and contact, too.
    """
    told = sends.filter(pl.col(Sends.delivered_at).is_not_null())
    units = [hash_id(SEND_ID, seed=SEND), *([_hash_message_and_contact()] * of_messages)]
    return pl.concat(
        [told.select(unit.alias(Clicks.unit_key), Sends.delivered_at) for unit in units]
    )


def _hash_message_and_contact() -> pl.Expr:
    """A hash of organization, message and contact; null where one of the two is."""
    named = (pl.col(MESSAGE_ID), pl.col(CONTACT_ID))
    whole = pl.struct(ORG_ID, *named).hash(MESSAGE_AND_CONTACT)
    return pl.when(*(one.is_not_null() for one in named)).then(whole)


def number_events(
    events: pl.LazyFrame,
    places: pl.LazyFrame,
    people: pl.LazyFrame,
    messages: pl.LazyFrame,
    channels: RunChannels,
    *,
    has_bare: bool = True,
) -> pl.LazyFrame:
    """Events with the numbers of their contact and message.

    An event of a send is of its message, and where it names no contact itself, of its contact; a
    bare action takes its message's channel, or that of what no feed gives a channel.

    Args:
        events: Canonical events, contacts named as far as the events themselves do, machines
            flagged.
        places: `SendPlaces`.
        people: `People`.
        messages: `NumberedMessages`.
        channels: The channels of the run.
        has_bare: Whether any type may be a bare action.

    Returns:
        `NumberedEvents` and the `part` of their contact, in no order.
    """
    of_send = places.select(
        SendPlaces.send_key,
        pl.col(SendPlaces.message_no).alias(MESSAGE_OF_SEND),
        pl.col(SendPlaces.contact_no).alias(CONTACT_OF_SEND),
        pl.col(SendPlaces.part).alias(PART_OF_SEND),
    )
    own = messages.select(MESSAGE_KEY, pl.col(MESSAGE_NO).alias(OWN_MESSAGE))
    of_message = messages.select(
        MESSAGE_NO, pl.col(MESSAGE_ID).alias(DESCRIBED), pl.col(CHANNEL).alias(ITS_CHANNEL)
    )
    return (
        events.pipe(number_contacts, people)
        .with_columns(
            hash_id(SEND_ID, seed=SEND).alias(SendPlaces.send_key),
            hash_id(MESSAGE_ID, seed=MESSAGE).alias(MESSAGE_KEY),
        )
        .join(of_send, on=SendPlaces.send_key, how="left", validate=STREAMED, build_side=HELD)
        .join(own, on=MESSAGE_KEY, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(
            pl.coalesce(MESSAGE_OF_SEND, OWN_MESSAGE).alias(MESSAGE_NO),
            pl.coalesce(CONTACT_NO, CONTACT_OF_SEND).alias(CONTACT_NO),
            pl.coalesce(PART, PART_OF_SEND).alias(PART),
        )
        .join(of_message, on=MESSAGE_NO, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(
            *_tell_types(channels, has_bare=has_bare),
            pl.when(pl.col(DESCRIBED).is_null()).then(MESSAGE_ID).alias(MESSAGE_ID),
        )
        .select(*columns(NumberedEvents), PART)
    )


def _tell_types(channels: RunChannels, *, has_bare: bool) -> list[pl.Expr]:
    """An event's type and channel; a bare action's are those of its message's channel."""
    channel_of_type = {name: channel for name, (channel, _) in channels.interactions.items()} | {
        f"{OTHER_CHANNEL}_{action}": OTHER_CHANNEL for action in Action
    }
    event_type, of_message = pl.col(EVENT_TYPE), pl.col(ITS_CHANNEL).fill_null(OTHER_CHANNEL)
    of_type = event_type.replace_strict(channel_of_type, default=None, return_dtype=pl.String)
    if not has_bare:
        return [event_type, of_type.alias(CHANNEL)]
    is_bare = event_type.is_in(BARE_ACTIONS)
    whole = pl.when(is_bare).then(pl.format("{}_{}", of_message, event_type)).otherwise(event_type)
    return [
        whole.alias(EVENT_TYPE),
        pl.when(is_bare).then(of_message).otherwise(of_type).alias(CHANNEL),
    ]


def describe_events(events: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Numbered events with the names of their message, dispatch and campaign.

    Args:
        events: `NumberedEvents`, contacts restored.
        messages: `NumberedMessages`.

    Returns:
        `MessageEvents`, in no order.
    """
    own = messages.select(MESSAGE_NO, pl.col(MESSAGE_ID).alias(OWN_MESSAGE), *NAMES)
    return (
        events.join(own, on=MESSAGE_NO, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(pl.coalesce(OWN_MESSAGE, MESSAGE_ID).alias(MESSAGE_ID))
        .select(columns(MessageEvents))
    )
