"""The few events and sends that decide about subscriptions, picked by numbers.

A first send is the least of many instants: it is found before ids and names come back.
"""

import polars as pl

from contracts.columns import Table, columns, polars_schema
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
READ = [
    NumberedEvents.org_id,
    NumberedEvents.event_id,
    EVENT_TYPE,
    CHANNEL,
    AT,
    CONTACT_NO,
    NumberedEvents.message_no,
    NumberedEvents.message_id,
    NumberedEvents.of_holdout,
]
"""What of an event may decide about a subscription."""
ANY_OTHER = ""
"""The type of an event of which it says nothing but that it is no list's own."""
MAY_DECIDE = rf"_({'|'.join(STATUSES)})$"
"""Ends of the event types that may be a list's own, in whatever channel."""


def pick_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """Pick the events that may be a list's own, and of others the first of a contact and channel.

    Complete for any split of the rows by contact.

    Args:
        events: `NumberedEvents` as far as `READ` goes, in memory: they are read twice.

    Returns:
        `NumberedEvents` from which `list_steps` makes what it makes of all of them; they tell no
        more than `READ`, and those that are no list's own only when they happened, and of what.
    """
    of_contacts = events.filter(pl.col(CONTACT_NO).is_not_null())
    may_decide = pl.col(EVENT_TYPE).str.contains(MAY_DECIDE)
    first = (
        of_contacts.filter(
            ~may_decide,
            pl.col(EVENT_TYPE).is_not_null(),
            pl.col(CHANNEL).is_not_null(),
            ~pl.col(NumberedEvents.of_holdout),
        )
        .group_by(CONTACT_NO, CHANNEL)
        .agg(pl.col(AT).min(), pl.col(NumberedEvents.org_id).first())
        .with_columns(
            pl.lit(ANY_OTHER).alias(EVENT_TYPE),
            pl.lit(value=False).alias(NumberedEvents.of_holdout),
        )
    )
    return _complete([of_contacts.filter(may_decide), first], NumberedEvents)


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
        .agg(pl.col(NumberedSends.sent_at).min(), pl.col(NumberedSends.org_id, MESSAGE_NO).first())
    )
    return _complete([first], NumberedSends)


def _complete(picked: list[pl.LazyFrame], table: type[Table]) -> pl.LazyFrame:
    """Rows in the columns of a table, those that they lack being empty."""
    nothing = pl.LazyFrame(schema=polars_schema(table))
    return pl.concat([nothing, *picked], how="diagonal").select(columns(table))
