"""The sends of which anything changed since a run before, with all that belongs to them.

A send is found by its key; one that events name by message and contact, by the key of these two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.messaging.send_keys import AddressOwners, FeedEvents, FeedSends, SendKeys
from flows.steps.messaging.key_files import EVENTS, HeldKeys, KeyFiles
from flows.steps.messaging.linked_events import identify_addressees, identify_sends, pair_named
from transforms.common.joins import HELD
from transforms.common.keys import hash_message_contact
from transforms.messaging.send_keys import EventScope
from transforms.messaging.send_linking import MESSAGE_CONTACT

SEND, MESSAGE, CONTACT = SendKeys.send_key, SendKeys.message_key, SendKeys.contact_key
UNLINKED = tuple(scope for scope in EventScope if scope != EventScope.SEND)
AS_NAMED = "contact as named"


@dataclass(frozen=True)
class Seeds:
    """What rows mean otherwise than before, though they are the same.

    Attributes:
        messages: The `message_key` of messages.
        contacts: The `contact_key` of contacts, and of addresses that name them.
        members: The `message_key` and `contact_key` of sends to whom is listed otherwise.
    """

    messages: pl.DataFrame
    contacts: pl.DataFrame
    members: pl.DataFrame

    def select(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows that mean something else; some may stand twice."""
        chosen = [
            rows.join(keys.lazy(), on=keys.columns, how="semi", build_side=HELD)
            for keys in (self.messages, self.contacts, self.members)
            if keys.height
        ]
        return pl.concat([rows.clear(), *chosen])


@dataclass(frozen=True)
class Touched:
    """Sends that must be looked at.

    Attributes:
        sends: Their `send_key`.
        pairs: The keys of their messages and contacts, as `message_contact_key`.
    """

    sends: pl.DataFrame
    pairs: pl.DataFrame


def hold_all(keys: KeyFiles) -> HeldKeys:
    """Read the rows of all sends into memory."""
    return _hold(keys.read_sends(), {scope: keys.read_events(scope) for scope in EventScope})


def hold_touched(keys: KeyFiles, touched: Touched, owners: Held[AddressOwners]) -> HeldKeys:
    """Read the rows of some sends into memory."""
    near, own, pairs = keys.find_sends(touched.sends), touched.sends.lazy(), touched.pairs.lazy()
    sends, named = (
        rows.join(own, on=SEND, how="semi", build_side=HELD)
        for rows in (near.read_sends(), near.read_events(EventScope.SEND))
    )
    unlinked = {
        scope: pair_events(keys.read_events(scope), owners).join(
            pairs, on=MESSAGE_CONTACT, how="semi"
        )
        for scope in UNLINKED
    }
    return _hold(sends, {EventScope.SEND: named, **unlinked})


def _hold(sends: Rows[FeedSends], events: Mapping[EventScope, Rows[FeedEvents]]) -> HeldKeys:
    own = [rows.select(EVENTS.names()) for rows in events.values()]
    held, *told = pl.collect_all([sends, *own], engine="streaming")
    return HeldKeys(held, dict(zip(events, told, strict=True)))


def find_touched(
    same: KeyFiles, changed: HeldKeys, seeds: Seeds, owners: Iterable[Held[AddressOwners]]
) -> Touched:
    """Find the sends of which anything changed, and those that share message and contact with them.

    Args:
        same: Rows that count as before.
        changed: Rows that count now and did not, or did and do not.
        seeds: What the former mean otherwise.
        owners: Of now and of before.
    """
    now, *_ = both = list(owners)
    unlinked = pl.concat([same.read_events(scope) for scope in UNLINKED])
    seen = [same.read_sends(), same.read_events(EventScope.SEND), unlinked]
    sends, named, apart = pl.collect_all([seeds.select(rows) for rows in seen], engine="streaming")
    sends = pl.concat([sends, changed.sends])
    named = pl.concat([named, changed.events[EventScope.SEND]])
    apart = pl.concat([apart, *(changed.events[scope] for scope in UNLINKED)])
    keys = pl.concat([sends.select(SEND), named.select(SEND)]).unique()
    if apart.is_empty() and not any(same.has(scope) for scope in UNLINKED):
        return Touched(keys, pl.DataFrame(schema={MESSAGE_CONTACT: pl.UInt64}))
    paired = [
        rows
        for known in both
        for rows in (
            pair_sends(sends.lazy(), known),
            pair_events(pl.concat([apart, named]).lazy(), known),
        )
    ]
    others = pl.concat(
        rows.select(SEND, MESSAGE_CONTACT)
        for rows in (
            pair_sends(same.read_sends(), now),
            pair_named(same.read_events(EventScope.SEND), now),
        )
    )
    paired.append(others.join(keys.lazy(), on=SEND, how="semi"))
    pairs = pl.concat([rows.select(MESSAGE_CONTACT) for rows in paired]).unique().collect()
    beside = others.join(pairs.lazy(), on=MESSAGE_CONTACT, how="semi").select(SEND)
    return Touched(pl.concat([keys, beside.collect(engine="streaming")]).unique(), pairs)


def pair_sends(sends: pl.LazyFrame, owners: pl.DataFrame) -> pl.LazyFrame:
    """Sends with the key of their message and contact."""
    return _pair(identify_sends(_hold_contact(sends), owners))


def pair_events(events: pl.LazyFrame, owners: pl.DataFrame) -> pl.LazyFrame:
    """Events that name no send with the key of their message and contact."""
    return _pair(identify_addressees(_hold_contact(events), owners))


def _hold_contact(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(pl.col(CONTACT).alias(AS_NAMED))


def _pair(identified: pl.LazyFrame) -> pl.LazyFrame:
    """Key rows by message and contact, and name the contact as they do themselves."""
    pair = hash_message_contact(MESSAGE, CONTACT).alias(MESSAGE_CONTACT)
    return identified.with_columns(pair, pl.col(AS_NAMED).alias(CONTACT)).drop(AS_NAMED)
