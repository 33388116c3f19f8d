"""Events to the sends that they belong to, where they do not name one themselves (SPEC §6.1)."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.key_types import ACTION_CODES, CHANNEL_STRIDE
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_keys import (
    AddressOwners,
    EventKeys,
    FeedEvents,
    FeedSends,
    SendKeys,
)
from contracts.feeds import Contacts
from contracts.vocabulary import Action
from transforms.common.keys import CONTACT, hash_email, hash_id, hash_message_contact

MESSAGE_CONTACT = "message_contact_key"
FIRST, LAST, TIMES, EVENT = "first send", "last send before", "times sent", "event"


def map_addresses(contacts: pl.LazyFrame) -> Rows[AddressOwners]:
    """One row per e-mail address.

    Of several contacts the one updated last is meant, then the one whose id sorts last.
    """
    return (
        contacts.with_columns(
            hash_email().alias(AddressOwners.email_key),
            hash_id(Contacts.contact_id, seed=CONTACT).alias(AddressOwners.contact_key),
        )
        .filter(pl.col(AddressOwners.email_key).is_not_null())
        .sort(Contacts.updated_at, Contacts.contact_id, nulls_last=False)
        .group_by(AddressOwners.email_key, maintain_order=True)
        .agg(
            pl.col(
                AddressOwners.contact_key, AddressOwners.org_id, AddressOwners.contact_id
            ).last(),
            pl.len().alias(AddressOwners.contacts),
        )
        .select(columns(AddressOwners))
    )


def identify_contacts(rows: pl.LazyFrame, owners: Rows[AddressOwners]) -> pl.LazyFrame:
    """Put the contact's key in the place of its e-mail address's key, where a contact bears it.

    Args:
        rows: Rows whose `contact_key` is the key of an e-mail address.
    """
    contact, owner = AddressOwners.contact_key, "owner"
    known = owners.select(AddressOwners.email_key, pl.col(contact).alias(owner))
    return (
        rows.join(known, left_on=contact, right_on="email_key", how="left", validate="m:1")
        .with_columns(pl.coalesce(owner, contact).alias(contact))
        .drop(owner)
    )


def key_message_contacts(events: pl.LazyFrame) -> pl.LazyFrame:
    """Key events whose contacts are identified by their message and contact."""
    return events.with_columns(
        hash_message_contact(EventKeys.message_key, EventKeys.contact_key).alias(EventKeys.send_key)
    )


def list_linkable_sends(sends: Rows[FeedSends], messages: Rows[MessageCodes]) -> pl.LazyFrame:
    """One row per send that events may belong to: its key, time, and its message and contact's key.

    Args:
        sends: Contacts identified.
        messages: A send without a time of its own has its message's.
    """
    own = pl.coalesce(SendKeys.sent_at, SendKeys.created_at)
    keyed = sends.select(
        SendKeys.send_key,
        SendKeys.message_key,
        SendKeys.is_holdout,
        own.alias(SendKeys.sent_at),
        hash_message_contact(SendKeys.message_key, SendKeys.contact_key).alias(MESSAGE_CONTACT),
    )
    has_time = pl.col(SendKeys.sent_at).is_not_null()
    planned = messages.select(
        MessageCodes.message_key, pl.col(MessageCodes.planned_at).alias(SendKeys.sent_at)
    )
    timeless = (
        keyed.filter(~has_time)
        .drop(SendKeys.sent_at)
        .join(planned, on=SendKeys.message_key, how="left", validate="m:1")
    )
    return pl.concat([keyed.filter(has_time), timeless], how="diagonal").drop(SendKeys.message_key)


def list_shown_sends(named: Rows[FeedEvents], sends: Rows[FeedSends]) -> pl.LazyFrame:
    """One row per send that no feed has a row of, and message and contact that its events name.

    It was sent at their first `sent` event, else at the first of them.

    Args:
        named: Events that name their send by its id, contacts identified, with the
            `message_contact_key`.
        sends: Those that rows are of.

    Returns:
        As `list_linkable_sends`.
    """
    key, at = pl.col(SendKeys.send_key), pl.col(EventKeys.occurred_at)
    is_sent = pl.col(EventKeys.type_code) % CHANNEL_STRIDE == ACTION_CODES[Action.SENT]
    rows = sends.select(key).join(named.select(key), on=SendKeys.send_key, how="semi")
    return (
        named.join(rows, on=SendKeys.send_key, how="anti")
        .group_by(SendKeys.send_key, MESSAGE_CONTACT)
        .agg(pl.coalesce(at.filter(is_sent).min(), at.min()).alias(SendKeys.sent_at))
        .with_columns(pl.lit(value=False).alias(SendKeys.is_holdout))
    )


def link_to_sends(events: Rows[FeedEvents], sends: pl.LazyFrame) -> pl.LazyFrame:
    """Give events of a message and contact the contact's last send of that message before them.

    Args:
        events: `FeedEvents` whose `send_key` is the key of message and contact.
        sends: `list_linkable_sends`, and `list_shown_sends` beside.

    Returns:
        The same events; `send_key` is the send's, that of the first send where none lies before
        the event, and remains message and contact's where the contact was never sent the message.
        A hold-out's is the event of a contact who has no other: it shows no send.
    """
    key, sent_at, held = SendKeys.send_key, SendKeys.sent_at, SendKeys.is_holdout
    timed = sends.with_columns(
        pl.col(sent_at).fill_null(pl.datetime(1, 1, 1, time_zone="UTC", time_unit="us"))
    )
    first = timed.group_by(MESSAGE_CONTACT).agg(
        pl.col(key).sort_by(held, sent_at, key).first().alias(FIRST),
        (~pl.col(held)).sum().alias(TIMES),
    )
    sent_again = first.filter(pl.col(TIMES) > 1)
    several = (
        timed.filter(~pl.col(held))
        .join(sent_again, on=MESSAGE_CONTACT, how="semi")
        .rename({key: LAST})
    )
    marked = events.join(
        first, left_on=key, right_on=MESSAGE_CONTACT, how="left", validate="m:1"
    ).with_row_index(EVENT)
    is_repeated = (pl.col(TIMES) > 1).fill_null(value=False)
    last_before = (
        marked.filter(is_repeated)
        .select(EVENT, key, EventKeys.occurred_at)
        .join(several, left_on=key, right_on=MESSAGE_CONTACT, how="inner", validate="m:m")
        .filter(pl.col(sent_at) <= pl.col(EventKeys.occurred_at))
        .group_by(EVENT)
        .agg(pl.col(LAST).sort_by(sent_at, LAST).last())
    )
    repeated = marked.filter(is_repeated).join(last_before, on=EVENT, how="left", validate="1:1")
    single = marked.filter(~is_repeated).with_columns(pl.lit(None, pl.UInt64).alias(LAST))
    return (
        pl.concat([single, repeated])
        .with_columns(pl.coalesce(LAST, FIRST, key).alias(key))
        .drop(FIRST, LAST, TIMES, EVENT)
    )
