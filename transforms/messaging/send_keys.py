"""Canonical sends and events to the key columns that the facts are built from.

An event has a scope, by what names its send: the send itself (`send`), message and contact
(`message_contact`), or message and e-mail address (`message_address`); the last two become the
first when events are linked to sends (send_linking.py). One that names a contact alone
(`contact`) is of no send.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

import polars as pl

from contracts.channels import FIRST_OWN_CODE, STANDARD_CODES, own_channel_of
from contracts.columns import Rows
from contracts.facts.key_types import ACTION_CODES, CHANNEL_STRIDE
from contracts.facts.messaging.send_keys import EventKeys, LinkTexts, MessageReferences, SendKeys
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
    hash_message_contact,
    hash_unknown_message,
)
from transforms.messaging.bot_detection import is_machine_agent

STANDARD_TYPES: dict[str, int] = {
    **{str(action): code for action, code in ACTION_CODES.items()},
    **{
        name: STANDARD_CODES[channel] * CHANNEL_STRIDE + ACTION_CODES[action]
        for name, (channel, action) in INTERACTIONS.items()
    },
}
"""Event type -> its code; generic events have none."""
STATUS_CODES = {str(status): code for code, status in enumerate(SendStatus)}
BOUNCE_CODES = {str(BounceType.HARD): 1, str(BounceType.SOFT): 2}
OF_LISTS = (ACTION_CODES[Action.SUBSCRIBED],)
"""Actions that name a list, not a send: they prove nothing about one."""
SCOPE = "scope"
MOST_NAMES = 4_000
"""How many channels of the user's own a file's event types may name."""


class EventScope(StrEnum):
    """What names the send of an event."""

    SEND = "send"
    MESSAGE_CONTACT = "message_contact"
    MESSAGE_ADDRESS = "message_address"
    CONTACT = "contact"


SCOPES = pl.Enum([str(scope) for scope in EventScope])
NAMED_IDS = (MessageReferences.org_id, MessageReferences.message_id, MessageReferences.campaign_id)


def select_send_keys(sends: Rows[Sends], *, by_email: bool = True) -> pl.LazyFrame:
    """One row per send row: `SendKeys`, and beside them the ids of `MessageReferences`.

    Args:
        sends: With their row numbers.
        by_email: Whether any of them may name its contact by e-mail address alone.
    """
    return sends.select(_plan_send_keys(by_email=by_email))


def _key_contact(*, by_email: bool) -> pl.Expr:
    contact = hash_id(Sends.contact_id, seed=CONTACT)
    return pl.coalesce(contact, hash_email()) if by_email else contact


@cache
def _plan_send_keys(*, by_email: bool) -> list[pl.Expr]:
    sent_at = pl.col(Sends.sent_at)
    return [
        hash_id(Sends.send_id, seed=SEND).alias(SendKeys.send_key),
        message_key_of_send().alias(SendKeys.message_key),
        _key_contact(by_email=by_email).alias(SendKeys.contact_key),
        pl.col(Sends.contact_id).is_null().alias(SendKeys.is_by_address),
        number_words(pl.col(Sends.status), STATUS_CODES, pl.UInt8()).alias(SendKeys.status_code),
        pl.col(Sends.is_holdout).fill_null(value=False).alias(SendKeys.is_holdout),
        sent_at.alias(SendKeys.sent_at),
        pl.when(sent_at.is_null()).then(pl.col(Sends.created_at)).alias(SendKeys.created_at),
        pl.col(Sends.delivered_at).alias(SendKeys.delivered_at),
        pl.col(SendKeys.row_number),
        pl.col(*NAMED_IDS),
        pl.lit(None, pl.String).alias(MessageReferences.channel),
    ]


def message_key_of_send() -> pl.Expr:
    """The key of a send's message, or of the one its campaign implies, or of the unknown one."""
    return pl.coalesce(
        hash_id(Sends.message_id, seed=MESSAGE),
        hash_id(Sends.campaign_id, seed=IMPLIED_MESSAGE),
        hash_unknown_message(),
    )


def list_own_channels(types: Iterable[str], known: Sequence[str]) -> list[str]:
    """The channels of the user's own that event types may name, those known already first.

    At most so many as their codes have room for: further types are generic events.

    Args:
        types: The types of some events.
        known: The channels that earlier rows of the file may name, in the order of their codes.
    """
    found = [own for name in sorted(types) if (own := own_channel_of(name)) is not None]
    return list(dict.fromkeys((*known, *found)))[:MOST_NAMES]


def select_event_keys(
    events: Rows[Events], own_channels: Sequence[str] = (), *, by_email: bool = True
) -> pl.LazyFrame:
    """One row per interaction: `EventKeys`, its `scope`, and the ids of `MessageReferences`.

    Those of lists are among them, since they tell their message's channel (`is_of_send`).

    Args:
        events: With their row numbers.
        own_channels: The channels of the user's own that types may name, by place: the first one's
            code is `FIRST_OWN_CODE`. Which of them are channels, a run knows (`recode_types`).
        by_email: Whether any of them may name its contact by e-mail address alone.
    """
    plan = _plan_event_keys(tuple(own_channels), by_email=by_email)
    return (
        events.with_columns(plan.type_code)
        .filter(pl.col(EventKeys.type_code).is_not_null())
        .with_columns(plan.keys)
        .select(plan.columns)
    )


class _EventKeyPlan(NamedTuple):
    """How events become key columns, step by step."""

    type_code: pl.Expr
    keys: list[pl.Expr]
    columns: list[pl.Expr]


