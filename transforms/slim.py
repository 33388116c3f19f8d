"""Canonical sends and events to the slim parts that the facts are built from.

A slim event belongs to a family, by what names its send: the send itself (`send`), message and
contact (`pair`), or message and e-mail address (`email`); the last two become the first when the
facts are linked (links.py). One that names a contact alone (`person`) is of no send.
"""

import polars as pl

from contracts.columns import polars_schema
from contracts.facts import (
    ACTION_CODES,
    CHANNEL_CODES,
    CHANNEL_STRIDE,
    SlimSends,
)
from contracts.feeds import Events, Sends
from contracts.vocabulary import INTERACTIONS, Action, BounceType, SendStatus
from transforms.keys import (
    CONTACT,
    IMPLIED_MESSAGE,
    MESSAGE,
    SEND,
    hash_email,
    hash_id,
    hash_pair,
    hash_unknown_message,
)
from transforms.machines import judge_user_agent

KINDS: dict[str, int] = {
    **{str(action): code for action, code in ACTION_CODES.items()},
    **{
        name: CHANNEL_CODES[channel] * CHANNEL_STRIDE + ACTION_CODES[action]
        for name, (channel, action) in INTERACTIONS.items()
    },
}
"""Event type -> its kind; generic events have none."""

CHANNEL_OF = {name: CHANNEL_CODES[channel] for name, (channel, _) in INTERACTIONS.items()}
STATUS_CODES = {str(status): code for code, status in enumerate(SendStatus)}
OF_LISTS = (ACTION_CODES[Action.SUBSCRIBED],)
"""Actions that name a list, not a send: they prove nothing about one."""

FAMILIES = ("send", "pair", "email", "person")
REFERENCES = pl.Schema(
    {
        "message": pl.UInt64,
        "org_id": pl.String,
        "message_id": pl.String,
        "campaign_id": pl.String,
        "channel": pl.UInt8,
    }
)


def slim_sends(sends: pl.LazyFrame) -> pl.LazyFrame:
    """One row per send row: keys, status and times."""
    by_email = pl.col(Sends.contact_id).is_null()
    return sends.select(
        send=hash_id(Sends.send_id, seed=SEND),
        message=message_key(),
        contact=pl.coalesce(hash_id(Sends.contact_id, seed=CONTACT), hash_email()),
        by_email=by_email,
        status=pl.col(Sends.status).replace_strict(STATUS_CODES, return_dtype=pl.UInt8),
        is_holdout=pl.col(Sends.is_holdout).fill_null(value=False),
        sent_at=pl.col(Sends.sent_at),
        created_at=pl.when(pl.col(Sends.sent_at).is_null()).then(pl.col(Sends.created_at)),
        delivered_at=pl.col(Sends.delivered_at),
        row_number=pl.col("row_number"),
    ).select(polars_schema(SlimSends).names())


def message_key() -> pl.Expr:
    """The key of a send's message, or of the one its campaign implies, or of the unknown one."""
    return pl.coalesce(
        hash_id(Sends.message_id, seed=MESSAGE),
        hash_id(Sends.campaign_id, seed=IMPLIED_MESSAGE),
        hash_unknown_message(),
    )


def slim_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per interaction that names a send or a message, with its `family`."""
    of_sends = [c for c in KINDS.values() if c % CHANNEL_STRIDE not in OF_LISTS]
    kind = pl.col(Events.event_type).replace_strict(KINDS, default=None, return_dtype=pl.UInt8)
    subtype = pl.col(Events.subtype)
    is_click = pl.col("kind") % CHANNEL_STRIDE == ACTION_CODES[Action.CLICKED]
    by_email = pl.col(Events.contact_id).is_null() & pl.col(Events.email).is_not_null()
    agents = events.select(Events.user_agent).drop_nulls().unique().with_columns(judge_user_agent())
    by_agent = pl.col("agent_reason").is_not_null()
    return (
        events.join(agents, on=Events.user_agent, how="left", validate="m:1")
        .with_columns(kind=kind)
        .filter(
            pl.col("kind").is_in(of_sends),
        )
        .with_columns(
            message=pl.coalesce(hash_id(Events.message_id, seed=MESSAGE), hash_unknown_message()),
            contact=pl.coalesce(hash_id(Events.contact_id, seed=CONTACT), hash_email()),
        )
        .select(
            ref=pl.coalesce(hash_id(Events.send_id, seed=SEND), hash_pair("message", "contact")),
            message="message",
            contact="contact",
            kind="kind",
            hardness=pl.when(subtype == BounceType.HARD)
            .then(1)
            .when(subtype == BounceType.SOFT)
            .then(2)
            .otherwise(0)
            .cast(pl.UInt8),
            is_machine=pl.col(Events.is_machine).fill_null(value=False) | by_agent,
            at=pl.col(Events.occurred_at),
            url=pl.when(is_click).then(pl.col(Events.url)),
            row_number=pl.col("row_number"),
            family=pl.when(pl.col(Events.send_id).is_not_null())
            .then(0)
            .when(pl.col(Events.message_id).is_null())
            .then(3)
            .when(by_email)
            .then(2)
            .otherwise(1)
            .cast(pl.UInt8),
        )
    )


def list_references(rows: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """One row per message that sends or events name, with its ids and the campaign it came with."""
    if table == "sends":
        named = rows.select(
            "org_id",
            Sends.message_id,
            Sends.campaign_id,
            message=message_key(),
            channel=pl.lit(None, pl.UInt8),
        )
    else:
        named = rows.select(
            "org_id",
            Events.message_id,
            pl.lit(None, pl.String).alias(Sends.campaign_id),
            message=pl.coalesce(hash_id(Events.message_id, seed=MESSAGE), hash_unknown_message()),
            channel=pl.col(Events.event_type).replace_strict(
                CHANNEL_OF, default=None, return_dtype=pl.UInt8
            ),
        )
    return merge_references(named)


def merge_references(named: pl.LazyFrame) -> pl.LazyFrame:
    """One row per message key: its ids, and the least campaign and channel that it came with."""
    of_key = pl.col("org_id", Sends.message_id).first()
    least = pl.col(Sends.campaign_id, "channel").min()
    return named.group_by("message").agg(of_key, least).select(REFERENCES.names())
