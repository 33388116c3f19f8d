"""Canonical sends and events to the slim parts that the facts are built from.

A slim event belongs to a family, by what names its send: the send itself (`send`), message and
contact (`pair`), or message and e-mail address (`email`); the last two become the first when the
facts are linked (links.py). One that names a contact alone (`person`) is of no send.
"""

import polars as pl

from contracts.facts.send_facts import (
    ACTION_CODES,
    CHANNEL_CODES,
    CHANNEL_STRIDE,
)
from contracts.feeds import Events, Sends
from contracts.vocabulary import INTERACTIONS, Action, BounceType, SendStatus
from transforms.common.keys import (
    CONTACT,
    IMPLIED_MESSAGE,
    LINK,
    MESSAGE,
    SEND,
    hash_email,
    hash_id,
    hash_pair,
    hash_unknown_message,
)
from transforms.messaging.bot_detection import judge_user_agent

KINDS: dict[str, int] = {
    **{str(action): code for action, code in ACTION_CODES.items()},
    **{
        name: CHANNEL_CODES[channel] * CHANNEL_STRIDE + ACTION_CODES[action]
        for name, (channel, action) in INTERACTIONS.items()
    },
}
"""Event type -> its kind; generic events have none."""

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

LINKS = pl.Schema({"url": pl.UInt64, "link": pl.String})


def slim_sends(sends: pl.LazyFrame) -> pl.LazyFrame:
    """One row per send row: keys, status and times; beside them the ids of `REFERENCES`."""
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
        org_id=pl.col("org_id"),
        message_id=pl.col(Sends.message_id),
        campaign_id=pl.col(Sends.campaign_id),
        channel=pl.lit(None, pl.UInt8),
    )


def message_key() -> pl.Expr:
    """The key of a send's message, or of the one its campaign implies, or of the unknown one."""
    return pl.coalesce(
        hash_id(Sends.message_id, seed=MESSAGE),
        hash_id(Sends.campaign_id, seed=IMPLIED_MESSAGE),
        hash_unknown_message(),
    )


def slim_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per interaction, with its `family`; beside it the ids of `REFERENCES`."""
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
            url=pl.when(is_click).then(link_key()),
            row_number=pl.col("row_number"),
            family=pl.when(pl.col(Events.send_id).is_not_null())
            .then(0)
            .when(pl.col(Events.message_id).is_null())
            .then(3)
            .when(by_email)
            .then(2)
            .otherwise(1)
            .cast(pl.UInt8),
            org_id="org_id",
            message_id=Events.message_id,
            campaign_id=pl.lit(None, pl.String),
            channel=pl.when(pl.col("kind") >= CHANNEL_STRIDE).then(
                pl.col("kind") // CHANNEL_STRIDE
            ),
        )
    )


def link_key() -> pl.Expr:
    """The key of an event's link; null where it has none."""
    url = pl.col(Events.url)
    return pl.when(url.is_not_null()).then(url.hash(LINK))


def list_links(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per link that events name: its key `url` and its text `link`."""
    named = events.filter(pl.col(Events.url).is_not_null())
    return named.select(url=link_key(), link=pl.col(Events.url)).unique()


SLIM = {"sends": slim_sends, "events": slim_events}
"""Canonical table -> what makes its slim rows."""


def merge_references(named: pl.LazyFrame) -> pl.LazyFrame:
    """One row per message that slim rows name: its ids, the least campaign and channel with it."""
    of_key = pl.col("org_id", Sends.message_id).first()
    least = pl.col(Sends.campaign_id, "channel").min()
    return named.group_by("message").agg(of_key, least).select(REFERENCES.names())
