"""When each contact was first written to on a channel, which is how most come onto its list.

Only contacts who did something about a list themselves have more steps than that (SPEC §6.4). So
of the rows of years two things are looked for: the few events of lists, and the first of all else.
"""

from collections.abc import Iterable
from itertools import chain

import numpy as np
import polars as pl

from contracts.channels import OTHER_CHANNEL
from contracts.columns import Held, Rows, columns, no_rows
from contracts.facts.people.described_activities import ContactSends
from contracts.facts.people.lists import STATUSES, FirstSendings, HeldOut, SubscriptionDays
from contracts.facts.people.numbered_activities import (
    KeyedEvents,
    KeyedSends,
    NumberedMessages,
    People,
)
from transforms.activities.described_activities import BARE_ACTIONS
from transforms.common.calendar import reporting_day
from transforms.common.joins import HELD, STREAMED, take
from transforms.common.key_places import KeyPlaces
from transforms.common.shared_texts import SHARED

OF_LIST = rf"(^|_)({'|'.join(STATUSES)})$"
"""Ends of the event types that may be a list's own, in whatever channel; bare ones too."""
CONTACT, CHANNEL, AT = (
    FirstSendings.contact_key,
    FirstSendings.channel,
    FirstSendings.occurred_at,
)
MESSAGE, OF_MESSAGE = KeyedEvents.message_key, "channel of message"
NUMBER = People.contact_no
NEVER = np.iinfo(np.int64).max
PLACED_AT_ONCE = 1_000_000
"""How many sendings are set at the places of their contacts at a time."""


def keep_list_events(events: Rows[KeyedEvents]) -> pl.LazyFrame:
    """The events of known contacts that may be a list's own."""
    return events.filter(_is_of_list(), pl.col(CONTACT).is_not_null())


def list_shown_sendings(
    events: Rows[KeyedEvents],
    messages: Rows[NumberedMessages],
    held_out: Rows[HeldOut],
    *,
    has_bare: bool,
) -> pl.LazyFrame:
    """List the events that show a send to a contact, with the columns of `FirstSendings`.

    Args:
        has_bare: Whether any type may be a bare action.
    """
    shown = events.filter(~_is_of_list(), ~pl.col(KeyedEvents.of_holdout)).join(
        held_out, on=columns(HeldOut), how="anti"
    )
    if has_bare:
        is_bare = pl.col(KeyedEvents.event_type).is_in(BARE_ACTIONS)
        of_message = pl.col(OF_MESSAGE).fill_null(OTHER_CHANNEL)
        channel = pl.when(is_bare).then(of_message).otherwise(CHANNEL)
        shown = _add_messages(shown, messages).with_columns(channel.alias(CHANNEL))
    return shown.select(columns(FirstSendings))


def list_sendings(sends: Rows[KeyedSends], messages: Rows[NumberedMessages]) -> pl.LazyFrame:
    """List the sends to contacts, with the columns of `FirstSendings`."""
    told = sends.filter(~pl.col(KeyedSends.is_holdout).fill_null(value=False))
    return (
        _add_messages(told, messages)
        .with_columns(
            pl.col(OF_MESSAGE).fill_null(OTHER_CHANNEL).alias(CHANNEL),
            pl.coalesce(KeyedSends.sent_at, NumberedMessages.planned_at).alias(AT),
        )
        .select(columns(FirstSendings))
    )


def list_mail(mail: Rows[ContactSends], people: Held[People]) -> pl.LazyFrame:
    """List the direct mail that only events show, with the columns of `FirstSendings`.

    Args:
        mail: With the numbers of their contacts.
    """
    return mail.with_columns(
        take(people, CONTACT, NUMBER),
        pl.col(ContactSends.channel).fill_null(OTHER_CHANNEL),
        pl.col(ContactSends.sent_at).alias(AT),
    ).select(columns(FirstSendings))


def find_firsts(
    parts: Iterable[pl.DataFrame], people: Held[People], places: KeyPlaces
) -> pl.LazyFrame:
    """Find the first sending to each contact on each channel: `FirstSendings`, in no order.

    Each is set at the place of its contact, which takes a fifth of the time of grouping, and eight
    bytes a contact and channel however many sendings there are.

    Args:
        parts: Sendings, some at a time, with the columns of `FirstSendings`.
        places: Where their keys stand.
    """
    firsts: dict[str, np.ndarray] = {}
    for some in chain.from_iterable(part.iter_slices(PLACED_AT_ONCE) for part in parts):
        numbered = some.select(
            CHANNEL, places.find(CONTACT).alias(NUMBER), pl.col(AT).dt.epoch("us")
        ).drop_nulls()
        for (channel,), own in numbered.partition_by(CHANNEL, as_dict=True).items():
            if channel not in firsts:
                firsts[channel] = np.full(people.height, NEVER)
            numbers, instants = (own.get_column(name).to_numpy() for name in (NUMBER, AT))
            np.minimum.at(firsts[channel], numbers, instants)
    instant, keys = pl.col(AT).cast(pl.Datetime("us", "UTC")), people.get_column(CONTACT)
    found = (
        pl.LazyFrame({CONTACT: keys, AT: first})
        .filter(pl.col(AT) < NEVER)
        .select(CONTACT, pl.lit(channel, SHARED).alias(CHANNEL), instant)
        for channel, first in firsts.items()
    )
    return pl.concat([no_rows(FirstSendings), *found])


def restore_firsts(
    firsts: Rows[FirstSendings], people: Held[People], places: KeyPlaces
) -> pl.LazyFrame:
    """First sendings as `ContactSends` that tell no more than to whom, on what, and when.

    Args:
        places: Where their keys stand.
    """
    told = firsts.with_columns(places.find(CONTACT).alias(NUMBER)).select(
        take(people, ContactSends.org_id, NUMBER).cast(pl.String),
        take(people, ContactSends.contact_id, NUMBER),
        pl.col(CHANNEL).cast(pl.String),
        pl.col(AT).alias(ContactSends.sent_at),
    )
    nothing = no_rows(ContactSends)
    return pl.concat([nothing, told], how="diagonal").select(columns(ContactSends))


def sum_first_days(
    firsts: Rows[FirstSendings], people: Held[People], places: KeyPlaces, timezone: str
) -> Rows[SubscriptionDays]:
    """Sum by channel and day who came onto the list of a channel, and did nothing about it since.

    Args:
        firsts: Of contacts without an event of that list.
        places: Where their keys stand.
    """
    day = reporting_day(pl.col(AT), timezone).alias(SubscriptionDays.date_day)
    none = (pl.lit(0, pl.Int64).alias(status) for status in STATUSES)
    return (
        firsts.with_columns(places.find(CONTACT).alias(NUMBER))
        .with_columns(take(people, SubscriptionDays.org_id, NUMBER))
        .group_by(SubscriptionDays.org_id, CHANNEL, day)
        .agg(pl.len().cast(pl.Int64).alias(SubscriptionDays.size_change))
        .with_columns(pl.col(SubscriptionDays.org_id, CHANNEL).cast(pl.String), *none)
        .select(columns(SubscriptionDays))
    )


def _is_of_list() -> pl.Expr:
    return pl.col(KeyedEvents.event_type).str.contains(OF_LIST)


def _add_messages(rows: pl.LazyFrame, messages: Rows[NumberedMessages]) -> pl.LazyFrame:
    own = messages.filter(pl.col(MESSAGE).is_not_null()).select(
        MESSAGE, pl.col(NumberedMessages.channel).alias(OF_MESSAGE), NumberedMessages.planned_at
    )
    return rows.join(own, on=MESSAGE, how="left", validate=STREAMED, build_side=HELD)
