"""Events to the units that they count for: a send in a channel (SPEC §6.1)."""

from collections.abc import Sequence

import polars as pl

from contracts.channels import OTHER_CODE
from contracts.columns import Rows, columns
from contracts.facts.key_types import ACTION_CODES, CHANNEL_STRIDE
from contracts.facts.messaging.hierarchy import DescribedMessages, EventChannels, MessageCodes
from contracts.facts.messaging.send_facts import AssignedEvents, ChannelSends, CountedEvents
from contracts.facts.messaging.send_keys import EventKeys, FeedEvents, FeedSends
from contracts.vocabulary import Action
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import SEND

SPREAD = 0x9E3779B97F4A7C15
"""An odd constant that keeps the units of one send in two channels apart."""
NAMES_SEND = AssignedEvents.names_send
OF_ROW, OF_MESSAGE, MESSAGE_OF_ROW = "channel of row", "channel of message", "message of row"
OTHER_MESSAGE = "message of the others"
IS_SENT, HAS_SENT, TIMES, EVENT = "is sent", "has sent", "times", "event"
STARTED_AT, FIRST_START = "started at", "first start"


def unit_key(send_key: str, channel_code: str) -> pl.Expr:
    """The key of a send in a channel."""
    return pl.col(send_key) ^ (pl.col(channel_code).cast(pl.UInt64) * SPREAD)


def assign_channels(sends: Rows[FeedSends], messages: Rows[MessageCodes]) -> Rows[ChannelSends]:
    """Give every send the channel of its message.

    Args:
        sends: Contacts identified.
    """
    return sends.join(
        messages, on=ChannelSends.message_key, how="inner", validate=STREAMED, build_side=HELD
    ).select(columns(ChannelSends))


