"""Events to the units that they count for: a send in a channel (SPEC §6.1)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import columns
from contracts.facts.send_facts import (
    CHANNEL_STRIDE,
    AssignedEvents,
    ChannelSends,
    CountedEvents,
    DescribedMessages,
    EventKeys,
)

SPREAD = 0x9E3779B97F4A7C15
"""An odd constant that keeps the units of one send in two channels apart."""
NAMES_SEND = "names_send"
OF_ROW, OF_MESSAGE, MESSAGE_OF_ROW = "channel of row", "channel of message", "message of row"
OTHER_MESSAGE = "message of the others"


def unit_key(send_key: str, channel_code: str) -> pl.Expr:
    """The key of a send in a channel."""
    return pl.col(send_key) ^ (pl.col(channel_code).cast(pl.UInt64) * SPREAD)


def assign_channels(sends: pl.LazyFrame, channels: pl.LazyFrame) -> pl.LazyFrame:
    """Give every send the channel of its message: `ChannelSends`.

    Args:
        sends: `SendKeys`, contacts identified.
        channels: One row per message: `message_key` and `channel_code`.
    """
    return (
        sends.join(channels, on=ChannelSends.message_key, how="left", validate="m:1")
        .filter(pl.col(ChannelSends.channel_code).is_not_null())
        .select(columns(ChannelSends))
    )


def assign_events(
    events: pl.LazyFrame, sends: pl.LazyFrame, channels: pl.LazyFrame
) -> pl.LazyFrame:
    """Give every event the channel and message of its send, and the key of its unit.

    An event belongs to the channel of its type; a bare action takes its send's, or else its
    message's.

    Args:
        events: `EventKeys` whose `send_key` names their send (`link_to_sends`), and whether they
            `names_send` by its id.
        sends: `ChannelSends`.
        channels: One row per message whose channel bare actions take: `message_key` and
            `channel_code`; without a row where every event's type names its channel.

    Returns:
        `AssignedEvents`.
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
        events.join(rows, on=EventKeys.send_key, how="left", validate="m:1")
        .join(of_messages, on=EventKeys.message_key, how="left", validate="m:1")
        .with_columns(
            pl.when(own > 0)
            .then(own)
            .otherwise(pl.coalesce(of_row, OF_MESSAGE))
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


def keep_counted(events: pl.LazyFrame) -> pl.LazyFrame:
    """The events that belong to a channel and to no hold-out, which is no send: `CountedEvents`.

    Args:
        events: `AssignedEvents`.
    """
    is_held_out = pl.col(AssignedEvents.is_holdout).fill_null(value=False)
    has_channel = pl.col(AssignedEvents.channel_code).is_not_null()
    return events.filter(has_channel, ~is_held_out).select(columns(CountedEvents))


def name_messages(events: pl.LazyFrame, unknown: Sequence[int]) -> pl.LazyFrame:
    """Give events of a send without a row, that name no message, the message of its others.

    Args:
        events: `CountedEvents`.
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
