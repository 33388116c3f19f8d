"""The few events and sends that decide about subscriptions, picked by numbers.

A first send is the least of many instants: it is found before ids and names come back.
"""

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.facts.numbered_activities import NumberedEvents, NumberedMessages, NumberedSends
from transforms.common.joins import HELD, STREAMED
from transforms.people.person_numbers import CONTACT_NO
from transforms.people.subscriptions import STATUSES

CHANNEL, AT, EVENT_TYPE = (
    NumberedEvents.channel,
    NumberedEvents.occurred_at,
    NumberedEvents.event_type,
)
MESSAGE_NO = NumberedSends.message_no
MAY_DECIDE = rf"_({'|'.join(STATUSES)})$"
"""Ends of the event types that may be a list's own, in whatever channel."""


def pick_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """Pick the events that may be a list's own, and of others the first of a contact and channel.

    Complete for any split of the rows by contact.

    Args:
        events: `NumberedEvents`.

    Returns:
        `NumberedEvents` from which `list_steps` makes what it makes of all of them. Those that are
        no list's own tell no more than when they happened, and what of.
    """
    of_contacts = events.filter(pl.col(CONTACT_NO).is_not_null())
    may_decide = pl.col(EVENT_TYPE).str.contains(MAY_DECIDE)
    first = (
        of_contacts.filter(
            ~may_decide, pl.col(CHANNEL).is_not_null(), ~pl.col(NumberedEvents.of_holdout)
        )
        .group_by(CONTACT_NO, CHANNEL)
        .agg(
            pl.col(AT).min(),
            pl.col(NumberedEvents.org_id, EVENT_TYPE, NumberedEvents.of_holdout).min(),
        )
    )
    picked = pl.concat([of_contacts.filter(may_decide), first], how="diagonal")
    return picked.select(columns(NumberedEvents))


def pick_sends(sends: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Pick the first send to each contact on each channel.

    Complete for any split of the rows by contact.

    Args:
        sends: `NumberedSends`.
        messages: `NumberedMessages`.

    Returns:
        `NumberedSends` from which `list_steps` makes what it makes of all of them.
    """
    own = messages.select(MESSAGE_NO, NumberedMessages.channel)
    is_held_out = pl.col(NumberedSends.is_holdout).fill_null(value=False)
    first = (
        sends.filter(pl.col(CONTACT_NO).is_not_null(), ~is_held_out)
        .join(own, on=MESSAGE_NO, how="left", validate=STREAMED, build_side=HELD)
        .group_by(CONTACT_NO, NumberedMessages.channel)
        .agg(
            pl.col(NumberedSends.sent_at).min(),
            pl.col(NumberedSends.org_id, MESSAGE_NO).min(),
        )
    )
    nothing = pl.LazyFrame(schema=polars_schema(NumberedSends))
    return pl.concat([nothing, first], how="diagonal").select(columns(NumberedSends))
