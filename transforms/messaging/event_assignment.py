"""Events to the units that they count for: a send in a channel (SPEC §6.1)."""

import polars as pl

from contracts.facts.send_facts import CHANNEL_STRIDE

SPREAD = 0x9E3779B97F4A7C15
"""An odd constant that keeps the units of one send in two channels apart."""


def unit_of(ref: str, channel: str) -> pl.Expr:
    """The key of a send in a channel."""
    return pl.col(ref) ^ (pl.col(channel).cast(pl.UInt64) * SPREAD)


def place_events(
    events: pl.LazyFrame, sends: pl.LazyFrame, channels: pl.LazyFrame | None
) -> pl.LazyFrame:
    """Give every event the channel and message of its send, and the key of its unit.

    Args:
        events: Slim events whose `ref` names their send (`links.link_pairs`), and whether they
            `names_send` by its id.
        sends: Slim sends with their message's `channel`.
        channels: One row per message that is known: `message` and `channel`; None where every
            event's type names its channel.

    Returns:
        One row per event: `unit`, `channel`, `message`, `contact`, `action`, `hardness`,
        `is_machine`, `at`, `url`, whether its unit `has_row`, whether that is a hold-out's, and
        whether it `is_orphan`: names a send by id that no row is of. An event belongs to the
        channel of its type; a bare action takes its send's, or else its message's.
    """
    rows = sends.select("send", "is_holdout", row_channel="channel", row_message="message")
    placed = events.join(rows, left_on="ref", right_on="send", how="left", validate="m:1")
    own, of_row = pl.col("kind") // CHANNEL_STRIDE, pl.col("row_channel")
    if channels is None:
        channel = own
    else:
        of_message = channels.select("message", message_channel="channel")
        placed = placed.join(of_message, on="message", how="left", validate="m:1")
        channel = pl.when(own > 0).then(own).otherwise(pl.coalesce(of_row, "message_channel"))
    return placed.with_columns(
        channel=channel,
        action=pl.col("kind") % CHANNEL_STRIDE,
        message=pl.coalesce("row_message", "message"),
    ).select(
        "channel",
        "message",
        "contact",
        "action",
        "hardness",
        "is_machine",
        "at",
        "url",
        "is_holdout",
        unit=unit_of("ref", "channel"),
        has_row=(of_row == pl.col("channel")).fill_null(value=False),
        is_orphan=pl.col("names_send") & of_row.is_null(),
    )


def name_nameless(placed: pl.LazyFrame, unknown: list[int]) -> pl.LazyFrame:
    """Give events of a send without a row, that name no message, the message of its others.

    Args:
        placed: Events (`place_events`).
        unknown: The keys that stand for no message known (`keys.hash_unknown_message`).
    """
    nameless = pl.col("message").is_in(unknown) & ~pl.col("has_row")
    without = placed.filter(nameless)
    others = (
        placed.filter(~nameless & ~pl.col("has_row"))
        .join(without.select("unit").unique(), on="unit", how="semi")
        .group_by("unit")
        .agg(other=pl.col("message").max())
    )
    named = (
        without.join(others, on="unit", how="left", validate="m:1")
        .with_columns(message=pl.coalesce("other", "message"))
        .drop("other")
    )
    return pl.concat([placed.filter(~nameless), named])


def keep_placed(events: pl.LazyFrame) -> pl.LazyFrame:
    """The events that belong to a channel and to no hold-out, which is no send."""
    is_held_out = pl.col("is_holdout").fill_null(value=False)
    return events.filter(pl.col("channel").is_not_null(), ~is_held_out).drop("is_holdout")