def find_event_channels(
    sends: Rows[FeedSends], events: Rows[FeedEvents], messages: pl.LazyFrame
) -> Rows[EventChannels]:
    """The channels that the events of sends give to messages for which no feed names one.

    Args:
        sends: Of a group of buckets.
        events: Of the same group that name their send by its id.
        messages: The `message_key` of the messages.

    Returns:
        Of several channels the first.
    """
    own = (pl.col(EventKeys.type_code) // CHANNEL_STRIDE).cast(pl.UInt8)
    of_sends = sends.select(EventKeys.send_key, EventChannels.message_key).join(
        messages.select(EventChannels.message_key), on=EventChannels.message_key, how="semi"
    )
    return (
        events.select(EventKeys.send_key, own.alias(EventChannels.channel_code))
        .filter(pl.col(EventChannels.channel_code) > 0)
        .join(of_sends, on=EventKeys.send_key, how="inner", validate="m:1")
        .group_by(EventChannels.message_key)
        .agg(pl.col(EventChannels.channel_code).min())
        .select(columns(EventChannels))
    )


def assign_events(
    events: Rows[FeedEvents], sends: Rows[ChannelSends], channels: pl.LazyFrame
) -> Rows[AssignedEvents]:
    """Give every event the channel and message of its send, and the key of its unit.

    An event belongs to the channel of its type; a bare action takes its send's, or else its
    message's, or else is of the channel `other`.

    Args:
        events: `FeedEvents` whose `send_key` names their send (`link_to_sends`), and whether they
            `names_send` by its id.
        channels: One row per message whose channel bare actions take: `message_key` and
            `channel_code`; without a row where every event's type names its channel.
    """
    rows = sends.select(
        ChannelSends.send_key,
        ChannelSends.is_holdout,
        pl.col(ChannelSends.channel_code).alias(OF_ROW),
        pl.col(ChannelSends.message_key).alias(MESSAGE_OF_ROW),
    )
    of_messages = channels.select(
        DescribedMessages.message_key, pl.col(ChannelSends.channel_code).alias(OF_MESSAGE)
    )
    type_code = pl.col(EventKeys.type_code)
    own, of_row = (type_code // CHANNEL_STRIDE).cast(pl.UInt8), pl.col(OF_ROW)
    return (
        events.join(rows, on=EventKeys.send_key, how="left", validate=STREAMED, build_side=HELD)
        .join(of_messages, on=EventKeys.message_key, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(
            pl.when(own > 0)
            .then(own)
            .otherwise(pl.coalesce(of_row, OF_MESSAGE, pl.lit(OTHER_CODE, pl.UInt8)))
            .alias(AssignedEvents.channel_code),
            (type_code % CHANNEL_STRIDE).alias(AssignedEvents.action_code),
            pl.coalesce(MESSAGE_OF_ROW, EventKeys.message_key).alias(AssignedEvents.message_key),
        )
        .with_columns(
            unit_key(EventKeys.send_key, AssignedEvents.channel_code).alias(
                AssignedEvents.unit_key
            ),
            (of_row == pl.col(AssignedEvents.channel_code))
            .fill_null(value=False)
            .alias(AssignedEvents.has_row),
            (pl.col(NAMES_SEND) & of_row.is_null()).alias(AssignedEvents.is_orphan),
        )
        .select(columns(AssignedEvents))
    )


def keep_counted(events: Rows[AssignedEvents]) -> Rows[CountedEvents]:
    """The events that belong to no hold-out, which is not a send."""
    is_held_out = pl.col(AssignedEvents.is_holdout).fill_null(value=False)
    return events.filter(~is_held_out).select(columns(CountedEvents))


def name_messages(events: Rows[CountedEvents], unknown: Sequence[int]) -> pl.LazyFrame:
    """Give events of a send without a row, that name no message, the message of its others.

    Args:
        unknown: The keys that stand for no message known (`keys.hash_unknown_message`).
    """
    unit, message = CountedEvents.unit_key, CountedEvents.message_key
    has_row = pl.col(CountedEvents.has_row)
    is_nameless = pl.col(message).is_in(unknown) & ~has_row
    nameless = events.filter(is_nameless)
    others = (
        events.filter(~is_nameless & ~has_row)
        .join(nameless.select(unit).unique(), on=unit, how="semi")
        .group_by(unit)
        .agg(pl.col(message).max().alias(OTHER_MESSAGE))
    )
    named = (
        nameless.join(others, on=unit, how="left", validate="m:1")
        .with_columns(pl.coalesce(OTHER_MESSAGE, message).alias(message))
        .drop(OTHER_MESSAGE)
    )
    return pl.concat([events.filter(~is_nameless), named])


def separate_sends(events: Rows[CountedEvents]) -> pl.LazyFrame:
    """Tell the sends of a message to a contact apart that events alone show.

    Of events whose send no row is of and that name none by id, every `sent` of a unit is a send;
    where it has none, every `delivered`; where it has neither, all its events together. Two at one
    instant are one. Each other event belongs to the last one before it, or to the first.

    Returns:
        The same events, in no order; those of a message that was sent several times bear a
        `unit_key` of their own for each time.
    """
    unit, at, action = CountedEvents.unit_key, CountedEvents.occurred_at, CountedEvents.action_code
    has_row, names_send = pl.col(CountedEvents.has_row), pl.col(CountedEvents.names_send)
    has_id = events.filter(~has_row & names_send).select(unit).unique()
    is_sent, is_delivered = (
        pl.col(action) == ACTION_CODES[a] for a in (Action.SENT, Action.DELIVERED)
    )
    unnamed = events.filter(~has_row & ~names_send)
    shown = unnamed.join(has_id, on=unit, how="anti").with_row_index(EVENT)
    starts = shown.filter(is_sent | is_delivered).select(unit, at, is_sent.alias(IS_SENT)).unique()
    repeated = (
        starts.group_by(unit)
        .agg(pl.col(IS_SENT).any().alias(HAS_SENT), pl.col(IS_SENT).sum().alias(TIMES), pl.len())
        .with_columns(pl.when(HAS_SENT).then(TIMES).otherwise("len").alias(TIMES))
        .filter(pl.col(TIMES) > 1)
        .select(unit, HAS_SENT)
    )
    decisive = (
        starts.join(repeated, on=unit, how="inner", validate="m:1")
        .filter(pl.col(IS_SENT) == pl.col(HAS_SENT))
        .select(unit, pl.col(at).alias(STARTED_AT))
    )
    first = decisive.group_by(unit).agg(pl.col(STARTED_AT).min().alias(FIRST_START))
    ours = shown.join(first, on=unit, how="inner", validate="m:1")
    last_before = (
        ours.select(EVENT, unit, at)
        .join(decisive, on=unit, how="inner", validate="m:m")
        .filter(pl.col(STARTED_AT) <= pl.col(at))
        .group_by(EVENT)
        .agg(pl.col(STARTED_AT).max())
    )
    separated = ours.join(last_before, on=EVENT, how="left", validate="1:1").with_columns(
        pl.struct(unit, pl.coalesce(STARTED_AT, FIRST_START).alias(STARTED_AT))
        .hash(SEND)
        .alias(unit)
    )
    single = shown.join(first, on=unit, how="anti")
    known = [events.filter(has_row | names_send), unnamed.join(has_id, on=unit, how="semi")]
    parts = [*known, single, separated]
    return pl.concat([part.select(columns(CountedEvents)) for part in parts])
