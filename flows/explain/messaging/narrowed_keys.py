"""The key columns of those sends and events alone that a figure can come from.

A figure's seeds are the rows that say themselves that they are of its message, contact or day.
What else a send's facts are made from follows by the keys of sends, and of message and contact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_keys import (
    AddressOwners,
    EventKeys,
    FeedEvents,
    FeedSends,
    SendKeys,
)
from flows.catalog.row_files import RowFile
from flows.steps.messaging.key_files import KeyFiles
from flows.steps.messaging.linked_events import pair_named
from transforms.common.calendar import start_of_day
from transforms.common.keys import hash_message_contact
from transforms.explain.row_places import pack_place
from transforms.messaging.send_linking import MESSAGE_CONTACT

SEND, MESSAGE, CONTACT = SendKeys.send_key, SendKeys.message_key, SendKeys.contact_key
PLACE = SendKeys.row_number
Seed = tuple[pl.Expr, pl.Expr]
"""Whether a row of `FeedSends`, and one of `FeedEvents`, says itself that it is of a figure."""


class PlacedKeys(KeyFiles):
    """Key columns whose `row_number` is the row's place among all files."""

    @staticmethod
    def tell_apart(file: RowFile) -> object:
        """Each file is read for itself."""
        return file.order

    @staticmethod
    def add_feed(rows: pl.LazyFrame, file: RowFile) -> pl.LazyFrame:
        """Give rows of a file their feed and their place."""
        return KeyFiles.add_feed(rows, file).with_columns(
            pack_place(pl.lit(file.order)).alias(PLACE)
        )


@dataclass(frozen=True)
class KeyRows:
    """The key columns of sends and events.

    Attributes:
        sends: Contacts identified.
        named: Those that name their send by its id.
        unlinked: Those that do not; `send_key` is that of message and contact. None where
            no feed has any.
    """

    sends: Rows[FeedSends]
    named: Rows[FeedEvents]
    unlinked: Rows[FeedEvents] | None


def seed_messages(messages: pl.Series) -> Seed:
    """The rows of some messages, by their keys."""
    is_own = pl.col(MESSAGE).is_in(messages.implode())
    return is_own, is_own


def seed_contacts(contact: pl.Expr) -> Seed | None:
    """The rows of some contacts; None where more than their keys tells them."""
    if set(contact.meta.root_names()) != {SendFacts.contact_key}:
        return None
    return contact, contact


def seed_day(day: Mapping[str, Any], timezone: str) -> Seed:
    """The rows of a day; sends without a time of their own may be of any."""
    sent = [pl.col(SendKeys.sent_at), pl.col(SendKeys.created_at)]
    is_timeless = pl.all_horizontal(at.is_null() for at in sent)
    (date,) = day.values()
    if date is None:
        return is_timeless, pl.col(EventKeys.occurred_at).is_null()
    first, last = (
        pl.select(start_of_day(pl.lit(one, pl.Date), timezone)).item()
        for one in (date, date + timedelta(days=1))
    )
    times = [*sent, pl.col(SendKeys.delivered_at)]
    is_of_day = pl.any_horizontal(at.is_between(first, last, closed="left") for at in times)
    occurred = pl.col(EventKeys.occurred_at).is_between(first, last, closed="left")
    return is_timeless | is_of_day.fill_null(value=False), occurred


def narrow_keys(rows: KeyRows, seed: Seed, owners: Held[AddressOwners]) -> KeyRows:
    """Keep the sends of a figure with all that belongs to them.

    Returns:
        The rows of every send of which any row is a seed, in memory, and those beside which a seed
        finds its send.
    """
    (of_sends, of_events), paired = seed, rows.sends
    if rows.unlinked is not None:
        pair = hash_message_contact(MESSAGE, CONTACT).alias(MESSAGE_CONTACT)
        paired = paired.with_columns(pair)
    own, told = pl.collect_all(
        [paired.filter(of_sends), rows.named.filter(of_events).select(SEND).unique()]
    )
    keys = pl.concat([own.select(SEND), told]).unique()
    unlinked = rows.unlinked
    if unlinked is not None:
        seeds = unlinked.filter(of_events).select(SEND).unique().collect()
        both = (paired, pair_named(rows.named, owners))
        ids = pl.concat(one.select(SEND, MESSAGE_CONTACT) for one in both)
        known = ids.join(keys.lazy(), on=SEND, how="semi")
        pairs = known.select(pl.col(MESSAGE_CONTACT).alias(SEND)).collect()
        pairs = pl.concat([seeds, pairs]).unique()
        beside = ids.join(pairs.lazy(), left_on=MESSAGE_CONTACT, right_on=SEND, how="semi")
        keys = pl.concat([keys, beside.select(SEND).collect()]).unique()
        unlinked = unlinked.join(pairs.lazy(), on=SEND, how="semi").collect().lazy()
    sends, named = pl.collect_all(
        [table.join(keys.lazy(), on=SEND, how="semi") for table in (rows.sends, rows.named)]
    )
    return KeyRows(sends.lazy(), named.lazy(), unlinked)


def place_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows whose place has room for every file, also where there is no row."""
    return rows.with_columns(pl.col(PLACE).cast(pl.UInt64))
