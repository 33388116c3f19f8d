"""The sends of a group of buckets, as rows and events show them, and the events of each."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_facts import ChannelSends, CountedEvents, SendUnits, UnitEvents
from contracts.vocabulary import Action
from transforms.common.joins import HELD, STREAMED
from transforms.messaging.delivery_basis import pack_basis
from transforms.messaging.event_assignment import unit_key

UNIT = SendUnits.unit_key
FIRST_EVENT = "first event"


def list_units(
    sends: Rows[ChannelSends], events: Rows[CountedEvents], messages: Rows[MessageCodes]
) -> Rows[SendUnits]:
    """One row per send, hold-outs included.

    Args:
        events: Of the same group of buckets.
    """
    of_rows = sends.with_columns(
        unit_key(ChannelSends.send_key, ChannelSends.channel_code).alias(UNIT)
    )
    basis = pack_basis(ChannelSends.org_code, ChannelSends.feed, ChannelSends.channel_code)
    return (
        pl.concat([of_rows, _list_sends_without_row(events, messages)], how="diagonal")
        .with_columns(basis.alias(SendUnits.basis_key))
        .select(columns(SendUnits))
    )


def number_events(events: Rows[CountedEvents], units: Rows[SendUnits]) -> Rows[UnitEvents]:
    """What of every event decides the state of its send.

    Args:
        units: Held: its rows are numbered as they stand.
    """
    numbers = units.select(UNIT).with_row_index(UnitEvents.unit_no)
    joined = events.join(numbers, on=UNIT, how="inner", validate=STREAMED, build_side=HELD)
    return joined.select(columns(UnitEvents))


def _list_sends_without_row(
    events: Rows[CountedEvents], messages: Rows[MessageCodes]
) -> pl.LazyFrame:
    """The sends that events alone show: without what only a row can say.

    Their feed is that of their `sent` events, or else the first of all their events.
    """
    feed, contact = pl.col(CountedEvents.feed), pl.col(CountedEvents.contact_key)
    is_sent = pl.col(CountedEvents.action_code) == ACTION_CODES[Action.SENT]
    return (
        events.filter(~pl.col(CountedEvents.has_row))
        .group_by(UNIT)
        .agg(
            pl.col(SendUnits.message_key, SendUnits.contact_key, SendUnits.channel_code).max(),
            (contact.min() != contact.max()).alias(SendUnits.is_shared),
            pl.coalesce(feed.filter(is_sent).min(), feed.min()).alias(ChannelSends.feed),
            pl.col(CountedEvents.occurred_at).min().alias(FIRST_EVENT),
        )
        .join(
            messages.drop(MessageCodes.channel_code),
            on=SendUnits.message_key,
            how="left",
            validate="m:1",
        )
        .with_columns(
            pl.lit(value=False).alias(SendUnits.is_holdout),
            pl.coalesce(SendUnits.planned_at, FIRST_EVENT).alias(SendUnits.planned_at),
        )
        .drop(FIRST_EVENT)
    )