@lru_cache(maxsize=256)
def _plan_event_keys(own_channels: tuple[str, ...], *, by_email: bool) -> _EventKeyPlan:
    codes = {name: code for code, name in enumerate(own_channels, start=FIRST_OWN_CODE)}
    types = STANDARD_TYPES | {
        f"{name}_{action}": code * CHANNEL_STRIDE + ACTION_CODES[action]
        for name, code in codes.items()
        for action in Action
    }
    named = {code: name for name, code in (STANDARD_CODES | codes).items()}
    names = pl.Series([named.get(code) for code in range(max(named) + 1)], dtype=pl.String)
    type_code = pl.col(EventKeys.type_code)
    is_click = type_code % CHANNEL_STRIDE == ACTION_CODES[Action.CLICKED]
    is_flagged = pl.col(Events.is_machine).fill_null(value=False)
    by_agent = is_machine_agent(pl.col(Events.user_agent))
    return _EventKeyPlan(
        type_code=number_words(pl.col(Events.event_type), types, pl.UInt16()).alias(
            EventKeys.type_code
        ),
        keys=[
            pl.coalesce(hash_id(Events.message_id, seed=MESSAGE), hash_unknown_message()).alias(
                EventKeys.message_key
            ),
            _key_contact(by_email=by_email).alias(EventKeys.contact_key),
        ],
        columns=[
            pl.coalesce(
                hash_id(Events.send_id, seed=SEND),
                hash_message_contact(EventKeys.message_key, EventKeys.contact_key),
            ).alias(EventKeys.send_key),
            pl.col(EventKeys.message_key),
            pl.col(EventKeys.contact_key),
            type_code,
            pl.col(Events.subtype)
            .map_batches(_number_bounces, return_dtype=pl.UInt8(), is_elementwise=True)
            .alias(EventKeys.bounce_code),
            (is_flagged | by_agent).alias(EventKeys.is_machine),
            pl.col(Events.occurred_at).alias(EventKeys.occurred_at),
            pl.when(is_click).then(link_key()).alias(EventKeys.link_key),
            pl.col(EventKeys.row_number),
            find_scope().alias(SCOPE),
            pl.col(MessageReferences.org_id),
            pl.col(MessageReferences.message_id),
            pl.lit(None, pl.String).alias(MessageReferences.campaign_id),
            pl.lit(names).gather(type_code // CHANNEL_STRIDE).alias(MessageReferences.channel),
        ],
    )


def _number_bounces(subtypes: pl.Series) -> pl.Series:
    """The number of each bounce's kind, 0 of every other event: few events have a subtype."""
    given = subtypes.is_not_null().arg_true()
    words = subtypes.gather(given).str.strip_chars().str.to_lowercase()
    numbers = pl.select(number_words(pl.lit(words), BOUNCE_CODES, pl.UInt8()).fill_null(0))
    nothing = pl.Series(subtypes.name, [0], pl.UInt8).new_from_index(0, len(subtypes))
    return nothing.scatter(given, numbers.to_series())


def is_of_send() -> pl.Expr:
    """Whether an event is about a send, and not about a list."""
    return ~(pl.col(EventKeys.type_code) % CHANNEL_STRIDE).is_in(OF_LISTS)


def find_scope() -> pl.Expr:
    """What names the send of an event."""
    by_address = pl.col(Events.contact_id).is_null() & pl.col(Events.email).is_not_null()
    return (
        pl.when(pl.col(Events.send_id).is_not_null())
        .then(pl.lit(EventScope.SEND))
        .when(pl.col(Events.message_id).is_null())
        .then(pl.lit(EventScope.CONTACT))
        .when(by_address)
        .then(pl.lit(EventScope.MESSAGE_ADDRESS))
        .otherwise(pl.lit(EventScope.MESSAGE_CONTACT))
        .cast(SCOPES)
    )


def recode_types(
    events: Rows[EventKeys], own_channels: Sequence[str], codes: dict[str, int]
) -> pl.LazyFrame:
    """Number the channels of the user's own as the run does; drop events of what is not a channel.

    Args:
        events: Of one file.
        own_channels: The channels that the file's types may name, in the order of their codes.
        codes: Channel -> its number in the run.
    """
    if not own_channels:
        return events
    type_code = pl.col(EventKeys.type_code)
    known = {
        code: codes[name]
        for code, name in enumerate(own_channels, start=FIRST_OWN_CODE)
        if name in codes
    }
    channel = type_code // CHANNEL_STRIDE
    in_run = channel.replace_strict(known, default=None, return_dtype=pl.UInt16)
    is_own = channel >= FIRST_OWN_CODE
    return events.with_columns(
        pl.when(is_own)
        .then(in_run * CHANNEL_STRIDE + type_code % CHANNEL_STRIDE)
        .otherwise(type_code)
        .alias(EventKeys.type_code)
    ).filter(type_code.is_not_null())


def link_key() -> pl.Expr:
    """The key of an event's link; null where it has none."""
    url = pl.col(Events.url)
    return pl.when(url.is_not_null()).then(url.hash(LINK))


def list_links(events: pl.LazyFrame) -> Rows[LinkTexts]:
    """One row per link that events name."""
    named = events.filter(pl.col(Events.url).is_not_null())
    return named.select(
        link_key().alias(LinkTexts.link_key), pl.col(Events.url).alias(LinkTexts.url)
    ).unique()


def number_words(words: pl.Expr, numbers: Mapping[str, int], dtype: pl.DataType) -> pl.Expr:
    """The number of each word; null for what is none of them. Takes half of what replacing takes.

    Args:
        words: Texts.
        numbers: Word -> its number.
    """
    place = words.cast(pl.Enum([*numbers]), strict=False).to_physical()
    return pl.lit(pl.Series([*numbers.values()], dtype=dtype)).gather(place)
