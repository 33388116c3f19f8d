"""Canonical sends, events and sessions as activities: with their contact, message and campaign.

They are kept with the keys of contacts and messages (`key_sends`, `place_events`). What reads them
gets numbers, by which rows are sorted and joined (`number_sends`, `number_events`), or texts
(`describe_sends`, `describe_events`).
"""

import polars as pl

from contracts.channels import OTHER_CHANNEL
from contracts.columns import Held, Rows, columns
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.people.described_activities import (
    ContactSends,
    ContactSessions,
    LinkNames,
    MessageEvents,
)
from contracts.facts.people.numbered_activities import (
    KeyedEvents,
    KeyedSends,
    KeyedVisits,
    NumberedEvents,
    NumberedMessages,
    NumberedSends,
    numbered_schema,
)
from contracts.feeds import Events
from contracts.vocabulary import Action
from transforms.activities.ad_names_now import name_links
from transforms.common.joins import HELD, STREAMED, look_up, take

MESSAGE_ID, EVENT_TYPE = Events.message_id, Events.event_type
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
OWN_MESSAGE = "own message"


def number_messages(messages: pl.LazyFrame) -> pl.LazyFrame:
    """Number messages (`DescribedMessages`), as `NumberedMessages`: one a key that rows name."""
    implied = pl.col(DescribedMessages.implied_key)
    again = messages.filter(implied.is_not_null()).with_columns(implied.alias(MESSAGE_KEY))
    every = pl.concat([messages, again])
    return every.sort(MESSAGE_KEY).with_row_index(MESSAGE_NO).select(columns(NumberedMessages))


def number_sends(sends: Rows[KeyedSends], messages: Held[NumberedMessages]) -> Rows[NumberedSends]:
    """Sends with the number of their message.

    Args:
        sends: Contacts numbered.
        messages: In the order of their numbers.

    Returns:
        In the same order. A send without a time of its own has that of its message,
        dispatch or campaign (SPEC §6.1).
    """
    planned_at = take(messages, NumberedMessages.planned_at, MESSAGE_NO)
    return (
        sends.with_columns(look_up(messages, MESSAGE_KEY, MESSAGE_NO))
        .with_columns(pl.coalesce(NumberedSends.sent_at, planned_at))
        .select(columns(NumberedSends))
    )


def number_sessions(sessions: Rows[KeyedVisits], links: Rows[LinkNames]) -> Rows[ContactSessions]:
    """Sessions with what their link says, in the same order.

    Args:
        sessions: Or some columns of it, contacts numbered.

    Returns:
        With the number of the contact in the place of its id, as far as given.
    """
    named = name_links(sessions, links)
    given = named.collect_schema()
    return named.select(name for name in numbered_schema(ContactSessions) if name in given)


def describe_sends(
    sends: Rows[NumberedSends], messages: Rows[NumberedMessages]
) -> Rows[ContactSends]:
    """Numbered sends with the names of their message, dispatch and campaign.

    Args:
        sends: Contacts restored.
    """
    own = messages.select(MESSAGE_NO, MESSAGE_ID, *NAMES, CHANNEL, *WINDOW)
    return (
        sends.join(own, on=MESSAGE_NO, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(pl.lit(value=False).alias(ContactSends.is_of_event))
        .select(columns(ContactSends))
    )


def number_events(
    events: Rows[KeyedEvents], messages: Held[NumberedMessages], *, has_bare: bool = True
) -> Rows[NumberedEvents]:
    """Events with the number of their message.

    A bare action takes its message's channel, or that of what no feed gives a channel.

    Args:
        events: Or some columns of it, contacts numbered.
        messages: In the order of their numbers.
        has_bare: Whether any type may be a bare action.

    Returns:
        In the same order, as far as given.
    """
    is_undescribed = take(messages.select(pl.col(MESSAGE_ID).is_null()), MESSAGE_ID, MESSAGE_NO)
    own = pl.when(is_undescribed.fill_null(value=True)).then(MESSAGE_ID)
    its_channel = take(messages, CHANNEL, MESSAGE_NO).fill_null(OTHER_CHANNEL)
    numbered = events.with_columns(look_up(messages, MESSAGE_KEY, MESSAGE_NO)).with_columns(
        *(_complete_types(its_channel) if has_bare else ()), own.alias(MESSAGE_ID)
    )
    given = numbered.collect_schema()
    return numbered.select(name for name in columns(NumberedEvents) if name in given)


def _complete_types(of_message: pl.Expr) -> list[pl.Expr]:
    """Bare actions as those of their message's channel."""
    event_type = pl.col(EVENT_TYPE)
    is_bare = event_type.is_in(BARE_ACTIONS)
    whole = pl.when(is_bare).then(pl.format("{}_{}", of_message, event_type)).otherwise(event_type)
    return [
        whole.alias(EVENT_TYPE),
        pl.when(is_bare).then(of_message).otherwise(CHANNEL).alias(CHANNEL),
    ]


def describe_events(
    events: Rows[NumberedEvents], messages: Rows[NumberedMessages]
) -> Rows[MessageEvents]:
    """Numbered events with the names of their message, dispatch and campaign.

    Args:
        events: Contacts restored.
    """
    own = messages.select(MESSAGE_NO, pl.col(MESSAGE_ID).alias(OWN_MESSAGE), *NAMES)
    return (
        events.join(own, on=MESSAGE_NO, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(pl.coalesce(OWN_MESSAGE, MESSAGE_ID).alias(MESSAGE_ID))
        .select(columns(MessageEvents))
    )
