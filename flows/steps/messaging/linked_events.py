"""A group's sends and events, each event with the key of its send."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_keys import (
    AddressOwners,
    EventKeys,
    FeedEvents,
    FeedSends,
    SendKeys,
)
from flows.folders import list_matching
from flows.runtime.materialize import materialize, write_whole
from flows.steps.messaging.key_files import EVENTS, HeldKeys, KeyFiles
from transforms.common.keys import hash_message_contact
from transforms.messaging.event_assignment import NAMES_SEND
from transforms.messaging.send_keys import EventScope
from transforms.messaging.send_linking import (
    MESSAGE_CONTACT,
    identify_contacts,
    key_message_contacts,
    link_to_sends,
    list_linkable_sends,
    list_shown_sends,
)

BY_ADDRESS = (EventScope.MESSAGE_ADDRESS, EventScope.CONTACT)
"""The scopes of events that may name their contact by an e-mail address."""


@dataclass(frozen=True)
class LinkInputs:
    """What events are linked to sends by.

    Attributes:
        addressed: The events whose contact an address names that a contact bears.
        folder: Where events lie that move to the groups of their sends.
    """

    keys: KeyFiles | HeldKeys
    codes: Rows[MessageCodes]
    owners: Held[AddressOwners]
    addressed: Rows[FeedEvents]
    folder: Path

    @classmethod
    def of(
        cls, keys: KeyFiles | HeldKeys, codes: pl.LazyFrame, owners: pl.DataFrame, folder: Path
    ) -> "LinkInputs":
        """Find the events that an address names."""
        addressed = materialize(_read_addressed(keys, owners), FeedEvents)
        return cls(keys, codes, owners, addressed, folder)

    @property
    def has_unlinked(self) -> bool:
        """Whether any event names no send by its id."""
        return any(self.keys.has(scope) for scope in EventScope if scope != EventScope.SEND)

    @property
    def moves(self) -> bool:
        """Whether events that name message and contact move to the groups of their sends.

        Where a group is all there is, or no send has an id, an event's group stays what it is.
        """
        return self.keys.groups > 1 and self.has_ids and self.has_unlinked

    @property
    def has_ids(self) -> bool:
        """Whether any send is known by its id: by a row, or by events that name it."""
        return self.keys.has_sends or self.keys.has(EventScope.SEND)


def identify_addressees(rows: pl.LazyFrame, owners: pl.DataFrame) -> pl.LazyFrame:
    """The contact that an address names, in its place."""
    return rows if owners.is_empty() else identify_contacts(rows, owners.lazy())


def read_sends(of: LinkInputs, group: int | None) -> pl.LazyFrame:
    """A group's sends, or all, with their contacts."""
    return identify_sends(of.keys.read_sends(group), of.owners)


def identify_sends(sends: pl.LazyFrame, owners: pl.DataFrame) -> pl.LazyFrame:
    """The contacts that the addresses of sends name, in their place."""
    if owners.is_empty():
        return sends
    by_address = pl.col(SendKeys.is_by_address)
    return pl.concat(
        [sends.filter(~by_address), identify_addressees(sends.filter(by_address), owners)]
    )


def _read_addressed(keys: KeyFiles | HeldKeys, owners: pl.DataFrame) -> pl.LazyFrame:
    """The events whose contact an address names that a contact bears, keyed by that contact."""
    if owners.is_empty():
        return pl.LazyFrame(schema=EVENTS)
    named = pl.concat([keys.read_events(scope) for scope in BY_ADDRESS])
    borne = owners.lazy().select(pl.col(AddressOwners.email_key).alias(EventKeys.contact_key))
    known = named.join(borne, on=EventKeys.contact_key, how="semi")
    return key_message_contacts(identify_addressees(known, owners))


def _read_unlinked(of: LinkInputs, group: int) -> pl.LazyFrame:
    """A group's events that name no send and whose contact is known as they name it."""
    named = pl.concat([of.keys.read_events(scope, group) for scope in BY_ADDRESS])
    if not of.owners.is_empty():
        borne = of.owners.lazy().select(
            pl.col(AddressOwners.email_key).alias(EventKeys.contact_key)
        )
        named = named.join(borne, on=EventKeys.contact_key, how="anti")
    return pl.concat([of.keys.read_events(EventScope.MESSAGE_CONTACT, group), named])


def read_events(of: LinkInputs, group: int) -> pl.LazyFrame:
    """A group's events, each with the key of its send, and whether it names that by its id."""
    by_id = of.keys.read_events(EventScope.SEND, group)
    if not of.has_unlinked:
        linked = of.addressed
    elif of.moves:
        moved = list_matching(of.folder, f"linked-{group:02}-*.parquet")
        linked = pl.scan_parquet(moved) if moved else pl.LazyFrame(schema=EVENTS)
    else:
        linked = materialize(_link_events(of, group), FeedEvents)
    return mark_linked(by_id, linked)


def mark_linked(by_id: Rows[FeedEvents], linked: Rows[FeedEvents]) -> pl.LazyFrame:
    """Events with the key of their send, and whether they name that by its id."""
    parts = ((by_id, True), (linked, False))
    return pl.concat(rows.with_columns(pl.lit(named).alias(NAMES_SEND)) for rows, named in parts)


def move_events(of: LinkInputs, group: int) -> None:
    """Write a group's events that name message and contact into the groups of their sends."""
    linked = materialize(_link_events(of, group), FeedEvents).collect()
    for target in range(of.keys.groups):
        chosen = linked.filter(of.keys.in_group(EventKeys.send_key, target))
        write_whole(chosen, of.folder / f"linked-{target:02}-{group:02}.parquet")


def _link_events(of: LinkInputs, group: int) -> pl.LazyFrame:
    """A group's events that name message and contact, linked to the sends that there are."""
    own = of.addressed.filter(of.keys.in_group(EventKeys.send_key, group))
    events = pl.concat([_read_unlinked(of, group), own])
    if not of.has_ids:
        return events
    linkable = list_linkable(read_sends(of, None), _read_near(of, events), of.codes)
    return link_to_sends(events, linkable.filter(of.keys.in_group(MESSAGE_CONTACT, group)))


def _read_near(of: LinkInputs, events: pl.LazyFrame) -> pl.LazyFrame:
    """The events that name their send, and a message and contact of others."""
    pairs = events.select(pl.col(EventKeys.send_key).alias(MESSAGE_CONTACT))
    named = pair_named(of.keys.read_events(EventScope.SEND), of.owners)
    return named.join(pairs, on=MESSAGE_CONTACT, how="semi")


def list_linkable(
    sends: Rows[FeedSends], named: pl.LazyFrame, codes: Rows[MessageCodes]
) -> pl.LazyFrame:
    """The sends that events of a message and contact may belong to: of rows, and shown by events.

    Args:
        sends: Contacts identified.
        named: Events that name their send (`pair_named`).
    """
    known = [list_linkable_sends(sends, codes), list_shown_sends(named, sends)]
    return pl.concat(known, how="diagonal")


def pair_named(events: pl.LazyFrame, owners: pl.DataFrame) -> pl.LazyFrame:
    """Events that name send and contact, with the key of their message and contact."""
    pair = hash_message_contact(EventKeys.message_key, EventKeys.contact_key).alias(MESSAGE_CONTACT)
    named = events.filter(pl.col(EventKeys.contact_key).is_not_null())
    return identify_addressees(named, owners).with_columns(pair)
