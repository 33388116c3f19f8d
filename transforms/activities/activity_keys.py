"""Whose canonical sends and events are, and of which message: by keys, as they are kept.

Sends and events that a night finds again are not read again: with the keys of contacts and
messages they stay what they are when numbers and names change.
"""

import polars as pl

from contracts.channels import OTHER_CHANNEL, RunChannels
from contracts.columns import Held, Rows
from contracts.facts.key_types import ACTION_CODES, CHANNEL_STRIDE
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_keys import (
    AddressOwners,
    EventKeys,
    FeedEvents,
    FeedSends,
    SendKeys,
)
from contracts.facts.people.numbered_activities import (
    Clicks,
    Deliveries,
    FirstSentEvents,
    KeyedEvents,
    KeyedSends,
    SendPlaces,
)
from contracts.feeds import Events, Sends
from contracts.vocabulary import Action
from transforms.activities.person_numbers import CONTACT_KEY, key_contacts
from transforms.common.joins import STREAMED
from transforms.common.keys import (
    MESSAGE,
    MESSAGE_AND_CONTACT,
    SEND,
    hash_cells,
    hash_email,
    hash_id,
)
from transforms.messaging.send_keys import message_key_of_send

ORG_ID, CONTACT_ID, SEND_ID, MESSAGE_ID = (
    Events.org_id,
    Events.contact_id,
    Events.send_id,
    Events.message_id,
)
MESSAGE_KEY, OWNER = DescribedMessages.message_key, "owner"
OF_SEND = " of send"


def name_contacts(rows: pl.LazyFrame, owners: Held[AddressOwners]) -> pl.LazyFrame:
    """Put the contact in the place of the e-mail address that names it; drop the address.

    Args:
        rows: Any with organization, contact and e-mail address.
        owners: Without rows where no address needs to be known.
    """
    if owners.is_empty():
        return rows.drop(Sends.email)
    email_key = AddressOwners.email_key
    known = owners.lazy().select(email_key, pl.col(AddressOwners.contact_id).alias(OWNER))
    return (
        rows.with_columns(hash_email().alias(email_key))
        .join(known, on=email_key, how="left", validate="m:1")
        .with_columns(pl.coalesce(CONTACT_ID, OWNER).alias(CONTACT_ID))
        .drop(Sends.email, email_key, OWNER)
    )


def find_contacts(rows: pl.LazyFrame, owners: Held[AddressOwners]) -> pl.LazyFrame:
    """Find the contact whom a row names by its id, else by its e-mail address.

    Args:
        rows: Any with organization, contact and e-mail address.
        owners: Without rows where no address needs to be known.

    Returns:
        The same rows in the same order, with `contact_key`.
    """
    keyed = key_contacts(rows)
    if owners.is_empty():
        return keyed
    email_key = AddressOwners.email_key
    known = owners.lazy().select(email_key, pl.col(AddressOwners.contact_key).alias(OWNER))
    return (
        keyed.with_columns(hash_email().alias(email_key))
        .join(known, on=email_key, how="left", validate="m:1", maintain_order="left")
        .with_columns(pl.coalesce(CONTACT_KEY, OWNER))
        .drop(email_key, OWNER)
    )


def place_sends(sends: Rows[KeyedSends]) -> Rows[SendPlaces]:
    """Whose each send is, and of which message, by the key that events know it by."""
    key = hash_id(SEND_ID, seed=SEND).alias(SendPlaces.send_key)
    return sends.select(key, MESSAGE_KEY, CONTACT_KEY, KeyedSends.is_holdout)


def list_asked_sends(events: pl.LazyFrame) -> pl.LazyFrame:
    """The sends that canonical events name, each once, by their `send_key`."""
    return (
        events.select(hash_id(SEND_ID, seed=SEND).alias(SendPlaces.send_key)).drop_nulls().unique()
    )


def find_first_sent(events: Rows[FeedEvents], sends: Rows[FeedSends]) -> Rows[FirstSentEvents]:
    """Find the first `sent` event of each send without a time of its own.

    Complete for any split of the rows by send.

    Args:
        events: Those that name their send by its id.
    """
    is_sent = pl.col(EventKeys.type_code) % CHANNEL_STRIDE == ACTION_CODES[Action.SENT]
    is_timeless = pl.all_horizontal(pl.col(SendKeys.sent_at, SendKeys.created_at).is_null())
    timeless = sends.filter(is_timeless).select(SendKeys.send_key)
    return (
        events.filter(is_sent)
        .join(timeless, on=EventKeys.send_key, how="semi")
        .group_by(FirstSentEvents.send_key)
        .agg(pl.col(EventKeys.occurred_at).min().alias(FirstSentEvents.first_sent_at))
    )


