"""The messages that sends and events name: one list a file, and one of all files."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.messaging.hierarchy import EventChannels
from contracts.facts.messaging.send_keys import MessageReferences


def list_references(keys: pl.LazyFrame) -> pl.LazyFrame:
    """One row per message and channel that rows name, with the campaigns named with both.

    A row that names what the row before it names adds nothing: most rows of a file are such.

    Args:
        keys: Rows of `select_send_keys` or `select_event_keys`.
    """
    named = pl.col(
        MessageReferences.message_key, MessageReferences.channel, MessageReferences.campaign_id
    )
    campaign = pl.col(MessageReferences.campaign_id).alias(MessageReferences.last_campaign_id)
    told = keys.filter(pl.any_horizontal(named.ne_missing(named.shift())))
    return join_lists(told.with_columns(campaign))


def join_lists(listed: pl.LazyFrame) -> pl.LazyFrame:
    """One list of those of several files (`list_references`)."""
    return (
        listed.group_by(MessageReferences.message_key, MessageReferences.channel)
        .agg(
            pl.col(MessageReferences.org_id, MessageReferences.message_id).first(),
            *_span_campaigns(),
        )
        .select(columns(MessageReferences))
    )


def _span_campaigns() -> list[pl.Expr]:
    """The least and the greatest campaign of a group."""
    return [
        pl.col(MessageReferences.campaign_id).min(),
        pl.col(MessageReferences.last_campaign_id).max(),
    ]


def add_event_channels(
    references: Rows[MessageReferences], found: Rows[EventChannels], codes: dict[str, int]
) -> pl.LazyFrame:
    """Give messages the channel that the events of their sends tell, where nothing else does.

    Args:
        codes: Channel -> its number in the run.
    """
    names = {code: name for name, code in codes.items()}
    named = pl.col(EventChannels.channel_code).replace_strict(names, return_dtype=pl.String)
    return (
        references.join(found, on=MessageReferences.message_key, how="left", validate="1:1")
        .with_columns(
            pl.coalesce(MessageReferences.channel, named).alias(MessageReferences.channel)
        )
        .select(columns(MessageReferences))
    )


def merge_references(listed: pl.LazyFrame, codes: dict[str, int]) -> Rows[MessageReferences]:
    """One row per message that rows name.

    Events that name no message do not tell the channel of sends that name none either: these are
    no message that they have in common.

    Args:
        listed: The lists of all files (`list_references`).
        codes: Channel -> its number in the run; what is not one of its channels counts as none.
    """
    names = {code: name for name, code in codes.items()}
    code = pl.col(MessageReferences.channel).replace_strict(
        codes, default=None, return_dtype=pl.UInt8
    )
    has_silent_rows = pl.col(MessageReferences.channel).null_count() > 0
    is_none = pl.col(MessageReferences.message_id).first().is_null()
    return (
        listed.group_by(MessageReferences.message_key)
        .agg(
            pl.col(MessageReferences.org_id, MessageReferences.message_id).first(),
            pl.when(~(is_none & has_silent_rows)).then(code.min()).alias(MessageReferences.channel),
            *_span_campaigns(),
        )
        .with_columns(
            pl.col(MessageReferences.channel).replace_strict(names, return_dtype=pl.String)
        )
        .select(columns(MessageReferences))
    )