def add_first_sent(sends: pl.LazyFrame, sent: Rows[FirstSentEvents]) -> pl.LazyFrame:
    """Add to sends in memory the `first_sent_at` of those that have one; they keep their order.

    Args:
        sends: Any with the organization and id of a send.
    """
    return (
        sends.with_columns(hash_id(SEND_ID, seed=SEND).alias(FirstSentEvents.send_key))
        .join(
            sent, on=FirstSentEvents.send_key, how="left", validate=STREAMED, maintain_order="left"
        )
        .drop(FirstSentEvents.send_key)
    )


def key_sends(sends: Rows[Sends]) -> Rows[KeyedSends]:
    """Sends with the keys of their contact and message, and the time of their sending.

    Args:
        sends: With `contact_key` and the `first_sent_at` of those without a time.

    Returns:
        In the same order. A send without sent_at has its created_at, else the time of its first
        `sent` event; else it has none of its own.
    """
    times = (Sends.sent_at, Sends.created_at, FirstSentEvents.first_sent_at)
    return sends.with_columns(
        message_key_of_send().alias(MESSAGE_KEY),
        pl.coalesce(times).alias(KeyedSends.sent_at),
        pl.col(Sends.is_holdout).fill_null(value=False),
    )


def name_keys_of_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """Add the keys of the send and message that events name; the rows keep their order."""
    return events.with_columns(
        hash_id(SEND_ID, seed=SEND).alias(SendPlaces.send_key),
        hash_id(MESSAGE_ID, seed=MESSAGE).alias(MESSAGE_KEY),
    )


def place_events(events: pl.LazyFrame, sends: Rows[SendPlaces]) -> pl.LazyFrame:
    """Give events the message of their send, and its contact where they name none themselves.

    Args:
        events: With the keys of the send, message and contact that they name.

    Returns:
        The same rows in the same order.
    """
    key, told = SendPlaces.send_key, [MESSAGE_KEY, CONTACT_KEY]
    of_send = [name + OF_SEND for name in told]
    known = sends.select(
        key,
        pl.col(told).name.suffix(OF_SEND),
        pl.col(SendPlaces.is_holdout).alias(KeyedEvents.of_holdout),
    )
    message, contact = of_send
    return (
        events.join(known, on=key, how="left", validate="m:1", maintain_order="left")
        .with_columns(
            pl.coalesce(message, MESSAGE_KEY).alias(MESSAGE_KEY),
            pl.coalesce(CONTACT_KEY, contact).alias(CONTACT_KEY),
            pl.col(KeyedEvents.of_holdout).is_not_null().alias(KeyedEvents.of_send),
            pl.col(KeyedEvents.of_holdout).fill_null(value=False),
        )
        .drop(of_send)
    )


def name_channels(events: pl.LazyFrame, channels: RunChannels) -> pl.LazyFrame:
    """Add the channel that an event's type names; null for bare actions and generic events."""
    channel_of_type = {name: channel for name, (channel, _) in channels.interactions.items()} | {
        f"{OTHER_CHANNEL}_{action}": OTHER_CHANNEL for action in Action
    }
    named = pl.col(Events.event_type).replace_strict(
        channel_of_type, default=None, return_dtype=pl.String
    )
    return events.with_columns(named.alias(KeyedEvents.channel))


def add_unit_key(events: Rows[Events]) -> pl.LazyFrame:
    """Add by which key the clicks of one send are known: of the send, else of message and contact.

    Args:
        events: Contacts named as far as the events themselves do.
    """
    unit = pl.coalesce(hash_id(SEND_ID, seed=SEND), _hash_message_and_contact())
    return events.with_columns(unit.alias(Clicks.unit_key))


def list_deliveries(sends: Rows[FeedSends]) -> Rows[Deliveries]:
    """When sends say they were delivered, by their own key."""
    unit = pl.col(SendKeys.send_key).alias(Clicks.unit_key)
    return sends.filter(pl.col(Sends.delivered_at).is_not_null()).select(unit, Sends.delivered_at)


def list_deliveries_of_messages(sends: Rows[Sends]) -> pl.LazyFrame:
    """The same by message and contact, by which events know a send that they do not name.

    Args:
        sends: Contacts named.
    """
    told = sends.filter(pl.col(Sends.delivered_at).is_not_null())
    return told.select(_hash_message_and_contact().alias(Clicks.unit_key), Sends.delivered_at)


def _hash_message_and_contact() -> pl.Expr:
    """A hash of organization, message and contact; null where one of the two is."""
    named = (pl.col(MESSAGE_ID), pl.col(CONTACT_ID))
    whole = hash_cells([pl.col(ORG_ID), *named], seed=MESSAGE_AND_CONTACT)
    return pl.when(*(one.is_not_null() for one in named)).then(whole)
